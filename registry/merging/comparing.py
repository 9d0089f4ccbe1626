"""Two records side by side, field by field."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.db import models

from registry.chronicle import SECRET, Table, tables_of, value_of
from registry.desks import desk_of
from registry.files import private_url
from registry.models import Record
from registry.restoring import restored_columns
from registry.wording import EMPTY, NOTHING, Wording, is_picture, key_of

Where = Literal["left", "right"]


@dataclass(frozen=True)
class Part:
    """Columns that are taken from one record together; mostly it is one."""

    name: str
    columns: tuple[models.Field, ...]

    @property
    def told(self) -> tuple[models.Field, ...]:
        """Return those of the columns that people read."""
        return tuple(each for each in self.columns if not each.name.endswith(SECRET))

    def values(self, row: Any) -> tuple[Any, ...]:
        """Return what ``row`` keeps in the columns; keys as keys."""
        return tuple(value_of(row, column) for column in self.columns)


@dataclass(frozen=True)
class Side:
    """What one record has in a part: lines of (label, words), or a picture's address.

    The label is empty where the part has one column.
    """

    lines: tuple[tuple[str, str], ...]
    picture: str = ""


@dataclass(frozen=True)
class Choice:
    """A part in which the records differ; ``suggested`` is the side to begin with."""

    part: Part
    label: str
    left: Side
    right: Side
    suggested: Where


@dataclass(frozen=True)
class Comparison:
    """Two records: where they differ, and what both have alike, in words."""

    left: Record
    right: Record
    choices: tuple[Choice, ...]
    alike: tuple[tuple[str, str], ...]


def own_table(model: type[models.Model]) -> Table:
    """Return the table in which the history of ``model`` itself is kept."""
    return tables_of(model)[0]


def parts_of(model: type[Record]) -> tuple[Part, ...]:
    """Return what can be picked of a record, in the order of its columns.

    Not the workflow's columns, nor flags that nobody but the register sets.
    """
    columns = {
        column.name: column
        for column in restored_columns(own_table(model))
        if column.editable or not isinstance(column, models.BooleanField)
    }
    together = {name: group for group in model.TOGETHER for name in group}
    found: dict[str, Part] = {}
    for name in columns:
        names = [each for each in together.get(name, (name,)) if each in columns]
        found.setdefault(
            names[0], Part(names[0], tuple(columns[each] for each in names))
        )
    return tuple(found.values())


def wording_of(model: type[Record]) -> Wording:
    """Return how the columns of a kind of record are put into words."""
    desk = desk_of(model)
    return desk.wording if desk else Wording()


def compare(left: Record, right: Record) -> Comparison:
    """Put two records side by side; ``left`` is the one to be kept to begin with.

    One query a table that their keys point at.
    """
    model = type(left)
    columns = own_table(model).columns
    wording = wording_of(model).knowing(
        key
        for row in (left, right)
        for column in columns
        for key in key_of(column, value_of(row, column))
    )
    choices, alike = [], []
    for part in parts_of(model):
        if part.values(left) == part.values(right):
            alike += [
                line for line in _lines(wording, part, left) if line[1] != NOTHING
            ]
        elif _sticks(part, left, right) or _sticks(part, right, left):
            choices.append(_choice(wording, part, left, right))
    return Comparison(left, right, tuple(choices), tuple(alike))


def _choice(wording: Wording, part: Part, left: Record, right: Record) -> Choice:
    return Choice(
        part,
        " · ".join(wording.label(column) for column in part.told),
        _side(wording, part, left),
        _side(wording, part, right),
        "right" if _is_fuller(part.values(right), part.values(left)) else "left",
    )


def _side(wording: Wording, part: Part, row: Record) -> Side:
    value = value_of(row, part.columns[0])
    name = value.get("card", {}).get("webp") if is_picture(value) else None
    lines = list(_lines(wording, part, row))
    if len(lines) == 1:
        lines = [("", lines[0][1])]
    return Side(tuple(lines), private_url(row, name) if name else "")


def _lines(wording: Wording, part: Part, row: Record) -> Iterator[tuple[str, str]]:
    for column in part.told:
        yield wording.label(column), wording.read(column, value_of(row, column))


def _is_fuller(values: tuple[Any, ...], than: tuple[Any, ...]) -> bool:
    """Tell whether ``values`` say more than the others, and contradict none of them."""
    pairs = list(zip(values, than, strict=True))
    return all(other in EMPTY or other == value for value, other in pairs) and any(
        other in EMPTY and value not in EMPTY for value, other in pairs
    )


def _sticks(part: Part, kept: Record, other: Record) -> bool:
    """Tell whether ``kept`` can take a part from ``other``.

    What follows from other columns (a product's owner from its producer) cannot be
    picked: it comes back by itself.
    """
    target = copy.copy(kept)
    for column in part.columns:
        setattr(target, column.name, getattr(other, column.name))
    target.settle()
    return part.values(target) != part.values(kept)
