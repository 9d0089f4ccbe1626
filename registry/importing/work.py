"""What a checked file would do to the register, as values: nothing is written here.

The actions write it (:mod:`registry.actions.imports.writing`), and say so when the
program starts: they know the kinds, so the kinds cannot know them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.changes import Changes, ChildChanges
from registry.importing.kinds import PlannedRow
from registry.models import User


@dataclass(slots=True)
class Entering:
    """A new record: its values, and what belongs to it."""

    row: PlannedRow
    fields: Mapping[str, Any]
    children: Mapping[str, ChildChanges] = field(default_factory=dict)


@dataclass(slots=True)
class Editing:
    """A change of one record, by one row or by several that belong to it."""

    rows: Sequence[PlannedRow]
    pk: int
    version: int
    changes: Changes
    is_proposal: bool = False


@dataclass
class Work:
    """Everything a plan does to the records of one model or of several."""

    #: By the model's label.
    entering: dict[str, list[Entering]] = field(default_factory=dict)
    editing: dict[str, list[Editing]] = field(default_factory=dict)


Writer = Callable[[Work, User | None, str], None]
_writers: list[Writer] = []


def written_by(writer: Writer) -> Writer:
    """Have ``writer(work, by, reason)`` do what a plan says; the last one does."""
    _writers.append(writer)
    return writer


def write(work: Work, *, by: User | None, reason: str) -> None:
    """Do what ``work`` says, inside the open transaction and act."""
    _writers[-1](work, by, reason)
