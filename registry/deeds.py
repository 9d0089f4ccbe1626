"""What people did: acts across every table that remembers, and one act with its rows.

Reviewers read what concerns rows of their scope, administrators everything. A row
that somebody may not see is left out, as if the act had not touched it.
"""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Max, OuterRef, Q, Subquery, Value
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from registry.chronicle import (
    RowChange,
    Table,
    What,
    differs,
    keys_in,
    title_of,
    value_of,
)
from registry.desks import desk_of
from registry.masking import HIDDEN, mask
from registry.models import AuditEvent, Child, Record, User
from registry.personal import columns_of, is_personal
from registry.wording import EMPTY, Wording, names_of

#: Rows of one table that a page of an act shows.
MOST_ROWS = 50


# --- Which tables, which rows ---------------------------------------------------------


@cache
def remembered() -> tuple[type[models.Model], ...]:
    """Return every model whose changes are remembered, the lowest app first."""
    found = [model for model in apps.get_models() if hasattr(model, "history")]
    return tuple(sorted(found, key=lambda model: model._meta.label))


def in_scope(rows: Any, model: Any, user: User) -> Any:
    """Keep those history rows of ``model`` that ``user`` may read.

    What belongs to a row is read by whoever reads one of the rows it belongs to.
    Accounts, and rows that are gone, are for administrators alone.
    """
    if user.is_administrator:
        return rows
    if model is User:
        return rows.none()
    if issubclass(model, Child):
        found = Q(pk__in=[])
        for name in model.PARENTS:
            parent: Any = model._meta.get_field(name).related_model
            seen = parent._default_manager.visible_to(user).values("pk")
            found |= Q(**{f"{name}_id__in": seen})
        return rows.filter(found)
    manager: Any = model._default_manager
    if not hasattr(manager, "visible_to"):
        return rows.none()
    key = model._meta.pk.name
    return rows.filter(**{f"{key}__in": manager.visible_to(user).values("pk")})


def events_for(user: User) -> Any:
    """Return the events ``user`` may read: all, one's own, and of one's records."""
    if user.is_administrator:
        return AuditEvent.objects.all()
    found = Q(by=user)
    for model in apps.get_models():
        if issubclass(model, Record) and user.is_staff:
            manager: Any = model._default_manager
            seen = manager.visible_to(user).values("pk")
            found |= Q(model=model._meta.label, object_id__in=seen)
    return AuditEvent.objects.filter(found)


# --- Masked words ---------------------------------------------------------------------


@dataclass(frozen=True)
class Masked(Wording):
    """A wording that shows of personal data only enough to tell two apart."""

    def knowing(self, keys: Iterable[Any]) -> "Masked":
        """Return the same with the names of the rows at ``keys``. One query a table."""
        return Masked(self.labels, self.words, names_of(keys))

    def read(self, column: models.Field, value: Any) -> str:
        """Return a value, masked where its column is a person's."""
        if value not in EMPTY and column.name in columns_of(column.model._meta.label):
            if isinstance(value, Decimal) or isinstance(column, models.TextField):
                return HIDDEN
            if isinstance(value, str):
                return mask(value)
        return super().read(column, value)


def wording_of(model: type[models.Model], *, is_open: bool) -> Wording:
    """Return how values of a model are put into words; ``is_open`` shows persons."""
    desk = desk_of(model._meta.label)
    known = desk.wording if desk is not None else Wording()
    return known if is_open else Masked(known.labels, known.words)


# --- Acts of a person -----------------------------------------------------------------


@dataclass(frozen=True)
class Deed:
    """One act in a list: when, and how many rows of which kinds."""

    act_id: uuid.UUID
    at: datetime.datetime
    reason: str
    rows: Mapping[str, int] = field(default_factory=dict)


def acts_of(
    person: User, viewer: User, *, before: datetime.datetime | None, most: int
) -> list[Deed]:
    """Return the latest acts of ``person`` as far as ``viewer`` sees. Two queries."""
    parts = []
    for number, model in enumerate(remembered()):
        history: Any = model.history.model  # type: ignore[attr-defined] # by its package
        rows = in_scope(history.objects.filter(history_user=person), model, viewer)
        acts = _folded(rows, number)
        parts.append(acts if before is None else acts.filter(at__lt=before))
    latest = parts[0].union(*parts[1:], all=True).order_by("-at", "act_id")
    found = list(latest[: most + len(parts)])
    wanted = list(dict.fromkeys(each["act_id"] for each in found))[:most]
    deeds = _whole(wanted, viewer)
    # An act that ended on the page before began earlier in one of its tables.
    return [each for each in deeds if before is None or each.at < before]


def _whole(acts: Sequence[uuid.UUID], viewer: User) -> list[Deed]:
    """Return acts with all their tables, the latest first. One query."""
    if not acts:
        return []
    parts = []
    for number, model in enumerate(remembered()):
        history: Any = model.history.model  # type: ignore[attr-defined] # by its package
        rows = in_scope(history.objects.filter(act_id__in=acts), model, viewer)
        parts.append(_folded(rows, number))
    folded: dict[uuid.UUID, list[Any]] = {}
    for each in parts[0].union(*parts[1:], all=True).order_by("table_number"):
        folded.setdefault(each["act_id"], []).append(each)
    deeds = [
        Deed(
            act_id,
            max(each["at"] for each in rows),
            next((each["reason"] for each in rows if each["reason"]), ""),
            {kind_of(remembered()[each["table_number"]]): each["n"] for each in rows},
        )
        for act_id, rows in folded.items()
    ]
    return sorted(deeds, key=lambda deed: (deed.at, deed.act_id), reverse=True)


