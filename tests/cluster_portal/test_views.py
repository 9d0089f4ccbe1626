"""Home, provinces, what the portal says of itself, and pages for machines."""

import datetime
import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from cluster_portal.sitemaps import Products
from registry.models import VisitorMessage, forget_installation, is_demonstration
from tests.factories import (
    CategoryFactory,
    ClusterFactory,
    MemberFactory,
    PlanFactory,
    ProductFactory,
    ProvinceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def warm():
    """Ask once what installation this is, as the first page of a process does."""
    cache.clear()
    forget_installation()
    is_demonstration()


def goods(count):
    """Publish goods on a shelf each, of a cluster's province."""
    root = CategoryFactory(code="edible")
    for _ in range(count):
        ProductFactory(published=True, category=CategoryFactory(parent=root))
        ClusterFactory()


@pytest.mark.parametrize("count", [1, 3])
def test_home_asks_a_constant_number_of_times(client, count, django_assert_num_queries):
    goods(count)

    client.get("/provinces/loei/")  # the places, which a process keeps

    # Shelves, the kept numbers of goods, members counted, provinces, five-star goods,
    # newest goods, clusters.
    with django_assert_num_queries(7):
        assert client.get("/").status_code == 200


def test_home_of_an_empty_register_says_so(client):
    assert "ยังไม่มีข้อมูลที่เผยแพร่" in client.get("/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_a_province_asks_a_constant_number_of_times(
    client, count, django_assert_num_queries
):
    goods(count)

    client.get("/provinces/loei/")  # the places, which a process keeps

    # Province, kept numbers of goods, drinks and members counted, districts,
    # clusters, goods, members.
    with django_assert_num_queries(8):
        assert client.get("/provinces/loei/").status_code == 200


def test_a_province_shows_what_is_public_and_its_own(client):
    shown = ProductFactory(published=True)
    draft = ProductFactory(member=shown.member)
    elsewhere = ProductFactory(
        published=True, member=MemberFactory(published=True, district__code="5101")
    )

    html = client.get("/provinces/loei/").content.decode()

    assert draft.name_th not in html
    assert elsewhere.name_th not in html
    assert shown.name_th in html


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_provinces_asks_three_times(
    client, count, django_assert_num_queries
):
    for code in ("42", "51", "10")[:count]:
        ProvinceFactory(code=code)

    with django_assert_num_queries(3):
        assert client.get("/provinces/").status_code == 200


@pytest.mark.parametrize("name", ["about", "privacy", "accessibility", "contact"])
@pytest.mark.parametrize("start", ["", "/en"])
def test_a_page_about_the_portal_costs_no_query(
    client, name, start, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert client.get(f"{start}/{name}/").status_code == 200


def test_every_page_leads_to_itself_in_the_other_language(client):
    plan = PlanFactory(published=True)

    html = client.get(plan.get_absolute_url()).content.decode()

    assert (
        f'hreflang="en" href="http://localhost:8000/en{plan.get_absolute_url()}"'
        in (html)
    )


# --- Reporting wrong information ----------------------------------------------


def report(client, **data):
    return client.post(
        reverse("contact"), {"page": "", "text": "", "reply_to": "", **data}
    )


def test_a_report_reaches_the_people_of_the_province(
    client, reviewer, foreign_reviewer
):
    product = ProductFactory(published=True)

    answer = report(
        client, page=f"https://x.example{product.get_absolute_url()}", text="ราคาผิด"
    )

    assert answer.status_code == 302
    message = VisitorMessage.objects.get()
    assert (message.text, message.province_id) == ("ราคาผิด", "42")
    assert VisitorMessage.objects.visible_to(reviewer).exists()
    assert not VisitorMessage.objects.visible_to(foreign_reviewer).exists()


def test_an_empty_report_is_asked_for_again_and_loses_nothing(client):
    answer = report(client, page="42-P-00001")

    assert answer.status_code == 200
    assert 'value="42-P-00001"' in answer.content.decode()
    assert not VisitorMessage.objects.exists()


def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(client):
    assert report(client, text="buy", website="https://x.example").status_code == 302
    assert not VisitorMessage.objects.exists()


def test_many_reports_of_one_address_have_to_wait(client):
    answers = [report(client, text="ซ้ำ").status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]
    assert VisitorMessage.objects.count() == 5


def test_they_have_to_wait_an_hour(client, monkeypatch):
    for _ in range(5):
        report(client, text="ซ้ำ")

    soon = timezone.now() + datetime.timedelta(minutes=50)
    monkeypatch.setattr("django.core.cache.backends.db.tz_now", lambda: soon)

    assert report(client, text="ซ้ำ").status_code == 429


def test_visitors_behind_one_proxy_wait_each_for_themselves(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    addresses = [f"203.0.113.{number}" for number in range(7)]

    answers = [
        client.post(
            reverse("contact"), {"text": "ซ้ำ"}, headers={"x-forwarded-for": address}
        ).status_code
        for address in addresses
    ]

    assert answers == [302] * 7


# --- For machines -------------------------------------------------------------


def test_robots_stay_out_of_the_house(client):
    text = client.get("/robots.txt").content.decode()

    assert "Disallow: /admin/\n" in text
    assert "Disallow: /en/reports/\n" in text
    assert "Sitemap: http://localhost:8000/sitemap.xml" in text


def test_the_sitemap_invites_to_what_is_public_in_both_languages(client):
    shown = ProductFactory(published=True)
    draft = ProductFactory(member=shown.member)

    assert "sitemap-products.xml" in client.get("/sitemap.xml").content.decode()
    text = client.get("/sitemap-products.xml").content.decode()

    assert draft.code not in text
    assert f"<loc>http://localhost:8000/products/{shown.code}/</loc>" in text
    assert (
        f'hreflang="en" href="http://localhost:8000/en/products/{shown.code}/"' in text
    )


def test_the_sitemap_reads_its_pages_one_by_one(
    client, monkeypatch, django_assert_num_queries
):
    goods = [ProductFactory(published=True) for _ in range(3)]
    monkeypatch.setattr(Products, "limit", 5)
    wanted = [f"{start}{each.code}/" for each in goods for start in ("/", "/en/")]

    found = []
    for page in (1, 2):
        with django_assert_num_queries(2):
            text = client.get(f"/sitemap-products.xml?p={page}").content.decode()
        found += re.findall(r"<loc>http://localhost:8000(/.*?)</loc>", text)

    assert [each.replace("products/", "") for each in found] == wanted
    assert "sitemap-products.xml?p=2" in client.get("/sitemap.xml").content.decode()
