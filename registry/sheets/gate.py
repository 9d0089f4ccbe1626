"""The gate every spreadsheet passes before anything reads it (safety.md).

In this order: size, extension, first bytes, list of parts, declared size, real bytes,
macros, every XML part, the first sheet with cells, its rows and cells. A workbook that
passes is written anew with that one sheet, so that the reader behind the gate sees
exactly the bytes that were checked.
"""

import codecs
import csv
import hashlib
import io
import os
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from registry.sheets.package import Package
from registry.sheets.refusals import (
    COMMAND_LIMITS,
    MEGABYTE,
    PAGE_LIMITS,
    Limits,
    Refusal,
    SheetRefused,
)
from registry.sheets.unpacking import unpack

__all__ = [
    "COMMAND_LIMITS",
    "PAGE_LIMITS",
    "Admitted",
    "Limits",
    "Refusal",
    "SheetKind",
    "SheetRefused",
    "admit",
    "csv_rows",
]

Source = bytes | os.PathLike[str] | BinaryIO

ZIP = b"PK\x03\x04"
#: Begins the files of old Excel, and those a password protects.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Name of the stream that holds a protected workbook.
PROTECTED = "EncryptedPackage".encode("utf-16-le")
REFUSED_EXTENSIONS = {
    ".xls": Refusal.OLD_EXCEL,
    ".xlt": Refusal.OLD_EXCEL,
    ".ods": Refusal.OPEN_DOCUMENT,
    ".ots": Refusal.OPEN_DOCUMENT,
    ".xlsm": Refusal.MACROS,
    ".xltm": Refusal.MACROS,
    ".xlam": Refusal.MACROS,
}
#: What parts the columns of a CSV; of two that part equally well, the first.
DELIMITERS = (",", ";", "\t")
#: How many rows decide it.
SAMPLE = 20
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Without a mark. Python's "tis-620" would turn Windows' quotation marks into
#: control characters; cp874 is what Thai Windows writes.
ENCODINGS = ("utf-8", "cp874")


class SheetKind(StrEnum):
    """Forms in which rows may come."""

    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True)
class Admitted:
    """A file that passed the gate, ready for :mod:`registry.sheets.reading`."""

    kind: SheetKind
    #: As its sender named it.
    name: str
    #: Of the file as it was sent.
    sha256: str
    #: What is read: of a CSV the file itself, of a workbook what was written anew.
    content: bytes = field(repr=False)
    limits: Limits
    #: Of a CSV.
    encoding: str = ""
    delimiter: str = ""
    #: Name of the sheet that is read.
    sheet: str = ""
    #: Positions (``row * scanning.ROW + column``) of computed cells of a workbook.
    formulas: "array[int]" = field(default_factory=lambda: array("Q"), repr=False)
    #: Those that hold no value: a formula never computed, or an error like #N/A.
    broken: "array[int]" = field(default_factory=lambda: array("Q"), repr=False)


def admit(source: Source, *, name: str, limits: Limits = PAGE_LIMITS) -> Admitted:
    """Let a spreadsheet through, or say in one sentence why not.

    ``source`` is the content, a path, or an open file; ``name`` is what its sender
    calls it. 100,000 cells take half a second.

    :raises SheetRefused: with a code and a sentence for the person.
    """
    data = _content(source, limits)
    extension = Path(name.strip()).suffix.lower()
    if extension not in {".xlsx", ".csv"}:
        raise SheetRefused(REFUSED_EXTENSIONS.get(extension, Refusal.EXTENSION))
    if data.startswith(COMPOUND):
        protected = PROTECTED in data
        raise SheetRefused(Refusal.ENCRYPTED if protected else Refusal.OLD_EXCEL)
    digest = hashlib.sha256(data).hexdigest()
    if extension == ".csv":
        return _admitted_csv(data, name, digest, limits)
    if not data.startswith(ZIP):
        raise SheetRefused(Refusal.NOT_A_WORKBOOK)
    sheet = Package(unpack(data, limits), limits).one_sheet()
    return Admitted(
        kind=SheetKind.XLSX,
        name=name,
        sha256=digest,
        content=sheet.content,
        limits=limits,
        sheet=sheet.name,
        formulas=sheet.formulas,
        broken=sheet.broken,
    )


