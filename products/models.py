"""Products, their photos, marks and stars."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models import YEAR_VALIDATORS, Member
from products.enums import (
    BAND_EDGES,
    AirTravel,
    MarkGoods,
    MarkScope,
    OtopType,
    PriceBand,
    Section,
)
from products.querysets import (
    CategoryQuerySet,
    CertificateQuerySet,
    MarkQuerySet,
    PhotoQuerySet,
    ProductQuerySet,
    StarRoundQuerySet,
)
from registry.errors import Obstacle
from registry.history import RegisterHistory
from registry.models import (
    Child,
    District,
    Kept,
    Named,
    Record,
    in_language,
)
from registry.thai.sorting import sort_key
from registry.thai.text import fold

#: Lowest total of each star (facts.md §1.1): five stars from 90 points, and so on.
STAR_FLOORS = {5: 90, 4: 80, 3: 70, 2: 50, 1: 0}


def stars_for(total: Decimal) -> int:
    """Return the stars that follow from a total of 0 to 100 points."""
    return next(stars for stars, floor in STAR_FLOORS.items() if total >= floor)


class Category(Kept, Named):
    """A shelf of the catalogue: edible or not at the root, two levels below.

    Staff may add shelves; the OTOP type of a product is a separate matter.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent category"),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    otop_type = models.CharField(
        _("usual OTOP type"), max_length=10, choices=OtopType, blank=True
    )
    is_alcohol = models.BooleanField(
        _("alcoholic drinks"),
        default=False,
        help_text=_("Thai law limits their advertising: name and maker only."),
    )
    # Follow from the parents; kept by the actions.
    is_edible = models.BooleanField(_("edible"), default=False, editable=False)
    level = models.PositiveSmallIntegerField(default=0, editable=False)
    path = models.CharField(max_length=120, editable=False, default="", db_index=True)
    history = RegisterHistory(leaving_out=["path", "level"])

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.CheckConstraint(
                name="products_category_two_levels",
                condition=Q(level__lte=2),
                violation_error_message=_(
                    "Categories have two levels below edible and non-edible."
                ),
            )
        ]

    def settle(self) -> None:
        """Work out path, level and edibility from the (loaded) parent."""
        if self.parent is None:
            self.path, self.level = f"{self.code}/", 0
            self.is_edible = self.code == "edible"
        else:
            self.path = f"{self.parent.path}{self.code}/"
            self.level = self.parent.level + 1
            self.is_edible = self.parent.is_edible


class Mark(Kept, Named):
    """A standard or certification mark, its issuer and the shape of its numbers.

    ``bit`` is its place in the catalogue's set of marks held (0 to 62).
    """

    code = models.SlugField(_("code"), max_length=30, unique=True)
    abbreviation_th = models.CharField(
        _("abbreviation (Thai)"), max_length=40, blank=True
    )
    abbreviation_en = models.CharField(
        _("abbreviation (English)"), max_length=40, blank=True
    )
    issuer_th = models.CharField(_("issuer (Thai)"), max_length=200, blank=True)
    issuer_en = models.CharField(_("issuer (English)"), max_length=200, blank=True)
    pattern = models.CharField(_("pattern of the number"), max_length=200, blank=True)
    pattern_is_firm = models.BooleanField(
        _("refuse other numbers"),
        default=False,
        help_text=_("Otherwise a number of another shape is only pointed out."),
    )
    example = models.CharField(_("example number"), max_length=60, blank=True)
    usual_months = models.PositiveSmallIntegerField(
        _("usual validity in months"), null=True, blank=True
    )
    given_to = models.CharField(
        _("given to"), max_length=8, choices=MarkScope, default=MarkScope.PRODUCT
    )
    goods = models.CharField(
        _("goods"), max_length=10, choices=MarkGoods, default=MarkGoods.ALL
    )
    is_historic = models.BooleanField(_("no longer given"), default=False)
    bit = models.PositiveSmallIntegerField(
        unique=True, editable=False, validators=[MaxValueValidator(62)]
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    objects = MarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.CheckConstraint(
                name="products_mark_bit_fits", condition=Q(bit__lte=62)
            )
        ]

    @property
    def abbreviation(self) -> str:
        """Return the short name in the reader's language, or the name."""
        return in_language(self, "abbreviation") or self.name

    @property
    def issuer(self) -> str:
        """Return the issuer in the reader's language, or the one there is."""
        return in_language(self, "issuer")


class Product(Record, Named):
    """A souvenir of one member.

    Owner, province and district are the member's; category may be unknown.
    """

    CODE_LETTER = "P"
    LOCKED_AFTER = ("member",)

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
        return reverse("products:detail", args=[self.code])

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
        self.owner_id = self.member.owner_id
        self.province_id = self.member.province_id
        self.district_id = self.member.district_id
        self.sort_key = sort_key(self.name_th)[:300]
        self.name_fold = fold(self.name_th)[:300]
        self.price_band = band_of(self.price_min)
        self.is_edible = None if self.category is None else self.category.is_edible
        self.is_alcohol = self.category is not None and self.category.is_alcohol

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


class ProductSearch(models.Model):
    """What a product is found by, folded; one row a product, written with it."""

    product = models.OneToOneField(
        Product, models.CASCADE, primary_key=True, related_name="search"
    )
    name_norm = models.TextField()
    name_fold = models.TextField()
    text_fold = models.TextField()

    class Meta:
        verbose_name = _("search row of a product")
        verbose_name_plural = _("search rows of products")

    def __str__(self) -> str:
        return self.name_norm


