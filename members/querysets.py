"""Selections of clusters, members and what belongs to them."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from members.enums import MemberGap
from registry.enums import RecordStatus
from registry.querysets import RecordQuerySet, ScopedQuerySet
from registry.search import ranked

if TYPE_CHECKING:
    from members.models import Cluster, Contact, Member, Membership, Post
    from registry.models import User


class ClusterQuerySet(ScopedQuerySet["Cluster"]):
    """Clusters; all of them are public."""

    def published(self) -> Self:
        """Keep all: a cluster exists in the open."""
        return self.all()


class MemberQuerySet(RecordQuerySet["Member"]):
    """Members, that is producers in the eyes of the public."""

    def published(self) -> Self:
        """Keep what the public may read; placeholders are never among it."""
        return super().published().filter(is_placeholder=False)

    def of_producer(self, user: "User") -> Self:
        """Keep the member whose account it is."""
        return self.filter(accounts__user=user)

    def for_listing(self) -> Self:
        """Load with each member all that one row of a list shows."""
        return self.select_related("province", "district", "subdistrict")

    def search(self, text: str) -> Self:
        """Keep what ``text`` asks for, the best first. One query, for aliases."""
        return ranked(self, text)

    def in_use(self) -> Self:
        """Keep what is worth completing: nothing withdrawn, no placeholders."""
        return self.exclude(status=RecordStatus.WITHDRAWN).filter(is_placeholder=False)

    def gaps(self) -> dict[MemberGap, Any]:
        """Return the condition of each gap."""
        contacts: Any = self.model._meta.get_field("contacts").related_model
        reached = contacts.objects.filter(member=models.OuterRef("pk"))
        return {
            MemberGap.PICTURE: Q(portrait={}),
            MemberGap.NAME_EN: Q(name_en=""),
            MemberGap.SUBDISTRICT: Q(subdistrict=None),
            MemberGap.CONTACT: ~models.Exists(reached),
        }

    def lacking(self, gap: MemberGap) -> Self:
        """Keep those in use that lack something."""
        return self.in_use().filter(self.gaps()[gap])

    def in_cluster(self, cluster: "Cluster") -> Self:
        """Keep members whose membership of ``cluster`` runs today."""
        running = cluster.memberships.running().values("member_id")
        return self.filter(pk__in=running)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, by whether they run."""

    def running(self) -> Self:
        """Keep memberships nobody has ended."""
        return self.filter(left_on__isnull=True)

    def due(self, year: int) -> Self:
        """Keep memberships that are not renewed for a fiscal year (BE)."""
        return self.filter(Q(paid_until_year=None) | Q(paid_until_year__lt=year))


class ContactQuerySet(models.QuerySet["Contact"]):
    """Ways to reach a member."""

    def public(self) -> Self:
        """Keep what anybody may read: business data, and personal with consent."""
        return self.filter(
            Q(is_personal=False)
            | Q(consented_on__isnull=False, consent_withdrawn_on__isnull=True)
        )


class PostQuerySet(models.QuerySet["Post"]):
    """Posts of committees, by term."""

    def held_on(self, day: date) -> Self:
        """Keep posts whose term covers ``day``."""
        begun = Q(started_on__isnull=True) | Q(started_on__lte=day)
        not_over = Q(ended_on__isnull=True) | Q(ended_on__gte=day)
        return self.filter(begun & not_over)
