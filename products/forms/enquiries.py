"""What visitors ask about goods, and what agencies answer."""

import uuid
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from products.actions.enquiries import Answer
from products.enums import EnquiryKind
from products.models import Enquiry, Product
from registry.thai.fields import BEDateField, ThaiCharField, ThaiTextField

SALT = "products.enquiry"
#: Seconds: nobody writes a message in fewer; a key is not good for ever.
FASTEST, OLDEST = 3, 24 * 60 * 60
MOST = 4_000
#: What only those say who want to buy.
FOR_BUYERS = ("quantity", "country", "wanted_on")


def seal(form_key: uuid.UUID) -> str:
    """Return the key of a form with the moment it was handed out, signed."""
    return signing.dumps((str(form_key), timezone.now().timestamp()), salt=SALT)


def opened(given: str) -> tuple[uuid.UUID, float] | None:
    """Return the key of a seal and its age in seconds; None if it is not ours."""
    try:
        key, moment = signing.loads(given, salt=SALT)
    except signing.BadSignature:
        return None
    return uuid.UUID(key), timezone.now().timestamp() - moment


class EnquiryForm(forms.ModelForm):
    """A message to who keeps a record. ``instance`` says what it is about.

    Programs are told from people by a field nobody sees and by the time between
    the form and its sending; no third party is asked.
    """

    kind = forms.ChoiceField(
        label=_("What is it about?"),
        choices=[(each.value, each.label) for each in reversed(EnquiryKind)],
        widget=forms.RadioSelect,
    )
    name = ThaiCharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail for the answer"),
        help_text=_("Used for the answer only, and never shown."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    quantity = ThaiCharField(
        label=_("Quantity"),
        max_length=100,
        required=False,
        help_text=_("For example 500 pieces a month."),
    )
    country = ThaiCharField(
        label=_("Country the goods go to"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "country-name"}),
    )
    wanted_on = BEDateField(
        label=_("Wanted by"),
        required=False,
        help_text=_("If there is a day by which you need the goods."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    text = ThaiTextField(
        label=_("Your message"),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    #: People do not see this field; programs that fill in everything do.
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    seal = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Enquiry
        fields = (
            "kind",
            "name",
            "email",
            "quantity",
            "country",
            "wanted_on",
            "text",
        )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        """Begin with a fresh key; ask nothing of sales where none is mediated."""
        # A copy, so that a key that is no longer good can be replaced.
        self.typed: Any = data.copy() if data is not None else None
        super().__init__(self.typed, **kwargs)
        self.form_key: uuid.UUID | None = None
        self.fields["seal"].initial = seal(uuid.uuid4())
        # An instance without a kind would clear the choice.
        self.initial["kind"] = EnquiryKind.COMMENT
        about = self.instance.about
        if isinstance(about, Product) and about.is_alcohol:
            for name in ("kind", *FOR_BUYERS):
                del self.fields[name]

    @property
    def for_buyers(self) -> list[forms.BoundField]:
        """Return the fields only buyers fill in."""
        return [self[name] for name in FOR_BUYERS if name in self.fields]

    @property
    def is_from_a_program(self) -> bool:
        """Tell whether the hidden field was filled in."""
        return bool(self.cleaned_data.get("website"))

    def clean_wanted_on(self) -> Any:
        """Refuse days that are over."""
        day = self.cleaned_data["wanted_on"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(_("This day is over."))
        return day

    def clean_seal(self) -> str:
        """Read the key, and how long ago the form was handed out."""
        given = str(self.cleaned_data["seal"])
        known = opened(given)
        self.form_key = known[0] if known else uuid.uuid4()
        if known is None or known[1] > OLDEST:
            # With the same key, if it was ours: what was sent stays sent once.
            self.typed["seal"] = seal(self.form_key)
            raise forms.ValidationError(
                _("The form was open for a long time. Please press “Send” once more.")
            )
        if known[1] < FASTEST:
            raise forms.ValidationError(
                _("That was very quick. Please press “Send” once more.")
            )
        return given

    def clean(self) -> dict[str, Any]:
        """Leave out what only buyers say where nobody buys."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kind", EnquiryKind.COMMENT) == EnquiryKind.COMMENT:
            cleaned["kind"] = EnquiryKind.COMMENT
            for name in FOR_BUYERS:
                self.errors.pop(name, None)
                cleaned[name] = None if name == "wanted_on" else ""
        return cleaned

    def enquiry(self, language: str) -> Enquiry:
        """Return the clean, unsaved enquiry."""
        found: Enquiry = self.instance
        found.kind = self.cleaned_data["kind"]
        found.language = language
        if self.form_key is not None:
            found.form_key = self.form_key
        return found


class AnswerForm(forms.Form):
    """An answer to who asked."""

    text = ThaiTextField(
        label=_("Your answer"),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "Sent by mail in the name of the agency. Private telephone numbers and "
            "addresses of the producer do not belong in it."
        ),
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        """Take what was typed; ``seen`` of it can be brought up to date."""
        self.typed: Any = data.copy() if data is not None else None
        super().__init__(self.typed, **kwargs)

    def bring_up_to_date(self, seen: int) -> None:
        """Let the next attempt count the answers that are shown now."""
        self.typed["seen"] = seen

    def answer(self) -> Answer:
        """Return what was typed."""
        return Answer(**self.cleaned_data)
