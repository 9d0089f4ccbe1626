"""Writing thousands of rows of one table in few statements and little memory.

``bulk_create`` builds an expression for each value and reads what it wrote; of a table
of forty columns that takes most of the time of an import. Here every value is made
ready by its field, as ``bulk_create`` has it, and handed to the database as it is. Rows
get their primary keys before they are written; there are no signals, as there are none
in bulk.
"""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection, models
from django.utils import timezone
from psycopg2.extras import execute_batch  # type: ignore[import-untyped] # no stubs

from registry import acts

#: Keys that one statement names.
BATCH = 500
#: Rows that are text at a time on their way to PostgreSQL.
LINES = 100
#: Values of these classes go to the database as they are.
AS_IS = (str, int, type(None))
#: Fields whose values are nothing but that.
PLAIN = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.ForeignKey,
    models.AutoField,
)

Prepare = Callable[[Any], Any]


def insert_many(rows: Sequence[Any], *, is_indexed: bool = False) -> None:
    """Insert new rows of one model, in order; they are saved rows afterwards.

    ``is_indexed`` of the rows that search reads: SQLite's index of texts writes a
    piece of itself at the end of every statement, so one statement has many rows.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = model._meta.concrete_fields
    _give_keys(model, rows)
    # The same moment for all: they are written at once.
    for field in fields:
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            value = field.pre_save(rows[0], True)
            for row in rows:
                setattr(row, field.attname, value)
    columns = [(field.attname, _preparing(field)) for field in fields]
    values = (
        tuple(prepare(row.__dict__[name]) for name, prepare in columns) for row in rows
    )
    table = model._meta.db_table
    names = [field.column for field in fields]
    if connection.vendor == "postgresql":
        _copy(table, names, values)
    else:
        _insert(table, names, values, together=BATCH if is_indexed else 1)
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def _insert(
    table: str,
    names: Sequence[str],
    values: Iterable[tuple[Any, ...]],
    *,
    together: int,
) -> None:
    """Insert ``values``, ``together`` rows in a statement."""
    sql = f"INSERT INTO {_quoted(table)} ({_listed(names)}) VALUES "  # noqa: S608 - names of ours
    places = f"({', '.join(['%s'] * len(names))})"
    if together == 1:
        many(sql + places, list(values))
        return
    left = iter(values)
    while batch := list(islice(left, together)):
        with connection.cursor() as cursor:
            cursor.execute(sql + ", ".join([places] * len(batch)), list(chain(*batch)))


def update_many(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Any]
) -> None:
    """Write the ``columns`` (attribute names) of rows that exist."""
    fields = [_field_of(model, name) for name in columns]
    prepares = [(field.attname, _preparing(field)) for field in fields]
    pk: Any = model._meta.pk
    sets = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    sql = (
        f"UPDATE {_quoted(model._meta.db_table)} SET {sets} "  # noqa: S608 - names of ours
        f"WHERE {_quoted(pk.column)} = %s"
    )
    values = [
        (*(prepare(getattr(row, name)) for name, prepare in prepares), row.pk)
        for row in rows
    ]
    many(sql, values)


def remember(
    model: type[models.Model], keys: Sequence[int], kind: str, *, reason: str = ""
) -> None:
    """Write a history row for each of ``keys`` as they stand, tied to the open act.

    ``kind`` is "+", "~" or "-". The database copies the columns itself.
    """
    if not keys:
        return
    running = acts.current()
    history: Any = model.history.model  # type: ignore[attr-defined] # kept rows have it
    copied = [
        (_column(history, field.attname), field.column)
        for field in history.tracked_fields
    ]
    given: dict[str, Any] = {
        "history_date": timezone.now(),
        "history_type": kind,
        "history_user_id": None if running.by is None else running.by.pk,
        "history_change_reason": reason or running.reason,
        "act_id": running.id,
    }
    names = [column for column, _source in copied] + [
        _column(history, name) for name in given
    ]
    values = [
        _field_of(history, name).get_db_prep_save(value, connection)
        for name, value in given.items()
    ]
    sources = _listed([source for _column_, source in copied])
    casts = ", ".join(_cast(history, name) for name in given)
    pk: Any = model._meta.pk
    for start in range(0, len(keys), BATCH):
        batch = list(keys[start : start + BATCH])
        places = ", ".join(["%s"] * len(batch))
        sql = (
            f"INSERT INTO {_quoted(history._meta.db_table)} ({_listed(names)}) "  # noqa: S608 - names of ours
            f"SELECT {sources}, {casts} FROM {_quoted(model._meta.db_table)} "
            f"WHERE {_quoted(pk.column)} IN ({places}) ORDER BY {_quoted(pk.column)}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, *batch])


# --- What the database is handed -----------------------------------------------------


def _preparing(field: Any) -> Prepare:
    """Return what makes a value of ``field`` ready; most are as they are."""

    def by_field(value: Any) -> Any:
        return None if value is None else field.get_db_prep_save(value, connection)

    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, cls=field.encoder)
    if isinstance(field, models.DecimalField | models.DateField | models.UUIDField):
        known: dict[Any, Any] = {}

        def remembered(value: Any) -> Any:
            found = known.get(value)
            if found is None and value is not None:
                found = by_field(value)
                if len(known) < BATCH:
                    known[value] = found
            return found

        return remembered
    if not isinstance(field, PLAIN):
        return by_field

    def as_it_is(value: Any) -> Any:
        kind = value.__class__
        return value if kind in AS_IS or kind is bool else by_field(value)

    return as_it_is


def _give_keys(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Give new rows the next primary keys of their table, in order."""
    pk: Any = model._meta.pk
    if not isinstance(pk, models.AutoField):
        return
    count = len(rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) "
                "FROM generate_series(1, %s)",
                [f'"{model._meta.db_table}"', pk.column, count],
            )
            keys = [key for (key,) in cursor.fetchall()]
        else:
            # Whoever writes to SQLite writes alone until the commit.
            cursor.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = %s",
                [model._meta.db_table],
            )
            found = cursor.fetchone()
            first = (found[0] if found else 0) + 1
            keys = list(range(first, first + count))
    for row, key in zip(rows, keys, strict=True):
        row.pk = key


