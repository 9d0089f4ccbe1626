"""Taking an import back: by changes, as it came in; nothing is deleted.

New records are withdrawn (codes are never given twice), changed ones get what stood
there before, proposals that are still open are dropped. Only while nothing newer
touched any of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry import acts, jobs, rules
from registry.actions import bulk, proposals
from registry.actions.imports.steps import finish, locked, take
from registry.chronicle import Chronicle
from registry.derived import in_batches
from registry.enums import ImportStep, ProposalState, RecordStatus, RowFate
from registry.errors import NotAllowed, NotVisible, RecordError
from registry.followers import Happening, tell_all
from registry.jobs import Progress
from registry.models import OPEN_STATES, FormKey, ImportRun, Proposal, User
from registry.restoring import restoration
from registry.reviewing.kinds import record_models
from registry.rows_at_once import remember, update_many

#: Records in the way that are named.
NAMED = 5


class InTheWay(RecordError):
    """Somebody has gone on with what the import wrote."""

    def __init__(self, names: list[str], count: int) -> None:
        super().__init__(
            ngettext(
                "%(count)d record was changed after this import, so it cannot be "
                "undone: %(names)s",
                "%(count)d records were changed after this import, so it cannot be "
                "undone: %(names)s",
                count,
            )
            % {"count": count, "names": ", ".join(names)}
        )


@dataclass
class Traces:
    """What an import did to the records of one model: keys by what was done."""

    model: Any
    entered: list[int] = field(default_factory=list)
    edited: list[int] = field(default_factory=list)
    #: Version each of them had when the import was done.
    versions: dict[int, int] = field(default_factory=dict)


@transaction.atomic
def undo(run: ImportRun, *, by: User) -> ImportRun:
    """Have taken back what the import did; a worker does it.

    :raises StepRefused: if it is not written, or undone already.
    :raises InTheWay: naming what was changed since, if anything was.
    """
    fresh = locked(run, by=by)
    if fresh.stage == ImportStep.UNDONE:
        return fresh
    take(fresh, ImportStep.UNDOING)
    if fresh.act_id is None:
        raise RecordError(_("This import cannot be undone."))
    _see_that_nothing_is_newer(fresh, list(_traces(fresh)))
    fresh.save(update_fields=["step"])
    jobs.start(fresh, "import.undo")
    return fresh


def take_back(run: ImportRun, *, by: User, progress: Progress) -> None:
    """Take back what a locked run did, in the open transaction; end it.

    :raises InTheWay: if something newer touched a record; nothing is taken back.
    """
    traces = list(_traces(run))
    for each in traces:
        _lock(each)
    _see_that_nothing_is_newer(run, traces)
    reason = _("The import of “%(file)s” was undone.") % {"file": run.file_name}
    total = sum(len(each.entered) + len(each.edited) for each in traces)
    progress(0, total, "undoing")
    with acts.act(by=by, reason=reason):
        for proposal in _proposals(run):
            if proposal.state in OPEN_STATES:
                proposals.drop(proposal, by=by)
        # Goods before their producers: those were there first.
        for each in reversed(traces):
            _restore(each, run, by, reason)
            _withdraw(each, by, reason)
    finish(run, ImportStep.UNDONE, undone_at=timezone.now())


# --- What it did ----------------------------------------------------------------------


def _traces(run: ImportRun) -> Iterable[Traces]:
    """Yield what the run's act did, model by model. Two queries a model.

    To the rows' own records come those that were entered beside them: the producer of
    a product whose row named one.
    """
    written = run.rows.filter(
        fate__in=[RowFate.NEW, RowFate.CHANGED],
        is_proposal=False,
        object_id__isnull=False,
    )
    named = written.order_by("model").values_list("model", flat=True).distinct()
    labels = {*named, *(model._meta.label for model in record_models())}
    for label in sorted(labels):
        found = Traces(apps.get_model(label))
        keys = set(written.filter(model=label).values_list("object_id", flat=True))
        past = found.model.history.filter(act_id=run.act_id).order_by("history_id")
        entered = set()
        for pk, kind, version in past.values_list(
            "id", "history_type", "version"
        ).iterator(2_000):
            if kind == "+":
                entered.add(pk)
            if pk in keys or pk in entered:
                found.versions[pk] = version
        found.entered = sorted(entered)
        found.edited = sorted(found.versions.keys() - entered)
        yield found


def _proposals(run: ImportRun) -> list[Proposal]:
    """Return the proposals that the run's act wrote."""
    written = Proposal.history.filter(act_id=run.act_id).values("id")
    return list(Proposal.objects.filter(pk__in=written).order_by("pk"))


def _lock(traces: Traces) -> None:
    manager = traces.model._default_manager
    for batch in in_batches(traces.versions):
        held = manager.select_for_update(of=("self",)).filter(pk__in=batch)
        list(held.order_by("pk").values_list("pk"))


def _see_that_nothing_is_newer(run: ImportRun, traces: Iterable[Traces]) -> None:
    newer: list[tuple[Any, int]] = []
    for each in traces:
        manager = each.model._default_manager
        for batch in in_batches(each.versions):
            now = dict(manager.filter(pk__in=batch).values_list("pk", "version"))
            newer += [
                (each.model, pk) for pk in batch if now.get(pk) != each.versions[pk]
            ]
    for proposal in _proposals(run):
        if proposal.state == ProposalState.ACCEPTED:
            newer.append((proposal.record_model, proposal.object_id))
    if newer:
        names = [_name(model, pk) for model, pk in newer[:NAMED]]
        raise InTheWay(names + ["…"] * (len(newer) > NAMED), len(newer))


def _name(model: Any, pk: int) -> str:
    row = model._default_manager.filter(pk=pk).first()
    return " ".join(filter(None, [str(row), getattr(row, "code", "")]))


# --- Taking it back -------------------------------------------------------------------


def _restore(traces: Traces, run: ImportRun, by: User, reason: str) -> None:
    """Give edited records what stood there before. Some queries a record."""
    edits = []
    for pk in traces.edited:
        row = traces.model._default_manager.get(pk=pk)
        chronicle = Chronicle(row)
        before = chronicle.acts[chronicle.acts.index(run.act_id) + 1]
        found = restoration(row, before, chronicle)
        edits.append(bulk.Edit(pk, traces.versions[pk], found.changes))
    bulk.edit_many(traces.model, edits, by=by, reason=reason)


def _withdraw(traces: Traces, by: User, reason: str) -> None:
    """Withdraw records that the import entered, as one by one, but many at a time.

    What they were known by is free again: the same file enters them anew.
    """
    manager = traces.model._default_manager
    for batch in in_batches(traces.entered):
        rows = list(manager.visible_to(by).filter(pk__in=batch).order_by("pk"))
        if len(rows) < len(batch):
            raise NotVisible
        now = timezone.now()
        happenings = []
        for row in rows:
            if not rules.allowed("withdraw", by, row):
                raise NotAllowed
            happenings.append(Happening(row, before=RecordStatus(row.status)))
            row.status, row.note = RecordStatus.WITHDRAWN, reason
            row.decided_by = row.updated_by = by
            row.updated_at = now
            row.version += 1
        update_many(traces.model, WITHDRAWN_COLUMNS, rows)
        remember(traces.model, [row.pk for row in rows], "~")
        keys = FormKey.objects.filter(model=traces.model._meta.label)
        keys.filter(object_id__in=batch).delete()
        tell_all(happenings)


WITHDRAWN_COLUMNS = (
    "status",
    "note",
    "decided_by_id",
    "updated_by_id",
    "updated_at",
    "version",
)
