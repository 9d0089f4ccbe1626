"""The yearly open files of the Community Development Department, read by command."""

import csv
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from members.models import Member
from products.cdd.matching import reasons_in_words
from products.enums import DifferenceState, OutsideState
from products.models import (
    OutsideDifference,
    OutsideProducer,
    OutsideProduct,
    Product,
    StarRating,
)
from registry.actions import records
from registry.actions.merging import merge
from registry.actions.places import sync_places
from registry.changes import Changes
from registry.models import ImportRun, Subdistrict
from tests.factories import (
    AgencyFactory,
    DistrictFactory,
    MemberFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
    SubdistrictFactory,
)

PRODUCERS = ("จังหวัด", "อำเภอ", "ตำบล", "ชื่อผู้ผลิต")
STARS = ("ชื่อผลิตภัณฑ์", "ชื่อผู้ผลิต", "จังหวัด", "ประเภท", "ระดับดาว")
SAMPLE = settings.BASE_DIR.parent / "shared" / "realdata" / "opc_stars_sample.csv"


@pytest.fixture
def loei(db):
    """Two districts of Loei and the office that owns what comes from the list."""
    SubdistrictFactory(code="420101")
    SubdistrictFactory(code="420301")
    return AgencyFactory(key="cdo-42")


@pytest.fixture
def listed(tmp_path):
    """Write rows below headings to a CSV, as the department does."""

    def write(*rows, headings=PRODUCERS, name="producers.csv", encoding="utf-8-sig"):
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([headings, *rows])
        return path

    return write


def of(name, *, district="เมืองเลย", subdistrict="", province="เลย"):
    """A row of the list of producers."""
    return (province, district, subdistrict, name)


def read(producers=None, stars=None, *options, year=2568):
    """Run the command; return what it printed."""
    out = StringIO()
    files = {"--producers": producers, "--stars": stars}
    named = [str(each) for pair in files.items() if pair[1] for each in pair]
    call_command("import_cdd", *named, "--year", str(year), *options, stdout=out)
    return out.getvalue()


def the_row():
    """Return the only producer of the list that is kept."""
    return OutsideProducer.objects.get()


# --- Producers --------------------------------------------------------------------


def test_new_producers_become_drafts_of_the_provinces_office(loei, listed):
    told = read(listed(of("กลุ่มทอผ้าบ้านทดสอบ"), of("นางสาวทดสอบ ไม่มีจริง")))

    assert "2 rows = 2 new + 0 changed + 0 same + 0 bad" in told
    assert "Drafts: 2." in told
    first, second = Member.objects.order_by("pk")
    assert (first.name_th, first.owner, first.status) == (
        "กลุ่มทอผ้าบ้านทดสอบ",
        loei,
        "draft",
    )
    assert (first.producer_type, first.district_id) == ("", "4201")
    assert "2568" in first.private_notes
    assert "ชื่อของบุคคล" in second.private_notes
    assert OutsideProducer.objects.filter(state=OutsideState.NEW).count() == 2


def test_the_same_file_again_changes_nothing(loei, listed):
    MemberFactory(name_th="ร้านแม่ทดสอบ", district__code="4201")
    MemberFactory(name_th="กลุ่มจักสานบ้านทดสอบ", district__code="4201")
    path = listed(
        of("กลุ่มทอผ้าบ้านสมมุติ"),
        of("ร้านแม่ทดสอบ", subdistrict="ทดสอบ"),
        of("จักสานบ้านทดสอบ"),
    )
    read(path)
    before = Member.history.count(), list(OutsideProducer.objects.values())

    told = read(path)

    assert "3 rows = 0 new + 0 changed + 3 same + 0 bad" in told
    assert (Member.history.count(), list(OutsideProducer.objects.values())) == before
    assert ImportRun.objects.count() == 2


