"""Figures of the home page and of the provinces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from members.models import Member
from products import cards
from products.cards import Card
from products.counting import ALL
from products.figures import numbers, whole_catalogue
from products.models import Category, Product
from registry import known_places
from registry.enums import Region
from registry.models import District, Province
from registry.prepared import Prepared


@dataclass(frozen=True)
class ProvinceLine:
    """A province with what the public finds there."""

    province: Province
    members: int
    goods: int


@dataclass(frozen=True)
class RegionGroup:
    """The provinces of a region, in Thai dictionary order."""

    region: Region
    lines: tuple[ProvinceLine, ...]


@dataclass(frozen=True)
class DistrictLine:
    """A district with how many goods the public finds there."""

    district: District
    goods: int


@dataclass(frozen=True)
class Totals:
    """The register in three numbers."""

    goods: int
    members: int
    five_star: int


#: What a number of the catalogue is kept under.
FIVE_STARS = "stars:5"


def by_region() -> tuple[RegionGroup, ...]:
    """Count public members and goods of every province. Three queries."""
    members = dict(
        Member.objects.published()
        .order_by()
        .values_list("province_id")
        .annotate(number=Count("pk"))
    )
    return in_regions(members, whole_catalogue())


def in_regions(
    members: Mapping[str, int], catalogue: Mapping[str, int]
) -> tuple[RegionGroup, ...]:
    """Return the provinces by region, with what is found there. One query."""
    lines: dict[str, list[ProvinceLine]] = {region: [] for region in Region}
    for province in Province.objects.order_by("sort_key", "pk"):
        goods = catalogue.get(f"province:{province.code}", 0)
        line = ProvinceLine(province, members.get(province.code, 0), goods)
        lines[province.region].append(line)
    return tuple(RegionGroup(region, tuple(lines[region])) for region in Region)


# --- One province -----------------------------------------------------------------


@dataclass(frozen=True)
class ProvinceFigures:
    """A province in numbers."""

    totals: Totals
    #: The richest first.
    districts: tuple[DistrictLine, ...]


def of_province(province: Province) -> ProvinceFigures:
    """Count what is public in a province and its districts.

    Four queries, the kept numbers of the catalogue among them.
    """
    given = f"province:{province.code}"
    kept = numbers.among([given])[given]
    drinks = (
        Product.objects.published()
        .filter(province=province, category__is_alcohol=True, current_stars=5)
        .order_by()
    )
    members = Member.objects.published().filter(province=province).order_by()
    lines = [
        DistrictLine(district, kept[f"district:{district.code}"])
        for district in province.districts.order_by("sort_key", "pk")
    ]
    return ProvinceFigures(
        Totals(kept[ALL], members.count(), kept[FIVE_STARS] - drinks.count()),
        tuple(sorted(lines, key=lambda line: -line.goods)),
    )


# --- All of them ------------------------------------------------------------------


@dataclass(frozen=True)
class House:
    """What the home page tells of the whole register."""

    totals: Totals
    #: The first-level shelves that hold goods.
    shelves: tuple[Category, ...]
    regions: tuple[RegionGroup, ...]


def house() -> House:
    """Count the register for the home page. Five queries, most of kept numbers."""
    shelves = list(Category.objects.order_by("-is_edible", "position", "pk"))
    alcohol = [f"category:{each.pk}" for each in shelves if each.is_alcohol]
    kept = numbers.among([ALL, *alcohol])
    catalogue = kept[ALL]
    used = [each.path for each in shelves if catalogue[f"category:{each.pk}"]]
    members = dict(
        Member.objects.published()
        .order_by()
        .values_list("province_id")
        .annotate(number=Count("pk"))
    )
    drinks = sum(kept[given][FIVE_STARS] for given in alcohol)
    return House(
        Totals(catalogue[ALL], sum(members.values()), catalogue[FIVE_STARS] - drinks),
        tuple(
            each
            for each in shelves
            if each.level == 1 and any(path.startswith(each.path) for path in used)
        ),
        in_regions(members, catalogue),
    )


# --- Goods to show ----------------------------------------------------------------

#: How many goods and producers a page shows before it links to all of them.
SHOWN = 8


def _shown() -> Any:
    """Return public goods that may be offered: alcoholic drinks never are."""
    goods = Product.objects.published().filter(is_alcohol=False)
    return goods.values_list(*cards.COLUMNS)


NEWEST = Prepared[Card](
    lambda: _shown().order_by("-published_at", "pk")[:SHOWN], make=Card.read
)
FIVE_STAR = Prepared[Card](
    lambda: (
        _shown()
        .filter(current_stars=5)
        .order_by("-current_stars_year", "-published_at", "pk")[:SHOWN]
    ),
    make=Card.read,
)
OF_PROVINCE = Prepared[Card](
    lambda province: (
        _shown().filter(province_id=province).order_by("-published_at", "pk")[:SHOWN]
    ),
    make=Card.read,
    province=str,
)
#: The producers of a province that have most goods.
MEMBERS = Prepared[Member](
    lambda province: (
        Member.objects.published()
        .filter(province_id=province)
        .order_by("-goods_count", "sort_key", "pk")[:SHOWN]
    ),
    province=str,
)


def newest() -> list[Card]:
    """Return the goods published last. One query."""
    return NEWEST.rows()


def five_star() -> list[Card]:
    """Return the goods that won five stars last. One query."""
    return FIVE_STAR.rows()


def goods_of(province: Province) -> list[Card]:
    """Return the goods of a province that were published last. One query."""
    return OF_PROVINCE.rows(province=province.code)


def members_of(province: Province) -> list[Member]:
    """Return the producers of a province that have most goods. One query."""
    found = MEMBERS.rows(province=province.code)
    for member in found:
        member.district = known_places.district(member.district_id)
        member.province = province
    return found
