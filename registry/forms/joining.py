"""What an agency types to join, what its reviewers answer, and who is invited."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registry.enums import AgencyKind
from registry.forms.fields import ProofField
from registry.join_steps import CONSENT_WORDING, Step
from registry.known_agencies import Known
from registry.models import Agency, JoinRequest, Province, User
from registry.thai.fields import ThaiCharField, ThaiTextField
from registry.thai.phones import grouped, read_phones
from registry.uploads import kept_proof

#: What stands for "no single province" in the box of provinces.
COUNTRY = "country"


class PhoneField(ThaiCharField):
    """A Thai telephone number, kept as it is read: "042-811-234 #12"."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        reading = read_phones(text)
        if len(reading.phones) != 1 or reading.rest:
            raise ValidationError(
                _("Type one Thai telephone number, such as 042-811-234.")
            )
        phone = reading.phones[0]
        extension = f" #{phone.extension}" if phone.extension else ""
        return f"{grouped(phone.e164)}{extension}"


class EmailField(forms.EmailField):
    """An address in lower case, as sign-in compares them."""

    widget = forms.EmailInput(attrs={"autocomplete": "email"})

    def __init__(self, **kwargs: Any) -> None:
        # As the columns have it; a form that is none of a model does not know them.
        super().__init__(**{"max_length": 254, **kwargs})

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).lower()


# --- The applicant ----------------------------------------------------------------


class StartForm(forms.Form):
    """The button that begins a request, with a trap for programs."""

    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    @property
    def is_from_a_program(self) -> bool:
        """Tell whether the hidden field was filled in."""
        return not self.is_valid() or bool(self.cleaned_data["website"])


class StepForm(forms.Form):
    """One step of a request; it tells what to keep and saves nothing."""

    step: ClassVar[Step]

    def __init__(self, *args: Any, asked: JoinRequest, **kwargs: Any) -> None:
        self.asked = asked
        # The colon after a label would end the sentence of a box to tick.
        kwargs |= {"initial": self.initial_of(asked), "label_suffix": ""}
        super().__init__(*args, **kwargs)

    def initial_of(self, asked: JoinRequest) -> dict[str, Any]:
        """Return what the boxes show at first."""
        return {name: getattr(asked, name, "") for name in self.base_fields}

    def kept(self) -> dict[str, Any]:
        """Return the columns that follow from what was typed and understood."""
        return dict(self.cleaned_data)

    def is_merely_incomplete(self) -> bool:
        """Tell whether nothing is wrong but that something is still missing."""
        faults = self.errors.as_data().values()
        return all(fault.code == "required" for each in faults for fault in each)


