"""A visitor asks, the agency answers, and the answer lies in the visitor's mail."""

import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from products.models import Enquiry
from registry.models import OutboxMail
from tests.factories import ContactFactory, EnquiryFactory, ProductFactory
from tests.journeys.axe import faults_of

TEXT = "เดือนละห้าร้อยผืน ส่งได้หรือไม่"


@pytest.fixture(autouse=True)
def outbox(settings):
    """Let mails become rows, as in life."""
    settings.EMAIL_BACKEND = "registry.outbox.OutboxBackend"


@pytest.fixture
def product(officer):
    """Return a product of the officer's agency, whose maker is reached in private."""
    product = ProductFactory(published=True, member__owner=officer.agency)
    ContactFactory(member=product.member, value="080-123-4567")
    return product


@pytest.fixture
def slow(monkeypatch):
    """Let a person here type as fast as a browser test does."""
    monkeypatch.setattr("products.forms.enquiries.FASTEST", 0)


def fill_in(page):
    """Ask as a buyer does."""
    page.get_by_label("ต้องการสั่งซื้อจำนวนมาก").check()
    page.get_by_label("จำนวน", exact=False).nth(1).fill("500 ผืน")
    page.get_by_label("ประเทศปลายทางของสินค้า").fill("ญี่ปุ่น")
    page.get_by_label("ต้องการภายในวันที่").fill("2099-01-15")
    page.get_by_label("ข้อความ", exact=True).fill(TEXT)
    page.get_by_label("ชื่อของท่าน").fill("สมหญิง ใจดี")
    page.get_by_label("อีเมลสำหรับรับคำตอบ").fill("visitor@test.example")


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def visitor(request, new_context):
    """Return a phone of somebody else, also one that runs no scripts."""
    return new_context(java_script_enabled=request.param).new_page()


def test_a_buyer_asks_from_the_products_page_and_is_answered(
    visitor, page, live_server, officer, be, product, slow, strict
):
    visitor.goto(live_server.url + product.get_absolute_url())
    visitor.get_by_role("link", name="ติดต่อสอบถาม").click()
    expect(visitor.locator("main")).to_contain_text(officer.agency.name_th)
    expect(visitor.get_by_text("กรณีต้องการสั่งซื้อ")).to_be_hidden()
    fill_in(visitor)
    visitor.get_by_role("button", name="ส่งข้อความ").click()
    expect(visitor.get_by_role("heading", name="ขอบคุณ")).to_be_visible()

    enquiry = Enquiry.objects.get()
    assert (enquiry.quantity, enquiry.country) == ("500 ผืน", "ญี่ปุ่น")
    assert enquiry.wanted_on == datetime.date(2099, 1, 15)
    assert OutboxMail.objects.filter(reader=officer).count() == 1

    be(officer)
    page.goto(live_server.url + reverse("workspace:home"))
    page.get_by_role("link", name="เรื่องติดต่อสอบถาม").click()
    page.get_by_role("link", name=product.name_th).click()
    expect(page.locator("main")).to_contain_text(TEXT)
    expect(page.locator("main")).not_to_contain_text("080-123-4567")

    page.get_by_label("คำตอบ", exact=True).fill("โทรหาผู้ผลิตที่ 0801234567 ค่ะ")
    page.get_by_role("button", name="ส่งคำตอบ").click()
    expect(page.get_by_role("alert")).to_contain_text("ส่วนตัวของผู้ผลิต")
    page.get_by_label("คำตอบ", exact=True).fill("ส่งได้ค่ะ")
    page.get_by_role("button", name="ส่งคำตอบ").click()
    expect(page.locator("main")).to_contain_text("ตอบเพิ่มเติม")

    answer = OutboxMail.objects.get(to="visitor@test.example")
    assert "ส่งได้ค่ะ" in answer.body
    assert f"> {TEXT}" in answer.body


def test_what_is_wrong_is_named_and_nothing_typed_is_lost(
    visitor, live_server, product, slow
):
    visitor.goto(live_server.url + reverse("products:enquire", args=[product.code]))
    fill_in(visitor)
    visitor.get_by_label("อีเมลสำหรับรับคำตอบ").fill("nobody")
    visitor.get_by_role("button", name="ส่งข้อความ").click()

    visitor.locator(".error-summary a").click()
    expect(visitor.get_by_label("อีเมลสำหรับรับคำตอบ")).to_be_focused()
    expect(visitor.get_by_label("ข้อความ", exact=True)).to_have_value(TEXT)
    visitor.get_by_label("อีเมลสำหรับรับคำตอบ").fill("visitor@test.example")
    visitor.get_by_role("button", name="ส่งข้อความ").click()
    expect(visitor.get_by_role("heading", name="ขอบคุณ")).to_be_visible()


def test_the_pages_are_sound(page, live_server, officer, be, product, strict):
    page.set_default_timeout(15_000)
    enquiry = EnquiryFactory(product=product, text="x" * 300 + " ถามว่าอะไร " * 40)
    form = live_server.url + reverse("products:enquire", args=[product.code])

    def send_nothing(page):
        page.get_by_role("radio").nth(1).check()
        page.locator("main button[type=submit]").click()

    found = faults_of(page, form) + faults_of(page, form, send_nothing)
    found += faults_of(page, f"{form}?sent=1")
    be(officer)
    for name, args in (
        ("enquiries:list", []),
        ("enquiries:detail", [enquiry.pk]),
        ("account_mail", []),
    ):
        found += faults_of(page, live_server.url + reverse(name, args=args))

    assert found == []
