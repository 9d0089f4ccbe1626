"""What the reports app keeps of people, and what goes when one is erased."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.personal import Basis, Group, Purpose, Store, erase_by, keep, keep_for
from reports.actions.exports import drop_files

SAVED = Purpose(
    "saved_reports",
    Group.STAFF,
    _("Which reports you saved, and which you get each month"),
    _("So that you find them again, and get them by mail if you asked for it."),
    (Basis.CONTRACT,),
    _("You, and colleagues you pass the address of a saved report on to."),
    _("Until you delete them."),
)


def contribute() -> None:
    """Enter the stores; have kept files let go of whoever is erased."""
    keep_for(SAVED)
    keep(
        Store(
            "reports.SavedReport",
            SAVED.key,
            lambda person: Q(by_id__in=person.users),
            removes=True,
            secret=frozenset({"token"}),
        )
    )
    keep(
        Store(
            "reports.ReportSubscription",
            SAVED.key,
            lambda person: Q(user_id__in=person.users),
            removes=True,
        )
    )
    erase_by(drop_files)
