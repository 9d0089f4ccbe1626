"""One import from the file to the run that remembers it."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from products.importing.layouts import Column, Layout
from products.importing.matching import NoOffices, Plan, plan_import
from products.importing.outcomes import Fate
from products.importing.writing import Written, write_plan
from registry.enums import RunStatus
from registry.models import ImportRun, Province, User
from registry.sheets.gate import COMMAND_LIMITS, Admitted, Limits, admit
from registry.sheets.reading import Heading, Row, find_heading, read_rows


class ImportRefused(ValueError):
    """A file that cannot be imported as it is; ``str()`` is a sentence."""


@dataclass(frozen=True)
class Imported:
    """What an import did, or would do: ``written`` and ``run`` are None when tried."""

    plan: Plan
    heading: Heading
    written: Written | None = None
    run: ImportRun | None = None


def import_file(
    path: Path,
    layout: Layout,
    *,
    by: User | None,
    publish: bool = False,
    province: Province | None = None,
    is_trial: bool = False,
    limits: Limits = COMMAND_LIMITS,
) -> Imported:
    """Read a file into the register: all of it or, when anything fails, nothing.

    :raises registry.sheets.gate.SheetRefused: if the file does not pass the gate.
    :raises ImportRefused: if it has not the headings of ``layout``, or nobody could
        own its rows.
    """
    admitted = admit(path, name=path.name, limits=limits)
    rows, heading = _below_heading(admitted, layout)
    if is_trial:
        return Imported(_planned(rows, heading, layout, province), heading)
    run = ImportRun.objects.create(
        by=by, layout=layout.key, file_name=path.name[:250], file_hash=admitted.sha256
    )
    try:
        with transaction.atomic():
            plan = _planned(rows, heading, layout, province)
            written = write_plan(
                plan,
                file_name=path.name,
                by=by,
                reason=_("Import of “%(file)s”") % {"file": path.name},
                publish=publish,
            )
            _finish(run, plan, written)
    except Exception as error:
        # A defect leaves the run as failed too; its trace goes to whoever called.
        run.status, run.error = RunStatus.FAILED, str(error)
        run.finished_at = timezone.now()
        run.save(update_fields=["status", "error", "finished_at"])
        raise
    return Imported(plan, heading, written, run)


def _below_heading(admitted: Admitted, layout: Layout) -> tuple[list[Row], Heading]:
    """Return the rows below the heading, and it.

    :raises ImportRefused: if there is none, or a needed column has none.
    """
    rows = list(read_rows(admitted))
    known = {str(column): names for column, names in layout.headings.items()}
    heading = find_heading(rows, known)
    found = heading.columns if heading is not None else {}
    missing = [
        column for column in layout.headings if column in layout.needed - set(found)
    ]
    if heading is None or missing:
        names = ", ".join(f"“{layout.headings[column][0]}”" for column in missing)
        raise ImportRefused(
            _("The file has no column %(names)s that this layout needs.")
            % {"names": names or f"“{layout.headings[Column.PRODUCT][0]}”"}
        )
    return [row for row in rows if row.number > heading.number], heading


def _planned(
    rows: list[Row], heading: Heading, layout: Layout, province: Province | None
) -> Plan:
    try:
        plan = plan_import(rows, heading, layout, province=province)
    except NoOffices as error:
        raise ImportRefused(
            _(
                "The register has no office that could own the rows; "
                "please run “manage.py setup” first."
            )
        ) from error
    # Nothing is lost unexplained, whatever a later change does to the steps before.
    if len(plan.outcomes) != len(rows) - plan.left_out:
        raise RuntimeError("Rows went missing on the way.")
    return plan


def _finish(run: ImportRun, plan: Plan, written: Written) -> None:
    run.act_id = written.act_id
    run.counts = counts(plan, written)
    run.skipped = [
        [outcome.number, outcome.sentence]
        for outcome in plan.outcomes
        if outcome.fate is Fate.SKIPPED
    ]
    run.status, run.finished_at = RunStatus.DONE, timezone.now()
    run.save()


def counts(plan: Plan, written: Written | None = None) -> dict[str, int]:
    """Return what is counted of an import: rows = made + merged + skipped, always."""
    found = {"rows": len(plan.outcomes)}
    found |= {fate.value: plan.counted(fate) for fate in Fate}
    if sum(found[fate.value] for fate in Fate) != found["rows"]:
        raise RuntimeError("The rows do not add up.")
    found["repaired"] = plan.repairs.total()
    if written is not None:
        found |= {
            "members": written.members,
            "placeholders": written.placeholders,
            "products": written.products,
            "members_published": written.members_published,
            "products_published": written.products_published,
        }
    return found
