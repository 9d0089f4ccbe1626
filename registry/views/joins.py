"""Requests to join, for who decides on them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from registry.access import STAFF, SignedInRequest, open_to
from registry.actions import joining
from registry.auditing import note
from registry.enums import AuditKind, JoinState
from registry.errors import NoteNeeded, NotVisible, RecordError
from registry.files import private_url
from registry.forms.joining import DecisionForm
from registry.join_steps import WORDINGS, story
from registry.known_agencies import similar
from registry.models import JoinRequest

#: Part of the address → the states the list shows.
SHELVES = {
    "waiting": (JoinState.SUBMITTED,),
    "returned": (JoinState.RETURNED,),
    "decided": (JoinState.APPROVED, JoinState.REFUSED),
}


@open_to(*STAFF)
@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """List the requests the person decides on, the oldest first."""
    shelf = request.GET.get("show", "waiting")
    shelf = shelf if shelf in SHELVES else "waiting"
    rows = JoinRequest.objects.visible_to(request.user).filter(state__in=SHELVES[shelf])
    rows = rows.select_related("province", "decided_by")
    order = "-decided_at" if shelf == "decided" else "submitted_at"
    page = Paginator(rows.order_by(order, "pk"), 25).get_page(request.GET.get("page"))
    shelves = [
        ("waiting", _("Waiting for a decision"), shelf == "waiting"),
        ("returned", _("Asked back"), shelf == "returned"),
        ("decided", _("Decided"), shelf == "decided"),
    ]
    return render(
        request, "joins/list.html", {"page": page, "shelf": shelf, "shelves": shelves}
    )


@open_to(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a request beside the agencies it may be, and take the decision."""
    rows = JoinRequest.objects.visible_to(request.user)
    asked = get_object_or_404(
        rows.select_related("agency", "province", "decided_by"), pk=pk
    )
    offered = similar(asked)
    if request.method != "POST":
        form = DecisionForm(asked=asked, offered=offered)
        return _show(request, asked, offered, form)
    form = DecisionForm(request.POST, asked=asked, offered=offered)
    if not form.is_valid():
        return _show(request, asked, offered, form)
    try:
        said = _decide(request, asked, form)
    except NotVisible:
        return redirect("joins:list")
    except NoteNeeded as refusal:
        form.add_error("note", str(refusal))
        return _show(request, asked, offered, form)
    except RecordError as refusal:
        form.add_error(None, str(refusal))
        asked.refresh_from_db()
        return _show(request, asked, offered, form)
    messages.success(request, said)
    return redirect("joins:list")


def _decide(request: HttpRequest, asked: JoinRequest, form: DecisionForm) -> str:
    """Do what was pressed, and return the sentence that says so."""
    typed: Any = form.cleaned_data
    act = {"by": request.user, "version": typed["version"]}
    pressed = request.POST.get("decision", "")
    name = {"name": str(asked)}
    if pressed == "approve":
        joining.approve(asked, **act, **form.chosen())
        note(request, AuditKind.INVITED, about=asked)
        return _("“%(name)s” has joined. The applicant was invited by mail.") % name
    if pressed == "refuse":
        joining.refuse(asked, note=typed["note"], **act)
        return _("The request of “%(name)s” was refused.") % name
    if pressed == "return":
        joining.ask_back(asked, note=typed["note"], **act)
        return _("The request of “%(name)s” was given back to be mended.") % name
    raise RecordError


def _show(
    request: HttpRequest, asked: JoinRequest, offered: list[Any], form: DecisionForm
) -> HttpResponse:
    return render(
        request,
        "joins/detail.html",
        {
            "asked": asked,
            "offered": offered,
            "form": form,
            "story": story(asked),
            "letter": private_url(asked, asked.file) if asked.file else "",
            "wording": WORDINGS.get(asked.consent_wording, ()),
            "is_waiting": asked.stage == JoinState.SUBMITTED,
        },
    )
