"""What a spreadsheet may be of: kinds that apps offer in ``AppConfig.ready()``."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.apps import apps
from django.utils.functional import Promise

from registry.enums import Role, RowChoice, RowFate
from registry.errors import RecordError
from registry.jobs import Progress
from registry.models import User
from registry.sheets.reading import Row, Value

#: Who sends spreadsheets.
SENDERS = frozenset({Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR})


class CellFault(ValueError):
    """A cell that cannot be read; ``str()`` is a sentence for the person."""

    def __init__(self, sentence: str | Promise) -> None:
        self.sentence = sentence
        super().__init__()

    def __str__(self) -> str:
        return str(self.sentence)


class AnswerNeeded(RecordError):
    """A question that is asked beside the file has to be answered for this one."""

    #: Its name (:meth:`ImportKind.questions`).
    question: str


@dataclass
class Cell:
    """One cell that is being read: what stands there, and what was put right."""

    value: Value
    #: Sentences, for the report.
    repairs: list[str] = field(default_factory=list)


#: Returns the clean value of a cell that is not empty.
#: Raises :class:`CellFault`.
Reader = Callable[[Cell], Any]


@dataclass(frozen=True)
class SheetColumn:
    """One column of a kind: what it is called, and how its cells are read.

    ``title`` in both languages and ``aliases`` are the headings it is known by.
    """

    key: str
    title: str | Promise
    read: Reader
    #: Read by people over the heading cell of the template.
    note: str | Promise = ""
    aliases: Sequence[str] = ()
    #: The file must have it.
    is_needed: bool = False
    #: Says which row is meant, and is no value of it.
    is_key: bool = False
    is_personal: bool = False
    #: Comes in and never leaves: workbooks of existing rows are without it.
    is_only_read: bool = False
    #: For the drop-down: the words people choose from, in the reader's language.
    choices: Callable[[], Sequence[str]] | None = None
    #: Shown on the example sheet (Thai, English).
    example: tuple[str, str] = ("", "")
    #: In its second row, which holds little.
    other_example: tuple[str, str] = ("", "")
    width: int = 20
    #: Text, number or date in the workbook: "text", "number", "money", "date".
    form: str = "text"


@dataclass(slots=True)
class PlannedRow:
    """What becomes of one row; becomes a :class:`registry.models.ImportRow`."""

    number: int
    fate: RowFate
    name: str = ""
    model: str = ""
    object_id: int | None = None
    is_proposal: bool = False
    cells: list[tuple[str, str, str]] = field(default_factory=list)
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    repairs: list[tuple[str, str]] = field(default_factory=list)
    twins: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """The rows of a file below its heading, and what its columns are."""

    rows: Sequence[Row]
    #: Key → column, from 0.
    columns: Mapping[str, int]
    file_name: str = ""
    #: Headings that mean nothing here, as they stand.
    unknown: Sequence[str] = ()
    #: All of them, by column.
    headings: Sequence[str] = ()


@dataclass(frozen=True)
class Choices:
    """What the person says beside the file."""

    #: By row number: what it is, and which record is meant.
    rows: Mapping[int, tuple[RowChoice, int | None]] = field(default_factory=dict)
    #: Empty cells erase what the register has.
    erases: bool = False
    #: Anything a kind of its own asks for.
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Plan:
    """What an import would do: every row has one fate, and bad ones do nothing.

    ``digest`` changes when anything that would be written changes. ``work`` is the
    kind's own, handed back to :meth:`ImportKind.write`.
    """

    rows: list[PlannedRow]
    digest: str
    work: Any = None
    #: Rows that write nothing into the register and are worth confirming all the same:
    #: which record each is, or what it says otherwise, is kept.
    kept: int = 0

    def counted(self) -> dict[str, int]:
        """Return the counts of a run: rows = new + changed + same + bad."""
        found = {"rows": len(self.rows)}
        found |= {
            fate.value: sum(row.fate == fate for row in self.rows) for fate in RowFate
        }
        found["repaired"] = sum(len(row.repairs) for row in self.rows)
        found["proposals"] = sum(row.is_proposal for row in self.rows)
        return found | ({"kept": self.kept} if self.kept else {})


class ImportKind(ABC):
    """One kind of list that may come in."""

    #: Part of its addresses, and ``ImportRun.layout``; for ever.
    slug: ClassVar[str]
    title: ClassVar[str | Promise]
    lead: ClassVar[str | Promise] = ""
    #: Of the model whose rows it makes or changes ("members.Member").
    label: ClassVar[str]
    roles: ClassVar[frozenset[Role]] = SENDERS
    #: Counts up when a template of before can no longer be read.
    version: ClassVar[int] = 1

    @abstractmethod
    def columns(self, user: User | None) -> Sequence[SheetColumn]:
        """Return the columns a person may fill in, in the order of the template."""

    def questions(self) -> Mapping[str, forms.Field]:
        """Return what is asked beside the file; answers go into ``Choices.options``.

        Clean values are plain data. A question called like a column stands for it in
        every row where the file has no such column.
        """
        return {}

    @abstractmethod
    def plan(
        self,
        sheet: Sheet,
        *,
        by: User | None,
        choices: Choices,
        progress: Progress | None = None,
    ) -> Plan:
        """Check every row as the forms check it; write nothing.

        ``by`` None is a command's own work: no question about a person is asked.
        """

    @abstractmethod
    def write(self, plan: Plan, *, by: User | None, reason: str) -> None:
        """Do what ``plan`` says, inside the open transaction and act.

        Gives each new row of the plan the ``object_id`` of what it made.
        """

    def existing(self, user: User) -> Iterable[Mapping[str, object]] | None:
        """Return the person's rows as cells by column key, for a workbook.

        None if this kind gives none.
        """
        return None

    def ignored(self) -> Sequence[str]:
        """Return headings of our own exports that are read and not taken."""
        return ()

    def may_use(self, user: User) -> bool:
        """Tell whether the kind is open to ``user``."""
        return user.role in self.roles


_kinds: dict[str, ImportKind] = {}


def offer(kind: ImportKind) -> None:
    """Register a kind; called from ``AppConfig.ready()``."""
    _kinds[kind.slug] = kind


def kinds_for(user: User) -> list[ImportKind]:
    """Return the kinds open to ``user``, those of the lowest app first."""
    return [each for each in sorted(_kinds.values(), key=_rank) if each.may_use(user)]


def kind_at(slug: str) -> ImportKind | None:
    """Return the kind of an address; None if there is none."""
    return _kinds.get(slug)


def _rank(kind: ImportKind) -> int:
    labels = [config.label for config in apps.get_app_configs()]
    return -labels.index(kind.label.split(".")[0])


# --- What is no spreadsheet -------------------------------------------------------


@dataclass(frozen=True)
class OtherWay:
    """Something that comes in on pages of its own, such as a ZIP of pictures."""

    #: ``ImportRun.layout``.
    slug: str
    title: str | Promise
    lead: str | Promise
    #: Names of the addresses where it begins, and of one run of it.
    start: str
    run: str
    roles: frozenset[Role] = SENDERS


_others: dict[str, OtherWay] = {}


def offer_other(way: OtherWay) -> None:
    """Register another way; called from ``AppConfig.ready()``."""
    _others[way.slug] = way


def others_for(user: User) -> list[OtherWay]:
    """Return the other ways open to ``user``."""
    return [each for each in _others.values() if user.role in each.roles]


def other_at(slug: str) -> OtherWay | None:
    """Return the other way of a run's layout; None if it is a spreadsheet."""
    return _others.get(slug)
