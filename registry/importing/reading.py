"""How cells are read: each reader gives a clean value and says what it put right.

A reader is called with a :class:`~registry.importing.kinds.Cell` that holds something
and returns the clean value, or raises :class:`~registry.importing.kinds.CellFault`.
Its ``show(value)`` gives the text people read, which the same reader reads again: a
workbook is written with ``show`` of the very readers that read it. The same cell gives
the same value, always: readers are asked once for each that repeats.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registry.importing.kinds import Cell, CellFault
from registry.sheets.reading import Value, folded
from registry.thai.dates import (
    BUDDHIST_YEARS,
    COMMON_YEARS,
    ERA,
    MONTHS,
    MONTHS_EN,
    MONTHS_TH_SHORT,
    DateError,
    bare,
    format_date,
    from_buddhist,
    parse_date,
    parse_year,
    spoken,
)
from registry.thai.numerals import THAI, to_arabic_digits
from registry.thai.phones import Phone, PhoneRepair, read_phones
from registry.thai.text import EXCEL_RETURN, SPLIT_AM, UNSEEN, clean_line

THAI_DIGITS = _("Thai digits were read as numbers.")
NUMBER_SIGNS = _("Signs around a number (commas, baht, units) were left out.")
COMMON_ERA = _("A year of the common era was read as the Buddhist year it is.")
DATE_ERA = _("A date cell held a Buddhist year; it was read as that day.")
LOST_ZERO = _("The 0 at the beginning, which spreadsheets drop, was put back.")
LINES_JOINED = _("Line breaks in a cell were read as spaces.")
WHOLE_LINK = _("“https://” was put before a link.")
ROUNDED = _("A number was rounded to as many places as the register keeps.")

HAS_THAI_DIGIT = re.compile(f"[{THAI}]")
#: What stands around a number of a sheet: "ราคา 1,250.- บาท", "12 คน", "฿80".
NUMBER = re.compile(
    r"(?:[^\d\s.,+-]{1,20}\s*)?([+-]?[\d ,\u00a0]*\d(?:\.\d+)?|[+-]?\.\d+)"
    r"\s*(?:\.?\s*[-–—=]{1,2})?\s*(?:[^\d.,]{1,20})?",
)
PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?\d+(?:\.\d+)?", re.ASCII)
PARTED = re.compile(r"[,;/|\n]+")
BETWEEN = re.compile(r"(?<=\S)\s*(?:-|–|—|~|ถึง|to)\s*(?=\S)")
MOST_SHOWN = 12
KEY_PARTS = re.compile(r"([a-z0-9-]{1,40}):([^:]{1,40}):([1-9]\d{0,8})", re.ASCII)


class Reader(ABC):
    """Reads the cells of one column."""

    @abstractmethod
    def __call__(self, cell: Cell) -> Any:
        """Return the clean value of ``cell``."""

    def show(self, value: Any) -> str:
        """Return ``value`` as people read it; nothing is the empty text."""
        return "" if value is None else str(value)


# --- What every reader needs ------------------------------------------------------


def text_of(value: Value) -> str:
    """Return a cell as text: whole numbers without ".0", days as they are written."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return format_date(value.date(), "numeric", "th")
    if isinstance(value, date):
        return format_date(value, "numeric", "th")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def what_was_cleaned(raw: str) -> list[str]:
    """Say what cleaning put right in a text (``registry.sheets.reading``)."""
    found: list[str | Promise] = []
    if EXCEL_RETURN.search(raw):
        found.append(_("A sign that spreadsheets leave behind (_x000D_) was removed."))
    if UNSEEN.search(raw) or "\u00a0" in raw:
        found.append(_("Characters that nobody sees were removed."))
    if SPLIT_AM.search(raw):
        found.append(_("The vowel ำ, typed as two signs, was put together."))
    if not found and raw != clean_line(raw) and raw.split() != [raw]:
        found.append(_("Spaces too many were removed."))
    if not found:
        found.append(_("The spelling was put into the usual order of signs."))
    return [str(each) for each in found]


def _arabic(cell: Cell) -> str:
    """Return a cell as text with Arabic digits, and say so."""
    text = text_of(cell.value)
    if HAS_THAI_DIGIT.search(text):
        cell.repairs.append(str(THAI_DIGITS))
        return to_arabic_digits(text)
    return text


def quoted(text: str) -> str:
    """Return a text short enough to be said."""
    return text if len(text) <= 60 else f"{text[:59]}…"


# --- Texts ------------------------------------------------------------------------


