"""Masked data that somebody chose to see: for a while, and recorded.

The choice is kept in the session, by what it is about; a page asks again at each
request whether it still counts, and the rule whether it ever may.
"""

import time
from typing import Any

from django.db import models
from django.http import HttpRequest

from registry.auditing import note
from registry.enums import AuditKind

#: Seconds for which what was revealed stays readable.
LASTS = 10 * 60
KEY = "revealed"
#: Choices kept in a session; the oldest make room.
MOST = 20


def name_of(row: models.Model) -> str:
    """Return by what a row is remembered: "members.Member:12"."""
    return f"{row._meta.label}:{row.pk}"


def reveal(
    request: Any, name: str, *, about: models.Model | None = None, detail: str = ""
) -> None:
    """Let the person read what ``name`` stands for, and record that."""
    note(request, AuditKind.REVEAL, about=about, detail=detail)
    shown = request.session.get(KEY, {})
    shown.pop(name, None)
    shown[name] = int(time.time())
    request.session[KEY] = dict(list(shown.items())[-MOST:])


def is_revealed(request: HttpRequest, name: str) -> bool:
    """Tell whether the person chose to read it a moment ago."""
    at = request.session.get(KEY, {}).get(name)
    return isinstance(at, int) and 0 <= time.time() - at < LASTS
