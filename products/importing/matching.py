"""What is to be made of the rows of a file, and what is there already.

Reads the register, writes nothing. A producer is a point of sale within its district;
where a file names none, the unnamed producer of the local authority stands for it
(docs/decisions). Rows are known again by keys made of what the file says, not by what
the register keeps, so that names that staff have mended since are not made twice.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from members.models import Member
from products.importing.goods_names import StarClaim
from products.importing.layouts import Layout
from products.importing.outcomes import Fate, Outcome, Reason, Repair
from products.importing.positions import Middles
from products.importing.rows import GoodsRow, RowRefused, read_row
from products.importing.sellers import Standing, producer_key
from products.models import Product, StarRound
from registry.actions.bulk import used_keys
from registry.derived import in_batches
from registry.enums import AgencyState, RecordStatus
from registry.merging import successors
from registry.models import (
    Agency,
    District,
    ImportRun,
    Province,
    Subdistrict,
    User,
)
from registry.place_names import PlaceNames
from registry.rules import reviews
from registry.sheets.reading import Heading, Row
from registry.thai.text import fold

#: Turns what a file says into form keys; never to be changed.
NAMESPACE = uuid.UUID("5d0f5b1e-7c1a-5a53-9d2b-6f5c0a4be9d7")
#: Offices that own what is imported, by what their keys begin with: community
#: development looks after OTOP, industry after the clusters.
OWNERS = ("cdo", "pio")
#: The department above them, for Bangkok, which has neither.
NATIONAL_OWNER = "cdd"
#: Names of products and members, in the register.
NAME_LENGTH = 250
UNNAMED = "ผู้ผลิตไม่ระบุชื่อ ({authority})"


@dataclass
class Producer:
    """A producer that rows are about; ``member`` if the register has it."""

    key: uuid.UUID
    name: str
    district: District
    owner: Agency
    is_placeholder: bool
    #: Folded, unique within the district.
    identity: str
    member: Member | None = None
    #: Not from a file: its status is none of an import's business.
    is_foreign: bool = False
    rows: list[GoodsRow] = field(default_factory=list)

    @property
    def may_be_public(self) -> bool:
        """Tell whether no row leaves a doubt that the name is a business's."""
        return not self.is_placeholder and all(
            row.seller.standing is Standing.BUSINESS for row in self.rows
        )


@dataclass
class Goods:
    """A product that rows are about; ``product`` if the register has it."""

    key: uuid.UUID
    producer: Producer
    rows: list[GoodsRow]
    product: Product | None = None
    #: Not from a file: its status is none of an import's business.
    is_foreign: bool = False

    @property
    def name(self) -> str:
        """Return the name the public may read."""
        return self.rows[0].goods.name

    @property
    def may_be_public(self) -> bool:
        """Tell whether an import may publish it."""
        is_doubtful = any(row.goods.is_doubtful for row in self.rows)
        return self.producer.may_be_public and not is_doubtful and not self.is_foreign

    @property
    def claims(self) -> dict[int, StarClaim]:
        """Return the stars that names of it claim, by year; the first of a year."""
        found: dict[int, StarClaim] = {}
        for row in self.rows:
            if row.goods.claim is not None:
                found.setdefault(row.goods.claim.year, row.goods.claim)
        return found


@dataclass
class Placed:
    """A row, and the places and the owner it belongs to."""

    row: GoodsRow
    district: District
    owner: Agency
    subdistrict: Subdistrict | None = None


@dataclass
class Plan:
    """What an import is going to do, and what becomes of each row."""

    outcomes: list[Outcome] = field(default_factory=list)
    producers: list[Producer] = field(default_factory=list)
    goods: list[Goods] = field(default_factory=list)
    rounds: dict[int, StarRound] = field(default_factory=dict)
    subdistricts: dict[int, Subdistrict] = field(default_factory=dict)
    repairs: Counter[Repair] = field(default_factory=Counter)
    #: Rows of other provinces than the one asked for.
    left_out: int = 0

    @property
    def new_producers(self) -> list[Producer]:
        """Return those that are to be made."""
        return [each for each in self.producers if each.member is None]

    @property
    def new_goods(self) -> list[Goods]:
        """Return those that are to be made."""
        return [each for each in self.goods if each.product is None]

    def counted(self, fate: Fate) -> int:
        """Return how many rows meet a fate."""
        return sum(outcome.fate is fate for outcome in self.outcomes)


class NoOffices(ValueError):
    """No office of the register could own any of the rows."""


def plan_import(
    rows: Iterable[Row],
    heading: Heading,
    layout: Layout,
    *,
    province: Province | None = None,
    by: User | None = None,
) -> Plan:
    """Work out what the rows below ``heading`` are to become.

    A person enters rows of their own provinces only. About a dozen queries, and one
    more for each 500 producers or goods.

    :raises NoOffices: if no row has an office to own it.
    """
    return _Planning(layout, province, by).run(rows, heading)


