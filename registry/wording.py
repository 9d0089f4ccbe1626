"""Values of columns as people read them: in history, in previews of a change."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registry.thai.dates import format_date, format_datetime
from registry.thai.phones import as_read

NOTHING = "–"
#: Values that say nothing: a text, a picture or a list that is not there.
EMPTY: tuple[Any, ...] = (None, "", {}, [])
#: Columns of uploaded files have no label in their forms, where a box stands for both.
FILE_LABELS: Mapping[str, str | Promise] = {
    "file": _("file of the proof"),
    "file_name": _("name of the file"),
}

#: A key of another table, and the row's primary key in it.
Key = tuple[type[models.Model], Any]


@dataclass(frozen=True)
class FieldChange:
    """One field with what stood in it and what stands in it then."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Wording:
    """How the values of one kind of row are put into words.

    ``labels`` and ``words`` say, by column, what the model cannot: how a column
    without a label is called, how a number that stands for months is read.
    """

    labels: Mapping[str, str | Promise] = field(default_factory=dict)
    words: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    names: Mapping[Key, str] = field(default_factory=dict)

    def knowing(self, keys: Iterable[Key]) -> "Wording":
        """Return the same wording with the names of the rows at ``keys``.

        One query a table.
        """
        return Wording(self.labels, self.words, names_of(keys))

    def label(self, column: models.Field) -> str:
        """Return what a column is called."""
        known = {**FILE_LABELS, **self.labels}.get(column.name, column.verbose_name)
        return str(capfirst(str(known)))

    def read(self, column: models.Field, value: Any) -> str:
        """Return a value as people read it; keys must be known (:meth:`knowing`)."""
        if value in EMPTY:
            return NOTHING
        if column.name in self.words:
            return self.words[column.name](value) or NOTHING
        if column.remote_field is not None:
            target = (column.remote_field.model, value)
            return self.names.get(target, _now("(no longer there)"))
        if column.flatchoices:
            return str(dict(column.flatchoices).get(value, value))
        return read_value(value)

    def change(self, column: models.Field, old: Any, new: Any) -> FieldChange:
        """Return a changed column in words."""
        after = self.read(column, new)
        if is_picture(old) and is_picture(new):
            after = _now("another picture")
        return FieldChange(self.label(column), self.read(column, old), after)


def read_value(value: Any) -> str:
    """Return a value that needs no column to be understood."""
    if isinstance(value, bool):
        return _now("Yes") if value else _now("No")
    if isinstance(value, datetime.datetime):
        return format_datetime(value, "short")
    if isinstance(value, datetime.date):
        return format_date(value)
    if isinstance(value, Decimal):
        return f"{value:,f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
    if is_picture(value):
        return _now("picture")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return as_read(str(value))


def read_kept(value: Any) -> str:
    """Return that something is kept, instead of a hash that tells nobody anything."""
    return _now("kept") if value else NOTHING


def is_picture(value: Any) -> bool:
    """Tell whether a value is what a record keeps of a stored picture."""
    return isinstance(value, dict) and bool(value)


def names_of(keys: Iterable[Key]) -> dict[Key, str]:
    """Return the names of rows by table and key; those that are gone are left out.

    One query a table.
    """
    wanted: dict[type[models.Model], set[Any]] = {}
    for model, key in keys:
        if key is not None:
            wanted.setdefault(model, set()).add(key)
    return {
        (model, key): str(row)
        for model, these in wanted.items()
        for key, row in model._default_manager.in_bulk(list(these)).items()
    }


def key_of(column: models.Field, value: Any) -> Iterable[Key]:
    """Return the row that a value of ``column`` points at, if it does."""
    if column.remote_field is not None and value is not None:
        yield column.remote_field.model, value
