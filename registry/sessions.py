"""How long a sign-in lasts (safety.md, limits): staff share computers."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

#: Seconds without a request, and seconds at most, after which one signs in again.
IDLE, LONGEST = 30 * 60, 8 * 60 * 60
#: How exactly the last request is remembered, to spare a write at each of them.
GRAIN = 60


def begin(session: SessionBase) -> None:
    """Note in a session that somebody signs in now."""
    session["began"] = session["seen"] = int(time.time())


def keep_seen(request: HttpRequest) -> None:
    """Remember when the device of a request was seen last, for its owner's list."""
    rows = UserSession.objects.filter(session_key=request.session.session_key)
    if not rows.update(last_seen_at=timezone.now()):
        UserSession.objects.create_from_request(request)


def limit_sessions(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Sign people out who were away for 30 minutes, or came 8 hours ago."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if "seen" not in request.session:
                begin(request.session)
            now = int(time.time())
            began, seen = request.session["began"], request.session["seen"]
            if now - seen > IDLE or now - began > LONGEST:
                logout(request)
                messages.info(
                    request, _("You were away for a while. Please sign in again.")
                )
            elif now - seen > GRAIN:
                request.session["seen"] = now
                keep_seen(request)
        return get_response(request)

    return middleware
