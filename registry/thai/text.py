"""Thai text cleaned for keeping, and folded for finding.

*Cleaning* repairs what a person cannot see and keeps everything else: it runs
over every form field and sheet cell before storing. *Folding* throws away what
a searcher may get wrong (tones, homophones, romanisations); its result is kept
beside the text and never shown. Both run over whole registers, so they lean on
compiled patterns and stop early.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from registry.thai import plain
from registry.thai.numerals import TO_ARABIC

#: A query is read up to so many words; the rest would only slow it down.
QUERY_WORDS = 8
#: Texts of so many characters are remembered as folded.
SHORT = 120
#: Stands between the parts of a search document: no folded text contains it, so
#: no match reaches from the end of one name into the next.
PART_BREAK = " | "

#: Control, zero-width and bidirectional characters and lone surrogates: nobody
#: sees them, and they break search, sorting and (NUL) the database.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
#: How Excel writes a carriage return that its XML could not hold.
EXCEL_RETURN = re.compile("_x000D_", re.IGNORECASE)
LINE_BREAK = re.compile("\r\n?|[\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

#: ำ typed as ํ and า, with the tone before, between, or nowhere. NFKC splits it too.
SPLIT_AM = re.compile("([่-๋]?)ํ([่-๋]?)า")
TONE_AFTER_AM = re.compile("ำ([่-๋])")
MARK_BEFORE_VOWEL = re.compile("([่-๋์])([ัิ-ฺ])")
DOUBLED_MARK = re.compile("([ะ-ฺเ-๎])\\1+")
#: Thai digits become Arabic; the signs of repetition and omission, spaces.
TO_PLAIN = TO_ARABIC | str.maketrans("ๆฯ", "  ")

#: Everything but letters, digits and Thai vowels and marks.
PUNCTUATION = re.compile("(?:[^\\wะ-ฺเ-๎]|_)+")
THAI_GAP = re.compile("(?<=[ก-๎]) +(?=[ก-๎])")
FOREIGN = re.compile("[^\x00-\x7f\u0e00-\u0e7f]")
SCRIPT_RUN = re.compile(r"[\u0e00-\u0e7f]+|[^\s\u0e00-\u0e7f]+")
LATIN = re.compile("[a-z]")
LATIN_OR_DIGIT = re.compile("[a-z0-9]+")

#: What a typo may change without changing the word: letters that sound alike, long
#: and short vowels; tones and silent marks go.
THAI_FOLD = str.maketrans("ศษซณญฎฏฐธฑฒภฆฅฬฌฃใ" + "ีืู", "สสสนยดตถทททพคคลชขไ" + "ิึุ", "่้๊๋็์๎ฺ")
#: Romanisations of one sound: Phi Ta Khon, Pee Ta Kon.
ROMAN_FOLD = (
    *(("ph", "p"), ("kh", "k"), ("th", "t")),
    *(("ee", "i"), ("oo", "u"), ("aew", "aeo"), ("v", "w")),
)
DOUBLED_LATIN = re.compile(r"([a-z])\1+")

#: Thai letters and vowels that folding leaves alone.
FOLDED_THAI = "กขคงจฉชดตถทนบปผฝพฟมยรฤลฦวสหอฮะัาำิึุเแโไๅํ"
#: Anything a further round of folding could change; most texts hold none of it.
UNSETTLED = re.compile(
    f"[^ 0-9a-z{FOLDED_THAI}]|[{FOLDED_THAI}] [{FOLDED_THAI}]|เเ|ํา"
    "|([ะ-ฺเ-๎])\\1|([a-z])\\2|" + "|".join(written for written, _ in ROMAN_FOLD)
)


@dataclass(frozen=True)
class Term:
    """One thing a query asks for.

    :param tokens: folded words, all of which must be found.
    :param compact: the words written as one ("pitakon" for "Phi Ta Khon"), which
        will do instead; empty unless several Latin words stand in a row.
    """

    tokens: tuple[str, ...]
    compact: str = ""


# --- Cleaning -------------------------------------------------------------------


def clean_text(text: str) -> str:
    """Return ``text`` as it is kept: composed, visible, without stray spaces.

    Line breaks stay; Thai digits stay. Twice is once.
    """
    if _is_clean(text):
        return text
    lines = (" ".join(line.split()) for line in LINE_BREAK.split(repaired(text)))
    return "\n".join(lines).strip("\n")


def clean_line(text: str) -> str:
    """Return ``text`` as it is kept, on one line."""
    if _is_clean(text):
        return text
    return " ".join(repaired(text).split())


def _is_clean(text: str) -> bool:
    """Tell of most texts that cleaning leaves them as they are; False is unknown."""
    signs = plain.read(text)
    return (
        signs is not None
        and plain.DOUBLED_E not in signs
        and b"_" not in signs
        and b"  " not in signs
        and signs[:1] != b" "
        and signs[-1:] != b" "
    )


def repaired(text: str) -> str:
    """Return ``text`` with what its writer cannot see put right."""
    if text.isascii() and text.isprintable() and "_" not in text:
        return text
    text = EXCEL_RETURN.sub("", UNSEEN.sub("", text))
    text = SPLIT_AM.sub("\\1\\2ำ", unicodedata.normalize("NFC", text))
    return text.replace("เเ", "แ")


# --- Folding --------------------------------------------------------------------


def normalise(text: str) -> str:
    """Return ``text`` in one spelling of the same word: widths, order of marks, case.

    Tones and homophones stay, so an exact hit can rank before a folded one.
    """
    signs = plain.read_single(text)
    if signs is not None:
        return plain.written(plain.rewritten(signs, NORMAL))
    return _normalised(text)


def _normalised(text: str) -> str:
    text = UNSEEN.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(TO_PLAIN)
        text = MARK_BEFORE_VOWEL.sub(r"\2\1", text.replace("เเ", "แ"))
        text = TONE_AFTER_AM.sub("\\1ำ", SPLIT_AM.sub("\\1\\2ำ", text))
        text = DOUBLED_MARK.sub(r"\1", text)
    return " ".join(text.casefold().split())


def loose(text: str) -> str:
    """Return ``text`` normalised, without punctuation and spaces between Thai words."""
    signs = plain.read_single(text)
    if signs is not None:
        signs = plain.GAP.sub(b"", plain.rewritten(signs, LOOSE))
        return plain.written(signs)
    return THAI_GAP.sub("", PUNCTUATION.sub(" ", normalise(text)).strip())


def fold(text: str) -> str:
    """Return what is left of ``text`` when easily mistaken letters are made alike.

    Folding twice is folding once: one round can bring together what the next
    would fold ("p̵h"), so rounds go on until nothing changes.
    """
    # Names are folded again and again: for sorting, for finding, for comparing.
    return _fold_again(text) if len(text) <= SHORT else _fold(text)


def _fold(text: str) -> str:
    signs = plain.read_single(text)
    if signs is None:
        return _settled(folded_once(text))
    signs = plain.GAP.sub(b"", plain.rewritten(signs, FOLDED))
    folded = plain.written(signs)
    if LATIN.search(folded):
        return _settled(_roman(folded))
    return _settled(folded) if plain.DOUBLED.search(signs) else folded


def _settled(folded: str) -> str:
    while UNSETTLED.search(folded):
        before, folded = folded, folded_once(folded)
        if folded == before:
            break
    return folded


_fold_again = lru_cache(maxsize=8_000)(_fold)


def folded_once(text: str) -> str:
    """Return ``text`` after one round of folding."""
    text = normalise(text)
    if FOREIGN.search(text):
        text = without_accents(text)
    text = THAI_GAP.sub("", PUNCTUATION.sub(" ", text.translate(THAI_FOLD)))
    if LATIN.search(text):
        text = _roman(text)
    return text.strip()


def _roman(text: str) -> str:
    for written, sound in ROMAN_FOLD:
        text = text.replace(written, sound)
    return DOUBLED_LATIN.sub(r"\1", text)


def without_accents(text: str) -> str:
    """Return ``text`` without marks over foreign letters; Thai ones stay."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize(
        "NFC",
        "".join(
            char
            for char in apart
            if "\u0e00" <= char <= "\u0e7f" or not unicodedata.combining(char)
        ),
    )


