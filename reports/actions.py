"""What is remembered of every file that leaves the register."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from registry.actions.audit import record_event
from registry.enums import AuditKind, RunStatus, SheetFormat
from registry.models import ExportRun, User


class Counted:
    """Rows as they pass by, counted; its text is the number so far."""

    def __init__(self, rows: Generator[list[object]]) -> None:
        self.rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[list[object]]:
        for row in self.rows:
            self.count += 1
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
