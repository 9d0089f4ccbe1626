"""What visitors and buyers ask the owners of goods."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Cluster, Member
from products.enums import EnquiryKind, EnquiryState
from products.models.goods import Product
from products.querysets import EnquiryQuerySet
from registry.models import Agency, Province, person_key


class Enquiry(models.Model):
    """A message about a product, a producer or a cluster, for the agency that keeps it.

    The agency answers; the visitor's address is shown to it alone, and the
    producer's to nobody.
    """

    product = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="enquiries",
        verbose_name=_("product"),
    )
    member = models.ForeignKey(
        Member,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="enquiries",
        verbose_name=_("producer"),
    )
    cluster = models.ForeignKey(
        Cluster,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="enquiries",
        verbose_name=_("cluster"),
    )
    owner = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("agency that answers"),
    )
    province = models.ForeignKey(
        Province, models.PROTECT, related_name="+", verbose_name=_("province")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=EnquiryKind)
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail for the answer"))
    quantity = models.CharField(_("quantity"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    wanted_on = models.DateField(_("wanted by"), null=True, blank=True)
    text = models.TextField(_("message"))
    language = models.CharField(_("language"), max_length=2, default="th")
    state = models.CharField(
        _("state"), max_length=10, choices=EnquiryState, default=EnquiryState.NEW
    )
    form_key = models.UUIDField(unique=True, editable=False)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    handled_by = person_key(_("handled by"))

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        constraints = [
            models.CheckConstraint(
                name="products_enquiry_about_one_thing",
                condition=Q(product__isnull=False, member=None, cluster=None)
                | Q(product=None, member__isnull=False, cluster=None)
                | Q(product=None, member=None, cluster__isnull=False),
            )
        ]
        indexes = [
            models.Index("owner", "state", "received_at", name="enquiry_of_owner")
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def stage(self) -> EnquiryState:
        """Return ``state`` as its enum member."""
        return EnquiryState(self.state)

    @property
    def about(self) -> Product | Member | Cluster:
        """Return what it is about; one query unless that is loaded."""
        found = self.product or self.member or self.cluster
        assert found is not None  # noqa: S101  # held by a constraint
        return found


class EnquiryReply(models.Model):
    """An answer, as it was sent."""

    enquiry = models.ForeignKey(
        Enquiry, models.CASCADE, related_name="replies", verbose_name=_("enquiry")
    )
    by = person_key(_("by"))
    text = models.TextField(_("answer"))
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)

    class Meta:
        verbose_name = _("answer to an enquiry")
        verbose_name_plural = _("answers to enquiries")

    def __str__(self) -> str:
        return self.text[:80]
