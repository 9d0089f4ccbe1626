"""Publishing many records at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from registry import acts
from registry.actions import notices
from registry.actions.bulk.entering import require
from registry.actions.records import BulkResult, refuse_merged
from registry.derived import in_batches
from registry.enums import RecordStatus
from registry.errors import (
    NotReady,
    NotVisible,
    OwnSubmission,
    RecordError,
    StepRefused,
)
from registry.followers import Happening, tell_all
from registry.models import Record, User
from registry.rows_at_once import remember

R = TypeVar("R", bound=Record)


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
    require("publish", by, record)
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
    remember(model, [record.pk for record in records], "~")
