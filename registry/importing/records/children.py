"""The kind of spreadsheet whose row belongs to a record: certificates, ratings."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.apps import apps

from registry.importing import work
from registry.importing.kinds import Choices, ImportKind, Plan, Sheet
from registry.importing.lines import Line
from registry.importing.records.belonging import ChildPlanner
from registry.jobs import Progress
from registry.models import Child, User


class ChildKind(ImportKind):
    """Base of kinds whose row is a child of a record; one edit for each parent.

    ``label`` is the child's model ("products.Certificate"). A subclass gives, beside
    what any kind does,

    - ``PARENTS``: label of the parent's model → related name of the children there
      (``{"products.Product": "certificates", "members.Member": "certificates"}``);
    - :meth:`columns`: the hidden column ``key``; columns whose key is a field of the
      child; ``is_key`` columns that name the parent;
    - :meth:`lookups`, as :class:`~registry.importing.records.RecordKind`;
    - :meth:`parent`: the record a line belongs to, out of what the person may see,
      asked of ``lookups`` (all of them are loaded once: no query for a line);
    - :meth:`fields`: the values of the child's fields that a line gives;
    - :meth:`identity`: what makes it the same child of its parent (mark and number; the
      round), from clean values or those of a loaded child alike;
    - :meth:`check`: what the form's ``clean`` says beyond fields and constraints;
    - ``RELATED``: keys of the child that its ``str()`` reads.

    The hidden key is "<slug>:<primary key of the child>:<version of the parent>".
    """

    PARENTS: ClassVar[Mapping[str, str]] = {}
    RELATED: ClassVar[tuple[str, ...]] = ()
    #: Field → key of the column it is read from, where they differ.
    COLUMN_OF: ClassVar[Mapping[str, str]] = {}

    @property
    def model(self) -> type[Child]:
        """Return the model of its rows."""
        return apps.get_model(self.label)

    def lookups(self, by: User | None, lines: Sequence[Line]) -> Any:
        """Return what the file's rows are resolved with: asked once, for all."""
        return None

    @abstractmethod
    def parent(self, line: Line, lookups: Any) -> Any:
        """Return the record the line belongs to; None, with a fault noted, if none."""

    def fields(self, line: Line, lookups: Any) -> dict[str, Any]:
        """Return the values of the child's fields; by default its own columns."""
        plain = self._plain_fields()
        return {key: value for key, value in line.given.items() if key in plain}

    def _plain_fields(self) -> frozenset[str]:
        return frozenset(
            field.name
            for field in self.model._meta.concrete_fields
            if field.editable and not field.is_relation and not field.primary_key
        )

    @abstractmethod
    def identity(self, fields: Mapping[str, Any]) -> Any:
        """Return what makes two children of one parent the same; None if unknown.

        ``fields`` are clean values by field, keys of other rows as instances; those a
        row does not give are missing.
        """

    def check(
        self,
        line: Line,
        fields: Mapping[str, Any],
        child: Any,
        parent: Any,
        lookups: Any,
    ) -> None:
        """Note faults that the form's ``clean`` would; ``child`` is None if new."""

    def settle(
        self, fields: dict[str, Any], child: Any, parent: Any, by: User | None
    ) -> None:
        """Add what follows from what would be written (who checked it)."""

    def name(self, line: Line, parent: Any) -> str:
        """Return what a row is called: its record, as a rule."""
        return str(parent or "")

    def plan(
        self,
        sheet: Sheet,
        *,
        by: User | None,
        choices: Choices,
        progress: Progress | None = None,
    ) -> Plan:
        """Check every row as the forms check it; write nothing."""
        return ChildPlanner(self, sheet, by, choices, progress).plan()

    def write(self, plan: Plan, *, by: User | None, reason: str) -> None:
        """Edit, or propose to edit, every parent once."""
        work.write(plan.work, by=by, reason=reason)
