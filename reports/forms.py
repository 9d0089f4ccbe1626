"""What a person says to keep a report, or to get it each month."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.enums import SheetFormat
from registry.thai.fields import ThaiCharField
from reports.base import Report


class SaveForm(forms.Form):
    """The title a report is kept under; the filters come along unseen."""

    title = ThaiCharField(
        label=_("Title of the saved report"),
        max_length=120,
        help_text=_("What you will know it by, for example “Five stars, Dan Sai”."),
    )
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4_000)


class MonthlyForm(forms.Form):
    """The form in which a report comes each month."""

    format = forms.ChoiceField(label=_("File"))

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        """Offer the files the report is taken away as."""
        super().__init__(*args, **kwargs)
        offered = [(each.value, SheetFormat(each).label) for each in report.formats]
        choice = self.fields["format"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - for the types
        choice.choices = offered
