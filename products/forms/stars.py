"""Stars of products, and the points they follow from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from products.enums import OtopType, Section
from products.models import StarRating, stars_for
from registry.forms import ChildForm, ChildFormSet

#: Column of a rating → the section of the round its points belong to.
SECTIONS = {
    "score_product": Section.PRODUCT,
    "score_market": Section.MARKET,
    "score_quality": Section.QUALITY,
}


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
