"""Lists of the admin that stay quick at any size, and their filters.

A filter offers what the person may see and nothing else; a value it does not
offer is ignored, as Django does.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet, TextChoices
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from registry.admin_base.person import person
from registry.models import Agency, District, Province

#: Rows a list counts and pages through; further ones are reached by searching.
MOST_COUNTED = 10_000


class CappedPaginator(Paginator):
    """Counts up to a limit: a full count of a large table takes seconds.

    ``count`` is one above the limit when there are more rows.
    """

    most_counted = MOST_COUNTED

    @cached_property
    def found(self) -> list[Any] | None:
        """Return the keys of what words find, in order; None where nobody looks.

        Looking and ranking is dear, so it is done once, for counting and for the page,
        and without the columns that only the rows of the page need. One query.
        """
        rows = self.object_list
        if not isinstance(rows, QuerySet) or "rank" not in rows.query.annotations:
            return None
        return list(rows.values_list("pk", flat=True)[: self.most_counted + 1])

    def page(self, number: Any) -> Page[Any]:
        """Return a page; of what words find, only its rows are read. One query."""
        if self.found is None:
            return super().page(number)
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        keys = self.found[start : start + self.per_page]
        rows: Any = self.object_list
        read = rows.model._default_manager.select_related(*self._joined(rows))
        by_key = read.in_bulk(keys)
        return Page([by_key[key] for key in keys], number, self)

    def _joined(self, rows: Any) -> list[str]:
        """Return what is read with each row."""
        joined = rows.query.select_related
        return list(joined) if isinstance(joined, dict) else []

    @cached_property
    def count(self) -> int:
        if self.found is not None:
            return len(self.found)
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[: self.most_counted + 1].count()
        return len(rows)

    @property
    def has_uncounted(self) -> bool:
        """Tell whether there are more rows than were counted."""
        return self.count > self.most_counted


class Choice(admin.SimpleListFilter):
    """A filter by one key among those the person may choose; folded until used."""

    template = "admin/choice_filter.html"

    #: Path to the key that is compared.
    path: str

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        offered = {str(key) for key, _label in self.lookup_choices}
        if chosen is None or chosen not in offered:
            return queryset
        return queryset.filter(**{self.path: chosen})


class ProvinceFilter(Choice):
    """By province, for those who work in several. One query."""

    title = _("province")
    parameter_name = "province"
    path = "province"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[Any]:
        scope = person(request).scope
        if not scope.everywhere and len(scope.provinces) < 2:
            return []
        rows = Province.objects.order_by("sort_key", "code")
        if not scope.everywhere:
            rows = rows.filter(code__in=scope.provinces)
        return [(row.code, row.name) for row in rows]


class DistrictFilter(Choice):
    """By district of the chosen province, or of the only one. One query."""

    title = _("district")
    parameter_name = "district"
    path = "district"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[Any]:
        scope = person(request).scope
        chosen = request.GET.get(ProvinceFilter.parameter_name)
        if chosen is not None and scope.covers(chosen):
            provinces = frozenset({chosen})
        elif scope.everywhere or len(scope.provinces) != 1:
            # Dozens of districts are no choice: choose the province first.
            return []
        else:
            provinces = scope.provinces
        rows = District.objects.filter(province__in=provinces)
        return [(row.code, row.name) for row in rows.order_by("sort_key", "code")]


class OwnerFilter(Choice):
    """By owner agency, among those of the chosen or only province. One query."""

    title = _("owner agency")
    parameter_name = "owner"
    path = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[Any]:
        scope = person(request).scope
        chosen = request.GET.get(ProvinceFilter.parameter_name)
        if chosen is None and not scope.everywhere and len(scope.provinces) == 1:
            (chosen,) = scope.provinces
        if chosen is None or not scope.covers(chosen):
            return []
        rows = Agency.objects.filter(provinces=chosen)
        return [(str(row.pk), row.name) for row in rows.order_by("name_th", "pk")]


class GapFilter(Choice):
    """By what a record still lacks; the start page counts the same."""

    title = _("incomplete")
    parameter_name = "lacking"
    gaps: ClassVar[type[TextChoices]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[Any]:
        return self.gaps.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if chosen not in self.gaps.values:
            return queryset
        return queryset.lacking(self.gaps(chosen))
