"""One change to many records: what was chosen, what is typed, what would change.

Nothing is written here. The admin shows the preview and hands each record to
the one action that edits.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registry import rules
from registry.enums import RecordStatus
from registry.errors import NotAllowed, NotVisible, RecordError, StaleVersion
from registry.models import Record, User
from registry.thai.fields import ThaiTextField
from registry.wording import FieldChange, Wording, key_of

SALT = "registry.bulk_edit"
#: Seconds a choice of records keeps: an afternoon at the desk.
KEEPS = 4 * 60 * 60
#: Before the name of a field: the box that empties it.
CLEAR = "clear_"


# --- What was chosen --------------------------------------------------------------


@dataclass(frozen=True)
class Selection:
    """Records as they were when they were chosen: version by primary key.

    ``back`` is the query of the list they were chosen from.
    """

    versions: Mapping[int, int]
    back: str = ""

    def seal(self, model: type[Record], user: User) -> str:
        """Return the selection as a text that only this person can hand back."""
        pairs = sorted(self.versions.items())
        return signing.dumps(
            [pairs, self.back], salt=salt_for(model, user), compress=True
        )

    @classmethod
    def open(cls, text: str, model: type[Record], user: User) -> "Selection":
        """Return the selection that was sealed.

        :raises signing.BadSignature: if it is another's, of other records, or too old.
        """
        found = signing.loads(text, salt=salt_for(model, user), max_age=KEEPS)
        pairs, back = found
        return cls(dict(map(tuple, pairs)), back)


def salt_for(model: type[Record], user: User) -> str:
    """Return what ties a sealed selection to one kind of record and one person."""
    return f"{SALT}:{model._meta.label_lower}:{user.pk}"


# --- What is typed ----------------------------------------------------------------


class BulkForm(forms.Form):
    """Values for some of the fields; what is left alone stays as it is."""

    reason = ThaiTextField(
        label=_("reason for the change"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        columns: Mapping[models.Field, forms.Field],
        needs_reason: bool,
        **kwargs: Any,
    ) -> None:
        """Offer ``columns`` with the form fields that go with them."""
        super().__init__(*args, **kwargs)
        self.columns = {column.name: column for column in columns}
        offered: dict[str, forms.Field] = {}
        for column, field in columns.items():
            offered[column.name] = left_alone(field)
            if column.blank:
                offered[CLEAR + column.name] = forms.BooleanField(
                    label=_("Empty this field"), required=False
                )
        self.fields = offered | self.fields
        self.fields["reason"].required = needs_reason
        if needs_reason:
            self.fields["reason"].help_text = _(
                "Some of them are published: history shows why they were changed."
            )

    def pairs(self) -> Iterator[tuple[BoundField, BoundField | None]]:
        """Yield each field with the box that empties it, if it may be empty."""
        for name in self.columns:
            has_box = CLEAR + name in self.fields
            yield self[name], self[CLEAR + name] if has_box else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.columns:
            if cleaned.get(CLEAR + name) and cleaned.get(name) not in (None, ""):
                self.add_error(name, _("Give a value or empty the field, not both."))
        if not self.errors and not self.values():
            raise ValidationError(_("Choose what is to be changed."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return the new values by column; those left alone are not in it."""
        found: dict[str, Any] = {}
        for name, column in self.columns.items():
            value = self.cleaned_data.get(name)
            if self.cleaned_data.get(CLEAR + name):
                found[name] = None if column.null else ""
            elif value not in (None, ""):
                found[name] = value
        return found

    def hidden(self) -> Iterator[str]:
        """Yield what was typed as hidden inputs, for the page that asks once more."""
        for bound in self:
            yield bound.as_hidden()


def left_alone(field: forms.Field) -> forms.Field:
    """Return a form field whose empty value means "leave it as it is"."""
    said = _("Leave as it is")
    field.required = False
    field.initial = None
    field.help_text = ""
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = said
    elif isinstance(field, forms.ChoiceField):
        known: Any = field.choices
        field.choices = [("", said), *((k, label) for k, label in known if k != "")]
    else:
        field.widget.attrs["placeholder"] = said
    return field


# --- What would change ------------------------------------------------------------


@dataclass(frozen=True)
class RowPreview:
    """One record and what would change in it."""

    row: Any
    values: Mapping[str, Any]
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Preview:
    """What a bulk edit would do, and to which records it would not be done."""

    changing: tuple[RowPreview, ...]
    unchanged: tuple[Any, ...]
    refused: tuple[tuple[str, str | Promise], ...]


def preview(
    selection: Selection,
    rows: Iterable[Record],
    form: BulkForm,
    *,
    by: User,
    wording: Wording,
) -> Preview:
    """Compare each chosen record with the values of a valid ``form``.

    ``rows`` are those of the selection that ``by`` still sees. One query for
    each table that keys point at.
    """
    values = form.values()
    found = {row.pk: row for row in rows}
    wording = wording.knowing(
        key
        for name in values
        for row in found.values()
        for value in (row, values)
        for key in key_of(form.columns[name], kept(value, form.columns[name]))
    )
    changing: list[RowPreview] = []
    unchanged: list[Record] = []
    refused: list[tuple[str, str | Promise]] = []
    for pk, version in selection.versions.items():
        row = found.get(pk)
        refusal = refusal_of(row, version, by)
        if refusal is not None or row is None:
            refused.append((str(row or f"#{pk}"), str(refusal)))
            continue
        different = {
            name: value
            for name, value in values.items()
            if kept(row, form.columns[name]) != kept(values, form.columns[name])
        }
        if different:
            fields = tuple(
                wording.change(
                    form.columns[name],
                    kept(row, form.columns[name]),
                    kept(values, form.columns[name]),
                )
                for name in different
            )
            changing.append(RowPreview(row, different, fields))
        else:
            unchanged.append(row)
    return Preview(tuple(changing), tuple(unchanged), tuple(refused))


def kept(source: Any, column: models.Field) -> Any:
    """Return what a row keeps, or would with the values typed; keys as keys."""
    if not isinstance(source, Mapping):
        return getattr(source, column.attname)
    value = source[column.name]
    return value.pk if isinstance(value, models.Model) else value


def refusal_of(row: Record | None, version: int, by: User) -> RecordError | None:
    """Return why a record would be kept back; None if it would not."""
    if row is None:
        return NotVisible()
    if row.version != version:
        return StaleVersion(_("Someone else changed this record after you chose it."))
    if not rules.allowed("edit", by, row):
        return NotAllowed()
    return None


def needs_reason(rows: Iterable[Record]) -> bool:
    """Tell whether the public reads one of the records already."""
    return any(row.status == RecordStatus.PUBLISHED for row in rows)
