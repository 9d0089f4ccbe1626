"""Changes as data: how an edit waits in a table until somebody decides on it.

A packed change holds, of every field, the value that stood there and the new
one, so that it can be compared with what stands there later:

``{"fields": {name: [old, new]}, "children": {name: {"added": [{column: value}],
"changed": {key: {column: [old, new]}}, "removed": {key: {column: value}},
"order": [number]}}}``

Keys of other rows are kept as primary keys, everything else as JSON has it, in
one spelling: 250 baht are "250.00" however they were typed. The database keeps no
order of names (``jsonb`` sorts them), so nothing here depends on one.
"""

import datetime
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from registry.changes import Changes, ChildChanges
from registry.models import Child, children_of, parent_key
from registry.restoring import takes_a_flag

Packed = Mapping[str, Any]
#: Names one part of a packed change: "name_th", "photos/12/alt_th" of a changed
#: child, "photos/12" of a removed one, "photos/+0" of an added one, "photos/order".
Part = str
NOTHING_INSTEAD: Mapping[Part, Any] = {}


def pack(row: models.Model, changes: Changes) -> dict[str, Any]:
    """Return ``changes`` of ``row`` as data. One query a kind of children."""
    model = type(row)
    fields = {
        name: [read(row, name), flat(model._meta.get_field(name), value)]
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
                column: [
                    read(existing[pk], column),
                    flat(model._meta.get_field(column), value),
                ]
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
        column.name: read(row, column.name)
        for column in row._meta.concrete_fields
        if not column.primary_key and column.name not in without
    }


def read(row: Any, name: str) -> Any:
    """Return what ``row`` holds in a field, as data. One query for many-to-many."""
    field: Any = row._meta.get_field(name)
    if isinstance(field, models.ManyToManyField):
        return flat(field, getattr(row, name).all())
    return flat(field, field.value_from_object(row))


