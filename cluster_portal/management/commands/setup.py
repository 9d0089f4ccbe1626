"""Make an empty database a register that staff can begin to fill."""

import getpass
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from cluster_portal.filling import fill_register
from registry.actions.accounts import open_account
from registry.enums import Role
from registry.models import Installation, User
from registry.statistics import gather

NOBODY = (
    "There is no administrator yet. Run `manage.py setup` on a terminal, or set "
    "PORTAL_ADMIN_EMAIL and PORTAL_ADMIN_PASSWORD and run it again."
)


class Command(BaseCommand):
    """Fill in places, offices, marks, shelves and search words; let the first one in.

    Runs as often as one likes: it adds what is missing and changes nothing that
    staff have edited.
    """

    help = "Prepare the register: places, offices, marks, categories, administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say whether to ask, and whom to let in."""
        parser.add_argument(
            "--no-input",
            action="store_false",
            dest="interactive",
            help="Ask nothing; the administrator comes from the environment.",
        )
        parser.add_argument(
            "--administrator",
            metavar="EMAIL",
            default="",
            help="E-mail address of the first administrator.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill the register, then see to its administrator."""
        self.verbosity = options["verbosity"]
        call_command("sync_places", verbosity=self.verbosity, stdout=self.stdout)
        Installation.objects.get_or_create(pk=1)
        entered = {what: count for what, count in fill_register().items() if count}
        for what, count in entered.items():
            self.say(f"{count} {what} entered.")
        if not entered:
            self.say("Agencies, marks, categories and aliases: nothing was missing.")
        gather()
        self.let_in_first(options["administrator"], ask=options["interactive"])

    def say(self, sentence: str) -> None:
        """Print a sentence, unless the caller wants quiet."""
        if self.verbosity > 0:
            self.stdout.write(sentence)

    def let_in_first(self, email: str, *, ask: bool) -> None:
        """Make the first administrator; where there is one, do nothing.

        :raises CommandError: if the address or the password will not do.
        """
        if User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
            return
        email = email or settings.ADMIN_EMAIL
        password = settings.ADMIN_PASSWORD
        # A terminal is there to be asked; a script or a service is not.
        if ask and sys.stdin.isatty():
            email = email or input("E-mail of the first administrator: ").strip()
            password = password or getpass.getpass("Password (12 characters or more): ")
        if not (email and password):
            self.say(NOBODY)
            return
        check(email, password)
        open_account(
            email,
            password=password,
            role=Role.ADMINISTRATOR,
            name_th="ผู้ดูแลระบบ",
            name_en="Administrator",
            by=None,
            reason="manage.py setup",
        )
        self.say(f"Administrator {email} may sign in.")


def check(email: str, password: str) -> None:
    """Refuse what a form would refuse.

    :raises CommandError: with the reasons.
    """
    try:
        validate_email(email)
        validate_password(password, User(email=email))
    except ValidationError as refusal:
        raise CommandError(" ".join(refusal.messages)) from refusal
    if User.objects.filter(email=email.lower()).exists():
        raise CommandError(f"{email} already has an account of another role.")
