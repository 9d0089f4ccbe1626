"""Read a list of goods, as offices keep them, into members and products."""

from itertools import groupby
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from products.importing.layouts import LAYOUTS
from products.importing.outcomes import Fate, Outcome
from products.importing.running import Imported, ImportRefused, counts, import_file
from registry.errors import RecordError
from registry.models import Province
from registry.place_names import PlaceNames
from registry.sheets.gate import SheetRefused
from registry.statistics import gather


class Command(BaseCommand):
    """Import a spreadsheet of products; the same file again changes nothing."""

    help = "Import products and their producers from a spreadsheet (.xlsx or .csv)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which file, of which kind, and how far to go."""
        parser.add_argument("file", type=Path, help="The spreadsheet.")
        parser.add_argument(
            "--layout", required=True, choices=sorted(LAYOUTS), help="What kind it is."
        )
        parser.add_argument(
            "--publish",
            action="store_true",
            help="Publish what may be: producers with a name that is no person's, "
            "and their goods. Also drafts of an earlier import of the file.",
        )
        parser.add_argument(
            "--province", help="Take the rows of one province only: name or code."
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Write nothing, only say what would be.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and account for every row."""
        try:
            imported = import_file(
                options["file"],
                LAYOUTS[options["layout"]],
                by=None,
                publish=options["publish"],
                province=self.province(options["province"]),
                is_trial=options["dry_run"],
            )
        except (SheetRefused, ImportRefused, RecordError) as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(
                f"{options['file']} cannot be read: {error.strerror}."
            ) from error
        gather()
        self.account(imported)

    def province(self, name: str | None) -> Province | None:
        """Return the province asked for.

        :raises CommandError: if there is none of that name or code.
        """
        if name is None:
            return None
        found = PlaceNames.load().province(name)
        if found is None:
            raise CommandError(f"There is no province “{name}”.")
        return found

    def account(self, imported: Imported) -> None:
        """Say what became of the rows, each with its reason, and what was repaired."""
        plan = imported.plan
        told = counts(plan, imported.written)
        if imported.heading.unknown:
            self.stdout.write(
                f"Columns left aside: {', '.join(imported.heading.unknown)}"
            )
        for outcome in plan.outcomes:
            if outcome.fate is Fate.SKIPPED:
                self.stdout.write(f"Row {outcome.number} skipped: {outcome.sentence}")
        for line in merged_lines(plan.outcomes):
            self.stdout.write(line)
        for repair, count in sorted(plan.repairs.items()):
            self.stdout.write(f"Repaired {count}: {repair.label}")
        if plan.left_out:
            self.stdout.write(f"Rows of other provinces left out: {plan.left_out}")
        if imported.written is not None:
            self.stdout.write(
                "Entered: {members} producers, {placeholders} placeholders for unnamed "
                "ones, {products} products. Published: {members_published} producers, "
                "{products_published} products.".format(**told)
            )
            for record, sentence in imported.written.refused:
                self.stdout.write(f"Not published: {record.code}: {sentence}")
        else:
            self.stdout.write("Nothing was written: this was a trial.")
        self.stdout.write(
            "{rows} rows = {made} made + {merged} merged + {skipped} skipped".format(
                **told
            )
        )


def merged_lines(outcomes: list[Outcome]) -> list[str]:
    """Return why rows were merged; those in the register already in one line."""
    merged = [outcome for outcome in outcomes if outcome.fate is Fate.MERGED]
    there = [outcome for outcome in merged if outcome.reason == "there"]
    lines = [
        f"Row {outcome.number} merged: {outcome.sentence}"
        for outcome in merged
        if outcome.reason != "there"
    ]
    if there:
        numbers = spans([outcome.number for outcome in there])
        lines.append(f"{len(there)} rows are in the register already: rows {numbers}")
    return lines


def spans(numbers: list[int]) -> str:
    """Return numbers as people write them: "2–9, 12"."""
    found = []
    for _offset, group in groupby(
        enumerate(sorted(numbers)), key=lambda each: each[1] - each[0]
    ):
        run = [number for _position, number in group]
        found.append(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}")
    return ", ".join(found)
