"""Checking the rows of a run: what each would do, kept as rows to be looked at."""

from collections import Counter
from typing import Any

from django.db import transaction

from registry.actions.imports.steps import finish
from registry.enums import ImportStep, RowChoice, RowFate
from registry.importing.kinds import Choices, ImportKind, Plan, Sheet
from registry.importing.opening import Opened, missing, reopened
from registry.jobs import Progress
from registry.models import ImportRow, ImportRun
from registry.rows_at_once import insert_values

#: A file of no more rows is checked while its person waits.
AT_ONCE = 1_000
BATCH = 2_000


def choices_of(run: ImportRun) -> Choices:
    """Return what the person has said of the rows, and of empty cells."""
    decided = run.rows.exclude(choice=RowChoice.OPEN)
    return Choices(
        rows={
            number: (RowChoice(choice), chosen)
            for number, choice, chosen in decided.values_list(
                "number", "choice", "chosen_id"
            )
        },
        erases=bool(run.options.get("erases")),
        options=run.options,
    )


def planned(
    run: ImportRun,
    kind: ImportKind,
    progress: Progress | None = None,
    file: Opened | None = None,
) -> Plan:
    """Decide on every row of the stored file as the register is now.

    :raises FileGone: if the file is no longer kept.
    """
    sheet = (file or reopened(run)).sheet(run)
    plan = kind.plan(sheet, by=run.by, choices=choices_of(run), progress=progress)
    see_that_rows_add_up(plan, sheet)
    return plan


def see_that_rows_add_up(plan: Plan, sheet: Sheet) -> None:
    """See that every row of the file has one fate.

    :raises AssertionError: if one was lost or doubled: a program error.
    """
    if [row.number for row in plan.rows] != [row.number for row in sheet.rows]:
        raise AssertionError("A row of the file was lost or doubled.")
    counts = plan.counted()
    if counts["rows"] != sum(counts[fate.value] for fate in RowFate):
        raise AssertionError("The rows do not add up.")


@transaction.atomic
def keep_plan(run: ImportRun, plan: Plan) -> None:
    """Keep what would become of each row, for the preview; the run is checked then.

    The caller has locked the run.
    """
    keep_rows(run, plan)
    finish(
        run,
        ImportStep.CHECKED,
        counts=plan.counted(),
        repairs=repairs_of(plan),
        digest=plan.digest,
    )


def keep_rows(run: ImportRun, plan: Plan) -> None:
    """Replace the rows of a run; what a person said of one stays."""
    said: dict[int, tuple[str, int | None, Any]] = {
        number: (choice, chosen, twins)
        for number, choice, chosen, twins in run.rows.exclude(
            choice=RowChoice.OPEN
        ).values_list("number", "choice", "chosen_id", "twins")
    }
    run.rows.all()._raw_delete(run.rows.db)
    nothing: tuple[str, int | None, Any] = ("", None, [])
    for start in range(0, len(plan.rows), BATCH):
        rows = plan.rows[start : start + BATCH]
        spoken = [said.get(each.number, nothing) for each in rows]
        columns: dict[str, list[Any]] = {
            name: [getattr(each, name) for each in rows] for name in PLANNED
        }
        columns["run_id"] = [run.pk] * len(rows)
        columns["choice"] = [choice for choice, _chosen, _twins in spoken]
        columns["chosen_id"] = [chosen for _choice, chosen, _twins in spoken]
        columns["twins"] = [
            each.twins or twins
            for each, (_choice, _chosen, twins) in zip(rows, spoken, strict=True)
        ]
        insert_values(ImportRow, columns)


#: What a row of a run keeps of a planned one, as it stands.
PLANNED = (
    *("number", "fate", "name", "model", "object_id", "is_proposal"),
    *("cells", "faults", "repairs"),
)


def repairs_of(plan: Plan) -> dict[str, int]:
    """Return how often each thing was put right, the most frequent first."""
    counted = Counter(sentence for row in plan.rows for _key, sentence in row.repairs)
    return dict(counted.most_common())


def lacks_columns(run: ImportRun, kind: ImportKind) -> bool:
    """Tell whether the file lacks a needed column after all."""
    return bool(missing(kind.columns(run.by), {*run.columns, *run.options}))
