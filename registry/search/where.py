"""Where a word is looked for: conditions on search rows, read by trigram indexes."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q
from django.db.models.lookups import Lookup

from registry.search.kept import LABEL

#: Trigrams find nothing shorter.
TRIGRAM = 3
#: Latin words up to so many letters are looked for at the beginning of words: "nan" is
#: no "banana".
SHORT_LATIN = 3
#: Places whose names are also words (เลย, ตาก, น่าน) have up to so many letters folded:
#: those are not looked for in stories.
SHORT_PLACE = 4


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


class Sought(NamedTuple):
    """One word to look for: folded, with its tones if known, and what it is."""

    folded: str
    exact: str = ""
    is_place: bool = False
    #: It is spelt as it should be: names that differ by a tone are not meant.
    is_sure: bool = False


Found = Callable[[Sought], Q]


def in_text(word: Sought) -> Q:
    """Keep rows with a word anywhere; one that many texts hold, by name or label.

    Two letters occur in every story, and so do the names of some provinces.
    """
    folded = word.folded
    if folded.isascii() and len(folded) < TRIGRAM:
        found = in_name(word) | labelled(folded)
        return found | _has_word("text_fold", folded) if folded.isdigit() else found
    if folded.isascii() and len(folded) <= SHORT_LATIN and not folded.isdigit():
        return Q(search__text_fold__substr=folded) & (
            _begins_word("text_fold", folded)
            | Q(search__text_fold__contains=LABEL + folded)
        )
    is_place = word.is_place and len(folded) <= SHORT_PLACE
    if len(folded) < TRIGRAM or is_place:
        return in_name(word) | labelled(folded)
    found = Q(search__text_fold__substr=folded)
    if word.is_sure:
        other = Q(search__name_fold__contains=folded)
        found &= Q(search__name_norm__contains=word.exact) | ~other
    return found


def in_name(word: Sought) -> Q:
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


def labelled(name: str) -> Q:
    """Keep rows with a label that begins so; a short Latin one must be so."""
    if name.isascii() and len(name) < TRIGRAM:
        return Q(search__text_fold__contains=f"{LABEL}{name} ") | Q(
            search__text_fold__endswith=LABEL + name
        )
    return Q(search__text_fold__substr=LABEL + name)


def in_name_or_place(word: Sought) -> Q:
    """Keep rows with a word among their names, by the trigram index."""
    found = in_name(word)
    if len(word.folded) >= TRIGRAM:
        found &= Q(search__name_fold__substr=word.folded)
    return found | labelled(word.folded) if word.is_place else found


def in_name_or_label(word: Sought) -> Q:
    """Keep rows with a word among names, or as the beginning of a label."""
    return in_name(word) | Q(search__text_fold__contains=LABEL + word.folded)
