"""How members are reached, and where their goods are sold."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import (
    PERSONAL_KINDS,
    ContactKind,
)
from members.models.producers import Member
from members.querysets import (
    ContactQuerySet,
)
from registry.history import RegisterHistory
from registry.models import (
    Child,
    in_language,
    person_key,
)


class Contact(Child):
    """One way to reach a member, and the consent that lets it be shown.

    Personal data protection act, sections 19 and 27: consent is asked for each
    field, dated, tied to the wording that was read, and can be taken back.
    """

    PARENTS = ("member",)
    PERSONAL = ("value", "extension")
    # Consent is a person's: an office cannot bring it back once it was withdrawn.
    NOT_RESTORED = (
        "consented_on",
        "consent_wording",
        "consent_by",
        "consent_withdrawn_on",
    )

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="contacts", verbose_name=_("member")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ContactKind)
    value = models.CharField(_("contact detail"), max_length=300)
    extension = models.CharField(_("extension"), max_length=10, blank=True)
    is_personal = models.BooleanField(
        _("personal data"),
        default=True,
        help_text=_("Names or reaches one person; shown only with consent."),
    )
    consented_on = models.DateField(_("consent given on"), null=True, blank=True)
    consent_wording = models.CharField(
        _("version of the wording"), max_length=20, blank=True
    )
    consent_by = person_key(_("consent recorded by"))
    consent_withdrawn_on = models.DateField(
        _("consent withdrawn on"), null=True, blank=True
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.CheckConstraint(
                name="members_contact_consent_has_wording",
                condition=Q(consented_on__isnull=True) | ~Q(consent_wording=""),
                violation_error_message=_(
                    "Say which version of the wording the person agreed to."
                ),
            ),
            models.CheckConstraint(
                name="members_contact_withdrawn_after_given",
                condition=Q(consent_withdrawn_on__isnull=True)
                | Q(consent_withdrawn_on__gte=F("consented_on")),
                violation_error_message=_(
                    "Consent cannot be withdrawn before it was given."
                ),
            ),
            models.CheckConstraint(
                name="members_contact_people_are_personal",
                condition=~Q(kind__in=sorted(PERSONAL_KINDS)) | Q(is_personal=True),
                violation_error_message=_(
                    "This kind of contact is personal data and needs consent."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"

    @property
    def is_public(self) -> bool:
        """Tell whether anybody may read it today."""
        return not self.is_personal or (
            self.consented_on is not None and self.consent_withdrawn_on is None
        )


class Outlet(Child):
    """A place where a member's goods are sold."""

    PARENTS = ("member",)

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="outlets", verbose_name=_("member")
    )
    name_th = models.CharField(_("name (Thai)"), max_length=250)
    name_en = models.CharField(_("name (English)"), max_length=250, blank=True)
    address_th = models.CharField(_("address (Thai)"), max_length=300, blank=True)
    address_en = models.CharField(_("address (English)"), max_length=300, blank=True)
    hours_th = models.CharField(_("opening hours (Thai)"), max_length=150, blank=True)
    hours_en = models.CharField(
        _("opening hours (English)"), max_length=150, blank=True
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    class Meta:
        verbose_name = _("outlet")
        verbose_name_plural = _("outlets")

    def __str__(self) -> str:
        return in_language(self, "name")
