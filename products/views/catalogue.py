"""Public lists: the catalogue and the producers."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from products import cards, figures, paging
from products.cards import Card
from products.figures import LEFT_WITH, Facets
from products.filters import (
    AddressFilter,
    MemberFilter,
    ProductFilter,
    Step,
    Vocabulary,
)
from registry.access import public
from registry.marking import sought_in
from registry.models import Province
from registry.vocabulary import did_you_mean


class HtmxRequest(HttpRequest):
    """A request that has passed the middleware of htmx."""

    htmx: HtmxDetails


@public
@require_safe
def product_list(request: HtmxRequest) -> HttpResponse:
    """Show the catalogue; htmx gets results and choices alone."""
    return found_products(request, request.GET)


def found_products(
    request: HtmxRequest, address: QueryDict, *, typed: str = ""
) -> HttpResponse:
    """Show what an address asks for; ``typed`` if other words were typed for these."""
    vocabulary = Vocabulary.current()
    whole = figures.whole_catalogue()
    home = figures.only_province(whole)
    asked = ProductFilter(address, vocabulary, home=home)
    facets, found, is_by_name = figures.look_up(asked, vocabulary, whole)
    listing = paging.listing(
        found.values_list(*cards.COLUMNS),
        asked.columns,
        address,
        count=facets.total,
        read=Card.read,
    )
    if not (listing.rows or typed) and (meant := forgiven(asked)):
        return found_products(request, put(address, meant), typed=asked.words)
    return answer(
        request,
        "products/product_list.html",
        asked,
        {
            "listing": listing,
            "typed": typed,
            "sought": sought_in(asked.words),
            "questions": asked.questions(facets.counts, facets.uncounted),
            "shelves": asked.shelf_steps(shelved(facets)),
            **({} if listing.rows else way_on(asked, facets)),
            "marks": asked.marks,
            "wider_url": asked.wider if is_by_name else "",
            "offers_province": not home,
            "names_province": not home and asked.province is None,
        },
    )


def shelved(facets: figures.Facets) -> Mapping[str, int] | None:
    """Return how many goods each shelf holds; None where nobody counted."""
    return None if "category" in facets.uncounted else facets.counts["category"]


@public
@require_safe
def member_list(request: HtmxRequest) -> HttpResponse:
    """List the producers; htmx gets results and choices alone."""
    return found_members(request, request.GET)


def found_members(
    request: HtmxRequest, address: QueryDict, *, typed: str = ""
) -> HttpResponse:
    """List whom an address asks for; ``typed`` if other words were typed for these."""
    provinces = Province.objects.order_by("sort_key", "pk")
    home = figures.only_home()
    asked = MemberFilter(address, tuple(provinces), home=home)
    facets = figures.member_facets(asked)
    listing = paging.listing(
        asked.qs.for_listing(), asked.columns, address, count=facets.total
    )
    if not (listing.rows or typed) and (meant := forgiven(asked)):
        return found_members(request, put(address, meant), typed=asked.words)
    return answer(
        request,
        "members/member_list.html",
        asked,
        {
            "listing": listing,
            "typed": typed,
            "sought": sought_in(asked.words),
            "questions": asked.questions(facets.counts),
            **({} if listing.rows else way_on(asked, facets)),
            "offers_province": not home,
        },
    )


def forgiven(asked: AddressFilter) -> str | None:
    """Return the words that were meant by words that find nothing anywhere.

    Where only a filter keeps the hits away, the filter is what to loosen.
    """
    if not asked.words or asked.published.search(asked.words).exists():
        return None
    return did_you_mean(asked.words, asked.published.model)


def put(address: QueryDict, words: str) -> QueryDict:
    """Return an address with other words."""
    other = address.copy()
    other["q"] = words
    return other


def way_on(asked: AddressFilter, facets: Facets) -> dict[str, Any]:
    """Return what to offer where nothing is found: other words, filters to take off.

    Asks the database a few times if there are words: this page is rare.
    """
    without = dict(facets.without)
    for name in facets.uncounted:
        others = set(asked.chosen) - {name} - LEFT_WITH.get(name, frozenset())
        without[name] = asked.narrowed(others).count()
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