def test_a_producer_called_exactly_so_in_the_district_is_the_same_at_once(loei, listed):
    member = MemberFactory(name_th="กลุ่มทอผ้า บ้านทดสอบ", district__code="4201")

    told = read(listed(of("กลุ่มทอผ้าบ้านทดสอบ", district="อ.เมือง", province="จ.เลย")))

    assert "0 new + 0 changed + 1 same" in told
    row = the_row()
    assert (row.state, row.member, row.decided_by) == ("same", member, None)
    assert Member.objects.count() == 1


def test_near_ones_wait_for_a_person_with_the_reasons(loei, listed):
    near = MemberFactory(name_th="กลุ่มทอผ้าบ้านสมมุติ", district__code="4201")
    MemberFactory(name_th="ร้านขนมคนละอย่าง", district__code="4201")

    told = read(listed(of("ทอผ้าบ้านสมมุติ")))

    assert "For the review: 1 new" in told
    row = the_row()
    assert (row.state, row.member) == ("waiting", None)
    (candidate,) = row.candidates
    assert candidate["pk"] == near.pk
    assert reasons_in_words(candidate["reasons"]) == [
        "ชื่อตรงกันเมื่อไม่นับคำว่า “กลุ่ม”",
        "อำเภอเดียวกัน",
    ]
    assert Member.objects.count() == 2


@pytest.mark.parametrize(
    ("ours", "theirs", "is_near"),
    [
        ("กลุ่มทอผ้าบ้านสมมุติ", "กลุ่มทอผ้าบ้านสมุติ", True),
        ("กลุ่มทอผ้าบ้านสมมุติ หมู่ 1", "กลุ่มทอผ้าบ้านสมมุติ หมู่ 2", False),
        ("กลุ่มทอผ้าบ้านสมมุติ หมู่ 1", "กลุ่มทอผ้าบ้านสมมุติ", True),
        ("กลุ่มแม่บ้านเกษตรกรบ้านนาดี", "กลุ่มแม่บ้านเกษตรกรบ้านโคกสูง", False),
        ("วิสาหกิจชุมชนแปรรูปกล้วย", "กลุ่มจักสานไม้ไผ่", False),
    ],
)
def test_alike_is_what_may_be_one_producer(loei, listed, ours, theirs, is_near):
    MemberFactory(name_th=ours, district__code="4201")

    read(listed(of(theirs)))

    assert (the_row().state == OutsideState.WAITING) is is_near


def test_one_called_so_in_another_district_is_looked_at_by_a_person(loei, listed):
    MemberFactory(name_th="กลุ่มทอผ้าบ้านทดสอบ", district__code="4203")

    read(listed(of("กลุ่มทอผ้าบ้านทดสอบ")))

    (candidate,) = the_row().candidates
    assert ["other_district", ""] in candidate["reasons"]


def test_whom_another_row_of_the_list_is_stands_for_nobody_else(loei, listed):
    MemberFactory(name_th="กลุ่มทอผ้าบ้านสมมุติ", district__code="4201")

    read(listed(of("กลุ่มทอผ้าบ้านสมมุติ"), of("กลุ่มทอผ้าบ้านสมุติ")))

    states = OutsideProducer.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["same", "new"]


def test_a_merged_record_stands_for_the_one_it_went_into(loei, listed):
    path = listed(of("กลุ่มทอผ้าบ้านทดสอบ"))
    read(path)
    kept = MemberFactory(name_th="กลุ่มอื่นโดยสิ้นเชิง", district__code="4201")
    merge(kept, the_row().member, by=None, reason="Test")

    told = read(path)

    assert "1 same" in told
    assert Member.objects.count() == 2


def test_an_import_that_was_undone_is_forgotten(loei, listed):
    path = listed(of("กลุ่มทอผ้าบ้านทดสอบ"))
    read(path)
    made = the_row().member
    records.withdraw(made, by=None, note="Undone.")
    ImportRun.objects.update(undone_at="2026-01-01T00:00Z")

    told = read(path)

    assert "1 new" in told
    assert the_row().member != made
    assert the_row().member.status == "draft"


