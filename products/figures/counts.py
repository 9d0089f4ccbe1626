"""Counts beside the choices of a list.

The catalogue's are kept (:mod:`products.figures.numbers`) for no filter and for each
value of each. Two filters together leave little: the database counts it. What words
find is counted as it is read (:mod:`products.figures.hits`).
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Max, Min, QuerySet

from members.models import Member
from products.counting import ALL, ALL_YEAR, COLUMNS, FILTERS, written
from products.figures import numbers
from products.figures.facets import (
    COUNTED,
    LEFT_WITH,
    READ_FROM,
    Cube,
    Facets,
    in_places,
    named,
)
from products.filters import MemberFilter, ProductFilter, Vocabulary
from products.models import Product


def givens(asked: ProductFilter, name: str) -> list[str]:
    """Return what numbers call the values that a filter is set to.

    No product holds two of them, so that their numbers add up.
    """
    chosen = asked.chosen[name]
    if name == "province":
        return [f"province:{asked.provinces[slug].code}" for slug in chosen]
    if name == "category":
        return [f"category:{pk}" for pk in asked.shelf_keys(chosen[0])]
    if name == "edible":
        is_edible = chosen[0] == "yes"
        shelves = asked.shelves.values()
        return [
            f"category:{each.pk}" for each in shelves if each.is_edible is is_edible
        ]
    if name == "mark":
        return [f"mark:{asked.marks[code].bit}" for code in chosen]
    if name == "season":
        return [f"season:{chosen[0]}", f"season:{ALL_YEAR}"]
    return [f"{name}:{value}" for value in chosen]


def whole_catalogue() -> Counter[str]:
    """Return how many published products hold each value. One query."""
    return numbers.among([ALL])[ALL]


def only_province(whole: Mapping[str, int]) -> str:
    """Return the code of the one province that has goods; empty if several do."""
    held = [
        value.partition(":")[2]
        for value, size in whole.items()
        if size and value.startswith("province:")
    ]
    return held[0] if len(held) == 1 else ""


def product_facets(
    asked: ProductFilter, vocabulary: Vocabulary, whole: Counter[str] | None = None
) -> Facets:
    """Count the choices of the catalogue, each under all other filters.

    With at most one filter set, from the kept numbers: one query at most. Else one
    for what all filters leave, and one for each of them that may be changed.

    :param whole: :func:`whole_catalogue`, where it is known already.
    """
    counting = Counting(asked, vocabulary, whole)
    chosen = frozenset(asked.chosen)
    main = counting.under(chosen)
    called = named(main, vocabulary)
    counts = {name: called.get(name, Counter()) for name in COUNTED}
    without = {}
    for name in chosen:
        others = counting.under(chosen - LEFT_WITH.get(name, {name}), name)
        counts[name] = named(others, vocabulary).get(name, Counter())
        without[name] = others[ALL]
    if asked.around:
        counts["district"] = counting.districts(chosen - {"district"})
    return Facets(counts, main[ALL], without)


@dataclass
class Counting:
    """Counts the catalogue under sets of filters."""

    asked: ProductFilter
    vocabulary: Vocabulary
    whole: Counter[str] | None = None
    kept: dict[str, Counter[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Read all kept numbers that can be of use, in one query."""
        values = {name: givens(self.asked, name) for name in self.asked.chosen}
        if self.asked.around:
            values["around"] = [f"province:{self.asked.around}"]
        if self.whole is None:
            values[ALL] = [ALL]
        wanted = {value for each in values.values() for value in each}
        found = numbers.among(sorted(wanted)) if wanted else {}
        self.kept = {ALL: self.whole or Counter()} | {
            name: added([found[value] for value in each])
            for name, each in values.items()
        }

    def under(self, names: Collection[str], only: str = "") -> Counter[str]:
        """Count what the filters ``names`` leave; ``only`` the choices of one."""
        names = set(names)
        if "district" in names:
            names.discard("province")
        if not names:
            return self.kept[ALL]
        if len(names) == 1:
            return self.kept[names.pop()]
        name = READ_FROM.get(only, only)
        columns = [
            column
            for column, each in zip(COLUMNS, FILTERS, strict=True)
            if each == name or (not only and each != "district")
        ]
        return counted(self.asked.narrowed(names), columns)

    def districts(self, names: Collection[str]) -> Counter[str]:
        """Count the districts that are offered, under the filters ``names``."""
        if set(names) <= {"province"}:
            found = self.kept["around"]
        else:
            rows = self.asked.narrowed(names).filter(province=self.asked.around)
            found = counted(rows, ["district_id"])
        return named(found, self.vocabulary).get("district", Counter())


def added(counts: Sequence[Counter[str]]) -> Counter[str]:
    """Return the sum of several counts."""
    if len(counts) == 1:
        return counts[0]
    found: Counter[str] = Counter()
    for each in counts:
        found.update(each)
    return found


def counted(rows: QuerySet[Product], columns: Sequence[str]) -> Counter[str]:
    """Count what products hold in some columns, and all of them. One query."""
    found: Counter[str] = Counter()
    groups = rows.order_by().values_list(*columns).annotate(size=Count("*"))
    places = [COLUMNS.index(column) for column in columns]
    for *row, size in groups:
        found[ALL] += size
        for at, said in zip(places, row, strict=True):
            for value in written(at, said):
                found[value] += size
    return found


def member_facets(asked: MemberFilter) -> Facets:
    """Count the choices of the list of producers. One query."""
    slugs = {each.code: (each.slug,) for each in asked.provinces.values()}
    rows = (
        asked.found.order_by()
        .values_list("province_id", "district_id", "producer_type")
        .annotate(size=Count("*"))
    )
    groups = [
        ((slugs.get(province, ()), (kind,) if kind else (), (district,)), size)
        for province, district, kind, size in rows
    ]
    cube = Cube(("province", "type", "district"), groups)
    return in_places(cube, cube, asked.chosen)


def only_home() -> str:
    """Return the code of the one province that has producers; empty if several do."""
    found = Member.objects.published().aggregate(
        first=Min("province_id"), last=Max("province_id")
    )
    return found["first"] if found["first"] == found["last"] and found["first"] else ""
