"""Memberships that are due: of a cluster and year, of an agency, of a reviewer.

A membership is due for a fiscal year until it is renewed that far. A member that is
withdrawn from the register is nobody's to remind of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from members.models import Cluster, Member, Membership
from members.querysets import MembershipQuerySet
from registry.enums import RecordStatus
from registry.models import User
from registry.thai.dates import fiscal_range, fiscal_year

#: What is counted of a cluster.
COUNTS = ("running", "due", "reminded", "lapsing")


def current_year() -> int:
    """Return the fiscal year (BE) of today."""
    return fiscal_year(timezone.localdate())


def years() -> tuple[int, int, int]:
    """Return the fiscal years that are worked on: the last, this and the next."""
    this = current_year()
    return this - 1, this, this + 1


def lapses_from(reminded_on: date) -> date:
    """Return the first day on which a membership may end after a reminder."""
    return reminded_on + timedelta(days=settings.RENEWAL_NOTICE_DAYS)


def memberships_of(user: User) -> MembershipQuerySet:
    """Return the memberships of the members a person may see, but withdrawn ones."""
    members = Member.objects.visible_to(user).exclude(status=RecordStatus.WITHDRAWN)
    return Membership.objects.filter(member__in=members)


def due_for(user: User, year: int | None = None) -> MembershipQuerySet:
    """Return the memberships that are due among the members a person may see.

    For this fiscal year where none is given; the longest due first, each with its
    member and cluster. One query.
    """
    found = memberships_of(user).running().due(year or current_year())
    return found.select_related("member__district", "cluster").order_by(
        "paid_until_year", "member__sort_key", "pk"
    )


def due_in(cluster: Cluster, user: User, year: int) -> MembershipQuerySet:
    """Return the memberships of a cluster that are due, as its list shows them."""
    found = memberships_of(user).running().due(year).filter(cluster=cluster)
    return found.select_related("member__district", "member__owner").order_by(
        "member__sort_key", "pk"
    )


def left_in(cluster: Cluster, user: User, year: int) -> MembershipQuerySet:
    """Return the memberships of a cluster that ended in a fiscal year.

    Not those of members that are in it again.
    """
    start, end = fiscal_range(year)
    back = cluster.memberships.running().values("member_id")
    found = memberships_of(user).filter(
        cluster=cluster, left_on__gte=start, left_on__lte=end
    )
    return (
        found.exclude(member_id__in=back)
        .select_related("member__district", "member__owner")
        .order_by("-left_on", "member__sort_key", "pk")
    )


@dataclass(frozen=True)
class ClusterDue:
    """How the renewals of a cluster stand for a year."""

    cluster: Cluster
    running: int
    due: int
    reminded: int
    #: Reminded long enough ago to end.
    lapsing: int


def clusters_of(user: User, year: int) -> Sequence[ClusterDue]:
    """Return the clusters a person works on, with their counts. Two queries."""
    is_due = Q(paid_until_year=None) | Q(paid_until_year__lt=year)
    longest = timezone.localdate() - timedelta(days=settings.RENEWAL_NOTICE_DAYS)
    rows = (
        memberships_of(user)
        .running()
        .values("cluster_id")
        .annotate(
            running=Count("pk"),
            due=Count("pk", filter=is_due),
            reminded=Count("pk", filter=is_due & Q(notified_on__isnull=False)),
            lapsing=Count("pk", filter=is_due & Q(notified_on__lte=longest)),
        )
        .order_by()
        .values_list("cluster_id", *COUNTS)
    )
    counts = {pk: dict(zip(COUNTS, each, strict=True)) for pk, *each in rows}
    none = dict.fromkeys(COUNTS, 0)
    clusters = Cluster.objects.visible_to(user).select_related("province")
    return [
        ClusterDue(cluster, **counts.get(cluster.pk, none))
        for cluster in clusters.order_by("province__sort_key", "slug")
    ]
