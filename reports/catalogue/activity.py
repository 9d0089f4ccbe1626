"""What was done in the register: entered, submitted, decided, and how fast."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from statistics import median
from typing import Any

from django import forms
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.models import Member
from products.models import Product
from registry.enums import ProposalState, RecordStatus
from registry.models import Agency, Proposal, User
from registry.sheets.writing import Column
from registry.templatetags.ui import year_shown
from registry.thai.dates import (
    ERA,
    MONTHS_EN_SHORT,
    MONTHS_TH_SHORT,
    fiscal_quarter,
    fiscal_range,
    fiscal_year,
    spoken,
)
from reports.base import Chart, Group, Table, TableReport, register
from reports.filters import PeriodForm, midnight
from reports.tables import Cells, counted

DAY = 86_400
MONTH, QUARTER = "month", "quarter"


class ActivityForm(PeriodForm):
    """Filters by place and time, and the steps of the second table."""

    step = forms.ChoiceField(
        label=_("Time steps"),
        choices=[("", _("Month")), (QUARTER, _("Quarter of the fiscal year"))],
    )

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Return when the time looked at begins and ends: this fiscal year if open."""
        if self.moments is not None:
            return self.moments
        first, last = fiscal_range(fiscal_year(timezone.localdate()))
        return midnight(first), midnight(last.replace(month=10, day=1))


@dataclass
class Deeds:
    """What was done, by one agency or in one span of time."""

    entered: int = 0
    submitted: int = 0
    approved: int = 0
    returned: int = 0
    proposed: int = 0
    accepted: int = 0
    rejected: int = 0
    #: Seconds from submission to decision.
    waits: list[float] = field(default_factory=list)

    def cells(self) -> Cells:
        """Return the cells of a row."""
        return [
            *(self.entered, self.submitted, self.approved, self.returned),
            *(self.proposed, self.accepted, self.rejected),
            days(self.waits),
        ]


#: What history says of one deed: which kind, whose record, when, how long it waited.
Deed = tuple[str, int, datetime, datetime | None]


@register
class ActivityReport(TableReport):
    """Activity of the register."""

    slug = "activity"
    title = _("Activity of the register")
    description = _(
        "Records entered, submitted, approved and returned by agency and month, "
        "changes proposed, and the median time to a decision."
    )
    group = Group.QUALITY
    place = 11
    form = ActivityForm

    def tables(self, user: User, form: ActivityForm) -> Sequence[Table]:
        """Count what history remembers. Ten queries."""
        deeds = [*deeds_of(user, form)]
        by_agency: dict[int, Deeds] = defaultdict(Deeds)
        by_step: dict[date, Deeds] = defaultdict(Deeds)
        together = Deeds()
        for deed in deeds:
            day = timezone.localtime(deed[2]).date()
            step = first_of(day, form.chosen.get("step") or MONTH)
            for kept in (by_agency[deed[1]], by_step[step], together):
                add(kept, deed)
        return (
            agencies_table(by_agency, together),
            steps_table(by_step, together, form.chosen.get("step") or MONTH),
        )


# --- Counting ---------------------------------------------------------------------


def deeds_of(user: User, form: ActivityForm) -> Iterable[Deed]:
    """Yield what was done with records of the scope. Nine queries."""
    start, end = form.span
    for model in (Member, Product):
        rows: Any = model
        records = form.within(rows.objects.visible_to(user))
        past = rows.history.model.objects.filter(id__in=records.values("pk"))
        yield from entered(past, start, end)
        yield from decided(past, start, end)
    yield from proposals(user, form, start, end)


def entered(past: QuerySet[Any], start: datetime, end: datetime) -> Iterable[Deed]:
    """Yield the records that were entered. One query."""
    first = past.filter(
        history_type="+", history_date__gte=start, history_date__lt=end
    ).values_list("owner_id", "history_date")
    for owner, at in first.iterator():
        yield "entered", owner, at, None


def decided(past: QuerySet[Any], start: datetime, end: datetime) -> Iterable[Deed]:
    """Yield submissions and the decisions on them. Three queries.

    History has a row for every write; those that tell of one submission, or of one
    publication, count once, by their first.
    """
    sent = (
        past.filter(submitted_at__gte=start, submitted_at__lt=end)
        .filter(status=RecordStatus.SUBMITTED)
        .order_by()
        .values("id", "submitted_at")
        .annotate(owner=Min("owner_id"))
        .values_list("owner", "submitted_at")
    )
    for owner, at in sent.iterator():
        yield "submitted", owner, at, None
    steps = (
        (RecordStatus.PUBLISHED, "approved", ("id", "published_at", "submitted_at")),
        (RecordStatus.RETURNED, "returned", ("id", "submitted_at")),
    )
    for status, kind, alike in steps:
        found = (
            past.filter(status=status)
            .order_by()
            .values(*alike)
            .annotate(at=Min("history_date"), owner=Min("owner_id"))
            .filter(at__gte=start, at__lt=end)
            .values_list("owner", "at", "submitted_at")
        )
        for owner, at, since in found.iterator():
            yield kind, owner, at, since


