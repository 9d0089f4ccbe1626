"""How producers are reached, where they sell, and what they signed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.enums import PERSONAL_KINDS, WEB_KINDS, ContactKind
from members.models import Contact, Outlet, SignedConsent
from registry.files import private_url
from registry.forms import ChildForm, PaperField, house_field
from registry.thai.phones import grouped, read_phones

#: The wording of consent that people read today; see the privacy page.
CONSENT_WORDING = "1"
PHONE_KINDS = frozenset({ContactKind.MOBILE, ContactKind.PHONE})


class ContactForm(ChildForm):
    """A way to reach a member; who records a consent is noted by itself."""

    class Meta:
        model = Contact
        fields = (
            "kind",
            "value",
            "extension",
            "is_personal",
            "consented_on",
            "consent_wording",
            "consent_withdrawn_on",
            "position",
        )
        formfield_callback = house_field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.kind in PHONE_KINDS:
            self.initial["value"] = grouped(self.instance.value)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind, value = cleaned.get("kind"), cleaned.get("value")
        if kind in PERSONAL_KINDS:
            cleaned["is_personal"] = True
        if cleaned.get("consented_on") and not cleaned.get("consent_wording"):
            cleaned["consent_wording"] = CONSENT_WORDING
        if kind and value and "value" in self.changed_data:
            try:
                cleaned |= as_contact(kind, value)
            except ValidationError as error:
                self.add_error("value", error)
        return cleaned

    def derived(self) -> Mapping[str, Any]:
        """Return what was corrected, and who recorded the consent."""
        cleaned = self.cleaned_data
        found: dict[str, Any] = {
            name: cleaned[name]
            for name in ("is_personal", "consent_wording", "extension")
            if name in cleaned and cleaned[name] != self.initial.get(name)
        }
        if "consented_on" in self.changed_data:
            found["consent_by"] = self.user if cleaned["consented_on"] else None
        return found


EMAIL = EmailValidator()


def as_contact(kind: str, value: str) -> dict[str, str]:
    """Return a contact as it is kept: telephone numbers in E.164, links whole.

    :raises ValidationError: if it is no such contact.
    """
    if kind in PHONE_KINDS:
        reading = read_phones(value)
        if len(reading.phones) != 1 or reading.rest:
            raise ValidationError(
                _("Type one Thai telephone number, such as 042-811-234.")
            )
        phone = reading.phones[0]
        found = {"value": phone.e164}
        return found | ({"extension": phone.extension} if phone.extension else {})
    if kind == ContactKind.EMAIL:
        EMAIL(value)
    if kind in WEB_KINDS:
        value = value if "://" in value else f"https://{value}"
        URLValidator(schemes=["http", "https"])(value)
    return {"value": value}


class ProducerContactForm(ContactForm):
    """A producer's own way to be reached: whoever types it may agree to it."""

    APART = ContactForm.APART | {"agrees"}

    agrees = forms.BooleanField(
        label=_("I agree that everybody may read this on the producer’s page."),
        required=False,
    )

    class Meta:
        model = Contact
        fields = ("kind", "value", "extension", "position")
        formfield_callback = house_field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial["agrees"] = self.instance.is_public

    def derived(self) -> Mapping[str, Any]:
        """Return the consent that was given or taken back, with its day."""
        found = dict(super().derived())
        if "agrees" not in self.changed_data:
            return found
        today = timezone.localdate()
        if self.cleaned_data["agrees"]:
            return found | {
                "consented_on": today,
                "consent_wording": CONSENT_WORDING,
                "consent_by": self.user,
                "consent_withdrawn_on": None,
            }
        # What names nobody was public without consent; now it waits for one.
        found["is_personal"] = True
        if self.instance.consented_on:
            found["consent_withdrawn_on"] = today
        return found


class OutletForm(ChildForm):
    """A place where the goods are sold."""

    class Meta:
        model = Outlet
        fields = (
            "name_th",
            "name_en",
            "address_th",
            "address_en",
            "hours_th",
            "hours_en",
            "latitude",
            "longitude",
            "position",
        )
        formfield_callback = house_field

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        north, east = cleaned.get("latitude"), cleaned.get("longitude")
        if (north is None) != (east is None) and not {"latitude", "longitude"} & set(
            self.errors
        ):
            self.add_error("latitude", _("Give both latitude and longitude."))
        return cleaned


class SignedConsentForm(ChildForm):
    """A paper on which a producer without e-mail let an office enter the record."""

    APART = ChildForm.APART | {"upload"}

    upload = PaperField(
        label=_("signed paper, scanned"),
        help_text=_(
            "PDF or picture, at most 10 MB. Only your agency and the reviewers can "
            "open it."
        ),
    )

    class Meta:
        model = SignedConsent
        fields = ("person", "signed_on", "wording")
        formfield_callback = house_field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].required = not self.instance.file
        self.fields["wording"].required = False
        self.fields["wording"].help_text = _now(
            "Printed at the foot of the paper; empty for today’s, %(version)s."
        ) % {"version": CONSENT_WORDING}

    @property
    def kept_url(self) -> str:
        """Return the address of the kept scan; empty where there is none."""
        name = self.instance.file
        return private_url(self.instance, name) if name and self.instance.pk else ""

    def clean_signed_on(self) -> Any:
        day = self.cleaned_data["signed_on"]
        if day and day > timezone.localdate() + timedelta(days=1):
            raise ValidationError(_("This day is still to come."))
        return day

    def clean_wording(self) -> str:
        return self.cleaned_data["wording"] or self.initial.get(
            "wording", CONSENT_WORDING
        )

    def derived(self) -> Mapping[str, Any]:
        """Return the stored scan, and who recorded it."""
        found: dict[str, Any] = {}
        if self.cleaned_data.get("wording") != self.initial.get("wording"):
            found["wording"] = self.cleaned_data["wording"]
        scan = self.cleaned_data.get("upload")
        if scan:
            found |= scan.kept
        if scan or self.instance.pk is None:
            found["recorded_by"] = self.user
        return found