def compact(text: str) -> str:
    """Return the Latin letters and digits of ``text``, folded and without spaces.

    So that "phitakhon" finds "Phi Ta Khon". Empty where there is no Latin letter.
    """
    return _compacted(fold(text))


def _compacted(folded: str) -> str:
    if not LATIN.search(folded):
        return ""
    return fold("".join(LATIN_OR_DIGIT.findall(folded)))


# --- Plain texts ----------------------------------------------------------------


def _normal(sign: str) -> str:
    return _normalised(sign) or " "


NORMAL = plain.table(_normal)
LOOSE = plain.table(lambda sign: PUNCTUATION.sub(" ", _normal(sign)))
FOLDED = plain.table(
    lambda sign: PUNCTUATION.sub(" ", _normal(sign).translate(THAI_FOLD))
)


# --- What search keeps and asks -------------------------------------------------


def name_document(*names: str) -> str:
    """Return what a search by name looks through: each name folded, then compact."""
    folded = list(map(fold, names))
    return joined([*folded, *map(_compacted, folded)])


def text_document(*texts: str) -> str:
    """Return what a search through descriptions looks through: each text folded."""
    return joined(map(fold, texts))


def joined(parts: Iterable[str]) -> str:
    """Return ``parts`` as one document, without empty and repeated ones."""
    return PART_BREAK.join(dict.fromkeys(filter(None, parts)))


def parse_query(text: str) -> tuple[Term, ...]:
    """Return the terms of a query, at most :data:`QUERY_WORDS` words in all.

    Thai words that the visitor parted by spaces are terms of their own; Latin
    words in a row are one, for nobody agrees where Thai names are parted.
    """
    words = [
        word for part in script_runs(normalise(text)) for word in fold(part).split()
    ]
    terms: list[Term] = []
    row: list[str] = []
    for word in words[:QUERY_WORDS]:
        if word.isascii() and word.isalpha():
            row.append(word)
            continue
        terms += latin_term(row)
        terms.append(Term((word,)))
        row = []
    return tuple(dict.fromkeys([*terms, *latin_term(row)]))


def script_runs(text: str) -> list[str]:
    """Part ``text`` at spaces, and where Thai meets other letters: ข้าว105."""
    return SCRIPT_RUN.findall(text)


def latin_term(row: list[str]) -> list[Term]:
    """Return the one term of a row of Latin words, none of an empty row."""
    if not row:
        return []
    return [Term(tuple(row), compact(" ".join(row)) if len(row) > 1 else "")]
