"""Lists of goods as offices keep them, read into the register."""

import csv
import uuid
from decimal import Decimal
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Q
from xlsxwriter import Workbook

from members import derived
from members.models import Contact, Member
from products import derived as goods_derived
from products.importing.goods_names import StarClaim, read_goods_name
from products.importing.matching import NAMESPACE
from products.importing.positions import read_position
from products.importing.sellers import Standing, producer_key, read_seller
from products.management.commands.import_products import spans
from products.models import Product, StarRating
from registry.actions import records
from registry.actions.merging import merge
from registry.actions.places import sync_places
from registry.changes import Changes
from registry.enums import AgencyKind, AgencyState, RecordStatus, RunStatus
from registry.models import Agency, FormKey, ImportRun, Province
from registry.thai.text import fold
from tests.factories import (
    AgencyFactory,
    DistrictFactory,
    MemberFactory,
    ProductFactory,
    StarRoundFactory,
    SubdistrictFactory,
)

HEADINGS = (
    "ชื่อสินค้า OTOP",
    "อปท.",
    "อำเภอ",
    "จังหวัด",
    "ชื่อสถานที่จัดจำหน่าย",
    "ที่อยู่",
    "เบอร์โทรศัพท์",
    "LAT",
    "LONG",
)
REAL = settings.BASE_DIR.parent / "shared" / "realdata" / "otop_products_2021.xlsx"


@pytest.fixture
def loei(db):
    """Two districts of Loei and the office that keeps their records."""
    SubdistrictFactory(code="420101")
    SubdistrictFactory(code="420301")
    return AgencyFactory(key="cdo-42")


@pytest.fixture
def sheet(tmp_path):
    """Write rows below the headings to a workbook; a row is told by its cells."""

    def write(*rows, headings=HEADINGS, above=(), name="goods.xlsx"):
        path = tmp_path / name
        with Workbook(str(path)) as workbook:
            page = workbook.add_worksheet()
            for number, cells in enumerate([*above, headings, *rows]):
                for column, value in enumerate(cells):
                    page.write(number, column, value)
        return path

    return write


def row(product, seller="", *, district="เมืองเลย", province="เลย", **cells):
    """A row of the list: what a test does not tell is empty."""
    return (
        product,
        cells.get("authority", "เทศบาลเมืองเลย"),
        district,
        province,
        seller,
        cells.get("address", ""),
        cells.get("phone", ""),
        cells.get("lat", ""),
        cells.get("long", ""),
    )


def import_products(path, *options):
    """Run the command; return what it printed."""
    out = StringIO()
    call_command(
        "import_products",
        str(path),
        "--layout",
        "local-authority",
        *options,
        stdout=out,
    )
    return out.getvalue()


def the_run():
    """Return the only run there is."""
    return ImportRun.objects.get()


def test_rows_become_goods_of_the_shops_that_sell_them(loei, sheet):
    path = sheet(
        row("กล้วยฉาบ", "ร้านแม่ทดสอบ"),
        row("มันฉาบ", "แม่ทดสอบ"),
        row("ผ้าขาวม้า", "กลุ่มทอผ้าบ้านทดสอบ หมู่ที่ 1"),
        row("ผ้าห่ม", "วิสาหกิจชุมชนทอผ้าบ้านทดสอบ ม.1"),
        row("ผ้าห่ม", "กลุ่มทอผ้าบ้านทดสอบ หมู่ 2"),
        row("กล้วยฉาบ", "ร้านแม่ทดสอบ", district="เชียงคาน"),
    )

    told = import_products(path)

    assert "6 rows = 6 made + 0 merged + 0 skipped" in told
    made = Member.objects.order_by("pk").values_list("name_th", "district_id")
    assert list(made) == [
        ("ร้านแม่ทดสอบ", "4201"),
        ("กลุ่มทอผ้าบ้านทดสอบ หมู่ที่ 1", "4201"),
        ("กลุ่มทอผ้าบ้านทดสอบ หมู่ 2", "4201"),
        ("ร้านแม่ทดสอบ", "4203"),
    ]
    product = Product.objects.get(name_th="มันฉาบ")
    assert product.member.name_th == "ร้านแม่ทดสอบ"
    assert (product.owner, product.code) == (loei, "42-P-00002")
    assert (product.status, product.category) == ("draft", None)


