"""Fields of the register's forms: rows chosen by typing, pictures and proofs."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registry.pictures import MAX_BYTES, Picture, PictureRefused, store, take_picture
from registry.storages import content_name, private_storage
from registry.thai.text import clean_line

#: Suggestions a person gets to read when a text means several rows.
SHOWN_MATCHES = 5


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

    def to_python(self, value: Any) -> Any:
        """Return the row that was typed: by its code, else by the only one found."""
        text = clean_line(str(value or ""))
        if not text:
            return None
        code = text.rpartition("(")[2].rstrip(")").strip()
        found = list(self.queryset.filter(code__in={code, text})[:2])
        if len(found) != 1:
            found = list(self.find(self.queryset, text)[: SHOWN_MATCHES + 1])
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


class PictureField(forms.FileField):
    """A picture that is looked at and encoded when it comes; see registry.pictures."""

    widget = forms.FileInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("JPEG, PNG, WebP or AVIF, at most 10 MB."))
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": "image/jpeg,image/png,image/webp,image/avif"}

    def clean(self, data: Any, initial: Any = None) -> Picture | None:
        upload: UploadedFile | None = super().clean(data, None)
        if not upload:
            return None
        try:
            return take_picture(upload)
        except PictureRefused as refusal:
            raise ValidationError(str(refusal), code="picture") from refusal


def kept_picture(picture: Picture) -> dict[str, Any]:
    """Store ``picture`` where only staff see it; return what a record keeps of it."""
    return store(picture, private_storage()).as_json()


class Proof(NamedTuple):
    """A paper that was sent: what it is, its bytes, and the name it came under."""

    ending: str
    content: bytes
    name: str


class ProofField(forms.FileField):
    """A PDF or a picture of a paper; its content decides which."""

    widget = forms.FileInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": "application/pdf,image/jpeg,image/png,image/webp,image/avif"}

    def clean(self, data: Any, initial: Any = None) -> Proof | None:
        upload = super().clean(data, None)
        if not upload:
            return None
        if upload.size > MAX_BYTES:
            raise ValidationError(_("The file is too large; at most 10 MB, please."))
        name = clean_line(upload.name)[-150:]
        upload.seek(0)
        content = upload.read()
        if content.startswith(b"%PDF-"):
            return Proof("pdf", content, name)
        try:
            picture = take_picture(upload)
        except PictureRefused as refusal:
            raise ValidationError(
                _("This is neither a PDF nor a picture we can read.")
            ) from refusal
        sized = [each for each in picture.variants if each.use.isdigit()]
        largest = max(sized, key=lambda each: (int(each.use), each.format == "webp"))
        return Proof(largest.format, largest.data, name)


def kept_proof(prefix: str, proof: Proof) -> dict[str, str]:
    """Store ``proof`` where only staff read it; return what its row keeps of it."""
    stored = content_name(prefix, proof.content, proof.ending)
    shelf = private_storage()
    if not shelf.exists(stored):
        shelf.save(stored, ContentFile(proof.content))
    return {"file": stored, "file_name": proof.name}
