"""Fill the database with the demonstration, and mark it as one."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cluster_portal.demo.loading import holds_own_records, load
from cluster_portal.filling import fill_register
from registry.statistics import gather

#: By this return code a caller knows that nothing was loaded, and why.
HOLDS_OWN_RECORDS = 3


class Command(BaseCommand):
    """Load the demonstration of Loei; again without doubling or undoing anything."""

    help = "Load the demonstration into an empty database, or bring it up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a database with records of its own, else enter what is missing.

        :raises CommandError: with return code 3, if it is not ours to fill.
        """
        if holds_own_records():
            raise CommandError(
                "This database holds records of its own: the demonstration was not "
                "loaded, and nothing was changed.",
                returncode=HOLDS_OWN_RECORDS,
            )
        call_command("sync_places", verbosity=0)
        fill_register()
        entered = load()
        gather()
        if options["verbosity"] > 0:
            done = f"{entered} rows entered" if entered else "nothing was missing"
            self.stdout.write(f"Demonstration: {done}.")
