"""Write the open data of a year, for ever: for cron, in the first night of January."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.opendata import snapshots


class Command(BaseCommand):
    """Write what is not written yet; never write anything again."""

    help = (
        "Write each open dataset of a year (B.E.) as CSV and JSON, once and for ever. "
        "Without --year: in January those of the year that has ended, else none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the year."""
        parser.add_argument(
            "--year", type=int, help="this year, or last year's in January (2569)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say which files are new."""
        year = options["year"] or snapshots.year_due()
        if year is None:
            if options["verbosity"] > 1:
                self.stdout.write("No year has just ended; --year names this one.")
            return
        try:
            made = snapshots.make_snapshots(year)
        except snapshots.YearRefused as refused:
            raise CommandError(str(refused)) from refused
        for each in made:
            self.stdout.write(f"{each}: {each.rows:,} rows, {each.size:,} bytes")
        if not made:
            self.stdout.write(f"The datasets of {year} are all written already.")
