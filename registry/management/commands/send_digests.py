"""Write the daily mails about work that waits: for cron, every morning."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from registry.actions.digests import send_digests


class Command(BaseCommand):
    """Tell each reviewer, administrator and officer what waits for them."""

    help = (
        "Write one mail a day to each person for whom something waits. "
        "Run again on the same day it writes only what was not written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Let a day that was missed be told by its date."""
        parser.add_argument(
            "--day", type=date.fromisoformat, help="YYYY-MM-DD; today if left out."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the mails of the day."""
        written = send_digests(options["day"] or timezone.localdate())
        self.stdout.write(f"{written} mails written.")
