"""How Thai is heard, in Latin letters: one key for slips of spelling and romanisations.

A key says roughly how a text sounds: finals that are spoken alike are alike (สับปะรด,
สัปปะรส), r and l, clusters and their simple forms too (กระติบ, กะติบ), and so are all
ways to romanise a word (กล้วย, kluai, gluay). Too rough to search by; for comparing
what nobody found with what there is.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from registry.thai.text import FOREIGN, normalise, without_accents


class Syllable(NamedTuple):
    """A syllable as it is written, without tones, and how it sounds."""

    written: str
    sound: str


#: Letters by what they are spoken like at the beginning of a syllable.
INITIALS = {
    letter: sound
    for letters, sound in (
        ("กขฃคฅฆ", "k"),
        ("งฺ", "q"),
        ("จฉชฌ", "j"),
        ("ซศษส", "s"),
        ("ญย", "y"),
        ("ดฎตฏฐฑฒถทธ", "t"),
        ("นณ", "n"),
        ("บปผพภ", "p"),
        ("ฝฟ", "f"),
        ("ม", "m"),
        ("รลฬฤฦ", "l"),
        ("ว", "w"),
        ("หฮ", "h"),
        ("อ", ""),
    )
    for letter in letters
}
#: The same at the end of one.
FINALS = {
    letter: sound
    for letters, sound in (
        ("กขคฆ", "k"),
        ("ง", "q"),
        ("จชซศษสดฎตฏฐฑฒถทธ", "t"),
        ("นณญรลฬ", "n"),
        ("บปพภฟ", "p"),
        ("ม", "m"),
        ("ย", "i"),
        ("ว", "o"),
    )
    for letter in letters
}

#: What is not heard, one after the other: tones, letters that are silenced with a
#: vowel of their own perhaps, and one of two finals (สารท, บัตร, เพชร).
UNHEARD = tuple(
    map(
        re.compile,
        (
            "[่-๋ํ๎ฺ]",
            "(?:[ทตด]ร|[ก-ฮ])[ิุ]?์",
            "ร(?=[ทถตธ](?![ะ-ูอ็]))",
            "(?<=[ะ-ูเ-ไ][ตทกชด])ร(?![ะ-ูอ็ร])",
            "(?<=[เ-ไ][ก-ฮ][ตทกชด])ร(?![ะ-ูอ็ร])",
        ),
    )
)

_INITIAL = "(?P<c>ห[งญนมยรลว]|[กขคตปผพบดฟ][รล]|[กขค]ว(?=[ะ-ูเ-ไ็])|[ทสศซจ]ร|[ก-ฮ])"
#: A final is not the beginning of the next syllable.
_NEXT = "(?![ะ-ู็]|รร|(?<=[กขคตปผพ])[รลว][ะ-ู็อ]|อ(?:$|[ก-ฮ](?![ะ-ู็])))"
_LETTERS = "[กขคฆงจชซญดตถทธนบปพฟภมยรลวสศษณฎฏฐฑฒฬ]"
_MUST = f"(?P<f>{_LETTERS}{_NEXT})"
#: A vowel that can stand open leaves two letters to the next syllable: ยา|ดม.
_FINAL = f"(?P<f>{_LETTERS}{_NEXT}(?![กงดตนบปมรลสศ](?:$|[เ-ไ])))?"
#: The first of three letters without a vowel sign.
OPEN = "(?P<c>[ก-ฮ])(?=[ก-ฮ][กงดตนบปมรลสศ](?![ะ-ู็อ]))"
#: Ways to write a syllable and what is heard between first and last, the surest first.
SHAPES = tuple(
    (re.compile(shape.format(c=_INITIAL, f=_FINAL, m=_MUST)), vowel)
    for shape, vowel in (
        ("เ{c}ียะ?{f}", "ia"),
        ("เ{c}ือะ?{f}", "ua"),
        ("เ{c}าะ", "o"),
        ("เ{c}า", "ao"),
        ("เ{c}ย", "ei"),
        ("เ{c}ิ{f}", "e"),
        ("เ{c}อะ?{f}", "e"),
        ("[เแ]{c}(?:ะ|็?{f})", "e"),
        ("โ{c}(?:ะ|{f})", "o"),
        ("[ไใ]{c}ย?", "ai"),
        ("{c}ัวะ?", "ua"),
        ("{c}ัย", "ai"),
        ("{c}ั{m}", "a"),
        ("{c}ั", "a"),
        ("{c}รร{m}", "a"),
        ("{c}รร", "an"),
        ("{c}วย", "uai"),
        ("{c}ว{m}", "ua"),
        ("{c}ำ", "am"),
        ("{c}ะ", "a"),
        ("{c}า{f}", "a"),
        ("{c}[ิี]{f}", "i"),
        ("{c}[ึื]อ?{f}", "u"),
        ("{c}[ุู]{f}", "u"),
        ("{c}็?อ{f}", "o"),
        ("{c}็{f}", "o"),
        # Without a vowel sign: ข|นม, คน.
        (OPEN, "a"),
        ("{c}{m}", "o"),
        ("{c}", "a"),
    )
)

#: What Latin letters are heard as, in this order.
HEARD = tuple(
    (re.compile(written), sound)
    for written, sound in (
        ("tch|ch|sh", "j"),
        ("ng", "q"),
        ("ck|[kg]h?|q(?=u)|x", "k"),
        ("c(?=[eiy])", "s"),
        ("c", "k"),
        ("ph|[pb]", "p"),
        ("th|[td]", "t"),
        ("v", "w"),
        ("z", "s"),
        # An r behind a vowel makes it long.
        ("(?<=[aeiou])r(?![aeiouy])", ""),
        ("r", "l"),
        ("(?<=[kpt])l(?=[aeiou])", ""),
        ("(?<=[aeiou])h(?![aeiou])", ""),
        ("ae[wo]|eaw|eow", "eo"),
        ("(?<=ao)w(?![aeiou])", ""),
        ("uea|oua|ua", "ua"),
        ("oei|oey|euy|ery", "ei"),
        ("ee+|ii+|ea", "i"),
        ("oo+|ou|uu+|ue|eu", "u"),
        ("ae|oe", "e"),
        ("aa+", "a"),
        ("aw|au|ow", "ao"),
        ("(?<=[aou])y(?![aeiou])|ie", "i"),
        ("iw|iu", "io"),
        ("(?<=[a-z])y(?![aeiou])", "i"),
    )
)
THAI = re.compile("[ก-๎]+")
WORD = re.compile("[ก-๎]+|[a-z0-9]+")
DOUBLED = re.compile(r"([a-z])\1+")


def sound(text: str) -> str:
    """Return how ``text`` is heard, without spaces; empty if nothing is."""
    return joined_sounds(each.sound for each in spoken(text))


def joined_sounds(sounds: Iterable[str]) -> str:
    """Return sounds as they are heard one after the other."""
    return DOUBLED.sub(r"\1", "".join(sounds))


def spoken(text: str) -> list[Syllable]:
    """Return the Thai syllables and the Latin words of ``text``, in order."""
    found: list[Syllable] = []
    for word in WORD.findall(_plain(normalise(text))):
        if THAI.match(word):
            found += syllables(word)
        else:
            found.append(Syllable(word, _latin(word)))
    return found


@lru_cache(maxsize=4_000)
def syllables(word: str) -> tuple[Syllable, ...]:
    """Part a Thai word, normalised, into syllables."""
    bare, places = _heard_letters(word)
    starts: list[int] = []
    sounds: list[str] = []
    at, was_open = 0, False
    while at < len(bare):
        for shape, vowel in SHAPES:
            match = shape.match(bare, at)
            if match and not (was_open and shape.pattern == OPEN):
                parts = match.groupdict()
                starts.append(places[at])
                sounds.append(
                    _initial(parts["c"]) + vowel + FINALS.get(parts.get("f") or "", "")
                )
                was_open = shape.pattern == OPEN
                at = match.end()
                break
        else:
            at += 1
    starts[:1] = [0] if starts else []
    ends = [*starts[1:], len(word)]
    return tuple(
        Syllable(word[start:end], heard)
        for start, end, heard in zip(starts, ends, sounds, strict=True)
    )


def _heard_letters(word: str) -> tuple[str, list[int]]:
    """Return the letters of ``word`` that are heard, and where each stands."""
    bare, places = word, list(range(len(word)))
    for unheard in UNHEARD:
        for match in reversed([*unheard.finditer(bare)]):
            bare = bare[: match.start()] + bare[match.end() :]
            del places[match.start() : match.end()]
    return bare, places


def _initial(letters: str) -> str:
    """Return how a syllable begins: of two letters mostly one is heard."""
    if len(letters) == 1:
        return INITIALS.get(letters, "")
    if letters[0] == "ห":
        return INITIALS[letters[1]]
    if letters == "ทร":
        return "s"
    return INITIALS[letters[0]] + ("w" if letters[1] == "ว" else "")


@lru_cache(maxsize=4_000)
def _latin(word: str) -> str:
    for written, heard in HEARD:
        word = written.sub(heard, word)
    return DOUBLED.sub(r"\1", word)


def _plain(text: str) -> str:
    """Return ``text`` with foreign letters without their accents."""
    return text if not FOREIGN.search(text) else without_accents(text)
