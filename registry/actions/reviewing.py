"""Deciding on what waits: one thing, or many at once; and who looks at what.

A claim is a courtesy and no lock: others see who has taken a thing over, and may
decide all the same. The decisions themselves are those of the records and of the
proposals; here is what both have in common.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registry import acts, rules
from registry.actions import proposals, records
from registry.enums import ProposalState, RecordStatus
from registry.errors import (
    NotAllowed,
    NotVisible,
    OwnSubmission,
    RecordError,
    StepRefused,
)
from registry.models import Proposal, Record, ReviewClaim, User
from registry.packing import NOTHING_INSTEAD, Part
from registry.refusals import REFUSALS, as_refusal
from registry.reviewing import Thing, colleagues, is_waiting
from registry.thai.dates import format_datetime

DECIDED: dict[str, str | Promise] = {
    RecordStatus.PUBLISHED: _("%(name)s has approved this already, on %(when)s."),
    ProposalState.ACCEPTED: _("%(name)s has approved this already, on %(when)s."),
    RecordStatus.RETURNED: _("%(name)s has returned this already, on %(when)s."),
    RecordStatus.WITHDRAWN: _("%(name)s has withdrawn this already, on %(when)s."),
}


class AlreadyDecided(RecordError):
    """Another reviewer was quicker; says who, what and when."""

    def __init__(self, state: str, by: User | None, at: Any) -> None:
        sentence = DECIDED.get(state, _("This does not wait for a decision any more."))
        super().__init__(
            sentence
            % {"name": by or _("The register itself"), "when": format_datetime(at)}
        )


class NoSuchColleague(RecordError):
    """The person cannot decide on the thing, so it cannot be left to them."""

    message = _("Please choose a reviewer of the province who did not submit it.")


# --- One thing ------------------------------------------------------------------------


@transaction.atomic
def approve(
    thing: Thing,
    *,
    by: User,
    version: int | None = None,
    record_version: int | None = None,
    without: Collection[Part] = (),
    instead: Mapping[Part, Any] = NOTHING_INSTEAD,
    note: str = "",
) -> Record:
    """Publish a record that waits, or apply a proposal; return the record, fresh.

    :raises AlreadyDecided: if it does not wait any more.
    :raises OwnSubmission: if ``by`` submitted it.
    """
    _claim_to_decide(thing, by)
    if isinstance(thing, Proposal):
        record = proposals.accept(
            thing,
            by=by,
            version=version,
            record_version=record_version,
            without=without,
            instead=instead,
            note=note,
        )
    else:
        record = records.publish(thing, by=by, version=version, reason=note)
    _forget_claim(thing)
    return record


@transaction.atomic
def send_back(
    thing: Thing, *, by: User, note: str, version: int | None = None
) -> Thing:
    """Return what waits to who wrote it, with a note that says why.

    :raises AlreadyDecided: if it does not wait any more.
    :raises OwnSubmission: if ``by`` submitted it.
    """
    _claim_to_decide(thing, by)
    fresh: Thing
    if isinstance(thing, Proposal):
        fresh = proposals.send_back(thing, by=by, note=note, version=version)
    else:
        fresh = records.send_back(thing, by=by, note=note, version=version)
    _forget_claim(thing)
    return fresh


def _claim_to_decide(thing: Thing, by: User) -> None:
    """Lock a thing, and see that it still waits and is not the person's own."""
    fresh = _locked(thing, by)
    if not rules.reviews(by, fresh):
        raise NotAllowed
    if not is_waiting(fresh):
        raise _too_late(fresh)
    if fresh.submitted_by_id == by.pk:
        raise OwnSubmission


def _locked(thing: Thing, by: User) -> Any:
    """Lock a thing: of a proposal its record first, as everybody does."""
    if isinstance(thing, Proposal):
        manager: Any = thing.record_model._default_manager
        record = manager.filter(pk=thing.object_id).first()
        if record is None:
            raise NotVisible
        records.lock(record, by=by)
    return records.lock(thing, by=by)


def _too_late(thing: Any) -> RecordError:
    if isinstance(thing, Proposal):
        if thing.decided_by_id is None:
            return AlreadyDecided("", None, thing.updated_at)
        return AlreadyDecided(thing.state, thing.decided_by, thing.decided_at)
    if thing.stage == RecordStatus.DRAFT:
        return StepRefused(thing.stage.label, RecordStatus.PUBLISHED.label)
    return AlreadyDecided(thing.status, thing.decided_by, thing.updated_at)


