"""Souvenirs."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import Contact, Member
from products.enums import AirTravel, OtopType
from products.models import (
    Category,
    Certificate,
    Mark,
    Product,
    StarRating,
    StarRound,
)
from reports.opendata.base import (
    Catalogue,
    Column,
    Dataset,
    Kind,
    Row,
    day_of,
    page_of,
    place_columns,
    register,
)
from reports.opendata.datasets.members import hide_person, people_of


def months_of(row: Row) -> list[int] | None:
    """Return the months of the season, 1 to 12; none means all year."""
    season = row["season"]
    return [month for month in range(1, 13) if season >> (month - 1) & 1] or None


@register
class Products(Dataset):
    """Every published product."""

    slug = "products"
    place = 1
    title = _("Souvenirs of the provinces")
    description = _(
        "Souvenirs of the provinces with their category, price, materials, stars and "
        "marks, as the offices of the provinces have checked them."
    )
    notes = (
        _("Stories and places of sale are left out: people may be named in them."),
        _(
            "Of alcoholic drinks name, maker, category and place are given, and "
            "nothing else, unless the law lets the portal show more."
        ),
    )
    catalogue = Catalogue(
        keywords=(_("souvenirs"), _("OTOP"), _("community products"), _("prices")),
        geo_coverage=pgettext_lazy("coverage", "District"),
    )
    follows = (
        *(Product, Member, Contact, Category),
        *(Certificate, Mark, StarRating, StarRound),
    )
    reads = (
        *("code", "season", "published_at", "is_alcohol", "member_id"),
        *("member__name_th", "member__name_en", "member__producer_type"),
    )
    columns = (
        Column("code", _("Code"), Kind.CODE),
        Column("name_th", _("Name (Thai)")),
        Column("name_en", _("Name (English)")),
        Column("member_code", _("Producer (code)"), Kind.CODE, "member__code"),
        Column("member_th", _("Producer (Thai)"), source="member__name_th"),
        Column("member_en", _("Producer (English)"), source="member__name_en"),
        Column("category_code", _("Category (code)"), Kind.CODE, "category__code"),
        Column("category_th", _("Category (Thai)"), source="category__name_th"),
        Column("category_en", _("Category (English)"), source="category__name_en"),
        Column("otop_type", _("OTOP type"), Kind.CODE, choices=OtopType.choices),
        Column("is_edible", _("edible"), Kind.YES_NO),
        Column("is_alcohol", _("alcoholic drink"), Kind.YES_NO),
        Column("price_min", _("price from (baht)"), Kind.NUMBER, is_praise=True),
        Column("price_max", _("price to (baht)"), Kind.NUMBER, is_praise=True),
        Column("unit_th", _("unit (Thai)"), is_praise=True),
        Column("unit_en", _("unit (English)"), is_praise=True),
        Column("size_th", _("size and weight (Thai)"), is_praise=True),
        Column("size_en", _("size and weight (English)"), is_praise=True),
        Column("materials_th", _("materials (Thai)"), is_praise=True),
        Column("materials_en", _("materials (English)"), is_praise=True),
        Column("shelf_life_days", _("keeps for (days)"), Kind.WHOLE, is_praise=True),
        Column(
            "season_months",
            _("Months of the season (1 to 12); empty: all year"),
            Kind.LIST,
            value=months_of,
            is_praise=True,
        ),
        Column(
            "air_travel",
            _("air travel"),
            Kind.CODE,
            choices=[each for each in AirTravel.choices if each[0]],
            is_praise=True,
        ),
        Column(
            "design_year", _("year of a new design (B.E.)"), Kind.WHOLE, is_praise=True
        ),
        Column("stars", _("Stars"), Kind.WHOLE, "current_stars", is_praise=True),
        Column(
            "stars_year",
            _("year of the stars (B.E.)"),
            Kind.WHOLE,
            "current_stars_year",
            is_praise=True,
        ),
        Column(
            "marks",
            _("Marks in force (codes of the dataset of marks)"),
            Kind.LIST,
            "mark_codes",
            is_praise=True,
        ),
        *place_columns(),
        Column(
            "published_on", _("Published on"), Kind.DAY, value=day_of("published_at")
        ),
        Column(
            "url",
            _("Address of the page"),
            Kind.ADDRESS,
            value=page_of("products:detail"),
        ),
    )

    def found(self) -> QuerySet[Any]:
        """Return products by code."""
        return Product.objects.published().order_by("code")

    def prepare(self, rows: Sequence[Row]) -> None:
        """Leave makers out whose name may be a person's. One query a chunk."""
        people = people_of(row["member_id"] for row in rows)
        for row in rows:
            hide_person(row, "member__", people.get(row["member_id"], ()))
