"""Changes to published records: written, handed in, decided on."""

import datetime
import itertools
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from members.models import ProducerAccount
from products.models import Photo
from registry import acts
from registry.actions import proposals, records
from registry.changes import Changes, ChildChanges
from registry.enums import ProposalState, Role
from registry.errors import (
    NotAllowed,
    NoteNeeded,
    NotReady,
    NotVisible,
    Outdated,
    OwnSubmission,
    StaleVersion,
    StepRefused,
)
from registry.models import Proposal
from tests.factories import (
    AgencyFactory,
    ContactFactory,
    DistrictFactory,
    MemberFactory,
    OutletFactory,
    PhotoFactory,
    ProductFactory,
    SubdistrictFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

#: Every step there is, and no other.
STEPS = {
    ("draft", "submitted"),
    ("draft", "dropped"),
    ("submitted", "draft"),
    ("submitted", "accepted"),
    ("submitted", "returned"),
    ("submitted", "dropped"),
    ("returned", "submitted"),
    ("returned", "dropped"),
}
NEW_NAME = Changes({"name_th": "ชื่อใหม่"})


@pytest.fixture
def member(officer):
    """A published member of the officer's agency."""
    return MemberFactory(published=True, owner=officer.agency, name_th="ชื่อเดิม")


@pytest.fixture
def colleague(officer):
    """Works in the officer's agency too."""
    return UserFactory(agency=officer.agency)


@pytest.fixture
def proposed(member, officer):
    """A proposal of the officer that waits."""
    return proposals.propose(member, NEW_NAME, by=officer, submit=True)


def in_state(state, member, officer, reviewer):
    """Return a proposal that came to ``state`` by the steps of life."""
    proposal = proposals.propose(member, NEW_NAME, by=officer)
    if state != ProposalState.DRAFT:
        proposal = proposals.submit(proposal, by=officer)
    if state == ProposalState.RETURNED:
        proposal = proposals.send_back(proposal, by=reviewer, note="ขอภาพ")
    if state == ProposalState.ACCEPTED:
        proposals.accept(proposal, by=reviewer)
    if state == ProposalState.DROPPED:
        proposals.drop(proposal, by=officer)
    return Proposal.objects.get(pk=proposal.pk)


def move(proposal, to, officer, reviewer):
    """Take the action that leads to a state."""
    match to:
        case ProposalState.DRAFT:
            proposals.call_back(proposal, by=officer)
        case ProposalState.SUBMITTED:
            proposals.submit(proposal, by=officer)
        case ProposalState.RETURNED:
            proposals.send_back(proposal, by=reviewer, note="ขอภาพ")
        case ProposalState.ACCEPTED:
            proposals.accept(proposal, by=reviewer)
        case ProposalState.DROPPED:
            proposals.drop(proposal, by=officer)


@pytest.mark.parametrize(
    ("start", "end"), list(itertools.product(ProposalState, repeat=2)), ids=str
)
def test_a_proposal_knows_exactly_these_steps(start, end, member, officer, reviewer):
    proposal = in_state(start, member, officer, reviewer)
    histories = proposal.history.count()

    if (start.value, end.value) in STEPS:
        move(proposal, end, officer, reviewer)
        moved = Proposal.objects.get(pk=proposal.pk)
        assert (moved.state, moved.version) == (end, proposal.version + 1)
        assert moved.history.count() == histories + 1
    else:
        with pytest.raises(StepRefused):
            move(proposal, end, officer, reviewer)
        assert Proposal.objects.get(pk=proposal.pk).state == start
        assert proposal.history.count() == histories


# --- Writing --------------------------------------------------------------------------


def test_the_public_reads_the_published_version_until_it_is_accepted(
    member, officer, reviewer
):
    proposal = proposals.propose(member, NEW_NAME, by=officer, reason="ป้ายใหม่")
    member.refresh_from_db()
    assert (member.name_th, member.version) == ("ชื่อเดิม", proposal.base_version)

    proposals.submit(proposal, by=officer)
    record = proposals.accept(proposal, by=reviewer)

    assert (record.name_th, record.is_published) == ("ชื่อใหม่", True)
    remembered = record.history.first()
    assert remembered.history_user == reviewer
    assert remembered.history_change_reason == "ป้ายใหม่"
    proposal.refresh_from_db()
    assert (proposal.decided_by, proposal.state) == (reviewer, "accepted")
    assert proposal.history.first().act_id == remembered.act_id


def test_a_record_has_one_open_proposal_which_takes_the_new_content(member, officer):
    first = proposals.propose(member, NEW_NAME, by=officer, typed="a=1")
    second = proposals.propose(
        member, Changes({"name_en": "New"}), by=officer, typed="a=2"
    )

    assert second.pk == first.pk
    assert (second.data["fields"], second.typed) == (
        {"name_en": [member.name_en, "New"]},
        "a=2",
    )
    assert proposals.open_proposal(member, of=officer) == second


def test_a_second_open_proposal_is_refused_by_the_database(proposed):
    twin = Proposal.objects.get(pk=proposed.pk)
    twin.pk = None

    with pytest.raises(IntegrityError), transaction.atomic(), acts.act(by=None):
        twin.save(force_insert=True)


def test_a_colleague_of_the_agency_goes_on_with_it(member, officer, colleague):
    first = proposals.propose(member, NEW_NAME, by=officer)

    second = proposals.propose(
        member, NEW_NAME, by=colleague, proposal_version=first.version
    )

    assert (second.pk, second.created_by, second.updated_by) == (
        first.pk,
        officer,
        colleague,
    )


@pytest.mark.parametrize("seen", ["none", "the first"])
def test_a_proposal_that_a_colleague_wrote_meanwhile_is_not_overwritten(
    seen, member, officer, colleague
):
    shown = 0
    if seen == "the first":
        shown = proposals.propose(member, NEW_NAME, by=officer).version
    proposals.propose(member, Changes({"name_th": "ของเพื่อน"}), by=colleague)

    with pytest.raises(StaleVersion):
        proposals.propose(member, NEW_NAME, by=officer, proposal_version=shown)

    kept = proposals.open_proposal(member, of=officer)
    assert kept.data["fields"]["name_th"][1] == "ของเพื่อน"


def test_an_office_cannot_go_on_with_a_proposal_it_cannot_see(member, officer):
    user = UserFactory(role=Role.PRODUCER, agency=None)
    ProducerAccount.objects.create(user=user, member=member)
    proposals.propose(member, NEW_NAME, by=officer)

    with pytest.raises(proposals.OneIsOpen):
        proposals.propose(member, NEW_NAME, by=user)
    assert proposals.open_proposal(member, of=user) is None


def test_nothing_changed_is_nothing_to_propose(member, officer):
    with pytest.raises(proposals.NothingToPropose):
        proposals.propose(member, Changes(), by=officer)
    assert not Proposal.objects.exists()


def test_a_form_made_from_an_earlier_version_proposes_nothing(
    member, officer, reviewer
):
    shown = member.version
    records.edit(member, Changes({"name_en": "Other"}), by=reviewer)

    with pytest.raises(StaleVersion):
        proposals.propose(member, NEW_NAME, by=officer, version=shown)


def test_one_that_waits_is_called_back_before_it_is_written_on(
    member, officer, proposed
):
    with pytest.raises(StepRefused):
        proposals.propose(member, Changes({"name_en": "New"}), by=officer)

    proposals.call_back(proposed, by=officer, version=proposed.version)
    again = proposals.propose(member, Changes({"name_en": "New"}), by=officer)
    assert (again.pk, again.state, again.submitted_at) == (proposed.pk, "draft", None)


def test_a_draft_is_edited_and_not_proposed(officer):
    draft = MemberFactory(owner=officer.agency)

    with pytest.raises(NotAllowed):
        proposals.propose(draft, NEW_NAME, by=officer)


def test_who_may_not_propose_is_told_so_or_sees_nothing(
    member, proposed, cast_of_others
):
    answers = {}
    for who, person in cast_of_others.items():
        answers[who] = set()
        for deed in (
            lambda by: proposals.propose(member, NEW_NAME, by=by),
            lambda by: proposals.submit(proposed, by=by),
            lambda by: proposals.call_back(proposed, by=by),
            lambda by: proposals.drop(proposed, by=by),
        ):
            with pytest.raises((NotAllowed, NotVisible)) as refusal:
                deed(person)
            answers[who].add(refusal.type.__name__)

    assert answers == {
        "stranger": {"NotVisible"},
        "foreign_reviewer": {"NotVisible"},
        # They edit at once, and need not propose.
        "reviewer": {"NotAllowed"},
        "official": {"NotAllowed"},
        "producer": {"NotVisible"},
    }


@pytest.fixture
def cast_of_others(stranger, reviewer, foreign_reviewer, official):
    return {
        "stranger": stranger,
        "reviewer": reviewer,
        "foreign_reviewer": foreign_reviewer,
        "official": official,
        "producer": UserFactory(role=Role.PRODUCER, agency=None),
    }


def test_nobody_but_a_reviewer_of_the_province_decides(
    proposed, officer, cast_of_others
):
    people = {**cast_of_others, "officer": officer}
    del people["reviewer"]
    answers = {}
    for who, person in people.items():
        for deed in (
            lambda by: proposals.accept(proposed, by=by),
            lambda by: proposals.send_back(proposed, by=by, note="ขอภาพ"),
        ):
            with pytest.raises((NotAllowed, NotVisible)) as refusal:
                deed(person)
            answers.setdefault(who, set()).add(refusal.type.__name__)

    assert answers == {
        "stranger": {"NotVisible"},
        "foreign_reviewer": {"NotVisible"},
        "official": {"NotAllowed"},
        "producer": {"NotVisible"},
        "officer": {"NotAllowed"},
    }


# --- Two pairs of eyes ----------------------------------------------------------------


def test_nobody_decides_on_what_they_submitted_themselves(proposed, officer):
    with acts.act(by=None):
        officer.role = Role.REVIEWER
        officer.save()

    with pytest.raises(OwnSubmission):
        proposals.accept(proposed, by=officer)
    with pytest.raises(OwnSubmission):
        proposals.send_back(proposed, by=officer, note="ขอภาพ")


def test_the_database_holds_two_pairs_of_eyes(proposed, officer):
    proposed.state = ProposalState.ACCEPTED
    proposed.decided_by = officer

    with pytest.raises(IntegrityError, match="two_pairs_of_eyes"):
        with transaction.atomic(), acts.act(by=None):
            proposed.save()


def test_a_note_says_why_it_is_returned(proposed, reviewer):
    with pytest.raises(NoteNeeded):
        proposals.send_back(proposed, by=reviewer, note="  ")

    returned = proposals.send_back(proposed, by=reviewer, note="ขอภาพที่ชัดกว่านี้")

    assert (returned.note, returned.decided_by) == ("ขอภาพที่ชัดกว่านี้", reviewer)
    assert returned.history.first().history_change_reason == "ขอภาพที่ชัดกว่านี้"


@pytest.mark.parametrize("deed", [proposals.accept, proposals.send_back])
def test_a_decision_on_another_version_is_refused(deed, proposed, reviewer):
    note = {"note": "ขอภาพ"} if deed is proposals.send_back else {}

    with pytest.raises(StaleVersion):
        deed(proposed, by=reviewer, version=proposed.version - 1, **note)


# --- What moved on meanwhile ----------------------------------------------------------


def test_changes_in_other_parts_stay(member, proposed, reviewer):
    records.edit(member, Changes({"name_en": "Meanwhile"}), by=reviewer)

    record = proposals.accept(proposed, by=reviewer)

    assert (record.name_th, record.name_en) == ("ชื่อใหม่", "Meanwhile")


def test_a_change_of_the_same_part_is_not_overwritten_unseen(
    member, proposed, reviewer
):
    changed = records.edit(member, Changes({"name_th": "ระหว่างนั้น"}), by=reviewer)

    with pytest.raises(Outdated):
        proposals.accept(proposed, by=reviewer)
    with pytest.raises(StaleVersion):
        proposals.accept(proposed, by=reviewer, record_version=member.version)
    member.refresh_from_db()
    assert member.name_th == "ระหว่างนั้น"

    record = proposals.accept(proposed, by=reviewer, record_version=changed.version)
    assert record.name_th == "ชื่อใหม่"


def test_of_a_clash_the_reviewer_may_keep_what_stands_there(member, officer, reviewer):
    both = Changes({"name_th": "ชื่อใหม่", "name_en": "New"})
    proposal = proposals.propose(member, both, by=officer, submit=True)
    changed = records.edit(member, Changes({"name_th": "ระหว่างนั้น"}), by=reviewer)

    record = proposals.accept(
        proposal, by=reviewer, record_version=changed.version, without={"name_th"}
    )

    assert (record.name_th, record.name_en) == ("ระหว่างนั้น", "New")
    proposal.refresh_from_db()
    assert proposal.data["left_out"] == ["name_th"]


def test_the_reviewer_may_write_values_anew(officer, reviewer):
    product = ProductFactory(
        published=True,
        member__owner=officer.agency,
        price_min=100,
    )
    photo = PhotoFactory(product=product)
    changes = Changes(
        {"price_min": Decimal(200)},
        {"photos": ChildChanges(changed={photo.pk: {"alt_th": "ผ้า"}})},
    )
    proposal = proposals.propose(product, changes, by=officer, submit=True)

    record = proposals.accept(
        proposal,
        by=reviewer,
        instead={"price_min": Decimal(220), f"photos/{photo.pk}/alt_th": "ผ้าฝ้าย"},
    )

    assert record.price_min == 220
    photo.refresh_from_db()
    assert photo.alt_th == "ผ้าฝ้าย"
    proposal.refresh_from_db()
    assert proposal.data["fields"] == {"price_min": ["100.00", "200.00"]}
    assert proposal.data["instead"] == {
        "price_min": "220.00",
        f"photos/{photo.pk}/alt_th": "ผ้าฝ้าย",
    }


def test_what_is_left_out_entirely_is_returned_instead(proposed, reviewer):
    with pytest.raises(proposals.NothingLeft):
        proposals.accept(proposed, by=reviewer, without={"name_th"})

    proposed.refresh_from_db()
    assert proposed.state == "submitted"


def test_a_withdrawn_record_takes_no_change_but_its_proposal_is_not_stuck(
    member, officer, reviewer, proposed
):
    records.withdraw(member, by=reviewer, note="เลิกกิจการ")

    with pytest.raises(proposals.NoLongerPublic):
        proposals.accept(proposed, by=reviewer)
    returned = proposals.send_back(proposed, by=reviewer, note="ถอนแล้ว")
    assert proposals.drop(returned, by=officer).state == "dropped"


# --- What does not fit ----------------------------------------------------------------


def test_prices_that_do_not_go_together_are_refused_with_a_sentence(officer, reviewer):
    product = ProductFactory(
        published=True, member__owner=officer.agency, price_min=100, price_max=200
    )
    change = Changes({"price_max": Decimal(150)})
    proposal = proposals.propose(product, change, by=officer, submit=True)
    records.edit(product, Changes({"price_min": Decimal(180)}), by=reviewer)

    with pytest.raises(proposals.DoesNotFit) as refusal:
        proposals.accept(proposal, by=reviewer)

    assert str(refusal.value) == "ราคาสูงสุดต้องไม่ต่ำกว่าราคาเริ่มต้น"
    product.refresh_from_db()
    assert product.price_max == 200


def test_a_second_main_photo_is_refused_and_nothing_else_is_written(officer, reviewer):
    product = ProductFactory(published=True, member__owner=officer.agency)
    one, other = (PhotoFactory(product=product) for _ in range(2))
    main = {"photos": ChildChanges(changed={one.pk: {"is_main": True}})}
    change = Changes({"name_th": "ใหม่"}, main)
    proposal = proposals.propose(product, change, by=officer, submit=True)
    main = {"photos": ChildChanges(changed={other.pk: {"is_main": True}})}
    records.edit(product, Changes(children=main), by=reviewer)
    before = product.history.count()

    with pytest.raises(proposals.DoesNotFit):
        proposals.accept(proposal, by=reviewer)

    product.refresh_from_db()
    assert product.name_th != "ใหม่"
    assert product.history.count() == before
    without = {f"photos/{one.pk}/is_main"}
    assert proposals.accept(proposal, by=reviewer, without=without).name_th == "ใหม่"


def test_a_record_still_has_what_publication_needs(officer, reviewer, member):
    elsewhere = SubdistrictFactory(code="420301")
    change = Changes({"subdistrict": elsewhere, "district": elsewhere.district})
    proposal = proposals.propose(member, change, by=officer, submit=True)

    with pytest.raises(NotReady):
        proposals.accept(proposal, by=reviewer, without={"district"})

    member.refresh_from_db()
    assert member.subdistrict is None
    assert proposals.accept(proposal, by=reviewer).district_id == "4203"


# --- Pictures and contacts ------------------------------------------------------------


def test_a_proposal_of_pictures_alone_is_accepted_like_any(officer, reviewer):
    product = ProductFactory(published=True, member__owner=officer.agency)
    old = PhotoFactory(product=product)
    photos = ChildChanges(
        added=(Photo(alt_th="ใหม่"),), removed=frozenset({old.pk}), order=[-1]
    )
    change = Changes(children={"photos": photos})
    proposal = proposals.propose(product, change, by=officer, submit=True)
    assert list(product.photos.all()) == [old]

    proposals.accept(proposal, by=reviewer)

    assert [photo.alt_th for photo in product.photos.all()] == ["ใหม่"]


def test_a_consent_withdrawn_meanwhile_stays_withdrawn(officer, reviewer, member):
    contact = ContactFactory(member=member, consented=True)
    changed = ChildChanges(changed={contact.pk: {"value": "081-111-1111"}})
    change = Changes(children={"contacts": changed})
    proposal = proposals.propose(member, change, by=officer, submit=True)
    withdrawn = {contact.pk: {"consent_withdrawn_on": datetime.date(2026, 3, 1)}}
    change = Changes(children={"contacts": ChildChanges(changed=withdrawn)})
    records.edit(member, change, by=reviewer)

    proposals.accept(proposal, by=reviewer)

    contact.refresh_from_db()
    assert contact.value == "081-111-1111"
    assert contact.consent_withdrawn_on == datetime.date(2026, 3, 1)


# --- Following the record -------------------------------------------------------------


def test_an_open_proposal_follows_its_record_to_another_owner(
    member, reviewer, officer, stranger, proposed
):
    change = Changes({"owner": stranger.agency})
    records.edit(member, change, by=reviewer)

    proposed.refresh_from_db()
    assert proposed.owner == stranger.agency
    assert not Proposal.objects.visible_to(officer).exists()


def test_proposals_of_goods_follow_their_producer(member, reviewer, officer):
    product = ProductFactory(published=True, member=member)
    proposal = proposals.propose(product, NEW_NAME, by=officer)
    owner = AgencyFactory(places=["42", "51"])
    records.edit(
        member,
        Changes({"owner": owner, "district": DistrictFactory(code="5101")}),
        by=None,
    )

    proposal.refresh_from_db()
    assert (proposal.owner, proposal.province_id) == (owner, "51")


def test_decided_proposals_stay_with_who_they_were_decided_for(
    member, reviewer, officer, stranger, proposed
):
    proposals.accept(proposed, by=reviewer)

    records.edit(member, Changes({"owner": stranger.agency}), by=reviewer)

    proposed.refresh_from_db()
    assert proposed.owner == officer.agency


def test_a_proposal_whose_record_is_gone_is_gone_too(member, proposed, reviewer):
    with acts.act(by=None):
        type(member).objects.filter(pk=member.pk).delete()

    with pytest.raises(NotVisible):
        proposals.accept(proposed, by=reviewer)


def test_children_added_by_a_proposal_have_the_history_of_its_act(
    member, officer, reviewer
):
    outlet = OutletFactory._meta.model(name_th="ร้านใหม่")
    change = Changes(children={"outlets": ChildChanges(added=(outlet,))})
    proposal = proposals.propose(member, change, by=officer, submit=True)

    record = proposals.accept(proposal, by=reviewer, note="ตรวจแล้ว")

    added = record.outlets.get().history.get()
    assert added.act_id == record.history.first().act_id
    assert added.history_change_reason == "ตรวจแล้ว"
