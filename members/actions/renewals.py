"""Renewing memberships, reminding their agencies, ending and resuming them.

Each writes one act for all that were chosen; each membership goes by its own rule.
The member is locked, and the version is the member's: memberships count to it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.models import Cluster, Member, Membership
from members.renewals import lapses_from
from registry.actions import records
from registry.actions.records import BulkResult
from registry.changes import Changes, ChildChanges
from registry.enums import Role
from registry.errors import NotVisible, RecordError, StaleVersion
from registry.letters import write_to
from registry.models import User
from registry.thai.dates import format_date


class RenewalRefused(RecordError):
    """One membership could not be renewed, reminded of, ended or resumed."""


class ReasonNeeded(RecordError):
    """A membership ends with a reason."""

    message = _("Please say why the memberships end.")


class NothingChosen(RecordError):
    """No membership was chosen."""

    message = _("Please choose at least one member.")


@dataclass(frozen=True)
class Chosen:
    """A membership, and the version of its member that the person saw."""

    membership: int
    version: int | None = None


#: New values of a membership, worked out under the member's lock.
Step = Callable[[Membership], Mapping[str, Any]]


def renew(
    cluster: Cluster, chosen: Iterable[Chosen], year: int, *, by: User | None
) -> BulkResult:
    """Renew memberships of a cluster until the end of a fiscal year (BE).

    :raises NotVisible: if the cluster is outside the person's scope.
    """

    def step(membership: Membership) -> Mapping[str, Any]:
        _require_running(membership)
        paid = membership.paid_until_year
        if paid is not None and paid >= year:
            raise RenewalRefused(
                _("It is renewed until fiscal year %(year)d (B.E.) already.")
                % {"year": paid}
            )
        return {"paid_until_year": year, "notified_on": None}

    reason = _now("Membership renewed until fiscal year %(year)d (B.E.)")
    return _in_bulk(cluster, chosen, step, by=by, reason=reason % {"year": year})


@transaction.atomic
def remind(
    cluster: Cluster, chosen: Iterable[Chosen], year: int, *, by: User | None
) -> BulkResult:
    """Tell the owner agencies, in one mail each, which memberships are due.

    Their officers get it; where an agency has none, its reviewers.
    """
    readers = _Readers()

    def step(membership: Membership) -> Mapping[str, Any]:
        _require_due(membership, year)
        readers.require(membership.member)
        if membership.notified_on == timezone.localdate():
            raise RenewalRefused(_("Its agency was reminded today already."))
        return {"notified_on": timezone.localdate()}

    reason = _now("Reminded that the membership is due for fiscal year %(year)d (B.E.)")
    result = _in_bulk(cluster, chosen, step, by=by, reason=reason % {"year": year})
    readers.write(
        "renewals/mail_reminder.txt",
        result,
        cluster=cluster,
        year=year,
        days=settings.RENEWAL_NOTICE_DAYS,
    )
    return result


@transaction.atomic
def lapse(
    cluster: Cluster,
    chosen: Iterable[Chosen],
    year: int,
    *,
    by: User | None,
    reason: str,
) -> BulkResult:
    """End memberships that were reminded of long enough ago, and tell their agencies.

    The members leave the cluster's page; their goods stay in the catalogue.

    :raises ReasonNeeded: if no reason is given.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonNeeded
    readers = _Readers()
    today = timezone.localdate()

    def step(membership: Membership) -> Mapping[str, Any]:
        _require_due(membership, year)
        reminded = membership.notified_on
        if reminded is None:
            raise RenewalRefused(_("Its agency was not reminded yet."))
        if (first := lapses_from(reminded)) > today:
            raise RenewalRefused(
                _("Its agency was reminded on %(day)s; it may end from %(first)s on.")
                % {"day": format_date(reminded), "first": format_date(first)}
            )
        if membership.joined_on > today:
            raise RenewalRefused(_("It has not begun yet."))
        readers.require(membership.member)
        return {"left_on": today, "reason": reason}

    said = _now("Membership ended: %(reason)s") % {"reason": reason}
    result = _in_bulk(cluster, chosen, step, by=by, reason=said)
    readers.write("renewals/mail_lapse.txt", result, cluster=cluster, reason=reason)
    return result


