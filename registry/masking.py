"""Personal data as those see it who do not need it: enough to tell two apart.

>>> mask_phone("+66812345678"), mask_email("somsri@example.com"), mask_name("สมศรี ใจดี")
('081-xxx-x678', 's…@…', 'ส… ใจ…')
"""

import re
from typing import Any

from registry.needles import TITLES
from registry.thai.phones import read_phones
from registry.thai.text import clean_line

HIDDEN = "…"
LOOKS_LIKE_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
LEADING_VOWELS = "เแโใไ"


def mask(value: Any) -> str:
    """Return a value masked by what it looks like; several are parted by commas."""
    text = clean_line(str(value or ""))
    if ", " in text:
        return ", ".join(map(mask, text.split(", ")))
    if not text:
        return ""
    if LOOKS_LIKE_EMAIL.fullmatch(text):
        return mask_email(text)
    if sum(char.isdigit() for char in text) >= 6:
        return mask_phone(text)
    return mask_name(text)


def mask_phone(value: str) -> str:
    """Return the first three digits and the last three: "081-xxx-x678"."""
    found = read_phones(value).phones
    digits = re.sub(r"\D", "", found[0].display() if len(found) == 1 else value)
    if len(digits) < 9:
        return HIDDEN
    body = digits[:3] + "x" * (len(digits) - 6) + digits[-3:]
    return f"{body[:3]}-{body[3:6]}-{body[6:]}"


def mask_email(value: str) -> str:
    """Return the first letter: of the domain nothing, it may be a person's too."""
    return f"{value.strip()[:1]}{HIDDEN}@{HIDDEN}"


def mask_name(value: str) -> str:
    """Return the first letter of each word, without the title."""
    words = TITLES.sub("", clean_line(value)).split()
    return " ".join(_first(word) + HIDDEN for word in words)


def _first(word: str) -> str:
    """Return the first letter; a Thai vowel before its consonant comes with it."""
    return word[:2] if word[:1] in LEADING_VOWELS else word[:1]


def masked_number(last_four: str) -> str:
    """Return an identity number of which only the end is kept."""
    return f"x-xxxx-xxxx{last_four[:1]}-{last_four[1:3]}-{last_four[3:]}"
