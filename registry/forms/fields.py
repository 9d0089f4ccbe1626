"""Fields of the register's forms: rows chosen by typing, pictures and proofs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registry.files import own_url
from registry.models import User
from registry.pictures import Picture, store
from registry.storages import private_storage
from registry.thai.fields import (
    BEDateField,
    BEYearField,
    ThaiCharField,
    ThaiTextField,
)
from registry.thai.text import clean_line
from registry.uploads import (
    Kind,
    Proof,
    Upload,
    UploadRefused,
    kept_proof,
    opened,
    read_proof,
    signed,
    take_upload,
)

__all__ = [
    "Given",
    "PaperField",
    "PickField",
    "PickInput",
    "PictureField",
    "Proof",
    "ProofField",
    "RowsField",
    "UploadField",
    "UploadInput",
    "house_field",
    "is_key",
    "is_year",
    "kept_picture",
    "kept_proof",
]

#: Suggestions a person gets to read when a text means several rows.
SHOWN_MATCHES = 5
#: No label is longer; SQLite gives up on a pattern of some ten thousand letters.
LONGEST_NAME = 500


class Typed(str):
    """What stands in the box, as opposed to the key of a row."""

    __slots__ = ()


class PickInput(forms.TextInput):
    """A box with suggestions: without scripts, a name or a code is enough."""

    template_name = "admin/widgets/pick.html"
    # Django's admin asks every widget of a key for them.
    choices = ()

    class Media:
        js = [forms.widgets.Script("js/admin-pick.js", defer=True)]


class PickField(forms.ModelChoiceField):
    """A row chosen by typing its name, or by its code in brackets.

    ``find`` searches ``queryset`` for a text; ``label_of`` gives the name of a
    row, after which its code is written: "กุดป่อง · เมืองเลย · เลย (420101)".
    """

    widget = PickInput

    def __init__(
        self,
        queryset: Any,
        *,
        find: Callable[[Any, str], Any],
        label_of: Callable[[Any], str],
        **kwargs: Any,
    ) -> None:
        self.find, self.label_of = find, label_of
        self.queryset: Any
        super().__init__(queryset, **kwargs)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what was typed, marked as such."""
        return None if data is None else Typed(data)

    def prepare_value(self, value: Any) -> Any:
        """Return what the box shows: a label. One query for a key."""
        if isinstance(value, Typed) or value in self.empty_values:
            return value
        if not isinstance(value, models.Model):
            value = self._row_at(value)
        return "" if value is None else self.label_of(value)

    def _row_at(self, key: Any) -> Any:
        """Return the row at a key; None for what an address may hold instead."""
        if not is_key(self.queryset.model, key):
            return None
        return self.queryset.filter(pk=key).first()

    def has_changed(self, initial: Any, data: Any) -> bool:
        if self.disabled:
            return False
        return clean_line(str(self.prepare_value(initial) or "")) != clean_line(
            str(data or "")
        )

    def _rows_meant(self, text: str) -> list[Any]:
        """Return the row of the code in a text, else the first that it finds."""
        code = text.rpartition("(")[2].rstrip(")").strip()
        found = list(self.queryset.filter(code__in={code, text})[:2])
        if len(found) == 1:
            return found
        return list(self.find(self.queryset, text)[: SHOWN_MATCHES + 1])

    def to_python(self, value: Any) -> Any:
        """Return the row that was typed: by its code, else by the only one found."""
        text = clean_line(str(value or ""))
        if not text:
            return None
        found = self._rows_meant(text) if len(text) <= LONGEST_NAME else []
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(
                _now("Nothing is called “%(text)s”. Type a part of the name.")
                % {"text": text[:60]},
                code="invalid_choice",
            )
        raise ValidationError(
            _now(
                "Several are called so. Choose one and type it with its code: %(names)s"
            )
            % {"names": "; ".join(map(self.label_of, found[:SHOWN_MATCHES]))},
            code="invalid_choice",
        )


class RowsField(forms.ModelMultipleChoiceField):
    """Rows chosen from a list; a key no column can hold is none of them."""

    def clean(self, value: Any) -> Any:
        offered: Any = self.queryset
        for key in value or ():
            if not is_key(offered.model, key):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": str(key)[:60]},
                )
        return super().clean(value)


def is_key(model: type[models.Model], text: Any) -> bool:
    """Tell whether ``text`` can be a primary key of ``model``.

    One that cannot, such as a number of more than 64 bits, is an error to the
    database and not merely a row that is not there.
    """
    try:
        model._meta.pk.clean(text, None)
    except ValidationError:
        return False
    return True


# --- Files ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """What came for a file: a new one, the value of one that came before, or both."""

    file: UploadedFile | None = None
    value: str = ""


