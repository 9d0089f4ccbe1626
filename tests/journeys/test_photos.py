"""Photos of a product: dropped or chosen, ordered, kept; with scripts and without."""

import base64
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from products.models import Photo, Product
from tests.factories import MemberFactory, PhotoFactory, ProductFactory
from tests.journeys.axe import faults_of
from tests.journeys.market import jpeg

COLOURS = ("darkred", "navy", "darkgreen")


@pytest.fixture
def product(officer):
    member = MemberFactory(owner=officer.agency, published=True)
    return ProductFactory(member=member, name_th="หน้ากากผีตาโขน")


@pytest.fixture
def files(tmp_path):
    """Return three real photographs and one that is none."""
    made = []
    for number, colour in enumerate(COLOURS, start=1):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(jpeg(colour))
        made.append(str(path))
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"<html><script>alert(1)</script></html>")
    return made, str(bad)


def form_of(live_server, product):
    return live_server.url + reverse("workspace:edit", args=["products", product.pk])


def shown(page):
    """Return the rows of photos a person sees."""
    return page.locator("[data-photos] .photo:not(.photo--new)")


def choose(page, paths):
    page.locator("[data-choose]").set_input_files(paths)


def saved_words():
    rows = Photo.objects.order_by("position", "pk")
    return list(rows.values_list("alt_th", flat=True))


def save(page):
    page.get_by_role("button", name="บันทึกร่าง").click()
    page.wait_for_load_state()
    expect(page.locator(".error-summary")).to_have_count(0)


def test_photos_are_chosen_described_ordered_and_saved(
    page, live_server, product, officer, files, be, strict
):
    be(officer)
    page.goto(form_of(live_server, product))

    choose(page, files[0])

    expect(shown(page).locator(".upload__shown")).to_have_count(3)
    for number in range(3):
        row = shown(page).nth(number)
        expect(row.locator("legend")).to_have_text(f"ภาพที่ {number + 1} จาก 3 ภาพ")
        row.locator("[name$=alt_th]").fill(f"ภาพ {number + 1}")
        row.locator("[name$=alt_en]").fill(f"Photo {number + 1}")
    # The last comes first, by keyboard alone.
    up = shown(page).nth(2).get_by_role("button", name="เลื่อนขึ้น")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_text("เลื่อนขึ้น")
    page.keyboard.press("Enter")
    expect(shown(page).nth(0).locator("[name$=alt_th]")).to_have_value("ภาพ 3")
    expect(page.locator("#announcer")).to_have_text("ภาพที่ 1 จาก 3 ภาพ")
    save(page)

    assert saved_words() == ["ภาพ 3", "ภาพ 1", "ภาพ 2"]
    expect(shown(page).locator(".photo__kept")).to_have_count(3)
    product.refresh_from_db()
    assert product.cover["alt_th"] == "ภาพ 3"


def test_photos_are_ordered_by_dragging_and_one_is_deleted(
    page, live_server, product, officer, be, strict
):
    # So high that the mouse reaches every photo without scrolling.
    page.set_viewport_size({"width": 1280, "height": 3600})
    for number in range(3):
        PhotoFactory(product=product, alt_th=f"ภาพ {number}", position=number)
    be(officer)
    page.goto(form_of(live_server, product))

    grips = page.locator("[data-photos] .photo:not(.photo--new) [data-grip]")
    grips.nth(2).drag_to(grips.nth(0))

    expect(shown(page).nth(0).locator("[name$=alt_th]")).to_have_value("ภาพ 2")
    shown(page).nth(1).get_by_label("ลบภาพนี้เมื่อบันทึก").check()
    save(page)
    assert saved_words() == ["ภาพ 2", "ภาพ 1"]


def test_photos_are_dropped_and_what_is_none_gets_a_sentence(
    page, live_server, product, officer, files, be, seen
):
    good, bad = files
    be(officer)
    page.goto(form_of(live_server, product))
    contents = [
        (path.name, base64.b64encode(path.read_bytes()).decode())
        for path in (Path(good[0]), Path(bad))
    ]

    page.evaluate(
        """(files) => {
            const dropped = new DataTransfer();
            for (const [name, content] of files) {
                const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
                dropped.items.add(new File([bytes], name, { type: 'image/jpeg' }));
            }
            const zone = document.querySelector('[data-drop]');
            zone.dispatchEvent(new DragEvent('drop',
                { bubbles: true, cancelable: true, dataTransfer: dropped }));
        }""",
        contents,
    )

    expect(shown(page).locator(".upload__shown")).to_have_count(1)
    errors = page.locator("[data-photos-errors] li")
    expect(errors).to_have_count(1)
    expect(errors).to_contain_text("bad.jpg")
    save(page)
    assert Photo.objects.count() == 1
    # Chromium tells of the refused request; nothing else went wrong.
    assert all("400" in each for each in seen), seen


def test_a_photo_is_still_there_after_the_page_was_closed(
    page, live_server, product, officer, files, be, strict
):
    be(officer)
    page.goto(form_of(live_server, product))
    choose(page, files[0][:1])
    expect(shown(page).locator(".upload__shown")).to_have_count(1)
    shown(page).locator("[name$=alt_th]").fill("ยังไม่ได้บันทึก")
    expect(page.locator("[data-said]")).not_to_be_empty(timeout=15_000)

    page.goto("about:blank")
    page.goto(form_of(live_server, product))

    expect(shown(page)).to_have_count(1)
    expect(shown(page).locator("[name$=alt_th]")).to_have_value("ยังไม่ได้บันทึก")
    expect(shown(page).locator(".upload__shown")).to_be_visible()
    save(page)
    assert saved_words() == ["ยังไม่ได้บันทึก"]


def test_without_scripts_photos_go_with_the_form_and_survive_its_errors(
    new_context, live_server, product, officer, files, be
):
    where = new_context(java_script_enabled=False)
    be(officer, where)
    page = where.new_page()
    page.goto(form_of(live_server, product))
    for number in range(2):
        row = page.locator("[data-photos] .photo").nth(number)
        row.locator("input[type=file]").set_input_files(files[0][number])
        row.locator("[name$=alt_th]").fill(f"ภาพ {number}")
        row.locator("[name$=position]").fill(str(2 - number))
    page.locator("[name=price_min]").fill("-5")

    page.get_by_role("button", name="บันทึกร่าง").click()

    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("[data-photos] .upload__shown")).to_have_count(2)
    page.locator("[name=price_min]").fill("250")
    save(page)
    assert saved_words() == ["ภาพ 1", "ภาพ 0"]
    first = page.locator("[data-photos] .photo").nth(0)
    first.get_by_label("ลบภาพนี้เมื่อบันทึก").check()
    save(page)
    assert saved_words() == ["ภาพ 0"]
    assert Product.objects.get().cover["alt_th"] == "ภาพ 0"


@pytest.mark.parametrize("slug", ["products", "members"])
def test_the_forms_are_sound(page, live_server, product, officer, be, slug):
    PhotoFactory(product=product)
    row = product if slug == "products" else product.member
    be(officer)
    address = reverse("workspace:edit", args=[slug, row.pk])

    def open_a_row(page):
        for part in ("certificates", "signed_consents"):
            button = page.locator(f'button[value="add-{part}"]')
            if button.count():
                button.click()

    assert faults_of(page, live_server.url + address, open_a_row) == []
