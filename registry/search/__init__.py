"""Finding records by what people type: one search, one fold, both databases.

``kept`` says what is kept of a record, ``asked`` what a query asks for, ``known`` what
its words stand for, ``where`` how each is looked for. Both databases find substrings by
trigrams (``registry.search_index``).
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import models
from django.db.models.functions import Length

from registry.search.asked import EMPTY_WORDS, QUERY_LENGTH, Asked, own_row
from registry.search.kept import (
    BETWEEN_NAMES,
    LABEL,
    labels_of,
    names_kept,
    search_texts,
    texts_folded,
)
from registry.search.where import Sought, Substr
from registry.thai.text import Term, name_document, parse_query

__all__ = [
    "BETWEEN_NAMES",
    "EMPTY_WORDS",
    "LABEL",
    "QUERY_LENGTH",
    "Asked",
    "Sought",
    "Substr",
    "called",
    "first_keys",
    "labels_of",
    "names_kept",
    "ranked",
    "search_texts",
    "texts_folded",
]

R = TypeVar("R", bound="models.QuerySet[Any]")


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
    found = found.filter(own_row(asked.by_name() if by_name else asked.anywhere()))
    ordered = found.order_by("rank", Length("name_norm"), "pk")
    return ordered.values_list("pk", flat=True)


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
