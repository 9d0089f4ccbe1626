"""Giving public codes: once each, under a lock, never again."""

from django.db import transaction

from registry.models import Code, CodeCounter
from registry.rows_at_once import insert_values

#: Digits of the running number: 42-M-00017.
WIDTH = 5


def allocate(province_code: str, letter: str) -> str:
    """Give the next code of a province and a letter, and enter it in the ledger.

    Must run inside the transaction that saves the record, so that a failed
    save gives the number back; the locked counter makes two writers queue.
    """
    return allocate_many(province_code, letter, 1)[0]


@transaction.atomic
def allocate_many(province_code: str, letter: str, count: int) -> list[str]:
    """Give ``count`` codes in a row. Three queries, however many."""
    prefix = f"{province_code}-{letter}"
    CodeCounter.objects.get_or_create(prefix=prefix)
    counter = CodeCounter.objects.select_for_update().get(prefix=prefix)
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    codes = [f"{prefix}-{first + step:0{WIDTH}d}" for step in range(count)]
    insert_values(Code, {"code": codes})
    return codes
