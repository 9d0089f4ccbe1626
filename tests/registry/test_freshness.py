"""Who has a page is not sent it again; whatever the page shows makes it another one."""

import datetime
from decimal import Decimal

import pytest
from django.core.paginator import Paginator
from django.test import override_settings
from django.utils import timezone

from products.models import Certificate, Mark, Product, StarRating
from registry import freshness
from registry.actions import records
from registry.changes import Changes
from registry.models import Province
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    ContactFactory,
    MemberFactory,
    OutletFactory,
    PhotoFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    """Publish a product with one of everything its page shows."""
    product = ProductFactory(published=True, category=CategoryFactory())
    PhotoFactory(product=product)
    CertificateFactory(product=product)
    year = StarRoundFactory(year=2562, announced_on=datetime.date(2019, 12, 20))
    StarRatingFactory(product=product, round=year)
    ContactFactory(member=product.member, shop=True)
    OutletFactory(member=product.member)
    ProductFactory(published=True, member=product.member)
    return product


def tag_of(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer["ETag"]


def again(client, url, tag, **extra):
    return client.get(url, headers={"If-None-Match": tag}, **extra)


# --- What is not drawn again ------------------------------------------------------


def pages_of(product):
    return [
        product.get_absolute_url(),
        product.member.get_absolute_url(),
        "/provinces/loei/",
        "/provinces/",
        "/",
        f"/en{product.get_absolute_url()}",
    ]


def test_a_page_that_is_as_it_was_is_not_sent_again(client, product):
    for url in pages_of(product):
        tag = tag_of(client, url)

        answer = again(client, url, tag)

        assert (answer.status_code, answer.content) == (304, b""), url
        assert answer["ETag"] == tag
        assert answer["Cache-Control"] == "no-cache"
        assert {"Cookie", "HX-Request"} <= set(answer["Vary"].split(", "))


def test_pages_of_two_addresses_have_two_stamps(client, product):
    tags = [tag_of(client, url) for url in pages_of(product)]

    assert len(set(tags)) == len(tags)


def test_nothing_is_drawn_for_who_has_the_page(client, product, monkeypatch):
    url = product.get_absolute_url()
    tag = tag_of(client, url)
    monkeypatch.setattr(freshness, "render", None)

    assert again(client, url, tag).status_code == 304


# --- What makes it another page ---------------------------------------------------


def rename(row, by, **fields):
    row.refresh_from_db()
    records.edit(
        row, Changes(fields=fields), by=by, reason="Because.", version=row.version
    )


#: What a product's page shows, and how it comes to show something else.
CHANGES = {
    "its name": lambda product, by: rename(product, by, name_th="ชื่อใหม่"),
    "its maker": lambda product, by: rename(product.member, by, name_th="กลุ่มใหม่"),
    "a photo": lambda product, by: PhotoFactory(product=product, is_main=False),
    "a certificate": lambda product, by: CertificateFactory(product=product),
    "a certificate of the maker": lambda product, by: CertificateFactory(
        product=None, member=product.member
    ),
    "the day a certificate ends": lambda product, by: Certificate.objects.update(
        issued_on=None, expires_on=datetime.date(2020, 1, 1)
    ),
    "a mark": lambda product, by: Mark.objects.update(abbreviation_th="ใหม่"),
    "points": lambda product, by: StarRating.objects.update(
        score_product=Decimal("20.5")
    ),
    "a contact": lambda product, by: ContactFactory(member=product.member, shop=True),
    "an outlet": lambda product, by: OutletFactory(member=product.member),
    "another souvenir": lambda product, by: ProductFactory(
        published=True, member=product.member
    ),
    "a name of another souvenir": lambda product, by: Product.objects.exclude(
        pk=product.pk
    ).update(name_th="อื่น"),
    "a shelf": lambda product, by: rename_shelf(product.category),
}


def rename_shelf(shelf):
    type(shelf).objects.filter(pk=shelf.pk).update(name_th="ชั้นใหม่")


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_a_products_page_shows_changes_its_stamp(
    client, product, reviewer, change
):
    url = product.get_absolute_url()
    before = tag_of(client, url)

    CHANGES[change](product, reviewer)

    answer = again(client, url, before)
    assert answer.status_code == 200
    assert answer["ETag"] != before


def test_a_withdrawn_product_is_gone_at_once(client, product, reviewer):
    url = product.get_absolute_url()
    before = tag_of(client, url)
    product.refresh_from_db()

    records.withdraw(product, by=reviewer, note="Gone.")

    assert again(client, url, before).status_code == 410


def test_a_contact_whose_consent_is_taken_back_is_gone_at_once(client, product):
    url = product.get_absolute_url()
    contact = ContactFactory(
        member=product.member,
        value="+66811112222",
        is_personal=True,
        consented_on=datetime.date(2024, 1, 1),
        consent_wording="1",
    )
    before = tag_of(client, url)

    type(contact).objects.filter(pk=contact.pk).update(
        consent_withdrawn_on=datetime.date(2024, 2, 1)
    )

    assert again(client, url, before).status_code == 200


def test_goods_and_producers_change_the_pages_that_count_them(client, product):
    for url in ("/", "/provinces/loei/", "/provinces/"):
        before = tag_of(client, url)

        MemberFactory(published=True)

        assert again(client, url, before).status_code == 200, url


def test_day_settings_and_portal_change_every_stamp(client, product, monkeypatch):
    url = product.get_absolute_url()
    seen = {tag_of(client, url)}
    with override_settings(SITE_URL="https://other.example"):
        seen.add(tag_of(client, url))
    with override_settings(SHOW_ALCOHOL_DETAILS=True):
        seen.add(tag_of(client, url))
    monkeypatch.setattr(freshness, "_made_of", lambda: "another release")
    seen.add(tag_of(client, url))
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    monkeypatch.setattr(freshness.timezone, "localdate", lambda: tomorrow)
    seen.add(tag_of(client, url))

    assert len(seen) == 5


# --- Who gets none ----------------------------------------------------------------


def test_who_is_signed_in_is_always_sent_the_page(client, product, reviewer):
    url = product.get_absolute_url()
    tag = tag_of(client, url)
    client.force_login(reviewer)

    answer = again(client, url, tag)

    assert answer.status_code == 200
    assert not answer.has_header("ETag")
    assert answer["Cache-Control"] == "no-store, private"


def test_what_does_not_say_what_it_holds_stops_the_page():
    with pytest.raises(TypeError, match="object"):
        freshness.stamp("page.html", {"thing": object()})


def test_a_page_of_a_list_is_stamped_by_its_rows():
    rows = ["a", "b", "c"]

    stamps = {
        freshness.stamp("page.html", {"page": Paginator(rows, size).page(number)})
        for size, number in ((1, 1), (1, 2), (2, 1))
    }

    assert len(stamps) == 3


def test_a_place_that_is_renamed_changes_the_stamp():
    place = Province(code="42", name_th="เลย", name_en="Loei")
    before = freshness.stamp("page.html", {"place": place})
    place.name_en = "Loey"

    assert freshness.stamp("page.html", {"place": place}) != before
