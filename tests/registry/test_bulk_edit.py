"""Editing chosen fields of many records, with a look at what would change."""

import datetime

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from members.enums import ProducerType, Quadrant
from members.models import Member
from registry.actions import records
from registry.bulk_edit import Selection
from registry.changes import Changes
from registry.chronicle import Chronicle
from registry.enums import RecordStatus
from tests.factories import (
    AgencyFactory,
    CategoryFactory,
    MemberFactory,
    ProductFactory,
)


def url(view, *args, model="members_member"):
    return reverse(f"admin:{model}_{view}", args=args)


def choose(page, *rows, model="members_member", query=""):
    """Choose records in the list; return the page that asks for the values."""
    chosen = {"action": "edit_chosen", "_selected_action": [row.pk for row in rows]}
    return page.post(url("changelist", model=model) + query, chosen)


def send(page, asked, press, model="members_member", **typed):
    data = {"selection": asked.context["selection"], "press": press, **typed}
    return page.post(url("bulk_edit", model=model), data, follow=True)


def levels(answer):
    return [each.level_tag for each in answer.context["messages"]]


@pytest.fixture
def desk(client, reviewer):
    """Be a browser in which a reviewer of Loei is signed in."""
    client.force_login(reviewer)
    return client


# --- Choosing and looking -------------------------------------------------------------


def test_values_are_asked_for_the_chosen_fields_only(desk):
    asked = choose(desk, MemberFactory())

    assert [bound.name for bound, _box in asked.context["form"].pairs()] == [
        "producer_type",
        "legal_form",
        "quadrant",
        "otop_year",
        "owner",
    ]
    without_box = [
        bound.name for bound, box in asked.context["form"].pairs() if not box
    ]
    assert without_box == ["owner"]


def test_a_preview_says_what_would_change_and_changes_nothing(desk):
    one = MemberFactory(producer_type=ProducerType.GROUP)
    two = MemberFactory(producer_type=ProducerType.SME)
    asked = choose(desk, one, two)

    shown = send(desk, asked, "preview", producer_type="sme", otop_year="๒๕๖๐")

    found = shown.context["preview"]
    told = [
        (each.row, [(field.old, field.new) for field in each.fields])
        for each in found.changing
    ]
    assert told == [
        (one, [(ProducerType.GROUP.label, ProducerType.SME.label), ("–", "2560")]),
        (two, [("–", "2560")]),
    ]
    assert list(Member.objects.order_by("pk").values_list("version", flat=True)) == [
        1,
        1,
    ]


def test_records_that_are_so_already_are_skipped(desk):
    one = MemberFactory(quadrant=Quadrant.A)
    two = MemberFactory()
    asked = choose(desk, one, two)

    shown = send(desk, asked, "preview", quadrant="A")
    done = send(desk, shown, "save", quadrant="A")

    assert shown.context["preview"].unchanged == (one,)
    assert levels(done) == ["success"]
    versions = Member.objects.order_by("pk").values_list("version", flat=True)
    assert list(versions) == [1, 2]


def test_a_field_is_emptied_by_its_box(desk):
    member = MemberFactory(otop_year=2560, producer_type=ProducerType.GROUP)
    asked = choose(desk, member)

    send(desk, asked, "save", clear_otop_year="on", clear_producer_type="on")

    member.refresh_from_db()
    assert (member.otop_year, member.producer_type) == (None, "")


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"otop_year": "60"},
        {"otop_year": "2560", "clear_otop_year": "on"},
        {"producer_type": "robot"},
        {"owner": "999999"},
        {"name_th": "ชื่อเดียวกันหมด"},
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_saved(desk, typed):
    member = MemberFactory()
    asked = choose(desk, member)

    answer = send(desk, asked, "save", **typed)

    assert answer.context["form"].errors
    member.refresh_from_db()
    assert member.version == 1


def test_other_values_can_be_chosen_after_the_preview(desk):
    asked = choose(desk, MemberFactory())

    again = send(desk, asked, "back", quadrant="B")

    assert again.context["form"]["quadrant"].value() == "B"
    assert "preview" not in again.context


# --- Doing it -------------------------------------------------------------------------


def test_all_are_changed_in_one_act_with_the_reason(desk, reviewer):
    rows = [MemberFactory(), MemberFactory(published=True)]
    asked = choose(desk, *rows, query="?producer_type__exact=group")

    refused = send(desk, asked, "save", quadrant="B")
    assert "reason" in refused.context["form"].errors
    done = send(desk, asked, "save", quadrant="B", reason="ทบทวนกลุ่ม")

    assert levels(done) == ["success"]
    assert (
        done.redirect_chain[-1][0] == url("changelist") + "?producer_type__exact=group"
    )
    acts = {Chronicle(row).acts[0] for row in rows}
    assert len(acts) == 1
    for row in rows:
        row.refresh_from_db()
        latest = row.history.first()
        assert row.quadrant == "B"
        assert latest.history_user == reviewer
        assert latest.history_change_reason == "ทบทวนกลุ่ม"


