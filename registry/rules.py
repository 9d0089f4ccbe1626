"""Who may do what to a row they can see.

Which rows a person can see is for the querysets; these predicates answer for
one row. They are registered with ``rules``, so that actions, pages, templates
and the admin ask the same question.
"""

from typing import Any

import rules

from registry.enums import AgencyState, RecordStatus, Role
from registry.models import Agency, JoinRequest, User
from registry.models.kept import Kept
from registry.models.record import Record

#: Statuses in which the owner agency still works on a record.
OPEN = frozenset({RecordStatus.DRAFT, RecordStatus.RETURNED})


def province_of(row: Any) -> str | None:
    """Return the province code a row belongs to; None for the nation's rows."""
    return getattr(row, "province_id", None)


def reviews(user: User, row: Any) -> bool:
    """Tell whether ``user`` is a reviewer, or above, of the row's province."""
    if user.is_administrator:
        return True
    return user.role == Role.REVIEWER and user.scope.covers(province_of(row))


def owns(user: User, record: Record) -> bool:
    """Tell whether the record belongs to the officer's own agency."""
    return (
        user.role == Role.OFFICER
        and user.agency_id is not None
        and record.owner_id == user.agency_id
        and user.scope.covers(record.province_id)
    )


@rules.predicate
def may_create(user: User, row: Any) -> bool:
    """Let reviewers enter records of their province and officers their agency's."""
    if isinstance(row, Record) and owns(user, row):
        return True
    return reviews(user, row)


@rules.predicate
def may_edit(user: User, row: Any) -> bool:
    """Let reviewers edit at any time, the owner agency until it is submitted."""
    if isinstance(row, Record) and owns(user, row):
        return row.status in OPEN
    return reviews(user, row)


@rules.predicate
def may_delete(user: User, row: Any) -> bool:
    """Let nobody delete a record; what is no longer true is withdrawn."""
    return not isinstance(row, Record) and reviews(user, row)


@rules.predicate
def may_submit(user: User, record: Record) -> bool:
    """Let whoever may enter a record hand it to the reviewers."""
    return owns(user, record) or reviews(user, record)


@rules.predicate
def may_publish(user: User, record: Record) -> bool:
    """Let reviewers publish, but never what they themselves submitted."""
    own = record.status == RecordStatus.SUBMITTED and record.submitted_by_id == user.pk
    return reviews(user, record) and not own


@rules.predicate
def may_return(user: User, record: Record) -> bool:
    """Let reviewers hand a submitted record back with a note."""
    return reviews(user, record)


@rules.predicate
def may_withdraw(user: User, record: Record) -> bool:
    """Let reviewers take a record off, and the owner agency before publication."""
    if owns(user, record):
        return record.status != RecordStatus.PUBLISHED
    return reviews(user, record)


@rules.predicate
def may_merge(user: User, record: Record) -> bool:
    """Let reviewers join two records that were found to be one, and part them again."""
    return reviews(user, record)


@rules.predicate
def may_propose(user: User, record: Record) -> bool:
    """Let the owner agency, and the producer itself, propose changes to what is public.

    One query for a producer: which records are its own is a selection.
    """
    if record.status != RecordStatus.PUBLISHED:
        return False
    if user.role != Role.PRODUCER:
        return owns(user, record)
    manager: Any = type(record)._default_manager
    return bool(manager.visible_to(user).filter(pk=record.pk).exists())


@rules.predicate
def may_manage_people(user: User, row: Any = None) -> bool:
    """Let administrators manage agencies and accounts."""
    return user.is_administrator


@rules.predicate
def may_invite(user: User, agency: Agency) -> bool:
    """Let officers and reviewers invite colleagues into their own agency."""
    if agency.state != AgencyState.APPROVED:
        return False
    if user.is_administrator:
        return True
    works_there = user.is_active and user.agency_id == agency.pk
    return works_there and user.role in {Role.OFFICER, Role.REVIEWER}


@rules.predicate
def may_decide_joining(user: User, request: JoinRequest) -> bool:
    """Let reviewers of the province decide, administrators of the national ones."""
    if user.is_administrator:
        return True
    return not request.is_national and reviews(user, request)


@rules.predicate
def may_give_account(user: User, record: Record) -> bool:
    """Let the owner agency, and reviewers, give a producer an account of its own."""
    return owns(user, record) or reviews(user, record)


@rules.predicate
def may_see_personal(user: User, row: Any) -> bool:
    """Tell whether ``user`` needs private contacts and notes of ``row`` for work."""
    if isinstance(row, Record) and owns(user, row):
        return True
    return reviews(user, row)


def allowed(verb: str, user: User, row: Kept) -> bool:
    """Ask the predicate of ``verb`` ("edit", "publish") about one row.

    People and agencies are for administrators alone.
    """
    if isinstance(row, (Agency, User)):
        return may_manage_people(user)
    return rules.test_rule(verb, user, row)


for _verb, _predicate in {
    "create": may_create,
    "edit": may_edit,
    "delete": may_delete,
    "submit": may_submit,
    "publish": may_publish,
    "return": may_return,
    "withdraw": may_withdraw,
    "merge": may_merge,
    "propose": may_propose,
    "see_personal": may_see_personal,
    "invite": may_invite,
    "decide_joining": may_decide_joining,
    "give_account": may_give_account,
}.items():
    rules.add_rule(_verb, _predicate)
