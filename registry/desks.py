"""What the pages of agencies and reviewers know of each kind of record.

The kernel's pages are written once, for any record; an app registers a desk for
each of its own in ``AppConfig.ready()``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.apps import apps
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise

from registry.enums import Role
from registry.models import Child, Record, User
from registry.wording import Wording


@dataclass(frozen=True)
class Point:
    """One thing that makes a record more useful, and whether it is there.

    ``anchor`` is the id of the field on the form ("id_story_th"), or of a part
    ("part-photos"); ``why`` says whom it helps.
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
    #: The most rows there may be.
    most: int = 100
    #: Draws the part; it gets ``part`` and ``formset``.
    template: str = "workspace/parts/rows.html"
    #: What a producer's account gets instead; without it, the part is not theirs.
    producer_form: type[BaseForm] | None = None


@dataclass(frozen=True)
class Sheet:
    """A group of fields under a heading."""

    title: str | Promise
    fields: Sequence[str]
    lead: str | Promise = ""


@dataclass(frozen=True)
class Door:
    """A page about one row: its name, its URL name, and the rule that opens it."""

    label: str | Promise
    name: str
    verb: str


#: Gives the page as the public would see a row, whatever its status.
Page = Callable[[HttpRequest, Any], HttpResponse]


def no_page(request: HttpRequest, row: Any) -> HttpResponse:
    """Stand in for a page until the app that has it is ready (:func:`show_by`)."""
    raise Http404


def _no_remarks(row: Any) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class Desk:
    """One kind of record: its form, its parts, what completes it, its public page.

    Beside what ``KeptForm`` and ``ChildForm`` do, a form may name in ``SECRET`` fields
    that nobody may keep as typed (an identity number): they go into no unsent form
    and no proposal's ``typed``.
    """

    #: Part of its addresses: ``/workspace/members/12/``.
    slug: str
    model: type[Record]
    form: type[BaseForm]
    sheets: Sequence[Sheet]
    completeness: Callable[[Any], Completeness]
    #: Gives the page as the public would see the row, whatever its status.
    page: Page
    wording: Wording = field(default_factory=Wording)
    #: Keys chosen by typing: name → (find(queryset, text), label(row)).
    picks: Any = field(default_factory=dict)
    #: What a producer's account fills in instead of ``form`` and ``sheets``.
    producer_form: type[BaseForm] | None = None
    producer_sheets: Sequence[Sheet] = ()
    #: What ``completeness`` reads of a row beside its columns: for
    #: ``prefetch_related``, so that a list costs the same however long it is.
    reads: Sequence[str] = ()
    #: Gives sentences that everybody who works on a row must read.
    remarks: Callable[[Any], Sequence[str]] = _no_remarks
    #: A template drawn above the form, with ``form``: duplicates, remarks.
    top: str = ""
    #: Pages about a row beside its form.
    doors: Sequence[Door] = ()


_desks: dict[str, Desk] = {}
_parts: dict[str, list[ChildPart]] = {}
_pages: dict[str, Page] = {}


def open_desk(desk: Desk) -> None:
    """Register a desk; called from ``AppConfig.ready()``."""
    label = desk.model._meta.label
    page = _pages.get(label)
    _desks[label] = desk if page is None else replace(desk, page=page)


def show_by(label: str, page: Page) -> None:
    """Have ``page`` show rows of the model ``label``: a view of an app above it.

    The apps above are ready first, so the desk may be opened after this.
    """
    _pages[label] = page
    if label in _desks:
        _desks[label] = replace(_desks[label], page=page)


def add_part(label: str, part: ChildPart) -> None:
    """Add a part to the form of the model ``label``; apps above add to those below."""
    known = _parts.setdefault(label, [])
    if part.name not in {each.name for each in known}:
        known.append(part)


def parts_of(desk: Desk) -> Sequence[ChildPart]:
    """Return the parts of a desk's form, those of the lowest app first."""
    return sorted(_parts.get(desk.model._meta.label, ()), key=_rank)


def sheets_for(desk: Desk, user: User) -> Sequence[Sheet]:
    """Return the groups of fields of the form that a person gets."""
    return desk.producer_sheets if user.role == Role.PRODUCER else desk.sheets


def parts_for(desk: Desk, user: User) -> Sequence[ChildPart]:
    """Return the parts of the form that a person gets, with the form that is theirs."""
    if user.role != Role.PRODUCER:
        return parts_of(desk)
    return tuple(
        replace(part, form=part.producer_form)
        for part in parts_of(desk)
        if part.producer_form is not None
    )


def desks() -> Iterable[Desk]:
    """Return all desks, in the order of the apps from the lowest up."""
    return sorted(_desks.values(), key=_rank)


def _rank(of: Desk | ChildPart) -> int:
    """Return the place of its app; the lowest is installed last."""
    labels = [config.label for config in apps.get_app_configs()]
    return -labels.index(of.model._meta.app_label)


def desk_of(model: type[Record] | str) -> Desk | None:
    """Return the desk of a model, or of its label; None if it has none."""
    label = model if isinstance(model, str) else model._meta.label
    return _desks.get(label)


def desk_at(slug: str) -> Desk | None:
    """Return the desk of an address; None if there is none."""
    return next((desk for desk in _desks.values() if desk.slug == slug), None)
