"""Counts beside the choices of a list.

Counting starts from groups of rows that are alike in every column a filter asks
about: one GROUP BY over them, rolled up here for all filters together. Each
filter is counted under all the others, so a number says what choosing it gives.
"""

import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from members.models import Member
from products.filters import ALL_YEAR, MemberFilter, ProductFilter, Vocabulary
from products.models import Product
from registry.followers import Happening

#: For how long the groups of the whole catalogue are kept.
KEPT_SECONDS = 60.0

#: For each filter of a cube, in its order: the values a group of rows counts for.
Held = tuple[tuple[str, ...], ...]


# --- Rolling up -----------------------------------------------------------------


@dataclass(frozen=True)
class Cube:
    """Groups of rows by what filters ask about, and how many are in each."""

    names: tuple[str, ...]
    groups: Sequence[tuple[Held, int]]


@dataclass(frozen=True)
class Facets:
    """How many rows each choice of each filter would give."""

    counts: Mapping[str, Mapping[str, int]]
    #: Rows under all the filters.
    total: int
    #: Rows there would be without a filter that is set, by its name.
    without: Mapping[str, int]


def roll_up(cube: Cube, chosen: Mapping[str, Collection[str]]) -> Facets:
    """Count every choice under the other filters, in one pass.

    A group that fails one filter still counts for that filter's own choices;
    one that fails two counts for none.
    """
    tests = [
        (place, frozenset(chosen[name]))
        for place, name in enumerate(cube.names)
        if chosen.get(name)
    ]
    # Summed by whole sets of values first: few sets come in many groups.
    sums: tuple[Counter[tuple[str, ...]], ...] = tuple(Counter() for _ in cube.names)
    everywhere = range(len(cube.names))
    total, regained = 0, Counter[str]()
    for held, size in cube.groups:
        failed = [place for place, wanted in tests if wanted.isdisjoint(held[place])]
        if len(failed) > 1:
            continue
        for place in failed or everywhere:
            sums[place][held[place]] += size
        if failed:
            regained[cube.names[failed[0]]] += size
        else:
            total += size
    names = [cube.names[place] for place, _wanted in tests]
    return Facets(
        counts={name: by_value(sums[place]) for place, name in enumerate(cube.names)},
        total=total,
        without={name: total + regained[name] for name in names},
    )


def by_value(sums: Mapping[tuple[str, ...], int]) -> Counter[str]:
    """Return how many rows hold each value, from those that hold each set of them."""
    counts = Counter[str]()
    for values, size in sums.items():
        for value in values:
            counts[value] += size
    return counts


def in_places(
    whole: Cube, around: Cube, chosen: Mapping[str, Collection[str]]
) -> Facets:
    """Count the choices of a list that is narrowed down by province and district.

    :param whole: every province, without districts: leaving a province leaves
        its district too.
    :param around: the one province whose districts are offered.
    """
    anywhere = {name: values for name, values in chosen.items() if name != "district"}
    far = roll_up(whole, anywhere)
    near = roll_up(around, chosen)
    without = dict(near.without)
    if "province" in far.without:
        without["province"] = far.without["province"]
    return Facets(
        counts={**near.counts, "province": far.counts["province"]},
        total=near.total,
        without=without,
    )


# --- The catalogue --------------------------------------------------------------

#: The columns of the index that covers counting, and the filters they answer.
COLUMNS = (
    *("province_id", "category_id", "current_stars", "price_band"),
    *("marks_held", "otop_type", "season"),
)
NAMES = (
    *(
        "province",
        "category",
        "edible",
        "stars",
        "price",
        "mark",
        "otop_type",
        "season",
    ),
)


