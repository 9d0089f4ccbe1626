"""Entering, editing and moving what is kept.

Each action is one transaction: lock, scope, right, version, workflow, write,
history, followers. All take the acting person as ``by``; ``by=None`` is the
register's own work (loading, importing by command) and skips only the
questions about a person.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry import acts, rules
from registry.actions import notices
from registry.actions.codes import allocate
from registry.changes import Changes, ChildChanges
from registry.enums import RecordStatus
from registry.errors import (
    MergedAway,
    NotAllowed,
    NoteNeeded,
    NotReady,
    NotVisible,
    OwnSubmission,
    RecordError,
    StaleVersion,
    StepRefused,
)
from registry.followers import Happening, tell
from registry.models import (
    Child,
    Code,
    FormKey,
    Kept,
    Record,
    User,
    children_of,
    parent_key,
)

K = TypeVar("K", bound=Kept)
R = TypeVar("R", bound=Record)


@transaction.atomic
def create(
    row: K,
    *,
    by: User | None,
    children: Mapping[str, Sequence[Child]] | None = None,
    many: Mapping[str, Iterable[models.Model]] | None = None,
    form_key: uuid.UUID | None = None,
    reason: str = "",
) -> K:
    """Enter ``row``, a clean unsaved instance, with what belongs to it.

    ``form_key`` is the one-time key of the form: when it was used before, the
    row it made then is returned and nothing is written again.

    :raises NotAllowed: if ``by`` may not enter such a row.
    """
    if form_key is not None:
        known = _first_use(form_key, row)
        if known is not None:
            return known
    # What follows from other fields (a product's province) decides who may.
    row.settle()
    _require("create", by, row)
    with acts.act(by=by, reason=reason):
        row.created_by = row.updated_by = by
        if isinstance(row, Record) and row.CODE_LETTER and not row.code:
            row.code = allocate(row.province_id, row.CODE_LETTER)
        row.save(force_insert=True)
        for name, chosen in (many or {}).items():
            getattr(row, name).set(chosen)
        for name, added in (children or {}).items():
            apply_children(row, name, ChildChanges(added=tuple(added)))
        if form_key is not None:
            FormKey.objects.filter(key=form_key).update(object_id=row.pk)
        tell(Happening(row, created=True, children=frozenset(children or ())))
    return row


def _first_use(form_key: uuid.UUID, row: K) -> K | None:
    """Take the key of a form; return what it made if it was taken before."""
    label = row._meta.label
    try:
        with transaction.atomic():
            FormKey.objects.create(key=form_key, model=label)
    except IntegrityError:
        used = FormKey.objects.select_for_update().get(key=form_key)
        manager = type(row)._default_manager
        return (
            manager.filter(pk=used.object_id).first() if used.model == label else None
        )
    return None


@transaction.atomic
def edit(
    row: K,
    changes: Changes,
    *,
    by: User | None,
    version: int | None = None,
    reason: str = "",
) -> K:
    """Apply ``changes`` to ``row`` and return it fresh.

    ``version`` is the one the person's form was made from; None means the
    caller read the row inside this very transaction.

    :raises NotVisible: if the row lies outside the person's scope.
    :raises NotAllowed: if the person may not edit it now.
    :raises StaleVersion: if it changed since ``version``.
    """
    fresh = lock(row, by=by)
    _require("edit", by, fresh)
    if version is not None and fresh.version != version:
        raise StaleVersion
    if not changes:
        return fresh
    before = getattr(fresh, "status", None)
    with acts.act(by=by, reason=reason):
        many = {field.name for field in fresh._meta.many_to_many}
        for name, value in changes.fields.items():
            if name not in many:
                setattr(fresh, name, value)
        # Moving a row out of one's own scope would hand it to strangers.
        fresh.settle()
        _require("edit", by, fresh)
        for name in many & changes.fields.keys():
            getattr(fresh, name).set(changes.fields[name])
        for name, child_changes in changes.children.items():
            apply_children(fresh, name, child_changes)
        _write(fresh, by)
        tell(
            Happening(
                fresh,
                before=RecordStatus(before) if before else None,
                fields=frozenset(changes.fields),
                children=frozenset(name for name, c in changes.children.items() if c),
            )
        )
    return fresh


@transaction.atomic
def remove(row: Kept, *, by: User | None, reason: str = "") -> None:
    """Delete a kept row that is no record (a cluster's plan item, a category).

    :raises NotAllowed: if the person may not, or it is a record.
    """
    fresh = lock(row, by=by)
    _require("delete", by, fresh)
    with acts.act(by=by, reason=reason):
        fresh.delete()


def submit(record: R, *, by: User | None, version: int | None = None) -> R:
    """Hand ``record`` to the reviewers of its province.

    :raises NotReady: if it lacks what publication needs.
    """
    return _move(record, RecordStatus.SUBMITTED, "submit", by=by, version=version)


def publish(
    record: R, *, by: User | None, version: int | None = None, reason: str = ""
) -> R:
    """Let the public read ``record``.

    :raises OwnSubmission: if ``by`` submitted it.
    :raises NotReady: if it lacks what publication needs.
    """
    return _move(
        record, RecordStatus.PUBLISHED, "publish", by=by, version=version, note=reason
    )


def send_back(
    record: R, *, by: User | None, note: str, version: int | None = None
) -> R:
    """Return a submitted ``record`` to its agency with a note that says why.

    :raises NoteNeeded: if the note is empty.
    """
    if not note.strip():
        raise NoteNeeded
    return _move(
        record, RecordStatus.RETURNED, "return", by=by, version=version, note=note
    )


def withdraw(record: R, *, by: User | None, note: str, version: int | None = None) -> R:
    """Take ``record`` off the public pages; its address answers 410 from then on.

    :raises NoteNeeded: if the note is empty.
    """
    if not note.strip():
        raise NoteNeeded
    return _move(
        record, RecordStatus.WITHDRAWN, "withdraw", by=by, version=version, note=note
    )


@transaction.atomic
def _move(
    record: R,
    to: RecordStatus,
    verb: str,
    *,
    by: User | None,
    version: int | None,
    note: str = "",
) -> R:
    fresh = lock(record, by=by)
    before = fresh.stage
    if not before.may_become(to):
        raise StepRefused(before.label, to.label)
    refuse_merged(fresh)
    if (
        verb == "publish"
        and by is not None
        and before == RecordStatus.SUBMITTED
        and fresh.submitted_by_id == by.pk
    ):
        raise OwnSubmission
    _require(verb, by, fresh)
    if version is not None and fresh.version != version:
        raise StaleVersion
    if to in {RecordStatus.SUBMITTED, RecordStatus.PUBLISHED}:
        obstacles = fresh.obstacles()
        if obstacles:
            raise NotReady(obstacles)
    submitter = fresh.submitted_by_id
    with acts.act(by=by, reason=note):
        now = timezone.now()
        fresh.status = to
        fresh.note = note
        if to == RecordStatus.SUBMITTED:
            fresh.submitted_at, fresh.submitted_by = now, by
            fresh.decided_by = None
        else:
            fresh.decided_by = by
        if to == RecordStatus.PUBLISHED:
            fresh.published_at = fresh.published_at or now
            if before != RecordStatus.SUBMITTED:
                # Staff published what staff entered: there was no submission.
                fresh.submitted_at = fresh.submitted_by = None
        _write(fresh, by)
        tell(Happening(fresh, before=before))
        notices.decided(fresh, by=by, submitter=submitter)
    return fresh


def refuse_merged(record: Record) -> None:
    """See that ``record`` was not merged away; one query if it is withdrawn.

    :raises MergedAway: if its code leads to another one.
    """
    if record.stage == RecordStatus.WITHDRAWN and (
        Code.objects.filter(pk=record.code, superseded_by__isnull=False).exists()
    ):
        raise MergedAway


@dataclass(frozen=True)
class BulkResult:
    """What a bulk act did: the rows it moved, and why others stayed."""

    act_id: uuid.UUID
    done: tuple[Any, ...]
    refused: tuple[tuple[Any, str], ...]


@transaction.atomic
def in_bulk(
    rows: Iterable[K], deed: Any, *, by: User | None, reason: str = ""
) -> BulkResult:
    """Do ``deed(row)`` to each row in one act; a refusal keeps only its own row back.

    Rows are taken in key order, so that two bulk acts never wait for each other
    in a circle. Every row is its own savepoint.
    """
    done: list[Any] = []
    refused: list[tuple[Any, str]] = []
    with acts.act(by=by, reason=reason) as running:
        for row in sorted(rows, key=lambda each: each.pk):
            try:
                with transaction.atomic(), acts.part():
                    done.append(deed(row))
            except RecordError as refusal:
                refused.append((row, str(refusal)))
    return BulkResult(running.id, tuple(done), tuple(refused))


def lock(row: K, *, by: User | None) -> K:
    """Return ``row`` fresh from the database and locked until the commit.

    :raises NotVisible: if it is gone or outside the scope of ``by``.
    """
    manager: Any = type(row)._default_manager
    rows = manager.all() if by is None else manager.visible_to(by)
    for name in row.LOCKED_AFTER:
        _lock_above(row, name)
    # Joins of the scope must not be locked with the row (and cannot be, outer).
    found = rows.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if found is None:
        raise NotVisible
    return found


def _lock_above(row: Kept, name: str) -> None:
    """Lock the row that ``name`` points at, before the row itself is.

    What follows from a product touches its member and the other way round; who
    takes the member first never waits for the other in a circle.
    """
    above: Any = row._meta.get_field(name).related_model
    key = row._meta.pk.name
    wanted = type(row)._default_manager.filter(**{key: row.pk}).values(f"{name}_id")
    list(above.objects.select_for_update(no_key=True).filter(pk__in=wanted))


def _require(verb: str, by: User | None, row: Kept) -> None:
    if by is not None and not rules.allowed(verb, by, row):
        raise NotAllowed


def _write(row: Kept, by: User | None) -> None:
    row.version += 1
    row.updated_by = by
    row.settle()
    row.save()


def apply_children(row: Kept, name: str, changes: ChildChanges) -> None:
    """Do to one kind of a locked row's children what ``changes`` say, in order.

    :raises StaleVersion: if one of them is gone.
    """
    model: Any = children_of(type(row))[name]
    key = parent_key(type(row), name)
    existing = {child.pk: child for child in model.objects.filter(**{key: row})}
    for pk in changes.removed & existing.keys():
        existing.pop(pk).delete()
    if changes.changed.keys() - existing.keys():
        raise StaleVersion(_("Part of this record was removed by someone else."))
    for pk, values in changes.changed.items():
        for field, value in values.items():
            setattr(existing[pk], field, value)
    moved = _put_in_order(existing, changes) - changes.changed.keys()
    # In the order given: a flag that one child may have is given up before it is taken.
    for pk in (*changes.changed, *sorted(moved)):
        existing[pk].settle()
        existing[pk].save()
    for child in changes.added:
        setattr(child, key, row)
        child.settle()
        child.save(force_insert=True)


def _put_in_order(existing: Mapping[int, Any], changes: ChildChanges) -> set[int]:
    """Give the children their places; return the keys of those that moved."""
    moved = set()
    for position, number in enumerate(changes.order):
        child: Any = changes.added[-1 - number] if number < 0 else existing.get(number)
        if child is None or child.position == position:
            continue
        child.position = position
        if number >= 0:
            moved.add(number)
    return moved
