"""Numbers of persons, companies and certificates.

An identity number is kept as a keyed hash and its last four digits, nothing
else (architecture.md §2); nothing here writes one anywhere.
"""

import hashlib
import hmac
import re
from typing import Literal

from django.conf import settings
from stdnum.th import moa, pin

from registry.thai.numerals import to_arabic_digits
from registry.thai.text import clean_line

IdentityKind = Literal["pin", "juristic"]

NOT_DIGIT = re.compile(r"[^0-9]")
#: Hyphens, dashes and minus signs that keyboards and word processors make.
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―⁃−﹘﹣－", "-"))


def valid_pin(text: str) -> bool:
    """Tell whether ``text`` is a personal number: 13 digits, 1–8 first, check digit."""
    return bool(pin.is_valid(normalise_number(text)))


def valid_juristic(text: str) -> bool:
    """Tell whether ``text`` is a juristic person's number: like a PIN, but 0 first."""
    return bool(moa.is_valid(normalise_number(text)))


def keyed_hash(kind: IdentityKind, number: str) -> str:
    """Return what tells two spellings of one identity number from another number.

    The key keeps it from being turned back: without one, all 13-digit numbers
    are tried in minutes. Keyed by ``settings.IDENTITY_HASH_KEY``.
    """
    message = f"{kind}:{digits_of(number)}".encode()
    key = settings.IDENTITY_HASH_KEY.encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def last_four(number: str) -> str:
    """Return the last four digits of ``number``, all of it that may be shown."""
    return digits_of(number)[-4:]


def normalise_number(text: str) -> str:
    """Return ``text`` in one spelling: Arabic digits, plain dashes, capitals."""
    return one_dash(to_arabic_digits(clean_line(text))).upper()


def one_dash(text: str) -> str:
    """Return ``text`` with every sort of dash as a hyphen."""
    return text.translate(DASHES)


def digits_of(number: str) -> str:
    """Return the digits of ``number``, in Arabic."""
    return NOT_DIGIT.sub("", to_arabic_digits(number))
