"""What somebody may have meant: the known words that come nearest.

A query is taken apart into syllables and Latin words, and put together again from
words that are known, spelt or heard alike. The database offers some hundreds of words
that share trigrams with it; ``rapidfuzz`` compares them. At a national register that
takes some hundredths of a second on both databases.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from django.db import connections, models, router, transaction
from rapidfuzz import fuzz, process

from registry.models import Word
from registry.search import QUERY_LENGTH, names_kept
from registry.thai.sound import joined_sounds, spoken
from registry.thai.text import clean_line, fold
from registry.vocabulary.learning import parts, wholes, word_of

M = TypeVar("M", bound=models.Model)

#: Syllables and words of a query that are looked at, and those that one word may have.
MOST_PIECES, LONGEST_ROW = 14, 7
#: Words the database offers for the whole query, and for each part of it.
OFFERED = 200
#: Names that are read where no known word will do.
NEWEST = 100
#: Syllables of a part.
WINDOW = 3
#: How far trigrams must agree for a word to be offered.
TRIGRAMS_ALIKE = 0.2
#: Likeness, in hundredths, of words that may stand for each other; short ones must be
#: all but the same.
ALIKE, ALIKE_IF_SHORT, SHORT = 70, 86, 4
#: What another script, one more word, and a piece that nothing is like, count for.
OTHER_SCRIPT, ONE_MORE, UNKNOWN = 2.0, 5.0, 25.0
#: Ways to read a query that are followed, and those tried for whether they find any.
FOLLOWED, TRIED = 4, 3


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
    pieces = pieces_of(text)
    if not pieces:
        return None
    for nearby in _readings_of(text, pieces, model):
        if published.published().search(nearby).exists():
            return nearby
    return None


def _readings_of(
    text: str, pieces: "Sequence[Piece]", model: type[models.Model]
) -> Iterator[str]:
    """Yield texts near to ``text``, by the words known, then by the newest names."""
    yield from near(text, pieces, offered(pieces))
    yield from near(text, pieces, newest(model))


def newest(model: type[models.Model]) -> list[Word]:
    """Return words of the newest public names, perhaps not known yet. One query."""
    published: Any = model._default_manager
    rows = published.published().only("name_th", "name_en", "other_names")
    names = [
        name
        for row in rows.order_by("-pk")[:NEWEST]
        for name in filter(None, names_kept(row))
    ]
    texts = {each for name in names for each in chain(wholes(name), parts(name))}
    words = [word_of(text, 1) for text in sorted(texts)]
    return [word for word in words if word is not None]


def near(text: str, pieces: "Sequence[Piece]", words: Sequence[Word]) -> Iterator[str]:
    """Yield up to :data:`TRIED` texts near to ``text``, the likeliest first."""
    said = {text.casefold()}
    for reading in readings(pieces, words):
        if reading.casefold() not in said:
            said.add(reading.casefold())
            yield reading
        if len(said) > TRIED:
            return


# --- What is compared -----------------------------------------------------------


class Piece(NamedTuple):
    """A syllable or a Latin word of a query."""

    text: str
    sound: str
    begins_word: bool


def pieces_of(text: str) -> list[Piece]:
    """Take a query apart."""
    found = []
    for word in text.split():
        for at, each in enumerate(spoken(word)):
            found.append(Piece(each.written, each.sound, begins_word=at == 0))
    return found[:MOST_PIECES]


def offered(pieces: Sequence[Piece]) -> list[Word]:
    """Return the words that share trigrams with the pieces, the commonest first."""
    sounds = {joined_sounds(each.sound for each in pieces)}
    starts = [at for at, each in enumerate(pieces) if each.begins_word]
    for start, end in zip(starts, [*starts[1:], len(pieces)], strict=True):
        sounds.add(joined_sounds(each.sound for each in pieces[start:end]))
        if end - start > WINDOW + 1:
            sounds |= {
                joined_sounds(each.sound for each in pieces[at : at + WINDOW])
                for at in range(start, end - WINDOW + 1, WINDOW - 1)
            }
            sounds.add(joined_sounds(each.sound for each in pieces[end - WINDOW : end]))
    found = {
        row[0]: row
        for heard in sorted(sounds, key=lambda heard: (-len(heard), heard))[:8]
        for row in _sharing_trigrams(heard)
    }
    words = [
        Word(text=text, key=key, sound=heard, count=count)
        for text, key, heard, count in found.values()
    ]
    return sorted(words, key=lambda word: (-word.count, word.text))


def _sharing_trigrams(heard: str) -> list[Any]:
    """Return words that share trigrams with a sound, the likest first. One query."""
    if len(heard) < 3:
        return []
    connection = connections[router.db_for_read(Word)]
    if connection.vendor == "postgresql":
        return _on_postgresql(connection, heard)
    trigrams = dict.fromkeys(heard[at : at + 3] for at in range(len(heard) - 2))
    wanted = " OR ".join(f'"{each}"' for each in trigrams)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT text, key, registry_word.sound, count FROM registry_word_fts"
            " JOIN registry_word ON registry_word.id = registry_word_fts.rowid"
            " WHERE registry_word_fts MATCH %s ORDER BY bm25(registry_word_fts)"
            " LIMIT %s",
            [wanted, OFFERED],
        )
        return cursor.fetchall()


def _on_postgresql(connection: Any, heard: str) -> list[Any]:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.similarity_threshold', %s, true)",
            [str(TRIGRAMS_ALIKE)],
        )
        cursor.execute(
            "SELECT text, key, sound, count FROM registry_word WHERE sound %% %s"
            " ORDER BY similarity(sound, %s) DESC, count DESC, id"
            " LIMIT %s",
            [heard, heard, OFFERED],
        )
        return cursor.fetchall()


# --- Reading a query anew -------------------------------------------------------


class Spelt(NamedTuple):
    """The keys and the sounds of words, in their order."""

    keys: list[str]
    sounds: list[str]


class Reading(NamedTuple):
    """The first pieces of a query, read as known words."""

    score: float
    texts: tuple[str, ...]


def readings(pieces: Sequence[Piece], words: Sequence[Word]) -> Iterator[str]:
    """Yield the query put together from ``words``, the likeliest first."""
    best: list[list[Reading]] = [[Reading(0.0, ())], *([] for _ in pieces)]
    known = Spelt([word.key for word in words], [word.sound for word in words])
    whole = sum(_weight(each) for each in pieces) or 1
    for start in range(len(pieces)):
        for end in range(start + 1, min(start + LONGEST_ROW, len(pieces)) + 1):
            row = pieces[start:end]
            share = sum(map(_weight, row)) / whole
            for text, likeness in _meant(row, words, known):
                for before in best[start]:
                    score = before.score + share * likeness - ONE_MORE * bool(start)
                    best[end].append(Reading(score, (*before.texts, text)))
        for end in range(start + 1, len(pieces) + 1):
            best[end] = _likeliest(best[end])
    for reading in best[-1]:
        if reading.score >= ALIKE - ONE_MORE:
            yield " ".join(reading.texts)


def _likeliest(readings: list[Reading]) -> list[Reading]:
    """Return the best readings: the likeliest, the one of fewest words, and others.

    Short words are like many others, so words in pieces score well by chance.
    """
    if not readings:
        return []
    ordered = sorted(readings, key=lambda each: -each.score)
    shortest = min(ordered, key=lambda each: len(each.texts))
    return [*dict.fromkeys([ordered[0], shortest, *ordered[:FOLLOWED]])]


def _weight(piece: Piece) -> int:
    return max(len(piece.sound), 1)


def _meant(
    row: Sequence[Piece], words: Sequence[Word], known: Spelt
) -> list[tuple[str, float]]:
    """Return words that a row of pieces may mean, and how like it they are."""
    written = "".join(
        f" {each.text}" if each.begins_word and at else each.text
        for at, each in enumerate(row)
    )
    key = fold(written).replace(" ", "")
    heard = joined_sounds(each.sound for each in row)
    least = ALIKE if len(heard) > SHORT else ALIKE_IF_SHORT
    is_latin = key.isascii()
    found: dict[str, float] = {}
    for typed, spelt in ((key, known.keys), (heard, known.sounds)):
        for _text, likeness, place in process.extract(
            typed, spelt, scorer=fuzz.ratio, score_cutoff=least, limit=FOLLOWED
        ):
            word = words[place]
            if word.key.isascii() != is_latin:
                likeness -= OTHER_SCRIPT
            found[word.text] = max(likeness, found.get(word.text, 0.0))
    best = sorted(found.items(), key=lambda each: -each[1])[:FOLLOWED]
    if not best and len(row) == 1:
        return [(written, UNKNOWN)]
    return best
