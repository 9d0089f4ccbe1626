"""Two texts side by side, with what differs marked, for readers of Thai.

Thai is written without spaces, so letters are compared in clusters: a consonant
with the vowels and tones around it is never cut apart. Where hardly anything stayed
between two changes, the whole stretch counts as changed: confetti reads badly.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

What = Literal["same", "removed", "added"]

#: A Latin word or a number; a run of spaces; a Thai cluster, which is a vowel
#: written before its consonant, the consonant, and what stands above, below and
#: after it; any other character with its combining marks.
TOKEN = re.compile(
    "[A-Za-z0-9\u00c0-\u024f]+"
    "|\\s+"
    "|[เ-ไ]*[ก-ฮ][ฯะ-ฺๅ็-๎]*"
    "|.[\u0300-\u036fะ-ฺ็-๎\u200d\ufe0f]*",
    re.DOTALL,
)
#: Texts of which more differs than this are not looked at closely: it would take
#: seconds.
MOST_COMPARISONS = 10_000_000
#: So little between two changes is change too.
SHORT_STAY = 2


@dataclass(frozen=True)
class Piece:
    """A stretch of a text, and whether it stayed, went or came."""

    what: What
    text: str


#: The old text and the new one, in pieces.
Marked = tuple[tuple[Piece, ...], tuple[Piece, ...]]
#: Numbers of tokens: from, to in the old text; from, to in the new one.
Stretch = tuple[bool, int, int, int, int]


def tokens_of(text: str) -> list[str]:
    """Return ``text`` in the pieces that are compared; joined they are the text."""
    return TOKEN.findall(text)


def marked(old: str, new: str) -> Marked:
    """Return both texts in pieces: what went marked in the old, what came in the new.

    At most half a second, whatever the texts.
    """
    before, after = tokens_of(old), tokens_of(new)
    was: list[Piece] = []
    is_now: list[Piece] = []
    for is_same, i1, i2, j1, j2 in _stretches(before, after):
        gone, came = "".join(before[i1:i2]), "".join(after[j1:j2])
        if gone:
            was.append(Piece("same" if is_same else "removed", gone))
        if came:
            is_now.append(Piece("same" if is_same else "added", came))
    return tuple(was), tuple(is_now)


def _stretches(before: Sequence[str], after: Sequence[str]) -> Iterator[Stretch]:
    """Yield what is alike and what is not, in turn."""
    start = _alike(zip(before, after, strict=False))
    most = min(len(before), len(after)) - start
    end = min(most, _alike(zip(reversed(before), reversed(after), strict=False)))
    i2, j2 = len(before) - end, len(after) - end
    if start:
        yield True, 0, start, 0, start
    yield from _middle(before[start:i2], after[start:j2], start)
    if end:
        yield True, i2, len(before), j2, len(after)


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _middle(before: Sequence[str], after: Sequence[str], at: int) -> Iterator[Stretch]:
    if not before and not after:
        return
    if len(before) * len(after) > MOST_COMPARISONS:
        yield False, at, at + len(before), at, at + len(after)
        return
    changed: list[int] | None = None
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for number, (tag, i1, i2, j1, j2) in enumerate(codes):
        is_inside = 0 < number < len(codes) - 1
        stays = tag == "equal" and not (is_inside and _is_short(before[i1:i2]))
        if not stays:
            changed = [changed[0], i2, changed[2], j2] if changed else [i1, i2, j1, j2]
            continue
        if changed:
            yield False, *(at + place for place in changed)  # type: ignore[misc] # four
            changed = None
        yield True, at + i1, at + i2, at + j1, at + j2
    if changed:
        yield False, *(at + place for place in changed)  # type: ignore[misc] # four


def _is_short(tokens: Sequence[str]) -> bool:
    """Tell whether so little stayed that it only breaks a change into pieces."""
    kept = [each for each in tokens if not each.isspace()]
    has_word = any(each.isascii() and len(each) > SHORT_STAY for each in kept)
    return len(kept) <= SHORT_STAY and not has_word
