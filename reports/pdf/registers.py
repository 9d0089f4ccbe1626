"""Reports as documents: lists of records, and tables of figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from registry.models import User
from registry.sheets.writing import NUMERIC, Column, Kind
from registry.templatetags.ui import year_shown
from registry.thai.dates import Language, format_date
from reports.base import RecordReport, Report, ReportColumn, Table, TableReport
from reports.figures import shown
from reports.pdf.base import DocumentReport
from reports.pdf.documents import (
    Bar,
    BarsBlock,
    Block,
    Digits,
    Document,
    Figure,
    FiguresBlock,
    PdfColumn,
    Signature,
    TableBlock,
    TextBlock,
)

#: Longer lists are not for paper: it gives their totals.
MOST_ROWS = 5_000
#: More columns are set on a page laid across.
UPRIGHT_COLUMNS = 7
#: What a page laid across holds, in characters of a sheet's columns.
PAGE_WIDTH = 190
#: More bars are no picture any more; the table says it better.
MOST_BARS = 20
MOST_SERIES = 2
#: What is not to be broken over two lines.
WHOLE = NUMERIC | {Kind.CODE, Kind.PHONE, Kind.DATE}
#: Columns for one reader each.
OTHER = {"th": "_en", "en": "_th"}


def document_of(
    report: Report,
    user: User,
    form: Any,
    *,
    language: Language,
    digits: Digits = "thai",
    rows: QuerySet[Any] | None = None,
    tables: Sequence[Table] | None = None,
) -> Document:
    """Return a report as a document; ``form`` is a valid one of the report's own.

    What a person may not read is masked as in every file. ``rows`` or ``tables`` are
    given where they have been chosen already.

    :raises TypeError: for a report that is neither list, nor tables, nor document.
    """
    with override(language):
        if isinstance(report, DocumentReport):
            return report.document(user, form, language=language, digits=digits)
        if isinstance(report, RecordReport):
            chosen = form.keep(report.visible_to(user)) if rows is None else rows
            register = _Register(report, user, form, chosen, language)
            return _document(
                report,
                user,
                form,
                register.blocks(),
                language,
                digits,
                is_landscape=len(register.columns) > UPRIGHT_COLUMNS,
            )
        if isinstance(report, TableReport):
            found = report.tables(user, form) if tables is None else tables
            blocks = [block for each in found for block in table_blocks(each)]
            widest = max((len(each.columns) for each in found), default=0)
            return _document(
                report,
                user,
                form,
                blocks,
                language,
                digits,
                is_landscape=widest > UPRIGHT_COLUMNS,
            )
    raise TypeError(f"{report!r} cannot be printed.")


def _document(
    report: Report,
    user: User,
    form: Any,
    blocks: Sequence[Block],
    language: Language,
    digits: Digits,
    *,
    is_landscape: bool,
) -> Document:
    """Return ``blocks`` under the report's name, with where they come from."""
    now = timezone.now()
    hidden = {"fiscal_year", "quarter"} if period_of(form) else set()
    said = [
        (str(label), text)
        for name, (label, text) in zip(form.chosen, form.said(), strict=True)
        if name not in hidden
    ]
    if form.place is not None and "province" not in form.chosen:
        said.insert(0, (_("Province"), form.place.name))
    return Document(
        title=str(report.title),
        subtitle=period_of(form) or as_at(now),
        office=office_of(user),
        about=said,
        blocks=blocks,
        source=source(report, user),
        signature=Signature() if report.is_signed else None,
        language=language,
        digits=digits,
        is_landscape=is_landscape,
        printed_at=now,
    )


# --- What is said of it -----------------------------------------------------------


def office_of(user: User) -> str:
    """Return whose document it is."""
    return str(user.agency) if user.agency else _("Thai Souvenirs")


def as_at(moment: Any) -> str:
    """Return of which day the figures are."""
    day = format_date(timezone.localtime(moment).date())
    return _("As at %(day)s") % {"day": day}


def period_of(form: Any) -> str:
    """Return the fiscal year a report is about, in words; nothing if it is of none."""
    year = getattr(form, "year", None)
    if year is None:
        return ""
    said = fiscal_year_said(year)
    quarter = form.chosen.get("quarter")
    if quarter:
        return _("%(year)s, quarter %(quarter)s") % {"year": said, "quarter": quarter}
    return said


def fiscal_year_said(year: int) -> str:
    """Return a fiscal year (BE) in words: "ปีงบประมาณ พ.ศ. 2569"."""
    return _("Fiscal year %(year)s") % {"year": year_shown(year)}


def source(report: Report, user: User) -> str:
    """Return where the figures come from, and what is not shown."""
    lines = [
        _("Source: the register of %(portal)s, %(address)s")
        % {"portal": _("Thai Souvenirs"), "address": settings.SITE_URL}
    ]
    if masked := report.masked(user):
        names = ", ".join(str(column.title) for column in masked)
        lines.append(
            _(
                "%(columns)s: personal data, which only the office that keeps a "
                "record and the province's reviewers work with."
            )
            % {"columns": names}
        )
    return "\n".join(lines)


