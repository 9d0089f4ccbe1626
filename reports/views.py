"""The catalogue of reports, and each report: filters, preview, file."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from registry.access import HOUSE, SignedInRequest, open_to
from registry.sheets.writing import TooManyRows
from reports import catalogue
from reports.base import RecordReport, Report
from reports.exports import FORMATS, TOO_MANY_ROWS, Selection, answer
from reports.figures import preview
from reports.filters import ScopeForm


@open_to(*HOUSE)
@require_safe
def report_list(request: SignedInRequest) -> HttpResponse:
    """List the reports the person may run."""
    reports = catalogue.reports_for(request.user)
    return render(request, "reports/report_list.html", {"reports": reports})


@open_to(*HOUSE)
@require_safe
def report_detail(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Show a report's filters and first rows, or send its file (``?format=``).

    A filter that means nothing gives a sentence and no rows: a file of other rows
    than were asked for would be worse than none.
    """
    user = request.user
    report = catalogue.find(slug, user)
    if not isinstance(report, RecordReport):
        raise Http404
    form = report.form(request.GET, user=user)
    wanted = request.GET.get("format", "")
    if wanted and wanted not in FORMATS:
        form.add_error(None, _("There is no file of this kind; take XLSX or CSV."))
    if not form.is_valid():
        return page(request, report, form, None)
    selection = Selection(
        report,
        user,
        rows=form.keep(report.visible_to(user)),
        said=form.said(),
        filters=form.logged(),
        place=form.place,
    )
    if wanted:
        try:
            return answer(selection, FORMATS[wanted])
        except TooManyRows:
            form.add_error(None, TOO_MANY_ROWS)
    return page(request, report, form, selection)


def page(
    request: SignedInRequest,
    report: Report,
    form: ScopeForm,
    selection: Selection | None,
) -> HttpResponse:
    """Show filters, and what they found if they were understood."""
    found = selection and preview(selection.report, selection.user, selection.rows)
    return render(
        request,
        "reports/report_detail.html",
        {
            "report": report,
            "form": form,
            "found": found,
            "chips": [(f"{label}: {said}", url) for label, said, url in form.chips()]
            if found
            else [],
            "downloads": [
                (kind.label, form.address(format=name))
                for name, kind in FORMATS.items()
            ],
        },
    )
