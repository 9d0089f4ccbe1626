"""What the filters of the catalogue may be set to: shelves, marks, places."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Self

from django.db import connection, connections, router
from django.utils.translation import get_language, ngettext, pgettext_lazy

from products.counting import ALL_YEAR
from products.enums import OtopType, PriceBand
from products.filters.options import Option, listed, named
from products.models import Category, Mark
from registry.models import Province
from registry.thai.dates import MONTHS_EN, MONTHS_TH

#: Seconds after which the provinces are read anew: only ``sync_places`` renames one.
LIFETIME = 300
EDIBLE = (
    ("yes", pgettext_lazy("goods", "Edible")),
    ("no", pgettext_lazy("goods", "Non-edible")),
)


@dataclass(frozen=True)
class Vocabulary:
    """The shelves, marks and provinces there are."""

    categories: Sequence[Category]
    marks: Sequence[Mark]
    provinces: Sequence[Province]
    _options: dict[str | None, dict[str, tuple[Option, ...]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    _called: dict[str, tuple[tuple[str, str], ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    _kept: ClassVar[dict[str, tuple[object, float, "Vocabulary"]]] = {}

    @classmethod
    def load(cls) -> Self:
        """Read them all: a few hundred short rows in three queries."""
        return cls(
            categories=tuple(Category.objects.in_order()),
            marks=tuple(Mark.objects.in_order()),
            provinces=tuple(Province.objects.order_by("sort_key", "pk")),
        )

    @classmethod
    def current(cls) -> "Vocabulary":
        """Return them as they are now: one short query while nothing has changed."""
        stamp, now = _stamp(), time.monotonic()
        # Tests and commands may meet several databases in one process.
        database = str(connection.settings_dict["NAME"])
        known = cls._kept.get(database)
        if known is None or known[0] != stamp or now - known[1] > LIFETIME:
            known = cls._kept[database] = stamp, now, cls.load()
        return known[2]

    @cached_property
    def shelves(self) -> Mapping[str, Category]:
        """Return the shelves by code."""
        return {category.code: category for category in self.categories}

    @cached_property
    def shelves_by_key(self) -> Mapping[str, Category]:
        """Return the shelves by primary key, as text."""
        return {str(category.pk): category for category in self.categories}

    @cached_property
    def marks_by_code(self) -> Mapping[str, Mark]:
        """Return the marks by code."""
        return {mark.code: mark for mark in self.marks}

    @cached_property
    def codes(self) -> Mapping[str, Mapping[str, str]]:
        """Return what addresses call provinces and marks, by what columns call them."""
        return {
            "province": {each.code: each.slug for each in self.provinces},
            "mark": {str(each.bit): each.code for each in self.marks},
        }

    def called(self, value: str) -> tuple[tuple[str, str], ...]:
        """Return the choices that a counted value is for, each with its filter.

        :param value: as :mod:`products.counting` writes it.
        """
        if value not in self._called:
            self._called[value] = tuple(self._meant(*value.split(":", 1)))
        return self._called[value]

    def _meant(self, name: str, said: str = "") -> Iterator[tuple[str, str]]:
        if name in self.codes:
            # One that is gone since is nobody's choice.
            if said in self.codes[name]:
                yield name, self.codes[name][said]
        elif name == "category":
            # A shelf counts for those above it.
            if shelf := self.shelves_by_key.get(said):
                yield "edible", "yes" if shelf.is_edible else "no"
                yield from ((name, code) for code in shelf.path.split("/")[:-1])
        elif name == "season" and said == str(ALL_YEAR):
            yield from ((name, str(month)) for month in range(1, 13))
        elif name:
            yield name, said

    @property
    def options(self) -> Mapping[str, tuple[Option, ...]]:
        """Return what each filter may be set to, in the reader's language."""
        language = get_language()
        if language not in self._options:
            self._options[language] = self._worded()
        return self._options[language]

    def _worded(self) -> dict[str, tuple[Option, ...]]:
        return {
            "edible": listed(EDIBLE),
            "category": tuple(
                named(shelf.code, shelf, depth=shelf.level) for shelf in self.categories
            ),
            "province": tuple(named(each.slug, each) for each in self.provinces),
            "price": listed(PriceBand.choices),
            "stars": star_options(),
            "otop_type": listed(OtopType.choices),
            "mark": tuple(Option(mark.code, mark.abbreviation) for mark in self.marks),
            "season": season_options(),
        }


def _stamp() -> object:
    """Return what changes when a shelf or a mark does, or provinces come or go."""
    kept = ", ".join(
        f"(SELECT count(*) FROM {table}), (SELECT max(updated_at) FROM {table})"  # noqa: S608 - names of ours
        for table in (Category._meta.db_table, Mark._meta.db_table)
    )
    places = Province._meta.db_table
    codes = ", ".join(
        f"(SELECT {what}(code) FROM {places})"  # noqa: S608 - as above
        for what in ("count", "min", "max")
    )
    # Of the database the rows are read from: a replica's may be a moment older.
    with connections[router.db_for_read(Category)].cursor() as cursor:
        cursor.execute(f"SELECT {kept}, {codes}")
        return cursor.fetchone()


def season_options() -> tuple[Option, ...]:
    """Return the months, by number."""
    names = MONTHS_EN if get_language() == "en" else MONTHS_TH
    return tuple(Option(str(month), name) for month, name in enumerate(names, start=1))


def star_options() -> tuple[Option, ...]:
    """Return one to five stars, the most first."""
    return tuple(
        Option(
            str(count),
            ngettext("%(count)d star", "%(count)d stars", count) % {"count": count},
        )
        for count in (5, 4, 3, 2, 1)
    )
