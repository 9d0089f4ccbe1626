"""What the portal knows of itself, and what visitors tell it."""

import time

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.places import Province
from registry.querysets import VisitorMessageQuerySet


class Installation(models.Model):
    """The single row that says what this database is."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    is_demonstration = models.BooleanField(_("demonstration"), default=False)
    set_up_at = models.DateTimeField(_("set up"), auto_now_add=True)

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installation")
        constraints = [
            models.CheckConstraint(
                name="registry_installation_only_one", condition=models.Q(id=1)
            )
        ]

    def __str__(self) -> str:
        return str(_("installation"))


_known: dict[str, tuple[float, bool]] = {}


def is_demonstration() -> bool:
    """Tell whether the database holds the demonstration.

    At most one query a minute and process: every page asks for its banner.
    """
    now = time.monotonic()
    asked, answer = _known.get("demo", (-60.0, False))
    if now - asked >= 60:
        answer = Installation.objects.filter(is_demonstration=True).exists()
        _known["demo"] = (now, answer)
    return answer


def forget_installation() -> None:
    """Ask the database again at the next :func:`is_demonstration`."""
    _known.clear()


class Alias(models.Model):
    """A word people search by, and the word the register uses (soap, สบู่)."""

    word = models.CharField(_("word searched for"), max_length=100)
    means = models.CharField(_("word in the register"), max_length=100)
    word_fold = models.CharField(max_length=100, db_index=True, editable=False)
    means_fold = models.CharField(max_length=100, editable=False)

    class Meta:
        verbose_name = _("search alias")
        verbose_name_plural = _("search aliases")
        constraints = [
            models.UniqueConstraint(
                fields=["word_fold", "means_fold"],
                name="registry_alias_once",
                violation_error_message=_("This pair is already there."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.word} → {self.means}"


class VisitorMessage(models.Model):
    """What a visitor reported through the contact page."""

    province = models.ForeignKey(
        Province,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("province"),
    )
    page = models.CharField(_("page"), max_length=300, blank=True)
    text = models.TextField(_("message"))
    reply_to = models.EmailField(_("e-mail for the answer"), blank=True)
    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    objects = VisitorMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message from a visitor")
        verbose_name_plural = _("messages from visitors")

    def __str__(self) -> str:
        return self.text[:80]
