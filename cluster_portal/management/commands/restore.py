"""``manage.py restore``: put a backup back, all of it or nothing."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from cluster_portal.backup import databases, manifest
from cluster_portal.backup.archive import opened
from cluster_portal.backup.manifest import Refused
from cluster_portal.backup.restoring import Restored, restore

#: Of files that are missing so many are named.
NAMED = 10


class Command(BaseCommand):
    """Restore into an empty database and empty folders, or over what is there.

    Everything is compared with the manifest before anything is touched. The database
    changes in one step, after the files.
    """

    help = "Restore a backup made by `manage.py backup`."

    # Where there is no table yet, no check of them would be right.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which backup, and whether what is there may go."""
        parser.add_argument("source", metavar="FILE")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="put it in the place of what is there; asks for the database's name",
        )
        parser.add_argument(
            "--confirm", default="", metavar="NAME", help="that name, for scripts"
        )

    def handle(
        self, *args: Any, source: str, replace: bool, confirm: str, **options: Any
    ) -> None:
        """Restore, and say what is left to do.

        :raises CommandError: with what stood against it.
        """
        say = self.stdout.write if options["verbosity"] > 0 else lambda _text: None
        try:
            with opened(Path(source)) as reader:
                if replace:
                    self.confirm(confirm)
                done = restore(reader, replace=replace, say=say)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for line in told(done):
            say(line)

    def confirm(self, given: str) -> None:
        """Have the person type the name of the database that goes.

        :raises CommandError: if it is another.
        """
        name = Path(str(connections[databases.ALIAS].settings_dict["NAME"])).name
        if not given and sys.stdin.isatty():
            given = input(f"All that {name} and its files hold now goes. Its name: ")
        if given.strip() != name:
            raise CommandError(
                f"Nothing was changed. To replace it, say its name: --confirm {name}"
            )


def told(done: Restored) -> list[str]:
    """Return what was done, and what people have to do now, line by line."""
    said = done.manifest
    lines = [
        f"Restored as of {said.taken_at:%Y-%m-%d %H:%M:%S} UTC: {said.rows:,} rows in "
        f"{len(said.counts)} tables, {done.files:,} files; every count is right."
    ]
    if done.migrated:
        lines.append(f"Brought up to this portal by {done.migrated} migrations.")
    lines.append(
        f"Everybody signs in again; {done.works} imports and exports begin anew; "
        f"{done.mails} mails that waited are held, for they may have been sent."
    )
    if said.identity_key != manifest.identity_fingerprint():
        lines.append(
            "WARNING: PORTAL_IDENTITY_KEY is another than that of the backup. Identity "
            "numbers in it are recognised by that one only: set it before people work."
        )
    if done.missing:
        names = ", ".join(done.missing[:NAMED])
        lines.append(f"WARNING: {len(done.missing)} files are nowhere: {names}")
    return [*lines, *_erasures(done)]


def _erasures(done: Restored) -> list[str]:
    """Return the promise that a restore breaks, unless somebody keeps it."""
    if not done.erased:
        return [
            "People erased after this moment are back: erase them again "
            "(manage.py person_erase) before the portal opens."
        ]
    return ["Erased after this moment, and back now; erase them again:", *done.erased]
