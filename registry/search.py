"""Finding records by what people type: what is kept for it, and how it is asked.

Each record has a search row of three folded texts (``registry.thai.text`` says
what folding is):

- ``name_norm``: its names in one spelling, tones kept: exact hits rank by it;
- ``name_fold``: its names and code folded, so that slips of spelling do not count;
- ``text_fold``: the same and all the rest, folded; what the record is filed under
  (shelf, places, marks) stands in it as *labels*.

Both databases find substrings by trigrams (``registry.search_index``).
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import chain, combinations
from operator import and_, or_
from typing import Any, NamedTuple, TypeVar, cast

from django.db import connections, models, router
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length
from django.db.models.lookups import Lookup

from registry.derived import SearchTexts
from registry.models import Alias
from registry.thai.sound import sound
from registry.thai.text import (
    PART_BREAK,
    Term,
    compact,
    fold,
    joined,
    loose,
    name_document,
    normalise,
    parse_query,
    script_runs,
)

R = TypeVar("R", bound="models.QuerySet[Any]")

#: A query is read up to so many characters, and each of its phrases may stand for so
#: many others.
QUERY_LENGTH = 200
MOST_MEANINGS = 8
#: Words that say nothing here, unless they are all that was typed: everything is OTOP.
EMPTY_WORDS = frozenset(
    fold(word)
    for word in (
        *(
            "OTOP",
            "โอทอป",
            "โอท็อป",
            "สินค้า",
            "สินค้าโอทอป",
            "ของ",
            "จาก",
            "และ",
            "ที่",
            "ใน",
        ),
        *("and", "of", "from", "in", "the", "with", "for", "a"),
    )
)
#: Latin words up to so many letters are looked for at the beginning of words: "nan" is
#: no "banana".
SHORT_LATIN = 3
#: Places whose names are also words (เลย, ตาก, น่าน) have up to so many letters folded:
#: those are not looked for in stories.
SHORT_PLACE = 4
#: What sounds as a romanised word does must have so many letters: "mat" is no มัด.
LONG_SOUND = 5
#: Trigrams find nothing shorter.
TRIGRAM = 3
#: Stands before a label in ``text_fold``. No folded text contains it, so a label is
#: found by its beginning, however short: "@gi", "@เลย".
LABEL = "@"
#: What parts several names in one field.
BETWEEN_NAMES = re.compile(r"[,;/|\n]+")
#: Titles of places: "จังหวัดเลย" and "จ.เลย" ask for เลย.
PLACE_TITLE = re.compile(r"(?:จังหวัด|อำเภอ|ตำบล|(?<!\S)[จอต]\.) *(?=[ก-ฮเ-ไ])")


# --- What is kept ---------------------------------------------------------------


def names_kept(row: Any) -> list[str]:
    """Return every name of a record, the Thai one first."""
    others = row.other_names
    more = BETWEEN_NAMES.split(others) if others else ()
    return [row.name_th, row.name_en, *more]


def search_texts(
    *,
    names: Iterable[str],
    code: str | None,
    texts: Iterable[str],
    labels: Iterable[str],
) -> SearchTexts:
    """Return the search row of a record."""
    return texts_folded(names, code, map(fold, texts), labels_of(labels))


def texts_folded(
    names: Iterable[str],
    code: str | None,
    folded: Iterable[str],
    labels: Iterable[str],
) -> SearchTexts:
    """Return the search row of a record whose texts are folded, with labels made."""
    names = list(filter(None, names))
    by_name = name_document(*names, code or "")
    return SearchTexts(
        name_norm=joined(map(loose, names)),
        name_fold=by_name,
        text_fold=joined([by_name, *folded, *labels]),
    )


def labels_of(names: Iterable[str]) -> Iterator[str]:
    """Return the labels that names make."""
    return chain.from_iterable(map(_labels, names))


@lru_cache(maxsize=10_000)
def _labels(name: str) -> tuple[str, ...]:
    """Return the labels a name makes; thousands of goods share each of them."""
    return tuple(LABEL + each for each in (fold(name), compact(name)) if each)


# --- How it is asked ------------------------------------------------------------


@models.TextField.register_lookup
class Substr(Lookup[str]):
    """``text_fold__substr="…"``: the column contains the text, by the trigram index.

    Django's own ``contains`` cannot use SQLite's; on PostgreSQL both are ``LIKE``.
    """

    lookup_name = "substr"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return a plain ``LIKE``: PostgreSQL reads trigrams out of its pattern."""
        left, params = self.process_lhs(compiler, connection)
        pattern = connection.ops.prep_for_like_query(self.rhs)
        return f"{left} LIKE %s", (*params, f"%{pattern}%")

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        """Ask the FTS5 table, which drops terms under three characters silently."""
        if len(self.rhs) < TRIGRAM:
            sql, params = self.as_sql(compiler, connection)
            return rf"{sql} ESCAPE '\'", params
        lhs: Any = self.lhs
        meta, column = lhs.target.model._meta, lhs.target.column
        quote = connection.ops.quote_name
        fts = quote(f"{meta.db_table}_fts")
        key = f"{quote(lhs.alias)}.{quote(meta.pk.column)}"
        phrase = self.rhs.replace('"', '""')
        sql = f"{key} IN (SELECT rowid FROM {fts} WHERE {fts} MATCH %s)"  # noqa: S608 - names of ours
        return sql, (f'{column} : "{phrase}"',)


