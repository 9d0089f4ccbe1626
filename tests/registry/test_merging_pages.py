"""The pages on which reviewers merge: choose, compare, make one, undo."""

import datetime

import pytest
from django.urls import reverse

from members.models import Member
from registry.actions import merging, records
from registry.changes import Changes
from registry.models import Merge
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OutletFactory,
    ProductFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

WHY = "ข้อมูลซ้ำกัน"


@pytest.fixture(autouse=True)
def signed_in(client, reviewer):
    client.force_login(reviewer)


@pytest.fixture
def pair():
    """Return two members that are one: the one opened, and the other."""
    return (
        MemberFactory(published=True, name_th="กลุ่มทอผ้าบ้านนาอ้อ", name_en=""),
        MemberFactory(name_th="กลุ่มทอผ้านาอ้อ", name_en="Na O weavers", workers=4),
    )


def address(left, right=None):
    url = reverse("merges:compare", args=[left.code])
    return f"{url}?with={right.code}" if right else url


def form_of(answer, **typed):
    """Return what the form of a page sends, with what is typed into it."""
    form = answer.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    return {**sent, "reason": WHY, **typed}


def page(answer):
    return answer.content.decode()


def test_records_called_alike_in_the_district_are_offered(client, pair):
    left, right = pair
    MemberFactory(name_th="โรงงานน้ำปลา")
    MemberFactory(name_th=left.name_th, district__code="5101")
    MemberFactory(name_th=left.name_th, withdrawn=True)

    answer = client.get(address(left))

    assert answer.context["suggested"] == [right]
    assert address(left, right) in page(answer)


def test_the_other_is_found_by_code_and_by_words_but_not_outside_the_scope(
    client, pair
):
    left, right = pair
    foreign = MemberFactory(name_th="กลุ่มลำพูน", district__code="5101")

    for text in (right.code, "ทอผ้านาอ้อ"):
        answer = client.get(address(left), {"q": text})
        assert right in answer.context["found"], text
        assert foreign not in answer.context["found"]
    answer = client.get(address(left), {"q": foreign.code})
    assert answer.context["found"] == []
    answer = client.get(address(left, foreign))
    assert (answer.status_code, answer.context["found"]) == (200, [])
    assert foreign.name_th not in page(answer)


@pytest.mark.parametrize("text", ["x", "42-M-99999", "42-P-00001", "๔๒-M-1"])
def test_garbage_for_the_other_record_finds_nothing(text, client, pair):
    answer = client.get(address(pair[0]), {"with": text})

    assert answer.status_code == 200
    assert answer.templates[0].name == "merges/merge_choose.html"


@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_foreign_record_is_not_there(verb, client, foreign_reviewer, pair):
    done = merging.merge(*pair, by=None, reason=WHY)
    client.force_login(foreign_reviewer)

    for url in (address(pair[0]), reverse("merges:detail", args=[done.pk])):
        assert getattr(client, verb)(url).status_code == 404
    assert page(client.get(reverse("merges:list"))).count("42-M-") == 0


def test_the_two_stand_side_by_side_and_what_is_empty_is_taken_from_the_other(
    client, pair
):
    answer = client.get(address(*pair))

    choices = {
        each.part.name: each for each in answer.context["form"].comparison.choices
    }
    assert choices["name_en"].suggested == "right"
    assert choices["name_th"].suggested == "left"
    assert choices["workers"].suggested == "right"
    assert "owner" in choices
    assert "province" not in choices
    assert "Na O weavers" in page(answer)


def test_what_a_product_takes_from_its_producer_is_not_picked(client):
    answer = client.get(address(ProductFactory(), ProductFactory()))

    names = {each.part.name for each in answer.context["form"].comparison.choices}
    assert "member" in names
    assert not {"owner", "province", "district"} & names


def test_picks_are_done_and_the_person_is_led_to_what_happened(client, pair):
    left, right = pair
    shown = client.get(address(left, right))

    answer = client.post(
        address(left, right), form_of(shown, pick_name_th="right"), follow=True
    )

    done = Merge.objects.get()
    assert answer.redirect_chain == [(f"/review/merge/{done.pk}/", 302)]
    left.refresh_from_db()
    assert (left.name_th, left.name_en) == (right.name_th, "Na O weavers")
    assert f"รวม {right.code} เข้ากับ {left.code}" in page(answer)


def test_the_other_code_may_survive(client, pair):
    left, right = pair
    records.publish(right, by=None)
    shown = client.get(address(left, right))

    client.post(
        address(left, right), form_of(shown, survivor="right", pick_name_th="left")
    )

    done = Merge.objects.get()
    assert (done.kept_code, done.gone_code) == (right.code, left.code)
    right.refresh_from_db()
    assert (right.name_th, right.name_en) == (left.name_th, "Na O weavers")


