"""Taking a person out of the register: rows, history, files, mails, texts.

What remains are codes and numbers, and acts of somebody who has no name any more.
Erasing again finds nothing and changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from registry import acts, erasures, rules
from registry.actions import records
from registry.actions.audit import record_event
from registry.changes import Changes, ChildChanges
from registry.devices import sign_out_everywhere
from registry.enums import AuditKind, RecordStatus, Role
from registry.errors import NotAllowed, NoteNeeded, RecordError
from registry.files import file_names
from registry.followers import Happening, tell
from registry.importing import keeping
from registry.models import Child, ImportRun, Kept, User, children_of
from registry.needles import Needles
from registry.personal import (
    ERASED_TH,
    Person,
    Store,
    erasers,
    past_of,
    store_of,
    stores,
)
from registry.tracing import every_model, is_claimed, text_columns, traces, without

#: The texts of a mail; where they name a person, all of them go.
MAIL_TEXTS = {"body": ERASED_TH, "html": "", "subject": ERASED_TH, "error": ""}


class NobodyFound(RecordError):
    """Nothing in the register leads to such a person."""

    message = _("The register knows nobody by this.")


class NotOneself(RecordError):
    """Whoever erases must be somebody when it is done."""

    message = _("You cannot erase yourself; another administrator can.")


class LastAdministrator(RecordError):
    """A register without an administrator could not be run any more."""

    message = _("This is the last administrator. Make another one first.")


@dataclass(frozen=True)
class Going:
    """What of one store an erasure takes: rows of today, and rows of history."""

    store: Store
    rows: int
    past: int


def going(person: Person) -> list[Going]:
    """Return what an erasure of ``person`` would take. Two queries a store."""
    found = []
    for store in stores():
        if not (store.columns or store.removes):
            continue
        past = 0
        if _history_of(store.table) is not None:
            past = _past(store, person).count()
        rows = _rows(store, person).count()
        if rows or past:
            found.append(Going(store, rows, past))
    return found


def _rows(store: Store, person: Person) -> Any:
    return store.table._base_manager.filter(store.rows(person))


def _past(store: Store, person: Person) -> Any:
    history: Any = _history_of(store.table)
    return history.objects.filter(store.rows(person))


def _history_of(model: Any) -> Any:
    return model.history.model if hasattr(model, "history") else None


@transaction.atomic
def erase_person(person: Person, *, by: User | None, reason: str) -> list[Going]:
    """Take ``person`` out of every store, its history, its files, and all texts.

    Effects in order: rows go or lose their personal columns, history loses them too,
    what remains in texts is overwritten, files that nothing names any more are
    deleted once this is committed, and the act is recorded without what it erased.
    Reads every table: a matter of seconds to minutes.

    :raises NotAllowed: unless ``by`` is an administrator.
    :raises NoteNeeded: without a reason.
    :raises NobodyFound: if nothing leads to a person.
    :raises NotOneself: if ``by`` is the person.
    :raises LastAdministrator: if nobody could run the register afterwards.
    """
    _may_erase(person, by, reason)
    needles = person.needles
    taken = going(person)
    names = set(_files_of(person))
    rows = {
        each.store.model: [str(row.pk) for row in _rows(each.store, person)]
        for each in taken
    }
    if settings.SESSIONS != "database":
        # Rows below are deleted one by one; what a cache keeps of them goes here.
        for user in User.objects.filter(pk__in=person.users):
            sign_out_everywhere(user)
    with acts.act(by=by, reason=needles.scrubbed(reason)):
        for each in taken:
            _erase_rows(each.store, person, by)
            _erase_past(each.store, person)
        for eraser in erasers():
            eraser(person)
        _scrub(needles, by)
        _delete_files(names)
        # Outside of the database: a backup that is restored knows nothing of it.
        transaction.on_commit(lambda: erasures.note(rows), robust=True)
        record_event(
            AuditKind.PERSON_ERASED,
            by=by,
            about=_about(person),
            detail=f"{sum(each.rows for each in taken)} + "
            f"{sum(each.past for each in taken)}",
        )
    return taken


def _may_erase(person: Person, by: User | None, reason: str) -> None:
    if by is not None and not rules.may_manage_people(by):
        raise NotAllowed
    if not reason.strip():
        raise NoteNeeded
    if not person.is_known:
        raise NobodyFound
    if by is not None and by.pk in person.users:
        raise NotOneself
    running = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    leaving = running.filter(pk__in=person.users)
    if leaving.exists() and not running.exclude(pk__in=person.users).exists():
        raise LastAdministrator


def _about(person: Person) -> models.Model | None:
    """Return the one row an erasure is about, if it is one."""
    if len(person.users) == 1:
        return User.objects.filter(pk__in=person.users).first()
    for store in stores():
        keys = person.keys_of(store.model)
        if len(keys) == 1:
            return store.table._base_manager.filter(pk__in=keys).first()
    return None


def record_hand_out(person: Person, *, by: User | None) -> None:
    """Record that somebody was given what is kept of ``person``."""
    record_event(AuditKind.PERSON_EXPORTED, by=by, about=_about(person))


# --- Rows -----------------------------------------------------------------------------


def _erase_rows(store: Store, person: Person, by: User | None) -> None:
    rows = list(_rows(store, person).order_by("pk"))
    if issubclass(store.table, Child):
        _erase_children(store, rows, by)
        return
    for row in rows:
        if store.removes:
            row.delete()
            continue
        left = {
            name: value
            for name, value in _left(store.columns, row.pk).items()
            if getattr(row, name) != value or callable(store.columns[name])
        }
        if left:
            rewrite(row, left, by)


def _left(columns: Mapping[str, Any], pk: Any) -> dict[str, Any]:
    """Return what an erasure leaves in each column of the row at ``pk``."""
    return {name: _value(each, pk) for name, each in columns.items()}


def _value(left: Any, pk: Any) -> Any:
    if left in (dict, list):
        return left()
    return left(pk) if callable(left) else left


def _erase_children(store: Store, rows: Iterable[Any], by: User | None) -> None:
    """Write children as every form does: by an edit of what they belong to."""
    by_parent: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        by_parent[_parent_of(row)].append(row)
    for parent, children in by_parent.items():
        if store.removes:
            changes = ChildChanges(removed=frozenset(each.pk for each in children))
        else:
            changes = ChildChanges(
                changed={each.pk: _left(store.columns, each.pk) for each in children}
            )
        edit_children(parent, store.table, changes, by)


def edit_children(
    parent: Kept, model: type[models.Model], changes: ChildChanges, by: User | None
) -> None:
    """Change what belongs to ``parent``, whatever state it is in."""
    name = next(
        name for name, child in children_of(type(parent)).items() if child is model
    )
    records.edit(parent, Changes(children={name: changes}), by=by)


def _parent_of(row: Any) -> Any:
    """Return what a child belongs to: its first parent. One query."""
    return next(
        parent
        for name in row.PARENTS
        for parent in [getattr(row, name)]
        if parent is not None
    )


def rewrite(row: Any, values: Mapping[str, Any], by: User | None) -> None:
    """Write columns of a row of any table, with its version, history and followers."""
    model = type(row)
    if _history_of(model) is None:
        model._base_manager.filter(pk=row.pk).update(**values)
        return
    fresh = model._base_manager.select_for_update(of=("self",)).get(pk=row.pk)
    for name, value in values.items():
        setattr(fresh, name, value)
    if isinstance(fresh, Kept):
        fresh.version += 1
        fresh.updated_by = by
        fresh.settle()
    fresh.save()
    if isinstance(fresh, Kept):
        status = getattr(fresh, "status", None)
        before = RecordStatus(status) if status in RecordStatus.values else None
        tell(Happening(fresh, before=before, fields=frozenset(values)))


def _erase_past(store: Store, person: Person) -> None:
    """Empty the personal columns of history, the rows written a moment ago included."""
    history = _history_of(store.table)
    if history is None:
        return
    kept = {column.name for column in history._meta.concrete_fields}
    columns = {
        name: each
        for name, each in store.columns.items()
        if name in kept and not isinstance(each, bool)
    }
    if not columns:
        return
    key = store.table._meta.pk.name
    past = _past(store, person)
    for pk in list(past.order_by().values_list(key, flat=True).distinct()):
        past.filter(**{key: pk}).update(**_left(columns, pk))


# --- Texts ----------------------------------------------------------------------------


def _scrub(needles: Needles, by: User | None) -> None:
    """Overwrite what texts still say: live rows first, because they make history."""
    found = every_model()
    for model in sorted(found, key=lambda model: past_of(model) is not model):
        for row, values in _scrubbed(model, needles):
            if past_of(model) is not model:
                model._base_manager.filter(pk=row.pk).update(**values)
            elif issubclass(model, Child):
                changes = ChildChanges(changed={row.pk: values})
                edit_children(_parent_of(row), model, changes, by)
            else:
                rewrite(row, values, by)
    _drop_sheets(needles)


def _drop_sheets(needles: Needles) -> None:
    """Let go of spreadsheets that say anything of the person: nobody mends them.

    Reads the rows of every file that is kept.
    """
    for run in ImportRun.objects.exclude(file="").order_by("pk"):
        if not keeping.says(keeping.FOLDER, run.file_hash, needles.found_in):
            continue
        same = ImportRun.objects.filter(file=run.file)
        unlink_later({run.file, keeping.name_of(keeping.FOLDER, run.file_hash)})
        same.update(file="")


def _scrubbed(
    model: type[models.Model], needles: Needles
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield rows that hold a needle, with what their columns are to hold instead."""
    columns = {column.name: column for column in text_columns(model)}
    store = store_of(model)
    for trace in list(traces(model, needles)):
        if model._meta.label == "registry.OutboxMail":
            yield trace.row, dict(MAIL_TEXTS)
            continue
        found = {}
        for name, value in trace.columns.items():
            surely = is_claimed(store, columns[name])
            found[name] = without(needles, columns[name], value, surely=surely)
        yield trace.row, found