def too_long(count: int) -> str:
    """Return why there are no rows, and where to find them."""
    return _(
        "These are %(count)s rows, too many for a printed document. Please take the "
        "whole list as XLSX or CSV."
    ) % {"count": f"{count:,}"}


# --- Lists of records -------------------------------------------------------------


@dataclass
class _Register:
    """A list of records on paper."""

    report: RecordReport
    user: User
    form: Any
    chosen: QuerySet[Any]
    language: Language

    def __post_init__(self) -> None:
        #: What is fetched, names in both languages included; what is shown of it.
        self.fetched = self.of_page(self.report.columns(self.user))
        self.columns = [each for each in self.fetched if self.is_shown(each)]

    def of_page(self, columns: Sequence[ReportColumn]) -> Sequence[ReportColumn]:
        """Return the columns that fit: those the report says, else the first ones."""
        wanted = self.report.pdf_columns
        if wanted:
            by_key = {each.key: each for each in columns}
            return [by_key[key] for key in wanted if key in by_key]
        kept: list[ReportColumn] = []
        for each in columns:
            if sum(one.width for one in kept) + each.width <= PAGE_WIDTH:
                kept.append(each)
        return kept

    def is_shown(self, column: ReportColumn) -> bool:
        """Tell whether a column says something that the document does not yet."""
        if column.key == "province" and self.form.place is not None:
            return False
        return not column.key.endswith(OTHER[self.language])

    def blocks(self) -> Sequence[Block]:
        """Return the totals, and the rows unless they are too many."""
        summary = self.report.summary(self.chosen)
        figures = FiguresBlock(
            figures=[
                Figure(_("Number of rows"), f"{summary.count:,}"),
                *(
                    Figure(str(total.label), shown(value or 0, total.kind))
                    for total, value in summary.totals
                ),
            ]
        )
        if summary.count > MOST_ROWS:
            return [figures, TextBlock(paragraphs=[too_long(summary.count)])]
        table = TableBlock(
            columns=printed(self.columns),
            rows=list(self.rows()),
            empty=_("Nothing in the register matches these filters."),
            is_numbered=True,
        )
        return [figures, table]

    def rows(self) -> Any:
        """Yield the texts of each row, names in the language or the one there is."""
        keys = [each.key for each in self.fetched]
        rows = self.report.rows(
            self.chosen,
            self.fetched,
            user=self.user,
            language=self.language,
            most=MOST_ROWS,
        )
        for row in rows:
            found = dict(zip(keys, row, strict=True))
            with override(self.language):
                yield [
                    shown(found[each.key] or self.other(found, each.key), each.kind)
                    for each in self.columns
                ]

    def other(self, found: dict[str, object], key: str) -> object:
        """Return what stands in the place of nothing: the name in Thai."""
        if key.endswith("_en"):
            return found.get(f"{key.removesuffix('_en')}_th")
        return found[key]


# --- Tables of figures ------------------------------------------------------------


def table_blocks(table: Table) -> Sequence[Block]:
    """Return a table with its picture, its totals and how it counts."""
    blocks: list[Block] = [*bars_of(table)]
    heading = "" if blocks else str(table.title)
    if len(table.rows) > MOST_ROWS:
        words = [too_long(len(table.rows)), str(table.note)]
        text = TextBlock(heading=heading, paragraphs=[each for each in words if each])
        return [*blocks, text]
    return [
        *blocks,
        TableBlock(
            heading=heading,
            columns=printed(table.columns),
            rows=[texts(table.columns, row) for row in table.rows],
            totals=texts(table.columns, table.totals) if table.totals else (),
            note=str(table.note),
            empty=_("Nothing in the register matches these filters."),
        ),
    ]


def bars_of(table: Table) -> Sequence[BarsBlock]:
    """Return the picture of a table: bars for a series or two, all of one measure.

    More would only say again what the table does.
    """
    chart = table.chart
    if chart is None or not 0 < len(chart.labels) <= MOST_BARS:
        return []
    few = min(MOST_SERIES, MOST_BARS // len(chart.labels))
    shown_series = chart.series[:few]
    measured = [float(value) for _name, values in shown_series for value in values]
    return [
        BarsBlock(
            heading=str(table.title)
            if len(chart.series) == 1
            else f"{table.title}: {name}",
            bars=[
                Bar(str(label), float(value), shown(value, Kind.NUMBER))
                for label, value in zip(chart.labels, values, strict=True)
            ],
            most=max(measured),
        )
        for name, values in shown_series
    ]


def printed(columns: Sequence[Column]) -> list[PdfColumn]:
    """Return columns as a page has them: numbers to the right."""
    return [
        PdfColumn(
            str(column.title),
            # A little more for all, so that narrow ones hold a word.
            column.width + 6,
            "right" if column.kind in NUMERIC else "left",
            column.kind in WHOLE,
        )
        for column in columns
    ]


def texts(columns: Sequence[Column], row: Sequence[object]) -> list[str]:
    """Return the cells of a row in words."""
    return [
        shown(value, column.kind) for column, value in zip(columns, row, strict=True)
    ]