@transaction.atomic
def resume(
    cluster: Cluster, chosen: Iterable[Chosen], year: int, *, by: User | None
) -> BulkResult:
    """Take members that left into the cluster again.

    On the very day it is as if they had not left; later a new membership begins,
    renewed for ``year``.
    """
    today = timezone.localdate()

    def step(membership: Membership) -> Mapping[str, Any]:
        if membership.left_on is None:
            raise RenewalRefused(_("The member is in the cluster."))
        running = Membership.objects.running().filter(
            member=membership.member_id, cluster=membership.cluster_id
        )
        if running.exists():
            raise RenewalRefused(_("The member is in the cluster."))
        if membership.left_on == today:
            return {"left_on": None, "reason": ""}
        return {}

    reason = _now("Taken into the cluster again")
    return _in_bulk(
        cluster,
        chosen,
        step,
        by=by,
        reason=reason,
        otherwise=Membership(cluster=cluster, joined_on=today, paid_until_year=year),
    )


# --- Shared -----------------------------------------------------------------------


@transaction.atomic
def _in_bulk(
    cluster: Cluster,
    chosen: Iterable[Chosen],
    step: Step,
    *,
    by: User | None,
    reason: str,
    otherwise: Membership | None = None,
) -> BulkResult:
    """Take a step with each chosen membership; by members, which are locked in order.

    Where the step gives nothing to change, a copy of ``otherwise`` is added.

    :raises NothingChosen: if nothing was chosen.
    :raises NotVisible: if the cluster is outside the person's scope.
    """
    wanted = {each.membership: each.version for each in chosen}
    if not wanted:
        raise NothingChosen
    if by is not None and not Cluster.objects.visible_to(by).filter(pk=cluster.pk):
        raise NotVisible
    found = cluster.memberships.filter(pk__in=wanted).select_related("member")
    of = {each.member_id: each for each in found.order_by("pk")}

    def deed(member: Member) -> Member:
        version = wanted[of[member.pk].pk]
        fresh = records.lock(member, by=by)
        if version is not None and fresh.version != version:
            raise StaleVersion
        membership = fresh.memberships.filter(pk=of[member.pk].pk).first()
        if membership is None:
            raise StaleVersion
        values = step(membership)
        children = (
            ChildChanges(changed={membership.pk: values})
            if values or otherwise is None
            else ChildChanges(added=(_copied(otherwise),))
        )
        return records.edit(fresh, Changes(children={"memberships": children}), by=by)

    return records.in_bulk(
        [each.member for each in of.values()], deed, by=by, reason=reason
    )


def _copied(row: Membership) -> Membership:
    return Membership(
        cluster=row.cluster,
        joined_on=row.joined_on,
        paid_until_year=row.paid_until_year,
    )


def _require_running(membership: Membership) -> None:
    if membership.left_on is not None:
        raise RenewalRefused(_("The member has left the cluster."))


def _require_due(membership: Membership, year: int) -> None:
    _require_running(membership)
    paid = membership.paid_until_year
    if paid is not None and paid >= year:
        raise RenewalRefused(
            _("It is renewed until fiscal year %(year)d (B.E.) already.")
            % {"year": paid}
        )


class _Readers:
    """Who reads what is written to agencies: officers, else reviewers."""

    def __init__(self) -> None:
        self._of: dict[int, list[User]] = {}

    def of(self, agency: int) -> list[User]:
        """Return the people of an agency that are written to. One query an agency."""
        if agency not in self._of:
            people = list(
                User.objects.filter(
                    agency_id=agency,
                    is_active=True,
                    role__in=[Role.OFFICER, Role.REVIEWER],
                ).order_by("pk")
            )
            officers = [each for each in people if each.role == Role.OFFICER]
            self._of[agency] = officers or people
        return self._of[agency]

    def require(self, member: Member) -> None:
        """See that a member's agency can be written to.

        :raises RenewalRefused: if nobody there has an account.
        """
        if not self.of(member.owner_id):
            raise RenewalRefused(
                _("Nobody at its agency has an account that could be written to.")
            )

    def write(self, template: str, result: BulkResult, **said: Any) -> None:
        """Write to each agency once about all of its members."""
        members: dict[int, list[Member]] = {}
        for member in result.done:
            members.setdefault(member.owner_id, []).append(member)
        for agency, listed in sorted(members.items()):
            for reader in self.of(agency):
                write_to(reader, template, members=listed, **said)
