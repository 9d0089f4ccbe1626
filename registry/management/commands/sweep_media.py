"""Remove stored files that nothing needs any more: for cron, by night."""

from datetime import timedelta
from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from registry.sweeping import is_of, needed, unneeded

#: A form that was begun yesterday may still be sent.
DAYS = 2
ALIASES = ("public", "private")


class Command(BaseCommand):
    """Sweep both storages."""

    help = (
        "Remove stored files that no row, no history, no open proposal and no form "
        "being filled in names, and that are older than two days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Only say what would be removed."
        )
        parser.add_argument(
            "--days", type=int, default=DAYS, help="Leave younger files alone."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Find, ask again, remove: a form may have been saved meanwhile."""
        before = timezone.now() - timedelta(days=max(1, options["days"]))
        known = needed()
        found = [
            (alias, name)
            for alias in ALIASES
            for name in unneeded(storages[alias], known, before=before)
        ]
        if not options["dry_run"] and found:
            known = needed()
            found = [(alias, name) for alias, name in found if not is_of(name, known)]
            for alias, name in found:
                storages[alias].delete(name)
        if options["verbosity"] > 1 or options["dry_run"]:
            for alias, name in found:
                self.stdout.write(f"{alias}: {name}")
        said = "would be removed" if options["dry_run"] else "removed"
        self.stdout.write(f"{len(found)} files {said}.")
