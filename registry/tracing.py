"""Finding a person in every text of every table, and nothing else.

An erasure goes through the models by it; ``sweep`` then asks the tables themselves,
also those that no model describes. Both read whole tables: commands and the one page
of an administrator use them, nobody else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Cast

from registry.needles import Needles
from registry.personal import Store, store_of

TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.GenericIPAddressField,
)
#: What the names of types of text columns begin with, on both databases.
TEXT_TYPES = ("varchar", "char", "text", "json", "inet", "citext", "name", "clob")


@dataclass(frozen=True)
class Trace:
    """A row that holds a needle: in which columns, and what stands in each."""

    row: Any
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class Left:
    """Where a sweep still finds somebody, and in how many rows.

    ``is_name_only`` says that it may be another person of the same name.
    """

    table: str
    column: str
    rows: int
    is_name_only: bool


def text_columns(model: type[models.Model]) -> list[Any]:
    """Return the columns in which people may have written."""
    return [
        column
        for column in model._meta.concrete_fields
        if isinstance(column, TEXTS)
        and not column.choices
        and column.remote_field is None
    ]


def traces(model: type[models.Model], needles: Needles) -> Iterator[Trace]:
    """Yield the rows of ``model`` in which a needle is found. One query."""
    columns = text_columns(model)
    if not columns or not needles:
        return
    casts = {
        f"said_{column.name}": Cast(column.name, models.TextField())
        for column in columns
        if not isinstance(column, models.CharField | models.TextField)
    }
    wanted = Q()
    for column in columns:
        name = f"said_{column.name}" if f"said_{column.name}" in casts else column.name
        for term in needles.terms:
            wanted |= Q(**{f"{name}__icontains": term})
    rows = model._base_manager.annotate(**casts).filter(wanted).order_by("pk")
    for row in rows:
        found = {
            column.name: value
            for column in columns
            for value in [getattr(row, column.attname)]
            if holds(needles, value, surely=is_claimed(store_of(model), column))
        }
        if found:
            yield Trace(row, found)


def is_claimed(store: Store | None, column: models.Field) -> bool:
    """Tell whether a column names somebody: the same name there is another person's.

    In running text a name is taken for the person's wherever it stands.
    """
    if store is None or isinstance(column, models.TextField):
        return False
    return column.name in store.columns


def holds(needles: Needles, value: Any, *, surely: bool = False) -> bool:
    """Tell whether a value of a column holds a needle."""
    if isinstance(value, str):
        return needles.found_in(value, surely=surely)
    if isinstance(value, dict):
        return any(holds(needles, each, surely=surely) for each in value.values())
    if isinstance(value, list):
        return any(holds(needles, each, surely=surely) for each in value)
    return False


def without(needles: Needles, column: models.Field, value: Any, *, surely: bool) -> Any:
    """Return a value of ``column`` without the needles, as long as it may be."""
    if isinstance(column, models.JSONField):
        return needles.scrubbed_data(value, surely=surely)
    if isinstance(column, models.GenericIPAddressField):
        return value
    scrubbed = needles.scrubbed(value, surely=surely)
    return scrubbed[: getattr(column, "max_length", None)]


def every_model() -> list[type[models.Model]]:
    """Return every model that has a table of its own, histories included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


# --- The tables themselves ------------------------------------------------------------


def sweep(needles: Needles) -> list[Left]:
    """Return every text column of every table in which a needle is found."""
    if not needles:
        return []
    claimed = _claimed_columns()
    found = []
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in sorted(tables):
            for column in _texts_of(cursor, table):
                values = _candidates(cursor, table, column, needles)
                sure = sum(needles.found_in(each, surely=True) for each in values)
                rows = sum(needles.found_in(each) for each in values)
                if rows:
                    is_name = (table, column) in claimed and not sure
                    found.append(Left(table, column, rows, is_name))
    return found


def _claimed_columns() -> set[tuple[str, str]]:
    """Return tables and columns that hold names of persons, each its own."""
    found = set()
    for model in every_model():
        store = store_of(model)
        for column in model._meta.concrete_fields:
            if is_claimed(store, column):
                found.add((model._meta.db_table, str(column.column)))
    return found


def _texts_of(cursor: Any, table: str) -> list[str]:
    """Return the columns of a table that hold texts, as the database types them."""
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name, type FROM pragma_table_info(%s)", [table])
    else:
        cursor.execute(
            "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a "
            "WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped",
            [connection.ops.quote_name(table)],
        )
    return [
        name
        for name, kind in cursor.fetchall()
        if not kind or kind.lower().startswith((*TEXT_TYPES, "character"))
    ]


def _candidates(cursor: Any, table: str, column: str, needles: Needles) -> list[str]:
    """Return the values in which a piece of a needle stands."""
    quoted = connection.ops.quote_name(column)
    said = f"LOWER(CAST({quoted} AS TEXT))"
    like = " OR ".join([f"{said} LIKE %s ESCAPE '!'"] * len(needles.terms))
    terms = [f"%{_literal(term.lower())}%" for term in needles.terms]
    source = connection.ops.quote_name(table)
    # Names of tables and columns come from the database's own catalogue.
    cursor.execute(
        f"SELECT CAST({quoted} AS TEXT) FROM {source} WHERE {like}",  # noqa: S608
        terms,
    )
    return [value for (value,) in cursor.fetchall() if isinstance(value, str)]


def _literal(term: str) -> str:
    for sign in "!%_":
        term = term.replace(sign, f"!{sign}")
    return term