class Text(Reader):
    """A text, cleaned; of one line unless ``lines``; Thai digits stay.

    With ``digits`` it is a number that nobody counts with (of a registration, a
    house, a postcode): Thai digits become Arabic, and one of ``length`` digits whose
    0 a spreadsheet took gets it back.
    """

    def __init__(
        self,
        max_length: int | None = None,
        *,
        lines: bool = False,
        digits: bool = False,
        length: int = 0,
    ) -> None:
        self.max_length = max_length
        self.lines, self.digits, self.length = lines, digits, length

    def __call__(self, cell: Cell) -> str:
        if isinstance(cell.value, bool):
            raise CellFault(_("There should be a text here, not yes or no."))
        text = _arabic(cell) if self.digits else text_of(cell.value)
        if not self.lines and "\n" in text:
            cell.repairs.append(str(LINES_JOINED))
            text = clean_line(text)
        if self.length and text.isdigit() and len(text) == self.length - 1:
            cell.repairs.append(str(LOST_ZERO))
            text = f"0{text}"
        if self.max_length is not None and len(text) > self.max_length:
            raise CellFault(
                _now("This text has %(count)d characters; there is room for %(most)d.")
                % {"count": len(text), "most": self.max_length}
            )
        return text


class Texts(Reader):
    """Several texts in one cell, parted by commas, semicolons, strokes or lines."""

    def __init__(self, max_length: int | None = None) -> None:
        self.max_length = max_length

    def __call__(self, cell: Cell) -> tuple[str, ...]:
        parts = [clean_line(each) for each in PARTED.split(text_of(cell.value))]
        found = tuple(dict.fromkeys(filter(None, parts)))
        for each in found:
            if self.max_length is not None and len(each) > self.max_length:
                raise CellFault(
                    _now("“%(text)s” is too long; there is room for %(most)d.")
                    % {"text": quoted(each), "most": self.max_length}
                )
        return found

    def show(self, value: Any) -> str:
        return ", ".join(value or ())


class Email(Reader):
    """One e-mail address, as it is written."""

    def __init__(self, max_length: int = 254) -> None:
        self.max_length = max_length
        self._check = EmailValidator()

    def __call__(self, cell: Cell) -> str:
        text = text_of(cell.value).removeprefix("mailto:").replace(" ", "")
        try:
            self._check(text)
        except ValidationError:
            text = ""
        if not text or len(text) > self.max_length:
            raise CellFault(
                _now("“%(text)s” is not an e-mail address.")
                % {"text": quoted(text_of(cell.value))}
            )
        return text


class Link(Reader):
    """One web address; "https://" is put before one that has none."""

    def __init__(self, max_length: int = 300) -> None:
        self.max_length = max_length
        self._check = URLValidator(schemes=["http", "https"])

    def __call__(self, cell: Cell) -> str:
        said = text_of(cell.value)
        text = said if "://" in said else f"https://{said}"
        try:
            self._check(text)
        except ValidationError:
            text = ""
        if not text or len(text) > self.max_length:
            raise CellFault(
                _now("“%(text)s” is not a web address.") % {"text": quoted(said)}
            )
        if text != said:
            cell.repairs.append(str(WHOLE_LINK))
        return text


class Phones(Reader):
    """The telephone numbers of a cell, as many as there are."""

    def __call__(self, cell: Cell) -> tuple[Phone, ...]:
        text = text_of(cell.value)
        if HAS_THAI_DIGIT.search(text):
            cell.repairs.append(str(THAI_DIGITS))
        value: Any = cell.value
        if isinstance(value, bool | date):
            value = text
        reading = read_phones(value)
        if not reading.phones or any(sign.isdigit() for sign in reading.rest):
            raise CellFault(
                _now("“%(text)s” is not a Thai telephone number, such as 042-811-234.")
                % {"text": quoted(text)}
            )
        cell.repairs += [str(PhoneRepair(each).label) for each in reading.repairs]
        if reading.rest:
            cell.repairs.append(
                _now("Beside the telephone number stood “%(text)s”; it was left out.")
                % {"text": quoted(reading.rest)}
            )
        return reading.phones

    def show(self, value: Any) -> str:
        return ", ".join(phone.display() for phone in value or ())


# --- Numbers ----------------------------------------------------------------------


def _number(cell: Cell) -> Decimal:
    """Return the number in a cell, whatever stands around it."""
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise CellFault(_("There should be a number here."))
    if isinstance(value, int | float):
        return Decimal(str(value))
    text = _arabic(cell)
    if PLAIN.fullmatch(text):
        return Decimal(text)
    match = NUMBER.fullmatch(text)
    digits = re.sub(r"[ \u00a0]", "", match[1]) if match else ""
    if not match or not GROUPED.fullmatch(digits):
        raise CellFault(
            _now("“%(text)s” is not a number.") % {"text": quoted(str(value))}
        )
    cell.repairs.append(str(NUMBER_SIGNS))
    return Decimal(digits.replace(",", ""))


