"""One row of a file while it is looked at: what its cells say, and what is wrong."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.functional import Promise

from registry.importing.kinds import CellFault

V = TypeVar("V")


class Line:
    """The cells of one row by column key, read; kinds add faults and repairs to it.

    ``given`` holds the clean value of every cell that says something; ``emptied`` the
    keys of those that say "nothing": empty cells of a row that carries its hidden key,
    or of any row where the person lets empty cells erase. Empty cells of other rows
    are in neither: they say nothing.
    """

    __slots__ = (
        "emptied",
        "faults",
        "fields",
        "given",
        "key",
        "number",
        "repairs",
        "texts",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.given: dict[str, Any] = {}
        self.emptied: frozenset[str] = frozenset()
        #: What stands in a cell that has a fault, by column key.
        self.texts: dict[str, str] = {}
        self.faults: list[tuple[str, str, str]] = []
        self.repairs: list[tuple[str, str]] = []
        #: Of the hidden key: code or primary key, and version; None without one.
        self.key: tuple[str, int] | None = None
        #: Values of the record's fields, as :meth:`RecordKind.fields` gave them.
        self.fields: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """Return the clean value of a cell; ``default`` if it says nothing."""
        return self.given.get(key, default)

    def says(self, key: str) -> bool:
        """Tell whether a cell says something, be it that there is nothing."""
        return key in self.given or key in self.emptied

    def fault(self, key: str, sentence: str | Promise, text: str | None = None) -> None:
        """Say what is wrong with a cell, or with the whole row (``key`` is "")."""
        if text is None:
            text = self.texts.get(key, "")
            if not text and key in self.given:
                text = str(self.given[key])
        self.faults.append((key, text[:300], str(sentence)))

    def repair(self, key: str, sentence: str | Promise) -> None:
        """Say what was put right in a cell."""
        self.repairs.append((key, str(sentence)))

    def resolve(self, key: str, find: Callable[[Any], V]) -> V | None:
        """Return ``find(value)`` of a cell; None if it is empty or not found.

        ``find`` raises :class:`~registry.importing.kinds.CellFault`, which becomes a
        fault of the cell.
        """
        if key not in self.given:
            return None
        try:
            return find(self.given[key])
        except CellFault as fault:
            self.fault(key, str(fault))
            return None
