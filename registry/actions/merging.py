"""Joining two records that were found to be one, and parting them again.

Rows are locked in one order: what lies above the records (the producers of two
products), then the two records and what moves with them, each in key order, then
their proposals. So of a merge and an edit of either record one waits for the other.
"""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _now

from registry import acts, merging, rules
from registry.actions import notices, records
from registry.actions.moving import Moves, move_back
from registry.changes import Changes
from registry.enums import ProposalState, RecordStatus
from registry.errors import (
    NotAllowed,
    NoteNeeded,
    NotReady,
    RecordError,
    StaleVersion,
)
from registry.followers import Happening, tell
from registry.models import (
    OPEN_STATES,
    Code,
    FormKey,
    Kept,
    Merge,
    Proposal,
    Record,
    User,
)
from registry.packing import pack, unpack

R = TypeVar("R", bound=Record)

#: What withdrawing changes of the record that goes, and undoing gives back.
STEP = ("status", "note", "decided_by_id")


class NotMergeable(RecordError):
    """The two records cannot become one; the message says why."""


class CannotUndo(RecordError):
    """Something newer touched the records, or the merge was undone; says which."""


# --- Merging ----------------------------------------------------------------------


@transaction.atomic
def merge(
    kept: R,
    gone: R,
    *,
    by: User | None,
    reason: str,
    taken: Collection[str] = (),
    versions: tuple[int, int] | None = None,
) -> Merge:
    """Make two records one: ``kept`` stays, ``gone`` leads to it for ever.

    ``taken`` names the parts (:func:`registry.merging.parts_of`) that are taken from
    ``gone``; ``versions`` are those of ``kept`` and ``gone`` that the person compared.
    All that points at ``gone`` follows, but for what ``kept`` has already; ``gone``
    is withdrawn, its open proposal dropped, its code leads to the code of ``kept``.

    :raises NoteNeeded: if no reason is given.
    :raises NotVisible: if either record is outside the person's scope.
    :raises NotAllowed: if the person does not review both.
    :raises StaleVersion: if either changed since ``versions``.
    :raises NotMergeable: if the two cannot be one.
    """
    if not reason.strip():
        raise NoteNeeded
    if kept.pk == gone.pk:
        raise NotMergeable(merging.why_not(kept, gone))
    kept, gone = _hold([kept, gone], by=by)
    _require(by, kept, gone)
    if versions is not None and (kept.version, gone.version) != versions:
        raise StaleVersion
    if why := merging.why_not(kept, gone):
        raise NotMergeable(why)
    said = _now("%(gone)s was merged into %(kept)s: %(reason)s") % {
        "gone": gone.code,
        "kept": kept.code,
        "reason": reason.strip(),
    }
    with acts.act(by=by, reason=said) as running:
        record = Merge(
            model=kept._meta.label,
            kept_id=kept.pk,
            gone_id=gone.pk,
            kept_code=kept.code or "",
            gone_code=gone.code or "",
            province_id=kept.province_id,
            act_id=running.id,
            reason=reason.strip(),
            by=by,
        )
        _join(record, kept, gone, taken, by=by, said=said)
    return record


def _join(
    record: Merge,
    kept: Any,
    gone: Any,
    taken: Collection[str],
    *,
    by: User | None,
    said: str,
) -> None:
    changes = Changes(_taken_fields(kept, gone, taken))
    before: dict[str, Any] = {
        "fields": pack(kept, changes)["fields"],
        "taken": sorted(taken),
        "gone": {name: getattr(gone, name) for name in STEP},
    }
    stage = gone.stage
    for name, value in changes.fields.items():
        setattr(kept, name, value)
    _write(kept, by)
    # Taking another place must not move it out of one's own scope.
    _require(by, kept)
    if kept.is_published and (obstacles := kept.obstacles()):
        raise NotReady(obstacles)
    # Told to nobody before its goods have left: they would be withdrawn with it.
    gone.status, gone.note, gone.decided_by = RecordStatus.WITHDRAWN, said, by
    _write(gone, by)
    moves = Moves(kept, gone, by)
    for link in merging.links_of(type(kept)):
        moves.follow(link)
    before["rows"], before["stayed"] = moves.rows, moves.stayed
    before["proposal"] = _drop_proposal(gone, by, said)
    if stage != RecordStatus.WITHDRAWN:
        notices.decided(gone, by=by, submitter=gone.submitted_by_id)
    before["codes"] = _supersede(gone.code, kept.code)
    before["keys"] = _lead_form_keys(kept._meta.label, gone.pk, kept.pk)
    tell(
        Happening(
            kept,
            before=kept.stage,
            fields=frozenset(changes.fields),
            children=moves.own,
        )
    )
    tell(Happening(gone, before=stage, children=moves.own))
    record.moved, record.before = moves.moved, before
    record.versions = {
        merging.key_of_row(row): row.version for row in (kept, gone, *moves.kept_rows)
    }
    record.save(force_insert=True)


def _taken_fields(kept: Any, gone: Any, taken: Collection[str]) -> dict[str, Any]:
    return {
        column.name: getattr(gone, column.name)
        for part in merging.parts_of(type(kept))
        if part.name in taken and part.values(kept) != part.values(gone)
        for column in part.columns
    }


def _drop_proposal(gone: Record, by: User | None, said: str) -> dict[str, Any] | None:
    """Drop the open proposal of a record that goes; return how it stood."""
    found = (
        Proposal.objects.select_for_update(of=("self",))
        .filter(model=gone._meta.label, object_id=gone.pk, state__in=OPEN_STATES)
        .first()
    )
    if found is None:
        return None
    former = {"pk": found.pk, "state": found.state, "note": found.note}
    found.state, found.note = ProposalState.DROPPED, said
    _write_proposal(found, by)
    if by is not None and former["state"] == ProposalState.SUBMITTED:
        notices.proposal_decided(found, gone, by=by)
    return former | {"version": found.version}


