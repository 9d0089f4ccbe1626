"""What the register knows of the words of a query, asked in one short query."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db import connections, router

from registry.models import Alias
from registry.search.where import Sought
from registry.thai.sound import sound
from registry.thai.text import Term, fold, loose, script_runs

#: Each phrase may stand for so many others.
MOST_MEANINGS = 8
#: What sounds as a romanised word does must have so many letters: "mat" is no มัด.
LONG_SOUND = 5


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
            for start, end in rows_of(term.tokens)
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


def rows_of(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the ends of every row of words."""
    return combinations(range(len(words) + 1), 2)
