"""Two people at one thing at once: proved with real threads on PostgreSQL.

The first transaction is held open until the second waits for it, which
``pg_stat_activity`` tells; nothing sleeps for luck (see ``test_locks.py``).
"""

import pytest
from django.db import connection, transaction

from members.models import Member
from registry.actions import proposals, records
from registry.actions import reviewing as decisions
from registry.changes import Changes
from registry.enums import Role
from registry.errors import Outdated, StaleVersion, StepRefused
from registry.models import Proposal, ReviewClaim
from tests.factories import MemberFactory, ProductFactory, UserFactory
from tests.registry.test_locks import meanwhile, wait_until_somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="row locks need PostgreSQL"
    ),
]


@pytest.fixture
def colleague(reviewer):
    return UserFactory(role=Role.REVIEWER, agency=reviewer.agency)


@pytest.fixture
def officers(officer):
    return officer, UserFactory(agency=officer.agency)


@pytest.fixture
def published(officer):
    return MemberFactory(published=True, owner=officer.agency, name_th="เดิม")


@pytest.fixture
def proposal(published, officer):
    return propose(published, officer, submit=True)


def propose(record, by, name="ใหม่", **more):
    return proposals.propose(record, Changes({"name_th": name}), by=by, **more)


def first_then(first, later):
    """Do ``first`` and hold it until ``later`` waits; return what became of both."""
    with meanwhile(later) as (outcome, thread):
        with transaction.atomic():
            done = first()
            thread.start()
            wait_until_somebody_waits()
    return done, outcome


# --- Two reviewers ------------------------------------------------------


@pytest.mark.parametrize("second", ["approves", "returns"])
def test_of_two_who_decide_on_a_record_one_decides_and_the_other_is_told(
    second, reviewer, colleague
):
    member = MemberFactory(submitted=True)

    def later():
        if second == "approves":
            return decisions.approve(member, by=colleague, version=member.version)
        return decisions.send_back(
            member, by=colleague, note="ขอภาพ", version=member.version
        )

    _, outcome = first_then(
        lambda: decisions.approve(member, by=reviewer, version=member.version), later
    )

    assert isinstance(outcome["refusal"], decisions.AlreadyDecided)
    assert reviewer.name in str(outcome["refusal"])
    member.refresh_from_db()
    assert (member.status, member.decided_by) == ("published", reviewer)
    assert member.history.filter(status="published").count() == 1
    assert not member.history.filter(status="returned").exists()


@pytest.mark.parametrize("second", ["approves", "returns"])
def test_of_two_who_decide_on_a_proposal_one_decides_and_the_other_is_told(
    second, reviewer, colleague, published, proposal
):
    def later():
        if second == "approves":
            return decisions.approve(proposal, by=colleague, version=proposal.version)
        return decisions.send_back(
            proposal, by=colleague, note="ขอภาพ", version=proposal.version
        )

    _, outcome = first_then(
        lambda: decisions.approve(proposal, by=reviewer, version=proposal.version),
        later,
    )

    assert isinstance(outcome["refusal"], decisions.AlreadyDecided)
    assert reviewer.name in str(outcome["refusal"])
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == ("accepted", reviewer)
    assert published.history.filter(name_th="ใหม่").count() == 1


def test_the_actions_of_proposals_hold_by_themselves(
    reviewer, colleague, published, proposal
):
    """Whoever calls them without the pages of review: an import, a command."""
    _, outcome = first_then(
        lambda: proposals.accept(proposal, by=reviewer),
        lambda: proposals.accept(proposal, by=colleague),
    )

    assert isinstance(outcome["refusal"], StepRefused)
    assert published.history.filter(name_th="ใหม่").count() == 1


def test_two_who_take_over_at_once_leave_one_claim(reviewer, colleague):
    member = MemberFactory(submitted=True)

    first_then(
        lambda: decisions.take_over(member, by=reviewer),
        lambda: decisions.take_over(member, by=colleague),
    )

    # The later one has it: a claim is a courtesy.
    assert ReviewClaim.objects.get().by == colleague


# --- Approved while it is edited ------------------------------------------------------


def test_a_record_edited_while_it_is_approved_is_not_approved_unseen(
    reviewer, colleague
):
    member = MemberFactory(submitted=True, name_th="เดิม")

    _, outcome = first_then(
        lambda: records.edit(member, Changes({"name_th": "แก้แล้ว"}), by=colleague),
        lambda: decisions.approve(member, by=reviewer, version=member.version),
    )

    assert isinstance(outcome["refusal"], StaleVersion)
    member.refresh_from_db()
    assert (member.status, member.name_th) == ("submitted", "แก้แล้ว")


def test_an_edit_of_what_is_being_approved_waits_and_is_stale(reviewer, colleague):
    member = MemberFactory(submitted=True, name_th="เดิม")
    change = Changes({"name_th": "แก้แล้ว"})

    _, outcome = first_then(
        lambda: decisions.approve(member, by=reviewer, version=member.version),
        lambda: records.edit(member, change, by=colleague, version=member.version),
    )

    assert isinstance(outcome["refusal"], StaleVersion)
    member.refresh_from_db()
    assert (member.status, member.name_th) == ("published", "เดิม")


