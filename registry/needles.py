"""What a person is found by in running text: addresses, telephones, full names.

A telephone is found however it is written; a name only whole, because one word of it
may be anybody's. Texts that a browser encoded, or JSON escaped, are read too.
"""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus, urlencode

#: What stands where something of a person stood.
GONE = "[ลบแล้ว]"
THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙"
#: What people put between the digits of a telephone number.
GAP = r"[\s().\u2010-\u2015-]*"
TITLES = re.compile(r"^(?:นางสาว|นาง|นาย|น\.ส\.|คุณ|Mr\.?|Mrs\.?|Ms\.?|Miss)\s*")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
#: A form as a browser sends it.
ENCODED = re.compile(r"[^\s&=<>{}]{1,200}=[^\s<>{}]*", re.DOTALL)
#: Digits that a database looks for before the whole number is compared.
TAIL = 3


class Needles:
    """What to look for, as patterns; empty ones find nothing."""

    def __init__(
        self,
        *,
        emails: Iterable[str] = (),
        phones: Iterable[str] = (),
        names: Iterable[str] = (),
        words: Iterable[str] = (),
    ) -> None:
        self.emails = sorted({each.strip().lower() for each in emails} - {""})
        self.phones = sorted(filter(None, {national(each) for each in phones}))
        self.names = sorted(filter(None, {whole_name(each) for each in names}))
        # A short word may be a part of any other.
        self.words = sorted({each for each in words if len(each) >= 6})
        surest = [
            *map(_email_pattern, self.emails),
            *map(_phone_pattern, self.phones),
            *map(_word_pattern, self.words),
        ]
        self._sure = _any_of(surest)
        self._all = _any_of([*surest, *map(_name_pattern, self.names)])

    def __bool__(self) -> bool:
        return self._all is not None

    @property
    def terms(self) -> list[str]:
        """Return pieces one of which stands in every text that holds a needle."""
        found: set[str] = set()
        for email in self.emails:
            found.add(max(re.findall(r"[a-z0-9]+", email), key=len))
        for phone in self.phones:
            tail = phone[-TAIL:]
            found |= {tail, "".join(THAI_DIGITS[int(digit)] for digit in tail)}
        for word in (*self.words, *(max(n.split(), key=len) for n in self.names)):
            found |= {word, quote(word), json.dumps(word)[1:-1]}
        return sorted(found)

    def found_in(self, text: str, *, surely: bool = False) -> bool:
        """Tell whether ``text`` holds one, however it is encoded.

        ``surely`` leaves names out: two people may have the same.
        """
        pattern = self._sure if surely else self._all
        if pattern is None or not text:
            return False
        readings = (text, unquote_plus(text), ESCAPED.sub(_unescaped, text))
        return any(pattern.search(each) for each in readings)

    def scrubbed(self, text: str, *, surely: bool = False) -> str:
        """Return ``text`` without them."""
        pattern = self._sure if surely else self._all
        if pattern is None or not self.found_in(text, surely=surely):
            return text
        if ENCODED.fullmatch(text):
            pairs = parse_qsl(text, keep_blank_values=True)
            text = urlencode([(name, pattern.sub(GONE, each)) for name, each in pairs])
        else:
            text = pattern.sub(GONE, text)
        # Written in a way only a reading shows: better nothing than a part of it.
        return GONE if self.found_in(text, surely=surely) else text

    def scrubbed_data(self, value: Any, *, surely: bool = False) -> Any:
        """Return what a JSON column holds without them, in keys too."""
        if isinstance(value, str):
            return self.scrubbed(value, surely=surely)
        if isinstance(value, list):
            return [self.scrubbed_data(each, surely=surely) for each in value]
        if isinstance(value, dict):
            return {
                self.scrubbed(str(name), surely=surely): self.scrubbed_data(
                    each, surely=surely
                )
                for name, each in value.items()
            }
        return value


def national(phone: str) -> str:
    """Return a telephone's digits without trunk 0 or country code; short ones not."""
    digits = "".join(
        str(THAI_DIGITS.find(char)) if char in THAI_DIGITS else char
        for char in phone
        if (char.isascii() and char.isdigit()) or char in THAI_DIGITS
    )
    if phone.strip().startswith("+66") or (
        digits.startswith("66") and len(digits) in {10, 11}
    ):
        digits = digits[2:]
    digits = digits.removeprefix("0")
    return digits if len(digits) >= 8 else ""


def whole_name(name: str) -> str:
    """Return a name without its title, if it has two words or more."""
    bare = " ".join(TITLES.sub("", " ".join(name.split())).split())
    return bare if " " in bare else ""


def _any_of(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None


def _email_pattern(email: str) -> str:
    return rf"(?<![a-z0-9_+-]){re.escape(email)}(?![a-z0-9-]|\.[a-z0-9])"


def _phone_pattern(phone: str) -> str:
    digits = GAP.join(f"[{digit}{THAI_DIGITS[int(digit)]}]" for digit in phone)
    return rf"(?<![\d])(?:\+?{GAP}66{GAP}\(?0?\)?|[0๐]){GAP}{digits}(?!\d)"


def _name_pattern(name: str) -> str:
    words = r"\s+".join(map(re.escape, name.split()))
    begin = r"(?<![a-z0-9])" if name[0].isascii() else ""
    end = r"(?![a-z0-9])" if name[-1].isascii() else ""
    return f"{begin}{words}{end}"


def _word_pattern(word: str) -> str:
    return rf"(?<![a-z0-9_.]){re.escape(word)}(?![a-z0-9_])"


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))
