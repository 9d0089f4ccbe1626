"""Who must have a second factor, what is closed without it, and its reset."""

from io import StringIO
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.contrib.messages import get_messages
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from registry.access import EVERYBODY, roles_of
from registry.actions.second_factor import (
    NoSecondFactor,
    OwnSecondFactor,
    reset_second_factor,
)
from registry.checks import staff_need_a_second_factor
from registry.enums import AuditKind, Role
from registry.errors import NotAllowed, NoteNeeded
from registry.models import AuditEvent, Installation
from registry.models.portal import forget_installation
from registry.second_factor import CLOSED, is_missing_for
from tests.factories import UserFactory
from tests.factories.registry import PASSWORD

pytestmark = pytest.mark.django_db

SETUP = "/accounts/2fa/"
REASON = "โทรกลับหมายเลขสำนักงานแล้ว"


@pytest.fixture(autouse=True)
def nothing_counted(db):
    cache.clear()


@pytest.fixture
def asked(settings):
    """Ask for a second factor, as an installation does by default."""
    settings.REQUIRE_MFA = True
    forget_installation()
    yield
    forget_installation()


def give_app(user):
    """Set up an app for somebody."""
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def sign_in(client, user):
    typed = {"login": user.email, "password": PASSWORD}
    return client.post(reverse("account_login"), typed)


# --- The rule -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "must"),
    [
        (Role.PRODUCER, False),
        (Role.OFFICER, False),
        (Role.REVIEWER, True),
        (Role.OFFICIAL, True),
        (Role.ADMINISTRATOR, True),
    ],
)
def test_reviewers_officials_and_administrators_must_have_one(asked, role, must):
    assert is_missing_for(UserFactory(role=role)) is must


def test_recovery_codes_alone_are_none(asked, reviewer):
    RecoveryCodes.activate(reviewer)
    assert is_missing_for(reviewer)

    TOTP.activate(reviewer, generate_totp_secret())
    assert not is_missing_for(reviewer)


def test_a_demonstration_does_not_ask_for_it_and_says_so(asked, client, reviewer):
    Installation.objects.create(is_demonstration=True)
    forget_installation()
    client.force_login(reviewer)

    assert not is_missing_for(reviewer)
    for path in ("/", "/admin/"):
        page = client.get(path)
        assert page.status_code == 200
        assert "ระบบไม่บังคับใช้การยืนยันตัวตนสองขั้นตอน" in page.content.decode()


def test_an_operator_may_not_ask_for_it_but_is_warned(settings, reviewer):
    settings.REQUIRE_MFA = False
    assert not is_missing_for(reviewer)
    assert [each.id for each in staff_need_a_second_factor()] == ["registry.W001"]

    settings.REQUIRE_MFA = True
    assert staff_need_a_second_factor() == []


def test_an_installation_asks_for_it_unless_told_otherwise():
    code = Path(django_settings.BASE_DIR, "cluster_portal/settings.py").read_text(
        "utf-8"
    )
    assert 'REQUIRE_MFA = env.bool("PORTAL_REQUIRE_MFA", default=True)' in code


# --- What is closed -----------------------------------------------------------------

WORK = ["/admin/", "/en/admin/", "/reports/", "/en/reports/", "/workspace/", "/review/"]
OPEN = ["/", "/en/", "/products/", "/members/", "/accounts/", "/healthz"]


@pytest.mark.parametrize("path", WORK)
def test_work_leads_to_the_setup_until_there_is_one(asked, client, reviewer, path):
    client.force_login(reviewer)

    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.url.endswith(SETUP)
    give_app(reviewer)
    assert not client.get(path).get("Location", "").endswith(SETUP)


@pytest.mark.parametrize("path", OPEN)
def test_public_pages_and_ones_own_account_stay_open(asked, client, reviewer, path):
    client.force_login(reviewer)

    assert client.get(path).status_code == 200


def test_what_is_needed_to_set_it_up_stays_open(asked, client, reviewer):
    client.force_login(reviewer)

    for name in (
        "mfa_index",
        "account_reauthenticate",
        "account_change_password",
        "account_devices",
        "account_logout",
    ):
        assert client.get(reverse(name)).status_code == 200, name
    assert client.post(reverse("account_logout")).url == "/"


