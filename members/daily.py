"""What the daily mail tells of memberships: once a week, how many are due."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import ngettext

from members.renewals import current_year, due_for
from registry.daily import REVIEWERS, Item, Span, page, tell_daily
from registry.models import User
from registry.templatetags.ui import year_shown

MONDAY = 0


def contribute() -> None:
    """Add to the daily mail; called from ``AppConfig.ready()``."""
    tell_daily(due_memberships)


def due_memberships(user: User, span: Span) -> Iterable[Item]:
    """Tell reviewers how many memberships are not renewed for this year. One query.

    In the first mail of a week only: they may be due for months.
    """
    if user.role not in REVIEWERS or not _begins_a_week(span):
        return
    count = due_for(user).count()
    if count:
        text = ngettext(
            "%(count)d membership is not renewed for the fiscal year %(year)d",
            "%(count)d memberships are not renewed for the fiscal year %(year)d",
            count,
        )
        said = {"count": count, "year": year_shown(current_year())}
        yield Item(text % said, page("renewals:list"))


def _begins_a_week(span: Span) -> bool:
    """Tell whether a Monday has come since the last mail."""
    monday = span.day - timedelta(days=(span.day.weekday() - MONDAY) % 7)
    return monday > span.since
