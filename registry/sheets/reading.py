"""Rows out of an admitted file, and the heading that says what their cells are."""

import io
import math
import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import chain, groupby, islice
from types import MappingProxyType

from python_calamine import CalamineError, CalamineWorkbook

from registry.sheets.gate import Admitted, Refusal, SheetKind, SheetRefused, csv_rows
from registry.sheets.refusals import NoSuchDay
from registry.sheets.scanning import ROW
from registry.thai.text import clean_text, normalise

Value = str | int | float | bool | date | time | timedelta

#: The apostrophe our CSV puts before what a spreadsheet would compute.
GUARD = re.compile("^'(?=[=+\\-@\t\r])")
#: Categories of Unicode: letters, the marks Thai writes over them, digits.
LETTERS_AND_DIGITS = frozenset("LMN")
#: Texts of so many characters repeat; so many of them are remembered as cleaned.
SHORT, REMEMBERED = 40, 5_000
#: So many known headings make a row the heading, if there are as many to know.
ENOUGH = 2


#: Of a row whose texts were clean.
NOTHING: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, and its cells, cleaned.

    Texts are without stray spaces and invisible signs; an empty cell is ``""``.
    """

    number: int
    values: list[Value]
    #: Columns (from 0) whose value is the stored result of a formula.
    formulas: frozenset[int] = frozenset()
    #: Columns that hold no value though they should: a formula never computed, or an
    #: error like #N/A. What stands in ``values`` for them is ``""``.
    broken: frozenset[int] = frozenset()
    #: Texts that were cleaned, as they stood, by column: so that it can be told.
    raw: Mapping[int, str] = field(default_factory=lambda: NOTHING, compare=False)

    @property
    def is_blank(self) -> bool:
        """Tell whether no cell holds anything."""
        return not self.broken and all(value == "" for value in self.values)


@dataclass(frozen=True)
class Heading:
    """The row that says what the columns are."""

    number: int
    #: What is known → its column, from 0.
    columns: Mapping[str, int]
    #: Headings nothing is known of, as they stand.
    unknown: tuple[str, ...]


def read_rows(admitted: Admitted) -> Iterator[Row]:
    """Yield the rows of an admitted file that hold something, in order.

    After 200 blank rows the rest is not read. A whole number comes as ``int``, also
    where Excel keeps it as 17.0.

    :raises SheetRefused: if the workbook cannot be read after all.
    """
    formulas, broken = _Positions(admitted.formulas), _Positions(admitted.broken)
    # Rows of nothing but broken cells lie beyond what the reader sees.
    after: Iterator[Cells] = ((each, [], NOTHING) for each in broken.rows())
    seen, shown = 0, 0
    for number, values, raw in chain(_numbered(admitted), after):
        if number - shown > admitted.limits.blank_rows:
            return
        if number <= seen:
            continue
        seen = number
        faults = broken.of(number)
        if faults:
            values = values + [""] * (max(faults) + 1 - len(values))
        row = Row(number, values, formulas.of(number) - faults, faults, raw)
        if not row.is_blank:
            shown = number
            yield row


def find_heading(
    rows: Iterable[Row],
    known: Mapping[str, Collection[str]],
    *,
    among: int = 30,
) -> Heading | None:
    """Find the heading among the first rows: the one that most of it is known of.

    ``known`` holds, for each thing a column may be, the headings it goes by, in
    whatever language. Case, spaces, line breaks and signs do not count. Of two
    columns that say the same the first is taken. ``None`` if no row will do.
    """
    names = {folded(name): key for key, spelt in known.items() for name in spelt}
    best: Heading | None = None
    for row in islice(rows, among):
        heading = _as_heading(row, names)
        if best is None or len(heading.columns) > len(best.columns):
            best = heading
    if best is None or len(best.columns) < min(ENOUGH, len(known)):
        return None
    return best


def rows_below(admitted: Admitted, heading: Heading) -> Iterator[Row]:
    """Yield the rows under ``heading``."""
    return (row for row in read_rows(admitted) if row.number > heading.number)


def folded(heading: str) -> str:
    """Return what the spellings of one heading have in common: letters and digits."""
    return "".join(
        sign
        for sign in normalise(heading)
        if unicodedata.category(sign)[0] in LETTERS_AND_DIGITS
    )


def _as_heading(row: Row, names: Mapping[str, str]) -> Heading:
    columns: dict[str, int] = {}
    unknown: list[str] = []
    for at, value in enumerate(row.values):
        if not isinstance(value, str) or not value:
            continue
        key = names.get(folded(value))
        if key is None or key in columns:
            unknown.append(value)
        else:
            columns[key] = at
    return Heading(row.number, columns, tuple(unknown))


# --- Cells ----------------------------------------------------------------------


#: Number, cleaned cells, and texts as they stood where cleaning changed them.
Cells = tuple[int, list[Value], Mapping[int, str]]


def _numbered(admitted: Admitted) -> Iterator[Cells]:
    """Yield every row's number and cleaned cells."""
    if admitted.kind is SheetKind.CSV:
        for number, texts in csv_rows(admitted):
            bare = [GUARD.sub("", text) if text[:1] == "'" else text for text in texts]
            cells: list[Value] = [clean_text(text) for text in bare]
            yield number, cells, _raw(bare, cells) if cells != bare else NOTHING
    else:
        try:
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(admitted.content))
            sheet = workbook.get_sheet_by_index(0)
        except CalamineError as error:
            raise SheetRefused(Refusal.DAMAGED) from error
        # Rows come from the first on, but cells from the first column with a value.
        left: list[Value] = [""] * (sheet.start or (0, 0))[1]
        known: dict[str, str] = {}
        for number, found in enumerate(calmly(sheet.iter_rows()), start=1):
            given = [*left, *found] if left else found
            cells = [_cleaned(cell, known) for cell in given]
            yield number, cells, _raw(given, cells) if cells != given else NOTHING


