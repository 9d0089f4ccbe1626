import re
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
    for prefix in ("contacts", "outlets", "memberships", "certificates"):
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
