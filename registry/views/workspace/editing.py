"""The form of a record: it saves a draft, submits it, or proposes a change."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from registry import rules, workspace
from registry.access import SignedInRequest, open_to
from registry.actions import drafts, proposals, records
from registry.comparing import Comparison, compare
from registry.desks import Desk
from registry.enums import ProposalState, RecordStatus
from registry.errors import NotReady, NotVisible, RecordError, StaleVersion
from registry.forms.workspace import (
    Worksheet,
    asked_for,
    readable,
    typed_of,
    with_one_more,
)
from registry.models import FormDraft, FormKey, Proposal, User
from registry.refusals import REFUSALS, as_refusal
from registry.views.workspace.finding import (
    KEEPERS,
    WORKERS,
    desks_below,
    find_desk,
    find_record,
)
from registry.views.workspace.keeping import form_address

#: Digits of a version that no column could hold any more.
LONGEST_VERSION = 10


class NotNow(RecordError):
    """The record is not open for writing, whatever was typed."""

    def __init__(self, stage: str) -> None:
        super().__init__(
            _(
                "This is “%(stage)s” and cannot be changed now. What you typed stands "
                "below; nothing of it was saved."
            )
            % {"stage": stage}
        )


class NotValid(Exception):
    """What was typed is refused by its own forms; ``sheet`` says why."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        super().__init__()


class AlreadySent(Exception):
    """The form was sent before; ``pk`` is the row it made or changed then."""

    def __init__(self, pk: int) -> None:
        self.pk = pk
        super().__init__()


@dataclass
class Editing:
    """One person at the form of one record, or of a new one."""

    request: SignedInRequest
    desk: Desk
    record: Any = None

    @property
    def user(self) -> User:
        """Return who types."""
        return self.request.user

    @cached_property
    def way(self) -> workspace.Way:
        """Return how what is typed is kept: at once, as a proposal, or not now."""
        if self.record is None:
            return "edit"
        way = workspace.way_of(self.user, self.record)
        return "read" if way == "propose" and self.is_submitted else way

    @cached_property
    def proposal(self) -> Proposal | None:
        """Return the open change to the record."""
        if self.record is None or not self.record.is_published:
            return None
        return proposals.open_proposal(self.record, of=self.user)

    @property
    def is_submitted(self) -> bool:
        """Tell whether the open change lies with the reviewers."""
        return (
            self.proposal is not None and self.proposal.stage == ProposalState.SUBMITTED
        )

    @property
    def proposal_version(self) -> int:
        """Return the version of the open change; 0 where there is none."""
        return 0 if self.proposal is None else self.proposal.version

    @property
    def is_overtaken(self) -> bool:
        """Tell whether a colleague changed the change after the form was opened."""
        if self.request.method != "POST" or self.way != "propose":
            return False
        return version_seen(self.request.POST) not in {None, self.proposal_version}

    @cached_property
    def is_blocked(self) -> bool:
        """Tell whether a change of somebody else is open, which hides from them."""
        if self.way != "propose" or self.proposal is not None:
            return False
        label = self.desk.model._meta.label
        return (
            Proposal.objects.open()
            .filter(model=label, object_id=self.record.pk)
            .exists()
        )

    @property
    def is_proposal(self) -> bool:
        """Tell whether the form is that of a change, not of the record itself."""
        return self.way == "propose" or (self.way == "read" and self.is_submitted)

    @property
    def key(self) -> str:
        """Return the name under which the form is kept while it is filled in."""
        return f"{self.desk.slug}:{'new' if self.record is None else self.record.pk}"

    @property
    def address(self) -> str:
        """Return where the form is."""
        return form_address(self.desk, None if self.record is None else self.record.pk)

    @cached_property
    def unsent(self) -> FormDraft | None:
        """Return the form as it stood when the person left it, if it was not saved."""
        return next(iter(drafts.unsent(self.user, [self.key])), None)

    def sheet(self, data: Any = None, **told: Any) -> Worksheet:
        """Return the forms; with ``data`` and the files that came with it."""
        files = self.request.FILES if data is not None else None
        return Worksheet(
            self.desk,
            self.user,
            self.record,
            data=data,
            files=files,
            is_proposal=self.is_proposal,
            **told,
        )

    def quiet_sheet(self, data: Any, *, is_kept: bool = False) -> Worksheet:
        """Return the forms with what was typed, not judged."""
        sheet = self.sheet(data, refusal=RecordError(), is_kept=is_kept)
        sheet.quieten()
        return sheet


def version_seen(data: Any) -> int | None:
    """Return the version of the open change that a form was made from, if it says."""
    said = data.get("proposal_version", "")
    return int(said) if said.isdecimal() and len(said) < LONGEST_VERSION else None


# --- The two pages ----------------------------------------------------------------


@open_to(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, slug: str) -> HttpResponse:
    """Enter a record; ``?member=12`` chooses what it belongs to."""
    desk = find_desk(slug, request.user)
    return _answer(Editing(request, desk))


