"""Thai telephone numbers, out of whatever a form field or a sheet cell holds."""

import re
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry.thai.identifiers import one_dash
from registry.thai.numerals import to_arabic_digits
from registry.thai.text import clean_line

COUNTRY = "+66"
#: A whole number with its trunk 0: Bangkok, provinces, mobiles (facts.md §6.6).
NATIONAL = re.compile(r"0(?:2\d{7}|[3457]\d{7}|[689]\d{8})", re.ASCII)
#: A number whose own digits are all zero stands for "not known".
PLACEHOLDER = re.compile(r"0(?:20{7}|[3457]\d0{6}|[689]\d0{7})")
#: Eight or nine digits alone in a cell: a spreadsheet took the 0 before them.
WITHOUT_ZERO = re.compile(r"[1-9]\d{7,8}", re.ASCII)
WHOLE_FLOAT = re.compile(r"[1-9]\d{7,8}\.0", re.ASCII)

#: What people put between the digits of one number.
GAP = r"[ ().-]{0,3}"
BODY = rf"2(?:{GAP}\d){{7}}|[3457](?:{GAP}\d){{7}}|[689](?:{GAP}\d){{8}}"
#: A number in running text: the digit after the 0 tells how many follow.
WRITTEN = re.compile(
    rf"(?<![\d+])(?:\(?0|\(?\+?66{GAP}(?:0(?={GAP}[2-9]))?){GAP}(?P<body>{BODY})(?!\d)"
    r"(?:[ ,]*(?:ต่อ|ext\.?|#)[ :.]*(?P<extension>\d{1,6})(?!\d))?",
    re.ASCII | re.IGNORECASE,
)
#: Words and signs around numbers that say nothing more, and stray marks.
LABEL = re.compile(
    "(?:เบอร์|โทรศัพท์|โทร|มือถือ|ติดต่อ|และ|หรือ|tel|phone|mobile|[ัิ-ฺ็-๎]|[-.,:;/|&])+",
    re.IGNORECASE,
)


class PhoneRepair(TextChoices):
    """What was put right in a cell, as a sentence for the report of an import."""

    ZERO = "zero", _("The leading 0 of the telephone number was put back.")
    PARTED = "parted", _("Several telephone numbers in one cell were parted.")


@dataclass(frozen=True)
class Phone:
    """A telephone number as it is kept: E.164, and an extension or nothing."""

    e164: str
    extension: str = ""

    def display(self) -> str:
        """Return the number as it is read: "081-234-5678", "042-811-234 ต่อ 12"."""
        number = grouped(self.e164)
        if not self.extension:
            return number
        return gettext("%(number)s ext. %(extension)s") % {
            "number": number,
            "extension": self.extension,
        }


@dataclass(frozen=True)
class PhoneReading:
    """What a cell held: its numbers, what was repaired, and the rest of its text."""

    phones: tuple[Phone, ...] = ()
    repairs: tuple[PhoneRepair, ...] = ()
    rest: str = ""


def read_phones(value: object) -> PhoneReading:
    """Return the telephone numbers in ``value``; what is none of them is the rest.

    Takes text with several numbers, and the integers and floats spreadsheets
    make of one. Placeholders such as 080-000-0000 are no numbers.
    """
    text = repair_shape(value)
    found: list[Phone] = []

    def take(match: re.Match[str]) -> str:
        national = "0" + "".join(filter(str.isdigit, match["body"]))
        if PLACEHOLDER.fullmatch(national):
            return match[0]
        found.append(Phone(COUNTRY + national[1:], match["extension"] or ""))
        return " "

    rest = without_labels(WRITTEN.sub(take, text))
    phones = tuple(dict.fromkeys(found))
    repairs = []
    if phones and text != as_text(value):
        repairs.append(PhoneRepair.ZERO)
    if len(phones) > 1:
        repairs.append(PhoneRepair.PARTED)
    return PhoneReading(phones, tuple(repairs), rest)


def repair_shape(value: object) -> str:
    """Return ``value`` as text, with the leading 0 a spreadsheet took from it."""
    text = as_text(value)
    return f"0{text}" if WITHOUT_ZERO.fullmatch(text) else text


def as_text(value: object) -> str:
    """Return a cell's value as one clean line; a whole float without its ".0".

    Other programs write it into text too.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = one_dash(to_arabic_digits(clean_line(str(value))))
    return text[:-2] if WHOLE_FLOAT.fullmatch(text) else text


def without_labels(text: str) -> str:
    """Return ``text`` without the words and signs that only announce a number."""
    words = (word.strip(",;/|") for word in text.split())
    return " ".join(word for word in words if word and not LABEL.fullmatch(word))


def grouped(e164: str) -> str:
    """Return a Thai number in the groups it is read in, another one as it is."""
    national = "0" + e164.removeprefix(COUNTRY)
    if not NATIONAL.fullmatch(national):
        return e164
    area = 2 if national.startswith("02") else 3
    first = area + 3
    return f"{national[:area]}-{national[area:first]}-{national[first:]}"


def as_read(text: str) -> str:
    """Return a text that is a Thai number in its groups, any other as it is."""
    return grouped(text) if text.startswith(COUNTRY) else text
