"""What points at a record, and goes along when the record goes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from registry.chronicle import Table, keys_in, title_of
from registry.files import private_url
from registry.history import HistoricalAct
from registry.models import Child, Kept, Record, SearchRow
from registry.wording import Wording


@dataclass(frozen=True)
class Link:
    """One column by which rows of some table point at records of a kind."""

    field: Any

    @property
    def model(self) -> Any:
        """Return the model of the rows that point."""
        return self.field.model

    @property
    def name(self) -> str:
        """Return the name of the column."""
        return str(self.field.name)

    @property
    def is_own(self) -> bool:
        """Tell whether the rows belong to the record: its photos, its contacts."""
        return issubclass(self.model, Child) and self.name in self.model.PARENTS

    @property
    def is_kept(self) -> bool:
        """Tell whether the rows are kept on their own: a member's goods."""
        return issubclass(self.model, Kept)

    @cached_property
    def has_position(self) -> bool:
        """Tell whether the rows stand in an order."""
        names = {field.name for field in self.model._meta.concrete_fields}
        return self.is_own and "position" in names

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """Return the columns that one row of a record may have set: the main photo."""
        found = []
        for each in self._unique:
            conditions = list(getattr(each.condition, "children", ()))
            if tuple(each.fields) == (self.name,) and len(conditions) == 1:
                column, value = conditions[0]
                if value is True:
                    found.append(column)
        return tuple(found)

    @cached_property
    def _unique(self) -> list[models.UniqueConstraint]:
        return [
            each
            for each in self.model._meta.constraints
            if isinstance(each, models.UniqueConstraint) and self.name in each.fields
        ]

    @cached_property
    def constraints(self) -> list[models.UniqueConstraint]:
        """Return what says that a record has but one row of some kind."""
        flags = [{self.name}] if self.flags else []
        return [each for each in self._unique if set(each.fields) not in flags]

    @cached_property
    def may_clash(self) -> bool:
        """Tell whether rows of two records may not all be one record's."""
        return bool(self.constraints) or self.field.unique

    def rows(self, record: Record) -> Any:
        """Return what points at ``record``, in the order it is shown."""
        found = self.model._default_manager.filter(**{self.name: record})
        order = ["position"] if self.has_position else []
        return found.order_by(*(f"-{flag}" for flag in self.flags), *order, "pk")

    def told(self, row: Any) -> tuple[Any, ...]:
        """Return what ``row`` says beside whose it is, and where it stands."""
        silent = {self.name, "position", row._meta.pk.name, *self.flags}
        return tuple(
            column.value_from_object(row)
            for column in row._meta.concrete_fields
            if column.name not in silent
        )


def links_of(model: type[models.Model]) -> tuple[Link, ...]:
    """Return the columns by which rows point at ``model``: what belongs to it first.

    Neither history, which stays with the record it is of, nor search rows, which
    follow by themselves.
    """
    relations: list[Any] = list(model._meta.get_fields(include_hidden=True))
    found = [
        Link(relation.field)
        for relation in relations
        if relation.auto_created
        and not relation.concrete
        and not relation.many_to_many
        and not issubclass(relation.related_model, HistoricalAct | SearchRow)
    ]
    return tuple(
        sorted(found, key=lambda link: (not link.is_own, link.is_kept, str(link.field)))
    )


#: Why a row stays; else it is the name of a constraint, or a sentence.
THERE, FULL, BARRED = "there", "full", "barred"


@dataclass(frozen=True)
class Staying:
    """A row that stays with the record that goes, and why."""

    row: Any
    why: str


def why_staying(model: Any, why: str) -> str:
    """Return in a sentence why a row of ``model`` stays where it is."""
    known = {
        THERE: _("The same is there already."),
        FULL: _("There are at most %(count)d.")
        % {"count": getattr(model, "AT_MOST", 0)},
        BARRED: _("The register holds something that does not go with it."),
    }
    for constraint in model._meta.constraints:
        if constraint.name == why:
            return str(constraint.violation_error_message)
    return known.get(why, why)


def names_of_rows(rows: Iterable[Any]) -> list[str]:
    """Return what rows are called, by kind and first values. One query a table."""
    listed = [(Table("part", type(row), ""), row) for row in rows]
    wording = Wording().knowing(
        key for table, row in listed for key in keys_in(table, None, row)
    )
    return [title_of(table, wording, row) for table, row in listed]


def parted(link: Link, kept: Record, gone: Record) -> tuple[list[Any], list[Staying]]:
    """Return which rows of ``gone`` can follow to ``kept``, and which must stay.

    One query for each side, and one a row and constraint where rows may clash.
    """
    rows = list(link.rows(gone))
    if not rows or not (link.is_own or link.may_clash):
        return rows, []
    there = list(link.rows(kept))
    moving: list[Any] = []
    staying: list[Staying] = []
    for row in rows:
        why = _why(link, row, kept, there, len(moving))
        if why:
            staying.append(Staying(row, why))
        else:
            moving.append(row)
    return moving, staying


def _why(link: Link, row: Any, kept: Record, there: Sequence[Any], moving: int) -> str:
    if link.is_own and link.told(row) in [link.told(each) for each in there]:
        return THERE
    most = getattr(link.model, "AT_MOST", 0)
    if most and len(there) + moving >= most:
        return FULL
    if link.field.unique and there:
        return THERE
    former = getattr(row, link.name)
    setattr(row, link.name, kept)
    try:
        for constraint in link.constraints:
            try:
                constraint.validate(link.model, row)
            except ValidationError:
                return str(constraint.name)
    finally:
        setattr(row, link.name, former)
    return ""


@dataclass(frozen=True)
class Follows:
    """How many rows of one kind follow, and which stay, for people: (name, why)."""

    label: str
    count: int
    staying: tuple[tuple[str, str], ...]


def follows(kept: Record, gone: Record) -> list[Follows]:
    """Return what would follow from ``gone`` to ``kept``, by kind."""
    found = []
    for link in links_of(type(gone)):
        staying: list[Staying] = []
        if link.is_own or link.may_clash:
            moving, staying = parted(link, kept, gone)
            count = len(moving)
        else:
            count = link.rows(gone).count()
        if count or staying:
            names = names_of_rows(each.row for each in staying)
            why = [why_staying(link.model, each.why) for each in staying]
            stay = tuple(zip(names, why, strict=True))
            found.append(Follows(_label(link), count, stay))
    return found


@dataclass(frozen=True)
class Kind:
    """How many rows of one kind each of two records has."""

    label: str
    left: int
    right: int


def kinds_of(left: Record, right: Record) -> list[Kind]:
    """Return what points at either record, by kind. Two queries a kind."""
    found = [
        Kind(_label(link), link.rows(left).count(), link.rows(right).count())
        for link in links_of(type(left))
    ]
    return [each for each in found if each.left or each.right]


def _label(link: Link) -> str:
    return str(capfirst(str(link.model._meta.verbose_name_plural)))


def pictures_of(record: Record) -> list[tuple[str, str]]:
    """Return the pictures that belong to a record: (address, what it shows)."""
    return [
        (private_url(row, name), str(row))
        for link in links_of(type(record))
        if link.is_own and "picture" in {f.name for f in link.model._meta.get_fields()}
        for row in link.rows(record)
        if (name := row.picture.get("card", {}).get("webp"))
    ]
