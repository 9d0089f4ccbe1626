"""Take up long work whose worker died: for cron, and before a worker starts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from registry.jobs import revive


class Command(BaseCommand):
    """Put what nobody was heard of before the workers again."""

    help = (
        "Put imports and exports whose worker was not heard of for two minutes before "
        "the workers again. Harmless at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether any worker lives."""
        parser.add_argument(
            "--alone",
            action="store_true",
            help="no worker runs anywhere: whatever is open is taken up again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how much was taken up, if anything was."""
        count = revive(is_alone=options["alone"])
        if count or options["verbosity"] > 1:
            self.stdout.write(f"{count} pieces of work taken up again.")
