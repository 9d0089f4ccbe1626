"""What a reviewer picks when two records are made one."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from registry.errors import StaleVersion
from registry.merging import Choice, Comparison, Side
from registry.models import Record
from registry.thai.fields import ThaiTextField

SIDES = ("left", "right")


class ReasonForm(forms.Form):
    """Why a merge is done or undone."""

    reason = ThaiTextField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("History keeps it with both records."),
    )


@dataclass(frozen=True)
class Row:
    """A choice with its two buttons."""

    choice: Choice
    bound: forms.BoundField
    sides: tuple[tuple[Any, Side], ...]


class MergeForm(ReasonForm):
    """Which code survives, and from which record each part is taken."""

    left_version = forms.IntegerField(widget=forms.HiddenInput)
    right_version = forms.IntegerField(widget=forms.HiddenInput)
    survivor = forms.ChoiceField(
        label=_("Which code survives?"), widget=forms.RadioSelect
    )
    field_order = ("survivor",)

    def __init__(self, comparison: Comparison, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.comparison = comparison
        left, right = comparison.left, comparison.right
        for name, row in (("left", left), ("right", right)):
            self.fields[f"{name}_version"].initial = row.version
        survivor: Any = self.fields["survivor"]
        survivor.choices = [("left", left.code), ("right", right.code)]
        survivor.initial = "left"
        for choice in comparison.choices:
            self.fields[self._name(choice)] = forms.ChoiceField(
                label=choice.label,
                choices=survivor.choices,
                initial=choice.suggested,
                widget=forms.RadioSelect,
            )
        self.is_stale = self._compare_anew()

    @staticmethod
    def _name(choice: Choice) -> str:
        return f"pick_{choice.part.name}"

    @property
    def rows(self) -> Iterator[Row]:
        """Yield the choices with their buttons."""
        for choice in self.comparison.choices:
            bound = self[self._name(choice)]
            sides = tuple(
                zip(bound.subwidgets, (choice.left, choice.right), strict=True)
            )
            yield Row(choice, bound, sides)

    def _compare_anew(self) -> bool:
        """Tell whether either record changed since the person compared them.

        Then take the versions that are shown now; what was picked stays picked.
        """
        shown = {
            self.add_prefix(f"{name}_version"): str(
                getattr(self.comparison, name).version
            )
            for name in SIDES
        }
        if not self.is_bound or not any(
            self.data.get(name, "").isdecimal() and self.data[name] != version
            for name, version in shown.items()
        ):
            return False
        data: Any = self.data
        data = data.copy()
        for choice in self.comparison.choices:
            data.setdefault(self._name(choice), choice.suggested)
        for name, version in shown.items():
            data[name] = version
        self.data = data
        return True

    def clean(self) -> dict[str, Any]:
        if self.is_stale:
            raise ValidationError(str(StaleVersion()))
        return self.cleaned_data

    @property
    def kept(self) -> Record:
        """Return the record whose code survives."""
        is_left = self.cleaned_data["survivor"] == "left"
        return self.comparison.left if is_left else self.comparison.right

    @property
    def gone(self) -> Record:
        """Return the other record."""
        is_left = self.cleaned_data["survivor"] == "left"
        return self.comparison.right if is_left else self.comparison.left

    @property
    def versions(self) -> tuple[int, int]:
        """Return the versions that were compared: of the kept one, of the other."""
        found = tuple(self.cleaned_data[f"{side}_version"] for side in SIDES)
        return found if self.cleaned_data["survivor"] == "left" else found[::-1]

    @property
    def taken(self) -> Collection[str]:
        """Return the parts that are taken from the record that goes."""
        return {
            choice.part.name
            for choice in self.comparison.choices
            if self.cleaned_data[self._name(choice)] != self.cleaned_data["survivor"]
        }
