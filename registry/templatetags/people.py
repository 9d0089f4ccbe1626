"""What account pages say of people: their devices, and what they still lack."""

from allauth.usersessions.models import UserSession
from django import template
from django.contrib.auth.models import AnonymousUser
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registry import devices
from registry.models import User
from registry.second_factor import is_missing_for

register = template.Library()


@register.filter
def device(session: UserSession) -> str:
    """Return what the device of a session is called."""
    return devices.device_name(session.user_agent)


@register.filter
def lacks_second_factor(user: User | AnonymousUser) -> bool:
    """Tell whether somebody must set up a second factor first. At most one query."""
    return isinstance(user, User) and is_missing_for(user)


@register.filter
def in_fours(secret: str) -> str:
    """Part a secret into groups of four, as it is read and typed."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


@register.filter
def breakable(address: str) -> SafeString:
    """Let a long e-mail address break before its @, and not inside a word."""
    name, _at, host = address.partition("@")
    return format_html("{}<wbr>@{}", name, host)
