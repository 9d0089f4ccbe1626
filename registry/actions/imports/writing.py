"""Writing what a plan says: new records, edits, and proposals of officers."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import IntegrityError

from registry.actions import bulk, proposals
from registry.changes import ChildChanges
from registry.errors import NotAllowed, NotVisible
from registry.importing.work import Editing, Entering, Work, written_by
from registry.models import User
from registry.refusals import RowRefused
from registry.rows_at_once import maker_of

#: New rows that are in memory at a time.
BATCH = 2_500


@written_by
def write(work: Work, by: User | None, reason: str) -> None:
    """Enter, edit and propose what ``work`` says, in the open transaction and act.

    :raises RowRefused: if the database holds something that does not go with a row.
    """
    try:
        for label, entering in work.entering.items():
            _enter(apps.get_model(label), entering, by, reason)
        for label, editing in work.editing.items():
            _edit(apps.get_model(label), editing, by, reason)
    except IntegrityError as clash:
        raise RowRefused from clash


def _enter(
    model: Any, entering: Sequence[Entering], by: User | None, reason: str
) -> None:
    make = maker_of(model)
    for start in range(0, len(entering), BATCH):
        batch = entering[start : start + BATCH]
        entries = [
            bulk.Entry(make(each.fields), _added(each.children)) for each in batch
        ]
        made = bulk.create_many(model, entries, by=by, reason=reason)
        for each, row in zip(batch, made, strict=True):
            each.row.object_id = row.pk
            # Written, and many: they need not be held till the end.
            each.fields = each.children = {}


def _added(children: Any) -> dict[str, Any]:
    found: dict[str, ChildChanges] = dict(children)
    return {name: each.added for name, each in found.items() if each.added}


def _edit(model: Any, editing: Sequence[Editing], by: User | None, reason: str) -> None:
    edits = [
        bulk.Edit(each.pk, each.version, each.changes)
        for each in editing
        if not each.is_proposal
    ]
    bulk.edit_many(model, edits, by=by, reason=reason)
    for each in sorted(editing, key=lambda one: one.pk):
        if each.is_proposal:
            _propose(model, each, by, reason)


def _propose(model: Any, editing: Editing, by: User | None, reason: str) -> None:
    if by is None:
        raise NotAllowed
    record = model._default_manager.filter(pk=editing.pk).first()
    if record is None:
        raise NotVisible
    proposals.propose(
        record,
        editing.changes,
        by=by,
        version=editing.version,
        # None was open when the rows were checked.
        proposal_version=0,
        reason=reason,
        submit=True,
    )
