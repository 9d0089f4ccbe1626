"""Public pages of one product and of one producer."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from members.models import Member
from products import figures, paging, structured
from products.filters import ProductFilter
from products.models import Product
from registry import freshness
from registry.access import public
from registry.addresses import page_below
from registry.enums import RecordStatus
from registry.models import Code, Record
from registry.templatetags.ui import QR_LOOK, qr_code

#: The order of goods on their producer's page.
NEWEST = ProductFilter.SORTS["newest"]
#: Who may read of alcoholic drinks (Alcoholic Beverage Control Act, section 29).
DRINKING_AGE = "20"
#: Seconds for which a browser may remember where a merged code leads.
MOVED_FOR = 3_600
#: Seconds for which a drawing stays right: the name of the site may change.
DRAWN_FOR = 24 * 3_600
PUBLIC_CODE = re.compile(r"\d{2}-[MP]-\d{5}", re.ASCII)


@dataclass(frozen=True)
class Preview:
    """What stands above the page of a record that the public cannot read so."""

    remarks: Sequence[str] = ()
    #: The page shows a change that waits, on a record that is public.
    is_proposal: bool = False


@public
@require_safe
def product_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show a souvenir, its maker and where to buy it."""
    product = figures.published_product(code)
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
    address = settings.SITE_URL + product.get_absolute_url()
    awards = figures.awards_of(product, today)
    # A producer that is withdrawn is named, for its goods are here, but not reached.
    # What is not public yet is shown as it will be, with its producer's page.
    is_reached = member.is_published or preview is not None
    ways = figures.ways_of(member) if is_reached else []
    return freshness.page(
        request,
        "products/product_detail.html",
        {
            "product": product,
            "member": member,
            "address": address,
            "photos": figures.photos_of(product),
            "awards": awards,
            "holdings": figures.holdings_of(figures.certificates_of(product), today),
            "months": figures.months_of(product),
            "ways": ways,
            "call": figures.call_of(ways),
            "outlets": figures.outlets_of(member) if is_reached else [],
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
    member = figures.published_member(code)
    if member is None:
        return moved_or_gone(request, "members:detail", Member.objects.all(), code)
    return show_member(request, member)


def show_member(
    request: HttpRequest, member: Member, *, preview: Preview | None = None
) -> HttpResponse:
    """Draw the page of a producer; ``preview`` for one that is not public."""
    today = timezone.localdate()
    goods = Product.objects.published().filter(member=member).for_listing()
    ways = figures.ways_of(member)
    return freshness.page(
        request,
        "members/member_detail.html",
        {
            "member": member,
            "address": settings.SITE_URL + member.get_absolute_url(),
            "listing": paging.listing(goods, NEWEST, request.GET),
            "preview": preview,
            "holdings": figures.holdings_of(figures.certificates_at(member), today),
            "ways": ways,
            "call": figures.call_of(ways),
            "outlets": figures.outlets_of(member),
            "memberships": figures.memberships_of(member),
        },
    )


@public
@require_safe
def product_qr(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the QR code of a product's address."""
    return drawn_code(page_below("products:list", code), code)


@public
@require_safe
def member_qr(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the QR code of a producer's address."""
    return drawn_code(page_below("members:list", code), code)


def drawn_code(path: str, code: str) -> HttpResponse:
    """Return the QR code of a record's address, without asking whether there is one.

    :raises Http404: for what is no code.
    """
    if not PUBLIC_CODE.fullmatch(code):
        raise Http404
    drawing = io.BytesIO()
    qr_code(settings.SITE_URL + path).save(
        drawing, kind="svg", border=QR_LOOK["border"], omitsize=True
    )
    answer = HttpResponse(drawing.getvalue(), content_type="image/svg+xml")
    patch_cache_control(answer, public=True, max_age=DRAWN_FOR)
    return answer


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
