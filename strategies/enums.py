"""Words of plans."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemKind(models.TextChoices):
    """What a plan lists, from the far end to the near."""

    OBJECTIVE = "objective", _("Objective")
    MISSION = "mission", _("Mission")
    STRATEGY = "strategy", _("Strategy")


class SwotKind(models.TextChoices):
    """The four fields of a SWOT analysis."""

    STRENGTH = "strength", _("Strength")
    WEAKNESS = "weakness", _("Weakness")
    OPPORTUNITY = "opportunity", _("Opportunity")
    THREAT = "threat", _("Threat")
