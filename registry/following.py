"""Pages that follow a long piece of work while it goes on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry import jobs
from registry.enums import RunStatus
from registry.models.runs import Run
from registry.templatetags.work import told

OPEN = frozenset({RunStatus.WAITING, RunStatus.RUNNING})


def is_going_on(run: Run) -> bool:
    """Tell whether a worker is at it or soon will be.

    One whose worker died is put before the workers again.
    """
    if jobs.is_stale(run):
        jobs.revive(run)
    return run.status in OPEN


def follow(request: HttpRequest, run: Run) -> HttpResponse:
    """Answer a page that asks how far its run is; have it open anew at the end."""
    if not is_going_on(run):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "components/work_progress.html#bar", told(run))
