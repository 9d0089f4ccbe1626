"""One mail a day to each for whom something waits, and none for the others."""

import datetime
import io

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.utils import timezone

from registry import daily
from registry.actions import digests, records
from registry.actions.digests import send_digests
from registry.daily import Span, crossed
from registry.enums import Role
from registry.models import Digest, OutboxMail
from tests.factories import (
    AgencyFactory,
    CertificateFactory,
    EnquiryFactory,
    MemberFactory,
    MembershipFactory,
    ProductFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def morning(settings, time_machine):
    """Begin on a morning, with mails as rows."""
    settings.EMAIL_BACKEND = "registry.outbox.OutboxBackend"
    time_machine.move_to(datetime.datetime(2026, 11, 20, 0, 30, tzinfo=datetime.UTC))


def digest_of(user):
    """Return the text of the last daily mail to ``user``; None if there is none."""
    mail = OutboxMail.objects.filter(reader=user, topic="").order_by("-pk").first()
    return mail.body if mail else None


def test_nothing_to_say_is_no_mail(officer, reviewer, administrator):
    assert send_digests(TODAY) == 0
    assert not Digest.objects.exists()


def test_reviewers_hear_what_waits_by_kind_with_the_oldest_day_and_a_link(
    officer, reviewer, foreign_reviewer, official
):
    member = MemberFactory(owner=officer.agency)
    records.submit(member, by=officer)

    assert send_digests(TODAY) == 1

    mail = OutboxMail.objects.get(reader=reviewer)
    assert mail.subject == "งานที่รอท่านดำเนินการวันนี้"
    assert "สมาชิก: รอตรวจ 1 รายการ" in mail.body
    assert "20 พฤศจิกายน 2569" in mail.body
    assert "/review/?kind=members" in mail.body
    assert "/accounts/mail/" in mail.body


def test_an_administrator_hears_of_every_province(administrator):
    MemberFactory(submitted=True, district__code="5101")

    assert send_digests(TODAY) == 1
    assert "สมาชิก: รอตรวจ 1 รายการ" in digest_of(administrator)


def test_the_mail_speaks_its_readers_language(reviewer):
    type(reviewer).objects.filter(pk=reviewer.pk).update(language="en")
    MemberFactory(submitted=True)

    send_digests(TODAY)

    mail = OutboxMail.objects.get(reader=reviewer)
    assert mail.subject == "What waits for you today"
    assert "1 waiting for review, the oldest since 20 November 2026" in mail.body
    assert "/en/review/" in mail.body


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"wants_digest": False}], ids=str
)
def test_who_left_or_wants_none_gets_none(change, reviewer):
    MemberFactory(submitted=True)
    type(reviewer).objects.filter(pk=reviewer.pk).update(**change)

    assert send_digests(TODAY) == 0


def test_run_twice_on_a_day_it_sends_once_and_again_the_next(reviewer):
    MemberFactory(submitted=True)

    assert [send_digests(TODAY), send_digests(TODAY)] == [1, 0]
    assert send_digests(TODAY + datetime.timedelta(days=1)) == 1


def test_a_run_that_dies_goes_on_with_those_it_had_not_reached(
    reviewer, administrator, monkeypatch
):
    MemberFactory(submitted=True)
    write_to = digests.write_to

    def die(reader, *args, **said):
        if reader == administrator:
            raise KeyboardInterrupt
        write_to(reader, *args, **said)

    monkeypatch.setattr(digests, "write_to", die)
    with pytest.raises(KeyboardInterrupt):
        send_digests(TODAY)
    monkeypatch.undo()

    assert send_digests(TODAY) == 1
    assert sorted(OutboxMail.objects.values_list("to", flat=True)) == sorted(
        [reviewer.email, administrator.email]
    )


def test_a_day_has_one_digest_of_a_person(reviewer):
    Digest.objects.create(user=reviewer, day=TODAY)

    with pytest.raises(IntegrityError):
        Digest.objects.create(user=reviewer, day=TODAY)


def test_of_two_runs_at_once_the_slower_gives_way(reviewer, monkeypatch):
    """The other run's row appears after this one looked who is left."""
    MemberFactory(submitted=True)
    found = daily.items_for

    def meanwhile(user, span):
        Digest.objects.create(user=user, day=TODAY)
        return found(user, span)

    monkeypatch.setattr(digests, "items_for", meanwhile)

    assert send_digests(TODAY) == 0
    assert not OutboxMail.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_of_a_mail_do_not_grow_with_what_waits(
    count, reviewer, django_assert_num_queries
):
    for _ in range(count):
        MemberFactory(submitted=True)

    # Readers, scope, five queues, enquiries, certificates at three distances,
    # memberships; the digest and the mail, savepoints and the transaction.
    with django_assert_num_queries(18):
        send_digests(TODAY)


# --- Officers ---------------------------------------------------------------------


def test_officers_hear_what_came_back_once(officer, reviewer, time_machine):
    member = records.submit(MemberFactory(owner=officer.agency), by=officer)
    type(officer).objects.filter(pk=officer.pk).update(wants_decisions=False)
    records.send_back(member, by=reviewer, note="โปรดแก้ไข")
    assert send_digests(TODAY) == 0

    tomorrow = TODAY + datetime.timedelta(days=1)
    time_machine.shift(datetime.timedelta(days=1))
    assert send_digests(tomorrow) == 1
    assert "สมาชิก: ตีกลับมาให้แก้ไข 1 รายการ" in digest_of(officer)

    time_machine.shift(datetime.timedelta(days=1))
    assert send_digests(tomorrow + datetime.timedelta(days=1)) == 0


