"""PDF whose Thai can be found, copied and read aloud.

Typst notes for each glyph of a cluster (ขึ้ is three) the text of the whole cluster,
and the first cluster a glyph stands in decides: whoever copies "แล้ว" gets other words,
and marks that are raised repeat their cluster. Here each glyph gets the letter it is,
known by its outline; what is then said twice goes. How the page looks stays the same.
"""

import io
import re
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import fontpkg
from fontTools.ttLib import TTFont

#: The weights documents are set in, by the name a PDF gives them.
WEIGHTS = {"Regular": 400, "SemiBold": 600, "Bold": 700}
#: ำ is drawn as two glyphs and neither is the letter: here the note is needed.
AM = b"0E33"
UNICODE_NAME = re.compile("uni((?:[0-9A-F]{4})+)(?:[.].*)?")
#: Glyphs whose names do not say what they are.
OTHER_NAMES = {
    "yoYingthai.less": "ญ",
    "thoThanthai.less": "ฐ",
    "doChadathai.short": "ฎ",
    "toPatakthai.short": "ฏ",
    "loChulathai.short": "ฬ",
}

REFERENCE = rb"/%s (\d+) 0 R"
OBJECT = re.compile(rb"(\d+) 0 obj\n")
OFFSET = re.compile(rb"(\d{10}) \d{5} n")
LENGTH = re.compile(rb"/Length \d+")
FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
BASE_FONT = re.compile(rb"/BaseFont/[A-Z]{6}\+\w+-(\w+)/")
MAPPING = re.compile("<([0-9A-F]{4})> <((?:[0-9A-F]{4})+)>")
SPAN = re.compile(
    rb"/Span<</ActualText<FEFF([0-9A-F]*)>>>BDC(.*?)(?<=\n)EMC(?=[\s/])", re.DOTALL
)
USED_FONT = re.compile(rb"/(f\d+) [\d.]+ Tf")
#: Texts inside of which brackets and backslashes are escaped.
SHOWN = re.compile(rb"\(((?:[^\\()]|\\.)*)\)", re.DOTALL)
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
MAY_BREAK = "200B"

#: Number of a glyph in a PDF, and the text it stands for.
Letters = Mapping[int, str]


def legible(pdf: bytes) -> bytes:
    """Return the same pages with the text that is seen."""
    made = _Pdf(pdf)
    letters: dict[int, Letters] = {}
    for number in made.numbers_with(b"/ToUnicode"):
        letters[number] = _letters(made, number)
        _correct_map(made, made.reference(number, b"ToUnicode"), letters[number])
    for page in made.numbers_with(b"/Type/Page/"):
        resources = made.objects[made.reference(page, b"Resources")]
        fonts = {
            name: letters.get(int(number), {})
            for name, number in FONT.findall(resources)
        }
        _correct_page(made, made.reference(page, b"Contents"), fonts)
    return made.as_bytes()


class _Pdf:
    """A file as typst writes it: plain objects, one table of where they lie."""

    def __init__(self, pdf: bytes) -> None:
        start = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
        table = pdf[start : pdf.index(b"trailer", start)]
        offsets = sorted(int(each) for each in OFFSET.findall(table))
        self.head = pdf[: offsets[0]]
        self.trailer = pdf[pdf.index(b"trailer", start) : pdf.rindex(b"startxref")]
        self.objects: dict[int, bytes] = {}
        for offset, end in zip(offsets, [*offsets[1:], start], strict=True):
            piece = pdf[offset:end]
            found = OBJECT.match(piece)
            if found is None:
                raise ValueError(f"There is no object at {offset}.")
            self.objects[int(found[1])] = piece

    def numbers_with(self, sign: bytes) -> list[int]:
        """Return the objects, other than streams, that hold ``sign``."""
        return [
            number
            for number, piece in self.objects.items()
            if sign in piece[:400] and b"stream\n" not in piece[:400]
        ]

    def reference(self, number: int, key: bytes) -> int:
        """Return the number of the object that another names under ``key``."""
        found = re.search(REFERENCE % key, self.objects[number])
        if found is None:
            raise ValueError(f"The object {number} names no {key!r}.")
        return int(found[1])

    def stream(self, number: int) -> bytes:
        """Return what the stream of an object holds."""
        piece = self.objects[number]
        start = piece.index(b"stream\n") + 7
        return zlib.decompress(piece[start : piece.rindex(b"\nendstream")])

    def put(self, number: int, data: bytes) -> None:
        """Let the stream of an object hold ``data``."""
        piece = self.objects[number]
        start, end = piece.index(b"stream\n") + 7, piece.rindex(b"\nendstream")
        packed = zlib.compress(data)
        head = LENGTH.sub(b"/Length %d" % len(packed), piece[:start], count=1)
        self.objects[number] = head + packed + piece[end:]

    def as_bytes(self) -> bytes:
        """Return the file, its table anew."""
        made = bytearray(self.head)
        lines = [b"0000000000 65535 f\r\n"]
        for number in range(1, len(self.objects) + 1):
            lines.append(b"%010d 00000 n\r\n" % len(made))
            made += self.objects[number]
        start = len(made)
        made += b"xref\n0 %d\n" % len(lines) + b"".join(lines) + self.trailer
        made += b"startxref\n%d\n%%%%EOF" % start
        return bytes(made)


