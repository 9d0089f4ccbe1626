"""A province's register in figures, for its brief."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Cluster, Member, Membership
from products.enums import OtopType
from products.models import Certificate, Product
from registry.enums import ProposalState, RecordStatus
from registry.models import District, Proposal, Province, User
from registry.thai.dates import fiscal_range
from reports.filters import midnight

#: Certificates that end so soon are somebody's work.
SOON = timedelta(days=90)


@dataclass(frozen=True)
class News:
    """What was published in a fiscal year."""

    members: int
    goods: int


@dataclass(frozen=True, kw_only=True)
class Brief:
    """The figures of a province's register, as a person may read it."""

    place: Province
    year: int
    today: date
    members: int
    all_members: int
    goods: int
    all_goods: int
    #: How many published goods have five stars, four, and so on.
    stars: dict[int, int]
    ready: int
    certificates: int
    ending: Sequence[Certificate]
    expired: int
    new: News
    before: News
    clusters: int
    in_clusters: int
    waiting: int
    changes: int
    waiting_since: date | None
    districts: Sequence[tuple[str, int]]
    types: Sequence[tuple[str, int]]
    best: Sequence[Product]

    @property
    def rated(self) -> int:
        """Return how many published goods have stars."""
        return sum(self.stars.values())


def brief_of(user: User, place: Province, year: int) -> Brief:
    """Count the register of a province. 22 queries, whatever it holds."""
    today = timezone.localdate()
    members = Member.objects.visible_to(user).in_use().filter(province=place)
    products = Product.objects.visible_to(user).in_use().filter(province=place)
    shown = products.published()
    certificates = _certificates(members, products)
    proposals = Proposal.objects.visible_to(user).filter(
        province=place, state=ProposalState.SUBMITTED
    )
    waiting = [
        rows.filter(status=RecordStatus.SUBMITTED).aggregate(
            count=Count("pk"), first=Min("submitted_at")
        )
        for rows in (members, products)
    ]
    since = [each["first"] for each in waiting if each["first"]]
    running = Membership.objects.running().filter(cluster__province=place)
    return Brief(
        place=place,
        year=year,
        today=today,
        members=members.published().count(),
        all_members=members.count(),
        goods=shown.count(),
        all_goods=products.count(),
        stars=_stars(shown),
        ready=shown.exclude(_lacks_words()).count(),
        certificates=certificates.in_force(today).count(),
        ending=list(
            certificates.expiring(today, today + SOON)
            .select_related("mark", "product", "member")
            .order_by("expires_on", "pk")
        ),
        expired=certificates.filter(expires_on__lt=today).count(),
        new=_news(members, products, year),
        before=_news(members, products, year - 1),
        clusters=Cluster.objects.filter(province=place).count(),
        # Withdrawn records too: who is in a cluster is no matter of the record.
        in_clusters=running.filter(member__in=Member.objects.visible_to(user))
        .values("member")
        .distinct()
        .count(),
        waiting=sum(each["count"] for each in waiting),
        changes=proposals.count(),
        waiting_since=timezone.localtime(min(since)).date() if since else None,
        districts=_by_district(shown),
        types=_by_type(shown),
        best=list(
            shown.filter(current_stars=5)
            .select_related("member")
            .order_by("-current_stars_year", "sort_key", "pk")
        ),
    )


def _certificates(members: QuerySet[Member], products: QuerySet[Product]) -> Any:
    """Return the certificates of goods and of their makers."""
    return Certificate.objects.filter(
        Q(product__in=products.values("pk")) | Q(member__in=members.values("pk"))
    )


def _lacks_words() -> Q:
    """Return what goods lack that only one half of the visitors can read."""
    return Q(name_en="") | Q(story_th="") | Q(story_en="")


def _stars(goods: QuerySet[Product]) -> dict[int, int]:
    rows = (
        goods.filter(current_stars__isnull=False)
        .order_by("-current_stars")
        .values_list("current_stars")
        .annotate(count=Count("pk"))
    )
    return dict(rows)


def _news(members: Any, products: Any, year: int) -> News:
    """Return what of today's register was published in a fiscal year."""
    first, last = fiscal_range(year)
    span = (midnight(first), midnight(last + timedelta(days=1)))
    within = {"published_at__gte": span[0], "published_at__lt": span[1]}
    return News(
        members.published().filter(**within).count(),
        products.published().filter(**within).count(),
    )


def _by_district(goods: QuerySet[Product]) -> list[tuple[str, int]]:
    """Return how many goods each district has, the most first."""
    counts = dict(goods.order_by().values_list("district").annotate(n=Count("pk")))
    rows = District.objects.filter(pk__in=counts)
    found = [(each.name, counts[each.pk]) for each in rows.order_by("sort_key", "pk")]
    return sorted(found, key=lambda pair: -pair[1])


def _by_type(goods: QuerySet[Product]) -> list[tuple[str, int]]:
    """Return how many goods each OTOP type has, in the types' order."""
    counts = dict(goods.order_by().values_list("otop_type").annotate(n=Count("pk")))
    found = [(str(each.label), counts.get(each.value, 0)) for each in OtopType]
    return [*found, (_("Not stated"), counts[""])] if "" in counts else found
