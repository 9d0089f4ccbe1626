"""Read the yearly open files of the Community Development Department."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from members.models import FIRST_YEAR, LAST_YEAR
from products.cdd.running import Outcome, import_file
from registry.errors import RecordError
from registry.models import Province
from registry.place_names import PlaceNames
from registry.sheets.gate import SheetRefused
from registry.statistics import gather

#: Rows that are told one by one; the run keeps them all.
TOLD = 20


class Command(BaseCommand):
    """Import producers and star results; the same files again change nothing."""

    help = (
        "Import the yearly open files of the Community Development Department: "
        "producers, star results, or both (.csv or .xlsx)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which files, of which year, and how far to go."""
        parser.add_argument("--producers", type=Path, help="The list of producers.")
        parser.add_argument("--stars", type=Path, help="The list of star results.")
        parser.add_argument(
            "--year",
            type=int,
            required=True,
            help="Year (B.E.) of the lists; of star results, that of their round.",
        )
        parser.add_argument(
            "--province", help="Take the rows of one province only: name or code."
        )
        parser.add_argument(
            "--trial",
            action="store_true",
            help="Write nothing, only say what would be.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import each file by itself, and account for every row."""
        files = [
            (options["producers"], False),
            (options["stars"], True),
        ]
        if not any(path for path, _is_stars in files):
            raise CommandError("Please name a file: --producers FILE, --stars FILE.")
        if not FIRST_YEAR <= options["year"] <= LAST_YEAR:
            raise CommandError(
                f"{options['year']} is no year of the Buddhist era; write it as 2568."
            )
        with transaction.atomic() if options["trial"] else nullcontext():
            self.read(files, options)
            if options["trial"]:
                # So what the second file says is counted as it would be.
                transaction.set_rollback(True)
        if options["trial"]:
            self.stdout.write("Nothing was written: this was a trial.")
        else:
            gather()

    def read(self, files: list[tuple[Path | None, bool]], options: Any) -> None:
        """Read the files that are named."""
        province = self.province(options["province"])
        for path, is_stars in files:
            if path is None:
                continue
            try:
                outcome = import_file(
                    path, of_stars=is_stars, year=options["year"], province=province
                )
            except (SheetRefused, RecordError) as refusal:
                raise CommandError(str(refusal)) from refusal
            except OSError as error:
                why = error.strerror
                raise CommandError(f"{path} cannot be read: {why}.") from error
            self.account(path, outcome)

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

    def account(self, path: Path, outcome: Outcome) -> None:
        """Say what became of the rows, and why some were not taken."""
        told = outcome.told()
        self.stdout.write(f"{path.name}:")
        if outcome.unknown:
            self.stdout.write(f"Columns left aside: {', '.join(outcome.unknown)}")
        skipped = sorted(outcome.skipped)
        for number, why in skipped[:TOLD]:
            self.stdout.write(f"Row {number} is bad: {why}")
        if len(skipped) > TOLD:
            self.stdout.write(f"… and {len(skipped) - TOLD} more; the run keeps them.")
        if told["left_out"]:
            self.stdout.write(f"Rows of other provinces left out: {told['left_out']}")
        counts = outcome.counts
        self.stdout.write(
            f"Drafts: {counts['of_new']}. Known already: {counts['of_known']}. "
            f"Matched now: {counts['of_link']}. For the review: {counts['of_wait']} "
            f"new, {counts['of_waiting']} from before. Left out by a person: "
            f"{counts['of_ignored']}. Repeated rows: {counts['of_copy']}."
        )
        self.stdout.write(
            f"Star results entered: {told['results']}. Differences to what people "
            f"wrote: {told['differences']}."
        )
        sums = "{rows} rows = {new} new + {changed} changed + {same} same + {bad} bad"
        self.stdout.write(sums.format(**told))