# --- Files ----------------------------------------------------------------------------


def _files_of(person: Person) -> Iterator[str]:
    """Yield every stored file that rows or history of the person name."""
    for store in stores():
        if not (store.columns or store.removes) or not _names_files(store.table):
            continue
        for row in _rows(store, person):
            yield from file_names(row)
        if _history_of(store.table) is not None:
            for row in _past(store, person):
                yield from file_names(row)


def _names_files(model: Any) -> bool:
    return any(
        column.name in {"file", "portrait", "picture"}
        for column in model._meta.concrete_fields
    )


def _delete_files(names: set[str]) -> None:
    """Delete those of ``names`` that nothing else names, once this is committed."""
    stored = {name for name in names if "/" in name}
    if not stored:
        return
    unlink_later(stored - still_named(stored))


def unlink_later(names: Iterable[str]) -> None:
    """Delete files of both storages once this transaction is through."""
    leaving = sorted(names)

    def unlink() -> None:
        for name in leaving:
            for alias in ("private", "public"):
                storages[alias].delete(name)

    transaction.on_commit(unlink, robust=True)


def still_named(names: set[str]) -> set[str]:
    """Return those of ``names`` that some row, or a row's history, still names."""
    found: set[str] = set()
    for model in every_model():
        for column in model._meta.concrete_fields:
            rows = model._base_manager.order_by()
            if column.name == "file" and isinstance(column, models.CharField):
                found |= set(rows.filter(file__in=names).values_list("file", flat=True))
            elif isinstance(column, models.JSONField) and _names_files(model):
                hashes = {name.rpartition("/")[2][:64] for name in names}
                key = f"{column.name}__sha256"
                shown = set(
                    rows.filter(**{f"{key}__in": list(hashes)}).values_list(
                        key, flat=True
                    )
                )
                found |= {
                    name for name in names if name.rpartition("/")[2][:64] in shown
                }
    return found
