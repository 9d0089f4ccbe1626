"""Changing accounts. Opening one is in :mod:`registry.actions.accounts`."""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from registry import acts, rules
from registry.errors import NotAllowed
from registry.models import User


@transaction.atomic
def change_account(user: User, fields: Mapping[str, Any], *, by: User) -> User:
    """Give ``user`` new values of ``fields`` and return it fresh.

    An address that an administrator types counts as confirmed, as at opening:
    sign-in by the old one ends.

    :raises NotAllowed: unless ``by`` is an administrator.
    """
    if not rules.may_manage_people(by):
        raise NotAllowed
    fresh = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    with acts.act(by=by):
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.save()
    if "email" in fields:
        EmailAddress.objects.filter(user=fresh).delete()
        EmailAddress.objects.create(
            user=fresh, email=fresh.email, verified=True, primary=True
        )
    return fresh
