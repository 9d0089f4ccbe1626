"""What is taken away: a report with its filters, its name, and what is said of it."""

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise, lazystr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from registry.enums import Role, SheetFormat
from registry.models import Province, User
from registry.thai.dates import Language, be_year, format_datetime, spoken
from reports.actions.exports import Counted
from reports.base import RecordReport, Report, Table, TableReport
from reports.filters import ScopeForm
from reports.pdf.documents import Digits

TOO_MANY_ROWS = gettext_lazy(
    "These are more rows than a sheet of Excel holds. Take the CSV, or choose fewer."
)
#: What an address says beside the filters: one table of several, digits of a PDF.
BESIDE = ("table", "digits")

#: What file systems refuse. Thai vowels and tones stay: they are no letters to
#: ``str.isalnum``, which is why Django's own cleaner would drop them.
NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\\/:*?"<>|]')

Line = tuple[str | Promise, str | Promise]


@dataclass(frozen=True)
class Selection:
    """What somebody takes away of a report, and how it was chosen."""

    report: Report
    user: User
    #: The records of a :class:`~reports.base.RecordReport`; None of other reports.
    rows: QuerySet[Any] | None
    #: How they were chosen, for who reads the file, and for the log.
    said: Sequence[Line]
    filters: Mapping[str, Any]
    #: The one province they lie in.
    place: Province | None = None
    language: Language = field(default_factory=lambda: spoken(None))
    #: The valid form the filters come from; None of rows chosen one by one.
    form: ScopeForm | None = None
    #: The key of the table a CSV holds; the first one without.
    table: str = ""
    #: The digits of a PDF.
    digits: Digits = "thai"

    @cached_property
    def tables(self) -> Sequence[Table]:
        """Return the tables of a :class:`~reports.base.TableReport`, worked out once.

        A list of records has none.
        """
        if not isinstance(self.report, TableReport):
            return ()
        with override(self.language):
            return self.report.tables(self.user, self.form)

    @property
    def one_table(self) -> Table:
        """Return the table a CSV holds."""
        found = (each for each in self.tables if each.key == self.table)
        return next(found, self.tables[0])

    def cells(self) -> Generator[list[object]]:
        """Yield the cells of each record, in the columns the person gets."""
        if not isinstance(self.report, RecordReport) or self.rows is None:
            return
        yield from self.report.rows(
            self.rows,
            self.report.columns(self.user),
            user=self.user,
            language=self.language,
        )

    def count(self, most: int | None = None) -> int:
        """Return how many rows leave; counting stops at ``most``. One query."""
        if self.rows is not None:
            return self.rows.order_by()[:most].count()
        return sum(len(each.rows) for each in self.tables)


def selection_of(
    report: Report, form: ScopeForm, asked: QueryDict, user: User
) -> Selection:
    """Return what a valid ``form`` and the rest of an address ask for."""
    rows = None
    if isinstance(report, RecordReport):
        rows = form.keep(report.visible_to(user))
    is_arabic = asked.get("digits") == "arabic" or spoken(None) == "en"
    return Selection(
        report,
        user,
        rows=rows,
        said=form.said(),
        filters=form.logged(),
        place=form.place,
        form=form,
        table=asked.get("table", "")[:40],
        digits="arabic" if is_arabic else "thai",
    )


def query_of(form: ScopeForm, asked: QueryDict) -> str:
    """Return the filters of ``form`` and the rest of an address, as an address."""
    beside = {name: asked.get(name, "")[:40] for name in BESIDE}
    beside = {name: value for name, value in beside.items() if value}
    address = form.address(**beside)
    return "" if address == "." else address.removeprefix("?")


def file_name(selection: Selection, form: SheetFormat) -> str:
    """Return a name that sorts by day: "ทะเบียนสมาชิก_เลย_2569-11-21.xlsx"."""
    today = timezone.localdate()
    year = today.year if selection.language == "en" else be_year(today)
    day = f"{year}-{today:%m-%d}"
    # An address may name a table of a report that has none.
    names_table = bool(selection.table) and form == SheetFormat.CSV
    table = names_table and selection.tables and selection.one_table.title
    title = " ".join(str(each) for each in (selection.report.title, table) if each)
    parts = [title, place_name(selection), day]
    words = ("-".join(NOT_IN_A_NAME.sub(" ", part).split()) for part in parts)
    return f"{'_'.join(filter(None, words))}.{form}"


def place_name(selection: Selection) -> str:
    """Return where the rows lie, in a word; nothing if it takes more."""
    if selection.place is not None:
        return selection.place.name
    return _("Thailand") if selection.user.scope.everywhere else ""


# --- About the file ---------------------------------------------------------------


def about(selection: Selection, rows: Counted) -> list[Line]:
    """Return the lines of the second sheet: what was filtered, when, by whom.

    The number of rows is read last, when all of them are written. One query for
    totals, and one for the provinces of a scope.
    """
    report, user = selection.report, selection.user
    masked = report.masked(user)
    lines: list[Line] = [
        (_("Report"), report.title),
        (_("Number of rows"), lazystr(rows)),
        *totals_of(selection),
        (_("Read from"), scope_said(user)),
        *(selection.said or [(_("Filters"), _("None: all rows of this scope"))]),
        (_("Taken on"), format_datetime(timezone.now(), "full")),
        (_("Taken by"), taker(user)),
        (_("Source"), f"{_('Thai Souvenirs')} {settings.SITE_URL}"),
    ]
    if masked:
        names = ", ".join(str(column.title) for column in masked)
        lines.append(
            (
                _("Masked"),
                _(
                    "%(columns)s: personal data, which only the office that keeps a "
                    "record and the province's reviewers work with."
                )
                % {"columns": names},
            )
        )
    return lines


def totals_of(selection: Selection) -> list[Line]:
    """Return the figures over all rows, and what is to be known of tables."""
    report, rows = selection.report, selection.rows
    if isinstance(report, RecordReport) and rows is not None:
        totals = report.summary(rows).totals
        return [(total.label, f"{value or 0:,}") for total, value in totals]
    return [(each.title, each.note) for each in selection.tables if each.note]


def scope_said(user: User) -> str:
    """Return what part of the register the rows were read from."""
    if user.role == Role.OFFICER:
        return _("The records of %(agency)s") % {"agency": user.agency}
    if user.scope.everywhere:
        return _("All provinces")
    rows = Province.objects.filter(code__in=user.scope.provinces)
    return ", ".join(each.full_name() for each in rows.order_by("sort_key", "pk"))


def taker(user: User) -> str:
    """Return who takes the file away, with the agency."""
    return f"{user.name}, {user.agency}" if user.agency else user.name
