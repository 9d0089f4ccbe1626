"""The people of an agency: who works there, and who is invited."""

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from registry import rules
from registry.access import SignedInRequest, open_to
from registry.actions import invitations
from registry.actions.invitations import Guest
from registry.auditing import note
from registry.enums import AuditKind, Role
from registry.errors import RecordError
from registry.forms.joining import InviteForm
from registry.models import Invitation, User
from registry.querysets import InvitationQuerySet

#: Who has colleagues here; others are managed in the admin.
KEEPERS = (Role.OFFICER, Role.REVIEWER)


@open_to(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def colleagues(request: SignedInRequest) -> HttpResponse:
    """List the people of the agency and its open invitations; invite one more."""
    if request.method != "POST":
        return _show(request, InviteForm())
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    if not ratelimit.consume(request, action="invite", user=request.user):
        form.add_error(
            None, _("Many invitations were sent in an hour. Please try again later.")
        )
        return _show(request, form, status=429)
    guest = Guest(
        email=form.cleaned_data["email"],
        agency=request.user.agency,
        name_th=form.cleaned_data["name_th"],
        language="en" if get_language() == "en" else "th",
    )
    try:
        invitation = invitations.invite(guest, by=request.user)
    except RecordError as refusal:
        form.add_error(None, str(refusal))
        return _show(request, form)
    _tell(request, invitation)
    return redirect("people:list")


def _show(
    request: SignedInRequest, form: InviteForm, status: int = 200
) -> HttpResponse:
    agency = request.user.agency
    people = User.objects.visible_to(request.user).filter(agency=agency, is_active=True)
    return render(
        request,
        "people/list.html",
        {
            "agency": agency,
            "people": people.order_by("name_th", "pk"),
            "invitations": _of_agency(request)
            .filter(accepted_at__isnull=True, cancelled_at__isnull=True)
            .select_related("invited_by")
            .order_by("-pk"),
            "now": timezone.now(),
            "may_invite": agency is not None and rules.may_invite(request.user, agency),
            "form": form,
        },
        status=status,
    )


def _of_agency(request: SignedInRequest) -> InvitationQuerySet[Invitation]:
    """Return the invitations of colleagues; those of producers have a page apart."""
    return Invitation.objects.visible_to(request.user).filter(about="")


@open_to(*KEEPERS)
@require_POST
def resend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send an invitation again, with a new link."""
    invitation = get_object_or_404(_of_agency(request), pk=pk)
    if not ratelimit.consume(request, action="invite", user=request.user):
        return ratelimit.respond_429(request)
    try:
        fresh = invitations.resend(invitation, by=request.user)
    except RecordError as refusal:
        messages.error(request, str(refusal))
    else:
        _tell(request, fresh)
    return redirect("people:list")


@open_to(*KEEPERS)
@require_POST
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Cancel an invitation; its link ends."""
    invitation = get_object_or_404(_of_agency(request), pk=pk)
    try:
        invitations.cancel(invitation, by=request.user)
    except RecordError as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("The invitation of %(email)s was cancelled.")
        messages.success(request, said % {"email": invitation.email})
    return redirect("people:list")


def _tell(request: SignedInRequest, invitation: Invitation) -> None:
    note(request, AuditKind.INVITED, about=invitation)
    said = _("An invitation was sent to %(email)s.")
    messages.success(request, said % {"email": invitation.email})
