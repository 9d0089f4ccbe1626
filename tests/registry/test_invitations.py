"""Invitations: who sends them, what they open, and what nobody learns from them."""

import hashlib
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from registry import acts
from registry.actions import invitations
from registry.actions.accounts import open_account
from registry.actions.invitations import Guest, LinkUsed, NoLongerOpen, is_closed
from registry.enums import AuditKind, Role
from registry.errors import NotAllowed, NotVisible
from registry.models import AuditEvent, Invitation, User
from tests.factories import AgencyFactory, UserFactory
from tests.factories.joining import last_letter, link_in

pytestmark = pytest.mark.django_db

NEW = "new@test.example"
PASSWORD = "mountain-mist-2569"


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def invite(by, email=NEW, **fields):
    guest = Guest(email, agency=fields.pop("agency", by.agency), **fields)
    return invitations.invite(guest, by=by)


def link(email=NEW):
    return link_in(last_letter(email), "/accounts/invitation/")


def token(email=NEW):
    return link(email).split("/")[-2]


def accept(client, url, **typed):
    sent = {
        "name_th": "สมชาย ใจดี",
        "name_en": "",
        "post": "นักวิชาการ",
        "password": PASSWORD,
        "again": PASSWORD,
    }
    return client.post(url, sent | typed)


# --- Inviting -----------------------------------------------------------------------


def test_an_invitation_reserves_an_account_that_nobody_can_enter(client, officer):
    made = invite(officer, "New@Test.example", name_th="สมชาย ใจดี")

    user = User.objects.get(email=NEW)
    assert (user.role, user.agency) == (Role.OFFICER, officer.agency)
    assert is_closed(user)
    assert not EmailAddress.objects.filter(user=user).exists()
    assert made.token_hash == hashlib.sha256(token().encode()).hexdigest()
    assert token() not in str(vars(made))
    days = made.expires_at - timezone.now()
    assert timedelta(days=13, hours=23) < days <= timedelta(days=14)
    # Neither the sign-in nor a forgotten password opens it.
    mail.outbox.clear()
    client.post(reverse("account_reset_password"), {"email": NEW})
    assert not any("/reset/" in each.body for each in mail.outbox)


def test_nothing_personal_stands_in_a_subject(officer):
    invite(officer, name_th="สมชาย ใจดี")

    subject = last_letter(NEW).subject
    assert subject == "ขอเชิญเปิดบัญชีผู้ใช้"
    assert officer.agency.name_th in last_letter(NEW).body


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("officer", True),
        ("reviewer", True),
        ("official", False),
        ("administrator", True),
        ("stranger", False),
        ("foreign_reviewer", False),
        ("producer", False),
    ],
)
def test_who_invites_into_an_agency(request, officer, who, may):
    people = {"producer": lambda: UserFactory(role=Role.PRODUCER, agency=None)}
    person = people.get(who, lambda: request.getfixturevalue(who))()
    agency = (
        person.agency if who in {"officer", "reviewer", "official"} else officer.agency
    )

    if may:
        assert invite(person, agency=agency).agency == agency
    else:
        with pytest.raises(NotAllowed):
            invite(person, agency=agency)
        assert not User.objects.filter(email=NEW).exists()
        assert mail.outbox == []


def test_nobody_in_an_agency_that_is_not_approved_invites():
    person = UserFactory(agency=AgencyFactory(pending=True))

    with pytest.raises(NotAllowed):
        invite(person)


@pytest.mark.parametrize(
    "role", [Role.REVIEWER, Role.OFFICIAL, Role.ADMINISTRATOR], ids=str
)
def test_colleagues_are_officers_and_nothing_more(officer, reviewer, role):
    for person in (officer, reviewer):
        with pytest.raises(NotAllowed):
            invite(person, role=role)


def test_inviting_again_replaces_the_link(client, officer):
    invite(officer)
    first = link()
    invite(officer)

    assert client.get(first).status_code == 410
    assert client.get(link()).status_code == 200
    assert Invitation.objects.open().count() == 1
    assert User.objects.filter(email=NEW).count() == 1