def ranked(rows: R, text: str, *ties: Any, by_name: bool = False) -> R:
    """Keep the ``rows`` that ``text`` asks for, the best first.

    All words must be found, in any order. A name that begins with the text comes
    first, then one that contains it, then the same folded, then all words among
    the names, then among names and labels, then anywhere; of equals the shorter
    name, then ``ties``. A text without any word keeps all rows as they are.
    One query, for what its words stand for.

    :param by_name: leave out what has the words in its descriptions only; words that
        are names of places may still be labels.
    """
    asked = Asked.read(text)
    if not asked.terms:
        return rows
    # Annotated first: the other way round leaves an outer join, and SQLite scans.
    found = rows.annotate(rank=asked.rank())
    wanted = asked.by_name() if by_name else asked.anywhere()
    found = found.filter(wanted, search__isnull=False)
    return found.order_by("rank", Length("name_th"), *ties, "pk")


def first_keys(rows: Any, text: str, *, by_name: bool = False) -> Any:
    """Return the keys of search ``rows`` that ``text`` asks for, the best first.

    For words that tens of thousands hold: the search rows alone are read, whatever
    their records are. Of equals the shorter names come first. One query, for what the
    words stand for, and that only if they were not read just now.
    """
    asked = Asked.again(text)
    found = rows.annotate(rank=asked.rank(own=True))
    found = found.filter(_own(asked.by_name() if by_name else asked.anywhere()))
    ordered = found.order_by("rank", Length("name_norm"), "pk")
    return ordered.values_list("pk", flat=True)


def _own(asked: Q) -> Q:
    """Return what is asked of a record's search row, asked of the row itself."""
    lookups: Sequence[Any] = asked.children
    children = [
        _own(each)
        if isinstance(each, Q)
        else (each[0].removeprefix("search__"), each[1])
        for each in lookups
    ]
    return Q(*children, _connector=asked.connector, _negated=asked.negated)


def called(rows: R, text: str, *columns: str) -> R:
    """Keep the ``rows`` of a small table whose names have every word, folded.

    For agencies, clusters, marks: there are some thousands at most, and they have no
    search row. One query, for their names.
    """
    words = [term for term in parse_query(text[:QUERY_LENGTH]) if term.tokens]
    if not words:
        return rows.none()
    names = rows.order_by().values_list("pk", *columns)
    keys = [pk for pk, *own in names if _has_words(own, words)]
    return rows.filter(pk__in=keys)


