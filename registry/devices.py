"""The devices somebody is signed in on: what they are called, and their end."""

import re

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from registry.models import User

#: What a browser says of itself, the more telling word first.
BROWSERS = (
    ("Line/", "LINE"),
    ("FBAN/", "Facebook"),
    ("FBAV/", "Facebook"),
    ("EdgA?/|EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/|FxiOS/", "Firefox"),
    ("Chrome/|CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Return a name people know their device by: "Chrome · Windows"."""
    parts = [
        next((name for sign, name in signs if re.search(sign, user_agent)), "")
        for signs in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(filter(None, parts)) or _("Unknown device")


def devices_of(user: User) -> list[UserSession]:
    """Return where ``user`` is signed in, the latest seen first."""
    found: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda each: each.last_seen_at, reverse=True)


def sign_out_everywhere(user: User) -> int:
    """End every session of ``user``; return how many there were."""
    sessions = list(UserSession.objects.filter(user_id=user.pk))
    for each in sessions:
        each.end()
    return len(sessions)
