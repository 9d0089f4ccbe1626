"""``manage.py check_restore``: see that a backup would bring everything back."""

import secrets
import signal
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cluster_portal.backup import checking
from cluster_portal.backup.archive import Reader, opened
from cluster_portal.backup.manifest import Refused

#: Of each kind of fault so many are shown.
SHOWN = 20


class Command(BaseCommand):
    """Restore into a scratch place and compare there; or compare what runs.

    Counts of all tables, the newest history, the hash of every file, twenty pages.
    Ends with 1 if anything is wrong. The running register is not touched.
    """

    help = "Restore a backup elsewhere, compare everything with it, and open pages."

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which backup, and where to look."""
        parser.add_argument("source", metavar="FILE")
        parser.add_argument(
            "--live",
            action="store_true",
            help="compare this register, just restored, instead of a scratch one",
        )
        parser.add_argument(
            "--scratch", metavar="FOLDER", help="where to unpack; a temporary folder"
        )
        parser.add_argument(
            "--seed", type=int, help="chooses the same pages as another run"
        )

    def handle(self, *args: Any, source: str, **options: Any) -> None:
        """Compare, and print a report.

        :raises CommandError: if anything is wrong.
        """
        seed = options["seed"]
        if seed is None:
            seed = secrets.randbelow(1_000_000)
        path = Path(source).absolute()
        # A stop that is asked for takes the scratch place away, as an error does.
        signal.signal(signal.SIGTERM, _stop)
        try:
            with opened(path) as reader:
                if options["live"]:
                    self.report(checking.check(reader, seed=seed), seed)
                else:
                    self.elsewhere(reader, path, seed, options["scratch"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def elsewhere(
        self, reader: Reader, path: Path, seed: int, place: str | None
    ) -> None:
        """Restore into a scratch place by the very commands, and compare there.

        :raises CommandError: if either of them fails.
        """
        said = reader.manifest()
        with TemporaryDirectory(prefix="portal-check-", dir=place) as name:
            checking.room_for(said, Path(name))
            with checking.scratch(Path(name)) as environment:
                if checking.manage(environment, "restore", str(path)):
                    raise CommandError("The backup could not be restored.")
                words = ("check_restore", str(path), "--live", f"--seed={seed}")
                if checking.manage(environment, *words):
                    raise CommandError("What was restored is not what was backed up.")

    def report(self, found: checking.Report, seed: int) -> None:
        """Say what was compared, and what is wrong.

        :raises CommandError: if anything is.
        """
        said = found.manifest
        say = self.stdout.write
        say(f"Backup of {said.taken_at:%Y-%m-%d %H:%M:%S} UTC, {said.vendor}")
        say("Made by: " + ", ".join(f"{k} {v}" for k, v in said.versions.items()))
        _list(say, f"Rows: {found.tables} tables compared", found.wrong_rows)
        newest = max(said.history.values(), default=0)
        say(f"History: {len(said.history)} tables, newest id {newest}")
        _list(say, f"Files: {found.files:,} hashes compared", found.wrong_files)
        shut = [str(page) for page in found.pages if not page.is_well]
        _list(say, f"Pages: {len(found.pages)} opened (seed {seed})", shut)
        if not found.is_well:
            raise CommandError("The register is not what its backup says.")
        say("All is as it was.")


def _stop(signum: int, frame: Any) -> None:
    raise SystemExit(128 + signum)


def _list(say: Any, what: str, wrong: Any) -> None:
    say(f"{what}: " + (f"{len(wrong)} WRONG" if wrong else "all right"))
    for each in wrong[:SHOWN]:
        say(f"  {each}")
    if len(wrong) > SHOWN:
        say(f"  and {len(wrong) - SHOWN} more")
