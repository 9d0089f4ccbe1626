"""The error workbook: a person's own sheet, with what is wrong written beside it.

Its rows and columns stand where they stood, so that it comes in again once it is
mended: the added column is a heading every import knows and does not take.
"""

import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext_lazy
from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from registry.enums import RowFate
from registry.sheets.gate import Admitted, Refusal, SheetKind, SheetRefused, csv_rows
from registry.sheets.reading import GUARD, Value, calmly, folded
from registry.sheets.workbooks import (
    A4,
    clean,
    height_of,
    new_workbook,
    put_note,
    sheet_name,
)
from registry.sheets.writing import MAX_DIGITS

if TYPE_CHECKING:
    from registry.models import ImportRun

#: Heading of the added column; read again, it says nothing.
ERRORS_TITLE = pgettext_lazy("column of a sheet", "Errors")
#: In either language, for who reads headings.
ERRORS_TITLES = ("ข้อผิดพลาด", "Errors")
#: Notes hung on cells; with many more of them Excel takes long to open the file. The
#: added column has every sentence all the same.
MOST_NOTES = 2_000
#: Of the added column: a little less than the gate lets through.
MAX_SENTENCES = 1_900
#: More rows above the heading would leave no room to scroll in.
MOST_FROZEN = 8
WIDTH, ERRORS_WIDTH = 20, 60
BAD_FILL, REPAIRED_FILL, HEADING_FILL, INK = "#F8D0CC", "#D9E8F7", "#E3EBF1", "#1B2A33"
#: How Excel shows what it keeps as a number of days.
NUMBER_FORMATS = {
    datetime: "dd/mm/yyyy hh:mm",
    date: "dd/mm/yyyy",
    time: "hh:mm:ss",
    timedelta: "[h]:mm:ss",
}


@dataclass
class Findings:
    """What the check found in one row: sentences by column; None is the whole row."""

    is_bad: bool = False
    faults: dict[int | None, list[str]] = field(default_factory=dict)
    repairs: dict[int | None, list[str]] = field(default_factory=dict)

    def fill(self, column: int) -> str:
        """Return the colour of a cell; none where there is nothing to say."""
        if column in self.faults:
            return BAD_FILL
        return REPAIRED_FILL if column in self.repairs else ""

    def said_of(self, column: int) -> list[str]:
        """Return the sentences about a cell, faults first."""
        return [*self.faults.get(column, ()), *self.repairs.get(column, ())]


def write_errors(stream: BinaryIO, admitted: Admitted, run: "ImportRun") -> int:
    """Write the rows of ``admitted`` with what ``run`` says of them.

    Returns how many rows are bad. A filter shows these alone at first; the others are
    still there. One query, in pieces.

    :raises SheetRefused: if the workbook cannot be read after all.
    """
    source = _Source(admitted)
    with override(run.language):
        name = sheet_name(admitted.sheet) or sheet_name(_("Rows"))
        with new_workbook(stream, f"{ERRORS_TITLE}: {run.file_name}") as workbook:
            sheet = workbook.add_worksheet(name)
            about = workbook.add_worksheet(_explained_in(name))
            marked = _Marked(workbook, sheet, run, source)
            bad = marked.write(source.rows(), dict(_findings(run)))
            _explain(workbook, about, run, bad)
            sheet.activate()
    return bad


def _findings(run: "ImportRun") -> Iterator[tuple[int, Findings]]:
    """Yield what there is to say of rows, by their number."""
    rows = run.rows.order_by("number").values_list(
        "number", "fate", "faults", "repairs"
    )
    for number, fate, faults, repairs in rows.iterator(chunk_size=2_000):
        if not (faults or repairs or fate == RowFate.BAD):
            continue
        found = Findings(fate == RowFate.BAD)
        for key, _value, sentence in faults:
            found.faults.setdefault(run.columns.get(key), []).append(sentence)
        for key, sentence in repairs:
            found.repairs.setdefault(run.columns.get(key), []).append(sentence)
        yield number, found


# --- What was sent ----------------------------------------------------------------


