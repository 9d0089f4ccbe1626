"""Writing what a plan says: new records, edits, and proposals of officers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import IntegrityError
from django.db.models.base import ModelState

from registry.actions import bulk, proposals
from registry.changes import ChildChanges
from registry.errors import NotAllowed, NotVisible
from registry.importing.work import Editing, Entering, Work, written_by
from registry.models import User
from registry.refusals import RowRefused

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
    make = _maker(model)
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


def _maker(model: Any) -> Callable[[Mapping[str, Any]], Any]:
    """Return what makes an unsaved row of values: a copy of an empty one.

    A model of fifty columns takes long to fill in each of them, and to ask for each
    key whether it may be set.
    """
    empty = dict(vars(model()))
    keys = {
        field.name: (field.attname, field.target_field.attname)
        for field in model._meta.concrete_fields
        if field.is_relation
    }

    def make(fields: Mapping[str, Any]) -> Any:
        row = model.__new__(model)
        held = vars(row)
        held.update(empty)
        row._state = ModelState()
        cache = row._state.fields_cache = {}
        for name, value in fields.items():
            if name in keys:
                own, other = keys[name]
                held[own] = None if value is None else getattr(value, other)
                cache[name] = value
            else:
                held[name] = value
        return row

    return make


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
