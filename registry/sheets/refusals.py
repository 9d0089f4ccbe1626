"""What the spreadsheet gate allows, and what it says when it refuses."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How large a file may be (safety.md, limits)."""

    #: Of the file, and of everything a workbook unpacks to.
    file_bytes: int
    unpacked_bytes: int
    #: Files inside the workbook.
    parts: int
    #: Below the heading.
    rows: int
    columns: int
    #: Of the rectangle that holds every value: a reader keeps all of it in memory.
    cells: int
    #: Beginnings and ends of elements in all XML; each takes a moment to look at.
    tags: int
    #: Of one cell.
    characters: int
    #: After so many blank rows the rest is not read.
    blank_rows: int = 200
    #: Title rows that may stand above the heading, itself included.
    heading_rows: int = 30


#: What a person sends through a page.
PAGE_LIMITS = Limits(
    file_bytes=10 * MEGABYTE,
    unpacked_bytes=60 * MEGABYTE,
    parts=500,
    rows=20_000,
    columns=200,
    cells=2_000_000,
    tags=6_000_000,
    characters=2_000,
)
#: What a command takes: the yearly open files.
COMMAND_LIMITS = Limits(
    file_bytes=60 * MEGABYTE,
    unpacked_bytes=240 * MEGABYTE,
    parts=500,
    rows=200_000,
    columns=200,
    cells=8_000_000,
    tags=40_000_000,
    characters=2_000,
)


class Refusal(TextChoices):
    """Why a file is not taken, each with its own sentence."""

    EMPTY = "empty", _("The file is empty.")
    TOO_LARGE = (
        "too_large",
        _("The file is too large; at most %(limit)d MB, please."),
    )
    EXTENSION = (
        "extension",
        _("Please send an Excel workbook (.xlsx) or a CSV file (.csv)."),
    )
    OLD_EXCEL = (
        "old_excel",
        _("This is a workbook of an old Excel (.xls); please save it as .xlsx."),
    )
    OPEN_DOCUMENT = (
        "open_document",
        _("This is an OpenDocument sheet (.ods); please save it as .xlsx."),
    )
    MACROS = (
        "macros",
        _("The workbook contains macros; please save it as .xlsx, without them."),
    )
    NOT_A_WORKBOOK = (
        "not_a_workbook",
        _("The file is called .xlsx but is not an Excel workbook."),
    )
    NOT_TEXT = (
        "not_text",
        _("The file is called .csv but its content is not text."),
    )
    ENCRYPTED = (
        "encrypted",
        _("The workbook is protected by a password; please remove it and send again."),
    )
    DAMAGED = (
        "damaged",
        _("The workbook is damaged; please open it in Excel, save it and send again."),
    )
    TOO_MANY_PARTS = (
        "too_many_parts",
        _("The workbook has too many parts; please copy the rows to a new one."),
    )
    UNPACKED = (
        "unpacked",
        _("The workbook holds more than %(limit)d MB; please send it in parts."),
    )
    WRONG_SIZE = (
        "wrong_size",
        _("The workbook says it is smaller than it is, so it is not opened."),
    )
    STRICT = (
        "strict",
        _(
            "This is a “Strict Open XML” workbook; please save it as an ordinary "
            "“Excel Workbook (.xlsx)”."
        ),
    )
    ENTITIES = (
        "entities",
        _("The workbook declares entities, as no Excel does, so it is not opened."),
    )
    NO_CELLS = "no_cells", _("There are no rows in the file.")
    TOO_MANY_ROWS = (
        "too_many_rows",
        _("The sheet has more than %(limit)d rows; please send it in several files."),
    )
    TOO_MANY_COLUMNS = (
        "too_many_columns",
        _("The sheet has more than %(limit)d columns; please remove the others."),
    )
    TOO_MANY_CELLS = (
        "too_many_cells",
        _("The sheet has more than %(limit)d cells; please send it in several files."),
    )
    CELL_TOO_LONG = (
        "cell_too_long",
        _("A cell in row %(row)d has more than %(limit)d characters."),
    )
    ENCODING = (
        "encoding",
        _("The letters of the file are unreadable; please save it as CSV UTF-8."),
    )
    NUL = (
        "nul",
        _("The file contains NUL characters; please save it as CSV UTF-8."),
    )


class SheetRefused(ValueError):
    """A file the gate does not let through; ``str()`` is a sentence for the person."""

    def __init__(self, code: Refusal, **figures: int) -> None:
        self.code = code
        self.figures = figures
        super().__init__(code.value)

    @property
    def message(self) -> str:
        """Return the sentence in the reader's language."""
        return str(self.code.label) % self.figures

    def __str__(self) -> str:
        return self.message


class NoSuchDay(SheetRefused):
    """A workbook at which the reader gives up: a cell is a day no calendar has."""

    def __init__(self, row: int) -> None:
        super().__init__(Refusal.DAMAGED, row=row)

    @property
    def message(self) -> str:
        """Return the sentence in the reader's language."""
        said = _(
            "A cell in row %(row)d is a date or a time that no calendar has. Please "
            "correct it and send the file again."
        )
        return str(said) % self.figures


def unpacked(limits: Limits) -> SheetRefused:
    """Return the refusal of a workbook that unpacks to too much."""
    return SheetRefused(Refusal.UNPACKED, limit=limits.unpacked_bytes // MEGABYTE)
