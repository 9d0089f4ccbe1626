"""What waits, who looks at it, and deciding on it: one by one and many at once."""

import datetime

import pytest
from django.utils import timezone

from registry import acts
from registry.actions import proposals, records
from registry.actions import reviewing as decisions
from registry.changes import Changes
from registry.enums import Role
from registry.errors import (
    NotAllowed,
    NoteNeeded,
    NotVisible,
    OwnSubmission,
    StaleVersion,
    StepRefused,
)
from registry.models import NoteTemplate, Proposal, ReviewClaim
from registry.reviewing import (
    Chosen,
    Narrowing,
    Queue,
    claims_on,
    colleagues,
    duplicates_of,
    earlier_notes,
    load_chosen,
    model_at,
    notes_for,
    place_of,
    read_chosen,
    record_models,
    slug_of,
    title_of,
)
from tests.factories import (
    AgencyFactory,
    MemberFactory,
    PlanFactory,
    ProductFactory,
    ProvinceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(reviewer):
    """Reviews beside the reviewer."""
    return UserFactory(role=Role.REVIEWER, agency=reviewer.agency)


def submitted_at(thing, day):
    """Say that a thing has waited since a day of January."""
    at = datetime.datetime(2026, 1, day, 9, tzinfo=datetime.UTC)
    type(thing)._default_manager.filter(pk=thing.pk).update(submitted_at=at)
    thing.submitted_at = at
    return thing


def propose(record, officer, name="ใหม่"):
    return proposals.propose(
        record, Changes({"name_th": name}), by=officer, submit=True
    )


@pytest.fixture
def waiting(officer):
    """One of each kind that waits in Loei, the oldest first; and what does not."""
    MemberFactory(owner=officer.agency)
    MemberFactory(submitted=True, district__code="5101")
    published = MemberFactory(published=True, owner=officer.agency)
    proposals.propose(
        ProductFactory(published=True, member=published),
        Changes({"name_th": "ยังไม่ส่ง"}),
        by=officer,
    )
    return [
        submitted_at(PlanFactory(submitted=True), 3),
        submitted_at(propose(published, officer), 5),
        submitted_at(MemberFactory(submitted=True, owner=officer.agency), 8),
        submitted_at(ProductFactory(submitted=True, member=published), 8),
    ]


def in_queue(user, **narrowing):
    queue = Queue(user, Narrowing(**narrowing))
    return [row.thing for row in queue.rows(queue.places())]


# --- The queue ------------------------------------------------------


def test_every_kind_of_record_is_named_in_addresses():
    for model in record_models():
        assert model_at(slug_of(model)) is model
        assert model_at(model._meta.label_lower.replace(".", "-")) is model
    assert model_at("nothing") is None


def test_everything_of_the_scope_waits_the_oldest_first(
    waiting, reviewer, administrator
):
    assert in_queue(reviewer) == waiting
    assert len(in_queue(administrator)) == len(waiting) + 1


def test_what_lies_in_another_province_does_not_wait_here(waiting, foreign_reviewer):
    assert [thing.province_id for thing in in_queue(foreign_reviewer)] == ["51"]


def test_the_queue_says_what_waits_since_when_and_for_whom(
    waiting, reviewer, colleague, officer
):
    decisions.take_over(waiting[1], by=colleague)
    queue = Queue(reviewer)

    row = queue.rows(queue.places())[1]

    assert (row.thing, row.record.pk) == (waiting[1], waiting[1].object_id)
    assert row.days == (timezone.localdate() - datetime.date(2026, 1, 5)).days
    assert (row.taken_by, row.is_mine, row.is_own) == (colleague, False, False)
    assert row.thing.submitted_by == officer
    assert row.key == f"registry.Proposal:{waiting[1].pk}:{waiting[1].version}"


def test_the_queue_is_narrowed(waiting, reviewer, administrator, officer):
    plan, proposal, member, product = waiting
    decisions.take_over(member, by=reviewer)

    assert in_queue(reviewer, kind="proposals") == [proposal]
    assert in_queue(reviewer, kind=slug_of(type(member))) == [member]
    assert in_queue(reviewer, agency=plan.owner_id) == [plan]
    assert in_queue(reviewer, agency=officer.agency_id) == waiting[1:]
    assert in_queue(administrator, province="42") == waiting
    assert in_queue(reviewer, taken="me") == [member]
    assert in_queue(reviewer, taken="nobody") == [plan, proposal, product]


def test_agencies_offered_are_those_of_which_something_waits(waiting, reviewer):
    AgencyFactory()
    wanted = {thing.owner_id for thing in waiting}

    agencies = Queue(reviewer, Narrowing(kind="proposals")).agencies()

    assert {agency.pk for agency in agencies} == wanted


def test_only_who_has_a_choice_chooses_a_province(reviewer, administrator):
    ProvinceFactory(code="51")
    two = UserFactory(role=Role.REVIEWER, agency=AgencyFactory(places=["42", "51"]))

    def codes(user):
        return [place.code for place in Queue(user).provinces()]

    assert codes(reviewer) == []
    assert sorted(codes(two)) == ["42", "51"]
    assert set(codes(administrator)) >= {"42", "51"}


def test_one_goes_through_the_queue_and_back(waiting, reviewer):
    queue = Queue(reviewer)
    places = [place_of(thing) for thing in waiting]

    assert [queue.beside(place, "next") for place in places] == [*places[1:], None]
    assert [queue.beside(place, "previous") for place in places] == [None, *places[:-1]]
    # After the last one comes the first.
    assert [queue.after(place) for place in places] == [*places[1:], places[0]]


def test_what_has_left_the_queue_still_has_its_place_in_it(waiting, reviewer):
    left = place_of(waiting[1])
    decisions.approve(waiting[1], by=reviewer)

    assert Queue(reviewer).after(left) == place_of(waiting[2])
    only = Queue(reviewer, Narrowing(kind="proposals"))
    assert only.after(left) is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_asks_the_same_however_long_it_is(
    count, officer, reviewer, django_assert_num_queries
):
    for _ in range(count):
        member = MemberFactory(published=True, owner=officer.agency)
        propose(member, officer)
        ProductFactory(submitted=True, member=member)
        PlanFactory(submitted=True)
    _ = reviewer.scope
    queue = Queue(reviewer)

    # The places, three kinds, the records of the proposals, the claims.
    with django_assert_num_queries(6):
        rows = queue.rows(queue.places())
        said = [
            (str(r.record), r.thing.owner.name, r.thing.province.name) for r in rows
        ]
    assert len(said) == 3 * count


# --- One of it ------------------------------------------------------


def test_records_of_the_same_name_in_the_district_may_be_the_same(reviewer):
    member = MemberFactory(submitted=True, name_th="กลุ่มทอผ้า บ้านใหม่")
    twin = MemberFactory(name_th="กลุ่มทอผ้าบ้านใหม่")
    MemberFactory(name_th="กลุ่มทอผ้าบ้านใหม่", withdrawn=True)
    MemberFactory(name_th="กลุ่มทอผ้าบ้านใหม่", district__code="4203")

    assert duplicates_of(member, reviewer) == [twin]
    assert duplicates_of(PlanFactory(), reviewer) == []


def test_earlier_notes_are_told_once_each_the_latest_first(reviewer, officer):
    member = MemberFactory(owner=officer.agency)
    for note in ("ขอภาพ", "ภาพไม่ชัด"):
        member = records.submit(member, by=officer)
        member = records.send_back(member, by=reviewer, note=note)
        member = records.edit(member, Changes({"workers": len(note)}), by=officer)

    assert [(each.note, each.by) for each in earlier_notes(member)] == [
        ("ภาพไม่ชัด", reviewer),
        ("ขอภาพ", reviewer),
    ]


def test_notes_offered_are_the_provinces_and_the_nations():
    def note(title, province=None, position=0):
        row = NoteTemplate(
            title_th=title, text_th="…", province=province, position=position
        )
        return records.create(row, by=None)

    national = note("ทั้งประเทศ")
    last, first = (
        note(title, ProvinceFactory(), place)
        for title, place in (("สอง", 2), ("หนึ่ง", 1))
    )
    note("ลำพูน", ProvinceFactory(code="51"))

    assert notes_for("42") == [first, last, national]


def test_a_thing_is_called_by_code_and_name(officer):
    member = MemberFactory(published=True, owner=officer.agency, name_th="กลุ่มทอผ้า")

    assert title_of(propose(member, officer)) == f"{member.code} กลุ่มทอผ้า"


# --- Who looks at it ------------------------------------------------------


def taken_by(thing):
    place = place_of(thing)
    return claims_on([place]).get((place.label, place.pk))


def test_a_thing_is_taken_over_left_and_handed_on(reviewer, colleague, waiting):
    member = waiting[2]
    decisions.take_over(member, by=reviewer)
    assert taken_by(member) == reviewer

    decisions.hand_over(member, to=colleague, by=reviewer)
    assert taken_by(member) == colleague
    # Not one's own: nothing happens.
    decisions.give_back(member, by=reviewer)
    assert taken_by(member) == colleague
    decisions.give_back(member, by=colleague)
    assert taken_by(member) is None


def test_a_colleague_may_decide_on_what_another_has_taken_over(
    reviewer, colleague, waiting
):
    decisions.take_over(waiting[2], by=colleague)

    assert decisions.approve(waiting[2], by=reviewer).is_published
    assert not ReviewClaim.objects.exists()


def test_who_has_left_holds_nothing(reviewer, colleague, waiting):
    decisions.take_over(waiting[2], by=colleague)
    with acts.act(by=None):
        colleague.is_active = False
        colleague.save()

    assert taken_by(waiting[2]) is None


def test_it_is_left_only_to_who_may_decide(
    reviewer, colleague, foreign_reviewer, official, officer
):
    national = UserFactory(role=Role.REVIEWER, agency=AgencyFactory(national=True))
    pending = UserFactory(role=Role.REVIEWER, agency=AgencyFactory(pending=True))
    gone = UserFactory(role=Role.REVIEWER, agency=reviewer.agency, is_active=False)
    author = UserFactory(role=Role.REVIEWER, agency=reviewer.agency)
    member = records.submit(MemberFactory(), by=author)

    assert set(colleagues(member, reviewer)) == {colleague, national}
    for other in (foreign_reviewer, official, officer, pending, gone, author, reviewer):
        with pytest.raises(decisions.NoSuchColleague):
            decisions.hand_over(member, to=other, by=reviewer)
    assert taken_by(member) is None


def test_what_does_not_wait_is_not_taken_over(reviewer):
    with pytest.raises(decisions.AlreadyDecided):
        decisions.take_over(MemberFactory(published=True), by=reviewer)
    with pytest.raises(StepRefused):
        decisions.take_over(MemberFactory(), by=reviewer)


# --- Deciding ------------------------------------------------------


def test_a_record_is_approved_and_a_proposal_applied(waiting, reviewer):
    _plan, proposal, member, _product = waiting

    assert decisions.approve(member, by=reviewer, note="ครบ").is_published
    assert decisions.approve(proposal, by=reviewer).name_th == "ใหม่"
    assert member.history.first().history_change_reason == "ครบ"


def test_a_record_and_a_proposal_are_returned(waiting, reviewer):
    _plan, proposal, member, _product = waiting
    decisions.take_over(member, by=reviewer)

    assert decisions.send_back(member, by=reviewer, note="ขอภาพ").status == "returned"
    assert decisions.send_back(proposal, by=reviewer, note="ขอภาพ").state == "returned"
    assert not ReviewClaim.objects.exists()
    with pytest.raises(NoteNeeded):
        decisions.send_back(waiting[3], by=reviewer, note=" ")


def test_who_comes_too_late_is_told_who_decided_what(waiting, reviewer, colleague):
    _plan, proposal, member, product = waiting
    decisions.approve(member, by=colleague)
    decisions.send_back(product, by=colleague, note="ขอภาพ")
    decisions.approve(proposal, by=colleague)

    said = []
    for thing in (member, product, proposal):
        for deed in (
            lambda each: decisions.approve(each, by=reviewer),
            lambda each: decisions.send_back(each, by=reviewer, note="ขอภาพ"),
        ):
            with pytest.raises(decisions.AlreadyDecided) as refusal:
                deed(thing)
            said.append(str(refusal.value))
    assert all(colleague.name in each for each in said)
    assert [("อนุมัติ" in each, "ตีกลับ" in each) for each in said[::2]] == [
        (True, False),
        (False, True),
        (True, False),
    ]


def test_nobody_decides_on_their_own_submission(reviewer):
    member = records.submit(MemberFactory(), by=reviewer)

    for deed in (
        lambda: decisions.approve(member, by=reviewer),
        lambda: decisions.send_back(member, by=reviewer, note="ขอภาพ"),
        lambda: decisions.take_over(member, by=reviewer),
    ):
        with pytest.raises(OwnSubmission):
            deed()
    member.refresh_from_db()
    assert member.status == "submitted"


def test_only_reviewers_of_the_province_decide(
    waiting, officer, stranger, official, foreign_reviewer
):
    answers = {}
    for person in (officer, stranger, official, foreign_reviewer):
        for thing in (waiting[1], waiting[2]):
            for deed in (
                lambda t, p: decisions.approve(t, by=p),
                lambda t, p: decisions.send_back(t, by=p, note="ขอภาพ"),
                lambda t, p: decisions.take_over(t, by=p),
            ):
                with pytest.raises((NotAllowed, NotVisible)) as refusal:
                    deed(thing, person)
                answers.setdefault(person.email, set()).add(refusal.type)
    assert answers == {
        officer.email: {NotAllowed},
        stranger.email: {NotVisible},
        official.email: {NotAllowed},
        foreign_reviewer.email: {NotVisible},
    }


def test_a_decision_on_an_earlier_version_is_refused(waiting, reviewer):
    member = waiting[2]
    records.edit(member, Changes({"workers": 3}), by=reviewer)

    with pytest.raises(StaleVersion):
        decisions.approve(member, by=reviewer, version=member.version)


# --- Many at once ------------------------------------------------------


def test_each_of_the_chosen_goes_by_its_own_rule_in_one_act(waiting, reviewer, officer):
    plan, proposal, member, product = waiting
    own = records.submit(MemberFactory(), by=reviewer)
    changed = MemberFactory(submitted=True)
    shown = changed.version
    records.edit(changed, Changes({"workers": 3}), by=reviewer)
    clashing = MemberFactory(published=True, owner=officer.agency)
    outdated = propose(clashing, officer)
    records.edit(clashing, Changes({"name_th": "ระหว่างนั้น"}), by=reviewer)
    orphan = ProductFactory(submitted=True)
    records.withdraw(orphan.member, by=reviewer, note="เลิกกิจการ")
    things = [plan, proposal, member, product, own, outdated, orphan]

    result = decisions.approve_all(
        [*((thing, thing.version) for thing in things), (changed, shown)], by=reviewer
    )

    assert {(type(row), row.pk) for row in result.done} == {
        (type(plan), plan.pk),
        (type(member), member.pk),
        (type(product), product.pk),
        (type(member), proposal.object_id),
    }
    refused = {(type(thing), thing.pk): why for thing, why in result.refused}
    assert set(refused) == {
        (type(each), each.pk) for each in (own, changed, outdated, orphan)
    }
    assert len(set(refused.values())) == 4
    assert all(refused.values())
    for row in result.done:
        assert row.history.first().act_id == result.act_id
    own.refresh_from_db()
    assert own.status == "submitted"


def test_a_producer_goes_before_its_goods(reviewer):
    product = ProductFactory(submitted=True)
    member = records.withdraw(product.member, by=reviewer, note="เลิกกิจการ")
    member = records.submit(member, by=None)

    result = decisions.approve_all(
        [(product, product.version), (member, member.version)], by=reviewer
    )

    assert [type(row) for row in result.done] == [type(member), type(product)]
    assert result.refused == ()


def test_boxes_name_things_with_the_version_that_was_shown(waiting, reviewer):
    member = waiting[2]
    found = read_chosen(
        [
            f"members.Member:{member.pk}:{member.version}",
            f"members.Member:{member.pk}:{member.version}",
            "members.Member:1",
            "members.Member:-1:1",
            "members.Member:๑:1",
            f"members.Member:{'9' * 30}:1",
            "registry.User:1:1",
            "auth.Nothing:1:1",
            "",
        ]
    )

    assert found == [Chosen("members.Member", member.pk, member.version)]
    assert load_chosen(found, reviewer) == [(member, member.version)]


def test_foreign_things_cannot_be_chosen(waiting, foreign_reviewer):
    chosen = [Chosen(thing._meta.label, thing.pk, thing.version) for thing in waiting]

    assert load_chosen(chosen, foreign_reviewer) == []
    assert Proposal.objects.filter(state="accepted").count() == 0