def _folded(rows: Any, number: int) -> Any:
    return (
        rows.order_by()
        .values("act_id")
        .annotate(
            at=Max("history_date"),
            n=Count("pk"),
            reason=Max("history_change_reason"),
            table_number=Value(number),
        )
    )


#: Tables of packages that have no name in the languages of the portal.
UNNAMED: Mapping[str, str | Promise] = {
    "usersessions.UserSession": _("signed-in device"),
    "mfa.Authenticator": _("second factor"),
}


def kind_of(model: type[models.Model]) -> str:
    """Return what rows of a model are called."""
    name = UNNAMED.get(model._meta.label, model._meta.verbose_name)
    return str(capfirst(str(name)))


# --- One act --------------------------------------------------------------------------


@dataclass(frozen=True)
class Touched:
    """One row an act wrote: what was before and after, and where its history is."""

    change: RowChange
    model: type[models.Model]
    pk: Any


@dataclass(frozen=True)
class Act:
    """Who, when, why, and every row."""

    id: uuid.UUID
    at: datetime.datetime
    by: User | None
    reason: str
    rows: Sequence[Touched]
    #: Rows there are beyond those shown, by kind.
    more: Mapping[str, int]
    holds_personal: bool


def act_of(act_id: uuid.UUID, viewer: User, *, is_open: bool) -> Act | None:
    """Return an act as far as ``viewer`` sees; None if nothing of it is theirs.

    One query, and for each table it wrote two, and those that name keys.
    """
    (deed,) = _whole([act_id], viewer) or (None,)
    if deed is None:
        return None
    rows: list[Touched] = []
    head, more, personal = None, {}, False
    for model in remembered():
        count = deed.rows.get(kind_of(model), 0)
        if not count:
            continue
        found = list(_rows_of(act_id, model, viewer))
        head = head or found[0]
        pairs = _pairs(model, found)
        personal = personal or any(
            is_personal(row, column.name)
            for pair in pairs
            for row in pair
            if row is not None
            for column in _table(model).told
        )
        rows += _told(model, pairs, is_open=is_open)
        if count > len(found):
            more[kind_of(model)] = count - len(found)
    by = head and User.objects.filter(pk=head.history_user_id).first()
    return Act(act_id, deed.at, by, deed.reason, rows, more, personal)


def _table(model: type[models.Model]) -> Table:
    # Named, so that its title is said: the page is of the act and not of one row.
    return Table("row", model, model._meta.pk.name)


def _rows_of(act_id: uuid.UUID, model: Any, viewer: User) -> Any:
    history = model.history.model
    key = model._meta.pk.name
    earlier = history.objects.filter(
        **{key: OuterRef(key)}, history_id__lt=OuterRef("history_id")
    ).order_by("-history_id")
    rows = in_scope(history.objects.filter(act_id=act_id), model, viewer)
    return rows.annotate(
        earlier=Subquery(earlier.values("history_id")[:1]),
    ).order_by("history_id")[:MOST_ROWS]


def _pairs(model: Any, found: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Return each row before and after; a row that was written twice is one pair."""
    before = model.history.model.objects.in_bulk(
        [row.earlier for row in found if row.earlier is not None]
    )
    key = model._meta.pk.name
    first: dict[Any, Any] = {}
    last: dict[Any, Any] = {}
    for row in found:
        first.setdefault(getattr(row, key), row)
        last[getattr(row, key)] = row
    pairs = []
    for pk, row in first.items():
        old = before.get(row.earlier)
        old = None if old is None or old.history_type == "-" else old
        new = None if last[pk].history_type == "-" else last[pk]
        if old is not None or new is not None:
            pairs.append((old, new))
    return pairs


def _told(
    model: type[models.Model], pairs: Sequence[tuple[Any, Any]], *, is_open: bool
) -> list[Touched]:
    table = _table(model)
    keys = {key for old, new in pairs for key in keys_in(table, old, new)}
    names = names_of(keys)
    touched = []
    for old, new in pairs:
        row = old if new is None else new
        # Nothing of a shop's is masked: the row says whether it is a person's.
        closed = not is_open and any(is_personal(row, each.name) for each in table.told)
        base = wording_of(model, is_open=not closed)
        wording = type(base)(base.labels, base.words, names)
        fields = tuple(
            wording.change(column, value_of(old, column), value_of(new, column))
            for column in table.told
            if differs(value_of(old, column), value_of(new, column))
        )
        what: What = "added" if old is None else "removed" if new is None else "changed"
        change = RowChange(what, title_of(table, wording, row), fields)
        touched.append(Touched(change, model, getattr(row, model._meta.pk.name)))
    return touched