# --- Which glyph is which letter ------------------------------------------------------


def _letters(made: _Pdf, font: int) -> Letters:
    """Return the letters of a font's glyphs, found in the whole font by outline."""
    base = BASE_FONT.search(made.objects[font])
    weight = WEIGHTS.get(base[1].decode()) if base else None
    if weight is None:
        return {}
    found = re.search(rb"/DescendantFonts\[(\d+) 0 R\]", made.objects[font])
    if found is None:
        raise ValueError(f"The font {font} has no glyphs.")
    described = made.reference(int(found[1]), b"FontDescriptor")
    program = made.stream(made.reference(described, b"FontFile2"))
    known = _outlines(weight)
    with TTFont(io.BytesIO(program)) as subset:
        return {
            number: known[outline]
            for number, outline in enumerate(_shapes(subset))
            if outline in known
        }


@cache
def _outlines(weight: int) -> Mapping[Any, str]:
    """Return the letter of each outline of the whole font."""
    known: dict[Any, str] = {}
    with TTFont(str(fontpkg.path("Sarabun", weight=weight))) as font:
        coded = {name: chr(sign) for sign, name in font.getBestCmap().items()}
        for name, outline in zip(font.getGlyphOrder(), _shapes(font), strict=True):
            named = UNICODE_NAME.fullmatch(name)
            letter = coded.get(name) or OTHER_NAMES.get(name)
            if not letter and named:
                letter = bytes.fromhex(named[1]).decode("utf-16-be")
            # The first of two that look alike, as a space and one that does not break.
            if letter and outline[0]:
                known.setdefault(outline, letter)
    return known


def _shapes(font: TTFont) -> Iterator[Any]:
    """Yield the outline of every glyph: its points, and how wide it is."""
    glyphs, widths = font["glyf"], font["hmtx"]
    for name in font.getGlyphOrder():
        points = glyphs[name].getCoordinates(glyphs)[0]
        yield tuple(points), widths[name][0]


# --- What is said of it ---------------------------------------------------------------


def _correct_map(made: _Pdf, number: int, letters: Letters) -> None:
    """Give each glyph of a font the letter it is."""

    def corrected(line: re.Match[str]) -> str:
        letter = letters.get(int(line[1], 16))
        text = line[2]
        if letter:
            text = letter.encode("utf-16-be").hex().upper()
        elif len(text) > 4:
            # A place to break is part of the cluster before it.
            text = text.removesuffix(MAY_BREAK)
        return f"<{line[1]}> <{text}>"

    text = made.stream(number).decode("ascii")
    made.put(number, MAPPING.sub(corrected, text).encode("ascii"))


def _correct_page(made: _Pdf, number: int, fonts: Mapping[bytes, Letters]) -> None:
    """Let a page say of its glyphs what they are, each of them once."""

    def corrected(span: re.Match[bytes]) -> bytes:
        said, drawn = span[1], span[2]
        if AM in (said[at : at + 4] for at in range(0, len(said), 4)):
            return span[0]
        used = USED_FONT.search(drawn)
        letters = fonts.get(used[1], {}) if used else {}
        found = [letters.get(each) for each in _glyphs(drawn)]
        if None in found:
            return span[0]
        if len(found) == 1:
            return drawn
        # Kept together, for readers that sort what they find by where it stands.
        seen = "".join(filter(None, found)).encode("utf-16-be").hex().upper()
        return b"/Span<</ActualText<FEFF%s>>>BDC%sEMC" % (seen.encode(), drawn)

    made.put(number, SPAN.sub(corrected, made.stream(number)))


def _glyphs(drawn: bytes) -> Iterator[int]:
    """Yield the numbers of the glyphs that are drawn."""
    for shown in SHOWN.findall(drawn):
        plain = ESCAPED.sub(_unescaped, shown)
        for at in range(0, len(plain), 2):
            yield int.from_bytes(plain[at : at + 2], "big")


def _unescaped(escaped: re.Match[bytes]) -> bytes:
    sign: bytes = escaped[1]
    if sign.isdigit():
        return bytes([int(sign, 8)])
    return ESCAPES.get(sign, sign)
