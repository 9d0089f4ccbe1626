"""Goods, certificates and stars come in as they went out, and as offices write them."""

import datetime
from decimal import Decimal

import pytest

from products.enums import MarkScope, Section
from products.models import Certificate, Product, StarCriterion, StarRating
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.enums import RecordStatus, Role
from registry.importing.kinds import kind_at
from registry.importing.opening import names_of
from registry.models import Proposal
from registry.sheets.reading import folded
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    MarkFactory,
    MemberFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
    SubdistrictFactory,
)
from tests.sheets import (
    assert_said,
    bad_rows,
    cells,
    edited,
    fates,
    faults,
    plan,
    repairs,
    template,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def weavers(officer):
    """Keep a published producer of Dan Sai."""
    SubdistrictFactory(code="420101")
    return MemberFactory(
        owner=officer.agency,
        district__code="4205",
        name_th="กลุ่มทอผ้าบ้านทดลอง",
        name_en="Trial Village Weavers",
        published=True,
    )


@pytest.fixture
def shawls(db):
    """Know a shelf, and another of the same name elsewhere."""
    things = CategoryFactory(code="non-edible", name_th="ของใช้", name_en="Things")
    food = CategoryFactory(code="edible", name_th="ของกินได้", name_en="Edible")
    CategoryFactory(code="food-other", parent=food, name_th="อื่น ๆ", name_en="Other")
    CategoryFactory(code="other", parent=things, name_th="อื่น ๆ", name_en="Other")
    return CategoryFactory(
        code="shawls", parent=things, name_th="ผ้าคลุม", name_en="Shawls"
    )


@pytest.fixture
def shawl(weavers, shawls):
    """Keep a draft of which much is known."""
    return ProductFactory(
        member=weavers,
        category=shawls,
        name_th="ผ้าคลุมไหล่ฝ้าย",
        name_en="Cotton shawl",
        price_min=Decimal("250.00"),
        price_max=Decimal("1250.50"),
        unit_th="ผืน",
        unit_en="piece",
        size_th="90 x 180 ซม.",
        shelf_life_days=365,
        air_travel="cabin",
        season=0b1000_0000_0001,
        story_th="ทอมือ\nย้อมคราม",
        design_year=2566,
        private_notes="SECRET NOTE",
    )


@pytest.fixture
def plain(weavers):
    """Keep a draft of which next to nothing is known."""
    return ProductFactory(
        member=weavers, name_th="ย่าม", name_en="", otop_type="", price_min=None
    )


# --- Round trips ----------------------------------------------------------------------


@pytest.fixture
def everything(shawl, plain, weavers):
    """Keep a row of each kind, and rows that only some may see."""
    mark = MarkFactory(
        abbreviation_th="มผช.", abbreviation_en="TCPS", given_to=MarkScope.BOTH
    )
    CertificateFactory(product=shawl, mark=mark, number="มผช.30/2546")
    CertificateFactory(product=shawl, mark=mark, number="", expires_on=None)
    CertificateFactory(product=None, member=weavers, mark=mark, expired=True)
    StarRatingFactory(product=shawl, round=StarRoundFactory(year=2565), total=92)
    StarRatingFactory(
        product=shawl, round=StarRoundFactory(year=2562), total=None, stars=3
    )
    StarRatingFactory(
        product=plain,
        round=StarRoundFactory(year=2560),
        score_product=Decimal("27.5"),
        score_market=20,
        score_quality=40,
    )


COUNTS = {"products": 2, "certificates": 3, "ratings": 3}


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("kind", COUNTS)
def test_what_went_out_comes_in_without_a_change(
    everything, officer, reviewer, kind, language
):
    for user in (officer, reviewer):
        content = template(kind, user, language=language, filled=True)
        planned = plan(kind, content, user)

        assert faults(planned) == []
        assert repairs(planned) == []
        same = {"new": 0, "changed": 0, "same": COUNTS[kind], "bad": 0}
        assert fates(planned) == same


@pytest.mark.parametrize(
    ("kind", "edits", "changes"),
    [
        (
            "products",
            {(3, "หน่วยขาย (ภาษาไทย)"): "ชิ้น", (4, "ราคาตั้งแต่ (บาท)"): 20},
            {"unit_th", "price_min"},
        ),
        (
            "certificates",
            {(3, "วันหมดอายุ"): "14/03/2570", (5, "เลขที่มาตรฐาน"): "มผช. 1/2560"},
            {"expires_on", "standard_number"},
        ),
        (
            "ratings",
            {(3, "คะแนนรวม"): 95, (4, "ระดับดาว"): 4},
            {"total", "stars"},
        ),
    ],
)
def test_two_cells_that_were_changed_are_two_changes(
    everything, officer, kind, edits, changes
):
    content = edited(template(kind, officer, filled=True), edits)

    planned = plan(kind, content, officer)

    assert faults(planned) == []
    same = COUNTS[kind] - 2
    assert fates(planned) == {"new": 0, "changed": 2, "same": same, "bad": 0}
    assert [[key for key, _old, _new in row.cells] for row in planned.rows if row.cells]
    assert {key for row in planned.rows for key, _old, _new in row.cells} == changes
    write(planned, kind, officer)
    again = plan(kind, template(kind, officer, filled=True), officer)
    assert fates(again)["same"] == COUNTS[kind]


@pytest.mark.parametrize("kind", COUNTS)
def test_a_person_gets_the_rows_of_the_own_agency_or_province(
    everything, kind, officer, stranger, reviewer, foreign_reviewer
):
    counts = [
        len(list(kind_at(kind).existing(user)))
        for user in (officer, stranger, reviewer, foreign_reviewer)
    ]

    assert counts == [COUNTS[kind], 0, COUNTS[kind], 0]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("kind", "queries"), [("products", 2), ("certificates", 2), ("ratings", 1)]
)
def test_rows_of_a_workbook_take_few_queries(
    reviewer, kind, queries, count, django_assert_num_queries
):
    for product in ProductFactory.create_batch(count, category=CategoryFactory()):
        CertificateFactory(product=product)
        StarRatingFactory(product=product)
    assert reviewer.scope

    with django_assert_num_queries(queries):
        assert len(list(kind_at(kind).existing(reviewer))) == count


