"""Files of a dataset: the same rows as CSV and as JSON, written piece by piece."""

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from registry.sheets import writing
from reports.opendata.base import Dataset, Edition, Kind
from reports.opendata.metadata import described

#: Rows joined into one piece of a file.
PIECE = 500
Rows = Iterable[Sequence[object]]


def csv_pieces(dataset: Dataset, rows: Rows, edition: Edition) -> Iterator[bytes]:
    """Yield a CSV: UTF-8 with the mark Excel needs, keys as headings, no formulas."""
    columns = [
        writing.Column(column.key, column.key, SHEET_KINDS.get(column.kind, TEXT))
        for column in dataset.columns
    ]
    turned = [
        (at, IN_CSV[column.kind])
        for at, column in enumerate(dataset.columns)
        if column.kind in IN_CSV
    ]
    return writing.write_csv(columns, _texts(rows, turned), language="en")


def _texts(
    rows: Rows, turned: Sequence[tuple[int, Callable[[Any], str]]]
) -> Iterator[list[object]]:
    """Yield rows with the cells turned that a sheet would write in its own way."""
    for row in rows:
        cells = list(row)
        for at, turn in turned:
            if cells[at] is not None:
                cells[at] = turn(cells[at])
        yield cells


TEXT = writing.Kind.TEXT
SHEET_KINDS = {
    Kind.WHOLE: writing.Kind.NUMBER,
    Kind.NUMBER: writing.Kind.NUMBER,
}
#: How kinds of which CSV knows nothing are written.
IN_CSV: dict[Kind, Callable[[Any], str]] = {
    Kind.YES_NO: lambda value: "true" if value else "false",
    Kind.LIST: lambda value: ";".join(map(str, value)),
    Kind.DAY: lambda value: str(value.isoformat()),
}


def json_pieces(dataset: Dataset, rows: Rows, edition: Edition) -> Iterator[bytes]:
    """Yield an object: what the data are, and under ``rows`` one object a row.

    Each row stands on a line of its own, so that the file can be read piece by piece.
    """
    about = described(dataset) | {"modified": edition.modified.isoformat()}
    head = json.dumps(about, ensure_ascii=False)
    yield f'{head[:-1]}, "rows": ['.encode()
    keys = [column.key for column in dataset.columns]
    remaining = iter(rows)
    glue = "\n"
    while piece := list(islice(remaining, PIECE)):
        lines = [
            json.dumps(
                dict(zip(keys, row, strict=True)), ensure_ascii=False, default=_in_json
            )
            for row in piece
        ]
        yield (glue + ",\n".join(lines)).encode()
        glue = ",\n"
    yield b"\n]}\n"


def _in_json(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"No JSON for {type(value)}")


Writer = Callable[[Dataset, Rows, Edition], Iterator[bytes]]
#: Forms by the ending of the address: how they are written, and of what type they are.
FORMS: dict[str, tuple[Writer, str]] = {
    "csv": (csv_pieces, "text/csv; charset=utf-8"),
    "json": (json_pieces, "application/json"),
}


def pieces(dataset: Dataset, form: str, edition: Edition) -> Generator[bytes]:
    """Yield a whole file as the register stands now, in constant memory."""
    write, _type = FORMS[form]
    with closing(dataset.rows()) as rows:
        yield from write(dataset, rows, edition)
