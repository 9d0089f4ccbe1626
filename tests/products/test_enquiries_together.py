"""Enquiries and daily mails when two sessions act at once, on PostgreSQL."""

import datetime
import uuid

import pytest
from django.db import connection, transaction

from products.actions import enquiries
from products.actions.enquiries import Answer, AnsweredMeanwhile
from products.models import Enquiry, EnquiryReply
from registry.actions.digests import send_digests
from registry.models import Digest, OutboxMail
from tests.factories import EnquiryFactory, MemberFactory, ProductFactory, UserFactory
from tests.registry.test_locks import meanwhile, wait_until_somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="row locks need PostgreSQL"
    ),
]
TODAY = datetime.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def outbox(settings):
    """Let mails become rows, as in life."""
    settings.EMAIL_BACKEND = "registry.outbox.OutboxBackend"


@pytest.fixture
def product(officer):
    """Return a published product of the officer's agency."""
    return ProductFactory(published=True, member__owner=officer.agency)


def at_once(first, second):
    """Do ``second`` while ``first`` is not committed; return what became of it."""
    with meanwhile(second) as (outcome, thread):
        with transaction.atomic():
            first()
            thread.start()
            wait_until_somebody_waits()
    return outcome


def test_one_form_sent_twice_at_once_is_kept_once(product):
    key = uuid.uuid4()

    outcome = at_once(
        lambda: EnquiryFactory(product=product, form_key=key),
        lambda: EnquiryFactory(product=product, form_key=key),
    )

    assert Enquiry.objects.get() == outcome["result"]
    assert OutboxMail.objects.count() == 1


def test_of_two_enquiries_at_once_the_agency_hears_in_one_mail(product):
    at_once(
        lambda: EnquiryFactory(product=product),
        lambda: EnquiryFactory(product=product),
    )

    (row,) = OutboxMail.objects.all()
    assert "2 เรื่อง" in row.body


def test_of_two_who_answer_at_once_one_is_told(product, officer):
    enquiry = EnquiryFactory(product=product)
    colleague = UserFactory(agency=officer.agency)

    def answer(by):
        return enquiries.reply(enquiry, Answer(by.email, 0, uuid.uuid4()), by=by)

    outcome = at_once(lambda: answer(officer), lambda: answer(colleague))

    assert isinstance(outcome["refusal"], AnsweredMeanwhile)
    assert EnquiryReply.objects.count() == 1


def test_of_two_runs_at_once_one_writes_the_daily_mail(reviewer):
    MemberFactory(submitted=True)

    outcome = at_once(lambda: send_digests(TODAY), lambda: send_digests(TODAY))

    assert outcome["result"] == 0
    assert Digest.objects.count() == OutboxMail.objects.count() == 1
