"""Filters of the catalogue."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.counting import ALL_YEAR
from products.filters.address import AddressFilter
from products.filters.options import Option, Step, named
from products.filters.vocabulary import Vocabulary
from products.models import Category, Product
from products.paging import Column
from registry.search import LABEL
from registry.thai.text import fold


class ProductFilter(AddressFilter):
    """Filters of the catalogue."""

    SEVERAL = frozenset({"otop_type", "stars", "price"})
    SORTS = {
        # As search gives them.
        "relevance": (),
        "newest": (Column("published_at", descending=True), Column("id")),
        "name": (Column("sort_key"), Column("id")),
        "price": (Column("price_min", nullable=True), Column("id")),
        "-price": (Column("price_min", descending=True, nullable=True), Column("id")),
        "stars": (
            Column("current_stars", descending=True, nullable=True),
            Column("sort_key"),
            Column("id"),
        ),
    }

    category = django_filters.ChoiceFilter(
        method="keep_shelf", label=gettext_lazy("Category")
    )
    otop_type = django_filters.MultipleChoiceFilter(
        distinct=False, label=gettext_lazy("OTOP type")
    )
    province = django_filters.ChoiceFilter(
        method="keep_province", label=gettext_lazy("Province")
    )
    district = django_filters.ChoiceFilter(label=gettext_lazy("District"))
    stars = django_filters.MultipleChoiceFilter(
        field_name="current_stars", distinct=False, label=gettext_lazy("Stars")
    )
    mark = django_filters.ChoiceFilter(
        method="keep_holding", label=gettext_lazy("Mark")
    )
    price = django_filters.MultipleChoiceFilter(
        field_name="price_band", distinct=False, label=gettext_lazy("Price")
    )
    season = django_filters.ChoiceFilter(
        method="keep_month", label=gettext_lazy("In season")
    )
    edible = django_filters.ChoiceFilter(
        method="keep_edible", label=gettext_lazy("Edible or not")
    )

    def __init__(
        self, address: QueryDict, vocabulary: Vocabulary, *, home: str = ""
    ) -> None:
        """Read the catalogue's address."""
        self.vocabulary = vocabulary
        self.is_wide = address.get("in") == "all"
        self.shelves, self.marks = vocabulary.shelves, vocabulary.marks_by_code
        super().__init__(
            address,
            Product.objects.published().order_by("-published_at", "pk"),
            provinces=vocabulary.provinces,
            home=home,
        )

    def read_options(self) -> dict[str, tuple[Option, ...]]:
        """Return what each filter may be set to."""
        return dict(self.vocabulary.options)

    @cached_property
    def sorts(self) -> tuple[Option, ...]:
        """Return the orders of the catalogue."""
        best = (Option("relevance", _("Best match first")),) if self.words else ()
        return (
            *best,
            Option("newest", _("Newest first")),
            Option("name", _("By name")),
            Option("price", _("Price: low to high")),
            Option("-price", _("Price: high to low")),
            Option("stars", _("Most stars first")),
        )

    @property
    def wider(self) -> str:
        """Return the address at which descriptions are looked through too."""
        query = self.query()
        query["in"] = "all"
        return f"?{query.urlencode()}"

    def keep_named(self) -> None:
        """Look for the words in names alone from here on."""
        self.found = self.queryset = self.published.search(self.words, by_name=True)

    def shelf_steps(self, counts: Mapping[str, int] | None) -> list[Step]:
        """Return the way from all goods to the chosen shelf, and the shelves below.

        Without a chosen shelf those below edible and non-edible are offered; of shelves
        that hold nothing none. ``counts`` is None where nobody counted.
        """
        code = self.chosen.get("category", ("",))[0]
        chosen = self.shelves.get(code)
        way = (
            [self.shelves[each] for each in chosen.path.split("/")[:-1]]
            if chosen
            else []
        )
        below = sorted(
            (
                shelf
                for shelf in self.shelves.values()
                if (shelf.parent_id == chosen.pk if chosen else shelf.level == 1)
                and (counts is None or counts.get(shelf.code))
            ),
            key=lambda shelf: (not shelf.is_edible, shelf.position, shelf.pk),
        )
        everything = Step(
            _("All souvenirs"), self.address(without="category"), is_current=not chosen
        )
        return [everything, *(self.shelf_step(each, counts) for each in (*way, *below))]

    def shelf_step(self, shelf: Category, counts: Mapping[str, int] | None) -> Step:
        """Return the step to one shelf."""
        option = named(shelf.code, shelf)
        return Step(
            option.label,
            self.address(category=shelf.code),
            counts.get(shelf.code, 0) if counts else 0,
            option.lang,
            is_current=(shelf.code,) == self.chosen.get("category"),
        )

    def keep_province(self, rows: QuerySet[Any], name: str, slug: str) -> QuerySet[Any]:
        """Keep what lies in a province; beside words, by the index of words too.

        Goods have the names of their places as labels: so the database reads those
        that words find there, and not all that words find.
        """
        rows = super().keep_province(rows, name, slug)
        if self.is_searched:
            label = LABEL + fold(self.provinces[slug].name_th)
            rows = rows.filter(search__text_fold__substr=label)
        return rows

    def keep_shelf(
        self, rows: QuerySet[Product], name: str, code: str
    ) -> QuerySet[Product]:
        """Keep what stands on a shelf or below it, asked by key: no join."""
        return rows.filter(category__in=self.shelf_keys(code))

    def shelf_keys(self, code: str) -> list[int]:
        """Return the keys of a shelf and of all below it."""
        path = self.shelves[code].path
        return [each.pk for each in self.shelves.values() if each.path.startswith(path)]

    def keep_holding(self, rows: Any, name: str, code: str) -> QuerySet[Product]:
        """Keep what holds a mark in force."""
        return rows.holding(self.marks[code])

    def keep_month(
        self, rows: QuerySet[Product], name: str, month: str
    ) -> QuerySet[Product]:
        """Keep what is to be had in a month; no season means all year."""
        bit = 1 << (int(month) - 1)
        rows = rows.alias(in_month=F("season").bitand(bit))
        return rows.filter(Q(season=ALL_YEAR) | Q(in_month=bit))

    def keep_edible(
        self, rows: QuerySet[Product], name: str, answer: str
    ) -> QuerySet[Product]:
        """Keep what may be eaten, or what may not; unsorted goods are neither."""
        return rows.filter(is_edible=answer == "yes")
