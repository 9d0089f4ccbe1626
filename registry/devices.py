"""The devices somebody is signed in on: what they are called, and their end."""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare
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
    """Return where ``user`` is signed in, the latest seen first. Two queries.

    A session that is over, or was begun with an earlier password, is none. One query,
    and a question to the cache for each, where sessions are kept there alone.
    """
    rows = UserSession.objects.filter(user_id=user.pk).order_by("-last_seen_at", "-pk")
    by_key = {each.session_key: each for each in rows}
    fresh = {key for key, kept in _kept(by_key) if _is_of(kept, user)}
    return [each for key, each in by_key.items() if key in fresh]


def _kept(keys: Iterable[str]) -> Iterator[tuple[str, Mapping[str, Any] | SessionBase]]:
    """Yield those of the sessions that are kept, with what is in them."""
    if settings.SESSIONS == "cache":
        store = import_module(settings.SESSION_ENGINE).SessionStore
        yield from ((key, store(key)) for key in keys)
        return
    living = Session.objects.filter(
        session_key__in=keys, expire_date__gt=timezone.now()
    )
    yield from ((each.session_key, each.get_decoded()) for each in living)


def _is_of(kept: Mapping[str, Any] | SessionBase, user: User) -> bool:
    begun_with = kept.get(HASH_SESSION_KEY, "")
    return constant_time_compare(begun_with, user.get_session_auth_hash())


def sign_out_everywhere(user: User) -> int:
    """End every session of ``user``; return how many there were."""
    sessions = list(UserSession.objects.filter(user_id=user.pk))
    for each in sessions:
        each.end()
    return len(sessions)
