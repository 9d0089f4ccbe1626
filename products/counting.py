"""What the catalogue's numbers count: values that products hold, and pairs of them.

A value is written as the filter's name and what the column says: ``province:42``,
``category:17`` (the shelf itself), ``mark:3`` (its bit), ``season:0`` (all year).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import Any

#: The columns that are counted, and the filters they answer.
COLUMNS = (
    *("province_id", "district_id", "category_id", "current_stars"),
    *("price_band", "marks_held", "otop_type", "season"),
)
FILTERS = (
    *("province", "district", "category", "stars"),
    *("price", "mark", "otop_type", "season"),
)
PROVINCE, DISTRICT = FILTERS.index("province"), FILTERS.index("district")
MARK, SEASON = FILTERS.index("mark"), FILTERS.index("season")
#: Stands for every product: given where nothing is chosen, held by all.
ALL = ""
ALL_YEAR = 0

#: What a product says in :data:`COLUMNS`.
Row = Sequence[Any]
#: What is given and what is held.
Key = tuple[str, str]


def written(at: int, said: Any) -> tuple[str, ...]:
    """Return the values that a product holds by what its column ``at`` says."""
    if said is None or said == "":
        return ()
    name = FILTERS[at]
    if at == MARK or (at == SEASON and said != ALL_YEAR):
        first = 0 if at == MARK else 1
        bits = (bit for bit in range(int(said).bit_length()) if said >> bit & 1)
        return tuple(f"{name}:{bit + first}" for bit in bits)
    return (f"{name}:{said}",)


def held_by(row: Row) -> Iterator[tuple[int, str]]:
    """Yield every value a product holds, with its column."""
    for at, said in enumerate(row):
        for value in written(at, said):
            yield at, value


def is_counted(given: int, held: int) -> bool:
    """Tell whether values of one column are counted among those of another.

    A district is counted in its province only: nothing else offers districts. In a
    district nobody asks for the province.
    """
    if held == DISTRICT:
        return given == PROVINCE
    return given != held and (given, held) != (DISTRICT, PROVINCE)


#: Columns whose pairs are counted in one direction or the other.
PAIRS = tuple(
    (one, other)
    for one, other in combinations(range(len(COLUMNS)), 2)
    if is_counted(one, other) or is_counted(other, one)
)


class Tally:
    """Counts many products: by columns first, by values at the end."""

    def __init__(self) -> None:
        self.total = 0
        self._alone: list[Counter[Any]] = [Counter() for _ in COLUMNS]
        self._pairs: list[Counter[Any]] = [Counter() for _ in PAIRS]

    def add(self, rows: Iterable[tuple[Row, int]]) -> None:
        """Count rows, each so many times."""
        alone, pairs = self._alone, list(zip(PAIRS, self._pairs, strict=True))
        for row, size in rows:
            self.total += size
            for at, said in enumerate(row):
                alone[at][said] += size
            for (one, other), counter in pairs:
                counter[row[one], row[other]] += size

    def numbers(self) -> dict[Key, int]:
        """Return every number that is not 0."""
        found: Counter[Key] = Counter({(ALL, ALL): self.total})
        for at, counter in enumerate(self._alone):
            for said, size in counter.items():
                for value in written(at, said):
                    found[value, ALL] += size
                    if at != DISTRICT:
                        found[ALL, value] += size
        for (one, other), counter in zip(PAIRS, self._pairs, strict=True):
            there, back = is_counted(one, other), is_counted(other, one)
            for (said, also), size in counter.items():
                for pair in product(written(one, said), written(other, also)):
                    if there:
                        found[pair] += size
                    if back:
                        found[pair[::-1]] += size
        return {key: size for key, size in found.items() if size}