def test_headings_stand_in_any_order_below_titles_with_spaces_and_breaks(loei, sheet):
    path = sheet(
        ("เลย", "กลุ่มทดสอบ", "น้ำพริก", "ดี", "เมืองเลย"),
        headings=(
            " จังหวัด ",
            "ชื่อสถานที่\nจัดจำหน่าย",
            "ชื่อสินค้า  OTOP",
            "หมายเหตุ",
            "อำเภอ_x000D_",
        ),
        above=[("บัญชีสินค้าชุมชน",), (), ("ข้อมูล ณ ปี 2564", "", "", "")],
    )

    told = import_products(path)

    assert "1 rows = 1 made" in told
    assert "Columns left aside: หมายเหตุ" in told
    assert Product.objects.get().name_th == "น้ำพริก"
    assert Member.objects.get().name_th == "กลุ่มทดสอบ"


@pytest.mark.parametrize(
    ("province", "district"),
    [
        ("เลย", "เมือง"),
        ("จังหวัดเลย", "อำเภอเมืองเลย"),
        ("จ.เลย", "อ. เมือง"),
        ("Loei", "Mueang Loei"),
        ("เลย\u200b", "\u00a0เมืองเลย "),
        ("เลย", "กิ่งอำเภอเมืองเลย"),
        ("เลย", "เลย"),
    ],
)
def test_places_are_known_by_all_that_people_write(loei, sheet, province, district):
    import_products(sheet(row("ก๋วยเตี๋ยว", province=province, district=district)))

    assert Product.objects.get().district_id == "4201"


def test_names_are_kept_without_what_nobody_sees(loei, sheet):
    import_products(
        sheet(row("  น้\u200bำพริก\u00a0ตาแดง _x000D_\n", "กลุ่ม\u00a0 ทดสอบ "))
    )

    assert Product.objects.get().name_th == "น้ำพริก ตาแดง"
    assert Member.objects.get().name_th == "กลุ่ม ทดสอบ"


# --- Rows that make nothing of their own ----------------------------------------


def test_every_row_that_is_skipped_says_why(loei, sheet):
    path = sheet(
        row("", "กลุ่มทดสอบ"),
        row("-", "กลุ่มทดสอบ"),
        row("นางสาวทดสอบ ไม่มีจริง", "กลุ่มทดสอบ"),
        row("น้ำพริก", province=""),
        row("น้ำพริก", province="เลยย์ยา"),
        row("น้ำพริก", district=""),
        row("น้ำพริก", district="ไม่มีจริง"),
        HEADINGS,
        row("น้ำพริก"),
    )

    told = import_products(path)

    assert "9 rows = 1 made + 0 merged + 8 skipped" in told
    run = the_run()
    assert [number for number, _reason in run.skipped] == list(range(2, 10))
    assert [reason for _number, reason in run.skipped] == [
        "ไม่มีชื่อผลิตภัณฑ์",
        "ไม่มีชื่อผลิตภัณฑ์",
        "ชื่อผลิตภัณฑ์มีเพียงชื่อบุคคล",
        "ไม่ระบุจังหวัด",
        "ไม่มีจังหวัด “เลยย์ยา”",
        "ไม่ระบุอำเภอ",
        "จังหวัดนี้ไม่มีอำเภอ “ไม่มีจริง”",
        "แถวนี้เป็นหัวตารางซ้ำ",
    ]
    assert all(f"Row {number} skipped: {why}" in told for number, why in run.skipped)
    assert (run.status, run.layout) == (RunStatus.DONE, "local-authority")
    assert len(run.file_hash) == 64


def test_copies_of_a_row_and_of_a_product_are_merged(loei, sheet):
    path = sheet(
        row("น้ำพริก", "กลุ่มทดสอบ", phone="000"),
        row("น้ำพริก", "กลุ่มทดสอบ", phone="000"),
        row("นำ้พริก ", "กลุ่มทดสอบ", address="ต.กุดป่อง"),
        row("น้ำพริก", "กลุ่มอื่น"),
    )

    told = import_products(path)

    assert "4 rows = 2 made + 2 merged + 0 skipped" in told
    assert "Row 3 merged: เหมือนกับแถวที่ 2" in told
    assert "Row 4 merged: ผลิตภัณฑ์เดียวกันของผู้ผลิตรายเดียวกันกับแถวที่ 2" in told
    assert "แถวที่ 2, 3, 4" in Product.objects.first().private_notes


