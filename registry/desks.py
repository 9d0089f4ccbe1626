"""What the pages of agencies and reviewers know of each kind of record.

The kernel's pages are written once, for any record; an app registers a desk for
each of its own in ``AppConfig.ready()``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

from registry.models import Child, Record
from registry.wording import Wording


@dataclass(frozen=True)
class Point:
    """One thing that makes a record more useful, and whether it is there.

    ``anchor`` is the id of the field on the form, ``why`` says whom it helps.
    """

    label: str | Promise
    why: str | Promise
    anchor: str
    is_done: bool


@dataclass(frozen=True)
class Completeness:
    """How complete a record is."""

    points: Sequence[Point]

    @property
    def percent(self) -> int:
        """Return the share of points that are done, 0 to 100."""
        done = sum(point.is_done for point in self.points)
        return 100 * done // len(self.points) if self.points else 100

    @property
    def missing(self) -> list[Point]:
        """Return what is still to be added."""
        return [point for point in self.points if not point.is_done]


@dataclass(frozen=True)
class ChildPart:
    """One kind of what belongs to a record, as a part of its form."""

    name: str
    model: type[Child]
    form: type[BaseForm]
    title: str | Promise
    lead: str | Promise = ""
    #: Empty forms shown where no script adds them.
    extra: int = 1
    #: Pictures are dropped on it, shown and put in order.
    is_pictures: bool = False
    formset: Any = None


@dataclass(frozen=True)
class Sheet:
    """A group of fields under a heading."""

    title: str | Promise
    fields: Sequence[str]
    lead: str | Promise = ""


@dataclass(frozen=True)
class Desk:
    """One kind of record: its form, its parts, what completes it, its public page."""

    #: Part of its addresses: ``/workspace/members/12/``.
    slug: str
    model: type[Record]
    form: type[BaseForm]
    sheets: Sequence[Sheet]
    completeness: Callable[[Any], Completeness]
    #: Gives the page as the public would see the row, whatever its status.
    page: Callable[[HttpRequest, Any], HttpResponse]
    wording: Wording = field(default_factory=Wording)
    #: Keys chosen by typing: name → (find(queryset, text), label(row)).
    picks: Any = field(default_factory=dict)


_desks: dict[str, Desk] = {}
_parts: dict[str, list[ChildPart]] = {}


def open_desk(desk: Desk) -> None:
    """Register a desk; called from ``AppConfig.ready()``."""
    _desks[desk.model._meta.label] = desk


def add_part(label: str, part: ChildPart) -> None:
    """Add a part to the form of the model ``label``; apps above add to those below."""
    known = _parts.setdefault(label, [])
    if part.name not in {each.name for each in known}:
        known.append(part)


def parts_of(desk: Desk) -> Sequence[ChildPart]:
    """Return the parts of a desk's form, in the order they were added."""
    return tuple(_parts.get(desk.model._meta.label, ()))


def desks() -> Iterable[Desk]:
    """Return all desks, in the order of the apps from the lowest up."""
    return tuple(_desks.values())


def desk_of(model: type[Record] | str) -> Desk | None:
    """Return the desk of a model, or of its label; None if it has none."""
    label = model if isinstance(model, str) else model._meta.label
    return _desks.get(label)


def desk_at(slug: str) -> Desk | None:
    """Return the desk of an address; None if there is none."""
    return next((desk for desk in _desks.values() if desk.slug == slug), None)
