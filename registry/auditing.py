"""Noting what happens in a request: who it was, on which page, from where."""

import datetime
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from registry.actions.audit import record_event
from registry.enums import AuditKind
from registry.models import AuditEvent

logger = logging.getLogger(__name__)


def note(
    request: HttpRequest,
    kind: AuditKind,
    *,
    about: models.Model | None = None,
    who: str = "",
    detail: str = "",
    by: Any = None,
) -> AuditEvent:
    """Record an event of a request; ``by`` defaults to who is signed in."""
    user = by or (request.user if request.user.is_authenticated else None)
    return record_event(
        kind,
        by=user,
        ip=address_of(request),
        path=request.path,
        about=about,
        who=who,
        detail=detail,
    )


def address_of(request: HttpRequest) -> str | None:
    """Return the network address of a request, as the sign-in limits count it."""
    try:
        return get_adapter().get_client_ip(request) or None
    except PermissionDenied:
        return None


#: Seconds in which the same page, refused again, is the same event.
SAME = 60


def note_refusals(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Record that somebody who is signed in was refused a page.

    Whoever presses again within a minute adds nothing. A database that cannot be
    written to does not turn a refusal into an error.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = get_response(request)
        if answer.status_code == HTTPStatus.FORBIDDEN and request.user.is_authenticated:
            try:
                _note_refusal(request)
            except DatabaseError:
                logger.exception("A refused access could not be recorded.")
        return answer

    return middleware


def _note_refusal(request: HttpRequest) -> None:
    since = timezone.now() - datetime.timedelta(seconds=SAME)
    same = AuditEvent.objects.filter(
        kind=AuditKind.REFUSED,
        by_id=request.user.pk,
        path=request.path[:300],
        at__gt=since,
    )
    if not same.exists():
        note(request, AuditKind.REFUSED, detail=request.method or "")
