"""A file checked and written in one go, without a preview: for commands.

Where nobody looks in between, nothing can change in between: the rows are planned once,
and written in the transaction that read the register.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.actions.imports.beginning import ColumnsRefused, receive
from registry.actions.imports.checking import keep_plan, keep_rows, planned, repairs_of
from registry.actions.imports.running import carry_out
from registry.actions.imports.steps import finish, take
from registry.enums import ImportStep
from registry.garbage import rarely_collected
from registry.importing.kinds import ImportKind
from registry.models import ImportRun, User
from registry.sheets.gate import COMMAND_LIMITS


@rarely_collected()
def write_straight(
    content: bytes,
    *,
    name: str,
    kind: ImportKind,
    by: User,
    only_good: bool = False,
    options: Mapping[str, Any] | None = None,
) -> ImportRun:
    """Write the rows of a file if all are good, or with ``only_good`` those that are.

    Returns the run: written, or only checked where bad rows are in the way; then it is
    as if it had been sent by the page, and its person may decide there.

    :raises registry.sheets.gate.SheetRefused: if the file does not pass the gate.
    :raises ColumnsRefused: if its heading does not say what each column is.
    :raises registry.errors.RecordError: if the file has no rows, or the register
        refuses one after all; nothing is written.
    """
    received = receive(
        content,
        name=name,
        kind=kind,
        by=by,
        limits=COMMAND_LIMITS,
        options=options,
        keeps_rows=False,
    )
    if not received.found.is_sure:
        raise ColumnsRefused(
            _(
                "The heading does not say what each column is. Send the file by the "
                "page once and name them: that is remembered for files of this form."
            )
        )
    with transaction.atomic():
        run = received.enter(by)
        take(run, ImportStep.CHECKING)
        plan = planned(run, kind, file=received.file)
        # What was read is in the plan; of a large file it takes as much room again.
        received.file.rows.clear()
        counts = plan.counted()
        is_good = counts["bad"] < counts["rows"] if only_good else not counts["bad"]
        if not is_good:
            keep_plan(run, plan)
            return run
        take(run, ImportStep.CHECKED)
        take(run, ImportStep.WRITING)
        run.options = {**run.options, "only_good": only_good}
        act_id = carry_out(run, kind, plan, by)
        # Only now do the rows know which records they made.
        keep_rows(run, plan)
        finish(
            run,
            ImportStep.WRITTEN,
            counts=counts,
            repairs=repairs_of(plan),
            digest=plan.digest,
            act_id=act_id,
            written_at=timezone.now(),
        )
    return run
