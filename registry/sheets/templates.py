"""Workbooks to fill in: the empty template of a kind, or one with the rows there are.

What :mod:`registry.importing` reads back, it knows by the headings alone; the hidden
key in the first row and that of each row say which template, and which version of a
record, a person worked on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import override
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from registry.sheets.refusals import PAGE_LIMITS
from registry.sheets.workbooks import (
    A4,
    MAX_BOX_TEXT,
    MAX_BOX_TITLE,
    clean,
    height_of,
    new_workbook,
    put_note,
    sheet_name,
)
from registry.sheets.writing import MAX_DIGITS
from registry.thai.dates import Language, format_date, spoken

if TYPE_CHECKING:
    from registry.importing.kinds import ImportKind, SheetColumn
    from registry.models import User

#: Begins the machine's own line above the heading.
SIGNATURE = "souvenir-register"
#: Key of the hidden column ("members:42-M-00017:3").
ROW_KEY = "key"
#: Rows of the sheet: the machine's line, the heading, and below it what people type.
KEY_ROW, HEADING_ROW, FIRST_ROW = 0, 1, 2
#: Choices a note names; more stand in the drop-down alone.
NAMED_CHOICES = 12
#: Of the columns that say what columns mean.
MEANING_WIDTHS = (30, 14, 60, 50, 30)
NUMBER_FORMATS = {"number": "General", "money": "#,##0.00"}
#: Fill of headings: what must be filled in stands out, in words in its note too.
NEEDED_FILL, OTHER_FILL, INK = "#FBE3A6", "#E3EBF1", "#1B2A33"


def template_key(kind: "ImportKind") -> str:
    """Return the machine's own line of a kind's template."""
    return f"{SIGNATURE};kind={kind.slug};version={kind.version}"


def write_template(
    stream: BinaryIO,
    kind: "ImportKind",
    *,
    user: "User",
    language: Language,
    rows: Iterable[Mapping[str, object]] | None = None,
) -> int:
    """Write the workbook that ``user`` fills in; return how many rows it holds.

    ``rows`` (of :meth:`ImportKind.existing`) make it the workbook of a round trip: it
    comes back with what was changed in it, and a hidden last column says which record
    a row is. Memory stays the same for ten rows and for twenty thousand.
    """
    with override(language):
        everything = kind.columns(user)
        columns = [
            each
            for each in everything
            if each.key != ROW_KEY and not (each.is_only_read and rows is not None)
        ]
        keys = [each for each in everything if each.key == ROW_KEY]
        title = str(kind.title)
        with new_workbook(stream, title) as workbook:
            sheet = workbook.add_worksheet(sheet_name(title))
            example = workbook.add_worksheet(sheet_name(_("Examples")))
            meaning = workbook.add_worksheet(sheet_name(_("What the columns mean")))
            choices = workbook.add_worksheet(sheet_name(_("Choices")))
            choices.hide()
            lists = _write_choices(choices, columns)
            _prepare(workbook, sheet, kind, columns, lists)
            if rows is not None and keys:
                _prepare_keys(workbook, sheet, len(columns), keys[0])
            count = _fill(workbook, sheet, columns, rows or (), language)
            sheet.autofilter(
                HEADING_ROW, 0, HEADING_ROW + max(count, 1), len(columns) - 1
            )
            _write_examples(workbook, example, columns)
            _explain(workbook, meaning, kind, columns, has_rows=rows is not None)
            sheet.activate()
    return count


# --- The sheet to fill in ---------------------------------------------------------


def _prepare(
    workbook: Workbook,
    sheet: Worksheet,
    kind: "ImportKind",
    columns: Sequence["SheetColumn"],
    lists: Mapping[str, str],
) -> None:
    """Write the heading; give each column its form, its note and its drop-down."""
    sheet.set_row(KEY_ROW, None, None, {"hidden": True})
    sheet.write_string(KEY_ROW, 0, template_key(kind))
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, _look(workbook, column))
    _write_heading(workbook, sheet, HEADING_ROW, columns)
    for at, column in enumerate(columns):
        put_note(sheet, HEADING_ROW, at, note_of(column))
        if column.key in lists:
            _offer_choices(sheet, at, column, lists[column.key])
    sheet.freeze_panes(FIRST_ROW, 0)
    # Codes and telephones are text on purpose: no green corners.
    last = xl_col_to_name(len(columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{last}{PAGE_LIMITS.rows + 2}"})
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.repeat_rows(HEADING_ROW)


def _prepare_keys(
    workbook: Workbook, sheet: Worksheet, at: int, column: "SheetColumn"
) -> None:
    """Write the heading of the column that tells which record a row is, and hide it."""
    text = workbook.add_format({"num_format": "@"})
    sheet.set_column(at, at, 24, text, {"hidden": True})
    sheet.write_string(HEADING_ROW, at, clean(column.title), text)


def _write_heading(
    workbook: Workbook, sheet: Worksheet, row: int, columns: Sequence["SheetColumn"]
) -> None:
    needed, other = (
        workbook.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "top",
                "border": 1,
                "num_format": "@",
                "bg_color": fill,
                "font_color": INK,
            }
        )
        for fill in (NEEDED_FILL, OTHER_FILL)
    )
    titles = [clean(column.title) for column in columns]
    widths = [column.width for column in columns]
    sheet.set_row(row, height_of(titles, widths))
    for at, column in enumerate(columns):
        look = needed if column.is_needed else other
        sheet.write_string(row, at, titles[at], look)


def _look(workbook: Workbook, column: "SheetColumn") -> Format:
    """Return how a column's cells look; what is typed as text stays text."""
    return workbook.add_format(
        {
            "valign": "top",
            "num_format": NUMBER_FORMATS.get(column.form, "@"),
        }
    )


