"""Results of the star selection, round by round."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from products.enums import OtopType
from products.models import Product, StarRating, StarRound
from reports.api.holders import public_results
from reports.opendata.base import (
    Catalogue,
    Column,
    Dataset,
    Kind,
    page_of,
    place_columns,
    register,
)


@register
class StarResults(Dataset):
    """Every announced result of a published product."""

    slug = "star-results"
    place = 3
    title = _("Results of the OTOP star selection")
    description = _(
        "Stars that souvenirs got in the rounds of the OTOP Product Champion selection "
        "whose results are announced, one row a product and round."
    )
    notes = (
        _("A product without a row of a round did not take part, or has no result."),
        _("Alcoholic drinks are left out unless the law lets the portal show them."),
    )
    catalogue = Catalogue(
        keywords=(_("OTOP"), _("OTOP Product Champion"), _("stars"), _("souvenirs")),
        geo_coverage=pgettext_lazy("coverage", "District"),
    )
    follows = (StarRating, StarRound, Product)
    reads = ("product__code",)
    columns = (
        Column("round_year", _("Year of the round (B.E.)"), Kind.WHOLE, "round__year"),
        Column("round_th", _("Round (Thai)"), source="round__name_th"),
        Column("round_en", _("Round (English)"), source="round__name_en"),
        Column("announced_on", _("Announced on"), Kind.DAY, "round__announced_on"),
        Column("product_code", _("Product (code)"), Kind.CODE, "product__code"),
        Column("product_th", _("Product (Thai)"), source="product__name_th"),
        Column("product_en", _("Product (English)"), source="product__name_en"),
        Column("member_code", _("Producer (code)"), Kind.CODE, "product__member__code"),
        Column(
            "otop_type",
            _("OTOP type"),
            Kind.CODE,
            "product__otop_type",
            choices=OtopType.choices,
        ),
        Column("stars", _("Stars"), Kind.WHOLE),
        Column("total", _("Points of 100, where known"), Kind.NUMBER),
        *place_columns("product__"),
        Column(
            "url",
            _("Address of the page"),
            Kind.ADDRESS,
            value=page_of("products:detail", "product__code"),
        ),
    )

    def found(self) -> QuerySet[Any]:
        """Return results, the oldest round first."""
        return public_results().order_by("round__year", "product__code", "pk")
