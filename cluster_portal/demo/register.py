"""Entering rounds, producers and goods, and leading each to its status."""

from typing import TypeVar

from cluster_portal.demo import papers, people, scores, words
from cluster_portal.demo.cluster import SLUG
from cluster_portal.demo.drawings import DRAWINGS
from cluster_portal.demo.found import Found, fields_of, never_entered, row_key
from cluster_portal.demo.words import (
    REASON,
    Good,
    Producer,
    draw,
    number,
    price,
    season,
)
from members.models import Member
from products.models import Photo, Product, StarRound
from registry.actions import records
from registry.enums import RecordStatus
from registry.models import Agency, Record, User

R = TypeVar("R", bound=Record)

RETURNED = "กรุณาเพิ่มเรื่องราวและราคาของผลิตภัณฑ์ (ข้อมูลสาธิต)"
WITHDRAWN = "ผู้ผลิตแจ้งหยุดผลิตชั่วคราว (ข้อมูลสาธิต)"

OF_PRODUCER = (
    "producer_type",
    "legal_form",
    "name_th",
    "name_en",
    "other_names",
    "quadrant",
    "story_th",
    "story_en",
)
OF_GOOD = ("name_th", "name_en", "other_names", "story_th", "story_en")
OF_KIND = (
    "unit_th",
    "unit_en",
    "size_th",
    "size_en",
    "materials_th",
    "materials_en",
    "keeping_th",
    "keeping_en",
    "air_travel",
)


def enter_rounds() -> int:
    """Enter the four rounds with the demonstration's maxima."""
    known = set(StarRound.objects.values_list("year", flat=True))
    rows = {str(year): year for year in scores.ROUNDS if year not in known}
    missing = never_entered("round", rows)
    for year in missing:
        entered, criteria = scores.round_of(year)
        records.create(
            entered,
            by=None,
            children={"criteria": criteria},
            form_key=row_key("round", str(year)),
            reason=REASON,
        )
    return len(missing)


# --- Producers ------------------------------------------------------------------


def enter_members(found: Found) -> int:
    """Enter the producers with contacts, outlets, memberships and certificates."""
    missing = never_entered("member", words.producers())
    for producer in missing:
        by = _author(found, producer)
        member = _member(found, producer)
        records.create(
            member,
            by=by,
            children={
                "contacts": people.contacts_of(producer, by),
                "outlets": people.outlets_of(
                    producer, found.places[producer.subdistrict]
                ),
                "memberships": people.memberships_of(
                    producer, found.clusters[SLUG], found.today
                ),
                "certificates": papers.certificates_of_producer(
                    producer, found.marks, found.today
                ),
            },
            form_key=row_key("member", producer.key),
            reason=REASON,
        )
        _lead(
            member, producer.status, by=by, reviewer=found.reviewer(producer.province)
        )
    return len(missing)


def _member(found: Found, producer: Producer) -> Member:
    place = found.places[producer.subdistrict]
    return Member(
        owner=_owner(found, producer),
        district=place.district,
        subdistrict=place,
        village_number=producer.moo,
        portrait=found.pictures[producer.picture],
        workers=number(producer.workers),
        local_workers=number(producer.local_workers),
        otop_year=people.otop_year(producer, found.today),
        enterprise_number=people.enterprise_number(producer),
        **fields_of(producer, OF_PRODUCER),
    )


def _owner(found: Found, producer: Producer) -> Agency:
    """Return who keeps a producer: every third one the industry office."""
    office = "pio" if producer.place % 3 == 2 else "cdo"
    return found.agencies[f"{office}-{producer.province}"]


def _author(found: Found, producer: Producer) -> User | None:
    """Return who enters it: a person of the office that keeps it."""
    if producer.place % 3 == 2:
        return found.reviewer(producer.province)
    return found.officer(producer.province)


# --- Goods ----------------------------------------------------------------------


def enter_goods(found: Found) -> int:
    """Enter the goods with photos, certificates and results."""
    missing = never_entered("product", words.goods())
    for good in missing:
        producer = words.producers()[good.producer]
        by = _author(found, producer)
        product = _product(found, good)
        records.create(
            product,
            by=by,
            children={
                "photos": _photos(found, good, producer),
                "certificates": papers.certificates_of_good(
                    good, producer.province, found.marks, found.today
                ),
                "ratings": scores.ratings_of(good.key, found.rounds),
            },
            form_key=row_key("product", good.key),
            reason=REASON,
        )
        reviewer = found.reviewer(producer.province)
        _lead(product, good.status, by=by, reviewer=reviewer)
    return len(missing)


def _product(found: Found, good: Good) -> Product:
    kind = words.kinds()[good.kind]
    # Staff may have deleted a shelf since.
    shelf = found.shelves.get(kind.category)
    return Product(
        member=found.members[good.producer],
        category=shelf,
        otop_type=shelf.otop_type if shelf else "",
        price_min=price(good.price_min),
        price_max=price(good.price_max),
        shelf_life_days=number(kind.shelf_life_days),
        season=season(good.months or kind.months),
        **fields_of(good, OF_GOOD),
        **fields_of(kind, OF_KIND),
    )


def _photos(found: Found, good: Good, producer: Producer) -> list[Photo]:
    """Return the good's drawing, and for every other one where it is made."""
    names = [good.drawing]
    if draw(f"photo/{good.key}", 2) and producer.picture not in names:
        names.append(producer.picture)
    return [
        Photo(
            picture=found.pictures[name],
            alt_th=f"ภาพวาดประกอบ: {DRAWINGS[name].shows_th}",
            alt_en=f"Illustration: {DRAWINGS[name].shows_en}",
            is_main=position == 0,
            is_illustration=True,
            position=position,
        )
        for position, name in enumerate(names)
    ]


# --- The workflow ---------------------------------------------------------------


def _lead(record: R, status: str, *, by: User | None, reviewer: User | None) -> None:
    """Take the steps that lead a new record to its status.

    Officers submit and the reviewer decides; what the reviewer entered is
    published without a submission.
    """
    if status == RecordStatus.DRAFT:
        return
    if by != reviewer or status in {RecordStatus.SUBMITTED, RecordStatus.RETURNED}:
        records.submit(record, by=by)
    if status == RecordStatus.RETURNED:
        records.send_back(record, by=reviewer, note=RETURNED)
    if status in {RecordStatus.PUBLISHED, RecordStatus.WITHDRAWN}:
        records.publish(record, by=reviewer)
    if status == RecordStatus.WITHDRAWN:
        records.withdraw(record, by=reviewer, note=WITHDRAWN)
