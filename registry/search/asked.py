"""What a query asks for, and how well a row meets it."""

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, cast

from django.db import models
from django.db.models import Case, Q, Value, When

from registry.search.known import Known, rows_of
from registry.search.where import (
    Found,
    Sought,
    in_name,
    in_name_or_label,
    in_name_or_place,
    in_text,
    labelled,
)
from registry.thai.text import (
    PART_BREAK,
    Term,
    fold,
    loose,
    normalise,
    parse_query,
)

#: A query is read up to so many characters.
QUERY_LENGTH = 200
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
#: Titles of places: "จังหวัดเลย" and "จ.เลย" ask for เลย.
PLACE_TITLE = re.compile(r"(?:จังหวัด|อำเภอ|ตำบล|(?<!\S)[จอต]\.) *(?=[ก-ฮเ-ไ])")

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
        return self._each_term(in_text)

    def by_name(self) -> Q:
        """Keep what has every term in its names, or as the label of a place."""
        return self._each_term(in_name_or_place)

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
            self._each_term(in_name),
            self._each_term(in_name_or_label),
        )
        return Case(
            *(When(own_row(q) if own else q, then=at) for at, q in enumerate(met)),
            default=Value(5),
            output_field=models.SmallIntegerField(),
        )

    def sought(self) -> Iterator[Sought]:
        """Yield every word that may have been found, for marking it in a text."""
        for term in self.terms:
            if term.compact:
                yield Sought(term.compact)
            for start, end in rows_of(term.tokens):
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
        for start, end in rows_of(term.tokens):
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
            found(rest) & labelled(place)
            for rest, place in self.known.tails.get(word, ())
        ]
        return reduce(or_, ways)


def _singular(term: Term) -> Term:
    """Return ``term`` without English plurals: what has "basket" has "baskets" too."""
    tokens = tuple(
        word[:-1] if len(word) > 3 and word.isascii() and word.endswith("s") else word
        for word in term.tokens
    )
    return Term(tokens, term.compact)


def own_row(asked: Q) -> Q:
    """Return what is asked of a record's search row, asked of the row itself."""
    lookups: Sequence[Any] = asked.children
    children = [
        own_row(each)
        if isinstance(each, Q)
        else (each[0].removeprefix("search__"), each[1])
        for each in lookups
    ]
    return Q(*children, _connector=asked.connector, _negated=asked.negated)
