"""Bringing back an earlier state: what would change, as the value an edit takes.

Nothing is written here. The state after an act is compared with the row of
today, and the difference goes, as :class:`Changes`, to the one action that
edits. So a restore has the same rights, version check, history and followers as
any edit, and can itself be taken back.
"""

import copy
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from registry.changes import Changes, ChildChanges
from registry.chronicle import (
    SILENT,
    Chronicle,
    Past,
    RowChange,
    Table,
    changes,
    keys_in,
    value_of,
)
from registry.models import Child, Kept

#: Columns only the workflow moves, and the code, which is never given twice.
WORKFLOW = frozenset({"status", "code"})


@dataclass(frozen=True)
class Restoration:
    """What bringing a state back would do.

    ``rows`` tells it in words; ``lost`` names what cannot come back, because it
    points at a row that is gone.
    """

    changes: Changes
    rows: tuple[RowChange, ...]
    lost: tuple[str, ...] = ()


def restoration(row: Kept, act_id: uuid.UUID, chronicle: Chronicle) -> Restoration:
    """Return what would bring ``row`` back to its state after an act.

    Columns that history leaves out, and those that follow from others, are not
    touched. A few queries a table, whatever the length of the history.

    :raises KeyError: if the row had no part in the act.
    """
    past = chronicle.after(act_id)
    plans = [
        plan_for(row, table, past, chronicle)
        for table in chronicle.tables
        if table.name or row.pk in past.rows[""]
    ]
    pairs = [pair for plan in plans for pair in plan.pairs]
    wording = chronicle.wording.knowing(
        key for table, old, new in pairs for key in keys_in(table, old, new)
    )
    found = Changes(
        fields=plans[0].fields if plans and not plans[0].table.name else {},
        children={
            plan.table.name: plan.children
            for plan in plans
            if plan.table.name and plan.children
        },
    )
    lost = tuple(
        wording.label(column)
        for plan in plans
        for column in {column.name: column for column in plan.lost}.values()
    )
    return Restoration(found, tuple(changes(wording, pairs)), lost)


@dataclass(frozen=True)
class Plan:
    """What restoring does in one table: as changes, and as pairs of states."""

    table: Table
    fields: Mapping[str, Any]
    children: ChildChanges
    pairs: tuple[tuple[Table, Any, Any], ...]
    lost: tuple[models.Field, ...]


def plan_for(row: Kept, table: Table, past: Past, chronicle: Chronicle) -> Plan:
    """Compare one table's past with today."""
    then = past.rows[table.name]
    if not table.name:
        return plan_for_row(row, table, then[row.pk])
    today = {
        child.pk: child for child in table.model.objects.filter(**{table.key: row})
    }
    return plan_for_children(table, then, today)


def plan_for_row(row: Kept, table: Table, then: Any) -> Plan:
    """Compare the row itself with its past."""
    targets = Targets(table, [then])
    target = copy.copy(row)
    bring_back(target, then, table, targets)
    # What follows from other columns follows from those brought back.
    target.settle()
    fields = {
        column.name: getattr(target, column.name)
        for column in restored_columns(table)
        if value_of(target, column) != value_of(row, column)
    }
    return Plan(table, fields, ChildChanges(), ((table, row, target),), targets.lost)


def plan_for_children(
    table: Table, then: Mapping[Any, Any], today: Mapping[Any, Any]
) -> Plan:
    """Compare one kind of children with their past."""
    targets = Targets(table, then.values())
    pairs: list[tuple[Table, Any, Any]] = []
    changed: dict[int, dict[str, Any]] = {}
    added: list[Child] = []
    for pk, old in then.items():
        target = copy.copy(today[pk]) if pk in today else table.model()
        if not bring_back(target, old, table, targets):
            continue
        target.settle()
        pairs.append((table, today.get(pk), target))
        if pk not in today:
            added.append(target)
            continue
        values = {
            column.name: getattr(target, column.name)
            for column in restored_columns(table)
            if value_of(target, column) != value_of(today[pk], column)
        }
        if values:
            changed[pk] = values
    gone = today.keys() - then.keys()
    pairs += [(table, today[pk], None) for pk in sorted(gone)]
    return Plan(
        table,
        {},
        ChildChanges(
            added=tuple(added),
            changed=dict(sorted(changed.items(), key=takes_a_flag)),
            removed=frozenset(gone),
        ),
        tuple(pairs),
        targets.lost,
    )


def takes_a_flag(item: tuple[int, Mapping[str, Any]]) -> bool:
    """Tell whether a child takes on a flag: others must give it up before."""
    return any(value is True for value in item[1].values())


def restored_columns(table: Table) -> list[models.Field]:
    """Return the columns of a table that come back."""
    staying = SILENT | WORKFLOW | set(getattr(table.model, "NOT_RESTORED", ()))
    own_key = {table.model._meta.pk.name}
    return [each for each in table.columns if each.name not in staying | own_key]


class Targets:
    """The rows that keys of the past point at, as they are today.

    One query a table that is pointed at.
    """

    def __init__(self, table: Table, rows: Any) -> None:
        self.keys = [
            column
            for column in restored_columns(table)
            if column.remote_field is not None
        ]
        self._lost: dict[str, models.Field] = {}
        wanted: dict[Any, set[Any]] = {}
        for row in rows:
            for column in self.keys:
                pk = value_of(row, column)
                if pk is not None:
                    wanted.setdefault(column.related_model, set()).add(pk)
        self._found = {
            model: model._default_manager.in_bulk(list(pks))
            for model, pks in wanted.items()
        }

    def get(self, column: models.Field, pk: Any) -> Any:
        """Return the row at ``pk``; None, and noted as lost, if it is gone."""
        if pk is None:
            return None
        found = self._found[column.related_model].get(pk)
        if found is None:
            self._lost[column.name] = column
        return found

    @property
    def lost(self) -> tuple[models.Field, ...]:
        """Return the columns that pointed at rows which are gone."""
        return tuple(self._lost.values())


def bring_back(target: Any, past: Any, table: Table, targets: Targets) -> bool:
    """Give ``target`` the values of the past; tell whether it is whole.

    A key whose row is gone stays as it is on a row of today; a removed child
    that cannot do without it stays removed.
    """
    whole = True
    for column in restored_columns(table):
        value = value_of(past, column)
        if column.remote_field is None:
            setattr(target, column.name, value)
            continue
        row = targets.get(column, value)
        if row is not None or value is None:
            setattr(target, column.name, row)
        elif target.pk is None and not column.null:
            whole = False
    return whole
