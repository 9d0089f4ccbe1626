"""Hand a person everything the register keeps about them (PDPA sections 30, 31)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from registry.actions.privacy import record_hand_out
from registry.handing_out import archive
from registry.selecting import add_selectors, selected


class Command(BaseCommand):
    """Write the archive and record that it was made."""

    help = "Write a ZIP of everything kept about one person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the person, the file and the language."""
        add_selectors(parser)
        parser.add_argument("--out", required=True, type=Path, help="the file to write")
        parser.add_argument("--language", choices=("th", "en"), default="th")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file; an older one stays."""
        person = selected(options)
        out: Path = options["out"]
        if out.exists():
            raise CommandError(f"{out} is there already.")
        with override(options["language"]):
            content = archive(person)
        record_hand_out(person, by=None)
        out.touch(mode=0o600)
        out.write_bytes(content)
        self.stdout.write(f"{len(content):,} bytes written to {out}.")
