"""An official takes the list away: what is in the file is what is in the register."""

import csv
import io

from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from products.models import Product
from registry.models import ExportRun
from registry.thai.dates import format_date
from tests.factories import ProductFactory
from tests.journeys.market import fill_market
from tests.reports.test_files import without_days

HEADINGS = [
    *("รหัส", "ชื่อภาษาไทย", "ชื่อภาษาอังกฤษ", "รหัสผู้ผลิต", "ผู้ผลิต", "หมวดหมู่"),
    *("ประเภท OTOP", "ของกินได้", "ราคาตั้งแต่ (บาท)", "ราคาถึง (บาท)", "หน่วย"),
    *("ระดับดาว", "ปี พ.ศ. ที่ได้ดาว", "เครื่องหมายรับรองที่ยังมีผล", "ฤดูกาล"),
    *("อำเภอ", "จังหวัด", "สถานะ", "วันที่เผยแพร่"),
    *("มีชื่อและเรื่องราวครบสองภาษา", "มีภาพถ่าย"),
]


def yes(fact):
    return "ใช่" if fact else "ไม่ใช่"


def in_the_register(product):
    """Return the cells of a product, read from the database field by field."""
    member, rating = product.member, product.ratings.order_by("-round__year").first()
    marks = product.certificates.filter(expires_on__year=2099)
    texts = (product.name_th, product.name_en, product.story_th, product.story_en)
    return [
        *(product.code, product.name_th, product.name_en, member.code, member.name_th),
        *(product.category.name_th, product.get_otop_type_display()),
        *(yes(product.is_edible), float(product.price_min)),
        *(float(product.price_max) if product.price_max else "", product.unit_th),
        *(
            float(rating.stars) if rating else "",
            str(rating.round.year) if rating else "",
        ),
        ", ".join(marks.values_list("mark__abbreviation_th", flat=True)),
        "มี.ค., เม.ย., พ.ค., มิ.ย." if product.season else "ตลอดปี",
        *(product.district.name_th, "เลย", "เผยแพร่"),
        format_date(product.published_at, "numeric"),
        *(yes(all(texts)), yes(product.photos.exists())),
    ]


def taken(page, label):
    """Press a button that sends a file; return the file's name and content."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=label).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_an_official_filters_the_goods_and_takes_them_away_cell_by_cell(
    desk, live_server, official, sign_in, strict
):
    page = desk
    fill_market()
    ProductFactory(name_th="ร่างของลำพูน", member__district__code="5101")
    ProductFactory(name_th="ร่างที่ยังไม่เผยแพร่")
    sign_in(official, "reports:list")
    page.locator("main").get_by_role("link", name="ทะเบียนผลิตภัณฑ์").click()
    expect(page.locator("main")).not_to_contain_text("ร่างของลำพูน")

    page.get_by_label("สถานะ").select_option(label="เผยแพร่")
    page.get_by_role("button", name="แสดงรายการ").click()
    expect(page.locator("main")).not_to_contain_text("ร่างที่ยังไม่เผยแพร่")
    name, workbook = taken(page, "ดาวน์โหลด XLSX")
    _, text = taken(page, "ดาวน์โหลด CSV")

    goods = Product.objects.filter(province="42", status="published")
    wanted = {row.code: in_the_register(row) for row in goods}
    assert len(wanted) == 5
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    head, *rows = without_days(sheets.get_sheet_by_index(0).to_python())
    assert name.startswith("ทะเบียนผลิตภัณฑ์_เลย_25")
    assert head == HEADINGS
    assert {row[0]: row for row in rows} == wanted
    about = sheets.get_sheet_by_index(1).to_python()
    assert ["สถานะ", "เผยแพร่"] in about
    assert any(official.name_th in said for _, said in about)

    head, *rows = csv.reader(io.StringIO(text.decode("utf-8-sig")))
    assert head == HEADINGS
    assert {row[0]: [as_number(cell) for cell in row] for row in rows} == {
        code: [as_number(cell) for cell in row] for code, row in wanted.items()
    }
    assert ExportRun.objects.filter(by=official).count() == 2


def as_number(cell):
    """Return a cell as a number where it is one: "60" and 60.0 are the same."""
    try:
        return float(cell)
    except ValueError:
        return cell
