"""Products and what they are sorted, marked and rated by, in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from members.models import Member
from products.enums import MarkScope, ProductGap
from products.forms import (
    MOST_PHOTOS,
    CategoryChoiceField,
    CertificateForm,
    CriterionFormSet,
    MarkForm,
    PhotoForm,
    PhotoFormSet,
    ProductForm,
    StarRatingForm,
)
from products.models import (
    Category,
    Certificate,
    Mark,
    Photo,
    Product,
    StarCriterion,
    StarRating,
    StarRound,
)
from products.wording import WORDING
from registry.admin_base import (
    BulkEditAdmin,
    ChildStack,
    Choice,
    DistrictFilter,
    GapFilter,
    KeptAdmin,
    OwnerFilter,
    ProvinceFilter,
    yes_column,
)
from registry.files import private_url
from registry.search import called
from registry.templatetags.ui import year_shown

#: Goods of a producer that its page lists; the rest is one link away.
SHOWN_GOODS = 20


# --- Products ---------------------------------------------------------------------


class PhotoInline(ChildStack):
    """Photos in their order."""

    model = Photo
    form = PhotoForm
    formset = PhotoFormSet
    ordering = ("position", "pk")
    max_num = MOST_PHOTOS
    readonly_fields = ("shown",)
    fields = (
        ("shown", "upload"),
        ("alt_th", "alt_en"),
        ("is_main", "is_illustration"),
        "position",
    )

    @admin.display(description=_("picture"))
    def shown(self, photo: Photo) -> SafeString | str:
        """Show the kept picture, small."""
        name = photo.picture.get("card", {}).get("webp")
        if not name or photo.pk is None:
            return "–"
        return format_html(
            '<img class="thumb" src="{}" alt="{}" width="120" height="120">',
            private_url(photo, name),
            str(photo),
        )


class CertificateInline(ChildStack):
    """Certificates with their proof."""

    model = Certificate
    form = CertificateForm
    ordering = ("pk",)
    readonly_fields = ("proof", "checked_by")
    fields = (
        ("mark", "number", "standard_number"),
        ("issued_on", "expires_on"),
        ("proof", "upload"),
        ("checked_on", "checked_by"),
    )
    #: Marks given to the other kind of holder only.
    not_given_to: ClassVar[MarkScope]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("mark", "checked_by")

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "mark":
            rows = self.choices_for(db_field, request)
            kwargs["queryset"] = rows.exclude(given_to=self.not_given_to)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("kept proof"))
    def proof(self, certificate: Certificate) -> SafeString | str:
        """Link to the kept file."""
        if not certificate.file or certificate.pk is None:
            return "–"
        return format_html(
            '<a href="{}">{}</a>',
            private_url(certificate, certificate.file),
            certificate.file_name or _("proof"),
        )


class ProductCertificateInline(CertificateInline):
    """Certificates of a product."""

    fk_name = "product"
    not_given_to = MarkScope.MEMBER


class MemberCertificateInline(CertificateInline):
    """Certificates of a producer or its premises."""

    fk_name = "member"
    not_given_to = MarkScope.PRODUCT


class StarRatingInline(ChildStack):
    """Results by round."""

    model = StarRating
    form = StarRatingForm
    ordering = ("-round__year", "pk")
    fields = (
        "round",
        ("score_product", "score_market", "score_quality"),
        ("total", "stars"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("round")


class CategoryFilter(Choice):
    """By shelf, with what lies on the shelves below it. One query."""

    title = _("category")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        rows = Category.objects.in_order()
        return [
            ("none", _("Not sorted yet")),
            *((row.path, f"{'— ' * row.level}{row.name}") for row in rows),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if chosen == "none":
            return queryset.filter(category=None)
        if chosen in {key for key, _label in self.lookup_choices}:
            return queryset.filter(category__path__startswith=chosen)
        return queryset


class StarsFilter(Choice):
    """By stars. Django would look through all goods for which there are."""

    title = _("stars")
    parameter_name = "current_stars"
    path = "current_stars"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [
            *((str(count), f"{count}★") for count in (5, 4, 3, 2, 1)),
            ("none", _("Without stars")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "none":
            return queryset.filter(current_stars=None)
        return super().queryset(request, queryset)


class ProductGapFilter(GapFilter):
    """By what a product still lacks."""

    gaps = ProductGap


@admin.register(Product)
class ProductAdmin(BulkEditAdmin):
    """Souvenirs."""

    form = ProductForm
    inlines = (PhotoInline, ProductCertificateInline, StarRatingInline)
    pick_fields = ("member",)
    linked_by = ("member",)
    list_display = (
        "name_th",
        "code",
        "status_pill",
        "member",
        "district",
        "category",
        "stars_shown",
        "changed_on",
    )
    list_select_related = ("member", "district", "category")
    list_filter = (
        "status",
        ProvinceFilter,
        DistrictFilter,
        OwnerFilter,
        CategoryFilter,
        "otop_type",
        StarsFilter,
        ProductGapFilter,
    )
    search_fields = ("name_fold", "code")
    search_help_text = _("Name, producer or code")
    bulk_fields = ("category", "otop_type", "air_travel", "design_year")
    history_words: ClassVar[dict[str, Any]] = dict(WORDING.words)
    fieldsets = (
        (
            _("What"),
            {
                "fields": (
                    "member",
                    ("name_th", "name_en"),
                    "other_names",
                    ("category", "otop_type"),
                    "design_year",
                )
            },
        ),
        (
            _("Price and size"),
            {
                "fields": (
                    ("price_min", "price_max"),
                    ("unit_th", "unit_en"),
                    ("size_th", "size_en"),
                    ("materials_th", "materials_en"),
                )
            },
        ),
        (
            _("Keeping and travelling"),
            {
                "fields": (
                    ("shelf_life_days", "air_travel"),
                    ("keeping_th", "keeping_en"),
                    "season",
                )
            },
        ),
        (
            _("Story and where to buy"),
            {"fields": ("story_th", "story_en", "where_th", "where_en")},
        ),
        (_("Internal"), {"fields": ("private_notes",)}),
    )

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "category":
            kwargs |= {
                "queryset": Category.objects.in_order(),
                "form_class": CategoryChoiceField,
            }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def found(self, rows: Any, text: str) -> Any:
        """Find as the public search does."""
        return rows.search(text)

    @admin.display(description=_("stars"), ordering="current_stars", empty_value="–")
    def stars_shown(self, product: Product) -> str | None:
        """Show the stars with their year."""
        if product.current_stars is None or product.current_stars_year is None:
            return None
        return f"{product.current_stars}★ {year_shown(product.current_stars_year)}"


def goods_panel(request: HttpRequest, member: Member) -> SafeString:
    """List a producer's goods on its page, with a way to add one. One query."""
    goods = Product.objects.visible_to(request.user).filter(member=member)
    rows = list(goods.order_by("sort_key", "pk")[: SHOWN_GOODS + 1])
    query = urlencode({"member": member.pk})
    return render_to_string(
        "admin/products/goods_panel.html",
        {
            "rows": rows[:SHOWN_GOODS],
            "add_url": f"{reverse('admin:products_product_add')}?{query}",
            "all_url": f"{reverse('admin:products_product_changelist')}?{query}",
            "has_more": len(rows) > SHOWN_GOODS,
        },
    )


