"""Reading the address of a public list.

Anybody may type an address. A value the register does not know is left out and
its filter named in ``unknown``, so that the page can say so; nothing raises.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from products.filters.options import Choice, Option, Question, Step, named
from products.paging import Column
from registry.models import District, Province
from registry.thai.text import clean_line

#: A query is read up to so many characters.
LONGEST_WORDS = 200


def known_district(code: str) -> District | None:
    """Return the district of a code that anybody may have typed."""
    if len(code) != 4 or not (code.isascii() and code.isdigit()):
        return None
    return District.objects.filter(pk=code).first()


class AddressFilter(django_filters.FilterSet):
    """Filters of a public list, read from its address.

    ``chosen`` maps each filter that is set to its values, in the order of its
    options; ``unknown`` holds the labels of filters whose value means nothing.
    """

    #: Filters that may hold several values; any of them will do.
    SEVERAL: ClassVar[frozenset[str]] = frozenset()
    SORTS: ClassVar[Mapping[str, tuple[Column, ...]]] = {}
    #: Words are looked for in descriptions too, though names hold them.
    is_wide = False

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
        #: Whether there is a word among them: "…" finds everything.
        self.is_searched = "rank" in self.found.query.annotations
        # Each filter is copied for each page: only those that are set.
        self.base_filters = {name: self.every_filter()[name] for name in self.chosen}
        super().__init__(self.query(), self.found)
        for name, options in self.options.items():
            if name in self.filters:
                self.filters[name].extra["choices"] = [
                    (option.value, option.label) for option in options
                ]

    @classmethod
    def every_filter(cls) -> Mapping[str, Any]:
        """Return every filter there is, set or not."""
        every: Mapping[str, Any] = vars(cls)["base_filters"]
        return every

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

    @cached_property
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
        label: str | Promise = self.every_filter()[name].label
        return label

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
        if self.is_wide and "q" in query:
            query["in"] = "all"
        if "after" in instead:
            query["after"] = instead["after"]
        return query

    def address(self, **changes: Any) -> str:
        """Return the address of the list, as :meth:`query` takes the changes."""
        query = self.query(**changes).urlencode()
        # A bare "?" would stay in the address; "." is the list itself.
        return f"?{query}" if query else "."

    # --- What a page offers

    def questions(
        self,
        counts: Mapping[str, Mapping[str, int]],
        uncounted: Collection[str] = (),
    ) -> dict[str, Question]:
        """Return each filter with those of its options that would give anything.

        Of those ``uncounted`` every option, without a number.
        """
        return {
            name: Question(
                name,
                self.label(name),
                [
                    Choice(option, None if name in uncounted else count, is_chosen)
                    for option in options
                    if (is_chosen := option.value in self.chosen.get(name, ()))
                    | bool(count := counts[name].get(option.value, 0))
                    or name in uncounted
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

    def narrowed(self, names: Collection[str]) -> QuerySet[Any]:
        """Return what the words find, under only those filters that are named."""
        rows: QuerySet[Any] = self.found
        if self.form.is_valid():
            for name in sorted(names):
                rows = self.filters[name].filter(rows, self.form.cleaned_data[name])
        return rows

    @property
    def wordless(self) -> QuerySet[Any]:
        """Return what the filters keep, whatever is searched for."""
        self.form.full_clean()
        return self.filter_queryset(self.published)

    def keep_province(self, rows: QuerySet[Any], name: str, slug: str) -> QuerySet[Any]:
        """Keep what lies in a province, asked by key: the slug would need a join."""
        return rows.filter(province=self.provinces[slug].code)
