"""The register for programs: every address of ``/api/v1/``."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from members.models import Member
from products.filters import AddressFilter, MemberFilter, ProductFilter, Vocabulary
from products.models import Category, Product, StarRound
from registry.access import public
from registry.enums import RecordStatus
from registry.models import Code, District, Province, Record
from reports.api import openapi, shapes
from reports.api.holders import public_results, with_holders
from reports.api.license import license_of_data
from reports.api.limits import refuse_floods
from reports.api.openapi import Operation
from reports.api.paging import listed
from reports.api.parameters import MEMBER_LIST, PRODUCT_LIST, check, code
from reports.api.problems import Problem, missing

METHODS = ("GET", "HEAD")
#: Seconds for which a client may remember where a merged code leads.
MOVED_FOR = 3_600
Body = dict[str, Any]


# --- What every address does ------------------------------------------------------


def resource(operation: Operation) -> Callable[[Callable[..., Any]], Any]:
    """Make a view that returns a body into one that answers programs.

    It asks how often, by which method and with which parameters, and says no by a
    :class:`Problem`. Nobody signs in here, so no form could be forged.
    """
    openapi.describe(operation)

    def decorate(view: Callable[..., Body | HttpResponse]) -> Any:
        @csrf_exempt
        @public
        @wraps(view)
        def guarded(request: HttpRequest, **asked: str) -> HttpResponseBase:
            try:
                refuse_others(request)
                check(request.GET, operation.in_query)
                return answer(request, view(request, **asked))
            except Problem as problem:
                return problem.answer()

        return guarded

    return decorate


def refuse_others(request: HttpRequest) -> None:
    """Refuse methods that would change something, and those who ask too often.

    :raises Problem: 405 or 429.
    """
    if request.method not in METHODS:
        raise Problem(
            HTTPStatus.METHOD_NOT_ALLOWED,
            _("Data are only read here, by GET or HEAD."),
            headers={"Allow": ", ".join(METHODS)},
        )
    refuse_floods(request)


def answer(request: HttpRequest, body: Body | HttpResponse) -> HttpResponseBase:
    """Send a body as JSON with its ETag, or 304 to who has just that."""
    if isinstance(body, HttpResponse):
        return body
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    made = HttpResponse(text, content_type="application/json")
    # What is withdrawn is withdrawn here too, at once: ask again each time.
    made.headers["Cache-Control"] = "public, no-cache"
    made.headers["ETag"] = quote_etag(hashlib.sha256(text).hexdigest()[:32])
    sent = get_conditional_response(request, etag=made.headers["ETag"], response=made)
    assert sent is not None  # noqa: S101  # it was given an answer
    sent.headers["Access-Control-Allow-Origin"] = "*"
    sent.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    return sent


# --- Start and description ----------------------------------------------------------


@resource(Operation("start", "/", _("What there is."), "Start"))
def start(request: HttpRequest) -> Body:
    """Name every list, for who begins here."""
    lists = (each for each in openapi.guide() if not each.in_path and each.path != "/")
    return {
        "resources": {each.name: each.url for each in lists},
        "openapi": settings.SITE_URL + reverse("api:openapi"),
        "license": license_of_data().url,
    }


@csrf_exempt
@public
def description(request: HttpRequest) -> HttpResponseBase:
    """Send the description of the interface."""
    try:
        refuse_others(request)
        return answer(request, openapi.document())
    except Problem as problem:
        return problem.answer()


# --- Products and producers ---------------------------------------------------------


@resource(
    Operation(
        "products",
        "/products/",
        _("Published souvenirs, with the filters of the catalogue."),
        "ProductList",
        PRODUCT_LIST,
    )
)
def product_list(request: HttpRequest) -> Body:
    """List products, a page at a time."""
    asked = ProductFilter(request.GET, Vocabulary.current())
    found = kept(request, asked, ("category", "mark", "province")).for_listing()
    order = f"products {asked.sort}"
    return listed(request, found, asked.columns, order, shapes.product)


@resource(
    Operation(
        "products_detail",
        "/products/{code}/",
        _("One souvenir, with its story, certificates and stars."),
        "ProductDetail",
        (code("P"),),
    )
)
def product_detail(request: HttpRequest, code: str) -> Body | HttpResponse:
    """Tell all of one product that its page tells."""
    found = Product.objects.published().filter(code=code).for_listing().first()
    if found is None:
        return moved_or_gone(Product.objects.all(), "api:products_detail", code)
    return shapes.product_detail(found, timezone.localdate())


@resource(
    Operation(
        "members",
        "/members/",
        _("Published producers, with the filters of their list."),
        "MemberList",
        MEMBER_LIST,
    )
)
def member_list(request: HttpRequest) -> Body:
    """List producers, a page at a time."""
    provinces = Province.objects.order_by("sort_key", "pk")
    asked = MemberFilter(request.GET, tuple(provinces))
    found = kept(request, asked, ("province",)).for_listing()
    return listed(request, found, asked.columns, f"members {asked.sort}", shapes.member)


@resource(
    Operation(
        "members_detail",
        "/members/{code}/",
        _("One producer, with its story, shops and certificates; no person’s contact."),
        "MemberDetail",
        (code("M"),),
    )
)
def member_detail(request: HttpRequest, code: str) -> Body | HttpResponse:
    """Tell all of one producer that its page tells, but for people."""
    found = Member.objects.published().filter(code=code).for_listing().first()
    if found is None:
        return moved_or_gone(Member.objects.all(), "api:members_detail", code)
    return shapes.member_detail(found, timezone.localdate())


def kept(
    request: HttpRequest, asked: AddressFilter, references: tuple[str, ...]
) -> Any:
    """Return what the filters keep.

    A district outside of the province asked for keeps nothing: both are meant.

    :raises Problem: 404 if the address names a category, mark or place there is not.
    """
    for name in references:
        value = request.GET.get(name)
        if value and name not in asked.chosen:
            raise unknown(name, value)
    district = request.GET.get("district")
    if district and asked.label("district") in asked.unknown:
        raise unknown("district", district)
    found: QuerySet[Any] = asked.qs
    if district and "district" not in asked.chosen:
        return found.none()
    return found


def unknown(name: str, value: str) -> Problem:
    """Return the refusal of a filter's value that nothing in the register has."""
    sentence = _("“{value}” of “{name}” is not in the register.")
    return missing(format_lazy(sentence, value=value, name=name))