class AgencyStep(StepForm):
    """The agency; the Thai name offers those the register knows."""

    step = Step.AGENCY

    kind = forms.ChoiceField(
        label=_("Kind of agency"), choices=[("", "–"), *AgencyKind.choices]
    )
    name_th = ThaiCharField(
        label=_("Thai name of the agency"),
        max_length=250,
        help_text=_(
            "In full, such as “สำนักงานพัฒนาชุมชนจังหวัดเลย”. If the register knows it "
            "already, it is offered below while you type."
        ),
    )
    name_en = ThaiCharField(
        label=_("English name of the agency"), max_length=250, required=False
    )
    abbreviation_th = ThaiCharField(
        label=_("Thai abbreviation"), max_length=40, required=False
    )
    abbreviation_en = ThaiCharField(
        label=_("English abbreviation"), max_length=40, required=False
    )
    place = forms.ChoiceField(
        label=_("Province"),
        help_text=_(
            "Its reviewers decide on your request. If you work in several provinces, "
            "choose the one of your office; the others can be added later."
        ),
    )
    website = forms.URLField(
        label=_("Website"),
        required=False,
        max_length=200,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place: Any = self.fields["place"]
        provinces = Province.objects.order_by(
            "name_en" if get_language() == "en" else "sort_key"
        )
        place.choices = [
            ("", "–"),
            (COUNTRY, _("The whole country")),
            *((each.code, each.name) for each in provinces),
        ]
        for name in ("name_th", "abbreviation_th"):
            self.fields[name].widget.attrs |= {
                "autocomplete": "off",
                "hx-get": reverse("joining:suggestions"),
                "hx-trigger": "input changed delay:400ms",
                "hx-target": "#known",
                "hx-sync": "this:replace",
            }

    def initial_of(self, asked: JoinRequest) -> dict[str, Any]:
        place = COUNTRY if asked.is_national else asked.province_id
        return super().initial_of(asked) | {"place": place}

    def kept(self) -> dict[str, Any]:
        found = super().kept()
        if "place" in found:
            place = found.pop("place")
            found["is_national"] = place == COUNTRY
            found["province_id"] = place if place not in {"", COUNTRY} else None
        return found


class PersonStep(StepForm):
    """The person who asks; the first officer once the agency has joined."""

    step = Step.PERSON

    person_th = ThaiCharField(
        label=_("Your name in Thai"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    person_en = ThaiCharField(
        label=_("Your name in English"), max_length=150, required=False
    )
    post = ThaiCharField(
        label=_("Post"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    email = EmailField(
        label=_("Work e-mail"),
        help_text=_("A mail with a link goes there, to confirm that it is yours."),
    )
    phone = PhoneField(
        label=_("Work telephone"),
        max_length=60,
        help_text=_("For questions about the request, such as 042-811-234 #12."),
    )


class ProofStep(StepForm):
    """The letter of the agency; one that came before stays if none is sent."""

    step = Step.PROOF

    upload = ProofField(
        label=_("Letter of the agency"),
        help_text=_("PDF or picture, at most 10 MB."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].required = not self.asked.file

    def initial_of(self, asked: JoinRequest) -> dict[str, Any]:
        return {}

    def kept(self) -> dict[str, Any]:
        """Return what is kept of the letter, once it is stored."""
        upload = self.cleaned_data.get("upload")
        return kept_proof("joining", upload) if upload else {}


class ConsentStep(StepForm):
    """The consent: a box nobody ticked before."""

    step = Step.CONSENT

    consents = forms.BooleanField(
        label=_("I have read this and agree that my data is kept and used in this way.")
    )

    def initial_of(self, asked: JoinRequest) -> dict[str, Any]:
        agreed = asked.consented_at and asked.consent_wording == CONSENT_WORDING
        return {"consents": bool(agreed)}

    def kept(self) -> dict[str, Any]:
        return {}


STEP_FORMS: dict[Step, type[StepForm]] = {
    form.step: form for form in (AgencyStep, PersonStep, ProofStep, ConsentStep)
}


# --- The decision -----------------------------------------------------------------


class DecisionForm(forms.Form):
    """What a reviewer says about a request, and which agency it is."""

    NEW = "new"

    version = forms.IntegerField(widget=forms.HiddenInput)
    agency = forms.ChoiceField(label=_("Which agency is it?"), widget=forms.RadioSelect)
    note = ThaiTextField(
        label=_("Note to the applicant"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Needed to ask back or refuse: say what is to be mended, or why not."
        ),
    )

    def __init__(
        self, *args: Any, asked: JoinRequest, offered: list[Known], **kwargs: Any
    ) -> None:
        chosen = str(asked.agency_id or self.NEW)
        kwargs["initial"] = {"version": asked.version, "agency": chosen}
        super().__init__(*args, **kwargs)
        known = {str(each.pk): each.name for each in offered}
        if asked.agency:
            known = {str(asked.agency_id): asked.agency.name, **known}
        choices: Any = self.fields["agency"]
        choices.choices = [
            *known.items(),
            (self.NEW, _("None of these: a new agency, as typed")),
        ]
        if not known:
            del self.fields["agency"]

    def chosen(self) -> dict[str, Any]:
        """Return the agency the reviewer chose, as the action takes it."""
        picked = self.cleaned_data.get("agency")
        if not picked:
            return {}
        if picked == self.NEW:
            return {"is_new": True}
        return {"agency": Agency.objects.filter(pk=picked).first()}


# --- Invitations ------------------------------------------------------------------


class InviteForm(forms.Form):
    """Who is invited: the address, and the name as far as it is known."""

    email = EmailField(label=_("E-mail"))
    name_th = ThaiCharField(
        label=_("Name in Thai"),
        max_length=150,
        required=False,
        help_text=_("The person can correct it when opening the account."),
    )


class AcceptForm(forms.Form):
    """What a person types to open an account: a name and a password."""

    name_th = ThaiCharField(
        label=_("Your name in Thai"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    name_en = ThaiCharField(
        label=_("Your name in English"), max_length=150, required=False
    )
    post = ThaiCharField(
        label=_("Post"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        help_text=_("At least 12 characters, and not one that others use often."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Password, once more"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        names = ("name_th", "name_en", "post")
        kwargs["initial"] = {name: getattr(user, name) for name in names}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        password, again = cleaned.get("password"), cleaned.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords are not the same."))
        if password:
            for name in ("name_th", "name_en"):
                setattr(self.user, name, cleaned.get(name) or "")
            try:
                validate_password(password, self.user)
            except ValidationError as weak:
                self.add_error("password", weak)
        return cleaned
