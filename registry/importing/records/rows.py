"""The kind of spreadsheet whose row is one record: members, products."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.apps import apps

from registry.changes import ChildChanges
from registry.importing import work
from registry.importing.kinds import Choices, ImportKind, Plan, Sheet
from registry.importing.lines import CODE, KEY, Line
from registry.importing.records.planning import RecordPlanner
from registry.jobs import Progress
from registry.models import Record, User


class RecordKind(ImportKind):
    """Base of kinds whose row is one :class:`~registry.models.Record`.

    A subclass gives

    - ``slug``, ``title``, ``lead``, ``label`` (of the model) as any kind does;
    - :meth:`columns`: a column whose ``key`` is the name of a field of the model is
      written to it as its reader gives it. The columns ``key`` and ``code`` (read by
      ``reading.Key()`` and ``Text(digits=True)``, both ``is_key=True``) are the base's
      own; other ``is_key`` columns say which row is meant and are no value of it. A
      column of another name is taken by :meth:`fields` or :meth:`children`.
      ``is_needed`` is of the file; that a cell may not be empty follows from the model;
    - :meth:`lookups`: what is asked once per file (places, agencies, producers); any
      object; every other hook gets it;
    - :meth:`fields`: the values of the record's fields that a line gives, keys of
      other rows as instances. It notes faults with ``line.fault(column_key,
      sentence)`` or ``line.resolve(column_key, lookups.find)``;
    - ``IDENTITY`` and :meth:`identity`: what makes two rows the same record if neither
      has a code. The first column of ``IDENTITY`` is the group that near matches are
      looked for in (a district, a producer), the last is the folded name;
    - :meth:`check`: what the form's ``clean`` says beyond fields and constraints of
      the model, which are checked here;
    - ``CHILDREN`` and :meth:`children`: what belongs to the record and stands in the
      same row (contacts). ``CHILDREN`` are the related names, prefetched on the record
      that :meth:`children` gets;
    - ``RELATED``: keys that :meth:`check`, ``settle()`` and ``str()`` of the record
      read;
    - :meth:`prepare_new`: what a new record has beside its row (its owner).

    Rights, proposals, versions, twins, the comparison and the writing are here.
    """

    #: Columns of the model that :meth:`identity` gives the values of.
    IDENTITY: ClassVar[tuple[str, ...]] = ()
    #: From so many of 100 on, two folded names of a group may be one.
    NEAR: ClassVar[int] = 90
    #: Related names of what :meth:`children` compares with.
    CHILDREN: ClassVar[tuple[str, ...]] = ()
    #: Keys loaded with a record that may be changed.
    RELATED: ClassVar[tuple[str, ...]] = ()
    #: Field → key of the column it is read from, where they differ.
    COLUMN_OF: ClassVar[Mapping[str, str]] = {}

    @property
    def model(self) -> type[Record]:
        """Return the model of its rows."""
        return apps.get_model(self.label)

    def lookups(self, by: User | None, lines: Sequence[Line]) -> Any:
        """Return what the file's rows are resolved with: asked once, for all of them.

        ``lines`` are read; a lookup may load only what they name.
        """
        return None

    def fields(self, line: Line, lookups: Any) -> dict[str, Any]:
        """Return the values of the record's fields that ``line`` gives.

        As it stands: every given column that is a field of the model and no key of
        another row. A subclass calls it and adds what it resolves. Emptied columns
        (``line.emptied``) that are fields are emptied by this class; add here what
        else an emptied column empties (``found["subdistrict"] = None``).
        """
        plain = self._plain_fields()
        return {key: value for key, value in line.given.items() if key in plain}

    def _plain_fields(self) -> frozenset[str]:
        if not hasattr(self, "_plain"):
            self._plain = frozenset(
                field.name
                for field in self.model._meta.concrete_fields
                if field.editable and not field.is_relation
            )
        return self._plain

    def identity(self, fields: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Return the values of ``IDENTITY`` that follow from ``fields``.

        None if they do not say enough. Foreign keys as primary keys.
        """
        return None

    def check(
        self, line: Line, fields: Mapping[str, Any], record: Any, lookups: Any
    ) -> None:
        """Note faults that the form's ``clean`` would.

        ``fields`` are what the row gives; ``record`` is the record that would be
        changed, None if it is new.
        """

    def children(
        self, line: Line, record: Any, lookups: Any
    ) -> Mapping[str, ChildChanges]:
        """Return what happens to the children that stand in the row, by related name.

        Only what differs from ``record``'s (None: a new one, so only ``added``): an
        empty answer means nothing changes. New children are clean, unsaved, without
        their parent.
        """
        return {}

    def child_cells(
        self, line: Line, record: Any, changes: Mapping[str, ChildChanges]
    ) -> list[tuple[str, str, str]]:
        """Return [column key, old text, new text] of what :meth:`children` changes."""
        return []

    def name(self, line: Line) -> str:
        """Return what a row is called: its Thai name, as a rule."""
        return str(line.get("name_th", ""))

    def prepare_new(
        self, line: Line, fields: dict[str, Any], by: User | None, lookups: Any
    ) -> None:
        """Add what a new record has beside what its row says.

        As it stands: the person's agency owns it, if the model's own owner is not
        given. A product's follows from its producer (``settle``).
        """
        if by is not None and "owner" not in fields:
            fields["owner"] = by.agency

    def plan(
        self,
        sheet: Sheet,
        *,
        by: User | None,
        choices: Choices,
        progress: Progress | None = None,
    ) -> Plan:
        """Check every row as the forms check it; write nothing."""
        return RecordPlanner(self, sheet, by, choices, progress).plan()

    def write(self, plan: Plan, *, by: User | None, reason: str) -> None:
        """Enter, edit and propose what ``plan`` says."""
        work.write(plan.work, by=by, reason=reason)


__all__ = ["CODE", "KEY", "RecordKind"]