@open_to(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Go on with a draft, propose a change to what is published, or read."""
    desk = find_desk(slug, request.user)
    return _answer(Editing(request, desk, find_record(desk, pk, request.user)))


def _answer(editing: Editing) -> HttpResponse:
    # Read now: forms write what was typed into the row they are of.
    shown = _facts(editing)
    if editing.request.method == "POST":
        return _save(editing, shown)
    return _show(editing, _opened(editing), shown)


def _opened(editing: Editing) -> Worksheet:
    """Return the form as it is opened: unsent, proposed, or as the register has it."""
    if editing.unsent is not None and editing.way != "read":
        typed = readable(editing.unsent.body)
        if typed is not None:
            return editing.quiet_sheet(typed, is_kept=True)
    if editing.proposal is not None and editing.is_proposal:
        if editing.proposal.typed:
            typed = typed_of(editing.proposal, editing.user)
            return editing.quiet_sheet(typed, is_kept=True)
        sheet = editing.sheet()
        sheet.show_proposed(editing.proposal)
        return sheet
    initial = {}
    if editing.record is None:
        initial = asked_for(editing.desk, editing.user, editing.request.GET)
    return editing.sheet(initial=initial)


# --- Saving -----------------------------------------------------------------------


def _save(editing: Editing, shown: dict[str, Any]) -> HttpResponse:
    """Save what was typed; a refusal is said in the form, and nothing is lost."""
    request = editing.request
    press = request.POST.get("press", "")
    if press.startswith("add-"):
        part = press.removeprefix("add-")
        more = with_one_more(request.POST, editing.desk, editing.user, part)
        sheet = editing.quiet_sheet(more)
        return _show(editing, sheet, shown, is_typed=True)
    try:
        with transaction.atomic():
            return _write(editing, is_sent_for_review=press == "submit")
    except AlreadySent as sent:
        messages.info(request, _("This was saved already; it was not saved twice."))
        return HttpResponseRedirect(form_address(editing.desk, sent.pk))
    except NotVisible as gone:
        raise Http404 from gone
    except NotValid as invalid:
        sheet = invalid.sheet
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        sheet = editing.sheet(request.POST, refusal=refusal)
        sheet.is_valid()
    return _show(editing, sheet, shown, is_typed=True)


def _write(editing: Editing, *, is_sent_for_review: bool) -> HttpResponse:
    """Hand what was typed to one action, and lead on.

    :raises AlreadySent: if the form was sent before.
    :raises NotValid: if its forms refuse it.
    :raises RecordError: if the action refuses it.
    """
    request, user, record = editing.request, editing.user, editing.record
    _use_key(editing)
    if editing.way == "read":
        changed = editing.proposal if editing.is_submitted else None
        raise NotNow(str((changed or record).stage.label))
    if editing.is_overtaken:
        raise StaleVersion
    sheet = editing.sheet(request.POST, is_sent_for_review=is_sent_for_review)
    if not sheet.is_valid():
        raise NotValid(sheet)
    kept = _keep(editing, sheet, is_sent_for_review=is_sent_for_review)
    drafts.forget(by=user, key=editing.key)
    for said in sheet.warnings():
        messages.warning(request, said)
    address = form_address(editing.desk, kept.pk)
    if editing.way == "propose":
        messages.success(request, _said_of_proposal(kept, is_sent_for_review))
    elif not is_sent_for_review:
        messages.success(request, _("“%(name)s” was saved.") % {"name": kept})
    elif not _submit(editing, kept):
        address += "?submit=1"
    if record is not None and editing.way == "edit" and not is_sent_for_review:
        # A reviewer came from the page of review, and goes on there.
        address = asked_back(request) or address
    return HttpResponseRedirect(address)


def asked_back(request: SignedInRequest) -> str:
    """Return the page of this site to which the address asks to lead back, if any."""
    asked = request.GET.get("next", "")
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(asked, hosts, request.is_secure())
    return asked if is_ours else ""


def _use_key(editing: Editing) -> None:
    """Take the one-time key of the form; who sends it twice waits for the first.

    :raises AlreadySent: if it was used.
    """
    try:
        key = uuid.UUID(editing.request.POST.get("form_key", ""))
    except ValueError:
        # Without a key, or with a bent one: the form says what it thinks of it.
        return
    label = editing.desk.model._meta.label
    if editing.record is None:
        # The action takes the key of a create itself.
        used = FormKey.objects.filter(key=key, model=label).first()
    else:
        used = _taken(key, label, editing.record.pk)
    if used is None or used.object_id is None:
        return
    manager: Any = editing.desk.model._default_manager
    if manager.visible_to(editing.user).filter(pk=used.object_id).exists():
        raise AlreadySent(used.object_id)


def _taken(key: uuid.UUID, label: str, pk: int) -> FormKey | None:
    try:
        with transaction.atomic():
            FormKey.objects.create(key=key, model=label, object_id=pk)
    except IntegrityError:
        return FormKey.objects.filter(key=key, model=label).first()
    return None


def _keep(editing: Editing, sheet: Worksheet, *, is_sent_for_review: bool) -> Any:
    """Create, edit or propose; return the record."""
    form, user = sheet.form, editing.user
    if editing.record is None:
        row = sheet.new_row()
        made = records.create(
            row,
            by=user,
            children=sheet.new_children(),
            many=form.chosen_many(),
            form_key=form.cleaned_data.get("form_key"),
        )
        if made is not row:
            raise AlreadySent(made.pk)
        return made
    version = form.cleaned_data["version"]
    reason = form.cleaned_data.get("reason", "")
    if editing.way == "edit":
        changes = sheet.changes()
        return records.edit(
            editing.record, changes, by=user, version=version, reason=reason
        )
    proposals.propose(
        editing.record,
        sheet.changes(),
        by=user,
        version=version,
        proposal_version=version_seen(editing.request.POST),
        typed=sheet.body(),
        reason=reason,
        submit=is_sent_for_review,
    )
    return editing.record


def _said_of_proposal(record: Any, is_sent_for_review: bool) -> str:
    if is_sent_for_review:
        said = _("Your change to “%(name)s” was submitted for review.")
    else:
        said = _("Your change to “%(name)s” was saved; submit it when it is ready.")
    return said % {"name": record}


def _submit(editing: Editing, record: Any) -> bool:
    """Hand what was just saved to the reviewers; tell whether it went.

    The draft stays saved where it does not.
    """
    try:
        with transaction.atomic():
            records.submit(record, by=editing.user)
    except NotReady:
        said = _("“%(name)s” was saved, but not submitted: something is still missing.")
        messages.warning(editing.request, said % {"name": record})
        return False
    except RecordError as refusal:
        messages.warning(editing.request, str(refusal))
        return True
    said = _("“%(name)s” was submitted for review.") % {"name": record}
    messages.success(editing.request, said)
    return True


# --- Showing ----------------------------------------------------------------------


def _facts(editing: Editing) -> dict[str, Any]:
    """Return what the page says of the record as it stands in the register."""
    record, user = editing.record, editing.user
    if record is None:
        return {"key": editing.key, "name": ""}
    item = workspace.Item(editing.desk, record, user, editing.proposal)
    return {
        "key": editing.key,
        "item": item,
        "name": str(record),
        "completeness": item.completeness,
        "obstacles": record.obstacles() if item.may_submit else (),
        "remarks": editing.desk.remarks(record),
        "may_withdraw": not record.is_published
        and record.stage.may_become(RecordStatus.WITHDRAWN)
        and rules.allowed("withdraw", user, record),
        "may_read_history": user.role in KEEPERS,
        "may_enter": workspace.may_enter(user),
        "is_blocked": editing.is_blocked,
    }


def _show(
    editing: Editing,
    sheet: Worksheet,
    shown: dict[str, Any],
    *,
    is_typed: bool = False,
) -> HttpResponse:
    """Show the form; what was just typed is still unsaved."""
    restored = None if is_typed or editing.way == "read" else editing.unsent
    # Typed on an older change, it is saved on that one, or told that it is older.
    seen = version_seen(sheet.form.data) if is_typed or restored else None
    is_current = seen is None or editing.is_overtaken
    obstacles = shown.get("obstacles", ())
    return render(
        editing.request,
        "workspace/record_form.html",
        {
            **shown,
            "editing": editing,
            "desk": editing.desk,
            "record": editing.record,
            "proposal": editing.proposal,
            "sheet": sheet,
            "form": sheet.form,
            "restored": restored,
            "is_typed": is_typed,
            "proposal_version": editing.proposal_version if is_current else seen,
            "overtaking": _overtaking(editing),
            "asked_to_submit": "submit" in editing.request.GET,
            "missing": [(sheet.anchor_of(e.field), e.sentence) for e in obstacles],
            "below": [] if editing.record is None else desks_below(editing.desk),
            "doors": _doors(editing),
        },
    )


def _overtaking(editing: Editing) -> Comparison | None:
    """Return what a colleague proposes, for who typed on an older version of it."""
    if not editing.is_overtaken or editing.proposal is None:
        return None
    manager: Any = editing.desk.model._default_manager
    record = manager.get(pk=editing.record.pk)
    return compare(record, editing.proposal.data, editing.user)


def _doors(editing: Editing) -> list[tuple[str, str]]:
    """Return the pages about the record that the person may open: label, address."""
    record, user = editing.record, editing.request.user
    if record is None:
        return []
    return [
        (str(door.label), reverse(door.name, args=[record.pk]))
        for door in editing.desk.doors
        if rules.allowed(door.verb, user, record)
    ]
