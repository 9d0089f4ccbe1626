"""Inviting people, and opening the account an invitation is for.

The account exists from the invitation on, but nobody can enter it: it is not
active, has no password and no confirmed address until the link is used. What the
inviting person sees is the same whether the address had an account or not.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registry import acts, rules
from registry.enums import Role
from registry.errors import NotAllowed, NotVisible, RecordError
from registry.letters import address_of, send_letter, write_to
from registry.models import Agency, Invitation, User

VALID_FOR = timedelta(days=14)


class LinkUsed(RecordError):
    """The link opens no account: used, replaced, cancelled, too old or made up."""

    message = _(
        "This link is no longer valid. Please ask whoever invited you for a new one."
    )


class NoLongerOpen(RecordError):
    """The invitation was accepted or cancelled in the meantime."""

    message = _("This invitation is no longer open.")


@dataclass(frozen=True)
class Letters:
    """The two letters of an invitation: with the link, and to who has an account."""

    invited: str = "invitations/mail/invited.txt"
    has_account: str = "invitations/mail/has_account.txt"


@dataclass(frozen=True)
class Guest:
    """Who is invited, as far as the inviting person knows."""

    email: str
    role: Role = Role.OFFICER
    agency: Agency | None = None
    name_th: str = ""
    name_en: str = ""
    post: str = ""
    language: str = "th"
    #: The row the account is for ("members.Member:17"), and its name in the letter.
    about: str = ""
    purpose: str = ""


# --- Inviting ---------------------------------------------------------------------


@transaction.atomic
def invite(guest: Guest, *, by: User) -> Invitation:
    """Invite a colleague into an agency and return the invitation.

    An open one to the same address is replaced: its link ends.

    :raises NotAllowed: if ``by`` may not invite there, or not into this role.
    """
    if guest.agency is None or not rules.may_invite(by, guest.agency):
        raise NotAllowed
    if guest.role != Role.OFFICER and not by.is_administrator:
        raise NotAllowed
    return issue(guest, by=by)


@transaction.atomic
def issue(
    guest: Guest, *, by: User | None, letters: Letters | None = None
) -> Invitation:
    """Write an invitation and its letter. The caller has asked whether ``by`` may.

    ``user`` of the invitation is None where the address has an account already:
    the letter to it says so, and nobody else learns it.
    """
    email = guest.email.strip().lower()
    _replace_earlier(email, guest)
    user = _reserved(email, guest, by)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        agency=guest.agency,
        role=guest.role,
        user=user,
        about=guest.about,
        token_hash=_hash(token),
        invited_by=by,
        expires_at=timezone.now() + VALID_FOR,
    )
    _write(invitation, token, guest, letters or Letters())
    return invitation


def _replace_earlier(email: str, guest: Guest) -> None:
    """End what the same house sent to the address for the same purpose."""
    Invitation.objects.filter(
        email=email,
        agency=guest.agency,
        about=guest.about,
        accepted_at__isnull=True,
        cancelled_at__isnull=True,
    ).update(cancelled_at=timezone.now())


def _reserved(email: str, guest: Guest, by: User | None) -> User | None:
    """Return the closed account of an address, made or found; None for any other."""
    user = account_of(email)
    if user is not None and not _is_free(user):
        return None
    named = {"name_th": guest.name_th, "name_en": guest.name_en, "post": guest.post}
    fields = {
        **{name: text for name, text in named.items() if text},
        "role": guest.role,
        "agency": guest.agency,
        "language": guest.language,
    }
    with acts.act(by=by, reason=_now("Invited")):
        if user is None:
            return _made(email, fields)
        fresh: User = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.save()
    return fresh


def _made(email: str, fields: dict[str, Any]) -> User | None:
    """Make a closed account; None if somebody made one at the same moment."""
    try:
        with transaction.atomic():
            made: User = User.objects.create_user(
                email, None, is_active=False, **fields
            )
    except IntegrityError:
        return None
    return made


def account_of(email: str) -> User | None:
    """Return the account that signs in by an address; None if there is none."""
    found: User | None = User.objects.filter(email=email).first()
    if found is None:
        address = EmailAddress.objects.filter(email__iexact=email, verified=True)
        owner = address.select_related("user").first()
        found = owner.user if owner else None
    return found


def is_closed(user: User) -> bool:
    """Tell whether an account waits for an invitation to be accepted.

    One that an administrator opened has a confirmed address, and one that was in
    use a password: whoever switched it off decides, and no invitation opens it.
    """
    return (
        not user.is_active
        and not user.has_usable_password()
        and not EmailAddress.objects.filter(user=user).exists()
    )


def _is_free(user: User) -> bool:
    """Tell whether a closed account waits for no other house's invitation."""
    return is_closed(user) and not user.invitations.open().exists()