def test_internal_notes_never_leave_the_register(shawl, officer):
    content = template("products", officer, filled=True)

    assert not any("SECRET" in str(cell) for row in cells(content) for cell in row)


# --- Goods as offices write them ------------------------------------------------------


def test_a_row_as_offices_write_it_is_repaired_and_entered(weavers, shawls, officer):
    planned = plan(
        "products",
        [
            ["ทะเบียนผลิตภัณฑ์"],
            [
                *("ลำดับ", "ชื่อผลิตภัณฑ์", "ผู้ผลิต", "อำเภอ", "หมวดหมู่", "ประเภท OTOP"),
                *("ราคา", "หน่วย", "อายุการเก็บ", "ฤดูกาล", "ระดับดาว"),
            ],
            [
                *(1, "ผ้าพันคอ", "กลุ่ม ทอผ้า บ้านทดลอง", "อ.ด่านซ้าย"),
                *("ของใช้ > ผ้าคลุม", "ผ้าและเครื่องแต่งกาย", "๑๒๐ - ๑๕๐ บาท", "ผืน"),
                *("6 เดือน", "พ.ย.-ม.ค.", 5),
            ],
            [
                *(2, "Textile bag", "Trial Village Weavers", "", "shawls", "textile"),
                *("150.-", "piece", 30, "all year", ""),
            ],
        ],
        officer,
    )

    assert faults(planned) == []
    write(planned, "products", officer)
    scarf, bag = Product.objects.order_by("code")
    assert (scarf.member, scarf.category, scarf.otop_type) == (
        weavers,
        shawls,
        "textile",
    )
    assert (scarf.price_min, scarf.price_max, scarf.unit_th) == (120, 150, "ผืน")
    assert (scarf.shelf_life_days, scarf.months) == (180, (1, 11, 12))
    assert (scarf.owner_id, scarf.province_id) == (weavers.owner_id, "42")
    assert (bag.price_min, bag.price_max, bag.unit_th, bag.unit_en) == (
        *(150, None, ""),
        "piece",
    )
    assert (bag.season, bag.status) == (0, RecordStatus.DRAFT)
    assert not StarRating.objects.exists()


