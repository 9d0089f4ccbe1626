"""What a printed document holds: texts that are already in words, and numbers.

Nothing here asks the database or knows how a page looks. Every text is data: typst
sets it as it stands, whatever signs are in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from registry.thai.dates import Language

#: Thai digits are those of printed official papers (facts.md §6.3).
Digits = Literal["thai", "arabic"]
DIGITS: tuple[Digits, ...] = ("thai", "arabic")
Alignment = Literal["left", "right", "center"]


# --- Blocks -----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Block:
    """A part of a document; ``heading`` stands above it."""

    kind: ClassVar[str]
    heading: str = ""


@dataclass(frozen=True, kw_only=True)
class TextBlock(Block):
    """Paragraphs, or the points of a list."""

    kind = "text"
    paragraphs: Sequence[str]
    is_list: bool = False


@dataclass(frozen=True)
class Figure:
    """A number that is read at a glance: its label, itself, and a note under it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FiguresBlock(Block):
    """Key figures side by side, ``across`` in a row."""

    kind = "figures"
    figures: Sequence[Figure]
    across: int = 4


@dataclass(frozen=True)
class PdfColumn:
    """A column of a printed table; ``width`` is its share of the page."""

    title: str
    width: float = 10
    align: Alignment = "left"
    #: As wide as its longest text, within reason: codes, days and numbers are not
    #: to be broken.
    is_whole: bool = False


@dataclass(frozen=True, kw_only=True)
class TableBlock(Block):
    """Rows of texts under headings that come again on every page."""

    kind = "table"
    columns: Sequence[PdfColumn]
    rows: Sequence[Sequence[str]]
    #: A last row that adds up, as wide as the others.
    totals: Sequence[str] = ()
    #: Under the table.
    note: str = ""
    #: Stands in the place of rows where there are none.
    empty: str = ""
    is_numbered: bool = False


@dataclass(frozen=True)
class Bar:
    """One bar: how long it is, and what is written at its end."""

    label: str
    value: float
    said: str


@dataclass(frozen=True, kw_only=True)
class BarsBlock(Block):
    """Amounts as bars, for the eye; the numbers stand at their ends."""

    kind = "bars"
    bars: Sequence[Bar]
    #: What the longest bar there can be stands for; without it, the longest here.
    most: float = 0


@dataclass(frozen=True)
class Picture:
    """A picture as the document takes it: JPEG or SVG, and what it shows."""

    data: bytes
    format: Literal["jpg", "svg"]
    alt: str


@dataclass(frozen=True, kw_only=True)
class PictureBlock(Block):
    """A picture, ``width`` millimetres wide."""

    kind = "picture"
    picture: Picture
    width: float = 80
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class ListBlock(Block):
    """Short lines, each with what stands at its end."""

    kind = "list"
    lines: Sequence[tuple[str, str]]
    empty: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ColumnsBlock(Block):
    """Blocks in two columns side by side."""

    kind = "columns"
    left: Sequence[Block]
    right: Sequence[Block]


@dataclass(frozen=True, kw_only=True)
class CoverBlock(Block):
    """The first page of a book, which has no other heading."""

    kind = "cover"
    picture: Picture | None = None
    lines: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class ContentsBlock(Block):
    """The headings of the chapters with their pages."""

    kind = "contents"


@dataclass(frozen=True, kw_only=True)
class ChapterBlock(Block):
    """The beginning of a chapter of a book."""

    kind = "chapter"
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What one language says of a thing in a book."""

    language: Language
    name: str
    story: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, kw_only=True)
class GoodsBlock(Block):
    """One product of a book: picture, both languages, and the way to its page."""

    kind = "goods"
    code: str
    entries: Sequence[Entry]
    tags: Sequence[str] = ()
    picture: Picture | None = None
    qr: Picture | None = None
    address: str = ""
    contacts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, kw_only=True)
class IndexBlock(Block):
    """Names with the pages of the goods that bear the code."""

    kind = "index"
    language: Language
    lines: Sequence[tuple[str, str]]


# --- The document -----------------------------------------------------------------


@dataclass(frozen=True)
class Signature:
    """Who signs: lines to be filled in by hand where a name is not given."""

    name: str = ""
    position: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document, before it is set."""

    title: str
    blocks: Sequence[Block]
    printed_at: datetime
    subtitle: str = ""
    #: Whose document it is: an agency, a province.
    office: str = ""
    #: Lines under the title: what was chosen, how many rows there are.
    about: Sequence[tuple[str, str]] = ()
    #: Where the figures come from.
    source: str = ""
    signature: Signature | None = None
    language: Language = "th"
    digits: Digits = "thai"
    is_landscape: bool = False
    #: Set so small, within reason, that it takes one page.
    is_one_page: bool = False
    #: Has a cover instead of a title.
    is_book: bool = False

    @property
    def digits_shown(self) -> Digits:
        """Return the digits it is set in: English is never written in Thai ones."""
        return "arabic" if self.language == "en" else self.digits
