"""What becomes of one row of an open file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Any

from django.utils.translation import gettext as _

from products.cdd.differences import Wish
from products.cdd.matching import Candidate
from products.cdd.reading import Source
from registry.enums import RowFate


class What(StrEnum):
    """What is done about a row."""

    #: A record is made of it, as a draft.
    NEW = auto()
    #: A record of the register is it, and is remembered to be.
    LINK = auto()
    #: A person decides which record it is.
    WAIT = auto()
    #: It was seen before, and its record is known.
    KNOWN = auto()
    #: It was seen before, and waits for a person still.
    WAITING = auto()
    #: A person said to leave it out.
    IGNORED = auto()
    #: Another row of the file says the same.
    COPY = auto()
    #: Another row of the file is the same product; this one adds a year's stars.
    MORE = auto()
    BAD = auto()


@dataclass(slots=True)
class Step:
    """A row, and what is done about it."""

    number: int
    what: What
    source: Source | None = None
    key: str = ""
    #: The kept row of the list, if it was seen before.
    row_id: int | None = None
    #: The record it is.
    record_id: int | None = None
    candidates: list[Candidate] = field(default_factory=list)
    #: Attribute → value: what is written into the record.
    fields: dict[str, Any] = field(default_factory=dict)
    changes: list[Wish] = field(default_factory=list)
    differences: list[Wish] = field(default_factory=list)
    #: Of a copy: the row it repeats.
    first: int = 0
    #: Of a bad row: column, what stands there, why.
    fault: tuple[str, str, str] = ("", "", "")
    #: A person said so while the file was looked at.
    is_decided: bool = False
    #: The kept row is of an earlier year, or says otherwise than the file.
    is_aged: bool = False
    is_respelt: bool = False
    #: Of a product: the step of its producer.
    producer: "Step | None" = None
    #: Of a product without a producer: it stands under the district's placeholder.
    is_unnamed: bool = False
    #: Of a product: the stars to give it, and the round they are of.
    stars: int = 0
    round_id: int | None = None

    @property
    def fate(self) -> RowFate:
        """Return what the person reads of the row."""
        if self.what is What.BAD:
            return RowFate.BAD
        if self.what in {What.NEW, What.WAIT}:
            return RowFate.NEW
        return RowFate.CHANGED if self.fields or self.stars else RowFate.SAME

    def trace(self) -> str:
        """Return what of it would be written, for telling two plans apart."""
        told = (
            *(self.what, self.key, self.record_id, self.first, self.stars),
            *(self.round_id, self.is_decided, self.is_unnamed),
            *sorted((each.field, str(each.value)) for each in self.changes),
            *sorted((each.field, str(each.value)) for each in self.differences),
            *(each["pk"] for each in self.candidates),
        )
        return repr(told)


def bad(number: int, column: str, text: str, sentence: str) -> Step:
    """Return the step of a row that is not taken."""
    return Step(number, What.BAD, fault=(column, text[:300], sentence))


def copy_of(source: Source, key: str, first: int) -> Step:
    """Return the step of a row that repeats another one."""
    return Step(source.number, What.COPY, source, key, first=first)


def counted(steps: Mapping[What, int]) -> str:
    """Return how often each thing was done, for a command."""
    return ", ".join(f"{count} {what}" for what, count in steps.items() if count)


def sentence(step: Step) -> str:
    """Return what a row that makes no record of its own is, in words."""
    if step.what is What.COPY:
        return _("The same as row %(detail)s.") % {"detail": step.first}
    if step.what is What.IGNORED:
        return _("A reviewer decided before to leave this row out.")
    if step.what is What.WAITING:
        return _("This row is in the review of outside lists already.")
    if step.what is What.WAIT and step.candidates:
        return _(
            "Something in the register looks alike: a reviewer decides in the review "
            "of outside lists, or say here what it is."
        )
    if step.what is What.WAIT:
        return _(
            "The list does not say enough to enter it: a reviewer decides in the "
            "review of outside lists."
        )
    return ""