def _write(invitation: Invitation, token: str, guest: Guest, letters: Letters) -> None:
    """Write the letter with the link, or the one to who has an account already."""
    said = {
        "agency": guest.agency,
        "purpose": guest.purpose,
        "person": invitation.invited_by,
        "expires_at": invitation.expires_at,
    }
    owner = None if invitation.user_id else account_of(invitation.email)
    if owner is None:
        said["url"] = address_of("invitations:accept", token, language=guest.language)
        where = {"to": invitation.email, "language": guest.language}
        send_letter(letters.invited, **where, **said)
        return
    said["url"] = address_of("account_login", language=owner.language)
    if owner.is_active:
        write_to(owner, letters.has_account, **said)
    else:
        # Nothing is sent to a closed account by itself; this its owner should know.
        where = {"to": invitation.email, "language": owner.language}
        send_letter(letters.has_account, **where, is_closed=True, **said)


# --- Afterwards -------------------------------------------------------------------


@transaction.atomic
def resend(invitation: Invitation, *, by: User) -> Invitation:
    """Send a colleague's invitation again with a new link; the old one ends.

    :raises NotVisible: if it is none of the agency's.
    :raises NoLongerOpen: if it was accepted or cancelled.
    """
    fresh = _locked(invitation, by=by)
    user = fresh.user
    guest = Guest(
        email=fresh.email,
        role=Role(fresh.role),
        agency=fresh.agency,
        language=user.language if user else "th",
    )
    return invite(guest, by=by)


@transaction.atomic
def cancel(invitation: Invitation, *, by: User) -> None:
    """End a colleague's invitation; the account it was for stays closed.

    :raises NotVisible: if it is none of the agency's.
    :raises NoLongerOpen: if it was accepted or cancelled.
    """
    fresh = _locked(invitation, by=by)
    if fresh.agency is None or not rules.may_invite(by, fresh.agency):
        raise NotAllowed
    fresh.cancelled_at = timezone.now()
    fresh.save(update_fields=["cancelled_at"])


def _locked(invitation: Invitation, *, by: User) -> Invitation:
    """Return a colleague's invitation, locked and open.

    What is about a row belongs to who keeps the row, and is not found here.
    """
    rows = Invitation.objects.visible_to(by).filter(about="")
    found = rows.select_for_update(of=("self",)).filter(pk=invitation.pk).first()
    if found is None:
        raise NotVisible
    if found.accepted_at or found.cancelled_at:
        raise NoLongerOpen
    return found


# --- Accepting --------------------------------------------------------------------


def find(token: str) -> tuple[Invitation, User]:
    """Return the invitation a link was made for, and the account it opens.

    :raises LinkUsed: if the link opens no account (any more).
    """
    found = Invitation.objects.open().filter(token_hash=_hash(token))
    invitation = found.select_related("user", "agency").first()
    if invitation is None or not invitation.user or not is_closed(invitation.user):
        raise LinkUsed
    return invitation, invitation.user


@transaction.atomic
def accept(
    token: str,
    *,
    name_th: str,
    password: str,
    name_en: str = "",
    post: str = "",
    language: str = "th",
) -> User:
    """Open the account a link was made for, once; its address is confirmed by it.

    :raises LinkUsed: if the link opens no account (any more).
    """
    rows = Invitation.objects.select_for_update(of=("self",))
    list(rows.filter(token_hash=_hash(token)))
    invitation, closed = find(token)
    user: User = User.objects.select_for_update(of=("self",)).get(pk=closed.pk)
    taken = EmailAddress.objects.filter(email__iexact=user.email, verified=True)
    if taken.exclude(user=user).exists():
        raise LinkUsed
    with acts.act(by=user, reason=_now("Invitation accepted")):
        user.name_th, user.name_en, user.post = name_th, name_en, post
        user.language, user.is_active = language, True
        user.set_password(password)
        user.save()
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return user


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
