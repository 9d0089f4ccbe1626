"""The stock admin, with what a list of products usually has."""

from django.contrib import admin

from benchmarks.plain.models import Category, Member, Product


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    """Products."""

    list_display = (
        "name_th",
        "code",
        "status",
        "member",
        "district",
        "category",
        "current_stars",
        "updated_at",
    )
    list_select_related = ("member", "district", "category")
    list_filter = ("status", "province", "category", "otop_type", "current_stars")
    search_fields = ("name_th", "name_en", "code", "member__name_th")
    ordering = ("name_th", "pk")
    #: As many as the portal's lists show.
    list_per_page = 50


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    """Producers."""

    list_display = ("name_th", "code", "status", "province", "district")
    list_select_related = ("province", "district")
    list_filter = ("status", "province")
    search_fields = ("name_th", "name_en", "code")


admin.site.register(Category)
