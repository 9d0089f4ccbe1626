"""Files of the private storage, and the address each is read under.

An address carries a signed name of the row it belongs to. The signature only
keeps guesses away; whether somebody may read the file is asked again at each
request, by the rule of the record the row belongs to.
"""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core import signing
from django.db import models
from django.urls import reverse

from registry import rules
from registry.models import Child, Kept, User

SALT = "registry.files"
#: Of files no row names yet, and of pages that show a row as it is not yet.
OWN_SALT = "registry.files.own"
#: As long as a form that was begun is open, with time to spare.
OWN_MAX_AGE = timedelta(hours=12)


def private_url(row: models.Model, name: str) -> str:
    """Return the address under which staff read file ``name`` of ``row``."""
    token = signing.dumps([row._meta.label_lower, row.pk, name], salt=SALT)
    return reverse("file", args=[token])


def own_url(user: User, name: str) -> str:
    """Return an address of file ``name`` that opens for ``user`` alone, for half a day.

    For a file that the person sent and no row names yet, and for pictures of a page
    that was shown to the person a moment ago. It asks no rule again: give it only
    for what the person may read.
    """
    token = signing.dumps([user.pk, name], salt=OWN_SALT)
    return reverse("file", args=[token])


def find_private(token: str, user: User) -> str | None:
    """Return the stored name behind ``token`` if ``user`` may read it, else None.

    A file that its row no longer names is not found: a replaced proof is gone.
    """
    return _find_own(token, user) or _find_of_row(token, user)


def _find_own(token: str, user: User) -> str | None:
    try:
        owner, name = signing.loads(token, salt=OWN_SALT, max_age=OWN_MAX_AGE)
    except signing.BadSignature:
        return None
    return str(name) if user.is_active and owner == user.pk else None


def _find_of_row(token: str, user: User) -> str | None:
    try:
        label, pk, name = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    model = apps.get_model(label)
    row = model._default_manager.filter(pk=pk).first()
    if row is None or name not in file_names(row):
        return None
    return name if any(_reads(user, kept, row) for kept in _kept_by(row)) else None


def _kept_by(row: Any) -> list[Kept]:
    if isinstance(row, Kept):
        return [row]
    if isinstance(row, Child):
        parents = [getattr(row, key) for key in row.PARENTS]
        return [parent for parent in parents if parent is not None]
    return []


def _reads(user: User, kept: Kept, row: Any) -> bool:
    """Ask the rule of the record; papers that people signed ask for more."""
    if getattr(row, "IS_PERSONAL", False) and not rules.allowed(
        "see_personal", user, kept
    ):
        return False
    manager: Any = type(kept)._default_manager
    return bool(manager.visible_to(user).filter(pk=kept.pk).exists())


def file_names(row: models.Model) -> set[str]:
    """Return every stored file ``row`` names, in its pictures and proofs."""
    found: set[str] = set()
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        if isinstance(field, models.JSONField):
            found |= _texts(value)
        elif field.name == "file" and value:
            found.add(str(value))
    return found


def _texts(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return set().union(*(_texts(each) for each in value.values()))
    if isinstance(value, list):
        return set().union(*(_texts(each) for each in value))
    return set()
