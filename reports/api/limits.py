"""How often one address may ask for data: a count a minute, in the shared cache.

The cache may be a table of the database, where a write waits for an import that
holds it. A process therefore counts by itself and tells the others only now and
then: each process may let :data:`STEP` requests more through, and a person who looks
at a page or two writes nothing at all.
"""

import ipaddress
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from registry.auditing import address_of
from reports.api.problems import Problem

logger = logging.getLogger(__name__)

#: Seconds of a span in which requests are counted.
SPAN = 60
#: Requests after which a process tells the others.
STEP = 10
#: A network of one customer: what counts as one address in IPv6.
NETWORK = 64


@dataclass
class Tally:
    """What a process knows of one address in one span."""

    #: Counted here and not told yet.
    own: int = 0
    #: What all processes had told when last asked.
    told: int = 0


class Counter:
    """Requests by address in the span that runs."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.span, self.tallies = 0, dict[str, Tally]()

    def spend(self, who: str) -> int:
        """Count a request of ``who``; return how many there were in this span."""
        span = int(time.time()) // SPAN
        with self.lock:
            if span != self.span:
                self.span, self.tallies = span, {}
            tally = self.tallies.setdefault(who, Tally())
            tally.own += 1
            is_due = tally.own >= STEP
            if is_due:
                given, tally.own = tally.own, 0
                # Until the others are asked.
                tally.told += given
            count = tally.told + tally.own
        if is_due:
            tally.told = max(tally.told, self.tell(f"data-rate:{who}:{span}", given))
            count = tally.told + tally.own
        return count

    def tell(self, key: str, given: int) -> int:
        """Add to what all processes know; return their sum, 0 if it cannot be had.

        Two at once may lose a step: the limit is a guard against floods, no bill.
        """
        try:
            total = int(cache.get(key, 0)) + given
            cache.set(key, total, SPAN * 2)
        except (DatabaseError, OSError):
            logger.exception("Requests for data could not be counted.")
            return 0
        return total


counter = Counter()


def refuse_floods(request: HttpRequest) -> None:
    """Count a request.

    :raises Problem: 429 if its address has sent too many in this span.
    """
    if counter.spend(who_asks(request)) > settings.API_PER_MINUTE:
        raise too_many()


def limited(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Answer 429 to an address that asks too often."""

    @wraps(view)
    def guarded(request: HttpRequest, **asked: Any) -> HttpResponseBase:
        try:
            refuse_floods(request)
        except Problem as problem:
            return problem.answer()
        return view(request, **asked)

    return guarded


def who_asks(request: HttpRequest) -> str:
    """Return the network address a request is counted under."""
    address = address_of(request) or "unknown"
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network(f"{parsed}/{NETWORK}", strict=False))


def too_many() -> Problem:
    """Return the refusal, with the seconds until a new span begins."""
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        _("These were many requests in a minute. Please wait and try again."),
        headers={"Retry-After": str(SPAN - int(time.time()) % SPAN)},
    )
