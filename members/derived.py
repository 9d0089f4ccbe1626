"""What the register keeps of a member beside what people enter.

Sorting key, fold and search row follow from the member itself and the names of
its places. How many goods it has published follows from the goods, which this
app does not know: ``products.derived`` counts them.
"""

import copy
from collections.abc import Iterable, Iterator

from django.db import models, transaction

from members.models import Member, MemberSearch
from registry import derived
from registry.derived import Difference, Right, SearchTexts
from registry.models import Named
from registry.search import names_kept, search_texts

#: Columns that :meth:`Member.settle` works out.
COLUMNS = ("province_id", "sort_key", "name_fold")


def recount(members: "models.QuerySet[Member] | Iterable[int]") -> int:
    """Make the kept columns and search rows of ``members`` right.

    Return how many columns were wrong. Five queries for each 500 members, and
    one for each set of values that were wrong.
    """
    return sum(
        len(_recount_batch(batch))
        for batch in derived.in_batches(derived.keys_of(members))
    )


@transaction.atomic
def _recount_batch(keys: list[int]) -> list[Difference]:
    # Locked before anything is read, so that what is written is the latest.
    locked = Member.objects.select_for_update(no_key=True).filter(pk__in=keys)
    list(locked.order_by("pk").values_list("pk"))
    return derived.mend(_rights(keys), MemberSearch)


def differences(
    members: "models.QuerySet[Member] | Iterable[int]",
) -> Iterator[Difference]:
    """Yield every kept column of ``members`` that is not right; write nothing."""
    for batch in derived.in_batches(derived.keys_of(members)):
        yield from derived.differences(_rights(batch), MemberSearch)


def _rights(keys: list[int]) -> list[Right]:
    members = Member.objects.filter(pk__in=keys).order_by("pk")
    return [
        Right(member, _columns(member), texts_of(member))
        for member in members.select_related("district__province", "subdistrict")
    ]


def _columns(member: Member) -> dict[str, object]:
    settled = copy.copy(member)
    settled.settle()
    return {column: getattr(settled, column) for column in COLUMNS}


def texts_of(member: Member) -> SearchTexts:
    """Return what ``member`` is found by: no person's name, no contact."""
    return search_texts(
        names=names_kept(member),
        code=member.code,
        texts=(member.story_th, member.story_en),
        labels=places_of(member),
    )


def places_of(member: Member) -> list[str]:
    """Return the names of the member's places, from the village upward."""
    places = (member.subdistrict, member.district, member.district.province)
    known = [place for place in places if place is not None]
    return [member.village, *(name for place in known for name in both_names(place))]


def both_names(named: Named) -> tuple[str, str]:
    """Return the Thai and the English name; either may be empty."""
    return named.name_th, named.name_en
