"""``manage.py check_register``: count again what the register keeps, and compare."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model

from members import derived as members
from members.models import Member
from products import derived as products
from products.actions import counting
from products.models import Category, Product
from registry.derived import Difference, in_batches

#: A kept text is shown up to so many characters.
SHOWN = 60
#: Numbers of the catalogue are shown up to so many; one product counts in a hundred.
SHOWN_NUMBERS = 20


class Part(NamedTuple):
    """Kept columns that are counted together."""

    model: type[Model]
    differences: Callable[[Iterable[int]], Iterator[Difference]]
    mend: Callable[[Iterable[int]], Any]


PARTS = (
    # Shelves first: goods follow from them.
    Part(Category, products.shelf_differences, products.recount_shelves),
    Part(Member, members.differences, members.recount),
    Part(Product, products.differences, products.recount),
    Part(Member, products.goods_differences, products.recount_goods),
)


class Command(BaseCommand):
    """Report each kept column that is not right; ends with 1 while any remains.

    Run it with ``--mend`` every night as well: a certificate that expired and a
    round announced for today change what is right without anybody's act.
    """

    help = "Recount what follows from other rows and report differences."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--mend``."""
        parser.add_argument("--mend", action="store_true", help="write what is right")

    def handle(self, *args: Any, mend: bool = False, **options: Any) -> None:
        """Compare part by part, in batches."""
        found = remaining = 0
        for part in PARTS:
            keys = part.model._default_manager.order_by().values_list("pk", flat=True)
            for batch in in_batches(keys):
                wrong = self.reported(part, batch)
                if wrong and mend:
                    part.mend(batch)
                    remaining += sum(1 for _ in part.differences(batch))
                else:
                    remaining += wrong
                found += wrong
        wrong = self.reported_numbers(mend=mend)
        found += wrong
        remaining += 0 if mend else wrong
        if remaining:
            hint = "" if mend else " --mend writes what is right."
            raise CommandError(f"{remaining} kept values are not right.{hint}")
        self.stdout.write(f"Mended {found} kept values." if found else "All is right.")

    def reported_numbers(self, *, mend: bool) -> int:
        """Write how many of the catalogue's numbers are wrong; return that."""
        wrong = counting.differences()
        for (given, held), (kept, right) in list(wrong.items())[:SHOWN_NUMBERS]:
            self.stdout.write(f"catalogue {given} {held}: {kept} → {right}")
        if wrong and mend:
            counting.recount()
        return len(wrong)

    def reported(self, part: Part, batch: list[int]) -> int:
        """Write each difference in a batch on a line; return how many."""
        count = 0
        for each in part.differences(batch):
            name = each.row.code or f"{each.row._meta.model_name} {each.row.pk}"
            kept, right = shown(each.kept), shown(each.right)
            self.stdout.write(f"{name} {each.column}: {kept} → {right}")
            count += 1
        return count


def shown(value: Any) -> str:
    """Return a value on one short line."""
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