def test_an_address_with_an_account_changes_nothing_and_hears_of_it(
    client, officer, stranger
):
    client.force_login(officer)
    pages = []
    for email in (NEW, stranger.email):
        answer = client.post(
            reverse("people:list"), {"email": email, "name_th": ""}, follow=True
        )
        pages.append(answer.content.decode().replace(email, "…"))
        Invitation.objects.update(cancelled_at=timezone.now())

    number = Invitation.objects.order_by("pk").values_list("pk", flat=True)
    first, second = (
        page.replace(f"/{pk}/", "/…/") for page, pk in zip(pages, number, strict=True)
    )
    assert without_secrets(first) == without_secrets(second)
    assert "/accounts/invitation/" not in last_letter(stranger.email).body
    stranger.refresh_from_db()
    assert (stranger.agency_id, stranger.is_active) != (officer.agency_id, False)
    assert Invitation.objects.get(email=stranger.email).user is None


def without_secrets(page):
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


def test_an_address_that_waits_for_another_agency_is_left_to_it(officer, stranger):
    invite(officer)
    url = token()
    again = invite(stranger)

    assert again.user is None
    assert User.objects.get(email=NEW).agency == officer.agency
    assert "/accounts/invitation/" not in last_letter(NEW).body
    assert invitations.find(url)[1].email == NEW


def test_an_address_whose_invitation_ran_out_may_be_invited_elsewhere(
    officer, stranger
):
    invite(officer)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    invite(stranger)

    assert User.objects.get(email=NEW).agency == stranger.agency


def test_an_account_that_was_switched_off_is_not_opened_by_an_invitation(
    officer, stranger
):
    with acts.act(by=None):
        stranger.is_active = False
        stranger.save()

    assert invite(officer, stranger.email).user is None
    assert "/accounts/invitation/" not in last_letter(stranger.email).body


def test_nor_is_one_that_has_a_password_and_no_confirmed_address(officer, stranger):
    EmailAddress.objects.filter(user=stranger).delete()
    with acts.act(by=None):
        stranger.is_active = False
        stranger.save()

    assert invite(officer, stranger.email).user is None


def test_nor_is_one_that_its_owner_never_used(officer, administrator):
    opened = open_account(
        NEW, password=None, role=Role.PRODUCER, name_th="ก", by=administrator
    )
    with acts.act(by=administrator):
        opened.is_active = False
        opened.save()

    assert invite(officer).user is None


def test_an_address_can_be_invited_after_old_invitations_were_swept_away(officer):
    invite(officer)
    Invitation.objects.all().delete()

    assert invite(officer).user == User.objects.get(email=NEW)


def test_an_address_confirmed_by_somebody_else_is_theirs(officer, stranger):
    EmailAddress.objects.create(user=stranger, email=NEW, verified=True)

    assert invite(officer).user is None
    assert not User.objects.filter(email=NEW).exists()


# --- Accepting ----------------------------------------------------------------------


