"""The kind of spreadsheet whose row belongs to a record: certificates, ratings."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from registry.importing.kinds import Choices, ImportKind, Plan, Sheet, SheetColumn
from registry.importing.lines import Line
from registry.jobs import Progress
from registry.models import User


class ChildKind(ImportKind):
    """Base of kinds whose row is a child of a record; one edit for each parent.

    ``label`` is the child's model ("products.Certificate"). A subclass gives, beside
    what any kind does,

    - ``PARENTS``: label of the parent's model → related name of the children there
      (``{"products.Product": "certificates", "members.Member": "certificates"}``);
    - :meth:`lookups`, as :class:`~registry.importing.records.RecordKind`;
    - :meth:`parent`: the record a line belongs to, out of what the person may see;
    - :meth:`fields`: the values of the child's fields that a line gives;
    - :meth:`identity`: what makes it the same child of its parent (mark and number; the
      round), from clean values or from a loaded child alike;
    - :meth:`check`: what the form's ``clean`` says beyond fields and constraints.

    The hidden key is "<slug>:<primary key of the child>:<version of the parent>".
    """

    PARENTS: ClassVar[Mapping[str, str]] = {}
    #: Keys of the child that ``str()`` and :meth:`identity` read.
    RELATED: ClassVar[tuple[str, ...]] = ()

    def lookups(self, by: User | None, lines: Sequence[Line]) -> Any:
        """Return what the file's rows are resolved with: asked once, for all."""
        return None

    def parent(self, line: Line, lookups: Any) -> Any:
        """Return the record the line belongs to; None, with a fault noted, if none."""
        raise NotImplementedError

    def fields(self, line: Line, lookups: Any) -> dict[str, Any]:
        """Return the values of the child's fields; by default its own columns."""
        raise NotImplementedError

    def identity(self, fields: Mapping[str, Any]) -> Any:
        """Return what makes two children of one parent the same; None if unknown."""
        raise NotImplementedError

    def check(
        self,
        line: Line,
        fields: Mapping[str, Any],
        child: Any,
        parent: Any,
        lookups: Any,
    ) -> None:
        """Note faults that the form's ``clean`` would; ``child`` is None if new."""

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
        raise NotImplementedError

    def write(self, plan: Plan, *, by: User | None, reason: str) -> None:
        """Edit, or propose to edit, every parent once."""
        raise NotImplementedError

    def columns(self, user: User | None) -> Sequence[SheetColumn]:
        """Return the columns a person may fill in, in the order of the template."""
        raise NotImplementedError
