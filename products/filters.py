"""What the addresses of the public lists may ask for.

Anybody may type an address. A value the register does not know is left out and
its filter named in ``unknown``, so that the page can say so; nothing raises.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import django_filters
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from members.enums import ProducerType
from members.models import Member
from products.enums import OtopType, PriceBand
from products.models import Category, Mark, Product
from products.paging import Column
from registry.models import District, Named, Province
from registry.thai.dates import MONTHS_EN, MONTHS_TH
from registry.thai.text import clean_line

#: A query is read up to so many characters.
LONGEST_WORDS = 200
ALL_YEAR = 0


@dataclass(frozen=True)
class Option:
    """One thing a filter may be set to."""

    value: str
    label: str | Promise
    #: The language of the label where it is not the reader's.
    lang: str = ""
    #: How far below the top of a tree it stands.
    depth: int = 0


@dataclass(frozen=True)
class Choice:
    """An option as a page offers it."""

    option: Option
    #: How many rows it would give under the other filters.
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Question:
    """A filter as a page offers it: the options that would give anything."""

    name: str
    label: str | Promise
    choices: Sequence[Choice]

    @property
    def is_answered(self) -> bool:
        """Tell whether the filter is set."""
        return any(choice.is_chosen for choice in self.choices)


@dataclass(frozen=True)
class Step:
    """An address one step away: a filter taken off, a shelf to go to."""

    label: str | Promise
    url: str
    count: int = 0
    lang: str = ""
    is_current: bool = False


def named(value: str, thing: Named, *, depth: int = 0) -> Option:
    """Return an option that is called what ``thing`` is called."""
    reader, other = ("en", "th") if get_language() == "en" else ("th", "en")
    has_own = bool(getattr(thing, f"name_{reader}"))
    return Option(value, thing.name, "" if has_own else other, depth)


def listed(choices: Iterable[tuple[Any, Any]]) -> tuple[Option, ...]:
    """Return the options of an enumeration."""
    return tuple(Option(str(value), label) for value, label in choices)


# --- What filters may be set to -------------------------------------------------


@dataclass(frozen=True)
class Vocabulary:
    """The shelves, marks and provinces there are. Three queries to load."""

    categories: Sequence[Category]
    marks: Sequence[Mark]
    provinces: Sequence[Province]

    @classmethod
    def load(cls) -> Self:
        """Read them all: a few hundred short rows."""
        return cls(
            categories=tuple(Category.objects.in_order()),
            marks=tuple(Mark.objects.in_order()),
            provinces=tuple(Province.objects.order_by("sort_key", "pk")),
        )


def known_district(code: str) -> District | None:
    """Return the district of a code that anybody may have typed."""
    if len(code) != 4 or not (code.isascii() and code.isdigit()):
        return None
    return District.objects.filter(pk=code).first()


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


EDIBLE = (
    ("yes", pgettext_lazy("goods", "Edible")),
    ("no", pgettext_lazy("goods", "Non-edible")),
)


# --- Reading addresses ----------------------------------------------------------


class AddressFilter(django_filters.FilterSet):
    """Filters of a public list, read from its address.

    ``chosen`` maps each filter that is set to its values, in the order of its
    options; ``unknown`` holds the labels of filters whose value means nothing.
    """

    #: Filters that may hold several values; any of them will do.
    SEVERAL: ClassVar[frozenset[str]] = frozenset()
    SORTS: ClassVar[Mapping[str, tuple[Column, ...]]] = {}

    def __init__(
        self,
        address: QueryDict,
        published: Any,
        *,
        provinces: Sequence[Province],
        home: str = "",
    ) -> None:
        """Read ``address``.

        :param published: what the list is chosen from, in its usual order; it
            must know how to search.
        :param home: the code of the province whose districts are offered even
            if none is chosen: the only one that has anything to show.
        """
        self.words = clean_line(address.get("q", ""))[:LONGEST_WORDS]
        self.published = published
        self.provinces = {province.slug: province for province in provinces}
        self.slugs = {province.code: province.slug for province in provinces}
        self.chosen: dict[str, tuple[str, ...]] = {}
        self.unknown: list[str | Promise] = []
        self.options = self.read_options()
        for name in self.options:
            self.choose(name, address)
        self.choose_place(address, home)
        self.sort = self.read_sort(address)
        #: What the words find, whatever else is chosen.
        self.found = published.search(self.words) if self.words else published
        super().__init__(self.query(), self.found)
        for name, options in self.options.items():
            self.filters[name].extra["choices"] = [
                (option.value, option.label) for option in options
            ]

    def read_options(self) -> dict[str, tuple[Option, ...]]:
        """Return what each filter may be set to, but for the district."""
        raise NotImplementedError

    def choose(self, name: str, address: QueryDict) -> None:
        """Keep what ``address`` asks of one filter and the register knows."""
        asked = [value for value in address.getlist(name) if value]
        if name not in self.SEVERAL:
            asked = asked[-1:]
        known = tuple(
            option.value for option in self.options[name] if option.value in asked
        )
        if known:
            self.chosen[name] = known
        if set(asked) - set(known):
            self.unknown.append(self.label(name))

    def choose_place(self, address: QueryDict, home: str) -> None:
        """Read the district, and offer those of its province.

        A district alone names its province. One of another province is what a
        form sends whose province was just changed: it is dropped in silence.
        """
        asked = address.get("district", "")
        district = known_district(asked)
        if asked and district is None:
            self.unknown.append(self.label("district"))
        if district is not None:
            slug = self.slugs[district.province_id]
            if self.chosen.setdefault("province", (slug,)) == (slug,):
                self.chosen["district"] = (district.code,)
        self.around = self.province.code if self.province else home
        districts = District.objects.filter(province=self.around)
        self.options["district"] = (
            tuple(
                named(each.code, each) for each in districts.order_by("sort_key", "pk")
            )
            if self.around
            else ()
        )

    @property
    def province(self) -> Province | None:
        """Return the chosen province."""
        slug = self.chosen.get("province", ("",))[0]
        return self.provinces.get(slug)

    # --- Order

    @property
    def sorts(self) -> tuple[Option, ...]:
        """Return the orders this list offers, the usual one first."""
        raise NotImplementedError

    def read_sort(self, address: QueryDict) -> str:
        """Return the order asked for, else the usual one."""
        asked = address.get("sort", "")
        offered = [option.value for option in self.sorts]
        if asked in offered:
            return asked
        if asked and asked not in self.SORTS:
            self.unknown.append(_("Order"))
        return offered[0]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns of the order; none means as found."""
        return self.SORTS[self.sort]

    # --- Addresses

    def label(self, name: str) -> str | Promise:
        """Return what a filter is called, or the words."""
        if name == "q":
            return _("Search words")
        return self.base_filters[name].label

    def query(self, without: str = "", value: str = "", **instead: str) -> QueryDict:
        """Return what is chosen as a query, in one order whatever was typed.

        :param without: a filter to take off; with ``value`` only that value.
        :param instead: what to set filters to, the words ``q``, or the code
            ``after`` which the list goes on.
        """
        query = QueryDict(mutable=True)
        chosen = {"q": (self.words,) if self.words else (), **self.chosen}
        for name in ("q", *self.options):
            kept = [
                each
                for each in chosen.get(name, ())
                if name != without or (value and each != value)
            ]
            if name in instead:
                kept = [instead[name]]
            # Without its province a district would bring it back.
            if kept and not (without == "province" and name == "district"):
                query.setlist(name, kept)
        if self.sort != self.sorts[0].value:
            query["sort"] = self.sort
        if "after" in instead:
            query["after"] = instead["after"]
        return query

    def address(self, **changes: Any) -> str:
        """Return the address of the list, as :meth:`query` takes the changes."""
        query = self.query(**changes).urlencode()
        # A bare "?" would stay in the address; "." is the list itself.
        return f"?{query}" if query else "."

    # --- What a page offers

    def questions(self, counts: Mapping[str, Mapping[str, int]]) -> dict[str, Question]:
        """Return each filter with those of its options that would give anything."""
        return {
            name: Question(
                name,
                self.label(name),
                [
                    Choice(option, counts[name].get(option.value, 0), is_chosen)
                    for option in options
                    if (is_chosen := option.value in self.chosen.get(name, ()))
                    or counts[name].get(option.value)
                ],
            )
            for name, options in self.options.items()
            if name in counts
        }

    def ways_out(self, without: Mapping[str, int]) -> list[Step]:
        """Return filters whose removal would give something, the most first.

        :param without: how many rows there were without each of them.
        """
        steps = [
            Step(self.label(name), self.address(without=name), count)
            for name, count in without.items()
            if count
        ]
        return sorted(steps, key=lambda step: -step.count)

    @property
    def chips(self) -> list[Step]:
        """Return what is chosen, each with the address without it."""
        chips = (
            [Step(f"“{self.words}”", self.address(without="q"))] if self.words else []
        )
        for name, values in self.chosen.items():
            labels = {option.value: str(option.label) for option in self.options[name]}
            chips += [
                Step(labels[value], self.address(without=name, value=value))
                for value in values
            ]
        return chips

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything is chosen or searched for."""
        return bool(self.words or self.chosen)

    # --- Rows

    @property
    def wordless(self) -> QuerySet[Any]:
        """Return what the filters keep, whatever is searched for."""
        self.form.full_clean()
        return self.filter_queryset(self.published)

    def keep_province(self, rows: QuerySet[Any], name: str, slug: str) -> QuerySet[Any]:
        """Keep what lies in a province, asked by key: the slug would need a join."""
        return rows.filter(province=self.provinces[slug].code)


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
        self.shelves = {category.code: category for category in vocabulary.categories}
        self.marks = {mark.code: mark for mark in vocabulary.marks}
        super().__init__(
            address,
            Product.objects.published().order_by("-published_at", "pk"),
            provinces=vocabulary.provinces,
            home=home,
        )

    def read_options(self) -> dict[str, tuple[Option, ...]]:
        """Return what each filter may be set to."""
        return {
            "edible": listed(EDIBLE),
            "category": tuple(
                named(code, shelf, depth=shelf.level)
                for code, shelf in self.shelves.items()
            ),
            "province": tuple(
                named(slug, province) for slug, province in self.provinces.items()
            ),
            "price": listed(PriceBand.choices),
            "stars": star_options(),
            "otop_type": listed(OtopType.choices),
            "mark": tuple(
                Option(code, mark.abbreviation) for code, mark in self.marks.items()
            ),
            "season": season_options(),
        }

    @property
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

    def shelf_steps(self, counts: Mapping[str, int]) -> list[Step]:
        """Return the way from all goods to the chosen shelf, and the shelves below.

        Without a chosen shelf those below edible and non-edible are offered.
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
                and counts.get(shelf.code)
            ),
            key=lambda shelf: (not shelf.is_edible, shelf.position, shelf.pk),
        )
        everything = Step(
            _("All souvenirs"), self.address(without="category"), is_current=not chosen
        )
        return [everything, *(self.shelf_step(each, counts) for each in (*way, *below))]

    def shelf_step(self, shelf: Category, counts: Mapping[str, int]) -> Step:
        """Return the step to one shelf."""
        option = named(shelf.code, shelf)
        return Step(
            option.label,
            self.address(category=shelf.code),
            counts.get(shelf.code, 0),
            option.lang,
            is_current=(shelf.code,) == self.chosen.get("category"),
        )

    def keep_shelf(
        self, rows: QuerySet[Product], name: str, code: str
    ) -> QuerySet[Product]:
        """Keep what stands on a shelf or below it, asked by key: no join."""
        path = self.shelves[code].path
        below = [
            each.pk for each in self.shelves.values() if each.path.startswith(path)
        ]
        return rows.filter(category__in=below)

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


