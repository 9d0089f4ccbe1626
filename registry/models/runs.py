"""Long or logged work as rows: files that came in and files that went out."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.enums import RunStatus, SheetFormat
from registry.querysets import RunQuerySet


class Run(models.Model):
    """What both directions have."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=RunStatus, default=RunStatus.RUNNING
    )
    error = models.TextField(_("error"), blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        abstract = True


class ImportRun(Run):
    """One file read into the register: who, which bytes, what came of each row."""

    layout = models.CharField(_("layout"), max_length=40)
    file_name = models.CharField(_("file"), max_length=250)
    file_hash = models.CharField(_("fingerprint"), max_length=64, db_index=True)
    act_id = models.UUIDField(_("act"), null=True, blank=True)
    #: Counts by name ("rows", "made", "merged", "skipped"); they always add up.
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    #: Rows not taken: [row number, reason] pairs.
    skipped = models.JSONField(_("skipped rows"), default=list, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.layout}: {self.file_name}"


class ExportRun(Run):
    """One file taken out of the register: who, which report, which rows."""

    report = models.SlugField(_("report"), max_length=60)
    format = models.CharField(_("format"), max_length=4, choices=SheetFormat)
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")

    def __str__(self) -> str:
        return f"{self.report}.{self.format}"
