"""Files of the reports: what is read back is what the register holds."""

import csv
import io
import zipfile
from datetime import date
from urllib.parse import unquote

import openpyxl
import pytest

from members.models import Member
from products.models import Product
from registry.enums import AuditKind, RunStatus, SheetFormat
from registry.models import AuditEvent, ExportRun
from registry.sheets.writing import TooManyRows
from reports import catalogue
from reports.actions.exports import begin_export
from reports.base import cell
from reports.exports import Selection
from reports.files import csv_pieces
from tests.factories import AgencyFactory, MemberFactory, ProductFactory, UserFactory
from tests.reports.conftest import sheets

pytestmark = pytest.mark.django_db

MEMBERS = {
    "th": [
        [
            *("รหัส", "ชื่อภาษาไทย", "ชื่อภาษาอังกฤษ", "ประเภทผู้ผลิต"),
            *("รูปแบบการจดทะเบียน", "เลขทะเบียนผู้ผลิต OTOP", "ตำบล", "อำเภอ", "จังหวัด"),
            *("รหัสไปรษณีย์", "ผู้นำกลุ่มหรือเจ้าของ", "โทรศัพท์ส่วนบุคคล", "โทรศัพท์ร้าน"),
            *("จำนวนแรงงาน", "กลุ่มศักยภาพ (Quadrant)", "สถานะ", "ผลิตภัณฑ์ที่เผยแพร่"),
            *("วันที่เผยแพร่", "วันที่บันทึกเข้าทะเบียน", "หน่วยงานเจ้าของข้อมูล"),
        ],
        [
            *("42-M-00001", "กลุ่มทอผ้าบ้านทดลอง", "Trial Village Weavers"),
            *("กลุ่มผู้ผลิตชุมชน", "วิสาหกิจชุมชน", "420501-0017", "ด่านซ้าย", "ด่านซ้าย"),
            *("เลย", "42120", "นางสาวสมมติ ทดลอง", "081-234-5670, 042-811-999"),
            *("042-000-000 ต่อ 12", 24.0, "B: เอกลักษณ์สร้างคุณค่า", "เผยแพร่", 1.0),
            *("21/11/2569", "21/11/2569", "สำนักงานอุตสาหกรรมทดสอบ"),
        ],
    ],
    "en": [
        [
            *("Code", "Name (Thai)", "Name (English)", "Kind of producer"),
            *("Legal form", "OTOP registration number", "Subdistrict", "District"),
            *("Province", "Postcode", "Leader", "Personal telephone"),
            *("Shop telephone", "Workers", "Quadrant", "Status", "Published goods"),
            *("Published on", "Entered on", "Owner agency"),
        ],
        [
            *("42-M-00001", "กลุ่มทอผ้าบ้านทดลอง", "Trial Village Weavers"),
            *("Community producer group", "Community enterprise", "420501-0017"),
            *("Dan Sai", "Dan Sai", "Loei", "42120", "นางสาวสมมติ ทดลอง"),
            *("081-234-5670, 042-811-999", "042-000-000 ext. 12", 24.0),
            *("B: unique value", "Published", 1.0, "2026-11-21", "2026-11-21"),
            "Test Industry Office",
        ],
    ],
}
PRODUCTS = {
    "th": [
        [
            *("รหัส", "ชื่อภาษาไทย", "ชื่อภาษาอังกฤษ", "รหัสผู้ผลิต", "ผู้ผลิต", "หมวดหมู่"),
            *("ประเภท OTOP", "ของกินได้", "ราคาตั้งแต่ (บาท)", "ราคาถึง (บาท)", "หน่วย"),
            *("ระดับดาว", "ปี พ.ศ. ที่ได้ดาว", "เครื่องหมายรับรองที่ยังมีผล", "ฤดูกาล"),
            *("อำเภอ", "จังหวัด", "สถานะ", "วันที่เผยแพร่"),
            *("มีชื่อและเรื่องราวครบสองภาษา", "มีภาพถ่าย"),
        ],
        [
            *("42-P-00001", "ผ้าคลุมไหล่ฝ้าย", "Cotton shawl", "42-M-00001"),
            *("กลุ่มทอผ้าบ้านทดลอง", "ของใช้ › ผ้าคลุม", "ผ้าและเครื่องแต่งกาย", "ไม่ใช่"),
            *(250.0, 1250.5, "ผืน", 5.0, "2566", "มผช.", "ม.ค., ธ.ค.", "ด่านซ้าย", "เลย"),
            *("เผยแพร่", "21/11/2569", "ใช่", "ใช่"),
        ],
        [
            *("42-P-00002", "ย่ามยังไม่ครบ", "", "42-M-00001", "กลุ่มทอผ้าบ้านทดลอง"),
            *("ยังไม่จัดประเภท", "", "", "", "", "", "", "", "", "ตลอดปี", "ด่านซ้าย", "เลย"),
            *("ร่าง", "", "ไม่ใช่", "ไม่ใช่"),
        ],
    ],
    "en": [
        [
            *("Code", "Name (Thai)", "Name (English)", "Code of the producer"),
            *("Producer", "Category", "OTOP type", "Edible", "Price from (baht)"),
            *("Price to (baht)", "Unit", "Stars", "Year of the stars"),
            *("Marks in force", "Season", "District", "Province", "Status"),
            *("Published on", "Name and story in both languages", "Has a photo"),
        ],
        [
            *("42-P-00001", "ผ้าคลุมไหล่ฝ้าย", "Cotton shawl", "42-M-00001"),
            *("Trial Village Weavers", "Things › Shawls", "Textiles and apparel", "No"),
            *(250.0, 1250.5, "piece", 5.0, "2023", "TCPS", "Jan, Dec", "Dan Sai"),
            *("Loei", "Published", "2026-11-21", "Yes", "Yes"),
        ],
        [
            *("42-P-00002", "ย่ามยังไม่ครบ", "", "42-M-00001", "Trial Village Weavers"),
            *("Not sorted yet", "", "", "", "", "", "", "", "", "All year", "Dan Sai"),
            *("Loei", "Draft", "", "No", "No"),
        ],
    ],
}
PREFIXES = {"th": "", "en": "/en"}
DAYS = ("(ค.ศ.)", "(as a date)")
PERSONAL = ("ผู้นำกลุ่มหรือเจ้าของ", "โทรศัพท์ส่วนบุคคล")


