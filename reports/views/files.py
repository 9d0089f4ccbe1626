"""Large files: how far they are, the file itself, and once more."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_POST, require_safe

from registry import jobs
from registry.access import HOUSE, SignedInRequest, open_to
from registry.enums import RunStatus, SheetFormat
from registry.following import follow, is_going_on
from registry.models import ExportRun, User
from registry.storages import private_storage
from reports.actions.exports import may_fetch
from reports.base import Report
from reports.files import named
from reports.views.showing import find, report_address

#: Orders that are listed on the page of the catalogue.
RECENT = timedelta(days=7)


class RecentFile(NamedTuple):
    """An order on the page of the catalogue."""

    run: ExportRun
    title: str | Promise
    #: "making", "ready", "failed" or "gone".
    state: str


def own_runs(user: User) -> Any:
    """Return the files a worker made, or makes, for ``user``."""
    return ExportRun.objects.filter(by=user).exclude(work="")


def state_of(run: ExportRun, user: User) -> str:
    """Return in a word what may be done with an order."""
    if run.status in {RunStatus.WAITING, RunStatus.RUNNING}:
        return "making"
    if run.status == RunStatus.FAILED:
        return "failed"
    return "ready" if may_fetch(run, user) else "gone"


def is_late(run: ExportRun) -> bool:
    """Tell whether a worker should have begun by now."""
    waits = run.status == RunStatus.WAITING
    return waits and run.started_at < timezone.now() - jobs.STALE


def recent_files(user: User, titles: Mapping[str, str | Promise]) -> list[RecentFile]:
    """Return the orders of the last days, the latest first. One query."""
    rows = own_runs(user).filter(
        started_at__gt=timezone.now() - RECENT, report__in=titles
    )
    return [
        RecentFile(run, titles[run.report], state_of(run, user))
        for run in rows.order_by("-started_at", "-pk")[:50]
    ]


def find_run(pk: int, user: User) -> tuple[ExportRun, Report]:
    """Return an order of the person's own, with its report.

    :raises Http404: if it is somebody else's, or its report is closed to ``user``.
    """
    run = get_object_or_404(own_runs(user), pk=pk)
    return run, find(run.report, user)


@open_to(*HOUSE)
@require_safe
def file_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how far a file is, or hand it over."""
    run, report = find_run(pk, request.user)
    # One whose worker died is put before the workers again.
    is_going_on(run)
    state = state_of(run, request.user)
    query = QueryDict(run.query)
    form = report.form(query, user=request.user)
    return render(
        request,
        "reports/file.html",
        {
            "run": run,
            "report": report,
            "state": state,
            "is_late": is_late(run),
            "format": SheetFormat(run.format),
            "said": form.said() if form.is_valid() else [],
            "back": f"{report_address(report)}?{run.query}".rstrip("?"),
        },
    )


@open_to(*HOUSE)
@require_safe
def file_progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say how far a file is, to the page that shows it."""
    run, _report = find_run(pk, request.user)
    return follow(request, run)


@open_to(*HOUSE)
@require_safe
def file_download(request: SignedInRequest, pk: int) -> FileResponse:
    """Send a file, if its person may still read what is in it."""
    run, _report = find_run(pk, request.user)
    if not may_fetch(run, request.user):
        raise Http404
    try:
        opened = private_storage().open(run.file)
    except FileNotFoundError as gone:
        raise Http404 from gone
    response = FileResponse(opened)
    named(response, run.file_name, SheetFormat(run.format))
    return response


@open_to(*HOUSE)
@require_POST
def file_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have a file made anew that failed or is gone."""
    run, report = find_run(pk, request.user)
    query = QueryDict(run.query, mutable=True)
    query["format"] = run.format
    return redirect(f"{report_address(report)}?{query.urlencode()}")
