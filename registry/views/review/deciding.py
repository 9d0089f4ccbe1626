"""What is pressed on the page of one thing that waits."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core import signing
from django.utils.translation import gettext as _

from registry import rules
from registry.actions import reviewing as decisions
from registry.auditing import note
from registry.enums import AuditKind
from registry.forms.reviewing import AcceptForm, HandOverForm
from registry.models import Proposal
from registry.reviewing import Queue, colleagues, title_of
from registry.views.review.forms import approve_form, return_form
from registry.views.review.queue import queue_url
from registry.views.review.visits import SALT, Visit, place_url


def _approve(visit: Visit) -> str | None:
    form = approve_form(visit)
    if not form.is_valid():
        visit.bound["approve"] = form
        return None
    typed = form.cleaned_data
    given: dict[str, Any] = {"version": typed["version"], "note": typed["note"]}
    if isinstance(form, AcceptForm):
        given |= {
            "record_version": typed["record_version"],
            "without": form.without(),
            "instead": form.instead(),
        }
    decisions.approve(visit.thing, by=visit.user, **given)
    said = (
        _("The change to “%(name)s” was approved; the public reads it now.")
        if isinstance(visit.thing, Proposal)
        else _("“%(name)s” was approved and published.")
    )
    return _go_on(visit, said)


def _return(visit: Visit) -> str | None:
    form = return_form(visit)
    if not form.is_valid():
        visit.bound["return"] = form
        return None
    typed = form.cleaned_data
    decisions.send_back(
        visit.thing, by=visit.user, note=typed["note"], version=typed["version"]
    )
    said = (
        _("The change to “%(name)s” was returned.")
        if isinstance(visit.thing, Proposal)
        else _("“%(name)s” was returned to its agency.")
    )
    return _go_on(visit, said)


def _go_on(visit: Visit, said: str) -> str:
    """Say what was done, and lead to what waits next."""
    messages.success(visit.request, said % {"name": title_of(visit.record)})
    following = Queue(visit.user, visit.narrowing).after(visit.place)
    if following is None:
        return queue_url(visit.narrowing)
    return place_url(following, visit.narrowing.query())


def _take(visit: Visit) -> str:
    decisions.take_over(visit.thing, by=visit.user)
    messages.success(
        visit.request, _("You have taken this over. Your colleagues see that.")
    )
    return visit.url()


def _give_back(visit: Visit) -> str:
    decisions.give_back(visit.thing, by=visit.user)
    messages.success(visit.request, _("Anybody may go on with this now."))
    return visit.url()


def _hand(visit: Visit) -> str | None:
    form = HandOverForm(
        visit.request.POST, colleagues=colleagues(visit.thing, visit.user)
    )
    if not form.is_valid():
        visit.bound["hand"] = form
        return None
    to = form.chosen()
    decisions.hand_over(visit.thing, to=to, by=visit.user)
    said = _("This was left to %(name)s.") % {"name": to.name}
    messages.success(visit.request, said)
    return visit.url()


def _reveal(visit: Visit) -> str:
    """Show what is masked for a few minutes; that it was asked for is recorded."""
    if not rules.allowed("see_personal", visit.user, visit.record):
        return visit.url()
    note(visit.request, AuditKind.REVEAL, about=visit.record)
    token = signing.dumps([visit.user.pk, visit.place.key], salt=SALT)
    return visit.url(shown=token)


PRESSES: dict[str, Callable[[Visit], str | None]] = {
    "approve": _approve,
    "return": _return,
    "take": _take,
    "give_back": _give_back,
    "hand": _hand,
    "reveal": _reveal,
}
