"""The review of outside lists: rows beside candidates, decisions, differences."""

import pytest
from django.urls import reverse

from members.models import Member
from products.actions import outside
from products.enums import DifferenceState, OutsideState
from products.models import (
    OutsideDifference,
    OutsideProducer,
    OutsideProduct,
    Product,
)
from registry.actions import records
from registry.changes import Changes
from registry.errors import NotVisible
from registry.models import ImportRun
from tests.factories import (
    AgencyFactory,
    DistrictFactory,
    MemberFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
    SubdistrictFactory,
)

NUMBERS = iter(range(1, 1_000))


@pytest.fixture
def loei(db):
    """The places of the lists, and the office that owns what comes from them."""
    SubdistrictFactory(code="420101")
    return AgencyFactory(key="cdo-42")


@pytest.fixture
def desk(client, reviewer, loei):
    """Sit at the desk of a reviewer of Loei."""
    client.force_login(reviewer)
    # What every page asks once is not the list's.
    client.get(reverse("outside:differences"))
    return client


def waiting(name="กลุ่มทอผ้าบ้านสมมุติ", *, district="4201", near=(), **fields):
    """A producer of a list that waits for a person."""
    place = DistrictFactory(code="4201")
    return OutsideProducer.objects.create(
        key=f"42|{district or ''}|{name}{next(NUMBERS)}",
        province=place.province,
        district=place if district else None,
        name=name,
        texts={"producer": name, "province": "เลย"},
        candidates=[
            {"pk": each.pk, "score": 90, "reasons": [["alike", "90"]]} for each in near
        ],
        seen_year=2568,
        **fields,
    )


def goods(name="ผ้าไหม", *, producer=None, results=None, near=(), **fields):
    """A product of a list that waits for a person."""
    place = DistrictFactory(code="4201")
    return OutsideProduct.objects.create(
        key=f"42|4201|x|{name}{next(NUMBERS)}",
        province=place.province,
        district=place,
        name=name,
        texts={"product": name, "province": "เลย"},
        producer=producer,
        results=results or {},
        candidates=[
            {"pk": each.pk, "score": 90, "reasons": [["same_name", ""]]}
            for each in near
        ],
        seen_year=2568,
        **fields,
    )


def answer(desk, row, **said):
    """Press a button of a row; return the page that follows."""
    kind = "producers" if isinstance(row, OutsideProducer) else "goods"
    url = reverse("outside:decide", args=[kind, row.pk])
    return desk.post(url, said, follow=True)


# --- The list ---------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_producers_costs_the_same_however_long(
    desk, django_assert_num_queries, count
):
    for number in range(count):
        near = MemberFactory(name_th=f"ทอผ้าบ้านสมมุติ {number}")
        waiting(near=[near])

    with django_assert_num_queries(7):
        page = desk.get(reverse("outside:queue", args=["producers"]))

    assert page.content.decode().count("เป็นรายการเดียวกัน") == count
    assert "ชื่อคล้ายกันร้อยละ 90" in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_goods_costs_the_same_however_long(
    desk, django_assert_num_queries, count
):
    for number in range(count):
        near = ProductFactory(name_th=f"ผ้าไหม {number}")
        goods(near=[near], results={"2565": 5})

    with django_assert_num_queries(7):
        page = desk.get(reverse("outside:queue", args=["goods"]))

    assert page.content.decode().count("เป็นรายการเดียวกัน") == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_differences_costs_the_same_however_long(
    desk, django_assert_num_queries, count
):
    for _number in range(count):
        difference()

    with django_assert_num_queries(7):
        page = desk.get(reverse("outside:differences"))

    assert page.content.decode().count('value="take"') == count


def test_rows_of_other_provinces_and_undone_imports_are_not_there(
    desk, client, foreign_reviewer
):
    row = waiting()
    run = ImportRun.objects.create(
        layout="cdd-producers",
        act_id="5d0f5b1e-7c1a-4a53-9d2b-6f5c0a4be9d7",
        undone_at="2026-01-01T00:00Z",
    )
    waiting(name="ถอนแล้ว", act_id=run.act_id)

    assert (
        "ถอนแล้ว"
        not in desk.get(reverse("outside:queue", args=["producers"])).content.decode()
    )
    client.force_login(foreign_reviewer)
    page = client.get(reverse("outside:queue", args=["producers"]))
    assert row.name not in page.content.decode()
    url = reverse("outside:decide", args=["producers", row.pk])
    assert client.post(url, {"answer": "ignore"}).status_code == 404


