"""A messy list of an office, from its file to the register, mended, and back."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from members.models import Member
from registry import jobs
from registry.actions import imports
from registry.enums import ImportStep, RecordStatus, RunStatus
from registry.importing.kinds import kind_at
from registry.models import ImportRun
from tests.factories import MemberFactory, SubdistrictFactory
from tests.factories.importing import ImportRowFactory, ImportRunFactory
from tests.journeys.axe import AXE, WIDTHS, faults_at, faults_of
from tests.journeys.words import english_words

TITLE = "ทะเบียนกลุ่มผู้ผลิต ปี ๒๕๖๙"
HEADING = ["ที่", "รายชื่อผู้ผลิต", "ที่ตั้ง", "เบอร์โทรศัพท์", "อื่น ๆ"]
ROWS = [
    ["๑", "กลุ่มทอผ้าฝ้ายบ้านริมโขง", "เชียงคาน", "42821111", ""],
    ["๒", "กลุ่มกล้วยตากบ้านน้อย ", "ดาวอังคาร", "042-821-112", "ดี"],
]


@pytest.fixture
def places(db):
    SubdistrictFactory(code="420301", postcode="42110")


def as_file(rows, name="ทะเบียน.csv"):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return {"name": name, "mimeType": "text/csv", "buffer": text.getvalue().encode()}


def press(page, name):
    page.get_by_role("button", name=name).click()


def choose(page, column, label):
    page.locator(f"[name=column-{column}]").select_option(label=label)


def figure(page, label):
    return page.locator(".fates__one", has_text=label).locator("strong")


def work(run):
    """Do what the worker of the machine does."""
    assert jobs.do("registry.ImportRun", run.pk)


def mended(path):
    """Return the rows of an error workbook with what is wrong put right."""
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    rows = [[str(cell) for cell in row] for row in sheet.to_python()]
    assert any("ดาวอังคาร" in cell for row in rows for cell in row)
    return [[cell.replace("ดาวอังคาร", "เชียงคาน") for cell in row] for row in rows]


def test_a_messy_file_comes_in_is_mended_and_undone(
    page, live_server, officer, places, be, strict
):
    be(officer)
    page.goto(live_server.url + reverse("workspace:list", args=["members"]))
    page.get_by_role("link", name="นำเข้าจากไฟล์ Excel").click()
    page.get_by_role("link", name="เลือกไฟล์").first.click()
    page.get_by_label("ไฟล์").set_input_files(as_file([[TITLE], [], HEADING, *ROWS]))
    press(page, "ส่งและตรวจข้อมูล")

    # Two headings nobody knows: the person says what they are.
    expect(page.locator(".is-missing").first).to_be_visible()
    choose(page, 1, "ชื่อภาษาไทย")
    choose(page, 2, "อำเภอ")
    press(page, "ตรวจข้อมูล")

    # One row is good, one is not; the phone got its zero back.
    expect(figure(page, "แถวใหม่")).to_have_text("1")
    expect(figure(page, "แถวที่ต้องแก้ไข")).to_have_text("1")
    expect(page.locator("#rows")).to_contain_text("ดาวอังคาร")
    with page.expect_download() as coming:
        page.get_by_role("link", name="ดาวน์โหลดแถวที่ต้องแก้ไข").click()
    first = ImportRun.objects.get()
    page.get_by_role("link", name="ปรับแก้ให้แล้ว").click()
    expect(page.locator(".import-repairs")).to_contain_text("เลข 0")
    assert english_words(page) <= {"Excel", "csv"}

    # The good row goes in; the page waits for the worker.
    press(page, "นำเข้าเฉพาะแถวที่ถูกต้อง")
    expect(page.locator("progress")).to_be_visible()
    work(first)
    expect(page.locator(".message--success")).to_be_visible(timeout=10_000)
    member = Member.objects.get()
    assert (member.status, member.owner) == (RecordStatus.DRAFT, officer.agency)

    # The mended workbook: its columns are known by now, only the other row is new.
    page.goto(live_server.url + reverse("importing:upload", args=["members"]))
    rows = mended(coming.value.path())
    page.get_by_label("ไฟล์").set_input_files(as_file(rows, "แก้แล้ว.csv"))
    press(page, "ส่งและตรวจข้อมูล")
    expect(figure(page, "แถวใหม่")).to_have_text("1")
    expect(figure(page, "แถวที่เหมือนเดิม")).to_have_text("1")
    press(page, "นำเข้าทั้งหมด")
    second = ImportRun.objects.latest("pk")
    work(second)
    page.reload()
    expect(page.locator(".message--success")).to_be_visible()
    assert Member.objects.count() == 2

    # And back.
    page.get_by_role("link", name="ย้อนกลับการนำเข้านี้").click()
    press(page, "ย้อนกลับการนำเข้านี้")
    expect(page.locator("progress")).to_be_visible()
    work(second)
    page.reload()
    expect(page.locator(".message--info")).to_be_visible()
    second.refresh_from_db()
    assert second.stage == ImportStep.UNDONE
    assert set(Member.objects.values_list("status", flat=True)) == {
        RecordStatus.DRAFT,
        RecordStatus.WITHDRAWN,
    }


def test_the_same_without_scripts(new_context, live_server, officer, places, be):
    page = new_context(java_script_enabled=False).new_page()
    be(officer, page.context)
    page.goto(live_server.url + reverse("importing:upload", args=["members"]))
    page.get_by_label("ไฟล์").set_input_files(as_file([[TITLE], HEADING, ROWS[0]]))
    press(page, "ส่งและตรวจข้อมูล")
    choose(page, 1, "ชื่อภาษาไทย")
    choose(page, 2, "อำเภอ")
    press(page, "ตรวจข้อมูล")
    press(page, "นำเข้าทั้งหมด")
    work(ImportRun.objects.get())
    page.get_by_role("link", name="ดูความคืบหน้าล่าสุด").click()
    expect(page.locator(".message--success")).to_be_visible()
    assert Member.objects.count() == 1


def test_the_pages_are_sound(page, live_server, officer, be, strict):
    member = MemberFactory(owner=officer.agency)
    checked = ImportRunFactory(by=officer, layout="members", file_name="รายชื่อ.xlsx")
    cells = [["name_th", "กลุ่มเดิม", "กลุ่มใหม่"], ["story_th", "", "เล่า" * 40]]
    ImportRowFactory(run=checked, cells=cells, repairs=[["name_th", "ปรับแล้ว"]])
    ImportRowFactory(run=checked, fate="changed", cells=cells, object_id=member.pk)
    fault = ["name_th", "ก" * 30, "ชื่อนี้อ่านไม่ออก"]
    ImportRowFactory(run=checked, fate="bad", faults=[fault])
    told = {"model": "members.Member", "row": None, "code": "42-M-00001"}
    twin = {**told, "pk": member.pk, "label": "กลุ่มเดิม", "reason": "ชื่อเหมือนกัน"}
    ImportRowFactory(run=checked, fate="bad", cells=cells, twins=[twin, twin])
    written = ImportRunFactory(by=officer, layout="members", written=True)
    ImportRowFactory(run=written, object_id=member.pk)
    be(officer)
    page.set_default_timeout(15_000)

    def of(name, *args):
        return live_server.url + reverse(f"importing:{name}", args=args)

    def send_nothing(page):
        page.locator("main form [type=submit]").first.click()

    preview = of("run", checked.pk)
    found = faults_of(page, of("home"))
    found += faults_of(page, of("upload", "members"), send_nothing)
    found += faults_of(page, f"{preview}?fate=twins")
    found += faults_of(page, of("run", written.pk))
    # On the narrowest phone alone: what differs from those is little.
    mapping = imports.begin(
        as_file([[TITLE], HEADING, *ROWS])["buffer"],
        name="ทะเบียน.csv",
        kind=kind_at("members"),
        by=officer,
    )
    working = ImportRunFactory(
        by=officer,
        layout="members",
        step=ImportStep.CHECKING,
        status=RunStatus.RUNNING,
        work="import.check",
        beat_at=timezone.now(),
    )
    for address, shown in (
        (f"{preview}?fate=bad", ".import-value"),
        (f"{preview}?fate=changed", ".import-diff"),
        (of("columns", mapping.pk), ".import-columns"),
        (of("run", working.pk), "progress"),
        (of("undo", written.pk), ".notice"),
    ):
        page.goto(address)
        expect(page.locator(shown).first).to_be_visible()
        page.evaluate(AXE)
        found += [f"{address} {fault}" for fault in faults_at(page, min(WIDTHS))]
    assert found == []