def _has_words(names: Sequence[str], words: Iterable[Term]) -> bool:
    document = name_document(*filter(None, names))
    return all(
        all(token in document for token in word.tokens)
        or (word.compact and word.compact in document)
        for word in words
    )


class Sought(NamedTuple):
    """One word to look for: folded, with its tones if known, and what it is."""

    folded: str
    exact: str = ""
    is_place: bool = False
    #: It is spelt as it should be: names that differ by a tone are not meant.
    is_sure: bool = False


Found = Callable[[Sought], Q]
_last = threading.local()


@dataclass(frozen=True)
class Asked:
    """What a query asks for."""

    text: str
    terms: tuple[Term, ...]
    known: "Known"

    @classmethod
    def read(cls, typed: str) -> "Asked":
        """Read a query, whatever it holds. One query, for what its words stand for."""
        text = PLACE_TITLE.sub(" ", normalise(typed[:QUERY_LENGTH])).strip()
        terms = tuple(_singular(term) for term in parse_query(text))
        telling = tuple(
            term for term in terms if not EMPTY_WORDS.issuperset(term.tokens)
        )
        terms = telling or terms
        asked = cls(text, terms, Known.read(text, terms))
        _last.typed, _last.asked = typed, asked
        return asked

    @classmethod
    def again(cls, typed: str) -> "Asked":
        """Return a query that this thread may just have read. No query, mostly."""
        if getattr(_last, "typed", None) == typed:
            return cast(Asked, _last.asked)
        return cls.read(typed)

    def anywhere(self) -> Q:
        """Keep what has every term in its texts, by the trigram index."""
        return self._each_term(_in_text)

    def by_name(self) -> Q:
        """Keep what has every term in its names, or as the label of a place."""
        return self._each_term(_in_name_or_place)

    def rank(self, *, own: bool = False) -> Case:
        """Return how well a row found meets the query, 0 the best.

        By plain comparisons: the rows are found already. ``own`` where they are
        search rows themselves.
        """
        exact, folded = loose(self.text), fold(self.text)
        beginning = Q(search__name_norm__startswith=exact) | Q(
            search__name_norm__contains=PART_BREAK + exact
        )
        met = (
            beginning,
            Q(search__name_norm__contains=exact),
            Q(search__name_fold__contains=folded),
            self._each_term(_in_name),
            self._each_term(_in_name_or_label),
        )
        return Case(
            *(When(_own(q) if own else q, then=at) for at, q in enumerate(met)),
            default=Value(5),
            output_field=models.SmallIntegerField(),
        )

    def sought(self) -> Iterator[Sought]:
        """Yield every word that may have been found, for marking it in a text."""
        for term in self.terms:
            if term.compact:
                yield Sought(term.compact)
            for start, end in _rows(term.tokens):
                yield from self.known.meanings.get(" ".join(term.tokens[start:end]), ())
            for word in term.tokens:
                yield self.known.word(word)
                for rest, _place in self.known.tails.get(word, ()):
                    yield rest

    def _each_term(self, found: Found) -> Q:
        return reduce(and_, (self._term(term, found) for term in self.terms))

    def _term(self, term: Term, found: Found) -> Q:
        """Ask for all words of a term, for them as one, or for what a phrase means."""
        ways = [self._words(term.tokens, found)]
        if term.compact:
            ways.append(found(Sought(term.compact)))
        for start, end in _rows(term.tokens):
            meant = self.known.meanings.get(" ".join(term.tokens[start:end]), ())
            if meant and end - start > 1:
                rest = (*term.tokens[:start], *term.tokens[end:])
                phrase = reduce(or_, map(found, meant))
                ways.append(phrase & self._words(rest, found) if rest else phrase)
        return reduce(or_, ways)

    def _words(self, words: Iterable[str], found: Found) -> Q:
        return reduce(and_, (self._word(word, found) for word in words))

    def _word(self, word: str, found: Found) -> Q:
        """Ask for a word, for what it means, or for what is before a place in it."""
        ways = [found(self.known.word(word))]
        ways += map(found, self.known.meanings.get(word, ()))
        ways += [
            found(rest) & _labelled(place)
            for rest, place in self.known.tails.get(word, ())
        ]
        return reduce(or_, ways)


