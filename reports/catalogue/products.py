"""The register of products."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django import forms
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.http import QueryDict
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.enums import ProducerType
from products.enums import OtopType
from products.filters import star_options
from products.models import Category, Mark, Product
from registry.enums import RecordStatus
from registry.models import User
from registry.sheets.writing import Kind
from registry.templatetags.ui import year_shown
from registry.thai.dates import MONTHS_EN_SHORT, MONTHS_TH_SHORT
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
    is_signed = True
    pdf_columns = (
        *("code", "name_th", "name_en", "member", "otop_type", "district", "province"),
        *("price_min", "current_stars", "stars_year", "marks", "status"),
    )
    totals = (
        Total(_("Of them published"), Count("pk", Q(status=RecordStatus.PUBLISHED))),
        Total(_("With stars"), Count("current_stars")),
        Total(_("With five stars"), Count("pk", Q(current_stars=5))),
    )

    def loaded(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return products by district, producer and name."""
        return (
            rows.select_related("member", "province", "district")
            .annotate(bilingual=IS_BILINGUAL, photo=HAS_PHOTO)
            .order_by(
                "province__sort_key",
                "district__sort_key",
                "member__sort_key",
                "member_id",
                "sort_key",
                "pk",
            )
        )

    def all_columns(self) -> Sequence[ReportColumn]:
        """Return the columns. The first row asks for shelves and marks: two queries."""
        shelves = cache(shelf_names)
        marks = cache(mark_names)
        return (
            *WHAT_IT_IS,
            ReportColumn(
                "category",
                _("Category"),
                width=34,
                source=("category_id",),
                make=lambda shelf: shelves(get_language()).get(
                    shelf, _now("Not sorted yet")
                ),
            ),
            *HOW_IT_SELLS,
            ReportColumn(
                "marks",
                _("Marks in force"),
                width=24,
                source=("marks_held",),
                make=lambda held: marks_said(held, marks(get_language())),
            ),
            *WHERE_IT_STANDS,
        )


#: Visitors read name and story in either language.
IS_BILINGUAL = Case(
    When(
        ~Q(name_th="") & ~Q(name_en="") & ~Q(story_th="") & ~Q(story_en=""),
        then=Value(True),
    ),
    default=Value(False),
)
#: There is a photo; a drawing stands in for one.
HAS_PHOTO = Case(
    When(~Q(cover={}) & ~Q(cover__is_illustration=True), then=Value(True)),
    default=Value(False),
)


def shelf_names(language: str) -> dict[int, str]:
    """Return the way to each shelf: "Edible › Snacks". One query."""
    names: dict[int, str] = {}
    with override(language):
        for shelf in Category.objects.in_order():
            above = names.get(shelf.parent_id or 0)
            names[shelf.pk] = f"{above} › {shelf.name}" if above else shelf.name
    return names


def mark_names(language: str) -> list[tuple[int, str]]:
    """Return each mark's bit in the set of marks, and its short name. One query."""
    with override(language):
        return [(1 << mark.bit, mark.abbreviation) for mark in Mark.objects.in_order()]


def marks_said(held: int, marks: Sequence[tuple[int, str]]) -> str:
    """Return the short names of the marks a product holds."""
    return ", ".join(name for bit, name in marks if held & bit) if held else ""


def season_said(season: int) -> str:
    """Return the months of a season."""
    if not season:
        return _now("All year")
    months = MONTHS_EN_SHORT if get_language() == "en" else MONTHS_TH_SHORT
    return ", ".join(name for at, name in enumerate(months) if season >> at & 1)


def year_said(year: int | None) -> int | None:
    """Return a year as the reader counts."""
    return None if year is None else year_shown(year)


WHAT_IT_IS = (
    ReportColumn("code", _("Code"), Kind.CODE, 13),
    ReportColumn("name_th", _("Name (Thai)"), width=36),
    ReportColumn("name_en", _("Name (English)"), width=30),
    ReportColumn(
        "member_code",
        _("Code of the producer"),
        Kind.CODE,
        13,
        source=("member__code",),
    ),
    ReportColumn("member", _("Producer"), width=34),
)
HOW_IT_SELLS = (
    ReportColumn("otop_type", _("OTOP type"), width=22),
    ReportColumn("is_edible", _("Edible"), width=9),
    ReportColumn("price_min", _("Price from (baht)"), Kind.MONEY, 12),
    ReportColumn("price_max", _("Price to (baht)"), Kind.MONEY, 12),
    ReportColumn("unit", _("Unit"), width=10),
    ReportColumn("current_stars", _("Stars"), Kind.NUMBER, 8),
    # A year is a name, not an amount: nobody adds years up.
    ReportColumn(
        "stars_year",
        _("Year of the stars"),
        Kind.CODE,
        10,
        source=("current_stars_year",),
        make=year_said,
    ),
)
WHERE_IT_STANDS = (
    ReportColumn("season", _("Season"), width=20, source=("season",), make=season_said),
    ReportColumn("district", _("District"), width=16),
    ReportColumn("province", _("Province"), width=16),
    ReportColumn("status", _("Status"), width=14),
    ReportColumn("published_at", _("Published on"), Kind.DATE, 13, is_sortable=True),
    ReportColumn(
        "bilingual",
        _("Name and story in both languages"),
        width=14,
        source=("bilingual",),
    ),
    ReportColumn("photo", _("Has a photo"), width=9, source=("photo",)),
)
