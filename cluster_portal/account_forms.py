"""allauth's forms with our limits: a code works once, and failures are counted."""

from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.fields import EmailField
from allauth.account.forms import AddEmailForm, ChangePasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter as factor_adapter
from allauth.mfa.app_settings import TOTP_PERIOD, TOTP_TOLERANCE
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from cluster_portal.accounts import count_failure, kept
from registry.auditing import note
from registry.enums import AuditKind
from registry.thai.numerals import to_arabic_digits
from registry.thai.text import clean_line

#: Seconds for which a code of the app would be right: its own step and those beside.
CODE_LIVES = TOTP_PERIOD * (2 * TOTP_TOLERANCE + 1)
LONGEST_NAME = 60
#: What a failure is recorded as.
SECOND = gettext_noop("Second factor")
#: What the parser of a made-up answer of a browser stumbles over.
GARBAGE = (AttributeError, KeyError, TypeError, ValueError)


class PasswordForm(ChangePasswordForm):
    """Changing the password; guessing the old one counts as guessing at sign-in."""

    def clean_oldpassword(self) -> str:
        typed: str = self.cleaned_data["oldpassword"]
        if not account_adapter().reauthenticate(self.user, typed):
            raise account_adapter().validation_error("enter_current_password")
        return typed


class Counted(forms.Form):
    """A proof of the second factor, whose failures are counted and recorded."""

    user: Any

    def proven(self, proof: str) -> Any:
        """Return what ``proof`` ("code") was cleaned to.

        :raises ValidationError: if it proves nothing, or nobody may try any more.
        """
        request = context.request
        try:
            attempt = count_failure(request)
            value = self.checked(proof)
        except ValidationError:
            note(
                request,
                AuditKind.SIGN_IN_FAILED,
                about=self.user,
                detail=kept(SECOND),
            )
            raise
        attempt.rollback()
        return value

    def checked(self, proof: str) -> Any:
        """Ask allauth, which counts failures against the account."""
        try:
            return getattr(super(), f"clean_{proof}")()
        except GARBAGE as garbage:
            raise factor_adapter().validation_error("incorrect_code") from garbage


def code_field(label: Any) -> forms.CharField:
    """Return the field for a code; a phone offers its digits, and codes by message."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, max_length=40, widget=widget)


class CodeOnce(Counted):
    """A code of the app: typed in any digits, right once."""

    code = code_field(_("Code from the app, or a recovery code"))

    def clean_code(self) -> str:
        """Check the code, and that nobody used it before."""
        typed = to_arabic_digits(self.cleaned_data["code"])
        self.cleaned_data["code"] = "".join(filter(str.isalnum, typed))
        return str(self.proven("code"))

    def checked(self, proof: str) -> Any:
        used = f"second-factor:{self.user.pk}:{self.cleaned_data['code']}"
        if cache.get(used):
            raise factor_adapter().validation_error("incorrect_code")
        code = super().checked(proof)
        # Of two that come at once, one is first to mark it.
        if not cache.add(used, True, timeout=CODE_LIVES):
            raise factor_adapter().validation_error("incorrect_code")
        return code


class CodeForm(CodeOnce, AuthenticateForm):
    """The code at sign-in."""


class CodeAgainForm(CodeOnce, ReauthenticateForm):
    """The code before something that needs a fresh proof."""


class FirstCodeForm(CodeOnce, ActivateTOTPForm):
    """The code that shows that the app was set up; it is no code to sign in with."""

    code = code_field(_("Code the app shows"))


class AddressForm(AddEmailForm):
    """The address to change to."""

    email = EmailField(label=_("New e-mail address"))


class KeyForm(Counted, AuthenticateWebAuthnForm):
    """The security key at sign-in."""

    def clean_credential(self) -> Any:
        """Check the key's answer."""
        return self.proven("credential")


class KeyAgainForm(Counted, ReauthenticateWebAuthnForm):
    """The security key before something that needs a fresh proof."""

    def clean_credential(self) -> Any:
        """Check the key's answer."""
        return self.proven("credential")


def name_field(**kwargs: Any) -> forms.CharField:
    """Return the field for the name of a key."""
    help_text = _("So that you can tell your keys apart: the blue key, my phone.")
    return forms.CharField(
        label=_("Name of the key"),
        max_length=LONGEST_NAME,
        help_text=help_text,
        **kwargs,
    )


class NewKeyForm(AddWebAuthnForm):
    """A new security key and its name."""

    name = name_field(required=False)

    def clean_name(self) -> str:
        """Return the name on one line, or one of ours where none was given."""
        self.cleaned_data["name"] = clean_line(self.cleaned_data["name"])
        return str(super().clean_name())

    def clean(self) -> dict[str, Any]:
        """Check the key's answer."""
        try:
            return dict(super().clean())
        except GARBAGE as garbage:
            raise factor_adapter().validation_error("incorrect_code") from garbage


class KeyNameForm(EditWebAuthnForm):
    """Another name for a key."""

    name = name_field()

    def clean_name(self) -> str:
        """Return the name on one line."""
        name = clean_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(self.fields["name"].error_messages["required"])
        return name
