"""History in the admin: what was before, what is after, and the way back."""

import datetime
import uuid

import pytest
from django.urls import reverse

from members.models import Membership
from products.enums import OtopType
from registry import acts as registry_acts
from registry.actions import records
from registry.actions.people import change_account
from registry.changes import Changes, ChildChanges
from registry.chronicle import Chronicle
from tests.factories import (
    CategoryFactory,
    ClusterFactory,
    ContactFactory,
    MemberFactory,
    MembershipFactory,
    OutletFactory,
    PhotoFactory,
    ProductFactory,
)


def url(view, *args, model="members_member"):
    return reverse(f"admin:{model}_{view}", args=args)


def acts(row):
    """Return the acts of a row, the oldest first."""
    return list(reversed(Chronicle(row).acts))


def edit(row, by=None, children=None, reason="", **fields):
    return records.edit(row, Changes(fields, children or {}), by=by, reason=reason)


def told(entry):
    """Return an entry as (title, what, [(label, old, new)])."""
    return [
        (row.title, row.what, [(each.label, each.old, each.new) for each in row.fields])
        for row in entry.rows
    ]


def entries(page, row, model="members_member"):
    answer = page.get(url("history", row.pk, model=model))
    assert answer.status_code == 200
    return [entry for entry, _url in answer.context["entries"]]


@pytest.fixture
def desk(client, reviewer):
    """Be a browser in which a reviewer of Loei is signed in."""
    client.force_login(reviewer)
    return client


# --- Reading --------------------------------------------------------------------------


def test_an_act_says_who_when_why_and_what(desk, reviewer):
    member = MemberFactory(name_en="First")
    edit(member, by=reviewer, reason="สะกดผิด", name_en="Second")

    latest, first = entries(desk, member)

    assert (latest.by, latest.reason) == (reviewer, "สะกดผิด")
    assert (first.by, first.is_first, latest.is_latest) == (None, True, True)
    assert [(old, new) for _label, old, new in told(latest)[0][2]] == [
        ("First", "Second")
    ]


def test_choices_keys_and_months_are_said_in_words(desk):
    shelf = CategoryFactory()
    product = ProductFactory(otop_type="")
    edit(product, category=shelf, otop_type="textile", season=0b11)

    ((_title, _what, fields),) = told(entries(desk, product, "products_product")[0])

    assert [(old, new) for _label, old, new in fields] == [
        ("–", shelf.name_th),
        ("–", OtopType.TEXTILE.label),
        ("ตลอดปี", "มกราคม, กุมภาพันธ์"),
    ]


def test_a_day_is_shown_in_the_buddhist_era(desk):
    member = MemberFactory()
    contact = ContactFactory(member=member)
    given = {"consented_on": datetime.date(2026, 3, 15), "consent_wording": "1"}
    edit(member, children={"contacts": ChildChanges(changed={contact.pk: given})})

    shown = desk.get(url("history", member.pk)).content.decode()

    assert "15 มีนาคม 2569" in shown


def test_a_record_and_its_children_are_one_entry(desk):
    member = MemberFactory()
    contact = ContactFactory(member=member, shop=True)
    outlet = OutletFactory(member=member)
    edit(
        member,
        name_en="New",
        children={
            "contacts": ChildChanges(changed={contact.pk: {"value": "042-999-999"}}),
            "outlets": ChildChanges(removed=frozenset({outlet.pk})),
        },
    )

    latest = entries(desk, member)[0]

    assert [(row.what, bool(row.title)) for row in latest.rows] == [
        ("changed", False),
        ("changed", True),
        ("removed", True),
    ]
    assert "042-999-999" in latest.rows[1].title
    assert outlet.name_th in latest.rows[2].title


def test_a_picture_is_said_to_be_another_one(desk):
    product = ProductFactory()
    photo = PhotoFactory(product=product, picture={"sha256": "a"})
    new = {"picture": {"sha256": "b"}}
    edit(product, children={"photos": ChildChanges(changed={photo.pk: new})})

    ((_title, _what, fields),) = told(entries(desk, product, "products_product")[0])

    assert fields == [("ภาพ", "ภาพ", "ภาพอื่น")]


def test_a_step_of_the_workflow_is_an_entry(desk):
    member = MemberFactory(submitted=True)
    records.send_back(member, by=None, note="ขอรูปใหม่")

    latest = entries(desk, member)[0]

    assert latest.reason == "ขอรูปใหม่"
    ((_title, _what, fields),) = told(latest)
    assert len(fields) == 1


def test_identity_numbers_are_never_shown(desk):
    member = MemberFactory()
    edit(member, leader_id_hash="0123456789abcdef", leader_id_last4="4321")

    shown = desk.get(url("history", member.pk)).content.decode()

    assert "0123456789abcdef" not in shown
    assert "leader id" not in shown.lower()


def test_long_histories_come_in_pages(desk):
    member = MemberFactory()
    for number in range(21):
        edit(member, name_en=f"Name {number}")

    answer = desk.get(url("history", member.pk), {"page": "2"})
    assert len(answer.context["entries"]) == 2
    assert desk.get(url("history", member.pk), {"page": "x"}).status_code == 200


def test_an_act_has_a_page_with_all_it_did(desk):
    member = MemberFactory()
    edit(member, story_th="ก" * 500)
    first, latest = acts(member)

    assert "ก" * 500 not in desk.get(url("history", member.pk)).content.decode()
    whole = desk.get(url("history_act", member.pk, latest)).content.decode()
    assert "ก" * 500 in whole
    entered = desk.get(url("history_act", member.pk, first)).content.decode()
    assert member.name_en in entered


