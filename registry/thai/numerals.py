"""Thai numerals: read everywhere, written in printed official papers only.

Web pages and data use Arabic digits (facts.md §6.3); input takes both.
"""

ARABIC = "0123456789"
THAI = "๐๑๒๓๔๕๖๗๘๙"
TO_THAI = str.maketrans(ARABIC, THAI)
TO_ARABIC = str.maketrans(THAI, ARABIC)


def to_thai_digits(text: object) -> str:
    """Return ``text`` with Thai digits in place of Arabic ones."""
    return str(text).translate(TO_THAI)


def to_arabic_digits(text: object) -> str:
    """Return ``text`` with Arabic digits in place of Thai ones."""
    return str(text).translate(TO_ARABIC)
