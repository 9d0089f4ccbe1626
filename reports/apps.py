"""The reports app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """What leaves the register."""

    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        """Offer files on the lists of the admin, which lies below this app.

        And enter what is kept of people, and what the worker does.
        """
        from django.contrib import admin

        from reports import personal, tasks  # noqa: F401 - the worker finds its work
        from reports.admin import ACTIONS

        personal.contribute()
        for action in ACTIONS:
            admin.site.add_action(action)