def test_an_act_of_another_row_is_not_found(desk):
    member, other = MemberFactory(), MemberFactory()
    (act,) = acts(other)

    for view in ("history_act", "history_restore"):
        assert desk.get(url(view, member.pk, act)).status_code == 404
        assert desk.get(url(view, member.pk, uuid.uuid4())).status_code == 404


def test_a_foreign_records_history_does_not_exist(desk):
    foreign = MemberFactory(district__code="5101")
    edit(foreign, name_en="Second")
    act = acts(foreign)[0]

    for view, *more in (("history",), ("history_act", act), ("history_restore", act)):
        assert desk.get(url(view, foreign.pk, *more)).status_code == 404
        assert desk.post(url(view, foreign.pk, *more)).status_code == 404


def test_an_account_has_history_and_no_restore(client, administrator, officer):
    client.force_login(administrator)
    change_account(officer, {"post": "นักพัฒนาชุมชน"}, by=administrator)
    first, latest = acts(officer)

    (shown, _entered) = entries(client, officer, "registry_user")
    assert [new for _label, _old, new in told(shown)[0][2]] == ["นักพัฒนาชุมชน"]
    page = client.get(url("history_act", officer.pk, first, model="registry_user"))
    assert page.context["restore_url"] == ""
    restore = url("history_restore", officer.pk, first, model="registry_user")
    assert client.post(restore, {"version": 1}).status_code == 404
    assert latest != first


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_of_history_asks_the_same_however_many_acts_it_shows(
    desk, reviewer, count, django_assert_num_queries
):
    member = MemberFactory()
    for number in range(count):
        contact = ContactFactory(member=member)
        value = {"value": f"08{number}"}
        edit(
            member,
            by=reviewer,
            name_en=f"Name {number}",
            children={"contacts": ChildChanges(changed={contact.pk: value})},
        )

    # Session, person, agency, provinces; the row; traces of six tables; rows of two
    # of them; people; names of what keys point at.
    with django_assert_num_queries(18):
        desk.get(url("history", member.pk))


# --- Restoring ------------------------------------------------------------------------


def test_a_restore_is_shown_first_and_then_done(desk, reviewer):
    member = MemberFactory(name_en="First")
    edit(member, name_en="Second")
    member.refresh_from_db()
    address = url("history_restore", member.pk, acts(member)[0])

    asked = desk.get(address)
    assert [row.what for row in asked.context["restoration"].rows] == ["changed"]
    member.refresh_from_db()
    assert member.name_en == "Second"

    done = desk.post(address, {"version": member.version})
    assert done.url == url("change", member.pk)
    member.refresh_from_db()
    latest = member.history.first()
    assert (member.name_en, member.version) == ("First", 3)
    assert latest.history_user == reviewer
    assert latest.history_change_reason != ""


def test_a_restore_of_a_row_that_changed_meanwhile_is_refused(desk):
    member = MemberFactory(name_en="First")
    edit(member, name_en="Second")
    address = url("history_restore", member.pk, acts(member)[0])
    edit(member, name_en="Third")

    for version in ("2", "", "x", "²"):
        answer = desk.post(address, {"version": version}, follow=True)
        assert [each.level_tag for each in answer.context["messages"]] == ["error"]
    member.refresh_from_db()
    assert member.name_en == "Third"


def test_the_latest_act_offers_no_restore_and_others_do(desk):
    member = MemberFactory()
    edit(member, name_en="Second")
    first, latest = acts(member)

    def offered(act):
        page = desk.get(url("history_act", member.pk, act))
        return bool(page.context["restore_url"])

    assert (offered(first), offered(latest)) == (True, False)


def test_who_may_not_edit_a_row_may_not_restore_it(desk):
    category = CategoryFactory(name_en="First")
    edit(category, name_en="Second")
    act = acts(category)[0]
    model = "products_category"

    page = desk.get(url("history_act", category.pk, act, model=model))
    assert page.context["restore_url"] == ""
    restore = url("history_restore", category.pk, act, model=model)
    assert desk.get(restore).status_code == 403
    assert desk.post(restore, {"version": category.version}).status_code == 403


def test_children_come_back_through_the_page(desk):
    member = MemberFactory()
    contact = ContactFactory(member=member, shop=True)
    then = acts(member)[-1]
    edit(member, children={"contacts": ChildChanges(removed=frozenset({contact.pk}))})
    member.refresh_from_db()

    desk.post(url("history_restore", member.pk, then), {"version": member.version})

    assert member.contacts.get().value == contact.value


def test_what_was_entered_anew_gives_way_to_what_it_was(desk):
    cluster, member = ClusterFactory(), MemberFactory()
    was = MembershipFactory(member=member, cluster=cluster)
    then = acts(member)[-1]
    edit(member, children={"memberships": ChildChanges(removed=frozenset({was.pk}))})
    address = url("history_restore", member.pk, then)
    with registry_acts.act(by=None):
        Membership.objects.create(
            member=member, cluster=cluster, joined_on=was.joined_on
        )
    member.refresh_from_db()

    done = desk.post(address, {"version": member.version}, follow=True)

    assert [each.level_tag for each in done.context["messages"]] == ["success"]
    assert member.memberships.count() == 1
