"""Signing in and out, passwords, addresses, devices: what holds and what is kept."""

import os
import subprocess
import sys
import tempfile
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse, translate_url

from registry import acts
from registry.actions.people import change_account
from registry.devices import device_name
from registry.enums import AuditKind
from registry.models import AuditEvent, User
from tests.factories import UserFactory
from tests.factories.registry import PASSWORD

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "another-good-password-2570"
WRONG = "อีเมลหรือรหัสผ่านไม่ถูกต้อง"
WAIT = "โปรดรอ 30 นาที"


@pytest.fixture(autouse=True)
def nothing_counted(db):
    cache.clear()


def sign_in(client, email, password=PASSWORD, **extra):
    """Send the form of the sign-in page."""
    return client.post(
        reverse("account_login"), {"login": email, "password": password}, **extra
    )


def is_in(client):
    return SESSION_KEY in client.session


def events(*kinds):
    return list(AuditEvent.objects.filter(kind__in=kinds).order_by("pk"))


def follow(letter):
    """Return the path of the first address in a letter that leads somewhere."""
    site = django_settings.SITE_URL
    links = [line for line in letter.body.splitlines() if line.startswith(f"{site}/")]
    return links[0].removeprefix(site)


# --- Signing in ---------------------------------------------------------------------


def test_a_sign_in_and_a_sign_out_are_recorded(client, officer):
    assert sign_in(client, officer.email).status_code == 302
    client.post(reverse("account_logout"))

    came, left = events(AuditKind.SIGN_IN, AuditKind.SIGN_OUT)
    assert (came.kind, came.by, came.ip) == (AuditKind.SIGN_IN, officer, "127.0.0.1")
    assert (left.kind, left.by) == (AuditKind.SIGN_OUT, officer)
    assert not is_in(client)
    assert not UserSession.objects.exists()


def test_a_failed_sign_in_names_the_account_or_the_typed_address(client, officer):
    sign_in(client, officer.email.upper(), "wrong")
    sign_in(client, "nobody@test.example", "wrong")

    known, unknown = events(AuditKind.SIGN_IN_FAILED)
    assert (known.by, known.object_id, known.who) == (None, officer.pk, "")
    assert (unknown.object_id, unknown.who) == (None, "nobody@test.example")


def test_known_and_unknown_addresses_get_the_same_answer_at_sign_in(client, officer):
    closed = UserFactory(email="closed@test.example", is_active=False)
    unset = UserFactory(email="unset@test.example")
    User.objects.filter(pk=unset.pk).update(password="!")

    answers = []
    for email in (officer.email, closed.email, unset.email, "nobody@test.example"):
        answer = sign_in(client, email, "wrong")
        page = answer.content.decode().replace(email, "ADDRESS")
        answers.append((answer.status_code, WRONG in page, len(page)))

    assert answers == [answers[0]] * 4
    assert answers[0][:2] == (200, True)


