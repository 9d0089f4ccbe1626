"""Long or logged work as rows: files that came in and files that went out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.enums import ImportStep, RowChoice, RowFate, RunStatus, SheetFormat
from registry.querysets import RunQuerySet


class Run(models.Model):
    """What both directions have.

    ``status`` tells of the piece of work a worker does or did last; ``beat_at`` is
    renewed while it works, so that one which died is found (:mod:`registry.jobs`).
    """

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
    #: The piece of work, by the name :func:`registry.jobs.works` knows it by.
    work = models.CharField(max_length=40, blank=True, default="", editable=False)
    #: How far it is: so many of so many, and what is being done in a word.
    done = models.PositiveIntegerField(_("done so far"), default=0, editable=False)
    total = models.PositiveIntegerField(_("of"), default=0, editable=False)
    phase = models.CharField(max_length=40, blank=True, default="", editable=False)
    beat_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    #: The language its person reads, "th" or "en".
    language = models.CharField(max_length=2, default="th", editable=False)

    objects = RunQuerySet.as_manager()

    class Meta:
        abstract = True


class ImportRun(Run):
    """One file read into the register: who, which bytes, what came of each row."""

    layout = models.CharField(_("layout"), max_length=40)
    step = models.CharField(
        _("step"), max_length=10, choices=ImportStep, default=ImportStep.WRITTEN
    )
    file_name = models.CharField(_("file"), max_length=250)
    file_hash = models.CharField(_("fingerprint"), max_length=64, db_index=True)
    #: Its name in the private storage; empty once it is forgotten.
    file = models.CharField(max_length=200, blank=True, default="", editable=False)
    act_id = models.UUIDField(_("act"), null=True, blank=True)
    #: Counts by name ("rows", "new", "changed", "same", "bad", "repaired", …);
    #: rows = new + changed + same + bad, always.
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    #: Rows not taken: [row number, reason] pairs.
    skipped = models.JSONField(_("skipped rows"), default=list, blank=True)
    #: Row number of the heading, and what its columns are: key → column, from 0.
    heading_row = models.PositiveIntegerField(default=0, editable=False)
    columns = models.JSONField(default=dict, blank=True, editable=False)
    #: Headings as they stand in the file, by column.
    headings = models.JSONField(default=list, blank=True, editable=False)
    #: What the person chose: "erase", "only_good", "publish", …
    options = models.JSONField(default=dict, blank=True, editable=False)
    #: How often each thing was repaired: sentence → times.
    repairs = models.JSONField(default=dict, blank=True, editable=False)
    #: Of what the check would write: confirmed is what was seen.
    digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    written_at = models.DateTimeField(_("written"), null=True, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, editable=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.layout}: {self.file_name}"

    @property
    def stage(self) -> ImportStep:
        """Return ``step`` as its enum member."""
        return ImportStep(self.step)


class ImportRow(models.Model):
    """One row of a file: what it is about, and what becomes of it.

    Texts are in the language of the run's person, as the check wrote them.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    fate = models.CharField(_("fate"), max_length=7, choices=RowFate)
    name = models.CharField(_("name"), max_length=300, blank=True)
    #: The record it is about, by label and key; none before a new one is written.
    model = models.CharField(max_length=60, blank=True, default="")
    object_id = models.BigIntegerField(null=True)
    #: The change waits for review: the record was published.
    is_proposal = models.BooleanField(_("as a proposal"), default=False)
    #: What is new in each cell: [column key, old text, new text].
    cells = models.JSONField(default=list, blank=True)
    #: What is wrong: [column key or "", what stands there, sentence].
    faults = models.JSONField(default=list, blank=True)
    #: What was put right: [column key or "", sentence].
    repairs = models.JSONField(default=list, blank=True)
    #: What it looks like: {"model", "pk", "row", "label", "code", "reason"}; "row" is
    #: the number of another row of the file, "pk" a row of the register.
    twins = models.JSONField(default=list, blank=True)
    choice = models.CharField(
        max_length=9, choices=RowChoice, blank=True, default=RowChoice.OPEN
    )
    #: The record the person chose, where several look alike.
    chosen_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [
            models.UniqueConstraint(
                name="registry_importrow_once", fields=["run", "number"]
            ),
            models.CheckConstraint(
                name="registry_importrow_fate_known",
                condition=Q(fate__in=RowFate.values),
            ),
        ]
        indexes = [
            models.Index("run", "fate", "number", name="importrow_by_fate"),
            models.Index("model", "object_id", name="importrow_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.name}"


class ColumnMemory(models.Model):
    """What a person said the columns of one shape of file are."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by")
    )
    layout = models.CharField(_("layout"), max_length=40)
    #: Of the folded headings in their order.
    shape = models.CharField(max_length=64)
    #: Key → column, from 0.
    columns = models.JSONField(default=dict)
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("remembered columns")
        verbose_name_plural = _("remembered columns")
        constraints = [
            models.UniqueConstraint(
                name="registry_columnmemory_once", fields=["by", "layout", "shape"]
            )
        ]

    def __str__(self) -> str:
        return self.layout


class ExportRun(Run):
    """One file taken out of the register: who, which report, which rows.

    A large one is written by a worker: ``file`` names it in the private storage until
    ``kept_until``; the row stays.
    """

    report = models.SlugField(_("report"), max_length=60)
    format = models.CharField(_("format"), max_length=4, choices=SheetFormat)
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    #: Of the address: the worker reads the same filters out of it.
    query = models.TextField(blank=True, default="", editable=False)
    file = models.CharField(max_length=200, blank=True, default="", editable=False)
    file_name = models.CharField(
        _("file"), max_length=250, blank=True, default="", editable=False
    )
    size = models.PositiveBigIntegerField(_("size"), default=0, editable=False)
    kept_until = models.DateTimeField(_("kept until"), null=True, editable=False)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")

    def __str__(self) -> str:
        return f"{self.report}.{self.format}"
