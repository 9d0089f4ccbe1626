"""A producer's own account: given by its office, tied to its member, taken away."""

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from members.actions import accounts
from members.models import Member, ProducerAccount
from registry.actions import invitations
from registry.actions.invitations import Guest, NoLongerOpen
from registry.enums import AuditKind, Role
from registry.errors import NotAllowed, NotVisible
from registry.models import AuditEvent, Invitation, User
from tests.factories import MemberFactory, UserFactory
from tests.factories.joining import last_letter, link_in

pytestmark = pytest.mark.django_db

NEW = "producer@test.example"
PASSWORD = "mountain-mist-2569"


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


@pytest.fixture
def member(officer):
    return MemberFactory(published=True, owner=officer.agency)


def give(member, by, email=NEW):
    return accounts.give(member, email=email, by=by)


def opened(member, by, email=NEW):
    """Give an account, and have the producer open it."""
    give(member, by, email)
    token = link_in(last_letter(email), "/invitation/").split("/")[-2]
    return invitations.accept(token, name_th="แม่หล้า ทดสอบ", password=PASSWORD)


def url(member, name="list", *args):
    return reverse(f"producer_accounts:{name}", args=[member.pk, *args])


def test_a_producer_is_invited_opens_its_account_and_sees_its_own_alone(
    client, officer, member
):
    other = MemberFactory(published=True, owner=officer.agency)
    client.force_login(officer)
    answer = client.post(url(member), {"email": NEW, "name_th": "แม่หล้า"})
    assert answer.url == url(member)
    client.logout()
    sent = last_letter(NEW)
    assert member.name_th in sent.body
    assert member.name_th not in sent.subject

    client.post(
        link_in(sent, "/invitation/"),
        {"name_th": "แม่หล้า", "password": PASSWORD, "again": PASSWORD},
    )

    user = User.objects.get(email=NEW)
    assert (user.role, user.agency, user.is_active) == (Role.PRODUCER, None, True)
    given = ProducerAccount.objects.get(user=user)
    assert (given.member, given.given_by) == (member, officer)
    assert list(Member.objects.visible_to(user)) == [member]
    assert other not in Member.objects.visible_to(user)
    assert AuditEvent.objects.get(kind=AuditKind.INVITED).by == officer


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("officer", 200),
        ("stranger", 404),
        ("reviewer", 200),
        ("foreign_reviewer", 404),
        ("official", 403),
        ("administrator", 200),
    ],
)
def test_who_gives_accounts(request, client, member, who, status):
    person = request.getfixturevalue(who)
    made = give(member, member.owner.people.first())
    account = ProducerAccount.objects.get()
    client.force_login(person)
    before = len(mail.outbox)

    assert client.get(url(member)).status_code == status
    if status != 200:
        posts = (url(member, "remove", account.pk), url(member, "resend", made.pk))
        for each in (url(member), url(member, "cancel", made.pk), *posts):
            assert client.post(each, {"email": "x@test.example"}).status_code == status
        for deed in (
            lambda: give(member, person),
            lambda: accounts.give_again(member, made, by=person),
            lambda: accounts.cancel(member, made, by=person),
            lambda: accounts.remove(member, account, by=person),
        ):
            with pytest.raises((NotVisible, NotAllowed)):
                deed()
        assert len(mail.outbox) == before
        made.refresh_from_db()
        assert made.cancelled_at is None
        assert ProducerAccount.objects.exists()


def test_a_producer_gives_no_account(client, officer, member):
    producer = opened(member, officer)
    client.force_login(producer)

    assert client.get(url(member)).status_code == 403
    with pytest.raises(NotAllowed):
        give(member, producer, "more@test.example")


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "published"])
def test_a_member_in_use_has_accounts_whatever_its_status(officer, status):
    member = MemberFactory(status=status, owner=officer.agency)

    assert give(member, officer).user


def test_a_withdrawn_member_has_none(officer):
    member = MemberFactory(withdrawn=True, owner=officer.agency)

    with pytest.raises(accounts.NoPage):
        give(member, officer)


def test_an_address_with_an_account_is_left_alone_and_hears_of_it(
    client, officer, stranger, member
):
    client.force_login(officer)
    answer = client.post(
        url(member), {"email": stranger.email, "name_th": ""}, follow=True
    )

    assert stranger.email in answer.content.decode()
    assert not ProducerAccount.objects.exists()
    stranger.refresh_from_db()
    assert stranger.role == Role.OFFICER
    assert "/invitation/" not in last_letter(stranger.email).body


def test_a_removed_account_is_out_at_once_and_may_be_given_again(
    client, officer, member
):
    producer = opened(member, officer)
    client.force_login(producer)
    assert client.get(reverse("mfa_index")).status_code == 200
    account = ProducerAccount.objects.get()

    accounts.remove(member, account, by=officer)

    assert client.get(reverse("mfa_index")).status_code == 302
    assert not client.login(email=NEW, password=PASSWORD)
    assert not ProducerAccount.objects.exists()
    assert producer.history.latest().history_user == officer
    assert opened(member, officer).pk == producer.pk
    assert ProducerAccount.objects.get().member == member


def test_an_account_of_another_member_is_not_removed_through_this_one(
    client, officer, member
):
    other = MemberFactory(owner=officer.agency)
    opened(other, officer)
    account = ProducerAccount.objects.get()
    client.force_login(officer)

    assert client.post(url(member, "remove", account.pk)).status_code == 404
    with pytest.raises(NotVisible):
        accounts.remove(member, account, by=officer)


def test_an_invitation_of_another_member_or_of_a_colleague_is_not_found_here(
    client, officer, member
):
    other = give(MemberFactory(owner=officer.agency), officer, "b@test.example")
    guest = Guest("c@test.example", agency=officer.agency)
    colleague = invitations.invite(guest, by=officer)
    client.force_login(officer)

    for made in (other, colleague):
        for verb in ("resend", "cancel"):
            assert client.post(url(member, verb, made.pk)).status_code == 404
        with pytest.raises(NotVisible):
            accounts.cancel(member, made, by=officer)
    # Nor is a producer's among the colleagues'.
    assert client.post(reverse("people:cancel", args=[other.pk])).status_code == 404
    assert "b@test.example" not in client.get(reverse("people:list")).content.decode()


def test_an_invitation_is_sent_again_and_cancelled(client, officer, member):
    made = give(member, officer)
    old = link_in(last_letter(NEW), "/invitation/")
    client.force_login(officer)

    client.post(url(member, "resend", made.pk))
    fresh = Invitation.objects.open().get()
    link = link_in(last_letter(NEW), "/invitation/")
    assert client.get(old).status_code == 410
    assert client.get(link).status_code == 200
    client.post(url(member, "cancel", fresh.pk))

    assert client.get(link).status_code == 410
    with pytest.raises(NoLongerOpen):
        accounts.cancel(member, fresh, by=officer)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_a_constant_number_of_times(
    client, officer, member, count, django_assert_num_queries
):
    for number in range(count):
        opened(member, officer, f"open{number}@test.example")
        give(member, officer, f"new{number}@test.example")
    foreign = UserFactory(role=Role.PRODUCER, agency=None)
    client.force_login(officer)
    client.get(url(member))

    # Session, person, agency, scope, member, accounts, invitations.
    with django_assert_num_queries(7):
        page = client.get(url(member)).content.decode()

    assert page.count("<h2>") >= count
    assert "new0@test.example" in page
    assert "open0@test.example" in page
    assert foreign.email not in page
