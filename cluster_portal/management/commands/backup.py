"""``manage.py backup``: the whole register in one file, while people work."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cluster_portal.backup.making import make_backup
from cluster_portal.backup.manifest import Refused

SECRETS = (
    "Not in it: PORTAL_SECRET_KEY and PORTAL_IDENTITY_KEY. Keep them apart from "
    "it, and as long: without the identity key no identity number is recognised."
)


class Command(BaseCommand):
    """Write one archive with database, files and a manifest of both.

    It has its name only once it is whole; on any failure nothing is left.
    """

    help = "Back up database, public and private files into one file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where it goes."""
        parser.add_argument(
            "target", metavar="OUT", help="a file that does not exist yet, or a folder"
        )

    def handle(self, *args: Any, target: str, verbosity: int, **options: Any) -> None:
        """Make it, and say what is in it.

        :raises CommandError: with what stood against it.
        """
        path = Path(target).absolute()
        if path.is_dir():
            path /= f"portal-{timezone.localtime():%Y-%m-%d-%H%M%S}.tar"
        say = self.stdout.write if verbosity > 0 else lambda _text: None
        # A stop that is asked for cleans up as an error does.
        signal.signal(signal.SIGTERM, _stop)
        try:
            made = make_backup(path, say)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        say(f"{path}: as of {made.taken_at:%Y-%m-%d %H:%M:%S} UTC")
        say(SECRETS)


def _stop(signum: int, frame: Any) -> None:
    raise SystemExit(128 + signum)
