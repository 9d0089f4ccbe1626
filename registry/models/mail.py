"""Mails on their way out: a row first, sent once by the worker, tried again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxMail(models.Model):
    """One mail to one address.

    ``reader`` is the person of the house it was written to: once the account is
    closed nothing is sent, once it is erased the row goes with it. ``topic`` tells
    mails apart of which there shall not be many.
    """

    to = models.EmailField(_("to"))
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("account it is written to"),
    )
    topic = models.CharField(max_length=60, blank=True, editable=False)
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("text"))
    html = models.TextField(_("HTML text"), blank=True)
    sender = models.CharField(_("sender"), max_length=250)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")

    def __str__(self) -> str:
        return self.subject
