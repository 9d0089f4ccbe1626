"""What is remembered of every file that leaves the register; orders of large ones."""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry import jobs
from registry.actions.audit import record_event
from registry.actions.privacy import unlink_later
from registry.enums import AuditKind, RunStatus, SheetFormat
from registry.errors import RecordError
from registry.letters import address_of, write_to
from registry.models import ExportRun, User
from reports.models import ReportSubscription

#: The work a worker does for an order, by its name.
WORK = "export"
#: Files somebody may wait for at a time.
MOST_OPEN = 5
#: Rows between two beats.
BEAT = 100
#: In the filters of an order: the subscription it is for, and the rights of its
#: person when its rows were read.
SUBSCRIPTION, RIGHTS = "subscription", "rights"


class TooManyOrders(RecordError):
    """Somebody waits for so many files that another must wait too."""

    message = _(
        "You are waiting for several large files already. Please wait until one of "
        "them is done."
    )


class Counted:
    """Rows as they pass by, counted; its text is the number so far."""

    def __init__(
        self, rows: Generator[Any], beat: Callable[[int], None] | None = None
    ) -> None:
        self.rows = rows
        self.count = 0
        #: Hears how many have passed.
        self.beat = beat

    def __iter__(self) -> Iterator[list[object]]:
        for row in self.rows:
            self.count += 1
            if self.beat is not None and not self.count % BEAT:
                self.beat(self.count)
            yield row

    def close(self) -> None:
        """Let go of the rows, and of the cursor they are read by."""
        self.rows.close()

    def __str__(self) -> str:
        return f"{self.count:,}"


@transaction.atomic
def begin_export(
    report: str, form: SheetFormat, filters: Mapping[str, Any], *, by: User
) -> ExportRun:
    """Write down that ``by`` takes rows away, before the first one leaves."""
    run = ExportRun.objects.create(
        report=report, format=form, filters=dict(filters), by=by
    )
    record_event(AuditKind.EXPORT, by=by, about=run, detail=f"{report}.{form}")
    return run


@contextmanager
def recorded(run: ExportRun, rows: Counted) -> Generator[None]:
    """Write down how ``run`` ended: done, or failed, and after how many rows.

    A reader who goes away in the middle of a CSV counts as a failure too: Python
    tells the generator by ``GeneratorExit``. The error's text may quote a row, so
    only its kind is kept.
    """
    run.status, run.error = RunStatus.FAILED, ""
    try:
        yield
        run.status = RunStatus.DONE
    except BaseException as error:
        run.error = type(error).__name__
        raise
    finally:
        run.rows, run.finished_at = rows.count, timezone.now()
        run.save(update_fields=["status", "error", "rows", "finished_at"])


# --- Large files ------------------------------------------------------------------


@transaction.atomic
def order_export(
    report: str,
    form: SheetFormat,
    query: str,
    filters: Mapping[str, Any],
    *,
    by: User,
    language: str,
) -> ExportRun:
    """Have a worker write a file, and write down that ``by`` takes it away.

    Asked for again before it is done, the same file is made once.

    :raises TooManyOrders: if ``by`` waits for several files already.
    """
    # Of two clicks the second waits here, and then finds the order of the first.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    if SUBSCRIPTION not in filters:
        waiting = ExportRun.objects.filter(by=by, status__in=jobs.OPEN)
        waiting = waiting.exclude(work="")
        same = {"report": report, "format": form, "query": query, "language": language}
        if found := waiting.filter(**same).first():
            return found
        if waiting.count() >= MOST_OPEN:
            raise TooManyOrders
    run = begin_export(report, form, filters, by=by)
    run.query, run.language = query, language
    run.save(update_fields=["query", "language"])
    jobs.start(run, WORK)
    return run


def rights_of(user: User) -> list[Any]:
    """Return what decides which rows ``user`` may read, to be compared later."""
    scope = user.scope
    return [user.role, scope.everywhere, sorted(scope.provinces), scope.agency_id]


@dataclass(frozen=True)
class Made:
    """A file that a worker has written and stored."""

    file: str
    name: str
    size: int
    rows: int
    #: Of the person the rows were read for.
    rights: list[Any]


@transaction.atomic
def finish_export(run: ExportRun, made: Made, *, title: str) -> None:
    """Hand the file of ``run`` to its person, and tell them by mail, once.

    :raises registry.jobs.TakenOver: if another worker is at it.
    """
    now = timezone.now()
    kept = timedelta(days=settings.RETENTION_DAYS["exports"])
    ended: dict[str, Any] = {
        "status": RunStatus.DONE,
        "error": "",
        "finished_at": now,
        "kept_until": now + kept,
        "file": made.file,
        "file_name": made.name[:250],
        "size": made.size,
        "rows": made.rows,
        "filters": {**run.filters, RIGHTS: made.rights},
    }
    if not jobs.own(run).update(**ended):
        raise jobs.TakenOver
    for name, value in ended.items():
        setattr(run, name, value)
    if run.by is not None:
        _tell(run, run.by, title)


def _tell(run: ExportRun, reader: User, title: str) -> None:
    key = run.filters.get(SUBSCRIPTION)
    monthly = ReportSubscription.objects.filter(pk=key).select_related("saved").first()
    language = reader.language
    write_to(
        reader,
        "mails/report_monthly.txt" if monthly else "mails/report_ready.txt",
        topic=f"export/{run.pk}",
        title=monthly.saved.title if monthly else title,
        run=run,
        url=address_of("reports:file", run.pk, language=language),
        leave_url=address_of("reports:stop", monthly.saved.token, language=language)
        if monthly
        else "",
    )


def may_fetch(run: ExportRun, user: User) -> bool:
    """Tell whether ``user`` may still read what the file of ``run`` holds."""
    if run.by_id != user.pk or not run.file or run.kept_until is None:
        return False
    is_kept = run.kept_until > timezone.now()
    return is_kept and run.filters.get(RIGHTS) == rights_of(user)


@transaction.atomic
def drop_files(reports: Collection[str] | None = None) -> None:
    """Let go of every file that is kept, or of those of some reports.

    What is being written is begun anew: it may hold what it must not any more.
    """
    runs = ExportRun.objects.all()
    if reports is not None:
        runs = runs.filter(report__in=reports)
    for run in runs.filter(status=RunStatus.RUNNING).exclude(work=""):
        jobs.anew(run)
    # Read after that: who was at its end has put its file there.
    kept = runs.exclude(file="")
    names = set(kept.values_list("file", flat=True))
    kept.update(file="")
    unlink_later(names)