def calmly(rows: Iterable[list[Value]]) -> Iterator[list[Value]]:
    """Yield the rows of a workbook; of a day no calendar has its reader panics.

    Such a panic is no ``Exception``, so that nothing else would catch it, and it has
    no name to be imported by. A span too long for Python overflows.

    :raises NoSuchDay: instead.
    """
    number = 0
    try:
        for row in rows:
            number += 1
            yield row
    except BaseException as error:
        if type(error).__name__ not in {"PanicException", "OverflowError"}:
            raise
        raise NoSuchDay(number + 1) from error


def _raw(given: Sequence[Value], cells: Sequence[Value]) -> Mapping[int, str]:
    """Return the texts that cleaning changed; one of nothing but spaces is none."""
    return {
        at: before
        for at, (before, after) in enumerate(zip(given, cells, strict=True))
        if isinstance(before, str)
        and before != after
        and after not in ("", before.replace("\r\n", "\n"))
    }


def _cleaned(value: Value, known: dict[str, str]) -> Value:
    """Return a cell cleaned; ``known`` holds short texts as they were before."""
    if isinstance(value, str):
        clean = known.get(value)
        if clean is None:
            clean = clean_text(value)
            if len(value) <= SHORT and len(known) < REMEMBERED:
                known[value] = clean
        return clean
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() else value
    return value


class _Positions:
    """Cells of a sheet, found by their row."""

    def __init__(self, positions: "array[int]") -> None:
        self.sorted = array("Q", sorted(positions))

    def rows(self) -> Iterator[int]:
        """Yield the number of each row that has one, in order."""
        return (number for number, _ in groupby(at // ROW for at in self.sorted))

    def of(self, row: int) -> frozenset[int]:
        """Return the columns of ``row``, from 0."""
        start = bisect_left(self.sorted, row * ROW)
        end = bisect_left(self.sorted, (row + 1) * ROW, start)
        return frozenset(at % ROW - 1 for at in self.sorted[start:end])