class WholeNumber(Reader):
    """A number without a fraction, between ``low`` and ``high``."""

    def __init__(self, low: int = 0, high: int = 2_147_483_647) -> None:
        self.low, self.high = low, high

    def __call__(self, cell: Cell) -> int:
        number = _number(cell)
        if number != number.to_integral_value():
            raise CellFault(
                _now("“%(text)s” is not a whole number.") % {"text": str(number)}
            )
        if not self.low <= number <= self.high:
            raise CellFault(
                _now("The number must be between %(low)s and %(high)s.")
                % {"low": f"{self.low:,}", "high": f"{self.high:,}"}
            )
        return int(number)


class Amount(Reader):
    """A number with a fraction: money, points, a coordinate (degrees)."""

    def __init__(
        self,
        digits: int = 10,
        places: int = 2,
        *,
        low: Decimal | int | None = 0,
        high: Decimal | int | None = None,
    ) -> None:
        self.digits, self.places = digits, places
        self.low, self.high = low, high
        self._unit = Decimal(1).scaleb(-places)

    def __call__(self, cell: Cell) -> Decimal:
        number = _number(cell)
        try:
            rounded = number.quantize(self._unit)
        except InvalidOperation:
            rounded = None
        if rounded is None or rounded.adjusted() >= self.digits - self.places:
            raise CellFault(_("This number is too large."))
        if rounded != number:
            cell.repairs.append(str(ROUNDED))
        if self.low is not None and rounded < self.low:
            raise CellFault(
                _now("The number must be at least %(low)s.") % {"low": self.low}
            )
        if self.high is not None and rounded > self.high:
            raise CellFault(
                _now("The number must be at most %(high)s.") % {"high": self.high}
            )
        return rounded

    def show(self, value: Any) -> str:
        if value is None:
            return ""
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


class Coordinate(Amount):
    """Degrees, with five places (a metre); within ``low`` and ``high``."""

    def __init__(self, low: Decimal | int, high: Decimal | int) -> None:
        super().__init__(8, 5, low=low, high=high)

    def __call__(self, cell: Cell) -> Decimal:
        if isinstance(cell.value, float):
            # What a receiver gives has fourteen places; nobody is told of each.
            cell.value = round(cell.value, self.places)
        return super().__call__(cell)


# --- Days and years -----------------------------------------------------------------


class Year(Reader):
    """A year of the Buddhist era; one of the common era is counted over, and said."""

    def __call__(self, cell: Cell) -> int:
        value = cell.value
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise CellFault(
                _now("“%(text)s” is not a year. Write four digits, like 2555.")
                % {"text": quoted(text_of(value))}
            )
        text = _arabic(cell)
        if text.isascii() and text.isdigit() and int(text[:9]) in COMMON_YEARS:
            cell.repairs.append(str(COMMON_ERA))
            return int(text) + ERA
        try:
            return parse_year(text)
        except DateError as error:
            raise CellFault(str(error)) from error


class Day(Reader):
    """A day, in any of the ways offices write one; date cells of either era."""

    def __call__(self, cell: Cell) -> date:
        value = cell.value
        try:
            if isinstance(value, date):
                return self._of_cell(cell, value)
            if isinstance(value, bool) or not isinstance(value, int | str):
                raise DateError(
                    _now(
                        "“%(text)s” is not a date. Write it like 15/03/2555 or "
                        "15 มีนาคม 2555."
                    )
                    % {"text": quoted(text_of(value))}
                )
            return parse_date(_arabic(cell))
        except DateError as error:
            raise CellFault(str(error)) from error

    @staticmethod
    def _of_cell(cell: Cell, value: date) -> date:
        day = value.date() if isinstance(value, datetime) else value
        if day.year in BUDDHIST_YEARS:
            cell.repairs.append(str(DATE_ERA))
            return from_buddhist(day.year, day.month, day.day)
        if day.year not in COMMON_YEARS:
            raise DateError(
                _now("%(year)d is not a year of this register.") % {"year": day.year}
            )
        return day

    def show(self, value: Any) -> str:
        return "" if value is None else format_date(value, "numeric", "th")