def test_a_password_is_hashed_for_unknown_addresses_too(client, officer, monkeypatch):
    hashed = []
    real = MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return real(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    sign_in(client, officer.email, "wrong")
    known = len(hashed)
    sign_in(client, "nobody@test.example", "wrong")

    assert known == len(hashed) - known == 1


@pytest.mark.parametrize("email", ["officer@test.example", "nobody@test.example"])
def test_five_failures_in_half_an_hour_close_the_door_for_any_password(
    client, officer, email
):
    for _ in range(5):
        assert WRONG in sign_in(client, email, "wrong").content.decode()

    closed = sign_in(client, email)

    assert closed.status_code == 200
    assert WAIT in closed.content.decode()
    assert not is_in(client)
    assert len(events(AuditKind.SIGN_IN_FAILED)) == 6


def test_the_door_opens_again_after_half_an_hour(client, officer, monkeypatch):
    for _ in range(5):
        sign_in(client, officer.email, "wrong")
    now = time.time()

    clock = "allauth.core.internal.ratelimit.time.time"
    monkeypatch.setattr(clock, lambda: now + 29 * 60)
    sign_in(client, officer.email)
    assert not is_in(client)
    monkeypatch.setattr(clock, lambda: now + 31 * 60)
    sign_in(client, officer.email)
    assert is_in(client)


def test_another_host_or_port_gives_no_further_tries(client, officer):
    for port in range(5):
        sign_in(client, officer.email, "wrong", headers={"host": f"localhost:{port}"})

    sign_in(client, officer.email, headers={"host": "localhost:9"})

    assert not is_in(client)


def test_sixty_failures_an_hour_from_one_network_address_are_all(client, officer):
    for number in range(60):
        sign_in(client, f"nobody{number}@test.example", "wrong")

    assert WAIT in sign_in(client, officer.email).content.decode()
    assert not is_in(client)
    sign_in(client, officer.email, REMOTE_ADDR="192.0.2.7")
    assert is_in(client)


def test_a_success_between_failures_wins_no_further_tries_for_the_network_address(
    client, officer
):
    for number in range(59):
        sign_in(client, f"nobody{number}@test.example", "wrong")
    other = Client()
    assert sign_in(other, officer.email).status_code == 302
    sign_in(client, "nobody@test.example", "wrong")

    assert WAIT in sign_in(client, officer.email).content.decode()


def test_success_takes_its_own_attempt_back(client, officer):
    for _ in range(70):
        visitor = Client()
        assert sign_in(visitor, officer.email).status_code == 302


TRIES = """
import os, sys
import django
django.setup()
from django.test import Client
client = Client()
for number in range(int(sys.argv[1])):
    answer = client.post(
        "/accounts/login/", {"login": "officer@test.example", "password": "wrong"}
    )
    print(answer.status_code)
"""


@pytest.mark.django_db(transaction=True)
def test_two_processes_count_failures_together(client, officer):
    """Three there and two here: the sixth is refused in either."""
    there = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{there['NAME']}"
    else:
        at = f"{there['HOST']}:{there['PORT']}" if there["PORT"] else there["HOST"]
        url = f"postgres://{there['USER']}:{there['PASSWORD']}@{at}/{there['NAME']}"
    with tempfile.TemporaryDirectory() as folder:
        other = subprocess.run(  # noqa: S603
            [sys.executable, "-W", "ignore", "-c", TRIES, "3"],
            cwd=django_settings.BASE_DIR,
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "cluster_portal.settings",
                "DATABASE_URL": url,
                "PORTAL_DATA_DIR": folder,
                "PORTAL_HOSTS": "testserver",
                "PORTAL_SECRET_KEY": "another-process",
                "PORTAL_DEBUG": "true",
                "PORTAL_ENV_FILE": os.devnull,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert other.stdout.split() == ["200"] * 3, other.stderr
    for _ in range(2):
        assert WRONG in sign_in(client, officer.email, "wrong").content.decode()

    assert WAIT in sign_in(client, officer.email).content.decode()
    assert not is_in(client)


# --- Passwords ----------------------------------------------------------------------


def test_known_and_unknown_addresses_get_the_same_answer_at_reset(client, officer):
    answers = []
    for email in (officer.email, "nobody@test.example"):
        answer = client.post(reverse("account_reset_password"), {"email": email})
        answers.append((answer.status_code, answer.url))

    assert answers == [(302, reverse("account_reset_password_done"))] * 2
    assert [letter.to for letter in mail.outbox] == [[officer.email]]


@pytest.mark.parametrize("email", ["officer@test.example", "nobody@test.example"])
def test_a_fourth_reset_mail_in_an_hour_is_refused(client, officer, email):
    url = reverse("account_reset_password")
    statuses = [client.post(url, {"email": email}).status_code for _ in range(4)]

    assert statuses == [302, 302, 302, 429]
    answer = client.post(url, {"email": email})
    assert answer["Retry-After"] == "1800"


@pytest.mark.parametrize(("language", "word"), [("th", "เรียน"), ("en", "Dear")])
def test_a_password_is_reset_by_a_link_in_the_readers_language_that_works_once(
    client, officer, language, word
):
    User.objects.filter(pk=officer.pk).update(language=language)
    other = Client()
    sign_in(other, officer.email)
    client.post(reverse("account_reset_password"), {"email": officer.email})
    (letter,) = mail.outbox
    assert word in letter.body
    assert officer.name_th not in letter.subject
    assert officer.email not in letter.subject
    link = follow(letter)
    assert link.startswith("/en/") == (language == "en")

    form = client.get(link, follow=True)
    sent = client.post(
        form.request["PATH_INFO"],
        {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
        follow=True,
    )

    assert sent.status_code == 200
    officer.refresh_from_db()
    assert officer.check_password(NEW_PASSWORD)
    assert [event.by for event in events(AuditKind.PASSWORD)] == [officer]
    assert other.get(reverse("account_overview")).status_code == 302
    again = Client().get(link, follow=True)
    assert "<form class" not in again.content.decode()
    # A second mail says that it happened.
    assert len(mail.outbox) == 2


def test_a_link_of_a_mail_leads_to_the_portal_whatever_host_was_asked(
    client, officer, settings
):
    settings.SITE_URL = "https://portal.test.example"

    client.post(
        reverse("account_reset_password"),
        {"email": officer.email},
        headers={"host": "localhost"},
    )

    (letter,) = mail.outbox
    assert "https://portal.test.example/accounts/password/reset/key/" in letter.body


def test_a_changed_password_ends_the_other_sessions_and_not_this_one(client, officer):
    other = Client()
    sign_in(other, officer.email)
    sign_in(client, officer.email)
    typed = {
        "oldpassword": PASSWORD,
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    }

    answer = client.post(reverse("account_change_password"), typed)

    assert answer.url == reverse("account_overview")
    assert client.get(reverse("account_overview")).status_code == 200
    assert other.get(reverse("account_overview")).status_code == 302
    assert [event.by for event in events(AuditKind.PASSWORD)] == [officer]
    assert len(mail.outbox) == 1


def test_guessing_the_old_password_counts_as_guessing_at_sign_in(client, officer):
    sign_in(client, officer.email)
    typed = {"oldpassword": "wrong", "password1": "x", "password2": "y"}
    for _ in range(5):
        client.post(reverse("account_change_password"), typed)

    assert len(events(AuditKind.SIGN_IN_FAILED)) == 5
    assert WAIT in sign_in(Client(), officer.email).content.decode()


# --- The address --------------------------------------------------------------------


def prove(client):
    """Type the password once more, as pages of one's safety ask for."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def ask_for(client, email):
    typed = {"email": email, "action_add": ""}
    return client.post(reverse("account_email"), typed)


def test_the_address_changes_once_the_new_one_is_confirmed(client, officer):
    old = officer.email
    sign_in(client, old)
    asked = ask_for(client, "new@test.example")
    assert asked.url.startswith(reverse("account_reauthenticate"))
    prove(client)
    ask_for(client, "new@test.example")
    officer.refresh_from_db()
    assert officer.email == old
    letter = mail.outbox[-1]
    assert letter.to == ["new@test.example"]

    link = follow(letter)
    # Not by opening it: programs that read mails do that too.
    client.get(link)
    officer.refresh_from_db()
    assert officer.email == old
    client.post(link)

    officer.refresh_from_db()
    assert officer.email == "new@test.example"
    address = EmailAddress.objects.get()
    assert (address.email, address.verified, address.primary) == (
        "new@test.example",
        True,
        True,
    )
    latest = officer.history.latest()
    assert latest.email == "new@test.example"
    assert latest.history_user == officer
    assert latest.history_change_reason
    assert mail.outbox[-1].to == [old]
    assert is_in(client)
    visitor = Client()
    sign_in(visitor, old)
    assert not is_in(visitor)
    sign_in(visitor, "new@test.example")
    assert is_in(visitor)


def test_an_address_of_somebody_else_is_asked_for_in_vain(client, officer, stranger):
    sign_in(client, officer.email)
    prove(client)

    ask_for(client, stranger.email)
    client.post(follow(mail.outbox[-1]))

    officer.refresh_from_db()
    assert officer.email == "officer@test.example"


def test_an_account_without_a_row_of_its_address_keeps_it_too(client, officer):
    other = UserFactory(email="bare@test.example")
    EmailAddress.objects.filter(user=other).delete()
    sign_in(client, officer.email)
    prove(client)

    ask_for(client, other.email)
    answer = client.post(follow(mail.outbox[-1]))

    officer.refresh_from_db()
    assert answer.status_code in {200, 302}
    assert officer.email == "officer@test.example"


# --- Devices ------------------------------------------------------------------------

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (WINDOWS, "Chrome · Windows"),
        (f"{WINDOWS} Edg/140.0", "Edge · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19) Safari/604.1 Line/15.1",
            "LINE · iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Safari/537.36",
            "Chrome · Android",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15) Firefox/143.0", "Firefox · Mac"),
        ("curl/8.0", "อุปกรณ์ที่ไม่รู้จัก"),
        ("", "อุปกรณ์ที่ไม่รู้จัก"),
    ],
)
def test_a_device_has_a_name_its_owner_knows(agent, name):
    assert device_name(agent) == name


def test_the_list_of_devices_marks_this_one_and_ends_one_of_the_others(client, officer):
    sign_in(client, officer.email, headers={"user-agent": WINDOWS})
    other = Client()
    sign_in(other, officer.email, headers={"user-agent": f"{WINDOWS} Edg/1"})
    third = Client()
    sign_in(third, officer.email)

    page = client.get(reverse("account_devices")).content.decode()
    assert page.count('<li class="device">') == 3
    assert page.count("อุปกรณ์นี้") == 1
    assert "256" in page  # the year of the Buddhist era
    ended = UserSession.objects.get(user_agent__endswith="Edg/1")
    client.post(reverse("account_end_session", args=[ended.pk]))

    assert other.get(reverse("account_overview")).status_code == 302
    assert third.get(reverse("account_overview")).status_code == 200
    assert [event.detail for event in events(AuditKind.SIGN_OUT)] == ["Edge · Windows"]


def test_all_others_are_signed_out_at_once(client, officer):
    others = [Client(), Client()]
    for each in [client, *others]:
        sign_in(each, officer.email)

    client.post(reverse("account_devices"))

    assert client.get(reverse("account_overview")).status_code == 200
    for each in others:
        assert each.get(reverse("account_overview")).status_code == 302


def test_a_session_of_somebody_else_does_not_exist(client, officer, stranger):
    other = Client()
    sign_in(other, stranger.email)
    sign_in(client, officer.email)
    theirs = UserSession.objects.get(user=stranger)

    answer = client.post(reverse("account_end_session", args=[theirs.pk]))

    assert answer.status_code == 404
    assert other.get(reverse("account_overview")).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_devices_asks_the_database_four_times_however_long_it_is(
    client, officer, count, django_assert_num_queries
):
    for _ in range(count - 1):
        sign_in(Client(), officer.email)
    sign_in(client, officer.email)
    client.get(reverse("account_devices"))

    with django_assert_num_queries(4):
        client.get(reverse("account_devices"))


def test_a_device_is_seen_at_most_once_a_minute(client, officer, monkeypatch):
    sign_in(client, officer.email)
    before = UserSession.objects.get().last_seen_at
    client.get(reverse("account_overview"))
    assert UserSession.objects.get().last_seen_at == before

    now = time.time()
    monkeypatch.setattr("registry.sessions.time.time", lambda: now + 61)
    client.get(reverse("account_overview"))

    assert UserSession.objects.get().last_seen_at > before


# --- Closing an account -------------------------------------------------------------


def test_a_closed_account_is_out_at_the_next_request_and_stays_out(
    client, officer, administrator
):
    sign_in(client, officer.email)
    assert client.get(reverse("account_overview")).status_code == 200

    change_account(officer, {"is_active": False}, by=administrator)
    assert client.get(reverse("account_overview")).status_code == 302
    change_account(officer, {"is_active": True}, by=administrator)

    assert client.get(reverse("account_overview")).status_code == 302


def test_who_signs_in_to_a_closed_account_is_told_so_by_the_right_password_only(
    client, officer
):
    with acts.act(by=None):
        officer.is_active = False
        officer.save()

    assert WRONG in sign_in(client, officer.email, "wrong").content.decode()
    assert sign_in(client, officer.email).url == reverse("account_inactive")


# --- The account's own page ---------------------------------------------------------


def test_the_overview_says_who_one_is(client, reviewer):
    sign_in(client, reviewer.email)

    page = client.get(reverse("account_overview")).content.decode()

    for word in (reviewer.name, reviewer.agency.name, "ผู้ตรวจ", "อุปกรณ์นี้"):
        assert word in page


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_page_that_says_wait_is_ours_in_both_languages(client, language):
    url = translate_url(reverse("account_reset_password"), language)
    for _ in range(4):
        answer = client.post(url, {"email": "nobody@test.example"})

    assert answer.status_code == 429
    assert f'<html lang="{language}">' in answer.content.decode()