@dataclass
class Words:
    """What the values of the columns are called in addresses.

    Few values come in many groups, so each is worked out once.
    """

    vocabulary: Vocabulary
    slugs: dict[str, tuple[str, ...]] = field(init=False)
    shelves: dict[int | None, tuple[str, ...]] = field(init=False)
    edible: dict[int | None, tuple[str, ...]] = field(init=False)
    marks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    months: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Name provinces and shelves; a shelf counts for those above it."""
        self.slugs = {each.code: (each.slug,) for each in self.vocabulary.provinces}
        categories = self.vocabulary.categories
        self.shelves = {
            each.pk: tuple(each.path.split("/")[:-1]) for each in categories
        }
        self.edible = {
            each.pk: ("yes" if each.is_edible else "no",) for each in categories
        }

    def held(self, row: tuple[Any, ...]) -> Held:
        """Return what a row of :data:`COLUMNS` counts for, as :data:`NAMES` go."""
        province, category, stars, band, marks, otop_type, season = row
        return (
            self.slugs.get(province, ()),
            self.shelves.get(category, ()),
            self.edible.get(category, ()),
            (str(stars),) if stars else (),
            (str(band),) if band else (),
            self.marks_of(marks),
            (otop_type,) if otop_type else (),
            self.months_of(season),
        )

    def marks_of(self, bits: int) -> tuple[str, ...]:
        """Return the codes of the marks in a set of bits."""
        if bits not in self.marks:
            self.marks[bits] = tuple(
                mark.code for mark in self.vocabulary.marks if bits >> mark.bit & 1
            )
        return self.marks[bits]

    def months_of(self, season: int) -> tuple[str, ...]:
        """Return the months in a set of bits; none of them means all."""
        if season not in self.months:
            self.months[season] = tuple(
                str(month)
                for month in range(1, 13)
                if season == ALL_YEAR or season >> (month - 1) & 1
            )
        return self.months[season]


def groups_of(products: QuerySet[Product], vocabulary: Vocabulary) -> Cube:
    """Group products for all filters but the district. One query."""
    words = Words(vocabulary)
    rows = products.order_by().values_list(*COLUMNS).annotate(size=Count("pk"))
    return Cube(NAMES, [(words.held(row[:-1]), row[-1]) for row in rows])


def groups_around(products: QuerySet[Product], vocabulary: Vocabulary) -> Cube:
    """Group the products of one province, districts too. One query."""
    words = Words(vocabulary)
    columns = (*COLUMNS, "district_id")
    rows = products.order_by().values_list(*columns).annotate(size=Count("pk"))
    groups = [((*words.held(row[:-2]), (row[-2],)), row[-1]) for row in rows]
    return Cube((*NAMES, "district"), groups)


@dataclass(frozen=True)
class Whole:
    """The whole catalogue, grouped and counted with no filter set."""

    cube: Cube
    facets: Facets


_kept: dict[str, tuple[float, Whole]] = {}


def whole_catalogue(vocabulary: Vocabulary) -> Whole:
    """Return all published products as counting needs them.

    At most one query a minute and process, unless goods change: numbers are at
    most so old. Kept in memory, not in the cache: the cache may be a table, and
    a visitor must not wait for its writers.
    """
    # Tests and commands may meet several databases in one process.
    key = str(connection.settings_dict["NAME"])
    known = _kept.get(key)
    if known is None or time.monotonic() - known[0] >= KEPT_SECONDS:
        cube = groups_of(Product.objects.published(), vocabulary)
        known = _kept[key] = time.monotonic(), Whole(cube, roll_up(cube, {}))
    return known[1]


def forget_catalogue(happening: Happening | None = None) -> None:
    """Count the whole catalogue anew when it is next asked for; follows goods."""
    _kept.clear()


def only_province(vocabulary: Vocabulary) -> str:
    """Return the code of the one province that has goods; empty if several do."""
    held = whole_catalogue(vocabulary).facets.counts["province"]
    if len(held) != 1:
        return ""
    codes = (each.code for each in vocabulary.provinces if each.slug in held)
    # What is kept may name a province that was renamed a moment ago.
    return next(codes, "")


def product_facets(asked: ProductFilter, vocabulary: Vocabulary) -> Facets:
    """Count the choices of the catalogue. Up to two queries."""
    if asked.words:
        cube = groups_of(asked.found, vocabulary)
    else:
        whole = whole_catalogue(vocabulary)
        if not asked.chosen and not asked.around:
            return whole.facets
        cube = whole.cube
    if not asked.around:
        return roll_up(cube, asked.chosen)
    near = groups_around(asked.found.filter(province=asked.around), vocabulary)
    return in_places(cube, near, asked.chosen)


def member_facets(asked: MemberFilter) -> Facets:
    """Count the choices of the list of producers. One query."""
    slugs = {each.code: (each.slug,) for each in asked.provinces.values()}
    rows = (
        asked.found.order_by()
        .values_list("province_id", "district_id", "producer_type")
        .annotate(size=Count("pk"))
    )
    groups = [
        ((slugs.get(province, ()), (kind,) if kind else (), (district,)), size)
        for province, district, kind, size in rows
    ]
    cube = Cube(("province", "type", "district"), groups)
    return in_places(cube, cube, asked.chosen)


def only_home() -> str:
    """Return the code of the one province that has producers; empty if several do."""
    homes = (
        Member.objects.published()
        .order_by("province_id")
        .values_list("province_id", flat=True)
    )
    found = list(homes.distinct()[:2])
    return found[0] if len(found) == 1 else ""
