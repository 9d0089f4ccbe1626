"""Clusters and the visitors of their pages."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.querysets import (
    ClusterQuerySet,
)
from registry.history import RegisterHistory
from registry.models import (
    Agency,
    Kept,
    Named,
    Province,
    in_language,
)

#: Buddhist-era years the register accepts: the programme's past and near future.
FIRST_YEAR, LAST_YEAR = 2500, 2600


YEAR_VALIDATORS = [MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]


class Cluster(Kept, Named):
    """Producers and agencies of a province that work together on one kind of goods."""

    province = models.ForeignKey(
        Province, models.PROTECT, related_name="clusters", verbose_name=_("province")
    )
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    founded_year = models.PositiveSmallIntegerField(
        _("founded in fiscal year (B.E.)"),
        null=True,
        blank=True,
        validators=YEAR_VALIDATORS,
    )
    lead_agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lead agency"),
    )
    programme_th = models.CharField(_("programme (Thai)"), max_length=250, blank=True)
    programme_en = models.CharField(
        _("programme (English)"), max_length=250, blank=True
    )
    about_th = models.TextField(_("about (Thai)"), blank=True)
    about_en = models.TextField(_("about (English)"), blank=True)
    related = models.ManyToManyField(
        "self", blank=True, verbose_name=_("related clusters")
    )
    visitors_before = models.PositiveIntegerField(
        _("visitors counted before"),
        default=0,
        help_text=_("The figure of an earlier site, from which this one counts on."),
    )
    history = RegisterHistory()

    objects = ClusterQuerySet.as_manager()

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")

    @property
    def programme(self) -> str:
        """Return the programme in the reader's language, or the one there is."""
        return in_language(self, "programme")


class VisitorDay(models.Model):
    """How many visitors a cluster's page had on a day; no cookie, no history."""

    cluster = models.ForeignKey(
        Cluster, models.CASCADE, related_name="visitor_days", verbose_name=_("cluster")
    )
    day = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("visitors"), default=0)

    class Meta:
        verbose_name = _("visitors of a day")
        verbose_name_plural = _("visitors by day")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "day"], name="members_visitorday_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cluster_id} {self.day}: {self.count}"