class _Source:
    """The cells of an admitted file as they stand in it."""

    def __init__(self, admitted: Admitted) -> None:
        self.admitted = admitted
        if admitted.kind is SheetKind.CSV:
            self.width = max((len(row) for _at, row in csv_rows(admitted)), default=0)
            return
        try:
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(admitted.content))
            self.sheet = workbook.get_sheet_by_index(0)
        except CalamineError as error:
            raise SheetRefused(Refusal.DAMAGED) from error
        self.width = self.sheet.end[1] + 1 if self.sheet.end else 0

    def rows(self) -> Iterator[tuple[int, Sequence[Value]]]:
        """Yield every row by its number, up to too many blank ones."""
        if self.admitted.kind is SheetKind.CSV:
            for number, texts in csv_rows(self.admitted):
                yield number, [GUARD.sub("", text) for text in texts]
            return
        left: list[Value] = [""] * (self.sheet.start or (0, 0))[1]
        blank = 0
        for number, cells in enumerate(calmly(self.sheet.iter_rows()), start=1):
            blank = 0 if any(cell != "" for cell in cells) else blank + 1
            if blank > self.admitted.limits.blank_rows:
                return
            yield number, [*left, *cells]


# --- What goes back ---------------------------------------------------------------


class _Marked:
    """The sheet that is written: what was sent, coloured, and a column more."""

    def __init__(
        self, workbook: Workbook, sheet: Worksheet, run: "ImportRun", source: _Source
    ) -> None:
        self.sheet = sheet
        self.run = run
        self.heading = run.heading_row - 1
        self.width = max(source.width, len(run.headings))
        #: Where the sentences go: a column of before is taken again; None where no
        #: column more would come in again.
        self.added = self._added(source.admitted.limits.columns)
        self.notes = 0
        plain = {"valign": "top", "font_color": INK}
        self._formats: dict[tuple[str, str], Format] = {}
        self._workbook, self._plain = workbook, plain
        self.heading_look = workbook.add_format(
            {
                **plain,
                "bold": True,
                "text_wrap": True,
                "border": 1,
                "bg_color": HEADING_FILL,
                "num_format": "@",
            }
        )
        self.said_look = workbook.add_format(
            {**plain, "text_wrap": True, "bg_color": BAD_FILL, "num_format": "@"}
        )

    def _added(self, most: int) -> int | None:
        titles = set(map(folded, ERRORS_TITLES))
        for at, heading in enumerate(self.run.headings):
            if folded(heading) in titles:
                return at
        return self.width if self.width < most else None

    def write(
        self,
        rows: Iterable[tuple[int, Sequence[Value]]],
        findings: Mapping[int, Findings],
    ) -> int:
        """Write ``rows``; return how many of them are bad."""
        sheet, bad, last = self.sheet, 0, self.heading
        sheet.set_column(0, max(self.width - 1, 0), WIDTH)
        if self.added is not None:
            sheet.set_column(self.added, self.added, ERRORS_WIDTH)
        filters = self.added is not None and any(
            found.is_bad for found in findings.values()
        )
        for number, cells in rows:
            at = number - 1
            found = findings.get(number, Findings())
            last = max(last, at)
            bad += found.is_bad
            if filters and at > self.heading and not found.is_bad:
                # Excel hides no row by itself when a file comes with a filter.
                sheet.set_row(at, None, None, {"hidden": True})
            self._write_row(at, cells, found)
        if self.heading >= 0:
            self._guide(last, filters=filters)
        sheet.set_landscape()
        sheet.set_paper(A4)
        return bad

    def _guide(self, last: int, *, filters: bool) -> None:
        """Have the heading stay in sight, and the bad rows come first."""
        sheet = self.sheet
        columns = self.width if self.added is None else max(self.width, self.added + 1)
        sheet.autofilter(self.heading, 0, last, columns - 1)
        if filters and self.added is not None:
            sheet.filter_column(self.added, "x == NonBlanks")
        if self.heading < MOST_FROZEN:
            sheet.freeze_panes(self.heading + 1, 0)

    def _write_row(self, at: int, cells: Sequence[Value], found: Findings) -> None:
        told = {each for each in (*found.faults, *found.repairs) if each is not None}
        missing = max(told, default=-1) + 1 - len(cells)
        for column, value in enumerate([*cells, *[""] * missing]):
            fill = found.fill(column)
            if column == self.added or not (fill or value != ""):
                continue
            is_heading = at == self.heading
            look = self.heading_look if is_heading else self._look(value, fill)
            self._write_cell(at, column, value, look)
        for column in sorted(told):
            self._note(at, column, found.said_of(column))
        if self.added is None:
            return
        if at == self.heading:
            title = str(ERRORS_TITLE)
            self.sheet.write_string(at, self.added, title, self.heading_look)
            self._note(at, self.added, [_legend()])
        elif found.is_bad:
            said = clean("\n".join(self._sentences(found)), MAX_SENTENCES)
            self.sheet.set_row(at, height_of([said], [ERRORS_WIDTH]))
            self.sheet.write_string(at, self.added, said, self.said_look)

    def _sentences(self, found: Findings) -> Iterator[str]:
        """Yield what is wrong with a row, each with the heading of its column."""
        for column, sentences in sorted(
            found.faults.items(), key=lambda each: -1 if each[0] is None else each[0]
        ):
            heading = self._heading_of(column)
            for sentence in sentences:
                yield f"{heading}: {sentence}" if heading else sentence
        if not found.faults:
            yield _("This row cannot be taken.")

    def _heading_of(self, column: int | None) -> str:
        if column is None or column >= len(self.run.headings):
            return ""
        return " ".join(str(self.run.headings[column]).split())

    def _write_cell(self, at: int, column: int, value: Value, look: Format) -> None:
        sheet = self.sheet
        if isinstance(value, str):
            if value:
                sheet.write_string(at, column, clean(value), look)
            else:
                sheet.write_blank(at, column, None, look)
        elif isinstance(value, bool):
            sheet.write_boolean(at, column, value, look)
        elif isinstance(value, int | float):
            is_long = isinstance(value, int) and len(str(abs(value))) > MAX_DIGITS
            if is_long or not math.isfinite(value):
                sheet.write_string(at, column, str(value), look)
            else:
                sheet.write_number(at, column, value, look)
        else:
            sheet.write_datetime(at, column, value, look)

    def _look(self, value: Value, fill: str) -> Format:
        """Return how a cell is written: text stays text, a day a day."""
        shown = NUMBER_FORMATS.get(type(value), "General")
        if isinstance(value, str):
            shown = "@"
        if (shown, fill) not in self._formats:
            colour = {"bg_color": fill} if fill else {}
            self._formats[shown, fill] = self._workbook.add_format(
                {**self._plain, **colour, "num_format": shown}
            )
        return self._formats[shown, fill]

    def _note(self, at: int, column: int, sentences: Sequence[str]) -> None:
        if self.notes < MOST_NOTES:
            self.notes += 1
            put_note(self.sheet, at, column, "\n".join(dict.fromkeys(sentences)))


