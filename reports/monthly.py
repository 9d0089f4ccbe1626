"""Reports that go out by mail each month."""

from collections.abc import Iterator
from datetime import date

from django.http import QueryDict

from reports import catalogue
from reports.actions.saved import order_monthly
from reports.models import ReportSubscription


def send_reports(day: date) -> int:
    """Order what is due in the month of ``day``; return how many files that is.

    Each is a transaction of its own: a run that is killed is begun again, and nobody
    gets a month twice. The mail leaves when the file is there.
    """
    month = day.replace(day=1)
    return sum(
        order_monthly(each, QueryDict(each.saved.query), month) for each in due(month)
    )


def due(month: date) -> Iterator[ReportSubscription]:
    """Yield what was not sent in ``month`` yet, to whoever may still run the report."""
    rows = ReportSubscription.objects.exclude(sent_for__gte=month).filter(
        user__is_active=True
    )
    for each in rows.select_related("saved", "user__agency").order_by("pk"):
        report = catalogue.find(each.saved.report, each.user)
        if report is not None and each.format in report.formats:
            yield each
