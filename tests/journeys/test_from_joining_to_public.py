"""The whole way: an agency joins, and what its officers write becomes public.

Every step is taken on a page, by the person whose step it is, with scripts and
without.
"""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from members.models import Member
from registry.enums import RecordStatus
from registry.models import JoinRequest, OutboxMail, Proposal
from tests.factories import SubdistrictFactory
from tests.factories.joining import submitted
from tests.journeys.conftest import DESK
from tests.journeys.market import jpeg

FIRST, SECOND = "first@office.test.example", "second@office.test.example"
PASSWORD = "mountain-mist-2569"
NAME = "กลุ่มทอผ้าฝ้ายบ้านริมโขง"
STORY, NEWER = "ทอผ้าฝ้ายริมแม่น้ำโขงมาสามชั่วคน", "เปิดให้เข้าชมทุกวันเสาร์"
NOTE = "โปรดเพิ่มชื่อภาษาอังกฤษ"
#: Of a journey of forty pages, each has its time on a busy machine.
PATIENCE = 20_000


@pytest.fixture(autouse=True)
def post(settings):
    """Let mails wait in the outbox, as in life."""
    settings.EMAIL_BACKEND = "registry.outbox.OutboxBackend"


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def browser_of(request, new_context):
    """Return a browser of somebody, with or without JavaScript."""

    def opened():
        context = new_context(java_script_enabled=request.param)
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    return opened


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def said(page, text=""):
    expect(page.locator(".message--success")).to_contain_text(text, timeout=PATIENCE)


def open_account(page, live_server, email):
    """Follow the link of an invitation, choose a password, and sign in."""
    body = OutboxMail.objects.filter(to=email).latest("pk").body
    link = next(
        url for url in re.findall(r"http://\S+", body) if "/accounts/invitation/" in url
    )
    page.goto(re.sub(r"^http://[^/]+", live_server.url, link))
    page.get_by_label("ชื่อ–สกุลของท่านภาษาไทย").fill(f"ทดสอบ {email[:6]}")
    page.get_by_label("รหัสผ่าน", exact=True).fill(PASSWORD)
    page.get_by_label("รหัสผ่านอีกครั้ง").fill(PASSWORD)
    press(page, "เปิดบัญชี")
    page.get_by_label("อีเมล").fill(email)
    page.get_by_label("รหัสผ่าน", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="เข้าสู่ระบบ").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def enter_producer(page, live_server):
    """Enter a producer with a picture as a draft; then submit it."""
    page.goto(live_server.url + reverse("workspace:add", args=["members"]))
    page.get_by_label("ชื่อ (ภาษาไทย)").first.fill(NAME)
    page.get_by_label("ตำบล", exact=False).first.fill("420301")
    page.get_by_label("เรื่องราว (ภาษาไทย)").fill(STORY)
    page.get_by_label("รูปใหม่").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg("darkred")}
    )
    press(page, "บันทึกร่าง")
    said(page)
    member = Member.objects.get()
    assert (member.status, bool(member.portrait)) == (RecordStatus.DRAFT, True)
    press(page, "บันทึกและส่งตรวจ")
    said(page)


def public_page(page, live_server, member):
    page.goto(live_server.url + reverse("members:detail", args=[member.code]))
    return page.locator("main")


def test_an_agency_joins_and_its_producer_becomes_public(
    browser_of, live_server, reviewer, be
):
    SubdistrictFactory(code="420301", postcode="42110")
    submitted(email=FIRST)
    desk, first, second = browser_of(), browser_of(), browser_of()
    desk.set_viewport_size(DESK)
    be(reviewer, desk.context)

    # The reviewer approves; the first officer comes in and brings a second.
    asked = JoinRequest.objects.get()
    desk.goto(live_server.url + reverse("joins:detail", args=[asked.pk]))
    press(desk, "อนุมัติ")
    said(desk)
    open_account(first, live_server, FIRST)
    first.goto(live_server.url + reverse("people:list"))
    first.get_by_label("อีเมล").fill(SECOND)
    press(first, "ส่งคำเชิญ")
    open_account(second, live_server, SECOND)

    # Drafted and submitted by the first, returned with a note.
    enter_producer(first, live_server)
    member = Member.objects.get()
    desk.goto(live_server.url + reverse("review:queue"))
    desk.get_by_role("link", name=NAME).click()
    desk.get_by_label("สิ่งที่ต้องแก้ไข").fill(NOTE)
    press(desk, "ตีกลับพร้อมข้อความนี้")
    said(desk)

    # Mended by the second, approved, public.
    second.goto(live_server.url + reverse("workspace:home"))
    expect(second.locator("#returned")).to_contain_text(NOTE)
    second.locator("#returned").get_by_role("link", name=NAME, exact=True).click()
    second.get_by_label("ชื่อ (ภาษาอังกฤษ)").first.fill("Ban Rim Khong Weavers")
    press(second, "บันทึกและส่งตรวจ")
    said(second)
    desk.goto(live_server.url + reverse("review:queue"))
    desk.get_by_role("link", name=NAME).click()
    press(desk, "อนุมัติและเผยแพร่")
    said(desk)
    visitor = browser_of()
    expect(public_page(visitor, live_server, member)).to_contain_text(STORY)

    # A change to it waits, unseen by the public, until it is accepted.
    second.goto(
        live_server.url + reverse("workspace:edit", args=["members", member.pk])
    )
    second.get_by_label("เรื่องราว (ภาษาไทย)").fill(NEWER)
    second.get_by_label("เหตุผลที่แก้ไข").fill("เพิ่มเวลาเปิด")
    press(second, "บันทึกและส่งตรวจ")
    said(second)
    expect(public_page(visitor, live_server, member)).to_contain_text(STORY)
    proposal = Proposal.objects.get()
    desk.goto(live_server.url + reverse("review:proposal", args=[proposal.pk]))
    expect(desk.locator("del").first).to_be_visible()
    press(desk, "อนุมัติคำขอแก้ไข")
    said(desk)
    expect(public_page(visitor, live_server, member)).to_contain_text(NEWER)
    assert OutboxMail.objects.filter(to=FIRST).count() >= 2
