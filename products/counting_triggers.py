"""Triggers on the products that note what changes for the catalogue's numbers.

Whoever writes a product, an action, an import or a person at the database, writes the
note in the same transaction. Notes are only ever added, so that writers do not wait for
one another as they would for shared counters.

They are made after each ``migrate`` where they are missing: SQLite forgets them when a
migration makes the table of products anew.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from products.counting import COLUMNS

PRODUCTS = "products_product"
CHANGES = "products_cataloguechange"
PREFIX = "products_counted"
#: What keeps PostgreSQL's planner from work where nothing is published.
PUBLISHED = "status = 'published'"


EVENTS = ("insert", "update", "delete")


def are_there(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether all triggers stand in the database."""
    known = "FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
    if connection.vendor == "postgresql":
        known = "FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE %s"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {known}", [f"{PREFIX}_%"])
        return bool(cursor.fetchone()[0] == len(EVENTS))


def create(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers; those there are stay, or are replaced by the same."""
    statements = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def unwatched(rows: Sequence[Any]) -> Iterator[None]:
    """Insert many products of which none is public without SQLite's trigger.

    Nothing would be noted. But where there is a trigger, SQLite keeps what each row
    changes until the row is in, lest it fail: that takes as long as all the rest of an
    import. Inside a transaction, whose end brings the trigger back, whatever happens.
    """
    watches = connection.vendor != "sqlite" or not connection.in_atomic_block
    if watches or any(row.is_published for row in rows):
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {PREFIX}_insert")
    yield
    create(connection)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away."""
    with connection.cursor() as cursor:
        for event in EVENTS:
            on = f" ON {PRODUCTS}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {PREFIX}_{event}{on}")
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {PREFIX}()")


def _columns(row: str = "") -> str:
    return ", ".join(f"{row}{column}" for column in COLUMNS)


def _postgresql() -> list[str]:
    """Return one note for all rows alike of a statement, however many it changes."""
    names = _columns()
    note = f"INSERT INTO {CHANGES} ({names}, delta)"
    came = f"SELECT {names}, 1 AS delta FROM came WHERE {PUBLISHED}"  # noqa: S608 - names of ours
    went = f"SELECT {names}, -1 AS delta FROM went WHERE {PUBLISHED}"  # noqa: S608 - as above

    def noted(rows: str) -> str:
        return (
            f"{note} SELECT {names}, sum(delta) FROM ({rows}) AS changed "  # noqa: S608 - as above
            f"GROUP BY {names} HAVING sum(delta) <> 0;"
        )

    function = f"""
        CREATE OR REPLACE FUNCTION {PREFIX}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN {noted(came)}
            ELSIF TG_OP = 'DELETE' THEN {noted(went)}
            ELSE {noted(f"{came} UNION ALL {went}")}
            END IF;
            RETURN NULL;
        END $$"""
    tables = {
        "insert": "NEW TABLE AS came",
        "update": "OLD TABLE AS went NEW TABLE AS came",
        "delete": "OLD TABLE AS went",
    }
    return [
        function,
        *(
            f"CREATE OR REPLACE TRIGGER {PREFIX}_{event} AFTER {event} ON {PRODUCTS} "
            f"REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {PREFIX}()"
            for event, seen in tables.items()
        ),
    ]


def _sqlite() -> list[str]:
    names = _columns()

    def note(row: str, delta: int) -> str:
        return (
            f"INSERT INTO {CHANGES} ({names}, delta) "
            f"SELECT {_columns(row + '.')}, {delta} WHERE {row}.{PUBLISHED};"
        )

    watched = ("status", *COLUMNS)
    is_changed = " OR ".join(f"old.{each} IS NOT new.{each}" for each in watched)
    trigger = f"CREATE TRIGGER IF NOT EXISTS {PREFIX}_"
    return [
        f"{trigger}insert AFTER INSERT ON {PRODUCTS} WHEN new.{PUBLISHED} "
        f"BEGIN {note('new', 1)} END",
        f"{trigger}delete AFTER DELETE ON {PRODUCTS} WHEN old.{PUBLISHED} "
        f"BEGIN {note('old', -1)} END",
        f"{trigger}update AFTER UPDATE OF {', '.join(watched)} ON {PRODUCTS} "
        f"WHEN (old.{PUBLISHED} OR new.{PUBLISHED}) AND ({is_changed}) "
        f"BEGIN {note('old', -1)} {note('new', 1)} END",
    ]
