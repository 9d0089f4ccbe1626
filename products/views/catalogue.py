"""Public pages of the catalogue and of the producers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from members.models import Contact, Member, Outlet
from products import figures, paging, structured
from products.figures import Facets
from products.filters import (
    AddressFilter,
    MemberFilter,
    ProductFilter,
    Step,
    Vocabulary,
)
from products.models import Certificate, Product
from registry.access import public
from registry.enums import RecordStatus
from registry.models import Code, Province, Record
from registry.vocabulary import did_you_mean


@dataclass(frozen=True)
class Preview:
    """What stands above the page of a record that the public cannot read so."""

    remarks: Sequence[str] = ()
    #: The page shows a change that waits, on a record that is public.
    is_proposal: bool = False


class HtmxRequest(HttpRequest):
    """A request that has passed the middleware of htmx."""

    htmx: HtmxDetails


#: The order of goods on their producer's page.
NEWEST = ProductFilter.SORTS["newest"]
#: Who may read of alcoholic drinks (Alcoholic Beverage Control Act, section 29).
DRINKING_AGE = "20"
#: Seconds for which a browser may remember where a merged code leads.
MOVED_FOR = 3_600


@public
@require_safe
def product_list(request: HtmxRequest) -> HttpResponse:
    """Show the catalogue; htmx gets results and choices alone."""
    vocabulary = Vocabulary.load()
    home = figures.only_province(vocabulary)
    asked = ProductFilter(request.GET, vocabulary, home=home)
    listing = paging.listing(asked.qs.for_listing(), asked.columns, request.GET)
    facets = figures.product_facets(asked, vocabulary)
    return answer(
        request,
        "products/product_list.html",
        asked,
        {
            "listing": listing,
            "questions": asked.questions(facets.counts),
            "shelves": asked.shelf_steps(facets.counts["category"]),
            **({} if listing.rows else way_on(asked, facets)),
            "marks": asked.marks,
            "offers_province": not home,
            "names_province": not home and asked.province is None,
        },
    )


@public
@require_safe
def member_list(request: HtmxRequest) -> HttpResponse:
    """List the producers; htmx gets results and choices alone."""
    provinces = Province.objects.order_by("sort_key", "pk")
    home = figures.only_home()
    asked = MemberFilter(request.GET, tuple(provinces), home=home)
    listing = paging.listing(asked.qs.for_listing(), asked.columns, request.GET)
    facets = figures.member_facets(asked)
    return answer(
        request,
        "members/member_list.html",
        asked,
        {
            "listing": listing,
            "questions": asked.questions(facets.counts),
            **({} if listing.rows else way_on(asked, facets)),
            "offers_province": not home,
        },
    )


def way_on(asked: AddressFilter, facets: Facets) -> dict[str, Any]:
    """Return what to offer where nothing is found: other words, filters to take off.

    Asks the database a few times if there are words: this page is rare.
    """
    without = dict(facets.without)
    near = None
    if asked.words:
        without["q"] = asked.wordless.count()
        near = did_you_mean(asked.words, asked.published.model)
    return {
        "suggestion": Step(near, asked.address(q=near)) if near else None,
        "ways_out": asked.ways_out(without),
    }


def answer(
    request: HtmxRequest,
    template: str,
    asked: AddressFilter,
    context: Mapping[str, Any],
) -> HttpResponse:
    """Return a list as a page, or to htmx as its fragment with a clean address."""
    is_part = request.htmx and not request.htmx.history_restore_request
    name = f"{template}#fragment" if is_part else template
    listing = context["listing"]
    goes_on = listing.next_after and asked.address(after=listing.next_after)
    response = render(request, name, {"asked": asked, "next_url": goes_on, **context})
    patch_vary_headers(response, ["HX-Request"])
    if is_part:
        push_url(response, clean_address(request, asked))
    return response


def clean_address(request: HttpRequest, asked: AddressFilter) -> str:
    """Return this address without what a form sends empty."""
    query = asked.query()
    for name in ("page", "after"):
        if request.GET.get(name):
            query[name] = request.GET[name]
    return f"{request.path}?{query.urlencode()}" if query else request.path


@public
@require_safe
def product_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show a souvenir, its maker and where to buy it."""
    product = Product.objects.published().filter(code=code).for_page().first()
    if product is None:
        return moved_or_gone(request, "products:detail", Product.objects.all(), code)
    if product.is_alcohol and request.GET.get("age") != DRINKING_AGE:
        go_on = f"{request.path}?age={DRINKING_AGE}"
        return render(request, "products/age_notice.html", {"go_on": go_on})
    if product.is_alcohol and not settings.SHOW_ALCOHOL_DETAILS:
        return render(request, "products/product_reduced.html", {"product": product})
    return show_product(request, product)