def test_a_record_edited_while_its_proposal_is_approved_is_not_overwritten_unseen(
    reviewer, colleague, published, proposal
):
    _, outcome = first_then(
        lambda: records.edit(published, Changes({"name_th": "ระหว่างนั้น"}), by=colleague),
        lambda: decisions.approve(proposal, by=reviewer, version=proposal.version),
    )

    assert isinstance(outcome["refusal"], Outdated)
    published.refresh_from_db()
    assert published.name_th == "ระหว่างนั้น"


def test_a_record_edited_while_it_was_compared_is_compared_anew(
    reviewer, colleague, published, proposal
):
    _, outcome = first_then(
        lambda: records.edit(published, Changes({"workers": 3}), by=colleague),
        lambda: decisions.approve(
            proposal, by=reviewer, record_version=published.version
        ),
    )

    assert isinstance(outcome["refusal"], StaleVersion)


@pytest.mark.parametrize("deed", ["approve", "take_over"])
def test_a_proposal_is_locked_after_its_record(deed, reviewer, published, proposal):
    """Else who edits the record and who decides on its change wait in a circle."""
    with meanwhile(lambda: getattr(decisions, deed)(proposal, by=reviewer)) as (
        outcome,
        thread,
    ):
        with transaction.atomic():
            Member.objects.select_for_update().get(pk=published.pk)
            thread.start()
            wait_until_somebody_waits()
            # Nobody holds it yet, so the holder of the record gets it.
            Proposal.objects.select_for_update(nowait=True).get(pk=proposal.pk)

    assert "refusal" not in outcome


def test_a_proposal_called_back_while_it_is_approved_is_not_applied(
    reviewer, officer, published, proposal
):
    _, outcome = first_then(
        lambda: proposals.call_back(proposal, by=officer),
        lambda: decisions.approve(proposal, by=reviewer, version=proposal.version),
    )

    assert isinstance(outcome["refusal"], decisions.AlreadyDecided)
    published.refresh_from_db()
    assert published.name_th == "เดิม"


# --- Sent twice ------------------------------------------------------


def test_a_record_submitted_twice_at_once_is_submitted_once(officer):
    member = MemberFactory(owner=officer.agency)

    _, outcome = first_then(
        lambda: records.submit(member, by=officer, version=member.version),
        lambda: records.submit(member, by=officer, version=member.version),
    )

    assert isinstance(outcome["refusal"], StepRefused)
    assert member.history.filter(status="submitted").count() == 1


def test_a_proposal_submitted_twice_at_once_is_submitted_once(published, officer):
    proposal = propose(published, officer)

    _, outcome = first_then(
        lambda: proposals.submit(proposal, by=officer, version=proposal.version),
        lambda: proposals.submit(proposal, by=officer, version=proposal.version),
    )

    assert isinstance(outcome["refusal"], StepRefused)
    assert proposal.history.filter(state="submitted").count() == 1


def test_two_who_propose_at_once_make_one_proposal_and_nothing_is_overwritten(
    published, officers
):
    first, second = officers

    done, outcome = first_then(
        lambda: propose(published, first, "ของคนแรก", proposal_version=0),
        lambda: propose(published, second, "ของคนที่สอง", proposal_version=0),
    )

    assert isinstance(outcome["refusal"], StaleVersion)
    kept = Proposal.objects.get()
    assert (kept.pk, kept.data["fields"]["name_th"][1]) == (done.pk, "ของคนแรก")


def test_a_form_of_a_proposal_sent_twice_at_once_waits_once(published, officer):
    _, outcome = first_then(
        lambda: propose(published, officer, submit=True),
        lambda: propose(published, officer, submit=True),
    )

    assert isinstance(outcome["refusal"], StepRefused)
    assert Proposal.objects.count() == 1


# --- Many at once ------------------------------------------------------


def test_bulk_decisions_take_producers_in_one_order_whatever_was_chosen(
    reviewer, officer
):
    """Else of two, each would hold the producer that the other goes on to."""
    one, two = (MemberFactory(published=True, owner=officer.agency) for _ in range(2))
    of_two = ProductFactory(submitted=True, member=two)
    change_of_one = propose(one, officer, submit=True)

    def later():
        pairs = [(thing, thing.version) for thing in (of_two, change_of_one)]
        return decisions.approve_all(pairs, by=reviewer)

    with meanwhile(later) as (outcome, thread):
        with transaction.atomic():
            Member.objects.select_for_update().get(pk=one.pk)
            thread.start()
            wait_until_somebody_waits()
            # The first of them is waited for before the second is taken.
            Member.objects.select_for_update(nowait=True).get(pk=two.pk)

    assert len(outcome["result"].done) == 2


def test_a_bulk_decision_locks_producers_before_goods_and_proposals_last(
    reviewer, officer
):
    member = MemberFactory(published=True, owner=officer.agency)
    product = ProductFactory(submitted=True, member=member)
    change = propose(member, officer, submit=True)

    def later():
        pairs = [(thing, thing.version) for thing in (change, product)]
        return decisions.approve_all(pairs, by=reviewer)

    with meanwhile(later) as (outcome, thread):
        with transaction.atomic():
            Member.objects.select_for_update().get(pk=member.pk)
            thread.start()
            wait_until_somebody_waits()
            # Nobody holds these yet: who has the producer gets them.
            type(product).objects.select_for_update(nowait=True).get(pk=product.pk)
            Proposal.objects.select_for_update(nowait=True).get(pk=change.pk)

    assert len(outcome["result"].done) == 2