def note_of(column: "SheetColumn") -> str:
    """Return what hangs over a heading: meaning, need, choices, an example."""
    lines = [
        str(column.note),
        _("Must be filled in.") if column.is_needed else _("May be left empty."),
    ]
    if column.form == "date":
        lines.append(
            _("Write days as text with the Buddhist-era year, like 15/03/2555.")
        )
    if column.choices is not None:
        names = column.choices()
        if 0 < len(names) <= NAMED_CHOICES:
            lines.append(
                _("Choose one: %(choices)s") % {"choices": " · ".join(map(str, names))}
            )
        elif names:
            lines.append(_("Choose from the list in the cell."))
    elif example := in_words(column.example):
        lines.append(_("Example: %(text)s") % {"text": example})
    return "\n".join(filter(None, lines))


def in_words(example: tuple[str, str]) -> str:
    """Return the example in the language that is active."""
    return example[spoken(None) == "en"]


def _offer_choices(
    sheet: Worksheet, at: int, column: "SheetColumn", source: str
) -> None:
    title = clean(_("Not in the list"), MAX_BOX_TITLE)
    said = _("Choose from the list what stands in “%(column)s”, or leave it empty.") % {
        "column": column.title
    }
    sheet.data_validation(
        FIRST_ROW,
        at,
        HEADING_ROW + PAGE_LIMITS.rows,
        at,
        {
            "validate": "list",
            "source": source,
            "ignore_blank": True,
            "error_type": "stop",
            "error_title": title,
            "error_message": clean(said, MAX_BOX_TEXT),
        },
    )


def _write_choices(
    sheet: Worksheet, columns: Sequence["SheetColumn"]
) -> dict[str, str]:
    """Write each column's choices below its heading; return where they stand.

    Excel takes 255 characters of choices in a cell's own rule; a sheet holds any.
    """
    found = {
        column: [clean(word) for word in column.choices()]
        for column in columns
        if column.choices is not None
    }
    kept = [(column, words) for column, words in found.items() if words]
    name = sheet.get_name().replace("'", "''")
    for at, (column, _words) in enumerate(kept):
        sheet.write_string(0, at, clean(column.title))
    for row in range(max((len(words) for _column, words in kept), default=0)):
        for at, (_column, words) in enumerate(kept):
            if row < len(words):
                sheet.write_string(row + 1, at, words[row])
    return {
        column.key: f"='{name}'!{xl_range_abs(1, at, len(words), at)}"
        for at, (column, words) in enumerate(kept)
    }


# --- Rows -------------------------------------------------------------------------


