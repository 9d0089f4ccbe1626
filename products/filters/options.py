"""What a filter may be set to, and how a page offers it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import get_language

from registry.models import Named


@dataclass(frozen=True)
class Option:
    """One thing a filter may be set to."""

    value: str
    label: str | Promise
    #: The language of the label where it is not the reader's.
    lang: str = ""
    #: How far below the top of a tree it stands.
    depth: int = 0

    @cached_property
    def safe_value(self) -> str:
        """Return the value as it stands in HTML."""
        return escape(self.value)

    @cached_property
    def safe_label(self) -> str:
        """Return the label as it stands in HTML; keeps its first language."""
        return escape(str(self.label))


@dataclass(frozen=True)
class Choice:
    """An option as a page offers it."""

    option: Option
    #: How many rows it would give under the other filters.
    #: None where nobody counted.
    count: int | None
    is_chosen: bool


@dataclass(frozen=True)
class Question:
    """A filter as a page offers it: the options that would give anything."""

    name: str
    label: str | Promise
    choices: Sequence[Choice]

    @property
    def is_answered(self) -> bool:
        """Tell whether the filter is set."""
        return any(choice.is_chosen for choice in self.choices)


@dataclass(frozen=True)
class Step:
    """An address one step away: a filter taken off, a shelf to go to."""

    label: str | Promise
    url: str
    count: int = 0
    lang: str = ""
    is_current: bool = False


def named(value: str, thing: Named, *, depth: int = 0) -> Option:
    """Return an option that is called what ``thing`` is called."""
    reader, other = ("en", "th") if get_language() == "en" else ("th", "en")
    has_own = bool(getattr(thing, f"name_{reader}"))
    return Option(value, thing.name, "" if has_own else other, depth)


def listed(choices: Iterable[tuple[Any, Any]]) -> tuple[Option, ...]:
    """Return the options of an enumeration."""
    return tuple(Option(str(value), label) for value, label in choices)
