"""The kernel app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Places, people, records and their workflow."""

    name = "registry"
    verbose_name = _("Register")

    def ready(self) -> None:
        """Have Django ask the database whether it can search Thai."""
        from registry import checks  # noqa: F401 - registers itself
