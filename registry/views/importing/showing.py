"""Runs and rows as their pages show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.comparing import Cell
from registry.differences import marked
from registry.enums import ImportStep, RowFate, RunStatus
from registry.importing.kinds import ImportKind, SheetColumn
from registry.importing.opening import fitting
from registry.models import ImportRow, ImportRun, User
from registry.sheets.errors import ERRORS_TITLES
from registry.sheets.reading import folded
from registry.views.importing.finding import (
    columns_of,
    is_of,
    kind_of,
    step_of,
    title_of,
    url_of,
)
from registry.views.importing.twins import Beside, Option, Twin, options_of
from registry.wording import NOTHING

#: Steps a worker takes.
WORKING = frozenset({ImportStep.CHECKING, ImportStep.WRITING, ImportStep.UNDOING})
#: The colour of a state, by the status of a record that has it.
TONES = {
    ImportStep.MAPPING: "submitted",
    ImportStep.CHECKED: "submitted",
    ImportStep.WRITTEN: "published",
    ImportStep.UNDONE: "draft",
    ImportStep.DROPPED: "draft",
}
#: How a file comes in, as it is drawn.
STEPS = (
    gettext_lazy("Choose the file"),
    gettext_lazy("Name the columns"),
    gettext_lazy("Look at what would change"),
    gettext_lazy("Confirm"),
)
#: At which of them a run is, counted from 1; what is over has passed them all.
STEP_OF = {
    ImportStep.MAPPING: 2,
    ImportStep.CHECKING: 3,
    ImportStep.CHECKED: 3,
    ImportStep.WRITING: 4,
}
#: In the order in which the bar and its figures show them.
FATES = (RowFate.NEW, RowFate.CHANGED, RowFate.SAME, RowFate.BAD)
FATE_LABELS = {
    RowFate.NEW: gettext_lazy("new rows"),
    RowFate.CHANGED: gettext_lazy("changed rows"),
    RowFate.SAME: gettext_lazy("rows without a change"),
    RowFate.BAD: gettext_lazy("rows to be mended"),
}
#: Rows named for one kind of repair.
NAMED_REPAIRS = 30


# --- Runs -------------------------------------------------------------------------


class Shown:
    """A run, as a line of a list and the head of its page say it."""

    def __init__(self, run: ImportRun, user: User) -> None:
        self.run = run
        self.is_own = is_of(run, user)

    @property
    def title(self) -> str:
        """Return what it brings in."""
        return title_of(self.run)

    @property
    def step(self) -> ImportStep:
        """Return where it stands."""
        return step_of(self.run)

    @property
    def is_stopped(self) -> bool:
        """Tell whether its check failed, so that there is nothing to look at."""
        return self.step in WORKING and self.run.status == RunStatus.FAILED

    @property
    def state(self) -> str:
        """Return where it stands, in words."""
        return str(RunStatus.FAILED.label if self.is_stopped else self.step.label)

    @property
    def tone(self) -> str:
        """Return the colour of the state."""
        return "returned" if self.is_stopped else TONES.get(self.step, "")

    @property
    def steps(self) -> Sequence[str]:
        """Return the steps of an import, as they are drawn."""
        return [str(each) for each in STEPS]

    @property
    def current(self) -> int:
        """Return at which of them it is; 0 if it has left them."""
        return STEP_OF.get(self.step, 0)

    @property
    def said(self) -> str:
        """Return how many rows became what; nothing before it is known."""
        counts = self.run.counts
        parts = [
            f"{fate.label} {counts[fate.value]:,}" for fate in FATES if fate in counts
        ]
        return " · ".join(parts)


@dataclass(frozen=True)
class Share:
    """How many rows have one fate; ``start`` and ``width`` are of the bar, in %."""

    fate: RowFate
    count: int
    start: str
    width: str

    @property
    def label(self) -> str:
        """Return what is counted."""
        return str(FATE_LABELS[self.fate])


def shares(run: ImportRun) -> list[Share]:
    """Return the fates of the rows, which add up to all of them."""
    counts = [int(run.counts.get(fate.value, 0)) for fate in FATES]
    whole = sum(counts) or 1
    found, start = [], 0.0
    for fate, count in zip(FATES, counts, strict=True):
        width = 100 * count / whole
        found.append(Share(fate, count, f"{start:.3f}", f"{width:.3f}"))
        start += width
    return found


def better_kind(run: ImportRun, user: User) -> ImportKind | None:
    """Return the kind that the headings of the file fit better than its own."""
    kind = kind_of(run)
    return None if kind is None else fitting(run.headings, kind, user)


def unknown_headings(run: ImportRun) -> list[str]:
    """Return the headings of the file that mean nothing here, as they stand."""
    kind = kind_of(run)
    ignored = {folded(each) for each in (kind.ignored() if kind else ())}
    ignored |= {folded(each) for each in ERRORS_TITLES}
    taken = set(run.columns.values())
    return [
        " ".join(str(heading).split())
        for at, heading in enumerate(run.headings)
        if heading and at not in taken and folded(str(heading)) not in ignored
    ]


# --- Rows -------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownCell:
    """One cell: what it is, what the register has, and what the file says."""

    label: str
    old: Cell
    new: Cell


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell, or with a row."""

    column: str
    value: str
    sentence: str


