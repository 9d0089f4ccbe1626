"""How counts beside the choices of a list are put together.

Each filter is counted under all the others, so a number says what choosing it gives.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from products.counting import FILTERS
from products.filters import Vocabulary

#: For each filter of a cube, in its order: the values a group of rows counts for.
Held = tuple[tuple[str, ...], ...]

#: Filters that follow from another column than their own.
READ_FROM = {"edible": "category"}
#: Filters of the catalogue that are counted everywhere; districts in one province.
COUNTED = (*(name for name in FILTERS if name != "district"), "edible")
#: Filters by place: words are looked for there, and all else is looked at afterwards.
PLACE = frozenset({"province", "district"})
#: Leaving a province leaves its district too.
LEFT_WITH = {"province": frozenset({"province", "district"})}


def named(counts: Mapping[str, int], vocabulary: Vocabulary) -> dict[str, Counter[str]]:
    """Return numbers by filter and by its values, as addresses call them."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for value, size in counts.items():
        if size > 0:
            for name, called in vocabulary.called(value):
                found[name][called] += size
    return found


# --- Rolling up -----------------------------------------------------------------


@dataclass(frozen=True)
class Cube:
    """Groups of rows by what filters ask about, and how many are in each."""

    names: tuple[str, ...]
    groups: Sequence[tuple[Held, int]]


@dataclass(frozen=True)
class Facets:
    """How many rows each choice of each filter would give."""

    counts: Mapping[str, Mapping[str, int]]
    #: Rows under all the filters; None where nobody counted.
    total: int | None
    #: Rows there would be without a filter that is set, by its name.
    without: Mapping[str, int]
    #: Filters whose choices are offered without a number: nobody counted.
    uncounted: frozenset[str] = frozenset()

    @classmethod
    def none(cls, *, with_districts: bool) -> "Facets":
        """Return the choices without numbers: there are too many rows to count."""
        names = (*COUNTED, "district") if with_districts else COUNTED
        return cls({name: Counter() for name in names}, None, {}, frozenset(names))


def roll_up(cube: Cube, chosen: Mapping[str, Collection[str]]) -> Facets:
    """Count every choice under the other filters, in one pass.

    A group that fails one filter still counts for that filter's own choices;
    one that fails two counts for none.
    """
    tests = [
        (place, frozenset(chosen[name]))
        for place, name in enumerate(cube.names)
        if chosen.get(name)
    ]
    # Summed by whole sets of values first: few sets come in many groups.
    sums: tuple[Counter[tuple[str, ...]], ...] = tuple(Counter() for _ in cube.names)
    everywhere = range(len(cube.names))
    total, regained = 0, Counter[str]()
    for held, size in cube.groups:
        failed = [place for place, wanted in tests if wanted.isdisjoint(held[place])]
        if len(failed) > 1:
            continue
        for place in failed or everywhere:
            sums[place][held[place]] += size
        if failed:
            regained[cube.names[failed[0]]] += size
        else:
            total += size
    names = [cube.names[place] for place, _wanted in tests]
    return Facets(
        counts={name: by_value(sums[place]) for place, name in enumerate(cube.names)},
        total=total,
        without={name: total + regained[name] for name in names},
    )


def by_value(sums: Mapping[tuple[str, ...], int]) -> Counter[str]:
    """Return how many rows hold each value, from those that hold each set of them."""
    counts = Counter[str]()
    for values, size in sums.items():
        for value in values:
            counts[value] += size
    return counts


def in_places(
    whole: Cube, around: Cube, chosen: Mapping[str, Collection[str]]
) -> Facets:
    """Count the choices of a list that is narrowed down by province and district.

    :param whole: every province, without districts: leaving a province leaves
        its district too.
    :param around: the one province whose districts are offered.
    """
    anywhere = {name: values for name, values in chosen.items() if name != "district"}
    far = roll_up(whole, anywhere)
    near = roll_up(around, chosen)
    without = dict(near.without)
    if "province" in far.without:
        without["province"] = far.without["province"]
    return Facets(
        counts={**near.counts, "province": far.counts["province"]},
        total=near.total,
        without=without,
    )
