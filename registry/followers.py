"""How higher apps keep their rows right when a lower record changes.

A follower is a plain function registered in ``AppConfig.ready()`` and called
by the action inside its transaction: a renamed member's goods get their new
search rows before anybody can read the old ones. No Django signals, because a
signal hides that it is called.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from registry.enums import RecordStatus
from registry.models.kept import Kept


@dataclass(frozen=True)
class Happening:
    """What an action did to ``row``: ``before`` is its status until then.

    ``fields`` and ``children`` name what an edit touched; both are empty for
    a mere step of the workflow, and ``before`` is None for a new row.
    """

    row: Any
    before: RecordStatus | None = None
    created: bool = False
    fields: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()

    @property
    def moved(self) -> bool:
        """Tell whether the row took a step of the workflow."""
        return self.before is not None and self.before != self.row.status


Follower = Callable[[Happening], None]
#: Does for many happenings at once what a follower does for each.
BulkFollower = Callable[[Sequence[Happening]], None]
_followers: dict[type[Kept], dict[Follower, BulkFollower | None]] = {}


def follow(
    model: type[Kept], follower: Follower, *, in_bulk: BulkFollower | None = None
) -> None:
    """Call ``follower`` after each action on ``model``, in the order registered.

    ``in_bulk`` stands in for it after a bulk action, where one query for all rows
    does what ``follower`` would ask for each of them.
    """
    _followers.setdefault(model, {}).setdefault(follower, in_bulk)


def tell(happening: Happening) -> None:
    """Call everybody who follows this kind of row."""
    for follower in _followers.get(type(happening.row), {}):
        follower(happening)


def tell_all(happenings: Sequence[Happening]) -> None:
    """Tell of many rows of one kind, in bulk where the follower can take it so."""
    if not happenings:
        return
    for follower, in_bulk in _followers.get(type(happenings[0].row), {}).items():
        if in_bulk is not None:
            in_bulk(happenings)
        else:
            for each in happenings:
                follower(each)