BAD_GOODS = [
    ("ผู้ผลิต", "กลุ่มทอผ้าบ้านทดลองง", "member", "กลุ่มทอผ้าบ้านทดลอง (42-M-00001)"),
    ("รหัสผู้ผลิต", "42-M-09999", "member_code", "ไม่พบผู้ผลิตรหัส 42-M-09999"),
    ("หมวดหมู่", "อื่น ๆ", "category", "ของกินได้ › อื่น ๆ; ของใช้ › อื่น ๆ"),
    ("หมวดหมู่", "ผ้าคลุมม", "category", "ท่านหมายถึง ของใช้ › ผ้าคลุม"),
    ("ราคา", "ถูกมาก", "price_min", "“ถูกมาก”"),
    ("ราคาถึง (บาท)", "50", "", "ราคา"),
    ("ฤดูกาล", "หน้าหนาว", "season", "“หน้าหนาว”"),
    ("ชื่อผลิตภัณฑ์", "", "name_th", ""),
]


def test_what_is_wrong_is_said_in_a_sentence(weavers, shawls, officer):
    good = {"ชื่อผลิตภัณฑ์": "ผ้าพันคอ", "ผู้ผลิต": weavers.name_th, "ราคา": "100"}

    planned = plan("products", bad_rows(good, BAD_GOODS), officer)

    assert_said(planned, BAD_GOODS)


def test_a_new_product_has_a_producer_and_one_alone_is_asked_for(weavers, officer):
    planned = plan("products", [["ชื่อผลิตภัณฑ์", "ราคา"], ["ผ้าพันคอ", 5]], officer)

    assert faults(planned) == [("member", "กรุณากรอกรหัสผู้ผลิต หรือชื่อผู้ผลิตและอำเภอ")]


def test_producers_of_one_name_are_told_apart_by_district_or_code(
    weavers, officer, shawl
):
    twin = MemberFactory(
        owner=officer.agency, name_th=weavers.name_th, district__code="4203"
    )
    heading = ["ชื่อผลิตภัณฑ์", "ผู้ผลิต", "อำเภอ", "รหัสผู้ผลิต"]

    def planned(*values):
        return plan(
            "products", [heading, ["ผ้าพันคอ", weavers.name_th, *values]], officer
        )

    [(key, said)] = faults(planned("", ""))
    assert key == "member"
    assert weavers.code in said
    assert twin.code in said
    assert fates(planned("เชียงคาน", ""))["new"] == 1
    assert fates(planned("", twin.code))["new"] == 1
    [(key, said)] = faults(
        plan("products", [heading, ["ผ้าพันคอ", "กลุ่มอื่น", "", twin.code]], officer)
    )
    assert (key, twin.code in said) == ("member", True)


def test_goods_of_a_producer_that_was_withdrawn_come_in_as_they_went_out(
    shawl, weavers, officer
):
    records.withdraw(weavers, by=None, note="Left.")

    content = template("products", officer, filled=True)

    assert fates(plan("products", content, officer))["same"] == 1


def test_another_agencys_producer_is_none_of_an_officers(weavers, stranger):
    rows = [["ชื่อผลิตภัณฑ์", "รหัสผู้ผลิต"], ["ผ้าพันคอ", weavers.code]]

    assert fates(plan("products", rows, stranger))["bad"] == 1


def test_an_officers_change_of_what_is_public_becomes_a_proposal(
    weavers, officer, reviewer
):
    product = ProductFactory(member=weavers, published=True)
    rows = [["รหัส", "ราคา"], [product.code, 999]]

    planned = plan("products", rows, officer)
    assert planned.rows[0].is_proposal
    assert not plan("products", rows, reviewer).rows[0].is_proposal
    write(planned, "products", officer)

    product.refresh_from_db()
    assert product.price_min == 250
    assert Proposal.objects.get().object_id == product.pk


