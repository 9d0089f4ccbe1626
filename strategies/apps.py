"""The strategies app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StrategiesConfig(AppConfig):
    """Plans and, later, projects and what came of them."""

    name = "strategies"
    verbose_name = _("Strategies")
