"""The rows of the table: which page, how it is asked, and what it is held to.

The limits are those of the issue, to the letter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.pages.client import Page
from benchmarks.pages.facts import Facts

#: A missing tone mark, a homophone, signs in the wrong order, two romanised, two
#: slips of the finger.
MISSPELT = (*("ผาไหม", "ผ้าใหม", "นำ้พริก", "namphrik", "kluay tak", "กล้วยตกา", "ผ้าไหทม"),)
TYPED = ("ผ้าไ", "กล้", "สบู", "silk")
SOUGHT_BY_STAFF = ("ผ้าไหม", "น้ำพริก", "กล้วย")

CARD = b'class="card"'
#: What stands before another spelling, in Thai.
MEANT = "หมายถึง".encode()
#: A row of an admin list.
ADMIN_ROW = b'class="action-select"'


@dataclass(frozen=True)
class Limits:
    """What a row is held to; None where nothing is asked."""

    #: Milliseconds on the clock of one client.
    wall: float
    #: How many times as fast as the plain app, at least.
    ratio: float | None
    #: How many times the cost of the small register, at most.
    growth: float


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    key: str
    name: str
    limits: Limits
    portal: Callable[[Facts], list[Page]]
    plain: Callable[[Facts], list[Page]] | None = None
    #: What the pages must show; one of them in each.
    shows: Sequence[bytes] = (CARD,)


def listed(**query: str) -> str:
    """Return an address of the catalogue, which both apps share."""
    return f"/products/?{urlencode(query)}" if query else "/products/"


def catalogue(facts: Facts) -> list[Page]:
    """Return the catalogue as it opens."""
    return [Page(listed())]


def one_category(facts: Facts) -> list[Page]:
    """Return the fullest shelves."""
    return [Page(listed(category=code)) for code in facts.categories]


def deep(facts: Facts) -> list[Page]:
    """Return where links lead to at 80 % of the catalogue."""
    return [Page(listed(after=code)) for code in facts.deep]


def deep_plain(facts: Facts) -> list[Page]:
    """Return the same by numbers of pages."""
    number = int(facts.published * 0.8) // 24
    return [Page(listed(page=str(number + at))) for at in range(len(facts.deep))]


def search(facts: Facts) -> list[Page]:
    """Return common words, each in the province that has most of it."""
    return [Page(listed(q=word, province=slug)) for word, slug in facts.searches]


def misspelt(facts: Facts) -> list[Page]:
    """Return words as people misspell and romanise them."""
    return [Page(listed(q=word)) for word in MISSPELT]


def suggestions(facts: Facts) -> list[Page]:
    """Return beginnings of words, as they are typed."""
    if not facts.suggest:
        return []
    return [Page(f"{facts.suggest}?q={quote(word)}") for word in TYPED]


def goods(facts: Facts) -> list[Page]:
    """Return pages of goods with photos, marks and stars of several years."""
    return [Page(f"/products/{code}/") for code in facts.goods]


def staff(address: str, cookie: str, words: Sequence[str] = ()) -> Callable[..., Any]:
    """Return pages that somebody signed in asks for."""

    def pages(facts: Facts) -> list[Page]:
        queries = [f"?q={quote(word)}" for word in words] or [""]
        return [Page(address + each, facts.cookies[cookie]) for each in queries]

    return pages


def provinces(facts: Facts) -> list[Page]:
    """Return the pages of the provinces with most goods."""
    return [Page(f"/provinces/{slug}/") for slug in facts.provinces]


TABLE = (
    Row(
        "catalogue",
        "catalogue, unfiltered, facets with counts",
        Limits(15, 30, 1.3),
        catalogue,
        catalogue,
    ),
    Row(
        "category",
        "catalogue, one category",
        Limits(15, 3, 1.3),
        one_category,
        one_category,
    ),
    Row(
        "deep",
        "catalogue at 80 % depth (keyset)",
        Limits(18, 50, 1.5),
        deep,
        deep_plain,
    ),
    Row(
        "search",
        "search, common word + province, facets",
        Limits(30, 2.5, 3),
        search,
        search,
    ),
    Row(
        "misspelt",
        "search, misspelt or romanised",
        Limits(100, None, 5),
        misspelt,
        shows=(CARD, MEANT),
    ),
    Row("suggestions", "suggestions", Limits(10, None, 2), suggestions, shows=()),
    Row(
        "product",
        "product page",
        Limits(9, 0.8, 1.2),
        goods,
        goods,
        shows=(b"<h1",),
    ),
    Row(
        "admin-list",
        "admin product list",
        Limits(60, 1.8, 1.5),
        staff("/admin/products/product/", "administrator"),
        staff("/admin/plain/product/", "plain"),
        shows=(ADMIN_ROW,),
    ),
    Row(
        "admin-search",
        "admin search",
        Limits(120, 7, 4),
        staff("/admin/products/product/", "administrator", SOUGHT_BY_STAFF),
        staff("/admin/plain/product/", "plain", SOUGHT_BY_STAFF),
        shows=(ADMIN_ROW,),
    ),
    Row("province", "province page", Limits(25, None, 1.5), provinces),
    Row(
        "dashboard",
        "dashboard, of the whole country",
        Limits(25, None, 1.5),
        staff("/admin/", "administrator"),
        shows=(b"<h1",),
    ),
    Row(
        "dashboard-province",
        "dashboard, of one province",
        Limits(25, None, 1.5),
        staff("/admin/", "reviewer"),
        shows=(b"<h1",),
    ),
)


@dataclass(frozen=True)
class Crowd:
    """A row of the table that is measured with many clients at a time."""

    key: str
    name: str
    pages: Callable[[Facts], list[Page]]
    #: Good answers a second, at least, with any number of clients.
    rate: float
    #: Milliseconds within which 95 of 100 answers come to the largest crowd.
    wall: float
    #: How many times the rate of the plain app, at least.
    ratio: float


CLIENTS = (8, 32)
CROWDS = (
    Crowd("catalogue", "catalogue under load", catalogue, 120, 320, 40),
    Crowd("product", "product page under load", goods, 300, 120, 0.9),
)
