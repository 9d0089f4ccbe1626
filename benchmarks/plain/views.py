"""The catalogue and the page of a product, by generic views."""

from typing import Any

from django.db.models import Count, QuerySet
from django.views.generic import DetailView
from django_filters.views import FilterView

from benchmarks.plain.filters import ProductFilter
from benchmarks.plain.models import OTOP_TYPES, PRICE_BANDS, Certificate, Product

PUBLISHED = Product.objects.filter(status="published")
#: What a card shows.
CARDS = PUBLISHED.select_related(
    "member", "district", "province", "category"
).prefetch_related("certificates__mark")


class ProductList(FilterView):
    """The catalogue with a count beside every choice."""

    filterset_class = ProductFilter
    template_name = "plain/product_list.html"
    context_object_name = "products"
    paginate_by = 24

    def get_queryset(self) -> Any:
        return CARDS.order_by("-published_at", "pk")

    def get_context_data(self, **kwargs: Any) -> Any:
        query = self.request.GET.copy()
        query.pop("page", None)
        found = self.filterset.qs.order_by()
        return super().get_context_data(
            **kwargs,
            facets={
                "ประเภทสินค้า": counted(found, "category__name_th"),
                "ประเภท OTOP": counted(found, "otop_type", dict(OTOP_TYPES)),
                "จังหวัด": counted(found, "province__name_th"),
                "ดาว": counted(found, "current_stars"),
                "ราคา": counted(found, "price_band", dict(PRICE_BANDS)),
                "รับประทานได้": counted(found, "is_edible"),
                "มาตรฐาน": counted(found, "certificates__mark__abbreviation_th"),
            },
            query=query.urlencode(),
        )


def counted(
    found: QuerySet[Product], field: str, labels: dict[Any, str] | None = None
) -> list[tuple[Any, int]]:
    """Return how many products there are of each value. One query."""
    # Only a mark may be there twice for a product.
    several = field.startswith("certificates")
    rows = found.values_list(field).annotate(count=Count("pk", distinct=several))
    return [
        ((labels or {}).get(value, value), count)
        for value, count in rows.order_by("-count")
        if value not in {None, ""}
    ]


class ProductDetail(DetailView):
    """A product with all that is known of it."""

    queryset = PUBLISHED.select_related(
        "category", "district", "province", "member__district", "member__province"
    ).prefetch_related("photos", "certificates__mark", "ratings__round")
    template_name = "plain/product_detail.html"
    context_object_name = "product"
    slug_field = slug_url_kwarg = "code"

    def get_context_data(self, **kwargs: Any) -> Any:
        product = self.object
        member = product.member
        return super().get_context_data(
            **kwargs,
            photos=sorted(product.photos.all(), key=lambda each: each.position),
            ratings=sorted(
                product.ratings.all(), key=lambda each: each.round.year, reverse=True
            ),
            certificates=[
                *product.certificates.all(),
                *Certificate.objects.filter(member=member).select_related("mark"),
            ],
            contacts=member.contacts.filter(is_personal=False).order_by("position"),
            outlets=member.outlets.order_by("position"),
            related=CARDS.filter(
                category=product.category, province=product.province, is_alcohol=False
            )
            .exclude(pk=product.pk)
            .order_by("-published_at", "pk")[:8],
        )
