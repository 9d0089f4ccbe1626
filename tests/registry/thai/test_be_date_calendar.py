"""The calendar of the Buddhist era, by keyboard, by finger and by screen reader."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page, expect

STATIC = settings.BASE_DIR / "static"
PAGE = """<!doctype html><html lang="{language}"><title>Form</title><main><h1>Form</h1>
<form><label for="day">{label}</label>
<input id="day" name="day" data-be-date inputmode="numeric" value="{value}">
<div id="rows"></div></form></main></html>"""


@pytest.fixture
def open_form(page: Page, strict):
    """Show a form with one day, its calendar loaded."""

    def opened(value: str = "15/03/2555", language: str = "th") -> Page:
        label = "วันที่เข้าร่วม" if language == "th" else "Joined on"
        page.set_content(PAGE.format(language=language, value=value, label=label))
        for sheet in ("frame.css", "portal.css", "be-date.css"):
            page.add_style_tag(content=(STATIC / "css" / sheet).read_text("utf-8"))
        page.add_script_tag(content=(STATIC / "js/be-date.js").read_text("utf-8"))
        return page

    return opened


def current(page: Page) -> str:
    """Return the name of what the keyboard is on."""
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def test_the_calendar_opens_on_the_day_that_is_written(open_form):
    page = open_form()
    opener = page.get_by_role("button", name="วันที่เข้าร่วม: เปลี่ยนวันที่")

    opener.click()

    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("grid", name="มีนาคม 2555")).to_be_visible()
    assert current(page) == "วันพฤหัสบดีที่ 15 มีนาคม 2555"
    assert page.get_by_role("gridcell", selected=True).inner_text() == "15"


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("ArrowLeft", "วันพุธที่ 14 มีนาคม 2555"),
        ("ArrowRight", "วันศุกร์ที่ 16 มีนาคม 2555"),
        ("ArrowUp", "วันพฤหัสบดีที่ 8 มีนาคม 2555"),
        ("ArrowDown", "วันพฤหัสบดีที่ 22 มีนาคม 2555"),
        ("Home", "วันอาทิตย์ที่ 11 มีนาคม 2555"),
        ("End", "วันเสาร์ที่ 17 มีนาคม 2555"),
        ("PageUp", "วันพุธที่ 15 กุมภาพันธ์ 2555"),
        ("PageDown", "วันอาทิตย์ที่ 15 เมษายน 2555"),
        ("Shift+PageUp", "วันอังคารที่ 15 มีนาคม 2554"),
        ("Shift+PageDown", "วันศุกร์ที่ 15 มีนาคม 2556"),
    ],
)
def test_keys_move_as_in_every_date_picker(open_form, key, day):
    page = open_form()
    page.locator(".be-date__button").click()

    page.keyboard.press(key)

    assert current(page) == day


def test_a_month_later_the_last_day_is_not_overrun(open_form):
    page = open_form("31/01/2555")
    page.locator(".be-date__button").click()

    page.keyboard.press("PageDown")

    assert current(page) == "วันพุธที่ 29 กุมภาพันธ์ 2555"


def test_enter_writes_the_day_and_returns_to_the_button(open_form):
    page = open_form()
    page.evaluate(
        "document.addEventListener('change', () => document.title = 'changed')"
    )
    page.locator(".be-date__button").click()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.input_value("#day") == "16/03/2555"
    assert page.title() == "changed"
    assert "16 มีนาคม 2555" in current(page)


def test_escape_changes_nothing_and_returns_to_the_button(open_form):
    page = open_form()
    page.locator(".be-date__button").click()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.input_value("#day") == "15/03/2555"
    assert current(page).startswith("วันที่เข้าร่วม: เปลี่ยนวันที่")


def test_a_finger_steps_to_another_month_and_chooses(open_form):
    page = open_form()
    page.locator(".be-date__button").click()

    page.get_by_role("button", name="เดือนถัดไป").click()
    page.get_by_role("gridcell", name="13 เมษายน 2555").click()

    assert page.input_value("#day") == "13/04/2555"


def test_english_readers_get_english_months_and_write_the_same(open_form):
    page = open_form(language="en")
    page.get_by_role("button", name="Joined on: Change the date").click()

    expect(page.get_by_role("grid", name="March 2012 (B.E. 2555)")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")

    assert page.input_value("#day") == "16/03/2555"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("๑๕/๓/๒๕๕๕", "15/03/2555"),
        ("15032555", "15/03/2555"),
        ("31/02/2555", "31/02/2555"),
        ("15 มี.ค. 2555", "15 มี.ค. 2555"),
    ],
)
def test_what_is_typed_is_tidied_only_where_it_is_understood(open_form, typed, kept):
    page = open_form("")
    page.fill("#day", typed)

    page.keyboard.press("Tab")

    assert page.input_value("#day") == kept


def test_fields_that_arrive_later_get_their_button(open_form):
    page = open_form()
    page.evaluate(
        """() => {
            const rows = document.getElementById("rows");
            const field = document.createElement("input");
            field.setAttribute("data-be-date", "");
            field.setAttribute("aria-label", "new");
            rows.append(field);
            rows.dispatchEvent(new CustomEvent("formset:added", { bubbles: true }));
            rows.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
        }"""
    )

    expect(page.locator("#rows .be-date__button")).to_have_count(1)
    page.locator("#rows .be-date__button").click()
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_open_calendar_fits_a_narrow_phone_and_passes_axe(open_form, language):
    page = open_form(language=language)
    page.set_viewport_size({"width": 320, "height": 640})
    page.locator(".be-date__button").click()

    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag22aa"]})

    assert found.response["violations"] == [], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    sizes = page.locator(".be-calendar button, .be-calendar__day").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect())"
        ".filter(box => box.width < 44 || box.height < 44).length"
    )
    assert sizes == 0
