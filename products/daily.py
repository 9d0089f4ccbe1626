"""What the daily mail tells of goods: certificates that end, enquiries that wait."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Member
from products.models import Certificate, Enquiry, Product
from registry.daily import (
    AHEAD,
    REVIEWERS,
    WORKERS,
    Item,
    Span,
    crossed,
    page,
    spoken_day,
    tell_daily,
)
from registry.enums import RecordStatus, Role
from registry.models import User
from registry.thai.dates import format_date

#: An enquiry that waits longer is told to the reviewers of the province.
PATIENCE = timedelta(days=3)
#: Certificates a mail names; it counts the rest.
NAMED = 10


def contribute() -> None:
    """Add to the daily mail; called from ``AppConfig.ready()``."""
    tell_daily(open_enquiries)
    tell_daily(ending_certificates)


def ending_certificates(user: User, span: Span) -> Iterable[Item]:
    """Tell of certificates that end in 30, in 60 and in 90 days, each time once.

    Two queries, and one where certificates end.
    """
    if user.role not in WORKERS:
        return
    holders = Q(product__in=_kept(Product.objects, user).values("pk")) | Q(
        member__in=_kept(Member.objects, user).values("pk")
    )
    for ahead in AHEAD:
        ending = Certificate.objects.filter(holders).expiring(*crossed(span, ahead))
        found = ending.select_related("mark", "product", "member")
        rows = list(found.order_by("expires_on", "pk"))
        if rows:
            text = ngettext(
                "%(count)d certificate ends within %(days)d days",
                "%(count)d certificates end within %(days)d days",
                len(rows),
            )
            yield Item(
                text % {"count": len(rows), "days": ahead},
                details=[*map(_ending, rows[:NAMED]), *_more(len(rows) - NAMED)],
            )


def _kept(rows: Any, user: User) -> QuerySet[Any]:
    visible: QuerySet[Any] = rows.visible_to(user)
    return visible.filter(status=RecordStatus.PUBLISHED)


def _ending(certificate: Certificate) -> str:
    holder = certificate.product or certificate.member
    return _("%(holder)s: %(certificate)s, until %(day)s") % {
        "holder": " ".join(filter(None, [getattr(holder, "code", ""), str(holder)])),
        "certificate": str(certificate),
        "day": format_date(certificate.expires_on) if certificate.expires_on else "",
    }


def _more(count: int) -> Sequence[str]:
    if count < 1:
        return ()
    text = ngettext("and %(count)d more", "and %(count)d more", count)
    return (text % {"count": count},)


def open_enquiries(user: User, span: Span) -> Iterable[Item]:
    """Tell officers what was asked of their agency, reviewers what nobody answers.

    That is what has waited for three days, and what is asked of an agency without
    an officer. One query.
    """
    if user.role not in WORKERS:
        return
    found = Enquiry.objects.visible_to(user).open()
    if user.role in REVIEWERS:
        officers = User.objects.filter(
            agency=OuterRef("owner"), role=Role.OFFICER, is_active=True
        )
        late = Q(received_at__lte=timezone.now() - PATIENCE)
        found = found.filter(late | ~Exists(officers))
    totals = found.aggregate(count=Count("pk"), oldest=Min("received_at"))
    if not totals["count"]:
        return
    text = ngettext(
        "%(count)d message from a visitor waits for an answer, since %(day)s",
        "%(count)d messages from visitors wait for an answer, the oldest since %(day)s",
        totals["count"],
    )
    said = {"count": totals["count"], "day": spoken_day(totals["oldest"])}
    yield Item(text % said, page("enquiries:list"))
