"""Producers come in from spreadsheets as they went out, and as offices write them."""

import datetime

import pytest

from members.enums import ContactKind
from members.models import Contact, Member
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.importing.kinds import kind_at
from tests.factories import (
    AgencyFactory,
    ContactFactory,
    MemberFactory,
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
def places(db):
    """Know some of Loei, and a province nobody of Loei works in."""
    SubdistrictFactory(code="420101", postcode="42000")
    SubdistrictFactory(code="420301", postcode="42110")
    SubdistrictFactory(code="420501", postcode="42120")
    SubdistrictFactory(code="510101")


@pytest.fixture
def weavers(places, officer):
    """Keep a published producer of whom much is known."""
    member = MemberFactory(
        owner=officer.agency,
        district__code="4205",
        subdistrict=SubdistrictFactory(code="420501"),
        name_th="กลุ่มทอผ้าบ้านทดลอง",
        name_en="Trial Village Weavers",
        legal_form="community_enterprise",
        otop_number="420501-0017",
        otop_year=2560,
        juristic_number="0105536000011",
        village_number="4",
        workers=24,
        local_workers=20,
        quadrant="B",
        latitude="17.27750",
        longitude="101.14990",
        story_th="บรรทัดหนึ่ง\nบรรทัดสอง",
        private_notes="SECRET NOTE",
    )
    ContactFactory(member=member, kind=ContactKind.LEADER, value="นางสาวสมมติ ทดลอง")
    ContactFactory(member=member, value="+66812345670", consented=True)
    ContactFactory(
        member=member,
        kind=ContactKind.PHONE,
        is_personal=False,
        value="+6642811234",
        extension="12",
    )
    ContactFactory(member=member, kind=ContactKind.PHONE, value="+6642811999")
    ContactFactory(member=member, kind=ContactKind.EMAIL, value="a@test.example")
    ContactFactory(member=member, kind=ContactKind.LINE, value="@weavers")
    for kind in (ContactKind.PAGE, ContactKind.WEBSITE, ContactKind.VIDEO):
        ContactFactory(
            member=member,
            kind=kind,
            value=f"https://www.{kind}.example/",
            is_personal=False,
        )
    return Member.objects.get(pk=member.pk)


# --- Round trip -------------------------------------------------------------------


@pytest.mark.parametrize("language", ["th", "en"])
def test_what_went_out_comes_in_without_a_change(weavers, officer, language):
    MemberFactory(owner=officer.agency, name_en="", producer_type="")

    planned = plan(
        "members", template("members", officer, language=language, filled=True), officer
    )

    assert faults(planned) == []
    assert fates(planned) == {"new": 0, "changed": 0, "same": 2, "bad": 0}


def test_two_cells_that_were_changed_are_two_changes(weavers, officer):
    other = MemberFactory(owner=officer.agency)
    content = template("members", officer, filled=True)
    rows = [row[0] for row in cells(content)]

    planned = plan(
        "members",
        edited(
            content,
            {
                (rows.index(weavers.code) + 1, "จำนวนแรงงาน"): 25,
                (rows.index(other.code) + 1, "ชื่อภาษาอังกฤษ"): "Renamed",
            },
        ),
        officer,
    )

    assert fates(planned) == {"new": 0, "changed": 2, "same": 0, "bad": 0}
    assert sorted(row.cells for row in planned.rows) == [
        [("name_en", other.name_en, "Renamed")],
        [("workers", "24", "25")],
    ]


def test_internal_notes_never_leave_the_register(weavers, officer):
    content = template("members", officer, filled=True)

    assert not any("SECRET" in str(cell) for row in cells(content) for cell in row)
    assert "บันทึกภายใน" not in cells(content)[1]
    assert "บันทึกภายใน" in cells(template("members", officer))[1]


def test_a_person_gets_the_rows_of_the_own_agency_or_province(
    weavers, officer, stranger, reviewer, foreign_reviewer
):
    def codes(user):
        return [row["code"] for row in kind_at("members").existing(user)]

    assert codes(stranger) == []
    assert codes(foreign_reviewer) == []
    assert codes(officer) == codes(reviewer) == [weavers.code]


@pytest.mark.parametrize("count", [1, 3])
def test_rows_of_a_workbook_take_two_queries(
    weavers, reviewer, count, django_assert_num_queries
):
    for member in MemberFactory.create_batch(count - 1):
        ContactFactory(member=member)
    assert reviewer.scope

    with django_assert_num_queries(2):
        assert len(list(kind_at("members").existing(reviewer))) == count


def test_a_csv_of_the_report_comes_in_without_a_change(client, weavers, officer):
    MemberFactory(owner=officer.agency, name_th='=HYPERLINK("x")', name_en="-1+2")
    client.force_login(officer)
    answer = client.get("/reports/members/", {"format": "csv"})

    planned = plan("members", answer.getvalue(), officer, name="members.csv")

    assert faults(planned) == []
    assert fates(planned) == {"new": 0, "changed": 0, "same": 2, "bad": 0}


# --- As offices write them ----------------------------------------------------------


def test_a_row_as_offices_write_it_is_repaired_and_entered(places, officer):
    planned = plan(
        "members",
        [
            ["บัญชีรายชื่อกลุ่มผู้ผลิต ปี ๒๕๖๙"],
            [],
            [
                *("ชื่อกลุ่ม ", "ประเภท\nผู้ประกอบการ", "จังหวัด", "อำเภอ", "ตำบล"),
                *("หมู่ที่", "ปีที่ลงทะเบียน", "จำนวนแรงงาน", "Quadrant"),
                *("เบอร์โทรศัพท์", "โทรศัพท์ร้าน", "ประธานกลุ่ม", "เฟซบุ๊ก", "เลขนิติบุคคล"),
                "ช่องแปลก",
            ],
            [
                *("กลุ่มทอผ้า  บ้านนํ้าภู", "Community producer group", "จ.เลย"),
                *("อ.เมือง", "ต.กุดป่อง", "๔", 2017, "๒๔ คน", "b"),
                *(812345670.0, "042-811-234 ต่อ 12, 081-234-5671", "นางสมมติ ทดลอง"),
                *("facebook.com/weavers", "105536000011", "x"),
            ],
        ],
        officer,
    )

    assert faults(planned) == []
    write(planned, "members", officer)
    member = Member.objects.get()
    assert (member.name_th, member.producer_type, member.quadrant) == (
        "กลุ่มทอผ้า บ้านน้ำภู",
        "group",
        "B",
    )
    assert (member.district_id, member.subdistrict_id, member.postcode) == (
        "4201",
        "420101",
        "42000",
    )
    assert (member.village_number, member.otop_year, member.workers) == ("4", 2560, 24)
    assert member.juristic_number == "0105536000011"
    assert (member.owner_id, member.province_id) == (officer.agency_id, "42")
    assert list(
        member.contacts.order_by("position").values_list(
            "kind", "value", "extension", "is_personal", "consented_on"
        )
    ) == [
        ("leader", "นางสมมติ ทดลอง", "", True, None),
        ("mobile", "+66812345670", "", True, None),
        ("phone", "+6642811234", "12", False, None),
        ("mobile", "+66812345671", "", True, None),
        ("page", "https://facebook.com/weavers", "", False, None),
    ]
    assert {key for key, _said in repairs(planned)} == {
        *("name_th", "village_number", "otop_year", "workers", "personal_phone"),
        *("shop_phone", "juristic_number"),
    }


BAD = [
    ("อำเภอ", "เชียงคาร", "district", "ท่านหมายถึง เชียงคาน ใช่หรือไม่"),
    ("ตำบล", "นาอ้อ", "subdistrict", "ไม่พบตำบล “นาอ้อ” ในอำเภอด่านซ้าย"),
    ("จังหวัด", "ลำพูน", "province", "จังหวัดลำพูนอยู่นอกพื้นที่ที่ท่านดูแล"),
    ("จังหวัด", "เลยย", "province", "ไม่พบจังหวัด “เลยย” ท่านหมายถึง เลย ใช่หรือไม่"),
    ("รหัสไปรษณีย์", "4200", "postcode", "รหัสไปรษณีย์มีตัวเลขห้าหลัก เช่น 42000"),
    (
        *("เลขนิติบุคคล", "0105536000012", "juristic_number"),
        "เลขทะเบียนนิติบุคคลไม่ถูกต้อง โปรดตรวจสอบตัวเลข 13 หลัก",
    ),
    (
        *("เบอร์โทรศัพท์", "081-234", "personal_phone"),
        "กรุณากรอกหมายเลขโทรศัพท์ของไทย เช่น 042-811-234",
    ),
    ("อีเมล", "a@b", "email", "โปรดกรอกอีเมลให้ถูกต้อง"),
    ("ประเภทผู้ผลิต", "บริษัท", "producer_type", "“บริษัท”"),
    ("อำเภอ", "", "district", "กรุณากรอกอำเภอ"),
    ("ปีที่ลงทะเบียน", "60", "otop_year", "ให้ครบสี่หลัก"),
]


def test_what_is_wrong_is_said_in_a_sentence(places, officer):
    planned = plan(
        "members",
        bad_rows({"ชื่อกลุ่ม": "กลุ่มทดลอง", "อำเภอ": "ด่านซ้าย"}, BAD),
        officer,
    )

    assert_said(planned, BAD)


def test_a_wrong_telephone_alone_makes_a_row_of_the_register_bad(weavers, officer):
    planned = plan(
        "members",
        [["รหัส", "โทรศัพท์ส่วนบุคคล"], [weavers.code, "ไม่มี 123"]],
        officer,
    )

    assert fates(planned)["bad"] == 1
    assert planned.work.editing == {}


def test_the_same_name_in_the_district_is_the_same_producer(weavers, officer, stranger):
    rows = [["ชื่อกลุ่ม", "อำเภอ"], ["กลุ่ม ทอผ้า บ้านทดลอง", "ด่านซ้าย"]]
    near = [rows[0], ["กลุ่มทอผ้าบ้านทดลองง", "ด่านซ้าย"]]

    assert fates(plan("members", rows, officer))["changed"] == 1
    [row] = plan("members", near, officer).rows
    assert [twin["code"] for twin in row.twins] == [weavers.code]


def test_an_officer_names_no_owner_and_a_reviewer_may(weavers, officer, reviewer):
    AgencyFactory(name_th="สำนักงานอื่น", abbreviation_th="สอ.เลย")
    rows = [["รหัส", "หน่วยงานเจ้าของข้อมูล"], [weavers.code, "สอ.เลย"]]

    assert fates(plan("members", rows, reviewer))["changed"] == 1
    rows[0].append("จำนวนแรงงาน")
    rows[1].append(24)
    assert fates(plan("members", rows, officer))["same"] == 1
    rows[1][1] = "ไม่มีหน่วยงานนี้"
    [(key, said)] = faults(plan("members", rows, reviewer))
    assert key == "owner"
    assert "ไม่พบหน่วยงาน “ไม่มีหน่วยงานนี้”" in said


def test_an_administrator_without_an_agency_says_whose_a_new_record_is(
    places, administrator
):
    rows = [["ชื่อกลุ่ม", "จังหวัด", "อำเภอ"], ["กลุ่มทดลอง", "เลย", "ด่านซ้าย"]]

    assert faults(plan("members", rows, administrator)) == [
        ("owner", "กรุณาระบุหน่วยงานเจ้าของข้อมูล")
    ]


# --- Contacts -----------------------------------------------------------------------


def contacts_of(member):
    return {
        (each.kind, each.value): each.consented_on
        for each in Contact.objects.filter(member=member)
    }


def test_a_changed_number_loses_the_consent_given_for_the_old_one(weavers, officer):
    before = contacts_of(weavers)
    [old] = [each for each in weavers.contacts.all() if each.value == "+66812345670"]
    rows = [
        ["รหัส", "โทรศัพท์ส่วนบุคคล"],
        [weavers.code, "081-234-5679, 042-811-999"],
    ]

    planned = plan("members", rows, officer)
    write(planned, "members", officer)

    assert before["mobile", "+66812345670"] is not None
    after = contacts_of(weavers)
    assert after.keys() - before.keys() == {("mobile", "+66812345679")}
    assert before.keys() - after.keys() == {("mobile", "+66812345670")}
    changed = Contact.objects.get(pk=old.pk)
    assert (changed.value, changed.consented_on, changed.consent_wording) == (
        "+66812345679",
        None,
        "",
    )
    assert [row.cells for row in planned.rows] == [
        [
            (
                "personal_phone",
                "081-234-5670, 042-811-999",
                "081-234-5679, 042-811-999",
            )
        ]
    ]


def test_a_number_in_the_other_column_is_not_entered_twice(weavers, officer):
    rows = [["รหัส", "โทรศัพท์ร้าน"], [weavers.code, "042-811-234 ต่อ 12; 081-234-5670"]]

    assert fates(plan("members", rows, officer))["same"] == 1


def test_a_contact_somebody_took_off_is_in_no_file_and_comes_back_by_none(
    weavers, officer
):
    mobile = weavers.contacts.get(value="+66812345670")
    records.edit(
        weavers,
        Changes(
            children={
                "contacts": ChildChanges(
                    changed={
                        mobile.pk: {"consent_withdrawn_on": datetime.date(2026, 2, 1)}
                    }
                )
            }
        ),
        by=None,
    )
    content = template("members", officer, filled=True)

    assert not any(
        "081-234-5670" in str(cell) for row in cells(content) for cell in row
    )
    assert fates(plan("members", content, officer))["same"] == 1
    rows = [["รหัส", "โทรศัพท์ส่วนบุคคล"], [weavers.code, "081-234-5670, 042-811-999"]]
    assert fates(plan("members", rows, officer))["same"] == 1


def test_an_emptied_cell_of_the_workbook_takes_its_contacts_away(weavers, officer):
    content = edited(template("members", officer, filled=True), {(3, "ไลน์"): None})

    planned = plan("members", content, officer)
    write(planned, "members", officer)

    assert [row.cells for row in planned.rows] == [[("line", "@weavers", "")]]
    assert not weavers.contacts.filter(kind=ContactKind.LINE).exists()


def test_masked_data_are_left_as_they_are(weavers, officer):
    rows = [
        ["รหัส", "ผู้นำกลุ่มหรือเจ้าของ", "โทรศัพท์ส่วนบุคคล"],
        [weavers.code, "ส… ทด…", "081-xxx-x670, 042-xxx-x999"],
    ]

    assert fates(plan("members", rows, officer))["same"] == 1


# --- The template --------------------------------------------------------------------


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_examples_of_the_template_can_be_entered(places, reviewer, language):
    MemberFactory(district__code="4201")
    content = template("members", reviewer, language=language)

    planned = plan("members", cells(content, 1), reviewer)

    assert faults(planned) == []
    assert fates(planned) == {"new": 2, "changed": 0, "same": 0, "bad": 0}