def test_a_list_can_be_narrowed_by_state_and_province(client, administrator, loei):
    client.force_login(administrator)
    waiting(name="รอพิจารณาอยู่")
    waiting(name="ไม่เอาแล้ว", state=OutsideState.IGNORED)
    DistrictFactory(code="5101")
    url = reverse("outside:queue", args=["producers"])

    assert "ไม่เอาแล้ว" not in client.get(url).content.decode()
    assert "ไม่เอาแล้ว" in client.get(url, {"state": "ignored"}).content.decode()
    assert "รอพิจารณาอยู่" not in client.get(url, {"province": "51"}).content.decode()
    assert client.get(reverse("outside:queue", args=["villages"])).status_code == 404


# --- Decisions --------------------------------------------------------------------


def test_the_same_ties_the_row_to_the_record_and_keeps_its_name(desk, reviewer):
    near = MemberFactory(name_th="ทอผ้าบ้านสมมุติ")
    row = waiting(near=[near])

    page = answer(desk, row, same=near.pk)

    row.refresh_from_db()
    assert (row.state, row.member, row.decided_by) == ("same", near, reviewer)
    assert "คือรายการที่ท่านเลือก" in page.content.decode()
    near.refresh_from_db()
    assert near.name_th == "ทอผ้าบ้านสมมุติ"
    assert OutsideDifference.objects.get().theirs == row.name


def test_another_one_is_entered_as_a_draft(desk, loei, reviewer):
    row = waiting()

    answer(desk, row, answer="new")

    row.refresh_from_db()
    assert (row.state, row.member.name_th) == ("new", row.name)
    assert (row.member.status, row.member.owner) == ("draft", loei)
    assert row.member.created_by == reviewer


def test_a_new_one_without_a_district_needs_one(desk):
    row = waiting(district=None)
    url = reverse("outside:queue", args=["producers"])
    assert "อำเภอของผู้ผลิตรายใหม่" in desk.get(url).content.decode()

    page = answer(desk, row, answer="new")
    assert "โปรดเลือกอำเภอของผู้ผลิต" in page.content.decode()
    DistrictFactory(code="5101")
    answer(desk, row, answer="new", district="5101")
    assert not Member.objects.exists()

    answer(desk, row, answer="new", district="4201")
    assert Member.objects.get().district_id == "4201"


def test_what_is_left_out_makes_nothing_and_its_goods_go_too(desk):
    row = waiting()
    product = goods(producer=row)

    answer(desk, row, answer="ignore")

    row.refresh_from_db()
    product.refresh_from_db()
    assert (row.state, product.state) == ("ignored", "ignored")
    assert not Member.objects.exists()


def test_goods_follow_their_producer_as_far_as_they_are_clear(desk):
    StarRoundFactory(year=2565)
    near = MemberFactory(name_th="ทอผ้าบ้านสมมุติ", district__code="4201")
    known = ProductFactory(name_th="ผ้าไหม", member=near)
    ProductFactory(name_th="ผ้าขาวม้าทดสอบ", member=near)
    row = waiting(near=[near])
    same = goods("ผ้าไหม", producer=row, results={"2565": 5})
    alike = goods("ผ้าขาวม้าทดสอบบ", producer=row, results={"2565": 4})
    new = goods("กล้วยตาก", producer=row, results={"2565": 3})

    answer(desk, row, same=near.pk)

    for each in (same, alike, new):
        each.refresh_from_db()
    assert (same.state, same.product, known.ratings.get().stars) == ("same", known, 5)
    assert (alike.state, len(alike.candidates)) == ("waiting", 1)
    assert (new.state, new.product.member) == ("new", near)
    assert new.product.ratings.get().stars == 3


