"""Filters of the list of producers."""

from collections.abc import Sequence
from functools import cached_property

import django_filters
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.enums import ProducerType
from members.models import Member
from products.filters.address import AddressFilter
from products.filters.options import Option, listed, named
from products.paging import Column
from registry.models import Province


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

    @cached_property
    def sorts(self) -> tuple[Option, ...]:
        """Return the one order of this list; the best match first, if asked."""
        if self.words:
            return (Option("relevance", _("Best match first")),)
        return (Option("name", _("By name")),)
