"""What staff type about clusters and members."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.enums import PERSONAL_KINDS, WEB_KINDS, ContactKind
from members.models import Contact, Member
from registry.forms import ChildForm, KeptForm, PictureField, kept_picture
from registry.thai.fields import ThaiCharField
from registry.thai.identifiers import (
    digits_of,
    keyed_hash,
    last_four,
    valid_juristic,
    valid_pin,
)
from registry.thai.phones import grouped, read_phones
from registry.thai.text import fold

#: The wording of consent that people read today; see the privacy page.
CONSENT_WORDING = "1"
#: Members of the same name that are shown as possible duplicates.
SHOWN_DUPLICATES = 5
PHONE_KINDS = frozenset({ContactKind.MOBILE, ContactKind.PHONE})


class MemberForm(KeptForm):
    """A producer; the subdistrict names the district, and both the postcode."""

    APART = KeptForm.APART | {"leader_id", "portrait_upload", "is_different"}

    leader_id = ThaiCharField(
        label=_("leader’s identity number"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    portrait_upload = PictureField(label=_("new picture"), required=False)
    is_different = forms.BooleanField(
        label=_("It is a different producer; enter it all the same."), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Members that may be the same one.
        self.duplicates: list[Member] = []
        if "district" in self.fields:
            self.fields["district"].required = False
            self.fields["district"].help_text = _(
                "Follows from the subdistrict; type it where that is not known."
            )
        kept = self.instance.leader_id_last4
        self.fields["leader_id"].help_text = (
            _now(
                "Kept: a number that ends in %(last)s. A new one takes its place; "
                "nobody can read the whole of it again."
            )
            % {"last": kept}
            if kept
            else _("13 digits. Only the last four stay readable, for nobody but staff.")
        )

    def clean_leader_id(self) -> str:
        number: str = self.cleaned_data["leader_id"]
        if number and not valid_pin(number):
            raise ValidationError(
                _("This is not an identity number; please check its 13 digits.")
            )
        return number

    def clean_juristic_number(self) -> str:
        number: str = self.cleaned_data["juristic_number"]
        if number and not valid_juristic(number):
            raise ValidationError(
                _("This is not a juristic person’s number; please check its 13 digits.")
            )
        return digits_of(number)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._place(cleaned)
        if not cleaned.get("is_different") and not self.errors:
            self._look_for_duplicates(cleaned)
        return cleaned

    def _place(self, cleaned: dict[str, Any]) -> None:
        """Let the subdistrict name the district and, if it is new, the postcode."""
        subdistrict = cleaned.get("subdistrict")
        if subdistrict is None:
            if cleaned.get("district") is None and not {"district", "subdistrict"} & (
                self.errors.keys()
            ):
                self.add_error(
                    "subdistrict", _("Type the subdistrict or the district.")
                )
            return
        moved = (
            "district" in self.changed_data and "subdistrict" not in self.changed_data
        )
        if moved and cleaned.get("district") not in {None, subdistrict.district}:
            self.add_error(
                "subdistrict", _("The subdistrict lies in another district.")
            )
        cleaned["district"] = subdistrict.district
        if "subdistrict" in self.changed_data and "postcode" not in self.changed_data:
            cleaned["postcode"] = subdistrict.postcode

    def _look_for_duplicates(self, cleaned: dict[str, Any]) -> None:
        """Ask whether a member of the same folded name in the district is the same."""
        name, district = cleaned.get("name_th"), cleaned.get("district")
        asked = self.instance.pk is None or {
            "name_th",
            "subdistrict",
            "district",
        } & set(self.changed_data)
        if not (asked and name and district):
            return
        same = Member.objects.filter(district=district, name_fold=fold(name)[:300])
        others = same.visible_to(self.user).exclude(pk=self.instance.pk)
        self.duplicates = list(others.order_by("pk")[:SHOWN_DUPLICATES])
        if self.duplicates:
            self.add_error(
                None,
                _("A producer of this name is in this district already; see below."),
            )

    def derived(self) -> Mapping[str, Any]:
        """Return place, keyed identity number and the stored picture."""
        cleaned = self.cleaned_data
        found: dict[str, Any] = {}
        for name in ("district", "postcode"):
            value = cleaned.get(name)
            if getattr(value, "pk", value) != self.initial.get(name):
                found[name] = value
        if number := cleaned.get("leader_id"):
            found["leader_id_hash"] = keyed_hash("pin", number)
            found["leader_id_last4"] = last_four(number)
        if picture := cleaned.get("portrait_upload"):
            found["portrait"] = kept_picture(picture)
        return found


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
        EmailValidator()(value)
    if kind in WEB_KINDS:
        value = value if "://" in value else f"https://{value}"
        URLValidator(schemes=["http", "https"])(value)
    return {"value": value}
