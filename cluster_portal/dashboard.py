"""What staff meet first at work: what waits, expires, is incomplete, was changed.

Everything within the scope of the person who looks.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members import renewals
from members.models import Contact, Member, Membership
from products.models import Certificate, Enquiry, Product
from registry.counted import Counted, counted, newest_of
from registry.enums import JoinState, ProposalState, RecordStatus
from registry.models import JoinRequest, Proposal, Record, User, VisitorMessage
from registry.reviewing.kinds import PROPOSALS, slug_of
from strategies.models import Plan

#: Records listed of each kind that waits, the oldest first.
OLDEST = 10
#: Days ahead within which certificates are counted; the last is how far is looked.
SPANS = (30, 60, 90)
#: Certificates and messages listed; the others are counted.
LISTED_CERTIFICATES = 30
LISTED_MESSAGES = 5
#: How far back colleagues' changes are looked for, and how many are listed.
RECENT_DAYS = 30
RECENT_ACTS = 10
#: History rows read of each kind: an import of thousands is one act of many rows.
RECENT_ROWS = 100


@dataclass(frozen=True)
class Kind:
    """A kind of record, and what its name needs to be loaded with it."""

    model: type[Record]
    related: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return what many of them are called."""
        return str(capfirst(str(self.model._meta.verbose_name_plural)))

    def address(self, view: str, *args: Any) -> str:
        """Return the address of a page of its admin."""
        opts = self.model._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_{view}", args=args)

    def listed(self, **query: str) -> str:
        """Return the address of its list, filtered."""
        pairs = "&".join(f"{name}={value}" for name, value in query.items())
        return f"{self.address('changelist')}?{pairs}"

    def visible_to(self, user: User) -> Any:
        """Return the records the person works on."""
        manager: Any = self.model._default_manager
        return manager.visible_to(user)


MEMBERS, PRODUCTS = Kind(Member), Kind(Product)
KINDS = (MEMBERS, PRODUCTS, Kind(Plan, ("cluster",)))


@dataclass(frozen=True)
class Waiting:
    """A record that waits for review, and for how many days."""

    record: Any
    days: int
    url: str


@dataclass(frozen=True)
class WaitingKind:
    """How many records of a kind wait, and those that waited longest."""

    label: str
    count: int
    url: str
    oldest: tuple[Waiting, ...]


@dataclass(frozen=True)
class Task:
    """How much of one kind waits on a page of its own, and where that is."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Expiring:
    """A certificate near its end, its holder, and the days left."""

    certificate: Certificate
    holder: Any
    days: int
    url: str


@dataclass(frozen=True)
class ExpiringSpan:
    """How many certificates end within so many days."""

    days: int
    count: int


@dataclass(frozen=True)
class Gap:
    """How many records lack something, and where they are listed."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class GapGroup:
    """What records of one kind lack."""

    label: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Recent:
    """What a colleague did: to one record, and to how many others at once."""

    at: datetime.datetime
    by: User
    record: Any
    others: int
    is_new: bool
    url: str


@dataclass(frozen=True)
class Today:
    """The start page of one person."""

    waiting: tuple[WaitingKind, ...]
    tasks: tuple[Task, ...]
    #: When what follows was counted, if records have changed since.
    counted_at: datetime.datetime | None
    spans: tuple[ExpiringSpan, ...]
    expiring: tuple[Expiring, ...]
    gaps: tuple[GapGroup, ...]
    message_count: int
    messages: tuple[VisitorMessage, ...]
    messages_url: str
    recent: tuple[Recent, ...]

    @property
    def waiting_count(self) -> int:
        """Return how many records wait, of all kinds."""
        return sum(kind.count for kind in self.waiting)

    @property
    def unlisted_certificates(self) -> int:
        """Return how many certificates near their end are not in the list."""
        return max(0, self.spans[-1].count - len(self.expiring))


def today(user: User) -> Today:
    """Return the start page of ``user``.

    Two queries a kind for what waits, one for each task, two for messages, two a kind
    for changes, one for the people; one to eight for what is counted over the whole
    scope.
    """
    overview = overview_of(user)
    messages = VisitorMessage.objects.visible_to(user).open()
    open_count = messages.count()
    shown = messages.select_related("province").order_by("created_at", "pk")
    listed = reverse("admin:registry_visitormessage_changelist")
    return Today(
        waiting=tuple(waiting_of(kind, user) for kind in KINDS),
        tasks=tuple(task for task in tasks_of(user, overview.value.due) if task.count),
        counted_at=None if overview.is_current else overview.at,
        spans=overview.value.spans,
        expiring=overview.value.expiring,
        gaps=overview.value.gaps,
        message_count=open_count,
        messages=tuple(shown[:LISTED_MESSAGES]) if open_count else (),
        messages_url=f"{listed}?handled=no",
        recent=recent_changes(user),
    )


