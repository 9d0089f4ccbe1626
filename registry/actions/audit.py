"""Recording what no record's history tells: sign-ins, refusals, reveals, exports."""

from django.db import models

from registry.enums import AuditKind
from registry.models import AuditEvent, User


def record_event(
    kind: AuditKind,
    *,
    by: User | None,
    ip: str | None = None,
    path: str = "",
    about: models.Model | None = None,
    who: str = "",
    detail: str = "",
) -> AuditEvent:
    """Record an event: ``who`` is an address that led to no account.

    Views use :func:`registry.auditing.note`, which knows where a request came from.
    """
    return AuditEvent.objects.create(
        kind=kind,
        by=by,
        who=who[:254],
        ip=ip,
        path=path[:300],
        model="" if about is None else about._meta.label,
        object_id=None if about is None else about.pk,
        detail=detail[:300],
    )