# What a producer's page shows of its goods; members know nothing of products.
KeptAdmin.add_inline("members.Member", MemberCertificateInline)
KeptAdmin.add_panel("members.Member", goods_panel)


# --- What products are sorted, marked and rated by --------------------------------


@admin.register(Category)
class CategoryAdmin(KeptAdmin):
    """Shelves of the catalogue."""

    is_national = True
    list_display = ("indented", "name_en", "code", "otop_type", "holds_alcohol")
    holds_alcohol = yes_column("is_alcohol", _("alcoholic drinks"))
    search_fields = ("name_th", "name_en", "code")
    ordering = ("path", "position", "id")
    fields = (
        ("name_th", "name_en"),
        ("code", "parent"),
        ("otop_type", "position"),
        "is_alcohol",
    )

    @admin.display(description=_("name"), ordering="path")
    def indented(self, category: Category) -> str:
        """Show the name, set in below its parent."""
        return f"{'— ' * category.level}{category.name_th}"

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs |= {
            "queryset": Category.objects.in_order().filter(level__lt=2),
            "form_class": CategoryChoiceField,
        }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Mark)
class MarkAdmin(KeptAdmin):
    """Standards and certification marks."""

    is_national = True
    form = MarkForm
    list_display = (
        "abbreviation_th",
        "name_th",
        "given_to",
        "goods",
        "no_longer_given",
    )
    no_longer_given = yes_column("is_historic", _("no longer given"))
    list_filter = ("given_to", "goods", "is_historic")
    search_fields = ("name_th", "name_en", "abbreviation_th", "code")
    ordering = ("position", "id")
    fields = (
        ("name_th", "name_en"),
        ("abbreviation_th", "abbreviation_en"),
        ("code", "position"),
        ("issuer_th", "issuer_en"),
        ("pattern", "pattern_is_firm"),
        ("example", "usual_months"),
        ("given_to", "goods"),
        "is_historic",
    )

    def found(self, rows: Any, text: str) -> Any:
        """Find by words of a name, folded. One query."""
        return called(rows, text, "name_th", "name_en", "abbreviation_th", "code")


class CriterionInline(ChildStack):
    """Most points by type and section."""

    model = StarCriterion
    formset = CriterionFormSet
    ordering = ("position", "pk")
    fields = (
        ("otop_type", "section", "maximum"),
        ("name_th", "name_en"),
        "position",
    )


@admin.register(StarRound)
class StarRoundAdmin(KeptAdmin):
    """Rounds of the selection."""

    is_national = True
    inlines = (CriterionInline,)
    list_display = ("year", "name_th", "opens_on", "closes_on", "announced_on")
    search_fields = ("name_th", "name_en")
    ordering = ("-year", "id")
    fields = (
        ("year", "announced_on"),
        ("name_th", "name_en"),
        ("opens_on", "closes_on"),
    )