@pytest.fixture
def take(client, request):
    """Take a report's file as one of the cast."""

    def download(slug, form, who, language="th", **asked):
        user = request.getfixturevalue(who) if isinstance(who, str) else who
        client.force_login(user)
        address = f"{PREFIXES[language]}/reports/{slug}/"
        return client.get(address, {"format": form, **asked})

    return download


def csv_rows(answer) -> list[list[str]]:
    text = answer.getvalue().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def as_csv(value) -> str:
    """Return a cell of a workbook as the CSV of the same rows has it."""
    return str(value) if isinstance(value, str) else f"{value:g}"


def without_days(sheet: list[list]) -> list[list]:
    """Return a sheet without the days of Excel, which stand beside those in words."""
    twins = {at for at, title in enumerate(sheet[0]) if title.endswith(DAYS)}
    assert all(isinstance(row[at], date | str) for row in sheet for at in twins)
    return [[cell for at, cell in enumerate(row) if at not in twins] for row in sheet]


def codes(answer) -> list[str]:
    return [row[0] for row in csv_rows(answer)[1:]]


# --- Every cell -------------------------------------------------------------------


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_workbook_of_members_holds_what_the_register_holds(
    take, shawl, plain_product, language
):
    answer = take("members", "xlsx", "reviewer", language)

    assert without_days(sheets(answer)[0]) == MEMBERS[language]


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_workbook_of_products_holds_what_the_register_holds(
    take, shawl, plain_product, language
):
    answer = take("products", "xlsx", "reviewer", language)

    assert without_days(sheets(answer)[0]) == PRODUCTS[language]


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize(
    ("slug", "expected"), [("members", MEMBERS), ("products", PRODUCTS)]
)
def test_the_csv_holds_the_same(take, shawl, plain_product, slug, expected, language):
    rows = csv_rows(take(slug, "csv", "reviewer", language))

    decimals = {"250.00": "250", "1250.50": "1250.5"}
    seen = [[decimals.get(text, text) for text in row] for row in rows]
    assert seen == [[as_csv(value) for value in row] for row in expected[language]]


def test_prices_and_stars_are_numbers_and_all_else_is_text(take, shawl):
    answer = take("products", "xlsx", "reviewer")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).worksheets[0]
    kinds = {head.value: cell.data_type for head, cell in zip(*sheet, strict=True)}
    numbers = {"ราคาตั้งแต่ (บาท)", "ราคาถึง (บาท)", "ระดับดาว"}
    assert {title for title, kind in kinds.items() if kind == "n"} == numbers
    days = {title for title, kind in kinds.items() if kind == "d"}
    assert days == {"วันที่เผยแพร่ (ค.ศ.)"}
    assert sheet.freeze_panes == "A2"


def test_internal_notes_keys_and_coordinates_never_leave(take, shawl):
    members = take("members", "csv", "administrator").getvalue().decode()
    products = take("products", "csv", "administrator").getvalue().decode()

    for secret in ("SECRET NOTE", "17.2775", "101.1499", "99/9", "a@test.example"):
        assert secret not in members
        assert secret not in products


