"""What the columns of a sheet are, and how the cells of one are written.

Cells are made a column at a time: what most columns of most rows do not need (a sign
taken out, a letter escaped) is looked for once for hundreds of cells.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from registry.thai.dates import Language, format_date

Cell = str | int | float | Decimal
Row = Sequence[object]

#: What Excel takes in a cell.
MAX_CHARACTERS = 32_767
#: Beyond this Excel rounds whole numbers; they are written as text.
MAX_DIGITS = 15
TOO_LONG = 10**MAX_DIGITS
#: Characters XML cannot hold, and halves of letters.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: What has a text cleaned.
UNCLEAN = re.compile(f"\r\n|{ILLEGAL.pattern}")
#: Between texts that were cleaned: none of them holds it.
BETWEEN = "\x00"
#: Rows whose cells are made together.
PIECE = 500


class Kind(Enum):
    """How a column's values are written."""

    TEXT = auto()
    NUMBER = auto()
    MONEY = auto()
    #: A day, as text in the reader's era: Excel knows no Buddhist calendar that
    #: another program would read back.
    DATE = auto()
    #: Digits that are no number: leading zeros stay.
    CODE = auto()
    PHONE = auto()


NUMERIC = {Kind.NUMBER, Kind.MONEY}


@dataclass(frozen=True)
class Column:
    """One column of a sheet; ``width`` is in characters."""

    key: str
    title: str | Promise
    kind: Kind = Kind.TEXT
    width: int = 20
    #: Beside the days as text, a workbook has them as days of Excel to sort by.
    is_sortable: bool = False


def cells_of(values: Sequence[Any], kind: Kind, language: Language) -> Sequence[Cell]:
    """Return the cells of a column: of each value what :func:`cell_of` makes of it."""
    types = set(map(type, values))
    if types == {str}:
        return cleaned(values)
    types.discard(type(None))
    if types <= {str}:
        return cleaned([value or "" for value in values])
    if types <= {bool}:
        words = {None: "", True: gettext("Yes"), False: gettext("No")}
        return [words[value] for value in values]
    if types <= {date, datetime}:
        return days_as_text(values, language)
    if types <= {int} and has_few_digits(values):
        if kind in NUMERIC:
            return ["" if value is None else value for value in values]
        return ["" if value is None else str(value) for value in values]
    if types <= {Decimal} and kind in NUMERIC:
        return [
            "" if value is None or not value.is_finite() else value for value in values
        ]
    return [cell_of(value, kind, language) for value in values]


def cell_of(value: Any, kind: Kind, language: Language) -> Cell:
    """Return ``value`` as the text or number that stands in its cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, date):
        return format_date(value, "numeric", language)
    if kind in NUMERIC and isinstance(value, int | float | Decimal):
        return number(value)
    return clean(str(value))


def number(value: float | Decimal) -> Cell:
    """Return a number Excel keeps exactly, or its text."""
    if not math.isfinite(value):
        return ""
    if isinstance(value, int) and len(str(abs(value))) > MAX_DIGITS:
        return str(value)
    return value


def clean(text: str) -> str:
    """Return ``text`` as XML and Excel can hold it, its line breaks as one sign."""
    text = ILLEGAL.sub("", text.replace("\r\n", "\n"))
    if len(text) <= MAX_CHARACTERS:
        return text
    # Said, not silent as Excel's own limit would be.
    return text[: MAX_CHARACTERS - 1] + "…"


def cleaned(texts: Sequence[str]) -> Sequence[str]:
    """Return ``texts`` clean; those that all are, as they are."""
    # Nothing that cannot be printed: the quick way to know for nearly all texts.
    is_clean = "".join(texts).isprintable() or not UNCLEAN.search("\n".join(texts))
    if is_clean and max(map(len, texts), default=0) <= MAX_CHARACTERS:
        return texts
    return [clean(text) for text in texts]


def has_few_digits(values: Sequence[int | None]) -> bool:
    """Tell whether Excel keeps each of these whole numbers."""
    known = [value for value in values if value is not None]
    return not known or (min(known) > -TOO_LONG and max(known) < TOO_LONG)


def days_of(values: Sequence[Any]) -> Sequence[date | None]:
    """Return the day, here, of each day or moment; None of anything else."""
    zone = timezone.get_current_timezone()
    return [
        (value.astimezone(zone) if value.tzinfo else value).date()
        if isinstance(value, datetime)
        else (value if isinstance(value, date) else None)
        for value in values
    ]


def days_as_text(values: Sequence[Any], language: Language) -> Sequence[str]:
    """Return days as they are read; of hundreds of rows most fall on few days."""
    days = days_of(values)
    written: dict[date | None, str] = {
        day: "" if day is None else format_date(day, "numeric", language)
        for day in set(days)
    }
    return [written[day] for day in days]