# --- Certificates ------------------------------------------------------------


def test_certificates_find_their_holder_by_code_or_by_name(weavers, shawl, officer):
    mark = MarkFactory(
        abbreviation_th="มผช.",
        pattern=r"^มผช\.?\s?\d{1,4}/25\d{2}$",
        given_to=MarkScope.BOTH,
    )
    planned = plan(
        "certificates",
        [
            ["รหัส", "ชื่อผลิตภัณฑ์", "ผู้ผลิต", "เครื่องหมาย", "เลขที่", "วันที่ออก", "วันหมดอายุ"],
            [shawl.code, "", "", "มผช.", "มผช.๓๐/๒๕๔๖", "15/03/2567", None],
            ["", "ผ้าคลุมไหล่ฝ้าย", "", "มผช", "1234", None, datetime.date(2570, 3, 14)],
            ["", "", weavers.name_th, mark.code, "มผช.31/2546", "15 มี.ค. 2567", None],
        ],
        officer,
    )

    assert faults(planned) == []
    assert [key for key, said in repairs(planned) if "“1234”" in said] == ["number"]
    write(planned, "certificates", officer)
    found = Certificate.objects.order_by("number").values_list(
        "product", "number", "issued_on", "expires_on"
    )
    assert list(found) == [
        (shawl.pk, "1234", None, datetime.date(2027, 3, 14)),
        (shawl.pk, "มผช.30/2546", datetime.date(2024, 3, 15), None),
    ]
    assert Proposal.objects.get().object_id == weavers.pk


def test_a_certificate_an_officer_changed_is_looked_at_again(shawl, officer, reviewer):
    certificate = CertificateFactory(
        product=shawl, checked_on=datetime.date(2026, 1, 5), checked_by=reviewer
    )
    content = edited(
        template("certificates", officer, filled=True), {(3, "วันหมดอายุ"): "14/03/2570"}
    )

    write(plan("certificates", content, officer), "certificates", officer)

    certificate.refresh_from_db()
    assert certificate.expires_on == datetime.date(2027, 3, 14)
    assert (certificate.checked_on, certificate.checked_by) == (None, None)


BAD_CERTIFICATES = [
    ("เครื่องหมาย", "มผส.", "mark", "ไม่พบเครื่องหมายรับรอง “มผส.”"),
    ("เครื่องหมาย", "", "mark", ""),
    ("เครื่องหมาย", "อาคาร", "mark", "ให้แก่ผู้ผลิต ไม่ใช่ผลิตภัณฑ์"),
    ("เลขที่", "1/2546", "number", "มผช."),
    ("วันหมดอายุ", "31/02/2570", "expires_on", "31"),
    ("วันหมดอายุ", "01/01/2550", "", ""),
    ("รหัส", "42-P-09999", "code", "ไม่พบรหัส 42-P-09999"),
]


def test_what_is_wrong_with_a_certificate_is_said(shawl, officer):
    MarkFactory(
        abbreviation_th="มผช.",
        pattern=r"^มผช\.?\s?\d{1,4}/25\d{2}$",
        pattern_is_firm=True,
    )
    MarkFactory(abbreviation_th="อาคาร", given_to=MarkScope.MEMBER)
    good = {"รหัส": shawl.code, "เครื่องหมาย": "มผช.", "วันที่ออก": "15/03/2567"}
    good["เลขที่"] = "มผช.30/2546"

    planned = plan("certificates", bad_rows(good, BAD_CERTIFICATES), officer)

    assert_said(planned, BAD_CERTIFICATES)


# --- Stars ------------------------------------------------------------


