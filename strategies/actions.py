"""Counting the visitors of a cluster's page."""

from datetime import date

from django.db.models import F

from members.models import Cluster, VisitorDay


def count_visit(cluster: Cluster, day: date) -> None:
    """Add one visitor to a day: one atomic increment, no cookie, no history."""
    today = VisitorDay.objects.filter(cluster=cluster, day=day)
    if not today.update(count=F("count") + 1):
        VisitorDay.objects.get_or_create(cluster=cluster, day=day)
        today.update(count=F("count") + 1)
