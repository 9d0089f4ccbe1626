"""Figures of the home page and of the provinces."""

from dataclasses import dataclass

from django.db.models import Count, Q

from members.models import Member
from products.models import Category, Product
from registry.enums import Region
from registry.models import District, Province


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


def by_region() -> tuple[RegionGroup, ...]:
    """Count public members and goods of every province. Three queries."""
    members = dict(
        Member.objects.published()
        .order_by()
        .values_list("province_id")
        .annotate(number=Count("pk"))
    )
    goods = dict(
        Product.objects.published()
        .order_by()
        .values_list("province_id")
        .annotate(number=Count("pk"))
    )
    lines: dict[str, list[ProvinceLine]] = {region: [] for region in Region}
    for province in Province.objects.order_by("sort_key", "pk"):
        lines[province.region].append(
            ProvinceLine(
                province, members.get(province.code, 0), goods.get(province.code, 0)
            )
        )
    return tuple(RegionGroup(region, tuple(lines[region])) for region in Region)


def by_district(province: Province) -> tuple[DistrictLine, ...]:
    """Count public goods of every district, the richest first. Two queries."""
    goods = dict(
        Product.objects.published()
        .filter(province=province)
        .order_by()
        .values_list("district_id")
        .annotate(number=Count("pk"))
    )
    districts = province.districts.order_by("sort_key", "pk")
    lines = [
        DistrictLine(district, goods.get(district.code, 0)) for district in districts
    ]
    return tuple(sorted(lines, key=lambda line: -line.goods))


def totals(province: Province | None = None) -> Totals:
    """Count what is public, in one province or in all. Two queries."""
    goods = Product.objects.published()
    members = Member.objects.published()
    if province is not None:
        goods = goods.filter(province=province)
        members = members.filter(province=province)
    counted = goods.aggregate(
        all=Count("pk"), five=Count("pk", filter=Q(current_stars=5, is_alcohol=False))
    )
    return Totals(counted["all"], members.count(), counted["five"])


def shelves() -> list[Category]:
    """Return the first-level shelves that hold public goods. Two queries."""
    used = set(
        Product.objects.published()
        .filter(category__isnull=False)
        .order_by()
        .values_list("category__path", flat=True)
        .distinct()
    )
    return [
        shelf
        for shelf in Category.objects.filter(level=1).order_by(
            "-is_edible", "position", "pk"
        )
        if any(path.startswith(shelf.path) for path in used)
    ]