def flat(field: Any, value: Any) -> Any:
    """Return a clean value of ``field`` as JSON holds it, in its one spelling."""
    if isinstance(field, models.ManyToManyField):
        return sorted(each.pk for each in value)
    if isinstance(value, models.Model):
        return value.pk
    if value is None or field.remote_field is not None:
        return value
    if isinstance(field, models.JSONField):
        return json.loads(json.dumps(value, cls=field.encoder or DjangoJSONEncoder))
    value = field.to_python(value)
    if isinstance(value, Decimal):
        return str(value.quantize(Decimal(1).scaleb(-field.decimal_places)))
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    # A member of an enumeration is its value and nothing more.
    return str(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Clash:
    """A part that somebody else changed meanwhile: three versions of one value.

    ``is_gone`` says that what it belongs to was removed: it cannot be applied.
    """

    part: Part
    base: Any
    now: Any
    proposed: Any
    is_gone: bool = False


def clashes(row: models.Model, packed: Packed) -> list[Clash]:
    """Return the parts of ``packed`` in which ``row`` is no longer what it was.

    A part on which both agree is none. One query a kind of children.
    """
    found = [
        Clash(name, old, now, new)
        for name, (old, new) in packed["fields"].items()
        for now in [read(row, name)]
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
            if pk not in existing:
                yield Clash(f"{name}/{pk}/{column}", old, None, new, is_gone=True)
            elif (now := read(existing[pk], column)) not in (old, new):
                yield Clash(f"{name}/{pk}/{column}", old, now, new)
    for pk, columns in parts["removed"].items():
        if pk in existing:
            now = _columns(existing[pk], without={key})
            if now != columns:
                yield Clash(f"{name}/{pk}", columns, now, None)


def parts_of(packed: Packed) -> list[Part]:
    """Return the name of every part of a change."""
    found: list[Part] = list(packed["fields"])
    for name, parts in packed["children"].items():
        for pk, columns in parts["changed"].items():
            found += [f"{name}/{pk}/{column}" for column in columns]
        found += [f"{name}/+{number}" for number in range(len(parts["added"]))]
        found += [f"{name}/{pk}" for pk in parts["removed"]]
        if parts["order"]:
            found.append(f"{name}/order")
    return found


def field_of(model: type[models.Model], part: Part) -> Any:
    """Return the field that a part is a value of.

    :raises LookupError: if it is a whole child, or an order.
    """
    name, *rest = part.split("/")
    if not rest:
        return model._meta.get_field(name)
    if len(rest) == 1:
        raise LookupError(part)
    return children_of(model)[name]._meta.get_field(rest[1])


def unpack(
    row: models.Model,
    packed: Packed,
    *,
    without: Collection[Part] = (),
    instead: Mapping[Part, Any] = NOTHING_INSTEAD,
) -> Changes:
    """Return the change again, for the row as it is today.

    ``without`` names parts that are not to be applied (:func:`parts_of`);
    ``instead`` gives other clean values for parts, columns of added children too
    ("photos/+0/alt_th"). What belonged to the row and is gone by now is left out,
    as is a key whose row is gone, and an added child that cannot do without it.
    One query a row that is pointed at.
    """
    model = type(row)
    load = _Targets()
    fields = {
        name: instead[name]
        if name in instead
        else load.value(model._meta.get_field(name), new)
        for name, (_old, new) in packed["fields"].items()
        if name not in without
    }
    children = {
        name: _unpack_children(row, name, parts, without, instead, load)
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
    instead: Mapping[Part, Any],
    load: "_Targets",
) -> ChildChanges:
    model = children_of(type(row))[name]
    key = parent_key(type(row), name)
    present = _present(model, key, row)
    added: list[Child] = []
    renumbered: dict[int, int] = {}
    for number, columns in enumerate(parts["added"]):
        part = f"{name}/+{number}"
        child = None if part in without else _child(model, columns, load)
        if child is None:
            continue
        for column in columns:
            if f"{part}/{column}" in instead:
                setattr(child, column, instead[f"{part}/{column}"])
        renumbered[-1 - number] = -1 - len(added)
        added.append(child)
    changed = {}
    for pk, columns in parts["changed"].items():
        values = {
            column: instead[part]
            if (part := f"{name}/{pk}/{column}") in instead
            else load.value(model._meta.get_field(column), new)
            for column, (_old, new) in columns.items()
            if f"{name}/{pk}/{column}" not in without
        }
        values = {column: each for column, each in values.items() if each is not GONE}
        if int(pk) in present and values:
            changed[int(pk)] = values
    removed = frozenset(
        int(pk)
        for pk in parts["removed"]
        if int(pk) in present and f"{name}/{pk}" not in without
    )
    order: list[int] = []
    if f"{name}/order" not in without:
        staying = [pk for pk in present if pk not in removed]
        order = _in_order(parts["order"], renumbered, staying)
    return ChildChanges(
        added=tuple(added),
        # A flag that one child may have is given up before another takes it.
        changed=dict(sorted(changed.items(), key=takes_a_flag)),
        removed=removed,
        order=order,
    )


def _present(model: Any, key: str, row: models.Model) -> list[int]:
    """Return the keys of the row's children of today, in the order they stand in."""
    names = {field.name for field in model._meta.concrete_fields}
    order = ("position", "pk") if "position" in names else ("pk",)
    rows = model._default_manager.filter(**{key: row}).order_by(*order)
    return list(rows.values_list("pk", flat=True))


def _in_order(
    wanted: Iterable[int], renumbered: Mapping[int, int], present: Collection[int]
) -> list[int]:
    """Return an order of what is there; who came meanwhile stands at the end."""
    order = [
        renumbered.get(number, number)
        for number in wanted
        if number in renumbered or number in present
    ]
    return order + [pk for pk in present if pk not in order] if order else []


def _child(
    model: type[Child], columns: Mapping[str, Any], load: "_Targets"
) -> Child | None:
    """Return an added child; None if it points at what is gone and must not."""
    child = model()
    for name, value in columns.items():
        field: Any = model._meta.get_field(name)
        found = load.value(field, value)
        if found is not GONE:
            setattr(child, name, found)
        elif not field.null:
            return None
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
