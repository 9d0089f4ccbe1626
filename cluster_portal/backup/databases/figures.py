"""What is counted in a database, and compared after a restore."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

ALIAS = "default"


@dataclass(frozen=True)
class Figures:
    """What is compared after a restore."""

    counts: Mapping[str, int]
    history: Mapping[str, int]
    migrations: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Taken:
    """A database as it stood at one moment: the file, and what was in it."""

    name: str
    path: Path
    figures: Figures


def figures(cursor: Any, tables: Sequence[str]) -> Figures:
    """Count the rows of ``tables``; find the newest history, and what was migrated.

    ``cursor`` may be one of Django's or the database's own.
    """
    present = set(tables)
    return Figures(
        {table: _number(cursor, "COUNT(*)", table) for table in sorted(tables)},
        {
            table: _number(cursor, "COALESCE(MAX(history_id), 0)", table)
            for table in sorted(history_tables() & present)
        },
        _migrated(cursor)
        if MigrationRecorder.Migration._meta.db_table in present
        else [],
    )


def history_tables() -> set[str]:
    """Return the tables of the histories that this portal keeps."""
    return {
        model._meta.db_table
        for model in apps.get_models()
        if any(column.name == "history_id" for column in model._meta.concrete_fields)
    }


def tables_now() -> list[str]:
    """Return the tables of the database as it is now."""
    connection = connections[ALIAS]
    with connection.cursor() as cursor:
        found = connection.introspection.table_names(cursor)
    return own_tables(found) if connection.vendor == "sqlite" else sorted(found)


def figures_now() -> Figures:
    """Count in the database as it is now."""
    with connections[ALIAS].cursor() as cursor:
        return figures(cursor, tables_now())


def own_tables(tables: Sequence[str]) -> list[str]:
    """Leave out what SQLite keeps for itself, and for a trigram index."""
    return sorted(name for name in tables if not _is_of_sqlite(name))


def _is_of_sqlite(name: str) -> bool:
    return name.startswith("sqlite_") or name.endswith("_fts") or "_fts_" in name


def _number(cursor: Any, what: str, table: str) -> int:
    # Names come from the database's own catalogue.
    cursor.execute(f'SELECT {what} FROM "{table}"')  # noqa: S608
    return int(cursor.fetchone()[0])


def _migrated(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    return [(app, name) for app, name in cursor.fetchall()]
