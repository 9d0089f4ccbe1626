"""What is kept for finding a record: three folded texts.

- ``name_norm``: its names in one spelling, tones kept: exact hits rank by it;
- ``name_fold``: its names and code folded, so that slips of spelling do not count;
- ``text_fold``: the same and all the rest, folded; what the record is filed under
  (shelf, places, marks) stands in it as *labels*.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any

from registry.derived import SearchTexts
from registry.thai.text import compact, fold, joined, loose, name_document

#: Stands before a label in ``text_fold``. No folded text contains it, so a label is
#: found by its beginning, however short: "@gi", "@เลย".
LABEL = "@"
#: What parts several names in one field.
BETWEEN_NAMES = re.compile(r"[,;/|\n]+")


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
