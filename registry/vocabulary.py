"""Did you mean …: names near to what somebody typed and nothing was found for.

Reads the published names once into memory and compares by edit distance: quicker
than any index on both databases, and no suggestion leads to an empty page.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, Literal, TypeVar

from django.db import models
from rapidfuzz import fuzz, process

from registry.models import Alias, District, Province
from registry.search import BETWEEN_NAMES, QUERY_LENGTH
from registry.thai.text import clean_line, fold

M = TypeVar("M", bound=models.Model)

#: Words and names kept in memory, the most frequent ones: about 20 MB a process.
MOST_WORDS = 50_000
#: Seconds after which names are read anew, whatever happened.
LIFETIME = 300
#: A vocabulary lives at least so many times as long as it took to read, so that a
#: busy import does not have every search read all names again.
WORTH = 20
#: Likeness, in hundredths, of names all but the same; of two words or names; and of
#: one with part of a longer one.
NEARLY_SAME, ALIKE, ALIKE_WITHIN = 85, 70, 80
#: Suggestions that are tried for whether they find anything.
TRIED = 3
#: Latin words that may stand in a row for one name ("Phi Ta Khon").
ROW = 3


@dataclass(frozen=True)
class Found(Generic[M]):
    """What a search found, and how.

    :param rows: the hits, the best first; not yet asked for.
    :param how: ``fuzzy`` if nothing matched and these match ``suggestion`` instead.
    """

    rows: "models.QuerySet[M]"
    how: Literal["exact", "fuzzy"] = "exact"
    suggestion: str = ""


def find(rows: Any, text: str) -> Found[Any]:
    """Search ``rows`` (of a model with ``search``), forgiving when nothing matches.

    Nothing is forgiven when only a filter keeps the hits away: then the filter is
    what to loosen. One query if there are hits.
    """
    hits = rows.search(text)
    model = rows.model
    if hits.exists() or model._default_manager.published().search(text).exists():
        return Found(hits)
    suggestion = did_you_mean(text, model)
    if suggestion is None:
        return Found(hits)
    return Found(rows.search(suggestion), "fuzzy", suggestion)


def did_you_mean(text: str, model: type[models.Model]) -> str | None:
    """Return a text near to ``text`` that finds published rows of ``model``."""
    published: Any = model._default_manager
    text = clean_line(text[:QUERY_LENGTH])
    for nearby in dict.fromkeys(_vocabulary(model).near(text)):
        if nearby != text and published.published().search(nearby).exists():
            return nearby
    return None


# --- Words known ----------------------------------------------------------------


@dataclass(frozen=True)
class Vocabulary:
    """Words and names: folded, without spaces → as they are shown."""

    words: dict[str, str]
    #: Thai names of places, the longest first.
    places: tuple[str, ...]

    def near(self, text: str) -> Iterator[str]:
        """Yield texts near to ``text``, the likeliest first."""
        key = squeezed(text)
        if len(key) < ROW:
            return
        yield from self._parted(text)
        yield from self._shown(key, self.words, fuzz.ratio, NEARLY_SAME)
        yield self._word_by_word(text)
        yield from self._alike(key)
        longer = [name for name in self.words if len(name) > len(key)]
        yield from self._shown(key, longer, fuzz.partial_ratio, ALIKE_WITHIN)

    def _alike(self, key: str) -> list[str]:
        return self._shown(key, self.words, fuzz.ratio, ALIKE)

    def _shown(
        self, key: str, names: Iterable[str], likeness: Any, least: int
    ) -> list[str]:
        best = process.extract(
            key, list(names), scorer=likeness, score_cutoff=least, limit=TRIED
        )
        return [self.words[name] for name, _score, _place in best if name != key]

    def _parted(self, text: str) -> Iterator[str]:
        """Part from each other a word and the place it ends in: ผ้าไหม|เชียงคาน."""
        for place in self.places:
            if text.endswith(place) and not f" {text}".endswith(f" {place}"):
                yield f"{text.removesuffix(place)} {place}".strip()

    def _word_by_word(self, text: str) -> str:
        """Return ``text`` with each unknown word replaced by the nearest known one."""
        words = []
        for word in text.split():
            key = squeezed(word)
            is_known = any(key in name for name in self.words)
            alike = [] if is_known else self._alike(key)
            words.append(alike[0] if alike else word)
        return " ".join(words)


def squeezed(text: str) -> str:
    """Return ``text`` folded and without spaces: where they stand says little."""
    return fold(text).replace(" ", "")


def words_of(name: str) -> Iterator[str]:
    """Yield a name, its words, and its Latin words in rows of two and three."""
    words = clean_line(name).split()
    yield " ".join(words)
    if len(words) > 1:
        yield from words
    for length in range(2, ROW + 1):
        for start in range(len(words) - length + 1):
            row = words[start : start + length]
            if len(words) > length and all(word.isascii() for word in row):
                yield " ".join(row)


@dataclass(frozen=True)
class _Read:
    vocabulary: Vocabulary
    newest: Any
    at: float
    took: float

    def is_fresh(self, model: type[models.Model]) -> bool:
        age = time.monotonic() - self.at
        if age < self.took * WORTH:
            return True
        return age < LIFETIME and self.newest == _newest(model)


_known: dict[str, _Read] = {}


def _vocabulary(model: type[models.Model]) -> Vocabulary:
    known = _known.get(model._meta.label)
    if known is None or not known.is_fresh(model):
        start = time.monotonic()
        vocabulary = _read(model)
        now = time.monotonic()
        known = _Read(vocabulary, _newest(model), now, now - start)
        _known[model._meta.label] = known
    return known.vocabulary


def forget() -> None:
    """Read all names anew at the next question."""
    _known.clear()


def _newest(model: type[models.Model]) -> Any:
    """Return what tells whether rows were added since: one look into an index."""
    rows = model._default_manager.order_by("-pk")
    return rows.values_list("pk", "updated_at").first()


def _read(model: type[models.Model]) -> Vocabulary:
    published: Any = model._default_manager
    names = published.published().values_list("name_th", "name_en", "other_names")
    counted: Counter[str] = Counter()
    for name_th, name_en, other_names in names.iterator():
        for name in (name_th, name_en, *BETWEEN_NAMES.split(other_names)):
            counted.update(words_of(name))
    named = chain(
        Province.objects.values_list("name_th", "name_en"),
        District.objects.values_list("name_th", "name_en"),
    )
    places = dict.fromkeys(name for pair in named for name in pair)
    aliases = Alias.objects.values_list("word", flat=True)
    common = [word for word, _count in counted.most_common(MOST_WORDS)]
    words: dict[str, str] = {}
    for word in (*common, *places, *aliases):
        key = squeezed(word)
        if len(key) >= ROW and not key.isdigit():
            words.setdefault(key, word)
    thai = [name for name in places if name and not name.isascii()]
    return Vocabulary(words, tuple(sorted(thai, key=lambda name: -len(name))))
