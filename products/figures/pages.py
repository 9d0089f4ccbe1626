"""What the pages of a product and of a producer tell beside the record itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q, Sum
from django.template.defaultfilters import floatformat
from django.utils.translation import get_language

from members.enums import WEB_KINDS, ContactKind
from members.models import Contact, Member, Membership, Outlet
from products import cards
from products.cards import Card
from products.enums import Section
from products.models import Certificate, Photo, Product, StarCriterion, StarRating
from registry import known_places
from registry.prepared import Prepared
from registry.thai.dates import (
    MONTHS_EN,
    MONTHS_EN_SHORT,
    MONTHS_TH,
    MONTHS_TH_SHORT,
)
from registry.thai.phones import Phone

#: How many other goods a product's page offers.
RELATED = 8


# --- The records ----------------------------------------------------------------

PUBLISHED_PRODUCT = Prepared[Product](
    lambda code: Product.objects.published().filter(code=code).for_page(), code=str
)
PUBLISHED_MEMBER = Prepared[Member](
    lambda code: Member.objects.published().filter(code=code).for_listing(), code=str
)


def published_product(code: str) -> Product | None:
    """Return the product the public may read under ``code``. One query."""
    product = PUBLISHED_PRODUCT.first(code=code)
    if product is not None:
        place(product)
        place(product.member)
    return product


def published_member(code: str) -> Member | None:
    """Return the producer the public may read under ``code``. One query."""
    return PUBLISHED_MEMBER.first(code=code)


def place(record: Product | Member) -> None:
    """Give a record that was read for its page its district and province."""
    record.district = known_places.district(record.district_id)
    record.province = record.district.province


# --- What belongs to them -------------------------------------------------------

PHOTOS = Prepared[Photo](
    lambda product: Photo.objects.filter(product_id=product).in_order(), product=int
)
CONTACTS = Prepared[Contact](
    lambda member: (
        Contact.objects.public().filter(member_id=member).order_by("position", "pk")
    ),
    member=int,
)
OUTLETS = Prepared[Outlet](
    lambda member: Outlet.objects.filter(member_id=member).order_by("position", "pk"),
    member=int,
)
CERTIFICATES = Prepared[Certificate](
    lambda product, member: Certificate.objects.filter(
        Q(product_id=product) | Q(member_id=member)
    ).select_related("mark"),
    product=int,
    member=int,
)
MEMBER_CERTIFICATES = Prepared[Certificate](
    lambda member: Certificate.objects.filter(member_id=member).select_related("mark"),
    member=int,
)
MEMBERSHIPS = Prepared[Membership](
    lambda member: (
        Membership.objects.filter(member_id=member)
        .running()
        .select_related("cluster")
        .order_by("joined_on", "pk")
    ),
    member=int,
)


def photos_of(product: Product) -> list[Photo]:
    """Return a product's photos, the main one first. One query."""
    return PHOTOS.rows(product=product.pk)


def ways_of(member: Member) -> list["Way"]:
    """Return how anybody may reach a producer. One query."""
    return ways_to(CONTACTS.rows(member=member.pk))


def outlets_of(member: Member) -> list[Outlet]:
    """Return where a producer's goods are sold. One query."""
    return OUTLETS.rows(member=member.pk)


def memberships_of(member: Member) -> list[Membership]:
    """Return the clusters a producer belongs to now. One query."""
    return MEMBERSHIPS.rows(member=member.pk)


def certificates_of(product: Product) -> list[Certificate]:
    """Return the certificates of a product and of its producer. One query."""
    return CERTIFICATES.rows(product=product.pk, member=product.member_id)


def certificates_at(member: Member) -> list[Certificate]:
    """Return the certificates of a producer or its premises. One query."""
    return MEMBER_CERTIFICATES.rows(member=member.pk)


# --- Stars ----------------------------------------------------------------------


@dataclass(frozen=True)
class SectionScore:
    """The points of one section of a round, and the most it gives where known."""

    label: str
    points: Decimal
    most: Decimal | None

    @property
    def text(self) -> str:
        """Return the points as they are read: "28.5 / 30"."""
        said = points_shown(self.points)
        return said if self.most is None else f"{said} / {points_shown(self.most)}"


@dataclass(frozen=True)
class Award:
    """The stars of one round whose results are announced."""

    stars: int
    year: int
    round: Any
    total: Decimal | None
    sections: tuple[SectionScore, ...]

    @property
    def total_text(self) -> str:
        """Return the total as it is read; empty where it is not known."""
        return "" if self.total is None else points_shown(self.total)


@lru_cache(maxsize=2_048)
def points_shown(points: Decimal) -> str:
    """Return points with a decimal where there is one."""
    return str(floatformat(points))


ANNOUNCED = Prepared[StarRating](
    lambda product, day: (
        StarRating.objects.filter(product_id=product, round__announced_on__lte=day)
        .select_related("round")
        .order_by("-round__year", "pk")
    ),
    product=int,
    day=date,
)
#: The most points of each section of the rounds a product was rated in.
MOST_POINTS = Prepared[tuple[int, str, Decimal]](
    lambda product, otop_type: (
        StarCriterion.objects.filter(
            round__ratings__product_id=product, otop_type=otop_type
        )
        .values_list("round_id", "section")
        .order_by()
        .annotate(most=Sum("maximum"))
    ),
    product=int,
    otop_type=str,
)


