"""What a page of the import is about: a kind of spreadsheet, or a run."""

from collections.abc import Mapping

from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst

from registry.access import STAFF
from registry.actions.imports.steps import FAILED_BACK
from registry.desks import desk_of
from registry.enums import ImportStep, Role, RunStatus
from registry.importing.kinds import ImportKind, SheetColumn, kind_at, other_at
from registry.importing.opening import FileGone
from registry.models import ImportRun, User
from registry.sheets.gate import COMMAND_LIMITS, Admitted, admit
from registry.storages import private_storage

#: Who sends spreadsheets; a kind may be open to fewer.
SENDERS = (Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR)


def find_kind(slug: str, user: User) -> ImportKind:
    """Return the kind at an address.

    :raises Http404: if there is none, or none for the person.
    """
    kind = kind_at(slug)
    if kind is None or not kind.may_use(user):
        raise Http404
    return kind


def find_run(pk: int, user: User) -> ImportRun:
    """Return a run with its person.

    :raises Http404: if it does not exist for ``user``.
    """
    runs = ImportRun.objects.visible_to(user).select_related("by")
    run = runs.filter(pk=pk).first()
    if run is None:
        raise Http404
    return run


def kind_of(run: ImportRun) -> ImportKind | None:
    """Return the kind of a run; None of what a command read by its own layout."""
    return kind_at(run.layout)


def title_of(run: ImportRun) -> str:
    """Return what a run brought in, in words."""
    kind = kind_of(run) or other_at(run.layout)
    return str(capfirst(str(kind.title))) if kind is not None else run.layout


def columns_of(run: ImportRun, user: User) -> Mapping[str, SheetColumn]:
    """Return the columns of the kind of a run by their keys."""
    kind = kind_of(run)
    return {} if kind is None else {each.key: each for each in kind.columns(user)}


def step_of(run: ImportRun) -> ImportStep:
    """Return where a run stands: work that failed changed nothing."""
    if run.status == RunStatus.FAILED:
        return FAILED_BACK.get(run.stage, run.stage)
    return run.stage


def is_of(run: ImportRun, user: User) -> bool:
    """Tell whether the person began the run, and so goes on with it."""
    return run.by_id == user.pk


def url_of(label: str, pk: int | None, user: User) -> str:
    """Return where the person works on a record: the admin, or the workspace."""
    if not label or pk is None:
        return ""
    if user.role in STAFF:
        name = f"admin:{label.lower().replace('.', '_')}_change"
        try:
            return reverse(name, args=[pk])
        except NoReverseMatch:
            pass
    desk = desk_of(label)
    return reverse("workspace:edit", args=[desk.slug, pk]) if desk else ""


def file_of(run: ImportRun) -> Admitted:
    """Return the file of a run as it was sent, through the gate once more.

    :raises FileGone: if it is no longer kept.
    """
    shelf = private_storage()
    if not run.file or not shelf.exists(run.file):
        raise FileGone
    with shelf.open(run.file) as file:
        # It was let in by what it was sent to: a page, or a command.
        return admit(file.read(), name=run.file_name, limits=COMMAND_LIMITS)
