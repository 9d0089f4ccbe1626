"""Reading from a replica what the public reads, and nothing else.

A replica shows what was true a moment ago. So only a visitor who is not signed in,
who has written nothing a moment ago, and who looks at a public page, is shown what it
says; everybody and everything else asks the primary: staff, actions, transactions,
locks, tasks, commands. Whoever writes asks the primary for a while, by a cookie.

A replica that does not answer or is too far behind is left alone; a page that it let
down is drawn once more from the primary.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    OperationalError,
    connections,
    models,
)
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from registry.access import EVERYBODY, roles_of
from registry.middleware import PRIVATE_AREAS, Handler, area_of

logger = logging.getLogger(__name__)

PRIMARY, REPLICA = DEFAULT_DB_ALIAS, "replica"
#: Apps whose rows public pages show; those of other packages steer the portal.
SHOWN = frozenset(
    {"registry", "members", "products", "strategies", "reports", "contenttypes"}
)
#: Seconds between two questions how far behind the replica is, and after a failure.
EVERY, PAUSE = 1.0, 5.0
#: A process that has not asked for so long begins to measure anew.
IDLE = 3.0
#: Cookie of a browser that wrote a moment ago.
FRESH = "portal_fresh"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Reading:
    """Where a request reads, and whether it has written."""

    __slots__ = ("alias", "has_written")

    def __init__(self) -> None:
        self.alias, self.has_written = PRIMARY, False


_reading: ContextVar[Reading | None] = ContextVar("reading", default=None)


class ReplicaRouter:
    """Reads go where the request reads, while it has not written; all else is primary.

    Within a transaction everything is the primary's: reads before a write must see
    what the write will meet.
    """

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        """Return where rows of ``model`` are read now."""
        reading = _reading.get()
        if reading is None or reading.alias == PRIMARY:
            return PRIMARY
        if model._meta.app_label not in SHOWN or connections[PRIMARY].in_atomic_block:
            return PRIMARY
        return reading.alias

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        """Return the primary, and stay with it for the rest of the request."""
        reading = _reading.get()
        if reading is not None and model._meta.app_label != "django_cache":
            reading.alias, reading.has_written = PRIMARY, True
        return PRIMARY

    def allow_relation(
        self, one: models.Model, other: models.Model, **hints: Any
    ) -> bool:
        """Allow all: both hold the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Migrate the primary; the replica follows by itself."""
        return db != REPLICA


class ReplicaMiddleware:
    """Lets anonymous readers of public pages read from the replica."""

    def __init__(self, get_response: Handler) -> None:
        if REPLICA not in connections.settings:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and mark the browser of whoever wrote."""
        reading = Reading()
        token = _reading.set(reading)
        try:
            answer = self.get_response(request)
        finally:
            _reading.reset(token)
        if reading.has_written or request.method not in SAFE:
            answer.set_cookie(
                FRESH,
                "1",
                # What was written is on the replica by then, or the replica not asked.
                max_age=int(settings.REPLICA_MAX_LAG + EVERY) + 5,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return answer

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        """Choose where this request reads, once it is known what it asks for."""
        reading = _reading.get()
        if reading and may_be_old(request, view) and lag.is_bearable():
            reading.alias = REPLICA

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponseBase | None:
        """Draw the page anew from the primary if the replica let it down."""
        reading = _reading.get()
        if reading is None or reading.alias != REPLICA:
            return None
        # Error pages too read the primary from here on.
        reading.alias = PRIMARY
        match = request.resolver_match
        if not isinstance(error, OperationalError | InterfaceError) or match is None:
            return None
        path = request.path_info
        logger.warning("The replica did not serve %s: %s", path, _said(error))
        # It may only have cancelled what stood in the way of its catching up.
        if not connections[REPLICA].is_usable():
            connections[REPLICA].close()
            lag.give_up(error)
        return match.func(request, *match.args, **match.kwargs)


def may_be_old(request: HttpRequest, view: Callable[..., HttpResponseBase]) -> bool:
    """Tell whether what was true some seconds ago is good enough for this request."""
    return (
        request.method in {"GET", "HEAD"}
        and roles_of(view) == EVERYBODY
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and FRESH not in request.COOKIES
        and area_of(request) not in PRIVATE_AREAS
    )


@contextmanager
def reading_from(alias: str) -> Iterator[Reading]:
    """Read from ``alias`` meanwhile, as a request does; for tests and commands."""
    reading = Reading()
    reading.alias = alias
    token = _reading.set(reading)
    try:
        yield reading
    finally:
        _reading.reset(token)


# --- How far behind it is -------------------------------------------------------------


class Lag:
    """How far the replica is behind, as this process knows.

    Now and then the process notes where the primary's log ends. What the replica has
    replayed of it says since when it is behind, whatever the clocks of the machines
    say and however long nobody wrote.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Know nothing, as a process that begins."""
        self.next, self.is_well, self.was_said = 0.0, False, False
        #: Moments, with the end of the primary's log then.
        self.noted: deque[tuple[float, int]] = deque(maxlen=120)

    def is_bearable(self) -> bool:
        """Tell whether the replica may be read. Two short queries a second."""
        if time.monotonic() >= self.next and self.lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self.lock.release()
        return self.is_well

    def give_up(self, error: Exception) -> None:
        """Leave the replica alone for a while."""
        self.next = time.monotonic() + PAUSE
        self._say(False, f"it does not answer ({_said(error)})")

    def _look(self) -> None:
        self.next = time.monotonic() + EVERY
        try:
            behind = self.measure()
        except (OperationalError, InterfaceError) as error:
            connections[REPLICA].close()
            self.give_up(error)
            return
        if behind is None:
            self.is_well = False
        else:
            self._say(behind <= settings.REPLICA_MAX_LAG, f"{behind:.0f} s behind")

    def measure(self) -> float | None:
        """Return how many seconds behind the replica is, at most; None: unknown yet.

        :raises OperationalError: if it does not answer.
        """
        if connections[REPLICA].vendor != "postgresql":
            return 0.0
        replayed = _position(REPLICA, "coalesce(pg_last_wal_replay_lsn(), '0/0')")
        now = time.monotonic()
        if self.noted and now - self.noted[-1][0] > IDLE:
            # Nobody came by: how long it lacks what was written since is not known.
            self.noted.clear()
        try:
            self.noted.append((now, _position(PRIMARY, "pg_current_wal_lsn()")))
        except DatabaseError:
            # Nobody writes while the primary is away: what the replica has is the last.
            connections[PRIMARY].close()
            self.next = now + PAUSE
            return 0.0
        while len(self.noted) > 1 and self.noted[1][1] <= replayed:
            self.noted.popleft()
        oldest, end = self.noted[0]
        if end <= replayed:
            return now - oldest
        return None if len(self.noted) == 1 else now - oldest

    def _say(self, is_well: bool, why: str) -> None:
        if is_well != self.is_well or not self.was_said:
            if is_well:
                logger.info("Public pages are read from the replica.")
            else:
                logger.warning("The replica is not read: %s.", why)
        self.is_well, self.was_said = is_well, True


def _said(error: Exception) -> str:
    """Return the first line of what a database said."""
    return str(error).strip().partition("\n")[0]


def _position(alias: str, expression: str) -> int:
    """Return a place in the log as a number of bytes."""
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT {expression} - '0/0'::pg_lsn")
        return int(cursor.fetchone()[0])


lag = Lag()
