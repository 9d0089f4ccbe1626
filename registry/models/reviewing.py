"""What reviewers keep beside the records: who looks at what, notes, merges."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.history import RegisterHistory
from registry.models.bilingual import in_language
from registry.models.kept import Kept, person_key
from registry.models.places import Province
from registry.querysets import MergeQuerySet, NoteTemplateQuerySet


class ReviewClaim(models.Model):
    """One reviewer has taken a waiting record or proposal; others see it."""

    model = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("reviewer"),
    )
    at = models.DateTimeField(_("taken over"), auto_now=True)

    class Meta:
        verbose_name = _("review taken over")
        verbose_name_plural = _("reviews taken over")
        constraints = [
            models.UniqueConstraint(
                name="registry_reviewclaim_once", fields=["model", "object_id"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"


class NoteTemplate(Kept):
    """A note that a province's reviewers write often when they return a record."""

    province = models.ForeignKey(
        Province,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("province"),
        help_text=_("Empty: offered in every province."),
    )
    title_th = models.CharField(_("title (Thai)"), max_length=100)
    title_en = models.CharField(_("title (English)"), max_length=100, blank=True)
    text_th = models.TextField(_("text (Thai)"))
    text_en = models.TextField(_("text (English)"), blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    objects = NoteTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template of a note")
        verbose_name_plural = _("templates of notes")

    def __str__(self) -> str:
        return in_language(self, "title")


class Merge(models.Model):
    """Two records that were found to be one, and what it takes to part them again."""

    model = models.CharField(_("kind"), max_length=60)
    kept_id = models.BigIntegerField()
    gone_id = models.BigIntegerField()
    kept_code = models.CharField(_("kept code"), max_length=12)
    gone_code = models.CharField(_("former code"), max_length=12, db_index=True)
    province = models.ForeignKey(
        Province, models.PROTECT, related_name="+", verbose_name=_("province")
    )
    act_id = models.UUIDField(_("act"))
    reason = models.TextField(_("reason"), blank=True)
    #: What pointed at the record that went: [label, column, [keys]] each.
    moved = models.JSONField(default=list)
    #: The kept record before, and the other's status (:mod:`registry.packing`).
    before = models.JSONField(default=dict)
    #: Versions after the merge, of both and of each kept row that was moved:
    #: {"members.Member:12": 7}. Whoever has a newer one was touched since.
    versions = models.JSONField(default=dict)
    by = person_key(_("by"))
    at = models.DateTimeField(_("merged"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = person_key(_("undone by"))

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")

    def __str__(self) -> str:
        return f"{self.gone_code} → {self.kept_code}"