class MemberFilter(AddressFilter):
    """Filters of the list of producers."""

    SEVERAL = frozenset({"type"})
    SORTS = {"relevance": (), "name": (Column("sort_key"), Column("id"))}

    province = django_filters.ChoiceFilter(
        method="keep_province", label=gettext_lazy("Province")
    )
    district = django_filters.ChoiceFilter(label=gettext_lazy("District"))
    type = django_filters.MultipleChoiceFilter(
        field_name="producer_type",
        distinct=False,
        label=gettext_lazy("Kind of producer"),
    )

    def __init__(
        self, address: QueryDict, provinces: Sequence[Province], *, home: str = ""
    ) -> None:
        """Read the address of the list of producers."""
        published = Member.objects.published().order_by("sort_key", "pk")
        super().__init__(address, published, provinces=provinces, home=home)

    def read_options(self) -> dict[str, tuple[Option, ...]]:
        """Return what each filter may be set to."""
        return {
            "province": tuple(
                named(slug, province) for slug, province in self.provinces.items()
            ),
            "type": listed(ProducerType.choices),
        }

    @property
    def sorts(self) -> tuple[Option, ...]:
        """Return the one order of this list; the best match first, if asked."""
        if self.words:
            return (Option("relevance", _("Best match first")),)
        return (Option("name", _("By name")),)