# --- What waits -------------------------------------------------------------------


def waiting_of(kind: Kind, user: User) -> WaitingKind:
    """Return what waits for review, of one kind. One query; two if anything does."""
    waiting = kind.visible_to(user).waiting()
    count = waiting.order_by().count()
    oldest = waiting.select_related("owner", *kind.related)[:OLDEST] if count else ()
    now = timezone.now()
    return WaitingKind(
        kind.label,
        count,
        kind.listed(status__exact=RecordStatus.SUBMITTED),
        tuple(
            Waiting(
                record,
                (now - record.submitted_at).days,
                reverse("review:record", args=[slug_of(kind.model), record.pk]),
            )
            for record in oldest
        ),
    )


def tasks_of(user: User, due: int) -> Iterable[Task]:
    """Yield what is done on pages of its own. One query each.

    :param due: memberships to renew, counted already.
    """
    proposals = Proposal.objects.visible_to(user).filter(state=ProposalState.SUBMITTED)
    yield Task(
        _("changes to published records"),
        proposals.count(),
        f"{reverse('review:queue')}?kind={PROPOSALS}",
    )
    joining = JoinRequest.objects.visible_to(user).filter(state=JoinState.SUBMITTED)
    yield Task(_("requests to join"), joining.count(), reverse("joins:list"))
    enquiries = Enquiry.objects.visible_to(user).open()
    yield Task(_("new enquiries"), enquiries.count(), reverse("enquiries:list"))
    yield Task(_("memberships to renew"), due, reverse("renewals:list"))


# --- What expires -----------------------------------------------------------------


@dataclass(frozen=True)
class Overview:
    """What is counted over the whole scope of a person."""

    spans: tuple[ExpiringSpan, ...]
    expiring: tuple[Expiring, ...]
    gaps: tuple[GapGroup, ...]
    due: int


def overview_of(user: User) -> Counted[Overview]:
    """Count what ends soon and what is incomplete, unless it is as it was.

    One query; seven more to count.
    """
    stamp = newest_of(Member, Contact, Product, Certificate, Membership)
    language = get_language()
    return counted(
        ("start page", user.role, user.scope, language),
        stamp,
        lambda: Overview(
            expiring_spans(user),
            expiring_certificates(user),
            tuple(gaps_of(kind, user) for kind in (MEMBERS, PRODUCTS)),
            renewals.due_for(user).order_by().count(),
        ),
    )


def expiring_spans(user: User) -> tuple[ExpiringSpan, ...]:
    """Count the certificates that end within each span. Two queries."""
    start = timezone.localdate()
    ends = {days: start + datetime.timedelta(days=days) for days in SPANS}
    sums = Counter[str]()
    for _key, found in held_within(user, start):
        sums.update(
            found.aggregate(
                **{
                    f"within_{days}": Count("pk", filter=Q(expires_on__lte=end))
                    for days, end in ends.items()
                }
            )
        )
    return tuple(ExpiringSpan(days, sums[f"within_{days}"]) for days in SPANS)


def expiring_certificates(user: User) -> tuple[Expiring, ...]:
    """List certificates that end soon, of records in use. Two queries."""
    start = timezone.localdate()
    listed = [
        certificate
        for key, found in held_within(user, start)
        for certificate in named_by(found, key).order_by("expires_on", "pk")[
            :LISTED_CERTIFICATES
        ]
    ]
    listed.sort(key=lambda each: (each.expires_on, each.pk))
    return tuple(expiry(each, start) for each in listed[:LISTED_CERTIFICATES])


def named_by(certificates: Any, key: str) -> Any:
    """Load what a line says of a certificate and of its holder, and no more."""
    names = [f"{key}__name_th", f"{key}__name_en", "mark__name_th", "mark__name_en"]
    return certificates.select_related("mark", key).only(
        *("number", "expires_on", "product", "member", "mark"), *names
    )


