"""The page of one thing that waits: all a reviewer wants to know of it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from registry.comparing import show
from registry.desks import Completeness, Desk, desk_of
from registry.enums import ProposalState
from registry.forms.reviewing import HandOverForm
from registry.models import Proposal, User
from registry.reviewing import (
    Queue,
    claims_on,
    colleagues,
    duplicates_of,
    earlier_notes,
    is_waiting,
    kind_name,
    slug_of,
    title_of,
)
from registry.views.review.forms import (
    accept_form,
    approve_form,
    comparison_of,
    packed_of,
    return_form,
)
from registry.views.review.queue import queue_url
from registry.views.review.visits import Visit, is_revealed_to, place_url

#: Acts of the history that the page lists.
RECENT_ACTS = 5


def show_page(visit: Visit) -> HttpResponse:
    """Draw the page of a visit, with what was sent and not accepted."""
    thing, user = visit.thing, visit.user
    waits = is_waiting(thing)
    is_own = thing.submitted_by_id == user.pk
    decides = waits and not is_own
    claimed = claims_on([visit.place]).get((visit.place.label, visit.place.pk))
    queue = Queue(user, visit.narrowing)
    others = colleagues(thing, user) if decides else []
    is_revealed = is_revealed_to(visit)
    context = {
        "thing": thing,
        "record": visit.record,
        "is_proposal": isinstance(thing, Proposal),
        "title": title_of(visit.record),
        "kind": kind_name(type(visit.record)),
        "waits": waits,
        "is_own": is_own,
        "decides": decides,
        "typed": "" if decides else visit.typed,
        "taken_by": claimed,
        "is_mine": claimed == user,
        "hand_over": visit.bound.get("hand") or HandOverForm(colleagues=others),
        "colleagues": others,
        "notes": earlier_notes(thing),
        "history": _history(visit),
        "queue_url": queue_url(visit.narrowing),
        "previous": _beside(queue, visit, "previous"),
        "next": _beside(queue, visit, "next"),
        "preview_url": _preview_url(visit),
        "edit_url": _edit_url(visit) if decides else "",
        "is_revealed": is_revealed,
        **_content(visit, is_revealed=is_revealed),
    }
    if decides:
        context["approve_form"] = visit.bound.get("approve") or approve_form(visit)
        context["return_form"] = visit.bound.get("return") or return_form(visit)
    template = "proposal.html" if isinstance(thing, Proposal) else "record.html"
    return render(visit.request, f"review/{template}", context)


def _content(visit: Visit, *, is_revealed: bool) -> dict[str, Any]:
    """Return what is shown of the thing itself."""
    found = {"about": About.of(visit.record, visit.user)}
    if not isinstance(visit.thing, Proposal):
        shown = show(visit.record, visit.user, is_revealed=is_revealed)
        return found | {"shown": shown, "has_masked": shown.has_masked}
    form = visit.bound.get("approve")
    if form is None:
        packed = packed_of(visit.thing)
        form = accept_form(visit, packed, comparison_of(visit), None)
        visit.bound["approve"] = form
    return found | {
        "comparison": form.comparison,
        "has_masked": form.comparison.has_masked,
        "blocks": form.blocks(),
        "has_moved_on": visit.record.version != visit.thing.base_version
        and is_waiting(visit.thing),
        "outcome": _outcome(visit.thing),
    }


@dataclass(frozen=True)
class About:
    """What is worth knowing of a record beside its fields."""

    completeness: Completeness | None
    obstacles: tuple[str, ...]
    remarks: tuple[str, ...]
    duplicates: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, row: Any, user: User) -> "About":
        """Look at a record. A few queries, as its desk needs them."""
        desk = desk_of(type(row))
        return cls(
            desk.completeness(row) if desk else None,
            tuple(str(each.sentence) for each in row.obstacles()),
            tuple(map(str, desk.remarks(row))) if desk else (),
            tuple(
                (
                    title_of(each),
                    reverse("review:record", args=[slug_of(type(each)), each.pk]),
                )
                for each in duplicates_of(row, user)
            ),
        )


def _outcome(thing: Proposal) -> dict[str, Any]:
    """Return what a decided proposal was applied without, and with instead."""
    if thing.stage != ProposalState.ACCEPTED:
        return {}
    return {
        "left_out": set(thing.data.get("left_out", ())),
        "instead": thing.data.get("instead", {}),
    }


def _history(visit: Visit) -> list[Any]:
    """Return the latest acts on the record. One query."""
    history: Any = type(visit.record).history
    rows = history.filter(id=visit.record.pk).select_related("history_user")
    return list(rows.order_by("-history_id")[:RECENT_ACTS])


def _beside(queue: Queue, visit: Visit, direction: Any) -> str:
    found = queue.beside(visit.place, direction)
    return place_url(found, visit.narrowing.query()) if found else ""


def _preview_url(visit: Visit) -> str:
    if desk_of(type(visit.record)) is None:
        return ""
    if isinstance(visit.thing, Proposal):
        return reverse("review:proposal_preview", args=[visit.thing.pk])
    slug = slug_of(type(visit.record))
    return reverse("review:record_preview", args=[slug, visit.thing.pk])


def _edit_url(visit: Visit) -> str:
    """Return where a record is mended before it is approved; then one comes back."""
    if isinstance(visit.thing, Proposal):
        return ""
    opts = type(visit.record)._meta
    desk: Desk | None = desk_of(type(visit.record))
    if desk is None:
        return reverse(
            f"admin:{opts.app_label}_{opts.model_name}_change", args=[visit.record.pk]
        )
    try:
        url = reverse("workspace:edit", args=[desk.slug, visit.record.pk])
    except NoReverseMatch:
        return ""
    return f"{url}?{urlencode({'next': visit.url()})}"
