"""The XML inside a workbook: read once, without building anything, and measured.

The reader behind the gate allocates the whole rectangle between the first and the
last value, and a copy of a shared text for each cell that names it. A file of a few
kilobytes can ask for all the memory of a machine that way; here it is counted first.
"""

import string
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from registry.sheets.refusals import Limits, Refusal, SheetRefused, unpacked

Attributes = dict[str, str]

#: No part of a workbook nests deeper; each level costs the parser memory.
MAX_DEPTH = 100
#: Excel's last column, XFD.
LAST_COLUMN = 16_384
#: Positions are one number: the row times this, plus the column.
ROW = 1 << 15
#: Kinds of cells that hold text.
TEXTS = {"str", "s", "inlineStr"}
LETTERS = {letter: at for at, letter in enumerate(string.ascii_uppercase, start=1)}


class Scanner:
    """Reads one XML part; a subclass says what of it matters.

    Elements go by their local names, as the reader behind the gate takes them.
    """

    #: Whether :meth:`said` is to get the text between the tags.
    WANTS_TEXT = False

    def __init__(self) -> None:
        self.depth = 0
        self.root = ""
        #: Local names of the elements seen.
        self._local: dict[str, str] = {}

    def began(self, name: str, attributes: Attributes) -> None:
        """Take note of an element that begins."""

    def ended(self, name: str) -> None:
        """Take note of an element that ends."""

    def said(self, text: str) -> None:
        """Take note of text."""

    def scan(self, part: bytes) -> None:
        """Read ``part`` to its end.

        It is read as UTF-8 whatever it says of itself, since the reader behind the
        gate does so: two opinions about one file are how a gate is passed.

        :raises SheetRefused: if it declares a document type, or is no good XML.
        """
        if b"\0" in part:
            # UTF-16, which this parser would take by its mark against our word.
            raise SheetRefused(Refusal.DAMAGED)
        guard = DefusedXMLParser(encoding="utf-8", forbid_dtd=True)
        # The guard's own handlers build a tree; only its refusals are wanted.
        expat = guard.parser
        expat.DefaultHandlerExpand = None
        expat.ordered_attributes = False
        expat.buffer_text = True
        expat.StartElementHandler = self._begin()
        expat.EndElementHandler = self._end()
        expat.CharacterDataHandler = self.said if self.WANTS_TEXT else None
        try:
            expat.Parse(part, True)
        except DefusedXmlException as error:
            raise SheetRefused(Refusal.ENTITIES) from error
        except ExpatError as error:
            raise SheetRefused(Refusal.DAMAGED) from error

    # The two are closures: they run millions of times.

    def _begin(self) -> Callable[[str, Attributes], None]:
        local, began = self._local, self.began

        def begin(name: str, attributes: Attributes) -> None:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise SheetRefused(Refusal.DAMAGED)
            short = local.get(name)
            if short is None:
                # The root is the first of all.
                self.root = self.root or name
                short = local[name] = name.rpartition("}")[2]
            began(short, attributes)

        return begin

    def _end(self) -> Callable[[str], None]:
        local, ended = self._local, self.ended

        def end(name: str) -> None:
            self.depth -= 1
            ended(local[name])

        return end


# --- What the parts are ---------------------------------------------------------