def test_the_same_file_again_makes_nothing(loei, sheet):
    path = sheet(
        row("น้ำพริก", "กลุ่มทดสอบ"), row("กล้วยฉาบ", "นายทดสอบ ไม่มีจริง"), row("ปลาส้ม")
    )
    import_products(path)
    before = Product.history.count(), Member.history.count()

    told = import_products(path)

    assert "3 rows = 0 made + 3 merged + 0 skipped" in told
    assert "3 rows are in the register already: rows 2–4" in told
    assert (Product.history.count(), Member.history.count()) == before


def test_the_same_rows_saved_by_another_program_make_nothing(loei, sheet, tmp_path):
    rows = [
        row("กล้วยฉาบ", "นางตัวอย่าง สมมุติ", phone=815550123.0, lat=17.5, long=101.7),
        row("กล้วยฉาบ", "-", phone=800000000.0, lat=5.0, long=97.0),
    ]
    import_products(sheet(*rows))
    saved = tmp_path / "goods.csv"
    with saved.open("w", encoding="cp874", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADINGS, *rows])

    assert "2 rows = 0 made + 2 merged" in import_products(saved)


def test_what_staff_have_mended_since_is_known_again_and_left_alone(loei, sheet):
    path = sheet(row("น้ำพลิก", "กลุ้มทดสอบ"), row("กล้วยฉาบ"))
    import_products(path)
    product = Product.objects.get(name_th="น้ำพลิก")
    records.edit(product, Changes(fields={"name_th": "น้ำพริกหนุ่ม"}), by=None)
    renamed = Changes(fields={"name_th": "สหกรณ์ทดสอบ"})
    records.edit(product.member, renamed, by=None)
    other = Product.objects.get(name_th="กล้วยฉาบ")
    records.edit(other, Changes(fields={"member": MemberFactory()}), by=None)

    told = import_products(path)

    assert "2 rows = 0 made + 2 merged" in told
    product.refresh_from_db()
    assert (product.name_th, product.member.name_th) == ("น้ำพริกหนุ่ม", "สหกรณ์ทดสอบ")


def test_goods_of_a_producer_that_was_merged_away_are_the_other_s(loei, sheet):
    entered = MemberFactory(name_th="กลุ่มทอผ้าบ้านก้างปลา", owner=loei)
    import_products(sheet(row("ผ้าห่ม", "กลุ่มทอผ้าก้างปลา")))
    imported = Member.objects.get(name_th="กลุ่มทอผ้าก้างปลา")
    merge(entered, imported, by=None, reason="ซ้ำกัน")
    other = MemberFactory(name_th="ร้านผ้าเลย", owner=loei)
    merge(entered, other, by=None, reason="ซ้ำกัน")

    import_products(
        sheet(
            row("ผ้าห่ม", "กลุ่มทอผ้าก้างปลา"),
            row("ผ้าขาวม้า", "กลุ่มทอผ้าก้างปลา"),
            row("ผ้าถุง", "ร้านผ้าเลย"),
            name="later.xlsx",
        )
    )

    assert Member.objects.count() == 3
    assert set(entered.products.values_list("name_th", flat=True)) == {
        "ผ้าห่ม",
        "ผ้าขาวม้า",
        "ผ้าถุง",
    }
    assert not imported.products.exists()


def test_what_staff_entered_by_hand_is_not_made_again(loei, sheet):
    member = MemberFactory(name_th="กลุ่มทดสอบ", district__code="4201")
    product = ProductFactory(name_th="น้ำพริก", member=records.publish(member, by=None))
    path = sheet(row("น้ำ พริก", "วิสาหกิจชุมชนกลุ่มทดสอบ"), row("กล้วยฉาบ", "กลุ่มทดสอบ"))

    told = import_products(path, "--publish")

    assert "2 rows = 1 made + 1 merged" in told
    assert Member.objects.count() == 1
    # Their draft is theirs to publish; what we made goes to their published member.
    product.refresh_from_db()
    assert product.status == RecordStatus.DRAFT
    assert Product.objects.get(name_th="กล้วยฉาบ").status == RecordStatus.PUBLISHED


