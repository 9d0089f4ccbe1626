"""``manage.py generate_register``: a register of the whole country, invented."""

import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from cluster_portal.demo.accounts import open_accounts
from cluster_portal.generated import results
from cluster_portal.generated.loading import Wanted, generate, holds_other_records
from registry.models import Agency
from registry.statistics import gather
from registry.vocabulary import rebuild

#: By this return code a caller knows that nothing was written, and why.
HOLDS_OTHER_RECORDS = 3
#: What the register's dates are counted back from, unless somebody says another day.
DAY = date(2026, 11, 1)


class Command(BaseCommand):
    """Fill an empty database, or one that was generated, with a national register.

    For measuring and trying. The same numbers, seed and day give the same register;
    only which certificates are in force is asked of today. One that was generated
    before is thrown away first.
    """

    help = "Generate an invented register of the whole country."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say how large it is to be."""
        parser.add_argument("--members", type=int, default=100_000, metavar="N")
        parser.add_argument("--products", type=int, default=250_000, metavar="N")
        parser.add_argument("--ratings", type=int, default=1_000_000, metavar="N")
        parser.add_argument("--seed", type=int, default=2569, metavar="S")
        parser.add_argument(
            "--day",
            type=date.fromisoformat,
            default=DAY,
            metavar="YYYY-MM-DD",
            help="the register's last day",
        )
        parser.add_argument(
            "--no-pictures",
            action="store_false",
            dest="pictures",
            help="leave the goods without photos",
        )
        parser.add_argument(
            "--accounts",
            action="store_true",
            help="open the demonstration's accounts as well",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a database with records of another origin, else fill it.

        :raises CommandError: if the numbers do not fit; with return code 3, if the
            database is not ours to fill.
        """
        begun = time.monotonic()
        wanted = Wanted(
            options["members"],
            options["products"],
            options["ratings"],
            options["seed"],
            options["day"],
            with_pictures=options["pictures"],
        )
        _check(wanted)
        if holds_other_records():
            raise CommandError(
                "This database holds records that were not generated: nothing was "
                "changed.",
                returncode=HOLDS_OTHER_RECORDS,
            )
        self.verbosity = options["verbosity"]
        counts = generate(wanted, self.say)
        rebuild(self.say)
        if options["accounts"]:
            known = Agency.objects.exclude(key=None)
            open_accounts({agency.key: agency for agency in known if agency.key})
        self.say("Gathering statistics.")
        _gather()
        for what, count in counts.items():
            self.say(f"{count:>9,} {what}")
        self.say(f"Done in {time.monotonic() - begun:,.0f} s.")

    def say(self, sentence: str) -> None:
        """Print a sentence, unless the caller wants quiet."""
        if self.verbosity > 0:
            self.stdout.write(sentence)
            self.stdout.flush()


def _check(wanted: Wanted) -> None:
    """Refuse numbers that no register can have.

    :raises CommandError: with a sentence.
    """
    if wanted.members < 1 or wanted.products < 1 or wanted.ratings < 0:
        raise CommandError("There must be at least one producer and one product.")
    if wanted.ratings > results.MOST * wanted.products:
        raise CommandError(
            f"A product has at most {results.MOST} results, one of each round."
        )


def _gather() -> None:
    """Have the database look at its rows, and PostgreSQL see which are for all."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("RESET statement_timeout")
        return
    gather()