class _Planning:
    """The steps of :func:`plan_import`, and what they share."""

    def __init__(
        self, layout: Layout, province: Province | None, by: User | None
    ) -> None:
        self.layout = layout
        self.only = province
        self.by = by
        self.places = PlaceNames.load()
        self.owners = owners()
        self.plan = Plan()

    def run(self, rows: Iterable[Row], heading: Heading) -> Plan:
        placed = self._placed(rows, heading)
        self._drop_far_positions(placed)
        self._find_subdistricts(placed)
        self._gather_producers(placed)
        self._find_members()
        self._gather_goods()
        self._find_products()
        self.plan.outcomes.sort(key=lambda outcome: outcome.number)
        self.plan.rounds = {each.year: each for each in StarRound.objects.all()}
        return self.plan

    # --- Places and owners ------------------------------------------------------

    def _placed(self, rows: Iterable[Row], heading: Heading) -> list[Placed]:
        """Return the rows that name a product, a district and have an owner."""
        placed: list[Placed] = []
        without_office = 0
        for row in rows:
            try:
                read = read_row(row, heading, self.layout)
                province = self._province(read)
                if self.only is not None and province != self.only:
                    self.plan.left_out += 1
                    continue
                if self.by is not None and not reviews(
                    self.by, Member(province=province)
                ):
                    raise RowRefused(Reason.FOREIGN, province.full_name())
                placed.append(self._place(read, province))
            except RowRefused as refusal:
                without_office += refusal.reason is Reason.NO_OFFICE
                self._settle(row.number, Fate.SKIPPED, refusal.reason, refusal.detail)
        if without_office and not placed:
            raise NoOffices
        return placed

    def _province(self, read: GoodsRow) -> Province:
        province = self.places.province(read.province)
        if province is None:
            raise RowRefused(Reason.UNKNOWN_PROVINCE, read.province)
        return province

    def _place(self, read: GoodsRow, province: Province) -> Placed:
        district = self.places.district(province, read.district)
        if district is None:
            raise RowRefused(Reason.UNKNOWN_DISTRICT, read.district)
        owner = self.owners.get(province.code, self.owners.get(NATIONAL_OWNER))
        if owner is None:
            raise RowRefused(Reason.NO_OFFICE, province.full_name())
        return Placed(read, district, owner)

    def _drop_far_positions(self, placed: Sequence[Placed]) -> None:
        """Put positions aside that hardly lie in the row's province."""
        middles = Middles(
            (each.district.province_id, each.row.position)
            for each in placed
            if each.row.position is not None
        )
        for each in placed:
            position = each.row.position
            if position and middles.is_far(each.district.province_id, position):
                each.row.position = None
                each.row.repairs.append(Repair.POSITION_UNUSABLE)

    def _find_subdistricts(self, placed: Sequence[Placed]) -> None:
        """Read the subdistrict off an address that names one of the row's district."""
        self.places.know(each.district for each in placed)
        for each in placed:
            province, row = each.district.province, each.row
            named = {self.places.district(province, name) for name in row.districts}
            if named - {None, each.district}:
                row.repairs.append(Repair.ELSEWHERE)
                continue
            found = {
                place.code: place
                for name in row.subdistricts
                if (place := self.places.subdistrict(each.district, name))
            }
            if len(found) == 1:
                self.plan.subdistricts[row.number] = found.popitem()[1]

    # --- Producers --------------------------------------------------------------

    def _gather_producers(self, placed: Sequence[Placed]) -> None:
        known: dict[tuple[str, str], Producer] = {}
        for each in placed:
            self.plan.repairs.update(each.row.repairs)
            identity, name = _identity(each)
            producer = known.get((each.district.code, identity))
            if producer is None:
                producer = Producer(
                    key=self._key("producer", each.district.code, identity),
                    name=self._shortened(name),
                    district=each.district,
                    owner=each.owner,
                    is_placeholder=not each.row.seller.is_named,
                    identity=identity,
                )
                known[each.district.code, identity] = producer
                self.plan.producers.append(producer)
            producer.rows.append(each.row)

    def _find_members(self) -> None:
        """Find producers imported before by their keys, others by name and district."""
        producers = self.plan.producers
        before = used_keys(Member, [each.key for each in producers])
        members: dict[int, Member] = {}
        for batch in in_batches(before.values()):
            members |= Member.objects.in_bulk(batch)
        by_name: dict[tuple[str, str], Member] = {}
        districts = {each.district.code for each in producers}
        entered = Member.objects.filter(district__in=districts, is_placeholder=False)
        entered = entered.exclude(pk__in=taken_back(Member))
        # Who was merged into another is that one now.
        into = successors(Member)
        stands_for = Member.objects.in_bulk(set(into.values()))
        for member in entered.order_by("-pk").iterator():
            there = stands_for[into[member.pk]] if member.pk in into else member
            by_name[member.district_id, producer_key(member.name_th)] = there
        for each in producers:
            if each.key in before:
                each.member = members.get(before[each.key])
            elif not each.is_placeholder:
                each.member = by_name.get((each.district.code, each.identity))
                each.is_foreign = each.member is not None

    # --- Goods ------------------------------------------------------------------

    def _gather_goods(self) -> None:
        for producer in self.plan.producers:
            known: dict[str, Goods] = {}
            for row in producer.rows:
                identity = _goods_identity(row, producer)
                goods = known.get(identity)
                if goods is None:
                    key = self._key(
                        "goods", producer.district.code, producer.identity, identity
                    )
                    known[identity] = goods = Goods(key, producer, [row])
                    self.plan.goods.append(goods)
                    continue
                first = goods.rows[0]
                is_copy = first.fingerprint == row.fingerprint
                self._settle(
                    row.number,
                    Fate.MERGED,
                    Reason.SAME_ROW if is_copy else Reason.SAME_PRODUCT,
                    str(first.number),
                )
                goods.rows.append(row)

    def _find_products(self) -> None:
        """Find goods imported before by their keys, others by producer and name."""
        before = used_keys(Product, [each.key for each in self.plan.goods])
        products: dict[int, Product] = {}
        for batch in in_batches(before.values()):
            products |= Product.objects.in_bulk(batch)
        by_name = _goods_of(
            each.member.pk
            for each in self.plan.producers
            if each.member is not None and not each.is_placeholder
        )
        for each in self.plan.goods:
            member = each.producer.member
            if each.key in before:
                each.product = products.get(before[each.key])
            elif member is not None:
                each.product = by_name.get((member.pk, fold(each.name)[:300]))
                each.is_foreign = each.product is not None
            number = each.rows[0].number
            if each.product is None:
                self._settle(number, Fate.MADE)
            else:
                self._settle(number, Fate.MERGED, Reason.THERE, each.product.code or "")

    # --- Shared -----------------------------------------------------------------

    def _key(self, *parts: str) -> uuid.UUID:
        return uuid.uuid5(NAMESPACE, "/".join((self.layout.key, *parts)))

    def _shortened(self, name: str) -> str:
        if len(name) > NAME_LENGTH:
            self.plan.repairs[Repair.SHORTENED] += 1
        return shortened(name)

    def _settle(
        self, number: int, fate: Fate, reason: Reason | None = None, detail: str = ""
    ) -> None:
        self.plan.outcomes.append(Outcome(number, fate, reason, detail))


