"""The forms of a visit: empty, or with what was sent."""

from typing import Any

from registry.comparing import Comparison, compare
from registry.forms.reviewing import AcceptForm, ApproveForm, ReturnForm
from registry.models import Proposal
from registry.packing import Packed
from registry.reviewing import is_waiting, notes_for
from registry.views.review.visits import Visit, is_revealed_to


def packed_of(thing: Proposal) -> Packed:
    """Return what is proposed."""
    packed: Packed = thing.data
    return packed


def return_form(visit: Visit) -> ReturnForm:
    """Return the form to return with, with what was sent to it."""
    is_sent = visit.request.POST.get("press") == "return"
    return ReturnForm(
        visit.request.POST if is_sent else None,
        initial={"version": visit.thing.version},
        notes=notes_for(visit.thing.province_id),
    )


def approve_form(visit: Visit) -> ApproveForm:
    """Return the form to approve with, with what was sent to it."""
    is_sent = visit.request.POST.get("press") == "approve"
    data = visit.request.POST if is_sent else None
    if not isinstance(visit.thing, Proposal):
        return ApproveForm(data, initial={"version": visit.thing.version})
    return accept_form(visit, packed_of(visit.thing), comparison_of(visit), data)


def comparison_of(visit: Visit) -> Comparison:
    """Return the proposal of a visit beside its record."""
    thing: Any = visit.thing
    return compare(
        visit.record,
        packed_of(thing),
        visit.user,
        is_revealed=is_revealed_to(visit),
        is_open=is_waiting(thing),
    )


def accept_form(
    visit: Visit, packed: Packed, comparison: Comparison, data: Any
) -> AcceptForm:
    """Return the form to approve a proposal with."""
    return AcceptForm(
        data,
        record=visit.record,
        packed=packed,
        comparison=comparison,
        initial={
            "version": visit.thing.version,
            "record_version": visit.record.version,
            "has_boxes": True,
        },
    )
