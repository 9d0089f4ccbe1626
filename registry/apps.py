"""The kernel app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Places, people, records and their workflow."""

    name = "registry"
    verbose_name = _("Register")
