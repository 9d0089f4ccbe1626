"""Accounts by which producers propose changes to their own page and goods."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.models import Member, ProducerAccount
from registry import acts, rules
from registry.actions import invitations, records
from registry.actions.invitations import Guest, NoLongerOpen
from registry.enums import RecordStatus, Role
from registry.errors import NotAllowed, NotVisible, RecordError
from registry.models import Invitation, User


class NoPage(RecordError):
    """There is nothing such an account could work on."""

    message = _("Only a producer whose record is in use can have an account.")


def about(member: Member) -> str:
    """Return how an invitation says that it is for an account of ``member``."""
    return f"{member._meta.label}:{member.pk}"


@transaction.atomic
def give(
    member: Member, *, email: str, by: User, name_th: str = "", language: str = "th"
) -> Invitation:
    """Invite a producer to an account of its own, and return the invitation.

    Where the address has an account already, a letter to it says so and nothing
    else happens.

    :raises NotVisible: if the member lies outside the scope of ``by``.
    :raises NotAllowed: unless ``by`` keeps the record or reviews it.
    """
    fresh = _locked(member, by)
    if fresh.is_placeholder or fresh.status == RecordStatus.WITHDRAWN:
        raise NoPage
    with translation.override(language):
        purpose = fresh.name
    guest = Guest(
        email=email,
        role=Role.PRODUCER,
        name_th=name_th,
        language=language,
        about=about(fresh),
        purpose=purpose,
    )
    invitation = invitations.issue(guest, by=by)
    if invitation.user is not None:
        given = {"member": fresh, "given_by": by, "given_at": timezone.now()}
        ProducerAccount.objects.update_or_create(user=invitation.user, defaults=given)
    return invitation


@transaction.atomic
def give_again(member: Member, invitation: Invitation, *, by: User) -> Invitation:
    """Send a producer's invitation again with a new link; the old one ends.

    :raises NoLongerOpen: if it was accepted or cancelled.
    """
    fresh = _open_one(_locked(member, by), invitation)
    language = fresh.user.language if fresh.user else "th"
    return give(member, email=fresh.email, by=by, language=language)


@transaction.atomic
def cancel(member: Member, invitation: Invitation, *, by: User) -> None:
    """End a producer's invitation; the account it was for stays closed.

    :raises NoLongerOpen: if it was accepted or cancelled.
    """
    fresh = _open_one(_locked(member, by), invitation)
    fresh.cancelled_at = timezone.now()
    fresh.save(update_fields=["cancelled_at"])


@transaction.atomic
def remove(member: Member, account: ProducerAccount, *, by: User) -> None:
    """Take a producer's account away: it is signed out at once and stays closed.

    Password and confirmed address go too, so that the person may be invited again.
    """
    fresh = _locked(member, by)
    given = fresh.accounts.select_related("user").filter(pk=account.pk).first()
    if given is None:
        raise NotVisible
    user = User.objects.select_for_update(of=("self",)).get(pk=given.user_id)
    if user.role == Role.PRODUCER:
        with acts.act(by=by, reason=_now("Producer’s account removed")):
            user.is_active = False
            user.set_unusable_password()
            user.save()
        EmailAddress.objects.filter(user=user).delete()
    given.delete()


def _locked(member: Member, by: User) -> Member:
    fresh = records.lock(member, by=by)
    if not rules.may_give_account(by, fresh):
        raise NotAllowed
    return fresh


def _open_one(member: Member, invitation: Invitation) -> Invitation:
    rows = Invitation.objects.filter(about=about(member), pk=invitation.pk)
    found = rows.select_for_update(of=("self",)).first()
    if found is None:
        raise NotVisible
    if found.accepted_at or found.cancelled_at:
        raise NoLongerOpen
    return found
