"""What a report is: which rows or figures, in which columns, for whom.

A report is an object, not a table. One definition gives the preview, the CSV, the
workbook and the PDF; to add one is to add a module to :mod:`reports.catalogue`.

A :class:`RecordReport` lists records, one a row. A :class:`TableReport` works out
tables of figures. What is neither (a brief, a book) is a :class:`Report` of its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal, TypeVar

from django.db.models import Aggregate, Count, Model, QuerySet, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from registry.access import HOUSE
from registry.enums import Role, SheetFormat
from registry.masking import mask
from registry.models import Record, User
from registry.rules import may_see_personal
from registry.sheets.writing import Column, Kind
from registry.thai.dates import Language
from reports.filters import RecordForm, ScopeForm
from reports.reading import Reading, each, field_reading, reach, read_rows

#: Rows fetched at a time, with what belongs to them: memory stays the same for
#: ten rows and for two hundred thousand.
CHUNK = 2_000
#: Roles whose work may need private contacts; of which rows, the rule says.
PERSONAL_ROLES = frozenset({Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR})

R = TypeVar("R", bound="Report")


@dataclass(frozen=True, kw_only=True)
class ReportColumn(Column):
    """A column of a sheet, and how its cell is read off a loaded record.

    That is what is made of the fields ``source`` names, else the field ``key``. Where
    that is not enough, ``value`` makes it of the record itself: all rows of the report
    are then loaded as records, which takes three times as long. None of them asks the
    database: :meth:`RecordReport.loaded` has fetched it all.
    """

    #: Paths from the record, through annotations of :meth:`RecordReport.loaded` too.
    source: tuple[str, ...] = ()
    #: Called with the values of ``source``; without it the one value is the cell.
    make: Callable[..., object] | None = None
    value: Callable[[Any], object] | None = None
    #: Holds personal data that is not public.
    is_personal: bool = False

    def read(self, record: Any) -> object:
        """Return the cell of ``record``; a choice in the words of the language."""
        if self.value is not None:
            return self.value(record)
        if self.source:
            values = [reach(record, path) for path in self.source]
            return values[0] if self.make is None else self.make(*values)
        in_words = getattr(record, f"get_{self.key}_display", None)
        return getattr(record, self.key) if in_words is None else in_words()

    def reading(self, model: type[Model]) -> Reading | None:
        """Return how the cells of many rows are read; None if it takes records.

        Whether a personal cell is masked is asked of each record.
        """
        if self.value is not None or self.is_personal:
            return None
        if self.source:
            return Reading(self.source, self.make and each(self.make))
        return field_reading(model, self.key)


@dataclass(frozen=True)
class Total:
    """A figure over all rows of a report."""

    label: str | Promise
    of: Aggregate
    kind: Kind = Kind.NUMBER


@dataclass(frozen=True)
class Summary:
    """How many rows there are, and the report's figures over them."""

    count: int
    totals: Sequence[tuple[Total, Any]]


class Group(TextChoices):
    """The headings of the catalogue, in their order."""

    REGISTER = "register", _("Registers")
    FIGURES = "figures", _("Members, goods and clusters in figures")
    STANDARDS = "standards", _("Stars, marks and development")
    QUALITY = "quality", _("Completeness and work of the register")
    PRINT = "print", _("To print and hand out")


class Report(ABC):
    """Something that leaves the register: what it is called, for whom, chosen by what.

    What a person gets is never its business: that comes from ``visible_to`` alone.
    """

    slug: ClassVar[str]
    title: ClassVar[str | Promise]
    description: ClassVar[str | Promise]
    #: The heading it stands under in the catalogue, and its place there.
    group: ClassVar[Group] = Group.REGISTER
    place: ClassVar[int] = 100
    form: ClassVar[type[ScopeForm]] = ScopeForm
    roles: ClassVar[frozenset[Role]] = frozenset(HOUSE)
    #: Files it is taken away as, the usual one first.
    formats: ClassVar[Sequence[SheetFormat]] = (
        SheetFormat.XLSX,
        SheetFormat.CSV,
        SheetFormat.PDF,
    )

    #: Is printed with lines for who signs.
    is_signed: ClassVar[bool] = False

    def may_run(self, user: User) -> bool:
        """Tell whether the report is open to ``user`` at all."""
        return user.role in self.roles

    def masked(self, user: User) -> Sequence[Column]:
        """Return the columns of which ``user`` reads no cell whole."""
        return ()


# --- Tables of figures ------------------------------------------------------------


