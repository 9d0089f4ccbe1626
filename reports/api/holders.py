"""What published goods hold: certificates in force, and announced stars."""

from typing import Any

from django.conf import settings
from django.db.models import (
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from members.models import Member
from products.models import Certificate, Mark, Product, StarRating, StarRound


def with_holders() -> QuerySet[Any]:
    """Return all marks with their certificates in force, counted in one query."""
    public = Q(Exists(Product.objects.published().filter(pk=OuterRef("product")))) | Q(
        Exists(Member.objects.published().filter(pk=OuterRef("member")))
    )
    today = timezone.localdate()
    valid: QuerySet[Any] = Certificate.objects.in_force(today).filter(public)
    valid = valid.filter(mark=OuterRef("pk")).order_by().values("mark")
    return Mark.objects.annotate(
        certificates_in_force=_counted(valid, "pk"),
        products_in_force=_counted(valid, "product"),
        members_in_force=_counted(valid, "member"),
    )


def _counted(rows: QuerySet[Any], of: str) -> Coalesce:
    """Return how many different ``of`` there are among ``rows``, as a column."""
    found = rows.annotate(found=Count(of, distinct=True)).values("found")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


def public_results() -> QuerySet[Any]:
    """Return announced results of published goods; of drinks only where all is shown.

    Asked row by row: results are few where goods are many.
    """
    goods = Product.objects.published().filter(pk=OuterRef("product"))
    if not settings.SHOW_ALCOHOL_DETAILS:
        goods = goods.filter(is_alcohol=False)
    rounds = StarRound.objects.announced(timezone.localdate())
    return StarRating.objects.filter(Exists(goods), round__in=rounds)
