"""``manage.py reindex_search``: write what records are found by anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from members import derived as members
from members.models import Member, MemberSearch
from products import derived as products
from products.models import Product, ProductSearch
from registry import search_index
from registry.derived import in_batches

KINDS: dict[str, Any] = {
    "members": (Member, MemberSearch, members.recount),
    "products": (Product, ProductSearch, products.recount),
}


class Command(BaseCommand):
    """Write every search row that is not right, then read the index anew.

    Needed after a release that folds text in another way, and after places were
    renamed. Each batch is a transaction of its own; a run that was stopped goes on
    with what it said last.
    """

    help = "Rewrite search rows and rebuild the trigram index."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the kinds of records, and where to begin."""
        parser.add_argument("kind", nargs="?", choices=KINDS, help="all without it")
        parser.add_argument(
            "--after", type=int, default=0, help="the last key that is done"
        )

    def handle(
        self, *args: Any, kind: str | None = None, after: int = 0, **options: Any
    ) -> None:
        """Go through the rows by key.

        :raises CommandError: if ``after`` does not say whose key it is.
        """
        if after and kind is None:
            raise CommandError("Say of which kind --after is the key.")
        for name in KINDS if kind is None else (kind,):
            self.reindex(name, after)

    def reindex(self, kind: str, after: int) -> None:
        """Write the rows of one kind, and read their index anew."""
        model, search, recount = KINDS[kind]
        keys = model.objects.filter(pk__gt=after).order_by()
        for batch in in_batches(keys.values_list("pk", flat=True)):
            recount(batch)
            go_on = f"{kind} --after {batch[-1]}"
            self.stdout.write(f"{len(batch)} {kind} done; if stopped: {go_on}")
        search_index.rebuild(connection, search._meta.db_table)
        self.stdout.write(f"{kind}: index read anew")
