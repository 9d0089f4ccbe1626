"""What forms check of a row, asked of thousands: the model's fields and constraints.

``full_clean`` asks the database for every check constraint of every row. Here the
conditions are worked out on the values, as SQL would (three-valued: unknown passes),
and each distinct value of a field is validated once. What cannot be worked out here is
asked as ``full_clean`` would.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now

#: Of a condition: True, False, or None for unknown.
Truth = bool | None
Getter = Callable[[str], Any]
Condition = Callable[[Getter], Truth]

#: Values of one field that are remembered as checked.
REMEMBERED = 20_000


class NotSimple(Exception):
    """A condition that only the database can work out."""


class Checks:
    """The checks of one model, for one file."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self._fields: dict[str, _FieldCheck] = {}
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._constraints = [
            _ConstraintCheck(each)
            for each in model._meta.constraints
            if isinstance(each, models.CheckConstraint)
        ]
        self._uniques = [
            each
            for each in model._meta.constraints
            if isinstance(each, models.UniqueConstraint)
        ]

    def faults(
        self,
        fields: Mapping[str, Any],
        getter: Getter,
        *,
        needed: Collection[str] = (),
    ) -> Iterator[tuple[str, str]]:
        """Yield (field or "", sentence) for all that is wrong with ``fields``.

        ``getter`` gives what the row would hold in any field; ``needed`` are those that
        a new row must give.
        """
        shape = self._shapes.get(names := tuple(fields))
        if shape is None:
            shape = self._shapes[names] = self._shape(names)
        yield from shape.faults(fields)
        for name in needed:
            if name not in fields:
                yield name, _now("This may not be empty.")
        for constraint in shape.constraints:
            sentence = constraint.fault(self.model, getter)
            if sentence:
                yield "", sentence

    def _shape(self, names: Collection[str]) -> "_Shape":
        for name in names:
            if name not in self._fields:
                self._fields[name] = _FieldCheck(self.model, name)
        return _Shape(
            [(name, self._fields[name].room, self._fields[name]) for name in names],
            [each for each in self._constraints if not each.names.isdisjoint(names)],
        )

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Return the fields that a form would not leave empty."""
        return tuple(
            field.name
            for field in self.model._meta.concrete_fields
            if field.editable
            and not field.blank
            and not field.has_default()
            and not field.primary_key
        )


@dataclass(frozen=True, slots=True)
class _Shape:
    """What rows that give the same fields are asked."""

    checks: "Sequence[tuple[str, float, _FieldCheck]]"
    constraints: "Sequence[_ConstraintCheck]"

    def faults(self, fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield (field, sentence) for what is wrong with a value by itself."""
        for name, room, check in self.checks:
            value = fields[name]
            # Of most texts only their length is asked; of keys, whether they are there.
            if value.__class__ is str:
                if 0 < len(value) <= room:
                    continue
            elif check.is_key and value is not None:
                continue
            for sentence in check(value):
                yield name, sentence


class _FieldCheck:
    """What ``Field.clean`` says of a value; once for each."""

    def __init__(self, model: type[models.Model], name: str) -> None:
        field: Any = model._meta.get_field(name)
        self.field = field
        self.is_key = field.is_relation
        self._known: dict[Any, tuple[str, ...]] = {}
        others = [
            each
            for each in field.validators
            if not isinstance(each, MaxLengthValidator)
        ]
        is_text = isinstance(field, models.CharField | models.TextField)
        is_plain = is_text and not others and not field.choices
        most = getattr(field, "max_length", None)
        #: So long may a text be that only its length can make wrong; 0 of others.
        self.room = (math.inf if most is None else most) if is_plain else 0

    def __call__(self, value: Any) -> tuple[str, ...]:
        if self.is_key:
            # Keys come resolved; only their absence is asked for.
            is_right = value is not None or self.field.null
            return () if is_right else (_now("This may not be empty."),)
        try:
            told = self._known.get((value.__class__, value))
        except TypeError:
            return self._asked(value)
        if told is None:
            told = self._asked(value)
            if len(self._known) < REMEMBERED:
                self._known[value.__class__, value] = told
        return told

    def _asked(self, value: Any) -> tuple[str, ...]:
        if value in self.field.empty_values and self.field.blank:
            # As ``full_clean`` does.
            return ()
        try:
            self.field.clean(value, None)
        except ValidationError as error:
            return tuple(error.messages)
        return ()


