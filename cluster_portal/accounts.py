"""How allauth behaves here: who comes in, what is recorded, how mails read."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from registry import acts
from registry.auditing import note
from registry.devices import device_name
from registry.enums import AuditKind
from registry.letters import address_of, send_letter
from registry.models import User
from registry.second_factor import is_missing_for
from registry.sessions import begin

#: How a second factor is called where it is recorded.
FACTOR_NAMES = {
    Authenticator.Type.TOTP: gettext_noop("Authenticator app"),
    Authenticator.Type.WEBAUTHN: gettext_noop("Security key"),
    Authenticator.Type.RECOVERY_CODES: gettext_noop("Recovery code"),
}
APP = FACTOR_NAMES[Authenticator.Type.TOTP]
KEY = FACTOR_NAMES[Authenticator.Type.WEBAUTHN]
CODES = gettext_noop("New recovery codes")
BY_MAIL = gettext_noop("By mail")
TOO_MANY = gettext_noop("Too many attempts")
CONFIRMED = gettext_noop("New e-mail address confirmed by its owner")
#: What is recorded when the mail about it goes out: its template tells the event.
EVENTS = {
    "mfa/email/totp_activated": (AuditKind.FACTOR_ADDED, APP),
    "mfa/email/totp_deactivated": (AuditKind.FACTOR_REMOVED, APP),
    "mfa/email/webauthn_added": (AuditKind.FACTOR_ADDED, KEY),
    "mfa/email/webauthn_removed": (AuditKind.FACTOR_REMOVED, KEY),
    "mfa/email/recovery_codes_generated": (AuditKind.FACTOR_ADDED, CODES),
    "account/email/password_changed": (AuditKind.PASSWORD, ""),
    "account/email/password_set": (AuditKind.PASSWORD, ""),
    "account/email/password_reset": (AuditKind.PASSWORD, BY_MAIL),
}


def kept(text: str) -> str:
    """Return a text of ours in the language in which the register is kept."""
    with translation.override(settings.LANGUAGE_CODE):
        return gettext(text) if text else ""


def count_failure(request: HttpRequest) -> ratelimit.RateLimitUsage:
    """Count an attempt against the visitor's network address, or refuse it.

    Whoever succeeds takes it back; allauth counts against the account itself.
    """
    usage = ratelimit.consume(request, app="allauth.account", action="failed_here")
    if usage is None:
        raise AccountAdapter(request).validation_error("too_many_login_attempts")
    return usage


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: agencies ask to join, staff are invited."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": gettext_lazy(
            "Too many failed attempts. Please wait 30 minutes before you try again."
        ),
        "rate_limited": gettext_lazy(
            "Too many failed attempts. Please wait 30 minutes before you try again."
        ),
        "enter_current_password": gettext_lazy("This is not your current password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep the open sign-up closed."""
        return False

    # --- Signing in and out ---------------------------------------------------------

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Check a password; record what fails, and count it where it came from."""
        try:
            attempt = count_failure(request)
            user: User | None = super().authenticate(request, **credentials)
        except ValidationError:
            self._note_failure(request, credentials, kept(TOO_MANY))
            raise
        if user is not None:
            attempt.rollback()
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record a wrong password, or an address that leads to no account."""
        self._note_failure(request, credentials)

    def _note_failure(
        self, request: HttpRequest, credentials: dict[str, Any], detail: str = ""
    ) -> None:
        typed = str(credentials.get("email", "")).lower()
        user = User.objects.filter(email=typed).first()
        note(
            request,
            AuditKind.SIGN_IN_FAILED,
            about=user,
            who="" if user else typed,
            detail=detail,
        )

    def _get_login_attempts_cache_key(
        self, request: HttpRequest, **credentials: Any
    ) -> str:
        """Count by the account alone: a visitor chooses the host, and its port."""
        return f"sign-in:{str(credentials.get('email', '')).lower()}"

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, and let the limits of the sign-in run from now."""
        super().login(request, user)
        begin(request.session)
        used = request.session.get("account_authentication_methods", [])
        factors = [FACTOR_NAMES[each["type"]] for each in used if "type" in each]
        note(
            request, AuditKind.SIGN_IN, detail=", ".join(kept(name) for name in factors)
        )

    def logout(self, request: HttpRequest) -> None:
        """Sign out, and record it."""
        if request.user.is_authenticated:
            note(request, AuditKind.SIGN_OUT)
            UserSession.objects.filter(session_key=request.session.session_key).delete()
        super().logout(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead to the second factor first, where it is a must and missing."""
        if request.user.is_authenticated and is_missing_for(request.user):
            return reverse("mfa_index")
        return super().get_login_redirect_url(request)

    # --- Password and address -------------------------------------------------------

    def set_password(self, user: User, password: str) -> None:
        """Keep a new password; history leaves passwords out."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_overview")

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Make a confirmed address the person's own, remembered by history."""
        user = email_address.user
        others = User.objects.exclude(pk=user.pk)
        if others.filter(email__iexact=email_address.email).exists():
            self.add_message(
                request,
                messages.ERROR,
                "account/messages/email_confirmation_failed.txt",
                {"email": email_address.email},
            )
            return False
        with acts.act(by=user, reason=kept(CONFIRMED)):
            return bool(super().confirm_email(request, email_address))

    # --- Mails ----------------------------------------------------------------------

    def send_mail(self, template_prefix: str, email: str, context: Any) -> None:
        """Write a letter of ours, whose links open in the language of its reader."""
        user = context.get("user") or reader_of(email)
        language = user.language if user else translation.get_language()
        links = {
            name: public_link(value, language)
            for name, value in context.items()
            if name.endswith("_url")
        }
        said = {name: context.get(name) for name in ("ip", "timestamp")}
        send_letter(
            f"{template_prefix}.txt",
            to=email,
            language=language,
            user=user,
            browser=device_name(context.get("user_agent", "")),
            help_url=address_of("contact", language=language),
            **links,
            **said,
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the person what changed at their account, and record it."""
        kind, detail = EVENTS.get(template_prefix, (None, ""))
        if kind is not None:
            note(self.request, kind, about=user, by=user, detail=kept(detail))
        super().send_notification_mail(
            template_prefix, user, {"user": user} | (context or {}), email
        )


def reader_of(email: str) -> User | None:
    """Return whose account an address belongs to."""
    found = EmailAddress.objects.filter(email=email).select_related("user").first()
    return found.user if found else None


def public_link(url: str, language: str | None) -> str:
    """Return a link of a mail: at the portal's own address, in the reader's language.

    The address bar of whoever asked for the mail decides nothing.
    """
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return settings.SITE_URL + translate_url(path, language or settings.LANGUAGE_CODE)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: an app on the phone, or a security key."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "This code is not right, or was used already. Codes change every 30 "
            "seconds; please type the one shown now."
        ),
    }

    def get_totp_issuer(self) -> str:
        """Name the portal in the app: in Latin letters, which every app can show."""
        return f"Thai Souvenirs ({self._get_site_name()})"

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002
        """Suggest a name for a new key."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Security key %(number)d") % {"number": count + 1}


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Sessions that are ended from another device."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        """End them, and record each under the name of its device."""
        from allauth.core import context  # the request of the moment

        for each in sessions:
            note(
                context.request,
                AuditKind.SIGN_OUT,
                detail=device_name(each.user_agent),
            )
            each.end()


def too_many(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 429: who waits long enough gets in again."""
    answer = render(request, "429.html", status=429)
    answer["Retry-After"] = "1800"
    return answer