class Photo(Child):
    """A photo of a product; the first in order is the main one."""

    PARENTS = ("product",)

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


class Certificate(Child):
    """Proof that a product or a producer holds a mark."""

    PARENTS = ("product", "member")

    product = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("product"),
    )
    member = models.ForeignKey(
        Member,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("member"),
    )
    mark = models.ForeignKey(
        Mark, models.PROTECT, related_name="certificates", verbose_name=_("mark")
    )
    number = models.CharField(_("certificate number"), max_length=80, blank=True)
    standard_number = models.CharField(_("standard number"), max_length=60, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    #: A file of the private storage, with the name it came under.
    file = models.CharField(max_length=200, blank=True, editable=False)
    file_name = models.CharField(max_length=150, blank=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("checked by"),
    )
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    history = RegisterHistory()

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.CheckConstraint(
                name="products_certificate_one_holder",
                condition=Q(product__isnull=False, member__isnull=True)
                | Q(product__isnull=True, member__isnull=False),
            ),
            models.CheckConstraint(
                name="products_certificate_dates_in_order",
                condition=Q(expires_on__isnull=True)
                | Q(issued_on__isnull=True)
                | Q(expires_on__gte=F("issued_on")),
                violation_error_message=_(
                    "A certificate cannot expire before it was issued."
                ),
            ),
        ]
        indexes = [
            models.Index("expires_on", "id", name="certificate_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} {self.number}".strip()


class StarRound(Kept, Named):
    """A round of the OTOP Product Champion selection."""

    year = models.PositiveSmallIntegerField(
        _("year (B.E.)"), unique=True, validators=YEAR_VALIDATORS
    )
    opens_on = models.DateField(_("opens on"), null=True, blank=True)
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    history = RegisterHistory()

    objects = StarRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("star round")
        verbose_name_plural = _("star rounds")
        constraints = [
            models.CheckConstraint(
                name="products_starround_dates_in_order",
                condition=(
                    Q(closes_on__isnull=True)
                    | Q(opens_on__isnull=True)
                    | Q(closes_on__gte=F("opens_on"))
                ),
                violation_error_message=_("A round cannot close before it opens."),
            )
        ]


class StarCriterion(Child):
    """The most points a section of a round gives to goods of a type."""

    PARENTS = ("round",)

    round = models.ForeignKey(
        StarRound, models.CASCADE, related_name="criteria", verbose_name=_("round")
    )
    otop_type = models.CharField(_("OTOP type"), max_length=10, choices=OtopType)
    section = models.CharField(_("section"), max_length=10, choices=Section)
    name_th = models.CharField(_("criterion (Thai)"), max_length=200, blank=True)
    name_en = models.CharField(_("criterion (English)"), max_length=200, blank=True)
    maximum = models.DecimalField(
        _("most points"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.UniqueConstraint(
                name="products_starcriterion_once",
                fields=["round", "otop_type", "section", "name_th"],
            )
        ]

    def __str__(self) -> str:
        return in_language(self, "name") or self.get_section_display()


def _points(label: Any) -> Any:
    # A translated label and a field's two types have no name of their own.
    return models.DecimalField(
        label,
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )


class StarRating(Child):
    """The result of a product in a round. Unrated goods have no row.

    Open files carry stars only; where the total is known, stars follow from it.
    """

    PARENTS = ("product",)

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="ratings", verbose_name=_("product")
    )
    round = models.ForeignKey(
        StarRound, models.PROTECT, related_name="ratings", verbose_name=_("round")
    )
    score_product = _points(_("section A: product and community"))
    score_market = _points(_("section B: marketing and story"))
    score_quality = _points(_("section C: quality"))
    total = _points(_("total"))
    stars = models.PositiveSmallIntegerField(
        _("stars"),
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        blank=True,
    )
    history = RegisterHistory()

    class Meta:
        verbose_name = _("star rating")
        verbose_name_plural = _("star ratings")
        constraints = [
            models.UniqueConstraint(
                name="products_starrating_once_a_round",
                fields=["product", "round"],
                violation_error_message=_("This product has a result of this round."),
            ),
            models.CheckConstraint(
                name="products_starrating_stars_follow_total",
                condition=Q(total__isnull=True, stars__gte=1, stars__lte=5)
                | Q(total__gte=90, total__lte=100, stars=5)
                | Q(total__gte=80, total__lt=90, stars=4)
                | Q(total__gte=70, total__lt=80, stars=3)
                | Q(total__gte=50, total__lt=70, stars=2)
                | Q(total__gte=0, total__lt=50, stars=1),
                violation_error_message=_("The stars do not follow from the total."),
            ),
        ]
        indexes = [models.Index("round", "stars", name="rating_round_stars")]

    def __str__(self) -> str:
        return f"{self.stars}★ {self.round}"

    @property
    def scores(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Return the points of sections A, B and C."""
        return self.score_product, self.score_market, self.score_quality

    def settle(self) -> None:
        """Add up the sections, and read the stars off the total."""
        known = [score for score in self.scores if score is not None]
        if len(known) == len(self.scores):
            self.total = sum(known, Decimal(0))
        if self.total is not None:
            self.stars = stars_for(self.total)
