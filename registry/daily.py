"""What the daily mail tells a person; each app adds what it knows.

A provider is registered in ``AppConfig.ready()`` and asked once a person and day,
in the person's language: so the kernel's mail tells of certificates and enquiries
without knowing either. A provider that has nothing to say gives nothing, and a
mail without anything is not sent.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.enums import ProposalState, RecordStatus, Role
from registry.models import JoinRequest, Proposal, User
from registry.reviewing.kinds import PROPOSALS, kind_name, record_models, slug_of
from registry.thai.dates import format_date

#: Roles that find work in the portal.
WORKERS = frozenset({Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR})
REVIEWERS = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Item:
    """One thing to tell: a sentence, the page it leads to, and examples."""

    text: str
    url: str = ""
    details: Sequence[str] = ()


@dataclass(frozen=True)
class Span:
    """The whole days since the last mail: from ``since`` to before ``day``."""

    since: date
    day: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Return the first moment, and the first one after."""
        return _midnight(self.since), _midnight(self.day)


Provider = Callable[[User, Span], Iterable[Item]]
_providers: list[Provider] = []


def tell_daily(provider: Provider) -> None:
    """Add what ``provider`` finds for a person to their daily mail."""
    if provider not in _providers:
        _providers.append(provider)


def items_for(user: User, span: Span) -> list[Item]:
    """Return all there is to tell ``user``, in the language of the moment."""
    providers = (waiting, came_back, *_providers)
    return [item for provider in providers for item in provider(user, span)]


def page(name: str, *args: Any, query: str = "") -> str:
    """Return the absolute address of a page; empty where there is none such."""
    try:
        return settings.SITE_URL + reverse(name, args=args) + query
    except NoReverseMatch:
        return ""


def spoken_day(moment: datetime) -> str:
    """Return the day of a moment, as it is written in a sentence."""
    return format_date(timezone.localdate(moment))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


# --- What the kernel knows --------------------------------------------------------


def waiting(user: User, span: Span) -> Iterable[Item]:
    """Tell reviewers what waits for them, kind by kind.

    One query a kind of record, and two.
    """
    if user.role not in REVIEWERS:
        return
    for model in record_models():
        rows: Any = model._default_manager
        yield from _queue(
            rows.visible_to(user).waiting(),
            kind_name(model, many=True),
            page("review:queue", query=f"?kind={slug_of(model)}"),
        )
    yield from _queue(
        Proposal.objects.visible_to(user).waiting(),
        kind_name(Proposal, many=True),
        page("review:queue", query=f"?kind={PROPOSALS}"),
    )
    yield from _queue(
        JoinRequest.objects.visible_to(user).waiting(),
        kind_name(JoinRequest, many=True),
        page("joins:list"),
    )


def _queue(rows: Any, kind: str, url: str) -> Iterable[Item]:
    found = rows.order_by().aggregate(
        count=Count("pk", distinct=True), oldest=Min("submitted_at")
    )
    if not found["count"]:
        return
    text = _("%(kind)s: %(count)d waiting for review, the oldest since %(day)s")
    said = {"kind": kind, "count": found["count"], "day": spoken_day(found["oldest"])}
    yield Item(text % said, url)


def came_back(user: User, span: Span) -> Iterable[Item]:
    """Tell officers what was returned to their agency since the last mail.

    One query a kind of record, and one.
    """
    if user.role != Role.OFFICER:
        return
    start, end = span.moments
    for model in record_models():
        rows: Any = model._default_manager
        back = rows.visible_to(user).filter(
            status=RecordStatus.RETURNED, updated_at__gte=start, updated_at__lt=end
        )
        yield from _returned(back.count(), kind_name(model, many=True))
    proposals = Proposal.objects.visible_to(user).filter(
        state=ProposalState.RETURNED, decided_at__gte=start, decided_at__lt=end
    )
    yield from _returned(proposals.count(), kind_name(Proposal, many=True))


def _returned(count: int, kind: str) -> Iterable[Item]:
    if not count:
        return
    text = ngettext(
        "%(kind)s: %(count)d came back to be mended",
        "%(kind)s: %(count)d came back to be mended",
        count,
    )
    yield Item(text % {"kind": kind, "count": count}, page("workspace:home"))


#: How long before something ends people are told: so many days, three times.
AHEAD = (30, 60, 90)


def crossed(span: Span, ahead: int) -> tuple[date, date]:
    """Return the days that came within ``ahead`` days since the last mail, both in."""
    return (
        span.since + timedelta(days=ahead + 1),
        span.day + timedelta(days=ahead),
    )
