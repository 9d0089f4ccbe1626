"""Rows as a CSV."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.utils.translation import override

from registry.sheets.writing.columns import (
    BETWEEN,
    PIECE,
    Cell,
    Column,
    Kind,
    Row,
    cells_of,
    clean,
)
from registry.thai.dates import Language

#: What makes a spreadsheet take the text of a CSV cell for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
FORMULA_BEGINS = re.compile(f"{BETWEEN}[{re.escape(''.join(FORMULA_SIGNS))}]")
#: What has a field stand in quotes.
QUOTED = '",\r\n'
QUOTABLE = re.compile(f"[{QUOTED}]")
#: As ``registry.thai.phones`` writes them; nothing to compute in there.
PHONE = re.compile(r"\+?\d[\d -]*(?: (?:ต่อ|ext\.) \d+)?")


def write_csv(
    columns: Sequence[Column], rows: Iterable[Row], *, language: Language
) -> Iterator[bytes]:
    """Yield a CSV in pieces: UTF-8 with the mark Excel needs to know it by."""
    with override(language):
        titles = [clean(str(column.title)) for column in columns]
    yield b"\xef\xbb\xbf" + lines([fields([title], Kind.TEXT) for title in titles])
    remaining = iter(rows)
    while piece := list(islice(remaining, PIECE)):
        # Around one piece only: the language must not leak to who takes them.
        with override(language):
            written = [
                fields(cells_of(values, column.kind, language), column.kind)
                for column, values in zip(
                    columns, zip(*piece, strict=True), strict=True
                )
            ]
        yield lines(written)


def lines(columns: Sequence[Sequence[str]]) -> bytes:
    """Return columns of fields as lines of a CSV."""
    if len(columns) == 1:
        # An empty line would be no row.
        columns = [[field or '""' for field in columns[0]]]
    text = "\r\n".join(map(",".join, zip(*columns, strict=True)))
    return f"{text}\r\n".encode()


def fields(cells: Sequence[Cell], kind: Kind) -> Sequence[str]:
    """Return the cells of a column guarded, and quoted where they must be.

    What the cells of a column need nowhere is not asked of each of them.
    """
    try:
        joined = BETWEEN.join(cells)  # type: ignore[arg-type] # that is the question
    except TypeError:
        # Numbers among them: nothing to guard in those, nor to quote.
        return [
            quoted(guarded(cell, kind)) if isinstance(cell, str) else str(cell)
            for cell in cells
        ]
    texts: Sequence[str] = cells  # type: ignore[assignment] # they were joined
    if FORMULA_BEGINS.search(BETWEEN + joined):
        texts = [guarded(cell, kind) for cell in texts]
    if any(sign in joined for sign in QUOTED):
        return [quoted(text) for text in texts]
    return texts


def quoted(text: str) -> str:
    """Return ``text`` as a field of a CSV."""
    if QUOTABLE.search(text) is None:
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def guarded(cell: str, kind: Kind) -> str:
    """Return ``cell``, an apostrophe before what a spreadsheet would compute.

    Our importer takes the apostrophe off again.
    """
    if not cell.startswith(FORMULA_SIGNS):
        return cell
    if kind is Kind.PHONE and PHONE.fullmatch(cell):
        return cell
    return f"'{cell}"
