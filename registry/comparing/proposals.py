"""A proposed change beside its record: then, now, and as proposed."""

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _now

from registry.comparing.values import Cell, Line, Reader, as_value, is_silent
from registry.models import Record, User, children_of, parent_key
from registry.packing import Clash, Packed, Part, clashes, read
from registry.wording import NOTHING, Key, is_picture

What = Literal["fields", "changed", "added", "removed", "moved"]


@dataclass(frozen=True)
class Block:
    """What is applied, or left out, as one: some fields, or what befell one child.

    ``is_gone`` says that the child was removed meanwhile: nothing can be applied.
    ``clash`` is there if a child that is to be removed was changed meanwhile.
    """

    part: Part
    what: What
    title: str
    lines: tuple[Line, ...] = ()
    parts: tuple[Part, ...] = ()
    is_gone: bool = False
    clash: Clash | None = None

    @property
    def clashing(self) -> tuple[Line, ...]:
        """Return the lines that somebody else changed meanwhile."""
        return tuple(line for line in self.lines if line.now is not None)


@dataclass(frozen=True)
class Comparison:
    """A proposal beside its record; ``clashes`` counts what must be picked."""

    blocks: tuple[Block, ...]
    has_masked: bool
    clashes: int

    @property
    def changes_pictures_only(self) -> bool:
        """Tell whether there is nothing to read but pictures."""
        cells = [line.new for block in self.blocks for line in block.lines]
        return bool(cells) and all(
            cell.picture is not None or cell.is_empty for cell in cells
        )


def compare(
    record: Record,
    packed: Packed,
    viewer: User,
    *,
    is_revealed: bool = False,
    is_open: bool = True,
) -> Comparison:
    """Put a packed change beside its record, as it was then and as it is now.

    Of one that was decided (``is_open`` is false) it does not matter any more what
    others changed. One query a kind of children that it touches, for now and for the
    clashes, and one a table that keys point at.
    """
    model = type(record)
    found = {each.part: each for each in clashes(record, packed)} if is_open else {}
    kinds = {
        name: _Kind(model, name, record, parts)
        for name, parts in packed["children"].items()
    }
    reader = Reader(
        model,
        viewer,
        is_revealed=is_revealed,
        keys=_packed_keys(model, packed, found, kinds),
    )
    blocks = [
        *_field_blocks(reader, record, packed["fields"], found),
        *(block for kind in kinds.values() for block in kind.blocks(reader, found)),
    ]
    count = sum(len(block.clashing) for block in blocks)
    count += sum(block.clash is not None for block in blocks)
    return Comparison(tuple(blocks), reader.has_masked, count)


def with_companions(
    model: type[Record], packed: Packed, parts: Collection[Part]
) -> frozenset[Part]:
    """Return ``parts`` and the fields of which half would make no sense."""
    found = set(parts)
    for group in model.TOGETHER:
        if found & set(group):
            found |= {name for name in group if name in packed["fields"]}
    return frozenset(found)


def _field_blocks(
    reader: "Reader",
    record: Record,
    fields: Mapping[str, Sequence[Any]],
    found: Mapping[Part, Clash],
) -> Iterator[Block]:
    """Yield the changed fields, those that go together in one block."""
    model = type(record)
    names = [
        column.name
        for column in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if column.name in fields
    ]
    together = {name: group for group in model.TOGETHER for name in group}
    done: set[str] = set()
    for name in names:
        if name in done:
            continue
        group = [each for each in names if each in together.get(name, (name,))]
        done.update(group)
        lines = tuple(
            reader.change(each, model._meta.get_field(each), fields[each], found)
            for each in group
            if not is_silent(each)
        )
        if lines:
            title = " · ".join(line.label for line in lines)
            yield Block(name, "fields", title, lines, tuple(group))


