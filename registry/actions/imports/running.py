"""What a worker does for an import: check it, write it, undo it.

Each piece is all or nothing, and ends its run in the same transaction: killed at any
point it did nothing, done twice it did it once.
"""

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry import acts, jobs
from registry.actions.imports.checking import (
    keep_plan,
    keep_rows,
    lacks_columns,
    planned,
    repairs_of,
)
from registry.actions.imports.steps import finish, kind_of
from registry.actions.imports.undoing import take_back
from registry.enums import ImportStep
from registry.errors import NotAllowed, RecordError
from registry.garbage import rarely_collected
from registry.importing.kinds import ImportKind, Plan
from registry.jobs import Progress
from registry.models import ImportRow, ImportRun, User
from registry.rows_at_once import many


def _held(run: ImportRun) -> ImportRun:
    """Return the run fresh and locked: nobody else works on it until the commit.

    :raises jobs.TakenOver: if it is another worker's by now, or was given up.
    """
    fresh = jobs.own(run).select_for_update(of=("self",)).first()
    if fresh is None:
        raise jobs.TakenOver
    return fresh


def _person(run: ImportRun) -> User:
    """Return whose run it is.

    :raises NotAllowed: if the account is gone.
    """
    if run.by is None:
        raise NotAllowed
    return run.by


@jobs.works("import.check")
@rarely_collected()
def check(run: ImportRun, progress: Progress) -> None:
    """Check every row; the preview is there when it ends."""
    if run.stage != ImportStep.CHECKING:
        return
    kind = kind_of(run, _person(run))
    if lacks_columns(run, kind):
        with transaction.atomic():
            finish(_held(run), ImportStep.MAPPING)
        return
    # Beside the transaction: a preview of a large file holds nobody up.
    plan = planned(run, kind, progress)
    with transaction.atomic():
        fresh = _held(run)
        if fresh.stage == ImportStep.CHECKING:
            keep_plan(fresh, plan)


@jobs.works("import.write")
@rarely_collected()
def write(run: ImportRun, progress: Progress) -> None:
    """Write what was confirmed, or show what has become of it meanwhile.

    :raises RecordError: if the register refuses it after all; nothing is written.
    """
    with transaction.atomic():
        fresh = _held(run)
        if fresh.stage != ImportStep.WRITING:
            return
        by = _person(fresh)
        kind = kind_of(fresh, by)
        plan = planned(fresh, kind, progress)
        if plan.digest != fresh.digest:
            keep_rows(fresh, plan)
            finish(
                fresh,
                ImportStep.CHECKED,
                counts=plan.counted(),
                repairs=repairs_of(plan),
                digest=plan.digest,
            )
            fresh.error = _(
                "The register changed since the check; please look at the preview "
                "again."
            )
            fresh.save(update_fields=["error"])
            return
        _write(fresh, kind, plan, by)


def _write(run: ImportRun, kind: ImportKind, plan: Plan, by: User) -> None:
    counts = plan.counted()
    if counts["bad"] and not run.options.get("only_good"):
        raise RecordError(_("Some rows are wrong, so nothing is written."))
    act_id = carry_out(run, kind, plan, by)
    _name_new_records(run, plan)
    finish(
        run,
        ImportStep.WRITTEN,
        counts=counts,
        act_id=act_id,
        written_at=timezone.now(),
    )


def carry_out(run: ImportRun, kind: ImportKind, plan: Plan, by: User) -> UUID:
    """Do what a plan says as one act; return which."""
    reason = _("Import of “%(file)s”") % {"file": run.file_name}
    with acts.act(by=by, reason=reason) as running:
        kind.write(plan, by=by, reason=reason)
    return running.id


def _name_new_records(run: ImportRun, plan: Plan) -> None:
    """Write into the rows of the run which records they made."""
    made = [
        (row.object_id, run.pk, row.number)
        for row in plan.rows
        if row.fate == "new" and row.object_id is not None
    ]
    table = connection.ops.quote_name(ImportRow._meta.db_table)
    sql = f"UPDATE {table} SET object_id = %s WHERE run_id = %s AND number = %s"  # noqa: S608 - a name of ours
    many(sql, made)


@jobs.works("import.undo")
def undo(run: ImportRun, progress: Progress) -> None:
    """Take back what the import did, as one act; or say what is in the way."""
    with transaction.atomic():
        fresh = _held(run)
        if fresh.stage != ImportStep.UNDOING:
            return
        by = _person(fresh)
        kind_of(fresh, by)
        take_back(fresh, by=by, progress=progress)
