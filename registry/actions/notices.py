"""One mail to whoever submitted something, when somebody else decides on it.

The mails of an act are written when it ends, inside its transaction: of a
thousand records published at once each submitter hears in one mail.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import NoReverseMatch
from django.utils.functional import Promise
from django.utils.translation import override, pgettext_lazy

from registry import acts
from registry.desks import desk_of
from registry.enums import ProposalState, RecordStatus
from registry.letters import address_of, write_to
from registry.models import Proposal, Record, User

#: Decisions a mail lists; it counts the rest.
LISTED = 50
#: What is read of a note; the page shows all of it.
NOTE = 1_000
DECISIONS: dict[str, str | Promise] = {
    RecordStatus.PUBLISHED: pgettext_lazy("decision", "published"),
    RecordStatus.RETURNED: pgettext_lazy("decision", "returned for mending"),
    RecordStatus.WITHDRAWN: pgettext_lazy("decision", "withdrawn"),
}
ON_PROPOSALS: dict[str, str | Promise] = {
    ProposalState.ACCEPTED: pgettext_lazy("decision", "the change was accepted"),
    ProposalState.RETURNED: pgettext_lazy(
        "decision", "the change was returned for mending"
    ),
    ProposalState.DROPPED: pgettext_lazy("decision", "the change was dropped"),
}


_unsaid: ContextVar[bool] = ContextVar("unsaid", default=False)


@contextmanager
def unsaid() -> Iterator[None]:
    """Decide without a mail: for a demonstration, whose people read none."""
    token = _unsaid.set(True)
    try:
        yield
    finally:
        _unsaid.reset(token)


@dataclass(frozen=True)
class Decision:
    """What was decided on a record, or on a change to it, that somebody submitted."""

    submitter: int
    record: Record
    outcome: str | Promise
    note: str

    @property
    def name(self) -> str:
        """Return code and name in the language of the moment."""
        return " ".join(filter(None, [self.record.code, str(self.record)]))


@dataclass(frozen=True)
class Line:
    """A decision as its reader finds it in the mail."""

    name: str
    outcome: str
    note: str
    url: str


def decided(record: Record, *, by: User | None, submitter: int | None) -> None:
    """Remember a step of the workflow for ``submitter``, until the act ends.

    Nobody is told of their own decision, nor of the register's own work.
    """
    outcome = DECISIONS.get(record.status)
    if outcome is not None:
        _remember(record, outcome, record.note, by=by, submitter=submitter)


def proposal_decided(proposal: Proposal, record: Record, *, by: User) -> None:
    """Remember what became of a proposal for who submitted it."""
    outcome = ON_PROPOSALS[proposal.state]
    submitter = proposal.submitted_by_id
    # What was given up was not decided with a note: an earlier one is not its reason.
    note = "" if proposal.state == ProposalState.DROPPED else proposal.note
    _remember(record, outcome, note, by=by, submitter=submitter)


def _remember(
    record: Record,
    outcome: str | Promise,
    note: str,
    *,
    by: User | None,
    submitter: int | None,
) -> None:
    if by is None or submitter is None or submitter == by.pk or _unsaid.get():
        return
    acts.gather(_write, Decision(submitter, record, outcome, note))


def _write(decisions: Sequence[Decision]) -> None:
    """Write one mail to each submitter. One query, and one a mail."""
    of: dict[int, list[Decision]] = {}
    for each in decisions:
        of.setdefault(each.submitter, []).append(each)
    readers = User.objects.filter(pk__in=of, is_active=True, wants_decisions=True)
    for reader in readers.order_by("pk"):
        found = of[reader.pk]
        write_to(
            reader,
            "mails/decision.txt",
            code=found[0].record.code if len(found) == 1 else "",
            count=len(found),
            lines=list(_lines(found[:LISTED], reader)),
            more=max(0, len(found) - LISTED),
            stop_url=address_of("account_mail", language=reader.language),
        )


def _lines(decisions: Iterable[Decision], reader: User) -> Iterable[Line]:
    for each in decisions:
        with override(reader.language):
            name, outcome = each.name, str(each.outcome)
        yield Line(name, outcome, each.note[:NOTE], page_of(each.record, reader))


def page_of(record: models.Model, reader: User) -> str:
    """Return the address of a record's page in the workspace; empty if it has none."""
    model: Any = type(record)
    desk = desk_of(model)
    if desk is None:
        return ""
    try:
        return address_of(
            "workspace:edit", desk.slug, record.pk, language=reader.language
        )
    except NoReverseMatch:
        return ""