def test_another_agency_hears_nothing_of_it(officer, stranger, reviewer, time_machine):
    member = records.submit(MemberFactory(owner=officer.agency), by=officer)
    records.send_back(member, by=reviewer, note="โปรดแก้ไข")
    time_machine.shift(datetime.timedelta(days=1))

    send_digests(TODAY + datetime.timedelta(days=1))

    assert digest_of(stranger) is None


# --- Certificates -----------------------------------------------------------------


def ending_in(days, **fields):
    """Return a certificate of a published product that ends in so many days."""
    return CertificateFactory(
        product=ProductFactory(published=True, **fields),
        expires_on=TODAY + datetime.timedelta(days=days),
    )


def test_a_certificate_is_told_at_90_60_and_30_days_each_once(reviewer):
    certificate = ending_in(95)
    told = []

    for passed in range(100):
        day = TODAY + datetime.timedelta(days=passed)
        if send_digests(day):
            told.append(95 - passed)
            assert certificate.product.code in digest_of(reviewer)

    assert told == [90, 60, 30]


def test_a_morning_without_a_run_is_caught_up_with(reviewer):
    ending_in(91)
    ending_in(95)
    assert send_digests(TODAY + datetime.timedelta(days=1)) == 1

    assert send_digests(TODAY + datetime.timedelta(days=9)) == 1
    assert "1 ฉบับ" in digest_of(reviewer)


def test_the_first_mail_tells_of_everything_that_ends_within_90_days(reviewer):
    for days in (3, 45, 90, 91, -1):
        ending_in(days)

    send_digests(TODAY)

    body = digest_of(reviewer)
    assert [f"ภายใน {ahead} วัน" in body for ahead in (30, 60, 90)] == [True] * 3
    assert body.count("· ") == 3


@pytest.mark.parametrize("gap", [1, 7, 30])
def test_the_distances_never_overlap(gap):
    span = Span(TODAY - datetime.timedelta(days=gap), TODAY)
    near, middle, far = (crossed(span, ahead) for ahead in (30, 60, 90))

    assert near[1] < middle[0] <= middle[1] < far[0]
    assert (far[1] - far[0]).days == gap - 1


def test_certificates_of_another_province_are_told_to_nobody_here(
    reviewer, foreign_reviewer
):
    ending_in(30)

    assert send_digests(TODAY) == 1
    assert digest_of(foreign_reviewer) is None


# --- Enquiries --------------------------------------------------------------------


def test_officers_hear_of_new_enquiries_reviewers_after_three_days(
    officer, reviewer, time_machine
):
    EnquiryFactory(product=ProductFactory(published=True, member__owner=officer.agency))

    send_digests(TODAY)
    assert "รอคำตอบ 1 เรื่อง" in digest_of(officer)
    assert digest_of(reviewer) is None

    time_machine.shift(datetime.timedelta(days=3))
    send_digests(TODAY + datetime.timedelta(days=3))
    assert "รอคำตอบ 1 เรื่อง" in digest_of(reviewer)


def test_what_is_asked_of_an_agency_without_an_officer_is_told_to_reviewers_at_once(
    reviewer,
):
    UserFactory(agency=(agency := AgencyFactory()), is_active=False)
    EnquiryFactory(product=ProductFactory(published=True, member__owner=agency))

    send_digests(TODAY)

    assert "รอคำตอบ 1 เรื่อง" in digest_of(reviewer)


def test_advertising_and_answered_enquiries_wait_for_nobody(officer, administrator):
    EnquiryFactory(
        product=ProductFactory(published=True, member__owner=officer.agency), spam=True
    )

    assert send_digests(TODAY) == 0


# --- Memberships -----------------------------------------------------------------


def test_memberships_that_are_due_are_told_in_the_first_mail_of_a_week(
    officer, reviewer, foreign_reviewer
):
    MembershipFactory(member=MemberFactory(published=True))
    friday = TODAY

    told = [
        send_digests(friday + datetime.timedelta(days=passed)) for passed in range(8)
    ]

    # The first of all, on Friday; then on Monday.
    assert told == [1, 0, 0, 1, 0, 0, 0, 0]
    assert "สมาชิกภาพที่ยังไม่ต่ออายุประจำปีงบประมาณ พ.ศ. 2570 จำนวน 1 ราย" in digest_of(
        reviewer
    )
    assert "/review/renewals/" in digest_of(reviewer)


# --- The command ------------------------------------------------------------------


def test_the_command_says_how_many_it_wrote_and_takes_a_day(reviewer):
    MemberFactory(submitted=True)
    said = io.StringIO()

    call_command("send_digests", stdout=said)
    call_command("send_digests", "--day", "2026-11-21", stdout=said)

    assert said.getvalue() == "1 mails written.\n1 mails written.\n"
    assert {each.day for each in Digest.objects.all()} == {
        timezone.localdate(),
        datetime.date(2026, 11, 21),
    }


def test_people_without_an_agency_of_the_register_hear_nothing():
    UserFactory(role=Role.REVIEWER, agency__pending=True)
    MemberFactory(submitted=True)

    assert send_digests(TODAY) == 0
