"""Why memberships end."""

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.thai.fields import ThaiCharField


class EndingForm(forms.Form):
    """The reason that is kept with each membership that ends, and mailed."""

    reason = ThaiCharField(
        label=_("Reason for leaving"),
        max_length=250,
        help_text=_("The agencies read it in their mail, and history keeps it."),
        error_messages={"required": _("Please say why the memberships end.")},
    )
