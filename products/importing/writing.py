"""Doing what a plan says: producers, goods and their publication, in one act."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.enums import ContactKind
from members.models import Contact, Member
from products.importing.matching import Goods, Plan, Producer, shortened
from products.importing.positions import Position
from products.importing.rows import GoodsRow
from products.importing.sellers import Standing
from products.models import Product, StarRating
from registry import acts
from registry.actions import bulk
from registry.actions.bulk import Entry
from registry.changes import Changes, ChildChanges
from registry.enums import RecordStatus
from registry.models import Record, User
from registry.thai.phones import COUNTRY, Phone

#: First digits of numbers that a person carries about.
MOBILE = tuple(COUNTRY + digit for digit in "689")


@dataclass(frozen=True)
class Written:
    """What an import wrote."""

    act_id: uuid.UUID
    members: int
    placeholders: int
    products: int
    members_published: int = 0
    products_published: int = 0
    #: Records that were to be published but may not be, and why.
    refused: tuple[tuple[Any, str], ...] = ()


@transaction.atomic
def write_plan(
    plan: Plan,
    *,
    file_name: str,
    by: User | None,
    reason: str,
    publish: bool = False,
) -> Written:
    """Enter all the plan wants made, and publish what may be if asked to."""
    with acts.act(by=by, reason=reason) as running:
        producers = [each for each in plan.producers if each.member is None]
        goods = [each for each in plan.goods if each.product is None]
        members = bulk.create_many(
            Member,
            [_entry(Member, _producer(each, plan), each.key) for each in producers],
            by=by,
            reason=reason,
        )
        notes = _Notes(file_name, {each.key for each in producers})
        for producer, member in zip(producers, members, strict=True):
            producer.member = member
        products = bulk.create_many(
            Product,
            [_entry(Product, _goods(each, plan, notes), each.key) for each in goods],
            by=by,
            reason=reason,
        )
        for made, product in zip(goods, products, strict=True):
            made.product = product
        shown = _publish(plan, by=by, reason=reason) if publish else ()
    placeholders = sum(each.is_placeholder for each in producers)
    return Written(
        running.id, len(members) - placeholders, placeholders, len(products), *shown
    )


def _publish(
    plan: Plan, *, by: User | None, reason: str
) -> tuple[int, int, tuple[tuple[Any, str], ...]]:
    """Publish drafts among the producers of the file, then among their goods.

    What staff have returned or withdrawn since is theirs to decide.
    """
    producers = [
        each.member.pk
        for each in plan.producers
        if each.may_be_public
        and not each.is_foreign
        and each.member
        and _is_draft(each.member)
    ]
    goods = [
        each
        for each in plan.goods
        if each.may_be_public and each.product and _is_draft(each.product)
    ]
    members = bulk.publish_many(Member, producers, by=by, reason=reason)
    products = bulk.publish_many(
        Product,
        [each.product.pk for each in goods if each.product],
        by=by,
        reason=reason,
    )
    return (
        len(members.done),
        len(products.done),
        (*members.refused, *products.refused),
    )


def _is_draft(record: Record) -> bool:
    return record.status == RecordStatus.DRAFT


# --- What rows say of producers and goods -----------------------------------------


def _producer(producer: Producer, plan: Plan) -> Changes:
    """Return what the rows of a producer say of it."""
    fields: dict[str, Any] = {
        "name_th": producer.name,
        "district": producer.district,
        "owner": producer.owner,
        "is_placeholder": producer.is_placeholder,
    }
    if producer.is_placeholder:
        return Changes(fields=fields)
    rows = producer.rows
    located = next((row for row in rows if row.number in plan.subdistricts), rows[0])
    fields["subdistrict"] = plan.subdistricts.get(located.number)
    fields["village_number"] = located.village_number
    position = _position(producer)
    if position is not None:
        fields["latitude"], fields["longitude"] = position.latitude, position.longitude
    fields["private_notes"] = _lines(
        line for row in rows for line in (_authority(row), _address(row))
    )
    return Changes(
        fields=fields,
        children={"contacts": ChildChanges(added=tuple(_contacts(rows)))},
    )


def _position(producer: Producer) -> Position | None:
    """Return the first position its rows give; unverified, so staff see it alone."""
    return next((row.position for row in producer.rows if row.position), None)


def _contacts(rows: Sequence[GoodsRow]) -> Iterator[Contact]:
    """Yield ways to reach a producer, each once. Nobody has consented to anything.

    A fixed line is a shop's own, unless a person is named beside it.
    """
    found: dict[tuple[str, str], Contact] = {}
    for row in rows:
        for person in row.seller.persons:
            contact = Contact(kind=ContactKind.PERSON, value=person[:300])
            found.setdefault((contact.kind, contact.value), contact)
        is_shop = row.seller.standing is Standing.BUSINESS and not row.seller.persons
        for phone in row.phones:
            contact = _phone_contact(phone, is_shop=is_shop)
            found.setdefault((contact.kind, contact.value), contact)
    for position, contact in enumerate(found.values()):
        contact.position = position
        yield contact


def _phone_contact(phone: Phone, *, is_shop: bool) -> Contact:
    is_mobile = phone.e164.startswith(MOBILE)
    return Contact(
        kind=ContactKind.MOBILE if is_mobile else ContactKind.PHONE,
        value=phone.e164,
        extension=phone.extension,
        is_personal=is_mobile or not is_shop,
    )


def _goods(goods: Goods, plan: Plan, notes: "_Notes") -> Changes:
    """Return what the rows of a product say of it."""
    ratings = tuple(
        StarRating(round=plan.rounds[year], stars=claim.stars)
        for year, claim in goods.claims.items()
        if year in plan.rounds
    )
    return Changes(
        fields={
            "member": goods.producer.member,
            "name_th": shortened(goods.name),
            "private_notes": notes.of(goods, plan),
        },
        children={"ratings": ChildChanges(added=ratings)},
    )


# --- What the register has no column for ------------------------------------------


@dataclass(frozen=True)
class _Notes:
    """Private notes of goods: all that a file says and no column keeps."""

    file_name: str
    #: Keys of the producers made in this import, who took address and telephone.
    new: frozenset[uuid.UUID] | set[uuid.UUID]

    def of(self, goods: Goods, plan: Plan) -> str:
        """Return the notes of a product, a line for each thing, each once."""
        numbers = ", ".join(str(row.number) for row in goods.rows)
        source = _("Imported from “%(file)s”, row %(rows)s.") % {
            "file": self.file_name,
            "rows": numbers,
        }
        return _lines(
            [
                source,
                *(line for row in goods.rows for line in self._row(row, goods, plan)),
            ]
        )

    def _row(self, row: GoodsRow, goods: Goods, plan: Plan) -> Iterator[str]:
        producer = goods.producer
        has_taken = producer.key in self.new and not producer.is_placeholder
        if row.cell != shortened(goods.name) and not self._is_told(row, plan):
            yield _("Name in the file: %(text)s") % {"text": row.cell}
        if row.seller_cell and row.seller_cell != producer.name:
            yield _("Point of sale in the file: %(text)s") % {"text": row.seller_cell}
        if not has_taken:
            yield _authority(row)
            yield _address(row)
        if row.phone_cell and (row.phone_rest or not has_taken):
            yield _("Telephone in the file: %(text)s") % {"text": row.phone_cell}
        kept = _position(producer) if has_taken else None
        if row.position_cells and (row.position is None or row.position != kept):
            yield _("Coordinates in the file: %(text)s") % {"text": row.position_cells}

    @staticmethod
    def _is_told(row: GoodsRow, plan: Plan) -> bool:
        """Tell whether a rating keeps all that was taken out of the name."""
        claim = row.goods.claim
        return bool(claim and claim.year in plan.rounds and not row.goods.persons)


def _authority(row: GoodsRow) -> str:
    if not row.authority:
        return ""
    return _("Local authority: %(text)s") % {"text": row.authority}


def _address(row: GoodsRow) -> str:
    if not row.address:
        return ""
    return _("Address in the file: %(text)s") % {"text": row.address}


def _lines(lines: Iterable[str]) -> str:
    """Return lines in their order, each once, empty ones left out."""
    return "\n".join(dict.fromkeys(filter(None, lines)))


# --- A row as changes -----------------------------------------------------------


def _entry(model: type[Any], changes: Changes, key: uuid.UUID) -> Entry:
    """Return a new row of ``model`` with what ``changes`` give it."""
    children = {name: each.added for name, each in changes.children.items()}
    return Entry(model(**changes.fields), children, key)
