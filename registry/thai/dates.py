"""Dates, years and fiscal years of the Buddhist era.

Dates are kept as they are in ISO; only what people read and type is of the
Buddhist era (BE). A year that could be of two eras is never guessed.
"""

import re
from datetime import date, datetime
from typing import Literal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registry.thai.numerals import to_arabic_digits, to_thai_digits
from registry.thai.text import clean_line

#: BE minus CE, from 1 January 2484 on (facts.md §6.1).
ERA = 543
#: From this year on BE years begin on 1 January; earlier ones on 1 April, so 2483
#: had nine months and a January before it belongs to the year begun the April before.
REFORM = 2484
#: What the two eras' years look like; nothing in the register lies outside.
COMMON_YEARS = range(1900, 2101)
BUDDHIST_YEARS = range(2300, 2800)

DateStyle = Literal["long", "short", "numeric", "full"]
Language = Literal["th", "en"]

MONTHS_TH = (
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
)
MONTHS_TH_SHORT = (
    *("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย."),
    *("ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."),
)
MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MONTHS_EN_SHORT = tuple(name[:3] for name in MONTHS_EN)
#: From Monday, as ``date.weekday()`` counts.
WEEKDAYS_TH = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
WEEKDAYS_EN = (
    *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)


def bare(name: str) -> str:
    """Return the name of a month as it is looked up: without dots, spaces, case."""
    return re.sub(r"[.\s]", "", name).casefold()


MONTHS = {
    bare(name): number
    for names in (MONTHS_TH, MONTHS_TH_SHORT, MONTHS_EN, MONTHS_EN_SHORT)
    for number, name in enumerate(names, start=1)
} | {"sept": 9}

SPLIT = r"\s*[-/.]\s*"
DAY_FIRST = re.compile(rf"(\d{{1,2}}){SPLIT}(\d{{1,2}}){SPLIT}(\d{{1,4}})")
#: What a phone's number pad gives: 15032555.
UNPARTED = re.compile(r"(\d{2})(\d{2})(\d{4})")
YEAR_FIRST = re.compile(rf"(\d{{4}}){SPLIT}(\d{{1,2}}){SPLIT}(\d{{1,2}})")
BUDDHIST_SIGN = r"(?:พ\s?\.?\s?ศ\s?\.?|B\.?\s?E\.?)"
NAMED = re.compile(
    r"(?:(?:วัน\s?\D{0,10}?ที่|[a-z]{3,9},?)\s*)?"
    rf"(\d{{1,2}})\s*([ก-๎.\s]+?|[a-z]+\.?)[\s,]*{BUDDHIST_SIGN}?\s*(\d{{1,4}})",
    re.IGNORECASE,
)
NAMED_MONTH_FIRST = re.compile(
    r"([a-z]+)\.?\s*(\d{1,2})\s*,?\s+(\d{1,4})", re.IGNORECASE
)
YEAR = re.compile(
    rf"(?:ปีงบประมาณ|ปีที่|ปี)?\s*{BUDDHIST_SIGN}?\s*(\d{{1,9}})", re.IGNORECASE
)


class DateError(ValueError):
    """A text that is no date or year; ``message`` is a sentence for the person."""

    def __init__(self, message: str | Promise) -> None:
        self.message = message
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.message)


# --- Reading --------------------------------------------------------------------


def parse_date(text: str) -> date:
    """Return the day that ``text`` names, in any of the ways offices write one.

    Day first, the year is of the Buddhist era; with an English month name or
    in ISO order it may be either, since 1900–2100 and 2300–2799 do not meet.

    :raises DateError: if it names no day, or one that could be two.
    """
    text = to_arabic_digits(clean_line(text))
    if match := YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, match.groups())
        return from_either_era(year, month, day)
    if match := DAY_FIRST.fullmatch(text) or UNPARTED.fullmatch(text):
        day, month, year = map(int, match.groups())
        return from_buddhist(buddhist_year(year), month, day)
    if match := NAMED.fullmatch(text):
        return from_named(match[1], match[2], match[3])
    if match := NAMED_MONTH_FIRST.fullmatch(text):
        return from_named(match[2], match[1], match[3])
    raise DateError(
        _("“%(text)s” is not a date. Write it like 15/03/2555 or 15 มีนาคม 2555.")
        % {"text": text[:40]}
    )


def parse_year(text: str | int) -> int:
    """Return the year of the Buddhist era that ``text`` names.

    :raises DateError: if it names none, or has two digits, or is of the common era.
    """
    text = to_arabic_digits(clean_line(str(text)))
    if match := YEAR.fullmatch(text):
        return buddhist_year(int(match[1]))
    raise DateError(
        _("“%(text)s” is not a year. Write four digits, like 2555.")
        % {"text": text[:40]}
    )


def buddhist_year(year: int) -> int:
    """Return ``year`` if it can only be of the Buddhist era.

    :raises DateError: else, with a sentence that says what to write.
    """
    if year in BUDDHIST_YEARS:
        return year
    if year < 100:
        raise DateError(
            _("The year “%(year)s” could be several years. Write all four digits.")
            % {"year": f"{year:02d}"}
        )
    if year in COMMON_YEARS:
        raise DateError(
            _(
                "The year %(year)d looks like a year of the common era. "
                "Write the Buddhist-era year (พ.ศ.): %(meant)d."
            )
            % {"year": year, "meant": year + ERA}
        )
    raise DateError(
        _("%(year)d is not a year of the Buddhist era (พ.ศ.).") % {"year": year}
    )


