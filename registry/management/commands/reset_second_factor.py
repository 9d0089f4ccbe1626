"""Take a lost second factor off an account, where no other administrator can."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from registry.actions.audit import record_event
from registry.actions.second_factor import reset_second_factor
from registry.enums import AuditKind
from registry.errors import RecordError
from registry.models import User


class Command(BaseCommand):
    """Reset the second factor of one account; its owner is told by mail."""

    help = (
        "Takes a lost second factor off an account and signs it out everywhere. For "
        "the only administrator of a portal; others ask an administrator."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for whose it is, and why it goes."""
        parser.add_argument("email")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, email: str, reason: str, **options: Any) -> None:
        """Reset it, or say why not."""
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"There is no account {email}.")
        try:
            with transaction.atomic():
                reset_second_factor(user, by=None, reason=reason)
                record_event(AuditKind.FACTOR_RESET, by=None, about=user, detail=reason)
        except RecordError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{email} signs in by password alone until a new one is set.")
