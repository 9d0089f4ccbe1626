"""Proposing changes to published records, and deciding on them.

The record is locked before its proposal, always in this order: of a reviewer
who accepts and a colleague who edits at the same moment, one waits.
"""

import copy
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry import acts, rules
from registry.actions import notices, records
from registry.changes import Changes
from registry.enums import ProposalState, Role
from registry.errors import (
    NotAllowed,
    NoteNeeded,
    NotReady,
    NotVisible,
    Outdated,
    OwnSubmission,
    RecordError,
    StaleVersion,
    StepRefused,
)
from registry.models import OPEN_STATES, Proposal, Record, User
from registry.packing import (
    NOTHING_INSTEAD,
    Part,
    clashes,
    field_of,
    flat,
    pack,
    parts_of,
    unpack,
)


class NothingToPropose(RecordError):
    """The form holds what the record holds."""

    message = _("Nothing was changed, so there is nothing to propose.")


class OneIsOpen(RecordError):
    """Somebody else's proposal for the record is open, and not for this person."""

    message = _(
        "Another change to this record is already waiting. Please try again when "
        "it has been decided."
    )


class NothingLeft(RecordError):
    """The reviewer leaves out everything that was proposed."""

    message = _(
        "Nothing of the proposal is left. If none of it is to be applied, return it "
        "and say why."
    )


class NoLongerPublic(RecordError):
    """The record was withdrawn after the proposal was written."""

    message = _(
        "The record is not published any more, so a change to it cannot be accepted. "
        "Return the proposal, or publish the record first."
    )


class DoesNotFit(RecordError):
    """The parts that are to be applied do not go with what stands there now."""

    message = _(
        "What is to be applied does not go together with what stands there now. "
        "Leave out a part, or return the proposal."
    )


def open_proposal(record: Record, *, of: User) -> Proposal | None:
    """Return the open proposal of a record that ``of`` may go on with. One query."""
    found = Proposal.objects.visible_to(of).open()
    label = record._meta.label
    return found.filter(model=label, object_id=record.pk).first()


@transaction.atomic
def propose(
    record: Record,
    changes: Changes,
    *,
    by: User,
    version: int | None = None,
    proposal_version: int | None = None,
    typed: str = "",
    reason: str = "",
    submit: bool = False,
) -> Proposal:
    """Keep ``changes`` to a published record as its open proposal; return it.

    An open one takes the new content. ``version`` is that of the record the form
    was made from, ``proposal_version`` that of the open proposal it went on with, 0
    where none was open. With ``submit`` it goes to the reviewers at once.

    :raises NotAllowed: if the record is not published, or not the person's.
    :raises StaleVersion: if record or proposal changed since then.
    :raises OneIsOpen: if somebody else's proposal is open.
    :raises NothingToPropose: if ``changes`` is empty.
    """
    fresh = records.lock(record, by=by)
    _require("propose", by, fresh)
    if version is not None and fresh.version != version:
        raise StaleVersion
    if not changes:
        raise NothingToPropose
    proposal = _open_one(fresh, by)
    if proposal_version is not None and proposal.version != proposal_version:
        # A colleague of the same agency goes on with it too.
        raise StaleVersion
    if proposal.stage == ProposalState.SUBMITTED:
        # A reviewer may be reading it: it is called back first.
        raise StepRefused(proposal.stage.label, ProposalState.DRAFT.label)
    with acts.act(by=by, reason=reason):
        proposal.data = pack(fresh, changes)
        proposal.typed = typed
        proposal.reason = reason
        proposal.base_version = fresh.version
        _write(proposal, by)
        if submit:
            _submit(proposal, by)
    return proposal


def _open_one(record: Record, by: User) -> Proposal:
    """Return the record's open proposal, locked, or a fresh one."""
    label = record._meta.label
    opened = Proposal.objects.select_for_update(of=("self",)).filter(
        model=label, object_id=record.pk, state__in=OPEN_STATES
    )
    found = opened.first()
    if found is None:
        fresh = Proposal(
            model=label,
            object_id=record.pk,
            owner_id=record.owner_id,
            province_id=record.province_id,
            base_version=record.version,
        )
        fresh.created_by = by
        fresh.version = 0
        return fresh
    if not Proposal.objects.visible_to(by).filter(pk=found.pk).exists():
        raise OneIsOpen
    return found


