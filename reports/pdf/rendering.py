"""Documents set by typst: tagged PDF for the archive (PDF/A-2a) and for all readers.

The same document gives the same bytes. Nothing is fetched, and no font but our own is
looked at.
"""

import json
import logging
import re
import subprocess
import sys
import tempfile
import zlib
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import fontpkg
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext
from fontTools.ttLib import TTFont

from registry.errors import RecordError
from registry.thai.dates import format_datetime
from registry.thai.lines import GLOSSARY, NBSP, NUMBER_UNIT, REPETITION
from registry.thai.numerals import to_thai_digits
from registry.thai.text import LINE_BREAK, SPLIT_AM, UNSEEN
from reports.pdf.documents import Block, Document, Picture, TableBlock
from reports.pdf.legible import legible

logger = logging.getLogger(__name__)

TEMPLATE = Path(__file__).with_name("portal.typ")
PRESS = Path(__file__).with_name("press.py")
#: Seconds a document may take to be set.
LONGEST = 300
FONT = "Sarabun"
#: In points. As large as 16 points of TH Sarabun, which offices write in.
BODY_SIZE = 11.0
#: A page that must hold everything begins smaller.
ONE_PAGE_SIZE = 10.5

HAS_LATIN = re.compile("[A-Za-z]")
HAS_THAI = re.compile("[ก-๛]")
WORD = re.compile(r"[^\s\u00a0]+")
#: Runs without a place to break would stand out of their column.
ENDLESS = re.compile(r"[^\s\u00a0ก-๛]{20,}|([ก-ฮ])\1{11,}")
PIECE = re.compile(".{12}(?=.)")
MAY_BREAK = "\u200b"
#: Characters on one line of a column that is as wide as its texts.
SHORTEST_WHOLE, LONGEST_WHOLE = 7, 22
#: Characters that headings ask for, and how many columns are too many for that.
LONGEST_HEADING, MANY_COLUMNS = 12, 10
#: Words that typst would break in the wrong place, and the syllable before a "ๆ".
UNBROKEN = "|".join(
    (
        *sorted((*GLOSSARY, "รายการ", "ผู้ประกอบการ", "เผยแพร่"), key=len, reverse=True),
        "[เแโใไ]?[ก-ฮ][ัิ-ฺ็-๎]*[าะ]?[ก-ฮ]?์?\u00a0ๆ",
    )
)
#: Stands for a sign that the font does not have: PDF/A allows no empty boxes.
UNKNOWN = "?"


class CannotBeSet(RecordError):
    """Typst refused a document, or took too long: what it said is in the log."""

    message = gettext_lazy(
        "This PDF could not be made. Choose fewer rows or another kind of file; if "
        "that does not help, please tell the administrator."
    )


def render(document: Document) -> bytes:
    """Return ``document`` as a PDF.

    Five thousand rows take seconds, and some hundreds of megabytes in a process of
    their own; so many are for a worker.

    :raises CannotBeSet: if typst refuses it, or takes too long.
    """
    with (
        override(document.language),
        tempfile.TemporaryDirectory(prefix="portal-pdf-") as name,
    ):
        folder = Path(name)
        data = _Payload(document, folder).as_json()
        (folder / "data.json").write_text(data, "utf-8")
        (folder / "main.typ").write_bytes(TEMPLATE.read_bytes())
        _press(folder, int(document.printed_at.timestamp()))
        made = (folder / "made.pdf").read_bytes()
    try:
        return legible(made)
    except (ValueError, LookupError, zlib.error):
        # Looks the same, and is better than nothing.
        logger.exception("The texts of a PDF could not be corrected.")
        return made


def _press(folder: Path, moment: int) -> None:
    fonts = str(Path(str(fontpkg.path(FONT, weight=400))).parent)
    try:
        subprocess.run(  # noqa: S603 - our own program, on our own folder
            [sys.executable, "-I", str(PRESS), str(folder), fonts, str(moment)],
            check=True,
            capture_output=True,
            timeout=LONGEST,
        )
    except subprocess.CalledProcessError as failure:
        said = failure.stderr.decode(errors="replace")
        logger.error("Typst ended with %d: %s", failure.returncode, said)
        raise CannotBeSet from failure
    except subprocess.TimeoutExpired as failure:
        logger.error("Typst took more than %d seconds.", LONGEST)
        raise CannotBeSet from failure


# --- Data for the template --------------------------------------------------------


