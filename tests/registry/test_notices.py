"""Whoever submitted something hears what was decided: in one mail an act."""

import pytest
from django.db import transaction

from members.models import Member
from registry import acts
from registry.actions import bulk, notices, proposals, records
from registry.changes import Changes
from registry.enums import Role
from registry.errors import NotAllowed, RecordError
from registry.models import OutboxMail
from tests.factories import MemberFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings):
    """Let mails become rows, as in life."""
    settings.EMAIL_BACKEND = "registry.outbox.OutboxBackend"


def submitted(officer, **fields):
    """Return a member that ``officer`` handed to the reviewers."""
    return records.submit(MemberFactory(owner=officer.agency, **fields), by=officer)


def mails():
    """Return who was written what, in order."""
    return list(OutboxMail.objects.order_by("pk"))


def test_a_returned_record_is_told_to_who_submitted_it_with_the_note(officer, reviewer):
    member = submitted(officer, name_th="กลุ่มทอผ้าบ้านนา")

    records.send_back(member, by=reviewer, note="โปรดเพิ่มรูปถ่าย")

    (mail,) = mails()
    assert (mail.to, mail.reader) == (officer.email, officer)
    assert mail.subject == f"ผลการตรวจ {member.code}"
    assert "กลุ่มทอผ้าบ้านนา: ตีกลับให้แก้ไข" in mail.body
    assert "โปรดเพิ่มรูปถ่าย" in mail.body
    assert f"/workspace/members/{member.pk}/" in mail.body
    assert "/accounts/mail/" in mail.body


def test_a_subject_names_nobody(officer, reviewer):
    member = submitted(officer)

    records.publish(member, by=reviewer)

    subject = mails()[0].subject
    for name in (officer.name, reviewer.name, member.name_th, officer.email):
        assert name not in subject


def test_a_mail_speaks_the_language_of_its_reader(officer, reviewer):
    type(officer).objects.filter(pk=officer.pk).update(language="en")
    member = submitted(officer)

    records.publish(member, by=reviewer)

    (mail,) = mails()
    assert mail.subject == f"Result of the review of {member.code}"
    assert "/en/workspace/members/" in mail.body
    assert f"{member.name_en}: published" in mail.body


def test_nobody_hears_of_what_they_decided_themselves(officer, reviewer):
    records.withdraw(submitted(officer), by=officer, note="ซ้ำกับรายการอื่น")
    records.publish(MemberFactory(), by=reviewer)
    records.publish(submitted(officer), by=None)

    assert mails() == []


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"wants_decisions": False}], ids=str
)
def test_who_left_or_wants_none_gets_none(change, officer, reviewer):
    member = submitted(officer)
    type(officer).objects.filter(pk=officer.pk).update(**change)

    records.publish(member, by=reviewer)

    assert mails() == []


def test_a_withdrawn_record_is_told_too(officer, reviewer):
    member = records.publish(submitted(officer), by=reviewer)

    records.withdraw(member, by=reviewer, note="เลิกกิจการแล้ว")

    assert "เลิกกิจการแล้ว" in mails()[1].body


def test_what_staff_mend_and_publish_is_told_to_who_submitted_it_first(
    officer, reviewer
):
    member = records.send_back(submitted(officer), by=reviewer, note="x")

    records.publish(member, by=reviewer)

    assert len(mails()) == 2


def test_a_bulk_act_writes_one_mail_to_each_submitter(officer, reviewer):
    colleague = UserFactory(agency=officer.agency)
    members = [submitted(each) for each in (officer, officer, colleague)]

    bulk.publish_many(Member, [each.pk for each in members], by=reviewer)

    assert sorted((mail.to, mail.subject) for mail in mails()) == sorted(
        [
            (officer.email, "ผลการตรวจ 2 รายการ"),
            (colleague.email, f"ผลการตรวจ {members[2].code}"),
        ]
    )


