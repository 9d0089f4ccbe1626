"""Outside lists on the pages of the import: check, confirm, again, undo."""

import csv
import io

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.models import Member
from products.cdd.kinds import ProducersKind, StarsKind, YearNeeded
from products.importing.kinds import LocalAuthorityKind
from products.models import (
    OutsideDifference,
    OutsideProducer,
    OutsideProduct,
    Product,
    StarRating,
)
from registry import jobs
from registry.actions import imports
from registry.actions.places import sync_places
from registry.enums import ImportStep, RowChoice
from registry.importing.kinds import Choices, Sheet, kinds_for
from registry.models import ImportRun
from registry.sheets.gate import COMMAND_LIMITS, admit
from registry.sheets.reading import read_rows
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
GOODS = ("ชื่อสินค้า OTOP", "อปท.", "อำเภอ", "จังหวัด", "ชื่อสถานที่จัดจำหน่าย", "เบอร์โทรศัพท์")
REAL = settings.BASE_DIR.parent / "shared" / "realdata" / "otop_products_2021.xlsx"


@pytest.fixture
def loei(db):
    """Two districts of Loei and the office that owns what comes from lists."""
    SubdistrictFactory(code="420101")
    DistrictFactory(code="5101")
    return AgencyFactory(key="cdo-42")


def sent(kind, heading, *rows, by, name="list.csv"):
    """Send rows as a CSV; return the run when it is checked."""
    text = io.StringIO()
    csv.writer(text).writerows([heading, *rows])
    run = imports.begin(
        text.getvalue().encode("utf-8-sig"), name=name, kind=kind, by=by
    )
    return fresh(run)


def fresh(run):
    """Do what the run waits for, and return it as it is then."""
    jobs.do("registry.ImportRun", run.pk)
    return ImportRun.objects.get(pk=run.pk)


def confirmed(run, *, only_good=False):
    """Have a checked run written."""
    imports.confirm(run, only_good=only_good, by=run.by, digest=run.digest)
    return fresh(run)


def fates(run):
    """Return how many rows have which fate."""
    found = {key: run.counts[key] for key in ("new", "changed", "same", "bad")}
    assert sum(found.values()) == run.counts["rows"]
    return tuple(found.values())


def test_the_lists_are_for_reviewers_and_administrators(
    loei, officer, reviewer, administrator
):
    ours = {"cdd-producers", "cdd-stars", "local-authority"}

    assert ours <= {kind.slug for kind in kinds_for(reviewer)}
    assert ours <= {kind.slug for kind in kinds_for(administrator)}
    assert not ours & {kind.slug for kind in kinds_for(officer)}


def test_producers_are_checked_confirmed_found_again_and_undone(loei, reviewer):
    known = MemberFactory(name_th="ร้านแม่ทดสอบ", district__code="4201")
    near = MemberFactory(name_th="กลุ่มจักสานบ้านทดสอบ", district__code="4201")
    rows = [
        ("เลย", "เมืองเลย", "", "กลุ่มทอผ้าบ้านสมมุติ"),
        ("เลย", "เมืองเลย", "กุดป่อง", "ร้านแม่ทดสอบ"),
        ("เลย", "เมืองเลย", "", "จักสานบ้านทดสอบ"),
        ("เลย", "เมืองเลย", "", "กลุ่ม ทอผ้า บ้านสมมุติ"),
        ("ลำพูน", "เมืองลำพูน", "", "กลุ่มลำพูน"),
    ]

    run = sent(ProducersKind(), PRODUCERS, *rows, by=reviewer)

    assert (run.step, run.error) == (ImportStep.CHECKED, "")
    assert fates(run) == (2, 1, 1, 1)
    waiting = run.rows.get(number=4)
    assert [each["pk"] for each in waiting.twins] == [near.pk]
    assert "ไม่นับคำว่า" in waiting.twins[0]["reason"]
    assert "ไม่ได้ดูแลข้อมูล" in run.rows.get(number=6).faults[0][2]
    assert not OutsideProducer.objects.exists()

    run = confirmed(run, only_good=True)

    assert (run.step, run.error) == (ImportStep.WRITTEN, "")
    made = Member.objects.get(name_th="กลุ่มทอผ้าบ้านสมมุติ")
    assert run.rows.get(number=2).object_id == made.pk
    known.refresh_from_db()
    states = OutsideProducer.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["new", "same", "waiting"]

    again = sent(ProducersKind(), PRODUCERS, *rows[:4], by=reviewer)
    assert fates(again) == (0, 0, 4, 0)

    imports.undo(run, by=reviewer)
    assert fresh(run).step == ImportStep.UNDONE
    made.refresh_from_db()
    assert made.status == "withdrawn"
    assert fates(sent(ProducersKind(), PRODUCERS, *rows[:4], by=reviewer)) == (
        2,
        0,
        2,
        0,
    )


