"""Public pages that need not be drawn again for who has them already.

A page is stamped with all it is drawn from: every value its template is given, the
language, the day, and the portal itself (its code, texts and settings). Nobody has
to remember what changes a page; whatever reaches the template counts. A browser that
sends the stamp back (``If-None-Match``) gets 304, and nothing is drawn.

Only visitors without a session get stamps. A page for somebody who is signed in names
them, carries the key of their forms and their messages; it is drawn each time.
"""

import dataclasses
import datetime
import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import get_language

from registry.models import is_demonstration

#: What a page of everybody depends on beside its address: who is signed in, and
#: whether a part of it is asked for.
VARIES_ON = ("Cookie", "HX-Request")
#: Kept, but asked for again each time: what is withdrawn is gone at once.
ASK_EACH_TIME = "no-cache"

#: Where what pages are made of lies, beside the data.
MADE_OF = ("*.py", "*.html", "*.mo", "*.po")
FOLDERS = (
    *("cluster_portal", "reports", "strategies", "products", "members", "registry"),
    *("templates", "locale"),
)

PLAIN = (str, int, float, Decimal, datetime.date, datetime.timedelta, Promise)


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any]
) -> HttpResponse:
    """Draw a public page, or answer 304 to who has just that.

    ``context`` holds data only: it is read to the end, so querysets are asked.

    :raises TypeError: for a value that does not say what it holds.
    """
    if settings.SESSION_COOKIE_NAME in request.COOKIES or settings.DEBUG:
        return render(request, template, dict(context))
    tag = f'W/"{stamp(template, context)}"'
    known: Any = get_conditional_response(request, etag=tag)
    answer: HttpResponse = known or render(request, template, dict(context))
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = ASK_EACH_TIME
    patch_vary_headers(answer, VARIES_ON)
    return answer


def stamp(template: str, context: Mapping[str, Any]) -> str:
    """Return a short text that is another one wherever the page would be."""
    told: list[str] = [
        template,
        str(get_language()),
        timezone.localdate().isoformat(),
        portal(),
        str(is_demonstration()),
    ]
    tell(context, told)
    return hashlib.blake2b("\x1f".join(told).encode(), digest_size=16).hexdigest()


# --- What a value holds -----------------------------------------------------------


def tell(value: Any, told: list[str]) -> None:
    """Add to ``told`` all that ``value`` holds, and what it has loaded with it.

    :raises TypeError: if that cannot be known.
    """
    if value is None or isinstance(value, PLAIN):
        told.append(str(value))
    elif isinstance(value, Model):
        told.append(value._meta.label)
        _tell_row(value, told)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            told.append(str(name))
            tell(each, told)
    elif isinstance(value, list | tuple | QuerySet):
        told.append(f"[{len(value)}")
        for each in value:
            tell(each, told)
    elif isinstance(value, Page):
        tell([value.number, value.paginator.num_pages, value.object_list], told)
    elif names := _fields(value.__class__):
        told.append(type(value).__name__)
        tell([getattr(value, name) for name in names], told)
    else:
        raise TypeError(f"A page cannot be stamped with a {type(value).__name__}.")


def _tell_row(row: Model, told: list[str]) -> None:
    held = row.__dict__
    told.append(repr([value for name, value in held.items() if name != "_state"]))
    for related in row._state.fields_cache.values():
        if related is not None:
            told.append(related._meta.label)
            _tell_row(related, told)


@lru_cache(maxsize=256)
def _fields(kind: type) -> tuple[str, ...]:
    """Return the fields of a data class; none of anything else."""
    if not dataclasses.is_dataclass(kind):
        return ()
    return tuple(field.name for field in dataclasses.fields(kind))


# --- The portal itself ------------------------------------------------------------


def portal() -> str:
    """Return what this installation would draw any page with: code, texts, settings."""
    return f"{_made_of()}{settings.SITE_URL}{settings.SHOW_ALCOHOL_DETAILS}"


@lru_cache(maxsize=1)
def _made_of() -> str:
    """Read all code, templates and texts once a process; the same on every machine."""
    digest = hashlib.blake2b(digest_size=16)
    for path in _files():
        digest.update(path.read_bytes())
    collected = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if collected.exists():
        digest.update(collected.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        for pattern in MADE_OF:
            yield from sorted((settings.BASE_DIR / folder).rglob(pattern))
