"""Entering and publishing thousands of rows at once.

What :mod:`registry.actions.records` does for one row, with the same rights,
history and followers, in a number of queries that hardly grows with the rows.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from registry import acts, rules
from registry.actions import notices
from registry.actions.codes import allocate_many
from registry.actions.records import BulkResult, refuse_merged
from registry.derived import in_batches
from registry.enums import RecordStatus
from registry.errors import (
    Busy,
    NotAllowed,
    NotReady,
    NotVisible,
    OwnSubmission,
    RecordError,
    StepRefused,
)
from registry.followers import Happening, tell_all
from registry.models import Child, FormKey, Kept, Record, User, children_of, parent_key

K = TypeVar("K", bound=Kept)
R = TypeVar("R", bound=Record)

#: Rows an INSERT holds.
BATCH = 500


@dataclass(frozen=True)
class Entry:
    """One row to enter: clean and unsaved, with what belongs to it.

    ``form_key`` is what it is known by from then on (see :func:`used_keys`).
    """

    row: Any
    children: Mapping[str, Sequence[Child]] = field(default_factory=dict)
    form_key: uuid.UUID | None = None


def used_keys(
    model: type[models.Model], keys: Iterable[uuid.UUID]
) -> dict[uuid.UUID, int]:
    """Return what each of ``keys`` made before: its row's primary key."""
    wanted = list(keys)
    found: dict[uuid.UUID, int] = {}
    for start in range(0, len(wanted), BATCH):
        used = FormKey.objects.filter(
            key__in=wanted[start : start + BATCH],
            model=model._meta.label,
        )
        for key, pk in used.values_list("key", "object_id"):
            if pk is not None:
                found[key] = pk
    return found


@transaction.atomic
def create_many(
    model: type[K], entries: Sequence[Entry], *, by: User | None, reason: str = ""
) -> list[K]:
    """Enter the rows of ``entries``, all of them new, and return them.

    :raises NotAllowed: if ``by`` may not enter one of them.
    :raises Busy: if somebody entered one of them under its form key meanwhile.
    """
    rows: list[K] = [each.row for each in entries]
    if not rows:
        return []
    for row in rows:
        row.settle()
        _require("create", by, row)
        row.created_by = row.updated_by = by
    with acts.act(by=by, reason=reason):
        _give_codes(rows)
        model._default_manager.bulk_create(rows, batch_size=BATCH)
        _remember(model, rows, update=False)
        _take_keys(model, entries)
        for name, child_model in children_of(model).items():
            _create_children(model, name, child_model, entries)
        tell_all(
            [
                Happening(
                    each.row, created=True, children=frozenset(each.children.keys())
                )
                for each in entries
            ]
        )
    return rows


def _give_codes(rows: Sequence[Kept]) -> None:
    """Give each record without a code the next one of its province, in order."""
    without: dict[tuple[str, str], list[Record]] = {}
    for row in rows:
        if isinstance(row, Record) and row.CODE_LETTER and not row.code:
            without.setdefault((row.province_id, row.CODE_LETTER), []).append(row)
    # In one order, so that two bulk acts never wait for each other in a circle.
    for (province, letter), waiting in sorted(
        without.items(), key=lambda each: each[0]
    ):
        codes = allocate_many(province, letter, len(waiting))
        for row, code in zip(waiting, codes, strict=True):
            row.code = code


def _take_keys(model: type[Kept], entries: Sequence[Entry]) -> None:
    keys = [
        FormKey(key=each.form_key, model=model._meta.label, object_id=each.row.pk)
        for each in entries
        if each.form_key is not None
    ]
    try:
        with transaction.atomic():
            FormKey.objects.bulk_create(keys, batch_size=BATCH)
    except IntegrityError as taken:
        raise Busy from taken


def _create_children(
    model: type[Kept], name: str, child_model: type[Child], entries: Sequence[Entry]
) -> None:
    key = parent_key(model, name)
    children: list[Child] = []
    for entry in entries:
        for child in entry.children.get(name, ()):
            setattr(child, key, entry.row)
            child.settle()
            children.append(child)
    if children:
        child_model._default_manager.bulk_create(children, batch_size=BATCH)
        _remember(child_model, children, update=False)