def held_within(user: User, start: datetime.date) -> list[tuple[str, Any]]:
    """Return the certificates that end soon, of goods and of producers apart.

    Of records the person works on, unless they are withdrawn. Both at once would
    have the database read all records there are.
    """
    ending = Certificate.objects.expiring(
        start, start + datetime.timedelta(days=SPANS[-1])
    )
    return [
        (
            key,
            ending.filter(**{f"{key}__in": kind.visible_to(user).in_use().order_by()}),
        )
        for kind, key in ((PRODUCTS, "product"), (MEMBERS, "member"))
    ]


def expiry(certificate: Certificate, today: datetime.date) -> Expiring:
    """Return a certificate with its holder and the days left."""
    holder = certificate.product or certificate.member
    kind = PRODUCTS if certificate.product else MEMBERS
    return Expiring(
        certificate,
        holder,
        (certificate.expires_on - today).days if certificate.expires_on else 0,
        kind.address("change", holder.pk) if holder else "",
    )


# --- What is incomplete -----------------------------------------------------------


def gaps_of(kind: Kind, user: User) -> GapGroup:
    """Count what records in use lack. One query: it reads the whole scope once."""
    records = kind.visible_to(user).in_use()
    gaps = records.gaps()
    counts = records.order_by().aggregate(
        **{
            f"lacks_{gap.value}": Count("pk", filter=condition)
            for gap, condition in gaps.items()
        }
    )
    return GapGroup(
        kind.label,
        tuple(
            Gap(gap.label, counts[f"lacks_{gap.value}"], kind.listed(lacking=gap.value))
            for gap in gaps
        ),
    )


# --- What colleagues did ----------------------------------------------------------


@dataclass(frozen=True)
class Deed:
    """An act of a colleague on records of one kind, as history has it."""

    kind: Kind
    act_id: Any
    at: datetime.datetime
    by_id: int
    is_new: bool
    pks: tuple[int, ...]


def recent_changes(user: User) -> tuple[Recent, ...]:
    """Return what colleagues entered and changed lately, the newest first.

    One query a kind, one for the names of those listed, one for the people.
    """
    found = [deed for kind in KINDS for deed in deeds_of(kind, user)]
    latest: dict[Any, Deed] = {}
    for deed in sorted(found, key=lambda deed: deed.at, reverse=True):
        # Who saves a record five times in a row fills one line.
        latest.setdefault((deed.kind, deed.pks, deed.by_id), deed)
    deeds = list(latest.values())[:RECENT_ACTS]
    people = User.objects.in_bulk({deed.by_id for deed in deeds})
    return tuple(
        Recent(
            deed.at,
            people[deed.by_id],
            record,
            len(deed.pks) - 1,
            deed.is_new,
            deed.kind.address("history_act", record.pk, deed.act_id),
        )
        for deed, record in with_records(deeds, user)
    )


def deeds_of(kind: Kind, user: User) -> Sequence[Deed]:
    """Return the last acts of other people on records the person works on."""
    manager: Any = kind.model
    since = timezone.now() - datetime.timedelta(days=RECENT_DAYS)
    rows = (
        manager.history.filter(
            Exists(kind.visible_to(user).filter(pk=OuterRef("id"))),
            history_date__gte=since,
            history_user__isnull=False,
        )
        .exclude(history_user=user)
        .order_by("-history_date", "-history_id")
        .values_list("act_id", "history_date", "history_user_id", "history_type", "id")
    )
    acts: dict[Any, list[Any]] = {}
    for row in rows[:RECENT_ROWS]:
        acts.setdefault(row[0], []).append(row)
    return [
        Deed(
            kind,
            act_id,
            at=found[0][1],
            by_id=found[0][2],
            is_new=any(row[3] == "+" for row in found),
            pks=tuple(dict.fromkeys(row[4] for row in found)),
        )
        for act_id, found in acts.items()
    ]


def with_records(deeds: Iterable[Deed], user: User) -> Iterable[tuple[Deed, Any]]:
    """Yield each deed with the first record it touched. One query a kind."""
    found: dict[Kind, dict[int, Any]] = {}
    listed = list(deeds)
    for kind in KINDS:
        wanted = [deed.pks[0] for deed in listed if deed.kind == kind]
        if wanted:
            rows = kind.visible_to(user).select_related(*kind.related)
            found[kind] = rows.in_bulk(wanted)
    for deed in listed:
        record = found[deed.kind].get(deed.pks[0])
        if record is not None:
            yield deed, record
