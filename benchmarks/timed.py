"""The door of the measured servers: any Django application, and what a request cost.

``gunicorn benchmarks.timed``. Each answer says in ``Server-Timing`` how much
processor time its thread used, how long it waited for the database, and how many
queries it asked. Nothing else is different.
"""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cluster_portal.settings")


class Spent:
    """Time spent in the database by one request."""

    def __init__(self) -> None:
        self.queries, self.waited, self.used = 0, 0.0, 0.0

    def __call__(self, execute: Any, *asked: Any) -> Any:
        """Ask the database; note how long it took, and the processor time in it."""
        began, used = time.perf_counter(), time.thread_time()
        try:
            return execute(*asked)
        finally:
            self.queries += 1
            self.used += time.thread_time() - used
            self.waited += time.perf_counter() - began


def timed(inner: Any) -> Any:
    """Return a WSGI application that tells what each of its answers cost."""

    def outer(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        spent, used = Spent(), time.thread_time()

        def started(status: str, headers: list[Any], *failure: Any) -> Any:
            # Work inside a query is counted once, as time of the database.
            own = time.thread_time() - used - spent.used
            told = (
                f"app;dur={own * 1000:.3f}, db;dur={spent.waited * 1000:.3f}, "
                f"queries;dur={spent.queries}"
            )
            return start_response(status, [*headers, ("Server-Timing", told)], *failure)

        with ExitStack() as watched:
            for connection in connections.all():
                watched.enter_context(connection.execute_wrapper(spent))
            answer: Iterable[bytes] = inner(environ, started)
            return answer

    return outer


application = timed(get_wsgi_application())
