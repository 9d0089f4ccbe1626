"""Plans in versions: a new one supersedes, never overwrites."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models import YEAR_VALIDATORS, Cluster
from registry.history import RegisterHistory
from registry.models import Child, Record, in_language
from strategies.enums import ItemKind, SwotKind
from strategies.querysets import PlanQuerySet


class Plan(Record):
    """A cluster's vision, logo, objectives, missions and strategies of one year.

    In force is the latest published one; the others stay readable.
    """

    NAMED_BY = ("cluster",)

    cluster = models.ForeignKey(
        Cluster, models.PROTECT, related_name="plans", verbose_name=_("cluster")
    )
    year = models.PositiveSmallIntegerField(
        _("year (B.E.)"), validators=YEAR_VALIDATORS
    )
    vision_th = models.TextField(_("vision (Thai)"))
    vision_en = models.TextField(_("vision (English)"), blank=True)
    logo = models.JSONField(_("logo"), default=dict, blank=True, editable=False)
    logo_text_th = models.CharField(
        _("what the logo shows (Thai)"), max_length=250, blank=True
    )
    logo_text_en = models.CharField(
        _("what the logo shows (English)"), max_length=250, blank=True
    )
    note_th = models.TextField(_("remark (Thai)"), blank=True)
    note_en = models.TextField(_("remark (English)"), blank=True)
    history = RegisterHistory()

    objects = PlanQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="strategies_plan_one_a_year",
                fields=["cluster", "year"],
                violation_error_message=_(
                    "This cluster already has a plan of this year."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cluster} {self.year}"

    def get_absolute_url(self) -> str:
        """Return the plan's public address."""
        return reverse("strategies:plan", args=[self.cluster.slug, self.year])

    @property
    def vision(self) -> str:
        """Return the vision in the reader's language, or the one there is."""
        return in_language(self, "vision")

    def settle(self) -> None:
        """Take the province from the (loaded) cluster."""
        self.province_id = self.cluster.province_id


class PlanItem(Child):
    """An objective, a mission or a strategy of a plan."""

    PARENTS = ("plan",)

    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="items", verbose_name=_("plan")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ItemKind)
    text_th = models.TextField(_("text (Thai)"))
    text_en = models.TextField(_("text (English)"), blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    class Meta:
        verbose_name = _("plan item")
        verbose_name_plural = _("plan items")

    def __str__(self) -> str:
        return in_language(self, "text")


class SwotItem(Child):
    """One line of a plan's SWOT analysis."""

    PARENTS = ("plan",)

    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="swot", verbose_name=_("plan")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=SwotKind)
    text_th = models.TextField(_("text (Thai)"))
    text_en = models.TextField(_("text (English)"), blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    class Meta:
        verbose_name = _("SWOT item")
        verbose_name_plural = _("SWOT items")

    def __str__(self) -> str:
        return in_language(self, "text")