def shortened(name: str) -> str:
    """Return ``name`` as long as the register keeps it."""
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


def _identity(placed: Placed) -> tuple[str, str]:
    """Return what a row's producer is known by within its district, and its name."""
    if placed.row.seller.is_named:
        name = placed.row.seller.name
        return producer_key(name), name
    authority = placed.row.authority
    if not fold(authority):
        authority = f"อำเภอ{placed.district.name_th}"
    return f"@{fold(authority)}", UNNAMED.format(authority=authority)


def _goods_identity(row: GoodsRow, producer: Producer) -> str:
    """Return what a product is known by among its producer's.

    An unnamed producer stands for many: only a copy of the whole row is the same.
    """
    if producer.is_placeholder:
        return row.fingerprint
    # What a name was cut to says too little.
    return fold(row.cell) if row.goods.is_doubtful else fold(row.goods.name)


def taken_back(model: type[Member]) -> Any:
    """Return the keys of records that imports entered and that were undone since.

    What somebody took up again counts; the others are as if they never came.
    """
    undone = ImportRun.objects.filter(undone_at__isnull=False, act_id__isnull=False)
    acts = undone.values("act_id")
    entered = model.history.filter(history_type="+", act_id__in=acts)
    gone = model.objects.filter(status=RecordStatus.WITHDRAWN)
    return gone.filter(pk__in=entered.values("id")).values("pk")


def owners() -> dict[str, Agency]:
    """Return who owns what is imported, by province, and the department. One query."""
    offices: dict[str, Agency] = {
        str(each.key): each
        for each in Agency.objects.filter(key__isnull=False, state=AgencyState.APPROVED)
    }
    owners = {
        key.rpartition("-")[2]: offices[key]
        for kind in reversed(OWNERS)
        for key in offices
        if key.startswith(f"{kind}-")
    }
    if NATIONAL_OWNER in offices:
        owners[NATIONAL_OWNER] = offices[NATIONAL_OWNER]
    return owners


def _goods_of(members: Iterable[int]) -> dict[tuple[Any, str], Product]:
    """Return the goods of members by their folded names; the oldest of a name."""
    found: dict[tuple[Any, str], Product] = {}
    for batch in in_batches(members):
        kept = Product.objects.filter(member__in=batch).order_by("pk")
        for product in kept.exclude(status=RecordStatus.WITHDRAWN):
            found.setdefault((product.member_id, product.name_fold), product)
    return found
