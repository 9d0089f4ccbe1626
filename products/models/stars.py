"""Rounds of the star selection, their criteria and results."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import YEAR_VALIDATORS
from products.enums import (
    OtopType,
    Section,
)
from products.models.goods import Product
from products.querysets import (
    StarRoundQuerySet,
)
from registry.history import RegisterHistory
from registry.models import (
    Child,
    Kept,
    Named,
    in_language,
)

#: Lowest total of each star (facts.md §1.1): five stars from 90 points, and so on.
STAR_FLOORS = {5: 90, 4: 80, 3: 70, 2: 50, 1: 0}


def stars_for(total: Decimal) -> int:
    """Return the stars that follow from a total of 0 to 100 points."""
    return next(stars for stars, floor in STAR_FLOORS.items() if total >= floor)


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
