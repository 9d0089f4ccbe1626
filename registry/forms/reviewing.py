"""What a reviewer chooses and types."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.comparing import Block, Comparison, Line, with_companions
from registry.comparing.values import as_value
from registry.forms.fields import house_field
from registry.models import NoteTemplate, Record, User, in_language
from registry.packing import Packed, Part, field_of, flat
from registry.reviewing import Narrowing, Queue, kinds
from registry.thai.fields import ThaiTextField

#: Names of a form's fields begin so; the name of the part follows.
PICK, EDIT = "pick:", "edit:"
LONGEST_NOTE = 2_000


class NarrowingForm(forms.Form):
    """What of the queue is asked for. What makes no sense asks for everything."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    province = forms.ChoiceField(label=_("Province"), required=False)
    taken = forms.ChoiceField(
        label=_("Taken over"),
        required=False,
        choices=[
            ("", _("Everything")),
            ("nobody", _("By nobody yet")),
            ("me", _("By me")),
        ],
    )

    def __init__(self, data: Any, queue: Queue) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [("", _("All kinds")), *kinds()]
        agencies = queue.agencies()
        fields["agency"] = forms.TypedChoiceField(
            label=_("Agency"),
            required=False,
            coerce=int,
            empty_value=None,
            choices=[
                ("", _("All agencies")),
                *((str(each.pk), each.name) for each in agencies),
            ],
        )
        provinces = queue.provinces()
        if provinces:
            fields["province"].choices = [
                ("", _("All provinces")),
                *((each.code, each.name) for each in provinces),
            ]
        else:
            del fields["province"]
        self.order_fields(["kind", "agency", "province", "taken"])

    def narrowing(self) -> Narrowing:
        """Return what is asked for, as far as it makes sense."""
        self.is_valid()
        return Narrowing(**self.cleaned_data)


class NoteSelect(forms.Select):
    """Notes by their titles; a script puts the text of the chosen one into the box."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, *args, **kwargs)
        note = getattr(value, "instance", None)
        if note is not None:
            option["attrs"]["data-text"] = in_language(note, "text")
        return option


class NoteChoice(forms.ModelChoiceField):
    """A note that is written often."""

    widget = NoteSelect

    def label_from_instance(self, obj: Any) -> str:
        return in_language(obj, "title")


class ReturnForm(forms.Form):
    """Why something is returned: in own words, in those of a template, or both."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    template = NoteChoice(
        None,
        label=_("Note often written"),
        required=False,
        empty_label=_("None: in my own words"),
        help_text=_("Its text is put before what you write below."),
    )
    note = ThaiTextField(
        label=_("What is to be mended"),
        max_length=LONGEST_NOTE,
        error_messages={"required": _("Please say what is to be mended.")},
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Whoever keeps the record reads this, and history keeps it."),
    )

    def __init__(self, *args: Any, notes: Collection[NoteTemplate], **kwargs: Any):
        super().__init__(*args, **{"auto_id": "id_return_%s"} | kwargs)
        field: Any = self.fields["template"]
        keys = [note.pk for note in notes]
        field.queryset = NoteTemplate.objects.filter(pk__in=keys).order_by(
            *_order_of(keys)
        )
        if not keys:
            del self.fields["template"]

    def clean(self) -> dict[str, Any]:
        """Put the text of the template before what was typed, unless it holds it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        template = cleaned.get("template")
        text = in_language(template, "text").strip() if template else ""
        if text and self.has_error("note", "required"):
            del self.errors["note"]
        if "note" not in self.errors:
            typed = cleaned.get("note", "")
            parts = [text if text not in typed else "", typed]
            cleaned["note"] = "\n".join(part for part in parts if part)
        return cleaned


def _order_of(keys: Collection[Any]) -> list[Any]:
    """Return the order in which the notes were given."""
    places = [models.When(pk=pk, then=place) for place, pk in enumerate(keys)]
    return [models.Case(*places, default=0), "pk"] if places else ["pk"]


class ApproveForm(forms.Form):
    """The version that was read, and a remark for the history."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    note = ThaiTextField(
        label=_("Remark"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("If you like: history keeps it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_approve_%s"} | kwargs)


@dataclass(frozen=True)
class LineFields:
    """A line of a proposal with what can be done to it."""

    line: Line
    pick: forms.BoundField | None
    edit: forms.BoundField | None


@dataclass(frozen=True)
class BlockFields:
    """A block of a proposal with its box, and its lines with theirs."""

    block: Block
    is_taken: bool
    lines: tuple[LineFields, ...]
    #: Now or proposed, of a removed child that was changed meanwhile.
    pick: forms.BoundField | None