class UploadInput(forms.FileInput):
    """A box for a file that shows, and keeps, the one that came with the form before.

    Beside the box stands a hidden field with the signed value, and one to tick by
    who changed their mind.
    """

    template_name = "registry/widgets/upload.html"
    #: For whom the kept file can be shown.
    user: User | None = None
    kind: Kind = "picture"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Given | None:
        file = files.get(name) if files else None
        value = "" if data.get(f"{name}-drop") else str(data.get(f"{name}-kept") or "")
        return Given(file, value) if file or value else None

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in (files or {}) and f"{name}-kept" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        if self.user is None:
            return context
        context["widget"]["attrs"]["data-upload-to"] = reverse("workspace:upload")
        if isinstance(value, Given) and value.value:
            context |= self._kept(value.value, self.user)
        return context

    def _kept(self, value: str, user: User) -> dict[str, Any]:
        """Return what shows a kept file; nothing for what is not the person's."""
        try:
            kept = opened(value, user, self.kind)
        except UploadRefused:
            return {}
        shown = own_url(user, kept.thumbnail) if kept.thumbnail else ""
        return {"kept": kept, "kept_value": value, "kept_url": shown}


class UploadField(forms.FileField):
    """A file that is looked at and stored when it comes, and not asked for twice.

    It cleans to an :class:`registry.uploads.Upload`. The form tells it who types
    (:class:`registry.forms.Typing`) and shows it again with the value it has now.
    """

    widget = UploadInput
    kind: Kind = "picture"
    accept = "image/jpeg,image/png,image/webp,image/avif"

    #: Who types; a signed value is that person's alone.
    user: User | None = None

    def typed_by(self, user: User) -> None:
        """Take values of ``user``, and show the person what they stand for."""
        self.user = user
        widget: Any = self.widget
        widget.user, widget.kind = user, self.kind

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": self.accept, "data-upload": self.kind}

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and data is not None

    def clean(self, data: Any, initial: Any = None) -> Upload | None:
        given = data if isinstance(data, Given) else Given(file=data)
        try:
            if given.value and given.file is None and self.user is not None:
                return opened(given.value, self.user, self.kind)
            file: UploadedFile | None = super().clean(given.file, None)
            return take_upload(file, self.kind) if file else None
        except UploadRefused as refusal:
            raise ValidationError(str(refusal), code=self.kind) from refusal

    def value_of(self, upload: Upload) -> str:
        """Return the value with which the form is shown again; empty for nobody."""
        return "" if self.user is None else signed(upload, self.user)


class PictureField(UploadField):
    """A picture; see registry.pictures."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("JPEG, PNG, WebP or AVIF, at most 10 MB."))
        super().__init__(**kwargs)


class PaperField(UploadField):
    """A PDF or a picture of a paper; its content decides which."""

    kind = "proof"
    accept = f"application/pdf,{UploadField.accept}"

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text", _("PDF or picture, at most 10 MB. Only staff can open it.")
        )
        super().__init__(**kwargs)


class ProofField(forms.FileField):
    """The same for somebody without an account: it is sent again after an error."""

    widget = forms.FileInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": PaperField.accept}

    def clean(self, data: Any, initial: Any = None) -> Proof | None:
        upload: UploadedFile | None = super().clean(data, None)
        try:
            return read_proof(upload) if upload else None
        except UploadRefused as refusal:
            raise ValidationError(str(refusal), code="proof") from refusal


def kept_picture(picture: Picture) -> dict[str, Any]:
    """Store ``picture`` where only staff see it; return what a record keeps of it."""
    return store(picture, private_storage()).as_json()


# --- Fields of columns ----------------------------------------------------------------


def house_field(column: Any, **kwargs: Any) -> Any:
    """Return the form field of a column as Thai offices fill it in.

    For ``formfield_callback``; the admin's pages do the same by their overrides.
    """
    if kwargs.get("widget") is None:
        kwargs.pop("widget", None)
    if is_year(column):
        return column.formfield(form_class=BEYearField, **kwargs)
    if column.choices or column.remote_field is not None:
        return column.formfield(**kwargs)
    if isinstance(column, models.URLField):
        return column.formfield(assume_scheme="https", **kwargs)
    if isinstance(column, models.TextField):
        kwargs.setdefault("widget", forms.Textarea({"rows": 5}))
        return column.formfield(form_class=ThaiTextField, **kwargs)
    if isinstance(column, models.DateField):
        return column.formfield(form_class=BEDateField, **kwargs)
    if type(column) is models.CharField:
        return column.formfield(form_class=ThaiCharField, **kwargs)
    return column.formfield(**kwargs)


def is_year(column: Any) -> bool:
    """Tell whether a column holds a year of the Buddhist era, as its name says."""
    name: str = column.name
    return isinstance(column, models.PositiveSmallIntegerField) and (
        name == "year" or name.endswith("_year")
    )
