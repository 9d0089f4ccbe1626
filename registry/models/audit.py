"""What is recorded beside the history of records, and read by nobody but auditors."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.enums import AuditKind
from registry.models.kept import person_key
from registry.querysets import AuditQuerySet


class AuditEvent(models.Model):
    """One sign-in, refusal, reveal or export. Written once, never changed."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    kind = models.CharField(_("what"), max_length=20, choices=AuditKind)
    by = person_key(_("who"))
    #: The address that was typed, where it led to no account; else empty.
    who = models.CharField(_("typed address"), max_length=254, blank=True)
    ip = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    path = models.CharField(_("page"), max_length=300, blank=True)
    #: The row it was about ("members.Member"), if it was about one.
    model = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    detail = models.CharField(_("about"), max_length=300, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(models.F("at").desc(), "id", name="audit_latest"),
            models.Index("by", "at", name="audit_of_person"),
            models.Index("model", "object_id", name="audit_of_row"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
