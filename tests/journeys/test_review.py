"""A reviewer's queue: read, compared, decided on, by hand and by keys."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import expect

from members.models import Outlet
from products.models import Photo
from registry.actions import proposals, records
from registry.actions import reviewing as decisions
from registry.changes import Changes, ChildChanges
from registry.enums import Role
from registry.models import NoteTemplate
from registry.pictures import store, take_picture
from registry.storages import private_storage
from tests.factories import (
    ContactFactory,
    MemberFactory,
    OutletFactory,
    PhotoFactory,
    ProductFactory,
    ProvinceFactory,
    UserFactory,
)
from tests.journeys.axe import faults_of
from tests.journeys.market import jpeg
from tests.journeys.words import english_words

QUEUE = "review:queue"


@pytest.fixture
def waiting(officer, reviewer):
    """Three things that wait, and a note of the province."""
    texts = {"title_th": "ภาพ", "text_th": "กรุณาเพิ่มภาพถ่ายที่ชัดเจน"}
    records.create(NoteTemplate(province=ProvinceFactory(), **texts), by=None)
    owner = officer.agency
    first = MemberFactory(submitted=True, owner=owner, name_th="กลุ่มทอผ้าที่หนึ่ง")
    ContactFactory(member=first, value="+66801112222")
    published = MemberFactory(published=True, owner=owner, name_th="กลุ่มเดิม")
    outlet = OutletFactory(member=published, name_th="ร้านเดิม", name_en="")
    change = Changes(
        {"name_th": "กลุ่มใหม่", "workers": 12},
        {
            "outlets": ChildChanges(
                added=(Outlet(name_th="ร้านริมโขง"),),
                changed={outlet.pk: {"name_th": "ร้านใหม่"}},
            )
        },
    )
    proposal = proposals.propose(published, change, by=officer, submit=True)
    last = MemberFactory(submitted=True, owner=owner, name_th="กลุ่มทอผ้าที่สาม")
    return first, proposal, last


def upload(colour):
    return SimpleUploadedFile(f"{colour}.jpg", jpeg(colour))


def at(live_server, name, *args):
    return live_server.url + reverse(name, args=args)


def heading(page):
    return page.get_by_role("heading", level=1)


def test_a_reviewer_works_through_the_queue(
    desk, live_server, sign_in, strict, waiting, reviewer
):
    first, proposal, last = waiting
    page = desk
    sign_in(reviewer, QUEUE)
    expect(page.locator(".queue__row")).to_have_count(3)
    assert english_words(page) == set()

    page.get_by_role("link", name="กลุ่มทอผ้าที่หนึ่ง").click()
    expect(heading(page)).to_contain_text("กลุ่มทอผ้าที่หนึ่ง")
    assert english_words(page) <= {"Test", "weavers"}
    page.get_by_role("button", name="แสดงข้อมูลส่วนบุคคล").click()
    expect(page.get_by_text("080-111-2222", exact=True)).to_be_visible()
    page.get_by_label("ข้อความที่ใช้บ่อย").select_option(label="ภาพ")
    note = page.get_by_label("สิ่งที่ต้องแก้ไข")
    expect(note).to_have_value("กรุณาเพิ่มภาพถ่ายที่ชัดเจน")
    note.press("End")
    note.type(" อย่างน้อยสองภาพ")
    page.get_by_role("button", name="ตีกลับพร้อมข้อความนี้").click()

    expect(heading(page)).to_contain_text("กลุ่มเดิม")
    expect(page.locator(".messages")).to_contain_text("กลุ่มทอผ้าที่หนึ่ง")
    first.refresh_from_db()
    assert first.note == "กรุณาเพิ่มภาพถ่ายที่ชัดเจน อย่างน้อยสองภาพ"

    expect(page.locator("ins").first).to_contain_text("ใหม่")
    name = page.locator(".diff").filter(has=page.get_by_role("heading", name="ชื่อ"))
    name.get_by_text("เขียนใหม่").first.click()
    name.get_by_role("textbox").first.fill("กลุ่มใหม่กว่า")
    page.get_by_label("นำส่วนนี้ไปใช้: จำนวนแรงงาน").uncheck()
    page.get_by_role("button", name="อนุมัติคำขอแก้ไข").click()

    expect(heading(page)).to_contain_text("กลุ่มทอผ้าที่สาม")
    record = type(first).objects.get(pk=proposal.object_id)
    assert (record.name_th, record.workers) == ("กลุ่มใหม่กว่า", None)
    assert set(record.outlets.values_list("name_th", flat=True)) == {
        "ร้านใหม่",
        "ร้านริมโขง",
    }
    page.get_by_role("button", name="อนุมัติและเผยแพร่").click()
    expect(page.get_by_text("ไม่มีเรื่องรอตรวจ")).to_be_visible()
    last.refresh_from_db()
    assert last.is_published


def test_it_all_works_without_scripts(
    browser, live_server, be, waiting, reviewer, browser_context_args
):
    first, _proposal, _last = waiting
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    be(reviewer, context)
    page = context.new_page()

    page.goto(at(live_server, QUEUE))
    expect(page.get_by_text("แป้นพิมพ์ลัด", exact=True)).to_be_hidden()
    page.get_by_role("link", name="กลุ่มทอผ้าที่หนึ่ง").click()
    page.get_by_label("ข้อความที่ใช้บ่อย").select_option(label="ภาพ")
    page.get_by_role("button", name="ตีกลับพร้อมข้อความนี้").click()
    expect(heading(page)).to_contain_text("กลุ่มเดิม")
    page.goto(at(live_server, QUEUE))
    page.get_by_label("เลือก “กลุ่มเดิม”").check()
    page.get_by_label("เลือก “กลุ่มทอผ้าที่สาม”").check()
    page.get_by_role("button", name="อนุมัติรายการที่เลือก").click()

    expect(page.get_by_text("อนุมัติแล้ว 2 รายการ")).to_be_visible()
    first.refresh_from_db()
    assert first.note == "กรุณาเพิ่มภาพถ่ายที่ชัดเจน"
    context.close()


def test_two_who_press_at_once(desk, live_server, be, strict, waiting, reviewer):
    first, _proposal, _last = waiting
    colleague = UserFactory(role=Role.REVIEWER, agency=reviewer.agency)
    be(reviewer)
    page = desk
    page.goto(at(live_server, QUEUE))
    page.get_by_role("link", name="กลุ่มทอผ้าที่หนึ่ง").click()
    page.get_by_label("สิ่งที่ต้องแก้ไข").fill("ขอภาพหน้าร้าน")
    decisions.approve(first, by=colleague)

    page.get_by_role("button", name="ตีกลับพร้อมข้อความนี้").click()

    expect(page.get_by_role("alert")).to_contain_text(colleague.name)
    expect(page.get_by_role("alert")).to_contain_text("อนุมัติเรื่องนี้ไปแล้ว")
    expect(page.get_by_text("ขอภาพหน้าร้าน")).to_be_visible()


def test_a_record_is_mended_before_it_is_approved(
    desk, live_server, be, strict, waiting, reviewer
):
    first, _proposal, _last = waiting
    be(reviewer)
    page = desk
    page.goto(at(live_server, QUEUE) + "?kind=members")
    page.get_by_role("link", name="กลุ่มทอผ้าที่หนึ่ง").click()

    page.get_by_role("link", name="แก้ไขก่อนอนุมัติ").click()
    page.locator("#id_name_th").fill("กลุ่มทอผ้าบ้านนาอ้อ")
    page.locator("button.btn[name=press][value=save]").first.click()

    expect(heading(page)).to_contain_text("กลุ่มทอผ้าบ้านนาอ้อ")
    page.get_by_role("button", name="อนุมัติและเผยแพร่").click()
    # The queue is still narrowed.
    expect(heading(page)).to_contain_text("กลุ่มทอผ้าที่สาม")
    first.refresh_from_db()
    assert (first.name_th, first.status) == ("กลุ่มทอผ้าบ้านนาอ้อ", "published")


# --- Keys ------------------------------------------------------


def test_keys_lead_through_the_queue_and_to_the_decision(
    desk, live_server, be, strict, waiting, reviewer
):
    page = desk
    be(reviewer)
    page.goto(at(live_server, QUEUE))
    focus = page.locator(":focus")
    page.keyboard.press("n")
    expect(focus).to_have_text("กลุ่มทอผ้าที่หนึ่ง")
    page.keyboard.press("n")
    expect(focus).to_have_text("กลุ่มเดิม")
    page.keyboard.press("p")
    expect(focus).to_have_text("กลุ่มทอผ้าที่หนึ่ง")
    page.keyboard.press("Enter")
    expect(heading(page)).to_contain_text("กลุ่มทอผ้าที่หนึ่ง")

    page.keyboard.press("n")
    expect(heading(page)).to_contain_text("กลุ่มเดิม")
    page.keyboard.press("a")
    expect(focus).to_have_text("อนุมัติคำขอแก้ไข")
    page.keyboard.press("r")
    expect(page.get_by_label("สิ่งที่ต้องแก้ไข")).to_be_focused()
    # In a box they are letters.
    page.keyboard.type("nap?")
    expect(page.get_by_label("สิ่งที่ต้องแก้ไข")).to_have_value("nap?")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_text("เรื่องถัดไป")).to_be_visible()
    # On the keyboard as most here have it, too.
    page.evaluate(
        """document.body.dispatchEvent(new KeyboardEvent(
            "keydown", {key: "ย", code: "KeyP", bubbles: true}))"""
    )
    expect(heading(page)).to_contain_text("กลุ่มทอผ้าที่หนึ่ง")


def test_keys_are_turned_off_and_stay_off(
    desk, live_server, be, strict, waiting, reviewer
):
    page = desk
    be(reviewer)
    page.goto(at(live_server, QUEUE))
    page.get_by_text("แป้นพิมพ์ลัด", exact=True).click()
    page.get_by_role("button", name="ปิดแป้นพิมพ์ลัด").click()
    expect(page.get_by_role("button", name="เปิดแป้นพิมพ์ลัด")).to_be_visible()

    page.get_by_role("link", name="กลุ่มทอผ้าที่หนึ่ง").click()
    expect(heading(page)).to_contain_text("กลุ่มทอผ้าที่หนึ่ง")
    for key in ("n", "a", "?"):
        page.keyboard.press(key)
    expect(heading(page)).to_contain_text("กลุ่มทอผ้าที่หนึ่ง")
    expect(page.get_by_text("เรื่องถัดไป")).to_be_hidden()

    page.get_by_text("แป้นพิมพ์ลัด", exact=True).click()
    page.get_by_role("button", name="เปิดแป้นพิมพ์ลัด").click()
    page.locator("h1").click()
    page.keyboard.press("n")
    expect(heading(page)).to_contain_text("กลุ่มเดิม")


# --- Old and new ------------------------------------------------------


def test_pictures_are_compared_as_pictures(
    desk, live_server, be, strict, officer, reviewer
):
    product = ProductFactory(published=True, member__owner=officer.agency)
    old, new = (
        store(take_picture(upload(colour)), private_storage()).as_json()
        for colour in ("red", "green")
    )
    photo = PhotoFactory(product=product, picture=old, position=0)
    photos = ChildChanges(
        added=(Photo(picture=new, alt_th="ผ้าลายใหม่", position=0),),
        removed=frozenset({photo.pk}),
    )
    change = Changes(children={"photos": photos})
    proposal = proposals.propose(product, change, by=officer, submit=True)
    be(reviewer)
    page = desk

    page.goto(at(live_server, "review:proposal", proposal.pk))

    shown = page.locator(".diff img")
    expect(shown).to_have_count(2)
    for number in range(2):
        shown.nth(number).scroll_into_view_if_needed()
        assert shown.nth(number).evaluate(
            "image => image.decode().then(() => image.naturalWidth)"
        )


def test_every_page_of_review_is_sound(
    page, live_server, be, strict, waiting, reviewer, officer
):
    first, proposal, last = waiting
    record = type(first).objects.get(pk=proposal.object_id)
    own = records.submit(MemberFactory(), by=reviewer)
    decided = MemberFactory(submitted=True)
    decisions.approve(decided, by=reviewer)
    records.edit(record, Changes({"name_th": "กลุ่มระหว่างนั้น"}), by=None)
    decisions.take_over(last, by=reviewer)
    UserFactory(role=Role.REVIEWER, agency=reviewer.agency)
    be(reviewer)
    page.set_default_timeout(15_000)

    def open_all(page):
        page.evaluate(
            "document.querySelectorAll('main details').forEach(e => { e.open = true; })"
        )

    def send_empty(page):
        page.get_by_role("button", name=re.compile("ตีกลับพร้อม|Return with")).click()

    def approve_unpicked(page):
        page.get_by_role("button", name=re.compile("อนุมัติคำขอ|Approve the")).click()

    looked = [
        (at(live_server, QUEUE), open_all),
        (at(live_server, QUEUE) + "?kind=proposals&taken=me", None),
        (at(live_server, "review:record", "members", first.pk), open_all),
        (at(live_server, "review:record", "members", last.pk), send_empty),
        (at(live_server, "review:record", "members", own.pk), None),
        (at(live_server, "review:record", "members", decided.pk), None),
        (at(live_server, "review:proposal", proposal.pk), open_all),
        (at(live_server, "review:proposal", proposal.pk), approve_unpicked),
    ]
    found = [
        fault for address, act in looked for fault in faults_of(page, address, act)
    ]
    assert found == []
