"""Counts over a whole scope, kept while nothing they count has changed.

What a person's start page counts (what is incomplete, what ends soon) needs every
record of the scope: a moment for a province, half a second for the country. A count
is kept in the process with a stamp of what it was counted from. While the stamp is
the same it is right. Is it another, a quick count is done again at once and a slow one
at most every :data:`SLOW_KEPT` seconds; until then the page says when it was counted.
"""

import datetime
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.utils import timezone

T = TypeVar("T")

#: Seconds for which a slow count may be behind, and what is slow.
SLOW_KEPT, SLOW = 600.0, 0.1
#: So many counts are kept; one a scope and question.
MOST_KEPT = 200


@dataclass(frozen=True)
class Counted(Generic[T]):
    """What was counted, and when."""

    value: T
    at: datetime.datetime
    #: Nothing has changed since.
    is_current: bool
    stamp: Any
    #: Seconds it took, and when it was done by the process's clock.
    took: float
    done: float


_kept: dict[Hashable, Counted[Any]] = {}


def counted(key: Hashable, stamp: object, count: Callable[[], T]) -> Counted[T]:
    """Return what ``count`` gives, or gave when ``stamp`` was the same.

    :param key: whose count of what it is.
    :param stamp: another one whenever the count may be; see :func:`newest_of`.
    """
    # Tests and commands may meet several databases in one process.
    where = connection.settings_dict["NAME"], key
    known, now = _kept.get(where), time.monotonic()
    if known is not None:
        is_same = known.stamp == stamp
        if is_same:
            return known
        if known.took > SLOW and now - known.done < SLOW_KEPT:
            return Counted(
                known.value, known.at, False, known.stamp, known.took, known.done
            )
    value = count()
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    done = time.monotonic()
    fresh = Counted(value, timezone.now(), True, stamp, done - now, done)
    _kept[where] = fresh
    return fresh


def newest_of(*kinds: type[models.Model]) -> tuple[object, ...]:
    """Return a stamp of all rows of ``kinds``: their newest history, and today.

    One query; it reads the end of each table's history.
    """
    tables = [str(_history(kind)._meta.db_table) for kind in kinds]
    ends = ", ".join(
        f"(SELECT max(history_id) FROM {connection.ops.quote_name(table)})"  # noqa: S608 - names of ours
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ends}")
        return (timezone.localdate(), *cursor.fetchone())


def _history(kind: Any) -> Any:
    return kind.history.model


def forget() -> None:
    """Count anew whatever is asked for next."""
    _kept.clear()
