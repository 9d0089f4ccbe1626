"""A tourist on a phone: finds a souvenir however it is spelt, and its maker."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.journeys.market import fill_market

NAME, ENGLISH = "กล้วยฉาบเชียงคาน", "Chiang Khan banana chips"
HEIGHT = 844
#: A wrong tone mark, a homophone, a place in other Latin letters with a slip.
SLIPS = ("กล๊วยฉาบ", "กล้วยฉาบเชียงคาณ", "chiangkan bananna")


@pytest.fixture
def market(db):
    return fill_market()


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def phone(request, new_context):
    """A phone of 390 by 844 points, with and without JavaScript."""
    context = new_context(java_script_enabled=request.param)
    context.set_default_timeout(15_000)
    return context.new_page()


def search(page, words):
    page.locator("[name=q]").fill(words)
    page.locator("[name=q]").press("Enter")


def card(page, name):
    return page.locator("#results .card").filter(has_text=name)


def test_a_tourist_finds_filters_opens_and_learns_where_to_buy(
    phone, live_server, market
):
    page = phone
    page.goto(live_server.url + reverse("products:list"))
    expect(card(page, "ผ้าห่มนวมฝ้าย")).to_be_visible()

    for words in SLIPS:
        search(page, words)
        expect(page.locator(".card").first).to_contain_text(NAME)
        expect(card(page, "ผ้าห่มนวมฝ้าย")).to_have_count(0)
        page.get_by_role("link", name="ล้างทั้งหมด").click()
        expect(card(page, "ผ้าห่มนวมฝ้าย")).to_be_visible()

    page.get_by_text("ตัวกรองและการเรียง").click()
    page.get_by_role("checkbox", name=re.compile("5 ดาว")).check()
    if page.get_by_role("button", name="แสดงรายการ").is_visible():
        page.get_by_role("button", name="แสดงรายการ").click()
    chosen = page.get_by_role("list", name="ตัวกรองที่เลือก")
    expect(chosen.get_by_text("5 ดาว")).to_be_visible()
    expect(card(page, NAME)).to_be_visible()

    card(page, NAME).get_by_role("link").click()
    it_says_where_to_buy(page, market)


def it_says_where_to_buy(page, market):
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    product = page.locator(".product")
    expect(product.locator(".product__price")).to_contain_text(re.compile("60.+120"))
    expect(product.locator(".tag--gold")).to_contain_text("2567")
    call = page.get_by_role("link", name="โทรหาผู้ผลิต")
    expect(call).to_have_attribute("href", "tel:+6642000001")
    map_ = page.get_by_role("link", name=re.compile("แผนที่"))
    expect(map_).to_have_attribute("href", re.compile("17.89.*101.66"))
    expect(page.get_by_text("hidden-from-all")).to_have_count(0)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ENGLISH)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".tag--gold").first).to_contain_text("2024")
    expect(page.get_by_role("link", name="Call the producer")).to_be_visible()


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_first_screen_shows_name_and_price_of_two_goods(
    page, live_server, market, language, strict
):
    prefix = "" if language == "th" else "/en"
    page.goto(f"{live_server.url}{prefix}/products/")

    for part in (".card__name", ".card__price"):
        boxes = [each.bounding_box() for each in page.locator(part).all()[:2]]
        assert [box["y"] + box["height"] < HEIGHT for box in boxes] == [True, True]


def test_a_search_that_finds_nothing_says_what_to_loosen(
    page, live_server, market, strict
):
    page.goto(live_server.url + reverse("products:list") + "?q=กล้วยฉาบ&stars=1")

    expect(page.get_by_role("heading", name="ไม่พบรายการ")).to_be_visible()
    page.locator(".ways-out").get_by_role("link", name=re.compile("ดาว")).click()
    expect(card(page, NAME)).to_be_visible()