def _supersede(gone: str, kept: str) -> list[str]:
    """Lead a code, and all that led to it, to another; return the latter."""
    # In key order, as everybody who locks codes.
    list(Code.objects.select_for_update().filter(pk__in={gone, kept}).order_by("pk"))
    chained = list(
        Code.objects.filter(superseded_by=gone)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    Code.objects.filter(pk__in=[gone, *chained]).update(superseded_by=kept)
    return chained


def _lead_form_keys(label: str, source: int, target: int) -> list[str]:
    """Have forms and files that made one record find another; return their keys."""
    found = FormKey.objects.filter(model=label, object_id=source)
    keys = [str(key) for key in found.values_list("key", flat=True)]
    found.update(object_id=target)
    return keys


# --- Undoing ----------------------------------------------------------------------


@transaction.atomic
def undo(done: Merge, *, by: User | None, reason: str) -> Merge:
    """Part two merged records again: every row goes back to where it was.

    :raises NoteNeeded: if no reason is given.
    :raises NotVisible: if either record is outside the person's scope.
    :raises NotAllowed: if the person does not review both.
    :raises CannotUndo: if it was undone already, or a row was touched since.
    """
    if not reason.strip():
        raise NoteNeeded
    kept, gone = _hold(
        [merging.record_at(done, done.kept_id), merging.record_at(done, done.gone_id)],
        by=by,
    )
    _require(by, kept, gone)
    _hold_moved(done)
    fresh: Merge = Merge.objects.select_for_update(of=("self",)).get(pk=done.pk)
    if obstacles := merging.in_the_way(fresh):
        raise CannotUndo(" ".join(obstacles))
    said = _now("The merge of %(gone)s into %(kept)s was undone: %(reason)s") % {
        "gone": fresh.gone_code,
        "kept": fresh.kept_code,
        "reason": reason.strip(),
    }
    with acts.act(by=by, reason=said):
        _part(fresh, kept, gone, by)
        fresh.undone_at, fresh.undone_by = timezone.now(), by
        fresh.save(update_fields=["undone_at", "undone_by"])
    return fresh


def _hold_moved(done: Merge) -> None:
    """Lock the kept rows that moved, in key order, before their versions are read."""
    keys: dict[str, list[int]] = {}
    for key in done.versions:
        label, _colon, pk = key.partition(":")
        if label != done.model:
            keys.setdefault(label, []).append(int(pk))
    for label in sorted(keys):
        model: Any = apps.get_model(label)
        rows = model._default_manager.filter(pk__in=keys[label])
        list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def _part(done: Merge, kept: Any, gone: Any, by: User | None) -> None:
    before = done.before
    backwards = {name: [new, old] for name, (old, new) in before["fields"].items()}
    fields = unpack(kept, {"fields": backwards, "children": {}}).fields
    for name, value in fields.items():
        setattr(kept, name, value)
    _write(kept, by)
    gone.status, gone.note = before["gone"]["status"], before["gone"]["note"]
    gone.decided_by = User.objects.filter(pk=before["gone"]["decided_by_id"]).first()
    _write(gone, by)
    names = move_back(done, kept, gone, by)
    _reopen_proposal(before["proposal"], by)
    Code.objects.filter(pk=gone.code).update(superseded_by=None)
    Code.objects.filter(pk__in=before["codes"]).update(superseded_by=gone.code)
    FormKey.objects.filter(key__in=before["keys"]).update(object_id=gone.pk)
    tell(Happening(kept, before=kept.stage, fields=frozenset(fields), children=names))
    tell(Happening(gone, before=RecordStatus.WITHDRAWN, children=names))


def _reopen_proposal(former: Mapping[str, Any] | None, by: User | None) -> None:
    """Give a proposal that was dropped its state back, unless it moved on."""
    if former is None:
        return
    found = Proposal.objects.select_for_update(of=("self",)).filter(
        pk=former["pk"], version=former["version"], state=ProposalState.DROPPED
    )
    for proposal in found:
        proposal.state, proposal.note = former["state"], former["note"]
        _write_proposal(proposal, by)


# --- Both -------------------------------------------------------------------------


def _hold(rows: list[R], *, by: User | None) -> list[R]:
    """Return ``rows`` fresh and locked: what lies above first, then in key order.

    :raises NotVisible: if one of them is outside the scope of ``by``.
    """
    model: Any = type(rows[0])
    keys = [row.pk for row in rows]
    for name in model.LOCKED_AFTER:
        above: Any = model._meta.get_field(name).related_model
        wanted = model._default_manager.filter(pk__in=keys).values(f"{name}_id")
        locked = above.objects.select_for_update(no_key=True).filter(pk__in=wanted)
        list(locked.order_by("pk").values_list("pk"))
    found = {
        row.pk: records.lock(row, by=by) for row in sorted(rows, key=lambda row: row.pk)
    }
    return [found[key] for key in keys]


def _require(by: User | None, *rows: Record) -> None:
    for row in rows:
        for verb in ("merge", "edit"):
            if by is not None and not rules.allowed(verb, by, row):
                raise NotAllowed


def _write(row: Kept, by: User | None) -> None:
    row.version += 1
    row.updated_by = by
    row.settle()
    row.save()


def _write_proposal(proposal: Proposal, by: User | None) -> None:
    proposal.version += 1
    proposal.updated_by = by
    proposal.save()
