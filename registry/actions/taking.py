"""Remembering workbooks of one's own rows that leave the register to come back."""

from django.db import transaction
from django.utils import timezone

from registry.actions.audit import record_event
from registry.enums import AuditKind, RunStatus, SheetFormat
from registry.models import ExportRun, User


@transaction.atomic
def begin_taking(report: str, *, by: User) -> ExportRun:
    """Write down that ``by`` takes a workbook away, before a row of it is read."""
    run = ExportRun.objects.create(report=report, format=SheetFormat.XLSX, by=by)
    detail = f"{report}.{SheetFormat.XLSX}"
    record_event(AuditKind.EXPORT, by=by, about=run, detail=detail)
    return run


def end_taking(run: ExportRun, *, rows: int, error: str = "") -> ExportRun:
    """Write down how many rows went, or by which kind of error none did."""
    run.status = RunStatus.FAILED if error else RunStatus.DONE
    run.rows, run.error, run.finished_at = rows, error, timezone.now()
    run.save(update_fields=["status", "rows", "error", "finished_at"])
    return run
