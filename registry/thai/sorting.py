"""Thai dictionary order as a stored key, the same on every database."""

import re

from registry.thai import plain
from registry.thai.text import NORMAL, normalise

#: A leading vowel is sorted after the consonant it is spoken with.
LEADING_VOWEL = re.compile("([เ-ไ])([ก-ฮ])")
#: Tone marks and their like decide only between words otherwise equal.
MARKS = "็่้๊๋์ํ๎"
#: The order of Thai puts Thai letters before Latin ones: wide forms lie behind.
BEHIND_THAI = {letter: letter + 0xFEE0 for letter in range(ord("a"), ord("z") + 1)}
#: Places are counted down from here, so that of two words the one whose mark
#: comes later stands first.
LAST_PLACE = 999


def sort_key(text: str) -> str:
    """Return a text whose plain code-point order is the dictionary order of ``text``.

    The order of the Royal Institute as ICU's ``th`` has it: consonants, then
    vowels; spaces and punctuation ignored. Needs a "C" collation on PostgreSQL.
    """
    signs = plain.read_single(text)
    return _sorted(normalise(text)) if signs is None else _sorted_plainly(signs)


def _sorted(text: str) -> str:
    letters: list[str] = []
    marks: list[str] = []
    for char in LEADING_VOWEL.sub(r"\2\1", text):
        if char in MARKS:
            marks.append(f"{max(LAST_PLACE - len(letters), 0):03d}{char}")
        elif _is_letter(char):
            letters.append(char)
    return "".join(letters).translate(BEHIND_THAI) + "\x01" + "".join(marks)


def _is_letter(char: str) -> bool:
    return char.isalnum() or "ะ" <= char <= "ๅ"


# --- Plain texts ------------------------------------------------------------------

PLAIN_VOWEL = re.compile(b"([\xe0-\xe4])([\xa1-\xce])")
PLAIN_MARKS = MARKS.encode(plain.CODING)
PLAIN_MARK = re.compile(b"[" + PLAIN_MARKS + b"]")
LATIN = re.compile("[a-z]")
#: What is neither letter nor mark goes.
COUNTED = plain.table(lambda sign: sign if sign in MARKS or _is_letter(sign) else "")


def _sorted_plainly(signs: bytes) -> str:
    """Do as :func:`_sorted` for a plain text: signs as they stand in it."""
    moved = PLAIN_VOWEL.sub(rb"\2\1", plain.rewritten(signs, NORMAL))
    counted = moved.translate(*COUNTED)
    letters = plain.written(counted.translate(None, PLAIN_MARKS))
    if LATIN.search(letters):
        letters = letters.translate(BEHIND_THAI)
    marks = [
        f"{max(LAST_PLACE - found.start() + before, 0):03d}"
        f"{found[0].decode(plain.CODING)}"
        for before, found in enumerate(PLAIN_MARK.finditer(counted))
    ]
    return f"{letters}\x01{''.join(marks)}"
