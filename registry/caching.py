"""The shared cache on Redis, and what counts while Redis does not answer.

Limits of the sign-in, codes that work once and copies of sessions are kept here, so
it may neither fail nor forget: while Redis is away its part is played by the table of
the database, which counts from nothing. No request waits for a Redis that is known
to be away, and none fails because of it.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

#: The cache that stands in (settings.CACHES).
TABLE = "table"
#: Seconds for which Redis is left alone after it did not answer.
PAUSE = 5.0
#: Seconds to wait for a connection, and for an answer.
CONNECTING, ANSWERING = 0.5, 1.0
#: Keys deleted meanwhile that a process remembers: sessions that were ended.
MOST_OWED = 10_000


class _Outage:
    """What a process knows of Redis; its threads share it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.until = 0.0
        self.is_on = False
        #: Full keys to delete once Redis is back: what ended must not come back.
        self.owed: set[str] = set()

    def begin(self, error: Exception) -> None:
        """Leave Redis alone for a while."""
        with self.lock:
            self.until = time.monotonic() + PAUSE
            was_on, self.is_on = self.is_on, True
        if not was_on:
            logger.error("Redis is away; the database counts meanwhile: %s", error)

    def end(self, settled: set[str]) -> None:
        """Go on with Redis, where ``settled`` are deleted."""
        with self.lock:
            self.owed -= settled
            was_on, self.is_on = self.is_on, False
        if was_on:
            logger.warning("Redis is back.")

    def owe(self, keys: list[str]) -> None:
        """Remember to delete ``keys``."""
        with self.lock:
            if len(self.owed) < MOST_OWED:
                self.owed.update(keys)


outage = _Outage()


def _or_table(ask: Callable[..., Any]) -> Any:
    """Have a method of the cache answered by the table while Redis is away."""
    name = ask.__name__

    def answer(self: "SharedCache", *args: Any, **options: Any) -> Any:
        if time.monotonic() >= outage.until:
            try:
                if outage.is_on:
                    self.settle()
                return ask(self, *args, **options)
            except (RedisError, OSError) as error:
                outage.begin(error)
        if name in {"delete", "delete_many"}:
            keys = [args[0]] if name == "delete" else list(args[0])
            version = options.get("version")
            outage.owe([self.make_key(key, version=version) for key in keys])
        return getattr(caches[TABLE], name)(*args, **options)

    return answer


class SharedCache(RedisCache):
    """Redis with short patience, and the table of the database behind it."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = {
            "socket_connect_timeout": CONNECTING,
            "socket_timeout": ANSWERING,
            "retry": Retry(NoBackoff(), 0),
        }
        given = params.get("OPTIONS") or {}
        super().__init__(server, {**params, "OPTIONS": options | given})

    def settle(self) -> None:
        """Delete what was deleted while Redis was away.

        :raises RedisError: if it is away still.
        """
        owed = set(outage.owed)
        # Deleting what is not there asks whether Redis answers.
        self._cache.delete_many(owed or {self.make_key("settled")})
        outage.end(owed)

    add = _or_table(RedisCache.add)
    get = _or_table(RedisCache.get)
    set = _or_table(RedisCache.set)
    touch = _or_table(RedisCache.touch)
    delete = _or_table(RedisCache.delete)
    get_many = _or_table(RedisCache.get_many)
    has_key = _or_table(RedisCache.has_key)
    incr = _or_table(RedisCache.incr)
    set_many = _or_table(RedisCache.set_many)
    delete_many = _or_table(RedisCache.delete_many)
    clear = _or_table(RedisCache.clear)
