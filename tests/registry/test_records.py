"""Entering, editing and moving records: every promise of the kernel's actions."""

import itertools
import uuid

import pytest
from django.db import IntegrityError, transaction

from members.models import Contact, Member
from products.models import Photo, Product
from registry import acts
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.enums import RecordStatus, Role
from registry.errors import (
    NotAllowed,
    NoteNeeded,
    NotReady,
    NotVisible,
    OwnSubmission,
    StaleVersion,
    StepRefused,
)
from registry.models import Code
from tests.factories import (
    AgencyFactory,
    DistrictFactory,
    MemberFactory,
    PhotoFactory,
    ProductFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

#: The whole workflow: every step there is, and no other.
STEPS = {
    ("draft", "submitted"),
    ("draft", "published"),
    ("draft", "withdrawn"),
    ("submitted", "published"),
    ("submitted", "returned"),
    ("submitted", "withdrawn"),
    ("returned", "submitted"),
    ("returned", "published"),
    ("returned", "withdrawn"),
    ("published", "withdrawn"),
    ("withdrawn", "submitted"),
    ("withdrawn", "published"),
}


def move(record, to, *, by):
    """Take the action that leads to a status."""
    match to:
        case RecordStatus.SUBMITTED:
            return records.submit(record, by=by)
        case RecordStatus.PUBLISHED:
            return records.publish(record, by=by)
        case RecordStatus.RETURNED:
            return records.send_back(record, by=by, note="Please mend it.")
        case RecordStatus.WITHDRAWN:
            return records.withdraw(record, by=by, note="No longer made.")
    raise StepRefused("", "")


@pytest.mark.parametrize(
    ("start", "end"), list(itertools.product(RecordStatus, repeat=2)), ids=str
)
def test_a_record_knows_exactly_these_steps(start, end, reviewer):
    record = MemberFactory(status=start)
    histories = record.history.count()

    if (start.value, end.value) in STEPS:
        moved = move(record, end, by=reviewer)
        assert (moved.status, moved.version) == (end, record.version + 1)
        assert record.history.count() == histories + 1
    else:
        with pytest.raises(StepRefused):
            move(record, end, by=reviewer)
        record.refresh_from_db()
        assert record.status == start
        assert record.history.count() == histories


# --- Entering -----------------------------------------------------------------


def test_a_created_record_has_a_code_a_version_and_its_history(reviewer):
    member = records.create(
        Member(name_th="กลุ่มทดสอบ", district=DistrictFactory(), owner=reviewer.agency),
        by=reviewer,
        children={"contacts": [Contact(kind="phone", value="1", is_personal=False)]},
        reason="first entry",
    )

    assert member.code == "42-M-00001"
    assert member.version == 1
    assert member.created_by == reviewer
    remembered = member.history.get()
    assert remembered.history_user == reviewer
    assert remembered.history_change_reason == "first entry"
    assert member.contacts.get().history.get().act_id == remembered.act_id


def test_the_same_form_sent_twice_makes_one_record(reviewer):
    key = uuid.uuid4()
    district, owner = DistrictFactory(), reviewer.agency

    first, second = (
        records.create(
            Member(name_th="กลุ่มทดสอบ", district=district, owner=owner),
            by=reviewer,
            form_key=key,
        )
        for _ in range(2)
    )

    assert first.pk == second.pk
    assert Member.objects.count() == 1
    assert Code.objects.count() == 1


def test_codes_are_counted_by_province_and_letter_and_survive_their_record():
    first = MemberFactory()
    product = ProductFactory(member=MemberFactory(published=True))
    elsewhere = MemberFactory(district__code="5101")

    assert (first.code, product.member.code) == ("42-M-00001", "42-M-00002")
    assert product.code == "42-P-00001"
    assert elsewhere.code == "51-M-00001"
    with acts.act(by=None):
        first.delete()
    assert MemberFactory().code == "42-M-00003"


def test_a_failed_create_gives_its_number_back(reviewer):
    with pytest.raises(IntegrityError), transaction.atomic():
        records.create(
            Member(
                name_th="กลุ่มทดสอบ",
                district=DistrictFactory(),
                owner=reviewer.agency,
                workers=1,
                local_workers=2,
            ),
            by=reviewer,
        )

    assert MemberFactory().code == "42-M-00001"


def test_nobody_enters_a_record_in_a_province_that_is_not_theirs(
    foreign_reviewer, officer
):
    member = MemberFactory(published=True)
    elsewhere = DistrictFactory(code="5101")

    with pytest.raises(NotAllowed):
        records.create(Product(name_th="ผ้า", member=member), by=foreign_reviewer)
    with pytest.raises(NotAllowed):
        records.create(Product(name_th="ผ้า", member=member), by=officer)
    with pytest.raises(NotAllowed):
        records.create(
            Member(name_th="กลุ่ม", district=elsewhere, owner=officer.agency), by=officer
        )
    assert not Product.objects.exists()


def test_a_product_belongs_to_the_agency_and_province_of_its_member():
    member = MemberFactory(published=True)
    product = ProductFactory(member=member, owner=AgencyFactory())

    assert (product.owner, product.province) == (member.owner, member.province)


# --- Editing ------------------------------------------------------------------


def test_an_edit_changes_fields_and_children_in_one_version(reviewer):
    product = ProductFactory()
    old = PhotoFactory(product=product, position=0)
    kept = PhotoFactory(product=product, position=1)
    product.refresh_from_db()

    edited = records.edit(
        product,
        Changes(
            {"name_th": "ผ้าฝ้ายลายใหม่"},
            {
                "photos": ChildChanges(
                    added=[Photo(alt_th="ภาพใหม่")],
                    changed={kept.pk: {"alt_th": "ภาพที่แก้"}},
                    removed=frozenset({old.pk}),
                    order=(-1, kept.pk),
                )
            },
        ),
        by=reviewer,
        version=product.version,
        reason="new pattern",
    )

    assert edited.version == product.version + 1
    photos = edited.photos.order_by("position")
    assert [photo.alt_th for photo in photos] == ["ภาพใหม่", "ภาพที่แก้"]
    acts_of = {edited.history.first().act_id}
    acts_of |= {photo.history.first().act_id for photo in photos}
    acts_of |= {Photo.history.filter(id=old.pk, history_type="-").get().act_id}
    assert len(acts_of) == 1


def test_a_stale_edit_is_refused_and_changes_nothing(reviewer):
    member = MemberFactory()
    records.edit(member, Changes({"name_th": "แก้ก่อน"}), by=reviewer, version=1)

    with pytest.raises(StaleVersion):
        records.edit(member, Changes({"name_th": "แก้ทีหลัง"}), by=reviewer, version=1)

    member.refresh_from_db()
    assert member.name_th == "แก้ก่อน"


def test_a_child_that_somebody_else_removed_makes_the_edit_stale(reviewer):
    product = ProductFactory()
    photo = PhotoFactory(product=product)
    records.edit(
        product,
        Changes(children={"photos": ChildChanges(removed=frozenset({photo.pk}))}),
        by=reviewer,
    )

    gone = ChildChanges(changed={photo.pk: {"alt_th": "ใหม่"}})
    with pytest.raises(StaleVersion):
        records.edit(product, Changes(children={"photos": gone}), by=reviewer)


def test_an_empty_edit_leaves_no_trace(reviewer):
    member = MemberFactory()
    histories = member.history.count()

    same = records.edit(member, Changes(), by=reviewer, version=1)

    assert same.version == 1
    assert member.history.count() == histories


def test_a_foreign_record_does_not_exist(foreign_reviewer, stranger):
    member = MemberFactory()

    for person in (foreign_reviewer, stranger):
        with pytest.raises(NotVisible):
            records.edit(member, Changes({"name_th": "ยึด"}), by=person)
        with pytest.raises(NotVisible):
            records.publish(member, by=person)


def test_nobody_moves_a_record_out_of_their_own_scope(reviewer):
    member = MemberFactory()
    elsewhere = DistrictFactory(code="5101")

    with pytest.raises(NotAllowed):
        records.edit(member, Changes({"district": elsewhere}), by=reviewer)

    member.refresh_from_db()
    assert member.province_id == "42"


@pytest.mark.parametrize("status", RecordStatus, ids=str)
def test_an_officer_edits_only_what_is_open(status):
    member = MemberFactory(status=status)
    officer = UserFactory(agency=member.owner)
    change = Changes({"name_th": "กลุ่มใหม่"})

    if status in {RecordStatus.DRAFT, RecordStatus.RETURNED}:
        assert records.edit(member, change, by=officer).name_th == "กลุ่มใหม่"
    else:
        with pytest.raises(NotAllowed):
            records.edit(member, change, by=officer)


def test_an_official_writes_nothing(official):
    member = MemberFactory()

    with pytest.raises(NotAllowed):
        records.edit(member, Changes({"name_th": "ใหม่"}), by=official)
    with pytest.raises(NotAllowed):
        records.publish(member, by=official)


def test_an_office_that_is_not_approved_reaches_nothing():
    member = MemberFactory()
    officer = UserFactory(agency=AgencyFactory(pending=True))
    reviewer = UserFactory(agency=officer.agency, role=Role.REVIEWER)

    for person in (officer, reviewer):
        with pytest.raises(NotVisible):
            records.publish(member, by=person)


def test_a_deactivated_person_reaches_nothing(reviewer):
    member = MemberFactory()
    reviewer.is_active = False

    with pytest.raises(NotVisible):
        records.publish(member, by=reviewer)


# --- Deciding -----------------------------------------------------------------


def test_nobody_publishes_what_they_submitted(reviewer, administrator):
    member = records.submit(MemberFactory(), by=reviewer)

    with pytest.raises(OwnSubmission):
        records.publish(member, by=reviewer)

    published = records.publish(member, by=administrator)
    assert (published.submitted_by, published.decided_by) == (reviewer, administrator)


def test_staff_publish_what_staff_entered_and_it_is_recorded(reviewer):
    member = records.publish(MemberFactory(), by=reviewer)

    assert (member.submitted_by, member.decided_by) == (None, reviewer)
    assert member.published_at is not None


def test_a_later_publication_keeps_the_first_date(reviewer):
    member = records.publish(MemberFactory(), by=reviewer)
    records.withdraw(member, by=reviewer, note="Closed for the rains.")

    assert records.publish(member, by=reviewer).published_at == member.published_at


def test_returning_and_withdrawing_need_a_note(reviewer):
    member = records.submit(MemberFactory(), by=None)

    with pytest.raises(NoteNeeded):
        records.send_back(member, by=reviewer, note="  ")
    with pytest.raises(NoteNeeded):
        records.withdraw(member, by=reviewer, note="")
    returned = records.send_back(member, by=reviewer, note="Please add a photo.")
    assert returned.note == "Please add a photo."
    assert returned.history.first().history_change_reason == "Please add a photo."


def test_a_product_waits_for_its_member(reviewer):
    product = ProductFactory(member=MemberFactory())

    with pytest.raises(NotReady) as refused:
        records.publish(product, by=reviewer)

    assert [each.field for each in refused.value.obstacles] == ["member"]


def test_a_placeholder_is_never_published():
    member = MemberFactory(is_placeholder=True)

    with pytest.raises(NotReady):
        records.publish(member, by=None)


# --- In bulk ------------------------------------------------------------------


def test_a_bulk_act_moves_what_it_may_and_says_why_not_the_rest(reviewer):
    ready, other = MemberFactory.create_batch(2)
    own = records.submit(MemberFactory(), by=reviewer)
    foreign = MemberFactory(district__code="5101")

    result = records.in_bulk(
        [own, foreign, other, ready],
        lambda row: records.publish(row, by=reviewer),
        by=reviewer,
        reason="board of November",
    )

    assert [row.pk for row in result.done] == [ready.pk, other.pk]
    assert {row.pk for row, _ in result.refused} == {own.pk, foreign.pk}
    remembered = Member.history.filter(act_id=result.act_id)
    assert {row.id for row in remembered} == {ready.pk, other.pk}
    assert {row.history_change_reason for row in remembered} == {"board of November"}


# --- What the database holds --------------------------------------------------


def test_a_write_outside_an_act_is_a_program_error():
    member = MemberFactory()

    with pytest.raises(acts.OutsideAct):
        member.save()


def test_the_database_holds_two_pairs_of_eyes(reviewer):
    member = records.submit(MemberFactory(), by=reviewer)

    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.filter(pk=member.pk).update(
            status="published", published_at="2026-01-01T00:00Z", decided_by=reviewer
        )


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "eaten"},
        {"status": "published", "published_at": None},
        {"status": "submitted", "submitted_at": None},
        {"latitude": "17.1", "longitude": None},
    ],
    ids=str,
)
def test_the_database_refuses_a_broken_record(broken):
    member = MemberFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.filter(pk=member.pk).update(**broken)
