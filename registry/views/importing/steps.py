"""Steps of a run: its columns, what is decided, writing, giving up, undoing."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from registry.access import SignedInRequest, open_to
from registry.actions import imports
from registry.enums import ImportStep, RowChoice
from registry.errors import NotVisible
from registry.models import ImportRow, ImportRun, User
from registry.refusals import REFUSALS, as_refusal
from registry.views.importing.finding import SENDERS, find_run, is_of, step_of
from registry.views.importing.mapping import columns_form, columns_page
from registry.views.importing.runs import show_decisions
from registry.views.importing.showing import Shown
from registry.views.importing.twins import value_of

#: "row-17" names the question what row 17 is; "update:12" answers it.
QUESTION = re.compile("row-([0-9]{1,7})", re.ASCII)
ANSWER = re.compile("(same|update|different)(?::([0-9]{1,18}))?", re.ASCII)
#: Steps in which the columns may be named anew.
NAMEABLE = frozenset({ImportStep.MAPPING, ImportStep.CHECKED})


def find_own(pk: int, user: User) -> ImportRun:
    """Return a run that the person began: others only read it.

    :raises Http404: if it is none of theirs.
    """
    run = find_run(pk, user)
    if not is_of(run, user):
        raise Http404
    return run


def page_of(run: ImportRun, query: str = "") -> HttpResponseRedirect:
    """Lead to the page of a run."""
    return HttpResponseRedirect(reverse("importing:run", args=[run.pk]) + query)


def attempt(deed: Callable[[], Any]) -> str:
    """Do ``deed``; return what is to be said if it is refused, else nothing."""
    try:
        with transaction.atomic():
            deed()
    except NotVisible as gone:
        raise Http404 from gone
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        return str(refusal)
    return ""


def take(
    request: HttpRequest,
    run: ImportRun,
    deed: Callable[[], Any],
    *,
    done: str = "",
    query: str = "",
) -> HttpResponse:
    """Do ``deed``, tell what came of it, and lead back to the run."""
    if refused := attempt(deed):
        messages.error(request, refused)
    elif done:
        messages.success(request, done)
    return page_of(run, query)


# --- Before it is written ---------------------------------------------------------


@open_to(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask which column is what, and have the rows checked by it."""
    run = find_own(pk, request.user)
    if step_of(run) not in NAMEABLE:
        messages.error(request, _("The columns of this file cannot be changed now."))
        return page_of(run)
    data = request.POST if request.method == "POST" else None
    form, top, chosen = columns_form(request, run, data)
    if data is not None and form.is_valid():
        name = partial(
            imports.name_columns,
            run,
            form.chosen(),
            by=request.user,
            heading_row=chosen.number,
            remember=form.cleaned_data["remember"],
        )
        refused = attempt(name)
        if not refused:
            return page_of(run)
        form.add_error(None, refused)
    return columns_page(request, run, form, top, chosen)


@open_to(*SENDERS)
@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Note what rows are that look like others, and check with that."""
    user = request.user
    run = find_own(pk, user)
    if request.POST.get("all") in RowChoice.values:
        choice = RowChoice(request.POST["all"])
        return take(request, run, lambda: _decide_all(run, choice, user))
    answers = _answers(run, request.POST)
    if not answers:
        messages.info(request, _("Nothing was decided anew."))
        return page_of(run, "?fate=twins")
    count = len(answers)
    said = ngettext(
        "%(count)d decision was kept.", "%(count)d decisions were kept.", count
    )
    if refused := attempt(partial(_decide, run, answers, user)):
        messages.error(request, refused)
        run.refresh_from_db()
        if step_of(run) == ImportStep.CHECKED:
            return show_decisions(request, run, request.POST)
    else:
        messages.success(request, said % {"count": count})
    return page_of(run)


def _decide_all(run: ImportRun, choice: RowChoice, user: User) -> None:
    imports.decide_all(run, choice, by=user)
    imports.check_again(run, by=user)


def _decide(
    run: ImportRun, answers: Mapping[int, tuple[RowChoice, int | None]], user: User
) -> None:
    for number, (choice, chosen) in answers.items():
        imports.decide(run, number, choice, chosen, by=user)
    imports.check_again(run, by=user)


def _answers(
    run: ImportRun, data: Mapping[str, str]
) -> dict[int, tuple[RowChoice, int | None]]:
    """Return what is said anew of each row that may be asked about."""
    said: dict[int, str] = {}
    for name in data:
        if question := QUESTION.fullmatch(name):
            said[int(question[1])] = data[name]
    found: dict[int, tuple[RowChoice, int | None]] = {}
    for row in run.rows.filter(number__in=said).exclude(twins=[]):
        answer = ANSWER.fullmatch(said[row.number])
        if answer is None or not _is_new(row, said[row.number]):
            continue
        chosen = int(answer[2]) if answer[2] else None
        if chosen is None or chosen in {twin.get("pk") for twin in row.twins}:
            found[row.number] = RowChoice(answer[1]), chosen
    return found


def _is_new(row: ImportRow, answer: str) -> bool:
    return answer != value_of(row.choice, row.chosen_id)


@open_to(*SENDERS)
@require_POST
def options(request: SignedInRequest, pk: int) -> HttpResponse:
    """Note whether empty cells erase, and check with that."""
    user = request.user
    run = find_own(pk, user)
    erases = bool(request.POST.get("erases"))

    def deed() -> None:
        imports.set_options(run, erases=erases, by=user)
        imports.check_again(run, by=user)

    return take(request, run, deed)


@open_to(*SENDERS)
@require_POST
def again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Check every row anew: the register may have changed meanwhile."""
    run = find_own(pk, request.user)
    return take(request, run, partial(imports.check_again, run, by=request.user))


@open_to(*SENDERS)
@require_POST
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have written what the preview showed: all of it, or the good rows."""
    run = find_own(pk, request.user)
    deed = partial(
        imports.confirm,
        run,
        only_good=request.POST.get("rows") == "good",
        by=request.user,
        digest=request.POST.get("digest", ""),
    )
    return take(request, run, deed)


@open_to(*SENDERS)
@require_POST
def drop(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give an import up before anything is written."""
    run = find_own(pk, request.user)
    said = _("The import of “%(file)s” was given up; nothing was written.")
    deed = partial(imports.drop, run, by=request.user)
    return take(request, run, deed, done=said % {"file": run.file_name})


# --- Afterwards -------------------------------------------------------------------


@open_to(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask once more, and take back what the import did."""
    run = find_own(pk, request.user)
    if request.method == "POST":
        return take(request, run, partial(imports.undo, run, by=request.user))
    if not step_of(run).may_become(ImportStep.UNDOING):
        messages.error(request, _("This import cannot be undone."))
        return page_of(run)
    context = {"run": run, "shown": Shown(run, request.user)}
    return render(request, "importing/undo.html", context)