@transaction.atomic
def publish_many(
    model: type[R], keys: Iterable[int], *, by: User | None, reason: str = ""
) -> BulkResult:
    """Let the public read the records of ``keys``, in one act.

    What may not be published stays as it is; the result says why.
    """
    now = timezone.now()
    done: list[Happening] = []
    refused: list[tuple[Any, str]] = []
    with acts.act(by=by, reason=reason) as running:
        for batch in in_batches(keys):
            happenings = []
            for record in _locked(model, batch, by=by):
                before, submitter = record.stage, record.submitted_by_id
                try:
                    _check_publication(record, by=by)
                except RecordError as refusal:
                    refused.append((record, str(refusal)))
                    continue
                _publish(record, by=by, note=reason, now=now)
                happenings.append(Happening(record, before=before))
                notices.decided(record, by=by, submitter=submitter)
            _write_publication(model, [each.row for each in happenings], now=now)
            done += happenings
        tell_all(done)
    return BulkResult(running.id, tuple(each.row for each in done), tuple(refused))


def _locked(model: type[R], batch: Sequence[int], *, by: User | None) -> list[R]:
    """Return the records of ``batch`` locked, with the rows their checks read.

    :raises NotVisible: if one is gone or outside the scope of ``by``.
    """
    manager: Any = model._default_manager
    visible = manager.all() if by is None else manager.visible_to(by)
    rows = visible.filter(pk__in=batch).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))
    found = list(rows.for_listing())
    if len(found) < len(batch):
        raise NotVisible
    return found


def _check_publication(record: Record, *, by: User | None) -> None:
    if not record.stage.may_become(RecordStatus.PUBLISHED):
        raise StepRefused(record.stage.label, RecordStatus.PUBLISHED.label)
    refuse_merged(record)
    own = by is not None and record.submitted_by_id == by.pk
    if own and record.stage == RecordStatus.SUBMITTED:
        raise OwnSubmission
    _require("publish", by, record)
    obstacles = record.obstacles()
    if obstacles:
        raise NotReady(obstacles)


def _publish(record: Record, *, by: User | None, note: str, now: datetime) -> None:
    """Set what publication sets, as :func:`registry.actions.records.publish` does."""
    if record.stage != RecordStatus.SUBMITTED:
        record.submitted_at = record.submitted_by = None
    record.status = RecordStatus.PUBLISHED
    record.note = note
    record.decided_by = record.updated_by = by
    record.published_at = record.published_at or now
    record.updated_at = now
    record.version += 1


def _write_publication(
    model: type[Record], records: Sequence[Record], *, now: datetime
) -> None:
    """Write what :func:`_publish` set, in one statement for all that is alike."""
    alike: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        alike.setdefault((record.submitted_at, record.submitted_by_id), []).append(
            record
        )
    for (submitted_at, submitted_by_id), group in alike.items():
        first = group[0]
        model._default_manager.filter(pk__in=[each.pk for each in group]).update(
            status=first.status,
            note=first.note,
            decided_by=first.decided_by,
            updated_by=first.updated_by,
            submitted_at=submitted_at,
            submitted_by=submitted_by_id,
            published_at=Coalesce(F("published_at"), now),
            updated_at=now,
            version=F("version") + 1,
        )
    _remember(model, records, update=True)


def _remember(
    model: type[models.Model], rows: Sequence[models.Model], *, update: bool
) -> None:
    """Write one history row for each of ``rows``, tied to the open act."""
    running = acts.current()
    history: Any = model.history  # type: ignore[attr-defined]
    history.bulk_history_create(
        rows,
        batch_size=BATCH,
        update=update,
        default_user=running.by,
        default_change_reason=running.reason,
    )


def _require(verb: str, by: User | None, row: Kept) -> None:
    if by is not None and not rules.allowed(verb, by, row):
        raise NotAllowed
