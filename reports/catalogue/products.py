"""The register of products."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.enums import ProducerType
from products.enums import OtopType
from products.figures import months_of
from products.filters import star_options
from products.models import Category, Mark, Product
from registry.enums import RecordStatus
from registry.models import User
from registry.sheets.writing import Kind
from registry.templatetags.ui import year_shown
from reports.base import RecordReport, ReportColumn, Total, register
from reports.filters import PlacedForm, any_of

UNRATED = "0"
#: Set before each level of the tree of categories.
INDENT = "\u2003"


class ProductForm(PlacedForm):
    """What products are chosen by. One query more, for the shelves."""

    otop_type = forms.ChoiceField(
        label=_("OTOP type"), choices=any_of(OtopType.choices)
    )
    category = forms.ChoiceField(label=_("Category"))
    stars = forms.MultipleChoiceField(
        label=_("Stars"),
        widget=forms.CheckboxSelectMultiple,
    )
    producer_type = forms.ChoiceField(
        label=_("Kind of producer"), choices=any_of(ProducerType.choices)
    )
    field_order = (
        "q",
        "province",
        "district",
        "status",
        "otop_type",
        "category",
        "stars",
        "producer_type",
        "entered_from",
        "entered_to",
    )

    def __init__(self, asked: QueryDict, *, user: User) -> None:
        super().__init__(asked, user=user)
        stars = self.fields["stars"]
        assert isinstance(stars, forms.MultipleChoiceField)  # noqa: S101 - for the types
        stars.choices = [
            *((each.value, each.label) for each in star_options()),
            (UNRATED, _("Without stars")),
        ]
        self.shelves = {each.code: each for each in Category.objects.in_order()}
        self.choose_from(
            "category",
            [
                (code, INDENT * shelf.level + shelf.name)
                for code, shelf in self.shelves.items()
            ],
        )

    def condition(self, name: str, value: Any) -> Q:
        if name == "category":
            return Q(category__path__startswith=self.shelves[value].path)
        if name == "producer_type":
            return Q(member__producer_type=value)
        if name == "stars":
            rated = Q(current_stars__in=[each for each in value if each != UNRATED])
            return rated | Q(current_stars=None) if UNRATED in value else rated
        return super().condition(name, value)


@register
class ProductReport(RecordReport):
    """Every product, one a row."""

    slug = "products"
    place = 2
    title = _("Product register")
    description = _(
        "Goods with their producer, category, price, stars and marks, one a row."
    )
    model = Product
    form = ProductForm
    totals = (
        Total(_("Of them published"), Count("pk", Q(status=RecordStatus.PUBLISHED))),
        Total(_("With stars"), Count("current_stars")),
        Total(_("With five stars"), Count("pk", Q(current_stars=5))),
    )

    def loaded(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return products by district, producer and name."""
        return rows.select_related(
            "member", "province", "district", "category__parent__parent"
        ).order_by(
            "province__sort_key",
            "district__sort_key",
            "member__sort_key",
            "member_id",
            "sort_key",
            "pk",
        )

    def all_columns(self) -> Sequence[ReportColumn]:
        """Return the columns. The first row asks for the marks, in one query."""
        marks = cache(lambda: {mark.code: mark for mark in Mark.objects.all()})
        return (
            *WHAT_IT_IS,
            ReportColumn(
                "marks",
                _("Marks in force"),
                width=24,
                value=lambda row: marks_of(row, marks()),
            ),
            *WHERE_IT_STANDS,
        )


def shelf_of(product: Product) -> str:
    """Return the way to a product's shelf: "Edible › Snacks"."""
    names, shelf = [], product.category
    while shelf is not None:
        names.append(shelf.name)
        shelf = shelf.parent
    return " › ".join(reversed(names)) or _now("Not sorted yet")


def marks_of(product: Product, marks: Mapping[str, Mark]) -> str:
    """Return the short names of the marks a product holds."""
    held = (marks[code] for code in product.mark_codes if code in marks)
    return ", ".join(mark.abbreviation for mark in held)


def season_of(product: Product) -> str:
    """Return the months in which a product is to be had."""
    if not product.months:
        return _now("All year")
    return ", ".join(month.short for month in months_of(product) if month.is_on)


def is_bilingual(product: Product) -> bool:
    """Tell whether visitors read name and story in either language."""
    texts = (product.name_th, product.name_en, product.story_th, product.story_en)
    return all(texts)


def has_photo(product: Product) -> bool:
    """Tell whether there is a photo; a drawing stands in for one."""
    return bool(product.cover) and not product.cover.get("is_illustration")


def stars_year(product: Product) -> int | None:
    """Return the year of the stars as the reader counts."""
    year = product.current_stars_year
    return None if year is None else year_shown(year)


def producer_code(product: Product) -> str | None:
    """Return the code of a product's producer."""
    return product.member.code


WHAT_IT_IS = (
    ReportColumn("code", _("Code"), Kind.CODE, 13),
    ReportColumn("name_th", _("Name (Thai)"), width=36),
    ReportColumn("name_en", _("Name (English)"), width=30),
    ReportColumn(
        "member_code", _("Code of the producer"), Kind.CODE, 13, value=producer_code
    ),
    ReportColumn("member", _("Producer"), width=34),
    ReportColumn("category", _("Category"), width=34, value=shelf_of),
    ReportColumn("otop_type", _("OTOP type"), width=22),
    ReportColumn("is_edible", _("Edible"), width=9),
    ReportColumn("price_min", _("Price from (baht)"), Kind.MONEY, 12),
    ReportColumn("price_max", _("Price to (baht)"), Kind.MONEY, 12),
    ReportColumn("unit", _("Unit"), width=10),
    ReportColumn("current_stars", _("Stars"), Kind.NUMBER, 8),
    # A year is a name, not an amount: nobody adds years up.
    ReportColumn("stars_year", _("Year of the stars"), Kind.CODE, 10, value=stars_year),
)
WHERE_IT_STANDS = (
    ReportColumn("season", _("Season"), width=20, value=season_of),
    ReportColumn("district", _("District"), width=16),
    ReportColumn("province", _("Province"), width=16),
    ReportColumn("status", _("Status"), width=14),
    ReportColumn("published_at", _("Published on"), Kind.DATE, 13),
    ReportColumn(
        "bilingual",
        _("Name and story in both languages"),
        width=14,
        value=is_bilingual,
    ),
    ReportColumn("photo", _("Has a photo"), width=9, value=has_photo),
)