class _ConstraintCheck:
    """One check constraint, worked out on values."""

    def __init__(self, constraint: models.CheckConstraint) -> None:
        self.constraint = constraint
        condition = constraint.condition
        self.names = frozenset(_names(condition))
        self._holds: Condition | None
        try:
            self._holds = compiled(condition)
        except NotSimple:
            self._holds = None

    def fault(self, model: type[models.Model], getter: Getter) -> str:
        """Return what is wrong; empty if nothing is."""
        if self._holds is not None:
            try:
                if self._holds(getter) is not False:
                    return ""
                return str(self.constraint.get_violation_error_message())
            except TypeError:
                # A value that its own field refused: that is said there.
                return ""
        row = model()
        for name in self.names:
            setattr(row, name, getter(name))
        try:
            self.constraint.validate(model, row)
        except ValidationError as error:
            return " ".join(error.messages)
        return ""


# --- Conditions -------------------------------------------------------------------


def _names(condition: Any) -> Iterator[str]:
    """Yield the fields a condition reads."""
    if not isinstance(condition, Q):
        return
    for child in condition.children:
        if isinstance(child, Q):
            yield from _names(child)
        elif isinstance(child, tuple):
            yield str(child[0]).split("__")[0]
            if isinstance(child[1], F):
                yield _name(child[1])


def compiled(condition: Any) -> Condition:
    """Return a condition as a function of values.

    :raises NotSimple: if only the database can work it out.
    """
    if not isinstance(condition, Q):
        raise NotSimple
    parts = [
        _lookup(*child) if isinstance(child, tuple) else compiled(child)
        for child in condition.children
    ]
    if condition.connector == Q.XOR:
        raise NotSimple
    join = _all if condition.connector == Q.AND else _any
    is_negated = condition.negated

    def holds(get: Getter) -> Truth:
        found = join(parts, get)
        return found if found is None or not is_negated else not found

    return holds


def _all(parts: list[Condition], get: Getter) -> Truth:
    found: Truth = True
    for part in parts:
        truth = part(get)
        if truth is False:
            return False
        if truth is None:
            found = None
    return found


def _any(parts: list[Condition], get: Getter) -> Truth:
    found: Truth = False
    for part in parts:
        truth = part(get)
        if truth is True:
            return True
        if truth is None:
            found = None
    return found


COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda left, right: bool(left == right),
    "gt": lambda left, right: bool(left > right),
    "gte": lambda left, right: bool(left >= right),
    "lt": lambda left, right: bool(left < right),
    "lte": lambda left, right: bool(left <= right),
    "in": lambda left, right: left in right,
}


def _name(expression: F) -> str:
    """Return the field that ``F`` names, which the stubs do not know of."""
    named: Any = expression
    return str(named.name)


def _lookup(path: str, right: Any) -> Condition:
    name, *rest = path.split("__")
    lookup = rest[0] if rest else "exact"
    if len(rest) > 1 or (lookup not in COMPARED and lookup != "isnull"):
        raise NotSimple
    if lookup == "isnull":
        return lambda get: (get(name) is None) is right
    if isinstance(right, F):
        if "__" in _name(right):
            raise NotSimple
        return _between(name, _name(right), COMPARED[lookup])
    if hasattr(right, "resolve_expression"):
        raise NotSimple
    compare = COMPARED[lookup]
    if right is None:
        raise NotSimple

    def holds(get: Getter) -> Truth:
        left = get(name)
        return None if left is None else compare(left, right)

    return holds


def _between(name: str, other: str, compare: Callable[[Any, Any], bool]) -> Condition:
    def holds(get: Getter) -> Truth:
        left, right = get(name), get(other)
        return None if left is None or right is None else compare(left, right)

    return holds