def test_a_person_opens_the_account_and_then_signs_in(client, officer):
    invite(officer, name_th="สมชาย")
    url = link()

    page = client.get(url).content.decode()
    assert 'value="สมชาย"' in page
    assert accept(client, url).url == reverse("account_login")

    assert "_auth_user_id" not in client.session
    user = User.objects.get(email=NEW)
    assert (user.name_th, user.post) == ("สมชาย ใจดี", "นักวิชาการ")
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == (NEW, True, True)
    assert user.history.latest().history_user == user
    answer = client.post(reverse("account_login"), {"login": NEW, "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get(reverse("people:list")).status_code == 200


def test_a_link_works_once(client, officer):
    invite(officer)
    url = link()
    accept(client, url)

    assert client.get(url).status_code == 410
    answer = accept(client, url, name_th="คนอื่น", password="another-one-2569")
    assert answer.status_code == 410
    assert User.objects.get(email=NEW).check_password(PASSWORD)


def test_a_link_works_for_fourteen_days(client, officer):
    invite(officer)
    url = link()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get(url).status_code == 410
    assert accept(client, url).status_code == 410
    with pytest.raises(LinkUsed):
        invitations.accept(token(), name_th="x", password=PASSWORD)


@pytest.mark.parametrize("made_up", ["x", "a" * 43, "ก", "%ff", "..", "' OR 1=1"])
def test_a_made_up_link_opens_nothing(client, officer, made_up):
    invite(officer)

    url = reverse("invitations:accept", args=[made_up])

    assert client.get(url).status_code == 410
    assert accept(client, url).status_code == 410


@pytest.mark.parametrize(
    ("password", "again"),
    [
        ("short", "short"),
        ("password1234", "password1234"),
        ("123456789012", "123456789012"),
        (PASSWORD, f"{PASSWORD}x"),
        ("new@test.example", "new@test.example"),
        ("", ""),
    ],
)
def test_a_weak_or_mistyped_password_is_refused_and_the_rest_stays(
    client, officer, password, again
):
    invite(officer)

    answer = accept(client, link(), password=password, again=again)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="error-summary"' in page
    assert 'value="สมชาย ใจดี"' in page
    assert is_closed(User.objects.get(email=NEW))
    assert not password or password not in page.replace(NEW, "")


def test_a_name_in_english_and_the_language_of_the_page_are_kept(client, officer):
    invite(officer)

    accept(client, f"/en{link()}", name_en="Somchai Jaidee")

    user = User.objects.get(email=NEW)
    assert (user.name_en, user.language) == ("Somchai Jaidee", "en")


# --- Afterwards ---------------------------------------------------------------------


def test_an_invitation_is_sent_again_with_a_new_link(client, officer):
    made = invite(officer)
    old = link()
    client.force_login(officer)

    client.post(reverse("people:resend", args=[made.pk]))

    assert client.get(old).status_code == 410
    assert client.get(link()).status_code == 200
    # A cancelled one is no longer there to be sent.
    with pytest.raises(NoLongerOpen):
        invitations.resend(made, by=officer)


def test_a_cancelled_invitation_opens_nothing(client, officer):
    made = invite(officer)
    client.force_login(officer)

    client.post(reverse("people:cancel", args=[made.pk]))

    assert client.get(link()).status_code == 410
    assert is_closed(User.objects.get(email=NEW))
    with pytest.raises(NoLongerOpen):
        invitations.cancel(made, by=officer)


def test_an_accepted_invitation_is_not_cancelled(client, officer):
    made = invite(officer)
    accept(client, link())

    with pytest.raises(NoLongerOpen):
        invitations.cancel(made, by=officer)
    assert User.objects.get(email=NEW).is_active


@pytest.mark.parametrize("verb", ["resend", "cancel"])
def test_a_foreign_invitation_does_not_exist(
    client, officer, stranger, official, reviewer, verb
):
    made = invite(officer)
    sent = len(mail.outbox)
    url = reverse(f"people:{verb}", args=[made.pk])

    for person, status in ((stranger, 404), (reviewer, 404), (official, 403)):
        client.force_login(person)
        assert client.post(url).status_code == status
        with pytest.raises(NotVisible):
            getattr(invitations, verb)(made, by=person)
    client.force_login(officer)
    assert client.get(url).status_code == 405
    made.refresh_from_db()
    assert made.cancelled_at is None
    assert len(mail.outbox) == sent


def test_each_invitation_is_recorded(client, officer):
    client.force_login(officer)
    client.post(reverse("people:list"), {"email": NEW, "name_th": ""})

    event = AuditEvent.objects.get(kind=AuditKind.INVITED)
    made = Invitation.objects.get()
    assert (event.by, event.model, event.object_id) == (
        officer,
        "registry.Invitation",
        made.pk,
    )
    assert NEW not in event.detail + event.who


def test_many_invitations_have_to_wait_and_lose_nothing_typed(client, officer):
    client.force_login(officer)
    url = reverse("people:list")

    answers = [
        client.post(url, {"email": f"a{number}@test.example", "name_th": "ก"})
        for number in range(31)
    ]

    assert [answer.status_code for answer in answers] == [302] * 30 + [429]
    assert 'value="a30@test.example"' in answers[-1].content.decode()


# --- The page -----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_a_constant_number_of_times(
    client, officer, count, django_assert_num_queries
):
    people = [UserFactory(agency=officer.agency) for _ in range(count)]
    sent = [invite(officer, f"n{number}@test.example") for number in range(count)]
    stranger = UserFactory()
    client.force_login(officer)
    client.get(reverse("people:list"))

    # Session, person, agency, people, scope, invitations.
    with django_assert_num_queries(6):
        page = client.get(reverse("people:list")).content.decode()

    assert all(each.email in page for each in (*people, *sent))
    assert stranger.email not in page


def test_who_is_invited_is_no_colleague_yet(client, officer):
    invite(officer, name_th="ผู้ได้รับเชิญ")
    client.force_login(officer)

    page = client.get(reverse("people:list")).content.decode()

    assert "ผู้ได้รับเชิญ" not in page
    assert page.count(NEW) > 0


@pytest.mark.parametrize("email", ["", "x", "a@b", "ก@ข.example", "a\0@b.example"])
def test_what_is_no_address_is_refused(client, officer, email):
    client.force_login(officer)

    answer = client.post(reverse("people:list"), {"email": email, "name_th": "ก"})

    assert 'href="#id_email"' in answer.content.decode()
    assert not Invitation.objects.exists()
