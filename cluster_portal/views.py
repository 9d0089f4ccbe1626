"""Home, provinces, what the portal says of itself, and pages for machines."""

import re

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from cluster_portal import figures
from cluster_portal.forms import MessageForm
from cluster_portal.health import check_all
from members.models import Cluster
from registry import freshness
from registry.access import public
from registry.actions.messages import receive_message
from registry.models import Province
from registry.personal import Group, kept_in_words, purposes

#: A public code in an address or a sentence; it begins with its province's.
CODE = re.compile(r"\b(\d{2})-[MP]-\d{5}\b", re.ASCII)


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Open the house: search, shelves, provinces and the newest five-star goods."""
    house, five_star = figures.house(), figures.five_star()
    clusters = Cluster.objects.published().select_related("province")
    return freshness.page(
        request,
        "cluster_portal/home.html",
        {
            "totals": house.totals,
            "shelves": house.shelves,
            "five_star": five_star,
            "newest": [] if five_star else figures.newest(),
            "regions": house.regions,
            "clusters": clusters.order_by("province__sort_key", "slug"),
        },
    )


@public
@require_safe
def province_list(request: HttpRequest) -> HttpResponse:
    """List all provinces by region, with what is found in each."""
    return freshness.page(
        request, "cluster_portal/province_list.html", {"regions": figures.by_region()}
    )


@public
@require_safe
def province_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a province: its clusters, goods, producers and districts."""
    province = get_object_or_404(Province, slug=slug)
    found = figures.of_province(province)
    clusters = Cluster.objects.published().filter(province=province)
    return freshness.page(
        request,
        "cluster_portal/province_detail.html",
        {
            "province": province,
            "totals": found.totals,
            "districts": found.districts,
            "clusters": clusters.order_by("slug"),
            "goods": figures.goods_of(province),
            "members": figures.members_of(province),
        },
    )


@public
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say who runs the register and where its facts come from."""
    return render(request, "cluster_portal/about.html")


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say which personal data is kept, why, and what people may ask."""
    groups = [
        (
            group.label,
            [
                (purpose, kept_in_words(purpose, settings.RETENTION_DAYS))
                for purpose in purposes()
                if purpose.group == group
            ],
        )
        for group in Group
    ]
    return render(request, "cluster_portal/privacy.html", {"groups": groups})


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how accessible the portal is and whom to tell when it is not."""
    return render(request, "cluster_portal/accessibility.html")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Take a report of wrong information."""
    if request.method != "POST":
        form = MessageForm(initial={"page": request.GET.get("about", "")[:300]})
        return render(request, "cluster_portal/contact.html", {"form": form})
    form = MessageForm(request.POST)
    if not form.is_valid():
        return render(request, "cluster_portal/contact.html", {"form": form})
    if not form.is_from_a_program:
        if _too_many(request):
            form.add_error(
                None, _("Those were many messages in an hour. Please try again later.")
            )
            answer = render(request, "cluster_portal/contact.html", {"form": form})
            answer.status_code = 429
            answer["Retry-After"] = "3600"
            return answer
        receive_message(
            text=form.cleaned_data["text"],
            page=form.cleaned_data["page"],
            reply_to=form.cleaned_data["reply_to"],
            province=_province_of(form.cleaned_data["page"]),
        )
    messages.success(request, _("Thank you. Your message has reached the register."))
    return redirect("contact")


def _too_many(request: HttpRequest) -> bool:
    return not ratelimit.consume(request, action="message")


def _province_of(page: str) -> Province | None:
    """Read the province off a code such as 42-P-00128 in what was pasted."""
    found = CODE.search(page)
    return Province.objects.filter(code=found[1]).first() if found else None


# --- For machines -------------------------------------------------------------


@public
@require_safe
@cache_control(no_store=True)
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; ask nothing else of anything."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_safe
@cache_control(no_store=True)
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether database, migrations, worker and storage are well, and no more."""
    found = check_all()
    return JsonResponse(found, status=200 if all(found.values()) else 503)


@public
@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """Ask search engines to leave the rooms of the house alone."""
    rooms = (
        *("admin", "accounts", "workspace", "review", "reports", "dashboard"),
        *("audit", "personal"),
    )
    lines = ["User-agent: *"]
    lines += [f"Disallow: {start}{room}/" for room in rooms for start in ("/", "/en/")]
    lines += ["Disallow: /files/", "", f"Sitemap: {_absolute('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")


def _absolute(name: str) -> str:
    return f"{settings.SITE_URL}{reverse(name)}"