def _fill(
    workbook: Workbook,
    sheet: Worksheet,
    columns: Sequence["SheetColumn"],
    rows: Iterable[Mapping[str, object]],
    language: Language,
) -> int:
    looks = [_look(workbook, column) for column in columns]
    count = 0
    for count, row in enumerate(rows, start=1):
        for at, column in enumerate(columns):
            cell = as_cell(row.get(column.key), column.form, language)
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(HEADING_ROW + count, at, cell, looks[at])
            else:
                sheet.write_number(HEADING_ROW + count, at, cell, looks[at])
        if key := str(row.get(ROW_KEY, "")):
            sheet.write_string(HEADING_ROW + count, len(columns), key)
    return count


def as_cell(value: object, form: str, language: Language) -> str | int | float:
    """Return ``value`` as the text or number that stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, date):
        return format_date(value, "numeric", language)
    if form in NUMBER_FORMATS and isinstance(value, int | float | Decimal):
        is_long = isinstance(value, int) and len(str(abs(value))) > MAX_DIGITS
        return str(value) if is_long else float(value)
    return clean(value)


def _write_examples(
    workbook: Workbook,
    sheet: Worksheet,
    columns: Sequence["SheetColumn"],
) -> None:
    """Write two invented rows as they are to be filled in."""
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, _look(workbook, column))
    _write_heading(workbook, sheet, 0, columns)
    look = workbook.add_format(
        {"valign": "top", "num_format": "@", "italic": True, "font_color": INK}
    )
    for row, examples in enumerate(
        ([each.example for each in columns], [each.other_example for each in columns]),
        start=1,
    ):
        for at, example in enumerate(examples):
            if text := in_words(example):
                sheet.write_string(row, at, clean(text), look)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def _how_to(*, has_rows: bool) -> tuple[str, ...]:
    if has_rows:
        empty = _(
            "A cell you empty in a row of the register is emptied there too. Leave the "
            "hidden last column as it is: it says which record a row is. New rows go "
            "below the last one."
        )
    else:
        empty = _("An empty cell leaves what the register has as it is.")
    return (
        _(
            "Fill in the first sheet, one row for each. The other sheets are for "
            "reading."
        ),
        _(
            "A heading in yellow must be filled in. Point at a heading to read what "
            "belongs below it."
        ),
        _(
            "Columns may stand in any order and may be left out, but keep their "
            "headings as they are."
        ),
        empty,
        _("Before anything is written you see on the page what would change."),
    )


def _explain(
    workbook: Workbook,
    sheet: Worksheet,
    kind: "ImportKind",
    columns: Sequence["SheetColumn"],
    *,
    has_rows: bool,
) -> None:
    """Say how the workbook is used, and what each column means, in a table."""
    plain = {"valign": "top", "text_wrap": True, "num_format": "@"}
    text = workbook.add_format(plain)
    cell = workbook.add_format({**plain, "border": 1})
    head = workbook.add_format(
        {**plain, "border": 1, "bold": True, "bg_color": OTHER_FILL}
    )
    title = workbook.add_format({"bold": True, "font_size": 14, "num_format": "@"})
    for at, width in enumerate(MEANING_WIDTHS):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 0, clean(kind.title), title)
    row = 1
    for said in (str(kind.lead), *_how_to(has_rows=has_rows)):
        if said:
            last = len(MEANING_WIDTHS) - 1
            sheet.set_row(row, height_of([said], [sum(MEANING_WIDTHS)]))
            sheet.merge_range(row, 0, row, last, "", text)
            sheet.write_string(row, 0, clean(said), text)
            row += 1
    row += 1
    headings = (
        _("Column"),
        _("Needed"),
        _("Meaning"),
        _("Choices"),
        _("Example"),
    )
    for at, name in enumerate(headings):
        sheet.write_string(row, at, name, head)
    for column in columns:
        row += 1
        names = column.choices() if column.choices is not None else ()
        cells = (
            str(column.title),
            _("Needed") if column.is_needed else "–",
            str(column.note),
            " · ".join(map(str, names)),
            in_words(column.example),
        )
        sheet.set_row(row, height_of(cells, MEANING_WIDTHS))
        for at, value in enumerate(cells):
            sheet.write_string(row, at, clean(value, 2_000), cell)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
