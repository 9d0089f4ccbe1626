"""Which words are known: those of the published names, of places and of aliases.

Reading all names takes seconds, so no request does: the words are kept in a table.
New names are added when their act is done; :func:`rebuild` counts all of them anew, by
night and with ``manage.py reindex_search``.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.db import models, transaction

from registry.followers import Happening, follow
from registry.models import Alias, District, Province, Word
from registry.search import names_kept
from registry.thai.sound import THAI, sound, syllables
from registry.thai.text import clean_line, fold, normalise

#: Words kept, the most frequent ones.
MOST_WORDS = 60_000
#: Letters of the longest word that is kept, and of the shortest part of one.
LONGEST, SHORTEST = 100, 2
#: Syllables of a Thai word, or Latin words in a row, that may stand for one.
ROW = 5
#: Rarer parts are let go when so many are counted.
COUNTED_AT_ONCE = 1_500_000
#: How often a place or an alias stands for a word, beside names.
GIVEN = 20
#: Names of one act that are learnt at once; more are left for the night.
LEARNT_AT_ONCE = 200
BATCH = 500

_sources: list[Any] = []


def learn_from(model: Any) -> None:
    """Know the published names of ``model``; called from ``AppConfig.ready()``."""
    if model not in _sources:
        _sources.append(model)
        follow(model, _learn_row, in_bulk=_learn_rows)


# --- Parts of names -------------------------------------------------------------


def wholes(name: str) -> Iterator[str]:
    """Yield a name and its words."""
    words = clean_line(name).split()
    if len(words) > 1:
        yield " ".join(words)
    yield from words


def parts(name: str) -> Iterator[str]:
    """Yield rows of syllables within its Thai words, and of its Latin words."""
    words = clean_line(name).split()
    for word in words:
        if THAI.fullmatch(word):
            spoken = syllables(normalise(word))
            for start, end in _rows(len(spoken)):
                yield "".join(each.written for each in spoken[start:end])
    for start, end in _rows(len(words)):
        row = words[start:end]
        if len(row) > 1 and all(word.isascii() for word in row):
            yield " ".join(row)


def _rows(length: int) -> Iterator[tuple[int, int]]:
    """Yield the ends of every row that is not the whole."""
    for start in range(length):
        for end in range(start + 1, min(start + ROW, length) + 1):
            if end - start < length:
                yield start, end


def word_of(text: str, count: int) -> Word | None:
    """Return ``text`` as a word; None for one too short, too long, or of digits."""
    key = fold(text).replace(" ", "")
    if not SHORTEST <= len(key) <= LONGEST or key.isdigit() or len(text) > LONGEST:
        return None
    heard = sound(text)
    return Word(text=text, key=key, sound=heard, count=count) if heard else None


# --- Learning -------------------------------------------------------------------


def learn(names: Iterable[str]) -> None:
    """Add the words of ``names`` that are not known yet. Outside a transaction.

    In one order, so that two who learn the same never wait for each other in a circle.
    """
    texts = sorted(
        {each for name in names for each in chain(wholes(name), parts(name))}
    )
    words = [*filter(None, (word_of(text, 1) for text in texts))]
    Word.objects.bulk_create(words, ignore_conflicts=True, batch_size=BATCH)


def _learn_row(happening: Happening) -> None:
    _learn_rows([happening])


def _learn_rows(happenings: Sequence[Happening]) -> None:
    """Learn names that become public, or of what is, once the act is done."""
    told = [
        each.row
        for each in happenings
        if each.row.is_published and (each.moved or each.created or each.fields & NAMES)
    ]
    if told and len(told) <= LEARNT_AT_ONCE:
        names = [name for row in told for name in names_kept(row) if name]
        transaction.on_commit(lambda: learn(names), robust=True)


NAMES = frozenset({"name_th", "name_en", "other_names"})


def rebuild(say: Callable[[str], None] = lambda _sentence: None) -> int:
    """Count the words of all names anew, and return how many there are.

    What is right stays untouched, and each batch is a transaction of its own: nobody
    waits, and a run that was stopped begins again without harm.
    """
    wanted = _counted()
    kept = {text: (pk, count) for pk, text, count in _kept()}
    gone = sorted(pk for text, (pk, _count) in kept.items() if text not in wanted)
    for start in range(0, len(gone), BATCH):
        Word.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    changed = [
        Word(pk=pk, count=wanted[text])
        for text, (pk, count) in sorted(kept.items())
        if text in wanted and wanted[text] != count
    ]
    for start in range(0, len(changed), BATCH):
        Word.objects.bulk_update(changed[start : start + BATCH], ["count"])
    new = sorted(wanted.keys() - kept.keys())
    for start in range(0, len(new), BATCH):
        words = [word_of(text, wanted[text]) for text in new[start : start + BATCH]]
        Word.objects.bulk_create(filter(None, words), ignore_conflicts=True)
    say(f"words: {len(new)} new, {len(changed)} counted anew, {len(gone)} gone")
    return len(wanted)


def _kept() -> Iterable[Any]:
    return Word.objects.order_by("pk").values_list("pk", "text", "count").iterator()


def _counted() -> dict[str, int]:
    """Return the words that are worth knowing, with their counts."""
    whole: Counter[str] = Counter()
    part: Counter[str] = Counter()
    for name in _names():
        whole.update(set(wholes(name)))
        part.update({each for each in parts(name) if len(each) >= SHORTEST})
        for counted in (whole, part):
            if len(counted) > COUNTED_AT_ONCE:
                _let_go(counted)
    given = set(_given())
    # Of a small register all parts of names are words, of a large one the common ones.
    whole.update(part)
    whole.update(dict.fromkeys(given, GIVEN))
    return dict(whole.most_common(MOST_WORDS))


def _let_go(counted: Counter[str]) -> None:
    """Forget what was met once: what comes often will come again."""
    for text in [text for text, count in counted.items() if count == 1]:
        del counted[text]


def _names() -> Iterator[str]:
    for model in _sources:
        rows: models.QuerySet[Any] = model._default_manager.published().order_by()
        for row in rows.only("name_th", "name_en", "other_names").iterator(BATCH):
            yield from filter(None, names_kept(row))


def _given() -> Iterator[str]:
    """Yield names of places, and words people search by."""
    for level in (Province, District):
        yield from filter(
            None, chain.from_iterable(level.objects.values_list("name_th", "name_en"))
        )
    yield from Alias.objects.values_list("word", flat=True)
