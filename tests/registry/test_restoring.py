"""Bringing an earlier state back, as the changes an edit takes."""

import datetime

import pytest

from members.models import Contact, Member
from products.models import Photo, Product
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.chronicle import Chronicle
from registry.enums import RecordStatus
from registry.restoring import restoration
from registry.thai.text import fold
from tests.factories import (
    AgencyFactory,
    CategoryFactory,
    CertificateFactory,
    ClusterFactory,
    ContactFactory,
    MemberFactory,
    PhotoFactory,
    ProductFactory,
    SubdistrictFactory,
)

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def acts(row):
    """Return the acts of a row, the oldest first."""
    return list(reversed(Chronicle(row).acts))


def edit(row, children=None, **fields):
    return records.edit(row, Changes(fields, children or {}), by=None)


def back(row, act_id):
    row = fresh(row)
    return restoration(row, act_id, Chronicle(row))


def restore(row, act_id):
    return records.edit(row, back(row, act_id).changes, by=None)


def told(found):
    """Return what a restoration says: title, what, and (old, new) of each field."""
    return [
        (row.title, row.what, [(each.old, each.new) for each in row.fields])
        for row in found.rows
    ]


def test_fields_go_back_to_what_they_were():
    member = MemberFactory(name_en="First")
    edit(member, name_en="Second", workers=12)

    found = back(member, acts(member)[0])

    assert found.changes == Changes(fields={"name_en": "First", "workers": None})
    assert told(found) == [("", "changed", [("Second", "First"), ("12", "–")])]


def test_nothing_changes_when_the_row_is_as_it_was():
    member = MemberFactory()
    edit(member, name_en="Second")

    found = back(member, acts(member)[-1])

    assert (bool(found.changes), found.rows) == (False, ())


def test_a_state_between_two_edits_is_that_of_the_first():
    member = MemberFactory(name_en="First")
    edit(member, name_en="Second")
    edit(member, name_en="Third")

    assert restore(member, acts(member)[1]).name_en == "Second"


def test_keys_come_back_as_rows():
    member = MemberFactory()
    was, now = SubdistrictFactory(), SubdistrictFactory(code="420301")
    edit(member, subdistrict=was, district=was.district)
    edit(member, subdistrict=now, district=now.district)

    restored = restore(member, acts(member)[1])

    assert (restored.subdistrict, restored.district) == (was, was.district)


def test_derived_columns_follow_and_are_not_among_the_changes():
    member = MemberFactory(name_th="กลุ่มเดิม")
    edit(member, name_th="กลุ่มใหม่")

    found = back(member, acts(member)[0])

    assert set(found.changes.fields) == {"name_th"}
    assert restore(member, acts(member)[0]).name_fold == fold("กลุ่มเดิม")


def test_what_a_product_takes_from_its_producer_stays_with_the_producer():
    product = ProductFactory(name_en="First")
    edit(product, name_en="Second")
    edit(product.member, owner=AgencyFactory())

    found = back(product, acts(product)[0])

    assert set(found.changes.fields) == {"name_en"}


def test_status_code_and_note_stay():
    member = MemberFactory(name_en="First")
    edit(member, name_en="Second")
    records.publish(member, by=None, reason="ok")

    found = back(member, acts(member)[0])
    restored = restore(member, acts(member)[0])

    assert set(found.changes.fields) == {"name_en"}
    assert restored.status == RecordStatus.PUBLISHED
    assert restored.code == member.code


def test_a_removed_child_is_added_again():
    member = MemberFactory()
    contact = ContactFactory(member=member, shop=True)
    gone = ChildChanges(removed=frozenset({contact.pk}))
    edit(member, {"contacts": gone})

    found = back(member, acts(member)[1])

    assert [what for _title, what, _fields in told(found)] == ["added"]
    restore(member, acts(member)[1])
    assert list(member.contacts.values_list("kind", "value")) == [
        ("phone", "042-000-000")
    ]


def test_a_changed_child_gets_its_old_values():
    member = MemberFactory()
    contact = ContactFactory(member=member, shop=True)
    change = ChildChanges(changed={contact.pk: {"value": "042-111-111"}})
    edit(member, {"contacts": change})

    found = back(member, acts(member)[1])

    assert found.changes.children == {
        "contacts": ChildChanges(changed={contact.pk: {"value": "042-000-000"}})
    }


