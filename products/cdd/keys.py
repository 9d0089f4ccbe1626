"""What a row of the open files is known by, year after year."""

import hashlib

from registry.models import District, Province
from registry.thai.text import fold

#: A longer part is cut and told apart by its hash: keys go into an index.
LONGEST = 120


def producer_key(province: Province, district: District | None, name: str) -> str:
    """Return what a producer is known by. It may never say otherwise of a name.

    Places count by their codes, so "จ.เลย" and "เลย" are one; the name counts folded.
    """
    return folded_key(province, district, fold(name))


def product_key(
    province: Province, district: District | None, producer: str, name: str
) -> str:
    """Return what a product is known by: its producer's key, and its name."""
    return folded_key(province, district, fold(producer), fold(name))


def folded_key(province: Province, district: District | None, *names: str) -> str:
    """Return the key of names that are folded already."""
    place = district.code if district else ""
    return "|".join((province.code, place, *map(_part, names)))


def _part(folded: str) -> str:
    if len(folded) <= LONGEST:
        return folded
    digest = hashlib.sha256(folded.encode()).hexdigest()[:32]
    return f"{folded[:LONGEST]}…{digest}"
