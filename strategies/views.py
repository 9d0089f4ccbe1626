"""Public pages of clusters and of their plans."""

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from members.models import Cluster, Member
from products.models import Product
from registry.access import public
from strategies import figures
from strategies.actions import count_visit
from strategies.enums import ItemKind, SwotKind
from strategies.models import Plan

#: How many goods and producers a cluster's page shows before it links to all.
SHOWN = 8


@public
@require_safe
def cluster_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a cluster: vision, strategies, committee, members, goods, visitors."""
    clusters = Cluster.objects.published().select_related("province", "lead_agency")
    cluster = get_object_or_404(clusters, slug=slug)
    today = timezone.localdate()
    agent = request.headers.get("User-Agent", "")
    fetched_ahead = "Sec-Purpose" in request.headers
    if request.method == "GET" and not fetched_ahead and not figures.is_program(agent):
        count_visit(cluster, today)
    members = Member.objects.published().in_cluster(cluster).for_listing()
    goods = Product.objects.published().filter(member__in=members).for_listing()
    plan = Plan.objects.published().filter(cluster=cluster).newest_first().first()
    return render(
        request,
        "strategies/cluster_detail.html",
        {
            "cluster": cluster,
            "figures": figures.of_cluster(cluster, today),
            "plan": plan,
            "strategies": plan.items.filter(kind=ItemKind.STRATEGY).order_by(
                "position", "pk"
            )
            if plan
            else [],
            "posts": cluster.posts.held_on(today)
            .filter(consented_on__isnull=False)
            .order_by("position", "pk"),
            "members": members.order_by("sort_key", "pk")[:SHOWN],
            "goods": goods.order_by(
                F("current_stars").desc(nulls_last=True), "-published_at", "pk"
            )[:SHOWN],
            "related": cluster.related.all().order_by("slug"),
        },
    )


@public
@require_safe
def cluster_list(request: HttpRequest) -> HttpResponse:
    """List the clusters of all provinces."""
    clusters = Cluster.objects.published().select_related("province")
    return render(
        request,
        "strategies/cluster_list.html",
        {"clusters": clusters.order_by("province__sort_key", "slug")},
    )


@public
@require_safe
def strategy_list(request: HttpRequest) -> HttpResponse:
    """List the clusters' plans, the one in force of each first."""
    plans = list(
        Plan.objects.published()
        .select_related("cluster", "province")
        .order_by("province__sort_key", "cluster__slug", "-year", "pk")
    )
    in_force = {plan.cluster_id: plan.pk for plan in reversed(plans)}
    return render(
        request,
        "strategies/strategy_list.html",
        {"plans": plans, "in_force": set(in_force.values())},
    )


@public
@require_safe
def strategy_current(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the plan of a cluster that is in force."""
    return _plan(request, slug, year=None)


@public
@require_safe
def plan_detail(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Show the plan of one Buddhist-era year; earlier ones stay readable."""
    return _plan(request, slug, year=year)


def _plan(request: HttpRequest, slug: str, year: int | None) -> HttpResponse:
    cluster = get_object_or_404(
        Cluster.objects.published().select_related("province"), slug=slug
    )
    plans = list(Plan.objects.published().filter(cluster=cluster).newest_first())
    wanted = [plan for plan in plans if year in (None, plan.year)]
    if not wanted:
        raise Http404
    plan = wanted[0]
    plan.cluster = cluster
    items = list(plan.items.order_by("position", "pk"))
    swot = list(plan.swot.order_by("position", "pk"))
    return render(
        request,
        "strategies/plan_detail.html",
        {
            "cluster": cluster,
            "plan": plan,
            "plans": plans,
            "is_in_force": plan == plans[0],
            "parts": [
                (kind, [item for item in items if item.kind == kind])
                for kind in ItemKind
            ],
            "swot": [
                (kind, [item for item in swot if item.kind == kind])
                for kind in SwotKind
            ]
            if swot
            else [],
        },
    )
