"""Send the mails that wait: for cron, and for after a mail server was away."""

from typing import Any

from django.core.management.base import BaseCommand

from registry.actions.mail import send_waiting


class Command(BaseCommand):
    """Send every mail of the outbox that is due."""

    help = "Send the mails that wait in the outbox."

    def handle(self, *args: Any, **options: Any) -> None:
        """Send until nothing more is due."""
        sent = 0
        while batch := send_waiting():
            sent += batch
        self.stdout.write(f"{sent} mails sent.")
