"""Forms of kept rows and of what belongs to them: they read, they never save."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.models import BaseInlineFormSet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registry.actions import records
from registry.changes import ChildChanges
from registry.enums import RecordStatus
from registry.errors import NotReady, RecordError, as_field_errors
from registry.forms.fields import PickField, PickInput, UploadField
from registry.models import Kept, User
from registry.picks import Pick
from registry.thai.dates import format_date, format_datetime
from registry.thai.fields import ThaiTextField
from registry.uploads import Upload

NOTHING = "–"


@dataclass(frozen=True)
class Difference:
    """One field of which the register holds something else than was typed."""

    label: str | Promise
    now: str
    typed: str


class Typing(forms.ModelForm):
    """A form that tells what was typed instead of saving it."""

    #: Names of the form's own fields, which belong to no column.
    APART: ClassVar[frozenset[str]] = frozenset()
    #: Who types; the admin puts it on a subclass made for the request.
    user: ClassVar[User]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: What is worth a second look but was saved; shown after saving.
        self.warnings: list[str] = []
        for field in self.fields.values():
            if isinstance(field, UploadField) and hasattr(self, "user"):
                field.typed_by(self.user)

    def full_clean(self) -> None:
        """Clean, and have the form shown again with the files that came with it."""
        super().full_clean()
        came = {
            name: upload
            for name, upload in getattr(self, "cleaned_data", {}).items()
            if isinstance(upload, Upload)
        }
        if not came:
            return
        data: Any = self.data.copy()  # type: ignore[attr-defined] # a QueryDict
        for name, upload in came.items():
            field: Any = self.fields[name]
            data[f"{self.add_prefix(name)}-kept"] = field.value_of(upload)
        self.data = data

    def derived(self) -> Mapping[str, Any]:
        """Return values of columns that follow from what was typed.

        Called once, when the form is valid: it may store files.
        """
        return {}

    def really_changed(self) -> list[str]:
        """Return the fields that mean something else: a row may be typed variously."""
        return [
            name
            for name in self.changed_data
            if not isinstance(self.fields[name], PickField)
            or name not in self.cleaned_data
            or getattr(self.cleaned_data[name], "pk", None) != self.initial.get(name)
        ]

    def changed_fields(self) -> dict[str, Any]:
        """Return the new values of columns, by name."""
        opts = self._meta.model._meta
        own = {field.name for field in (*opts.concrete_fields, *opts.many_to_many)}
        typed = {
            name: self._with_unseen(name)
            for name in self.really_changed()
            if name in own and name in self.cleaned_data
        }
        return typed | dict(self.derived())

    def _with_unseen(self, name: str) -> Any:
        """Return a value; of many rows, those the person cannot see stay in it."""
        value = self.cleaned_data[name]
        field: Any = self.fields[name]
        if isinstance(field, forms.ModelMultipleChoiceField):
            chosen_from: Any = field.queryset
            seen = chosen_from.values("pk")
            kept = getattr(self.instance, name).exclude(pk__in=seen)
            return [*value, *kept]
        return value

    def new_row(self) -> Any:
        """Return the clean unsaved row of an add form."""
        for name, value in self.derived().items():
            setattr(self.instance, name, value)
        return self.instance

    def differences(self) -> list[Difference]:
        """Return where what was typed differs from what the register holds."""
        return [
            Difference(
                self[name].label,
                as_read(self.fields[name], self[name].initial),
                as_read(self.fields[name], self._typed(name)),
            )
            for name in self.really_changed()
            if name not in self.APART
        ]

    def _typed(self, name: str) -> Any:
        """Return what was typed: as it was understood, or else as it came."""
        if name in self.cleaned_data:
            return self.cleaned_data[name]
        bound = self[name]
        return self.fields[name].bound_data(bound.data, bound.initial)


def as_read(field: forms.Field, value: Any) -> str:
    """Return ``value`` of a form field as people read it."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(field, forms.ModelMultipleChoiceField):
        return ", ".join(map(str, value))
    if isinstance(field, forms.ModelChoiceField):
        return str(
            field.prepare_value(value) if isinstance(field, PickField) else value
        )
    if isinstance(value, bool):
        return _now("Yes") if value else _now("No")
    if isinstance(value, datetime.date):
        return format_date(value, "numeric")
    if isinstance(field, forms.ChoiceField):
        given = value if isinstance(value, list | tuple) else [value]
        choices: Any = field.choices
        labels = {str(key): str(label) for key, label in choices}
        return ", ".join(labels.get(str(each), str(each)) for each in given)
    return str(value)


