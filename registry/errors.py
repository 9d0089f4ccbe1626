"""Refusals an action may give. Each carries a sentence for the person.

Views and admin show ``str(error)`` and never have to know which one it was,
except :class:`NotVisible`, which they answer as if the record did not exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class RecordError(Exception):
    """A refused action; ``str()`` is a sentence in the reader's language."""

    message: str | Promise = _("This cannot be done.")

    def __init__(self, message: str | Promise | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class StepRefused(RecordError):
    """The workflow has no such step from where the record stands."""

    def __init__(self, start: str | Promise, end: str | Promise) -> None:
        super().__init__(
            _("A record that is “%(start)s” cannot become “%(end)s”.")
            % {"start": start, "end": end}
        )


class StaleVersion(RecordError):
    """Someone else changed the record since the person read it."""

    message = _(
        "Someone else changed this record while you were working on it. "
        "Nothing was overwritten; please compare and save again."
    )


class NotVisible(RecordError):
    """The record lies outside the person's scope: for them it does not exist."""

    message = _("There is no such record.")


class NotAllowed(RecordError):
    """The person may see the record but not do this to it."""

    message = _("Your role does not allow this.")


class OwnSubmission(NotAllowed):
    """Nobody approves what they submitted themselves."""

    message = _("You submitted this record yourself; someone else must review it.")


class MergedAway(RecordError):
    """A record that was merged into another does not come back by itself."""

    message = _(
        "This record was merged into another one, and its code leads there. Undo the "
        "merge instead."
    )


class Outdated(RecordError):
    """A proposal was written on a version of the record that is no longer there."""

    message = _(
        "The record was changed after this proposal was written. Compare the three "
        "versions and choose, field by field."
    )


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands between a record and its publication."""

    field: str
    sentence: str | Promise


class NotReady(RecordError):
    """The record lacks what publication needs."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        super().__init__(" ".join(str(each.sentence) for each in self.obstacles))


class NoteNeeded(RecordError):
    """A returned or withdrawn record must say why."""

    message = _("Please say why.")


class Busy(RecordError):
    """Another person held the record longer than a request may wait."""

    message = _("Someone else is saving this record. Please try again in a moment.")


def as_field_errors(refusal: NotReady) -> dict[str, list[Any]]:
    """Return the obstacles of ``refusal`` by field, as a form wants them."""
    found: dict[str, list[Any]] = {}
    for each in refusal.obstacles:
        found.setdefault(each.field, []).append(each.sentence)
    return found
