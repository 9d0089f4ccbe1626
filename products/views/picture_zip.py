"""Pages on which a ZIP of pictures comes in: sent, previewed, confirmed, undone."""

from dataclasses import dataclass
from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from products.actions import picture_zip as actions
from products.picture_zip.gate import ZipRefused
from registry.access import SignedInRequest, open_to
from registry.actions.imports.steps import FAILED_BACK
from registry.enums import ImportStep, Role, RowFate, RunStatus
from registry.errors import NotVisible, RecordError
from registry.following import follow, is_going_on
from registry.importing.kinds import other_at
from registry.models import ImportRun, User
from registry.refusals import REFUSALS, as_refusal

SENDERS = (Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR)
PER_PAGE = 50
#: How a ZIP comes in, as it is drawn.
STEPS = (_("Choose the file"), _("Look at what would change"), _("Confirm"))
STEP_OF = {ImportStep.CHECKING: 2, ImportStep.CHECKED: 2, ImportStep.WRITING: 3}
WORKING = frozenset({ImportStep.CHECKING, ImportStep.WRITING, ImportStep.UNDOING})
FATES = (RowFate.BAD, RowFate.NEW, RowFate.SAME)


class ZipForm(forms.Form):
    """The file; whether it is a good one, the gate says."""

    file = forms.FileField(
        label=_("ZIP file"),
        help_text=_(
            "A ZIP of up to 200 MB and 1,000 pictures (JPEG, PNG, WebP, AVIF). Each "
            "file name begins with the code of its product: 42-P-00128_1.jpg. Folders "
            "do not matter."
        ),
        allow_empty_file=True,
        error_messages={"required": _("Please choose a file.")},
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )


@dataclass(frozen=True)
class Shown:
    """A run, as the head of its page says it."""

    run: ImportRun
    user: User

    @property
    def title(self) -> str:
        """Return what it brings in."""
        return _title()

    @property
    def stage(self) -> ImportStep:
        """Return where it stands: work that failed did nothing."""
        if self.run.status == RunStatus.FAILED:
            return FAILED_BACK.get(self.run.stage, self.run.stage)
        return self.run.stage

    @property
    def is_own(self) -> bool:
        """Tell whether the person sent it, and so goes on with it."""
        return self.run.by_id == self.user.pk

    @property
    def steps(self) -> list[str]:
        """Return the steps, as they are drawn."""
        return [str(each) for each in STEPS]

    @property
    def current(self) -> int:
        """Return at which of them it is; 0 if it has left them."""
        return STEP_OF.get(self.stage, 0)


def _title() -> str:
    way = other_at(actions.LAYOUT)
    return str(way.title) if way is not None else ""


@open_to(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Ask for a ZIP, and begin its import."""
    is_answer = request.method == "POST"
    form = ZipForm(
        request.POST if is_answer else None, request.FILES if is_answer else None
    )
    if is_answer and form.is_valid():
        run = _begin(request, form)
        if run is not None:
            return redirect("picture_zip:run", run.pk)
    steps = [str(each) for each in STEPS]
    way = other_at(actions.LAYOUT)
    return render(
        request, "picture_zip/upload.html", {"form": form, "steps": steps, "way": way}
    )


def _begin(request: SignedInRequest, form: ZipForm) -> ImportRun | None:
    """Begin the import of the file; None if it is refused, which the form says."""
    if not ratelimit.consume(request, action="upload", user=request.user):
        said = _now("Those were many files in an hour. Please go on a little later.")
        form.add_error("file", said)
        return None
    file: Any = form.cleaned_data["file"]
    try:
        return actions.begin(file, name=file.name or "", by=request.user)
    except (ZipRefused, RecordError) as refusal:
        form.add_error("file", str(refusal))
    return None


def _find(pk: int, user: User) -> ImportRun:
    runs = ImportRun.objects.visible_to(user).select_related("by")
    found = runs.filter(pk=pk, layout=actions.LAYOUT).first()
    if found is None:
        raise Http404
    return found


@open_to(*SENDERS)
@require_safe
def run(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a run: how far it is, its preview, or what came of it."""
    found = _find(pk, request.user)
    shown = Shown(found, request.user)
    told: dict[str, Any] = {"run": found, "shown": shown}
    if shown.stage in WORKING:
        template = "working" if is_going_on(found) else "stopped"
        return render(request, f"picture_zip/{template}.html", told)
    counts = found.counts
    offered = [fate for fate in FATES if counts.get(fate.value)]
    asked = request.GET.get("fate", "")
    fate = RowFate(asked) if asked in offered else next(iter(offered), RowFate.NEW)
    rows = found.rows.filter(fate=fate).order_by("number")
    pages = Paginator(rows, PER_PAGE)
    pages.count = counts.get(fate.value, 0)
    told |= {
        "fate": fate,
        "fates": [(each, counts[each.value]) for each in offered],
        "page": pages.get_page(request.GET.get("page")),
        "is_checked": shown.stage == ImportStep.CHECKED,
        "may_undo": shown.stage == ImportStep.WRITTEN and shown.is_own,
    }
    return render(request, "picture_zip/run.html", told)


@open_to(*SENDERS)
@require_safe
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say how far the work of a run is, to its page."""
    return follow(request, _find(pk, request.user))


@open_to(*SENDERS)
@require_POST
def step(request: SignedInRequest, pk: int, to: str) -> HttpResponse:
    """Confirm, give up or undo."""
    found = _find(pk, request.user)
    try:
        if to == "confirm":
            actions.confirm(
                found,
                only_good=request.POST.get("rows") == "good",
                by=request.user,
                digest=request.POST.get("digest", ""),
            )
        elif to == "drop":
            actions.drop(found, by=request.user)
        elif to == "undo":
            actions.undo(found, by=request.user)
        else:
            raise Http404
    except NotVisible as gone:
        raise Http404 from gone
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        messages.error(request, str(refusal))
    return redirect("picture_zip:run", pk)
