"""An officer's day: a producer from an empty form on a phone to its published page."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from members.models import Member
from registry.actions import proposals, records
from registry.enums import ProposalState, RecordStatus
from registry.models import FormDraft, Proposal
from tests.factories import MemberFactory, SubdistrictFactory
from tests.journeys.axe import faults_of
from tests.journeys.market import jpeg
from tests.journeys.words import english_words

SAVE_DRAFT = "บันทึกร่าง"
SUBMIT = "บันทึกและส่งตรวจ"
NAME = "กลุ่มทอผ้าฝ้ายบ้านริมโขง"
STORY = "ทอผ้าฝ้ายริมแม่น้ำโขงมาสามชั่วคน"


@pytest.fixture
def places(db):
    SubdistrictFactory(code="420301", postcode="42110")


@pytest.fixture
def plain(new_context, live_server):
    """A phone on which no scripts run."""
    return new_context(java_script_enabled=False).new_page()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def photograph(colour):
    name = f"{colour}.jpg"
    return {"name": name, "mimeType": "image/jpeg", "buffer": jpeg(colour)}


def address_of(live_server, name, *args):
    return live_server.url + reverse(f"workspace:{name}", args=args)


def fill_in(page):
    page.get_by_label("ชื่อ (ภาษาไทย)").first.fill(NAME)
    page.get_by_label("ตำบล", exact=False).first.fill("420301")
    page.get_by_label("เรื่องราว (ภาษาไทย)").fill(STORY)


def decide(member, reviewer):
    """Return what was submitted, as a reviewer does, with a note."""
    records.send_back(member, by=reviewer, note="โปรดเพิ่มชื่อภาษาอังกฤษ")


# --- With scripts -------------------------------------------------------------------


def test_an_officer_enters_loses_mends_and_proposes(
    page, live_server, officer, reviewer, places, sign_in, strict
):
    add = address_of(live_server, "add", "members")
    sign_in(officer, "workspace:home")
    page.get_by_role("link", name="เพิ่มสมาชิก").click()
    page.wait_for_url(add)
    fill_in(page)
    page.get_by_label("เลขประจำตัวประชาชน", exact=False).first.fill("3100600445635")
    page.get_by_label("รูปใหม่").set_input_files(photograph("darkred"))
    expect(page.get_by_alt_text("ไฟล์ที่ท่านเลือก")).to_be_visible()

    # It is kept while it is typed; then the phone dies.
    expect(page.locator("[data-said]")).to_contain_text("น.", timeout=15_000)
    kept = FormDraft.objects.get()
    assert "3100600445635" not in kept.body
    context = page.context
    page.close()
    page = context.new_page()
    page.goto(address_of(live_server, "home"))
    expect(page.locator("#unsent")).to_contain_text(NAME)
    page.locator("#unsent").get_by_role("link").click()
    expect(page.get_by_label("เรื่องราว (ภาษาไทย)")).to_have_value(STORY)
    expect(page.get_by_alt_text("ไฟล์ที่ท่านเลือก")).to_be_visible()
    assert english_words(page) == set()

    press(page, SUBMIT)
    page.wait_for_url(lambda url: url != add)
    member = Member.objects.get()
    assert (member.status, member.owner) == (RecordStatus.SUBMITTED, officer.agency)
    assert member.portrait
    assert not FormDraft.objects.exists()
    assert english_words(page) == set()

    # It comes back with a note, is mended, and goes again.
    decide(member, reviewer)
    page.goto(address_of(live_server, "home"))
    expect(page.locator("#returned")).to_contain_text("โปรดเพิ่มชื่อภาษาอังกฤษ")
    page.locator("#returned").get_by_role("link", name=NAME, exact=True).click()
    page.get_by_label("ชื่อ (ภาษาอังกฤษ)").first.fill("Ban Rim Khong Cotton Weavers")
    press(page, SUBMIT)
    expect(page.locator(".message--success")).to_be_visible()
    member.refresh_from_db()
    assert member.status == RecordStatus.SUBMITTED
    records.publish(member, by=reviewer)

    # What is public changes only by a proposal.
    page.goto(address_of(live_server, "edit", "members", member.pk))
    page.get_by_label("เรื่องราว (ภาษาไทย)").fill("เรื่องใหม่")
    page.get_by_label("เหตุผลที่แก้ไข").fill("เล่าให้ครบ")
    press(page, SUBMIT)
    expect(page.locator(".message--success")).to_be_visible()
    assert english_words(page) == set()
    member.refresh_from_db()
    assert member.story_th == STORY
    proposal = Proposal.objects.get()
    assert proposal.stage == ProposalState.SUBMITTED
    proposals.accept(proposal, by=reviewer)
    member.refresh_from_db()
    assert member.story_th == "เรื่องใหม่"


def test_what_is_typed_without_a_connection_is_kept_when_it_is_back(
    page, context, live_server, officer, be
):
    member = MemberFactory(owner=officer.agency)
    be(officer)
    page.goto(address_of(live_server, "edit", "members", member.pk))
    context.set_offline(True)

    page.get_by_label("เรื่องราว (ภาษาไทย)").fill(STORY)
    said = page.locator("[data-said]")
    expect(said).to_contain_text("ขาดการเชื่อมต่อ")
    press(page, SAVE_DRAFT)
    expect(page.get_by_label("เรื่องราว (ภาษาไทย)")).to_have_value(STORY)
    assert not FormDraft.objects.exists()
    context.set_offline(False)

    expect(said).to_contain_text("เก็บข้อมูลที่ท่านกรอก", timeout=20_000)
    press(page, SAVE_DRAFT)
    expect(page.locator(".message--success")).to_be_visible()
    member.refresh_from_db()
    assert member.story_th == STORY
    assert not FormDraft.objects.exists()


def test_rows_are_added_and_leave_nothing_half_kept(
    page, live_server, officer, be, strict
):
    member = MemberFactory(owner=officer.agency)
    be(officer)
    page.goto(address_of(live_server, "edit", "members", member.pk))
    part = page.locator("#part-contacts")
    before = part.locator("[data-row]").count()

    part.get_by_role("button", name="เพิ่มอีกรายการ").click()

    expect(part.locator("[data-row]")).to_have_count(before + 1)
    row = part.locator("[data-row]").last
    row.get_by_label("ประเภท").select_option(label="โทรศัพท์ร้าน")
    row.get_by_label("รายละเอียดการติดต่อ").fill("042-000-001")
    expect(row.get_by_role("button", name="เลือกวันที่").first).to_be_visible()
    press(page, SAVE_DRAFT)
    expect(page.locator(".message--success")).to_be_visible()
    assert [each.value for each in member.contacts.all()] == ["+6642000001"]


# --- Without scripts ----------------------------------------------------------------


def test_the_same_without_scripts(plain, live_server, officer, reviewer, places, be):
    page = plain
    be(officer, page.context)
    page.goto(address_of(live_server, "add", "members"))
    page.get_by_label("เรื่องราว (ภาษาไทย)").fill(STORY)
    page.get_by_label("รูปใหม่").set_input_files(photograph("navy"))

    # Another line, and a refusal: both keep what was typed, and the picture.
    part = page.locator("#part-contacts")
    before = part.locator("[data-row]").count()
    part.get_by_role("button", name="เพิ่มอีกรายการ").click()
    expect(page.locator("#part-contacts [data-row]")).to_have_count(before + 1)
    expect(page.get_by_label("เรื่องราว (ภาษาไทย)")).to_have_value(STORY)
    press(page, SAVE_DRAFT)
    expect(page.locator(".error-summary a").first).to_have_attribute(
        "href", "#id_name_th"
    )
    expect(page.get_by_alt_text("ไฟล์ที่ท่านเลือก")).to_be_visible()
    fill_in(page)
    press(page, SAVE_DRAFT)
    member = Member.objects.get()
    assert (member.status, member.story_th) == (RecordStatus.DRAFT, STORY)
    assert member.portrait

    page.goto(address_of(live_server, "list", "members"))
    page.get_by_role("button", name="ส่งตรวจ").click()
    member.refresh_from_db()
    assert member.status == RecordStatus.SUBMITTED
    decide(member, reviewer)
    page.goto(address_of(live_server, "edit", "members", member.pk))
    expect(page.locator("main")).to_contain_text("โปรดเพิ่มชื่อภาษาอังกฤษ")
    page.get_by_label("ชื่อ (ภาษาอังกฤษ)").first.fill("Ban Rim Khong Weavers")
    press(page, SUBMIT)
    member.refresh_from_db()
    assert member.status == RecordStatus.SUBMITTED
    records.publish(member, by=reviewer)

    page.goto(address_of(live_server, "edit", "members", member.pk))
    page.get_by_label("เรื่องราว (ภาษาไทย)").fill("เรื่องใหม่")
    press(page, "บันทึกคำขอแก้ไข")
    page.get_by_label("เหตุผลที่แก้ไข").fill("เล่าให้ครบ")
    press(page, SUBMIT)
    assert Proposal.objects.get().stage == ProposalState.SUBMITTED
    press(page, "เรียกกลับ")
    page.locator("summary", has_text="ยกเลิกคำขอแก้ไข").click()
    press(page, "ยกเลิกคำขอแก้ไขนี้")
    assert Proposal.objects.get().stage == ProposalState.DROPPED


# --- For everybody ------------------------------------------------------------------


def test_the_pages_are_sound(page, live_server, officer, reviewer, be, strict):
    by = {"owner": officer.agency}
    draft = MemberFactory(**by)
    MemberFactory(returned=True, **by)
    public = MemberFactory(published=True, **by)
    be(officer)
    page.set_default_timeout(15_000)
    found = []
    for address in (
        reverse("workspace:home"),
        reverse("workspace:list", args=["members"]),
        reverse("workspace:add", args=["products"]),
        reverse("workspace:edit", args=["members", draft.pk]),
        reverse("workspace:edit", args=["members", public.pk]),
        reverse("workspace:history", args=["members", public.pk]),
        reverse("workspace:withdraw", args=["members", draft.pk]),
    ):
        found += faults_of(page, live_server.url + address)

    def send_empty(page):
        page.locator("#id_name_th").fill("")
        page.locator("button[name=press][value=save]").last.click()

    address = live_server.url + reverse("workspace:add", args=["members"])
    found += faults_of(page, address, send_empty)
    assert found == []