@dataclass
class ShownRow:
    """A row of the file with everything its place on the page needs."""

    row: ImportRow
    url: str
    cells: Sequence[ShownCell]
    faults: Sequence[Fault]
    repairs: Sequence[tuple[str, str]]
    twins: Sequence[Twin] = ()
    options: Sequence[Option] = field(default=())

    @property
    def name(self) -> str:
        """Return what it is called, or that it has no name."""
        return self.row.name or _("(without a name)")


class Rows:
    """Puts rows of a run into words for one person."""

    def __init__(
        self, run: ImportRun, user: User, said: Mapping[str, str] | None = None
    ) -> None:
        self.run, self.user = run, user
        #: Answers of a form that was refused, by the names of its questions.
        self.said = said or {}
        self.columns: Mapping[str, SheetColumn] = columns_of(run, user)

    def shown(self, rows: Iterable[ImportRow]) -> list[ShownRow]:
        """Return rows as they are shown; a query for each kind of their twins."""
        rows = list(rows)
        twins = Beside(self.run, self.user, self.label).of(rows)
        return [
            ShownRow(
                row,
                url_of(row.model, row.object_id, self.user),
                [self._cell(row, *cell) for cell in row.cells],
                [
                    Fault(self.label(key), value, said)
                    for key, value, said in row.faults
                ],
                [(self.label(key), said) for key, said in row.repairs],
                twins[row.number],
                options_of(
                    row, twins[row.number], self.said.get(f"row-{row.number}", "")
                ),
            )
            for row in rows
        ]

    def label(self, key: str) -> str:
        """Return what a column is called; nothing of the row itself."""
        column = self.columns.get(key)
        return str(capfirst(str(column.title))) if column is not None else key

    def _cell(self, row: ImportRow, key: str, old: str, new: str) -> ShownCell:
        was, now = Cell(old or NOTHING), Cell(new or NOTHING)
        if row.fate == RowFate.CHANGED:
            before, after = marked(old, new)
            was, now = Cell(old or NOTHING, before), Cell(new or NOTHING, after)
        return ShownCell(self.label(key), was, now)


# --- Repairs ----------------------------------------------------------------------


@dataclass
class Repair:
    """One thing that was put right, how often, and in which rows."""

    sentence: str
    count: int
    rows: list[tuple[int, str]] = field(default_factory=list)

    @property
    def unnamed(self) -> int:
        """Return how many more rows there are than are named."""
        return max(0, self.count - len(self.rows))


def repairs_of(run: ImportRun, rows: Rows) -> list[Repair]:
    """Return what was put right, the most frequent first. One query."""
    found = {
        said: Repair(said, count)
        for said, count in sorted(run.repairs.items(), key=lambda pair: -pair[1])
    }
    told = run.rows.exclude(repairs=[]).order_by("number")
    for number, repairs in told.values_list("number", "repairs").iterator():
        for key, said in repairs:
            repair = found.get(said)
            if repair is not None and len(repair.rows) < NAMED_REPAIRS:
                repair.rows.append((number, rows.label(key)))
    return list(found.values())
