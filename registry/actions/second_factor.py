"""Taking a lost second factor off an account, so that its owner sets up a new one."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from registry import acts, rules
from registry.devices import sign_out_everywhere
from registry.errors import NotAllowed, NoteNeeded, RecordError
from registry.letters import address_of, write_to
from registry.models import User


class NoSecondFactor(RecordError):
    """There is none to take off."""

    message = _("This account has no second factor.")


class OwnSecondFactor(NotAllowed):
    """Whoever is signed in has theirs, and changes it on their own page."""

    message = _("Change your own second factor on the page of your account.")


@transaction.atomic
def reset_second_factor(user: User, *, by: User | None, reason: str) -> User:
    """Take every factor off ``user``'s account, end its sessions and tell by mail.

    ``by`` is None for whoever runs the machine, by ``manage.py``.

    :raises NotAllowed: unless ``by`` is an administrator, and somebody else.
    :raises NoteNeeded: without a reason: this opens an account to a password alone.
    :raises NoSecondFactor: if there is none.
    """
    if by is not None and not rules.may_manage_people(by):
        raise NotAllowed
    if by is not None and by.pk == user.pk:
        raise OwnSecondFactor
    if not reason.strip():
        raise NoteNeeded
    fresh: User = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    taken, _kinds = Authenticator.objects.filter(user=fresh).delete()
    if not taken:
        raise NoSecondFactor
    with acts.act(by=by, reason=reason):
        fresh.save()
    sign_out_everywhere(fresh)
    _tell(fresh)
    return fresh


def _tell(user: User) -> None:
    """Write to the person, in their language; the mail waits in the outbox."""
    write_to(
        user,
        "mails/factor_reset.txt",
        setup_url=address_of("mfa_index", language=user.language),
        help_url=address_of("contact", language=user.language),
    )
