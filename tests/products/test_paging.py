"""Pages are numbered as far as people leaf, and go on from row to row."""

import datetime

import pytest
from django.http import QueryDict
from django.utils import timezone

from products.filters import ProductFilter
from products.models import Product
from products.paging import LAST_PAGE, PER_PAGE, listing, rows_after
from tests.factories import ProductFactory

NEWEST = ProductFilter.SORTS["newest"]


def query(**values):
    made = QueryDict(mutable=True)
    made.update(values)
    return made


def catalogue(count):
    """Publish many goods at once; nobody needs their history here."""
    first = ProductFactory(published=True)
    start = timezone.now() - datetime.timedelta(days=1)
    Product.objects.bulk_create(
        Product(
            code=f"42-P-{number:05d}",
            member=first.member,
            owner=first.owner,
            province=first.province,
            district=first.district,
            name_th="ผ้าฝ้าย",
            status="published",
            # Some at the same moment, as an import publishes them.
            published_at=start - datetime.timedelta(seconds=number // 3),
        )
        for number in range(2, count + 1)
    )
    return Product.objects.published()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sort", [name for name in ProductFilter.SORTS if name != "relevance"]
)
def test_what_follows_a_row_is_the_rest_of_the_order(sort):
    goods = ProductFactory.create_batch(6, published=True)
    values = [
        (None, None, "b"),
        (89, 5, "a"),
        (89, 4, "a"),
        (35, None, "c"),
        (35, 5, "b"),
    ]
    for product, (price, stars, key) in zip(goods, values, strict=False):
        Product.objects.filter(pk=product.pk).update(
            price_min=price,
            current_stars=stars,
            current_stars_year=stars and 2562,
            sort_key=key,
        )
    columns = ProductFilter.SORTS[sort]
    ordered = Product.objects.order_by(*(column.ordering() for column in columns))
    rows = list(ordered)

    for place, row in enumerate(rows):
        assert list(ordered.filter(rows_after(row, columns))) == rows[place + 1 :]


#: What is asked for → the page shown, and whether a sentence is.
PAGES = {
    "": (1, False),
    "2": (2, False),
    "3": (3, False),
    "4": (3, True),
    "999999": (3, True),
    "99999999999999999999999": (3, True),
    "0": (1, True),
    "-1": (1, True),
    "abc": (1, True),
    "1.5": (1, True),
    "๒": (1, True),
    "\x00": (1, True),
}


@pytest.mark.django_db
def test_any_page_number_gives_a_page_and_a_sentence_where_it_made_no_sense():
    found = catalogue(2 * PER_PAGE + 3)

    shown = {asked: listing(found, NEWEST, query(page=asked)) for asked in PAGES}

    assert {
        asked: (each.page.number, bool(each.notes)) for asked, each in shown.items()
    } == PAGES
    assert all(each.rows for each in shown.values())
    assert {(each.count, each.has_more) for each in shown.values()} == {
        (2 * PER_PAGE + 3, False)
    }


@pytest.mark.django_db
def test_behind_the_last_number_the_list_goes_on_from_row_to_row():
    found = catalogue(LAST_PAGE * PER_PAGE + PER_PAGE + 20)
    ordered = [
        row.code for row in found.order_by(*(column.ordering() for column in NEWEST))
    ]

    last = listing(found, NEWEST, QueryDict("page=41"))
    behind = listing(found, NEWEST, QueryDict(f"after={last.next_after}"))
    end = listing(found, NEWEST, QueryDict(f"after={behind.next_after}"))

    assert last.page.number == LAST_PAGE
    assert last.notes
    assert (last.count, last.has_more) == (1_000, True)
    assert [row.code for row in (*last.rows, *behind.rows, *end.rows)] == (
        ordered[(LAST_PAGE - 1) * PER_PAGE :]
    )
    assert behind.page is None
    assert end.next_after == ""


@pytest.mark.django_db
def test_an_unknown_place_to_go_on_from_gives_the_beginning_and_a_sentence():
    found = catalogue(3)

    for code in ("42-P-99999", "nonsense", "\x00", "x" * 500):
        shown = listing(found, NEWEST, query(after=code))

        assert (shown.page.number, len(shown.notes)) == (1, 1)
