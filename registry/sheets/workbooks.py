"""What our workbooks have in common, whatever they hold."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from registry.sheets.writing import ILLEGAL, MAX_CHARACTERS, NOT_IN_A_SHEET_NAME

#: What Excel takes for the name of a sheet.
MAX_NAME = 31
#: Excel's own limits of what pops up beside a cell.
MAX_BOX_TITLE, MAX_BOX_TEXT = 32, 255
A4 = 9
#: Points of one line: Thai letters bear marks above and below.
LINE = 17
#: Thai vowels and marks that take no room of their own.
ABOVE_AND_BELOW = re.compile("[ัิ-ฺ็-๎]")
#: Longer notes nobody reads.
MAX_NOTE = 1_000
#: What stands in the cells is data, whatever sign it begins with.
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@contextmanager
def new_workbook(stream: BinaryIO, title: str) -> Iterator[Workbook]:
    """Give a workbook to fill, row by row; ``stream`` gets the whole of it at the end.

    It is built on the disk. When filling fails, ``stream`` gets nothing.
    """
    with tempfile.TemporaryDirectory(prefix="portal-sheet-") as folder:
        path = Path(folder) / "workbook.xlsx"
        with Workbook(str(path), {**OPTIONS, "tmpdir": folder}) as workbook:
            workbook.set_properties({"title": clean(title)})
            yield workbook
        with path.open("rb") as written:
            shutil.copyfileobj(written, stream)


def clean(text: object, most: int = MAX_CHARACTERS) -> str:
    """Return ``text`` as XML and Excel can hold it, cut where it is longer."""
    cleaned = ILLEGAL.sub("", str(text).replace("\r\n", "\n"))
    return cleaned if len(cleaned) <= most else cleaned[: most - 1] + "…"


def sheet_name(title: str) -> str:
    """Return ``title`` as Excel takes it for the name of a sheet."""
    name = " ".join(NOT_IN_A_SHEET_NAME.sub(" ", clean(title)).split())
    return name[:MAX_NAME].strip("' ")


def height_of(texts: Sequence[str], widths: Sequence[int]) -> int:
    """Return how high a row of wrapped cells is, in points.

    Excel works it out by itself where nothing is said; LibreOffice does not.
    """
    lines = max(
        sum(
            1 + len(ABOVE_AND_BELOW.sub("", line)) // max(width, 1)
            for line in text.split("\n")
        )
        for text, width in zip(texts, widths, strict=True)
    )
    return LINE * min(lines, 20)


def put_note(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Hang a note on a cell, large enough for its lines."""
    said = clean(text, MAX_NOTE)
    lines = sum(1 + len(line) // 38 for line in said.split("\n"))
    options: dict[str, Any] = {
        "author": "",
        "font_size": 10,
        "width": 300,
        "height": 24 + 18 * min(lines, 20),
    }
    sheet.write_comment(row, column, said, options)
