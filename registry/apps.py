"""The kernel app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Places, people, records and their workflow."""

    name = "registry"
    verbose_name = _("Register")

    def ready(self) -> None:
        """Enter the kernel's personal data and long work; ask if Thai is known."""
        # They register themselves.
        from registry import checks, purposes  # noqa: F401
        from registry.actions import imports  # noqa: F401

        purposes.contribute()
