"""What history says of one row: its acts, and the state after each.

An act is one entry, however many rows it wrote: the row's own and those of
what belongs to it are joined by the act's id (:mod:`registry.acts`).
"""

import datetime
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from django.db import models
from django.utils.text import capfirst

from registry.models import User, children_of, parent_key
from registry.wording import EMPTY, NOTHING, FieldChange, Key, Wording, key_of

#: Columns every act writes, or that its head says: who, when, why.
SILENT = frozenset(
    {
        *("id", "version", "created_at", "created_by", "updated_at", "updated_by"),
        *("note", "submitted_at", "submitted_by", "published_at", "decided_by"),
    }
)
#: Endings of columns that mean nothing to people.
SECRET = ("_hash", "sha256")
#: Values of a child that name it in a line.
NAMING_VALUES = 2

What = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class Table:
    """A table in which the row, or one kind of what belongs to it, is remembered.

    ``name`` is empty for the row itself, else the related name of the children;
    ``key`` is the column that tells whose they are.
    """

    name: str
    model: Any
    key: str

    @cached_property
    def columns(self) -> tuple[models.Field, ...]:
        """Return the columns history keeps, without the key to the parent."""
        kept = self.model.history.model.tracked_fields
        return tuple(each for each in kept if each.name != self.key or not self.name)

    @cached_property
    def told(self) -> tuple[models.Field, ...]:
        """Return the columns whose changes mean something to people."""
        return tuple(
            each
            for each in self.columns
            if each.name not in SILENT and not each.name.endswith(SECRET)
        )


@dataclass(frozen=True)
class Trace:
    """Where one history row lies: in which table, of which row, by which act."""

    table: Table
    history_id: int
    pk: Any
    act_id: uuid.UUID
    at: datetime.datetime
    by_id: int | None
    reason: str
    is_removal: bool


@dataclass(frozen=True)
class RowChange:
    """What an act did to one row; ``title`` is empty for the row the history is of."""

    what: What
    title: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Entry:
    """One act: who, when, why, and what it did to the row and what belongs to it."""

    act_id: uuid.UUID
    at: datetime.datetime
    by: User | None
    reason: str
    rows: tuple[RowChange, ...]
    is_first: bool
    is_latest: bool


@dataclass(frozen=True)
class Past:
    """The row after an act: history rows by primary key, for each table's name."""

    rows: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)


def tables_of(model: type[models.Model]) -> tuple[Table, ...]:
    """Return where rows of ``model`` are remembered: their own table first."""
    own = Table("", model, model._meta.pk.name)
    children = (
        Table(name, child, parent_key(model, name))
        for name, child in children_of(model).items()
        if hasattr(child, "history")
    )
    return own, *children


