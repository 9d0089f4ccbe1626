"""Rows as a CSV."""

import csv
import io
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
#: As ``registry.thai.phones`` writes them; nothing to compute in there.
PHONE = re.compile(r"\+?\d[\d -]*(?: (?:ต่อ|ext\.) \d+)?")


def write_csv(
    columns: Sequence[Column], rows: Iterable[Row], *, language: Language
) -> Iterator[bytes]:
    """Yield a CSV in pieces: UTF-8 with the mark Excel needs to know it by."""
    with override(language):
        titles = [guarded(clean(str(column.title)), Kind.TEXT) for column in columns]
    yield b"\xef\xbb\xbf" + lines([titles])
    remaining = iter(rows)
    while piece := list(islice(remaining, PIECE)):
        # Around one piece only: the language must not leak to who takes them.
        with override(language):
            written = [
                all_guarded(cells_of(values, column.kind, language), column.kind)
                for column, values in zip(
                    columns, zip(*piece, strict=True), strict=True
                )
            ]
        yield lines(zip(*written, strict=True))


def lines(rows: Iterable[Iterable[Cell]]) -> bytes:
    """Return rows as lines of a CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def all_guarded(cells: Sequence[Cell], kind: Kind) -> Sequence[Cell]:
    """Return the cells of a column guarded; those that need it nowhere as they are."""
    try:
        joined = BETWEEN.join(cells)  # type: ignore[arg-type] # that is the question
    except TypeError:
        # Numbers among them.
        return [guarded(cell, kind) for cell in cells]
    if FORMULA_BEGINS.search(BETWEEN + joined) is None:
        return cells
    return [guarded(cell, kind) for cell in cells]


def guarded(cell: Cell, kind: Kind) -> Cell:
    """Return ``cell``, an apostrophe before what a spreadsheet would compute.

    Our importer takes the apostrophe off again.
    """
    if not isinstance(cell, str) or not cell.startswith(FORMULA_SIGNS):
        return cell
    if kind is Kind.PHONE and PHONE.fullmatch(cell):
        return cell
    return f"'{cell}"
