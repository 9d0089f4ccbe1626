"""Finding records by what people type: what is kept for it, and how it is asked.

Each record has a search row of three folded texts (``registry.thai.text`` says
what folding is):

- ``name_norm``: its names in one spelling, tones kept: exact hits rank by it;
- ``name_fold``: its names and code folded, so that slips of spelling do not count;
- ``text_fold``: all the rest, folded; what it is filed under (shelf, places,
  marks) stands in it as *labels*.

Both databases find substrings by trigrams (``registry.search_index``).
"""

import re
from collections.abc import Iterable
from typing import Any

from registry.derived import SearchTexts
from registry.thai.text import (
    PART_BREAK,
    compact,
    fold,
    joined,
    loose,
    name_document,
)

#: Stands before a label in ``text_fold``. No folded text contains it, so a label is
#: found by its beginning, however short: "@gi", "@เลย".
LABEL = "@"
#: What parts several names in one field.
BETWEEN_NAMES = re.compile(r"[,;/|\n]+")


# --- What is kept ---------------------------------------------------------------


def names_kept(row: Any) -> list[str]:
    """Return every name of a record, the Thai one first."""
    return [row.name_th, row.name_en, *BETWEEN_NAMES.split(row.other_names)]


def search_texts(
    *,
    names: Iterable[str],
    code: str | None,
    texts: Iterable[str],
    labels: Iterable[str],
) -> SearchTexts:
    """Return the search row of a record."""
    names = list(names)
    return SearchTexts(
        name_norm=joined(map(loose, names)),
        name_fold=name_document(*names, code or ""),
        text_fold=joined([*map(fold, [*names, *texts]), *map(label, each_way(labels))]),
    )


def each_way(labels: Iterable[str]) -> list[str]:
    """Return ``labels`` folded, and those in Latin letters also without spaces."""
    labels = list(labels)
    return [*filter(None, map(fold, labels)), *filter(None, map(compact, labels))]


def label(folded: str) -> str:
    """Return a folded text marked as a label."""
    return LABEL + folded
