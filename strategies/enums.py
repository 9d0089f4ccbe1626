"""Words of plans."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemKind(models.TextChoices):
    """What a plan lists, from the far end to the near."""

    OBJECTIVE = "objective", _("Objective")
    MISSION = "mission", _("Mission")
    STRATEGY = "strategy", _("Strategy")

    @property
    def heading(self) -> str:
        """Return the words above a list of them."""
        headings = {
            "objective": _("Objectives"),
            "mission": _("Missions"),
            "strategy": _("Strategies"),
        }
        return str(headings[self.value])


class SwotKind(models.TextChoices):
    """The four fields of a SWOT analysis."""

    STRENGTH = "strength", _("Strength")
    WEAKNESS = "weakness", _("Weakness")
    OPPORTUNITY = "opportunity", _("Opportunity")
    THREAT = "threat", _("Threat")

    @property
    def heading(self) -> str:
        """Return the words above a list of them."""
        headings = {
            "strength": _("Strengths"),
            "weakness": _("Weaknesses"),
            "opportunity": _("Opportunities"),
            "threat": _("Threats"),
        }
        return str(headings[self.value])
