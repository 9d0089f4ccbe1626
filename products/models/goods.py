"""Products, what they are found by, and their photos."""

from collections.abc import Sequence
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import YEAR_VALIDATORS, Member
from products.enums import (
    BAND_EDGES,
    AirTravel,
    OtopType,
    PriceBand,
)
from products.models.shelves import Category
from products.querysets import (
    PhotoQuerySet,
    ProductQuerySet,
)
from registry.addresses import page_below
from registry.errors import Obstacle
from registry.history import RegisterHistory
from registry.models import (
    Child,
    District,
    Named,
    Record,
    SearchRow,
    in_language,
)
from registry.thai.sorting import sort_key
from registry.thai.text import fold


class Product(Record, Named):
    """A souvenir of one member.

    Owner, province and district are the member's; category may be unknown.
    """

    CODE_LETTER = "P"
    LOCKED_AFTER = ("member",)
    TOGETHER = (("price_min", "price_max"), ("unit_th", "unit_en"))

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="products", verbose_name=_("producer")
    )
    other_names = models.CharField(
        _("other names"),
        max_length=300,
        blank=True,
        help_text=_("Local or romanised names people search by."),
    )
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("category"),
    )
    otop_type = models.CharField(
        _("OTOP type"), max_length=10, choices=OtopType, blank=True
    )
    price_min = models.DecimalField(
        _("price from (baht)"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    price_max = models.DecimalField(
        _("price to (baht)"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    unit_th = models.CharField(_("unit (Thai)"), max_length=60, blank=True)
    unit_en = models.CharField(_("unit (English)"), max_length=60, blank=True)
    size_th = models.CharField(_("size and weight (Thai)"), max_length=150, blank=True)
    size_en = models.CharField(
        _("size and weight (English)"), max_length=150, blank=True
    )
    materials_th = models.CharField(_("materials (Thai)"), max_length=300, blank=True)
    materials_en = models.CharField(
        _("materials (English)"), max_length=300, blank=True
    )
    shelf_life_days = models.PositiveIntegerField(
        _("keeps for (days)"), null=True, blank=True
    )
    keeping_th = models.CharField(
        _("how to keep it (Thai)"), max_length=300, blank=True
    )
    keeping_en = models.CharField(
        _("how to keep it (English)"), max_length=300, blank=True
    )
    season = models.PositiveSmallIntegerField(
        _("season"),
        default=0,
        validators=[MaxValueValidator(0b1111_1111_1111)],
        help_text=_("Months in which it is made or sold; none means all year."),
    )
    air_travel = models.CharField(
        _("air travel"), max_length=8, choices=AirTravel, blank=True, default=""
    )
    where_th = models.TextField(_("where to buy (Thai)"), blank=True)
    where_en = models.TextField(_("where to buy (English)"), blank=True)
    story_th = models.TextField(_("story (Thai)"), blank=True)
    story_en = models.TextField(_("story (English)"), blank=True)
    design_year = models.PositiveSmallIntegerField(
        _("year of a new design (B.E.)"),
        null=True,
        blank=True,
        validators=YEAR_VALIDATORS,
    )
    private_notes = models.TextField(
        _("internal notes"),
        blank=True,
        help_text=_("For staff only; never shown to the public or exported."),
    )
    # Kept by the actions for the catalogue; recounted by ``check_register``.
    district = models.ForeignKey(
        District,
        models.PROTECT,
        related_name="+",
        verbose_name=_("district"),
        editable=False,
    )
    sort_key = models.CharField(max_length=300, editable=False, default="")
    name_fold = models.CharField(max_length=300, editable=False, default="")
    price_band = models.PositiveSmallIntegerField(
        _("price band"), choices=PriceBand, null=True, editable=False
    )
    is_edible = models.BooleanField(_("edible"), null=True, editable=False)
    is_alcohol = models.BooleanField(
        _("alcoholic drink"), default=False, editable=False
    )
    current_stars = models.PositiveSmallIntegerField(
        _("stars"), null=True, editable=False
    )
    current_stars_year = models.PositiveSmallIntegerField(
        _("year of the stars (B.E.)"), null=True, editable=False
    )
    #: Marks in force: one bit a mark for the filter, their codes for the card.
    marks_held = models.BigIntegerField(default=0, editable=False)
    mark_codes = models.JSONField(_("marks"), default=list, blank=True, editable=False)
    #: The main photo as the card shows it: a stored picture and its alt texts.
    cover = models.JSONField(_("picture"), default=dict, blank=True, editable=False)
    history = RegisterHistory(
        leaving_out=[
            "sort_key",
            "name_fold",
            "price_band",
            "is_edible",
            "is_alcohol",
            "current_stars",
            "current_stars_year",
            "marks_held",
            "mark_codes",
            "cover",
        ]
    )

    objects = ProductQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="products_product_prices_in_order",
                condition=Q(price_max__isnull=True)
                | Q(price_min__isnull=False, price_max__gte=F("price_min")),
                violation_error_message=_(
                    "The highest price cannot be below the lowest."
                ),
            ),
            models.CheckConstraint(
                name="products_product_stars_have_year",
                condition=Q(current_stars__isnull=True, current_stars_year__isnull=True)
                | Q(
                    current_stars__gte=1,
                    current_stars__lte=5,
                    current_stars_year__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="products_product_months_of_a_year",
                condition=Q(season__lte=0b1111_1111_1111),
            ),
        ]
        indexes = [
            # The catalogue in its orders; every public list is published only.
            models.Index(
                F("published_at").desc(),
                "id",
                name="product_public_newest",
                condition=Q(status="published"),
            ),
            models.Index(
                "category",
                F("published_at").desc(),
                "id",
                name="product_public_of_shelf",
                condition=Q(status="published"),
            ),
            models.Index(
                "province",
                F("published_at").desc(),
                "id",
                name="product_public_of_place",
                condition=Q(status="published"),
            ),
            models.Index(
                "sort_key",
                "id",
                name="product_public_sorted",
                condition=Q(status="published"),
            ),
            # Null prices come last, as PostgreSQL keeps them and SQLite can read them.
            models.Index(
                "price_min",
                "id",
                name="product_public_priced",
                condition=Q(status="published"),
            ),
            models.Index(
                F("price_min").desc(),
                "id",
                name="product_public_dearest",
                condition=Q(status="published"),
            ),
            models.Index(
                F("current_stars").desc(),
                "sort_key",
                "id",
                name="product_public_starred",
                condition=Q(status="published"),
            ),
            # Other goods of the same shelf in the same province, for a product's page.
            models.Index(
                "category",
                "province",
                F("published_at").desc(),
                "id",
                name="product_public_nearby",
                condition=Q(status="published"),
            ),
            # The latest of the best, for the home page.
            models.Index(
                F("current_stars_year").desc(),
                F("published_at").desc(),
                "id",
                name="product_public_champions",
                condition=Q(status="published", current_stars=5, is_alcohol=False),
            ),
            # Every column that counting reads, the status too, and in its order: the
            # table itself is left alone.
            models.Index(
                "status",
                "province",
                "category",
                "current_stars",
                "price_band",
                "marks_held",
                "otop_type",
                "season",
                "district",
                name="product_public_counted",
                condition=Q(status="published"),
            ),
            models.Index("province", "sort_key", "id", name="product_province_sorted"),
            models.Index("sort_key", "id", name="product_sorted"),
            models.Index("member", "sort_key", name="product_of_member"),
            models.Index("status", "submitted_at", "id", name="product_waiting"),
        ]

    def get_absolute_url(self) -> str:
        """Return the product's public address."""
        return page_below("products:list", self.code)

    @property
    def story(self) -> str:
        """Return the story in the reader's language, or the one there is."""
        return in_language(self, "story")

    @property
    def unit(self) -> str:
        """Return the unit of sale in the reader's language, or the one there is."""
        return in_language(self, "unit")

    @property
    def months(self) -> tuple[int, ...]:
        """Return the months of the season, 1 to 12; none means all year."""
        return tuple(month for month in range(1, 13) if self.season >> (month - 1) & 1)

    def settle(self) -> None:
        """Work out what follows from own fields and the loaded member and category."""
        member, shelf = self.member, self.category
        self.owner_id = member.owner_id
        self.province_id = member.province_id
        self.district_id = member.district_id
        self.sort_key = sort_key(self.name_th)[:300]
        self.name_fold = fold(self.name_th)[:300]
        self.price_band = band_of(self.price_min)
        self.is_edible = None if shelf is None else shelf.is_edible
        self.is_alcohol = shelf is not None and shelf.is_alcohol

    def obstacles(self) -> Sequence[Obstacle]:
        """Return what publication still needs; the member must be public itself."""
        if self.member.is_published:
            return ()
        return (
            Obstacle("member", _("The producer of this product is not published yet.")),
        )


def band_of(price: Decimal | None) -> int | None:
    """Return the price band of a lowest price in baht; None without a price."""
    if price is None:
        return None
    return 1 + sum(price >= edge for edge in BAND_EDGES)


class ProductSearch(SearchRow):
    """What a product is found by, folded; one row a product, written with it."""

    product = models.OneToOneField(
        Product, models.CASCADE, primary_key=True, related_name="search"
    )

    class Meta:
        verbose_name = _("search row of a product")
        verbose_name_plural = _("search rows of products")


class Photo(Child):
    """A photo of a product; the first in order is the main one."""

    PARENTS = ("product",)
    AT_MOST = 12

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="photos", verbose_name=_("product")
    )
    #: What ``registry.pictures`` stored: names by format and width.
    picture = models.JSONField(_("picture"), default=dict)
    #: The picture's own, so that photos of the same picture are found.
    sha256 = models.CharField(
        max_length=64, blank=True, default="", editable=False, db_index=True
    )
    alt_th = models.CharField(_("what it shows (Thai)"), max_length=200, blank=True)
    alt_en = models.CharField(_("what it shows (English)"), max_length=200, blank=True)
    is_main = models.BooleanField(_("main photo"), default=False)
    is_illustration = models.BooleanField(
        _("illustration"), default=False, help_text=_("Drawn, not photographed.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory(leaving_out=["sha256"])

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints = [
            models.UniqueConstraint(
                name="products_photo_one_main",
                fields=["product"],
                condition=Q(is_main=True),
                violation_error_message=_("A product has one main photo."),
            )
        ]

    def __str__(self) -> str:
        return in_language(self, "alt") or str(_("photo"))

    def settle(self) -> None:
        """Name the picture by its hash."""
        self.sha256 = self.picture.get("sha256", "")
