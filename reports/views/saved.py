"""Saved reports: kept, opened by their address, sent each month."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from registry.access import HOUSE, SignedInRequest, open_to
from registry.enums import SheetFormat
from registry.errors import RecordError
from registry.models import User
from reports.actions.saved import delete_saved, save_report, subscribe, unsubscribe
from reports.base import Report
from reports.exports import query_of
from reports.forms import MonthlyForm, SaveForm
from reports.models import ReportSubscription, SavedReport
from reports.views.showing import chosen, find, report_address, show

PAGE = ["GET", "HEAD", "POST"]


@open_to(*HOUSE)
@require_POST
def save(request: SignedInRequest, slug: str) -> HttpResponse:
    """Keep a report with its filters; what is refused comes back as it was typed."""
    report = find(slug, request.user)
    given = SaveForm(request.POST, label_suffix="")
    asked = QueryDict(request.POST.get("query", "")[:4_000])
    form = report.form(asked, user=request.user)
    selection = chosen(report, form, asked, request.user)
    if given.is_valid() and selection is not None:
        try:
            saved = save_report(
                report.slug,
                query_of(form, asked),
                given.cleaned_data["title"],
                by=request.user,
            )
        except RecordError as refusal:
            given.add_error(None, str(refusal))
        else:
            messages.success(request, _("The report is saved."))
            return redirect("reports:saved", saved.token)
    return show(request, report, form, selection, asked=asked, save_form=given)


def find_saved(token: uuid.UUID, user: User) -> tuple[SavedReport, Report]:
    """Return a saved report, of whomever, with its report.

    :raises Http404: if there is none, or ``user`` may not run it.
    """
    rows = SavedReport.objects.select_related("by")
    saved: SavedReport = get_object_or_404(rows, token=token)
    return saved, find(saved.report, user)


@open_to(*HOUSE)
@require_safe
def saved_page(request: SignedInRequest, token: uuid.UUID) -> HttpResponse:
    """Open a saved report with the rows its reader may see."""
    saved, report = find_saved(token, request.user)
    return show_saved(request, saved, report)


def show_saved(
    request: SignedInRequest,
    saved: SavedReport,
    report: Report,
    monthly_form: MonthlyForm | None = None,
) -> HttpResponse:
    """Show a saved report: what it finds, and whether it comes each month."""
    user = request.user
    asked = QueryDict(saved.query)
    form = report.form(asked, user=user)
    monthly = ReportSubscription.objects.filter(saved=saved, user=user).first()
    return show(
        request,
        report,
        form,
        chosen(report, form, asked, user),
        template="reports/saved.html",
        asked=asked,
        saved=saved,
        monthly=monthly,
        monthly_form=monthly_form
        or MonthlyForm(
            report=report, initial={"format": monthly.format if monthly else ""}
        ),
        change_url=report_address(report) + (f"?{saved.query}" if saved.query else ""),
        is_own=saved.by_id == user.pk,
    )


@open_to(*HOUSE)
@require_POST
def monthly(request: SignedInRequest, token: uuid.UUID) -> HttpResponse:
    """Have a saved report sent each month, from the next one on."""
    saved, report = find_saved(token, request.user)
    form = MonthlyForm(request.POST, report=report)
    if not form.is_valid():
        return show_saved(request, saved, report, form)
    subscribe(saved, SheetFormat(form.cleaned_data["format"]), by=request.user)
    messages.success(
        request, _("You will get a mail about this report at the start of each month.")
    )
    return redirect("reports:saved", saved.token)


@open_to(*HOUSE)
@require_http_methods(PAGE)
def stop(request: SignedInRequest, token: uuid.UUID) -> HttpResponse:
    """Ask, then send a report no more; also to who may not run it any more."""
    rows = ReportSubscription.objects.select_related("saved")
    found = rows.filter(saved__token=token, user=request.user).first()
    if found is None:
        messages.info(request, _("You get no monthly mail about this report."))
        return redirect("reports:list")
    if request.method == "POST":
        unsubscribe(found.saved, by=request.user)
        messages.success(request, _("You get no more monthly mails about this report."))
        return redirect("reports:list")
    return render(request, "reports/stop.html", {"saved": found.saved})


@open_to(*HOUSE)
@require_http_methods(PAGE)
def delete(request: SignedInRequest, token: uuid.UUID) -> HttpResponse:
    """Ask, then let go of a saved report of one's own."""
    saved = SavedReport.objects.filter(token=token, by=request.user).first()
    if saved is None:
        raise Http404
    if request.method == "POST":
        delete_saved(saved, by=request.user)
        messages.success(request, _("The saved report is deleted."))
        return redirect("reports:list")
    others = saved.subscriptions.exclude(user=request.user).count()
    return render(
        request, "reports/saved_delete.html", {"saved": saved, "others": others}
    )
