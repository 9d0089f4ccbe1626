"""Joining and inviting while somebody else does the same: PostgreSQL, real threads."""

import pytest
from django.db import connection, transaction

from registry.actions import invitations, joining
from registry.actions.invitations import Guest, LinkUsed
from registry.actions.joining import AlreadyDecided
from registry.models import Agency, Invitation, JoinRequest, User
from tests.factories import UserFactory
from tests.factories.joining import confirmed, last_letter, link_in, submitted
from tests.registry.test_locks import meanwhile, wait_until_somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="row locks need PostgreSQL"
    ),
]


def test_of_two_reviewers_who_decide_at_once_one_is_told(reviewer):
    asked = submitted()
    other = UserFactory(role="reviewer", agency=reviewer.agency)

    with meanwhile(lambda: joining.approve(asked, by=other)) as (outcome, thread):
        with transaction.atomic():
            joining.approve(asked, by=reviewer)
            thread.start()
            wait_until_somebody_waits()

    assert isinstance(outcome["refusal"], AlreadyDecided)
    assert JoinRequest.objects.get().decided_by == reviewer
    assert Agency.objects.filter(name_th=asked.name_th).count() == 1
    assert Invitation.objects.count() == 1


def test_a_request_sent_twice_at_once_is_sent_once():
    asked = confirmed()

    with meanwhile(lambda: joining.submit(asked)) as (outcome, thread):
        with transaction.atomic():
            joining.submit(asked)
            thread.start()
            wait_until_somebody_waits()

    assert isinstance(outcome["refusal"], joining.AlreadySent)
    assert asked.history.filter(state="submitted").count() == 1


def test_a_link_used_twice_at_once_opens_the_account_once(officer):
    guest = Guest("new@test.example", agency=officer.agency)
    invitations.invite(guest, by=officer)
    letter = last_letter("new@test.example")
    token = link_in(letter, "/invitation/").split("/")[-2]

    def accept(name):
        return invitations.accept(token, name_th=name, password="long enough 2569")

    with meanwhile(lambda: accept("ทีหลัง")) as (outcome, thread):
        with transaction.atomic():
            accept("ก่อน")
            thread.start()
            wait_until_somebody_waits()

    assert isinstance(outcome["refusal"], LinkUsed)
    assert User.objects.get(email="new@test.example").name_th == "ก่อน"


def test_of_two_who_invite_an_address_at_once_one_makes_the_account(officer, stranger):
    def invite(by):
        return invitations.invite(Guest("new@test.example", agency=by.agency), by=by)

    with meanwhile(lambda: invite(stranger)) as (outcome, thread):
        with transaction.atomic():
            invite(officer)
            thread.start()
            wait_until_somebody_waits()

    assert outcome["result"].user is None
    assert User.objects.get(email="new@test.example").agency == officer.agency
