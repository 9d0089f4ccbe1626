"""What may be brought in, and the page on which a file is sent."""

from typing import Any

from allauth.core import ratelimit
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from registry.access import SignedInRequest, open_to
from registry.actions import imports
from registry.errors import RecordError
from registry.forms.importing import SheetForm
from registry.importing.kinds import (
    AnswerNeeded,
    ImportKind,
    kinds_for,
    others_for,
)
from registry.models import ImportRun
from registry.sheets.refusals import SheetRefused
from registry.views.importing.finding import SENDERS, find_kind
from registry.views.importing.showing import STEPS, Shown

PER_PAGE = 20


@open_to(*SENDERS)
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Show what may be brought in, how that goes, and the person's runs so far."""
    user = request.user
    runs = ImportRun.objects.visible_to(user).select_related("by")
    page = Paginator(runs.order_by("-started_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "importing/home.html",
        {
            "steps": [str(each) for each in STEPS],
            "kinds": [
                (kind, type(kind).existing is not ImportKind.existing)
                for kind in kinds_for(user)
            ],
            "others": others_for(user),
            "page": page,
            "runs": [Shown(run, user) for run in page.object_list],
        },
    )


@open_to(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest, kind: str) -> HttpResponse:
    """Ask for a file of one kind, and begin its import."""
    found = find_kind(kind, request.user)
    is_answer = request.method == "POST"
    form = SheetForm(
        request.POST if is_answer else None,
        request.FILES if is_answer else None,
        questions=found.questions(),
    )
    if is_answer and form.is_valid():
        run = _begin(request, found, form)
        if run is not None:
            return HttpResponseRedirect(reverse("importing:run", args=[run.pk]))
    return render(
        request,
        "importing/upload.html",
        {
            "kind": found,
            "form": form,
            "steps": [str(each) for each in STEPS],
            "needed": [each for each in found.columns(request.user) if each.is_needed],
        },
    )


def _begin(
    request: SignedInRequest, kind: ImportKind, form: SheetForm
) -> ImportRun | None:
    """Begin the import of the file; None if it is refused, which the form says."""
    if not ratelimit.consume(request, action="upload", user=request.user):
        said = _("Those were many files in an hour. Please go on a little later.")
        form.add_error("file", said)
        return None
    file: Any = form.cleaned_data["file"]
    try:
        return imports.begin(
            file,
            name=file.name or "",
            kind=kind,
            by=request.user,
            options=form.answers(),
        )
    except AnswerNeeded as refusal:
        form.add_error(refusal.question, str(refusal))
    except (SheetRefused, RecordError) as refusal:
        form.add_error("file", str(refusal))
    return None
