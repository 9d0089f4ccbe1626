"""Marks with how many published goods and producers hold each of them in force."""

from typing import Any

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
from products.models import Certificate, Mark, Product


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
