"""Clusters by fiscal year: who joined, who left, how many are in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Case, Count, When
from django.db.models.functions import ExtractYear
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.models import Cluster, Member, Membership
from registry.models import User
from registry.sheets.writing import Column, Kind
from registry.templatetags.ui import year_shown
from registry.thai.dates import ERA, fiscal_year
from reports.base import Chart, Group, Table, TableReport, register
from reports.filters import ScopeForm
from reports.tables import counted, share

#: Lines that can still be told apart; of more clusters the chart shows all together.
MOST_LINES = 5


class GrowthForm(ScopeForm):
    """Filters by province and cluster. One query more, for the clusters."""

    district: Any = None
    cluster = forms.ChoiceField(label=_("Cluster"))

    def __init__(self, asked: QueryDict, *, user: User) -> None:
        super().__init__(asked, user=user)
        self.clusters = list(
            Cluster.objects.visible_to(user).order_by("province__sort_key", "slug")
        )
        self.choose_from("cluster", [(each.slug, each.name) for each in self.clusters])

    @property
    def wanted(self) -> list[Cluster]:
        """Return the clusters that are asked for."""
        slug = self.chosen.get("cluster")
        place = self.place
        return [
            each
            for each in self.clusters
            if (not slug or each.slug == slug)
            and (place is None or each.province_id == place.code)
        ]


def fiscal_year_of(field: str) -> Any:
    """Return the fiscal year (BE) of a day, as the database counts it."""
    year = ExtractYear(field) + ERA
    return Case(
        When(**{f"{field}__month__gte": 10}, then=year + 1),
        default=year,
    )


@register
class GrowthReport(TableReport):
    """Growth of the clusters."""

    slug = "cluster-growth"
    title = _("Growth of the clusters")
    description = _(
        "Producers that joined and left each cluster by fiscal year, and how many "
        "were members at its end."
    )
    group = Group.FIGURES
    place = 8
    form = GrowthForm

    def tables(self, user: User, form: GrowthForm) -> Sequence[Table]:
        """Count memberships by fiscal year. Three queries."""
        clusters = form.wanted
        kept = Membership.objects.filter(
            cluster__in=[each.pk for each in clusters],
            member__in=Member.objects.visible_to(user),
        )
        joined = by_year(kept, "joined_on")
        left = by_year(kept.filter(left_on__isnull=False), "left_on")
        newest = fiscal_year(timezone.localdate())
        known = [year for _cluster, year in [*joined, *left]]
        years = range(min([*known, newest]), max([*known, newest]) + 1)
        growth = {each.pk: grown(each.pk, years, joined, left) for each in clusters}
        paid = dict(
            kept.running()
            .filter(paid_until_year__gte=newest)
            .order_by()
            .values_list("cluster_id")
            .annotate(number=Count("pk"))
        )
        return (
            years_table(clusters, years, growth),
            now_table(clusters, growth, paid, newest),
        )


def by_year(kept: Any, field: str) -> dict[tuple[int, int], int]:
    """Count memberships by cluster and the fiscal year of a day. One query."""
    found = (
        kept.order_by()
        .values("cluster_id", year=fiscal_year_of(field))
        .annotate(number=Count("pk"))
        .values_list("cluster_id", "year", "number")
    )
    return {(cluster, year): number for cluster, year, number in found}


def grown(
    cluster: int,
    years: range,
    joined: dict[tuple[int, int], int],
    left: dict[tuple[int, int], int],
) -> list[tuple[int, int, int, int]]:
    """Return of each year: itself, joined, left, members at its end."""
    lines, members = [], 0
    for year in years:
        came, went = joined.get((cluster, year), 0), left.get((cluster, year), 0)
        members += came - went
        lines.append((year, came, went, members))
    return lines


def years_table(
    clusters: Sequence[Cluster],
    years: range,
    growth: dict[int, list[tuple[int, int, int, int]]],
) -> Table:
    """Return each cluster in each fiscal year, from the first that saw somebody."""
    rows: list[list[object]] = []
    for cluster in clusters:
        begun = False
        for year, came, went, members in growth[cluster.pk]:
            begun = begun or bool(came or went)
            if begun:
                rows.append([cluster.name, year_shown(year), came, went, members])
    return Table(
        key="years",
        title=_("Clusters by fiscal year"),
        columns=(
            Column("cluster", _("Cluster"), width=40),
            # A year is a name, not an amount.
            Column("year", _("Fiscal year"), Kind.CODE, 12),
            counted("joined", _("Joined")),
            counted("left", _("Left")),
            counted("active", _("Members at the end"), 16),
        ),
        rows=rows,
        note=_(
            "A fiscal year is named after the year it ends in and begins on 1 October. "
            "A producer that left and came back counts twice as joined. The current "
            "year is counted up to today."
        ),
        chart=lines_of(clusters, years, growth) if rows else None,
    )


def lines_of(
    clusters: Sequence[Cluster],
    years: range,
    growth: dict[int, list[tuple[int, int, int, int]]],
) -> Chart:
    """Return members at the end of each year as lines."""
    labels = [str(year_shown(year)) for year in years]
    series = [
        (each.name, [line[3] for line in growth[each.pk]])
        for each in clusters
        if any(line[3] for line in growth[each.pk])
    ]
    if len(series) > MOST_LINES:
        columns = zip(*(values for _name, values in series), strict=True)
        series = [(_now("All clusters"), [sum(values) for values in columns])]
    return Chart("lines", labels, series)


def now_table(
    clusters: Sequence[Cluster],
    growth: dict[int, list[tuple[int, int, int, int]]],
    paid: dict[int, int],
    year: int,
) -> Table:
    """Return how each cluster stands today."""
    rows: list[list[Any]] = []
    for cluster in clusters:
        lines = growth[cluster.pk]
        active = lines[-1][3]
        renewed = paid.get(cluster.pk, 0)
        came, went = (sum(line[at] for line in lines) for at in (1, 2))
        rows.append([cluster.name, came, went, active, renewed, share(renewed, active)])
    totals: list[object] | None = None
    if rows:
        added = [sum(row[at] for row in rows) for at in range(1, 5)]
        totals = [_now("Total"), *added, share(added[3], added[2])]
    return Table(
        key="clusters",
        title=_("Clusters today"),
        columns=(
            Column("cluster", _("Cluster"), width=40),
            counted("joined", _("Joined since the beginning"), 16),
            counted("left", _("Left since the beginning"), 16),
            counted("active", _("Members today"), 14),
            counted(
                "renewed",
                _("Renewed for fiscal year %(year)s") % {"year": year_shown(year)},
                18,
            ),
            counted("share", _("Renewed (%)"), 12),
        ),
        rows=rows,
        totals=totals,
    )