class KeptForm(Typing):
    """The form of a kept row: one-time key when new, locked and compared when not."""

    APART = frozenset({"version", "form_key", "reason"})

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = ThaiTextField(
        label=_("reason for the change"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("This record is published: history shows why it was changed."),
    )

    #: What an action said to the same form a moment ago.
    refusal: ClassVar[RecordError | None] = None
    #: The row as someone else left it, if that happened after this form was opened.
    newer: Kept | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["version"]
            self.initial.setdefault("form_key", uuid.uuid4())
        else:
            del self.fields["form_key"]
            self.initial["version"] = self.instance.version
        if not asks_for_reason(self.instance):
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if isinstance(self.refusal, NotReady):
            for name, sentences in as_field_errors(self.refusal).items():
                self.add_error(name if name in self.fields else None, sentences)
        elif self.refusal is not None:
            self.add_error(None, str(self.refusal))
        elif self.instance.pk is not None:
            self._claim(cleaned.get("version"))
        return cleaned

    def _claim(self, version: int | None) -> None:
        """Lock the row until the end of the request, and see that it is still the same.

        When it is not, the form takes on the version it now shows beside what
        was typed: sent again, it is accepted.

        :raises NotVisible: if the row is gone.
        """
        fresh = records.lock(self.instance, by=self.user)
        if fresh.version == version:
            return
        self.newer = fresh
        data: Any = self.data.copy()  # type: ignore[attr-defined] # a QueryDict
        data[self.add_prefix("version")] = fresh.version
        self.data = data
        self.add_error(None, stale_sentence(fresh))

    def chosen_many(self) -> dict[str, Any]:
        """Return the rows chosen for each many-to-many field of a new row."""
        names = {field.name for field in self._meta.model._meta.many_to_many}
        return {name: self.cleaned_data[name] for name in names & self.fields.keys()}


def asks_for_reason(row: Any) -> bool:
    """Tell whether a change of ``row`` must say why: the public reads it already."""
    return row.pk is not None and getattr(row, "status", "") == RecordStatus.PUBLISHED


def stale_sentence(fresh: Kept) -> str:
    """Return who changed a row and when. One query if the person is not loaded."""
    return _now(
        "%(name)s changed this record on %(when)s while you were working on it. "
        "Nothing was overwritten: compare below what stands there now with what you "
        "typed, correct it if need be, and save again."
    ) % {
        "name": fresh.updated_by or _now("The register itself"),
        "when": format_datetime(fresh.updated_at),
    }


class ChildForm(Typing):
    """The form of a row that belongs to a kept one."""

    APART = frozenset({"id", "DELETE", "position"})

    #: The row it belongs to, with what was typed of it; set by the formset.
    parent: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].required = False
            if self.instance.pk is None:
                self.initial["position"] = None

    def add_as_gone(self) -> None:
        """Say, instead of "invalid choice", that someone else removed the row."""
        name = self._meta.model._meta.pk.name
        if name in self.fields:
            self.fields[name].error_messages["invalid_choice"] = _(
                "Someone else removed this line. Tick “Delete” to let it go."
            )


class ChildFormSet(BaseInlineFormSet):
    """Forms of what belongs to a row; tells what happened to them, saves nothing."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if isinstance(form, ChildForm):
            form.parent = self.instance
            form.add_as_gone()

    @property
    def related_name(self) -> str:
        """Return the name by which the parent knows these rows ("contacts")."""
        name: str = self.fk.remote_field.get_accessor_name()
        return name

    def child_changes(self) -> ChildChanges:
        """Return what was added, changed, removed and moved."""
        deleted = self.deleted_forms
        kept = [
            form
            for form in self.initial_forms
            if form.instance.pk is not None and form not in deleted
        ]
        new: list[Any] = [
            form
            for form in self.extra_forms
            if form.has_changed() and form not in deleted
        ]
        changed = {form.instance.pk: self._values(form) for form in kept}
        added = tuple(form.new_row() for form in new)
        return ChildChanges(
            added=added,
            changed={pk: values for pk, values in changed.items() if values},
            removed=frozenset(
                form.instance.pk for form in deleted if form.instance.pk is not None
            ),
            order=self._order(kept, new),
        )

    def _values(self, form: Any) -> dict[str, Any]:
        values: dict[str, Any] = form.changed_fields()
        values.pop("position", None)
        return values

    def _order(self, kept: list[Any], new: list[Any]) -> list[int]:
        """Return the rows in the order that was typed, if it is another one.

        A row without a number goes to the end.
        """
        if "position" not in self.form.base_fields:
            return []
        rows = [(form, form.instance.pk) for form in kept]
        rows += [(form, -1 - index) for index, form in enumerate(new)]

        def place(row: tuple[Any, int]) -> tuple[bool, int]:
            typed = row[0].cleaned_data.get("position")
            return typed is None, typed or 0

        wanted = sorted(rows, key=place)
        for index, (form, _number) in enumerate(wanted):
            if form.instance.pk is None:
                form.instance.position = index
        order = [number for _form, number in wanted]
        return order if new or order != [number for _form, number in rows] else []


class PickedFields(Typing):
    """A form whose long keys are chosen by typing, from what the person may choose.

    It stands before the form it adds to in the list of bases.
    """

    #: Field → what is chosen there.
    PICKS: ClassVar[Mapping[str, Pick]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.PICKS.keys() & self.fields.keys():
            self.fields[name] = self._picked(self.fields[name], self.PICKS[name])

    def _picked(self, field: Any, pick: Pick) -> PickField:
        address = reverse("workspace:suggest", args=[pick.name])
        return PickField(
            pick.rows(self.user),
            find=pick.find,
            label_of=pick.label,
            label=field.label,
            required=field.required,
            help_text=field.help_text
            or _("Type a part of the name, then choose. The code alone is enough."),
            widget=PickInput(attrs={"data-pick": address, "autocomplete": "off"}),
        )


class NoteForm(forms.Form):
    """Why a record is returned or withdrawn."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    note = ThaiTextField(
        label=_("reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Whoever keeps the record reads this, and history keeps it."),
    )