def show_product(
    request: HttpRequest, product: Product, *, preview: Preview | None = None
) -> HttpResponse:
    """Draw the page of a product; ``preview`` for one that is not public."""
    member, today = product.member, timezone.localdate()
    certificates = Certificate.objects.held_for(product).select_related("mark")
    address = settings.SITE_URL + product.get_absolute_url()
    awards = figures.awards_of(product, today)
    # A producer that is withdrawn is named, for its goods are here, but not reached.
    # What is not public yet is shown as it will be, with its producer's page.
    is_reached = member.is_published or preview is not None
    contacts = member.contacts.public() if is_reached else Contact.objects.none()
    outlets = member.outlets.all() if is_reached else Outlet.objects.none()
    ways = figures.ways_to(contacts.order_by("position", "pk"))
    return render(
        request,
        "products/product_detail.html",
        {
            "product": product,
            "member": member,
            "address": address,
            "photos": product.photos.in_order(),
            "awards": awards,
            "holdings": figures.holdings_of(certificates, today),
            "months": figures.months_of(product),
            "ways": ways,
            "call": figures.call_of(ways),
            "outlets": outlets.order_by("position", "pk"),
            "related": figures.related_to(product),
            "preview": preview,
            "cover": "" if preview else structured.cover_url(product),
            # Of a drink nothing is told to those who would spread it.
            "structured": None
            if product.is_alcohol or preview
            else structured.product_page(product, address, awards),
        },
    )


@public
@require_safe
def member_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show a producer: story, goods, outlets, marks and how to reach it."""
    member = Member.objects.published().filter(code=code).for_listing().first()
    if member is None:
        return moved_or_gone(request, "members:detail", Member.objects.all(), code)
    return show_member(request, member)


def show_member(
    request: HttpRequest, member: Member, *, preview: Preview | None = None
) -> HttpResponse:
    """Draw the page of a producer; ``preview`` for one that is not public."""
    today = timezone.localdate()
    goods = Product.objects.published().filter(member=member).for_listing()
    certificates = member.certificates.select_related("mark")
    ways = figures.ways_to(member.contacts.public().order_by("position", "pk"))
    return render(
        request,
        "members/member_detail.html",
        {
            "member": member,
            "address": settings.SITE_URL + member.get_absolute_url(),
            "listing": paging.listing(goods, NEWEST, request.GET),
            "preview": preview,
            "holdings": figures.holdings_of(certificates, today),
            "ways": ways,
            "call": figures.call_of(ways),
            "outlets": member.outlets.order_by("position", "pk"),
            "memberships": member.memberships.running()
            .select_related("cluster")
            .order_by("joined_on", "pk"),
        },
    )


def moved_or_gone(
    request: HttpRequest, page: str, records: QuerySet[Record], code: str
) -> HttpResponse:
    """Answer for a code that no published record has.

    A merged record leads to its successor for ever (301); one that was public
    and is withdrawn says so (410).

    :param page: the name of the address of such records.
    :raises Http404: for codes never given, and for what never was public.
    """
    given = Code.objects.filter(pk=code).first()
    if given is None:
        raise Http404
    if given.superseded_by_id:
        moved = redirect(page, code=given.superseded_by_id, permanent=True)
        # A merge may be undone: no browser shall remember it for ever.
        patch_cache_control(moved, max_age=MOVED_FOR)
        return moved
    was_public = records.filter(
        code=code, status=RecordStatus.WITHDRAWN, published_at__isnull=False
    )
    if not was_public.exists():
        raise Http404
    return render(request, "products/gone.html", status=410)
