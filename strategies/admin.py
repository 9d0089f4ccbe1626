"""Plans in the admin."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from registry.admin_base import ChildStack, OwnerFilter, ProvinceFilter, RecordAdmin
from registry.files import private_url
from registry.search import called
from strategies.forms import PlanForm
from strategies.models import Plan, PlanItem, SwotItem


class PlanItemInline(ChildStack):
    """Objectives, missions and strategies."""

    model = PlanItem
    ordering = ("kind", "position", "pk")
    fields = (("kind", "position"), "text_th", "text_en")


class SwotInline(ChildStack):
    """Strengths, weaknesses, opportunities and threats."""

    model = SwotItem
    ordering = ("kind", "position", "pk")
    fields = (("kind", "position"), "text_th", "text_en")


@admin.register(Plan)
class PlanAdmin(RecordAdmin):
    """Plans of clusters, in versions."""

    form = PlanForm
    inlines = (PlanItemInline, SwotInline)
    list_display = ("__str__", "status_pill", "province", "owner", "changed_on")
    list_select_related = ("cluster", "province", "owner")
    list_filter = ("status", ProvinceFilter, OwnerFilter)
    search_fields = ("cluster__name_th",)
    ordering = ("-year", "cluster__name_th", "id")
    readonly_fields = ("logo_shown",)
    fieldsets = (
        (None, {"fields": (("cluster", "year"), "owner")}),
        (_("Vision"), {"fields": ("vision_th", "vision_en")}),
        (
            _("Logo"),
            {
                "fields": (
                    ("logo_shown", "logo_upload"),
                    ("logo_text_th", "logo_text_en"),
                )
            },
        ),
        (_("Remark"), {"fields": ("note_th", "note_en")}),
    )

    def found(self, rows: Any, text: str) -> Any:
        """Find by year, else by words of the cluster's name, folded. One query."""
        if len(text) == 4 and text.isdecimal():
            return rows.filter(year=int(text))
        return called(rows, text, "cluster__name_th", "cluster__name_en")

    @admin.display(description=_("logo"))
    def logo_shown(self, plan: Plan) -> SafeString | str:
        """Show the kept logo, small."""
        name = plan.logo.get("card", {}).get("webp")
        if not name or plan.pk is None:
            return "–"
        return format_html(
            '<img class="thumb" src="{}" alt="{}" width="120" height="120">',
            private_url(plan, name),
            plan.logo_text_th,
        )