class AcceptForm(ApproveForm):
    """What of a proposal is applied, and with which values.

    Of each block a box says whether it is applied; of what somebody else changed
    meanwhile, now or proposed must be picked; texts, numbers and days may be
    written anew.
    """

    record_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    take = forms.MultipleChoiceField(required=False)
    #: Tells a form whose boxes were all emptied from one that had none.
    has_boxes = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        record: Record,
        packed: Packed,
        comparison: Comparison,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.record, self.packed, self.comparison = record, packed, comparison
        blocks = comparison.blocks
        take: Any = self.fields["take"]
        take.choices = [(block.part, block.title) for block in blocks]
        self.initial.setdefault(
            "take", [block.part for block in blocks if not block.is_gone]
        )
        for block in blocks:
            if block.clash is not None:
                self._add_pick(block.part, block.title)
            for line in block.lines:
                if line.now is not None:
                    self._add_pick(line.part, line.label)
                if not block.is_gone and block.what != "removed":
                    self._add_edit(line)

    def _add_pick(self, part: Part, label: str) -> None:
        self.fields[f"{PICK}{part}"] = forms.ChoiceField(
            label=label,
            choices=[
                ("now", _("Keep what stands there now")),
                ("proposed", _("Take what is proposed")),
            ],
            widget=forms.RadioSelect,
            error_messages={"required": _("Please choose: somebody changed it since.")},
        )

    def _add_edit(self, line: Line) -> None:
        field = editing_field(type(self.record), line)
        if field is not None:
            self.fields[f"{EDIT}{line.part}"] = field

    def clean(self) -> dict[str, Any]:
        """Forgive what is missing or wrong of what is not applied at all."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        taken = self._taken()
        for block in self.comparison.blocks:
            for part in (block.part, *(line.part for line in block.lines)):
                is_taken = block.part in taken and not block.is_gone
                if not is_taken:
                    self.errors.pop(f"{PICK}{part}", None)
                if not is_taken or f"{EDIT}{part}" not in self.data:
                    # As proposed, or not at all: nothing was typed to be wrong.
                    self.errors.pop(f"{EDIT}{part}", None)
        return cleaned

    def _taken(self) -> set[Part]:
        if self.cleaned_data.get("has_boxes"):
            return set(self.cleaned_data.get("take", ()))
        return {block.part for block in self.comparison.blocks}

    def without(self) -> frozenset[Part]:
        """Return the parts that are left out."""
        taken = self._taken()
        left: set[Part] = set()
        for block in self.comparison.blocks:
            if block.part not in taken or block.is_gone:
                left |= {block.part, *block.parts}
        left |= {
            name.removeprefix(PICK)
            for name, value in self.cleaned_data.items()
            if name.startswith(PICK) and value == "now"
        }
        return with_companions(type(self.record), self.packed, left)

    def instead(self) -> dict[Part, Any]:
        """Return the values that were written anew, of parts that are applied."""
        without = self.without()
        found: dict[Part, Any] = {}
        for block in self.comparison.blocks:
            for line in block.lines:
                name = f"{EDIT}{line.part}"
                if name not in self.fields or name not in self.data:
                    continue
                whole = line.part.rpartition("/")[0]
                if {line.part, whole} & without:
                    continue
                value = self.cleaned_data[name]
                column = field_of(type(self.record), line.part)
                value = (
                    column.get_default() if value is None and not column.null else value
                )
                if flat(column, value) != line.value:
                    found[line.part] = value
        return found

    def blocks(self) -> list[BlockFields]:
        """Return the blocks with their fields, for the page."""
        taken = set(self["take"].value() or ())
        if self.is_bound and not self["has_boxes"].value():
            taken = {block.part for block in self.comparison.blocks}
        return [
            BlockFields(
                block,
                block.part in taken,
                tuple(
                    LineFields(
                        line, self._bound(PICK, line.part), self._bound(EDIT, line.part)
                    )
                    for line in block.lines
                ),
                self._bound(PICK, block.part) if block.clash is not None else None,
            )
            for block in self.comparison.blocks
        ]

    def _bound(self, kind: str, part: Part) -> forms.BoundField | None:
        name = f"{kind}{part}"
        return self[name] if name in self.fields else None


def editing_field(model: type[Record], line: Line) -> Any:
    """Return the field by which a proposed value is written anew; None if it is not.

    Texts, numbers, days and choices: not pictures, files, nor keys of other rows, nor
    what is masked.
    """
    if not line.part or line.new.is_masked or line.new.picture or line.new.url:
        return None
    column = field_of(model, line.part)
    is_plain = (
        column.remote_field is None
        and column.editable
        and not isinstance(column, models.JSONField | models.BooleanField)
    )
    if not is_plain:
        return None
    field = house_field(column)
    if field is not None:
        field.label = line.label
        field.initial = as_value(column, line.value)
        field.required = not column.blank
        # The page is not to ask for it when its block is left out.
        field.widget.is_required = False
    return field


class HandOverForm(forms.Form):
    """The colleague who goes on with it."""

    colleague = forms.ChoiceField(label=_("Colleague"))

    def __init__(self, *args: Any, colleagues: Collection[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(each.pk): each for each in colleagues}
        field: Any = self.fields["colleague"]
        field.choices = [(key, each.name) for key, each in self.colleagues.items()]

    def chosen(self) -> User:
        """Return the colleague who was chosen."""
        return self.colleagues[self.cleaned_data["colleague"]]
