"""In a browser: choices swap the results in place, and plain forms do the same."""

import pytest
from playwright.sync_api import expect

from tests.factories import (
    CategoryFactory,
    DistrictFactory,
    PhotoFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shelves(live_server):
    """Three goods on two shelves, and their catalogue's address."""
    edible = CategoryFactory(code="edible")
    sweets = CategoryFactory(code="sweets", parent=edible, name_th="ขนม")
    drinks = CategoryFactory(code="drinks", parent=edible, name_th="เครื่องดื่ม")
    DistrictFactory(code="4205")
    ProductFactory(published=True, name_th="ถั่ว", category=sweets, price_min=35)
    ProductFactory(published=True, name_th="น้ำตาลสด", category=drinks, price_min=120)
    ProductFactory(published=True, name_th="ขนมเทียน", category=sweets, price_min=120)
    return f"{live_server.url}/products/"


def names(page):
    return page.locator("#results .card__name")


def test_choices_swap_results_counts_and_address(page, shelves, strict):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(shelves)

    page.get_by_label("100–299 บาท").check()
    expect(names(page)).to_have_text(["ขนมเทียน", "น้ำตาลสด"])
    expect(page).to_have_url(f"{shelves}?price=2")
    expect(page.get_by_label("100–299 บาท")).to_be_focused()

    page.locator("#shelves").get_by_role("link", name="ขนม 1").click()
    expect(names(page)).to_have_text(["ขนมเทียน"])
    expect(page).to_have_url(f"{shelves}?category=sweets&price=2")
    expect(page.locator("#shelves [aria-current]")).to_contain_text("ขนม")

    page.locator("[name=q]").fill("ถั่ว")
    page.locator("[name=q]").press("Enter")
    expect(page.locator(".count")).to_have_text("ไม่พบรายการ")
    page.get_by_role("link", name="ราคา 1").click()
    expect(names(page)).to_have_text(["ถั่ว"])

    page.go_back()
    page.go_back()
    expect(names(page)).to_have_text(["ขนมเทียน"])


def test_form_works_without_scripts(new_context, shelves):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(shelves)

    page.get_by_text("ตัวกรองและการเรียง").click()
    page.get_by_label("ต่ำกว่า 100 บาท").check()
    page.get_by_role("button", name="แสดงรายการ").click()

    expect(names(page)).to_have_text(["ถั่ว"])
    page.get_by_role("link", name="ล้างทั้งหมด").click()
    expect(names(page)).to_have_count(3)


def test_small_photos_move_the_strip(page, live_server, strict):
    product = ProductFactory(published=True)
    PhotoFactory(product=product)
    PhotoFactory(product=product, alt_th="ด้านหลัง")
    page.goto(live_server.url + product.get_absolute_url())

    page.locator(".thumbs a").nth(1).click()

    expect(page.locator("#photo-2")).to_be_in_viewport(ratio=0.9)
