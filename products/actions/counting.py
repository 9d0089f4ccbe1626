"""Keeping the catalogue's numbers: notes of changes are added up now and then."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, connections, transaction
from django.db.backends.utils import CursorWrapper

from products.counting import COLUMNS, Key, Tally
from products.counting_triggers import (
    CHANGES,
    PRODUCTS,
    PUBLISHED,
    are_there,
    create,
)
from products.figures import numbers
from products.models import CatalogueChange, CatalogueCount
from registry.followers import Happening

#: So many notes are read with each page without being felt.
MOST_NOTES = 200
#: Rows that are read or written at a time.
BATCH = 2_000
#: Of the lock that one process at a time adds up under: "numbers" on a telephone.
LOCK = 6_862_377
COUNTS = CatalogueCount._meta.db_table
NAMES = ", ".join(COLUMNS)
COUNTED = f"SELECT {NAMES}, count(*) FROM {PRODUCTS} WHERE {PUBLISHED} GROUP BY {NAMES}"  # noqa: S608 - names of ours


def begin(**told: Any) -> None:
    """See, after ``migrate``, that changes are noted; if not, count anew.

    Anew too where no number is kept: after ``flush`` SQLite's triggers have noted goods
    that went when their numbers had gone already.
    """
    using = connections[told["using"]]
    if CHANGES not in using.introspection.table_names():
        return
    is_new = not are_there(using)
    if is_new:
        create(using)
    if using.alias == connection.alias and (
        is_new or not CatalogueCount.objects.exists()
    ):
        recount()


def follow_product(happening: Happening) -> None:
    """Add the notes up soon, if there are many."""
    follow_products([happening])


def follow_products(happenings: Sequence[Happening]) -> None:
    """Do so once for many products."""
    transaction.on_commit(add_up_if_many, robust=True)


def add_up_if_many() -> None:
    """Add the notes up if reading them begins to cost."""
    if CatalogueChange.objects.order_by("pk")[MOST_NOTES : MOST_NOTES + 1].exists():
        add_up()


@transaction.atomic
def add_up() -> None:
    """Add what the notes say to the numbers; nothing if another process is at it.

    The numbers are written in the order of their keys.
    """
    if not _is_alone(waits=False):
        return
    tally = Tally()
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {CHANGES} RETURNING {NAMES}, delta")  # noqa: S608 - names of ours
        for rows in _batches(cursor):
            tally.add((row[:-1], row[-1]) for row in rows)
        _add(cursor, tally.numbers())


@transaction.atomic
def recount() -> None:
    """Count the whole catalogue anew, whatever the numbers say; people may work on."""
    _is_alone(waits=True)
    tally = Tally()
    with connection.cursor() as cursor:
        # One statement sees one moment: a change is in the rows or among the notes.
        counted = COUNTED
        if connection.vendor == "postgresql":
            counted = f"WITH gone AS (DELETE FROM {CHANGES}) {COUNTED}"  # noqa: S608 - as above
        else:
            cursor.execute(f"DELETE FROM {CHANGES}")  # noqa: S608 - as above
        cursor.execute(counted)
        for rows in _batches(cursor):
            tally.add((row[:-1], row[-1]) for row in rows)
        cursor.execute(f"DELETE FROM {COUNTS}")  # noqa: S608 - as above
        _add(cursor, tally.numbers())


def differences() -> dict[Key, tuple[int, int]]:
    """Return the numbers that are not right: what is kept, and what is right.

    For quiet times: what is written between the two looks counts as wrong.
    """
    tally = Tally()
    with connection.cursor() as cursor:
        cursor.execute(COUNTED)
        for rows in _batches(cursor):
            tally.add((row[:-1], row[-1]) for row in rows)
    right, kept = tally.numbers(), numbers.everything()
    return {
        key: (kept.get(key, 0), right.get(key, 0))
        for key in sorted({*right, *kept})
        if kept.get(key, 0) != right.get(key, 0)
    }


def _is_alone(*, waits: bool) -> bool:
    """Tell whether no other transaction adds up; SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        if waits:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _batches(cursor: CursorWrapper) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(BATCH):
        yield rows


def _add(cursor: CursorWrapper, found: dict[Key, int]) -> None:
    rows = [(*key, size) for key, size in sorted(found.items())]
    for start in range(0, len(rows), BATCH // 10):
        batch = rows[start : start + BATCH // 10]
        values = ", ".join(["(%s, %s, %s)"] * len(batch))
        cursor.execute(
            f'INSERT INTO {COUNTS} (given, held, "count") VALUES {values} '  # noqa: S608 - names of ours
            f'ON CONFLICT (given, held) DO UPDATE SET "count" = '
            f'{COUNTS}."count" + excluded."count"',
            [each for row in batch for each in row],
        )