def test_a_list_that_changes_nothing_is_confirmed_for_what_it_tells(
    loei, reviewer, client
):
    member = MemberFactory(name_th="ร้านแม่ทดสอบ", district__code="4201")
    row = ("เลย", "เมืองเลย", "", "ร้านแม่ทดสอบ")
    client.force_login(reviewer)

    run = sent(ProducersKind(), PRODUCERS, row, by=reviewer)
    assert fates(run) == (0, 0, 1, 0)
    assert run.counts["kept"] == 1
    confirm = reverse("importing:confirm", args=[run.pk])
    shown = client.get(reverse("importing:run", args=[run.pk])).content.decode()
    assert f'action="{confirm}"' in shown
    client.post(confirm, {"rows": "good", "digest": run.digest})
    assert fresh(run).step == ImportStep.WRITTEN
    assert OutsideProducer.objects.get().member == member

    again = sent(ProducersKind(), PRODUCERS, row, by=reviewer)
    assert "kept" not in again.counts
    shown = client.get(reverse("importing:run", args=[again.pk])).content.decode()
    assert reverse("importing:confirm", args=[again.pk]) not in shown


def test_a_difference_is_worth_confirming_once(loei, reviewer):
    round_ = StarRoundFactory(year=2565)
    product = ProductFactory(
        name_th="ผ้าไหม", member__name_th="กลุ่มทดสอบ", member__district__code="4201"
    )
    StarRatingFactory(product=product, round=round_, total=None, stars=3)

    def send(stars):
        row = ("เมืองเลย", "ผ้าไหม", "กลุ่มทดสอบ", "เลย", "", stars)
        heading = ("อำเภอ", *STARS)
        return sent(StarsKind(), heading, row, by=reviewer, name="opc_2565.csv")

    confirmed(send("3"))
    assert OutsideProducer.objects.get().name == "กลุ่มทดสอบ"
    assert "kept" not in send("3").counts
    run = send("5")
    assert (fates(run), run.counts["kept"]) == ((0, 0, 1, 0), 1)
    run = confirmed(run)
    assert (run.step, run.error) == (ImportStep.WRITTEN, "")
    assert OutsideDifference.objects.get().theirs == "5"
    assert "kept" not in send("5").counts


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        (RowChoice.SAME, "same"),
        (RowChoice.UPDATE, "same"),
        (RowChoice.DIFFERENT, "new"),
    ],
)
def test_what_the_person_says_of_a_near_one_is_followed(loei, reviewer, choice, state):
    near = MemberFactory(name_th="กลุ่มจักสานบ้านทดสอบ", district__code="4201")
    row = ("เลย", "เมืองเลย", "", "จักสานบ้านทดสอบ")
    extra = ("เลย", "เมืองเลย", "", "กลุ่มทอผ้าบ้านสมมุติ")
    run = sent(ProducersKind(), PRODUCERS, row, extra, by=reviewer)

    imports.decide(run, 2, choice, near.pk, by=reviewer)
    run = imports.check_again(run, by=reviewer)
    run = confirmed(fresh(run))

    assert (run.step, run.error) == (ImportStep.WRITTEN, "")
    kept = OutsideProducer.objects.get(name="จักสานบ้านทดสอบ")
    assert (kept.state, kept.decided_by) == (state, reviewer)
    assert (kept.member == near) is (state == "same")


def test_stars_are_entered_and_their_undoing_takes_goods_and_producers_back(
    loei, reviewer
):
    StarRoundFactory(year=2565)
    known = ProductFactory(name_th="ผ้าไหม", member__name_th="กลุ่มทดสอบ")
    headings = ("อำเภอ", *STARS)
    rows = [
        ("เมืองเลย", "ผ้าไหม", "กลุ่มทดสอบ", "เลย", "ผ้า", "5 ดาว"),
        ("เมืองเลย", "กล้วยตาก", "กลุ่มใหม่จริง ๆ", "เลย", "อาหาร", "๔"),
    ]

    run = sent(StarsKind(), headings, *rows, by=reviewer, name="opc_2565.csv")
    assert fates(run) == (1, 1, 0, 0)
    run = confirmed(run)

    assert (run.step, run.error) == (ImportStep.WRITTEN, "")
    assert known.ratings.get().stars == 5
    assert Product.objects.get(name_th="กล้วยตาก").ratings.get().stars == 4
    again = sent(StarsKind(), headings, *rows, by=reviewer, name="opc_2565.csv")
    assert fates(again) == (0, 0, 2, 0)

    imports.undo(run, by=reviewer)
    run = fresh(run)

    assert (run.step, run.error) == (ImportStep.UNDONE, "")
    assert not known.ratings.exists()
    assert Product.objects.get(name_th="กล้วยตาก").status == "withdrawn"
    assert Member.objects.get(name_th="กลุ่มใหม่จริง ๆ").status == "withdrawn"