def test_every_row_that_is_not_taken_says_why(loei, listed):
    path = listed(
        of(""),
        of("ก", province=""),
        of("ก", province="แอตแลนติส"),
        of("ก", district=""),
        of("ก", district="ไม่มีจริง"),
        PRODUCERS,
        of("กลุ่มทดสอบ"),
        of("กลุ่ม ทดสอบ"),
    )

    told = read(path)

    assert "8 rows = 1 new + 0 changed + 1 same + 6 bad" in told
    assert ImportRun.objects.get().counts["bad"] == 6
    assert [number for number, _why in ImportRun.objects.get().skipped] == [
        *range(2, 8)
    ]
    assert "Repeated rows: 1." in told


def test_a_trial_writes_nothing_but_counts_alike(loei, listed):
    path = listed(of("กลุ่มทดสอบ"))

    told = read(path, None, "--trial")

    assert "1 rows = 1 new" in told
    assert "Nothing was written" in told
    assert not Member.objects.exists()
    assert not OutsideProducer.objects.exists()
    assert not ImportRun.objects.exists()


def test_rows_of_one_province_can_be_taken_alone(loei, listed):
    DistrictFactory(code="5101")
    AgencyFactory(key="cdo-51", places=["51"])
    path = listed(of("กลุ่มทดสอบ"), of("กลุ่มลำพูน", province="ลำพูน", district="เมืองลำพูน"))

    told = read(path, None, "--province", "loei")

    assert "Rows of other provinces left out: 1" in told
    assert Member.objects.get().name_th == "กลุ่มทดสอบ"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp874"])
def test_headings_stand_in_any_order_with_more_columns(loei, listed, encoding):
    path = listed(
        ("x", "กลุ่มทดสอบ", "เลย", "เมืองเลย"),
        headings=("ลำดับ", "ผู้ประกอบการ", " จังหวัด ", "อำเภอ/เขต"),
        encoding=encoding,
    )

    told = read(path)

    assert "1 rows = 1 new" in told
    assert "Columns left aside: ลำดับ" in told


def test_a_file_without_a_needed_column_is_refused_with_its_name(loei, listed):
    path = listed(("เลย", "กลุ่มทดสอบ"), headings=("จังหวัด", "ชื่อผู้ผลิต"))

    with pytest.raises(CommandError, match="“อำเภอ”"):
        read(path)


# --- What people wrote ------------------------------------------------------------


def test_what_nobody_wrote_is_filled_in_and_what_a_file_said_follows_it(loei, listed):
    SubdistrictFactory(code="420102")
    names = Subdistrict.objects.filter(district="4201").order_by("code")
    one, other = names.values_list("name_th", flat=True)
    read(listed(of("กลุ่มทดสอบ")))

    told = read(listed(of("กลุ่มทดสอบ", subdistrict=one)))
    assert "1 changed" in told
    assert Member.objects.get().subdistrict.name_th == one

    told = read(listed(of("กลุ่ม ทดสอบ", subdistrict=f"ต.{other}")), year=2569)
    assert "1 changed" in told
    member = Member.objects.get()
    assert (member.name_th, member.subdistrict.name_th) == ("กลุ่ม ทดสอบ", other)
    assert the_row().seen_year == 2569
    assert not OutsideDifference.objects.exists()


def test_a_field_a_person_wrote_is_a_difference_and_stays(loei, listed, reviewer):
    path = listed(of("กลุ่มทดสอบ"))
    read(path)
    member = Member.objects.get()
    records.edit(member, Changes({"name_th": "กลุ่มใหม่ล่าสุด"}), by=reviewer)

    told = read(path, year=2569)

    assert "0 changed + 1 same" in told
    assert Member.objects.get().name_th == "กลุ่มใหม่ล่าสุด"
    difference = OutsideDifference.objects.get()
    assert (difference.field, difference.ours, difference.theirs, difference.state) == (
        "name_th",
        "กลุ่มใหม่ล่าสุด",
        "กลุ่มทดสอบ",
        DifferenceState.OPEN,
    )


