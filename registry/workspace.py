"""What a person works on: their records, what came back, what waits, what is unsent.

Selections and counts for the pages of the workspace; nothing is written here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import models
from django.db.models import Count
from django.utils.functional import cached_property

from registry import rules
from registry.actions import drafts
from registry.desks import Completeness, Desk, desk_at, desks
from registry.enums import ProposalState, RecordStatus, Role
from registry.forms.workspace import name_in, readable
from registry.models import FormDraft, Proposal, Record, User

#: Of each kind on the first page; the lists show the rest.
SHOWN = 10
#: How a person may write to a record: at once, as a proposal, or not now.
Way = Literal["edit", "propose", "read"]


def own(desk: Desk, user: User) -> Any:
    """Return the records of a desk that a person keeps.

    A reviewer keeps those of the agency; the others are worked on in the admin.
    """
    manager: Any = desk.model._default_manager
    rows = manager.visible_to(user)
    keeps_some = user.role in {Role.REVIEWER, Role.ADMINISTRATOR}
    if keeps_some and user.agency_id is not None:
        return rows.filter(owner_id=user.agency_id)
    return rows


def way_of(user: User, record: Record) -> Way:
    """Return how a person may write to a record now."""
    if rules.allowed("edit", user, record):
        return "edit"
    return "propose" if rules.allowed("propose", user, record) else "read"


def may_enter(user: User) -> bool:
    """Tell whether a person enters new records; a producer's account never does."""
    return user.role != Role.PRODUCER


# --- One record in a list ---------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """A record as a line: what it lacks, and the change to it that is open."""

    desk: Desk
    record: Any
    user: User
    proposal: Proposal | None = None

    @cached_property
    def completeness(self) -> Completeness:
        """Return how complete it is. Reads what the desk says it reads."""
        return self.desk.completeness(self.record)

    @property
    def may_submit(self) -> bool:
        """Tell whether the person can hand it to the reviewers."""
        record = self.record
        return (
            record.stage.may_become(RecordStatus.SUBMITTED)
            and record.status in rules.OPEN
            and rules.allowed("submit", self.user, record)
        )

    @property
    def may_submit_proposal(self) -> bool:
        """Tell whether the open change can be handed to the reviewers."""
        return self.proposal is not None and self.proposal.stage.may_become(
            ProposalState.SUBMITTED
        )


def items(desk: Desk, user: User, records: Iterable[Any]) -> list[Item]:
    """Return records as lines of a list. One query, for their open changes."""
    listed = list(records)
    published = [record.pk for record in listed if record.is_published]
    changed = {each.object_id: each for each in open_ones(desk, user, published)}
    return [Item(desk, each, user, changed.get(each.pk)) for each in listed]


def open_ones(desk: Desk, user: User, keys: Sequence[int]) -> Iterable[Proposal]:
    """Return the open changes to records, as far as the person may know of them."""
    if not keys:
        return ()
    found = Proposal.objects.visible_to(user).open()
    return found.filter(model=desk.model._meta.label, object_id__in=keys)


def listed(desk: Desk, rows: Any) -> Any:
    """Load with each row what a line of a list shows of it."""
    if hasattr(rows, "for_listing"):
        rows = rows.for_listing()
    return rows.select_related("updated_by").prefetch_related(*desk.reads)


def counts(desk: Desk, user: User) -> dict[RecordStatus, int]:
    """Return how many records a person keeps, by status. One query."""
    found = dict(
        own(desk, user).order_by().values_list("status").annotate(count=Count("pk"))
    )
    return {status: found.get(status.value, 0) for status in RecordStatus}


# --- The first page ---------------------------------------------------------------


