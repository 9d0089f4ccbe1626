"""Places in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from registry import picks
from registry.admin_base import (
    ProvinceFilter,
    ReadOnlyAdmin,
)
from registry.models import (
    District,
    Province,
    Subdistrict,
    User,
)


class PlaceAdmin(ReadOnlyAdmin):
    """A level of places, as far as the person works there."""

    #: Path from the place to its province's key.
    province_path: str
    search_fields = ("name_fold", "code")
    ordering = ("sort_key", "code")

    def visible_rows(self, rows: Any, user: User) -> Any:
        """Return the places within the person's scope."""
        if user.scope.everywhere:
            return rows
        return rows.filter(**{f"{self.province_path}__in": user.scope.provinces})


@admin.register(Province)
class ProvinceAdmin(PlaceAdmin):
    """Provinces; loaded by ``sync_places``."""

    province_path = "code"
    list_display = ("name_th", "name_en", "code", "region")
    list_filter = ("region",)


@admin.register(District)
class DistrictAdmin(PlaceAdmin):
    """Districts; loaded by ``sync_places``."""

    province_path = "province"
    list_display = ("name_th", "name_en", "code", "province")
    list_select_related = ("province",)
    list_filter = (ProvinceFilter,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("province")

    def pick_label(self, row: Any) -> str:
        """Return district, province and code."""
        return picks.district_label(row)


class SubdistrictProvinceFilter(ProvinceFilter):
    """By province, through the district."""

    path = "district__province"


@admin.register(Subdistrict)
class SubdistrictAdmin(PlaceAdmin):
    """Subdistricts; loaded by ``sync_places``. Found as people write them."""

    province_path = "district__province"
    list_display = ("name_th", "name_en", "code", "district", "postcode")
    list_filter = (SubdistrictProvinceFilter,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("district__province")

    def found(self, rows: Any, text: str) -> Any:
        """Find by any words of "subdistrict district province", code or postcode."""
        return picks.find_subdistricts(rows, text)

    def pick_label(self, row: Any) -> str:
        """Return subdistrict, district, province and code."""
        return picks.subdistrict_label(row)

    def pick_extra(self, row: Any) -> dict[str, str]:
        """Fill in the postcode, and the district that follows."""
        return dict(picks.subdistrict_extra(row))
