"""What a product's card shows, read without the rest of the product.

A product has some fifty columns and its card needs a dozen; making models of rows
that are only looked at costs more than reading them.
"""

from decimal import Decimal
from typing import Any, NamedTuple, Self

from registry import known_places
from registry.addresses import page_below
from registry.models import District, Province

#: The columns of a card, in the order of :meth:`Card.read`.
COLUMNS = (
    *("code", "version", "name_th", "name_en", "otop_type", "is_alcohol"),
    *("price_min", "price_max", "current_stars", "current_stars_year"),
    *("mark_codes", "cover"),
    *("district_id", "member__name_th", "member__name_en"),
)


class Names(NamedTuple):
    """The names of what a card mentions."""

    name_th: str
    name_en: str


class Card(NamedTuple):
    """A product as ``product_card`` shows it."""

    code: str
    version: int
    name_th: str
    name_en: str
    otop_type: str
    is_alcohol: bool
    price_min: Decimal | None
    price_max: Decimal | None
    current_stars: int | None
    current_stars_year: int | None
    mark_codes: list[str]
    cover: dict[str, Any]
    district: District
    member: Names

    @classmethod
    def read(cls, *row: Any) -> Self:
        """Make a card of a row of :data:`COLUMNS`."""
        *own, code, maker, maker_en = row
        place = known_places.district(code)
        return cls._make([*own, place, Names(maker, maker_en)])

    @property
    def province(self) -> Province:
        """Return the province of the district."""
        return self.district.province

    def get_absolute_url(self) -> str:
        """Return the product's public address."""
        return page_below("products:list", self.code)