# --- Persons --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "standing", "name", "persons"),
    [
        ("ป้าแดงปลาส้มฟัก", Standing.BUSINESS, "ป้าแดงปลาส้มฟัก", ()),
        ("แม่ทดสอบ", Standing.BUSINESS, "แม่ทดสอบ", ()),
        ("ร้านคุณแดง", Standing.BUSINESS, "ร้านคุณแดง", ()),
        ("ครูแดง", Standing.BUSINESS, "ครูแดง", ()),
        ("ป้าเล็ก กะปิหวาน", Standing.BUSINESS, "ป้าเล็ก กะปิหวาน", ()),
        ("กลุ่มแม่บ้านนายูง หมู่ 3", Standing.BUSINESS, "กลุ่มแม่บ้านนายูง หมู่ 3", ()),
        ("กลุ่มเพาะเห็ดนางฟ้า ภูฐาน", Standing.BUSINESS, "กลุ่มเพาะเห็ดนางฟ้า ภูฐาน", ()),
        ("กล้วยเล็บมือนาง", Standing.BUSINESS, "กล้วยเล็บมือนาง", ()),
        ("วิสาหกิจชุมชนปรับปรุงคุณภาพ", Standing.BUSINESS, "วิสาหกิจชุมชนปรับปรุงคุณภาพ", ()),
        ("ทนายความทดสอบ", Standing.BUSINESS, "ทนายความทดสอบ", ()),
        ("นางตัวอย่าง สมมุติ", Standing.PERSON, "", ("นางตัวอย่าง สมมุติ",)),
        ("ตัวอย่าง สมมุติ", Standing.PERSON, "", ("ตัวอย่าง สมมุติ",)),
        ("นายทดสอบ ไม่มีจริง", Standing.PERSON, "", ("นายทดสอบ ไม่มีจริง",)),
        ("น.ส. ทดสอบ ไม่มีจริง", Standing.PERSON, "", ("น.ส. ทดสอบ ไม่มีจริง",)),
        ("ร.ต.อ.ทดสอบ ไม่มีจริง", Standing.PERSON, "", ("ร.ต.อ.ทดสอบ ไม่มีจริง",)),
        ("คุณทดสอบ", Standing.PERSON, "", ("คุณทดสอบ",)),
        ("Mrs. Testa Nobody", Standing.PERSON, "", ("Mrs. Testa Nobody",)),
        ("ร้านนายทดสอบ ไม่มีจริง", Standing.PERSON, "", ("นายทดสอบ ไม่มีจริง",)),
        ("แจ่วบองคุณตัวอย่าง สมมุติ", Standing.PERSON, "", ("คุณตัวอย่าง สมมุติ",)),
        (
            "ทดสอบกะหรี่พัฟ/นางตัวอย่าง สมมุติ",
            Standing.BUSINESS,
            "ทดสอบกะหรี่พัฟ",
            ("นางตัวอย่าง สมมุติ",),
        ),
        (
            "คุณตัวอย่าง สมมุติ (เรือนทดสอบ)",
            Standing.BUSINESS,
            "เรือนทดสอบ",
            ("คุณตัวอย่าง สมมุติ",),
        ),
        (
            "กลุ่มทดสอบ โดยนางตัวอย่าง สมมุติ",
            Standing.BUSINESS,
            "กลุ่มทดสอบ",
            ("นางตัวอย่าง สมมุติ",),
        ),
        (
            "กลุ่มขนมจีนทดสอบ (กำนันทด สอบไม่มี)",
            Standing.BUSINESS,
            "กลุ่มขนมจีนทดสอบ",
            ("กำนันทด สอบไม่มี",),
        ),
        (
            "ทดสอบใจ ไม่มีจริง (กุนเชียงเจ๊เค็ง)",
            Standing.BUSINESS,
            "กุนเชียงเจ๊เค็ง",
            ("ทดสอบใจ ไม่มีจริง",),
        ),
        ("ทดสอบใจ ไม่มีจริง", Standing.UNSURE, "ทดสอบใจ ไม่มีจริง", ()),
        ("", Standing.NONE, "", ()),
        (" - ", Standing.NONE, "", ()),
        ("ไม่มี", Standing.NONE, "", ()),
        ("จำหน่ายเอง", Standing.NONE, "", ()),
        ("กลุ่มผู้ผลิตชุมชน", Standing.NONE, "", ()),
        ("101 ม.2 ต.ทดสอบ อ.เมืองเลย จ.เลย", Standing.NONE, "", ()),
        (
            "กลุ่มข้าวทดสอบ 78/1 ต.ทดสอบ อ.เมือง จ.เลย 42000",
            Standing.BUSINESS,
            "กลุ่มข้าวทดสอบ",
            (),
        ),
    ],
)
def test_a_point_of_sale_names_a_business_a_person_both_or_nobody(
    cell, standing, name, persons
):
    seller = read_seller(cell, goods="ข้าวแต๋น")

    assert (seller.standing, seller.name, seller.persons) == (standing, name, persons)