def moved_or_gone(records: QuerySet[Record], name: str, code: str) -> HttpResponse:
    """Answer for a code that no published record has, as the pages do.

    :raises Problem: 410 for what was public and is withdrawn, else 404.
    """
    given = Code.objects.filter(pk=code[:12]).first() if len(code) <= 12 else None
    if given is not None and given.superseded_by_id:
        address = settings.SITE_URL + reverse(name, args=[given.superseded_by_id])
        body = {"code": given.superseded_by_id, "api_url": address}
        return HttpResponse(
            json.dumps(body),
            content_type="application/json",
            status=HTTPStatus.MOVED_PERMANENTLY,
            headers={
                "Location": address,
                "Access-Control-Allow-Origin": "*",
                # A merge may be undone: nobody shall remember it for ever.
                "Cache-Control": f"max-age={MOVED_FOR}",
            },
        )
    was_public = records.filter(
        code=code, status=RecordStatus.WITHDRAWN, published_at__isnull=False
    )
    if given is not None and was_public.exists():
        raise Problem(
            HTTPStatus.GONE,
            _("This record was taken out of the register by the office that keeps it."),
        )
    raise missing(_("The register has no such code."))


# --- Short lists, whole -------------------------------------------------------------


@resource(
    Operation(
        "provinces",
        "/provinces/",
        _("All provinces with their districts."),
        "ProvinceList",
    )
)
def province_list(request: HttpRequest) -> Body:
    """List provinces with their districts."""
    inside: dict[str, list[District]] = {}
    for each in District.objects.order_by("sort_key", "pk"):
        inside.setdefault(each.province_id, []).append(each)
    rows = Province.objects.order_by("sort_key", "pk")
    return whole([shapes.province(row, inside.get(row.code, ())) for row in rows])


@resource(Operation("categories", "/categories/", _("All categories."), "CategoryList"))
def category_list(request: HttpRequest) -> Body:
    """List shelves, every parent before its children."""
    return whole([shapes.category(row) for row in Category.objects.in_order()])


@resource(
    Operation(
        "marks",
        "/marks/",
        _("All marks and standards, with their certificates in force."),
        "MarkList",
    )
)
def mark_list(request: HttpRequest) -> Body:
    """List marks."""
    return whole(
        [shapes.mark(row) for row in with_holders().order_by("position", "pk")]
    )


@resource(
    Operation(
        "rounds",
        "/rounds/",
        _("Rounds of the star selection whose results are announced."),
        "RoundList",
    )
)
def round_list(request: HttpRequest) -> Body:
    """List rounds with their results, the newest first."""
    counts: dict[int, dict[int, int]] = {}
    results = public_results().order_by().values_list("round", "stars")
    for number, stars, count in results.annotate(Count("pk")):
        counts.setdefault(number, {})[stars] = count
    rows = StarRound.objects.announced(timezone.localdate()).order_by("-year")
    return whole([shapes.star_round(row, counts.get(row.pk, {})) for row in rows])


def whole(rows: list[Body]) -> Body:
    """Return a list that has one page."""
    return {"results": rows, "next": None}
