"""What is kept of a member follows it."""

import pytest

from members import derived
from members.models import Member, MemberSearch
from registry.actions import records
from registry.changes import Changes
from tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db


def test_a_member_is_found_by_its_names_places_and_story_from_the_start():
    member = MemberFactory(
        district__code="4205",
        name_th="กลุ่มหน้ากากผีตาโขน",
        name_en="Phi Ta Khon Mask Makers",
        other_names="Pee Ta Kon; บ้านหน้ากาก",
        story_th="ทำหน้ากากจากหวดนึ่งข้าวเหนียว",
    )

    kept = MemberSearch.objects.get(pk=member.pk)

    assert kept.name_norm == (
        "กลุ่มหน้ากากผีตาโขน | phi ta khon mask makers | pee ta kon | บ้านหน้ากาก"
    )
    assert "pitakonmaskmakers" in kept.name_fold
    assert "42m00001" in kept.name_fold
    assert "@ดานสาย" in kept.text_fold
    assert "@dansai" in kept.text_fold
    assert "@เลย" in kept.text_fold
    assert "หวดนึงขาวเหนิยว" in kept.text_fold


def test_a_renamed_member_is_no_longer_found_by_the_former_name():
    member = MemberFactory(name_th="กลุ่มเก่า", name_en="")

    records.edit(member, Changes(fields={"name_th": "กลุ่มใหม่"}), by=None)

    kept = MemberSearch.objects.get(pk=member.pk)
    assert kept.name_norm == "กลุ่มใหม่"
    assert "เกา" not in kept.text_fold


def test_no_contact_reaches_what_a_member_is_found_by():
    ContactFactory(kind="leader", value="นางทดสอบ สมมุติ")

    kept = MemberSearch.objects.get()

    assert "สมมุติ" not in kept.name_fold + kept.text_fold


def test_a_recount_mends_what_is_wrong_and_finds_nothing_the_second_time():
    member = MemberFactory()
    Member.objects.update(sort_key="x", name_fold="y")
    MemberSearch.objects.all().delete()

    wrong = {each.column for each in derived.differences([member.pk])}
    mended = derived.recount([member.pk])

    assert wrong == {
        "sort_key",
        "name_fold",
        "search.name_norm",
        "search.name_fold",
        "search.text_fold",
    }
    assert mended == 5
    assert derived.recount(Member.objects.all()) == 0


def test_a_recount_of_right_rows_asks_five_times_however_many(
    django_assert_num_queries,
):
    keys = [member.pk for member in MemberFactory.create_batch(3)]

    # Savepoint, lock, rows, search rows, release.
    with django_assert_num_queries(5):
        derived.recount(keys)