def test_a_person_beside_the_goods_alone_names_no_business():
    assert read_seller("นางตัวอย่าง สมมุติ (กล้วยฉาบ)", goods="กล้วยฉาบ").name == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("กลุ่มแม่บ้านทดสอบ หมู่ที่ 1", "กลุ่มแม่บ้าน ทดสอบ ม.1"),
        ("ร้านป้าแดง", "ป้าแดง"),
        ("วิสาหกิจชุมชนกลุ่มแม่บ้านทดสอบ", "กลุ่มวิสาหกิจชุมชนแม่บ้านทดสอบ"),
        ("บริษัท ทดสอบฟู้ด จำกัด", "บจก.ทดสอบฟู้ด"),
        ("หจก. ทดสอบทอง", "ห้างหุ้นส่วนจำกัดทดสอบทอง"),
        ("กลุ่มทดสอบ ๒", "กลุ่มทดสอบ 2"),
    ],
)
def test_one_producer_is_known_by_both_its_spellings(one, other):
    assert producer_key(one) == producer_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("กลุ่มแม่บ้าน หมู่ 1", "กลุ่มแม่บ้าน หมู่ 11"),
        ("กลุ่มหมู่ที่ 1", "ร้านหมู่ที่ 1"),
        ("กลุ่มแม่บ้านบ้านโนน", "กลุ่มสตรีบ้านโนน"),
    ],
)
def test_two_producers_stay_two(one, other):
    assert producer_key(one) != producer_key(other)


def test_the_unnamed_of_a_local_authority_share_one_placeholder(loei, sheet):
    path = sheet(
        row("กล้วยฉาบ", "นางตัวอย่าง สมมุติ", address="หมู่ 1"),
        row("กล้วยฉาบ", "นางตัวอย่าง สมมุติ", address="หมู่ 2"),
        row("กล้วยฉาบ", "-"),
        row("กล้วยฉาบ", "นายทดสอบ ไม่มีจริง", phone="081-555-0123"),
        row("กล้วยฉาบ", "", authority="อบต.ทดสอบ"),
        row("กล้วยฉาบ", "", authority=""),
    )

    told = import_products(path, "--publish")

    assert "6 rows = 6 made" in told
    kept = Member.objects.order_by("pk")
    assert [(each.name_th, each.is_placeholder, each.status) for each in kept] == [
        ("ผู้ผลิตไม่ระบุชื่อ (เทศบาลเมืองเลย)", True, "draft"),
        ("ผู้ผลิตไม่ระบุชื่อ (อบต.ทดสอบ)", True, "draft"),
        ("ผู้ผลิตไม่ระบุชื่อ (อำเภอเมืองเลย)", True, "draft"),
    ]
    assert Product.objects.published().count() == 0
    assert Contact.objects.count() == 0
    notes = Product.objects.order_by("pk")[3].private_notes
    assert "นายทดสอบ ไม่มีจริง" in notes
    assert "081-555-0123" in notes