def awards_of(product: Product, today: date) -> list[Award]:
    """Return a product's announced results, the newest first.

    One query; a second one if the points of a section are known.
    """
    ratings = ANNOUNCED.rows(product=product.pk, day=today)
    most: dict[tuple[int, str], Decimal] = {}
    if any(points is not None for rating in ratings for points in rating.scores):
        rows = MOST_POINTS.rows(product=product.pk, otop_type=product.otop_type)
        most = {(round_id, section): points for round_id, section, points in rows}
    return [
        Award(
            stars=rating.stars,
            year=rating.round.year,
            round=rating.round,
            total=rating.total,
            sections=tuple(
                SectionScore(
                    str(section.label), points, most.get((rating.round_id, section))
                )
                for section, points in zip(Section, rating.scores, strict=True)
                if points is not None
            ),
        )
        for rating in ratings
    ]


@dataclass(frozen=True)
class Holding:
    """A mark that a product or its producer holds, with the proof of it."""

    certificate: Certificate
    #: Held by the producer or its premises, not by the product.
    is_producers: bool
    has_expired: bool


def holdings_of(certificates: Iterable[Certificate], today: date) -> list[Holding]:
    """Return marks as a page shows them: in force before expired, own before shared."""
    holdings = [
        Holding(
            certificate=each,
            is_producers=each.member_id is not None,
            has_expired=each.expires_on is not None and each.expires_on < today,
        )
        for each in certificates
    ]
    return sorted(
        holdings,
        key=lambda held: (
            held.has_expired,
            held.is_producers,
            held.certificate.mark.position,
            held.certificate.pk,
        ),
    )


CALLED = frozenset({ContactKind.PHONE, ContactKind.MOBILE})
ICONS: dict[str, str] = {
    ContactKind.PHONE: "phone",
    ContactKind.MOBILE: "smartphone",
    ContactKind.EMAIL: "mail",
    ContactKind.LINE: "message-circle",
    ContactKind.WEBSITE: "globe",
    ContactKind.PAGE: "at-sign",
    ContactKind.MARKETPLACE: "shopping-bag",
    ContactKind.VIDEO: "play",
}


@dataclass(frozen=True)
class Way:
    """One way to reach a producer, as a page offers it."""

    kind: str
    label: str
    text: str
    #: Where it leads; empty for what is only to be read.
    url: str

    @property
    def icon(self) -> str:
        """Return the icon that stands for the kind."""
        return ICONS.get(self.kind, "user")

    @property
    def is_outside(self) -> bool:
        """Tell whether it leads to another site."""
        return self.kind in WEB_KINDS


def ways_to(contacts: Iterable[Contact]) -> list[Way]:
    """Return how to reach a producer; ``contacts`` must be the public ones."""
    return [
        Way(
            kind=contact.kind,
            label=contact.get_kind_display(),
            text=spoken_value(contact),
            url=address_of(contact),
        )
        for contact in contacts
        if contact.is_public
    ]


def call_of(ways: Iterable[Way]) -> Way | None:
    """Return the telephone to call first: the shop's before a person's."""
    calls = [way for way in ways if way.kind in CALLED and way.url]
    return min(calls, key=lambda way: way.kind != ContactKind.PHONE, default=None)


def spoken_value(contact: Contact) -> str:
    """Return a contact as it is read: web addresses without what machines need."""
    if contact.kind in WEB_KINDS and (url := web_address(contact.value)):
        return url.partition("://")[2].removeprefix("www.").rstrip("/")
    if contact.kind in CALLED:
        return Phone(contact.value, contact.extension).display()
    return contact.value


def address_of(contact: Contact) -> str:
    """Return where a contact leads; empty if it cannot be a link."""
    if contact.kind in CALLED:
        digits = "".join(char for char in contact.value if char in "0123456789+")
        return f"tel:{digits}" if digits else ""
    if contact.kind == ContactKind.EMAIL:
        return f"mailto:{contact.value}" if "@" in contact.value else ""
    return web_address(contact.value) if contact.kind in WEB_KINDS else ""


def web_address(text: str) -> str:
    """Return the address of a page on the web; empty for anything else.

    Offices write addresses without their scheme; one that could run something
    in the reader's browser is no address.
    """
    text = text.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    is_page = parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
    return text if is_page and " " not in text else ""


@dataclass(frozen=True)
class Month:
    """One month of the season strip."""

    name: str
    short: str
    is_on: bool


def months_of(product: Product) -> list[Month]:
    """Return the year, with the months in which a product is to be had."""
    english = get_language() == "en"
    names = zip(
        MONTHS_EN if english else MONTHS_TH,
        MONTHS_EN_SHORT if english else MONTHS_TH_SHORT,
        strict=True,
    )
    return [
        Month(name, short, is_on=number in product.months)
        for number, (name, short) in enumerate(names, start=1)
    ]


def _others() -> Any:
    """Return the goods a page may offer, without alcoholic drinks.

    Those are never offered: that would advertise them.
    """
    shown = Product.objects.published().filter(is_alcohol=False)
    return shown.order_by("-published_at", "pk").values_list(*cards.COLUMNS)


OF_SAME_HANDS = Prepared[Card](
    lambda member, product: (
        _others().filter(member_id=member).exclude(pk=product)[: RELATED // 2]
    ),
    make=Card.read,
    member=int,
    product=int,
)
OF_SHELF_NEARBY = Prepared[Card](
    lambda category, province, member: (
        _others()
        .filter(category_id=category, province_id=province)
        .exclude(member_id=member)[:RELATED]
    ),
    make=Card.read,
    category=int,
    province=str,
    member=int,
)


def related_to(product: Product) -> list[Card]:
    """Return other goods: of the same producer, then of the same shelf nearby.

    Two queries.
    """
    same_hands = OF_SAME_HANDS.rows(member=product.member_id, product=product.pk)
    if product.category_id is None:
        return same_hands
    nearby = OF_SHELF_NEARBY.rows(
        category=product.category_id,
        province=product.province_id,
        member=product.member_id,
    )
    return [*same_hands, *nearby][:RELATED]
