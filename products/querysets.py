"""Selections of products and of what they carry."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from products.enums import ProductGap
from registry.enums import RecordStatus, Role
from registry.models.runs import ImportRun
from registry.querysets import M, NationalQuerySet, RecordQuerySet, ScopedQuerySet
from registry.search import ranked

if TYPE_CHECKING:
    from products.models import (
        Category,
        Certificate,
        Enquiry,
        Mark,
        Photo,
        Product,
        StarRound,
    )
    from registry.models import User


class ProductQuerySet(RecordQuerySet["Product"]):
    """Products, chosen for the catalogue and for work."""

    def of_producer(self, user: "User") -> Self:
        """Keep the goods of the member whose account it is."""
        return self.filter(member__accounts__user=user)

    def for_listing(self) -> Self:
        """Load with each product all that a card or a row shows."""
        return self.select_related("member", "province", "district", "category")

    def for_page(self) -> Self:
        """Load with a product all that its page says of shelf, place and maker.

        Its places are known already (:mod:`registry.known_places`).
        """
        return self.select_related("category__parent", "member")

    def search(self, text: str, *, by_name: bool = False) -> Self:
        """Keep what ``text`` asks for, the best first. One query, for aliases.

        :param by_name: leave out what has the words in its descriptions only.
        """
        stars = models.F("current_stars").desc(nulls_last=True)
        return ranked(self, text, stars, by_name=by_name)

    def in_use(self) -> Self:
        """Keep what is worth completing: nothing withdrawn."""
        return self.exclude(status=RecordStatus.WITHDRAWN)

    def gaps(self) -> dict[ProductGap, Q]:
        """Return the condition of each gap."""
        return {
            ProductGap.PHOTO: Q(cover={}),
            ProductGap.CATEGORY: Q(category=None),
            ProductGap.NAME_EN: Q(name_en=""),
            ProductGap.PRICE: Q(price_min=None),
        }

    def lacking(self, gap: ProductGap) -> Self:
        """Keep those in use that lack something."""
        return self.in_use().filter(self.gaps()[gap])

    def of_category(self, category: "Category") -> Self:
        """Keep products on a shelf or on one below it."""
        return self.filter(category__path__startswith=category.path)

    def holding(self, mark: "Mark") -> Self:
        """Keep products that hold ``mark`` in force."""
        bit = 1 << mark.bit
        # Left to itself, Django takes the result for a 32-bit number.
        held = models.ExpressionWrapper(
            models.F("marks_held").bitand(bit), models.BigIntegerField()
        )
        return self.alias(held=held).filter(held=bit)


class CategoryQuerySet(NationalQuerySet["Category"]):
    """Shelves in the order they stand."""

    def in_order(self) -> Self:
        """Return every parent before its children."""
        return self.order_by("path", "position", "pk")


class MarkQuerySet(NationalQuerySet["Mark"]):
    """Marks in the order they are shown."""

    def in_order(self) -> Self:
        """Return the best-known first."""
        return self.order_by("position", "pk")


class StarRoundQuerySet(NationalQuerySet["StarRound"]):
    """Rounds, by whether their results are out."""

    def announced(self, on: date) -> Self:
        """Keep rounds whose results were public on a day."""
        return self.filter(announced_on__isnull=False, announced_on__lte=on)


class EnquiryQuerySet(ScopedQuerySet["Enquiry"]):
    """Messages of visitors and buyers, for the agency that answers for the goods."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep those of a reviewer's scope, for others those of their agency."""
        found = super().visible_to(user)
        if isinstance(user, AnonymousUser) or user.role == Role.PRODUCER:
            return found.none()
        if user.role in {Role.REVIEWER, Role.ADMINISTRATOR}:
            return found
        return found.filter(owner_id=user.scope.agency_id)

    def open(self) -> Self:
        """Keep what nobody has answered or closed."""
        return self.filter(state="new")


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Photos in their order."""

    def in_order(self) -> Self:
        """Return the main photo first."""
        return self.order_by("-is_main", "position", "pk")


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Certificates, by validity."""

    def in_force(self, on: date) -> Self:
        """Keep certificates valid on a day; without an expiry they stay valid."""
        return self.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=on))

    def held_for(self, product: "Product") -> Self:
        """Keep those of a product, and of its producer or the premises."""
        return self.filter(Q(product=product) | Q(member=product.member_id))

    def expiring(self, start: date, end: date) -> Self:
        """Keep certificates whose last day lies in the span, ends included."""
        return self.filter(expires_on__gte=start, expires_on__lte=end)


class OutsideQuerySet(ScopedQuerySet[M]):
    """Rows of outside lists, for the reviewers of their province."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep those of the scope; only who reviews decides about them."""
        if isinstance(user, AnonymousUser) or user.role not in {
            Role.REVIEWER,
            Role.ADMINISTRATOR,
        }:
            return self.none()
        return super().visible_to(user)

    def standing(self) -> Self:
        """Leave out what an import said that was taken back."""
        undone = ImportRun.objects.filter(undone_at__isnull=False, act_id__isnull=False)
        return self.exclude(act_id__in=undone.values("act_id"))