def test_officers_and_producers_work_without_one(asked, client, officer):
    client.force_login(officer)

    assert client.get("/reports/").status_code == 200


def test_a_post_writes_nothing(asked, client, administrator):
    client.force_login(administrator)

    answer = client.post(
        reverse("admin:registry_alias_add"), {"word": "soap", "means": "สบู่"}
    )

    assert answer.url.endswith(SETUP)


def test_a_part_of_a_page_sends_the_whole_page_on(asked, client, reviewer):
    client.force_login(reviewer)

    answer = client.get("/reports/", headers={"hx-request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (204, SETUP)


@pytest.mark.parametrize(
    "headers", [{"accept": "application/json"}, {"sec-fetch-mode": "cors"}]
)
def test_a_script_gets_a_refusal_it_can_read(asked, client, reviewer, headers):
    client.force_login(reviewer)

    answer = client.get("/reports/", headers=headers)

    assert answer.status_code == 403
    assert answer.json()["url"] == SETUP
    assert answer.json()["error"]


def test_the_page_one_was_on_the_way_to_is_offered_after_the_setup(
    asked, client, reviewer
):
    sign_in(client, reviewer)
    client.get("/reports/?q=1")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    give_app(reviewer)

    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()

    assert 'href="/reports/?q=1"' in page


def test_sign_in_leads_to_the_setup_at_once(asked, client, reviewer, officer):
    assert sign_in(client, reviewer).url == SETUP
    assert sign_in(Client(), officer).url == "/"


def test_who_must_have_one_is_told_so_on_the_page(asked, client, reviewer):
    client.force_login(reviewer)
    must = "บทบาทของท่านต้องใช้การยืนยันตัวตนสองขั้นตอน"

    assert must in client.get(SETUP).content.decode()
    give_app(reviewer)
    assert must not in client.get(SETUP).content.decode()


def walk(patterns, prefix=""):
    """Return (address, view) of every address."""
    for each in patterns:
        here = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from walk(each.url_patterns, here)
        else:
            yield here, each.callback


def test_every_address_that_is_not_public_lies_in_an_area_that_closes():
    outside = [
        address
        for address, view in walk(get_resolver().url_patterns)
        if roles_of(view) != EVERYBODY
        and address.partition("/")[0] not in CLOSED | {"accounts"}
    ]

    assert outside == []


@pytest.mark.parametrize(("path", "queries"), [("/reports/", 5), ("/about/", 2)])
def test_it_costs_one_query_at_work_and_none_elsewhere(
    asked, client, official, path, queries, django_assert_num_queries
):
    give_app(official)
    client.force_login(official)
    client.get(path)

    with django_assert_num_queries(queries):
        client.get(path)


# --- The reset ----------------------------------------------------------------------


def test_a_reset_takes_all_off_ends_sessions_tells_and_is_remembered(
    client, reviewer, administrator
):
    sign_in(client, reviewer)
    give_app(reviewer)

    reset_second_factor(reviewer, by=administrator, reason=REASON)

    assert not Authenticator.objects.filter(user=reviewer).exists()
    assert not UserSession.objects.filter(user=reviewer).exists()
    assert client.get("/accounts/").status_code == 302
    (letter,) = mail.outbox
    assert letter.to == [reviewer.email]
    assert reviewer.name_th not in letter.subject
    latest = reviewer.history.latest()
    assert latest.history_change_reason == REASON
    assert latest.history_user == administrator


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_mail_about_it_is_in_the_readers_language(
    reviewer, administrator, language
):
    reviewer.language = language
    type(reviewer).objects.filter(pk=reviewer.pk).update(language=language)
    give_app(reviewer)

    reset_second_factor(reviewer, by=administrator, reason=REASON)

    (letter,) = mail.outbox
    assert ("Dear" in letter.body) == (language == "en")
    assert f"/en{SETUP}" in letter.body or language == "th"


def test_nobody_else_resets_one(reviewer, officer, administrator):
    give_app(officer)
    give_app(administrator)

    with pytest.raises(NotAllowed):
        reset_second_factor(officer, by=reviewer, reason=REASON)
    with pytest.raises(OwnSecondFactor):
        reset_second_factor(administrator, by=administrator, reason=REASON)
    with pytest.raises(NoteNeeded):
        reset_second_factor(officer, by=administrator, reason="  ")
    with pytest.raises(NoSecondFactor):
        reset_second_factor(reviewer, by=administrator, reason=REASON)
    assert Authenticator.objects.count() == 4
    assert mail.outbox == []


def reset_url(user):
    return reverse("admin:registry_user_reset_factor", args=[user.pk])


def test_an_administrator_resets_it_after_saying_why(client, reviewer, administrator):
    give_app(reviewer)
    client.force_login(administrator)
    page = client.get(reverse("admin:registry_user_change", args=[reviewer.pk]))
    assert reset_url(reviewer) in page.content.decode()

    asking = client.get(reset_url(reviewer))
    assert asking.status_code == 200
    assert Authenticator.objects.exists()
    without = client.post(reset_url(reviewer), {"note": ""})
    assert without.status_code == 200
    assert Authenticator.objects.exists()
    done = client.post(reset_url(reviewer), {"note": REASON})

    assert done.status_code == 302
    assert not Authenticator.objects.exists()
    event = AuditEvent.objects.get(kind=AuditKind.FACTOR_RESET)
    assert (event.by, event.object_id, event.detail) == (
        administrator,
        reviewer.pk,
        REASON,
    )
    again = client.post(reset_url(reviewer), {"note": REASON})
    said = [str(each) for each in get_messages(again.wsgi_request)]
    assert said[-1] == "บัญชีนี้ไม่ได้ตั้งค่าการยืนยันตัวตนสองขั้นตอนไว้"
    assert AuditEvent.objects.filter(kind=AuditKind.FACTOR_RESET).count() == 1


def test_reviewers_find_no_such_page(client, reviewer, officer):
    give_app(officer)
    client.force_login(reviewer)

    assert client.post(reset_url(officer), {"note": REASON}).status_code in {403, 404}
    assert Authenticator.objects.exists()


def test_the_account_page_of_the_admin_tells_factor_and_devices(
    client, reviewer, administrator
):
    sign_in(Client(), reviewer)
    give_app(reviewer)
    client.force_login(administrator)

    page = client.get(
        reverse("admin:registry_user_change", args=[reviewer.pk])
    ).content.decode()

    assert "แอปยืนยันตัวตน (" in page
    assert "อุปกรณ์ที่ไม่รู้จัก (" in page


@pytest.mark.parametrize(("chosen", "found"), [("yes", 1), ("no", 2)])
def test_accounts_are_listed_by_whether_they_have_one(
    client, reviewer, officer, administrator, chosen, found
):
    give_app(reviewer)
    client.force_login(administrator)

    page = client.get(
        reverse("admin:registry_user_changelist"), {"second_factor": chosen}
    )

    assert len(page.context["cl"].result_list) == found


def test_nobody_closes_their_own_account_or_steps_down(client, administrator):
    client.force_login(administrator)
    typed = {
        "email": administrator.email,
        "name_th": administrator.name_th,
        "name_en": "",
        "post": "",
        "agency": "",
        "role": Role.ADMINISTRATOR,
    }
    url = reverse("admin:registry_user_change", args=[administrator.pk])

    answer = client.post(url, typed)

    assert answer.status_code == 200
    administrator.refresh_from_db()
    assert administrator.is_active


def test_a_lone_administrator_is_helped_on_the_machine(administrator):
    give_app(administrator)
    said = StringIO()

    call_command("reset_second_factor", administrator.email, reason=REASON, stdout=said)

    assert administrator.email in said.getvalue()
    assert not Authenticator.objects.exists()
    event = AuditEvent.objects.get(kind=AuditKind.FACTOR_RESET)
    assert (event.by, event.object_id) == (None, administrator.pk)
    with pytest.raises(CommandError):
        call_command("reset_second_factor", administrator.email, reason=REASON)
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody@test.example", reason=REASON)
