"""Writing thousands of rows of one table in few statements and little memory.

``bulk_create`` builds an expression for each value and reads what it wrote; of a table
of forty columns that takes most of the time of an import. Here every value is made
ready by its field, as ``bulk_create`` has it, and handed to the database as it is. Rows
get their primary keys before they are written; there are no signals, as there are none
in bulk.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from typing import Any

from django.db import connection, models
from django.db.models.base import ModelState
from django.utils import timezone
from psycopg2.extras import execute_batch  # type: ignore[import-untyped] # no stubs

from registry import acts

#: Keys that one statement names.
BATCH = 500
#: Rows that are text at a time on their way to PostgreSQL.
LINES = 100
#: Values of these classes go to the database as they are.
AS_IS = frozenset({str, int, bool, type(None)})
NUMBERS = frozenset({int, bool})
#: Fields whose values are, as a rule, nothing but that.
PLAIN = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.ForeignKey,
    models.AutoField,
)

Prepare = Callable[[Any], Any]
Column = Sequence[Any]


def maker_of(model: Any) -> Callable[[Mapping[str, Any]], Any]:
    """Return what makes an unsaved row of values: a copy of an empty one.

    A model of fifty columns takes long to fill in each of them, and to ask for each
    key whether it may be set.
    """
    empty = dict(vars(model()))
    keys = {
        field.name: (field.attname, field.target_field.attname)
        for field in model._meta.concrete_fields
        if field.is_relation
    }

    def make(fields: Mapping[str, Any]) -> Any:
        row = model.__new__(model)
        held = vars(row)
        held.update(empty)
        row._state = ModelState()
        cache = row._state.fields_cache = {}
        for name, value in fields.items():
            if name in keys:
                own, other = keys[name]
                held[own] = None if value is None else getattr(value, other)
                cache[name] = value
            else:
                held[name] = value
        return row

    return make


#: What stands around the inserting of many rows of a model, given them.
Around = Callable[[Sequence[Any]], AbstractContextManager[None]]
_around: dict[type[Any], Around] = {}


def around_inserts(model: type[Any], around: Around) -> None:
    """Have ``around`` stand around each :func:`insert_many` of a model."""
    _around[model] = around


def insert_many(rows: Sequence[Any]) -> None:
    """Insert new rows of one model, in order; they are saved rows afterwards."""
    if not rows:
        return
    model = type(rows[0])
    fields = model._meta.concrete_fields
    pk: Any = model._meta.pk
    keys = _next_keys(model, len(rows))
    if keys is not None:
        for row, key in zip(rows, keys, strict=True):
            setattr(row, pk.attname, key)
    # The same moment for all: they are written at once.
    for field in fields:
        if _is_now(field):
            value = field.pre_save(rows[0], True)
            for row in rows:
                setattr(row, field.attname, value)
    names = [field.attname for field in fields]

    def columns(part: slice) -> list[Column]:
        held = [row.__dict__ for row in rows[part]]
        return [[values[name] for values in held] for name in names]

    with _around.get(model, nullcontext)(rows):
        _write(model, columns, len(rows))
    alias = connection.alias
    for row in rows:
        row._state.adding = False
        row._state.db = alias


def insert_values(
    model: type[models.Model], given: Mapping[str, Column], *, is_indexed: bool = False
) -> None:
    """Insert rows that nobody holds: ``given`` has columns by attribute name.

    What is not given is as a new row has it. ``is_indexed`` of the rows that search
    reads: SQLite's index of texts writes a piece of itself at the end of every
    statement, so one statement has many rows.
    """
    count = len(next(iter(given.values())))
    whole = dict(given)
    pk: Any = model._meta.pk
    keys = None if pk.attname in whole else _next_keys(model, count)
    if keys is not None:
        whole[pk.attname] = keys
    empty: Any = model()
    for field in model._meta.concrete_fields:
        if field.attname not in whole:
            value = (
                field.pre_save(empty, True)
                if _is_now(field)
                else getattr(empty, field.attname)
            )
            whole[field.attname] = [value] * count
    names = [field.attname for field in model._meta.concrete_fields]
    _write(
        model,
        lambda part: [whole[name][part] for name in names],
        count,
        together=BATCH if is_indexed else 1,
    )


def _is_now(field: Any) -> bool:
    return bool(getattr(field, "auto_now", False) or getattr(field, "auto_now_add", 0))


def _write(
    model: type[models.Model],
    columns: Callable[[slice], list[Column]],
    count: int,
    *,
    together: int = 1,
) -> None:
    """Insert ``count`` rows whose values ``columns`` gives, a part at a time.

    On SQLite ``together`` of them are one statement.
    """
    fields = model._meta.concrete_fields
    prepares = [_preparing(field) for field in fields]

    def parts(size: int) -> Iterator[list[Column]]:
        for start in range(0, count, size):
            found = columns(slice(start, start + size))
            yield [
                _made_ready(field, prepare, column)
                for field, prepare, column in zip(fields, prepares, found, strict=True)
            ]

    table = _quoted(model._meta.db_table)
    names = _listed(str(field.column) for field in fields)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            copy = f"COPY {table} ({names}) FROM STDIN"
            cursor.cursor.copy_expert(copy, _Lines(parts(LINES)))
        return
    sql = f"INSERT INTO {table} ({names}) VALUES "  # noqa: S608 - names of ours
    places = f"({', '.join(['%s'] * len(fields))})"
    for part in parts(BATCH):
        rows = list(zip(*part, strict=True))
        if together == 1:
            many(sql + places, rows)
            continue
        with connection.cursor() as cursor:
            cursor.execute(sql + ", ".join([places] * len(rows)), list(chain(*rows)))


def _made_ready(field: Any, prepare: Prepare, column: Column) -> Column:
    """Return the values of a column as the database takes them."""
    if isinstance(field, PLAIN) and AS_IS.issuperset(map(type, column)):
        return column
    return [prepare(value) for value in column]


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
        encode = json.JSONEncoder() if field.encoder is None else field.encoder()
        return lambda value: "[]" if value == [] else encode.encode(value)
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
    return by_field


def _next_keys(model: type[models.Model], count: int) -> Sequence[int] | None:
    """Take the next primary keys of a table, in order; None if it counts none."""
    pk: Any = model._meta.pk
    if not isinstance(pk, models.AutoField):
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) "
                "FROM generate_series(1, %s)",
                [f'"{model._meta.db_table}"', pk.column, count],
            )
            return [key for (key,) in cursor.fetchall()]
        # Whoever writes to SQLite writes alone until the commit.
        cursor.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = %s",
            [model._meta.db_table],
        )
        found = cursor.fetchone()
        first = (found[0] if found else 0) + 1
        return range(first, first + count)


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
ESCAPED = "\\\n\r\t"
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class _Lines(io.TextIOBase):
    """Rows as PostgreSQL's COPY reads them, made while it reads."""

    def __init__(self, parts: Iterable[list[Column]]) -> None:
        self._parts = iter(parts)

    def read(self, size: int | None = -1, /) -> str:
        part = next(self._parts, None)
        if part is None:
            return ""
        rows = zip(*map(_copied, part), strict=True)
        return "\n".join([*map("\t".join, rows), ""])


def _copied(column: Column) -> Sequence[str]:
    """Return the values of a column as texts of COPY."""
    kinds = set(map(type, column))
    if kinds == {str}:
        whole = "".join(column)
        if not any(sign in whole for sign in ESCAPED):
            return column
    elif kinds == {type(None)}:
        return ["\\N"] * len(column)
    elif kinds <= NUMBERS:
        return list(map(str, column))
    return [
        "\\N" if value is None else str(value).translate(ESCAPES) for value in column
    ]


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
