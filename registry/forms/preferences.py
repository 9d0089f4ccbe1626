"""What a person chooses about the mails they get."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.enums import Role
from registry.models import User
from registry.models.people import LANGUAGES

#: Who finds work that waits in the portal, so that a mail a day can tell of it.
WORKERS = frozenset({Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR})
#: Who hands something in, so that somebody else decides on it.
SUBMITTERS = WORKERS | {Role.PRODUCER}


class MailForm(forms.Form):
    """Language and kinds of mails; only what the person's role can get is asked."""

    language = forms.ChoiceField(
        label=_("Language of mails"), choices=LANGUAGES, widget=forms.RadioSelect
    )
    wants_digest = forms.BooleanField(
        label=_("Mails about work that waits"),
        required=False,
        help_text=_(
            "At most one a day, on days when something waits. Officers are told of "
            "new enquiries sooner, at most once in 15 minutes."
        ),
    )
    wants_decisions = forms.BooleanField(
        label=_("A mail when something I submitted is decided"), required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Begin with what ``user`` has chosen."""
        kwargs["initial"] = {name: getattr(user, name) for name in self.base_fields}
        # A colon behind the sentence of a box would read oddly.
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        if user.role not in WORKERS:
            del self.fields["wants_digest"]
        if user.role not in SUBMITTERS:
            del self.fields["wants_decisions"]