def proposals(
    user: User, form: ActivityForm, start: datetime, end: datetime
) -> Iterable[Deed]:
    """Yield changes of published records, proposed and decided. One query."""
    rows = Proposal.objects.visible_to(user)
    if name := form.chosen.get("province"):
        rows = rows.filter(province=form.provinces[name].code)
    if form.chosen.get("district"):
        rows = rows.filter(in_district(user, form))
    sent = Q(submitted_at__gte=start, submitted_at__lt=end)
    done = Q(decided_at__gte=start, decided_at__lt=end)
    found = rows.filter(sent | done).values_list(
        "owner_id", "submitted_at", "decided_at", "state"
    )
    kinds = {
        ProposalState.ACCEPTED.value: "accepted",
        ProposalState.RETURNED.value: "rejected",
    }
    for owner, since, at, state in found.iterator():
        if since is not None and start <= since < end:
            yield "proposed", owner, since, None
        if at is not None and start <= at < end and state in kinds:
            yield kinds[state], owner, at, since


def in_district(user: User, form: ActivityForm) -> Q:
    """Return the condition of proposals about records of the chosen district."""
    wanted = Q(pk=None)
    for model in (Member, Product):
        rows: Any = model
        records = form.within(rows.objects.visible_to(user))
        wanted |= Q(model=model._meta.label, object_id__in=records.values("pk"))
    return wanted


def add(kept: Deeds, deed: Deed) -> None:
    """Count a deed."""
    kind, _owner, at, since = deed
    setattr(kept, kind, getattr(kept, kind) + 1)
    if since is not None and at >= since:
        kept.waits.append((at - since).total_seconds())


def days(waits: Sequence[float]) -> Decimal | None:
    """Return the median of times to a decision, in days to one place."""
    if not waits:
        return None
    return Decimal(median(waits) / DAY).quantize(Decimal("0.1"))


def first_of(day: date, step: str) -> date:
    """Return the first day of the month or quarter a day lies in."""
    month = day.month - (day.month - 1) % 3 if step == QUARTER else day.month
    return day.replace(month=month, day=1)


# --- Tables -----------------------------------------------------------------------

NOTE = _(
    "Counted from the history of records that are in the scope today, under the "
    "agency that keeps them. Approved is a publication, also of what staff "
    "entered directly; without a submission there is no time to a decision. Half of "
    "the decisions took at most the median, in days."
)


def deed_columns() -> tuple[Column, ...]:
    """Return the columns of what was done."""
    return (
        counted("entered", _("Entered")),
        counted("submitted", _("Sent for review")),
        counted("approved", _("Approved")),
        counted("returned", _("Returned")),
        counted("proposed", _("Changes proposed"), 14),
        counted("accepted", _("Changes accepted"), 14),
        counted("rejected", _("Changes returned"), 14),
        counted("median", _("Median days to a decision"), 16),
    )


def agencies_table(by_agency: dict[int, Deeds], together: Deeds) -> Table:
    """Return what was done with the records of each agency. One query."""
    agencies = Agency.objects.filter(pk__in=by_agency)
    rows = sorted(
        ([each.name, *by_agency[each.pk].cells()] for each in agencies),
        key=lambda row: str(row[0]),
    )
    return Table(
        key="agencies",
        title=_("By agency"),
        columns=(Column("agency", _("Agency"), width=44), *deed_columns()),
        rows=rows,
        totals=[_now("Total"), *together.cells()] if rows else None,
        note=NOTE,
        chart=Chart(
            "bars",
            [str(row[0]) for row in rows],
            [
                (_now("Entered"), [row[1] for row in rows]),  # type: ignore[misc] # numbers
                (_now("Approved"), [row[3] for row in rows]),  # type: ignore[misc] # numbers
            ],
        )
        if rows
        else None,
    )


def steps_table(by_step: dict[date, Deeds], together: Deeds, step: str) -> Table:
    """Return what was done in each month or quarter."""
    steps = sorted(by_step)
    rows = [[said(first, step), *by_step[first].cells()] for first in steps]
    return Table(
        key="steps",
        title=_("By time"),
        columns=(Column("step", _("Time"), width=24), *deed_columns()),
        rows=rows,
        totals=[_now("Total"), *together.cells()] if rows else None,
        note=NOTE,
        chart=Chart(
            "lines",
            [str(row[0]) for row in rows],
            [
                (_now("Entered"), [by_step[each].entered for each in steps]),
                (_now("Approved"), [by_step[each].approved for each in steps]),
            ],
        )
        if len(rows) > 1
        else None,
    )


def said(first: date, step: str) -> str:
    """Return a month or a quarter as it is read."""
    if step == QUARTER:
        return _now("Quarter %(quarter)d of %(year)s") % {
            "quarter": fiscal_quarter(first),
            "year": year_shown(fiscal_year(first)),
        }
    months = MONTHS_EN_SHORT if spoken(None) == "en" else MONTHS_TH_SHORT
    return f"{months[first.month - 1]} {year_shown(first.year + ERA)}"