def _legend() -> str:
    return _(
        "What is wrong with the row. Rows without a fault are hidden by the filter of "
        "this column. Mend the red cells and send this workbook again; the column "
        "itself is not taken."
    )


def _explained_in(name: str) -> str:
    """Return the name of the second sheet; no two may be called alike."""
    title = sheet_name(_("About this list"))
    return title if title.casefold() != name.casefold() else f"{title} 2"


def _explain(workbook: Workbook, sheet: Worksheet, run: "ImportRun", bad: int) -> None:
    """Say what the colours mean, and what to do next."""
    text = {"valign": "top", "text_wrap": True, "num_format": "@"}
    label = workbook.add_format({**text, "bold": True})
    plain = workbook.add_format(text)
    bad_look = workbook.add_format({**text, "bg_color": BAD_FILL})
    repaired_look = workbook.add_format({**text, "bg_color": REPAIRED_FILL})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 80)
    lines = (
        (_("File"), run.file_name, label),
        (_("Rows with faults"), str(bad), label),
        (_("Red cell"), _("Has a fault, told in its note."), bad_look),
        (
            _("Blue cell"),
            _("Was put right when it was read; its note says how."),
            repaired_look,
        ),
        (_("What to do"), _legend(), label),
    )
    for at, (name, said, look) in enumerate(lines):
        sheet.set_row(at, height_of([said], [80]))
        sheet.write_string(at, 0, clean(name), look)
        sheet.write_string(at, 1, clean(said), plain)
