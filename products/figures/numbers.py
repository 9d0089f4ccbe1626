"""Reading the catalogue's kept numbers, with the changes that are not added up yet."""

from collections import Counter
from collections.abc import Collection, Mapping

from django.db import connections, router

from products.counting import (
    ALL,
    COLUMNS,
    DISTRICT,
    FILTERS,
    Key,
    Tally,
    held_by,
    is_counted,
)
from products.models import CatalogueChange, CatalogueCount

COUNTS = CatalogueCount._meta.db_table
CHANGES = CatalogueChange._meta.db_table
NAMES = ", ".join(COLUMNS)
NOTHING = ", ".join(["NULL"] * len(COLUMNS))


def among(givens: Collection[str]) -> Mapping[str, Counter[str]]:
    """Return how many products hold each value, among those that hold each given one.

    Exact: one statement reads the numbers and the notes of changes as of one moment.
    """
    marks = ", ".join(["%s"] * len(givens))
    found: dict[str, Counter[str]] = {given: Counter() for given in givens}
    with connections[router.db_for_read(CatalogueCount)].cursor() as cursor:
        cursor.execute(
            f'SELECT given, held, "count", {NOTHING} FROM {COUNTS} '  # noqa: S608 - names of ours
            f"WHERE given IN ({marks}) "
            f"UNION ALL SELECT NULL, NULL, delta, {NAMES} FROM {CHANGES}",
            list(givens),
        )
        for given, held, size, *row in cursor.fetchall():
            if given is not None:
                found[given][held] += size
            else:
                _note(found, row, size)
    return found


def _note(found: Mapping[str, Counter[str]], row: list[object], size: int) -> None:
    values = list(held_by(row))
    for at, given in [(-1, ALL), *values]:
        counts = found.get(given)
        if counts is None:
            continue
        counts[ALL] += size
        for other, held in values:
            if (at < 0 and other != DISTRICT) or (at >= 0 and is_counted(at, other)):
                counts[held] += size


def everything() -> dict[Key, int]:
    """Return every number as it stands, for who compares them."""
    kept = CatalogueCount.objects.values_list("given", "held", "count")
    tally = Tally()
    notes = CatalogueChange.objects.values_list(*COLUMNS_OF_NOTES, "delta")
    tally.add((row[:-1], row[-1]) for row in notes)
    found = Counter(tally.numbers())
    for given, held, size in kept.iterator():
        found[given, held] += size
    return {key: size for key, size in found.items() if size}


COLUMNS_OF_NOTES = tuple(name.removesuffix("_id") for name in COLUMNS)
assert len(COLUMNS) == len(FILTERS)  # noqa: S101 - they go side by side