class _Payload:
    """Makes what the template reads of a document; pictures go into its folder."""

    def __init__(self, document: Document, folder: Path) -> None:
        self.document = document
        self.folder = folder
        self.is_thai = document.digits_shown == "thai"
        self.pictures: dict[bytes, str] = {}

    def as_json(self) -> str:
        """Return the document in the template's terms."""
        document = self.document
        data = {
            each.name: self.value(getattr(document, each.name))
            for each in fields(document)
            if each.name not in {"printed_at", "digits"}
        }
        is_small = document.is_one_page
        data["is_thai"] = self.is_thai
        data["size"] = ONE_PAGE_SIZE if is_small else BODY_SIZE
        data["words"] = self.words()
        data["unbroken"] = UNBROKEN
        return json.dumps(data, ensure_ascii=False)

    def words(self) -> dict[str, str]:
        """Return what the frame itself says."""
        printed = format_datetime(self.document.printed_at, "long")
        return {
            # Translators: {page} and {pages} stay as they are.
            "page": _("Page {page} of {pages}"),
            "printed": self.text(_("Printed on %(moment)s") % {"moment": printed}),
            "signed": _("Signed"),
            "position": _("Position"),
            "date": _("Date"),
        }

    def value(self, value: Any) -> Any:
        """Return a value as JSON has it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Picture):
            return self.picture(value)
        if is_dataclass(value):
            return self.parts(value)
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return value

    def parts(self, value: Any) -> dict[str, Any]:
        """Return a block or a part of one, field by field."""
        parts = {
            each.name: self.value(getattr(value, each.name)) for each in fields(value)
        }
        if isinstance(value, Block):
            parts["kind"] = value.kind
        if isinstance(value, TableBlock):
            parts["number_title"] = pgettext("number of a row", "No.")
            for column, longest in zip(parts["columns"], widths_of(value), strict=True):
                column["longest"] = longest
        for name in ("code", "language", "align"):
            # Names for the template, not texts.
            if name in parts:
                parts[name] = getattr(value, name)
        return parts

    def picture(self, picture: Picture) -> dict[str, str]:
        """Return where the template finds a picture: its text, or its file."""
        if picture.format == "svg":
            source = picture.data.decode()
        else:
            source = self.pictures.get(picture.data, "")
            if not source:
                source = f"/{len(self.pictures)}.{picture.format}"
                (self.folder / source[1:]).write_bytes(picture.data)
                self.pictures[picture.data] = source
        alt = self.text(picture.alt)
        return {"source": source, "format": picture.format, "alt": alt}

    def text(self, text: str) -> str:
        """Return a text that can be set, in the document's digits."""
        return settable(official(text) if self.is_thai else text)


def widths_of(table: TableBlock) -> list[int]:
    """Return how many characters wide each column is; 0 where it shares what is left.

    Headings may take two lines and, where columns are many, more.
    """
    most = LONGEST_HEADING if len(table.columns) < MANY_COLUMNS else SHORTEST_WHOLE + 2
    widths = []
    for at, column in enumerate(table.columns):
        rows = [*table.rows, table.totals] if table.totals else table.rows
        cells = min(max((len(row[at]) for row in rows), default=0), LONGEST_WHOLE)
        heading = min(len(column.title) // 2 + 1, most)
        widths.append(max(cells, heading, SHORTEST_WHOLE) if column.is_whole else 0)
    if all(widths):
        widths[0] = 0
    return widths


# --- Texts ------------------------------------------------------------------------


def official(text: str) -> str:
    """Return a Thai text in Thai digits.

    Words with Latin letters keep theirs, so that codes and addresses stay what they
    are; so does a text that is in another language altogether.

    >>> official("รหัส 42-P-00128 ราคา 1,250 บาท"), official("500 ml")
    ('รหัส 42-P-00128 ราคา ๑,๒๕๐ บาท', '500 ml')
    """
    if HAS_LATIN.search(text) is None:
        return to_thai_digits(text)
    if HAS_THAI.search(text) is None:
        return text
    return WORD.sub(_in_thai_digits, text)


def _in_thai_digits(word: re.Match[str]) -> str:
    found = word[0]
    return found if HAS_LATIN.search(found) else to_thai_digits(found)


def settable(text: str) -> str:
    """Return a text of signs the font has, whose lines break where they should."""
    text = LINE_BREAK.sub("\n", SPLIT_AM.sub(r"\1\2ำ", text))
    text = UNSEEN.sub("", text).replace("\t", " ")
    if not text.isascii():
        known = _letters()
        if not known.issuperset(text):
            text = "".join(each if each in known else UNKNOWN for each in text)
        text = NUMBER_UNIT.sub(NBSP, REPETITION.sub(f"{NBSP}ๆ", text))
    return ENDLESS.sub(_breakable, text)


def _breakable(run: re.Match[str]) -> str:
    return PIECE.sub(rf"\g<0>{MAY_BREAK}", run[0])


@cache
def _letters() -> frozenset[str]:
    """Return the signs that the font has."""
    with TTFont(str(fontpkg.path(FONT, weight=400))) as font:
        signs = frozenset(map(chr, font.getBestCmap()))
    return signs | {"\n", MAY_BREAK}
