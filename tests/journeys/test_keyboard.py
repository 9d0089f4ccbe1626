"""Everything by the keyboard alone: forms, the calendar, the way past the menu."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from members.models import Member
from tests.factories import ClusterFactory, ProductFactory, SubdistrictFactory

#: More presses than any form has fields.
MOST = 120

FOCUS = """() => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    return {
        name: one.name || "",
        text: one.textContent.trim(),
        isDressed: style.outlineStyle !== "none" || style.boxShadow !== "none",
        isInSight: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    };
}"""


def tab_to(page, is_there):
    """Press Tab until ``is_there``; return all that the keyboard came by."""
    seen = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUS))
        if is_there(seen[-1]):
            return seen
    pytest.fail(f"Not reached by Tab: {[each['name'] for each in seen]}")


def named(name):
    return lambda here: here["name"] == name


def test_a_producer_is_entered_without_a_mouse(desk, live_server, reviewer, be, strict):
    page = desk
    SubdistrictFactory(postcode="42000")
    ClusterFactory()
    be(reviewer)
    page.goto(live_server.url + reverse("admin:members_member_add"))
    # Who opens the form stands in its first field.
    expect(page.locator("[name=name_th]")).to_be_focused()

    page.keyboard.type("กลุ่มจักสานไม้ไผ่")
    seen = tab_to(page, named("producer_type"))
    page.keyboard.press("ArrowDown")
    seen += tab_to(page, named("subdistrict"))
    page.keyboard.type("กุดป่อง")
    seen += tab_to(page, lambda here: here["text"] == "เพิ่มสมาชิกภาพอีกรายการ")
    page.keyboard.press("Enter")
    expect(page.locator("[name=memberships-0-cluster]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    seen += tab_to(page, named("memberships-0-joined_on"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("[name=memberships-0-joined_on]")).not_to_have_value("")
    seen += tab_to(page, named("_save"))
    page.keyboard.press("Enter")

    expect(page.locator(".messagelist .success")).to_contain_text("กลุ่มจักสานไม้ไผ่")
    member = Member.objects.get()
    assert (member.subdistrict_id, member.postcode) == ("420101", "42000")
    assert member.memberships.count() == 1
    assert [each for each in seen if not each["isDressed"]] == []
    assert [each for each in seen if not each["isInSight"]] == []


# --- On the public pages ------------------------------------------------------------


def test_the_way_past_the_menu_is_the_first_stop(page, live_server, db, strict):
    for address in (
        reverse("home"),
        reverse("products:list"),
        reverse("account_login"),
    ):
        page.goto(live_server.url + address)
        page.keyboard.press("Tab")
        skip = page.locator("a:focus")
        expect(skip).to_have_text("ข้ามไปยังเนื้อหาหลัก")
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.querySelector('main').contains(document.activeElement)"
        )


def test_a_filter_keeps_the_keyboard_where_it_was(desk, live_server, db, strict):
    """What htmx swaps must not throw the reader back to the top of the page."""
    page = desk
    ProductFactory(published=True, price_min=90)
    ProductFactory(published=True, price_min=900)
    page.goto(live_server.url + reverse("products:list"))
    box = page.get_by_role("checkbox").first
    box.focus()

    page.keyboard.press("Space")

    expect(page.get_by_role("list", name="ตัวกรองที่เลือก")).to_be_visible()
    expect(page.locator("#filters :focus")).to_be_checked()
    assert page.evaluate(FOCUS)["isDressed"]
    assert page.evaluate(FOCUS)["isInSight"]
