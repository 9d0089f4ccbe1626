"""Changing accounts. Opening one is in :mod:`registry.actions.accounts`."""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from registry import acts, rules
from registry.devices import sign_out_everywhere
from registry.errors import NotAllowed
from registry.models import User


class OwnAccount(NotAllowed):
    """Another administrator closes the account of one, or changes the role."""

    message = _("Another administrator must do this to your account.")


def locks_out(user: User, fields: Mapping[str, Any], *, by: User) -> bool:
    """Tell whether new values would take from ``by`` what lets them administer."""
    if user.pk != by.pk:
        return False
    return not fields.get("is_active", True) or fields.get("role", by.role) != by.role


@transaction.atomic
def change_account(user: User, fields: Mapping[str, Any], *, by: User) -> User:
    """Give ``user`` new values of ``fields`` and return it fresh.

    An address that an administrator types counts as confirmed, as at opening:
    sign-in by the old one ends. A closed account is signed out everywhere, so that
    no session wakes up with it when it is opened again.

    :raises NotAllowed: unless ``by`` is an administrator.
    :raises OwnAccount: if ``by`` would lock themselves out.
    """
    if not rules.may_manage_people(by):
        raise NotAllowed
    if locks_out(user, fields, by=by):
        raise OwnAccount
    fresh = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    with acts.act(by=by):
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.save()
    if not fresh.is_active:
        sign_out_everywhere(fresh)
    if "email" in fields:
        EmailAddress.objects.filter(user=fresh).delete()
        EmailAddress.objects.create(
            user=fresh, email=fresh.email, verified=True, primary=True
        )
    return fresh
