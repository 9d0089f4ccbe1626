"""Keeping forms while they are filled in: a lost connection loses nothing typed.

A form that was saved is recognised by its one-time key; what arrives of it late is
not offered again.
"""

import datetime
import re
import uuid
from collections.abc import Iterable
from urllib.parse import parse_qsl

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from registry.errors import RecordError
from registry.models import FormDraft, FormKey, User

#: Characters of a body, as a browser would send it.
LONGEST = 256 * 1024
#: "members:new", "members:12".
KEY = re.compile(r"[a-z][a-z0-9-]{0,60}:(?:new|[1-9][0-9]{0,17})", re.ASCII)


class TooLong(RecordError):
    """More was typed than is kept beside the record."""

    message = _(
        "There is more text here than can be kept while you type. Please save the form."
    )


class NoSuchForm(RecordError):
    """The key names no form."""

    message = _("There is no such form.")


@transaction.atomic
def keep(*, by: User, key: str, body: str) -> FormDraft:
    """Keep a form as it stands on the screen; of two windows the newest wins.

    ``body`` is url-encoded, without files and secrets. It must be readable again.

    :raises NoSuchForm: if ``key`` is none.
    :raises TooLong: if ``body`` is longer than :data:`LONGEST`.
    """
    if not KEY.fullmatch(key):
        raise NoSuchForm
    if len(body) > LONGEST:
        raise TooLong
    kept, _is_new = FormDraft.objects.update_or_create(
        user=by, key=key, defaults={"body": body}
    )
    return kept


@transaction.atomic
def forget(*, by: User, key: str) -> None:
    """Let go of an unsent form: it was saved, or its writer does not want it."""
    FormDraft.objects.filter(user=by, key=key).delete()


@transaction.atomic
def forget_old(*, before: datetime.datetime) -> int:
    """Let go of forms nobody went on with since; return how many."""
    return FormDraft.objects.filter(saved_at__lt=before).delete()[0]


def unsent(user: User, keys: Iterable[str] | None = None) -> list[FormDraft]:
    """Return the person's forms that were not saved, the latest first. Two queries.

    ``keys`` names the forms to look for; without it, all of them.
    """
    found = FormDraft.objects.filter(user=user).order_by("-saved_at", "pk")
    if keys is not None:
        found = found.filter(key__in=list(keys))
    once = {draft: _form_key(draft.body) for draft in found}
    wanted = [key for key in once.values() if key is not None]
    used = set(
        FormKey.objects.filter(key__in=wanted).values_list("key", flat=True)
        if wanted
        else ()
    )
    return [draft for draft, key in once.items() if key is None or key not in used]


def _form_key(body: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(dict(parse_qsl(body)).get("form_key", ""))
    except ValueError:
        return None
