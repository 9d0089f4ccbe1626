"""What visitors type on the portal's own pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.thai.text import clean_line, clean_text


class MessageForm(forms.Form):
    """A report of wrong information, or a question to who runs the register."""

    page = forms.CharField(
        label=_("Page or code it is about"),
        max_length=300,
        required=False,
        help_text=_("For example 42-P-00128, or the address of the page."),
    )
    text = forms.CharField(
        label=_("What is wrong, or what would you like to know?"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    reply_to = forms.EmailField(
        label=_("Your e-mail, if you would like an answer"),
        required=False,
        help_text=_("Used for the answer only, and never shown."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    #: People do not see this field; programs that fill in everything do.
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def clean_page(self) -> str:
        """Tidy what may have been pasted."""
        return clean_line(self.cleaned_data["page"])

    def clean_text(self) -> str:
        """Tidy what may have been pasted."""
        return clean_text(self.cleaned_data["text"])

    @property
    def is_from_a_program(self) -> bool:
        """Tell whether the hidden field was filled in."""
        return bool(self.cleaned_data.get("website"))