def test_publishing_shows_businesses_and_leaves_persons_and_doubts(loei, sheet):
    path = sheet(
        row("น้ำพริก", "กลุ่มทดสอบ/นางตัวอย่าง สมมุติ"),
        row("เห็ดนางตัวอย่าง สมมุติ", "กลุ่มทดสอบ"),
        row("ปลาส้ม นายทดสอบ ไม่มีจริง", "กลุ่มทดสอบ"),
        row("ปลาร้า", "ทดสอบใจ ไม่มีจริง"),
        row("ปลาแห้ง", "นายทดสอบ ไม่มีจริง"),
    )

    told = import_products(path, "--publish")

    assert "Published: 1 producers, 2 products." in told
    shown = Product.objects.published().order_by("pk").values_list("name_th", flat=True)
    assert list(shown) == ["น้ำพริก", "ปลาส้ม"]
    assert [each.name_th for each in Member.objects.published()] == ["กลุ่มทดสอบ"]
    assert Member.objects.get(status="published").goods_count == 2
    person = Contact.objects.get()
    assert (person.value, person.is_public) == ("นางตัวอย่าง สมมุติ", False)
    held = Product.objects.get(name_th="เห็ด")
    assert (held.status, "สมมุติ" in held.private_notes) == ("draft", True)


def test_a_second_run_publishes_the_drafts_of_the_first(loei, sheet):
    path = sheet(row("น้ำพริก", "กลุ่มทดสอบ"), row("ปลาส้ม", "กลุ่มทดสอบ"))
    import_products(path)
    withdrawn = Product.objects.get(name_th="ปลาส้ม")
    records.withdraw(withdrawn, by=None, note="Not ours.")

    told = import_products(path, "--publish")

    assert "Published: 1 producers, 1 products." in told
    assert [each.name_th for each in Product.objects.published()] == ["น้ำพริก"]
    assert "Published: 0 producers, 0 products." in import_products(path, "--publish")


# --- What else a row says -------------------------------------------------------


def test_telephones_are_repaired_and_personal_ones_stay_private(loei, sheet):
    path = sheet(
        row("ก", "กลุ่มหนึ่ง", phone=815550123.0),
        row("ข", "กลุ่มสอง", phone="042-555-012, 0815550123"),
        row("ค", "กลุ่มสาม", phone=800000000),
        row("ง", "กลุ่มสี่/นายทดสอบ ไม่มีจริง", phone="042555012"),
    )

    told = import_products(path)

    kept = Contact.objects.exclude(kind="person").order_by("member", "position")
    assert list(kept.values_list("kind", "value", "is_personal", "consented_on")) == [
        ("mobile", "+66815550123", True, None),
        ("phone", "+6642555012", False, None),
        ("mobile", "+66815550123", True, None),
        ("phone", "+6642555012", True, None),
    ]
    assert "Repaired 1: เติมเลข 0 นำหน้าหมายเลขโทรศัพท์" in told
    assert "Repaired 1: แยกหมายเลขโทรศัพท์หลายหมายเลขในช่องเดียว" in told
    assert "โทรศัพท์ในไฟล์: 800000000" in Product.objects.get(name_th="ค").private_notes


def test_an_address_gives_subdistrict_and_village_and_is_kept_as_a_note(loei, sheet):
    path = sheet(
        row("ก", "กลุ่มหนึ่ง", address="0 หมู่ที่ ๔ ต.กุดป่องอ.เมือง จ.เลย 42000"),
        row("ข", "กลุ่มสอง", address="ม.2 ต.เชียงคาน อ.เชียงคาน"),
        row("ค", "กลุ่มสาม", address="กม.12 ตำบลไม่มีจริง"),
    )

    import_products(path)

    one, two, three = Member.objects.order_by("pk")
    assert (one.subdistrict_id, one.village_number) == ("420101", "4")
    assert one.postcode == "42000"
    assert "0 หมู่ที่ ๔ ต.กุดป่อง" in one.private_notes
    assert (two.subdistrict, three.subdistrict, three.village_number) == (
        None,
        None,
        "",
    )


