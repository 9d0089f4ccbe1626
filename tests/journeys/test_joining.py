"""An agency joins, its first officer opens the account and brings a colleague."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from members.actions import accounts
from registry.actions import invitations
from registry.actions.invitations import Guest
from registry.enums import JoinState, Role
from registry.models import Agency, JoinRequest, OutboxMail, User
from tests.factories import AgencyFactory, MemberFactory, ProvinceFactory
from tests.factories.joining import filled, submitted
from tests.journeys.axe import faults_of
from tests.journeys.conftest import DESK
from tests.journeys.words import english_words

NAME = "สำนักงานพาณิชย์จังหวัดเลย"
FIRST, SECOND = "somsri@office.test.example", "sommai@office.test.example"
PASSWORDS = {FIRST: "mountain-mist-2569", SECOND: "river-and-rice-2569"}
PDF = {"name": "หนังสือนำส่ง.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
FORWARD = "บันทึกและดำเนินการต่อ"
#: What a person typed, and what buttons send, which nobody sees.
TYPED = {*re.findall("[A-Za-z]{2,}", FIRST), "pdf"}
VALUES = {"on", "later", "back", "approve", "return", "refuse"}


@pytest.fixture(autouse=True)
def post(settings):
    """Let mails wait in the outbox, as in life."""
    settings.EMAIL_BACKEND = "registry.outbox.OutboxBackend"


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def scripted(request):
    return request.param


@pytest.fixture
def browser_of(new_context, scripted):
    """Return a browser of somebody else, with or without JavaScript."""

    def opened():
        context = new_context(java_script_enabled=scripted)
        context.set_default_timeout(15_000)
        return context.new_page()

    return opened


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def mailed_link(live_server, to, part):
    """Return the address in the last mail to somebody that has ``part`` in it."""
    body = OutboxMail.objects.filter(to=to).latest("pk").body
    found = next(url for url in re.findall(r"http://\S+", body) if part in url)
    return re.sub(r"^http://[^/]+", live_server.url, found)


def open_account(page, live_server, email, name):
    """Follow an invitation, choose a password, and sign in."""
    page.goto(mailed_link(live_server, email, "/accounts/invitation/"))
    page.get_by_label("ชื่อ–สกุลของท่านภาษาไทย").fill(name)
    page.get_by_label("รหัสผ่าน", exact=True).fill(PASSWORDS[email])
    page.get_by_label("รหัสผ่านอีกครั้ง").fill(PASSWORDS[email])
    press(page, "เปิดบัญชี")
    expect(page.locator(".message--success")).to_contain_text("โปรดเข้าสู่ระบบ")
    page.get_by_label("อีเมล").fill(email)
    page.get_by_label("รหัสผ่าน", exact=True).fill(PASSWORDS[email])
    page.get_by_role("button", name="เข้าสู่ระบบ").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def fill_in(page, live_server, scripted):
    """Fill in a request up to its last step, going back once on the way."""
    page.goto(live_server.url + reverse("joining:start"))
    press(page, "เริ่มกรอกคำขอ")
    page.get_by_label("ประเภทหน่วยงาน").select_option(label="หน่วยงานระดับจังหวัด")
    box = page.get_by_label("ชื่อหน่วยงานภาษาไทย")
    if scripted:
        box.press_sequentially("พาณิชย์")
        expect(page.locator("#known")).to_contain_text("พาณิชย์จังหวัดลำพูน")
    box.fill(NAME)
    press(page, FORWARD)
    expect(page.locator(".error-summary")).to_contain_text("จังหวัด")
    expect(box).to_have_value(NAME)
    page.get_by_label("จังหวัด").select_option(label="เลย")
    press(page, FORWARD)
    page.get_by_label("ชื่อ–สกุลของท่านภาษาไทย").fill("สมศรี ทดสอบ")
    press(page, "ย้อนกลับ")
    expect(page.get_by_label("ชื่อหน่วยงานภาษาไทย")).to_have_value(NAME)
    press(page, FORWARD)
    name = page.get_by_label("ชื่อ–สกุลของท่านภาษาไทย")
    expect(name).to_have_value("สมศรี ทดสอบ")
    page.get_by_label("ตำแหน่ง").fill("นักวิชาการพาณิชย์")
    page.get_by_label("อีเมลที่ทำงาน").fill(FIRST)
    page.get_by_label("โทรศัพท์ที่ทำงาน").fill("๐๔๒-๘๑๑-๒๓๔")
    press(page, FORWARD)
    page.get_by_label("หนังสือของหน่วยงาน").set_input_files(PDF)
    press(page, FORWARD)
    page.get_by_role("checkbox").check()
    press(page, FORWARD)
    expect(page.get_by_role("heading", level=1)).to_have_text("ตรวจทานและส่ง")


def test_an_agency_joins_and_its_first_officer_brings_a_second(
    browser_of, live_server, reviewer, be, scripted
):
    AgencyFactory(name_th="สำนักงานพาณิชย์จังหวัดลำพูน", places=["51"])
    page = browser_of()
    fill_in(page, live_server, scripted)
    english = english_words(page)

    # Not before the address is confirmed.
    press(page, "ส่งคำขอ")
    expect(page.locator(".error-summary")).to_contain_text("ยืนยันอีเมล")
    page.goto(mailed_link(live_server, FIRST, "/confirm/"))
    press(page, "ใช่ เป็นอีเมลของข้าพเจ้า")
    press(page, "ส่งคำขอ")
    expect(page.locator(".message--success")).to_contain_text("ส่งคำขอเรียบร้อยแล้ว")
    english |= english_words(page)

    desk = browser_of()
    desk.set_viewport_size(DESK)
    be(reviewer, desk.context)
    desk.goto(live_server.url + reverse("joins:list"))
    expect(desk.get_by_role("link", name=NAME)).to_be_visible()
    english |= english_words(desk)
    desk.get_by_role("link", name=NAME).click()
    desk.get_by_label("ข้อความถึงผู้ยื่นคำขอ").fill("หนังสือยังไม่ได้ลงนาม")
    press(desk, "ตีกลับให้แก้ไข")
    expect(desk.locator(".message--success")).to_contain_text("ให้แก้ไขแล้ว")

    page.goto(mailed_link(live_server, FIRST, "/accounts/agency/"))
    expect(page.locator("main")).to_contain_text("หนังสือยังไม่ได้ลงนาม")
    page.get_by_role("link", name="ดำเนินการต่อ").click()
    page.get_by_role("link", name="แก้ไข – หนังสือ").click()
    page.get_by_label("หนังสือของหน่วยงาน").set_input_files(
        PDF | {"buffer": b"%PDF-1.7 signed"}
    )
    press(page, "บันทึกและตรวจทาน")
    press(page, "ส่งคำขอ")
    assert JoinRequest.objects.get().state == JoinState.SUBMITTED

    desk.goto(live_server.url + reverse("joins:list"))
    desk.get_by_role("link", name=NAME).click()
    expect(desk.get_by_role("button", name="อนุมัติ", exact=True)).to_be_visible()
    english |= english_words(desk)
    press(desk, "อนุมัติ")
    expect(desk.locator(".message--success")).to_contain_text(NAME)

    open_account(page, live_server, FIRST, "สมศรี ทดสอบ")
    page.goto(live_server.url + reverse("people:list"))
    page.get_by_label("อีเมล").fill(SECOND)
    press(page, "ส่งคำเชิญ")
    expect(page.locator("#invited")).to_contain_text(SECOND)

    colleague = browser_of()
    open_account(colleague, live_server, SECOND, "สมหมาย ทดสอบ")
    colleague.goto(live_server.url + reverse("people:list"))
    expect(colleague.locator("main")).to_contain_text("สมศรี ทดสอบ")

    agency = Agency.objects.get(name_th=NAME)
    assert set(
        User.objects.filter(agency=agency).values_list("email", "role", "is_active")
    ) == {(FIRST, Role.OFFICER, True), (SECOND, Role.OFFICER, True)}
    assert english - TYPED - VALUES == set()


def test_a_second_officer_finds_the_agency_while_typing(page, live_server, strict):
    ProvinceFactory()
    known = AgencyFactory(name_th=NAME, abbreviation_th="พณจ.เลย")
    page.goto(live_server.url + reverse("joining:start"))
    press(page, "เริ่มกรอกคำขอ")
    # A tone mark and a letter wrong: it is found as the catalogue finds goods.
    page.get_by_label("ชื่อหน่วยงานภาษาไทย").press_sequentially("สำนักงานพานิชย")
    page.get_by_role("button", name="หน่วยงานนี้").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("ผู้ยื่นคำขอ")
    assert JoinRequest.objects.get().agency == known


def test_enter_goes_on_and_picks_no_agency(page, live_server, strict):
    ProvinceFactory()
    AgencyFactory(name_th=NAME)
    page.goto(live_server.url + reverse("joining:start"))
    press(page, "เริ่มกรอกคำขอ")
    box = page.get_by_label("ชื่อหน่วยงานภาษาไทย")
    box.press_sequentially("พาณิชย์")
    expect(page.locator("#known")).to_contain_text(NAME)
    box.press("Enter")

    expect(page.locator(".error-summary")).to_be_visible()
    assert JoinRequest.objects.get().agency is None


def look(page, live_server, *addresses, act=None):
    found = []
    for address in addresses:
        found += faults_of(page, live_server.url + address, act)
    return found


def test_pages_of_the_applicant_are_accessible(page, live_server, strict):
    AgencyFactory(name_th="สนง.พาณิชย์จังหวัดเลย")
    asked = filled(name_th=NAME)
    sent = submitted()
    steps = ("agency", "person", "proof", "consent", "check")

    assert (
        look(
            page,
            live_server,
            reverse("joining:start"),
            reverse("joining:status", args=[sent.token]),
            reverse("joining:known", args=[asked.token]),
            *(reverse("joining:step", args=[asked.token, step]) for step in steps),
        )
        == []
    )


def test_pages_of_the_house_are_accessible(
    page, live_server, officer, reviewer, be, strict
):
    AgencyFactory(name_th="สนง.พาณิชย์จังหวัดเลย")
    sent = submitted(name_th=NAME)
    member = MemberFactory(published=True, owner=officer.agency)
    accounts.give(member, email="producer@test.example", by=officer)
    guest = Guest("colleague@test.example", agency=reviewer.agency)
    invitations.invite(guest, by=reviewer)
    be(reviewer)

    assert (
        look(
            page,
            live_server,
            reverse("joins:list"),
            reverse("joins:detail", args=[sent.pk]),
            reverse("people:list"),
            reverse("producer_accounts:list", args=[member.pk]),
        )
        == []
    )