@dataclass(frozen=True)
class Shelf:
    """One kind of record: how many there are, and those that ask for something."""

    desk: Desk
    counts: Mapping[RecordStatus, int]
    returned: Sequence[Item]
    waiting: Sequence[Item]

    @property
    def title(self) -> str:
        """Return what many of them are called."""
        return str(self.desk.model._meta.verbose_name_plural)

    @property
    def total(self) -> int:
        """Return how many there are."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Unsent:
    """A form that was not saved."""

    draft: FormDraft
    desk: Desk
    name: str
    pk: int | None

    @property
    def saved_at(self) -> datetime:
        """Return when it was kept last."""
        return self.draft.saved_at


@dataclass(frozen=True)
class Desktop:
    """All that the first page shows a person."""

    shelves: Sequence[Shelf]
    proposals: Sequence[Item]
    unsent: Sequence[Unsent]

    @property
    def returned(self) -> list[Item]:
        """Return what came back: records, and changes to published ones."""
        back = [item for shelf in self.shelves for item in shelf.returned]
        return [*back, *self._in_state(ProposalState.RETURNED)]

    @property
    def begun(self) -> list[Item]:
        """Return changes that nobody has submitted yet."""
        return self._in_state(ProposalState.DRAFT)

    @property
    def waiting(self) -> list[Item]:
        """Return what lies with the reviewers."""
        there = [item for shelf in self.shelves for item in shelf.waiting]
        return [*there, *self._in_state(ProposalState.SUBMITTED)]

    def _in_state(self, state: ProposalState) -> list[Item]:
        return [
            item
            for item in self.proposals
            if item.proposal is not None and item.proposal.stage == state
        ]


def desktop(user: User) -> Desktop:
    """Return the first page of a person.

    Four queries a desk, and four more, however much there is.
    """
    shelves = [_shelf(desk, user) for desk in desks()]
    return Desktop(shelves, _changes_of(user), unsent_of(user))


def _shelf(desk: Desk, user: User) -> Shelf:
    asking = own(desk, user).select_related("decided_by")
    back = asking.filter(status=RecordStatus.RETURNED).order_by("-updated_at", "pk")
    there = asking.filter(status=RecordStatus.SUBMITTED).order_by("submitted_at", "pk")
    return Shelf(
        desk,
        counts(desk, user),
        [Item(desk, row, user) for row in back[:SHOWN]],
        [Item(desk, row, user) for row in there[:SHOWN]],
    )


def _changes_of(user: User) -> list[Item]:
    """Return the open changes a person works on, those that came back first."""
    found = Proposal.objects.visible_to(user).open()
    if user.role == Role.REVIEWER:
        found = found.filter(owner_id=user.agency_id)
    state = models.Case(
        models.When(state=ProposalState.RETURNED, then=0),
        models.When(state=ProposalState.DRAFT, then=1),
        default=2,
    )
    open_now = list(
        found.select_related("decided_by").order_by(state, "-updated_at", "pk")[
            : 3 * SHOWN
        ]
    )
    rows = {
        (desk.model._meta.label, row.pk): (desk, row)
        for desk in desks()
        for row in _rows_at(
            desk,
            user,
            [
                each.object_id
                for each in open_now
                if each.model == desk.model._meta.label
            ],
        )
    }
    return [
        Item(*rows[each.model, each.object_id], user, each)
        for each in open_now
        if (each.model, each.object_id) in rows
    ]


def _rows_at(desk: Desk, user: User, keys: Sequence[int]) -> Iterable[Any]:
    if not keys:
        return ()
    manager: Any = desk.model._default_manager
    return manager.visible_to(user).filter(pk__in=keys)


def unsent_of(user: User) -> list[Unsent]:
    """Return the forms a person did not save, as far as their records are there."""
    kept = drafts.unsent(user)
    known = {
        (desk.slug, row.pk): row
        for desk in desks()
        for row in _rows_at(
            desk,
            user,
            [pk for slug, pk in map(_parted, kept) if slug == desk.slug and pk],
        )
    }
    found = []
    for draft in kept:
        slug, pk = _parted(draft)
        desk = desk_at(slug)
        typed = readable(draft.body)
        if desk is None or typed is None or (pk and (slug, pk) not in known):
            continue
        name = str(known[slug, pk]) if pk else name_in(typed)
        found.append(Unsent(draft, desk, name, pk))
    return found


def _parted(draft: FormDraft) -> tuple[str, int | None]:
    slug, _colon, number = draft.key.partition(":")
    return slug, int(number) if number.isdecimal() else None