@pytest.mark.parametrize(
    ("latitude", "longitude", "position"),
    [
        (17.48613, 101.72234, (Decimal("17.48613"), Decimal("101.72234"), False)),
        (101.72234, 17.48613, (Decimal("17.48613"), Decimal("101.72234"), True)),
        ("๑๗.๕", " 101.7 ", (Decimal("17.5"), Decimal("101.7"), False)),
        ("17.5, 101.7", "", (Decimal("17.5"), Decimal("101.7"), False)),
        (17, 101.72234, None),
        (5.0, 97.0, None),
        (40.7, -74.1, None),
        ("", 101.7, None),
        ("17°29'10\"", "101°43'20\"", None),
        (True, 101.7, None),
    ],
)
def test_a_position_is_taken_where_it_can_be_relied_on(latitude, longitude, position):
    read = read_position(latitude, longitude)

    assert position == (read and (read.latitude, read.longitude, read.is_swapped))


def test_a_position_in_another_province_is_kept_as_a_note(loei, sheet):
    near = [
        row(f"สินค้า {n}", f"กลุ่ม {n}", lat=17.5 + n / 100, long=101.7) for n in range(6)
    ]

    import_products(sheet(*near, row("ไกล", "กลุ่มไกล", lat=7.1, long=100.5)))

    assert Member.objects.filter(latitude__isnull=False).count() == 6
    far = Product.objects.get(name_th="ไกล")
    assert (far.member.latitude, "7.1 100.5" in far.private_notes) == (None, True)


@pytest.mark.parametrize(
    ("cell", "name", "claim"),
    [
        ("ปลาส้ม ระดับ 4 ดาว ปี 2555", "ปลาส้ม", StarClaim(4, 2555)),
        ("ปลาส้ม (OTOP ๕ ดาว พ.ศ. ๒๕๕๓)", "ปลาส้ม", StarClaim(5, 2553)),
        ("ปลาส้มปี 2555 ระดับ 3 ดาว", "ปลาส้ม", StarClaim(3, 2555)),
        ("ไข่เค็ม 5 ดาวจ่าทดสอบ", "ไข่เค็ม 5 ดาวจ่าทดสอบ", None),
        ("ซอสตราห้าดาว", "ซอสตราห้าดาว", None),
        ("ปลาส้ม 6 ดาว ปี 2555", "ปลาส้ม 6 ดาว ปี 2555", None),
        ("ปลาส้ม 4 ดาว ปี 55", "ปลาส้ม 4 ดาว ปี 55", None),
        ("4 ดาว ปี 2555", "4 ดาว ปี 2555", None),
        ("คุกกี้ ตราเบเกอรี่ 3 จ.", "คุกกี้ ตราเบเกอรี่ 3 จ.", None),
    ],
)
def test_stars_leave_a_name_where_they_are_clear(cell, name, claim):
    read = read_goods_name(cell)

    assert (read.name, read.claim) == (name, claim)


def test_stars_become_a_rating_of_their_round_or_a_note(loei, sheet):
    StarRoundFactory(year=2555)
    path = sheet(
        row("ปลาส้ม ระดับ 4 ดาว ปี 2555", "กลุ่มทดสอบ"),
        row("น้ำพริก ระดับ 3 ดาว ปี 2553", "กลุ่มทดสอบ"),
    )

    import_products(path)

    rating = StarRating.objects.get()
    assert (rating.product.name_th, rating.stars, rating.total) == ("ปลาส้ม", 4, None)
    noted = Product.objects.get(name_th="น้ำพริก").private_notes
    assert "ระดับ 3 ดาว ปี 2553" in noted


def test_a_name_that_is_too_long_is_shortened_and_kept_whole_in_the_notes(loei, sheet):
    name = "ข้าว" * 100

    import_products(sheet(row(name, "กลุ่มทดสอบ")))

    product = Product.objects.get()
    assert (len(product.name_th), name in product.private_notes) == (250, True)


# --- All of it or nothing -------------------------------------------------------