def from_named(day: str, month: str, year: str) -> date:
    """Return the day of a date whose month is a word.

    :raises DateError: if there is no such month, or the era is not clear.
    """
    number = MONTHS.get(bare(month))
    if number is None:
        raise DateError(_("“%(month)s” is not a month.") % {"month": month.strip()})
    if month.isascii() and len(year) == 4:
        return from_either_era(int(year), number, int(day))
    return from_buddhist(buddhist_year(int(year)), number, int(day))


def from_either_era(year: int, month: int, day: int) -> date:
    """Return a day whose four-digit year shows its era by its size.

    :raises DateError: if there is no such day.
    """
    if year in BUDDHIST_YEARS:
        return from_buddhist(year, month, day)
    if COMMON_YEARS.start <= year < BUDDHIST_YEARS.start:
        return existing(year, month, day)
    raise DateError(_("%(year)d is not a year of this register.") % {"year": year})


def from_buddhist(year: int, month: int, day: int) -> date:
    """Return a day of the Buddhist era.

    :raises DateError: if there is no such day; 2483 had no January to March.
    """
    if year >= REFORM or month > 3:
        return existing(year - ERA, month, day)
    if year == REFORM - 1:
        raise DateError(_("The year 2483 had no January, February or March."))
    return existing(year - ERA + 1, month, day)


def existing(year: int, month: int, day: int) -> date:
    """Return a day of the common era.

    :raises DateError: if there is no such day.
    """
    try:
        return date(year, month, day)
    except ValueError as error:
        raise DateError(
            _("There is no day %(day)d in month %(month)d of that year.")
            % {"day": day, "month": month}
        ) from error


# --- Writing --------------------------------------------------------------------


def be_year(day: date) -> int:
    """Return the year of the Buddhist era a day lies in."""
    year = day.year + ERA
    return year if year >= REFORM or day.month > 3 else year - 1


def format_date(
    value: date | datetime,
    style: DateStyle = "long",
    language: Language | None = None,
    *,
    thai_digits: bool = False,
) -> str:
    """Return a day as it is read: พ.ศ. in Thai, the common era in English.

    Numeric English is ISO, the one order no reader mistakes. A moment is first
    brought to local time. Whatever comes out, :func:`parse_date` reads back.

    :param language: the reader's own where it is not given.
    """
    day = local(value).date() if isinstance(value, datetime) else value
    write = english if spoken(language) == "en" else thai
    text = write(day, style)
    return to_thai_digits(text) if thai_digits else text


def format_datetime(
    value: datetime,
    style: DateStyle = "long",
    language: Language | None = None,
    *,
    thai_digits: bool = False,
) -> str:
    """Return a moment as it is read, in local time: "… เวลา 13.30 น.", "…, 13:30"."""
    moment = local(value)
    day = format_date(moment, style, language)
    if spoken(language) == "en":
        text = f"{day}, {moment:%H:%M}"
    elif style in ("short", "numeric"):
        text = f"{day} {moment:%H.%M} น."
    else:
        text = f"{day} เวลา {moment:%H.%M} น."
    return to_thai_digits(text) if thai_digits else text


def local(moment: datetime) -> datetime:
    """Return a moment in local time; one that knows no zone is taken as local."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def thai(day: date, style: DateStyle) -> str:
    """Return a day in Thai."""
    year = be_year(day)
    if style == "numeric":
        return f"{day:%d/%m}/{year}"
    if style == "short":
        return f"{day.day} {MONTHS_TH_SHORT[day.month - 1]} {year}"
    text = f"{day.day} {MONTHS_TH[day.month - 1]}"
    if style == "full":
        return f"วัน{WEEKDAYS_TH[day.weekday()]}ที่ {text} พ.ศ. {year}"
    return f"{text} {year}"


def english(day: date, style: DateStyle) -> str:
    """Return a day in English."""
    if style == "numeric":
        return day.isoformat()
    if style == "short":
        return f"{day.day} {MONTHS_EN_SHORT[day.month - 1]} {day.year}"
    text = f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"
    return f"{WEEKDAYS_EN[day.weekday()]}, {text}" if style == "full" else text


def spoken(language: Language | None) -> Language:
    """Return the language given, else the reader's; Thai where it is neither."""
    return "en" if (language or get_language() or "th").startswith("en") else "th"


# --- Fiscal years ---------------------------------------------------------------


def fiscal_year(day: date) -> int:
    """Return the fiscal year (BE) of a day: October starts the next one.

    It is named after the year it ends in (facts.md §6.1).
    """
    return day.year + ERA + (day.month >= 10)


def fiscal_quarter(day: date) -> int:
    """Return the quarter of the fiscal year: October to December is the first."""
    return (day.month + 2) // 3 % 4 + 1


def fiscal_range(year: int, quarter: int | None = None) -> tuple[date, date]:
    """Return the first and the last day of a fiscal year (BE) or of its quarter.

    :raises ValueError: if ``quarter`` is none of 1 to 4.
    """
    ends_in = year - ERA
    quarters = {
        1: (date(ends_in - 1, 10, 1), date(ends_in - 1, 12, 31)),
        2: (date(ends_in, 1, 1), date(ends_in, 3, 31)),
        3: (date(ends_in, 4, 1), date(ends_in, 6, 30)),
        4: (date(ends_in, 7, 1), date(ends_in, 9, 30)),
    }
    if quarter is None:
        return quarters[1][0], quarters[4][1]
    if quarter not in quarters:
        raise ValueError(f"A fiscal year has quarters 1 to 4, not {quarter}.")
    return quarters[quarter]