# --- Name and second sheet --------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "language", "name"),
    [
        ("xlsx", "th", "ทะเบียนสมาชิก_เลย_2569-11-21.xlsx"),
        ("csv", "th", "ทะเบียนสมาชิก_เลย_2569-11-21.csv"),
        ("xlsx", "en", "Member-register_Loei_2026-11-21.xlsx"),
    ],
)
def test_a_file_is_named_by_report_place_and_day(take, weavers, form, language, name):
    answer = take("members", form, "reviewer", language)
    answer.getvalue()

    header = answer["Content-Disposition"]
    given = unquote(header.partition("; filename")[2].partition("=")[2])
    assert header.startswith("attachment; ")
    assert given.removeprefix("utf-8''").strip('"') == name


def test_the_name_of_a_national_file_says_thailand_or_the_chosen_province(
    take, weavers, lamphun_member
):
    everywhere = take("members", "csv", "administrator")["Content-Disposition"]
    lamphun = take("members", "csv", "administrator", province="lamphun")

    assert "_ประเทศไทย_" in unquote(everywhere)
    assert "_ลำพูน_" in unquote(lamphun["Content-Disposition"])
    assert codes(lamphun) == [lamphun_member.code]


def test_the_second_sheet_says_what_was_filtered_when_and_by_whom(
    take, reviewer, weavers
):
    asked = {
        "q": "ทอผ้า",
        "district": "4205",
        "status": "published",
        "entered_from": "๒๑ พ.ย. ๒๕๖๙",
    }

    about = sheets(take("members", "xlsx", "reviewer", **asked))[1]

    assert about == [
        ["รายงาน", "ทะเบียนสมาชิก"],
        ["จำนวนรายการ", "1"],
        ["เผยแพร่แล้ว", "1"],
        ["จำนวนแรงงาน", "24"],
        ["ผลิตภัณฑ์ที่เผยแพร่", "0"],
        ["ขอบเขตข้อมูล", "จังหวัดเลย"],
        ["คำค้น", "ทอผ้า"],
        ["อำเภอ", "ด่านซ้าย"],
        ["สถานะ", "เผยแพร่"],
        ["บันทึกเข้าทะเบียนตั้งแต่วันที่", "21 พฤศจิกายน 2569"],
        ["วันเวลาที่ออกรายงาน", "วันเสาร์ที่ 21 พฤศจิกายน พ.ศ. 2569 เวลา 10.30 น."],
        ["ผู้ออกรายงาน", f"{reviewer.name_th}, {reviewer.agency.name_th}"],
        ["แหล่งข้อมูล", "ของฝากของที่ระลึก http://localhost:8000"],
    ]


def test_an_english_second_sheet_says_it_in_english(take, shawl, administrator):
    about = sheets(take("products", "xlsx", "administrator", "en", stars=["5", "0"]))[1]

    assert about == [
        ["Report", "Product register"],
        ["Number of rows", "1"],
        ["Of them published", "1"],
        ["With stars", "1"],
        ["With five stars", "1"],
        ["Read from", "All provinces"],
        ["Stars", "5 stars, Without stars"],
        ["Taken on", "Saturday, 21 November 2026, 10:30"],
        ["Taken by", administrator.name_en],
        ["Source", "Thai Souvenirs http://localhost:8000"],
    ]


# --- Who gets which rows ----------------------------------------------------------


@pytest.fixture
def national_official(db):
    return UserFactory(role="official", agency=AgencyFactory(national=True))


@pytest.fixture
def own_member(officer):
    return MemberFactory(owner=officer.agency, name_th="กกกลุ่มของสำนักงาน")


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("officer", ["own"]),
        ("stranger", []),
        ("reviewer", ["own", "loei"]),
        ("foreign_reviewer", ["lamphun"]),
        ("official", ["own", "loei"]),
        ("national_official", ["own", "loei", "lamphun"]),
        ("administrator", ["own", "loei", "lamphun"]),
    ],
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_everybody_gets_the_rows_of_the_own_scope(
    take, own_member, weavers, lamphun_member, who, seen, form
):
    by_name = {"own": own_member, "loei": weavers, "lamphun": lamphun_member}
    expected = sorted(by_name[name].code for name in seen)

    members = take("members", form, who)
    goods = [ProductFactory(member=each).code for each in (weavers, lamphun_member)]
    products = take("products", form, who)

    if form == "csv":
        found, found_goods = codes(members), codes(products)
    else:
        found = [row[0] for row in sheets(members)[0][1:]]
        found_goods = [row[0] for row in sheets(products)[0][1:]]
    assert sorted(found) == expected
    expected_goods = [
        code
        for code, name in zip(goods, ("loei", "lamphun"), strict=True)
        if name in seen
    ]
    assert sorted(found_goods) == sorted(expected_goods)