def test_stars_follow_from_the_points(shawl, plain, officer):
    StarRoundFactory(year=2565)
    planned = plan(
        "ratings",
        [
            ["รหัสผลิตภัณฑ์", "ชื่อผลิตภัณฑ์", "ปี", "ส่วน ก", "ส่วน ข", "ส่วน ค", "ระดับดาว"],
            [shawl.code, "", "พ.ศ. ๒๕๖๕", 27.5, 20, 40, ""],
            ["", "ย่าม", 2022, "", "", "", "ระดับ 3 ดาว"],
        ],
        officer,
    )

    assert faults(planned) == []
    write(planned, "ratings", officer)
    assert list(
        StarRating.objects.order_by("product__code").values_list(
            "product", "round__year", "total", "stars"
        )
    ) == [(shawl.pk, 2565, Decimal("87.50"), 4), (plain.pk, 2565, None, 3)]


BAD_RESULTS = [
    ({"ปี": 2564}, "round", "ไม่มีรอบการคัดสรรปี พ.ศ. 2564 ในทะเบียน (มีรอบปี 2565)"),
    ({"ปี": ""}, "round", "กรุณากรอกปีของรอบการคัดสรร"),
    ({"คะแนนรวม": 85}, "stars", "85 คะแนนอยู่ในระดับ 4 ดาว ไม่ใช่ 5 ดาว"),
    ({"คะแนนรวม": 101}, "total", "100"),
    ({"ระดับดาว": 0}, "stars", "0 ดาวหมายถึงไม่ได้รับการจัดระดับ"),
    ({"ระดับดาว": ""}, "stars", "คะแนน"),
    ({"ระดับดาว": 6}, "stars", "5"),
    ({"ส่วน ก": 40}, "score_product", "30"),
    (
        {"ส่วน ก": 20, "ส่วน ข": 20, "ส่วน ค": 40, "คะแนนรวม": 92, "ระดับดาว": ""},
        "total",
        "เท่ากับ 80 คะแนน",
    ),
    ({"รหัสผลิตภัณฑ์": "42-P-09999"}, "code", "ไม่พบผลิตภัณฑ์รหัส 42-P-09999"),
]


def test_what_is_wrong_with_a_result_is_said(weavers, officer):
    given = StarRoundFactory(year=2565)
    most = StarCriterion(otop_type="textile", section=Section.PRODUCT, maximum=30)
    records.edit(
        given, Changes(children={"criteria": ChildChanges(added=(most,))}), by=None
    )
    heading = ["รหัสผลิตภัณฑ์", "ปี", "ระดับดาว", "คะแนนรวม", "ส่วน ก", "ส่วน ข", "ส่วน ค"]
    rows = []
    for told, _key, _said in BAD_RESULTS:
        code = ProductFactory(member=weavers).code
        row = {"รหัสผลิตภัณฑ์": code, "ปี": 2565, "ระดับดาว": 5} | told
        rows.append([row.get(each) for each in heading])

    planned = plan("ratings", [heading, *rows], officer)

    assert_said(planned, BAD_RESULTS)


# --- Templates and real files ------------------------------------------------------


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_examples_of_the_templates_can_be_entered(officer, shawls, language):
    weavers = MemberFactory(owner=officer.agency)
    MemberFactory(owner=officer.agency, name_th="กลุ่มจักสานบ้านสมมุติ", name_en="")
    ProductFactory(member=weavers)
    ProductFactory(member=weavers, name_th="กล้วยตากสมมุติ")
    MarkFactory(abbreviation_th="มผช.", abbreviation_en="TCPS", given_to=MarkScope.BOTH)
    StarRoundFactory(year=2567)

    for kind in COUNTS:
        planned = plan(
            kind, cells(template(kind, officer, language=language), 1), officer
        )
        assert (kind, faults(planned)) == (kind, [])
        assert fates(planned) == {"new": 2, "changed": 0, "same": 0, "bad": 0}


@pytest.mark.parametrize("kind", ["members", *COUNTS])
@pytest.mark.parametrize("role", [Role.OFFICER, Role.REVIEWER])
def test_no_heading_names_two_columns(officer, kind, role):
    officer.role = role
    names = [
        name
        for column in kind_at(kind).columns(officer)
        for name in {folded(each) for each in names_of(column)}
    ]

    assert sorted(names) == sorted(set(names))
