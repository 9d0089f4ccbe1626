"""A record in all its fields, with what belongs to it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _now

from registry.chronicle import Table, tables_of
from registry.comparing.values import Line, Picture, Reader
from registry.desks import desk_of
from registry.models import Record, User
from registry.packing import read
from registry.wording import Key

#: Columns whose value the head of the page says.
IN_HEAD = frozenset({"code", "owner", "province", "status", "is_placeholder"})


@dataclass(frozen=True)
class Group:
    """Fields of a record under a heading, and the names of those that are empty."""

    title: str
    lines: tuple[Line, ...]
    empty: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChildShown:
    """One row that belongs to a record."""

    title: str
    lines: tuple[Line, ...]
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Kin:
    """All rows of one kind that belong to a record."""

    title: str
    rows: tuple[ChildShown, ...]


@dataclass(frozen=True)
class Shown:
    """A record in all its fields."""

    groups: tuple[Group, ...]
    kin: tuple[Kin, ...]
    pictures: tuple[Picture, ...]
    has_masked: bool


def show(record: Record, viewer: User, *, is_revealed: bool = False) -> Shown:
    """Return ``record`` as its reviewer reads it.

    One query a kind of children, and one a table that keys point at.
    """
    own, *others = tables_of(type(record))
    rows = {table.name: _rows(table, record) for table in others}
    reader = Reader(
        type(record),
        viewer,
        is_revealed=is_revealed,
        keys=_keys([(own, record)], *([(t, r) for r in rows[t.name]] for t in others)),
    )
    columns = [each for each in own.told if each.name not in IN_HEAD]
    lines = {each.name: reader.line(each.name, each, record) for each in columns}
    kin = tuple(
        Kin(
            str(capfirst(str(table.model._meta.verbose_name_plural))),
            tuple(_child_shown(reader, table, row) for row in rows[table.name]),
        )
        for table in others
        if rows[table.name]
    )
    pictures = [line.new.picture for line in lines.values() if line.new.picture]
    pictures += [each for part in kin for row in part.rows for each in row.pictures]
    return Shown(
        tuple(_groups(type(record), lines)), kin, tuple(pictures), reader.has_masked
    )


def _rows(table: Table, record: models.Model) -> list[Any]:
    names = {column.name for column in table.model._meta.concrete_fields}
    order = ("position", "pk") if "position" in names else ("pk",)
    rows = table.model._default_manager.filter(**{table.key: record})
    return list(rows.order_by(*order))


def _groups(model: type[Record], lines: Mapping[str, Line]) -> Iterator[Group]:
    """Yield the fields as the desk's form groups them; the rest at the end."""
    left = dict(lines)
    desk = desk_of(model)
    for sheet in desk.sheets if desk else ():
        found = [left.pop(name) for name in sheet.fields if name in left]
        if found:
            yield _group(str(sheet.title), found)
    if left:
        title = _now("Further") if desk else _now("Content")
        yield _group(title, list(left.values()))


def _group(title: str, lines: Sequence[Line]) -> Group:
    filled = tuple(line for line in lines if not line.new.is_empty)
    empty = tuple(line.label for line in lines if line.new.is_empty)
    return Group(title, filled, empty)


def _child_shown(reader: "Reader", table: Table, row: Any) -> ChildShown:
    is_hidden = reader.hides(row)
    lines = tuple(
        line
        for column in table.told
        if column.name != "position"
        for line in [reader.line(column.name, column, row, is_hidden=is_hidden)]
        if not line.new.is_empty
    )
    pictures = tuple(line.new.picture for line in lines if line.new.picture)
    return ChildShown(reader.title(table.model, row, is_hidden), lines, pictures)


def _keys(*of: Iterable[tuple[Table, Any]]) -> Iterator[Key]:
    for pairs in of:
        for table, row in pairs:
            for column in table.told:
                if column.remote_field is not None and column.name not in IN_HEAD:
                    yield column.remote_field.model, read(row, column.name)
