"""One look at one thing that is reviewed: who looks, and on what way."""

from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from registry.access import SignedInRequest
from registry.desks import desk_of
from registry.forms import is_key
from registry.models import Proposal, Record, User
from registry.reviewing import Narrowing, Place, Thing, model_at, place_of, slug_of

#: Of addresses that show what is masked; each is one person's, for a few minutes.
SALT = "registry.review.shown"
SHOWN_SECONDS = 5 * 60


def find_record(user: User, slug: str, pk: int) -> Record:
    """Return a record of the person's scope.

    :raises Http404: if there is none.
    """
    model = model_at(slug)
    manager: Any = None if model is None else model._default_manager
    if model is None or not is_key(model, pk):
        raise Http404
    names = ("owner", "province", "submitted_by", "decided_by", *model.NAMED_BY)
    rows = manager.visible_to(user).select_related(*names)
    found: Record | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def find_proposal(user: User, pk: int) -> Proposal:
    """Return a proposal of the person's scope.

    :raises Http404: if there is none.
    """
    if not is_key(Proposal, pk):
        raise Http404
    rows = Proposal.objects.visible_to(user).select_related(
        "owner", "province", "submitted_by", "created_by", "decided_by"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@dataclass
class Visit:
    """One look at one thing: who looks, on the way through which queue."""

    request: SignedInRequest
    thing: Thing
    record: Any
    narrowing: Narrowing
    #: Forms that were sent and not accepted, by what was pressed.
    bound: dict[str, Any] = field(default_factory=dict)
    #: What a refused decision would have said.
    typed: str = ""

    @property
    def user(self) -> User:
        """Return who looks."""
        return self.request.user

    @property
    def place(self) -> Place:
        """Return where the thing stands, or stood, in the queue."""
        return place_of(self.thing)

    def url(self, **query: str) -> str:
        """Return the address of the page; it keeps how the queue is narrowed."""
        return thing_url(self.thing, {**self.narrowing.query(), **query})

    def reload(self) -> None:
        """Read the thing again, after somebody else changed it."""
        if isinstance(self.thing, Proposal):
            self.thing = find_proposal(self.user, self.thing.pk)
            self.record = record_of(self.user, self.thing)
        else:
            slug = slug_of(type(self.thing))
            self.thing = self.record = find_record(self.user, slug, self.thing.pk)


def thing_url(thing: Thing, query: dict[str, str]) -> str:
    """Return the address of a thing's page."""
    return place_url(place_of(thing), query)


def place_url(place: Place, query: dict[str, str]) -> str:
    """Return the address of what stands at a place of the queue."""
    if place.label == Proposal._meta.label:
        url = reverse("review:proposal", args=[place.pk])
    else:
        url = reverse("review:record", args=[_slug_at(place.label), place.pk])
    return f"{url}?{urlencode(query)}" if query else url


def _slug_at(label: str) -> str:
    desk = desk_of(label)
    return desk.slug if desk else label.lower().replace(".", "-")


def record_of(user: User, thing: Proposal) -> Any:
    """Return the record a proposal would change.

    :raises Http404: if the person may not see it.
    """
    model: Any = thing.record_model
    names = ("owner", "province", *model.NAMED_BY)
    rows = model._default_manager.visible_to(user).select_related(*names)
    found = rows.filter(pk=thing.object_id).first()
    if found is None:
        raise Http404
    return found


def is_revealed_to(visit: Visit) -> bool:
    """Tell whether the address shows what is masked, to this person, now."""
    token = visit.request.GET.get("shown", "")
    if not token:
        return False
    try:
        named = signing.loads(token, salt=SALT, max_age=SHOWN_SECONDS)
    except signing.BadSignature:
        return False
    return bool(named == [visit.user.pk, visit.place.key])
