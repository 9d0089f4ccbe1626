"""Everything the register keeps about a person, as one archive to hand over.

Section 30 of the act gives a person a copy, section 31 one that programs read: the
archive holds both, and the files that the rows name.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from registry.files import file_names
from registry.needles import Needles
from registry.personal import Person, Store, kept_in_words, past_of, purposes, stores
from registry.thai.dates import format_datetime
from registry.tracing import every_model, traces
from registry.wording import read_value

#: Acts of a person that are listed; who did more is told how many.
MOST_ACTS = 5_000
#: Columns of history that say who, when and why.
ACT_COLUMNS = ("act_id", "history_date", "history_change_reason", "history_type")

Row = dict[str, Any]


def archive(person: Person) -> bytes:
    """Return the ZIP. In the language that is active; reads every table."""
    found = collected(person)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        text = json.dumps(found, ensure_ascii=False, indent=2, default=str)
        box.writestr("personal-data.json", text)
        box.writestr("personal-data.txt", "\n".join(_lines(found)) + "\n")
        for name in sorted(_files(person)):
            try:
                with storages["private"].open(name) as file:
                    box.writestr(f"files/{PurePosixPath(name).name}", file.read())
            except FileNotFoundError:
                continue
    return out.getvalue()


def collected(person: Person) -> dict[str, Any]:
    """Return what is kept, under words a person understands."""
    found: dict[str, Any] = {
        _("Written on"): format_datetime(timezone.now(), "full"),
        _("Known by"): sorted({*person.emails, *person.phones, *person.names}),
    }
    for purpose in purposes():
        parts = {}
        for store in stores(purpose):
            rows = [_row(row, store) for row in _rows(store, person)]
            past = [_past_row(row, store) for row in _past(store, person)]
            if rows or past:
                parts[_title(store.table)] = {_("now"): rows, _("before"): past}
        if parts:
            found[str(purpose.what)] = {
                _("Why"): str(purpose.why),
                _("On what ground"): [str(each.label) for each in purpose.basis],
                _("Who sees it"): str(purpose.seen_by),
                _("How long"): list(
                    map(str, kept_in_words(purpose, settings.RETENTION_DAYS))
                ),
                _("What is kept"): parts,
            }
    found[_("What you did in the register")] = list(_acts(person))
    found[_("Where else you are named")] = list(_mentions(person.needles))
    return found


def _rows(store: Store, person: Person) -> Any:
    return store.table._base_manager.filter(store.rows(person)).order_by("pk")


def _past(store: Store, person: Person) -> Any:
    model: Any = store.table
    if not hasattr(model, "history"):
        return []
    return model.history.filter(store.rows(person)).order_by("history_id")


def _title(model: Any) -> str:
    return str(capfirst(str(model._meta.verbose_name_plural)))


def _row(row: Any, store: Store) -> Row:
    """Return the columns of a row that say something, by what they are called."""
    found: Row = {}
    for column in row._meta.concrete_fields:
        value = column.value_from_object(row)
        is_silent = column.primary_key or column.name in store.secret
        if is_silent or column.name.endswith("_hash") or value in (None, "", {}, []):
            continue
        found[str(capfirst(str(column.verbose_name)))] = _read(column, row, value)
    return found


def _read(column: Any, row: Any, value: Any) -> Any:
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if column.remote_field is not None:
        return str(getattr(row, column.name, None) or value)
    return value if isinstance(column, models.JSONField) else read_value(value)


def _past_row(row: Any, store: Store) -> Row:
    kept = {each.name for each in store.table._meta.concrete_fields}
    found: Row = {_("when"): format_datetime(row.history_date, "short")}
    for column in row._meta.concrete_fields:
        value = column.value_from_object(row)
        is_shown = column.name in kept and column.name not in store.secret
        is_link = column.remote_field is not None or column.name == "id"
        if not is_shown or is_link or column.name.endswith("_hash"):
            continue
        if value not in (None, "", {}, []):
            label = str(capfirst(str(column.verbose_name)))
            found[label] = _read(column, row, value)
    return found


def _acts(person: Person) -> Iterator[Row]:
    """Yield what the person wrote, table by table, the latest first."""
    left = MOST_ACTS
    for model in every_model():
        if past_of(model) is model or not person.users or left <= 0:
            continue
        rows = model._base_manager.filter(history_user_id__in=person.users)
        key = past_of(model)._meta.pk.name
        rows = rows.order_by("-history_date", "-pk")
        for row in rows.values(key, *ACT_COLUMNS)[:left]:
            left -= 1
            yield {
                _("when"): format_datetime(row["history_date"], "short"),
                _("record"): f"{_title(past_of(model))} {row[key]}",
                _("reason"): row["history_change_reason"],
                _("act"): str(row["act_id"]),
            }


def _mentions(needles: Needles) -> Iterator[Row]:
    """Yield texts that name the person and stand in no store of the person's."""
    own = {store.table for store in stores() if store.columns}
    for model in every_model():
        if past_of(model) in own:
            continue
        for trace in traces(model, needles):
            for name, value in trace.columns.items():
                yield {
                    _("table"): _title(past_of(model)),
                    _("number"): trace.row.pk,
                    _("field"): name,
                    _("text"): value,
                }


def _files(person: Person) -> set[str]:
    found: set[str] = set()
    for store in stores():
        if store.columns:
            for row in _rows(store, person):
                found |= file_names(row)
    return {name for name in found if "/" in name}


def _lines(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield what was collected as lines to read."""
    indent = "  " * depth
    if isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, dict | list):
                yield f"{indent}{name}:"
                yield from _lines(each, depth + 1)
            else:
                yield f"{indent}{name}: {each}"
    elif isinstance(value, list):
        for number, each in enumerate(value, start=1):
            if isinstance(each, dict | list):
                yield f"{indent}({number})"
                yield from _lines(each, depth + 1)
            else:
                yield f"{indent}- {each}"
    else:
        yield f"{indent}{value}"