def test_a_child_that_was_added_later_is_removed():
    member = MemberFactory()
    contact = ContactFactory(member=member, shop=True)

    restore(member, acts(member)[0])

    assert not Contact.objects.filter(pk=contact.pk).exists()
    assert Member.objects.filter(pk=member.pk).exists()


def test_all_of_it_in_one_act():
    product = ProductFactory(name_en="First")
    stays = PhotoFactory(product=product, alt_en="stays")
    goes = PhotoFactory(product=product, alt_en="goes")
    then = acts(product)[-1]
    edit(
        product,
        {
            "photos": ChildChanges(
                added=[Photo(alt_en="new")],
                changed={stays.pk: {"alt_en": "other"}},
                removed=frozenset({goes.pk}),
            )
        },
        name_en="Second",
    )

    restored = restore(product, then)

    assert restored.name_en == "First"
    texts = product.photos.order_by("alt_en").values_list("alt_en", flat=True)
    assert list(texts) == ["goes", "stays"]


@pytest.mark.parametrize("first_is_main", [True, False])
def test_the_main_photo_changes_hands(first_is_main):
    product = ProductFactory()
    one = PhotoFactory(product=product, is_main=first_is_main)
    two = PhotoFactory(product=product, is_main=not first_is_main)
    then = acts(product)[-1]
    was, other = (one, two) if first_is_main else (two, one)
    swap = {was.pk: {"is_main": False}, other.pk: {"is_main": True}}
    edit(product, {"photos": ChildChanges(changed=swap)})

    restore(product, then)

    assert list(product.photos.filter(is_main=True)) == [was]


def test_a_withdrawn_consent_does_not_come_back():
    member = MemberFactory()
    contact = ContactFactory(member=member, consented=True)
    then = acts(member)[-1]
    ended = {"consent_withdrawn_on": datetime.date(2026, 6, 1)}
    edit(member, {"contacts": ChildChanges(changed={contact.pk: ended})})

    assert not back(member, then).changes


def test_a_removed_contact_comes_back_without_its_consent():
    member = MemberFactory()
    contact = ContactFactory(member=member, consented=True)
    then = acts(member)[-1]
    edit(member, {"contacts": ChildChanges(removed=frozenset({contact.pk}))})

    restore(member, then)

    again = member.contacts.get()
    assert (again.value, again.is_public) == (contact.value, False)


def test_a_key_whose_row_is_gone_is_named_and_stays_as_it_is():
    shelf = CategoryFactory()
    product = ProductFactory(category=shelf)
    edit(product, category=None)
    records.remove(shelf, by=None)

    found = back(product, acts(product)[0])

    assert (bool(found.changes), found.lost) == (False, ("หมวดหมู่",))


def test_a_child_that_cannot_do_without_a_row_that_is_gone_stays_removed():
    product = ProductFactory()
    certificate = CertificateFactory(product=product)
    then = acts(product)[-1]
    gone = ChildChanges(removed=frozenset({certificate.pk}))
    edit(product, {"certificates": gone})
    records.remove(certificate.mark, by=None)

    found = back(product, then)

    assert (bool(found.changes), found.lost) == (False, ("เครื่องหมายรับรอง",))


def test_the_restore_itself_can_be_taken_back():
    member = MemberFactory(name_en="First")
    edit(member, name_en="Second")
    restore(member, acts(member)[0])

    assert restore(member, acts(member)[1]).name_en == "Second"


def test_a_row_that_is_no_record_comes_back_too():
    cluster = ClusterFactory(name_en="First")
    edit(cluster, name_en="Second")

    assert restore(cluster, acts(cluster)[0]).name_en == "First"


def test_an_act_without_the_row_is_unknown():
    member, other = MemberFactory(), MemberFactory()

    with pytest.raises(KeyError):
        back(member, acts(other)[0])


@pytest.mark.parametrize("count", [1, 3])
def test_a_restoration_asks_the_same_however_long_the_history_is(
    count, django_assert_num_queries
):
    product = ProductFactory(name_en="First", category=CategoryFactory())
    for number in range(count):
        PhotoFactory(product=product)
        edit(product, name_en=f"Edit {number}")
    product = Product.objects.select_related("member", "category").get(pk=product.pk)
    then = acts(product)[0]

    # Traces of four tables, the past row, today's children of three kinds, and what
    # five keys of the past point at.
    with django_assert_num_queries(13):
        restoration(product, then, Chronicle(product))
