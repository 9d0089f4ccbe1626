"""Which two records a merge is about."""

import difflib
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from registry.enums import RecordStatus
from registry.models import Code, Record, User

#: Names that are looked through for ones alike, and how much alike they must be.
NAMES = 3_000
LIKENESS = 0.8
#: Records offered at a time.
OFFERED = 6


def mergeable() -> Iterator[type[Record]]:
    """Yield the kinds of records that have public codes, and so can be merged."""
    for model in apps.get_models():
        if issubclass(model, Record) and model.CODE_LETTER:
            yield model


def model_of(code: str) -> type[Record] | None:
    """Return what kind of record a code is of, by its letter; None for no code."""
    letters = code.split("-")[1:2]
    return next((each for each in mergeable() if letters == [each.CODE_LETTER]), None)


def record_of(code: str, user: User) -> Any:
    """Return the record of a code as far as ``user`` may see it, else None."""
    model = model_of(code)
    return None if model is None else rows_of(model, user).filter(code=code).first()


def rows_of(model: type[Record], user: User) -> Any:
    """Return the records a person may see, each with all that its columns point at."""
    manager: Any = model._default_manager
    keys = [
        field.name
        for field in model._meta.concrete_fields
        if field.remote_field is not None and field.editable
    ]
    return manager.visible_to(user).select_related(*keys, "district")


def suggested(record: Any, user: User) -> list[Any]:
    """Return records that may be the same: called alike, in the same district.

    The same folded name first. Two queries, however many.
    """
    near = rows_of(type(record), user).filter(district_id=record.district_id)
    others = near.exclude(pk=record.pk).exclude(status=RecordStatus.WITHDRAWN)
    names = dict(others.order_by("pk").values_list("pk", "name_fold")[:NAMES])
    matches = difflib.get_close_matches(
        record.name_fold, set(names.values()), OFFERED, LIKENESS
    )
    place = {name: number for number, name in enumerate(matches)}
    keys = sorted(
        (pk for pk, name in names.items() if name in place),
        key=lambda pk: (place[names[pk]], pk),
    )[:OFFERED]
    found = others.in_bulk(keys)
    return [found[pk] for pk in keys if pk in found]


def searched(record: Any, text: str, user: User) -> list[Any]:
    """Return other records that ``text`` means: by code, else by their words."""
    rows = rows_of(type(record), user).exclude(pk=record.pk)
    by_code = list(rows.filter(code__iexact=text)[:1])
    return by_code or list(rows.search(text)[:OFFERED])


def why_not(kept: Record, gone: Record) -> str:
    """Return why ``gone`` cannot go into ``kept``; empty if it can. One query."""
    if kept.pk == gone.pk:
        return _("This is the same record. Choose another one.")
    codes = {kept.code, gone.code}
    merged = Code.objects.filter(pk__in=codes, superseded_by__isnull=False).first()
    if merged is not None:
        return _("%(code)s was merged into %(other)s before.") % {
            "code": merged.pk,
            "other": merged.superseded_by_id,
        }
    if kept.status == RecordStatus.WITHDRAWN:
        return _(
            "%(code)s is withdrawn: keep the other code, or publish this record first."
        ) % {"code": kept.code}
    if gone.is_published and not kept.is_published:
        return _(
            "%(gone)s is published and %(kept)s is not: keep the published one, or "
            "publish the other first."
        ) % {"gone": gone.code, "kept": kept.code}
    return ""
