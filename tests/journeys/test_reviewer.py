"""A reviewer's day: a producer and its goods, from an empty form to the public."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Member
from products.models import Certificate, Product, StarRating
from registry.enums import RecordStatus, Role
from registry.thai.dates import format_date
from tests.factories import (
    CategoryFactory,
    MarkFactory,
    MemberFactory,
    StarRoundFactory,
    SubdistrictFactory,
    UserFactory,
)
from tests.journeys.conftest import DESK
from tests.journeys.market import jpeg
from tests.journeys.words import english_words

SAVE = "บันทึก"
SAVE_AND_STAY = "บันทึกและแก้ไขต่อ"
PUBLISH = "เผยแพร่"


@pytest.fixture
def shelf(db):
    """What the form of a product chooses from, in Thai as in life."""
    SubdistrictFactory(code="420301", postcode="42110")
    SubdistrictFactory(code="420101")
    CategoryFactory(name_th="ผ้าทอพื้นเมือง", name_en="Handwoven cloth")
    MarkFactory(
        name_th="มาตรฐานผลิตภัณฑ์ชุมชน",
        name_en="Thai Community Product Standard",
        abbreviation_th="มผช.",
        abbreviation_en="TCPS",
    )
    StarRoundFactory(year=2567, announced_on=datetime.date(2024, 8, 30))


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def part(page, title):
    """Return the box of a form under its heading."""
    return page.get_by_role("group", name=title, exact=True)


def add_row(page, title):
    """Add a row to an inline of the form, and return it."""
    box = part(page, title)
    box.get_by_role("button", name="เพิ่ม").click()
    return box.locator(".inline-related:not(.empty-form)").last


def photograph(colour):
    """Return a small real JPEG, as a browser's file box takes it."""
    name = f"{colour}.jpg"
    return {"name": name, "mimeType": "image/jpeg", "buffer": jpeg(colour)}


def next_year_by_the_picker(row):
    """Choose the fifteenth of this month in a year, without typing; return that day."""
    row.get_by_role("button", name="วันหมดอายุ: เลือกวันที่").click()
    calendar = row.page.get_by_role("dialog")
    calendar.get_by_role("button", name="ปีถัดไป").click()
    calendar.get_by_text("15", exact=True).click()
    today = timezone.localdate()
    return datetime.date(today.year + 1, today.month, 15)


def enter_member(page):
    """Fill in the empty form; the postcode comes by itself."""
    who = part(page, "ผู้ผลิต")
    who.get_by_label("ชื่อ (ภาษาไทย)").fill("กลุ่มทอผ้าฝ้ายบ้านริมโขง")
    who.get_by_label("ชื่อ (ภาษาอังกฤษ)").fill("Ban Rim Khong Cotton Weavers")
    who.get_by_label("ประเภทผู้ผลิต").select_option(label="กลุ่มผู้ผลิตชุมชน")
    where = part(page, "ที่ตั้ง")
    box = where.get_by_label("ตำบล")
    box.press_sequentially("เชียงคาน")
    suggested = where.locator("#id_subdistrict_choices option")
    expect(suggested).to_have_count(1)
    # What choosing from the browser's own list does.
    box.fill(suggested.get_attribute("value"))
    expect(where.get_by_label("รหัสไปรษณีย์")).to_have_value("42110")
    expect(where.get_by_label("อำเภอ")).to_have_value("เชียงคาน · เลย (4203)")
    row = add_row(page, "ช่องทางติดต่อ")
    row.get_by_label("ประเภท:").select_option(label="โทรศัพท์ร้าน")
    row.get_by_label("รายละเอียดการติดต่อ").fill("๐๔๒-๐๐๐-๐๐๑")
    row.get_by_label("ข้อมูลส่วนบุคคล").uncheck()


def enter_product(page, name, english, price, photo):
    """Fill in the form of a product with photo, certificate and stars.

    Returns the day on which its certificate ends.
    """
    what = part(page, "ผลิตภัณฑ์")
    what.get_by_label("ชื่อ (ภาษาไทย)").fill(name)
    what.get_by_label("ชื่อ (ภาษาอังกฤษ)").fill(english)
    what.get_by_label("หมวดหมู่").select_option(label="ผ้าทอพื้นเมือง")
    what.get_by_label("ประเภท OTOP").select_option(label="ผ้าและเครื่องแต่งกาย")
    page.get_by_label("ราคาเริ่มต้น (บาท)").fill(price)
    row = add_row(page, "ภาพถ่าย")
    row.get_by_label("ไฟล์รูป").set_input_files(photo)
    row.get_by_label("คำบรรยายภาพ (ภาษาไทย)").fill(f"{name} พับวางบนโต๊ะ")
    row = add_row(page, "ใบรับรอง")
    row.get_by_label("เครื่องหมายรับรอง").select_option(label="มาตรฐานผลิตภัณฑ์ชุมชน")
    row.get_by_label("เลขที่ใบรับรอง").fill("123/2567")
    row.get_by_role("textbox", name="วันที่ออก").fill("๑๕ มี.ค. ๒๕๖๗")
    ends_on = next_year_by_the_picker(row)
    row = add_row(page, "ผลการคัดสรรดาว")
    row.get_by_label("รอบ").select_option(label="การคัดสรร พ.ศ. 2567")
    row.get_by_label("คะแนนรวม").fill("92")
    return ends_on


