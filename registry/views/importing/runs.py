"""The page of one run: whatever step it is at, at the same address."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registry.access import SignedInRequest, open_to
from registry.enums import ImportStep, RowChoice, RowFate
from registry.following import follow, is_going_on
from registry.importing.kinds import other_at
from registry.models import ImportRun
from registry.views.importing.finding import SENDERS, find_run, step_of
from registry.views.importing.mapping import show_columns
from registry.views.importing.showing import (
    WORKING,
    Rows,
    Shown,
    better_kind,
    repairs_of,
    shares,
    unknown_headings,
)

PER_PAGE = 20
#: What may be asked for beside the rows of one fate.
REPAIRED, TWINS = "repaired", "twins"


@open_to(*SENDERS)
@require_safe
def run(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a run: its columns, how far it is, its preview, or what came of it."""
    found = find_run(pk, request.user)
    if other := other_at(found.layout):
        return redirect(other.run, found.pk)
    step = step_of(found)
    if step in WORKING:
        is_at_work = is_going_on(found)
        name = "working" if is_at_work else "stopped"
        return _page(request, found, f"importing/{name}.html")
    if step == ImportStep.MAPPING:
        return show_columns(request, found)
    name = "preview" if step == ImportStep.CHECKED else "outcome"
    return _page(request, found, f"importing/{name}.html", **_rows(request, found))


def show_decisions(
    request: SignedInRequest, found: ImportRun, said: Mapping[str, str]
) -> HttpResponse:
    """Show rows that look alike once more, with what was just said of them."""
    rows = _rows(request, found, said)
    return _page(request, found, "importing/preview.html", **rows)


@open_to(*SENDERS)
@require_safe
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say how far the work of a run is, to its page."""
    return follow(request, find_run(pk, request.user))


def _page(
    request: SignedInRequest, found: ImportRun, template: str, **told: Any
) -> HttpResponse:
    return render(
        request,
        template,
        {
            "run": found,
            "shown": Shown(found, request.user),
            "progress_url": reverse("importing:progress", args=[found.pk]),
            **told,
        },
    )


# --- Rows -------------------------------------------------------------------------


def _rows(
    request: SignedInRequest, found: ImportRun, said: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the rows that are asked for, and how many there are of each fate.

    With what a form ``said`` of rows, they are those that look alike.
    """
    counts = found.counts
    twins = found.rows.exclude(twins=[])
    numbers = {"twins": twins.count(), "undecided": 0}
    is_checked = step_of(found) == ImportStep.CHECKED
    if is_checked and numbers["twins"]:
        undecided = twins.filter(choice=RowChoice.OPEN, fate=RowFate.BAD)
        numbers["undecided"] = undecided.count()
    offered = [fate.value for fate in RowFate if counts.get(fate.value)]
    offered += [TWINS] if numbers["twins"] else []
    offered += [REPAIRED] if found.repairs else []
    wanted = _wanted(request, offered, found, numbers["undecided"])
    if said is not None:
        wanted = TWINS
    asked = request.GET if said is None else said
    rows = Rows(found, request.user, said or {})
    told = {
        "fate": wanted,
        "shares": shares(found),
        "unknown": unknown_headings(found),
        "better": better_kind(found, request.user) if is_checked else None,
        "has_rows": any(fate.value in counts for fate in RowFate),
        "numbers": numbers,
        "good": counts.get("new", 0) + counts.get("changed", 0),
        "kept": counts.get("kept", 0),
        "erases": bool(found.options.get("erases")),
    }
    if wanted == REPAIRED:
        return {**told, "repairs": repairs_of(found, rows)}
    selected = twins if wanted == TWINS else found.rows.filter(fate=wanted)
    page = Paginator(selected.order_by("number"), PER_PAGE).get_page(asked.get("page"))
    return {**told, "page": page, "rows": rows.shown(page.object_list)}


def _wanted(
    request: HttpRequest, offered: list[str], found: ImportRun, undecided: int
) -> str:
    """Return what is asked for; else what the person wants to look at first."""
    asked = request.GET.get("fate", "")
    if asked in offered:
        return asked
    good = [RowFate.CHANGED, RowFate.NEW, RowFate.SAME]
    # Before it is written what is bad comes first, afterwards what was written.
    order = [*good, RowFate.BAD]
    if step_of(found) == ImportStep.CHECKED:
        order = [RowFate.BAD, *good]
    first = [TWINS] if undecided else []
    first += [fate.value for fate in order]
    return next((each for each in first if each in offered), RowFate.NEW.value)