def test_what_was_decided_about_a_difference_is_remembered(loei, listed, reviewer):
    path = listed(of("กลุ่มทดสอบ"))
    read(path)
    records.edit(Member.objects.get(), Changes({"name_th": "ชื่อที่แก้"}), by=reviewer)
    read(path)
    OutsideDifference.objects.update(state=DifferenceState.KEPT)

    read(path, year=2569)

    assert OutsideDifference.objects.get().state == DifferenceState.KEPT


def test_a_difference_that_is_gone_is_asked_about_no_more(loei, listed, reviewer):
    path = listed(of("กลุ่มทดสอบ"))
    read(path)
    member = Member.objects.get()
    records.edit(member, Changes({"name_th": "ชื่อที่แก้"}), by=reviewer)
    read(path)
    records.edit(member, Changes({"name_th": "กลุ่มทดสอบ"}), by=reviewer)

    read(path)

    assert not OutsideDifference.objects.exists()


# --- Stars ------------------------------------------------------------------------


def test_results_of_new_goods_come_with_drafts_of_goods_and_producers(loei, listed):
    round_ = StarRoundFactory(year=2565)
    producers = listed(of("กลุ่มทดสอบ"))
    stars = listed(
        ("ผ้าไหม", "กลุ่มทดสอบ", "เลย", "ผ้า เครื่องแต่งกาย", "5 ดาว"),
        ("น้ำพริก", "กลุ่มทดสอบ", "เลย", "อาหาร", "ระดับ 4 ดาว"),
        ("สบู่", "กลุ่มทดสอบ", "เลย", "สมุนไพรที่ไม่ใช่อาหาร", "๓"),
        headings=STARS,
        name="stars.csv",
    )

    told = read(producers, stars, year=2565)

    assert "3 rows = 3 new" in told
    assert "Star results entered: 3." in told
    assert Member.objects.count() == 1
    found = Product.objects.order_by("pk").values_list("name_th", "otop_type", "status")
    assert list(found) == [
        ("ผ้าไหม", "textile", "draft"),
        ("น้ำพริก", "food", "draft"),
        ("สบู่", "herb", "draft"),
    ]
    ratings = StarRating.objects.filter(round=round_).order_by("pk")
    assert [each.stars for each in ratings] == [5, 4, 3]
    before = Product.history.count(), StarRating.history.count()

    told = read(producers, stars, year=2565)

    assert "3 rows = 0 new + 0 changed + 3 same + 0 bad" in told
    assert (Product.history.count(), StarRating.history.count()) == before


def test_next_rounds_file_adds_its_results_to_the_same_goods(loei, listed):
    StarRoundFactory(year=2565)
    StarRoundFactory(year=2567)
    product = ProductFactory(name_th="ผ้าไหม", member__name_th="กลุ่มทดสอบ")
    rows = [("ผ้าไหม", "กลุ่มทดสอบ", "เลย", "ผ้า", "4")]
    read(None, listed(*rows, headings=STARS), year=2565)

    told = read(None, listed(*rows, headings=STARS), year=2567)

    assert "0 new + 1 changed + 0 same" in told
    assert product.ratings.count() == 2
    assert OutsideProduct.objects.get().results == {"2565": 4, "2567": 4}


def test_a_result_that_is_there_already_is_never_overwritten(loei, listed):
    rating = StarRatingFactory(
        product__name_th="ผ้าไหม",
        product__member__name_th="กลุ่มทดสอบ",
        round=StarRoundFactory(year=2565),
        total=75,
    )
    path = listed(("ผ้าไหม", "กลุ่มทดสอบ", "เลย", "", "5"), headings=STARS)

    told = read(None, path, year=2565)

    assert "0 new + 0 changed + 1 same" in told
    rating.refresh_from_db()
    assert rating.stars == 3
    difference = OutsideDifference.objects.get()
    assert (difference.field, difference.ours, difference.theirs) == (
        "stars:2565",
        "3",
        "5",
    )


def test_there_must_be_a_round_of_the_year(loei, listed):
    path = listed(("ผ้าไหม", "กลุ่มทดสอบ", "เลย", "", "5"), headings=STARS)

    with pytest.raises(CommandError, match="2565"):
        read(None, path, year=2565)


