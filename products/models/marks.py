"""Marks, and the certificates that prove them."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import Member
from products.enums import (
    MarkGoods,
    MarkScope,
)
from products.models.goods import Product
from products.querysets import (
    CertificateQuerySet,
    MarkQuerySet,
)
from registry.history import RegisterHistory
from registry.models import (
    Child,
    Kept,
    Named,
    in_language,
    person_key,
)


class Mark(Kept, Named):
    """A standard or certification mark, its issuer and the shape of its numbers.

    ``bit`` is its place in the catalogue's set of marks held (0 to 62).
    """

    code = models.SlugField(_("code"), max_length=30, unique=True)
    abbreviation_th = models.CharField(
        _("abbreviation (Thai)"), max_length=40, blank=True
    )
    abbreviation_en = models.CharField(
        _("abbreviation (English)"), max_length=40, blank=True
    )
    issuer_th = models.CharField(_("issuer (Thai)"), max_length=200, blank=True)
    issuer_en = models.CharField(_("issuer (English)"), max_length=200, blank=True)
    pattern = models.CharField(_("pattern of the number"), max_length=200, blank=True)
    pattern_is_firm = models.BooleanField(
        _("refuse other numbers"),
        default=False,
        help_text=_("Otherwise a number of another shape is only pointed out."),
    )
    example = models.CharField(_("example number"), max_length=60, blank=True)
    usual_months = models.PositiveSmallIntegerField(
        _("usual validity in months"), null=True, blank=True
    )
    given_to = models.CharField(
        _("given to"), max_length=8, choices=MarkScope, default=MarkScope.PRODUCT
    )
    goods = models.CharField(
        _("goods"), max_length=10, choices=MarkGoods, default=MarkGoods.ALL
    )
    is_historic = models.BooleanField(_("no longer given"), default=False)
    bit = models.PositiveSmallIntegerField(
        unique=True, editable=False, validators=[MaxValueValidator(62)]
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    objects = MarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.CheckConstraint(
                name="products_mark_bit_fits", condition=Q(bit__lte=62)
            )
        ]

    @property
    def abbreviation(self) -> str:
        """Return the short name in the reader's language, or the name."""
        return in_language(self, "abbreviation") or self.name

    @property
    def issuer(self) -> str:
        """Return the issuer in the reader's language, or the one there is."""
        return in_language(self, "issuer")


class Certificate(Child):
    """Proof that a product or a producer holds a mark."""

    PARENTS = ("product", "member")

    product = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("product"),
    )
    member = models.ForeignKey(
        Member,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("member"),
    )
    mark = models.ForeignKey(
        Mark, models.PROTECT, related_name="certificates", verbose_name=_("mark")
    )
    number = models.CharField(_("certificate number"), max_length=80, blank=True)
    standard_number = models.CharField(_("standard number"), max_length=60, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    #: A file of the private storage, with the name it came under.
    file = models.CharField(max_length=200, blank=True, editable=False)
    file_name = models.CharField(max_length=150, blank=True, editable=False)
    checked_by = person_key(_("checked by"))
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    history = RegisterHistory()

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.CheckConstraint(
                name="products_certificate_one_holder",
                condition=Q(product__isnull=False, member__isnull=True)
                | Q(product__isnull=True, member__isnull=False),
            ),
            models.CheckConstraint(
                name="products_certificate_dates_in_order",
                condition=Q(expires_on__isnull=True)
                | Q(issued_on__isnull=True)
                | Q(expires_on__gte=F("issued_on")),
                violation_error_message=_(
                    "A certificate cannot expire before it was issued."
                ),
            ),
        ]
        indexes = [
            models.Index("expires_on", "id", name="certificate_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} {self.number}".strip()
