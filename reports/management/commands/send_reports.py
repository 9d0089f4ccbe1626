"""Have the monthly reports made and sent: for cron, every morning."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reports.monthly import send_reports


class Command(BaseCommand):
    """Order the files of this month that were not ordered yet."""

    help = (
        "Have the worker make the reports people get each month; each gets a mail when "
        "the file is there. Run again in the same month it sends only what is new."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Let a month that was missed be told by one of its days."""
        parser.add_argument(
            "--day", type=date.fromisoformat, help="YYYY-MM-DD; today if left out."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Order them."""
        ordered = send_reports(options["day"] or timezone.localdate())
        self.stdout.write(f"{ordered} reports ordered.")
