"""Editing many records at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry import acts
from registry.actions import records
from registry.actions.bulk.entering import insert_children, require
from registry.changes import Changes, ChildChanges
from registry.derived import in_batches
from registry.enums import RecordStatus
from registry.errors import NotVisible, StaleVersion
from registry.followers import Happening, tell_all
from registry.models import Kept, User, children_of, parent_key
from registry.rows_at_once import remember, update_many

K = TypeVar("K", bound=Kept)


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one row: its key, and the version it was made from, if any."""

    pk: int
    version: int | None
    changes: Changes


@transaction.atomic
def edit_many(
    model: type[K], edits: Sequence[Edit], *, by: User | None, reason: str = ""
) -> list[int]:
    """Apply ``edits``, each row's once, in one act; return the keys of those changed.

    All or nothing. Followers are told of 500 rows at a time.

    :raises NotVisible: if a row is gone or outside the scope of ``by``.
    :raises NotAllowed: if ``by`` may not edit one of them now.
    :raises StaleVersion: if one changed since its ``version``.
    """
    wanted = {each.pk: each for each in edits if each.changes}
    if len(wanted) < sum(bool(each.changes) for each in edits):
        raise ValueError("A row is edited once in an act.")
    with acts.act(by=by, reason=reason):
        for batch in in_batches(wanted):
            happenings = _edit(model, [wanted[pk] for pk in batch], by)
            tell_all(happenings)
    return sorted(wanted)


def _edit(model: type[Any], edits: Sequence[Edit], by: User | None) -> list[Happening]:
    rows = _locked(model, [each.pk for each in edits], by)
    before: dict[int, dict[str, Any]] = {}
    happenings = []
    for edit in edits:
        row = rows[edit.pk]
        require("edit", by, row)
        if edit.version is not None and row.version != edit.version:
            raise StaleVersion
        before[row.pk] = _columns(row)
        status = getattr(row, "status", None)
        _set(row, edit.changes, by)
        happenings.append(
            Happening(
                row,
                before=RecordStatus(status) if status else None,
                fields=frozenset(edit.changes.fields),
                children=frozenset(
                    name for name, each in edit.changes.children.items() if each
                ),
            )
        )
    _edit_children(model, edits, rows)
    _write(model, list(rows.values()), before)
    return happenings


def _locked(model: type[Any], keys: Sequence[int], by: User | None) -> dict[int, Any]:
    """Return rows by key, fresh and locked, those above them first."""
    manager = model._default_manager
    visible = manager.all() if by is None else manager.visible_to(by)
    for name in model.LOCKED_AFTER:
        above = model._meta.get_field(name).related_model
        wanted = manager.filter(pk__in=keys).values(f"{name}_id")
        held = above.objects.select_for_update(no_key=True).filter(pk__in=wanted)
        list(held.order_by("pk").values_list("pk"))
    rows = visible.filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows.select_for_update(of=("self",))}
    if len(found) < len(keys):
        raise NotVisible
    _attach(model, list(found.values()))
    return found


def _attach(model: type[Any], rows: Sequence[Any]) -> None:
    """Load what the rows point at, each row once: settling reads it."""
    for field in model._meta.concrete_fields:
        if not field.is_relation or not field.editable:
            continue
        keys = {getattr(row, field.attname) for row in rows} - {None}
        found = field.related_model._base_manager.in_bulk(keys)
        for row in rows:
            key = getattr(row, field.attname)
            if key is not None:
                field.set_cached_value(row, found[key])


def _set(row: Any, changes: Changes, by: User | None) -> None:
    """Give a row its new values, as :func:`registry.actions.records.edit` does."""
    many = {field.name for field in row._meta.many_to_many}
    for name, value in changes.fields.items():
        if name not in many:
            setattr(row, name, value)
    # Moving a row out of one's own scope would hand it to strangers.
    row.settle()
    require("edit", by, row)
    for name in many & changes.fields.keys():
        getattr(row, name).set(changes.fields[name])
    row.version += 1
    row.updated_by = by


def _columns(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in _fields(type(row))}


def _fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def _write(
    model: type[Any], rows: Sequence[Any], before: Mapping[int, Mapping[str, Any]]
) -> None:
    """Write what differs, in one statement for each set of columns, and remember."""
    now = timezone.now()
    alike: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for row in rows:
        row.updated_at = now
        was = before[row.pk]
        alike[
            tuple(name for name, value in was.items() if getattr(row, name) != value)
        ].append(row)
    for columns, group in alike.items():
        update_many(model, columns, group)
    remember(model, [row.pk for row in rows], "~")


# --- What belongs to them -------------------------------------------------------------


def _edit_children(
    model: type[Any], edits: Sequence[Edit], rows: Mapping[int, Any]
) -> None:
    for name, child_model in children_of(model).items():
        told = {
            edit.pk: edit.changes.children[name]
            for edit in edits
            if edit.changes.children.get(name)
        }
        if told:
            key = parent_key(model, name)
            _change_children(child_model, key, told)
            added = []
            for pk, changes in told.items():
                if changes.order:
                    # Places are worked out among all children of a row.
                    records.apply_children(rows[pk], name, changes)
                    continue
                for child in changes.added:
                    setattr(child, key, rows[pk])
                    child.settle()
                    added.append(child)
            insert_children(added)


def _change_children(
    model: type[Any], key: str, told: Mapping[int, ChildChanges]
) -> None:
    """Remove and change children of many rows; history is written with each.

    :raises StaleVersion: if one of them is gone.
    """
    unordered = {pk: each for pk, each in told.items() if not each.order}
    named = {
        child: pk
        for pk, each in unordered.items()
        for child in (*each.removed, *each.changed)
    }
    existing = {
        child.pk: child
        for child in model._default_manager.filter(pk__in=list(named))
        if getattr(child, f"{key}_id") == named[child.pk]
    }
    for changes in unordered.values():
        for pk in changes.removed & existing.keys():
            existing.pop(pk).delete()
        if changes.changed.keys() - existing.keys():
            raise StaleVersion(_("Part of this record was removed by someone else."))
        for pk, values in changes.changed.items():
            for name, value in values.items():
                setattr(existing[pk], name, value)
            existing[pk].settle()
            existing[pk].save()
