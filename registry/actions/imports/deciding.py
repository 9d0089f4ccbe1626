"""What a person says of a run: what a row is, that it is written, or that it is not."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry import jobs
from registry.actions.imports.beginning import start_checking
from registry.actions.imports.checking import AT_ONCE
from registry.actions.imports.steps import kind_of, locked, require, take
from registry.enums import ImportStep, RowChoice, RunStatus
from registry.errors import RecordError, StaleVersion
from registry.importing.opening import reopened
from registry.models import ImportRow, ImportRun, User


class BadRows(RecordError):
    """Some rows are bad, and all or nothing is written."""


class NothingGood(RecordError):
    """Every row is bad."""


class NoSuchChoice(RecordError):
    """A row cannot be said to be this."""


@transaction.atomic
def decide(
    run: ImportRun,
    number: int,
    choice: RowChoice,
    chosen_id: int | None,
    *,
    by: User,
) -> ImportRun:
    """Say what the row ``number`` is; counts from the next :func:`check_again`.

    :raises NoSuchChoice: if the row looks like nothing, or not like ``chosen_id``.
    """
    fresh = locked(run, by=by)
    require(fresh, ImportStep.CHECKED)
    row = fresh.rows.filter(number=number).first()
    if row is None or not row.twins:
        raise NoSuchChoice(_("This row looks like no other one."))
    _choose(row, RowChoice(choice), chosen_id)
    row.save(update_fields=["choice", "chosen_id"])
    return fresh


def _choose(row: ImportRow, choice: RowChoice, chosen_id: int | None) -> None:
    records = [twin for twin in row.twins if twin.get("pk") is not None]
    if choice in {RowChoice.OPEN, RowChoice.DIFFERENT}:
        chosen_id = None
    elif chosen_id is None and len(records) == 1:
        chosen_id = records[0]["pk"]
    elif chosen_id is not None and all(twin["pk"] != chosen_id for twin in records):
        raise NoSuchChoice(_("This row does not look like that record."))
    if choice == RowChoice.UPDATE and chosen_id is None:
        raise NoSuchChoice(
            _("Choose the record to be updated; another row of the file cannot be.")
        )
    if choice == RowChoice.SAME and chosen_id is None and records:
        raise NoSuchChoice(_("Say which of the records it is."))
    row.choice, row.chosen_id = choice, chosen_id


@transaction.atomic
def decide_all(run: ImportRun, choice: RowChoice, *, by: User) -> ImportRun:
    """Say the same of every row that looks like something and is not decided.

    Where that needs one of several records, it is the one that looks most like it.
    """
    fresh = locked(run, by=by)
    require(fresh, ImportStep.CHECKED)
    waiting = fresh.rows.filter(choice=RowChoice.OPEN).exclude(twins=[])
    changed = []
    for row in waiting.iterator(chunk_size=500):
        records = [twin for twin in row.twins if twin.get("pk") is not None]
        try:
            _choose(row, RowChoice(choice), records[0]["pk"] if records else None)
        except NoSuchChoice:
            continue
        changed.append(row)
    ImportRow.objects.bulk_update(changed, ["choice", "chosen_id"], batch_size=500)
    return fresh


@transaction.atomic
def set_options(run: ImportRun, *, erases: bool, by: User) -> ImportRun:
    """Say whether empty cells erase; counts from the next :func:`check_again`."""
    fresh = locked(run, by=by)
    require(fresh, ImportStep.CHECKED)
    fresh.options = {**fresh.options, "erases": erases}
    fresh.save(update_fields=["options"])
    return fresh


@transaction.atomic
def check_again(run: ImportRun, *, by: User) -> ImportRun:
    """Check every row anew, with what was decided.

    :raises StepRefused: if there is nothing to be checked any more.
    """
    fresh = locked(run, by=by)
    require(fresh, ImportStep.CHECKED, ImportStep.CHECKING)
    is_small = 0 < fresh.counts.get("rows", 0) <= AT_ONCE
    kind = kind_of(fresh, by)
    start_checking(fresh, kind, reopened(fresh) if is_small else None)
    return fresh


@transaction.atomic
def confirm(run: ImportRun, *, only_good: bool, by: User, digest: str) -> ImportRun:
    """Have what was shown written; ``digest`` is that of the preview that was seen.

    :raises StaleVersion: if the preview has another one by now.
    :raises BadRows: if rows are bad and not only the good ones are wanted.
    :raises NothingGood: if no row is good.
    """
    fresh = locked(run, by=by)
    if fresh.stage == ImportStep.WRITTEN and fresh.digest == digest:
        # Sent twice: it was written the first time.
        return fresh
    if fresh.stage == ImportStep.WRITING and fresh.digest == digest:
        return fresh
    take(fresh, ImportStep.WRITING)
    if not digest or fresh.digest != digest:
        raise StaleVersion(
            _("The preview was made anew meanwhile; please look at it again.")
        )
    bad, rows = fresh.counts.get("bad", 0), fresh.counts.get("rows", 0)
    if bad == rows:
        raise NothingGood(_("No row can be taken; mend the file and send it again."))
    if bad and not only_good:
        raise BadRows(
            ngettext(
                "%(count)d row is wrong, so nothing is written. Mend it, or choose to "
                "write the good rows only.",
                "%(count)d rows are wrong, so nothing is written. Mend them, or choose "
                "to write the good rows only.",
                bad,
            )
            % {"count": bad}
        )
    fresh.options = {**fresh.options, "only_good": bool(only_good)}
    fresh.save(update_fields=["step", "options"])
    jobs.start(fresh, "import.write")
    return fresh


@transaction.atomic
def drop(run: ImportRun, *, by: User) -> ImportRun:
    """Give the import up; nothing was written.

    One that is being checked may be given up too: the check then counts for nothing.
    """
    fresh = locked(run, by=by)
    if fresh.stage == ImportStep.CHECKING:
        # The worker finds the run gone on without it.
        fresh.status = RunStatus.DONE
    take(fresh, ImportStep.DROPPED)
    fresh.status, fresh.finished_at = RunStatus.DONE, timezone.now()
    fresh.error = ""
    fresh.save(update_fields=["step", "status", "finished_at", "error"])
    return fresh
