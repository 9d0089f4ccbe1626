"""What becomes of rows that belong to records: one change for each record."""

import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.translation import gettext as _now

from registry.changes import Changes, ChildChanges
from registry.derived import in_batches
from registry.enums import RowChoice, RowFate
from registry.importing.kinds import Plan, PlannedRow
from registry.importing.lines import KEY, Line
from registry.importing.records.planning import (
    STALE,
    UNKNOWN_CODE,
    Judge,
    differs,
    empty_of,
    says_the_same,
    shown,
)
from registry.importing.validity import Checks
from registry.importing.work import Editing
from registry.models import parent_key

if TYPE_CHECKING:
    from registry.importing.records.children import ChildKind


class ChildPlanner(Judge):
    """Plans one file whose rows are children of records."""

    kind: "ChildKind"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.model = self.kind.model
        self.checks = Checks(self.model)
        self.lookups: Any = None
        self._named = {field.name: field for field in self.model._meta.concrete_fields}
        self._parents = {label: apps.get_model(label) for label in self.kind.PARENTS}
        self._keys = {
            label: parent_key(model, self.kind.PARENTS[label])
            for label, model in self._parents.items()
        }

    def plan(self) -> Plan:
        """Decide on every row, parent by parent."""
        lines = self.read()
        self.lookups = self.kind.lookups(self.by, lines)
        rows: dict[int, PlannedRow] = {}
        by_parent: dict[tuple[str, int], list[Line]] = defaultdict(list)
        parents: dict[tuple[str, int], Any] = {}
        for line in lines:
            row = rows[line.number] = PlannedRow(
                line.number, RowFate.BAD, model=self.kind.label
            )
            if line.is_no_entry:
                continue
            parent = self.kind.parent(line, self.lookups)
            row.name = self.kind.name(line, parent)[:300]
            if parent is None:
                continue
            row.model, row.object_id = parent._meta.label, parent.pk
            line.fields = self.kind.fields(line, self.lookups)
            where = (parent._meta.label, parent.pk)
            parents.setdefault(where, parent)
            by_parent[where].append(line)
        self._judge_parents(by_parent, parents, rows)
        return Plan(
            [self.finish(line, rows[line.number]) for line in lines],
            str(self.digest),
            self.work,
        )

    def _judge_parents(
        self,
        by_parent: Mapping[tuple[str, int], Sequence[Line]],
        parents: Mapping[tuple[str, int], Any],
        rows: Mapping[int, PlannedRow],
    ) -> None:
        for label in self._parents:
            keys = [pk for found, pk in by_parent if found == label]
            for batch in in_batches(keys):
                children = self._children(label, batch)
                opened = self.open_proposals(parents[label, pk] for pk in batch)
                for pk in batch:
                    parent = parents[label, pk]
                    self._judge_parent(
                        parent,
                        by_parent[label, pk],
                        children.get(pk, []),
                        opened.get(pk),
                        rows,
                    )

    def _children(self, label: str, keys: Sequence[int]) -> dict[int, list[Any]]:
        key = self._keys[label]
        found: dict[int, list[Any]] = defaultdict(list)
        children = self.model._default_manager.filter(**{f"{key}__in": keys})
        for child in children.select_related(*self.kind.RELATED).order_by("pk"):
            found[getattr(child, f"{key}_id")].append(child)
        return found

    # --- One parent -----------------------------------------------------------------

    def _judge_parent(
        self,
        parent: Any,
        lines: Sequence[Line],
        children: Sequence[Any],
        opened: Any,
        rows: Mapping[int, PlannedRow],
    ) -> None:
        known: dict[Any, list[Any]] = defaultdict(list)
        for child in children:
            known[self.kind.identity(_values(child))].append(child)
        by_pk = {str(child.pk): child for child in children}
        seen: dict[Any, Line] = {}
        added: list[Any] = []
        changed: dict[int, dict[str, Any]] = {}
        judged: list[tuple[Line, PlannedRow]] = []
        for line in lines:
            row = rows[line.number]
            child = self._found(line, known, by_pk)
            if line.faults or self._is_repeated(line, row, child, seen):
                continue
            values = self._new_values(line, child)
            if child is not None and not values:
                row.fate = RowFate.SAME
                self.digest.add(line.number, "same", child.pk)
                continue
            if child is not None and line.key and line.key[1] < parent.version:
                line.fault("", STALE)
                continue
            self._check(line, values, child, parent)
            if line.faults:
                continue
            self._show(line, row, values, child)
            if child is None:
                row.fate = RowFate.NEW
                added.append(self.model(**values))
            else:
                row.fate = RowFate.CHANGED
                changed[child.pk] = values
            judged.append((line, row))
        self._take(parent, added, changed, judged, opened)

    def _found(
        self,
        line: Line,
        known: Mapping[Any, Sequence[Any]],
        by_pk: Mapping[str, Any],
    ) -> Any:
        """Return the child that a row is about; None for a new one."""
        if line.key is not None:
            child = by_pk.get(line.key[0])
            if child is None:
                line.fault(KEY, UNKNOWN_CODE, line.key[0])
            return child
        identity = self.kind.identity(line.fields)
        found = known.get(identity, []) if identity is not None else []
        same = [each for each in found if not self._new_values(line, each)]
        return next(iter([*same, *found]), None)

    def _is_repeated(
        self, line: Line, row: PlannedRow, child: Any, seen: dict[Any, Line]
    ) -> bool:
        identity = self.kind.identity(line.fields) if child is None else child.pk
        if identity is None:
            return False
        first = seen.setdefault(identity, line)
        choice, _chosen = self.choices.rows.get(line.number, (RowChoice.OPEN, None))
        if first is line or (choice == RowChoice.DIFFERENT and child is None):
            return False
        if choice == RowChoice.SAME or says_the_same(first, line):
            row.fate = RowFate.SAME
            line.repair("", _now("Row %(row)d says the same.") % {"row": first.number})
            self.digest.add(line.number, "repeated", first.number)
        else:
            line.fault(
                "",
                _now("Row %(row)d is about the same entry and says something else.")
                % {"row": first.number},
            )
        return True

    def _new_values(self, line: Line, child: Any) -> dict[str, Any]:
        """Return what the row says that the child does not hold."""
        said = dict(line.fields)
        for key in line.emptied:
            field = self._named.get(key)
            if field is not None and field.editable:
                said.setdefault(key, empty_of(field))
        if child is None:
            return said
        return {
            name: value
            for name, value in said.items()
            if differs(self._named[name], child, value)
        }

    def _check(
        self, line: Line, values: dict[str, Any], child: Any, parent: Any
    ) -> None:
        self.kind.check(line, line.fields, child, parent, self.lookups)
        if line.faults:
            return
        self.kind.settle(values, child, parent, self.by)
        trial = self.model() if child is None else copy.copy(child)
        setattr(trial, self._keys[parent._meta.label], parent)
        for name, value in values.items():
            setattr(trial, name, value)
        trial.settle()
        # What follows from the row is checked with it: the stars of a total.
        said = values | {
            name: getattr(trial, name)
            for name, field in self._named.items()
            if child is None
            and field.editable
            and not field.primary_key
            and name not in self._keys.values()
        }
        for name, sentence in self.checks.faults(
            said, lambda name: getattr(trial, self._named[name].attname)
        ):
            key = self.kind.COLUMN_OF.get(name, name)
            line.fault(key, sentence, self._shown(name, said.get(name)))

    def _shown(self, name: str, value: Any) -> str:
        reader = self.readers.get(self.kind.COLUMN_OF.get(name, name))
        return shown(reader, value)[:2_000]

    def _show(
        self, line: Line, row: PlannedRow, values: Mapping[str, Any], child: Any
    ) -> None:
        row.cells = [
            (
                self.kind.COLUMN_OF.get(name, name),
                "" if child is None else self._shown(name, getattr(child, name)),
                self._shown(name, value),
            )
            for name, value in values.items()
            if name in self.readers or name in self.kind.COLUMN_OF
        ]

    def _take(
        self,
        parent: Any,
        added: Sequence[Any],
        changed: Mapping[int, Mapping[str, Any]],
        judged: Sequence[tuple[Line, PlannedRow]],
        opened: Any,
    ) -> None:
        """Make one change of all that the rows say of a parent."""
        if not judged:
            return
        label = parent._meta.label
        name = self.kind.PARENTS[label]
        changes = Changes(
            children={name: ChildChanges(added=tuple(added), changed=dict(changed))}
        )
        way = self.way(parent)
        rows = [row for _line, row in judged]
        if not way:
            for line, _row in judged:
                self.refuse_way(line, parent)
            return
        if way == "propose" and opened is not None:
            for line, row in judged:
                row.fate, row.is_proposal = RowFate.SAME, True
                self.is_open_already(line, parent, changes, opened)
                self.digest.add(line.number, "proposed", opened.pk)
            return
        for row in rows:
            row.is_proposal = way == "propose"
        self.work.editing.setdefault(label, []).append(
            Editing(rows, parent.pk, parent.version, changes, way == "propose")
        )
        self.digest.add(
            [line.number for line, _row in judged],
            way,
            label,
            parent.pk,
            parent.version,
            changes.children,
        )


def _values(child: Any) -> dict[str, Any]:
    """Return what a loaded child holds, keys of other rows as instances."""
    return {
        field.name: getattr(child, field.name)
        for field in child._meta.concrete_fields
        if not field.is_relation or field.is_cached(child)
    }
