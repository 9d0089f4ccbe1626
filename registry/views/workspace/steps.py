"""Steps of a record beside its form: submit, withdraw, call back, and its history."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from registry import rules
from registry.access import SignedInRequest, open_to
from registry.actions import proposals, records
from registry.chronicle import Chronicle
from registry.enums import RecordStatus
from registry.errors import NotReady, NotVisible
from registry.forms import NoteForm
from registry.models import Proposal
from registry.refusals import REFUSALS, as_refusal
from registry.views.workspace.finding import (
    KEEPERS,
    WORKERS,
    find_desk,
    find_record,
)

#: Acts on a page of the history.
ACTS_PER_PAGE = 20


def sheet_of(desk: Any, record: Any, query: str = "") -> HttpResponseRedirect:
    """Lead to the form of a record."""
    return HttpResponseRedirect(
        reverse("workspace:edit", args=[desk.slug, record.pk]) + query
    )


def _version(request: HttpRequest) -> int | None:
    """Return the version the person was shown; one that never was, if it is bent."""
    typed = request.POST.get("version")
    if typed is None:
        return None
    return int(typed) if re.fullmatch("[0-9]{1,9}", typed, re.ASCII) else -1


def _try(request: HttpRequest, deed: Callable[[], Any], said: str) -> str:
    """Do ``deed`` and tell what came of it; return what to add to the address."""
    try:
        deed()
    except NotVisible as gone:
        raise Http404 from gone
    except NotReady:
        messages.error(request, _("It was not submitted: something is still missing."))
        return "?submit=1"
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return ""


@open_to(*WORKERS)
@require_POST
def submit(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Hand a record, or the open change to a published one, to the reviewers."""
    user = request.user
    desk = find_desk(slug, user)
    record = find_record(desk, pk, user)
    said = _("“%(name)s” was submitted for review.") % {"name": record}
    version = _version(request)
    deed: Callable[[], Any]
    if record.is_published:
        proposal = _open_change(record, user)
        deed = partial(proposals.submit, proposal, by=user, version=version)
    else:
        deed = partial(records.submit, record, by=user, version=version)
    return sheet_of(desk, record, _try(request, deed, said))


def _open_change(record: Any, user: Any) -> Proposal:
    """Return the open change to a record.

    :raises Http404: if there is none for the person.
    """
    found = proposals.open_proposal(record, of=user)
    if found is None:
        raise Http404
    return found


@open_to(*WORKERS)
@require_POST
def call_back(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Take a submitted change back, to go on writing it."""
    user = request.user
    desk = find_desk(slug, user)
    record = find_record(desk, pk, user)
    proposal = _open_change(record, user)
    _try(
        request,
        partial(proposals.call_back, proposal, by=user, version=_version(request)),
        _("The change was called back; you can go on with it."),
    )
    return sheet_of(desk, record)


@open_to(*WORKERS)
@require_POST
def drop(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Give an open change up; the published record stays as it is."""
    user = request.user
    desk = find_desk(slug, user)
    record = find_record(desk, pk, user)
    proposal = _open_change(record, user)
    _try(
        request,
        partial(proposals.drop, proposal, by=user, version=_version(request)),
        _("The change was given up; the record stays as it is."),
    )
    return sheet_of(desk, record)


@open_to(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Ask why, and take a record out of the work; history keeps it."""
    user = request.user
    desk = find_desk(slug, user)
    record = find_record(desk, pk, user)
    may = record.stage.may_become(RecordStatus.WITHDRAWN) and rules.allowed(
        "withdraw", user, record
    )
    if not may:
        messages.error(request, _("This record cannot be withdrawn now."))
        return sheet_of(desk, record)
    is_answer = request.method == "POST"
    form = NoteForm(
        request.POST if is_answer else None, initial={"version": record.version}
    )
    if is_answer and form.is_valid() and _withdraw(request, record, form):
        return sheet_of(desk, record)
    context = {"desk": desk, "record": record, "form": form}
    return render(request, "workspace/withdraw.html", context)


def _withdraw(request: SignedInRequest, record: Any, form: NoteForm) -> bool:
    """Withdraw a record; tell whether it was, else let the form say why not."""
    typed = form.cleaned_data
    try:
        records.withdraw(
            record, by=request.user, note=typed["note"], version=typed["version"]
        )
    except NotVisible as gone:
        raise Http404 from gone
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("“%(name)s” was withdrawn.") % {"name": record})
    return True


@open_to(*WORKERS)
@require_safe
def show(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show a record as the public would see it."""
    desk = find_desk(slug, request.user)
    return desk.page(request, find_record(desk, pk, request.user))


@open_to(*KEEPERS)
@require_safe
def history(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """List what was done to a record: who, when, what and why, the newest first."""
    desk = find_desk(slug, request.user)
    record = find_record(desk, pk, request.user)
    chronicle = Chronicle(record, desk.wording)
    page = Paginator(chronicle.acts, ACTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "workspace/history.html",
        {
            "desk": desk,
            "record": record,
            "page": page,
            "entries": chronicle.entries(page.object_list),
        },
    )
