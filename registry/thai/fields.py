"""Form fields for what people type in Thai: text, days, years."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.forms.widgets import Script
from django.utils.translation import gettext_lazy as _

from registry.thai.dates import DateError, format_date, parse_date, parse_year
from registry.thai.text import clean_line, clean_text

refuse_null = ProhibitNullCharactersValidator()


class ThaiCharField(forms.CharField):
    """A line of text, cleaned before it is measured, compared and kept."""

    def to_python(self, value: Any) -> str | None:
        if value not in self.empty_values:
            text = str(value)
            # Cleaning would drop it, but nobody sends one by accident.
            refuse_null(text)
            value = self.cleaned(text)
        return super().to_python(value)

    def cleaned(self, text: str) -> str:
        """Return ``text`` as it is kept."""
        return clean_line(text)


class ThaiTextField(ThaiCharField):
    """A text of several lines, cleaned; its line breaks stay."""

    widget = forms.Textarea

    def cleaned(self, text: str) -> str:
        return clean_text(text)


class BEDateInput(forms.DateInput):
    """A day as day/month/year of the Buddhist era, with a calendar where scripts run.

    One format in both languages: staff type what stands on the paper.
    """

    class Media:
        css = {"all": ["css/be-date.css"]}
        js = [Script("js/be-date.js", defer=True)]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        given = {"inputmode": "numeric", "autocomplete": "off", "data-be-date": True}
        super().__init__(given | (attrs or {}))

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, date):
            return format_date(value, "numeric", "th")
        return str(value) if value else None


class BEDateField(forms.DateField):
    """A day, in any of the ways :func:`registry.thai.dates.parse_date` reads."""

    widget = BEDateInput

    def __init__(self, *, help_text: Any = "", **kwargs: Any) -> None:
        hint = _("Day/month/year of the Buddhist era, such as 15/03/2555.")
        super().__init__(help_text=help_text or hint, **kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return parse_date(str(value))
        except DateError as error:
            raise ValidationError(str(error), code="invalid") from error


class BEYearField(forms.IntegerField):
    """A year of the Buddhist era, in four digits of either script."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return parse_year(value)
        except DateError as error:
            raise ValidationError(str(error), code="invalid") from error

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        return attrs | {"inputmode": "numeric", "autocomplete": "off"}