# --- Many at once ---------------------------------------------------------------------


@dataclass(frozen=True)
class BulkDecision:
    """What a bulk decision did: the records it let through, and why others stayed."""

    act_id: uuid.UUID
    done: tuple[Record, ...]
    refused: tuple[tuple[Thing, str], ...]


@transaction.atomic
def approve_all(
    chosen: Sequence[tuple[Thing, int]], *, by: User, note: str = ""
) -> BulkDecision:
    """Approve each thing in the version that was shown, in one act.

    Each by its own rule: a refusal keeps only its own thing back. All rows are locked
    beforehand in one order (records by kind and key, then proposals), so that two
    bulk decisions never wait for each other in a circle.
    """
    _lock_all([thing for thing, _version in chosen])
    done: list[Record] = []
    refused: list[tuple[Thing, str]] = []
    with acts.act(by=by, reason=note) as running:
        # Producers come before their goods, which need them published.
        for thing, version in sorted(chosen, key=_in_order):
            try:
                with transaction.atomic(), acts.part():
                    done.append(approve(thing, by=by, version=version))
            except REFUSALS as error:
                refusal = as_refusal(error)
                if refusal is None:
                    raise
                refused.append((thing, str(refusal)))
    return BulkDecision(running.id, tuple(done), tuple(refused))


def _in_order(item: tuple[Thing, int]) -> tuple[bool, str, int]:
    thing, _version = item
    return isinstance(thing, Proposal), thing._meta.label, thing.pk


def _lock_all(things: Sequence[Thing]) -> None:
    """Lock everything that deciding on ``things`` will lock, in one order."""
    wanted: dict[str, set[Any]] = {}
    for thing in things:
        if isinstance(thing, Proposal):
            wanted.setdefault(thing.model, set()).add(thing.object_id)
        else:
            wanted.setdefault(thing._meta.label, set()).add(thing.pk)
    for label in list(wanted):
        model: Any = apps.get_model(label)
        for name in model.LOCKED_AFTER:
            above = model._meta.get_field(name).related_model._meta.label
            rows = model._default_manager.filter(pk__in=wanted[label])
            keys = rows.values_list(f"{name}_id", flat=True)
            wanted.setdefault(above, set()).update(keys)
    for label, keys in sorted(wanted.items()):
        _lock_rows(apps.get_model(label), keys)
    _lock_rows(Proposal, {each.pk for each in things if isinstance(each, Proposal)})


def _lock_rows(model: Any, keys: Collection[Any]) -> None:
    rows: models.QuerySet[Any] = model._default_manager.filter(pk__in=keys)
    list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


# --- Who looks at it ------------------------------------------------------------------


@transaction.atomic
def take_over(thing: Thing, *, by: User) -> None:
    """Say that ``by`` looks at a thing that waits; a colleague's claim goes over.

    :raises AlreadyDecided: if it does not wait any more.
    """
    _claim(thing, for_whom=by, by=by)


@transaction.atomic
def hand_over(thing: Thing, *, to: User, by: User) -> None:
    """Leave a thing that waits to a colleague.

    :raises NoSuchColleague: if they may not decide on it.
    """
    if to.pk not in {each.pk for each in colleagues(thing, by)}:
        raise NoSuchColleague
    _claim(thing, for_whom=to, by=by)


def _claim(thing: Thing, *, for_whom: User, by: User) -> None:
    _claim_to_decide(thing, by)
    ReviewClaim.objects.update_or_create(
        model=thing._meta.label, object_id=thing.pk, defaults={"by": for_whom}
    )


@transaction.atomic
def give_back(thing: Thing, *, by: User) -> None:
    """Take one's own claim off a thing, so that anybody goes on with it."""
    _locked(thing, by)
    _claims_on(thing).filter(by=by).delete()


def _forget_claim(thing: Thing) -> None:
    _claims_on(thing).delete()


def _claims_on(thing: Thing) -> models.QuerySet[ReviewClaim]:
    return ReviewClaim.objects.filter(model=thing._meta.label, object_id=thing.pk)