def test_a_record_that_changed_after_it_was_chosen_is_kept_back(desk, reviewer):
    calm, changed = MemberFactory(), MemberFactory()
    asked = choose(desk, calm, changed)
    records.edit(changed, Changes(fields={"name_en": "Newer"}), by=reviewer)

    shown = send(desk, asked, "preview", quadrant="B")
    assert [name for name, _why in shown.context["preview"].refused] == [str(changed)]

    done = send(desk, shown, "save", quadrant="B")
    assert levels(done) == ["success", "warning"]
    changed.refresh_from_db()
    calm.refresh_from_db()
    assert (calm.quadrant, changed.quadrant) == ("B", "")


def test_a_foreign_record_is_never_among_them(desk):
    own, foreign = MemberFactory(), MemberFactory(district__code="5101")

    asked = choose(desk, own, foreign)
    send(desk, asked, "save", quadrant="B")

    foreign.refresh_from_db()
    assert (foreign.quadrant, foreign.version) == ("", 1)


def test_a_record_that_left_the_scope_is_kept_back(desk):
    member = MemberFactory()
    asked = choose(desk, member)
    Member.objects.filter(pk=member.pk).update(
        province=AgencyFactory(places=["51"]).provinces.get()
    )

    done = send(desk, asked, "save", quadrant="B")

    assert levels(done) == ["warning"]
    assert str(member) not in "".join(map(str, done.context["messages"]))


def test_a_foreign_owner_is_neither_offered_nor_taken(desk, reviewer):
    member = MemberFactory()
    foreign = AgencyFactory(places=["51"])
    asked = choose(desk, member)

    offered = set(asked.context["form"].fields["owner"].queryset)
    assert offered == {member.owner, reviewer.agency}
    answer = send(desk, asked, "save", owner=foreign.pk)
    assert "owner" in answer.context["form"].errors


def test_owners_offered_serve_the_chosen_records(client, administrator):
    client.force_login(administrator)
    member = MemberFactory()
    AgencyFactory(places=["51"])
    national = AgencyFactory(national=True)

    asked = choose(client, member)

    offered = set(asked.context["form"].fields["owner"].queryset)
    assert offered == {member.owner, national}


def test_a_choice_that_is_not_ones_own_is_refused(desk, reviewer, administrator):
    member = MemberFactory()
    bent = [
        "",
        "x:y:z",
        Selection({member.pk: 1}).seal(Member, administrator),
        signing.dumps([[[member.pk, 1]], ""], salt="other"),
    ]

    for selection in bent:
        answer = desk.post(
            url("bulk_edit"),
            {"selection": selection, "press": "save", "quadrant": "B"},
            follow=True,
        )
        assert levels(answer) == ["error"]
    member.refresh_from_db()
    assert member.version == 1


def test_a_choice_keeps_for_an_afternoon(reviewer, time_machine):
    selection = Selection({1: 1}, "q=x")
    sealed = selection.seal(Member, reviewer)
    now = timezone.now()

    time_machine.move_to(now + datetime.timedelta(hours=3, minutes=59))
    assert Selection.open(sealed, Member, reviewer) == selection
    time_machine.move_to(now + datetime.timedelta(hours=4, minutes=1))
    with pytest.raises(signing.SignatureExpired):
        Selection.open(sealed, Member, reviewer)


def test_who_is_not_staff_gets_nowhere(client, officer):
    client.force_login(officer)

    assert client.post(url("bulk_edit"), {}).status_code == 403


def test_without_a_choice_the_address_leads_to_the_list(desk):
    assert desk.get(url("bulk_edit")).url == url("changelist")


def test_too_many_at_once_are_refused(desk, monkeypatch):
    monkeypatch.setattr("registry.admin_base.bulk_edit.MOST_AT_ONCE", 1)

    answer = choose(desk, MemberFactory(), MemberFactory())

    assert answer.status_code == 302
    assert levels(desk.get(answer.url)) == ["error"]


# --- Products -------------------------------------------------------------------------


def test_products_are_put_on_a_shelf_together(desk):
    shelf = CategoryFactory(alcohol=True)
    CategoryFactory(parent=shelf)
    model = "products_product"
    one, two = ProductFactory(), ProductFactory(category=shelf)
    asked = choose(desk, one, two, model=model)

    labels = [
        str(label) for _key, label in asked.context["form"].fields["category"].choices
    ]
    assert labels[0] != "---------"
    assert [label.startswith("— ") for label in labels] == [False, False, True]
    shown = send(desk, asked, "preview", model=model, category=shelf.pk)
    assert [each.row for each in shown.context["preview"].changing] == [one]
    send(desk, shown, "save", model=model, category=shelf.pk)

    one.refresh_from_db()
    assert (one.category, one.is_alcohol) == (shelf, True)


@pytest.mark.parametrize("count", [1, 3])
def test_a_preview_asks_the_same_however_many_records_it_shows(
    desk, count, django_assert_num_queries
):
    shelf = CategoryFactory()
    rows = [ProductFactory(category=CategoryFactory()) for _each in range(count)]
    asked = choose(desk, *rows, model="products_product")

    # Session, person, agency, provinces; the records; the shelf as typed; names of
    # shelves.
    with django_assert_num_queries(7):
        send(desk, asked, "preview", model="products_product", category=shelf.pk)


def test_status_is_not_among_what_can_be_set(desk):
    member = MemberFactory()
    asked = choose(desk, member)

    send(desk, asked, "save", quadrant="B", status="published", version="9")

    member.refresh_from_db()
    assert (member.status, member.version) == (RecordStatus.DRAFT, 2)
