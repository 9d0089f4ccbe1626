"""Codes and keys: set up, asked for, good once, and counted when wrong."""

import time
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from registry.enums import AuditKind
from registry.models import AuditEvent
from tests.factories.registry import PASSWORD

pytestmark = pytest.mark.django_db

WAIT = "โปรดรอ 30 นาที"
NOT_RIGHT = "รหัสไม่ถูกต้อง"
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@pytest.fixture(autouse=True)
def nothing_counted(db):
    cache.clear()


@pytest.fixture(autouse=True)
def midway(monkeypatch):
    """Let the app's clock stand still, in the middle of a step."""
    now = int(time.time()) // 30 * 30 + 15
    clock = SimpleNamespace(time=lambda: now)
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", clock)


def code(secret, step=0):
    """Return what the app shows now, or so many steps later."""
    counter = list(totp.yield_hotp_counters_from_time())[1] + step
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def sign_in(client, user):
    typed = {"login": user.email, "password": PASSWORD}
    return client.post(reverse("account_login"), typed)


def second_step(client, proof):
    return client.post(reverse("mfa_authenticate"), {"code": proof})


def is_in(client):
    return SESSION_KEY in client.session


def set_up_app(client):
    """Set an app up as a person does; return its secret."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    url = reverse("mfa_activate_totp")
    secret = client.get(url).context["form"].secret
    client.post(url, {"code": code(secret, -1)})
    return secret


@pytest.fixture
def with_app(client, reviewer):
    """Have a reviewer with an app on the phone; return its secret."""
    sign_in(client, reviewer)
    secret = set_up_app(client)
    client.post(reverse("account_logout"))
    mail.outbox.clear()
    return secret


def details(kind):
    found = AuditEvent.objects.filter(kind=kind).order_by("pk")
    return [event.detail for event in found]


# --- Setting up ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_by_a_code_it_shows(client, reviewer):
    sign_in(client, reviewer)

    set_up_app(client)

    kinds = {each.type for each in Authenticator.objects.filter(user=reviewer)}
    assert kinds == {"totp", "recovery_codes"}
    assert details(AuditKind.FACTOR_ADDED) == ["แอปยืนยันตัวตน"]
    (letter,) = mail.outbox
    assert letter.to == [reviewer.email]
    assert "แอป" in letter.subject


def test_it_needs_a_fresh_proof_of_who_one_is(client, reviewer):
    sign_in(client, reviewer)

    answer = client.get(reverse("mfa_activate_totp"))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_reauthenticate"))


def test_the_code_it_was_set_up_with_opens_nothing(client, reviewer, with_app):
    sign_in(client, reviewer)

    answer = second_step(client, code(with_app, -1))

    assert NOT_RIGHT in answer.content.decode()
    assert not is_in(client)


# --- Signing in ---------------------------------------------------------------------


def test_the_password_alone_no_longer_opens_the_account(client, reviewer, with_app):
    answer = sign_in(client, reviewer)

    assert answer.url == reverse("mfa_authenticate")
    assert not is_in(client)
    assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize(
    "typed",
    [
        lambda proof: proof,
        lambda proof: f"{proof[:3]} {proof[3:]}",
        lambda proof: f" {proof[:3]}-{proof[3:]} ",
        lambda proof: proof.translate(THAI_DIGITS),
    ],
)
def test_the_code_of_now_does_however_it_is_typed(client, reviewer, with_app, typed):
    sign_in(client, reviewer)

    second_step(client, typed(code(with_app)))

    assert is_in(client)
    assert details(AuditKind.SIGN_IN)[-1] == "แอปยืนยันตัวตน"


@pytest.mark.parametrize("step", [0, 1])
def test_a_code_works_once(client, reviewer, with_app, step):
    sign_in(client, reviewer)
    second_step(client, code(with_app, step))
    assert is_in(client)

    other = Client()
    sign_in(other, reviewer)
    answer = second_step(other, code(with_app, step))

    assert NOT_RIGHT in answer.content.decode()
    assert not is_in(other)


def test_a_used_code_stays_used_as_long_as_its_step_would_count(
    client, reviewer, with_app, monkeypatch
):
    """Longer than the thirty seconds for which allauth remembers it."""
    proof = code(with_app, 1)
    sign_in(client, reviewer)
    second_step(client, proof)
    cache.delete(f"allauth.mfa.totp.used?user={reviewer.pk}&code={proof}")

    other = Client()
    sign_in(other, reviewer)
    second_step(other, proof)

    assert not is_in(other)


@pytest.mark.parametrize("step", [-2, 2, 40])
def test_codes_of_another_time_are_wrong(client, reviewer, with_app, step):
    sign_in(client, reviewer)

    second_step(client, code(with_app, step))

    assert not is_in(client)


def test_five_wrong_codes_close_the_second_step_for_the_right_one(
    client, reviewer, with_app
):
    sign_in(client, reviewer)
    for _ in range(5):
        assert NOT_RIGHT in second_step(client, "000000").content.decode()

    answer = second_step(client, code(with_app))

    assert WAIT in answer.content.decode()
    assert not is_in(client)
    # Another browser counts on.
    other = Client()
    sign_in(other, reviewer)
    second_step(other, code(with_app))
    assert not is_in(other)
    failed = AuditEvent.objects.filter(kind=AuditKind.SIGN_IN_FAILED)
    assert failed.count() == 7
    assert set(failed.values_list("object_id", "detail")) == {
        (reviewer.pk, "การยืนยันตัวตนสองขั้นตอน")
    }


def test_a_right_code_gives_no_further_tries_to_the_network_address(
    client, reviewer, with_app
):
    for number in range(59):
        typed = {"login": f"nobody{number}@test.example", "password": "wrong"}
        client.post(reverse("account_login"), typed)
    sign_in(client, reviewer)
    second_step(client, code(with_app))
    assert is_in(client)

    visitor = Client()
    typed = {"login": "nobody@test.example", "password": "wrong"}
    visitor.post(reverse("account_login"), typed)

    assert WAIT in visitor.post(reverse("account_login"), typed).content.decode()


# --- Recovery codes -----------------------------------------------------------------


def recovery_codes(user):
    kept = Authenticator.objects.get(user=user, type="recovery_codes")
    return kept.wrap().get_unused_codes()


def test_a_recovery_code_opens_the_account_once(client, reviewer, with_app):
    first = recovery_codes(reviewer)[0]
    sign_in(client, reviewer)
    second_step(client, first)
    assert is_in(client)
    assert details(AuditKind.SIGN_IN)[-1] == "รหัสกู้คืน"

    other = Client()
    sign_in(other, reviewer)
    second_step(other, first)

    assert not is_in(other)
    assert len(recovery_codes(reviewer)) == 9


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_put_the_earlier_ones_out_of_use(client, reviewer):
    sign_in(client, reviewer)
    set_up_app(client)
    old = recovery_codes(reviewer)

    client.post(reverse("mfa_generate_recovery_codes"))

    assert not set(old) & set(recovery_codes(reviewer))
    assert details(AuditKind.FACTOR_ADDED)[-1] == "รหัสกู้คืนชุดใหม่"
    sheet = client.get(reverse("mfa_download_recovery_codes")).content.decode()
    assert recovery_codes(reviewer)[0] in sheet
    assert "http" in sheet


def test_an_app_is_removed_after_a_fresh_proof(client, reviewer, with_app):
    sign_in(client, reviewer)
    second_step(client, code(with_app))
    url = reverse("mfa_deactivate_totp")
    assert client.post(url).url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("mfa_reauthenticate"), {"code": code(with_app, 1)})

    client.post(url)

    assert not Authenticator.objects.exists()
    assert details(AuditKind.FACTOR_REMOVED) == ["แอปยืนยันตัวตน"]
    assert mail.outbox[-1].to == [reviewer.email]


# --- Keys ---------------------------------------------------------------------------

MADE_UP = [
    "",
    "[]",
    "1",
    "null",
    "{}",
    '"text"',
    "{not json",
    '{"id": 5, "rawId": [], "type": "x", "response": {}}',
    '{"id": "QQ", "rawId": "QQ", "type": "public-key", "response": 3}',
    '{"id": "QQ", "rawId": "QQ", "type": "public-key", "response":'
    ' {"clientDataJSON": "QQ", "attestationObject": "QQ",'
    ' "authenticatorData": "QQ", "signature": "QQ"}}',
]


@pytest.mark.parametrize("answer", MADE_UP)
def test_a_made_up_answer_of_a_key_opens_nothing_and_breaks_nothing(
    client, reviewer, with_app, answer
):
    sign_in(client, reviewer)
    client.get(reverse("mfa_authenticate"))

    got = client.post(reverse("mfa_authenticate"), {"credential": answer})

    assert got.status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize("answer", MADE_UP)
def test_a_made_up_key_is_not_added(client, reviewer, answer):
    sign_in(client, reviewer)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    url = reverse("mfa_add_webauthn")
    client.get(url)

    got = client.post(url, {"name": "key", "credential": answer})

    assert got.status_code == 200
    assert not Authenticator.objects.exists()


def test_a_key_is_for_the_host_of_the_address(client, reviewer):
    sign_in(client, reviewer)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    page = client.get(reverse("mfa_add_webauthn"), headers={"host": "localhost:81"})

    options = page.context["js_data"]["creation_options"]["publicKey"]
    assert options["rp"]["id"] == "localhost"
