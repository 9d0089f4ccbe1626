"""The filters of the catalogue."""

from typing import Any

import django_filters
from django.db.models import Q

from benchmarks.plain.models import (
    OTOP_TYPES,
    PRICE_BANDS,
    Category,
    Mark,
    Product,
    Province,
)


class ProductFilter(django_filters.FilterSet):
    """What visitors narrow the catalogue down by."""

    q = django_filters.CharFilter(method="search", label="ค้นหา")
    category = django_filters.ModelChoiceFilter(
        queryset=Category.objects.order_by("path"), to_field_name="code"
    )
    otop_type = django_filters.MultipleChoiceFilter(choices=OTOP_TYPES)
    province = django_filters.ModelChoiceFilter(
        queryset=Province.objects.order_by("sort_key"), to_field_name="slug"
    )
    stars = django_filters.MultipleChoiceFilter(
        field_name="current_stars",
        choices=[(stars, stars) for stars in range(5, 0, -1)],
    )
    price = django_filters.MultipleChoiceFilter(
        field_name="price_band", choices=PRICE_BANDS
    )
    edible = django_filters.BooleanFilter(field_name="is_edible")
    mark = django_filters.ModelChoiceFilter(
        queryset=Mark.objects.order_by("name_th"),
        field_name="certificates__mark",
        to_field_name="code",
        distinct=True,
    )
    sort = django_filters.OrderingFilter(
        fields=[
            ("published_at", "newest"),
            ("name_th", "name"),
            ("price_min", "price"),
            ("current_stars", "stars"),
        ]
    )

    class Meta:
        model = Product
        fields: list[str] = []

    def search(self, rows: Any, name: str, text: str) -> Any:
        """Find every word in a name or a text."""
        for word in text.split():
            rows = rows.filter(
                Q(name_th__icontains=word)
                | Q(name_en__icontains=word)
                | Q(story_th__icontains=word)
                | Q(member__name_th__icontains=word)
            )
        return rows
