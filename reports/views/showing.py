"""A report on a page: filters, what they find, and what may be done with it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry.enums import SheetFormat
from registry.models import User
from reports import catalogue
from reports.base import RecordReport, Report, TableReport
from reports.exports import Selection, query_of, selection_of
from reports.figures import preview, shown_table
from reports.filters import ScopeForm
from reports.forms import SaveForm


class Download(NamedTuple):
    """One file of a report, and the address that sends it."""

    label: str
    url: str


def find(slug: str, user: User) -> Report:
    """Return the report of an address.

    :raises Http404: if there is none for ``user``.
    """
    report = catalogue.find(slug, user)
    if report is None:
        raise Http404
    return report


def chosen(
    report: Report, form: ScopeForm, asked: QueryDict, user: User
) -> Selection | None:
    """Return what an address asks for; None if it means nothing."""
    if not form.is_valid():
        return None
    return selection_of(report, form, asked, user)


def show(
    request: HttpRequest,
    report: Report,
    form: ScopeForm,
    selection: Selection | None,
    *,
    template: str = "reports/report_detail.html",
    asked: QueryDict | None = None,
    **more: Any,
) -> HttpResponse:
    """Show filters, and what they found if they were understood."""
    asked = request.GET if asked is None else asked
    here = report_address(report)
    if selection is None and not asked:
        # A report that needs a choice asks for it, before it complains.
        form.errors.clear()
    context = {
        "report": report,
        "form": form,
        "here": here,
        "is_asked": bool(asked),
        "is_chosen": selection is not None,
        "found": None,
        **(found_of(selection, form, here) if selection else {}),
        "chips": [
            (f"{label}: {text}", here + url.removeprefix("."))
            for label, text, url in form.chips()
        ]
        if selection
        else [],
        "said": form.said() if selection else [],
        "downloads": downloads_of(report, form, here),
        "save_form": SaveForm(
            initial={"query": query_of(form, asked)}, label_suffix=""
        ),
        **more,
    }
    return render(request, template, context)


def report_address(report: Report) -> str:
    """Return the address of the page of a report."""
    return reverse("reports:detail", args=[report.slug])


def found_of(selection: Selection, form: ScopeForm, here: str) -> Mapping[str, Any]:
    """Return what a selection found: first rows, or tables of figures."""
    report = selection.report
    if isinstance(report, RecordReport):
        return {"found": preview(report, selection.user, selection.rows)}  # type: ignore[arg-type] # records have rows
    if isinstance(report, TableReport):
        return {
            "tables": [
                shown_table(each, csv_of(report, form, here, each.key))
                for each in selection.tables
            ]
        }
    return {}


def csv_of(report: Report, form: ScopeForm, here: str, table: str) -> str:
    """Return the address of the CSV of one table; empty if there is none."""
    if SheetFormat.CSV not in report.formats:
        return ""
    return here + form.address(format=SheetFormat.CSV.value, table=table)


def downloads_of(report: Report, form: ScopeForm, here: str) -> list[Download]:
    """Return the files that may be taken, the usual one first."""
    found = []
    for each in report.formats:
        label = str(SheetFormat(each).label)
        if each != SheetFormat.PDF or get_language() == "en":
            url = form.address(format=each.value)
            found.append(Download(label, here + url))
            continue
        for digits, said in (
            ("thai", _("PDF with Thai digits")),
            ("arabic", _("PDF with Arabic digits")),
        ):
            url = form.address(format=each.value, digits=digits)
            found.append(Download(said, here + url))
    return found
