"""Rows of a file as they were read once, so that a worker need not read them again.

Beside the file lies what the gate and the reader made of it, under the same hash: it
is as good as the file, and goes when the file goes. Where it is missing or of another
form, the file itself is read.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.base import ContentFile

from registry.sheets.reading import NOTHING, Row
from registry.storages import hashed_name, private_storage

#: Folder of the private storage that sheets lie in.
FOLDER = "imports"
#: Counts up when rows are read in another way than before.
FORM = 1
NONE: frozenset[int] = frozenset()


def name_of(folder: str, file_hash: str) -> str:
    """Return the name under which the rows of a file lie."""
    return hashed_name(folder, file_hash, f".rows{FORM}.json")


def keep(folder: str, file_hash: str, rows: Sequence[Row]) -> None:
    """Keep the rows of a file beside it."""
    shelf, name = private_storage(), name_of(folder, file_hash)
    if not shelf.exists(name):
        data = json.dumps(
            [_flat(row) for row in rows], ensure_ascii=False, separators=(",", ":")
        )
        shelf.save(name, ContentFile(data.encode()))


def kept(folder: str, file_hash: str) -> list[Row] | None:
    """Return the rows of a file as they were read; None if they are not kept."""
    shelf, name = private_storage(), name_of(folder, file_hash)
    if not shelf.exists(name):
        return None
    with shelf.open(name) as file:
        told = json.loads(file.read())
    return [_row(each) for each in told]


def says(folder: str, file_hash: str, found_in: Callable[[str], bool]) -> bool:
    """Tell whether the rows of a file hold something; yes where nobody can tell."""
    rows = kept(folder, file_hash)
    if rows is None:
        return True
    texts = ("\n".join(map(str, [*row.values, *row.raw.values()])) for row in rows)
    return any(map(found_in, texts))


def _flat(row: Row) -> list[Any]:
    values: list[Any] = [
        value
        if value.__class__ in (str, int, float, bool)
        else [value.__class__.__name__, _text(value)]
        for value in row.values
    ]
    if not (row.formulas or row.broken or row.raw):
        return [row.number, values]
    odd = [sorted(row.formulas), sorted(row.broken), list(row.raw.items())]
    return [row.number, values, odd]


def _text(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat()


KINDS: dict[str, Any] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


def _row(told: list[Any]) -> Row:
    number, values = told[0], told[1]
    for at, value in enumerate(values):
        if value.__class__ is list:
            values[at] = KINDS[value[0]](value[1])
    if len(told) == 2:
        return Row(number, values, NONE, NONE, NOTHING)
    formulas, broken, raw = told[2]
    return Row(number, values, frozenset(formulas), frozenset(broken), dict(raw))
