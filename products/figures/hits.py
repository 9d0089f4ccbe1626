"""What words find, read once: its order, and what it holds of each filter.

Looking for words is the dearest thing the catalogue does. So one query brings the
keys of all that is found with the columns that are counted; counting, narrowing down
and leafing through happen here.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from django.db.models import QuerySet
from django.db.models.functions import Length

from products.counting import COLUMNS, FILTERS, written
from products.figures.counts import product_facets
from products.figures.facets import COUNTED, PLACE, READ_FROM, Facets, named
from products.filters import ProductFilter, Vocabulary
from products.models import Product, ProductSearch
from products.paging import PER_PAGE
from registry.search import first_keys

#: More is counted by the database.
MOST_HITS = 6_000
COLUMN = {name: at for at, name in enumerate(FILTERS)} | {
    name: FILTERS.index(other) for name, other in READ_FROM.items()
}

#: What a product says in :data:`COLUMNS`, behind its key; then its rank and length.
Row = tuple[Any, ...]


class LookedUp(NamedTuple):
    """What an address of the catalogue gives."""

    facets: Facets
    #: A query, or :class:`InOrder`.
    rows: Any
    #: Descriptions were not looked through: names gave enough.
    is_by_name: bool = False


def look_up(
    asked: ProductFilter, vocabulary: Vocabulary, whole: Counter[str]
) -> LookedUp:
    """Find what is asked for, and count its choices.

    Names that fill a page are enough: what else only mentions the words comes when it
    is asked for. Of more than is read at once nothing is counted: choices are offered
    without numbers then. One query, one more where names do not fill a page.
    """
    if not asked.is_searched:
        return LookedUp(product_facets(asked, vocabulary, whole), asked.qs)
    uncounted = Facets.none(with_districts=bool(asked.around))
    if not asked.is_wide:
        everything, widest = asked.found, asked.queryset
        asked.keep_named()
        hits = Hits.read(asked, vocabulary)
        if hits is None:
            return LookedUp(uncounted, many(asked, by_name=True), True)
        if len(chosen := hits.chosen()) >= PER_PAGE:
            return LookedUp(hits.facets(), chosen, True)
        asked.found, asked.queryset = everything, widest
    hits = Hits.read(asked, vocabulary)
    if hits is None:
        return LookedUp(uncounted, many(asked))
    return LookedUp(hits.facets(), hits.chosen())


def many(asked: ProductFilter, *, by_name: bool = False) -> Any:
    """Return what words find that tens of thousands have."""
    return asked.qs if asked.chosen else ManyHits(asked, by_name=by_name)


@dataclass(frozen=True)
class Hits:
    """All that words find in the chosen place, the best first."""

    asked: ProductFilter
    vocabulary: Vocabulary
    rows: Sequence[Row]

    @classmethod
    def read(cls, asked: ProductFilter, vocabulary: Vocabulary) -> "Hits | None":
        """Read what is found; None if it is too much. One query.

        Put in order here: the database stops where it is too much, and need not find
        all of it to know what is best.
        """
        found = asked.narrowed(PLACE.intersection(asked.chosen)).order_by()
        found = found.annotate(length=Length("name_th"))
        rows = list(
            found.values_list("pk", *COLUMNS, "rank", "length")[: MOST_HITS + 1]
        )
        if len(rows) > MOST_HITS:
            return None
        rows.sort(key=_order)
        return cls(asked, vocabulary, rows)

    def facets(self) -> Facets:
        """Count the choices, each under all other filters.

        Not of a chosen place: the others were not read.
        """
        chosen = frozenset(self.asked.chosen) - PLACE
        main = self.under(chosen)
        counts = self.counted(main)
        without = {}
        for name in chosen:
            others = self.under(chosen - {name})
            counts[name] = self.counted(others, name)[name]
            without[name] = len(others)
        if not self.asked.around:
            del counts["district"]
        return Facets(counts, len(main), without, PLACE.intersection(self.asked.chosen))

    def under(self, names: Collection[str]) -> Sequence[Row]:
        """Return the rows that the filters ``names`` leave, in order."""
        rows = self.rows
        for name in names:
            at = COLUMN[name]
            wanted = set(self.asked.chosen[name])
            place = at + 1
            said = {row[place] for row in rows}
            right = {each for each in said if wanted & set(self.called(name, at, each))}
            rows = [row for row in rows if row[place] in right]
        return rows

    def called(self, name: str, at: int, said: Any) -> list[str]:
        """Return what the filter ``name`` calls what a column says."""
        return [
            called
            for value in written(at, said)
            for other, called in self.vocabulary.called(value)
            if other == name
        ]

    def counted(self, rows: Sequence[Row], only: str = "") -> dict[str, Counter[str]]:
        """Count the choices that rows are for; ``only`` those of one filter."""
        numbers: Counter[str] = Counter()
        # Turned on its side first: counting a whole column is quick.
        columns = list(zip(*rows, strict=True))[1 : len(COLUMNS) + 1]
        for at, column in enumerate(columns):
            if only and at != COLUMN[only]:
                continue
            for said, size in Counter(column).items():
                for value in written(at, said):
                    numbers[value] += size
        called = named(numbers, self.vocabulary)
        names = (only,) if only else (*COUNTED, "district")
        return {name: called.get(name, Counter()) for name in names}

    def chosen(self) -> "InOrder":
        """Return the products that all filters leave, in the order of the search."""
        kept = self.under(frozenset(self.asked.chosen) - PLACE)
        return InOrder([row[0] for row in kept])


def _order(row: Row) -> tuple[int, int, int, int]:
    """Return where a row stands, as ``ProductQuerySet.search`` orders them."""
    *_columns, rank, length = row
    stars = row[1 + COLUMNS.index("current_stars")]
    return rank, length, -(stars or 0), row[0]


class InOrder:
    """Products in the order of their keys, read piece by piece as a list is cut."""

    def __init__(self, keys: Sequence[int], columns: Sequence[str] = ()) -> None:
        """Take the keys, and the columns to read; without any, models are read."""
        self.keys, self.columns = keys, columns

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, part: slice) -> list[Any]:
        keys = self.keys[part]
        rows = self.query(keys)
        if not self.columns:
            models = {row.pk: row for row in rows}
            return [models[key] for key in keys if key in models]
        values: Mapping[int, Any] = {
            key: rest for key, *rest in rows.values_list("pk", *self.columns)
        }
        return [values[key] for key in keys if key in values]

    def values_list(self, *columns: str) -> "InOrder":
        """Return the same, to be read as these columns."""
        return InOrder(self.keys, columns)

    def order_by(self, *order: Any) -> QuerySet[Product]:
        """Return the same products in another order."""
        rows = self.query(self.keys).order_by(*order)
        return cast(
            QuerySet[Product], rows.values_list(*self.columns) if self.columns else rows
        )

    @staticmethod
    def query(keys: Sequence[int]) -> QuerySet[Product]:
        """Return the published products of some keys."""
        return Product.objects.published().filter(pk__in=keys)


class ManyHits(InOrder):
    """What very common words find, read piece by piece out of the search rows alone.

    To join each of them to its product takes thrice as long as to find it. Of equals
    the shorter names come first, whatever their stars.
    """

    def __init__(
        self, asked: ProductFilter, columns: Sequence[str] = (), *, by_name: bool
    ) -> None:
        """Take the words from ``asked``, and the columns to read."""
        super().__init__((), columns)
        self.asked, self.by_name = asked, by_name

    def __getitem__(self, part: slice) -> list[Any]:
        return InOrder(self.first(part.stop)[part], self.columns)[:]

    def first(self, most: int) -> list[int]:
        """Return the keys of the first ``most`` public ones. Two queries, mostly."""
        found = first_keys(
            ProductSearch.objects.all(), self.asked.words, by_name=self.by_name
        )
        read = most * 3 // 2
        while True:
            keys = list(found[:read])
            public = set(self.query(keys).values_list("pk", flat=True))
            first = [key for key in keys if key in public]
            if len(first) >= most or len(keys) < read:
                return first[:most]
            read *= 2

    def values_list(self, *columns: str) -> "ManyHits":
        """Return the same, to be read as these columns."""
        return ManyHits(self.asked, columns, by_name=self.by_name)

    def order_by(self, *order: Any) -> QuerySet[Product]:
        """Return the same products in another order, by the database."""
        rows = self.asked.qs.order_by(*order)
        return cast(
            QuerySet[Product], rows.values_list(*self.columns) if self.columns else rows
        )
