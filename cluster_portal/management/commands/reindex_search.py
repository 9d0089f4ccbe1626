"""``manage.py reindex_search``: write what records are found by anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from members import derived as members
from members.models import Member, MemberSearch
from products import derived as products
from products.models import Product, ProductSearch
from registry import search_index, vocabulary
from registry.derived import BATCH
from registry.models import ReindexPlace

KINDS: dict[str, Any] = {
    "members": (Member, MemberSearch, members.recount),
    "products": (Product, ProductSearch, products.recount),
}
#: What somebody may have meant; read anew every night.
WORDS = "words"


class Command(BaseCommand):
    """Write every search row that is not right, then the words, then read the index.

    Needed after a release that folds text in another way, and after places were
    renamed. People go on working: each batch of rows is locked, compared, and written
    only where it differs, in a transaction of its own, together with how far the run
    has come. A run that was stopped goes on there when it is started again.
    """

    help = "Rewrite search rows, count words, and rebuild the trigram index."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do, and where to begin."""
        parser.add_argument(
            "kind", nargs="?", choices=[*KINDS, WORDS], help="all without it"
        )
        parser.add_argument(
            "--after", type=int, help="the last key that is done; by itself it knows"
        )
        parser.add_argument(
            "--afresh", action="store_true", help="begin again, wherever a run stopped"
        )

    def handle(
        self,
        *args: Any,
        kind: str | None = None,
        after: int | None = None,
        afresh: bool = False,
        **options: Any,
    ) -> None:
        """Go through the rows by key.

        :raises CommandError: if ``after`` does not say whose key it is.
        """
        if after and kind not in KINDS:
            raise CommandError("Say of which kind --after is the key.")
        kinds = [each for each in KINDS if kind in {None, each}]
        if afresh:
            ReindexPlace.objects.filter(kind__in=kinds).delete()
        for each in kinds:
            self.reindex(each, after)
        if kind in {None, WORDS}:
            vocabulary.rebuild(self.stdout.write)
        ReindexPlace.objects.filter(kind__in=kinds).delete()

    def reindex(self, kind: str, after: int | None) -> None:
        """Write the rows of one kind, and read their index anew."""
        model, search, recount = KINDS[kind]
        if after is None:
            places = ReindexPlace.objects.filter(kind=kind)
            after = places.values_list("last_key", flat=True).first() or 0
            if after:
                self.stdout.write(f"{kind}: going on after {after}")
        rows = model.objects.order_by("pk")
        while batch := list(
            rows.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]
        ):
            after = batch[-1]
            with transaction.atomic():
                wrong = recount(batch)
                ReindexPlace.objects.update_or_create(
                    kind=kind, defaults={"last_key": after}
                )
            self.stdout.write(
                f"{len(batch)} {kind} done, {wrong} columns mended; now at {after}"
            )
        search_index.rebuild(connection, search._meta.db_table)
        self.stdout.write(f"{kind}: index read anew")
