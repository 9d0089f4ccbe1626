"""The marks and shelves every installation begins with."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from products.models import Category, Mark
from registry.actions import records
from registry.filling import REASON, key_of, not_yet_filled

DATA = Path(__file__).resolve().parent / "data"


def fill_marks() -> int:
    """Enter the known marks that were never entered; return how many.

    A mark's bit is its place in the catalogue's filter. Where staff have taken
    that place for a mark of their own, the next free one serves.
    """
    rows = {f"mark/{row['code']}": row for row in _read("marks.json")}
    missing = not_yet_filled(rows)
    codes = set(Mark.objects.values_list("code", flat=True))
    bits = set(Mark.objects.values_list("bit", flat=True))
    entered = 0
    for position, (name, row) in enumerate(rows.items()):
        if name not in missing or row["code"] in codes:
            continue
        if row["bit"] in bits:
            row["bit"] = next(bit for bit in range(63) if bit not in bits)
        bits.add(row["bit"])
        records.create(
            Mark(**row, position=position),
            by=None,
            form_key=key_of(name),
            reason=REASON,
        )
        entered += 1
    return entered


def fill_categories() -> int:
    """Enter the shelves that were never entered, parents first; return how many.

    A shelf whose parent staff have deleted is left out.
    """
    shelves = {shelf.code: shelf for shelf in Category.objects.all()}
    tree = list(_flat(_read("categories.json")))
    missing = not_yet_filled(f"category/{row['code']}" for _, _, row in tree)
    entered = 0
    for position, parent, row in tree:
        name = f"category/{row['code']}"
        if name not in missing or row["code"] in shelves:
            continue
        if parent is not None and parent not in shelves:
            continue
        above = shelves[parent] if parent is not None else None
        shelf = Category(**row, parent=above, position=position)
        shelves[shelf.code] = records.create(
            shelf, by=None, form_key=key_of(name), reason=REASON
        )
        entered += 1
    return entered


def _flat(
    branches: list[dict[str, Any]], parent: str | None = None
) -> Iterator[tuple[int, str | None, dict[str, Any]]]:
    """Yield each shelf with its place among its siblings and its parent's code."""
    for position, branch in enumerate(branches):
        row = {name: value for name, value in branch.items() if name != "children"}
        yield position, parent, row
        yield from _flat(branch.get("children", []), row["code"])


def _read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return rows
