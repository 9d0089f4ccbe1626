"""One row of a file while it is looked at: what its cells say, and what is wrong."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registry.importing.kinds import Cell, CellFault, Sheet, SheetColumn
from registry.importing.reading import text_of, what_was_cleaned
from registry.masking import HIDDEN
from registry.sheets.reading import Row, Value

V = TypeVar("V")

#: The hidden column of our own workbooks: "<kind's slug>:<code>:<version>".
KEY = "key"
#: The column with the record's public code.
CODE = "code"


class Line:
    """The cells of one row by column key, read; kinds add faults and repairs to it.

    ``given`` holds the clean value of every cell that says something; ``emptied`` the
    keys of those that say "nothing": empty cells of a row that carries its hidden key,
    or of any row where the person lets empty cells erase. Empty cells of other rows
    are in neither: they say nothing.
    """

    __slots__ = (
        "emptied",
        "faults",
        "fields",
        "given",
        "is_no_entry",
        "key",
        "number",
        "repairs",
        "texts",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.given: dict[str, Any] = {}
        self.emptied: frozenset[str] = frozenset()
        #: What stands in a cell that has a fault, by column key.
        self.texts: dict[str, str] = {}
        self.faults: list[tuple[str, str, str]] = []
        self.repairs: list[tuple[str, str]] = []
        #: Of the hidden key: code or primary key, and version; None without one.
        self.key: tuple[str, int] | None = None
        #: A repeated heading, a row of totals.
        self.is_no_entry = False
        #: Values of the record's fields, as :meth:`RecordKind.fields` gave them.
        self.fields: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """Return the clean value of a cell; ``default`` if it says nothing."""
        return self.given.get(key, default)

    def says(self, key: str) -> bool:
        """Tell whether a cell says something, be it that there is nothing."""
        return key in self.given or key in self.emptied

    def fault(self, key: str, sentence: str | Promise, text: str | None = None) -> None:
        """Say what is wrong with a cell, or with the whole row (``key`` is "")."""
        if text is None:
            text = self.texts.get(key, "")
            if not text and key in self.given:
                text = str(self.given[key])
        self.faults.append((key, text[:300], str(sentence)))

    def repair(self, key: str, sentence: str | Promise) -> None:
        """Say what was put right in a cell."""
        self.repairs.append((key, str(sentence)))

    def resolve(self, key: str, find: Callable[[Any], V]) -> V | None:
        """Return ``find(value)`` of a cell; None if it is empty or not found.

        ``find`` raises :class:`~registry.importing.kinds.CellFault`, which becomes a
        fault of the cell.
        """
        if key not in self.given:
            return None
        try:
            return find(self.given[key])
        except CellFault as fault:
            self.fault(key, str(fault))
            return None


# --- Reading a sheet --------------------------------------------------------------

#: What people write into a cell that has nothing to say.
DASHES = frozenset({"-", "–", "—", "--", "---", ".", "_"})
#: What a row of totals begins with.
TOTAL = re.compile(
    r"(?:รวม|ยอดรวม|รวม(?:ทั้งสิ้น|ทั้งหมด|ยอด)|(?:grand )?total|sum)"
    r"[\s:]*[\d,.๐-๙]*\s*(?:ราย|รายการ|คน|กลุ่ม|ผลิตภัณฑ์|บาท|แห่ง)?",
    re.IGNORECASE,
)
#: Personal data as our own workbooks hide them (:mod:`registry.masking`).
MASKED = re.compile(
    rf"\S{{1,2}}{HIDDEN}(?: \S{{1,2}}{HIDDEN})*|\S?{HIDDEN}@{HIDDEN}|{HIDDEN}"
    r"|\d{3}-(?=[\dx-]*x)[\dx]{3}-[\dx]{3,5}|x-xxxx-xxxx\d-\d{2}-\d"
)
#: Cells that repeat are read once; longer ones hardly repeat.
REMEMBERED, LONGEST_REMEMBERED = 20_000, 60

FORMULA = _("The stored result of a formula was taken.")
BROKEN = _("This cell holds a formula without a result, or an error.")
IS_MASKED = _("Hidden personal data were left as the register has them.")
REPEATED = _("This row repeats the heading; nothing is lost by leaving it out.")
IS_TOTAL = _("This row is a total and no entry; nothing is lost by leaving it out.")
CHANGED_KEY = _("The hidden key of this row was changed; take a new workbook.")


def read_lines(
    sheet: Sheet, columns: Sequence[SheetColumn], slug: str, *, erases: bool
) -> list[Line]:
    """Read every row of ``sheet``; ``erases`` has empty cells of any row say so."""
    known = {each.key: each for each in columns}
    plan = [
        _Column(known[key], at)
        for key, at in sorted(sheet.columns.items(), key=lambda item: item[1])
        if key in known
    ]
    return [_read(row, plan, sheet.headings, slug, erases) for row in sheet.rows]


class _Column:
    """One column of a file, with what was read in it before."""

    __slots__ = ("at", "is_key", "is_personal", "key", "known", "read")

    def __init__(self, column: SheetColumn, at: int) -> None:
        self.key, self.at, self.read = column.key, at, column.read
        self.is_key, self.is_personal = column.is_key, column.is_personal
        self.known: dict[Any, tuple[Any, tuple[str, ...], str]] = {}

    def outcome(self, value: Value) -> tuple[Any, tuple[str, ...], str]:
        """Return the clean value, the repairs, and what is wrong."""
        # 1, 1.0 and True are one key of a dict.
        told: Any = value if value.__class__ is str else (value.__class__, value)
        found = self.known.get(told)
        if found is None:
            cell = Cell(value)
            try:
                clean = self.read(cell)
                found = (clean, tuple(cell.repairs), "")
            except CellFault as fault:
                found = (None, tuple(cell.repairs), str(fault))
            is_short = not isinstance(value, str) or len(value) <= LONGEST_REMEMBERED
            if is_short and len(self.known) < REMEMBERED:
                self.known[told] = found
        return found


def _read(
    row: Row, columns: list[_Column], headings: Sequence[str], slug: str, erases: bool
) -> Line:
    line = Line(row.number)
    values, width = row.values, len(row.values)
    is_odd = bool(row.formulas or row.broken or row.raw)
    empty: list[str] = []
    said: list[Value] = []
    repeated = 0
    for column in columns:
        at = column.at
        value: Value = values[at] if at < width else ""
        if is_odd and at in row.broken:
            line.faults.append((column.key, "", str(BROKEN)))
        elif value == "" or (value.__class__ is str and value in DASHES):
            if not column.is_key:
                empty.append(column.key)
        else:
            said.append(value)
            repeated += at < len(headings) and value == headings[at]
            _read_cell(line, column, value)
            if is_odd:
                _tell_oddities(line, column, row)
    _tell_no_entry(line, said, repeated)
    _take_key(line, slug)
    if erases or line.key is not None:
        line.emptied = frozenset(empty)
    return line


def _read_cell(line: Line, column: _Column, value: Value) -> None:
    key = column.key
    if column.is_personal and isinstance(value, str) and MASKED.fullmatch(value):
        line.repairs.append((key, str(IS_MASKED)))
        return
    clean, repairs, fault = column.outcome(value)
    for each in repairs:
        line.repairs.append((key, each))
    if fault:
        text = text_of(value)[:300]
        line.texts[key] = text
        line.faults.append((key, text, fault))
    else:
        line.given[key] = clean


def _tell_oddities(line: Line, column: _Column, row: Row) -> None:
    """Say that a text was cleaned, or that a formula's result was taken."""
    if column.at in row.raw:
        for each in what_was_cleaned(row.raw[column.at]):
            line.repairs.append((column.key, each))
    if column.at in row.formulas:
        line.repairs.append((column.key, str(FORMULA)))


def _tell_no_entry(line: Line, said: Sequence[Value], repeated: int) -> None:
    """Tell a repeated heading, and a row of totals, from an entry."""
    first = next((value for value in said if isinstance(value, str)), "")
    sentence: str | Promise = ""
    if said and repeated == len(said):
        sentence = REPEATED
    elif first and TOTAL.fullmatch(first):
        sentence = IS_TOTAL
    if sentence:
        line.faults = [("", first[:300], str(sentence))]
        line.is_no_entry = True


def _take_key(line: Line, slug: str) -> None:
    found = line.given.pop(KEY, None)
    if found is None:
        return
    kind, code, version = found
    if kind == slug:
        line.key = (code, version)
    else:
        line.faults.append((KEY, ":".join(map(str, found)), str(CHANGED_KEY)))
