"""What a report is: which rows, in which columns, for whom.

A report is an object, not a table. One definition gives the preview, the CSV and
the workbook; to add one is to add a module to :mod:`reports.catalogue`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.db.models import Aggregate, Count, Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import override

from registry.access import HOUSE
from registry.enums import Role
from registry.masking import mask
from registry.models import Record, User
from registry.rules import may_see_personal
from registry.sheets.writing import Column, Kind
from registry.thai.dates import Language
from reports.filters import RecordForm

#: Rows fetched at a time, with what belongs to them: memory stays the same for
#: ten rows and for two hundred thousand.
CHUNK = 2_000
#: Roles whose work may need private contacts; of which rows, the rule says.
PERSONAL_ROLES = frozenset({Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR})

R = TypeVar("R", bound="Report")


@dataclass(frozen=True, kw_only=True)
class ReportColumn(Column):
    """A column of a sheet, and how its cell is read off a loaded record.

    That is the record's field ``key``, or what ``value`` makes of the record. Either
    asks the database nothing: :meth:`Report.loaded` has fetched it all.
    """

    value: Callable[[Any], object] | None = None
    #: Holds personal data that is not public.
    is_personal: bool = False

    def read(self, record: Any) -> object:
        """Return the cell of ``record``; a choice in the words of the language."""
        if self.value is not None:
            return self.value(record)
        in_words = getattr(record, f"get_{self.key}_display", None)
        return getattr(record, self.key) if in_words is None else in_words()


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


class Report(ABC):
    """Records of one kind as a list that leaves the register.

    A subclass says what it is called, what it is chosen by and what its columns
    are. Which rows a person gets is never its business: they come from
    ``visible_to`` alone.
    """

    slug: ClassVar[str]
    title: ClassVar[str | Promise]
    description: ClassVar[str | Promise]
    model: ClassVar[type[Record]]
    form: ClassVar[type[RecordForm]] = RecordForm
    roles: ClassVar[frozenset[Role]] = frozenset(HOUSE)
    totals: ClassVar[Sequence[Total]] = ()

    @abstractmethod
    def all_columns(self) -> Sequence[ReportColumn]:
        """Return every column, the code first. No queries before the first row."""

    @abstractmethod
    def loaded(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return ``rows`` in the order of the report, with all that columns read."""

    # --- For whom -------------------------------------------------------------------

    def may_run(self, user: User) -> bool:
        """Tell whether the report is open to ``user`` at all."""
        return user.role in self.roles

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
        records = self.loaded(chosen)[:most]
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
    """Return every report there is, in the order their modules are named."""
    return tuple(_catalogue.values())
