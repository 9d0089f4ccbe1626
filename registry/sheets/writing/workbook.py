"""Rows as a workbook of Excel.

XlsxWriter makes all of it but the rows: those are handed to it as finished XML, which
takes a third of its time (docs/decisions/0011-writing-workbooks.md).
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext, override
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from registry.sheets.writing.columns import (
    BETWEEN,
    PIECE,
    Cell,
    Column,
    Kind,
    Row,
    cells_of,
    clean,
    days_of,
)
from registry.thai.dates import Language

#: What a sheet of Excel holds, its heading included.
MAX_ROWS = 1_048_576
NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
NUMBER_FORMATS = {Kind.NUMBER: "General", Kind.MONEY: "#,##0.00"}
DAY_FORMAT = "yyyy-mm-dd"
#: Excel counts days from here, rightly so from March 1900 on.
DAY_ZERO, FIRST_DAY = date(1899, 12, 30), date(1900, 3, 1)
DAY_WIDTH = 13
A4 = 9

#: What stands for a letter in XML, and for what Excel would take for a sign.
ESCAPED = re.compile(r"[&<>]|[\x00-\x08\x0b-\x1f]|_x[0-9a-fA-F]{4}_")
#: Where none of this is in the texts of a column, they go in as they are.
CAREFUL = ("&", "<", ">", "_x", f"{BETWEEN} ", f" {BETWEEN}")

Line = tuple[str | Promise, str | Promise]


@dataclass(frozen=True)
class Sheet:
    """One sheet of rows."""

    title: str | Promise
    columns: Sequence[Column]
    rows: Iterable[Row]
    #: A last row, set apart: values, not formulas.
    totals: Row | None = None


class TooManyRows(ValueError):
    """The rows do not fit in one sheet of Excel; a CSV has no end."""


def write_xlsx(
    stream: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    title: str | Promise,
    about: Sequence[Line],
    language: Language,
) -> int:
    """Write a workbook of one sheet of rows, and return how many it holds.

    :raises TooManyRows: if a sheet cannot hold them.
    """
    sheets = [Sheet(title, columns, rows)]
    return write_workbook(stream, sheets, title=title, about=about, language=language)


def write_workbook(
    stream: BinaryIO,
    sheets: Sequence[Sheet],
    *,
    title: str | Promise,
    about: Sequence[Line],
    language: Language,
) -> int:
    """Write a workbook to ``stream`` and return how many rows it holds.

    The last sheet says what the others are: ``about`` holds its lines, and is read
    when all rows are written. The file is built on the disk; ``stream`` gets the whole
    of it or, when rows fail, nothing.

    :raises TooManyRows: if a sheet cannot hold its rows.
    """
    with (
        tempfile.TemporaryDirectory(prefix="portal-sheet-") as folder,
        override(language),
    ):
        path = Path(folder) / "report.xlsx"
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        with Workbook(str(path), options) as workbook:
            workbook.set_properties({"title": clean(str(title))})
            about_name = gettext("About this report")
            count, taken = 0, {about_name.casefold()}
            for each in sheets:
                name = _sheet_name(str(each.title), about_name, taken)
                sheet = workbook.add_worksheet(name, RowSheet)
                count += _fill(workbook, sheet, each, language)
            _explain(workbook, workbook.add_worksheet(about_name), about)
        with path.open("rb") as written:
            shutil.copyfileobj(written, stream)
    return count


def _fill(
    workbook: Workbook, sheet: "RowSheet", given: Sheet, language: Language
) -> int:
    """Write heading, rows and totals; return how many rows there were."""
    tracks = _tracks(workbook, given.columns, language)
    heading = workbook.add_format(
        {
            "bold": True,
            "text_wrap": True,
            "valign": "top",
            "bottom": 1,
            "num_format": "@",
        }
    )
    sheet.freeze_panes(1, 0)
    for at, track in enumerate(tracks):
        sheet.set_column(at, at, track.width)
        sheet.write_string(0, at, clean(track.title), heading)
    count = 0
    remaining = iter(given.rows)
    while piece := list(islice(remaining, PIECE)):
        if count + len(piece) + (given.totals is not None) >= MAX_ROWS:
            raise TooManyRows(f"A sheet holds {MAX_ROWS - 1} rows.")
        # Around one piece only, whatever the rows do to the language.
        with override(language):
            sheet.write_rows(tracks, piece, len(given.columns))
        count += len(piece)
    if tracks:
        sheet.autofilter(0, 0, count, len(tracks) - 1)
    if given.totals is not None:
        _write_totals(workbook, sheet, tracks, given.totals, count + 1, language)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    return count


@dataclass(frozen=True)
class _Track:
    """A column as it stands in the sheet: one that is sortable stands there twice."""

    #: Where its values are in a row.
    source: int
    title: str
    width: int
    number_format: str
    #: What is written of values: texts and numbers.
    cells: Callable[[Sequence[Any]], Sequence[Cell]]
    #: The number of its looks in the workbook.
    style: int


def _tracks(
    workbook: Workbook, columns: Sequence[Column], language: Language
) -> list[_Track]:
    """Return what stands in the sheet, from left to right."""
    tracks: list[_Track] = []

    def add(
        source: int,
        title: str,
        width: int,
        number_format: str,
        cells: Callable[[Sequence[Any]], Sequence[Cell]],
    ) -> None:
        looks = _format(workbook, number_format)
        style = looks._get_xf_index()
        tracks.append(_Track(source, title, width, number_format, cells, style))

    for at, column in enumerate(columns):
        add(
            at,
            str(column.title),
            column.width,
            # Text stays text when somebody edits it.
            NUMBER_FORMATS.get(column.kind, "@"),
            lambda values, kind=column.kind: cells_of(values, kind, language),  # type: ignore[misc] # bound at once
        )
        if column.is_sortable:
            title = gettext("%(column)s (as a date)") % {"column": column.title}
            add(at, title, DAY_WIDTH, DAY_FORMAT, _days)
    return tracks


def _days(values: Sequence[Any]) -> Sequence[Cell]:
    """Return days as Excel counts them; nothing where it cannot."""
    return [
        "" if day is None or day < FIRST_DAY else (day - DAY_ZERO).days
        for day in days_of(values)
    ]


class RowSheet(Worksheet):
    """A sheet that takes rows by the piece, in order, below its heading."""

    _last = 0

    def write_rows(
        self, tracks: Sequence[_Track], piece: Sequence[Row], width: int
    ) -> None:
        """Write a piece of rows; each has ``width`` values."""
        given = list(zip(*piece, strict=True)) if width else [()]
        if len(given) != width and width:
            raise ValueError(f"zip() of {len(given)} values with {width} columns.")
        first = self._last + 2
        numbers = range(first, first + len(piece))
        columns = [
            _column_xml(track, xl_col_to_name(at), numbers, given[track.source])
            for at, track in enumerate(tracks)
        ]
        xml = "".join(
            f'<row r="{number}">{"".join(cells)}</row>'
            for number, cells in zip(numbers, zip(*columns, strict=True), strict=True)
        )
        self._last += len(piece)
        # What was written cell by cell goes first; the rows follow it in the file
        # that XlsxWriter copies into the sheet. Its own, like the name of the file:
        # the version is pinned, and a test compares both ways cell by cell.
        self._write_single_row(self._last + 1)
        self.row_data_fh.write(xml)
        self.dim_rowmax = self._last


def _column_xml(
    track: _Track, letter: str, numbers: Sequence[int], values: Sequence[Any]
) -> list[str]:
    """Return the cells of a column as XML; nothing for an empty one."""
    cells = track.cells(values)
    start, style = f'<c r="{letter}', track.style
    try:
        joined = BETWEEN.join(cells)  # type: ignore[arg-type] # that is the question
    except TypeError:
        # Numbers among them.
        return [
            _cell_xml(start, number, style, cell)
            for number, cell in zip(numbers, cells, strict=True)
        ]
    middle = f'" s="{style}" t="inlineStr"><is><t>'
    ends = f"{BETWEEN}{joined}{BETWEEN}"
    # What cannot be printed includes every space but the common one.
    is_plain = "".join(cells).isprintable()  # type: ignore[arg-type] # they were joined
    if is_plain and not any(sign in ends for sign in CAREFUL):
        return [
            f"{start}{number}{middle}{text}</t></is></c>" if text else ""
            for number, text in zip(numbers, cells, strict=True)
        ]
    return [
        _cell_xml(start, number, style, cell)
        for number, cell in zip(numbers, cells, strict=True)
    ]


def _cell_xml(start: str, number: int, style: int, cell: Cell) -> str:
    """Return a cell as the text or the number it is."""
    if not isinstance(cell, str):
        return f'{start}{number}" s="{style}"><v>{cell:.16G}</v></c>'
    if not cell:
        return ""
    keep = ' xml:space="preserve"' if cell != cell.strip() else ""
    text = ESCAPED.sub(_escape, cell)
    return (
        f'{start}{number}" s="{style}" t="inlineStr"><is><t{keep}>{text}</t></is></c>'
    )


def _escape(match: re.Match[str]) -> str:
    """Return what stands for a letter, or for what only looks like an escape."""
    found = match[0]
    if found in "&<>":
        return {"&": "&amp;", "<": "&lt;", ">": "&gt;"}[found]
    return f"_x{ord(found):04X}_" if len(found) == 1 else f"_x005F{found}"


def _write_totals(
    workbook: Workbook,
    sheet: Worksheet,
    tracks: Sequence[_Track],
    totals: Row,
    row: int,
    language: Language,
) -> None:
    """Write the last row, set apart from the others."""
    for at, track in enumerate(tracks):
        (cell,) = track.cells([totals[track.source]])
        looks = workbook.add_format(
            {
                "bold": True,
                "top": 1,
                "valign": "top",
                "num_format": track.number_format,
            }
        )
        _write_cell(sheet, row, at, cell, looks)


def _write_cell(sheet: Worksheet, row: int, at: int, cell: Cell, look: Format) -> None:
    """Write one cell as the text or the number it is; an empty one for its looks."""
    if not isinstance(cell, str):
        sheet.write_number(row, at, cell, look)
    elif cell:
        sheet.write_string(row, at, cell, look)
    else:
        sheet.write_blank(row, at, None, look)


def _explain(workbook: Workbook, sheet: Worksheet, about: Sequence[Line]) -> None:
    """Write what the report is: a label and a text on each line."""
    label = workbook.add_format({"bold": True, "valign": "top", "num_format": "@"})
    text = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 80)
    for at, (name, said) in enumerate(about):
        sheet.write_string(at, 0, clean(str(name)), label)
        sheet.write_string(at, 1, clean(str(said)), text)


def _format(workbook: Workbook, number_format: str) -> Format:
    """Return how cells look."""
    return workbook.add_format({"valign": "top", "num_format": number_format})


def _sheet_name(title: str, about: str, taken: set[str]) -> str:
    """Return ``title`` as Excel takes it for the name of a sheet, and take it."""
    wanted = NOT_IN_A_SHEET_NAME.sub(" ", clean(title))
    wanted = " ".join(wanted.split())[:31].strip("' ")
    if not wanted or wanted.casefold() == about.casefold():
        wanted = gettext("Rows")
    name, number = wanted, 1
    while name.casefold() in taken:
        number += 1
        name = f"{wanted[:27]} {number}"
    taken.add(name.casefold())
    return name