def test_a_trial_writes_nothing(loei, sheet):
    told = import_products(sheet(row("น้ำพริก", "กลุ่มทดสอบ")), "--dry-run", "--publish")

    assert "1 rows = 1 made + 0 merged + 0 skipped" in told
    assert (Product.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_one_province_is_taken_when_asked_for(loei, sheet):
    DistrictFactory(code="5101")
    AgencyFactory(key="pio-51", places=["51"])
    path = sheet(row("น้ำพริก"), row("ปลาส้ม", province="ลำพูน", district="เมืองลำพูน"))

    told = import_products(path, "--province", "ลำพูน")

    assert "Rows of other provinces left out: 1" in told
    assert "1 rows = 1 made" in told
    assert Product.objects.get().owner.key == "pio-51"


def test_a_failure_half_way_leaves_nothing_but_the_failed_run(loei, sheet):
    path = sheet(row("น้ำพริก", "กลุ่มทดสอบ"))
    # The product's key is taken at this very moment, when its producer is made.
    parts = ("goods", "4201", producer_key("กลุ่มทดสอบ"), fold("น้ำพริก"))
    key = uuid.uuid5(NAMESPACE, "/".join(("local-authority", *parts)))
    FormKey.objects.create(key=key, model="taken.Elsewhere")

    with pytest.raises(CommandError):
        import_products(path)

    assert (Member.objects.count(), Product.objects.count()) == (0, 0)
    failed = ImportRun.objects.order_by("pk").last()
    assert failed.status == RunStatus.FAILED
    assert failed.error


def test_a_file_that_is_no_workbook_gets_one_sentence(db, tmp_path):
    path = tmp_path / "goods.xlsx"
    path.write_bytes(b"PK\x03\x04 and no more")

    with pytest.raises(CommandError, match=r"\S") as refusal:
        import_products(path)

    assert "\n" not in str(refusal.value)
    assert ImportRun.objects.count() == 0


def test_a_file_that_is_not_there_gets_one_sentence(db, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        import_products(tmp_path / "none.xlsx")


def test_a_sheet_without_the_needed_columns_is_refused(loei, sheet):
    path = sheet(("น้ำพริก", "เลย"), headings=("ชื่อสินค้า OTOP", "จังหวัด"))

    with pytest.raises(CommandError, match="อำเภอ"):
        import_products(path)


def test_without_offices_the_import_says_what_to_run_first(db, sheet):
    DistrictFactory()

    with pytest.raises(CommandError, match=r"manage\.py setup"):
        import_products(sheet(row("น้ำพริก")))

    assert Product.objects.count() == 0


def test_keys_never_change():
    # Another value would make every file imported before anew.
    assert str(NAMESPACE) == "5d0f5b1e-7c1a-5a53-9d2b-6f5c0a4be9d7"


@pytest.mark.parametrize(
    ("numbers", "text"), [([], ""), ([3], "3"), ([5, 2, 3, 4, 9], "2–5, 9")]
)
def test_row_numbers_are_told_in_spans(numbers, text):
    assert spans(numbers) == text


# --- The real file --------------------------------------------------------------


@pytest.fixture
def country(db):
    """Every place, and an office in each province."""
    sync_places()
    for province in Province.objects.exclude(code="10"):
        records.create(
            Agency(
                key=f"cdo-{province.code}",
                kind=AgencyKind.PROVINCIAL_OFFICE,
                name_th=f"สำนักงานพัฒนาชุมชนจังหวัด{province.name_th}",
                state=AgencyState.APPROVED,
            ),
            by=None,
        )


@pytest.mark.once
@pytest.mark.skipif(not REAL.exists(), reason=f"the real file is not at {REAL}")
def test_the_real_file_is_in_with_every_row_accounted_for(country):
    told = import_products(REAL, "--publish")

    run = the_run()
    assert "4187 rows = 4129 made + 40 merged + 18 skipped" in told
    assert run.counts == {
        "rows": 4187,
        "made": 4129,
        "merged": 40,
        "skipped": 18,
        "repaired": 3940,
        "members": 1952,
        "placeholders": 689,
        "products": 4129,
        "members_published": 1890,
        "products_published": 2464,
    }
    assert all(number and reason for number, reason in run.skipped)
    assert Product.objects.values("province").distinct().count() == 48
    masked = Q(name_th__contains="สมมุติ") | Q(search__text_fold__contains="สมมุติ")
    assert not Member.objects.filter(masked).exists()
    assert not Product.objects.filter(masked).exists()
    assert not list(derived.differences(Member.objects.all()))
    assert not list(goods_derived.differences(Product.objects.all()))
    assert not Contact.objects.public().exists()
    assert not Member.objects.filter(is_placeholder=True, status="published").exists()

    again = import_products(REAL, "--publish")

    assert "4187 rows = 0 made + 4169 merged + 18 skipped" in again
    assert Product.objects.count() == 4129