class _Kind:
    """What a packed change does to one kind of children."""

    def __init__(
        self, model: type[Record], name: str, record: Record, parts: Packed
    ) -> None:
        self.name, self.parts = name, parts
        self.model: Any = children_of(model)[name]
        self.key = parent_key(model, name)
        rows = self.model._default_manager.filter(**{self.key: record})
        self.existing = {str(row.pk): row for row in rows}

    def before(self, pk: str) -> Any:
        """Return a changed child as it stood when the change was written."""
        columns = {name: old for name, (old, _new) in self.parts["changed"][pk].items()}
        kept = self.existing.get(pk)
        return self._row(columns, kept)

    def after(self, pk: str) -> Any:
        """Return a changed child as it is to be."""
        columns = {name: new for name, (_old, new) in self.parts["changed"][pk].items()}
        return self._row(columns, self.existing.get(pk))

    def _row(self, columns: Mapping[str, Any], base: Any = None) -> Any:
        row = self.model() if base is None else copy.copy(base)
        for name, value in columns.items():
            column = self.model._meta.get_field(name)
            setattr(row, column.attname, as_value(column, value))
        return row

    def told(self) -> list[Any]:
        """Return the columns people read, in the order of the model."""
        return [
            column
            for column in self.model._meta.concrete_fields
            if not column.primary_key
            and column.name not in {self.key, "position"}
            and not is_silent(column.name)
        ]

    def keys(self) -> Iterator[Key]:
        """Yield the rows that values of this kind point at."""
        for column in self.told():
            if column.remote_field is None:
                continue
            for columns in self.parts["changed"].values():
                for value in columns.get(column.name, ()):
                    yield column.remote_field.model, value
            whole = (*self.parts["added"], *self.parts["removed"].values())
            for columns in whole:
                yield column.remote_field.model, columns.get(column.name)
            for row in self.existing.values():
                yield column.remote_field.model, read(row, column.name)

    def blocks(self, reader: "Reader", found: Mapping[Part, Clash]) -> Iterator[Block]:
        """Yield what befalls each child: changed, added, removed; and their order."""
        for pk in sorted(self.parts["changed"], key=int):
            yield self._changed(reader, pk, found)
        for number, columns in enumerate(self.parts["added"]):
            yield self._whole(reader, f"{self.name}/+{number}", "added", columns)
        for pk in sorted(self.parts["removed"], key=int):
            columns = self.parts["removed"][pk]
            yield self._whole(
                reader,
                f"{self.name}/{pk}",
                "removed",
                columns,
                is_gone=pk not in self.existing,
                clash=found.get(f"{self.name}/{pk}"),
            )
        if self._is_moved():
            yield self._moved(reader)

    def _changed(self, reader: "Reader", pk: str, found: Mapping[Part, Clash]) -> Block:
        before, after = self.before(pk), self.after(pk)
        is_hidden = reader.hides(before) or reader.hides(after)
        columns = self.parts["changed"][pk]
        lines = tuple(
            reader.change(
                f"{self.name}/{pk}/{column.name}",
                column,
                columns[column.name],
                found,
                is_hidden=is_hidden,
            )
            for column in self.told()
            if column.name in columns
        )
        picture = self._picture(reader, before, lines)
        return Block(
            f"{self.name}/{pk}",
            "changed",
            reader.title(self.model, before, is_hidden),
            (*picture, *lines),
            tuple(f"{self.name}/{pk}/{column}" for column in columns),
            is_gone=pk not in self.existing,
        )

    def _picture(
        self, reader: "Reader", row: Any, lines: Sequence[Line]
    ) -> Iterator[Line]:
        """Show the picture whose words are changed, so that one knows which it is."""
        if any(line.new.picture or line.old.picture for line in lines):
            return
        for column in self.told():
            value = read(row, column.name)
            if is_picture(value):
                cell = reader.cell(column, value)
                yield Line("", reader.wording.label(column), cell, cell)

    def _whole(
        self,
        reader: "Reader",
        part: Part,
        what: What,
        columns: Mapping[str, Any],
        *,
        is_gone: bool = False,
        clash: Clash | None = None,
    ) -> Block:
        row = self._row(columns)
        is_hidden = reader.hides(row)
        lines = []
        for column in self.told():
            line = reader.line(
                f"{part}/{column.name}", column, row, is_hidden=is_hidden
            )
            if line.new.is_empty or _is_default(column, line.value):
                continue
            if what == "removed":
                empty = Cell(NOTHING)
                line = Line(line.part, line.label, line.new, empty, value=line.value)
            lines.append(line)
        title = reader.title(self.model, row, is_hidden)
        return Block(part, what, title, tuple(lines), (part,), is_gone, clash)

    def _is_moved(self) -> bool:
        """Tell whether rows of today change places: who is added stands at the end."""
        present = sorted(
            (row for row in self.existing.values() if hasattr(row, "position")),
            key=lambda row: (row.position, row.pk),
        )
        wanted = [number for number in self.parts["order"] if number >= 0]
        kept = [row.pk for row in present if row.pk in wanted]
        return [pk for pk in wanted if pk in kept] != kept

    def _moved(self, reader: "Reader") -> Block:
        """Show the order before and after: as pictures, where there are any."""
        added = [self._row(columns) for columns in self.parts["added"]]
        rows: dict[int, Any] = {row.pk: row for row in self.existing.values()}
        removed = {int(pk) for pk in self.parts["removed"]}
        wanted = [
            added[-1 - number] if number < 0 else rows[number]
            for number in self.parts["order"]
            if number in rows or 0 <= -1 - number < len(added)
        ]
        present = sorted(
            (row for row in rows.values() if row.pk not in removed),
            key=lambda row: (row.position, row.pk),
        )
        lines = []
        for place in range(max(len(present), len(wanted))):
            cells = [
                self._placed(reader, each[place])
                if place < len(each)
                else Cell(NOTHING)
                for each in (present, wanted)
            ]
            lines.append(Line("", str(place + 1), cells[0], cells[1]))
        title = _now("Order: %(kind)s") % {
            "kind": capfirst(str(self.model._meta.verbose_name_plural))
        }
        part = f"{self.name}/order"
        return Block(part, "moved", title, tuple(lines), (part,))

    def _placed(self, reader: "Reader", row: Any) -> Cell:
        title = reader.title(self.model, row, reader.hides(row))
        for column in self.told():
            value = read(row, column.name)
            if is_picture(value):
                return Cell(title, picture=reader.picture(value))
        return Cell(title)


def _is_default(column: Any, value: Any) -> bool:
    """Tell whether a new child says no more in a column than any would."""
    return isinstance(column, models.BooleanField) and value == column.get_default()


def _packed_keys(
    model: type[Record],
    packed: Packed,
    found: Mapping[Part, Clash],
    kinds: Mapping[str, _Kind],
) -> Iterator[Key]:
    for name, values in packed["fields"].items():
        column: Any = model._meta.get_field(name)
        if column.remote_field is None:
            continue
        now = [found[name].now] if name in found else []
        for value in (*values, *now):
            for pk in value if isinstance(value, list) else [value]:
                yield column.remote_field.model, pk
    for kind in kinds.values():
        yield from kind.keys()
