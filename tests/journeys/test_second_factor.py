"""A reviewer sets up the second factor, and signs in with it: by app, by key."""

import time
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.urls import reverse
from playwright.sync_api import expect

from registry.models.portal import forget_installation
from tests.factories.registry import PASSWORD
from tests.journeys.axe import faults_of
from tests.journeys.words import english_words

TOTP_WORDS = {"Google", "Microsoft", "Authenticator", "Chrome", "Linux", "QR"}


@pytest.fixture(autouse=True)
def asked(settings):
    """Ask for a second factor, as an installation does by default."""
    settings.REQUIRE_MFA = True
    forget_installation()
    yield
    forget_installation()


@pytest.fixture
def keys(page):
    """Plug in a key that answers by itself."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": False,
                "hasUserVerification": False,
                "isUserVerified": False,
                "automaticPresenceSimulation": True,
            }
        },
    )


def code(secret, step=0):
    """Return what the app shows now, or so many steps later."""
    counter = int(time.time()) // 30 + step
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def type_password(page, user):
    page.get_by_label("อีเมล").fill(user.email)
    page.get_by_label("รหัสผ่าน", exact=True).fill(PASSWORD)
    press(page, "เข้าสู่ระบบ")


def prove(page):
    """Type the password once more, where the page asks."""
    expect(page.get_by_role("heading", level=1)).to_have_text("โปรดยืนยันตัวตนอีกครั้ง")
    page.get_by_label("รหัสผ่าน", exact=True).fill(PASSWORD)
    press(page, "ดำเนินการต่อ")


def set_up_app_and_sign_in_with_it(page, live_server, user):
    """Go towards work, set an app up on the way, leave, and come back with a code."""
    page.goto(f"{live_server.url}/reports/")
    type_password(page, user)
    expect(page.get_by_role("heading", level=1)).to_have_text("การยืนยันตัวตนสองขั้นตอน")
    assert not english_words(page) - TOTP_WORDS
    page.get_by_role("link", name="ตั้งค่าแอป").click()
    prove(page)

    page.get_by_text("กรอกรหัสลับแทน").click()
    secret = "".join(page.locator(".secret").inner_text().split())
    page.get_by_label("รหัสที่แอปแสดง").fill("000000")
    press(page, "เปิดใช้")
    expect(page.get_by_role("alert")).to_contain_text("รหัสไม่ถูกต้อง")
    page.get_by_label("รหัสที่แอปแสดง").fill(code(secret))
    press(page, "เปิดใช้")
    expect(page.get_by_role("heading", level=1)).to_have_text("รหัสกู้คืน")
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="ดำเนินการต่อ").click()
    page.wait_for_url(f"{live_server.url}/reports/")

    page.goto(f"{live_server.url}{reverse('account_logout')}")
    page.locator("main").get_by_role("button", name="ออกจากระบบ").click()
    page.goto(f"{live_server.url}/reports/")
    type_password(page, user)
    page.get_by_label("รหัสจากแอป หรือรหัสกู้คืน").fill(code(secret, 1))
    press(page, "เข้าสู่ระบบ")
    page.wait_for_url(f"{live_server.url}/reports/")


def test_an_app_is_set_up_on_the_way_to_work_and_used(
    page, live_server, reviewer, strict
):
    set_up_app_and_sign_in_with_it(page, live_server, reviewer)

    kinds = set(Authenticator.objects.values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}


def test_the_same_without_scripts(new_context, live_server, reviewer):
    page = new_context(java_script_enabled=False).new_page()

    set_up_app_and_sign_in_with_it(page, live_server, reviewer)
    page.goto(f"{live_server.url}{reverse('mfa_list_webauthn')}")

    expect(page.get_by_text("ปิดการทำงานของสคริปต์ไว้")).to_be_visible()
    expect(page.get_by_role("link", name="เพิ่มกุญแจความปลอดภัย")).to_be_hidden()


def test_a_security_key_is_added_and_opens_the_account(
    page, keys, live_server, reviewer, strict
):
    page.goto(f"{live_server.url}{reverse('mfa_index')}")
    type_password(page, reviewer)
    page.get_by_role("link", name="เพิ่มกุญแจความปลอดภัย").click()
    prove(page)
    page.get_by_label("ชื่อกุญแจ").fill("กุญแจสีน้ำเงิน")
    press(page, "เพิ่มกุญแจ")
    expect(page.get_by_role("heading", level=1)).to_have_text("รหัสกู้คืน")
    key = Authenticator.objects.get(type="webauthn")
    assert str(key) == "กุญแจสีน้ำเงิน"
    host = urlsplit(live_server.url).hostname
    assert host == "localhost"

    page.goto(f"{live_server.url}{reverse('account_logout')}")
    page.locator("main").get_by_role("button", name="ออกจากระบบ").click()
    page.goto(f"{live_server.url}/reports/")
    type_password(page, reviewer)
    press(page, "ใช้กุญแจความปลอดภัย")
    page.wait_for_url(f"{live_server.url}/reports/")

    page.goto(f"{live_server.url}{reverse('mfa_list_webauthn')}")
    expect(page.get_by_text("ใช้ล่าสุดเมื่อ")).to_be_visible()
    page.get_by_role("link", name="เปลี่ยนชื่อ").click()
    prove(page)
    page.get_by_label("ชื่อกุญแจ").fill("กุญแจสีแดง")
    press(page, "บันทึก")
    page.get_by_role("link", name="ลบ").click()
    expect(page.locator("main")).to_contain_text("“กุญแจสีแดง”")
    press(page, "ลบ")
    expect(page.locator("main")).to_contain_text("ยังไม่มี")
    assert not Authenticator.objects.exists()


def test_a_key_that_does_not_answer_is_told_in_words(
    page, keys, live_server, reviewer, strict
):
    page.goto(f"{live_server.url}{reverse('mfa_index')}")
    type_password(page, reviewer)
    page.get_by_role("link", name="เพิ่มกุญแจความปลอดภัย").click()
    prove(page)
    # What a browser says when the person closes its window.
    page.evaluate(
        "() => { navigator.credentials.create = () =>"
        " Promise.reject(new DOMException('closed', 'NotAllowedError')); }"
    )

    press(page, "เพิ่มกุญแจ")

    expect(page.get_by_role("alert")).to_contain_text("กุญแจความปลอดภัยไม่ตอบสนอง")


def test_a_browser_without_keys_is_not_offered_them(page, live_server, reviewer):
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(f"{live_server.url}{reverse('mfa_index')}")
    type_password(page, reviewer)

    expect(page.get_by_text("เบราว์เซอร์นี้ใช้กุญแจความปลอดภัยไม่ได้")).to_be_visible()
    expect(page.get_by_role("link", name="เพิ่มกุญแจความปลอดภัย")).to_be_hidden()


# --- With axe, in both languages ----------------------------------------------------

VISITOR = (
    *("account_login", "account_reset_password", "account_reset_password_done"),
    *("account_inactive", "account_signup", "account_email_verification_sent"),
)
OWN = (
    *("account_overview", "account_change_password", "account_email"),
    *("account_devices", "account_logout", "account_reauthenticate"),
    *("mfa_index", "mfa_reauthenticate", "mfa_list_webauthn"),
)
PROTECTED = (
    *("mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
    *("mfa_deactivate_totp", "mfa_add_webauthn"),
)


def looked(page, live_server, names):
    return [
        fault
        for name in names
        for fault in faults_of(page, live_server.url + reverse(name))
    ]


def test_pages_for_visitors_are_sound(page, live_server, strict):
    page.set_default_timeout(15_000)
    assert looked(page, live_server, VISITOR) == []
    bad_link = reverse("account_reset_password_from_key", args=["1", "none"])
    assert faults_of(page, live_server.url + bad_link) == []
    bad_key = reverse("account_confirm_email", args=["MQ:abc"])
    assert faults_of(page, live_server.url + bad_key) == []


def test_pages_of_ones_own_account_are_sound(page, live_server, reviewer, strict):
    page.set_default_timeout(15_000)
    page.goto(f"{live_server.url}{reverse('mfa_index')}")
    type_password(page, reviewer)
    page.wait_for_load_state()
    assert looked(page, live_server, ["account_overview", "mfa_index"]) == []
    totp.TOTP.activate(reviewer, totp.generate_totp_secret())
    RecoveryCodes.activate(reviewer)
    assert looked(page, live_server, OWN) == []

    page.goto(f"{live_server.url}{reverse('account_reauthenticate')}")
    prove(page)
    assert looked(page, live_server, PROTECTED) == []
    Authenticator.objects.filter(type="totp").delete()
    assert looked(page, live_server, ["mfa_activate_totp"]) == []
