"""Thousands of edits at once are as so many edits alone."""

from decimal import Decimal

import pytest

from members.enums import ContactKind
from members.models import Contact, Member, MemberSearch
from products.models import Product, ProductSearch, StarRating
from registry.actions import bulk, records
from registry.actions.bulk import Edit
from registry.changes import Changes, ChildChanges
from registry.errors import NotAllowed, NotVisible, StaleVersion
from registry.thai.text import fold
from tests.factories import (
    AgencyFactory,
    ContactFactory,
    DistrictFactory,
    MemberFactory,
    ProductFactory,
    StarRoundFactory,
)

pytestmark = pytest.mark.django_db

#: What differs between any two rows.
APART = {"id", "code", "created_at", "updated_at", "published_at", "sort_key"}
APART |= {"history_id", "history_date", "act_id", "member_id", "product_id"}


def columns(row):
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in APART
    }


def past(model, **which):
    return [columns(each) for each in model.history.filter(**which).order_by("pk")]


def test_a_member_edited_among_many_is_as_one_edited_alone(reviewer):
    owner, other = AgencyFactory(), AgencyFactory()
    district = DistrictFactory(code="4202")
    alone, together = (
        MemberFactory(name_th="กลุ่มทอผ้า", name_en="Weavers", owner=owner, published=True)
        for _ in range(2)
    )
    contacts = {
        member.pk: [ContactFactory(member=member), ContactFactory(member=member)]
        for member in (alone, together)
    }
    for each in (alone, together):
        each.refresh_from_db()

    def changes(member):
        first, second = contacts[member.pk]
        return Changes(
            {"name_th": "กลุ่มย้อมคราม", "district": district, "owner": other},
            {
                "contacts": ChildChanges(
                    added=(Contact(kind=ContactKind.PHONE, value="+6642811234"),),
                    changed={first.pk: {"value": "+66812345670"}},
                    removed=frozenset({second.pk}),
                )
            },
        )

    records.edit(
        alone, changes(alone), by=reviewer, version=alone.version, reason="List"
    )
    edits = [Edit(together.pk, together.version, changes(together))]
    bulk.edit_many(Member, edits, by=reviewer, reason="List")

    alone.refresh_from_db()
    together.refresh_from_db()
    assert columns(alone) == columns(together)
    assert past(Member, id=alone.pk) == past(Member, id=together.pk)
    assert past(Contact, member_id=alone.pk) == past(Contact, member_id=together.pk)
    texts = [
        MemberSearch.objects.get(pk=each.pk).text_fold.replace(each.code.lower(), "")
        for each in (alone, together)
    ]
    assert texts[0].split(" | ")[:1] == texts[1].split(" | ")[:1]
    acts = Member.history.filter(id=together.pk).order_by("-pk").values("act_id")
    assert set(
        Contact.history.filter(member_id=together.pk)
        .order_by("-pk")
        .values_list("act_id", flat=True)[:3]
    ) == {acts[0]["act_id"]}


def test_goods_edited_among_many_are_as_edited_alone(reviewer):
    round_ = StarRoundFactory(year=2562, announced_on="2020-01-01")
    alone, together = ProductFactory.create_batch(2, name_th="ผ้าคลุมไหล่")
    rating = {"ratings": ChildChanges(added=(StarRating(round=round_, stars=4),))}
    again = {"ratings": ChildChanges(added=(StarRating(round=round_, stars=4),))}
    fields = {"price_min": Decimal(100), "story_th": "ทอมือ"}

    records.edit(alone, Changes(fields, rating), by=reviewer)
    edits = [Edit(together.pk, None, Changes(fields, again))]
    bulk.edit_many(Product, edits, by=reviewer)

    alone.refresh_from_db()
    together.refresh_from_db()
    assert alone.current_stars == together.current_stars == 4
    assert alone.price_band == together.price_band == 2
    assert together.version == alone.version == 2
    assert fold("ทอมือ") in ProductSearch.objects.get(pk=together.pk).text_fold
    assert (
        past(Product, id=alone.pk)[-1]["price_min"]
        == (past(Product, id=together.pk)[-1]["price_min"])
    )


def test_a_stale_version_undoes_all_of_it(reviewer):
    first, second = MemberFactory.create_batch(2)
    edits = [
        Edit(first.pk, first.version, Changes({"workers": 1})),
        Edit(second.pk, second.version + 1, Changes({"workers": 1})),
    ]

    with pytest.raises(StaleVersion):
        bulk.edit_many(Member, edits, by=reviewer)

    assert set(Member.objects.values_list("workers", flat=True)) == {None}


def test_nobody_edits_what_they_do_not_see(foreign_reviewer):
    edits = [Edit(MemberFactory().pk, None, Changes({"workers": 1}))]

    with pytest.raises(NotVisible):
        bulk.edit_many(Member, edits, by=foreign_reviewer)


def test_an_officer_edits_nothing_that_is_public(officer):
    member = MemberFactory(owner=officer.agency, published=True)

    with pytest.raises(NotAllowed):
        bulk.edit_many(
            Member, [Edit(member.pk, None, Changes({"workers": 1}))], by=officer
        )


def test_a_row_is_not_moved_out_of_ones_own_scope(reviewer):
    far = DistrictFactory(code="5101")
    edits = [Edit(MemberFactory().pk, None, Changes({"district": far}))]

    with pytest.raises(NotAllowed):
        bulk.edit_many(Member, edits, by=reviewer)


def test_three_edits_take_no_more_queries_than_one(django_assert_max_num_queries):
    def counted(members):
        edits = [Edit(each.pk, None, Changes({"workers": 3})) for each in members]
        with django_assert_max_num_queries(1000) as asked:
            bulk.edit_many(Member, edits, by=None)
        return len(asked)

    one, *three = MemberFactory.create_batch(4)
    assert counted(three) <= counted([one])


def test_what_was_removed_meanwhile_is_not_changed(reviewer):
    member = MemberFactory()
    contact = ContactFactory(member=member)
    contact_pk = contact.pk
    records.edit(
        member,
        Changes(children={"contacts": ChildChanges(removed=frozenset({contact_pk}))}),
        by=reviewer,
    )
    changed = ChildChanges(changed={contact_pk: {"value": "+66812345670"}})

    with pytest.raises(StaleVersion):
        bulk.edit_many(
            Member,
            [Edit(member.pk, None, Changes(children={"contacts": changed}))],
            by=reviewer,
        )
