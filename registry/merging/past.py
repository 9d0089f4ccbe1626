"""Merges that were done: of which records, and whether they can still be undone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from registry.enums import RecordStatus
from registry.merging.comparing import parts_of, wording_of
from registry.merging.links import names_of_rows, why_staying
from registry.models import Merge, Record
from registry.thai.dates import format_datetime

#: Statuses to which a record goes back only if it is still fit for them.
PUBLIC = frozenset({RecordStatus.SUBMITTED, RecordStatus.PUBLISHED})


def merges_of(record: Record) -> models.QuerySet[Merge]:
    """Return the merges a record had a part in, the latest first."""
    either = models.Q(kept_id=record.pk) | models.Q(gone_id=record.pk)
    label = record._meta.label
    return Merge.objects.filter(either, model=label).order_by("-at", "-pk")


def latest_of(kept: Record, gone: Record) -> Merge | None:
    """Return the merge that joined the two, if it still holds."""
    found = merges_of(gone).filter(gone_id=gone.pk, kept_id=kept.pk)
    return found.filter(undone_at=None).first()


def successors(model: type[Record]) -> dict[int, int]:
    """Return for each record that was merged away the one that stands for it now.

    One query.
    """
    done = Merge.objects.filter(model=model._meta.label, undone_at=None)
    into = dict(done.values_list("gone_id", "kept_id"))
    return {gone: _end_of(gone, into) for gone in into}


def _end_of(key: int, into: Mapping[int, int]) -> int:
    while key in into:
        key = into[key]
    return key


def key_of_row(row: models.Model) -> str:
    """Return the name under which a merge remembers a row's version."""
    return f"{row._meta.label}:{row.pk}"


def touched(merges: Iterable[Merge]) -> dict[int, list[str]]:
    """Return, for each merge, the rows that somebody changed since.

    One query a table.
    """
    listed = list(merges)
    wanted: dict[str, set[int]] = {}
    for merge in listed:
        for key in merge.versions:
            label, _colon, pk = key.partition(":")
            wanted.setdefault(label, set()).add(int(pk))
    now = {
        f"{label}:{pk}": version
        for label, keys in wanted.items()
        for pk, version in apps.get_model(label)
        ._default_manager.filter(pk__in=keys)
        .values_list("pk", "version")
    }
    return {
        merge.pk: [
            key for key, version in merge.versions.items() if now.get(key) != version
        ]
        for merge in listed
    }


def in_the_way(merge: Merge) -> list[str]:
    """Return in sentences why a merge cannot be undone; none if it can."""
    if merge.undone_at is not None:
        return [_("This merge was undone already.")]
    found = [_changed(key) for key in touched([merge])[merge.pk]]
    gone = record_at(merge, merge.gone_id)
    if not found and merge.before["gone"]["status"] in PUBLIC:
        found += [str(each.sentence) for each in gone.obstacles()]
    return found


def _changed(key: str) -> str:
    """Return who changed a row, and when. One query."""
    label, _colon, pk = key.partition(":")
    rows: Any = apps.get_model(label)._default_manager
    row = rows.select_related("updated_by").filter(pk=pk).first()
    if row is None:
        return _("A record that belonged to it is no longer there.")
    return _("“%(name)s” was changed on %(when)s by %(who)s.") % {
        "name": f"{row} ({row.code})" if getattr(row, "code", "") else str(row),
        "when": format_datetime(row.updated_at),
        "who": row.updated_by or _("the register itself"),
    }


def record_at(merge: Merge, pk: int) -> Any:
    """Return one of the two records of a merge."""
    return apps.get_model(merge.model)._default_manager.get(pk=pk)


@dataclass(frozen=True)
class Told:
    """A merge with its two records, and whether it can be undone."""

    merge: Merge
    kept: Any
    gone: Any
    is_open: bool


def records_of(merges: Iterable[Merge]) -> list[Told]:
    """Return merges with their records. A query a kind and a table they touched."""
    listed = list(merges)
    found: dict[str, Mapping[int, Any]] = {}
    for label in {merge.model for merge in listed}:
        keys = {
            pk
            for merge in listed
            if merge.model == label
            for pk in (merge.kept_id, merge.gone_id)
        }
        rows: Any = apps.get_model(label)._default_manager
        found[label] = rows.in_bulk(list(keys))
    changed = touched(each for each in listed if each.undone_at is None)
    return [
        Told(
            merge,
            found[merge.model].get(merge.kept_id),
            found[merge.model].get(merge.gone_id),
            merge.undone_at is None and not changed[merge.pk],
        )
        for merge in listed
    ]


def moved_by(merge: Merge) -> list[tuple[str, int]]:
    """Return how many rows of each kind a merge moved."""
    return [
        (str(capfirst(apps.get_model(label)._meta.verbose_name_plural)), len(keys))
        for label, _column, keys in merge.moved
    ]


def taken_by(merge: Merge) -> list[str]:
    """Return what the parts are called that were taken from the record that went."""
    model: Any = apps.get_model(merge.model)
    taken = set(merge.before.get("taken", ()))
    wording = wording_of(model)
    return [
        wording.label(column)
        for part in parts_of(model)
        if part.name in taken
        for column in part.told
    ]


def stayed_with(merge: Merge) -> list[tuple[str, str]]:
    """Return what could not follow, and why, in words. A query a kind, and a few."""
    found = []
    keys: dict[str, set[int]] = {}
    for label, _column, pk, _why in merge.before.get("stayed", ()):
        keys.setdefault(label, set()).add(pk)
    rows = {
        label: apps.get_model(label)._default_manager.in_bulk(list(pks))
        for label, pks in keys.items()
    }
    for label, _column, pk, why in merge.before.get("stayed", ()):
        row = rows[label].get(pk)
        if row is not None:
            found.append((row, why_staying(type(row), why)))
    names = names_of_rows(row for row, _said in found)
    return [(name, said) for name, (_row, said) in zip(names, found, strict=True)]
