"""What a producer's people agreed to, and taking it back with one press."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from members import rules
from members.actions import consents
from members.forms.contacts import CONSENT_WORDING
from members.models import Contact, Member, Post
from registry import rules as registry_rules
from registry.access import SignedInRequest, open_to
from registry.enums import Role
from registry.errors import NotVisible
from registry.refusals import REFUSALS, as_refusal
from registry.thai.fields import BEDateField

#: Those who keep a member, review it, or are it.
CONCERNED = (Role.PRODUCER, Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR)


class DayForm(forms.Form):
    """The day on which somebody agreed."""

    day = BEDateField(label=gettext_lazy("Agreed on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"day": timezone.localdate()})
        super().__init__(*args, **kwargs)


@open_to(*CONCERNED)
@require_safe
def consent_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """List contacts and posts of a member with what was agreed to."""
    member = _member(request, pk)
    return _show(request, member)


def _show(
    request: SignedInRequest, member: Member, bent: tuple[str, DayForm] | None = None
) -> HttpResponse:
    """Show the page; ``bent`` is a form that was not understood, by its prefix."""
    contacts = member.contacts.filter(is_personal=True).select_related("consent_by")
    posts = member.posts.select_related("cluster")
    gives_names = registry_rules.reviews(request.user, member)
    return render(
        request,
        "members/consents.html",
        {
            "member": member,
            "contacts": [
                (each, _form(f"contact-{each.pk}", bent))
                for each in contacts.order_by("position", "pk")
            ],
            "posts": [
                (each, _form(f"post-{each.pk}", bent) if gives_names else None)
                for each in posts.order_by("position", "pk")
            ],
            "business": member.contacts.filter(is_personal=False).order_by(
                "position", "pk"
            ),
            "is_own": request.user.role == Role.PRODUCER,
            "waits": not registry_rules.may_edit(request.user, member),
            "bent": bent and bent[1],
        },
        status=422 if bent else 200,
    )


def _form(prefix: str, bent: tuple[str, DayForm] | None) -> DayForm:
    if bent is not None and bent[0] == prefix:
        return bent[1]
    return DayForm(prefix=prefix)


@open_to(*CONCERNED)
@require_POST
def withdraw_contact(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Take consent for a contact back, at once."""
    member = _member(request, pk)
    contact = get_object_or_404(member.contacts.select_related("member"), pk=number)
    return _do(
        request,
        member,
        lambda: consents.withdraw_consent(
            contact, by=request.user, on=timezone.localdate()
        ),
        lambda _done: _("The consent was withdrawn; no page shows this any more."),
    )


@open_to(*CONCERNED)
@require_POST
def withdraw_post(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Take consent to be named in a committee back, at once."""
    member = _member(request, pk)
    post = get_object_or_404(member.posts.select_related("member"), pk=number)
    return _do(
        request,
        member,
        lambda: consents.withdraw_name(post, by=request.user),
        lambda _done: _("The consent was withdrawn; no page shows this any more."),
    )


@open_to(*CONCERNED)
@require_POST
def give_contact(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Record that somebody agreed to a contact being shown."""
    member = _member(request, pk)
    contact: Contact = get_object_or_404(
        member.contacts.select_related("member"), pk=number
    )

    def give(day: datetime.date) -> bool:
        return consents.give_consent(
            contact,
            by=request.user,
            on=day,
            today=timezone.localdate(),
            wording=CONSENT_WORDING,
        )

    return _give(request, member, f"contact-{number}", give)


@open_to(Role.REVIEWER, Role.ADMINISTRATOR)
@require_POST
def give_post(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Record that somebody agreed to be named in a committee."""
    member = _member(request, pk)
    post: Post = get_object_or_404(member.posts.select_related("cluster"), pk=number)

    def give(day: datetime.date) -> bool:
        today = timezone.localdate()
        consents.give_name(post, by=request.user, on=day, today=today)
        return True

    return _give(request, member, f"post-{number}", give)


def _give(
    request: SignedInRequest,
    member: Member,
    prefix: str,
    give: Callable[[datetime.date], bool],
) -> HttpResponse:
    form = DayForm(request.POST, prefix=prefix)
    if not form.is_valid():
        return _show(request, member, (prefix, form))
    return _do(
        request,
        member,
        lambda: give(form.cleaned_data["day"]),
        lambda holds: (
            _("The consent was recorded.")
            if holds
            else _(
                "The consent was sent for review; it counts once a reviewer accepts it."
            )
        ),
    )


def _do(
    request: SignedInRequest,
    member: Member,
    deed: Callable[[], Any],
    said: Callable[[Any], str],
) -> HttpResponse:
    """Do something, say how it went, and lead back to the page."""
    try:
        done = deed()
    except NotVisible as gone:
        raise Http404 from gone
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, said(done))
    return redirect("consents:list", member.pk)


def _member(request: SignedInRequest, pk: int) -> Member:
    """Return a member that concerns the person.

    :raises Http404: if there is none for them.
    """
    member: Member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    if not rules.may_withdraw_consent(request.user, member):
        raise Http404
    return member
