"""What people choose of a spreadsheet that comes in: the file, its columns."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registry.importing.kinds import SheetColumn
from registry.importing.opening import missing

#: Letters of Excel's columns.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COLUMN = "column-"


class SheetForm(forms.Form):
    """The file; whether it is a good one, the gate says."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "An Excel workbook (.xlsx) or a CSV file, up to 10 MB and 20,000 rows. "
            "The first sheet that has rows is read."
        ),
        allow_empty_file=True,
        error_messages={"required": _("Please choose a file.")},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(
        self, *args: Any, questions: Mapping[str, forms.Field], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        self.fields |= questions

    def answers(self) -> Mapping[str, Any]:
        """Return what was answered beside the file; nothing of what was left open."""
        given = {name: self.cleaned_data.get(name) for name in self.questions}
        return {name: value for name, value in given.items() if value}


def letter(index: int) -> str:
    """Return what Excel calls a column, counted from 0 (26 is "AA")."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, len(LETTERS))
        name = LETTERS[rest] + name
    return name


class ColumnsForm(forms.Form):
    """What each column of a file is.

    ``headings`` are those of the row that is taken for the heading, by column from 0;
    empty where none stands.
    """

    heading_row = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    remember = forms.BooleanField(
        label=_("Remember this for files of this shape"), required=False, initial=True
    )

    def __init__(
        self,
        *args: Any,
        columns: Sequence[SheetColumn],
        headings: Mapping[int, str],
        answered: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        self.columns, self.answered = columns, answered
        choices = [
            ("", _("Not imported")),
            *((each.key, capfirst(str(each.title))) for each in columns),
        ]
        for index, heading in headings.items():
            said = heading or _now("Column %(letter)s") % {"letter": letter(index)}
            self.fields[f"{COLUMN}{index}"] = forms.ChoiceField(
                label=said, choices=choices, required=False
            )

    def bound_columns(self) -> list[forms.BoundField]:
        """Return the fields of the file's columns, in their order."""
        return [self[name] for name in self.fields if name.startswith(COLUMN)]

    def missing(self) -> list[SheetColumn]:
        """Return the needed columns that nothing in the form is."""
        keys = {str(each.value() or "") for each in self.bound_columns()}
        return missing(self.columns, {*keys, *self.answered})

    def clean(self) -> dict[str, Any]:
        """Refuse two columns that are the same thing, and a needed one that none is."""
        titles = {each.key: str(each.title) for each in self.columns}
        taken: dict[str, str] = {}
        for name in self._names():
            key = self.cleaned_data.get(name, "")
            if key and key in taken:
                self.add_error(
                    name,
                    _now("“%(title)s” was chosen for “%(other)s” already.")
                    % {"title": titles[key], "other": taken[key]},
                )
            elif key:
                taken[key] = str(self.fields[name].label)
        for each in missing(self.columns, {*taken, *self.answered}):
            said = _now("Please say which column is “%(title)s”.")
            self.add_error(None, said % {"title": each.title})
        return self.cleaned_data

    def _names(self) -> list[str]:
        return [name for name in self.fields if name.startswith(COLUMN)]

    def chosen(self) -> Mapping[str, int]:
        """Return the column of each thing, from 0."""
        return {
            self.cleaned_data[name]: int(name.removeprefix(COLUMN))
            for name in self._names()
            if self.cleaned_data[name]
        }
