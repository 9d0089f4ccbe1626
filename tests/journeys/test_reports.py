"""An official takes reports away: at once, and from a worker when they are large."""

import pytest
from playwright.sync_api import expect

from registry import jobs
from registry.models import ExportRun
from tests.factories import MemberFactory
from tests.journeys.test_official import taken


@pytest.fixture
def small(settings):
    """Call two rows a large file."""

    def lower():
        settings.EXPORT_ROWS = 1

    return lower


def test_a_report_is_filtered_taken_saved_and_a_large_one_followed(
    desk, live_server, official, sign_in, strict, small
):
    page = desk
    for name in ("กลุ่มหนึ่ง", "กลุ่มสอง"):
        MemberFactory(name_th=name, published=True)
    MemberFactory(name_th="ร่างที่ยังไม่เผยแพร่")
    sign_in(official, "reports:list")
    main = page.locator("main")
    main.get_by_role("link", name="ทะเบียนสมาชิก").click()
    page.get_by_label("สถานะ").select_option(label="เผยแพร่")
    page.get_by_role("button", name="แสดงรายการ").click()
    expect(main).not_to_contain_text("ร่างที่ยังไม่เผยแพร่")

    # At once
    name, workbook = taken(page, "ดาวน์โหลด XLSX")
    assert name.endswith(".xlsx")
    assert workbook.startswith(b"PK")
    name, paper = taken(page, "ดาวน์โหลด PDF เลขไทย")
    assert name.endswith(".pdf")
    assert paper.startswith(b"%PDF")

    # Kept
    page.get_by_text("บันทึกรายงานนี้ หรือขอรับทุกเดือน").click()
    page.get_by_label("ชื่อรายงานที่บันทึก").fill("ที่เผยแพร่")
    page.get_by_role("button", name="บันทึกรายงานนี้").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ที่เผยแพร่")
    page.get_by_role("button", name="ขอรับทุกเดือน").click()
    expect(main).to_contain_text("ท่านจะได้รับอีเมลแจ้งที่อยู่ของไฟล์ XLSX ทุกต้นเดือน")

    # Large
    small()
    page.get_by_role("link", name="ดาวน์โหลด CSV").click()
    expect(main).to_contain_text("กำลังรอคิวประมวลผล")
    run = ExportRun.objects.latest("pk")
    assert jobs.do(run._meta.label, run.pk)
    # The page opens anew by itself.
    expect(page.get_by_role("heading", level=1)).to_have_text("ไฟล์พร้อมแล้ว")
    name, text = taken(page, "ดาวน์โหลด CSV")
    assert name.endswith(".csv")
    assert "กลุ่มหนึ่ง" in text.decode()
    assert "ร่างที่ยังไม่เผยแพร่" not in text.decode()
