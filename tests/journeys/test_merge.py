"""A reviewer finds two records to be one, joins them, and parts them again."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from members.models import Member, Membership
from registry.actions.merging import merge
from registry.enums import Role
from registry.models import Merge
from tests.factories import (
    ClusterFactory,
    ContactFactory,
    MemberFactory,
    MembershipFactory,
    OutletFactory,
    ProductFactory,
    UserFactory,
)
from tests.journeys.axe import faults_of


@pytest.fixture
def reviewer(transactional_db):
    return UserFactory(email="reviewer@test.example", role=Role.REVIEWER)


@pytest.fixture
def pair(transactional_db):
    """Two members that are one, each with something of its own."""
    left = MemberFactory(
        published=True, name_th="กลุ่มทอผ้าบ้านนาอ้อ", name_en="", story_th="เรื่องเดิม"
    )
    right = MemberFactory(
        published=True, name_th="กลุ่มทอผ้านาอ้อ", name_en="", story_th="เรื่องใหม่"
    )
    ContactFactory(member=left, shop=True)
    ContactFactory(member=right, shop=True)
    OutletFactory(member=right)
    ProductFactory(member=right, published=True, name_th="ผ้าขาวม้านาอ้อ", name_en="")
    return left, right


def work_through(page, live_server, left, right):
    """Choose the other record, pick one part, say why, merge, and undo."""
    page.goto(live_server.url + reverse("merges:compare", args=[left.code]))
    page.get_by_role("link", name=f"เทียบกับ {right.code}").click()
    story = page.get_by_role("group", name="เรื่องราว (ภาษาไทย)")
    expect(story.get_by_role("radio").first).to_be_checked()
    story.get_by_text("เรื่องใหม่").click()
    # Without a reason nothing happens, and the pick stays.
    page.get_by_role("button", name="รวมเป็นรายการเดียว").click()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("เหตุผล")).to_be_focused()
    expect(story.get_by_role("radio").last).to_be_checked()
    page.get_by_label("เหตุผล").fill("ลงทะเบียนซ้ำ")
    page.get_by_role("button", name="รวมเป็นรายการเดียว").click()
    done = f"รวม {right.code} ไว้ใน {left.code}"
    expect(page.get_by_role("heading", level=1)).to_have_text(done)
    # The former address leads to the one producer, with everything.
    page.goto(f"{live_server.url}/members/{right.code}/")
    assert page.url.endswith(f"/members/{left.code}/")
    expect(page.get_by_text("เรื่องใหม่")).to_be_visible()
    expect(page.get_by_role("link", name="ผ้าขาวม้านาอ้อ")).to_be_visible()
    # And back.
    page.goto(live_server.url + reverse("merges:list"))
    page.get_by_role("link", name="กลุ่มทอผ้าบ้านนาอ้อ").click()
    page.get_by_label("เหตุผล").fill("เป็นคนละกลุ่ม")
    page.get_by_role("button", name="ยกเลิกการรวม").click()
    expect(page.get_by_text("กลับเป็นสองรายการตามเดิม").first).to_be_visible()
    assert Merge.objects.get().undone_at is not None
    assert Member.objects.published().count() == 2
    assert right.products.get().name_th == "ผ้าขาวม้านาอ้อ"


def test_two_records_become_one_and_two_again(
    page, live_server, be, strict, reviewer, pair
):
    be(reviewer)

    work_through(page, live_server, *pair)


def test_it_goes_without_scripts_too(browser, live_server, be, reviewer, pair):
    context = browser.new_context(java_script_enabled=False, locale="th-TH")
    be(reviewer, context)

    work_through(context.new_page(), live_server, *pair)

    context.close()


def test_due_members_are_chosen_at_once_and_renewed(
    page, live_server, be, strict, reviewer
):
    cluster = ClusterFactory()
    for _ in range(3):
        MembershipFactory(cluster=cluster, member=MemberFactory(published=True))
    be(reviewer)
    page.goto(live_server.url + reverse("renewals:list"))
    page.get_by_role("link", name=cluster.name_th).click()

    page.get_by_label("เลือกทั้งหมดในหน้านี้").check()
    page.get_by_role("checkbox").last.uncheck()
    page.get_by_role("button", name="ต่ออายุถึงปีงบประมาณ").click()

    expect(page.get_by_text("ต่ออายุแล้ว 2 ราย")).to_be_visible()
    assert Membership.objects.filter(paid_until_year=None).count() == 1


def test_enter_in_the_reason_renews_nobody(page, live_server, be, reviewer):
    row = MembershipFactory(member=MemberFactory(published=True))
    be(reviewer)
    page.goto(live_server.url + reverse("renewals:detail", args=[row.cluster.slug]))
    page.get_by_text("ให้พ้นสมาชิกภาพ …").click()

    page.get_by_label("เหตุที่พ้นสมาชิกภาพ").press("Enter")

    row.refresh_from_db()
    assert (row.paid_until_year, row.left_on) == (None, None)


def test_the_pages_are_sound(page, live_server, be, strict, reviewer, pair):
    left, right = pair
    row = MembershipFactory(member=left)
    be(reviewer)
    compare = reverse("merges:compare", args=[left.code])
    found = []
    for address in (compare, f"{compare}?with={right.code}", reverse("merges:list")):
        found += faults_of(page, live_server.url + address)
    for name, *args in (("renewals:list",), ("renewals:detail", row.cluster.slug)):
        found += faults_of(page, live_server.url + reverse(name, args=args))
    assert found == []


def test_the_page_of_a_merge_is_sound(page, live_server, be, strict, reviewer, pair):
    done = merge(*pair, by=reviewer, reason="ลงทะเบียนซ้ำ", taken={"story_th"})
    be(reviewer)
    addresses = [reverse("merges:list"), reverse("merges:detail", args=[done.pk])]

    assert [
        fault for each in addresses for fault in faults_of(page, live_server.url + each)
    ] == []
