"""Drawing goods: names, prices, photos and the papers they hold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from cluster_portal.demo import words as demo
from cluster_portal.demo.papers import OTHER_SHAPE, SHAPES
from cluster_portal.generated import words
from cluster_portal.generated.land import Land
from cluster_portal.generated.pictures import SCENES, Pictures, alt_texts
from cluster_portal.generated.producers import NOTES, Home, moments_of, story_of
from cluster_portal.generated.words import Noun
from products.derived import may_carry
from products.enums import MarkScope
from products.models import Category, Mark, Product
from registry.enums import RecordStatus
from registry.rows_at_once import maker_of
from registry.thai.dates import be_year

PRODUCT_MIX = {
    RecordStatus.PUBLISHED: 935,
    RecordStatus.DRAFT: 25,
    RecordStatus.SUBMITTED: 15,
    RecordStatus.RETURNED: 10,
    RecordStatus.WITHDRAWN: 15,
}
#: Where goods of a producer that is not published may stand.
HIDDEN = {
    RecordStatus.WITHDRAWN: RecordStatus.WITHDRAWN,
}
#: Shares of what is known of a product.
ENGLISH, STORY, OTHER_NAMES, PRICED, SHELVED, PICTURED = (
    0.5,
    0.65,
    0.4,
    0.93,
    0.97,
    0.87,
)
#: Of ten goods of a producer, how many are of its own kind and how many of its shelf.
OWN, SAME_SHELF = 0.45, 0.8
PHOTOS, OFTEN = (1, 2, 3, 4), (62, 24, 10, 4)
#: Months that goods with a season are made in, beside those of their kind.
SEASONS = (
    0b0000_0000_0111,
    0b0000_0011_1000,
    0b0001_1100_0000,
    0b1110_0000_0000,
    0b1100_0000_0011,
)

#: A certificate: its mark, and its values by attribute name.
Paper = tuple[Mark, dict[str, Any]]


class Goods:
    """Draws the goods of one producer after the other."""

    def __init__(
        self,
        land: Land,
        chance: Random,
        day: datetime,
        *,
        today: date,
        pictures: Pictures | None,
    ) -> None:
        """Read shelves and marks. Two queries."""
        self._land, self._chance, self._day, self._today = land, chance, day, today
        self._pictures = pictures
        self._make = maker_of(Product)
        self._shelves = {
            shelf.code: shelf for shelf in Category.objects.select_related("parent")
        }
        self._marks = {mark.code: mark for mark in Mark.objects.all()}
        self._shared = [
            self._marks[code]
            for code in ("halal", "organic", "q-mark")
            if code in self._marks
        ]
        self._by_shelf: dict[str, list[Noun]] = {}
        for noun in words.nouns():
            self._by_shelf.setdefault(noun.shelf.code, []).append(noun)

    def noun_for(self, home: Home) -> Noun:
        """Return what the next product of a producer is."""
        lot = self._chance.random()
        if lot < OWN:
            return home.line
        if lot < SAME_SHELF:
            return self._chance.choice(self._by_shelf[home.line.shelf.code])
        noun: Noun = self._land.goods_of(home.province).draw(self._chance)
        return noun

    def draw(self, home: Home, noun: Noun, key: int) -> Any:
        """Return a product, settled and without code, stars, marks and cover."""
        chance, kind = self._chance, noun.shelf.kind
        member = home.member
        status = self._status(RecordStatus(member.status))
        created = min(
            member.created_at + timedelta(seconds=chance.expovariate(1 / 2e7)),
            self._day - timedelta(seconds=chance.randrange(1, 3_000_000)),
        )
        created = max(created, member.created_at)
        name_th, name_en = self._name(home, noun)
        told = chance.random() < STORY
        story = story_of(noun, home.place, home.village, chance) if told else ("", "")
        low, high = self._prices(noun)
        in_english = chance.random() < ENGLISH
        shelf = self._shelves.get(noun.shelf.code)
        product = self._make(
            {
                "id": key,
                "member": member,
                "name_th": name_th,
                "name_en": name_en if in_english else "",
                "other_names": noun.other_names
                if chance.random() < OTHER_NAMES
                else "",
                "category": shelf if chance.random() < SHELVED else None,
                "otop_type": shelf.otop_type if shelf else "",
                "price_min": low,
                "price_max": high,
                "unit_th": kind.unit_th,
                "unit_en": kind.unit_en,
                "size_th": kind.size_th,
                "size_en": kind.size_en,
                "materials_th": kind.materials_th,
                "materials_en": kind.materials_en if in_english else "",
                "shelf_life_days": demo.number(kind.shelf_life_days),
                "keeping_th": kind.keeping_th,
                "keeping_en": kind.keeping_en if in_english else "",
                "season": self._season(kind.months),
                "air_travel": kind.air_travel,
                "story_th": story[0],
                "story_en": story[1] if in_english else "",
                "design_year": be_year(created.date())
                if chance.random() < 0.04
                else None,
                "status": str(status),
                "note": NOTES.get(status, ""),
                "mark_codes": [],
                "cover": {},
                **moments_of(status, created, self._day, chance),
            }
        )
        product.settle()
        return product

    def _status(self, of_member: RecordStatus) -> RecordStatus:
        if of_member == RecordStatus.PUBLISHED:
            (found,) = self._chance.choices(
                list(PRODUCT_MIX), list(PRODUCT_MIX.values())
            )
            return found
        return HIDDEN.get(of_member, RecordStatus.DRAFT)

    def _name(self, home: Home, noun: Noun) -> words.Pair:
        """Return a name: bare, with a trait, or with where or whose it is."""
        chance = self._chance
        thai, english = noun.name_th, noun.name_en
        if chance.random() < 0.55:
            trait = chance.choice(words.traits(noun.shelf.manner))
            thai, english = thai + trait[0], f"{english}, {trait[1]}"
        lot = chance.random()
        place, district = home.place, home.place.district
        if lot < 0.4:
            return thai, english
        if lot < 0.55:
            return f"{thai}บ้าน{home.village[0]}", f"{english} of Ban {home.village[1]}"
        if lot < 0.67:
            return f"{thai}{district.name_th}", f"{english} of {district.name_en}"
        if lot < 0.77:
            province = district.province
            return f"{thai}{province.name_th}", f"{english} of {province.name_en}"
        if lot < 0.92:
            return f"{thai} ตรา{home.brand[0]}", f"{home.brand[1]} {english}"
        return f"{thai} {place.name_th}", f"{english} of {place.name_en}"

    def _prices(self, noun: Noun) -> tuple[Decimal | None, Decimal | None]:
        chance, shelf = self._chance, noun.shelf
        if chance.random() >= PRICED:
            return None, None
        low = shelf.low * (shelf.high / shelf.low) ** (chance.random() ** 1.6)
        step = 5 if low < 200 else 10 if low < 1_000 else 50 if low < 5_000 else 100
        first = max(step, round(low / step) * step)
        if chance.random() >= 0.3:
            return Decimal(first), None
        return Decimal(first), Decimal(first + step * chance.randrange(1, 20))

    def _season(self, months: str) -> int:
        if months:
            return demo.season(months)
        return self._chance.choice(SEASONS) if self._chance.random() < 0.07 else 0

    # --- What belongs to them ---------------------------------------------------

    def photos(self, noun: Noun) -> list[dict[str, Any]]:
        """Return a product's photos, the main one first."""
        chance = self._chance
        if self._pictures is None or chance.random() >= PICTURED:
            return []
        (count,) = chance.choices(PHOTOS, OFTEN)
        names = [noun.shelf.kind.picture, *SCENES]
        return [
            {
                "picture": (picture := self._pictures.named(name)),
                "sha256": picture["sha256"],
                **alt_texts(name),
                "is_main": position == 0,
                "is_illustration": True,
                "position": position,
            }
            for position, name in enumerate(names[:count])
        ]

    def papers(
        self, noun: Noun, province: str
    ) -> Iterator[tuple[Mark, dict[str, Any]]]:
        """Yield the certificates of a product, with their marks."""
        chance = self._chance
        for place, code in enumerate(noun.shelf.kind.marks.split()):
            mark = self._marks.get(code)
            if mark is None or mark.given_to == MarkScope.MEMBER:
                continue
            if chance.random() < (0.3 if place == 0 else 0.14):
                yield mark, self._paper(mark, province)

    def papers_of_producer(self, home: Home) -> Iterator[Paper]:
        """Yield what a producer and its premises hold."""
        chance = self._chance
        edible = noun_is_edible(home.line, self._shelves)
        gmp = self._marks.get("gmp")
        if gmp is not None and edible and chance.random() < 0.2:
            yield gmp, self._paper(gmp, home.province)
        for mark in self._shared:
            if edible and chance.random() < 0.03:
                yield mark, self._paper(mark, home.province)

    def _paper(self, mark: Mark, province: str) -> dict[str, Any]:
        chance, day = self._chance, self._day.date()
        expires: date | None
        if mark.usual_months is None:
            issued, expires = day - timedelta(days=chance.randrange(60, 2_500)), None
        else:
            length = round(mark.usual_months * 30.4)
            # One in eight has ended; the others end one day after the other.
            left = chance.randrange(-length // 7, length)
            expires = day + timedelta(days=left)
            issued = expires - timedelta(days=length)
        shape = SHAPES.get(mark.code, OTHER_SHAPE)
        return {
            "mark_id": mark.pk,
            "number": shape.format(
                n=chance.randrange(1_000), year=60 + issued.year % 10, province=province
            ),
            "issued_on": issued,
            "expires_on": expires,
            "checked_on": issued,
        }

    def marks_held(
        self,
        product: Any,
        own: Iterable[Paper],
        shared: Iterable[Paper],
    ) -> list[Mark]:
        """Return the marks a product holds today, as :mod:`products.derived` does."""
        held = {mark for mark, paper in own if self._is_in_force(paper)}
        held |= {
            mark
            for mark, paper in shared
            if mark.given_to == MarkScope.BOTH
            and self._is_in_force(paper)
            and may_carry(product, mark)
        }
        return sorted(held, key=lambda mark: (mark.position, mark.pk))

    def _is_in_force(self, paper: Mapping[str, Any]) -> bool:
        expires = paper["expires_on"]
        return expires is None or expires >= self._today


def noun_is_edible(noun: Noun, shelves: Mapping[str, Category]) -> bool:
    """Tell whether goods of a kind are eaten."""
    shelf = shelves.get(noun.shelf.code)
    return shelf is not None and shelf.is_edible


def cover_of(photos: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the main photo as a card shows it."""
    if not photos:
        return {}
    main = photos[0]
    texts = {name: main[name] for name in ("alt_th", "alt_en", "is_illustration")}
    return {**main["picture"], **texts}