@transaction.atomic
def submit(proposal: Proposal, *, by: User, version: int | None = None) -> Proposal:
    """Hand a proposal to the reviewers of the record's province."""
    fresh, record = _locked(proposal, by=by)
    _require("propose", by, record)
    _check(fresh, ProposalState.SUBMITTED, version)
    with acts.act(by=by, reason=fresh.reason):
        _submit(fresh, by)
    return fresh


def _submit(proposal: Proposal, by: User) -> None:
    proposal.state = ProposalState.SUBMITTED
    proposal.submitted_at, proposal.submitted_by = timezone.now(), by
    proposal.decided_at = proposal.decided_by = None
    _write(proposal, by)


@transaction.atomic
def call_back(proposal: Proposal, *, by: User, version: int | None = None) -> Proposal:
    """Take a submitted proposal back to go on writing it."""
    fresh, record = _locked(proposal, by=by)
    _require("propose", by, record)
    _check(fresh, ProposalState.DRAFT, version)
    with acts.act(by=by):
        fresh.state = ProposalState.DRAFT
        fresh.submitted_at = fresh.submitted_by = None
        _write(fresh, by)
    return fresh


@transaction.atomic
def drop(proposal: Proposal, *, by: User, version: int | None = None) -> Proposal:
    """Give a proposal up; the record stays as it is, withdrawn or not."""
    fresh, record = _locked(proposal, by=by)
    if by.role not in {Role.OFFICER, Role.PRODUCER}:
        raise NotAllowed
    _check(fresh, ProposalState.DROPPED, version)
    with acts.act(by=by):
        fresh.state = ProposalState.DROPPED
        _write(fresh, by)
        notices.proposal_decided(fresh, record, by=by)
    return fresh


@transaction.atomic
def accept(
    proposal: Proposal,
    *,
    by: User,
    version: int | None = None,
    record_version: int | None = None,
    without: Collection[Part] = (),
    instead: Mapping[Part, Any] = NOTHING_INSTEAD,
    note: str = "",
) -> Record:
    """Apply a proposal to its record and return the record, fresh.

    ``without`` names parts the reviewer leaves out, ``instead`` gives other clean
    values for parts; both are remembered with the proposal. Where the record
    changed since the proposal was written, ``record_version`` must be the version
    the reviewer compared it with.

    :raises OwnSubmission: if ``by`` submitted it.
    :raises NoLongerPublic: if the record was withdrawn meanwhile.
    :raises Outdated: if the record changed and nobody has compared the versions.
    :raises StaleVersion: if proposal or record changed since the reviewer read them.
    :raises NothingLeft: if every part is left out.
    :raises DoesNotFit: if the record would break a rule of the database.
    :raises NotReady: if the record would lack what publication needs.
    """
    fresh, record = _locked(proposal, by=by)
    _may_decide("edit", fresh, record, by)
    _check(fresh, ProposalState.ACCEPTED, version)
    if not record.is_published:
        raise NoLongerPublic
    if record_version is not None and record.version != record_version:
        raise StaleVersion
    has_moved_on = record_version is None and record.version != fresh.base_version
    if has_moved_on and clashes(record, fresh.data):
        raise Outdated
    if set(parts_of(fresh.data)) <= set(without):
        raise NothingLeft
    changes = unpack(record, fresh.data, without=without, instead=instead)
    with acts.act(by=by, reason=note or fresh.reason):
        record = _apply(record, changes, by)
        fresh.state = ProposalState.ACCEPTED
        fresh.data = fresh.data | _deviation(record, without, instead)
        _decide(fresh, by, note)
        notices.proposal_decided(fresh, record, by=by)
    return record


