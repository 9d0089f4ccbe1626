"""Marking in a name what a query found there, though folding changed its letters.

Thai is compared sign by sign: each sign folds to one or to none, so a place in the
folded text is a place in the name. Of other scripts whole words are marked, for
folding them brings letters together.
"""

import html
import re
from collections.abc import Iterable, Iterator

from django.utils.html import escape
from django.utils.safestring import SafeData, SafeString

from registry.search import Asked, Sought
from registry.thai.text import THAI_FOLD, compact, fold, normalise

#: What stands over or under the letter before it.
MARK = re.compile("[ัิ-ฺ็-๎]*")
OTHER_WORD = re.compile(r"[^\W\u0e00-\u0e7f]+")
TAG = re.compile("(<[^>]*>)")
#: Latin words in a row that one compact word may stand for.
ROW = 4

Span = tuple[int, int]


def sought_in(text: str) -> tuple[Sought, ...]:
    """Return the words that a query looks for, the longest first.

    No query right after the search, else one.
    """
    if not text:
        return ()
    words = {each.folded: each for each in Asked.again(text).sought() if each.folded}
    return tuple(sorted(words.values(), key=lambda each: -len(each.folded)))


def marked(text: str, sought: Iterable[Sought]) -> SafeString:
    """Return ``text``, escaped, with what was sought in ``<mark>``."""
    shown, at = [], 0
    for start, end in spans(text, sought):
        shown += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    return SafeString("".join([*shown, escape(text[at:])]))


def marked_html(shown: str, sought: Iterable[Sought]) -> SafeString:
    """Mark what was sought in a name as templates have it: escaped, in a span perhaps.

    Marked in the text, and put back between the tags that are there.
    """
    if not isinstance(shown, SafeData):
        return marked(shown, sought)
    sought = tuple(sought)
    pieces = TAG.split(shown)
    return SafeString(
        "".join(
            piece if at % 2 else str(marked(html.unescape(piece), sought))
            for at, piece in enumerate(pieces)
        )
    )


def spans(text: str, sought: Iterable[Sought]) -> list[Span]:
    """Return where what was sought stands in ``text``, in order, not overlapping."""
    folded, places = _folded(text)
    found: list[Span] = []
    for word in sought:
        if word.folded.isascii():
            found += _other_words(text, word.folded)
        else:
            found += _thai(text, folded, places, word)
    return _joined(found)


def _folded(text: str) -> tuple[str, list[int]]:
    """Return ``text`` folded sign by sign, and where each sign of it stands."""
    folded, places = [], []
    for place, sign in enumerate(text):
        if sign == "ํ" and "า" in text[place + 1 : place + 3]:
            became = "ำ"
        elif sign == "า" and "ํ" in text[max(place - 2, 0) : place]:
            became = ""
        else:
            became = sign.translate(THAI_FOLD)
        if became and not became.isspace():
            folded.append(became)
            places.append(place)
    return "".join(folded), places


def _thai(text: str, folded: str, places: list[int], word: Sought) -> Iterator[Span]:
    start = folded.find(word.folded)
    while start >= 0:
        last = places[start + len(word.folded) - 1]
        begin = places[start]
        end = MARK.match(text, last + 1).end()  # type: ignore[union-attr] # matches nothing
        if not word.is_sure or word.exact in normalise(text[begin:end]):
            yield begin, end
        start = folded.find(word.folded, start + len(word.folded))


def _other_words(text: str, wanted: str) -> Iterator[Span]:
    """Yield words that begin as wanted, or rows of words that are it together."""
    words = [(each.start(), each.end()) for each in OTHER_WORD.finditer(text)]
    for first, (start, end) in enumerate(words):
        if fold(text[start:end]).startswith(wanted):
            yield start, end
            continue
        for _begin, last in words[first + 1 : first + ROW]:
            together = compact(text[start:last])
            if together == wanted:
                yield start, last
                break
            if not wanted.startswith(together):
                break


def _joined(found: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
