"""What is kept of the people behind members and clusters, and how they are known."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import ContactKind
from members.models import Contact, Member, Post, ProducerAccount, SignedConsent
from registry.models import Merge, Proposal
from registry.personal import (
    ERASED_EN,
    ERASED_TH,
    Basis,
    Group,
    Person,
    Purpose,
    Store,
    columns_of,
    erase_by,
    gather_by,
    keep,
    keep_for,
    spelled,
)
from registry.thai.phones import read_phones

LABEL = "members.Member"
NAMES = (ContactKind.LEADER, ContactKind.PERSON)
PHONES = (ContactKind.MOBILE, ContactKind.PHONE)

PURPOSES = (
    Purpose(
        "contacts",
        Group.PRODUCER,
        _("Names of the leader and of contact persons, mobile numbers, e-mail, LINE"),
        _(
            "So that the office can reach you; and, where you agreed, so that visitors "
            "and buyers can."
        ),
        (Basis.PUBLIC_TASK, Basis.CONSENT),
        _(
            "The office that keeps your record and the reviewers of the province; "
            "everybody, for each of them, only after you agreed to it."
        ),
        _(
            "as long as you are in the register; what you agreed to disappears from "
            "the pages at the moment you take it back"
        ),
    ),
    Purpose(
        "papers",
        Group.PRODUCER,
        _("Consents that you signed on paper"),
        _("To be able to show that you agreed, as section 19 asks."),
        (Basis.LEGAL_DUTY,),
        _("The office that keeps your record and the reviewers of the province."),
        _("as long as you are in the register"),
    ),
    Purpose(
        "identity",
        Group.PRODUCER,
        _(
            "The leader’s identity number: only a fingerprint that cannot be turned "
            "back, and the last four digits"
        ),
        _("To tell two producers of the same name from one another."),
        (Basis.PUBLIC_TASK,),
        _("The office and the reviewers see the last four digits; nobody sees more."),
        _("as long as you are in the register"),
    ),
    Purpose(
        "committee",
        Group.PRODUCER,
        _("Names and terms of the people on a cluster’s committee"),
        _("To say who answers for the cluster; publicly, where the person agreed."),
        (Basis.PUBLIC_TASK, Basis.CONSENT),
        _("Agencies of the province; everybody, only where the person agreed."),
        _("as long as the cluster is in the register"),
    ),
    Purpose(
        "producer_accounts",
        Group.PRODUCER,
        _("Which account may propose changes to which producer’s page"),
        _("So that you can look after your own page."),
        (Basis.CONTRACT,),
        _("The office that keeps your record, the reviewers and administrators."),
        _("as long as you have the account"),
    ),
)


def contribute() -> None:
    """Enter the purposes and stores of this app."""
    for purpose in PURPOSES:
        keep_for(purpose)
    for store in stores():
        keep(store)
    gather_by(gather)
    erase_by(erase_packed)


def stores() -> Iterable[Store]:
    """Return what this app keeps of people."""
    yield Store(
        "members.Contact",
        "contacts",
        _contacts,
        {
            "value": ERASED_TH,
            "extension": "",
            "consented_on": None,
            "consent_withdrawn_on": None,
        },
        removes=True,
        is_about_person=lambda contact: contact.is_personal,
    )
    yield Store(
        "members.SignedConsent",
        "papers",
        lambda person: (
            Q(member_id__in=person.keys_of(LABEL))
            | _named("person", person, "member__province_id__in")
        ),
        {"person": ERASED_TH, "file": "", "file_name": ""},
    )
    yield Store(
        "members.Member",
        "identity",
        lambda person: Q(id__in=person.keys_of(LABEL)),
        {
            "leader_id_hash": "",
            "leader_id_last4": "",
            "portrait": dict,
            # Beyond the subdistrict it may be where a person lives.
            "house": "",
            "village_number": "",
            "street": "",
            "latitude": None,
            "longitude": None,
            "private_notes": "",
        },
        secret=frozenset({"leader_id_hash", "sort_key", "name_fold"}),
    )
    yield Store(
        "members.Post",
        "committee",
        lambda person: (
            Q(member_id__in=person.keys_of(LABEL))
            | _named("person_th", person, "cluster__province_id__in")
            | _named("person_en", person, "cluster__province_id__in")
        ),
        {"person_th": ERASED_TH, "person_en": ERASED_EN, "consented_on": None},
    )
    yield Store(
        "members.ProducerAccount",
        "producer_accounts",
        lambda person: (
            Q(user_id__in=person.users) | Q(member_id__in=person.keys_of(LABEL))
        ),
        removes=True,
    )


def _contacts(person: Person) -> Q:
    values = {*person.emails, *person.phones}
    return (
        spelled("value", values)
        | Q(member_id__in=person.keys_of(LABEL), is_personal=True)
        | (_named("value", person, "member__province_id__in") & Q(kind__in=NAMES))
    )


def _named(column: str, person: Person, place: str) -> Q:
    """Return rows of the person's name in the person's provinces: elsewhere another."""
    if not person.provinces:
        return Q(pk__in=[])
    return spelled(column, person.names) & Q(**{place: person.provinces})


# --- Whose data -----------------------------------------------------------------------


def gather(person: Person) -> Person:
    """Return ``person``, known by producers, contacts and posts. A few queries."""
    hashes = Q(leader_id_hash__in=person.id_hashes - {""})
    members = {
        *person.keys_of(LABEL),
        *Member.objects.filter(Q(code__in=person.codes) | hashes).values_list(
            "pk", flat=True
        ),
        *Member.history.filter(hashes).values_list("id", flat=True),
    }
    if members:
        person = _of_members(person.with_records(LABEL, members), members)
    accounts = ProducerAccount.objects.filter(user_id__in=person.users)
    reached = Contact.objects.filter(
        spelled("value", {*person.emails, *person.phones}), is_personal=True
    )
    near = {
        *accounts.values_list("member__province_id", flat=True),
        *reached.values_list("member__province_id", flat=True),
    }
    return person.with_(provinces=near)


def _of_members(person: Person, members: set[int]) -> Person:
    """Return ``person``, known by everybody behind ``members``, now and before."""
    rows = Member.objects.filter(pk__in=members)
    hashes = Member.history.filter(id__in=members).values_list(
        "leader_id_hash", flat=True
    )
    person = person.with_(
        id_hashes=[*rows.values_list("leader_id_hash", flat=True), *hashes],
        provinces=rows.values_list("province_id", flat=True),
        users=ProducerAccount.objects.filter(member_id__in=members).values_list(
            "user_id", flat=True
        ),
        names=_names(members),
    )
    for kind, value in _values(members):
        person = person.with_(**_known_by(kind, value))
    return person


def _names(members: set[int]) -> Iterable[str]:
    for model, columns in (
        (Post, ("person_th", "person_en")),
        (SignedConsent, ("person",)),
    ):
        for rows in (model.objects, model.history):
            for values in rows.filter(member_id__in=members).values_list(*columns):
                yield from (each for each in values if each not in _ERASED)


def _values(members: set[int]) -> Iterable[tuple[str, str]]:
    for rows in (Contact.objects, Contact.history):
        yield from (
            rows.filter(member_id__in=members, is_personal=True)
            .exclude(value__in=_ERASED)
            .values_list("kind", "value")
        )


def _known_by(kind: str, value: str) -> Mapping[str, list[str]]:
    """Return what a personal contact adds to who somebody is."""
    if kind in NAMES:
        return {"names": [value]}
    if kind == ContactKind.EMAIL:
        return {"emails": [value.lower()]}
    if kind in PHONES:
        return {"phones": [each.e164 for each in read_phones(value).phones] or [value]}
    return {"handles": [value]}


_ERASED = frozenset({"", ERASED_TH, ERASED_EN})


# --- What no column says --------------------------------------------------------------


def erase_packed(person: Person) -> None:
    """Empty the personal columns of members in proposals, merges and their history."""
    members = person.keys_of(LABEL)
    if not members:
        return
    proposed = Q(model=LABEL, object_id__in=members)
    for rows in (Proposal.objects, Proposal.history):
        for row in rows.filter(proposed):
            rows.filter(pk=row.pk).update(data=_emptied(row.data), typed="")
    merged = Q(kept_id__in=members) | Q(gone_id__in=members)
    for merge in Merge.objects.filter(merged, model=LABEL):
        Merge.objects.filter(pk=merge.pk).update(before=_emptied(merge.before))


def _emptied(value: Any) -> Any:
    """Return packed values with nothing in a member's personal columns."""
    if isinstance(value, list):
        return [_emptied(each) for each in value]
    if not isinstance(value, dict):
        return value
    columns = columns_of(LABEL)
    return {
        name: _nothing_of(each, columns[name]) if name in columns else _emptied(each)
        for name, each in value.items()
    }


def _nothing_of(value: Any, left: Any) -> Any:
    """Return what is left of a value, or of the pair of what it was and should be."""
    nothing = left() if left is dict else left
    return [nothing for _each in value] if isinstance(value, list) else nothing
