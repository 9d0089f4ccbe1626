"""All forms of one record on one page: its own, and one for each of its parts.

Nothing is written here. A worksheet reads what was typed, says what changed, and
can show what was typed without judging it: after "add another", and when an unsent
form is gone on with.
"""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import TooManyFieldsSent
from django.core.validators import MaxLengthValidator
from django.db.models import JSONField
from django.forms import BoundField, FileField, Media
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registry.changes import Changes
from registry.desks import ChildPart, Desk, Sheet, parts_for, parts_of, sheets_for
from registry.errors import RecordError
from registry.files import file_names
from registry.forms.desks import form_for, formset_for
from registry.forms.fields import UploadField, is_key
from registry.forms.rows import Difference, KeptForm
from registry.models import Proposal, Record, User
from registry.thai.fields import ThaiCharField
from registry.uploads import renew

#: Characters of one text; a story has a few thousand.
LONGEST_TEXT = 20_000
#: What a browser sends beside the fields.
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "press"})
#: Fields of the form that the page places by itself.
PLACED = frozenset({*KeptForm.APART, "is_different"})


class _SentOnce(KeptForm):
    """Gives a form of an existing row a one-time key too: sent twice, it saves once."""

    is_proposal = False
    is_sent_for_review = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "form_key" not in self.fields:
            field = KeptForm.base_fields["form_key"]
            self.fields["form_key"] = deepcopy(field)
            self.initial["form_key"] = uuid.uuid4()
        for field in self.fields.values():
            _shorten(field)
        if self.is_proposal and "reason" in self.fields:
            reason = self.fields["reason"]
            reason.required = self.is_sent_for_review
            reason.help_text = _(
                "The reviewer reads this, and history keeps it. Needed when you submit."
            )


def _shorten(field: Any) -> None:
    """Hold a text that has no limit of its own to one."""
    if isinstance(field, ThaiCharField) and field.max_length is None:
        field.validators.append(MaxLengthValidator(LONGEST_TEXT))


@dataclass(frozen=True)
class PartForms:
    """One part with its formset."""

    part: ChildPart
    formset: Any

    @property
    def anchor(self) -> str:
        """Return the id of the part on the page."""
        return f"part-{self.part.name}"


