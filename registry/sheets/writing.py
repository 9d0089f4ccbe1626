"""How rows leave the register: a workbook officials can file, or a CSV.

Both hold data, never formulas (safety.md, promise 10), and take as little memory for
two hundred thousand rows as for ten.
"""

import csv
import io
import math
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext, override
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from registry.thai.dates import Language, format_date

Cell = str | int | float | Decimal
Row = Sequence[object]

#: What a sheet of Excel holds, its heading included.
MAX_ROWS = 1_048_576
MAX_CHARACTERS = 32_767
#: Beyond this Excel rounds whole numbers; they are written as text.
MAX_DIGITS = 15
#: Characters XML cannot hold, and halves of letters.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
#: What makes a spreadsheet take the text of a CSV cell for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
#: As ``registry.thai.phones`` writes them; nothing to compute in there.
PHONE = re.compile(r"\+?\d[\d -]*(?: (?:ต่อ|ext\.) \d+)?")
#: Rows joined into one piece of a CSV.
PIECE = 500
A4 = 9


class Kind(Enum):
    """How a column's values are written."""

    TEXT = auto()
    NUMBER = auto()
    MONEY = auto()
    #: A day, as text in the reader's era: Excel knows no Buddhist calendar that
    #: another program would read back.
    DATE = auto()
    #: Digits that are no number: leading zeros stay.
    CODE = auto()
    PHONE = auto()


NUMERIC = {Kind.NUMBER, Kind.MONEY}
NUMBER_FORMATS = {Kind.NUMBER: "General", Kind.MONEY: "#,##0.00"}


@dataclass(frozen=True)
class Column:
    """One column of a sheet; ``width`` is in characters."""

    key: str
    title: str | Promise
    kind: Kind = Kind.TEXT
    width: int = 20


class TooManyRows(ValueError):
    """The rows do not fit in one sheet of Excel; a CSV has no end."""


# --- Workbook -----------------------------------------------------------------


def write_xlsx(
    stream: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    title: str | Promise,
    about: Sequence[tuple[str | Promise, str | Promise]],
    language: Language,
) -> int:
    """Write a workbook to ``stream`` and return how many rows it holds.

    The first sheet has the rows, in the order of ``columns``; the second says what
    they are: ``about`` holds its lines. The file is built on the disk; ``stream``
    gets the whole of it or, when ``rows`` fails, nothing.

    :raises TooManyRows: if a sheet cannot hold them.
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
            workbook.set_properties({"title": _clean(str(title))})
            about_name = gettext("About this report")
            sheet = workbook.add_worksheet(_sheet_name(str(title), about_name))
            count = _fill(workbook, sheet, columns, rows, language)
            _explain(workbook, workbook.add_worksheet(about_name), about)
        with path.open("rb") as written:
            shutil.copyfileobj(written, stream)
    return count


def _fill(
    workbook: Workbook,
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: Iterable[Row],
    language: Language,
) -> int:
    """Write the heading and ``rows``; return how many rows there were."""
    heading = workbook.add_format(
        {
            "bold": True,
            "text_wrap": True,
            "valign": "top",
            "bottom": 1,
            "num_format": "@",
        }
    )
    formats = [_format(workbook, column.kind) for column in columns]
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, _clean(str(column.title)), heading)
    count = 0
    for count, row in enumerate(rows, start=1):
        if count >= MAX_ROWS:
            raise TooManyRows(f"A sheet holds {MAX_ROWS - 1} rows.")
        for at, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write_cell(
                sheet, count, at, _cell(value, column.kind, language), formats[at]
            )
    if columns:
        sheet.autofilter(0, 0, count, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    return count


def _explain(
    workbook: Workbook,
    sheet: Worksheet,
    about: Sequence[tuple[str | Promise, str | Promise]],
) -> None:
    """Write what the report is: a label and a text on each line."""
    label = workbook.add_format({"bold": True, "valign": "top", "num_format": "@"})
    text = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 80)
    for at, (name, said) in enumerate(about):
        sheet.write_string(at, 0, _clean(str(name)), label)
        sheet.write_string(at, 1, _clean(str(said)), text)


def _format(workbook: Workbook, kind: Kind) -> Format:
    """Return how cells of ``kind`` look; text stays text when somebody edits it."""
    return workbook.add_format(
        {"valign": "top", "num_format": NUMBER_FORMATS.get(kind, "@")}
    )


def _write_cell(sheet: Worksheet, row: int, at: int, cell: Cell, look: Format) -> None:
    """Write one cell as the text or the number it is."""
    if not isinstance(cell, str):
        sheet.write_number(row, at, cell, look)
    elif cell:
        sheet.write_string(row, at, cell, look)


def _sheet_name(title: str, taken: str) -> str:
    """Return ``title`` as Excel takes it for the name of a sheet."""
    name = NOT_IN_A_SHEET_NAME.sub(" ", _clean(title))
    name = " ".join(name.split())[:31].strip("' ")
    return name if name and name.casefold() != taken.casefold() else gettext("Rows")


# --- CSV ----------------------------------------------------------------------


def write_csv(
    columns: Sequence[Column], rows: Iterable[Row], *, language: Language
) -> Iterator[bytes]:
    """Yield a CSV in pieces: UTF-8 with the mark Excel needs to know it by."""
    with override(language):
        titles = [_guarded(_clean(str(column.title)), Kind.TEXT) for column in columns]
    yield b"\xef\xbb\xbf" + _lines([titles])
    remaining = iter(rows)
    while piece := list(islice(remaining, PIECE)):
        # Around one piece only: the language must not leak to who takes them.
        with override(language):
            lines = [
                [
                    _guarded(_cell(value, column.kind, language), column.kind)
                    for column, value in zip(columns, row, strict=True)
                ]
                for row in piece
            ]
        yield _lines(lines)


def _lines(rows: Iterable[Iterable[Cell]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _guarded(cell: Cell, kind: Kind) -> Cell:
    """Return ``cell``, an apostrophe before what a spreadsheet would compute.

    Our importer takes the apostrophe off again.
    """
    if not isinstance(cell, str) or not cell.startswith(FORMULA_SIGNS):
        return cell
    if kind is Kind.PHONE and PHONE.fullmatch(cell):
        return cell
    return f"'{cell}"


# --- Cells --------------------------------------------------------------------


def _cell(value: Any, kind: Kind, language: Language) -> Cell:
    """Return ``value`` as the text or number that stands in its cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, date):
        return format_date(value, "numeric", language)
    if kind in NUMERIC and isinstance(value, int | float | Decimal):
        return _number(value)
    return _clean(str(value))


def _number(value: float | Decimal) -> Cell:
    """Return a number Excel keeps exactly, or its text."""
    if not math.isfinite(value):
        return ""
    if isinstance(value, int) and len(str(abs(value))) > MAX_DIGITS:
        return str(value)
    return value


def _clean(text: str) -> str:
    """Return ``text`` as XML and Excel can hold it, its line breaks as one sign."""
    text = ILLEGAL.sub("", text.replace("\r\n", "\n"))
    if len(text) <= MAX_CHARACTERS:
        return text
    # Said, not silent as Excel's own limit would be.
    return text[: MAX_CHARACTERS - 1] + "…"
