"""Keeping reports under a name, and asking for them each month."""

from datetime import date

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.enums import SheetFormat
from registry.errors import NotVisible, RecordError
from registry.models import User
from reports.actions.exports import SUBSCRIPTION, order_export
from reports.models import ReportSubscription, SavedReport

#: Reports one person may keep.
MOST_SAVED = 100


class TooManySaved(RecordError):
    """Somebody keeps so many reports that nobody would find one again."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "You keep %(count)d reports already. Please delete one you no longer "
                "need."
            )
            % {"count": MOST_SAVED}
        )


@transaction.atomic
def save_report(report: str, query: str, title: str, *, by: User) -> SavedReport:
    """Keep a report with its filters under a title; sent twice it is kept once.

    :raises TooManySaved: if ``by`` keeps a hundred.
    """
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    kept = SavedReport.objects.filter(by=by)
    if found := kept.filter(report=report, query=query, title=title).first():
        return found
    if kept.count() >= MOST_SAVED:
        raise TooManySaved
    return SavedReport.objects.create(report=report, query=query, title=title, by=by)


@transaction.atomic
def delete_saved(saved: SavedReport, *, by: User) -> None:
    """Let go of a saved report, with the monthly mails of everybody.

    :raises NotVisible: if it is somebody else's.
    """
    gone = SavedReport.objects.filter(pk=saved.pk, by=by)
    if not gone.delete()[0]:
        raise NotVisible


@transaction.atomic
def subscribe(saved: SavedReport, form: SheetFormat, *, by: User) -> ReportSubscription:
    """Send ``by`` the report each month, from the next one on; or in another form."""
    month = timezone.localdate().replace(day=1)
    found, _is_new = ReportSubscription.objects.update_or_create(
        saved=saved,
        user=by,
        defaults={"format": form},
        create_defaults={"format": form, "sent_for": month},
    )
    return found


def unsubscribe(saved: SavedReport, *, by: User) -> bool:
    """Send ``by`` the report no more; tell whether it was sent before."""
    return bool(ReportSubscription.objects.filter(saved=saved, user=by).delete()[0])


@transaction.atomic
def order_monthly(
    subscription: ReportSubscription, query: QueryDict, month: date
) -> bool:
    """Have the file of a month made, unless it was; tell whether this call did.

    The filters have been read for the person; :mod:`reports.monthly` does so.
    """
    unsent = ReportSubscription.objects.filter(pk=subscription.pk)
    unsent = unsent.exclude(sent_for__gte=month)
    # One statement: of two runs, one changes the row.
    if not unsent.update(sent_for=month):
        return False
    user, saved = subscription.user, subscription.saved
    order_export(
        saved.report,
        SheetFormat(subscription.format),
        saved.query,
        {**dict(query.lists()), SUBSCRIPTION: subscription.pk},
        by=user,
        language=user.language,
    )
    return True