def test_of_a_bulk_act_only_what_went_through_is_told(officer, reviewer):
    first, second = submitted(officer), submitted(officer)

    def decide(member):
        done = records.publish(member, by=reviewer)
        if member == second:
            raise RecordError("refused after the step")
        return done

    records.in_bulk([first, second], decide, by=reviewer)

    (mail,) = mails()
    assert mail.subject == f"ผลการตรวจ {first.code}"


def test_a_mail_lists_so_many_and_counts_the_rest(officer, reviewer, monkeypatch):
    monkeypatch.setattr(notices, "LISTED", 1)
    members = [submitted(officer) for _ in range(3)]

    bulk.publish_many(Member, [each.pk for each in members], by=reviewer)

    body = mails()[0].body
    assert members[0].code in body
    assert members[1].code not in body
    assert "และอีก 2 รายการ" in body


def test_a_decision_that_is_rolled_back_is_told_to_nobody(officer, reviewer):
    member = submitted(officer)

    @transaction.atomic
    def fail():
        records.publish(member, by=reviewer)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert mails() == []


def test_a_refused_decision_is_told_to_nobody(officer, reviewer, stranger):
    member = submitted(officer)

    with pytest.raises(RecordError):
        records.send_back(member, by=stranger, note="no")

    assert mails() == []


# --- Proposals --------------------------------------------------------------------


def proposed(officer):
    """Return a change to a published member that ``officer`` submitted."""
    member = MemberFactory(published=True, owner=officer.agency)
    return proposals.propose(
        member, Changes(fields={"name_en": "New name"}), by=officer, submit=True
    )


def test_an_accepted_change_is_told(officer, reviewer):
    proposals.accept(proposed(officer), by=reviewer)

    assert "อนุมัติคำขอแก้ไขแล้ว" in mails()[0].body


def test_a_returned_change_is_told_with_the_note(officer, reviewer):
    proposals.send_back(proposed(officer), by=reviewer, note="ชื่อไม่ตรงเอกสาร")

    (mail,) = mails()
    assert "ตีกลับคำขอแก้ไข" in mail.body
    assert "ชื่อไม่ตรงเอกสาร" in mail.body


def test_a_producer_hears_of_its_own_proposal(officer, reviewer):
    producer = UserFactory(role=Role.PRODUCER, agency=None)
    member = MemberFactory(published=True, owner=officer.agency)
    member.accounts.create(user=producer)
    proposal = proposals.propose(
        member, Changes(fields={"name_en": "Ours"}), by=producer, submit=True
    )

    proposals.accept(proposal, by=reviewer)

    assert [mail.to for mail in mails()] == [producer.email]


def test_who_gives_up_what_a_colleague_submitted_tells_the_colleague(officer):
    colleague = UserFactory(agency=officer.agency)
    proposal = proposed(officer)

    proposals.drop(proposal, by=colleague)

    (mail,) = mails()
    assert mail.to == officer.email
    assert "ยกเลิกคำขอแก้ไข" in mail.body


# --- The act ----------------------------------------------------------------------


def test_what_an_act_gathers_is_summed_up_once_when_the_outermost_ends():
    said = []

    with acts.act(by=None):
        acts.gather(said.append, 1)
        with acts.act(by=None):
            acts.gather(said.append, 2)
        assert said == []

    assert said == [[1, 2]]


def test_an_act_that_fails_sums_nothing_up():
    said = []

    def fail():
        with acts.act(by=None):
            acts.gather(said.append, 1)
            raise NotAllowed

    with pytest.raises(NotAllowed):
        fail()

    assert said == []


def test_a_part_that_fails_takes_what_it_gathered_along():
    said = []

    def fail():
        with acts.part():
            acts.gather(said.append, 2)
            raise NotAllowed

    with acts.act(by=None):
        acts.gather(said.append, 1)
        with pytest.raises(NotAllowed):
            fail()

    assert said == [[1]]
