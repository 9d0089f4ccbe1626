"""Figures of a cluster, counted when they are asked for."""

import re
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum

from members.models import Cluster, Member
from products.models import Product

#: User agents that are programs: search engines, previews, monitors, scripts.
PROGRAMS = re.compile(
    r"bot|crawl|spider|slurp|preview|monitor|facebookexternalhit|curl|wget|python"
    r"|http|scrapy|headless|lighthouse|archiver|feed",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ClusterFigures:
    """What a cluster has: members that may be shown, their goods, its visitors."""

    members: int
    edible: int
    non_edible: int
    goods: int
    visitors: int
    visitors_today: int


def is_program(user_agent: str) -> bool:
    """Tell whether a visit is a program's; those who say nothing are counted out."""
    return not user_agent or PROGRAMS.search(user_agent) is not None


def of_cluster(cluster: Cluster, today: date) -> ClusterFigures:
    """Count a cluster's figures. Three queries."""
    members = Member.objects.published().in_cluster(cluster)
    goods = (
        Product.objects.published()
        .filter(member__in=members)
        .aggregate(
            all=Count("pk"),
            edible=Count("pk", filter=Q(is_edible=True)),
            non_edible=Count("pk", filter=Q(is_edible=False)),
        )
    )
    visits = cluster.visitor_days.aggregate(
        all=Sum("count"), today=Sum("count", filter=Q(day=today))
    )
    return ClusterFigures(
        members=members.count(),
        edible=goods["edible"],
        non_edible=goods["non_edible"],
        goods=goods["all"],
        visitors=cluster.visitors_before + (visits["all"] or 0),
        visitors_today=visits["today"] or 0,
    )
