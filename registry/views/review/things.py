"""Addresses of one thing that waits, or waited, and of what it would look like."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from registry.access import STAFF, SignedInRequest, open_to
from registry.desks import desk_of
from registry.errors import NotVisible, RecordError
from registry.forms.reviewing import NarrowingForm
from registry.models import Proposal
from registry.refusals import REFUSALS, as_refusal
from registry.rehearsal import page_with
from registry.reviewing import Queue, Thing, is_waiting
from registry.views.review.deciding import PRESSES
from registry.views.review.forms import approve_form, return_form
from registry.views.review.page import show_page
from registry.views.review.visits import Visit, find_proposal, find_record, record_of


@open_to(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show a record that waits, or waited, and take the decision on it."""
    return _answer(request, find_record(request.user, slug, pk))


@open_to(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a proposed change beside its record, and take the decision on it."""
    return _answer(request, find_proposal(request.user, pk))


@open_to(*STAFF)
@require_safe
def record_preview(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show a record on the page the public would see."""
    thing = find_record(request.user, slug, pk)
    desk = desk_of(type(thing))
    if desk is None:
        raise Http404
    return desk.page(request, thing)


@open_to(*STAFF)
@require_safe
def proposal_preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a published record as it would be with a proposal accepted."""
    thing = find_proposal(request.user, pk)
    try:
        return page_with(thing, request)
    except NotVisible as gone:
        raise Http404 from gone
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        messages.error(request, str(refusal))
        return redirect("review:proposal", thing.pk)


def _answer(request: SignedInRequest, thing: Thing) -> HttpResponse:
    subject = record_of(request.user, thing) if isinstance(thing, Proposal) else thing
    narrowing = NarrowingForm(request.GET, Queue(request.user)).narrowing()
    visit = Visit(request, thing, subject, narrowing)
    if request.method != "POST":
        return show_page(visit)
    press = PRESSES.get(request.POST.get("press", ""))
    if press is None:
        return redirect(visit.url())
    try:
        done = press(visit)
    except NotVisible as gone:
        raise Http404 from gone
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        _take_in(visit, refusal)
        return show_page(visit)
    return show_page(visit) if done is None else redirect(done)


def _take_in(visit: Visit, refusal: RecordError) -> None:
    """Say why nothing was done, and keep what was typed for the next try."""
    messages.error(visit.request, str(refusal))
    visit.reload()
    data = visit.request.POST.copy()
    visit.typed = data.get("note", "")
    # What is shown now is what the next press decides on.
    data["version"] = str(visit.thing.version)
    data["record_version"] = str(visit.record.version)
    visit.request.POST = data  # type: ignore[assignment] # a mutable copy of it
    if is_waiting(visit.thing):
        press = data.get("press", "")
        if press in {"approve", "return"}:
            form = approve_form(visit) if press == "approve" else return_form(visit)
            form.is_valid()
            visit.bound[press] = form
