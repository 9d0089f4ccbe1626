"""One thing that is reviewed, and what a reviewer wants to know of it."""

import datetime
from dataclasses import dataclass
from typing import Any

from registry.enums import ProposalState, RecordStatus
from registry.models import Proposal, Record, User
from registry.reviewing.kinds import Thing

#: Other records that are shown as possibly the same one.
SHOWN_DUPLICATES = 5


def is_waiting(thing: Thing) -> bool:
    """Tell whether a thing waits for a decision."""
    if isinstance(thing, Proposal):
        return thing.stage == ProposalState.SUBMITTED
    return thing.stage == RecordStatus.SUBMITTED


def record_of(thing: Thing) -> Any:
    """Return the record a thing is about; None if it is gone. One query at most."""
    if isinstance(thing, Proposal):
        manager: Any = thing.record_model._default_manager
        return manager.filter(pk=thing.object_id).first()
    return thing


def duplicates_of(record: Record, user: User) -> list[Record]:
    """Return records of the same name in the same district. One query, or none."""
    model: Any = type(record)
    names = {column.name for column in model._meta.concrete_fields}
    if not {"name_fold", "district"} <= names:
        return []
    row: Any = record
    same = model._default_manager.visible_to(user).filter(
        name_fold=row.name_fold, district_id=row.district_id
    )
    others = same.exclude(pk=record.pk).exclude(status=RecordStatus.WITHDRAWN)
    return list(others.order_by("pk")[:SHOWN_DUPLICATES])


@dataclass(frozen=True)
class Returned:
    """A decision that asked for more: when, by whom, why."""

    at: datetime.datetime
    by: User | None
    note: str


def earlier_notes(thing: Thing) -> list[Returned]:
    """Return with which notes a thing came back before, the latest first. One query."""
    returned = {"state": "returned"} if isinstance(thing, Proposal) else {}
    returned = returned or {"status": "returned"}
    history: Any = type(thing).history  # type: ignore[union-attr] # of every concrete kind
    rows = history.filter(id=thing.pk, **returned).exclude(note="")
    found: list[Returned] = []
    seen: set[tuple[str, Any]] = set()
    for row in rows.select_related("decided_by").order_by("history_id"):
        # An edit of what was returned carries the note along.
        if (row.note, row.decided_by_id) not in seen or not found:
            found.append(Returned(row.history_date, row.decided_by, row.note))
        seen.add((row.note, row.decided_by_id))
    return found[::-1]


def title_of(thing: Thing) -> str:
    """Return code and name of a record, or of what a proposal would change."""
    record = record_of(thing) if isinstance(thing, Proposal) else thing
    if record is None:
        return str(thing)
    return " ".join(filter(None, [getattr(record, "code", None), str(record)]))