@dataclass(frozen=True)
class Chart:
    """Figures of a table that people would rather look at."""

    #: Lines are for what has an order: years, quarters, rounds.
    kind: Literal["bars", "lines"]
    labels: Sequence[str]
    #: What each series is called, and its value under each label.
    series: Sequence[tuple[str, Sequence[int | float | Decimal]]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of a report: a sheet of its workbook, a CSV of its own."""

    #: In the address of its CSV: ``?table=key``.
    key: str
    title: str | Promise
    columns: Sequence[Column]
    #: Those of a long list may be fetched as they are asked for.
    rows: Sequence[Sequence[object]]
    #: The last row, of all rows together; None under what cannot be added up.
    totals: Sequence[object] | None = None
    #: How it counts, for who reads it.
    note: str | Promise = ""
    chart: Chart | None = None
    #: Where the page leads from each row; empty from those that lead nowhere.
    links: Sequence[str] = ()


class TableReport(Report):
    """Figures over what a person may read, as one table or several."""

    @abstractmethod
    def tables(self, user: User, form: Any) -> Sequence[Table]:
        """Return the tables, in the language that is active.

        ``form`` is a valid one of the report's own. There is always a table, perhaps
        without rows.
        """


# --- Lists of records -------------------------------------------------------------


class RecordReport(Report):
    """Records of one kind as a list, one a row.

    A subclass says what it is called, what it is chosen by and what its columns
    are. Which rows a person gets is never its business: they come from
    ``visible_to`` alone.
    """

    model: ClassVar[type[Record]]
    form: ClassVar[type[RecordForm]] = RecordForm
    totals: ClassVar[Sequence[Total]] = ()
    #: Keys of the columns that a printed page holds; the first that fit if none are.
    pdf_columns: ClassVar[Sequence[str]] = ()

    @abstractmethod
    def all_columns(self) -> Sequence[ReportColumn]:
        """Return every column, the code first. No queries before the first row."""

    @abstractmethod
    def loaded(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return ``rows`` in the order of the report, with all that columns read."""

    # --- For whom -------------------------------------------------------------------

    def visible_to(self, user: User) -> QuerySet[Any]:
        """Return the records ``user`` may read, in no order."""
        rows: QuerySet[Any] = self.model._default_manager.visible_to(user)  # type: ignore[attr-defined] # every record's manager
        return rows

    def columns(self, user: User) -> tuple[ReportColumn, ...]:
        """Return the columns ``user`` gets: all, personal ones perhaps masked."""
        return tuple(self.all_columns())

    def masked(self, user: User) -> tuple[ReportColumn, ...]:
        """Return the columns of which ``user`` reads no cell whole."""
        if user.role in PERSONAL_ROLES:
            return ()
        return tuple(each for each in self.all_columns() if each.is_personal)

    # --- Rows -----------------------------------------------------------------------

    def rows(
        self,
        chosen: QuerySet[Any],
        columns: Sequence[ReportColumn],
        *,
        user: User,
        language: Language,
        most: int | None = None,
    ) -> Generator[list[object]]:
        """Yield the cells of each of the ``chosen`` records, in constant memory.

        A personal cell is whole where the rule lets ``user`` see it, row by row.
        """
        readings = [column.reading(self.model) for column in columns]
        known = [found for found in readings if found is not None]
        rows = self.loaded(chosen)[:most]
        if len(known) == len(readings):
            yield from read_rows(rows, known, language=language, piece=CHUNK)
        else:
            yield from self.records(rows, columns, user=user, language=language)

    def records(
        self,
        records: QuerySet[Any],
        columns: Sequence[ReportColumn],
        *,
        user: User,
        language: Language,
    ) -> Generator[list[object]]:
        """Yield the cells of ``records``, read off each of them."""
        for record in records.iterator(chunk_size=CHUNK):
            # Around one row only: the language must not leak to who takes it.
            with override(language):
                cells = [cell(column, record, user) for column in columns]
            # A record and its children point at each other; let go by hand, they do
            # not pile up until Python's collector comes round.
            vars(record).clear()
            yield cells

    def summary(self, chosen: QuerySet[Any]) -> Summary:
        """Count the ``chosen`` records and work out the totals, in one query."""
        wanted = {f"total_{at}": total.of for at, total in enumerate(self.totals)}
        found = chosen.order_by().aggregate(number_of_rows=Count("pk"), **wanted)
        count = found.pop("number_of_rows")
        return Summary(count, tuple(zip(self.totals, found.values(), strict=True)))


def cell(column: ReportColumn, record: Model, user: User) -> object:
    """Return what stands in a cell; masked where it is not for ``user``."""
    value = column.read(record)
    if column.is_personal and not may_see_personal(user, record):
        return mask(value)
    return value


# --- The catalogue ----------------------------------------------------------------

_catalogue: dict[str, Report] = {}


def register(report: type[R]) -> type[R]:
    """Enter a report in the catalogue under its slug.

    :raises ValueError: if another one has that slug.
    """
    if report.slug in _catalogue:
        raise ValueError(f"There are two reports called {report.slug!r}.")
    _catalogue[report.slug] = report()
    return report


def registered() -> tuple[Report, ...]:
    """Return every report there is, as they stand in the catalogue."""
    groups = list(Group)
    return tuple(
        sorted(
            _catalogue.values(),
            key=lambda each: (groups.index(each.group), each.place, each.slug),
        )
    )


def record_reports() -> tuple[RecordReport, ...]:
    """Return those that list records."""
    return tuple(each for each in registered() if isinstance(each, RecordReport))
