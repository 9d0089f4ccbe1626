import uuid

import pytest
from django.urls import reverse

from members.models import Member
from registry.enums import RecordStatus
from tests.factories import (
    ContactFactory,
    DistrictFactory,
    MemberFactory,
    SubdistrictFactory,
)


def url(name, *args):
    return reverse(f"admin:members_member_{name}", args=args)


def typed(member=None, **fields):
    """Return what a browser sends for the form of a member."""
    data = {
        "name_th": "กลุ่มทดสอบการกรอก",
        "subdistrict": "",
        "district": "เมืองเลย · เลย (4201)",
    }
    if member is not None:
        data |= {
            "name_th": member.name_th,
            "name_en": member.name_en,
            "producer_type": member.producer_type,
            "owner": member.owner_id,
            "version": member.version,
        }
    for prefix in (
        "contacts",
        "outlets",
        "memberships",
        "signed_consents",
        "certificates",
    ):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data | fields


@pytest.fixture
def desk(client, reviewer):
    client.force_login(reviewer)
    return client


def test_a_new_member_is_entered_with_contact_code_and_place(desk, reviewer):
    SubdistrictFactory(code="420501", postcode="42120")

    answer = desk.post(
        url("add"),
        typed(
            subdistrict="ด่านซ้าย",
            district="",
            owner=reviewer.agency_id,
            otop_year="๒๕๖๐",
            form_key=uuid.uuid4(),
            **{
                "contacts-TOTAL_FORMS": 1,
                "contacts-0-kind": "mobile",
                "contacts-0-value": "๐๘๑ ๒๓๔ ๕๖๗๘",
                "contacts-0-consented_on": "15/03/2569",
            },
        ),
    )

    assert answer.status_code == 302
    member = Member.objects.get()
    assert member.code == "42-M-00001"
    assert (member.district_id, member.postcode) == ("4205", "42120")
    assert member.otop_year == 2560
    contact = member.contacts.get()
    assert contact.value == "+66812345678"
    assert contact.consent_wording == "1"
    assert contact.consent_by == reviewer


def test_a_form_sent_twice_makes_one_member(desk, reviewer):
    DistrictFactory()
    data = typed(owner=reviewer.agency_id, form_key=uuid.uuid4())

    desk.post(url("add"), data)
    again = desk.post(url("add"), data)

    assert again.url == url("change", Member.objects.get().pk)


# --- Who is who ---------------------------------------------------------------------


def test_a_member_of_the_same_name_in_the_district_is_pointed_out(desk):
    known = MemberFactory(name_th="กลุ่มทอผ้าบ้านนาอ้อ")
    data = typed(name_th="กลุ่มทอผ้า บ้านนาอ้อ", owner=known.owner_id)

    asked = desk.post(url("add"), data)

    assert asked.context["adminform"].form.duplicates == [known]
    assert url("change", known.pk) in asked.content.decode()
    assert Member.objects.count() == 1

    assert desk.post(url("add"), data | {"is_different": "on"}).status_code == 302
    assert Member.objects.count() == 2


def test_the_same_name_in_another_district_is_another_member(desk, reviewer):
    MemberFactory(name_th="กลุ่มทอผ้า", district__code="4205")
    DistrictFactory()

    sent = desk.post(url("add"), typed(name_th="กลุ่มทอผ้า", owner=reviewer.agency_id))

    assert sent.status_code == 302


def test_an_identity_number_is_kept_as_a_hash_and_four_digits(desk, reviewer):
    DistrictFactory()
    data = typed(owner=reviewer.agency_id)

    refused = desk.post(url("add"), data | {"leader_id": "1234567890123"})
    assert "leader_id" in refused.context["adminform"].form.errors

    desk.post(url("add"), data | {"leader_id": "๑-๒๓๔๕-๖๗๘๙๐-๑๒-๑"})
    member = Member.objects.get()
    assert len(member.leader_id_hash) == 64
    assert member.leader_id_last4 == "0121"
    shown = desk.get(url("change", member.pk)).content.decode()
    assert "0121" in shown
    assert "1234567890121" not in shown
    assert member.leader_id_hash not in shown


def test_a_subdistrict_names_the_district_and_the_postcode(desk):
    SubdistrictFactory(code="420501", postcode="42120")
    member = MemberFactory(postcode="42000")

    answer = desk.post(
        url("change", member.pk),
        typed(member, subdistrict="420501", postcode="42000"),
    )

    assert answer.status_code == 302
    member.refresh_from_db()
    assert (member.district_id, member.postcode) == ("4205", "42120")


def test_a_district_that_contradicts_the_subdistrict_is_refused(desk):
    place = SubdistrictFactory(code="420501")
    DistrictFactory()
    member = MemberFactory(subdistrict=place, district=place.district)

    answer = desk.post(
        url("change", member.pk),
        typed(
            member,
            subdistrict="ด่านซ้าย · ด่านซ้าย · เลย (420501)",
            district="เมืองเลย · เลย (4201)",
        ),
    )

    assert set(answer.context["adminform"].form.errors) == {"subdistrict"}


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("phone", "042 811-234 ต่อ 12", ("+6642811234", "12")),
        ("mobile", "not a number", None),
        ("email", "not an address", None),
        ("website", "shop.example/loei", ("https://shop.example/loei", "")),
        ("website", "javascript://alert", None),
    ],
)
def test_contacts_are_kept_in_one_form(desk, kind, value, kept):
    member = MemberFactory()

    answer = desk.post(
        url("change", member.pk),
        typed(
            member,
            **{
                "contacts-TOTAL_FORMS": 1,
                "contacts-0-kind": kind,
                "contacts-0-value": value,
            },
        ),
    )

    assert answer.status_code == (200 if kept is None else 302)
    found = list(member.contacts.values_list("value", "extension"))
    assert found == ([] if kept is None else [kept])


def test_a_member_is_found_by_its_telephone_number(desk):
    contact = ContactFactory(value="+66812345678")
    MemberFactory()

    shown = desk.get(url("changelist"), {"q": "๐๘๑-๒๓๔๕๖๗๘"}).context["cl"]

    assert list(shown.queryset) == [contact.member]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_questions_however_long(
    desk, django_assert_num_queries, count
):
    for _each in range(count):
        MemberFactory(status=RecordStatus.PUBLISHED)

    with django_assert_num_queries(8):
        desk.get(url("changelist"))