class Worksheet:
    """The forms of a record that exists, or of one that is to be made.

    :raises LookupError: if the desk has no form for the person.
    """

    def __init__(
        self,
        desk: Desk,
        user: User,
        row: Record | None = None,
        *,
        data: QueryDict | None = None,
        files: Any = None,
        initial: Mapping[str, Any] | None = None,
        refusal: RecordError | None = None,
        is_proposal: bool = False,
        is_sent_for_review: bool = False,
        is_kept: bool = False,
    ) -> None:
        """Bind the forms to ``data``; with ``is_kept``, to what was kept of them once.

        A part that is newer than what was kept is shown as the register has it.
        """
        self.desk, self.user, self.is_kept = desk, user, is_kept
        told = {"is_proposal": is_proposal, "is_sent_for_review": is_sent_for_review}
        own = form_for(desk, user, refusal=refusal)
        form_class = type(own.__name__, (_SentOnce, own), told)
        parts = parts_for(desk, user)
        if data is not None:
            data = settled(data, parts)
        self.form: Any = form_class(
            data, files, instance=row or desk.model(), initial=dict(initial or {})
        )
        self.parts = [self._part(part, data, files) for part in parts]

    def _part(self, part: ChildPart, data: Any, files: Any) -> PartForms:
        formset_class = formset_for(self.desk, part, self.user)
        if self.is_kept and f"{part.name}-TOTAL_FORMS" not in data:
            data = files = None
        rows = part.model._default_manager.order_by(*_order(part.model))
        formset = formset_class(
            data,
            files,
            # With what was typed of it: a part may depend on it.
            instance=self.form.instance,
            prefix=part.name,
            queryset=rows,
        )
        for form in formset.forms:
            for field in form.fields.values():
                _shorten(field)
        return PartForms(part, formset)

    # --- Asking -------------------------------------------------------------------

    def forms(self) -> Iterable[Any]:
        """Yield the record's form and those of its parts."""
        yield self.form
        for each in self.parts:
            yield from each.formset.forms

    def is_valid(self) -> bool:
        """Clean everything, so that all that is wrong is said at once."""
        found = [self.form.is_valid()]
        found += [each.formset.is_valid() for each in self.parts]
        return all(found)

    def changes(self) -> Changes:
        """Return what was changed of a row that exists; call once, it is valid."""
        children = {
            each.formset.related_name: each.formset.child_changes()
            for each in self.parts
        }
        return Changes(
            fields=self.form.changed_fields(),
            children={name: each for name, each in children.items() if each},
        )

    def new_row(self) -> Any:
        """Return the clean unsaved row; the person's agency keeps it."""
        row = self.form.new_row()
        if row.owner_id is None:
            row.owner_id = self.user.agency_id
        return row

    def new_children(self) -> dict[str, Any]:
        """Return what is to be made with a new row."""
        made = {
            each.formset.related_name: each.formset.child_changes().added
            for each in self.parts
        }
        return {name: added for name, added in made.items() if added}

    def warnings(self) -> list[str]:
        """Return what is worth a second look but was saved."""
        return [said for form in self.forms() for said in form.warnings]

    def conflict(self) -> list[tuple[str, list[Difference]]]:
        """Return, after someone else's change, what stands there now and was typed."""
        if self.form.newer is None:
            return []
        found = [("", self.form.differences())]
        for each in self.parts:
            for child in each.formset.initial_forms:
                if child.instance.pk is not None and child.has_changed():
                    found.append((str(child.instance), child.differences()))
        return [(title, differences) for title, differences in found if differences]

    # --- Showing ------------------------------------------------------------------

    @property
    def media(self) -> Media:
        """Return the scripts and styles the fields need."""
        media = self.form.media
        for each in self.parts:
            media = media + each.formset.media + each.formset.empty_form.media
        return media

    def sheets(self) -> list[tuple[Sheet, list[BoundField]]]:
        """Return the groups of fields; the last takes those no sheet names."""
        found = []
        left = [name for name in self.form.fields if name not in PLACED]
        for sheet in sheets_for(self.desk, self.user):
            names = [name for name in sheet.fields if name in left]
            left = [name for name in left if name not in names]
            if names:
                found.append((sheet, [self.form[name] for name in names]))
        if left:
            found.append(
                (Sheet(_("Further"), left), [self.form[name] for name in left])
            )
        return found

    @property
    def secrets(self) -> list[str]:
        """Return the fields that a script must not send to be kept."""
        return sorted(
            f"{form.add_prefix(name)}"
            for form in self.forms()
            for name in getattr(form, "SECRET", ())
        )

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """Return all that is wrong with the id of the field it is about."""
        if not self.form.is_bound:
            return []
        found = [("", said) for said in self.form.non_field_errors()]
        found += _errors_of(self.form)
        for each in self.parts:
            formset, title = each.formset, str(each.part.title)
            found += [
                (each.anchor, f"{title}: {said}") for said in formset.non_form_errors()
            ]
            for number, form in enumerate(formset.forms, start=1):
                line = f"{title} {number}"
                found += [
                    (each.anchor, f"{line}: {said}") for said in form.non_field_errors()
                ]
                found += _errors_of(form, f"{line} – ")
        return [(anchor, str(said)) for anchor, said in found]

    def anchor_of(self, name: str) -> str:
        """Return the id of a field or of a part; empty if the page has neither."""
        if name in self.form.fields:
            return str(self.form[name].id_for_label)
        found = (each.anchor for each in self.parts if each.part.name == name)
        return next(found, "")

    def quieten(self) -> None:
        """Show what was typed without judging it. Files are looked at, and kept.

        For a form that was bound with a ``refusal``, which no cleaning claims a row
        for.
        """
        for form in self.forms():
            form.full_clean()
            form._errors = ErrorDict(
                {
                    name: errors
                    for name, errors in form._errors.items()
                    if isinstance(form.fields.get(name), FileField)
                }
            )
        for each in self.parts:
            each.formset._errors = [form._errors for form in each.formset.forms]
            each.formset._non_form_errors = ErrorList()

    def show_proposed(self, proposal: Proposal) -> None:
        """Show what a proposal would change that came from no form; added rows not."""
        _propose_in(self.form, proposal.data["fields"])
        for each in self.parts:
            told = proposal.data["children"].get(each.formset.related_name)
            changed = told["changed"] if told else {}
            for form in each.formset.initial_forms:
                _propose_in(form, changed.get(str(form.instance.pk), {}))

    def body(self) -> str:
        """Return what was typed, as a browser would send it again: without secrets.

        Files are in it by the values that stand for them.
        """
        data = without_secrets(self.desk, self.form.data)
        for form in self.forms():
            for name, field in form.fields.items():
                key = f"{form.add_prefix(name)}-kept"
                if isinstance(field, UploadField) and key in form.data:
                    data[key] = form.data[key]
        return data.urlencode()


