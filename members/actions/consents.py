"""Consent to be shown: given, taken back, for each contact and each name by itself.

Taking back acts at once, on published records too. Giving makes something public, so
it follows the rules of any edit: of a published record it is a proposal.
"""

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members import rules
from members.models import Contact, Member, Post
from registry import acts
from registry import rules as registry_rules
from registry.actions import proposals, records
from registry.changes import Changes, ChildChanges
from registry.enums import RecordStatus
from registry.errors import NotAllowed, NotVisible, RecordError
from registry.followers import Happening, tell
from registry.models import User


class NoConsent(RecordError):
    """There is nothing to take back."""

    message = _("No consent is recorded for this.")


class NotPersonal(RecordError):
    """What reaches no single person needs no consent."""

    message = _("This is not personal data; it needs no consent.")


class BeforeGiven(RecordError):
    """Nobody takes back what was not given yet."""

    message = _("Consent cannot be withdrawn before it was given.")


class InTheFuture(RecordError):
    """A consent is recorded after it was given, never before."""

    message = _("The day lies in the future.")


class ProposalOpen(RecordError):
    """The change would be a proposal, and another one waits."""

    message = _(
        "Another change to this record is waiting. Add the consent to it, or record it "
        "once that change is decided."
    )


@transaction.atomic
def withdraw_consent(
    contact: Contact, *, by: User | None, on: datetime.date
) -> Contact:
    """Take consent for a contact back: from this commit on no page shows it.

    Taking back again changes nothing.

    :raises NotVisible: if the contact is gone, or its member not the person's.
    :raises NotAllowed: if the person has nothing to do with the member.
    :raises NoConsent: if none was given.
    """
    member = _locked(contact.member, by)
    fresh = member.contacts.select_for_update().filter(pk=contact.pk).first()
    if fresh is None:
        raise NotVisible
    if fresh.consented_on is None:
        raise NoConsent
    if fresh.consent_withdrawn_on is not None:
        return fresh
    if on < fresh.consented_on:
        raise BeforeGiven
    with acts.act(by=by, reason=_now("Consent was withdrawn")):
        fresh.consent_withdrawn_on = on
        fresh.save()
        _touch(member, by, "contacts")
    return fresh


@transaction.atomic
def withdraw_name(post: Post, *, by: User | None) -> Post:
    """Take consent to be named in a committee back; the post itself stays.

    :raises NoConsent: if none was given.
    """
    if post.member is None:
        raise NotVisible
    _locked(post.member, by)
    cluster = type(post.cluster).objects.select_for_update().get(pk=post.cluster_id)
    fresh = Post.objects.select_for_update().filter(pk=post.pk).first()
    if fresh is None:
        raise NotVisible
    if fresh.consented_on is None:
        raise NoConsent
    with acts.act(by=by, reason=_now("Consent was withdrawn")):
        fresh.consented_on = None
        fresh.save()
        _touch(cluster, by, "posts")
    return fresh


def give_consent(
    contact: Contact, *, by: User, on: datetime.date, today: datetime.date, wording: str
) -> bool:
    """Record that the person agreed on a day; tell whether it holds already.

    It does not where the record is published and ``by`` no reviewer: then it waits
    for one, as a proposal.

    :raises NotPersonal: if the contact needs no consent.
    :raises ProposalOpen: if another proposal for the member is open.
    """
    if not contact.is_personal:
        raise NotPersonal
    if on > today:
        raise InTheFuture
    values: dict[str, Any] = {
        "consented_on": on,
        "consent_wording": wording,
        "consent_by": by,
        "consent_withdrawn_on": None,
    }
    changed = ChildChanges(changed={contact.pk: values})
    return _enter(contact.member, Changes(children={"contacts": changed}), by)


@transaction.atomic
def give_name(post: Post, *, by: User, on: datetime.date, today: datetime.date) -> None:
    """Record that the person agreed to be named. For reviewers of the province."""
    if on > today:
        raise InTheFuture
    changed = ChildChanges(changed={post.pk: {"consented_on": on}})
    records.edit(
        post.cluster,
        Changes(children={"posts": changed}),
        by=by,
        reason=_now("Consent was given"),
    )


@transaction.atomic
def _enter(member: Member, changes: Changes, by: User) -> bool:
    reason = _now("Consent was given")
    if registry_rules.may_edit(by, member):
        records.edit(member, changes, by=by, reason=reason)
        return True
    if not registry_rules.may_propose(by, member):
        raise NotAllowed
    if proposals.open_proposal(member, of=by) is not None:
        raise ProposalOpen
    proposals.propose(member, changes, by=by, reason=reason, submit=True)
    return False


def _locked(member: Member, by: User | None) -> Member:
    fresh = records.lock(member, by=by)
    if by is not None and not rules.may_withdraw_consent(by, fresh):
        raise NotAllowed
    return fresh


def _touch(row: Any, by: User | None, children: str) -> None:
    """Count what belongs to ``row`` to its version, and tell who follows it."""
    row.version += 1
    row.updated_by = by
    row.settle()
    row.save()
    status = getattr(row, "status", None)
    before = RecordStatus(status) if status else None
    tell(Happening(row, before=before, children=frozenset({children})))
