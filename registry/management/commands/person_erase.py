"""Take a person out of the register (PDPA section 33), or look whether it is done."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.privacy import erase_person, going
from registry.errors import RecordError
from registry.personal import Person
from registry.selecting import add_selectors, selected
from registry.tracing import Left, sweep


class Command(BaseCommand):
    """Show what will go, ask, erase, and look again."""

    help = "Erase a person: rows, history, files, mails and every text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the person, the reason, and whether to ask."""
        add_selectors(parser)
        parser.add_argument("--reason", default="", help="why; without personal data")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--check", action="store_true", help="only look where the person is named"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase, unless the answer is no."""
        person = selected(options)
        if options["check"]:
            self._say(sweep(person.needles))
            return
        if not options["reason"].strip():
            raise CommandError("Say why: --reason.")
        self._show(person)
        if not options["yes"] and input("Erase for ever? [yes/no] ") != "yes":
            raise CommandError("Nothing was erased.")
        try:
            erase_person(person, by=None, reason=options["reason"])
        except RecordError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("Erased.")
        self._say(sweep(person.needles))

    def _show(self, person: Person) -> None:
        for each in going(person):
            name = each.store.table._meta.verbose_name_plural
            self.stdout.write(f"{name}: {each.rows} rows, {each.past} of history")

    def _say(self, left: Iterable[Left]) -> None:
        """Tell where the person is still found; fail where it can be nobody else.

        :raises CommandError: if an address or a number is left anywhere.
        """
        for each in left:
            doubt = " (perhaps somebody of the same name)" if each.is_name_only else ""
            self.stdout.write(f"{each.table}.{each.column}: {each.rows}{doubt}")
        if any(not each.is_name_only for each in left):
            raise CommandError("The person is still named.")
        self.stdout.write("Named nowhere else.")
