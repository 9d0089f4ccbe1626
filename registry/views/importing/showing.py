"""Runs and rows as their pages show them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.access import STAFF
from registry.comparing import Cell
from registry.desks import desk_of
from registry.differences import marked
from registry.enums import ImportStep, RowChoice, RowFate, RunStatus
from registry.importing.kinds import SheetColumn
from registry.models import ImportRow, ImportRun, User
from registry.sheets.errors import ERRORS_TITLES
from registry.sheets.reading import folded
from registry.views.importing.finding import (
    columns_of,
    is_of,
    kind_of,
    step_of,
    title_of,
)
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
#: What a twin is shown with, if its model has it.
TWIN_FACTS = ("district", "owner")
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


@dataclass(frozen=True)
class Twin:
    """What a row looks like: a record, or another row of the file."""

    #: Of the record; None of a row.
    pk: int | None
    row: int | None
    label: str
    code: str
    reason: str
    #: The person may change it; of others a row says only that it is the same.
    is_own: bool = True
    url: str = ""
    facts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Option:
    """One answer to the question what a row is; ``value`` is what the form sends."""

    value: str
    label: str
    is_chosen: bool


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

    def __init__(self, run: ImportRun, user: User) -> None:
        self.run, self.user = run, user
        self.columns: Mapping[str, SheetColumn] = columns_of(run, user)

    def shown(self, rows: Iterable[ImportRow]) -> list[ShownRow]:
        """Return rows as they are shown; a query for each kind of their twins."""
        rows = list(rows)
        twins = self._twins(rows)
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
                options_of(row, twins[row.number]),
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

    # --- Twins ------------------------------------------------------------------------

    def _twins(self, rows: Sequence[ImportRow]) -> Mapping[int, list[Twin]]:
        records = self._records(rows)
        found: dict[int, list[Twin]] = defaultdict(list)
        for row in rows:
            for told in row.twins:
                found[row.number].append(self._twin(told, records))
        return found

    def _records(self, rows: Sequence[ImportRow]) -> Mapping[tuple[str, int], Any]:
        """Return the records that rows look like, as far as the person sees them."""
        wanted: dict[str, set[int]] = defaultdict(set)
        for row in rows:
            for told in row.twins:
                if told.get("pk"):
                    wanted[told["model"]].add(told["pk"])
        found: dict[tuple[str, int], Any] = {}
        for label, keys in wanted.items():
            model = apps.get_model(label)
            manager: Any = model._default_manager
            if hasattr(manager, "visible_to"):
                rows_of = manager.visible_to(self.user).filter(pk__in=keys)
                seen = rows_of.select_related(*keys_of(model))
                found |= {(label, each.pk): each for each in seen}
        return found

    def _twin(
        self, told: Mapping[str, Any], records: Mapping[tuple[str, int], Any]
    ) -> Twin:
        pk = told.get("pk")
        label = str(told.get("model") or "")
        record = records.get((label, pk)) if pk else None
        return Twin(
            pk=pk,
            row=told.get("row"),
            label=str(told.get("label") or ""),
            code=str(told.get("code") or ""),
            reason=str(told.get("reason") or ""),
            is_own=bool(told.get("is_own", True)),
            url=url_of(label, pk, self.user) if record is not None else "",
            facts=facts_of(record) if record is not None else (),
        )


def keys_of(model: Any) -> list[str]:
    """Return the keys of a model that its twins are shown with."""
    found = []
    for name in TWIN_FACTS:
        try:
            if model._meta.get_field(name).is_relation:
                found.append(name)
        except FieldDoesNotExist:
            continue
    return found


def facts_of(record: Any) -> list[tuple[str, str]]:
    """Return what tells a record from others of its name: its places, its agency."""
    found = [
        (str(capfirst(str(record._meta.get_field(name).verbose_name))), str(value))
        for name in keys_of(type(record))
        if (value := getattr(record, name)) is not None
    ]
    if hasattr(record, "stage"):
        found.append((_("Status"), str(record.stage.label)))
    return found


def url_of(label: str, pk: int | None, user: User) -> str:
    """Return where the person works on a record: the admin, or the workspace."""
    if not label or pk is None:
        return ""
    if user.role in STAFF:
        name = f"admin:{label.lower().replace('.', '_')}_change"
        try:
            return reverse(name, args=[pk])
        except NoReverseMatch:
            pass
    desk = desk_of(label)
    return reverse("workspace:edit", args=[desk.slug, pk]) if desk else ""


def options_of(row: ImportRow, twins: Sequence[Twin]) -> list[Option]:
    """Return the answers to what a row is, that of before chosen."""
    if not twins:
        return []
    chosen = value_of(row.choice, row.chosen_id)
    found = []
    records = [twin for twin in twins if twin.pk is not None]
    for twin in records:
        name = f"{twin.label} ({twin.code})" if twin.code else twin.label
        said = f"{name} – " if len(records) > 1 else ""
        for choice in (RowChoice.SAME, RowChoice.UPDATE)[: 2 if twin.is_own else 1]:
            value = value_of(choice, twin.pk)
            is_only = len(records) == 1 and row.chosen_id is None
            is_chosen = chosen == value or (is_only and row.choice == choice)
            found.append(Option(value, f"{said}{choice.label}", is_chosen))
    if not records:
        label = _("The same: leave this row out")
        value = value_of(RowChoice.SAME, None)
        found.append(Option(value, label, row.choice == RowChoice.SAME))
    value = value_of(RowChoice.DIFFERENT, None)
    label = str(RowChoice.DIFFERENT.label)
    found.append(Option(value, label, row.choice == RowChoice.DIFFERENT))
    return found


def value_of(choice: str, pk: int | None) -> str:
    """Return how a form names a choice: "update:12", "different"."""
    return f"{choice}:{pk}" if pk is not None else str(choice)


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
