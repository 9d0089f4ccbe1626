"""Moving what points at one record to another, and back.

What a record has already, or may have only once, stays where it was; whoever asks
is told (:func:`registry.merging.parted`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from registry import acts, merging
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.errors import RecordError
from registry.merging import Link
from registry.models import Kept, Merge, User


@dataclass
class Moves:
    """Moves what points at one record to another, and remembers how it was."""

    kept: Any
    gone: Any
    by: User | None
    #: What moved, as a merge remembers it: [label, column, [keys]] each.
    moved: list[list[Any]] = field(default_factory=list)
    #: Label → key → the columns that moving changed beside the key itself.
    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    #: What could not move: [label, column, key, why] each.
    stayed: list[list[Any]] = field(default_factory=list)
    kept_rows: list[Kept] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    @property
    def own(self) -> frozenset[str]:
        """Return the related names of the children that moved."""
        return frozenset(self.names)

    def follow(self, link: Link) -> None:
        """Move the rows of one kind, each in a savepoint where it may be refused."""
        moving, staying = merging.parted(link, self.kept, self.gone)
        done = []
        place = self._next_place(link) if moving and link.has_position else 0
        for row in moving:
            try:
                with transaction.atomic():
                    self._move(link, row, place)
            except IntegrityError:
                staying.append(merging.Staying(row, merging.BARRED))
                continue
            except RecordError as refusal:
                if link.is_kept:
                    # Goods without their producer would be lost to the public.
                    raise
                staying.append(merging.Staying(row, str(refusal)))
                continue
            place += 1
            done.append(row.pk)
        if done:
            self.moved.append([link.model._meta.label, link.name, done])
            if link.is_own:
                self.names.add(str(link.field.remote_field.get_accessor_name()))
        label = link.model._meta.label
        self.stayed += [[label, link.name, each.row.pk, each.why] for each in staying]

    def _move(self, link: Link, row: Any, place: int) -> None:
        if link.is_own:
            values = self._new_values(link, row, place)
            former = {name: getattr(row, name) for name in values}
            _move_child(row, link, self.kept, values)
            if former:
                label = link.model._meta.label
                self.rows.setdefault(label, {})[str(row.pk)] = former
        elif link.is_kept:
            changes = Changes({link.name: self.kept})
            self.kept_rows.append(records.edit(row, changes, by=self.by))
        else:
            _point_at(link, row, self.kept, self.by)

    def _new_values(self, link: Link, row: Any, place: int) -> dict[str, Any]:
        values: dict[str, Any] = {"position": place} if link.has_position else {}
        there = link.rows(self.kept)
        for flag in link.flags:
            if getattr(row, flag) and there.filter(**{flag: True}).exists():
                values[flag] = False
        return values

    def _next_place(self, link: Link) -> int:
        last = link.rows(self.kept).aggregate(last=models.Max("position"))["last"]
        return 0 if last is None else last + 1


def _move_child(row: Any, link: Link, to: Any, values: Mapping[str, Any]) -> None:
    """Give what belongs to one record to another, and let both histories say so."""
    _note_leaving(row)
    setattr(row, link.name, to)
    for name, value in values.items():
        setattr(row, name, value)
    row.settle()
    row.save()


def _note_leaving(row: Any) -> None:
    """Write into the history of the record that ``row`` leaves that it went."""
    if not hasattr(type(row), "history"):
        return
    past, running = type(row).history.model, acts.current()
    past._default_manager.create(
        history_date=timezone.now(),
        history_type="-",
        history_user=running.by,
        history_change_reason=running.reason,
        **{
            column.attname: getattr(row, column.attname)
            for column in past.tracked_fields
        },
    )


def _point_at(link: Link, row: Any, to: Any, by: User | None) -> None:
    """Have a row that is not the record's own point at ``to``."""
    parents = getattr(row, "PARENTS", ())
    parent = next((getattr(row, key) for key in parents if getattr(row, key)), None)
    if parent is not None:
        # It counts to the version of what it belongs to: a cluster's post.
        name = next(
            relation.get_accessor_name()
            for relation in parent._meta.related_objects
            if relation.related_model is link.model and relation.field.name in parents
        )
        changed = ChildChanges(changed={row.pk: {link.name: to}})
        records.edit(parent, Changes(children={name: changed}), by=by)
        return
    setattr(row, link.name, to)
    if hasattr(type(row), "history"):
        row.save()
    else:
        type(row)._default_manager.filter(pk=row.pk).update(**{link.name: to})


def move_back(done: Merge, kept: Any, gone: Any, by: User | None) -> frozenset[str]:
    """Move back what still points at the kept record; return the own kinds."""
    links = {
        (link.model._meta.label, link.name): link
        for link in merging.links_of(type(kept))
    }
    names = set()
    for label, column, keys in done.moved:
        link = links[label, column]
        former = done.before["rows"].get(label, {})
        for row in link.rows(kept).filter(pk__in=keys).order_by("pk"):
            if link.is_own:
                _move_child(row, link, gone, former.get(str(row.pk), {}))
                names.add(str(link.field.remote_field.get_accessor_name()))
            elif link.is_kept:
                records.edit(row, Changes({link.name: gone}), by=by)
            else:
                _point_at(link, row, gone, by)
    return frozenset(names)