def _propose_in(form: Any, packed: Mapping[str, Any]) -> None:
    """Let an unbound form begin with the new values of a packed change."""
    for name, (_old, new) in packed.items():
        column = form.instance._meta.get_field(name)
        if name in form.fields and not isinstance(column, JSONField):
            is_key = column.remote_field is not None
            form.initial[name] = new if is_key else column.to_python(new)


def _errors_of(form: Any, before: str = "") -> list[tuple[str, str]]:
    """Return what is wrong with each field of a form; of hidden ones, without link."""
    return [
        (
            "" if bound.is_hidden else str(bound.id_for_label or bound.auto_id),
            f"{error}" if bound.is_hidden else f"{before}{bound.label}: {error}",
        )
        for bound in form
        for error in bound.errors
    ]


def _order(model: Any) -> tuple[str, ...]:
    names = {field.name for field in model._meta.concrete_fields}
    return ("position", "pk") if "position" in names else ("pk",)


# --- What was sent ----------------------------------------------------------------


def settled(data: QueryDict, parts: Sequence[ChildPart]) -> QueryDict:
    """Return what was sent, in which no part counts more rows than came.

    A number alone would have thousands of forms built.
    """
    found = data.copy()
    for part in parts:
        name = f"{part.name}-TOTAL_FORMS"
        row = re.compile(rf"{re.escape(part.name)}-([0-9]{{1,4}})-", re.ASCII)
        came = [int(match[1]) for match in map(row.match, data) if match]
        total = _number(data.get(name))
        if total is not None:
            found[name] = str(max(0, min(total, max(came, default=-1) + 1)))
    return found


def with_one_more(data: QueryDict, desk: Desk, user: User, name: str) -> QueryDict:
    """Return what was sent with a fresh row at the end of the part ``name``."""
    found = data.copy()
    total = _number(data.get(f"{name}-TOTAL_FORMS"))
    part = next((each for each in parts_for(desk, user) if each.name == name), None)
    if part is None or total is None:
        return found
    found[f"{name}-TOTAL_FORMS"] = str(total + 1)
    # So that it counts as come.
    found[f"{name}-{total}-id"] = ""
    fresh = formset_for(desk, part, user)(instance=desk.model(), prefix=name).empty_form
    for bound in fresh:
        # As a browser would: a box that is ticked from the start.
        if bound.value() is True:
            found[f"{name}-{total}-{bound.name}"] = "on"
        elif isinstance(bound.value(), str):
            found[f"{name}-{total}-{bound.name}"] = bound.value()
    return found


def _number(text: str | None) -> int | None:
    """Return a count that was sent; a bent one is for its own form to refuse."""
    try:
        return int((text or "")[:6])
    except ValueError:
        return None


def without_secrets(desk: Desk, data: QueryDict) -> QueryDict:
    """Return what was typed without what nobody may keep as typed."""
    secret = set(getattr(desk.form, "SECRET", ()))
    of_parts = {
        (part.name, name)
        for part in parts_of(desk)
        for name in getattr(part.form, "SECRET", ())
    }
    found = data.copy()
    for name in data:
        prefix, _number, field = [*name.split("-", 2), "", ""][:3]
        is_secret = name in secret or (prefix, field) in of_parts
        if is_secret or name in NOT_TYPED or "password" in name.lower():
            del found[name]
    return found


def readable(body: str) -> QueryDict | None:
    """Return what a kept body says; None if it says too much."""
    try:
        return QueryDict(body, encoding="utf-8")
    except TooManyFieldsSent:
        return None


def to_go_on_with(data: QueryDict) -> QueryDict:
    """Return what was typed with a fresh key: the one in it was used."""
    found = data.copy()
    found["form_key"] = str(uuid.uuid4())
    return found


def typed_of(proposal: Proposal, user: User) -> QueryDict:
    """Return the form of a proposal as it was sent, for ``user`` to go on with."""
    typed = renew(proposal.typed, user, named=file_names(proposal))
    return to_go_on_with(readable(typed) or QueryDict())


def asked_for(desk: Desk, user: User, asked: QueryDict) -> dict[str, Any]:
    """Return initial values that an address names, of keys the person may choose.

    ``?member=12`` begins the form of a product with its producer. One query each.
    """
    found: dict[str, Any] = {}
    if not asked:
        return found
    for name, field in form_for(desk, user)().fields.items():
        rows = getattr(field, "queryset", None)
        if rows is None or name not in asked or not is_key(rows.model, asked[name]):
            continue
        if rows.filter(pk=asked[name]).exists():
            found[name] = asked[name]
    return found


def name_in(data: QueryDict) -> str:
    """Return the name that was typed into a form, to know it again by."""
    return (
        data.get("name_th", "").strip()
        or data.get("name_en", "").strip()
        or _now("without a name yet")
    )