class Chronicle:
    """The acts of one row, the newest first. One light query a table."""

    def __init__(self, row: models.Model, wording: Wording | None = None) -> None:
        self.row = row
        self.wording = wording or Wording()
        self.tables = tables_of(type(row))
        traces = [trace for table in self.tables for trace in self._traces(table)]
        # The row's own come first: they keep their order where moments are equal.
        traces.sort(key=lambda trace: trace.at)
        self._by_act: dict[uuid.UUID, list[Trace]] = {}
        for trace in traces:
            self._by_act.setdefault(trace.act_id, []).append(trace)
        self.acts: Sequence[uuid.UUID] = list(reversed(self._by_act))

    def _traces(self, table: Table) -> Iterator[Trace]:
        rows = table.model.history.filter(**{table.key: self.row.pk})
        for history_id, pk, act_id, at, by_id, reason, kind in rows.order_by(
            "history_id"
        ).values_list(
            *("history_id", table.model._meta.pk.name, "act_id", "history_date"),
            *("history_user_id", "history_change_reason", "history_type"),
        ):
            yield Trace(table, history_id, pk, act_id, at, by_id, reason, kind == "-")

    # --- States -----------------------------------------------------------------------

    def after(self, act_id: uuid.UUID) -> Past:
        """Return the row and what belonged to it after an act. One query a table.

        :raises KeyError: if the row had no part in the act.
        """
        last: dict[tuple[str, Any], Trace] = {}
        for each in reversed(self.acts[self._place(act_id) :]):
            for trace in self._by_act[each]:
                last[trace.table.name, trace.pk] = trace
        found = self._load(trace for trace in last.values() if not trace.is_removal)
        rows: dict[str, dict[Any, Any]] = {table.name: {} for table in self.tables}
        for (name, pk), trace in last.items():
            if not trace.is_removal:
                rows[name][pk] = found[name, trace.history_id]
        return Past(rows)

    def _place(self, act_id: uuid.UUID) -> int:
        if act_id not in self._by_act:
            raise KeyError(act_id)
        return self.acts.index(act_id)

    @staticmethod
    def _load(traces: Iterable[Trace]) -> dict[tuple[str, int], Any]:
        """Return history rows by table and id. One query a table that has some."""
        wanted: dict[str, tuple[Table, set[int]]] = {}
        for trace in traces:
            wanted.setdefault(trace.table.name, (trace.table, set()))[1].add(
                trace.history_id
            )
        return {
            (name, history_id): row
            for name, (table, ids) in wanted.items()
            for history_id, row in table.model.history.in_bulk(list(ids)).items()
        }

    # --- Entries ----------------------------------------------------------------------

    def entries(self, acts: Iterable[uuid.UUID]) -> list[Entry]:
        """Return what each of ``acts`` did, in words.

        A query a table, one for the people, and one a table that keys point at.
        """
        shown = list(acts)
        pairs = {act_id: list(self._pairs(act_id)) for act_id in shown}
        loaded = self._load(
            trace for each in pairs.values() for pair in each for trace in pair if trace
        )
        people = User.objects.in_bulk(
            {self._by_act[act_id][0].by_id for act_id in shown} - {None}
        )
        differences = {
            act_id: [
                (now.table, *self._states(loaded, before, now)) for before, now in each
            ]
            for act_id, each in pairs.items()
        }
        wording = self.wording.knowing(
            key
            for each in differences.values()
            for table, old, new in each
            for key in keys_in(table, old, new)
        )
        return [
            self._entry(act_id, people, changes(wording, differences[act_id]))
            for act_id in shown
        ]

    def _entry(
        self, act_id: uuid.UUID, people: Mapping[int, User], rows: Iterable[RowChange]
    ) -> Entry:
        head = self._by_act[act_id][0]
        return Entry(
            act_id,
            head.at,
            people.get(head.by_id) if head.by_id is not None else None,
            head.reason,
            tuple(rows),
            is_first=act_id == self.acts[-1],
            is_latest=act_id == self.acts[0],
        )

    def _pairs(self, act_id: uuid.UUID) -> Iterator[tuple[Trace | None, Trace]]:
        """Yield, for each row the act wrote, its trace before and after."""
        now: dict[tuple[str, Any], Trace] = {}
        for trace in self._by_act[act_id]:
            now[trace.table.name, trace.pk] = trace
        order = {table.name: number for number, table in enumerate(self.tables)}
        for (name, pk), trace in sorted(
            now.items(), key=lambda item: (order[item[0][0]], item[1].history_id)
        ):
            yield self._before(act_id, name, pk), trace

    def _before(self, act_id: uuid.UUID, name: str, pk: Any) -> Trace | None:
        own = self._by_row[name, pk]
        place = next(i for i, trace in enumerate(own) if trace.act_id == act_id)
        return own[place - 1] if place else None

    @cached_property
    def _by_row(self) -> dict[tuple[str, Any], list[Trace]]:
        found: dict[tuple[str, Any], list[Trace]] = {}
        for traces in self._by_act.values():
            for trace in traces:
                found.setdefault((trace.table.name, trace.pk), []).append(trace)
        return found

    @staticmethod
    def _states(
        loaded: Mapping[tuple[str, int], Any], before: Trace | None, now: Trace
    ) -> tuple[Any, Any]:
        """Return the history rows before and after; None where there was no row."""
        old, new = (
            None
            if trace is None or trace.is_removal
            else loaded[trace.table.name, trace.history_id]
            for trace in (before, now)
        )
        return old, new


def value_of(row: Any, column: models.Field) -> Any:
    """Return what a row, of today or of history, keeps in a column; keys as keys."""
    return None if row is None else getattr(row, column.attname)


def keys_in(table: Table, old: Any, new: Any) -> Iterator[Key]:
    """Yield the rows that must be named to tell two states apart.

    Of a child also those that stayed: its title may name them.
    """
    for column in table.told:
        values = value_of(old, column), value_of(new, column)
        if table.name or differs(*values):
            for value in values:
                yield from key_of(column, value)


def changes(
    wording: Wording, pairs: Iterable[tuple[Table, Any, Any]]
) -> Iterator[RowChange]:
    """Yield what differs between the two states of each row, if anything does."""
    for table, old, new in pairs:
        if old is None and new is None:
            continue
        fields = tuple(
            wording.change(column, value_of(old, column), value_of(new, column))
            for column in table.told
            if differs(value_of(old, column), value_of(new, column))
            and not (old is None and value_of(new, column) == column.get_default())
        )
        title = title_of(table, wording, old if new is None else new)
        if old is None:
            yield RowChange("added", title, fields)
        elif new is None:
            yield RowChange("removed", title, ())
        elif fields:
            yield RowChange("changed", title, fields)


def differs(old: Any, new: Any) -> bool:
    """Tell whether two values differ to a reader: nothing is nothing, however kept."""
    return old != new and not (old in EMPTY and new in EMPTY)


def title_of(table: Table, wording: Wording, row: Any) -> str:
    """Return a child by its kind and its first values: "Contact: Website · …"."""
    if not table.name:
        return ""
    kind = str(capfirst(str(table.model._meta.verbose_name)))
    telling = (
        wording.read(column, value_of(row, column))
        for column in table.told
        if not isinstance(column, models.JSONField | models.BooleanField)
        and column.name != "position"
    )
    values = [text for text in telling if text != NOTHING][:NAMING_VALUES]
    return f"{kind}: {' · '.join(values)}" if values else kind
