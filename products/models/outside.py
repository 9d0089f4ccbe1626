"""Rows of lists that others keep, and what a person said each of them is here.

A row is known again by its key, year after year, so nobody decides about it twice.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Member
from products.enums import DifferenceState, OtopType, OutsideState
from products.models.goods import Product
from products.querysets import OutsideQuerySet
from registry.models import District, Province


class Decided(models.Model):
    """Something a person decides about once."""

    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)

    class Meta:
        abstract = True


class OutsideRow(Decided):
    """What the kinds of rows have in common."""

    #: Folded province, district and names (:mod:`products.cdd.keys`); for ever.
    key = models.CharField(max_length=900, unique=True, editable=False)
    province = models.ForeignKey(
        Province, models.PROTECT, related_name="+", verbose_name=_("province")
    )
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("district"),
    )
    name = models.CharField(_("name in the list"), max_length=300)
    #: What the list says, as it stands: column → text.
    texts = models.JSONField(_("texts of the list"), default=dict)
    #: Records it may be: [{"pk", "score", "reasons": [[code, word], …]}, …].
    candidates = models.JSONField(_("candidates"), default=list, blank=True)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=OutsideState,
        default=OutsideState.WAITING,
    )
    seen_year = models.PositiveSmallIntegerField(_("last seen in (B.E.)"))
    #: Of the import that found it, or made a record of it.
    act_id = models.UUIDField(null=True, editable=False, db_index=True)

    objects = OutsideQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_state_known",
                condition=Q(state__in=OutsideState.values),
            )
        ]
        indexes = [
            models.Index("state", "province", "id", name="%(class)s_waiting"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stage(self) -> OutsideState:
        """Return ``state`` as its enum member."""
        return OutsideState(self.state)


class OutsideProducer(OutsideRow):
    """A producer of somebody else's list."""

    member = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
    )

    class Meta(OutsideRow.Meta):
        verbose_name = _("producer of an outside list")
        verbose_name_plural = _("producers of outside lists")

    @property
    def record_id(self) -> Any:
        """Return the key of the record it is."""
        return self.member_id


class OutsideProduct(OutsideRow):
    """A product of somebody else's list, with the stars it says."""

    #: None where the list names no producer.
    producer = models.ForeignKey(
        OutsideProducer,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="goods",
        verbose_name=_("producer"),
    )
    product = models.ForeignKey(
        Product,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("product"),
    )
    otop_type = models.CharField(
        _("OTOP type"), max_length=10, choices=OtopType, blank=True
    )
    #: Year (B.E.) → stars.
    results = models.JSONField(_("stars"), default=dict, blank=True)

    class Meta(OutsideRow.Meta):
        verbose_name = _("product of an outside list")
        verbose_name_plural = _("products of outside lists")

    @property
    def record_id(self) -> Any:
        """Return the key of the record it is."""
        return self.product_id


class OutsideDifference(Decided):
    """A field that a person wrote here and a list says otherwise."""

    #: Of the record, by label and key.
    model = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    province = models.ForeignKey(
        Province, models.PROTECT, related_name="+", verbose_name=_("province")
    )
    #: A column, or "stars:2565".
    field = models.CharField(max_length=60)
    ours = models.TextField(_("in the register"), blank=True)
    theirs = models.TextField(_("in the list"), blank=True)
    #: What taking it writes: a value, or the key of a place.
    value = models.JSONField(null=True)
    year = models.PositiveSmallIntegerField(_("year of the list (B.E.)"))
    state = models.CharField(
        _("state"),
        max_length=5,
        choices=DifferenceState,
        default=DifferenceState.OPEN,
    )
    act_id = models.UUIDField(null=True, editable=False)

    objects = OutsideQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference to an outside list")
        verbose_name_plural = _("differences to outside lists")
        constraints = [
            models.UniqueConstraint(
                name="products_outsidedifference_once",
                fields=["model", "object_id", "field"],
            ),
            models.CheckConstraint(
                name="products_outsidedifference_state_known",
                condition=Q(state__in=DifferenceState.values),
            ),
        ]
        indexes = [
            models.Index("state", "province", "id", name="outside_difference_open"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}: {self.field}"
