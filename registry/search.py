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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import chain, combinations
from operator import and_, or_
from typing import Any, TypeVar

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length
from django.db.models.lookups import Lookup

from registry.derived import SearchTexts
from registry.models import Alias
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
)

R = TypeVar("R", bound="models.QuerySet[Any]")

#: A query is read up to so many characters, and words of it may have so many
#: other words in the alias table.
QUERY_LENGTH = 200
MOST_ALIASES = 40
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


def ranked(rows: R, text: str, *ties: Any) -> R:
    """Keep the ``rows`` that ``text`` asks for, the best first.

    All words must be found, in any order. A name that begins with the text comes
    first, then one that contains it, then the same folded, then all words among
    the names, then among names and labels, then anywhere; of equals the shorter
    name, then ``ties``. A text without any word keeps all rows as they are.
    One query, for aliases.
    """
    asked = Asked.read(text)
    if not asked.terms:
        return rows
    # Annotated first: the other way round leaves an outer join, and SQLite scans.
    found = rows.annotate(rank=asked.rank())
    found = found.filter(asked.anywhere(), search__isnull=False)
    return found.order_by("rank", Length("name_th"), *ties, "pk")


@dataclass(frozen=True)
class Asked:
    """What a query asks for."""

    text: str
    terms: tuple[Term, ...]
    #: Folded words and phrases, and the words of the register they stand for.
    aliases: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, text: str) -> "Asked":
        """Read a query, whatever it holds. One query, for aliases."""
        text = PLACE_TITLE.sub(" ", normalise(text[:QUERY_LENGTH])).strip()
        terms = tuple(_singular(term) for term in parse_query(text))
        return cls(text, terms, _aliases(terms))

    def anywhere(self) -> Q:
        """Keep what has every term in its texts, by the trigram index."""
        return self._each_term(_in_text)

    def rank(self) -> Case:
        """Return how well a row found meets the query, 0 the best.

        By plain comparisons: the rows are found already.
        """
        exact, folded = loose(self.text), fold(self.text)
        beginning = Q(search__name_norm__startswith=exact) | Q(
            search__name_norm__contains=PART_BREAK + exact
        )
        return Case(
            When(beginning, then=0),
            When(Q(search__name_norm__contains=exact), then=1),
            When(Q(search__name_fold__contains=folded), then=2),
            When(self._each_term(_in_name), then=3),
            When(self._each_term(_in_name_or_label), then=4),
            default=Value(5),
            output_field=models.SmallIntegerField(),
        )

    def _each_term(self, found: Any) -> Q:
        return reduce(and_, (self._term(term, found) for term in self.terms))

    def _term(self, term: Term, found: Any) -> Q:
        """Ask for all words of a term, for them as one, or for what a phrase means."""
        ways = [reduce(and_, (self._word(word, found) for word in term.tokens))]
        if term.compact:
            ways.append(found(term.compact))
        for start, end in combinations(range(len(term.tokens) + 1), 2):
            meant = self.aliases.get(" ".join(term.tokens[start:end]), ())
            if end - start > 1 and meant:
                rest = (*term.tokens[:start], *term.tokens[end:])
                phrase = reduce(or_, map(found, meant))
                ways.append(
                    reduce(and_, (self._word(word, found) for word in rest), phrase)
                )
        return reduce(or_, ways)

    def _word(self, word: str, found: Any) -> Q:
        return reduce(or_, map(found, (word, *self.aliases.get(word, ()))))


def _singular(term: Term) -> Term:
    """Return ``term`` without English plurals: what has "basket" has "baskets" too."""
    tokens = tuple(
        word[:-1] if len(word) > 3 and word.isascii() and word.endswith("s") else word
        for word in term.tokens
    )
    return Term(tokens, term.compact)


def _aliases(terms: Iterable[Term]) -> dict[str, tuple[str, ...]]:
    """Return what the words and phrases of ``terms`` stand for."""
    phrases = {
        " ".join(term.tokens[start:end])
        for term in terms
        for start, end in combinations(range(len(term.tokens) + 1), 2)
    }
    if not phrases:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    known = Alias.objects.filter(word_fold__in=phrases).order_by("pk")
    for word, means in known.values_list("word_fold", "means_fold")[:MOST_ALIASES]:
        if means:
            found[word] = (*found.get(word, ()), means)
    return found


def _in_text(word: str) -> Q:
    """Keep rows with a word anywhere; one too short for the index, by name or label.

    Two letters occur in every story, and reading all of them takes long.
    """
    if len(word) >= TRIGRAM:
        return Q(search__text_fold__substr=word)
    return Q(search__name_fold__contains=word) | Q(
        search__text_fold__substr=LABEL + word
    )


def _in_name(word: str) -> Q:
    return Q(search__name_fold__contains=word)


def _in_name_or_label(word: str) -> Q:
    return _in_name(word) | Q(search__text_fold__contains=LABEL + word)
