"""Producers, without anything that names or reaches a person."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.enums import ContactKind, LegalForm, ProducerType
from members.models import Contact, Member
from registry.needles import TITLES, whole_name
from reports.opendata.base import (
    Catalogue,
    Column,
    Dataset,
    Kind,
    Row,
    day_of,
    page_of,
    place_columns,
    register,
)

#: Contacts whose value is a person's name.
NAMING = (ContactKind.LEADER, ContactKind.PERSON)


@register
class Members(Dataset):
    """Every published producer."""

    slug = "members"
    place = 2
    title = _("Producers of the souvenir cluster")
    description = _(
        "Community groups, single owners and small firms that make souvenirs, with "
        "their form, place and workforce, as the offices of the provinces have checked "
        "them."
    )
    notes = (
        _(
            "No personal data: no names of people, telephones, e-mails, house numbers, "
            "coordinates or registration numbers."
        ),
        _(
            "The name of a single owner, and a name that holds that of a person, is "
            "left empty: it may be a person’s. The producer’s page shows it."
        ),
    )
    catalogue = Catalogue(
        keywords=(
            _("souvenirs"),
            _("OTOP"),
            _("producers"),
            _("community enterprises"),
        ),
        geo_coverage=pgettext_lazy("coverage", "Subdistrict"),
    )
    follows = (Member, Contact)
    reads = ("code", "pk", "name_th", "name_en", "producer_type", "published_at")
    columns = (
        Column("code", _("Code"), Kind.CODE),
        Column("name_th", _("Name (Thai)")),
        Column("name_en", _("Name (English)")),
        Column(
            "producer_type",
            _("Kind of producer"),
            Kind.CODE,
            choices=ProducerType.choices,
        ),
        Column("legal_form", _("Legal form"), Kind.CODE, choices=LegalForm.choices),
        Column("otop_year", _("year of OTOP registration (B.E.)"), Kind.WHOLE),
        Column(
            "subdistrict_code", _("Subdistrict (code)"), Kind.CODE, "subdistrict_id"
        ),
        Column(
            "subdistrict_th", _("Subdistrict (Thai)"), source="subdistrict__name_th"
        ),
        Column(
            "subdistrict_en", _("Subdistrict (English)"), source="subdistrict__name_en"
        ),
        *place_columns(),
        Column("workers", _("Workers"), Kind.WHOLE),
        Column("local_workers", _("of them from the community"), Kind.WHOLE),
        Column("goods_count", _("Published goods"), Kind.WHOLE),
        Column(
            "published_on", _("Published on"), Kind.DAY, value=day_of("published_at")
        ),
        Column(
            "url",
            _("Address of the page"),
            Kind.ADDRESS,
            value=page_of("members:detail"),
        ),
    )

    def found(self) -> QuerySet[Any]:
        """Return producers by code."""
        return Member.objects.published().order_by("code")

    def prepare(self, rows: Sequence[Row]) -> None:
        """Leave names of people out. One query a chunk."""
        people = people_of(row["pk"] for row in rows)
        for row in rows:
            hide_person(row, "", people.get(row["pk"], ()))


def people_of(members: Iterable[int]) -> dict[int, list[str]]:
    """Return the names of people that the register keeps of each producer."""
    found: dict[int, list[str]] = {}
    kept = Contact.objects.filter(member__in=set(members), kind__in=NAMING)
    for member, value in kept.values_list("member_id", "value"):
        found.setdefault(member, []).append(value)
    return found


def hide_person(row: Row, path: str, people: Iterable[str]) -> None:
    """Empty the producer's names in a row where they may be a person's."""
    names = [row[f"{path}name_th"], row[f"{path}name_en"]]
    if row[f"{path}producer_type"] == ProducerType.SINGLE or any(
        names_person(name, people) for name in names
    ):
        row[f"{path}name_th"] = row[f"{path}name_en"] = ""


def names_person(name: str, people: Iterable[str]) -> bool:
    """Tell whether a name is one of a person with a title, or holds a known one."""
    bare = " ".join(name.split())
    if TITLES.match(bare) and whole_name(bare):
        return True
    held = (whole_name(each) or " ".join(each.split()) for each in people)
    return any(each and each.casefold() in bare.casefold() for each in held)
