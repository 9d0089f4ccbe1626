"""Changes as data: how an edit waits in a table until somebody decides on it.

A packed change holds, of every field, the value that stood there and the new
one, so that it can be compared with what stands there later:

``{"fields": {name: [old, new]}, "children": {name: {"added": [{column: value}],
"changed": {key: {column: [old, new]}}, "removed": {key: {column: value}},
"order": [number]}}}``

Keys of other rows are kept as primary keys, everything else as JSON has it.
"""

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models

from registry.changes import Changes, ChildChanges
from registry.models import Child, children_of, parent_key

Packed = Mapping[str, Any]
#: Names one part of a packed change: "name_th", "photos/12/alt_th", "photos/+0".
Part = str


def pack(row: models.Model, changes: Changes) -> dict[str, Any]:
    """Return ``changes`` of ``row`` as data. One query a kind of children."""
    model = type(row)
    fields = {
        name: [_read(row, model, name), _flat(value)]
        for name, value in changes.fields.items()
    }
    children = {
        name: _pack_children(row, name, each)
        for name, each in changes.children.items()
        if each
    }
    return {"fields": fields, "children": children}


def _pack_children(
    row: models.Model, name: str, changes: ChildChanges
) -> dict[str, Any]:
    model = children_of(type(row))[name]
    key = parent_key(type(row), name)
    rows = model._default_manager.filter(**{key: row})
    existing = {child.pk: child for child in rows}
    return {
        "added": [_columns(child, without={key}) for child in changes.added],
        "changed": {
            str(pk): {
                column: [_read(existing[pk], model, column), _flat(value)]
                for column, value in values.items()
            }
            for pk, values in changes.changed.items()
            if pk in existing
        },
        "removed": {
            str(pk): _columns(existing[pk], without={key})
            for pk in sorted(changes.removed)
            if pk in existing
        },
        "order": list(changes.order),
    }


def _columns(row: models.Model, *, without: Collection[str]) -> dict[str, Any]:
    return {
        column.name: _flat(column.value_from_object(row))
        for column in row._meta.concrete_fields
        if not column.primary_key and column.name not in without
    }


def _read(row: Any, model: type[models.Model], name: str) -> Any:
    """Return what ``row`` holds in a field, as data."""
    field: Any = model._meta.get_field(name)
    if isinstance(field, models.ManyToManyField):
        return sorted(_flat(each) for each in getattr(row, name).all())
    return _flat(field.value_from_object(row))


def _flat(value: Any) -> Any:
    """Return a clean value as JSON can hold it."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, models.QuerySet | list | tuple | set):
        return [_flat(each) for each in value]
    return value


@dataclass(frozen=True)
class Clash:
    """A part that somebody else changed meanwhile: three versions of one value."""

    part: Part
    base: Any
    now: Any
    proposed: Any


def clashes(row: models.Model, packed: Packed) -> list[Clash]:
    """Return the parts of ``packed`` in which ``row`` is no longer what it was.

    A part on which both agree is none. One query a kind of children.
    """
    model = type(row)
    found = [
        Clash(name, old, now, new)
        for name, (old, new) in packed["fields"].items()
        for now in [_read(row, model, name)]
        if now not in (old, new)
    ]
    for name, parts in packed["children"].items():
        found += _child_clashes(row, name, parts)
    return found


def _child_clashes(row: models.Model, name: str, parts: Packed) -> Iterable[Clash]:
    model = children_of(type(row))[name]
    key = parent_key(type(row), name)
    rows = model._default_manager.filter(**{key: row})
    existing = {str(child.pk): child for child in rows}
    for pk, columns in parts["changed"].items():
        for column, (old, new) in columns.items():
            now = _read(existing[pk], model, column) if pk in existing else None
            if now not in (old, new):
                yield Clash(f"{name}/{pk}/{column}", old, now, new)
    for pk, columns in parts["removed"].items():
        if pk in existing:
            now = _columns(existing[pk], without={key})
            if now != columns:
                yield Clash(f"{name}/{pk}", columns, now, None)


def parts_of(packed: Packed) -> list[Part]:
    """Return the name of every part of a change, in the order it is shown."""
    found: list[Part] = list(packed["fields"])
    for name, parts in packed["children"].items():
        for pk, columns in parts["changed"].items():
            found += [f"{name}/{pk}/{column}" for column in columns]
        found += [f"{name}/+{number}" for number in range(len(parts["added"]))]
        found += [f"{name}/{pk}" for pk in parts["removed"]]
    return found


def unpack(
    row: models.Model, packed: Packed, *, without: Collection[Part] = ()
) -> Changes:
    """Return the change again, for the row as it is today.

    ``without`` names parts that are not to be applied (:func:`parts_of`). What
    belonged to the row and is gone by now is left out, as is a key whose row is
    gone. One query a table that is pointed at.
    """
    model = type(row)
    load = _Targets()
    fields = {
        name: load.value(model._meta.get_field(name), new)
        for name, (_old, new) in packed["fields"].items()
        if name not in without
    }
    children = {
        name: _unpack_children(row, name, parts, without, load)
        for name, parts in packed["children"].items()
    }
    return Changes(
        {name: value for name, value in fields.items() if value is not GONE},
        {name: each for name, each in children.items() if each},
    )


def _unpack_children(
    row: models.Model,
    name: str,
    parts: Packed,
    without: Collection[Part],
    load: "_Targets",
) -> ChildChanges:
    model = children_of(type(row))[name]
    key = parent_key(type(row), name)
    present = set(
        model._default_manager.filter(**{key: row}).values_list("pk", flat=True)
    )
    kept_numbers = [
        number
        for number in range(len(parts["added"]))
        if f"{name}/+{number}" not in without
    ]
    renumbered = {-1 - old: -1 - new for new, old in enumerate(kept_numbers)}
    changed = {}
    for pk, columns in parts["changed"].items():
        values = {
            column: load.value(model._meta.get_field(column), new)
            for column, (_old, new) in columns.items()
            if f"{name}/{pk}/{column}" not in without
        }
        values = {column: each for column, each in values.items() if each is not GONE}
        if int(pk) in present and values:
            changed[int(pk)] = values
    return ChildChanges(
        added=tuple(_child(model, parts["added"][each], load) for each in kept_numbers),
        changed=changed,
        removed=frozenset(
            int(pk)
            for pk in parts["removed"]
            if int(pk) in present and f"{name}/{pk}" not in without
        ),
        order=[
            renumbered.get(number, number)
            for number in parts["order"]
            if number >= 0 or number in renumbered
        ],
    )


def _child(model: type[Child], columns: Mapping[str, Any], load: "_Targets") -> Child:
    child = model()
    for name, value in columns.items():
        found = load.value(model._meta.get_field(name), value)
        if found is not GONE:
            setattr(child, name, found)
    return child


#: Stands for a key whose row is gone.
GONE: Any = object()


class _Targets:
    """Rows that keys point at, each asked for once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, Any], Any] = {}

    def value(self, field: Any, value: Any) -> Any:
        """Return a clean value of ``field``, or :data:`GONE`."""
        if isinstance(field, models.ManyToManyField):
            rows = [self._row(field.related_model, pk) for pk in value]
            return [each for each in rows if each is not GONE]
        if field.remote_field is not None:
            return None if value is None else self._row(field.related_model, value)
        read: Callable[[Any], Any] = field.to_python
        return value if isinstance(field, models.JSONField) else read(value)

    def _row(self, model: Any, pk: Any) -> Any:
        if (model, pk) not in self._known:
            found = model._default_manager.filter(pk=pk).first()
            self._known[model, pk] = GONE if found is None else found
        return self._known[model, pk]
