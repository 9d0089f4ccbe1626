"""Taking rows away from the lists of the admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from registry.enums import SheetFormat
from registry.sheets.writing import TooManyRows
from reports import catalogue
from reports.base import record_reports
from reports.exports import TOO_MANY_ROWS, Line, Selection
from reports.files import answer
from reports.filters import only_province


@admin.action(description=_("Export as XLSX"), permissions=["view"])
def export_xlsx(
    page: admin.ModelAdmin, request: HttpRequest, queryset: Any
) -> HttpResponseBase | None:
    """Send the chosen rows as a workbook."""
    return export(page, request, queryset, SheetFormat.XLSX)


@admin.action(description=_("Export as CSV"), permissions=["view"])
def export_csv(
    page: admin.ModelAdmin, request: HttpRequest, queryset: Any
) -> HttpResponseBase | None:
    """Send the chosen rows as a CSV."""
    return export(page, request, queryset, SheetFormat.CSV)


def export(
    page: admin.ModelAdmin, request: HttpRequest, queryset: Any, form: SheetFormat
) -> HttpResponseBase | None:
    """Send the rows of a list by the report of their model, as the page of it would.

    The report's own scope is asked again, whatever rows the list hands over.
    """
    report = catalogue.report_of(page.model)
    user: Any = request.user
    if report is None or not report.may_run(user):
        messages.error(request, _("There is no report of this list."))
        return None
    said, filters = how_chosen(page, request)
    selection = Selection(
        report,
        user,
        rows=report.visible_to(user).filter(pk__in=queryset.order_by().values("pk")),
        said=said,
        filters=filters,
        place=only_province(user),
    )
    try:
        return answer(selection, form)
    except TooManyRows:
        messages.error(request, TOO_MANY_ROWS)
        return None


def how_chosen(
    page: admin.ModelAdmin, request: HttpRequest
) -> tuple[list[Line], dict[str, Any]]:
    """Return how the rows were chosen: by hand, or all that the list shows."""
    across = request.POST.get("select_across") == "1"
    filters = {name: request.GET.getlist(name) for name in request.GET}
    if not across:
        chosen = len(request.POST.getlist(ACTION_CHECKBOX_NAME))
        return [(_("How chosen"), _("One by one in the list"))], {"chosen": chosen}
    listing = page.get_changelist_instance(request)
    said: list[Line] = [(_("How chosen"), _("All rows of the list"))]
    if listing.query:
        said.append((_("Search words"), listing.query))
    for each in listing.filter_specs:
        # The first choice of a filter leaves it open.
        _open, *choices = each.choices(listing)
        said += [
            (each.title or "", str(choice["display"]))
            for choice in choices
            if choice["selected"]
        ]
    return said, filters


#: What the whole admin gets; it offers each only on the lists of these models.
ACTIONS = (export_xlsx, export_csv)
for _action in ACTIONS:
    vars(_action)["allowed_models"] = frozenset(each.model for each in record_reports())