def test_goods_that_are_the_same_get_the_results_they_have_not(desk):
    StarRoundFactory(year=2565)
    rating = StarRatingFactory(
        product__name_th="ผ้าไหมทอมือ", round=StarRoundFactory(year=2562), total=75
    )
    row = goods(near=[rating.product], results={"2562": 5, "2565": 5})

    answer(desk, row, same=rating.product.pk)

    found = rating.product.ratings.order_by("round__year")
    assert [each.stars for each in found] == [3, 5]
    assert OutsideDifference.objects.get().field == "stars:2562"


def test_new_goods_need_somebody_who_makes_them(desk):
    row = goods()

    page = answer(desk, row, answer="new")

    assert "พิจารณาก่อนว่าผู้ผลิต" in page.content.decode()
    assert not Product.objects.exists()


def test_whoever_is_second_is_told_so(desk, reviewer):
    row = waiting()
    answer(desk, row, answer="new")

    page = answer(desk, row, answer="new")

    assert "รายการนี้มีผู้พิจารณาแล้ว" in page.content.decode()
    assert Member.objects.count() == 1


def test_a_record_outside_the_scope_cannot_be_chosen(desk, reviewer):
    foreign = MemberFactory(district__code="5101", owner__places=["51"])
    row = waiting()

    with pytest.raises(NotVisible):
        outside.decide_producer(
            row, OutsideState.SAME, by=reviewer, member_id=foreign.pk
        )
    assert answer(desk, row, same=foreign.pk).status_code == 404
    assert answer(desk, row, answer="nonsense").status_code == 404


def test_the_way_back_stays_in_the_house(desk):
    url = reverse("outside:decide", args=["producers", waiting().pk])

    page = desk.post(url, {"answer": "ignore", "back": "https://evil.example/"})

    assert page.url == reverse("outside:queue", args=["producers"])


# --- Differences ------------------------------------------------------------------


def difference(**fields):
    """A name that a person wrote and a list says otherwise."""
    member = MemberFactory(name_th="ชื่อที่คนแก้")
    return OutsideDifference.objects.create(
        **{
            "model": "members.Member",
            "object_id": member.pk,
            "province_id": member.province_id,
            "field": "name_th",
            "ours": "ชื่อที่คนแก้",
            "theirs": "ชื่อในบัญชี",
            "value": "ชื่อในบัญชี",
            "year": 2568,
            **fields,
        }
    )


def settle(desk, row, said):
    """Press a button of a difference; return the page that follows."""
    url = reverse("outside:take_or_keep", args=[row.pk])
    return desk.post(url, {"answer": said}, follow=True)


def test_taking_is_an_edit_of_the_person(desk, reviewer):
    row = difference()

    settle(desk, row, "take")

    member = Member.objects.get(pk=row.object_id)
    assert (member.name_th, member.updated_by) == ("ชื่อในบัญชี", reviewer)
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (DifferenceState.TAKEN, reviewer)


def test_keeping_leaves_the_record_alone(desk):
    row = difference()

    settle(desk, row, "keep")

    assert Member.objects.get(pk=row.object_id).version == 1
    row.refresh_from_db()
    assert row.state == DifferenceState.KEPT


def test_a_field_that_changed_meanwhile_is_not_overwritten(desk, reviewer):
    row = difference()
    member = Member.objects.get(pk=row.object_id)
    records.edit(member, Changes({"name_th": "ชื่อใหม่กว่า"}), by=reviewer)

    page = settle(desk, row, "take")

    assert "เปลี่ยนไปแล้ว" in page.content.decode()
    assert Member.objects.get(pk=row.object_id).name_th == "ชื่อใหม่กว่า"


def test_a_subdistrict_and_stars_can_be_taken_too(desk):
    place = SubdistrictFactory(code="420101")
    row = difference(
        field="subdistrict_id", ours="", theirs=place.name_th, value=place.pk
    )
    rating = StarRatingFactory(round=StarRoundFactory(year=2565), total=75)
    stars = difference(
        model="products.Product",
        object_id=rating.product_id,
        field="stars:2565",
        ours="3",
        theirs="5",
        value=5,
    )

    settle(desk, row, "take")
    settle(desk, stars, "take")

    assert Member.objects.get(pk=row.object_id).subdistrict == place
    rating.refresh_from_db()
    assert (rating.stars, rating.total) == (5, None)
