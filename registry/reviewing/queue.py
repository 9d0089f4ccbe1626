"""The queue: what waits in a person's scope, the oldest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import apps
from django.db.models import CharField, Q, Value
from django.utils import timezone

from registry.enums import ProposalState, RecordStatus
from registry.models import (
    Agency,
    JoinRequest,
    Proposal,
    Province,
    Record,
    ReviewClaim,
    User,
)
from registry.reviewing.claims import claims_on
from registry.reviewing.kinds import (
    PROPOSAL,
    PROPOSALS,
    Thing,
    kind_name,
    named,
    record_models,
    slug_of,
)
from registry.reviewing.places import Place

#: Agencies offered to narrow the queue by.
MOST_OFFERED = 200

TakenBy = Literal["", "me", "nobody"]
Direction = Literal["next", "previous"]


@dataclass(frozen=True)
class Narrowing:
    """What of the queue is asked for; empty means all of it."""

    kind: str = ""
    agency: int | None = None
    province: str = ""
    taken: TakenBy = ""

    def query(self) -> dict[str, str]:
        """Return what an address holds of it."""
        asked = {
            "kind": self.kind,
            "agency": "" if self.agency is None else str(self.agency),
            "province": self.province,
            "taken": self.taken,
        }
        return {name: value for name, value in asked.items() if value}


EVERYTHING = Narrowing()


@dataclass(frozen=True)
class Waiting:
    """A record or proposal that waits, as the queue lists it."""

    place: Place
    thing: Thing
    record: Record
    kind: str
    days: int
    taken_by: User | None
    is_own: bool
    is_mine: bool

    @property
    def slug(self) -> str:
        """Return the part of the address that names its kind."""
        if isinstance(self.thing, Proposal):
            return PROPOSALS
        return slug_of(type(self.record))

    @property
    def key(self) -> str:
        """Return its name in forms, with the version that is shown."""
        return f"{self.place.key}:{self.thing.version}"


class Queue:
    """What waits in the scope of a person, narrowed to what they ask for."""

    def __init__(self, user: User, narrowing: Narrowing = EVERYTHING) -> None:
        self.user, self.narrowing = user, narrowing

    def places(self) -> Any:
        """Return the places of all of it, the oldest first. One query, when asked."""
        first, *rest = [_as_places(rows) for rows in self._legs()]
        return first.union(*rest, all=True).order_by("submitted_at", "label", "pk")

    def _legs(self) -> list[Any]:
        """Return what waits of each kind, unordered."""
        wanted = self.narrowing.kind
        found = [
            self._narrowed(_waiting_records(model, self.user), model._meta.label)
            for model in record_models()
            if wanted in {"", slug_of(model)}
        ]
        if wanted in {"", PROPOSALS}:
            rows = Proposal.objects.visible_to(self.user)
            waiting = rows.filter(state=ProposalState.SUBMITTED)
            found.append(self._narrowed(waiting, PROPOSAL))
        return found or [Proposal.objects.none()]

    def _narrowed(self, rows: Any, label: str) -> Any:
        asked = self.narrowing
        if asked.agency is not None:
            rows = rows.filter(owner_id=asked.agency)
        if asked.province:
            rows = rows.filter(province_id=asked.province)
        if asked.taken:
            claims = ReviewClaim.objects.filter(model=label)
            if asked.taken == "me":
                return rows.filter(
                    pk__in=claims.filter(by=self.user).values("object_id")
                )
            return rows.exclude(pk__in=claims.values("object_id"))
        return rows

    def rows(self, places: Iterable[Mapping[str, Any]]) -> list[Waiting]:
        """Return what stands at ``places`` (:meth:`places`), in their order.

        One query a kind and one for the claims; two more for the names of records
        that proposals would change.
        """
        asked = [_place(each) for each in places]
        things = _load(asked)
        changed = _records_of(
            [each for each in things.values() if isinstance(each, Proposal)]
        )
        claims = claims_on(asked)
        today = timezone.localdate()
        found = []
        for place in asked:
            thing = things.get((place.label, place.pk))
            record: Any = (
                changed.get((thing.model, thing.object_id))
                if isinstance(thing, Proposal)
                else thing
            )
            if thing is None or record is None:
                continue
            taken_by = claims.get((place.label, place.pk))
            found.append(
                Waiting(
                    place,
                    thing,
                    record,
                    kind_name(type(record)),
                    max(0, (today - timezone.localdate(place.at)).days),
                    taken_by,
                    is_own=thing.submitted_by_id == self.user.pk,
                    is_mine=taken_by is not None and taken_by.pk == self.user.pk,
                )
            )
        return found

    def beside(self, place: Place, direction: Direction) -> Place | None:
        """Return the place after, or before, one that may have left the queue."""
        is_next = direction == "next"
        legs = [
            _as_places(rows.filter(_beyond(rows.model._meta.label, place, is_next)))
            for rows in self._legs()
        ]
        sign = "" if is_next else "-"
        order = [f"{sign}{name}" for name in ("submitted_at", "label", "pk")]
        found = legs[0].union(*legs[1:], all=True).order_by(*order).first()
        return None if found is None else _place(found)

    def after(self, place: Place) -> Place | None:
        """Return what is to be looked at after ``place``; the first after the last."""
        found = self.beside(place, "next")
        if found is None:
            first = self.places().first()
            found = None if first is None else _place(first)
        return None if found == place else found

    def agencies(self) -> list[Agency]:
        """Return the agencies of which something waits, whatever is asked for."""
        legs = [rows.order_by().values("owner_id") for rows in Queue(self.user)._legs()]
        owners = legs[0].union(*legs[1:])
        found = Agency.objects.filter(pk__in=owners)
        return list(found.order_by("name_th", "pk")[:MOST_OFFERED])

    def provinces(self) -> list[Province]:
        """Return the provinces to choose from; none where a person has one."""
        scope = self.user.scope
        if not scope.everywhere and len(scope.provinces) < 2:  # a choice
            return []
        rows = Province.objects.order_by("sort_key", "code")
        return list(rows if scope.everywhere else rows.filter(pk__in=scope.provinces))

    def joining(self) -> int:
        """Return how many requests to join wait for the person."""
        return (
            JoinRequest.objects.visible_to(self.user).filter(state="submitted").count()
        )


def _waiting_records(model: type[Record], user: User) -> Any:
    manager: Any = model._default_manager
    return manager.visible_to(user).filter(status=RecordStatus.SUBMITTED)


def _as_places(rows: Any) -> Any:
    label = Value(rows.model._meta.label, output_field=CharField())
    return rows.order_by().annotate(label=label).values("submitted_at", "label", "pk")


def _place(row: Mapping[str, Any]) -> Place:
    return Place(row["submitted_at"], row["label"], row["pk"])


def _beyond(label: str, place: Place, is_next: bool) -> Q:
    """Return what of one kind stands after, or before, a place."""
    sign = "gt" if is_next else "lt"
    found = Q(**{f"submitted_at__{sign}": place.at})
    if label == place.label:
        found |= Q(submitted_at=place.at, **{f"pk__{sign}": place.pk})
    elif (label > place.label) == is_next:
        found |= Q(submitted_at=place.at)
    return found


def _load(places: Iterable[Place]) -> dict[tuple[str, int], Any]:
    wanted: dict[str, list[int]] = {}
    for place in places:
        wanted.setdefault(place.label, []).append(place.pk)
    return {
        (label, pk): row
        for label, pks in wanted.items()
        for pk, row in named(apps.get_model(label)).in_bulk(pks).items()
    }


def _records_of(proposals: Iterable[Proposal]) -> dict[tuple[str, int], Record]:
    wanted: dict[str, list[int]] = {}
    for proposal in proposals:
        wanted.setdefault(proposal.model, []).append(proposal.object_id)
    return {
        (label, pk): row
        for label, pks in sorted(wanted.items())
        for pk, row in named(apps.get_model(label)).in_bulk(pks).items()
    }
