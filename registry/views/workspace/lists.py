"""The first page of the workspace, and the lists."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from registry import workspace
from registry.access import SignedInRequest, open_to
from registry.desks import Desk
from registry.enums import RecordStatus, Role
from registry.forms import is_key
from registry.thai.text import clean_line
from registry.views.workspace.finding import WORKERS, find_desk, is_for, keys_above

PER_PAGE = 20
#: Characters of a text that is searched for.
LONGEST_SEARCH = 200


@open_to(*WORKERS)
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Show a person's work: what came back first, then what is unsent and waits."""
    user = request.user
    shown = workspace.desktop(user)
    return render(
        request,
        "workspace/home.html",
        {
            "desktop": shown,
            "shelves": [shelf for shelf in shown.shelves if is_for(shelf.desk, user)],
            "may_enter": workspace.may_enter(user),
            "is_producer": user.role == Role.PRODUCER,
        },
    )


@open_to(*WORKERS)
@require_safe
def record_list(request: SignedInRequest, slug: str) -> HttpResponse:
    """List the records of one kind that a person keeps, the last changed first."""
    user = request.user
    desk = find_desk(slug, user)
    rows = workspace.own(desk, user)
    above = _chosen_above(request, desk)
    if above:
        rows = rows.filter(**above)
    status = _status_in(request)
    if status is not None:
        rows = rows.filter(status=status)
    text = clean_line(request.GET.get("q", ""))[:LONGEST_SEARCH]
    rows = _found(rows, text)
    page = Paginator(workspace.listed(desk, rows), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "workspace/record_list.html",
        {
            "desk": desk,
            "title": capfirst(str(desk.model._meta.verbose_name_plural)),
            "page": page,
            "items": workspace.items(desk, user, page.object_list),
            "chips": _chips(request, desk, status),
            "status": status,
            "text": text,
            "above": above,
            "add_query": urlencode(above),
            "may_enter": workspace.may_enter(user),
        },
    )


def _found(rows: Any, text: str) -> Any:
    """Return what a text means, the best first; all rows without a word in it."""
    latest = rows.order_by("-updated_at", "-pk")
    return latest.search(text) if text and hasattr(rows, "search") else latest


def _status_in(request: HttpRequest) -> RecordStatus | None:
    asked = request.GET.get("status", "")
    return RecordStatus(asked) if asked in RecordStatus.values else None


def _chosen_above(request: HttpRequest, desk: Desk) -> dict[str, str]:
    """Return the records of other kinds whose rows alone are asked for."""
    return {
        name: request.GET[name]
        for name, model in keys_above(desk).items()
        if name in request.GET and is_key(model, request.GET[name])
    }


def _chips(
    request: SignedInRequest, desk: Desk, chosen: RecordStatus | None
) -> list[dict[str, Any]]:
    """Return the statuses to choose from, with how many there are of each."""
    kept = {name: request.GET[name] for name in request.GET if name == "q"}
    counts = workspace.counts(desk, request.user)
    return [
        {
            "status": status,
            "count": count,
            "query": urlencode({**kept, "status": status.value}),
            "is_chosen": status == chosen,
        }
        for status, count in counts.items()
        if count or status == chosen
    ]
