"""Where a thing stands in the queue."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from registry.reviewing.kinds import Thing


@dataclass(frozen=True)
class Place:
    """Where a thing stands in the queue: the oldest first, each at one place only."""

    at: datetime.datetime
    label: str
    pk: int

    @property
    def key(self) -> str:
        """Return its name in forms: "members.Member:12"."""
        return f"{self.label}:{self.pk}"


def place_of(thing: Thing) -> Place:
    """Return where a waiting thing stands, or stood, in the queue."""
    at = thing.submitted_at or timezone.now()
    return Place(at, thing._meta.label, thing.pk)
