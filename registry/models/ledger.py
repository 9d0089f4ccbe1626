"""The ledger of public codes, and the one-time keys of forms."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CodeCounter(models.Model):
    """The last number given under a prefix ("42-M"); locked while one is taken."""

    prefix = models.CharField(max_length=6, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("code counter")
        verbose_name_plural = _("code counters")

    def __str__(self) -> str:
        return f"{self.prefix}-{self.last:05d}"


class Code(models.Model):
    """A public code that was given once and is never given again.

    ``superseded_by`` names the code of the record this one was merged into;
    the old address then leads to the new one for ever.
    """

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    given_at = models.DateTimeField(_("given"), auto_now_add=True)
    superseded_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supersedes",
        verbose_name=_("superseded by"),
    )

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        constraints = [
            models.CheckConstraint(
                name="registry_code_not_its_own_successor",
                condition=models.Q(superseded_by__isnull=True)
                | ~models.Q(superseded_by=models.F("code")),
            )
        ]

    def __str__(self) -> str:
        return self.code


class FormKey(models.Model):
    """The key of one create form: sent twice, it still makes one record."""

    key = models.UUIDField(primary_key=True)
    model = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)
    used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("form key")
        verbose_name_plural = _("form keys")

    def __str__(self) -> str:
        return str(self.key)
