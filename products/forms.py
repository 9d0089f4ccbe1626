"""What staff type about products, their photos, marks and stars."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from products.enums import OtopType, Section
from products.models import Certificate, Mark, StarRating, stars_for
from registry.forms import (
    ChildForm,
    ChildFormSet,
    KeptForm,
    PictureField,
    kept_picture,
)
from registry.pictures import (
    MAX_BYTES,
    PictureRefused,
    take_picture,
)
from registry.storages import content_name, private_storage
from registry.thai.identifiers import normalise_number

#: Photos of one product (safety.md, limits).
MOST_PHOTOS = 12
MONTH_NAMES = (
    *(_("January"), _("February"), _("March"), _("April"), _("May"), _("June")),
    *(_("July"), _("August"), _("September"), _("October"), _("November")),
    _("December"),
)
#: Column of a rating → the section of the round its points belong to.
SECTIONS = {
    "score_product": Section.PRODUCT,
    "score_market": Section.MARKET,
    "score_quality": Section.QUALITY,
}


# --- Products ---------------------------------------------------------------------


class MonthsField(forms.TypedMultipleChoiceField):
    """Months of the year as boxes to tick, kept as twelve bits."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "months"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=list(enumerate(MONTH_NAMES, start=1)),
            coerce=int,
            required=False,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return [str(month) for month in range(1, 13) if value >> (month - 1) & 1]
        return value

    def clean(self, value: Any) -> int:
        return sum(1 << (month - 1) for month in super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class ProductForm(KeptForm):
    """A product of one producer."""

    season = MonthsField(
        label=_("season"),
        help_text=_("Months in which it is made or sold; none means all year."),
    )


# --- Photos -----------------------------------------------------------------------


class PhotoForm(ChildForm):
    """A photo; the picture is looked at before anything is kept."""

    APART = ChildForm.APART | {"upload"}

    upload = PictureField(label=_("picture file"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].required = self.instance.pk is None

    def derived(self) -> Mapping[str, Any]:
        """Return the stored picture."""
        picture = self.cleaned_data.get("upload")
        return {"picture": kept_picture(picture)} if picture else {}


class PhotoFormSet(ChildFormSet):
    """Photos of a product, of which exactly one is the main one."""

    def clean(self) -> None:
        super().clean()
        left: list[Any] = [
            form
            for form in self.forms
            if form not in self.deleted_forms
            and (form.instance.pk is not None or form.has_changed())
            and hasattr(form, "cleaned_data")
        ]
        if len(left) > MOST_PHOTOS:
            raise ValidationError(
                _("A product has at most %(count)d photos."),
                params={"count": MOST_PHOTOS},
            )
        ticked = [form for form in left if form.cleaned_data.get("is_main")]
        # Who ticks another photo means that one, and need not untick the old.
        fresh = [form for form in ticked if "is_main" in form.changed_data]
        main = (fresh or ticked or left)[:1]
        if len(fresh) > 1:
            raise ValidationError(_("A product has one main photo."))
        for form in left:
            form.is_the_main = [form] == main
            form.instance.is_main = form.is_the_main

    def _values(self, form: Any) -> dict[str, Any]:
        found = super()._values(form)
        found.pop("is_main", None)
        if form.is_the_main != form.initial.get("is_main"):
            found["is_main"] = form.is_the_main
        return found

    def child_changes(self) -> Any:
        """Return the changes; the photo that was main stops being it first.

        The database allows one at a time.
        """
        found = super().child_changes()
        stops_first = sorted(
            found.changed.items(), key=lambda item: bool(item[1].get("is_main"))
        )
        return type(found)(
            added=found.added,
            changed=dict(stops_first),
            removed=found.removed,
            order=found.order,
        )


# --- Certificates -----------------------------------------------------------------


class ProofField(forms.FileField):
    """A PDF or a picture of a certificate; its content decides which."""

    widget = forms.FileInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": "application/pdf,image/jpeg,image/png,image/webp,image/avif"}

    def clean(self, data: Any, initial: Any = None) -> tuple[str, bytes, str] | None:
        """Return ending, bytes and the name it came under."""
        upload = super().clean(data, None)
        if not upload:
            return None
        if upload.size > MAX_BYTES:
            raise ValidationError(_("The file is too large; at most 10 MB, please."))
        upload.seek(0)
        content = upload.read()
        if content.startswith(b"%PDF-"):
            return "pdf", content, upload.name[-150:]
        try:
            picture = take_picture(upload)
        except PictureRefused as refusal:
            raise ValidationError(
                _("This is neither a PDF nor a picture we can read.")
            ) from refusal
        sized = [each for each in picture.variants if each.use.isdigit()]
        largest = max(sized, key=lambda each: (int(each.use), each.format == "webp"))
        return largest.format, largest.data, upload.name[-150:]


class CertificateForm(ChildForm):
    """A certificate; its number is compared with the mark's pattern."""

    APART = ChildForm.APART | {"upload"}

    upload = ProofField(
        label=_("proof"),
        required=False,
        help_text=_("PDF or picture, at most 10 MB. Only staff can open it."),
    )

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
            ending, content, name = proof
            stored = content_name("certificates", content, ending)
            shelf = private_storage()
            if not shelf.exists(stored):
                shelf.save(stored, ContentFile(content))
            found |= {"file": stored, "file_name": name}
        if "checked_on" in self.changed_data:
            found["checked_by"] = self.user if self.cleaned_data["checked_on"] else None
        return found


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


# --- Stars ------------------------------------------------------------------------


class StarRatingForm(ChildForm):
    """A result; total and stars follow from the points of the sections."""

    class Meta:
        model = StarRating
        fields = ("round", *SECTIONS, "total", "stars")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["total"].help_text = _("Added up where all sections are known.")
        self.fields["stars"].help_text = _(
            "Follow from the total; type them only where no points are known."
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_maxima(cleaned)
        points = [cleaned.get(name) for name in SECTIONS]
        known = [each for each in points if each is not None]
        if len(known) == len(SECTIONS):
            cleaned["total"] = sum(known, Decimal(0))
        total = cleaned.get("total")
        if total is not None and total < 0:
            self.add_error("total", MinValueValidator(0).message % {"limit_value": 0})
        elif total is not None and total <= 100:
            cleaned["stars"] = stars_for(total)
        elif total is not None:
            self.add_error("total", _("The sections add up to more than 100 points."))
        elif cleaned.get("stars") is None and "stars" not in self.errors:
            self.add_error("stars", _("Type the points or, if unknown, the stars."))
        return cleaned

    def _check_maxima(self, cleaned: dict[str, Any]) -> None:
        """Hold each section against what the round gives goods of the type."""
        round_, otop_type = cleaned.get("round"), self.parent.otop_type
        if round_ is None or not otop_type:
            return
        most: dict[str, Decimal] = defaultdict(Decimal)
        for criterion in round_.criteria.filter(otop_type=otop_type):
            most[criterion.section] += criterion.maximum
        for name, section in SECTIONS.items():
            points = cleaned.get(name)
            if points is not None and section in most and points > most[section]:
                self.add_error(
                    name,
                    _now("This round gives at most %(most)s points here.")
                    % {"most": f"{most[section].normalize():f}"},
                )

    def derived(self) -> Mapping[str, Any]:
        """Return total and stars, if they are new."""
        return {
            name: self.cleaned_data.get(name)
            for name in ("total", "stars")
            if self.cleaned_data.get(name) != self.initial.get(name)
        }


class CriterionFormSet(ChildFormSet):
    """Most points of a round; those of a type make 100 once all sections are there."""

    def clean(self) -> None:
        super().clean()
        most: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for typed in self._typed():
            most[typed["otop_type"]][typed["section"]] += typed["maximum"]
        for otop_type, sections in most.items():
            total = sum(sections.values(), Decimal(0))
            if len(sections) == len(Section) and total != 100:
                raise ValidationError(
                    _("The points for “%(type)s” make %(total)s, not 100."),
                    params={
                        "type": OtopType(otop_type).label,
                        "total": f"{total.normalize():f}",
                    },
                )

    def _typed(self) -> Iterable[dict[str, Any]]:
        """Yield what each form that stays says, if it says everything."""
        for form in self.forms:
            typed = getattr(form, "cleaned_data", {})
            if form in self.deleted_forms or not typed.get("otop_type"):
                continue
            if typed.get("section") and typed.get("maximum") is not None:
                yield typed
