"""The accounts of a producer, for the office that keeps its record."""

from allauth.core import ratelimit
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members.actions import accounts as deeds
from members.models import Member
from registry import rules
from registry.access import SignedInRequest, open_to
from registry.auditing import note
from registry.enums import AuditKind, Role
from registry.errors import RecordError
from registry.forms.joining import InviteForm
from registry.models import Invitation

KEEPERS = (Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR)


@open_to(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request: SignedInRequest, pk: int) -> HttpResponse:
    """List the accounts of a producer and its open invitations; invite one more."""
    member = _member(request, pk)
    if request.method != "POST":
        return _show(request, member, InviteForm())
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _show(request, member, form)
    if not ratelimit.consume(request, action="invite", user=request.user):
        form.add_error(
            None, _("Many invitations were sent in an hour. Please try again later.")
        )
        return _show(request, member, form, status=429)
    try:
        invitation = deeds.give(
            member,
            email=form.cleaned_data["email"],
            name_th=form.cleaned_data["name_th"],
            language="en" if get_language() == "en" else "th",
            by=request.user,
        )
    except RecordError as refusal:
        form.add_error(None, str(refusal))
        return _show(request, member, form)
    _tell(request, invitation)
    return redirect("producer_accounts:list", pk)


def _show(
    request: SignedInRequest, member: Member, form: InviteForm, status: int = 200
) -> HttpResponse:
    given = member.accounts.filter(user__role=Role.PRODUCER, user__is_active=True)
    return render(
        request,
        "people/accounts.html",
        {
            "member": member,
            "accounts": given.select_related("user", "given_by").order_by("pk"),
            "invitations": _invitations(member)
            .filter(accepted_at__isnull=True, cancelled_at__isnull=True)
            .select_related("invited_by")
            .order_by("-pk"),
            "now": timezone.now(),
            "form": form,
        },
        status=status,
    )


@open_to(*KEEPERS)
@require_POST
def remove_account(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Take an account away from a producer."""
    member = _member(request, pk)
    account = get_object_or_404(member.accounts.select_related("user"), pk=number)
    try:
        deeds.remove(member, account, by=request.user)
    except RecordError as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("The account of %(email)s was removed.")
        messages.success(request, said % {"email": account.user.email})
    return redirect("producer_accounts:list", pk)


@open_to(*KEEPERS)
@require_POST
def resend(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Send a producer's invitation again, with a new link."""
    member = _member(request, pk)
    invitation = get_object_or_404(_invitations(member), pk=number)
    if not ratelimit.consume(request, action="invite", user=request.user):
        return ratelimit.respond_429(request)
    try:
        fresh = deeds.give_again(member, invitation, by=request.user)
    except RecordError as refusal:
        messages.error(request, str(refusal))
    else:
        _tell(request, fresh)
    return redirect("producer_accounts:list", pk)


@open_to(*KEEPERS)
@require_POST
def cancel(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Cancel a producer's invitation; its link ends."""
    member = _member(request, pk)
    invitation = get_object_or_404(_invitations(member), pk=number)
    try:
        deeds.cancel(member, invitation, by=request.user)
    except RecordError as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("The invitation of %(email)s was cancelled.")
        messages.success(request, said % {"email": invitation.email})
    return redirect("producer_accounts:list", pk)


def _member(request: SignedInRequest, pk: int) -> Member:
    """Return a member the person may give accounts to.

    :raises PermissionDenied: if the person sees it, but may not.
    """
    member: Member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    if not rules.may_give_account(request.user, member):
        raise PermissionDenied
    return member


def _invitations(member: Member) -> QuerySet[Invitation]:
    return Invitation.objects.filter(about=deeds.about(member))


def _tell(request: SignedInRequest, invitation: Invitation) -> None:
    note(request, AuditKind.INVITED, about=invitation)
    said = _("An invitation was sent to %(email)s.")
    messages.success(request, said % {"email": invitation.email})
