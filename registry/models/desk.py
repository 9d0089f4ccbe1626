"""What people keep on their own desk: forms half filled in, digests received."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class FormDraft(models.Model):
    """A form as it stands on somebody's screen, kept while it is being filled in.

    ``key`` names the form ("members:new", "members:12"); ``body`` is what the
    browser would send. Saving the form removes it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="form_drafts"
    )
    key = models.CharField(max_length=120)
    body = models.TextField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("form being filled in")
        verbose_name_plural = _("forms being filled in")
        constraints = [
            models.UniqueConstraint(
                name="registry_formdraft_once", fields=["user", "key"]
            )
        ]

    def __str__(self) -> str:
        return self.key


class Digest(models.Model):
    """A daily mail that was written to somebody, so that no day has two."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests"
    )
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("daily mail")
        verbose_name_plural = _("daily mails")
        constraints = [
            models.UniqueConstraint(
                name="registry_digest_once_a_day", fields=["user", "day"]
            )
        ]

    def __str__(self) -> str:
        return str(self.day)