@dataclass(frozen=True)
class Known:
    """What the register knows of the words of a query."""

    #: Words as they were typed, by their fold.
    typed: Mapping[str, str]
    #: Folded words and phrases, and the words of the register they stand for: by the
    #: alias table, or because a Latin phrase sounds as a Thai word does.
    meanings: Mapping[str, tuple[Sought, ...]]
    #: Folded words that are names of places.
    places: frozenset[str]
    #: Words that end in the name of a place (ผ้าไหมสุรินทร์): what is before it, and it.
    tails: Mapping[str, tuple[tuple[Sought, str], ...]]

    def word(self, folded: str) -> Sought:
        """Return a word of the query."""
        return Sought(folded, self.typed.get(folded, ""), folded in self.places)

    @classmethod
    def read(cls, text: str, terms: Iterable[Term]) -> "Known":
        """Ask what is known of a query. One query; none for a query without words."""
        phrases = dict.fromkeys(
            " ".join(term.tokens[start:end])
            for term in terms
            for start, end in _rows(term.tokens)
        )
        typed = {fold(part): loose(part) for part in script_runs(text)}
        if not phrases:
            return cls(typed, {}, frozenset(), {})
        heard = {sound(phrase): phrase for phrase in phrases if _is_romanised(phrase)}
        heard = {key: phrase for key, phrase in heard.items() if len(key) >= LONG_SOUND}
        meanings: dict[str, tuple[Sought, ...]] = {}
        tails: dict[str, tuple[tuple[Sought, str], ...]] = {}
        places = set()
        for what, asked, folded, name in _known(tuple(phrases), tuple(heard)):
            if what == "place":
                places.add(asked)
            elif what == "tail":
                before = typed.get(asked, "")
                rest = Sought(
                    asked.removesuffix(folded),
                    before.removesuffix(loose(name))
                    if before.endswith(loose(name))
                    else "",
                )
                tails[asked] = (*tails.get(asked, ()), (rest, folded))
            else:
                phrase = asked if what == "alias" else heard[asked]
                found = meanings.get(phrase, ())
                if folded and len(found) < MOST_MEANINGS:
                    meant = Sought(folded, loose(name), is_sure=not folded.isascii())
                    meanings[phrase] = (*found, meant)
        return cls(typed, meanings, frozenset(places), tails)


#: In what order what is known counts, and the letters of a place that ends a word.
ALIASES_FIRST = {"alias": 0, "sound": 1, "place": 2, "tail": 3}
LONG_PLACE, LONG_TAIL = 4, 6


def _known(phrases: tuple[str, ...], heard: tuple[str, ...]) -> list[Any]:
    """Return what phrases, and what sounds so, are known to be. One query.

    As SQL: the five questions in one would cost Django more time than the database.
    """
    among = ", ".join(["%s"] * len(phrases))
    asked = [
        "SELECT 'alias', word_fold, means_fold, means, id FROM registry_alias"  # noqa: S608 - our names
        f" WHERE word_fold IN ({among})"
    ]
    given = [*phrases]
    for table in ("registry_province", "registry_district"):
        asked.append(
            f"SELECT 'place', name_fold, '', '', 0 FROM {table}"  # noqa: S608 - our names
            f" WHERE name_fold IN ({among})"
        )
        given += phrases
        for word in phrases:
            if len(word) >= LONG_TAIL and not word.isascii():
                asked.append(
                    f"SELECT 'tail', %s, name_fold, name_th, 0 FROM {table}"  # noqa: S608 - our names
                    " WHERE %s LIKE '%%_' || name_fold"
                    f" AND length(name_fold) >= {LONG_PLACE}"
                )
                given += [word, word]
    if heard:
        among = ", ".join(["%s"] * len(heard))
        asked.append(
            "SELECT 'sound', sound, key, text, -count FROM registry_word"  # noqa: S608 - our names
            f" WHERE sound IN ({among}) AND key >= 'ก'"
        )
        given += heard
    with connections[router.db_for_read(Alias)].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked), given)
        rows = cursor.fetchall()
    rows.sort(key=lambda row: (ALIASES_FIRST[row[0]], row[4], row[2]))
    return [row[:4] for row in rows]


