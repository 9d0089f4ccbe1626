"""What a report's page shows before anything is taken away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from registry.models import User
from registry.sheets.writing import NUMERIC, Column, Kind
from registry.thai.dates import format_date, spoken
from reports.base import Chart, RecordReport, Table

#: Rows shown before a file is taken.
SHOWN_ROWS = 50


@dataclass(frozen=True)
class Heading:
    """The head of a column of the preview."""

    text: str
    is_number: bool


@dataclass(frozen=True)
class Preview:
    """The first rows of a report as text, and the figures over all of them."""

    headings: Sequence[Heading]
    #: Of each row its cells, each with the heading it stands under.
    rows: Sequence[Sequence[tuple[Heading, str]]]
    count: int
    totals: Sequence[tuple[str, str]]

    @property
    def is_cut(self) -> bool:
        """Tell whether there are more rows than are shown."""
        return self.count > len(self.rows)


def preview(report: RecordReport, user: User, chosen: QuerySet[Any]) -> Preview:
    """Return the preview of the ``chosen`` rows. Two queries and the report's own."""
    columns = report.columns(user)
    headings = headings_of(columns)
    rows = report.rows(
        chosen, columns, user=user, language=spoken(None), most=SHOWN_ROWS
    )
    summary = report.summary(chosen)
    return Preview(
        headings,
        [list(zip(headings, texts(columns, row), strict=True)) for row in rows],
        summary.count,
        [
            (str(total.label), shown(value or 0, total.kind))
            for total, value in summary.totals
        ],
    )


@dataclass(frozen=True)
class ShownRow:
    """One row of a table: its cells, each with the heading it stands under."""

    cells: Sequence[tuple[Heading, str]]
    #: Where the page leads from it.
    url: str = ""

    def __iter__(self) -> Iterator[tuple[Heading, str]]:
        return iter(self.cells)


@dataclass(frozen=True)
class ShownTable:
    """One table of figures as text, at most so many rows of it."""

    key: str
    title: str
    headings: Sequence[Heading]
    rows: Sequence[ShownRow]
    totals: Sequence[tuple[Heading, str]]
    note: str
    chart: Chart | None
    count: int
    #: The address of a CSV of this table alone.
    csv: str = ""

    @property
    def is_cut(self) -> bool:
        """Tell whether there are more rows than are shown."""
        return self.count > len(self.rows)


def shown_table(table: Table, csv: str = "") -> ShownTable:
    """Return a table as a page shows it."""
    headings = headings_of(table.columns)

    def line(row: Sequence[object]) -> list[tuple[Heading, str]]:
        return list(zip(headings, texts(table.columns, row), strict=True))

    return ShownTable(
        table.key,
        str(table.title),
        headings,
        [
            ShownRow(line(row), url)
            for row, url in zip_longest(
                table.rows[:SHOWN_ROWS], table.links[:SHOWN_ROWS], fillvalue=""
            )
        ],
        [] if table.totals is None else line(table.totals),
        str(table.note),
        table.chart,
        len(table.rows),
        csv,
    )


def headings_of(columns: Sequence[Column]) -> list[Heading]:
    """Return the heads of columns."""
    return [Heading(str(column.title), column.kind in NUMERIC) for column in columns]


def texts(columns: Sequence[Column], row: Sequence[object]) -> list[str]:
    """Return the cells of a row as a page shows them."""
    return [
        shown(value, column.kind) for column, value in zip(columns, row, strict=True)
    ]


def shown(value: object, kind: Kind) -> str:
    """Return a cell as a page shows it; nothing where nothing is known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return format_date(value, "numeric")
    if kind in NUMERIC and isinstance(value, int | float | Decimal):
        return f"{value:,.2f}" if kind is Kind.MONEY else f"{value:,}"
    return str(value)
