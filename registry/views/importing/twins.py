"""Rows beside what they look like: a record of the register, or another row."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from registry.comparing.values import is_private
from registry.desks import desk_of
from registry.enums import RowChoice
from registry.models import ImportRow, ImportRun, User
from registry.views.importing.finding import url_of
from registry.wording import Wording

#: Keys that tell a record from others of its name, if its model has them.
TWIN_FACTS = ("district", "owner")
#: Columns that the head of a twin says already.
NAMES = frozenset({"name_th", "code"})
#: Facts of a row beside those of its twin.
SHOWN_FACTS = 8


@dataclass(frozen=True)
class Twin:
    """What a row looks like: a record, or another row of the file."""

    #: Of the record; None of a row.
    pk: int | None
    row: int | None
    label: str
    code: str
    reason: str
    #: The person may change it; of others a row says only that it is the same.
    is_own: bool = True
    url: str = ""
    facts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Option:
    """One answer to the question what a row is; ``value`` is what the form sends."""

    value: str
    label: str
    is_chosen: bool


class Beside:
    """Finds what rows look like; ``label`` gives the title of a column."""

    def __init__(self, run: ImportRun, user: User, label: Callable[[str], str]) -> None:
        self.run, self.user, self.label = run, user, label

    def of(self, rows: Sequence[ImportRow]) -> Mapping[int, list[Twin]]:
        """Return what each row looks like, by its number; a query for each kind."""
        records, others = self._records(rows), self._others(rows)
        found: dict[int, list[Twin]] = defaultdict(list)
        for row in rows:
            for told in row.twins:
                twin = self._twin(row, told, records)
                other = others.get(told.get("row") or 0)
                if other is not None:
                    twin = replace(twin, facts=self._said(other))
                found[row.number].append(twin)
        return found

    def _others(self, rows: Sequence[ImportRow]) -> Mapping[int, ImportRow]:
        """Return the rows of the file that rows look like, by number."""
        numbers = {told.get("row") for row in rows for told in row.twins} - {None}
        if not numbers:
            return {}
        others = self.run.rows.filter(number__in=numbers)
        return {other.number: other for other in others}

    def _said(self, row: ImportRow) -> list[tuple[str, str]]:
        """Return what a row says, by the titles of its columns."""
        cells = [cell for cell in row.cells if cell[0] not in NAMES]
        return [(self.label(key), new) for key, _old, new in cells][:SHOWN_FACTS]

    def _records(self, rows: Sequence[ImportRow]) -> Mapping[tuple[str, int], Any]:
        """Return the records that rows look like, as far as the person sees them."""
        wanted: dict[str, set[int]] = defaultdict(set)
        for row in rows:
            for told in row.twins:
                if told.get("pk"):
                    wanted[told["model"]].add(told["pk"])
        found: dict[tuple[str, int], Any] = {}
        for label, keys in wanted.items():
            model = apps.get_model(label)
            manager: Any = model._default_manager
            if hasattr(manager, "visible_to"):
                rows_of = manager.visible_to(self.user).filter(pk__in=keys)
                seen = rows_of.select_related(*keys_of(model))
                found |= {(label, each.pk): each for each in seen}
        return found

    def _twin(
        self,
        row: ImportRow,
        told: Mapping[str, Any],
        records: Mapping[tuple[str, int], Any],
    ) -> Twin:
        pk = told.get("pk")
        label = str(told.get("model") or "")
        record = records.get((label, pk)) if pk else None
        return Twin(
            pk=pk,
            row=told.get("row"),
            label=str(told.get("label") or ""),
            code=str(told.get("code") or ""),
            reason=str(told.get("reason") or ""),
            is_own=bool(told.get("is_own", True)),
            url=url_of(label, pk, self.user) if record is not None else "",
            facts=[*facts_of(record), *self._kept(record, row)] if record else (),
        )

    def _kept(self, record: Any, row: ImportRow) -> list[tuple[str, str]]:
        """Return what a record has in the plain columns a row speaks of."""
        desk = desk_of(row.model or record._meta.label)
        wording = desk.wording if desk else Wording()
        found = []
        for key, _old, _new in row.cells:
            column = plain_field(type(record), key)
            if column is not None:
                value = wording.read(column, column.value_from_object(record))
                found.append((self.label(key), value))
        return found[:SHOWN_FACTS]


def plain_field(model: Any, name: str) -> Any:
    """Return the field of a model that a column is of, if it is a plain public one."""
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    is_plain = found.concrete and not found.is_relation and name not in NAMES
    return found if is_plain and not is_private(found) else None


def keys_of(model: Any) -> list[str]:
    """Return the keys of a model that its twins are shown with."""
    found = []
    for name in TWIN_FACTS:
        try:
            if model._meta.get_field(name).is_relation:
                found.append(name)
        except FieldDoesNotExist:
            continue
    return found


def facts_of(record: Any) -> list[tuple[str, str]]:
    """Return what tells a record from others of its name: its places, its agency."""
    found = [
        (str(capfirst(str(record._meta.get_field(name).verbose_name))), str(value))
        for name in keys_of(type(record))
        if (value := getattr(record, name)) is not None
    ]
    if hasattr(record, "stage"):
        found.append((_("Status"), str(record.stage.label)))
    return found


def options_of(row: ImportRow, twins: Sequence[Twin], said: str = "") -> list[Option]:
    """Return the answers to what a row is, chosen as before, or as ``said``."""
    options = _options_of(row, twins)
    if said in {each.value for each in options}:
        options = [replace(each, is_chosen=each.value == said) for each in options]
    return options


def _options_of(row: ImportRow, twins: Sequence[Twin]) -> list[Option]:
    if not twins:
        return []
    chosen = value_of(row.choice, row.chosen_id)
    found = []
    records = [twin for twin in twins if twin.pk is not None]
    for twin in records:
        name = f"{twin.label} ({twin.code})" if twin.code else twin.label
        said = f"{name} – " if len(records) > 1 else ""
        for choice in (RowChoice.SAME, RowChoice.UPDATE)[: 2 if twin.is_own else 1]:
            value = value_of(choice, twin.pk)
            is_only = len(records) == 1 and row.chosen_id is None
            is_chosen = chosen == value or (is_only and row.choice == choice)
            found.append(Option(value, f"{said}{choice.label}", is_chosen))
    if not records:
        label = _("The same: leave this row out")
        value = value_of(RowChoice.SAME, None)
        found.append(Option(value, label, row.choice == RowChoice.SAME))
    value = value_of(RowChoice.DIFFERENT, None)
    label = str(RowChoice.DIFFERENT.label)
    found.append(Option(value, label, row.choice == RowChoice.DIFFERENT))
    return found


def value_of(choice: str, pk: int | None) -> str:
    """Return how a form names a choice: "update:12", "different"."""
    return f"{choice}:{pk}" if pk is not None else str(choice)