def test_goods_of_a_producer_nobody_knows_the_district_of_wait(loei, listed):
    StarRoundFactory(year=2565)
    path = listed(("ผ้าไหม", "กลุ่มที่ไม่มีใครรู้จัก", "เลย", "", "5"), headings=STARS)

    told = read(None, path, year=2565)

    assert "For the review: 1 new" in told
    assert not Product.objects.exists()
    assert the_row().state == "waiting"
    waiting = OutsideProduct.objects.get()
    assert (waiting.state, waiting.producer, waiting.results) == (
        "waiting",
        the_row(),
        {"2565": 5},
    )


def test_one_product_given_two_results_is_a_bad_row(loei, listed):
    StarRoundFactory(year=2565)
    ProductFactory(name_th="ผ้าไหม", member__name_th="กลุ่มทดสอบ")
    path = listed(
        ("ผ้าไหม", "กลุ่มทดสอบ", "เลย", "", "5"),
        ("ผ้าไหม", "กลุ่มทดสอบ", "เลย", "", "5"),
        ("ผ้าไหม", "กลุ่มทดสอบ", "เลย", "", "4"),
        headings=STARS,
    )

    told = read(None, path, year=2565)

    assert "3 rows = 0 new + 1 changed + 1 same + 1 bad" in told


def test_a_list_without_producers_is_matched_by_product_in_its_district(loei, listed):
    StarRoundFactory(year=2565)
    known = ProductFactory(name_th="ผ้าไหม", member__district__code="4201")
    ProductFactory(name_th="น้ำพริกปลาร้าทดสอบ", member__district__code="4201")
    path = listed(
        ("เลย", "เมืองเลย", "ผ้าไหม", "5"),
        ("เลย", "เมืองเลย", "น้ำพริกปลาร้าทดสอบบ", "4"),
        ("เลย", "เมืองเลย", "กล้วยตาก", "3"),
        ("เลย", "", "มะพร้าวแก้ว", "3"),
        headings=("จังหวัด", "อำเภอ", "ชื่อผลิตภัณฑ์", "ระดับดาว"),
    )

    read(None, path, year=2565)

    assert known.ratings.get().stars == 5
    states = OutsideProduct.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["same", "waiting", "new", "waiting"]
    made = Product.objects.get(name_th="กล้วยตาก")
    assert (made.member.is_placeholder, made.ratings.get().stars) == (True, 3)


def test_a_list_of_several_years_gives_each_result_to_its_round(loei, listed):
    StarRoundFactory(year=2562)
    StarRoundFactory(year=2565)
    path = listed(
        ("เลย", "เมืองเลย", "ผ้าไหม", "4", "๒๕๖๒"),
        ("เลย", "เมืองเลย", "ผ้าไหม", "5", ""),
        ("เลย", "เมืองเลย", "ผ้าไหม", "5", "2550"),
        headings=("จังหวัด", "อำเภอ", "ชื่อผลิตภัณฑ์", "ระดับดาว", "ปี พ.ศ."),
    )

    told = read(None, path, year=2565)

    assert "3 rows = 1 new + 1 changed + 0 same + 1 bad" in told
    product = Product.objects.get()
    found = product.ratings.order_by("round__year").values_list("round__year", "stars")
    assert list(found) == [(2562, 4), (2565, 5)]


@pytest.mark.skipif(not SAMPLE.exists(), reason=f"no real file at {SAMPLE}")
def test_a_real_list_of_stars_is_read_whole(db):
    StarRoundFactory(year=2565)
    sync_places()
    AgencyFactory(key="cdo-70", places=["70"])
    AgencyFactory(key="cdo-75", places=["75"])

    told = read(None, SAMPLE, year=2565)

    assert "13 rows = 13 new + 0 changed + 0 same + 0 bad" in told
    assert "13 rows = 0 new + 0 changed + 13 same + 0 bad" in read(
        None, SAMPLE, year=2565
    )
