"""Entering many rows at once."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from registry import acts, rules
from registry.actions.codes import allocate_many
from registry.errors import Busy, NotAllowed
from registry.followers import Happening, tell_all
from registry.models import Child, FormKey, Kept, Record, User, children_of, parent_key
from registry.rows_at_once import insert_many, remember

K = TypeVar("K", bound=Kept)

#: Rows an INSERT holds.
BATCH = 500


@dataclass(frozen=True)
class Entry:
    """One row to enter: clean and unsaved, with what belongs to it.

    ``form_key`` is what it is known by from then on (see :func:`used_keys`).
    """

    row: Any
    children: Mapping[str, Sequence[Child]] = field(default_factory=dict)
    form_key: uuid.UUID | None = None


def used_keys(
    model: type[models.Model], keys: Iterable[uuid.UUID]
) -> dict[uuid.UUID, int]:
    """Return what each of ``keys`` made before: its row's primary key."""
    wanted = list(keys)
    found: dict[uuid.UUID, int] = {}
    for start in range(0, len(wanted), BATCH):
        used = FormKey.objects.filter(
            key__in=wanted[start : start + BATCH],
            model=model._meta.label,
        )
        for key, pk in used.values_list("key", "object_id"):
            if pk is not None:
                found[key] = pk
    return found


@transaction.atomic
def create_many(
    model: type[K], entries: Sequence[Entry], *, by: User | None, reason: str = ""
) -> list[K]:
    """Enter the rows of ``entries``, all of them new, and return them.

    :raises NotAllowed: if ``by`` may not enter one of them.
    :raises Busy: if somebody entered one of them under its form key meanwhile.
    """
    rows: list[K] = [each.row for each in entries]
    if not rows:
        return []
    for row in rows:
        row.settle()
    _require_entering(rows, by)
    _sign(rows, by)
    with acts.act(by=by, reason=reason):
        _give_codes(rows)
        insert_many(rows)
        remember(model, [row.pk for row in rows], "+")
        _take_keys(model, entries)
        for name, child_model in children_of(model).items():
            _create_children(model, name, child_model, entries)
        tell_all(
            [
                Happening(
                    each.row, created=True, children=frozenset(each.children.keys())
                )
                for each in entries
            ]
        )
    return rows


def _require_entering(rows: Iterable[Kept], by: User | None) -> None:
    """See that ``by`` may enter rows; asked once for each owner and province.

    No more of a row decides it (:func:`registry.rules.may_create`).

    :raises NotAllowed: if not.
    """
    asked: set[tuple[Any, Any]] = set()
    for row in rows:
        where = getattr(row, "owner_id", None), rules.province_of(row)
        if where not in asked:
            asked.add(where)
            require("create", by, row)


def _sign(rows: Iterable[Kept], by: User | None) -> None:
    """Say whose rows they are, as assigning ``by`` to each does in longer."""
    key = None if by is None else by.pk
    for row in rows:
        row.created_by_id = row.updated_by_id = key
        row._state.fields_cache.update(created_by=by, updated_by=by)


def _give_codes(rows: Sequence[Kept]) -> None:
    """Give each record without a code the next one of its province, in order."""
    without: dict[tuple[str, str], list[Record]] = {}
    for row in rows:
        if isinstance(row, Record) and row.CODE_LETTER and not row.code:
            without.setdefault((row.province_id, row.CODE_LETTER), []).append(row)
    # In one order, so that two bulk acts never wait for each other in a circle.
    for (province, letter), waiting in sorted(
        without.items(), key=lambda each: each[0]
    ):
        codes = allocate_many(province, letter, len(waiting))
        for row, code in zip(waiting, codes, strict=True):
            row.code = code


def _take_keys(model: type[Kept], entries: Sequence[Entry]) -> None:
    keys = [
        FormKey(key=each.form_key, model=model._meta.label, object_id=each.row.pk)
        for each in entries
        if each.form_key is not None
    ]
    try:
        with transaction.atomic():
            FormKey.objects.bulk_create(keys, batch_size=BATCH)
    except IntegrityError as taken:
        raise Busy from taken


def _create_children(
    model: type[Kept], name: str, child_model: type[Child], entries: Sequence[Entry]
) -> None:
    key = parent_key(model, name)
    children: list[Child] = []
    for entry in entries:
        for child in entry.children.get(name, ()):
            setattr(child, key, entry.row)
            child.settle()
            children.append(child)
    if children:
        insert_children(children)


def insert_children(children: Sequence[Child]) -> None:
    """Insert children of one kind that have their parents and are settled."""
    if children:
        insert_many(children)
        remember(type(children[0]), [child.pk for child in children], "+")


def require(verb: str, by: User | None, row: Kept) -> None:
    """See that ``by`` may do this to the row.

    :raises NotAllowed: if not.
    """
    if by is not None and not rules.allowed(verb, by, row):
        raise NotAllowed
