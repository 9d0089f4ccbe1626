"""Thai dictionary order as a stored key, the same on every database."""

import re

from registry.thai.text import normalise

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
    letters: list[str] = []
    marks: list[str] = []
    for char in LEADING_VOWEL.sub(r"\2\1", normalise(text)):
        if char in MARKS:
            marks.append(f"{max(LAST_PLACE - len(letters), 0):03d}{char}")
        elif char.isalnum() or "ะ" <= char <= "ๅ":
            letters.append(char)
    return "".join(letters).translate(BEHIND_THAI) + "\x01" + "".join(marks)