def test_another_province_cannot_be_asked_for(take, weavers, lamphun_member):
    answer = take("members", "csv", "reviewer", province="lamphun")

    assert "“lamphun” ไม่อยู่ในตัวเลือก" in answer.content.decode()
    assert lamphun_member.name_th not in answer.content.decode()
    assert not ExportRun.objects.exists()


@pytest.mark.parametrize("who", ["official", "national_official"])
def test_officials_get_personal_columns_masked_and_the_file_says_so(take, weavers, who):
    rows, about = sheets(take("members", "xlsx", who))

    row = dict(zip(rows[0], rows[1], strict=True))
    assert [row[name] for name in PERSONAL] == ["ส… ท…", "081-xxx-x670, 042-xxx-999"]
    assert "081-234-5670" not in str(rows)
    assert "042-811-999" not in str(rows)
    assert "042-000-000 ต่อ 12" in rows[1]
    assert about[-1] == [
        "ข้อมูลที่ปิดบางส่วน",
        "ผู้นำกลุ่มหรือเจ้าของ, โทรศัพท์ส่วนบุคคล เป็นข้อมูลส่วนบุคคล "
        "ให้เฉพาะหน่วยงานเจ้าของข้อมูลและผู้ตรวจของจังหวัดใช้ปฏิบัติงานเท่านั้น",
    ]


def test_a_personal_cell_is_masked_where_the_row_is_not_the_persons(
    foreign_reviewer, reviewer, weavers
):
    report = catalogue.report_of(Member)
    leader = next(each for each in report.columns(reviewer) if each.key == "leader")

    assert cell(leader, weavers, reviewer) == "นางสาวสมมติ ทดลอง"
    assert cell(leader, weavers, foreign_reviewer) == "ส… ท…"


def test_each_file_is_an_event_of_the_audit(take, reviewer, weavers):
    take("members", "csv", "reviewer").getvalue()

    event = AuditEvent.objects.get(kind=AuditKind.EXPORT)
    run = ExportRun.objects.get()
    assert (event.by, event.detail) == (reviewer, "members.csv")
    assert (event.model, event.object_id) == ("registry.ExportRun", run.pk)


# --- Data, not formulas -----------------------------------------------------------


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_what_looks_like_a_formula_stays_text(take, reviewer, sign):
    name = f'{sign}HYPERLINK("http://x.example","กด")'
    MemberFactory(name_th=name, name_en=f"{sign}1+1")

    row = csv_rows(take("members", "csv", "reviewer"))[1]
    workbook = take("members", "xlsx", "reviewer").getvalue()

    assert row[1:3] == [f"'{name}", f"'{sign}1+1"]
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in book.namelist()


# --- What is remembered -----------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_each_file_is_remembered(take, reviewer, shawl, plain_product, form):
    take("products", form, "reviewer", q="ผ้า", stars=["5", "4"]).getvalue()

    run = ExportRun.objects.get()
    assert (run.by, run.report, run.format) == (reviewer, "products", form)
    assert run.filters == {"q": ["ผ้า"], "stars": ["5", "4"]}
    assert (run.rows, run.status, run.error) == (1, RunStatus.DONE, "")
    assert run.finished_at is not None


def test_a_reader_who_goes_away_leaves_a_failed_run(reviewer, shawl, plain_product):
    report = catalogue.report_of(Product)
    chosen = Selection(report, reviewer, report.visible_to(reviewer), (), {})
    run = begin_export(report.slug, SheetFormat.CSV, {}, by=reviewer)

    pieces = csv_pieces(chosen, run)
    next(pieces)
    next(pieces)
    pieces.close()

    run.refresh_from_db()
    assert (run.status, run.error, run.rows) == (RunStatus.FAILED, "GeneratorExit", 2)


def test_a_workbook_that_fails_half_way_is_not_sent(take, weavers, monkeypatch):
    report = catalogue.report_of(Member)
    monkeypatch.setattr(report, "loaded", lambda rows: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        take("members", "xlsx", "reviewer")

    run = ExportRun.objects.get()
    assert (run.status, run.error, run.rows) == (
        RunStatus.FAILED,
        "ZeroDivisionError",
        0,
    )


def test_too_many_rows_for_excel_are_said_and_remembered(take, weavers, monkeypatch):
    monkeypatch.setattr("registry.sheets.writing.workbook.MAX_ROWS", 1)

    page = take("members", "xlsx", "reviewer").content.decode()

    assert "เกินกว่าที่แผ่นงาน Excel รับได้" in page
    assert ExportRun.objects.get().error == TooManyRows.__name__


@pytest.mark.parametrize("path", ["/reports/members/", "/reports/products/"])
def test_looking_is_not_taking(client, reviewer, shawl, path):
    client.force_login(reviewer)

    assert client.get(path).status_code == 200
    assert not ExportRun.objects.exists()
