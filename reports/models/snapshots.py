"""Open data as it stood at the end of a year."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DataSnapshot(models.Model):
    """One dataset of one year in one format. Its file never changes."""

    dataset = models.SlugField(_("dataset"), max_length=40)
    #: Of the Buddhist era.
    year = models.PositiveSmallIntegerField(_("year (B.E.)"))
    format = models.CharField(_("format"), max_length=4)
    #: Its name in the private storage, whence a view sends it.
    file = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("yearly snapshot")
        verbose_name_plural = _("yearly snapshots")
        constraints = [
            models.UniqueConstraint(
                name="reports_snapshot_once", fields=["dataset", "year", "format"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.year}.{self.format}"
