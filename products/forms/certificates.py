"""Certificates, and the marks they prove."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from products.enums import MarkScope
from products.models import Certificate, Mark
from registry.enums import Role
from registry.files import private_url
from registry.forms import ChildForm, KeptForm, PaperField, house_field
from registry.thai.identifiers import normalise_number

#: Who looks whether a certificate is true.
CHECKERS = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})


class CertificateForm(ChildForm):
    """A certificate; its number is compared with the mark's pattern."""

    APART = ChildForm.APART | {"upload"}

    #: Marks given to the other kind of holder only.
    not_given_to: ClassVar[MarkScope | None] = None

    upload = PaperField(label=_("proof"), required=False)

    class Meta:
        model = Certificate
        fields = (
            "mark",
            "number",
            "standard_number",
            "issued_on",
            "expires_on",
            "checked_on",
        )
        formfield_callback = house_field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.user.role not in CHECKERS:
            self.fields.pop("checked_on", None)
        if self.not_given_to is not None:
            marks: Any = self.fields["mark"]
            given = Mark.objects.exclude(given_to=self.not_given_to)
            marks.queryset = given.in_order()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        mark, number = cleaned.get("mark"), cleaned.get("number")
        if mark and number and not fits(mark, number):
            said = _now(
                "The number “%(number)s” does not look like one of %(mark)s, such as "
                "%(example)s."
            ) % {
                "number": number,
                "mark": mark.abbreviation,
                "example": mark.example or mark.pattern,
            }
            if mark.pattern_is_firm:
                self.add_error("number", said)
            elif {"mark", "number"} & set(self.changed_data):
                self.warnings.append(said)
        return cleaned

    def derived(self) -> Mapping[str, Any]:
        """Return the stored proof, and who checked it."""
        found: dict[str, Any] = {}
        if proof := self.cleaned_data.get("upload"):
            found |= proof.kept
        if "checked_on" in self.changed_data:
            found["checked_by"] = self.user if self.cleaned_data["checked_on"] else None
        elif "checked_on" not in self.fields and self._voids_the_check():
            found |= {"checked_on": None, "checked_by": None}
        return found

    @property
    def kept_url(self) -> str:
        """Return the address of the kept proof; empty where there is none."""
        name = self.instance.file
        return private_url(self.instance, name) if name and self.instance.pk else ""

    def _voids_the_check(self) -> bool:
        """Tell whether what was checked is no longer what stands there."""
        return self.instance.checked_on is not None and self.has_changed()


class ProductCertificateForm(CertificateForm):
    """A certificate of a product."""

    not_given_to = MarkScope.MEMBER


class MemberCertificateForm(CertificateForm):
    """A certificate of a producer or its premises."""

    not_given_to = MarkScope.PRODUCT


def fits(mark: Mark, number: str) -> bool:
    """Tell whether ``number`` has the shape of the mark's numbers."""
    if not mark.pattern:
        return True
    return (
        re.fullmatch(mark.pattern, normalise_number(number), re.IGNORECASE) is not None
    )


class MarkForm(KeptForm):
    """A mark; a new one gets the next free place in the catalogue's set."""

    def clean_pattern(self) -> str:
        pattern: str = self.cleaned_data["pattern"]
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValidationError(_("This pattern cannot be read.")) from error
        return pattern

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.instance.pk is None and free_bit() is None:
            self.add_error(None, _("There is no room for another mark."))
        return cleaned

    def derived(self) -> Mapping[str, Any]:
        """Return the place of a new mark."""
        return {} if self.instance.pk is not None else {"bit": free_bit()}


def free_bit() -> int | None:
    """Return the lowest place no mark has; None if all 63 are taken. One query."""
    taken = set(Mark.objects.values_list("bit", flat=True))
    return next((bit for bit in range(63) if bit not in taken), None)
