"""Reports with their filters under a name, and who gets them by mail."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.enums import SheetFormat


class SavedReport(models.Model):
    """A report with filters and a name. Its address may be passed on.

    It holds no rows: whoever opens it reads what they may read themselves.
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="saved_reports",
        verbose_name=_("by"),
    )
    title = models.CharField(_("title"), max_length=120)
    report = models.SlugField(_("report"), max_length=60)
    #: Filters as the address has them.
    query = models.TextField(_("filters"), blank=True)
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)

    class Meta:
        verbose_name = _("saved report")
        verbose_name_plural = _("saved reports")

    def __str__(self) -> str:
        return self.title


class ReportSubscription(models.Model):
    """A person who gets a saved report by mail each month."""

    saved = models.ForeignKey(SavedReport, models.CASCADE, related_name="subscriptions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    format = models.CharField(_("format"), max_length=4, choices=SheetFormat)
    #: The first day of the month it was last sent for.
    sent_for = models.DateField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("monthly report")
        verbose_name_plural = _("monthly reports")
        constraints = [
            models.UniqueConstraint(
                name="reports_subscription_once", fields=["saved", "user"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.saved} → {self.user}"