def _content(source: Source, limits: Limits) -> bytes:
    """Return the bytes of ``source``, of which no more than allowed are read."""
    if isinstance(source, bytes):
        data = source
    elif isinstance(source, os.PathLike):
        with Path(source).open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    else:
        source.seek(0)
        data = source.read(limits.file_bytes + 1)
    if not data:
        raise SheetRefused(Refusal.EMPTY)
    if len(data) > limits.file_bytes:
        raise SheetRefused(Refusal.TOO_LARGE, limit=limits.file_bytes // MEGABYTE)
    return data


# --- CSV ------------------------------------------------------------------------


def _admitted_csv(data: bytes, name: str, digest: str, limits: Limits) -> Admitted:
    if data.startswith(ZIP):
        raise SheetRefused(Refusal.NOT_TEXT)
    encoding, text = _decoded(data)
    delimiter = _delimiter(text)
    admitted = Admitted(
        kind=SheetKind.CSV,
        name=name,
        sha256=digest,
        content=data,
        limits=limits,
        encoding=encoding,
        delimiter=delimiter,
    )
    _check_rows(admitted)
    return admitted


def csv_rows(admitted: Admitted) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of an admitted CSV by number, up to too many blank ones.

    A row counts as a spreadsheet counts it: a text of several lines is in one.
    """
    text = io.StringIO(admitted.content.decode(admitted.encoding), newline="")
    blank = 0
    rows = csv.reader(text, delimiter=admitted.delimiter)
    for number, row in enumerate(rows, start=1):
        blank = 0 if any(cell.strip() for cell in row) else blank + 1
        if blank >= admitted.limits.blank_rows:
            return
        yield number, row


def _decoded(data: bytes) -> tuple[str, str]:
    """Return how ``data`` is encoded, and its text.

    The mark decides; without one strict UTF-8, else strict Windows-874.
    """
    marked = [name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)]
    for encoding in marked or ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise SheetRefused(Refusal.NUL)
        return encoding, text
    # Bytes no Thai letter has, and NULs: not text in another encoding, but no text.
    raise SheetRefused(Refusal.NUL if b"\0" in data else Refusal.ENCODING)


def _delimiter(text: str) -> str:
    """Return what parts the columns: what gives most rows the same number of cells."""

    def regularity(delimiter: str) -> tuple[int, int]:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = Counter(len(row) for row in islice(lines, SAMPLE) if len(row) > 1)
        except csv.Error:
            return 0, 0
        return max(((count, width) for width, count in widths.items()), default=(0, 0))

    return max(DELIMITERS, key=regularity)


def _check_rows(admitted: Admitted) -> None:
    """Refuse by rows, columns and cells."""
    limits = admitted.limits
    has_cells = False
    number = 0
    try:
        for number, row in csv_rows(admitted):
            if not any(cell.strip() for cell in row):
                continue
            has_cells = True
            if number > limits.rows + limits.heading_rows:
                raise SheetRefused(Refusal.TOO_MANY_ROWS, limit=limits.rows)
            if len(row) > limits.columns:
                raise SheetRefused(Refusal.TOO_MANY_COLUMNS, limit=limits.columns)
            if max(map(len, row)) > limits.characters:
                raise _long_cell(number, limits)
    except csv.Error as error:
        # The one complaint of a reader that is not strict: a cell beyond its limit.
        raise _long_cell(number + 1, limits) from error
    if not has_cells:
        raise SheetRefused(Refusal.NO_CELLS)


def _long_cell(row: int, limits: Limits) -> SheetRefused:
    return SheetRefused(Refusal.CELL_TOO_LONG, row=row, limit=limits.characters)
