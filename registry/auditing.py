"""Noting what happens in a request: who it was, on which page, from where."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest

from registry.actions.audit import record_event
from registry.enums import AuditKind
from registry.models import AuditEvent


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