def _apply(record: Any, changes: Changes, by: User) -> Record:
    """Edit the record as any form does, but for the form's own checks."""
    _check_fit(record, changes)
    try:
        with transaction.atomic():
            edited: Record = records.edit(record, changes, by=by)
    except IntegrityError as error:
        raise DoesNotFit from error
    obstacles = edited.obstacles()
    if obstacles:
        raise NotReady(obstacles)
    return edited


def _check_fit(record: Any, changes: Changes) -> None:
    """Ask the record's constraints, which know why they refuse; writes nothing."""
    trial = copy.copy(record)
    many = {field.name for field in record._meta.many_to_many}
    for name, value in changes.fields.items():
        if name not in many:
            setattr(trial, name, value)
    trial.settle()
    try:
        trial.validate_constraints()
    except ValidationError as error:
        raise DoesNotFit(" ".join(error.messages)) from error


def _deviation(
    record: Any, without: Collection[Part], instead: Mapping[Part, Any]
) -> dict[str, Any]:
    """Return what was applied otherwise than proposed, as data; mostly nothing."""
    found: dict[str, Any] = {}
    if without:
        found["left_out"] = sorted(without)
    if instead:
        found["instead"] = {
            part: flat(field_of(type(record), part), value)
            for part, value in sorted(instead.items())
        }
    return found


@transaction.atomic
def send_back(
    proposal: Proposal, *, by: User, note: str, version: int | None = None
) -> Proposal:
    """Return a proposal to who wrote it, with a note that says why.

    :raises NoteNeeded: if the note is empty.
    :raises OwnSubmission: if ``by`` submitted it; they call it back instead.
    """
    if not note.strip():
        raise NoteNeeded
    fresh, record = _locked(proposal, by=by)
    _may_decide("return", fresh, record, by)
    _check(fresh, ProposalState.RETURNED, version)
    with acts.act(by=by, reason=note):
        fresh.state = ProposalState.RETURNED
        _decide(fresh, by, note)
        notices.proposal_decided(fresh, record, by=by)
    return fresh


def _may_decide(verb: str, proposal: Proposal, record: Record, by: User) -> None:
    _require(verb, by, record)
    if proposal.submitted_by_id == by.pk:
        raise OwnSubmission


def _decide(proposal: Proposal, by: User, note: str) -> None:
    proposal.note = note
    proposal.decided_at, proposal.decided_by = timezone.now(), by
    _write(proposal, by)


def _locked(proposal: Proposal, *, by: User) -> tuple[Proposal, Any]:
    """Return proposal and record, fresh and locked, the record first.

    :raises NotVisible: if either is outside the scope of ``by``.
    """
    manager: Any = proposal.record_model._default_manager
    record = manager.filter(pk=proposal.object_id).first()
    if record is None:
        raise NotVisible
    locked = records.lock(record, by=by)
    return records.lock(proposal, by=by), locked


def _check(proposal: Proposal, to: ProposalState, version: int | None) -> None:
    if not proposal.stage.may_become(to):
        raise StepRefused(proposal.stage.label, to.label)
    if version is not None and proposal.version != version:
        raise StaleVersion


def _require(verb: str, by: User, record: Any) -> None:
    if not rules.allowed(verb, by, record):
        raise NotAllowed


def _write(proposal: Proposal, by: User) -> None:
    proposal.version += 1
    proposal.updated_by = by
    proposal.save()


def follow_records(label: str, keys: Collection[int]) -> None:
    """Give open proposals the owner and province that their records have now.

    Called inside the act that moved the records. Two queries, and one a proposal.
    """
    waiting = Proposal.objects.filter(
        model=label, object_id__in=keys, state__in=OPEN_STATES
    )
    for proposal in waiting.select_for_update(of=("self",)).order_by("pk"):
        manager: Any = proposal.record_model._default_manager
        record = manager.get(pk=proposal.object_id)
        moved = (proposal.owner_id, proposal.province_id) != (
            record.owner_id,
            record.province_id,
        )
        if moved:
            proposal.owner_id = record.owner_id
            proposal.province_id = record.province_id
            proposal.save()