class Months(Reader):
    """Months of a season, as twelve bits: "มี.ค.-พ.ค., ธันวาคม", "11-2", "ตลอดปี"."""

    ALL_YEAR = frozenset({"ตลอดปี", "ทั้งปี", "ตลอดทั้งปี", "all year", "all"})

    def __call__(self, cell: Cell) -> int:
        text = _arabic(cell)
        if text.casefold() in self.ALL_YEAR:
            return 0
        found: set[int] = set()
        for part in re.split(r"[,;/|\n]+|\s+(?:และ|and)\s+", text):
            if part.strip():
                found |= self._span(part)
        return sum(1 << (month - 1) for month in found)

    def _span(self, part: str) -> set[int]:
        ends = [self._month(each) for each in BETWEEN.split(part.strip())]
        if len(ends) == 1:
            return set(ends)
        if len(ends) != 2:
            raise self._fault(part)
        first, last = ends
        return {(first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1)}

    def _month(self, text: str) -> int:
        name = bare(text)
        if name.isdecimal() and len(name) <= 2 and 1 <= int(name) <= 12:
            return int(name)
        name = name.removeprefix("เดือน")
        for known in (name, name[:3]):
            if known in MONTHS:
                return MONTHS[known]
        raise self._fault(text)

    @staticmethod
    def _fault(text: str) -> CellFault:
        return CellFault(
            _now("“%(month)s” is not a month.") % {"month": quoted(text.strip())}
        )

    def show(self, value: Any) -> str:
        if not value:
            return str(_("All year"))
        names = MONTHS_EN if spoken(None) == "en" else MONTHS_TH_SHORT
        return ", ".join(names[month] for month in range(12) if int(value) >> month & 1)


# --- Choices ------------------------------------------------------------------------


class Choice(Reader):
    """One of several values, by its label in either language, itself, or another name.

    ``choices`` are pairs of value and label, as a model's; ``aliases`` other names.
    """

    def __init__(
        self,
        choices: Iterable[tuple[Any, Any]],
        aliases: Mapping[str, Any] | None = None,
    ) -> None:
        self.choices = [(value, label) for value, label in choices if value != ""]
        self.aliases = dict(aliases or {})

    @cached_property
    def _known(self) -> dict[str, Any]:
        known = {folded(name): value for name, value in self.aliases.items()}
        for language in ("en", "th"):
            with translation.override(language):
                for value, label in self.choices:
                    known[folded(str(label))] = value
        return known | {folded(str(value)): value for value, _label in self.choices}

    def __call__(self, cell: Cell) -> Any:
        text = text_of(cell.value)
        found = self._known.get(folded(text))
        if found is None:
            raise CellFault(
                _now("“%(text)s” is none of these: %(choices)s")
                % {
                    "text": quoted(text),
                    "choices": "; ".join(self.words()[:MOST_SHOWN]),
                }
            )
        return getattr(found, "value", found)

    def words(self) -> list[str]:
        """Return what people choose from, in the reader's language."""
        return [str(label) for _value, label in self.choices]

    def show(self, value: Any) -> str:
        return next(
            (str(label) for known, label in self.choices if known == value),
            "" if value is None else str(value),
        )


class YesNo(Choice):
    """Yes or no, as people write it."""

    def __init__(self) -> None:
        super().__init__(
            [(True, _("Yes")), (False, _("No"))],
            {
                **dict.fromkeys(
                    ("ใช่", "มี", "เป็น", "yes", "y", "true", "1", "จริง"), True
                ),
                **dict.fromkeys(
                    ("ไม่ใช่", "ไม่", "ไม่มี", "ไม่เป็น", "no", "n", "false", "0", "เท็จ"),
                    False,
                ),
            },
        )

    def __call__(self, cell: Cell) -> bool:
        if isinstance(cell.value, bool):
            return cell.value
        if cell.value in ("✓", "✔", "☑", "/"):
            return True
        return bool(super().__call__(cell))


class Key(Reader):
    """The hidden column of our own workbooks: "<kind>:<code or key>:<version>"."""

    def __call__(self, cell: Cell) -> tuple[str, str, int]:
        match = KEY_PARTS.fullmatch(text_of(cell.value))
        if match is None:
            raise CellFault(
                _("The hidden key of this row was changed; take a new workbook.")
            )
        return match[1], match[2], int(match[3])

    def show(self, value: Any) -> str:
        return "" if value is None else ":".join(map(str, value))


def key_text(slug: str, code: str | int, version: int) -> str:
    """Return the hidden key of an existing row, for a workbook."""
    return f"{slug}:{code}:{version}"


__all__ = [
    "Amount",
    "Choice",
    "Coordinate",
    "Day",
    "Email",
    "Key",
    "Link",
    "Months",
    "Phones",
    "Reader",
    "Text",
    "Texts",
    "WholeNumber",
    "Year",
    "YesNo",
    "key_text",
    "text_of",
    "what_was_cleaned",
]
