"""Letting go of what has been kept long enough: the nightly round.

What goes when is in the table of personal data; the days are settings. A round
that is run again finds nothing more.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from registry import acts
from registry.actions.privacy import still_named, unlink_later
from registry.files import file_names
from registry.models import JoinRequest
from registry.personal import Keeping, Store, stores

#: Rows that go in one transaction.
BATCH = 500


@dataclass(frozen=True)
class Forgotten:
    """How many rows of a store went, or would go."""

    store: Store
    days: int
    rows: int


def forget_old(
    *, now: datetime.datetime | None = None, is_trial: bool = False
) -> Iterator[Forgotten]:
    """Let go of everything that is older than its store may keep it.

    Each store is a transaction of its own for each 500 rows: a round that is
    interrupted has done a part of the work, and the next one does the rest.
    """
    moment = now or timezone.now()
    for store in stores():
        for keeping in store.keepings:
            days = settings.RETENTION_DAYS[keeping.setting]
            old = _old(store, keeping, moment - datetime.timedelta(days=days))
            count = old.count() if is_trial else _forget(store, keeping, old)
            yield Forgotten(store, days, count)


def _old(store: Store, keeping: Keeping, moment: datetime.datetime) -> Any:
    old = store.table._base_manager.filter(keeping.old(moment))
    if not keeping.blanks:
        return old
    # What is empty already has been forgotten before.
    full = models.Q()
    for name, value in _left(keeping).items():
        full |= ~models.Q(**{name: value})
    return old.filter(full)


def _left(keeping: Keeping) -> dict[str, Any]:
    return {
        name: value() if callable(value) else value
        for name, value in keeping.blanks.items()
    }


def _forget(store: Store, keeping: Keeping, old: Any) -> int:
    count = 0
    while True:
        with transaction.atomic():
            rows = list(old.select_for_update(of=("self",)).order_by("pk")[:BATCH])
            if not rows:
                return count
            count += len(rows)
            _let_go(store, keeping, rows)


def _let_go(store: Store, keeping: Keeping, rows: list[Any]) -> None:
    keys = [row.pk for row in rows]
    found = store.table._base_manager.filter(pk__in=keys)
    if keeping.blanks:
        found.update(**_left(keeping))
        if "file" in keeping.blanks:
            _unlink({row.file for row in rows})
        return
    names = set().union(*(file_names(row) for row in rows))
    if store.table is JoinRequest:
        # Its history remembers files that were replaced, and people.
        past = JoinRequest.history.filter(id__in=keys)
        names |= set(past.values_list("file", flat=True))
    with acts.act(by=None):
        for row in rows:
            row.delete()
    if store.table is JoinRequest:
        JoinRequest.history.filter(id__in=keys).delete()
    _unlink(names)


def _unlink(names: set[str]) -> None:
    stored = {name for name in names if "/" in name}
    if stored:
        unlink_later(stored - still_named(stored))
