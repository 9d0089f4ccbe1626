"""Columns that follow from other rows: worked out anew, compared, written.

The apps say what is right (``members.derived``, ``products.derived``); this
module tells it from what is kept, and writes the difference in few queries.
Derived columns have no history and count to no version: they say nothing new.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import models

#: Rows worked on at a time: their stories fit in little memory.
BATCH = 500
#: What columns of the search row are called in a difference.
SEARCH = "search."


class SearchTexts(NamedTuple):
    """What a search row keeps (see :mod:`registry.search`)."""

    name_norm: str
    name_fold: str
    text_fold: str


@dataclass(frozen=True)
class Right:
    """What is right for one row: its own columns and, if it has one, its search row."""

    row: Any
    columns: Mapping[str, Any]
    texts: SearchTexts | None = None


@dataclass(frozen=True)
class Difference:
    """One column of one row that was not what it should be.

    ``column`` begins with ``search.`` for those of the search row; ``kept`` is
    None where that row was missing.
    """

    row: Any
    column: str
    kept: Any
    right: Any


def in_batches(keys: Iterable[int], size: int = BATCH) -> Iterator[list[int]]:
    """Yield ``keys`` in key order, ``size`` at a time.

    Everybody who locks many rows takes them in this order.
    """
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def keys_of(rows: models.QuerySet[Any] | Iterable[int]) -> Iterable[int]:
    """Return the primary keys meant by ``rows``."""
    if isinstance(rows, models.QuerySet):
        return rows.order_by().values_list("pk", flat=True)
    return rows


def differences(
    rights: Sequence[Right], search: type[models.Model] | None = None
) -> list[Difference]:
    """Return where the rows, as loaded, differ from what is right.

    One query, for the rows of ``search``; none without it.
    """
    found = [
        Difference(each.row, column, getattr(each.row, column), value)
        for each in rights
        for column, value in each.columns.items()
        if getattr(each.row, column) != value
    ]
    if search is None:
        return found
    kept = {
        pk: SearchTexts(*texts)
        for pk, *texts in search._default_manager.filter(
            pk__in=[each.row.pk for each in rights]
        ).values_list("pk", *SearchTexts._fields)
    }
    for each in rights:
        if each.texts is not None:
            found += _text_differences(each.row, kept.get(each.row.pk), each.texts)
    return found


def _text_differences(
    row: Any, kept: SearchTexts | None, right: SearchTexts
) -> Iterator[Difference]:
    if kept == right:
        return
    for name, value in right._asdict().items():
        before = None if kept is None else getattr(kept, name)
        if before != value:
            yield Difference(row, SEARCH + name, before, value)


def mend(
    rights: Sequence[Right], search: type[models.Model] | None = None
) -> list[Difference]:
    """Write what differs, bring the loaded rows up to it, and return the differences.

    One query for all search rows, and one for each set of values that rows are to
    have alike. The caller has locked the rows.
    """
    found = differences(rights, search)
    alike: dict[str, list[Any]] = defaultdict(list)
    wrong: dict[int, dict[str, Any]] = defaultdict(dict)
    unfound = set()
    for each in found:
        if each.column.startswith(SEARCH):
            unfound.add(each.row.pk)
        else:
            wrong[each.row.pk][each.column] = each.right
            setattr(each.row, each.column, each.right)
    for pk, values in wrong.items():
        alike[repr(values)].append(pk)
    for keys in alike.values():
        rows = type(rights[0].row)._default_manager.filter(pk__in=keys)
        rows.update(**wrong[keys[0]])
    if search is not None:
        _write_texts(search, [each for each in rights if each.row.pk in unfound])
    return found


def _write_texts(search: type[models.Model], rights: Sequence[Right]) -> None:
    key = search._meta.pk.attname
    search._default_manager.bulk_create(
        [
            search(**{key: each.row.pk}, **each.texts._asdict())
            for each in rights
            if each.texts is not None
        ],
        update_conflicts=True,
        unique_fields=[key.removesuffix("_id")],
        update_fields=list(SearchTexts._fields),
    )