def _is_romanised(phrase: str) -> bool:
    return phrase.isascii() and not any(char.isdigit() for char in phrase)


def _rows(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the ends of every row of words."""
    return combinations(range(len(words) + 1), 2)


def _singular(term: Term) -> Term:
    """Return ``term`` without English plurals: what has "basket" has "baskets" too."""
    tokens = tuple(
        word[:-1] if len(word) > 3 and word.isascii() and word.endswith("s") else word
        for word in term.tokens
    )
    return Term(tokens, term.compact)


# --- Where a word is looked for -------------------------------------------------


def _in_text(word: Sought) -> Q:
    """Keep rows with a word anywhere; one that many texts hold, by name or label.

    Two letters occur in every story, and so do the names of some provinces.
    """
    folded = word.folded
    if folded.isascii() and len(folded) < TRIGRAM:
        found = _in_name(word) | _labelled(folded)
        return found | _has_word("text_fold", folded) if folded.isdigit() else found
    if folded.isascii() and len(folded) <= SHORT_LATIN and not folded.isdigit():
        return Q(search__text_fold__substr=folded) & (
            _begins_word("text_fold", folded)
            | Q(search__text_fold__contains=LABEL + folded)
        )
    is_place = word.is_place and len(folded) <= SHORT_PLACE
    if len(folded) < TRIGRAM or is_place:
        return _in_name(word) | _labelled(folded)
    found = Q(search__text_fold__substr=folded)
    if word.is_sure:
        other = Q(search__name_fold__contains=folded)
        found &= Q(search__name_norm__contains=word.exact) | ~other
    return found


def _in_name(word: Sought) -> Q:
    """Keep rows with a word among their names."""
    folded = word.folded
    if folded.isascii() and len(folded) < TRIGRAM:
        return _has_word("name_fold", folded)
    if folded.isascii() and len(folded) <= SHORT_LATIN and not folded.isdigit():
        return _begins_word("name_fold", folded)
    found = Q(search__name_fold__contains=folded)
    if word.exact and (len(folded) < TRIGRAM or word.is_place or word.is_sure):
        # Folded, two letters of a word are like those of many others (ร่ม, คราม).
        found &= Q(search__name_norm__contains=word.exact)
    return found


def _begins_word(column: str, word: str) -> Q:
    return Q((f"search__{column}__startswith", word)) | Q(
        (f"search__{column}__contains", f" {word}")
    )


def _has_word(column: str, word: str) -> Q:
    """Keep rows with a whole word, wherever it stands."""
    return (
        Q((f"search__{column}__contains", f" {word} "))
        | Q((f"search__{column}__startswith", f"{word} "))
        | Q((f"search__{column}__endswith", f" {word}"))
        | Q((f"search__{column}", word))
    )


def _labelled(name: str) -> Q:
    """Keep rows with a label that begins so; a short Latin one must be so."""
    if name.isascii() and len(name) < TRIGRAM:
        return Q(search__text_fold__contains=f"{LABEL}{name} ") | Q(
            search__text_fold__endswith=LABEL + name
        )
    return Q(search__text_fold__substr=LABEL + name)


def _in_name_or_place(word: Sought) -> Q:
    """Keep rows with a word among their names, by the trigram index."""
    found = _in_name(word)
    if len(word.folded) >= TRIGRAM:
        found &= Q(search__name_fold__substr=word.folded)
    return found | _labelled(word.folded) if word.is_place else found


def _in_name_or_label(word: Sought) -> Q:
    return _in_name(word) | Q(search__text_fold__contains=LABEL + word.folded)