def test_a_refusal_keeps_what_was_picked_and_typed(client, pair):
    left, right = pair
    shown = client.get(address(left, right))

    answer = client.post(
        address(left, right),
        form_of(shown, survivor="right", pick_name_th="right"),
    )

    assert not Merge.objects.exists()
    assert f"{left.code} เผยแพร่แล้ว แต่ {right.code} ยังไม่ได้เผยแพร่" in page(answer)
    form = answer.context["form"]
    assert (form["survivor"].value(), form["pick_name_th"].value()) == ("right",) * 2
    assert form["reason"].value() == WHY


def test_without_a_reason_nothing_is_merged(client, pair):
    shown = client.get(address(*pair))

    answer = client.post(address(*pair), form_of(shown, reason=" "))

    assert not Merge.objects.exists()
    assert 'href="#id_reason"' in page(answer)


def test_a_stale_comparison_is_shown_anew_and_can_be_sent_again(client, pair):
    left, right = pair
    shown = client.get(address(left, right))
    records.edit(right, Changes({"story_th": "เรื่องใหม่"}), by=None)

    answer = client.post(address(left, right), form_of(shown, pick_name_th="right"))

    assert not Merge.objects.exists()
    assert "เรื่องใหม่" in page(answer)
    client.post(address(left, right), form_of(answer))
    left.refresh_from_db()
    assert (left.name_th, left.story_th) == (right.name_th, "เรื่องใหม่")


def test_sent_twice_it_is_done_once(client, pair):
    sent = form_of(client.get(address(*pair)))

    answers = [client.post(address(*pair), sent) for _ in range(2)]

    assert [answer.url for answer in answers] == [
        f"/review/merge/{Merge.objects.get().pk}/"
    ] * 2


@pytest.mark.parametrize(
    "bent",
    [
        {"left_version": "x"},
        {"right_version": "9" * 40},
        {"survivor": "middle"},
        {"pick_name_th": ""},
        {"reason": "\x00"},
        {"reason": "ก" * 501},
    ],
)
def test_a_bent_form_merges_nothing(bent, client, pair):
    shown = client.get(address(*pair))

    answer = client.post(address(*pair), form_of(shown, **bent))

    assert answer.status_code == 200
    assert not Merge.objects.exists()


def test_what_would_stay_behind_is_told_before(client, pair):
    left, right = pair
    cluster = MembershipFactory(member=left).cluster
    joined_on = datetime.date(2020, 1, 1)
    MembershipFactory(member=right, cluster=cluster, joined_on=joined_on)
    OutletFactory(member=right)

    answer = client.get(address(left, right))

    kinds = {each.label: (each.left, each.right) for each in answer.context["kinds"]}
    assert kinds == {"สมาชิกภาพ": (1, 1), "จุดจำหน่าย": (0, 1)}
    assert "สมาชิกรายนี้อยู่ในคลัสเตอร์แล้ว" in page(answer)


def test_a_merge_is_undone_from_its_page(client, pair):
    left, right = pair
    done = merging.merge(left, right, by=None, reason=WHY)
    url = reverse("merges:detail", args=[done.pk])

    assert client.post(url, {"reason": ""}).status_code == 200
    answer = client.post(url, {"reason": "เป็นคนละกลุ่ม"}, follow=True)

    done.refresh_from_db()
    assert done.undone_at is not None
    assert Member.objects.get(pk=right.pk).status == "draft"
    assert "ยกเลิกการรวมรายการแล้ว" in page(answer)
    assert 'name="reason"' not in page(answer)
    # Sent again it says so, and nothing happens.
    again = client.post(url, {"reason": "อีกครั้ง"})
    assert "ยกเลิกไปแล้ว" in str(again.context["form"].errors)


def test_a_page_says_what_stands_in_the_way(client, pair):
    left, right = pair
    done = merging.merge(left, right, by=None, reason=WHY)
    records.edit(left, Changes({"name_en": "Newer"}), by=None)

    answer = client.get(reverse("merges:detail", args=[done.pk]))

    assert f"({left.code})” ถูกแก้ไขเมื่อ" in page(answer)
    assert 'name="reason"' not in page(answer)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_however_long_it_is(
    count, client, django_assert_num_queries
):
    for _ in range(count):
        kept, gone = MemberFactory(), MemberFactory()
        ProductFactory(member=gone)
        merging.merge(kept, gone, by=None, reason=WHY)
    client.get(reverse("merges:list"))

    # Session, person, agency, provinces; count, merges, records, versions.
    with django_assert_num_queries(9):
        answer = client.get(reverse("merges:list"))

    assert len(answer.context["rows"]) == count


def test_the_history_of_each_leads_to_that_of_the_other(client, pair):
    left, right = pair
    merging.merge(left, right, by=None, reason=WHY)

    for row, other in ((left, right), (right, left)):
        history = reverse("admin:members_member_history", args=[row.pk])
        shown = page(client.get(history))
        assert f"รวมกับ {other.code} แล้ว" in shown
        assert reverse("admin:members_member_history", args=[other.pk]) in shown


def test_the_admin_s_page_of_a_record_leads_to_merging(client, pair):
    change = reverse("admin:members_member_change", args=[pair[0].pk])

    assert address(pair[0]) in page(client.get(change))
