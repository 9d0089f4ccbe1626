"""What the reports app keeps of people, and what goes when one wants it gone."""

from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from members.models import Contact, Member
from registry import acts
from registry.derived import in_batches
from registry.enums import Role
from registry.followers import Happening, follow
from registry.models import User
from registry.personal import (
    Basis,
    Group,
    Person,
    Purpose,
    Store,
    erase_by,
    keep,
    keep_for,
)
from reports.actions.exports import drop_files
from reports.base import registered
from reports.catalogue.product_book import ProductBook

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
    """Enter the stores; have kept files let go of whoever wants to be in none."""
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
    erase_by(forget)
    follow(Member, lambda happening: let_go([happening]), in_bulk=let_go)


def forget(_person: Person) -> None:
    """Let go of every file: any of them may name who is erased."""
    drop_files()


def let_go(happenings: Sequence[Happening]) -> None:
    """Let go of files that name people once a contact is public no more.

    One query, if contacts were touched.
    """
    touched = [each.row.pk for each in happenings if "contacts" in each.children]
    for batch in in_batches(touched):
        written = Contact.history.filter(act_id=acts.current().id, member_id__in=batch)
        if hidden(written).exists():
            drop_files(naming())
            return


def hidden(written: QuerySet[Any]) -> QuerySet[Any]:
    """Return those rows of history by which a person's contact ceased to be public."""
    earlier = Contact.history.filter(
        id=OuterRef("id"), history_id__lt=OuterRef("history_id")
    ).order_by("-history_id")
    was = {
        f"was_{name}": Subquery(earlier.values(name)[:1])
        for name in ("is_personal", "consented_on", "consent_withdrawn_on")
    }
    ended = Q(consented_on=None) | ~Q(consent_withdrawn_on=None) | Q(history_type="-")
    was_public = Q(was_is_personal=False) | Q(
        was_consented_on__isnull=False, was_consent_withdrawn_on=None
    )
    return written.filter(ended, is_personal=True).annotate(**was).filter(was_public)


def naming() -> frozenset[str]:
    """Return the reports that hold contacts of people.

    Those are masked for whoever only reads; the book shows them with consent.
    """
    reader = User(role=Role.OFFICIAL)
    masked = {each.slug for each in registered() if each.masked(reader)}
    return frozenset(masked | {ProductBook.slug})
