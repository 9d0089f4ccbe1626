"""Selections of plans."""

from typing import TYPE_CHECKING, Self

from registry.querysets import RecordQuerySet

if TYPE_CHECKING:
    from strategies.models import Plan


class PlanQuerySet(RecordQuerySet["Plan"]):
    """Plans of clusters, the newest first."""

    def newest_first(self) -> Self:
        """Return later plans before earlier ones."""
        return self.order_by("-year", "-pk")

    def for_listing(self) -> Self:
        """Load with each plan all that a row shows."""
        return self.select_related("cluster", "province")