def test_a_reviewer_enters_a_producer_with_two_goods_and_publishes_them(
    desk, live_server, reviewer, shelf, sign_in, strict
):
    page = desk
    sign_in(reviewer, "admin:members_member_add")
    english = english_words(page)

    enter_member(page)
    english |= english_words(page)
    press(page, SAVE_AND_STAY)
    expect(page.locator(".messagelist .success")).to_contain_text("บ้านริมโขง")
    member = Member.objects.get()
    press(page, PUBLISH)
    expect(page.locator(".messagelist .success")).to_contain_text(member.name_th)

    goods = (
        ("ผ้าห่มนวมฝ้าย", "Cotton quilt", "1200", "darkred"),
        ("ผ้าขาวม้าลายน้ำไหล", "Flowing-water loincloth", "350", "navy"),
    )
    for name, foreign, price, colour in goods:
        page.goto(
            live_server.url + reverse("admin:members_member_change", args=[member.pk])
        )
        page.locator("#content").get_by_role("link", name="เพิ่มผลิตภัณฑ์").click()
        expect(page.get_by_label("ผู้ผลิต:")).to_have_value(
            f"{member.name_th} ({member.code})"
        )
        photo = photograph(colour)
        ends_on = enter_product(page, name, foreign, price, photo)
        english |= english_words(page)
        press(page, SAVE)
        expect(page.locator(".messagelist .success")).to_contain_text(name)

    page.get_by_role("checkbox", name="เลือกทุกรายการในหน้านี้เพื่อดำเนินการ").check()
    page.get_by_label("คำสั่ง").select_option(label="เผยแพร่รายการที่เลือก")
    press(page, "ดำเนินการ")
    expect(page.locator(".messagelist .success")).to_contain_text("2")
    english |= english_words(page)

    assert english == set()
    assert set(Product.objects.values_list("name_th", "price_min", "status")) == {
        ("ผ้าห่มนวมฝ้าย", 1200, RecordStatus.PUBLISHED),
        ("ผ้าขาวม้าลายน้ำไหล", 350, RecordStatus.PUBLISHED),
    }
    assert {
        (row.number, row.issued_on, row.expires_on) for row in Certificate.objects.all()
    } == {("123/2567", datetime.date(2024, 3, 15), ends_on)}
    assert set(StarRating.objects.values_list("total", "stars")) == {(92, 5)}
    the_public_sees(page, live_server, member, ends_on)


def the_public_sees(page, live_server, member, ends_on):
    """Sign out, and find on the public pages what was entered."""
    page.context.clear_cookies()
    page.goto(live_server.url + reverse("members:detail", args=[member.code]))
    expect(page.get_by_role("heading", level=1)).to_have_text(member.name_th)
    page.get_by_role("link", name="ผ้าห่มนวมฝ้าย").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("ผ้าห่มนวมฝ้าย")
    product = page.locator(".product")
    expect(product.locator(".product__price")).to_contain_text("1,200")
    expect(product).to_contain_text("2567")
    photo = product.locator("img").first
    expect(photo).to_have_attribute("alt", "ผ้าห่มนวมฝ้าย พับวางบนโต๊ะ")
    assert photo.evaluate("image => image.naturalWidth") > 0
    marks = page.locator("#marks").locator("..")
    expect(marks).to_contain_text("123/2567")
    expect(marks).to_contain_text(format_date(ends_on))
    expect(page.get_by_role("link", name="042-000-001")).to_be_visible()


# --- Two at once --------------------------------------------------------------------


def test_the_second_of_two_who_edit_loses_nothing_that_was_typed(
    desk, new_context, live_server, reviewer, be, strict
):
    page = desk
    member = MemberFactory(name_th="กลุ่มจักสานไม้ไผ่")
    address = live_server.url + reverse("admin:members_member_change", args=[member.pk])
    be(reviewer)
    page.goto(address)
    page.get_by_label("เรื่องราว (ภาษาไทย)").fill("สานไม้ไผ่กันทั้งหมู่บ้าน")
    row = add_row(page, "จุดจำหน่าย")
    row.get_by_label("ชื่อ (ภาษาไทย)").fill("ร้านริมทาง")

    elsewhere = new_context()
    be(UserFactory(role=Role.REVIEWER), elsewhere)
    second = elsewhere.new_page()
    second.set_viewport_size(DESK)
    second.goto(address)
    second.get_by_label("เรื่องราว (ภาษาไทย)").fill("สานจากไผ่สีสุก")
    press(second, SAVE)
    expect(second.locator(".messagelist")).to_contain_text(member.name_th)
    press(page, SAVE)

    conflict = page.locator(".conflict")
    expect(conflict).to_be_visible()
    expect(conflict).to_contain_text("สานจากไผ่สีสุก")
    expect(conflict).to_contain_text("สานไม้ไผ่กันทั้งหมู่บ้าน")
    expect(page.get_by_label("เรื่องราว (ภาษาไทย)")).to_have_value("สานไม้ไผ่กันทั้งหมู่บ้าน")
    outlet = part(page, "จุดจำหน่าย").locator(".inline-related:not(.empty-form)")
    expect(outlet.get_by_label("ชื่อ (ภาษาไทย)")).to_have_value("ร้านริมทาง")
    assert english_words(page) == set()

    press(page, SAVE)

    member.refresh_from_db()
    assert member.story_th == "สานไม้ไผ่กันทั้งหมู่บ้าน"
    assert [outlet.name_th for outlet in member.outlets.all()] == ["ร้านริมทาง"]
