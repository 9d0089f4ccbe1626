"""What tables of figures are made of: places, shares, and lists fetched as needed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, overload

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from registry.sheets.writing import Column, Kind
from registry.thai.dates import spoken
from reports.base import CHUNK
from reports.filters import ScopeForm
from reports.reading import in_language_of

Cells = list[object]


class ListedRows(Sequence[Cells]):
    """Rows of a long list: counted, shown in part and written in constant memory.

    ``read`` makes the cells of what a query finds, in the language that was active
    when the list was asked for.
    """

    def __init__(self, found: QuerySet[Any], read: Callable[[Any], Cells]) -> None:
        self.found, self.read, self.language = found, read, spoken(None)

    @cached_property
    def _count(self) -> int:
        return self.found.order_by().count()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Cells]:
        return self._cells(self.found.iterator(chunk_size=CHUNK))

    @overload
    def __getitem__(self, at: int) -> Cells: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Cells]: ...
    def __getitem__(self, at: int | slice) -> Cells | Sequence[Cells]:
        if isinstance(at, slice):
            return list(self._cells(self.found[at.start or 0 : at.stop]))
        return next(self._cells(self.found[at : at + 1]))

    def _cells(self, found: Iterable[Any]) -> Iterator[Cells]:
        for each in found:
            # Around one row only: the language must not leak to who takes it.
            with override(self.language):
                cells = self.read(each)
            yield cells


class Places:
    """The places a report is broken down by.

    Where all rows lie in one province those are its districts, else the provinces;
    ``level`` takes one of the two whatever is chosen. ``path`` leads from a row to
    what lies there: ``"product__"``.
    """

    def __init__(self, form: ScopeForm, path: str = "", level: str = "") -> None:
        level = level or ("district" if form.place else "province")
        self.is_districts = level == "district"
        self.key = f"{path}{level}_id"
        self._level = f"{path}{level}"

    @property
    def column(self) -> Column:
        """Return the column that names a place."""
        title = _("District") if self.is_districts else _("Province")
        return Column("place", title, width=22)

    def count(self, rows: QuerySet[Any], **figures: Any) -> list[tuple[Any, ...]]:
        """Return code and name of each place with its figures, by name. One query."""
        level = self._level
        name = in_language_of(spoken(None), f"{level}__name_th", f"{level}__name_en")
        found = (
            rows.order_by()
            .values(self.key, f"{level}__sort_key")
            .annotate(place_name=name, **figures)
            .order_by(f"{level}__sort_key", self.key)
        )
        return list(found.values_list(self.key, "place_name", *figures))


def joined(
    *tables: Iterable[tuple[Any, ...]], widths: Sequence[int]
) -> list[tuple[str, Cells]]:
    """Return the figures of several countings side by side: name, then all figures.

    A place that one of them does not know has zeros there.
    """
    names: dict[Any, str] = {}
    cells: dict[Any, dict[int, Sequence[Any]]] = {}
    for number, table in enumerate(tables):
        for key, name, *figures in table:
            names.setdefault(key, name)
            cells.setdefault(key, {})[number] = figures
    return [
        (
            names[key],
            [
                value
                for number, width in enumerate(widths)
                for value in cells[key].get(number, [0] * width)
            ],
        )
        for key in names
    ]


def share(part: int, whole: int) -> Decimal | None:
    """Return a part in hundredths of the whole, to one place; None of nothing."""
    if not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"))


def sums(rows: Sequence[Sequence[Any]], said: int = 1) -> Cells:
    """Return the totals row: the columns added up, beside ``said`` that are words."""
    width = len(rows[0]) if rows else said
    added: list[object] = [
        sum(row[at] or 0 for row in rows) for at in range(said, width)
    ]
    return [_now("Total"), *[""] * (said - 1), *added]


def counted(key: str, title: Any, width: int = 12) -> Column:
    """Return a column of numbers."""
    return Column(key, title, Kind.NUMBER, width)


def named(choices: Iterable[tuple[Any, Any]]) -> Mapping[Any, str]:
    """Return what values are called, in the language that is active."""
    return {value: str(label) for value, label in choices}


def name_in(path: str) -> Any:
    """Return a name in the reader's language, as the database reads it."""
    return in_language_of(spoken(None), f"{path}_th", f"{path}_en")


#: What every list of goods begins with.
GOODS_COLUMNS = (
    Column("code", _("Code"), Kind.CODE, 13),
    Column("name", _("Product"), width=34),
    Column("member", _("Producer"), width=32),
    Column("district", _("District"), width=16),
    Column("province", _("Province"), width=16),
)
GOODS_ORDER = (
    *("province__sort_key", "district__sort_key", "member__sort_key"),
    *("member_id", "sort_key", "pk"),
)


def goods_listed(
    found: QuerySet[Any],
    *more: str,
    read: Callable[[Sequence[Any]], Cells] = list,
    **extra: Any,
) -> ListedRows:
    """Return goods as a list: :data:`GOODS_COLUMNS`, then what ``read`` makes of more.

    ``more`` names columns of the row or of ``extra``, which is computed with it.
    """
    rows = (
        found.annotate(
            listed_name=name_in("name"),
            listed_member=name_in("member__name"),
            listed_district=name_in("district__name"),
            listed_province=name_in("province__name"),
            **extra,
        )
        .order_by(*GOODS_ORDER)
        .values_list(
            *("code", "listed_name", "listed_member"),
            *("listed_district", "listed_province", *more),
        )
    )
    said = len(GOODS_COLUMNS)
    return ListedRows(rows, lambda row: [*row[:said], *read(row[said:])])
