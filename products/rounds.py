"""Which round of the selection a list of results is of, asked beside the list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from products.models import StarRound


def round_field() -> forms.TypedChoiceField:
    """Return the question which round a list of results is of. One query."""
    years = StarRound.objects.order_by("-year").values_list("year", flat=True)
    return forms.TypedChoiceField(
        label=_("Round of the selection (B.E.)"),
        help_text=_("Choose it if no column of the file says the year."),
        choices=[("", _("As the file says")), *((year, str(year)) for year in years)],
        coerce=int,
        empty_value=None,
        required=False,
    )
