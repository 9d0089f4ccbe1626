"""Let go of what was kept long enough; for the nightly round."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from registry.retention import forget_old


class Command(BaseCommand):
    """Go through every store that has a term."""

    help = "Delete personal data whose time is over (see .env.example for the days)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to try only."""
        parser.add_argument(
            "--dry-run", action="store_true", help="count, and delete nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what went, a line for each store that had something."""
        total = 0
        for each in forget_old(is_trial=options["dry_run"]):
            total += each.rows
            if each.rows:
                name = each.store.table._meta.verbose_name_plural
                self.stdout.write(f"{name}: {each.rows} older than {each.days} days")
        word = "would go" if options["dry_run"] else "gone"
        self.stdout.write(f"{total} rows {word}.")
