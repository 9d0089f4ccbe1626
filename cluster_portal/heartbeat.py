"""How a worker says that it lives, whether it has work or not.

It beats into the cache that all processes share: no row of the register, nothing to
back up, gone by itself.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import DatabaseError, connections
from django.utils import timezone

logger = logging.getLogger(__name__)

KEY = "worker-beat"
#: Between two beats.
PACE = timedelta(seconds=15)
#: A worker that was not heard of for so long counts as dead. An import on SQLite lets
#: nobody else write for up to half a minute.
PATIENCE = timedelta(minutes=2)


def beat() -> None:
    """Say that a worker lives now."""
    cache.set(KEY, timezone.now().isoformat(), timeout=None)


def last_beat() -> datetime | None:
    """Return when a worker was last heard of; None if never. One query."""
    said = cache.get(KEY)
    return None if said is None else datetime.fromisoformat(said)


def is_alive() -> bool:
    """Tell whether a worker was heard of lately. One query."""
    heard = last_beat()
    return heard is not None and timezone.now() - heard < PATIENCE


@contextmanager
def beating() -> Iterator[None]:
    """Beat beside whatever this process does meanwhile."""
    stop = threading.Event()
    thread = threading.Thread(
        target=_beat_until, args=(stop,), name="heartbeat", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PACE.total_seconds())


def _beat_until(stop: threading.Event) -> None:
    while True:
        try:
            beat()
        except (DatabaseError, OSError) as fault:
            # A database or cache that is away for a moment: the next beat tells.
            logger.warning("No heartbeat: %s", fault)
        finally:
            connections.close_all()
        if stop.wait(PACE.total_seconds()):
            return
