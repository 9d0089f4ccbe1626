"""The act: one deed of one person, whose history rows belong together.

Every kept row is written inside an act. The act says who and why, and gives
its history rows one id, so that a bulk deed or an edit of a product with its
photos can be read, and undone, as the one thing it was.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.models import User


#: Sums up what was gathered for it, once, when the act ends.
Closing = Callable[[list[Any]], None]


class OutsideAct(RuntimeError):
    """A kept row was written without saying who does it: a program error."""


@dataclass(frozen=True)
class Act:
    """Who does something now, why, and under which id it is remembered."""

    by: "User | None"
    reason: str = ""
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    gathered: list[tuple[Closing, Any]] = field(
        default_factory=list, compare=False, repr=False
    )


_current: ContextVar[Act | None] = ContextVar("act", default=None)


@contextmanager
def act(*, by: "User | None", reason: str = "") -> Iterator[Act]:
    """Open an act, or join the one that is open.

    A joined act keeps its person, its reason and its id: what a deed causes
    further on belongs to the deed. ``by`` is None for the register's own work
    (loading places, recounting).
    """
    running = _current.get()
    if running is not None:
        yield running
        return
    fresh = Act(by=by, reason=reason)
    token = _current.set(fresh)
    try:
        yield fresh
        _close(fresh)
    finally:
        _current.reset(token)


def _close(ending: Act) -> None:
    by_closing: dict[Closing, list[Any]] = {}
    for closing, thing in ending.gathered:
        by_closing.setdefault(closing, []).append(thing)
    for closing, things in by_closing.items():
        closing(things)


def gather(closing: Closing, thing: Any) -> None:
    """Have ``closing`` called with ``thing``, and all like it, when the act ends.

    So a bulk act says once what it did. It is called inside the transaction of
    the act, and not at all if the act fails.

    :raises OutsideAct: if no act is open.
    """
    current().gathered.append((closing, thing))


@contextmanager
def part() -> Iterator[None]:
    """Do a part of the open act that may fail alone; then what it gathered goes."""
    gathered = current().gathered
    before = len(gathered)
    try:
        yield
    except BaseException:
        del gathered[before:]
        raise


def current() -> Act:
    """Return the open act.

    :raises OutsideAct: if none is open.
    """
    running = _current.get()
    if running is None:
        raise OutsideAct("Kept rows are written by actions, inside an act.")
    return running