def test_stars_without_a_year_are_asked_for_one(loei, reviewer, client):
    StarRoundFactory(year=2565)
    row = ("ผ้าไหม", "กลุ่มทดสอบ", "เลย", "ผ้า", "5")

    with pytest.raises(YearNeeded, match="ไม่ระบุว่าเป็นผลการคัดสรรดาวของปีใด"):
        sent(StarsKind(), STARS, row, by=reviewer)

    client.force_login(reviewer)
    address = reverse("importing:upload", args=["cdd-stars"])
    rows = "\n".join(",".join(each) for each in (STARS, row)).encode()

    def send(year):
        file = SimpleUploadedFile("list.csv", rows)
        return client.post(address, {"file": file, "year": year})

    asked = send("")
    assert list(asked.context["form"].errors) == ["year"]
    choices = asked.context["form"].fields["year"].choices
    assert [value for value, _label in choices] == ["", 2565]
    assert list(send("2560").context["form"].errors) == ["year"]
    assert send("2565").status_code == 302
    assert ImportRun.objects.get().options == {"year": 2565}
    assert ImportRun.objects.get().counts["new"] == 1

    run = sent(StarsKind(), (*STARS, "ปี"), (*row, "2560"), by=reviewer)
    assert fates(run) == (0, 0, 0, 1)
    assert "2560" in run.rows.get().faults[0][2]


def test_a_plan_that_would_write_something_else_has_another_digest(loei):
    StarRoundFactory(year=2565)
    kind = StarsKind()

    def digest(stars):
        run = io.StringIO()
        csv.writer(run).writerows([STARS, ("ก", "ข", "เลย", "", stars)])
        file = admit(run.getvalue().encode(), name="x_2565.csv", limits=COMMAND_LIMITS)
        rows = list(read_rows(file))[1:]
        columns = {"product": 0, "producer": 1, "province": 2, "stars": 4}
        sheet = Sheet(rows, columns, "x_2565.csv")
        return kind.plan(sheet, by=None, choices=Choices()).digest

    MemberFactory(name_th="ข")
    assert digest("5") == digest("๕")
    assert digest("5") != digest("4")


def test_goods_of_local_authorities_come_in_on_pages_as_drafts(loei, reviewer):
    rows = [
        ("กล้วยฉาบ", "", "เมืองเลย", "เลย", "ร้านแม่ทดสอบ", "812345678"),
        ("กล้วยฉาบ", "", "เมืองเลย", "เลย", "แม่ทดสอบ", "812345678"),
        ("", "", "เมืองเลย", "เลย", "ร้านแม่ทดสอบ", ""),
        ("มะพร้าว", "", "เมืองลำพูน", "ลำพูน", "ร้านลำพูน", ""),
    ]

    run = sent(LocalAuthorityKind(), GOODS, *rows, by=reviewer)

    assert fates(run) == (1, 0, 1, 2)
    assert run.rows.get(number=2).repairs == [["phone", "เติมเลข 0 นำหน้าหมายเลขโทรศัพท์"]]
    assert "แถวที่ 2" in run.rows.get(number=3).name
    assert run.rows.get(number=4).faults[0][0] == "product"
    run = confirmed(run, only_good=True)
    product = Product.objects.get()
    assert (product.status, product.member.owner) == ("draft", loei)
    assert run.rows.get(number=2).object_id == product.pk

    again = sent(LocalAuthorityKind(), GOODS, *rows[:2], by=reviewer)
    assert fates(again) == (0, 0, 2, 0)
    imports.undo(run, by=reviewer)
    assert fresh(run).step == ImportStep.UNDONE
    product.refresh_from_db()
    assert (product.status, product.member.status) == ("withdrawn", "withdrawn")

    # What was taken back comes in anew, under codes of its own.
    run = confirmed(sent(LocalAuthorityKind(), GOODS, *rows[:2], by=reviewer))
    assert (run.step, fates(run)) == (ImportStep.WRITTEN, (1, 0, 1, 0))
    made = Product.objects.get(status="draft")
    assert made.code != product.code
    assert (made.member.status, made.member == product.member) == ("draft", False)
    again = sent(LocalAuthorityKind(), GOODS, *rows[:2], by=reviewer)
    assert fates(again) == (0, 0, 2, 0)


@pytest.mark.once
@pytest.mark.skipif(not REAL.exists(), reason=f"no real file at {REAL}")
def test_the_real_list_of_local_authorities_adds_up_on_pages(db, administrator):
    sync_places()
    AgencyFactory(key="cdd", is_national=True)
    rows = list(read_rows(admit(REAL, name=REAL.name, limits=COMMAND_LIMITS)))[:300]
    values = [[str(value) for value in row.values] for row in rows]

    run = sent(LocalAuthorityKind(), *values, by=administrator)

    assert run.counts["rows"] == 299
    assert sum(fates(run)) == 299
    assert run.counts["repaired"] > 0
    run = confirmed(run, only_good=bool(run.counts["bad"]))
    assert (run.step, run.error) == (ImportStep.WRITTEN, "")
    again = sent(LocalAuthorityKind(), *values, by=administrator)
    assert fates(again)[:2] == (0, 0)
    assert StarRating.objects.count() == OutsideProduct.objects.count() == 0
