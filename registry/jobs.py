"""Long work on a worker, which survives the worker's death.

A piece of work is a :class:`~registry.models.runs.Run` row with the name of what is to
be done. A worker claims the row, does it and says so; one that dies leaves a row whose
beat is old, and the next one claims it again. So what is done must be all or nothing,
and harmless to do twice: it writes, and ends its row, in one transaction that locks
the row first, or makes a file that only the ended row names.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from time import monotonic
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from registry.enums import RunStatus
from registry.errors import RecordError
from registry.models.runs import Run

logger = logging.getLogger(__name__)

OPEN = frozenset({RunStatus.WAITING, RunStatus.RUNNING})
#: Without a beat for so long, a piece of work counts as dead.
STALE = timedelta(minutes=2)
#: It is begun so often, then given up.
MOST_ATTEMPTS = 3
#: Seconds between two beats: each is a write.
PACE = 1.0
SAID = ("done", "total", "phase", "beat_at")


class WorkFailed(RecordError):
    """A piece of work cannot be done; the message is for its person."""


class TakenOver(Exception):
    """Another worker is at this work: what this one did counts for nothing."""


class Progress:
    """Says how far a piece of work is, now and then.

    Inside a transaction nobody sees it before the end; there the first call locks the
    run, so that nobody else takes it up before that.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._said = 0.0

    def __call__(self, done: int, total: int = 0, phase: str = "") -> None:
        """Note that ``done`` of ``total`` are through; ``phase`` is for pages.

        :raises TakenOver: if this worker was silent for so long that another began.
        """
        now = monotonic()
        is_new = bool(phase) and phase != self.run.phase
        if not is_new and now - self._said < PACE:
            return
        self._said = now
        self.run.done, self.run.total = done, total
        self.run.phase = phase or self.run.phase
        self.run.beat_at = timezone.now()
        said = {name: getattr(self.run, name) for name in SAID}
        if not own(self.run).update(**said):
            raise TakenOver


def own(run: Run) -> models.QuerySet[Any]:
    """Return the row of ``run`` as long as it is the caller's to work on."""
    rows = type(run)._default_manager
    return rows.filter(pk=run.pk, status=RunStatus.RUNNING, attempts=run.attempts)


Work = Callable[[Any, Progress], None]
_works: dict[str, Work] = {}


def works(name: str) -> Callable[[Work], Work]:
    """Register a function as the work called ``name``; called as ``(run, progress)``.

    It raises :class:`~registry.errors.RecordError` with a sentence for the person. The
    run's language is active. It may end its run itself; else it ends when it returns.
    """

    def register(work: Work) -> Work:
        _works[name] = work
        return work

    return register


def start(run: Run, work: str) -> None:
    """Have a worker do ``work`` on ``run`` once the transaction is committed."""
    run.work, run.status, run.error = work, RunStatus.WAITING, ""
    run.done = run.total = run.attempts = 0
    run.phase, run.finished_at, run.beat_at = "", None, timezone.now()
    run.save(
        update_fields=[
            "work",
            "status",
            "error",
            "done",
            "total",
            "attempts",
            "phase",
            "finished_at",
            "beat_at",
        ]
    )
    _enqueue(run)


def _enqueue(run: Run) -> None:
    label, pk = run._meta.label, run.pk
    transaction.on_commit(lambda: do_work.enqueue(label, pk))


@task()
def do_work(label: str, pk: int) -> bool:
    """Do the long work that a run asks for."""
    return do(label, pk)


def do(label: str, pk: int) -> bool:
    """Do the work of a run, unless another worker is at it; tell whether it did."""
    model: Any = apps.get_model(label)
    run = _claim(model, pk)
    if run is None:
        return False
    with translation.override(run.language):
        try:
            if run.attempts > MOST_ATTEMPTS:
                raise WorkFailed(
                    _(
                        "This was begun %(count)d times and did not come to its end. "
                        "Please try with fewer rows, or tell the administrator."
                    )
                    % {"count": MOST_ATTEMPTS}
                )
            _works[run.work](run, Progress(run))
        except TakenOver:
            logger.warning("The work %r of %s %s was taken over.", run.work, label, pk)
            return False
        except RecordError as refusal:
            _end(run, RunStatus.FAILED, str(refusal))
        except Exception:
            # A defect: the worker lives on, and the person is told that it failed.
            logger.exception("The work %r of %s %s failed.", run.work, label, pk)
            _end(
                run,
                RunStatus.FAILED,
                _("Something went wrong; nothing was written. Please try again."),
            )
        else:
            _end(run, RunStatus.DONE, "")
    return True


@transaction.atomic
def _claim(model: Any, pk: int) -> Any:
    now = timezone.now()
    is_free = Q(status=RunStatus.WAITING) | Q(
        status=RunStatus.RUNNING, beat_at__lt=now - STALE
    )
    # What is locked is being written by somebody who lives, however silent.
    skips = connection.features.has_select_for_update_skip_locked
    free = model.objects.select_for_update(skip_locked=skips).filter(is_free, pk=pk)
    # One statement: of two workers, one changes the row.
    taken = model.objects.filter(pk__in=free.values("pk")).update(
        status=RunStatus.RUNNING, beat_at=now, attempts=F("attempts") + 1
    )
    return model.objects.get(pk=pk) if taken else None


def _end(run: Run, status: RunStatus, error: str) -> None:
    own(run).update(status=status, error=error, finished_at=timezone.now())


def anew(run: Run) -> None:
    """Have work that is going on begun once more: what it has read counts no more.

    Work that only waits has read nothing yet.
    """
    rows = type(run)._default_manager.filter(pk=run.pk, status=RunStatus.RUNNING)
    if rows.update(status=RunStatus.WAITING, beat_at=timezone.now()):
        _enqueue(run)


def is_stale(run: Run) -> bool:
    """Tell whether a worker should have been heard of by now."""
    if run.status not in OPEN or not run.work or run.beat_at is None:
        return False
    return run.beat_at < timezone.now() - STALE


def revive(*runs: Run, is_alone: bool = False) -> int:
    """Put work that nobody was heard of before the workers again; return how much.

    Without ``runs`` all there is. Asked again and again, it does so once in a while:
    a page that waits may call it each time it is read. ``is_alone`` says that no
    worker lives, so that whatever is open is dead.
    """
    return sum(
        _revive(model, [run.pk for run in runs if type(run) is model], is_alone)
        for model in run_models()
        if not runs or model in map(type, runs)
    )


def _revive(model: type[Run], only: list[int], is_alone: bool) -> int:
    now = timezone.now()
    lost = Q(status__in=OPEN) & ~Q(work="")
    if not is_alone:
        lost &= Q(beat_at__lt=now - STALE)
    rows = model._default_manager.filter(lost)
    found = list(rows.filter(pk__in=only) if only else rows)
    count = 0
    for run in found:
        with transaction.atomic():
            # The beat is new: the next page that is read waits its turn.
            same = rows.filter(pk=run.pk, beat_at=run.beat_at, attempts=run.attempts)
            if same.update(status=RunStatus.WAITING, beat_at=now):
                _enqueue(run)
                count += 1
    return count


def run_models() -> Iterable[type[Run]]:
    """Return every kind of run there is."""
    return [model for model in apps.get_models() if issubclass(model, Run)]
