"""Taking a step of an import: by its own person, under a lock, where there is one."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from registry.enums import ImportStep, RunStatus
from registry.errors import NotAllowed, NotVisible, RecordError, StepRefused
from registry.importing.kinds import ImportKind, kind_at
from registry.models import ImportRun, User

#: Where a run stands again when the work on it failed: nothing was done.
FAILED_BACK = {
    ImportStep.WRITING: ImportStep.CHECKED,
    ImportStep.UNDOING: ImportStep.WRITTEN,
}


def locked(run: ImportRun, *, by: User) -> ImportRun:
    """Return the run fresh and locked, for its own person.

    :raises NotVisible: if the person may not know of it.
    :raises NotAllowed: if it is somebody else's.
    """
    rows = ImportRun.objects.visible_to(by).select_for_update(of=("self",))
    fresh = rows.filter(pk=run.pk).first()
    if fresh is None:
        raise NotVisible
    if fresh.by_id != by.pk:
        raise NotAllowed
    kind_of(fresh, by)
    if fresh.status == RunStatus.FAILED:
        fresh.step = FAILED_BACK.get(fresh.stage, fresh.stage)
    return fresh


def kind_of(run: ImportRun, by: User) -> ImportKind:
    """Return what the file is a list of.

    :raises RecordError: if that is not offered any more.
    :raises NotAllowed: if it is not open to the person.
    """
    kind = kind_at(run.layout)
    if kind is None:
        raise RecordError(_("This kind of list cannot be imported any more."))
    if not by.is_active or not kind.may_use(by):
        raise NotAllowed
    return kind


def require(run: ImportRun, *steps: ImportStep) -> None:
    """See that the run stands at one of ``steps``, and nobody works on it.

    :raises StepRefused: if not.
    """
    is_busy = run.status in {RunStatus.WAITING, RunStatus.RUNNING} and bool(run.work)
    if run.stage not in steps or is_busy:
        raise StepRefused(run.stage.label, steps[0].label)


def take(run: ImportRun, to: ImportStep) -> None:
    """Take one step; the caller saves.

    :raises StepRefused: if there is none, or a worker is at the run.
    """
    is_again = run.stage == to == ImportStep.CHECKING
    is_busy = run.status in {RunStatus.WAITING, RunStatus.RUNNING} and bool(run.work)
    if is_busy or not (run.stage.may_become(to) or is_again):
        raise StepRefused(run.stage.label, to.label)
    run.step = to


def finish(run: ImportRun, to: ImportStep, **values: Any) -> None:
    """End the work on a run at the step ``to``, in the open transaction."""
    run.step = to
    run.status, run.finished_at = RunStatus.DONE, timezone.now()
    run.error = ""
    for name, value in values.items():
        setattr(run, name, value)
    run.save()
