"""Thousands of rows at once keep every promise of one."""

import uuid

import pytest

from members.enums import ContactKind
from members.models import Contact, Member, MemberSearch
from products.models import Product, ProductSearch
from registry.actions import bulk, records
from registry.actions.bulk import Entry
from registry.enums import RecordStatus
from registry.errors import Busy, NotAllowed, NotVisible
from registry.models import Code, FormKey
from tests.factories import (
    AgencyFactory,
    DistrictFactory,
    MemberFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db


def new_members(count, **fields):
    """Unsaved members of Loei, each with a contact and a key."""
    owner, district = AgencyFactory(), DistrictFactory()
    return [
        Entry(
            Member(
                **{"owner": owner, "district": district, "name_th": f"กลุ่ม {number}"}
                | fields
            ),
            {"contacts": [Contact(kind=ContactKind.MOBILE, value=f"08{number}")]},
            uuid.uuid4(),
        )
        for number in range(count)
    ]


def test_rows_entered_at_once_have_all_that_one_entered_alone_has(reviewer):
    entries = new_members(2)

    made = bulk.create_many(Member, entries, by=reviewer, reason="From a list")

    assert [each.code for each in made] == ["42-M-00001", "42-M-00002"]
    assert {each.created_by for each in Member.objects.all()} == {reviewer}
    assert Code.objects.count() == 2
    assert MemberSearch.objects.count() == 2
    assert Contact.objects.count() == 2
    assert {each.name_fold for each in made} == {"กลุม 0", "กลุม 1"}
    history = [*Member.history.all(), *Contact.history.all()]
    assert len(history) == 4
    assert {each.history_type for each in history} == {"+"}
    assert {each.history_user for each in history} == {reviewer}
    assert {each.history_change_reason for each in history} == {"From a list"}
    assert len({each.act_id for each in history}) == 1


def test_each_row_is_known_by_its_key_from_then_on():
    entries = new_members(2)
    made = bulk.create_many(Member, entries, by=None)
    keys = [each.form_key for each in entries]

    assert bulk.used_keys(Member, [*keys, uuid.uuid4()]) == dict(
        zip(keys, [each.pk for each in made], strict=True)
    )
    assert bulk.used_keys(Product, keys) == {}


def test_a_key_taken_meanwhile_undoes_all_of_it():
    entries = new_members(3)
    FormKey.objects.create(key=entries[2].form_key, model="members.Member")

    with pytest.raises(Busy):
        bulk.create_many(Member, entries, by=None)

    assert Member.objects.count() == 0
    assert Code.objects.count() == 0


def test_nobody_enters_rows_of_another_province(foreign_reviewer):
    with pytest.raises(NotAllowed):
        bulk.create_many(Member, new_members(2), by=foreign_reviewer)

    assert Member.objects.count() == 0


def test_nothing_to_enter_is_nothing(django_assert_num_queries):
    assert bulk.create_many(Member, [], by=None) == []


def counted(django_assert_max_num_queries, deed):
    with django_assert_max_num_queries(1000) as asked:
        deed()
    return len(asked)


def test_three_rows_take_no_more_queries_than_one(django_assert_max_num_queries):
    one, three = new_members(1), new_members(3)

    first = counted(
        django_assert_max_num_queries, lambda: bulk.create_many(Member, one, by=None)
    )
    second = counted(
        django_assert_max_num_queries, lambda: bulk.create_many(Member, three, by=None)
    )

    assert second <= first


def test_three_goods_are_published_with_as_many_queries_as_one(
    django_assert_max_num_queries,
):
    one, *three = ProductFactory.create_batch(4)

    first = counted(
        django_assert_max_num_queries,
        lambda: bulk.publish_many(Product, [one.pk], by=None),
    )
    second = counted(
        django_assert_max_num_queries,
        lambda: bulk.publish_many(Product, [each.pk for each in three], by=None),
    )

    assert second == first


def test_what_is_published_at_once_is_as_if_published_alone(reviewer):
    alone, together = ProductFactory.create_batch(2)
    records.publish(alone, by=reviewer, reason="Checked")

    done = bulk.publish_many(Product, [together.pk], by=reviewer, reason="Checked")

    fields = (
        "status",
        "note",
        "version",
        "decided_by",
        "updated_by",
        "submitted_by",
        "submitted_at",
    )
    kept = Product.objects.filter(pk__in=[alone.pk, together.pk])
    assert len(set(kept.values_list(*fields))) == 1
    assert not kept.filter(published_at=None).exists()
    assert [each.pk for each in done.done] == [together.pk]
    assert done.refused == ()
    last = together.history.first()
    assert (last.history_type, last.version, last.status) == ("~", 2, "published")
    assert (last.history_user, last.history_change_reason) == (reviewer, "Checked")
    assert Member.objects.get(pk=together.member_id).goods_count == 1
    assert ProductSearch.objects.filter(pk=together.pk).exists()


def test_what_was_submitted_keeps_who_submitted_it(reviewer, officer):
    product = ProductFactory(member__owner=officer.agency)
    records.submit(product, by=officer)

    bulk.publish_many(Product, [product.pk], by=reviewer)

    product.refresh_from_db()
    assert (product.status, product.submitted_by) == ("published", officer)


def test_what_may_not_be_published_stays_and_says_why(reviewer):
    draft = MemberFactory()
    unready = ProductFactory(member=draft)
    public = ProductFactory(published=True)
    ready = ProductFactory()

    result = bulk.publish_many(Product, [unready.pk, public.pk, ready.pk], by=reviewer)

    assert [each.pk for each in result.done] == [ready.pk]
    assert {each.pk for each, _sentence in result.refused} == {unready.pk, public.pk}
    assert all(sentence for _each, sentence in result.refused)
    unready.refresh_from_db()
    assert (unready.status, unready.version) == (RecordStatus.DRAFT, 1)


def test_a_foreign_record_does_not_exist_for_who_publishes(foreign_reviewer):
    product = ProductFactory()

    with pytest.raises(NotVisible):
        bulk.publish_many(Product, [product.pk], by=foreign_reviewer)
