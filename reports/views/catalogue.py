"""The catalogue of reports, and each report: filters, preview, file."""

from itertools import groupby

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from registry.access import HOUSE, SignedInRequest, open_to
from registry.enums import SheetFormat
from registry.errors import RecordError
from registry.sheets.writing import TooManyRows
from reports import catalogue
from reports.actions.exports import order_export
from reports.exports import TOO_MANY_ROWS, Selection, query_of
from reports.files import answer, is_large
from reports.models import SavedReport
from reports.views.files import recent_files
from reports.views.showing import chosen, find, show


@open_to(*HOUSE)
@require_safe
def report_list(request: SignedInRequest) -> HttpResponse:
    """List the reports the person may run, the own saved ones, and files made."""
    reports = catalogue.reports_for(request.user)
    titles = {each.slug: each.title for each in reports}
    saved = SavedReport.objects.filter(by=request.user, report__in=titles)
    return render(
        request,
        "reports/report_list.html",
        {
            "groups": [
                (group, list(each))
                for group, each in groupby(reports, lambda report: report.group)
            ],
            "saved": [
                (each, titles[each.report]) for each in saved.order_by("title", "pk")
            ],
            "files": recent_files(request.user, titles),
        },
    )


@open_to(*HOUSE)
@require_safe
def report_detail(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Show a report's filters and what they find, or send its file (``?format=``).

    A filter that means nothing gives a sentence and no rows: a file of other rows
    than were asked for would be worse than none. A large file is written by a worker.
    """
    report = find(slug, request.user)
    form = report.form(request.GET, user=request.user)
    wanted = request.GET.get("format", "")
    if wanted and wanted not in report.formats:
        kinds = ", ".join(str(SheetFormat(each).label) for each in report.formats)
        form.add_error(
            None,
            _("There is no file of this kind. Choose one of these: %(kinds)s.")
            % {"kinds": kinds},
        )
    selection = chosen(report, form, request.GET, request.user)
    if selection is not None and wanted:
        try:
            return send(request, selection, SheetFormat(wanted))
        except TooManyRows:
            form.add_error(None, TOO_MANY_ROWS)
        except RecordError as refusal:
            form.add_error(None, str(refusal))
    return show(request, report, form, selection)


def send(
    request: SignedInRequest, selection: Selection, form: SheetFormat
) -> HttpResponseBase:
    """Send a file at once, or have it made and show how far it is."""
    if not is_large(selection, form):
        return answer(selection, form)
    run = order_export(
        selection.report.slug,
        form,
        query_of(selection.form, request.GET) if selection.form else "",
        selection.filters,
        by=request.user,
        language=selection.language,
    )
    return redirect("reports:file", run.pk)