def many(sql: str, values: Sequence[tuple[Any, ...]]) -> None:
    """Have the same statement done with each of ``values``."""
    if not values:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Some hundred statements a journey: its own has one.
            execute_batch(cursor.cursor, sql, values, page_size=BATCH)
        else:
            cursor.executemany(sql, values)


#: What a text of COPY may not hold as it is.
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class _Lines(io.TextIOBase):
    """Rows as PostgreSQL's COPY reads them, made while it reads."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._lines = ("\t".join(map(_copied, row)) + "\n" for row in rows)

    def read(self, size: int | None = -1, /) -> str:
        return "".join(islice(self._lines, LINES))


def _copied(value: Any) -> str:
    if value.__class__ is str:
        is_plain = value.isprintable() and "\\" not in value
        return value if is_plain else value.translate(ESCAPES)
    return "\\N" if value is None else str(value).translate(ESCAPES)


def _copy(table: str, names: Sequence[str], values: Iterable[tuple[Any, ...]]) -> None:
    sql = f"COPY {_quoted(table)} ({_listed(names)}) FROM STDIN"
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(sql, _Lines(values))


def _field_of(model: type[models.Model], name: str) -> Any:
    return next(
        field
        for field in model._meta.concrete_fields
        if name in (field.attname, field.name)
    )


def _column(model: type[models.Model], name: str) -> str:
    return str(_field_of(model, name).column)


def _cast(model: Any, name: str) -> str:
    """Return the place of a value; PostgreSQL must be told what a bare one is."""
    if connection.vendor != "postgresql":
        return "%s"
    return f"%s::{_field_of(model, name).db_type(connection).split('(')[0]}"


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))