class Relations(Scanner):
    """Which parts a part refers to, by their identifiers."""

    def __init__(self) -> None:
        super().__init__()
        #: Identifier → last word of the kind, target.
        self.found: dict[str, tuple[str, str]] = {}

    def began(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = attributes.get("Target", "")
            self.found[attributes.get("Id", "")] = (kind, target)


@dataclass(frozen=True)
class SheetEntry:
    """One sheet as the workbook lists it."""

    name: str
    relation: str
    is_visible: bool


class WorkbookScanner(Scanner):
    """The list of sheets and the first day of the calendar."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[SheetEntry] = []
        self.starts_1904 = False

    def began(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            self.starts_1904 = attributes.get("date1904") in {"1", "true"}
        elif name == "sheet":
            # The prefix of the identifier's name varies, its end does not.
            relation = next(
                (value for key, value in attributes.items() if key.endswith("}id")), ""
            )
            shown = attributes.get("state", "visible") == "visible"
            self.sheets.append(SheetEntry(attributes.get("name", ""), relation, shown))


# --- Texts and cells --------------------------------------------------------------


class SharedTexts(Scanner):
    """How long each text is that cells may name."""

    WANTS_TEXT = True

    def __init__(self) -> None:
        super().__init__()
        self.lengths = array("L")
        self._inside = False
        self._length = 0

    def began(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self._length = 0
        elif name == "t":
            self._inside = True

    def said(self, text: str) -> None:
        if self._inside:
            self._length += len(text)

    def ended(self, name: str) -> None:
        if name == "t":
            self._inside = False
        elif name == "si":
            self.lengths.append(self._length)


class CellState:
    """The cell that is being read; one is made for each of a million."""

    __slots__ = ("column", "has_formula", "has_value", "kind", "row", "text")

    def __init__(self, row: int, column: int, kind: str) -> None:
        self.row, self.column, self.kind = row, column, kind
        self.has_formula = False
        #: An element that holds a value was there, be it empty.
        self.has_value = False
        self.text: list[str] = []


class SheetScanner(Scanner):
    """Where the values of a sheet lie, and that the limits hold for them."""

    WANTS_TEXT = True

    def __init__(self, texts: SharedTexts, limits: Limits) -> None:
        super().__init__()
        self.texts = texts
        self.limits = limits
        #: Positions of computed cells, and of those without a value.
        self.formulas = array("Q")
        self.broken = array("Q")
        self.has_cells = False
        self._row = 0
        #: As the row says it: most cells say the same.
        self._digits = ""
        self._column = 0
        self._last = (0, 0)
        self._cell: CellState | None = None
        self._listens = False
        self._columns: dict[str, int] = {}
        #: Of all shared texts, each as often as a cell names it, in bytes of Thai.
        self._text_left = limits.unpacked_bytes

    def began(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._open(attributes)
        elif name == "row":
            self._digits = attributes.get("r", str(self._row + 1))
            self._row = _number(self._digits)
            self._column = 0
        elif self._cell is not None:
            if name in {"v", "t"}:
                self._cell.has_value = self._listens = True
            elif name == "is":
                self._cell.has_value = True
            elif name == "f":
                self._cell.has_formula = True

    def said(self, text: str) -> None:
        if self._listens and self._cell is not None:
            self._cell.text.append(text)

    def ended(self, name: str) -> None:
        if name in {"v", "t"}:
            self._listens = False
        elif name == "c" and self._cell is not None:
            self._close(self._cell)
            self._cell = None

    def _open(self, attributes: Attributes) -> None:
        """Find where the cell lies: by its own word, or after the one before it."""
        place = attributes.get("r")
        if place is None:
            row, column = self._row, self._column + 1
        else:
            letters = place.rstrip(string.digits)
            digits = place[len(letters) :]
            row = self._row if digits == self._digits else _number(digits)
            known = self._columns.get(letters)
            if known is None:
                known = self._columns[letters] = _column(letters)
            column = known
        self._column = column
        self._cell = CellState(row, column, attributes.get("t", ""))

    def _close(self, cell: CellState) -> None:
        """Count the cell, now that all of it was seen."""
        if not (cell.has_formula or cell.has_value):
            return
        text = "".join(cell.text)
        if cell.has_formula or cell.kind == "e":
            self._mark(cell, text)
        bottom, right = self._last
        if not (0 < cell.row <= bottom and cell.column <= right):
            self._measure(cell.row, cell.column)
        if cell.kind == "s" and text:
            self._name_text(cell, text)
        elif len(text) > self.limits.characters:
            self._refuse_length(cell)

    def _mark(self, cell: CellState, text: str) -> None:
        """Take note of a computed cell, and of one that holds no value."""
        at = cell.row * ROW + cell.column
        if cell.has_formula:
            self.formulas.append(at)
        # An empty text may be the result of a formula; an empty number is none.
        is_missing = cell.has_formula and not text and cell.kind not in TEXTS
        if is_missing or cell.kind == "e":
            self.broken.append(at)

    def _measure(self, row: int, column: int) -> None:
        """Stretch the rectangle of values to this one."""
        limits = self.limits
        if not 0 < row <= limits.rows + limits.heading_rows:
            raise SheetRefused(Refusal.TOO_MANY_ROWS, limit=limits.rows)
        if column > limits.columns:
            raise SheetRefused(Refusal.TOO_MANY_COLUMNS, limit=limits.columns)
        self.has_cells = True
        bottom, right = self._last
        if row > bottom or column > right:
            bottom, right = self._last = (max(bottom, row), max(right, column))
            if bottom * right > limits.cells:
                raise SheetRefused(Refusal.TOO_MANY_CELLS, limit=limits.cells)

    def _name_text(self, cell: CellState, text: str) -> None:
        """Count the shared text a cell names as if it stood there."""
        try:
            length = self.texts.lengths[int(text)]
        except (ValueError, IndexError, OverflowError):
            raise SheetRefused(Refusal.DAMAGED) from None
        if length > self.limits.characters:
            self._refuse_length(cell)
        self._text_left -= 3 * length
        if self._text_left < 0:
            raise unpacked(self.limits)

    def _refuse_length(self, cell: CellState) -> None:
        raise SheetRefused(
            Refusal.CELL_TOO_LONG, row=cell.row, limit=self.limits.characters
        )


def _number(digits: str) -> int:
    """Return the row ``digits`` says.

    :raises SheetRefused: if it says none.
    """
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 7):
        raise SheetRefused(Refusal.DAMAGED)
    return int(digits)


def _column(letters: str) -> int:
    """Return the number of the column ``letters`` name: 1 for A, 27 for AA.

    :raises SheetRefused: if they name none.
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + LETTERS.get(letter, LAST_COLUMN)
    if not 0 < number <= LAST_COLUMN:
        raise SheetRefused(Refusal.DAMAGED)
    return number
