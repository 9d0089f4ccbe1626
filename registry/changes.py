"""The one value an edit is, wherever it comes from.

Admin, workspace, import, proposal, restore, merge and undo all hand a
:class:`Changes` to :func:`registry.actions.records.edit`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.models.kept import Child


@dataclass(frozen=True)
class ChildChanges:
    """What happens to one kind of children of a record.

    ``added`` are clean unsaved instances without their parent's key;
    ``changed`` maps a child's primary key to its new values; ``removed`` are
    primary keys; ``order`` lists primary keys and, as ``-1 - index``, the
    added ones, in the order they are to stand in (only for children with a
    ``position``).
    """

    added: Sequence[Child] = ()
    changed: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    removed: frozenset[int] = frozenset()
    order: Sequence[int] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.order)


@dataclass(frozen=True)
class Changes:
    """New values of a record's fields, and what happens to its children.

    ``fields`` maps field names to clean values, keys of other rows as
    instances; many-to-many fields take a sequence of instances. ``children``
    maps related names (``photos``, ``contacts``) to :class:`ChildChanges`.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    children: Mapping[str, ChildChanges] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields) or any(self.children.values())
