"""Drawing producers: who they are, where they live, how they are reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from cluster_portal.generated import words
from cluster_portal.generated.land import Land
from cluster_portal.generated.pictures import SCENES, Pictures
from cluster_portal.generated.words import Noun
from members.enums import ContactKind, LegalForm, ProducerType, Quadrant
from members.forms import CONSENT_WORDING
from members.models import Member
from registry.enums import RecordStatus
from registry.models import Subdistrict
from registry.rows_at_once import maker_of
from registry.thai.dates import be_year

#: Of a thousand producers, and of a thousand goods of a published one, how many
#: stand where.
MEMBER_MIX = {
    RecordStatus.PUBLISHED: 945,
    RecordStatus.DRAFT: 22,
    RecordStatus.SUBMITTED: 14,
    RecordStatus.RETURNED: 9,
    RecordStatus.WITHDRAWN: 10,
}
TYPES = {ProducerType.GROUP: 554, ProducerType.SINGLE: 429, ProducerType.SME: 17}
FORMS = {
    ProducerType.GROUP: (
        LegalForm.COMMUNITY_ENTERPRISE,
        LegalForm.COMMUNITY_ENTERPRISE,
        LegalForm.NONE,
        LegalForm.COOPERATIVE,
    ),
    ProducerType.SINGLE: (LegalForm.NONE, LegalForm.NONE, LegalForm.SOLE_TRADER),
    ProducerType.SME: (LegalForm.COMPANY, LegalForm.PARTNERSHIP),
}
QUADRANTS = {Quadrant.A: 8, Quadrant.B: 14, Quadrant.C: 28, Quadrant.D: 50}
RETURNED = "กรุณาเพิ่มเรื่องราวและราคาของผลิตภัณฑ์"
WITHDRAWN = "ผู้ผลิตแจ้งหยุดผลิต"
NOTES = {RecordStatus.RETURNED: RETURNED, RecordStatus.WITHDRAWN: WITHDRAWN}
#: The day the register began.
FIRST_DAY = date(2019, 1, 1)
#: Shares of what is known of a producer.
ENGLISH, STORY, SUBDISTRICT_KNOWN, PLACED = 0.55, 0.7, 0.97, 0.25
HOURS = (
    ("ทุกวัน 8.30–17.00 น.", "Daily 8.30–17.00"),
    ("จันทร์–เสาร์ 9.00–16.30 น.", "Monday–Saturday 9.00–16.30"),
    ("ศุกร์–อาทิตย์ 16.00–21.00 น.", "Friday–Sunday 16.00–21.00"),
)
#: Thailand's middle: nothing ships verified coordinates, so these are scattered.
MIDDLE = (15.2, 101.0)


@dataclass(frozen=True)
class Home:
    """What a producer's names, goods and stories are made of."""

    number: int
    member: Any
    line: Noun
    place: Subdistrict
    village: words.Pair
    brand: words.Pair

    @property
    def province(self) -> str:
        """Return the code of the province."""
        return str(self.place.district.province_id)


class Producers:
    """Draws producers one by one."""

    def __init__(
        self,
        land: Land,
        chance: Random,
        day: datetime,
        count: int,
        pictures: Pictures | None,
    ) -> None:
        """Spread ``count`` producers over the years until ``day``."""
        self._land, self._chance, self._day = land, chance, day
        self._count, self._pictures = count, pictures
        self._first = datetime.combine(FIRST_DAY, day.time(), day.tzinfo)
        self._make = maker_of(Member)

    def draw(self, number: int, key: int) -> Home:
        """Return the producer with this number, settled and without a code."""
        chance = self._chance
        place: Subdistrict = self._land.places.draw(chance)
        district = place.district
        line: Noun = self._land.goods_of(district.province_id).draw(chance)
        village = self._village()
        brand = chance.choice(words.pairs("producer", "brands"))
        kind = _drawn(TYPES, chance)
        form = chance.choice(FORMS[kind])
        name_th, name_en = self._name(kind, line, place, village, brand)
        workers = _workers(kind, chance)
        status = _drawn(MEMBER_MIX, chance)
        told = chance.random() < STORY
        story = story_of(line, place, village, chance) if told else ("", "")
        created = self._entered(number)
        moments = moments_of(status, created, self._day, chance)
        latitude, longitude = self._position()
        member = self._make(
            {
                "id": key,
                "owner": self._land.owner_of(district.province_id, chance),
                "district": district,
                "subdistrict": place if chance.random() < SUBDISTRICT_KNOWN else None,
                "name_th": name_th,
                "name_en": name_en if chance.random() < ENGLISH else "",
                "other_names": brand[1] if chance.random() < 0.12 else "",
                "producer_type": str(kind),
                "legal_form": str(form),
                "otop_number": f"{place.code}-9{number:06d}" if number % 5 else "",
                "otop_year": be_year(created.date()) - chance.randrange(17),
                "enterprise_number": _enterprise(form, place.code, number),
                "house": str(chance.randrange(1, 300)),
                "village_number": str(chance.randrange(1, 16)),
                "village": f"บ้าน{village[0]}",
                "workers": workers,
                "local_workers": workers - chance.randrange(workers // 3 + 1),
                "story_th": story[0],
                "story_en": story[1] if name_en and chance.random() < ENGLISH else "",
                "quadrant": str(_drawn(QUADRANTS, chance)),
                "portrait": self._portrait(),
                "latitude": latitude,
                "longitude": longitude,
                "status": str(status),
                "note": NOTES.get(status, ""),
                **moments,
            }
        )
        member.settle()
        return Home(number, member, line, place, village, brand)

    def _entered(self, number: int) -> datetime:
        """Return when the producer was entered: the keys follow the years."""
        span = (self._day - self._first).total_seconds() - 45 * 86_400
        share = (number + self._chance.random()) / self._count
        return self._first + timedelta(seconds=round(span * share, 6))

    def _portrait(self) -> dict[str, Any]:
        """Return where it is made, as two of three show it."""
        lot = self._chance.randrange(len(SCENES) + 2)
        if self._pictures is None or lot >= len(SCENES):
            return {}
        return self._pictures.named(SCENES[lot])

    def _village(self) -> words.Pair:
        first = self._chance.choice(words.pairs("village", "first"))
        second = self._chance.choice(words.pairs("village", "second"))
        return first[0] + second[0], f"{first[1]} {second[1]}"

    def _name(
        self,
        kind: ProducerType,
        line: Noun,
        place: Subdistrict,
        village: words.Pair,
        brand: words.Pair,
    ) -> words.Pair:
        thai, english = self._chance.choice(words.pairs("producer", str(kind)))
        given = terms_of(line, place, village) | {
            "brand": brand[0],
            "brand_en": brand[1],
        }
        return thai.format_map(given)[:250], english.format_map(given)[:250]

    def _position(self) -> tuple[Decimal | None, Decimal | None]:
        chance = self._chance
        if chance.random() >= PLACED:
            return None, None
        north, east = (round(chance.gauss(0, spread) * 1e5) for spread in (2.4, 1.4))
        latitude = Decimal(min(max(int(MIDDLE[0] * 1e5) + north, 600_000), 2_000_000))
        longitude = Decimal(
            min(max(int(MIDDLE[1] * 1e5) + east, 9_800_000), 10_500_000)
        )
        return latitude.scaleb(-5), longitude.scaleb(-5)

    def contacts(self, home: Home) -> Iterator[dict[str, Any]]:
        """Yield how a producer is reached: addresses that lead nowhere."""
        chance, number = self._chance, home.number
        if chance.random() < 0.5:
            yield _contact(ContactKind.PHONE, f"+662000{number % 10_000:04d}")
        if chance.random() < 0.45:
            yield _contact(ContactKind.PAGE, f"https://social.example/p{number}")
        if chance.random() < 0.08:
            yield _contact(ContactKind.WEBSITE, f"https://p{number}.example/")
        agreed = chance.random() < 0.55
        consent = {
            "consented_on": home.member.created_at.date(),
            "consent_wording": CONSENT_WORDING,
        }
        person = "".join(
            (
                chance.choice(words.texts("people", "titles")),
                chance.choice(words.texts("people", "first")),
                " ",
                chance.choice(words.texts("people", "last")),
            )
        )
        for kind, value, share in (
            (ContactKind.LEADER, person, 0.9),
            (ContactKind.MOBILE, f"+6680000{number % 10_000:04d}", 0.8),
            (ContactKind.LINE, f"@p{number}-demo", 0.2),
        ):
            if chance.random() < share:
                yield _contact(kind, value, is_personal=True) | (
                    consent if agreed else {}
                )

    def outlets(self, home: Home) -> Iterator[dict[str, Any]]:
        """Yield where a third of them sell."""
        if self._chance.random() >= 0.35:
            return
        place, district = home.place, home.place.district
        province = district.province
        hours_th, hours_en = self._chance.choice(HOURS)
        yield {
            "name_th": "จุดจำหน่าย ณ ที่ทำการกลุ่ม",
            "name_en": "At the workshop",
            "address_th": f"บ้าน{home.village[0]} {place.name_th} {district.name_th} "
            f"{province.name_th}",
            "address_en": f"Ban {home.village[1]}, {place.name_en}, "
            f"{district.name_en}, {province.name_en}",
            "hours_th": hours_th,
            "hours_en": hours_en,
        }


def terms_of(noun: Noun, place: Subdistrict, village: words.Pair) -> dict[str, str]:
    """Return what stands for the names in a sentence."""
    district = place.district
    return {
        "what": noun.name_th,
        "what_en": noun.name_en,
        "what_en_lower": noun.name_en[0].lower() + noun.name_en[1:],
        "village": village[0],
        "village_en": village[1],
        "subdistrict": place.name_th,
        "subdistrict_en": place.name_en,
        "district": district.name_th,
        "district_en": district.name_en,
        "province": district.province.name_th,
        "province_en": district.province.name_en,
    }


def story_of(
    noun: Noun, place: Subdistrict, village: words.Pair, chance: Random
) -> words.Pair:
    """Return a story of three or four sentences."""
    given = terms_of(noun, place, village)
    beginning = chance.choice(words.pairs("story", "beginnings"))
    known = words.pairs("manner", noun.shelf.manner, "middles")
    middles = chance.sample(known, chance.choice((1, 1, 2, 3)))
    ending = chance.choice(words.pairs("story", "endings"))
    parts = [beginning, *middles, ending]
    return (
        " ".join(thai for thai, _ in parts).format_map(given),
        " ".join(english for _, english in parts).format_map(given),
    )


def moments_of(
    status: RecordStatus, created: datetime, day: datetime, chance: Random
) -> dict[str, Any]:
    """Return when a record was entered, sent in, published and last changed."""
    sent = min(created + timedelta(seconds=chance.randrange(600, 1_200_000)), day)
    decided = min(sent + timedelta(seconds=chance.randrange(600, 1_500_000)), day)
    was_public = status in {RecordStatus.PUBLISHED, RecordStatus.WITHDRAWN}
    is_draft = status == RecordStatus.DRAFT
    return {
        "created_at": created,
        "updated_at": created
        if is_draft
        else sent
        if status == RecordStatus.SUBMITTED
        else decided,
        "submitted_at": None if is_draft else sent,
        "published_at": decided if was_public else None,
    }


def _contact(
    kind: ContactKind, value: str, *, is_personal: bool = False
) -> dict[str, Any]:
    return {
        "kind": str(kind),
        "value": value,
        "is_personal": is_personal,
        "consented_on": None,
        "consent_wording": "",
    }


def _enterprise(form: LegalForm, place: str, number: int) -> str:
    """Return a number of the right shape, of a region that there is not."""
    if form != LegalForm.COMMUNITY_ENTERPRISE:
        return ""
    return f"9-{place[:2]}-{place[2:4]}-{place[4:]}/1-{number % 10_000:04d}"


def _workers(kind: ProducerType, chance: Random) -> int:
    middle = {ProducerType.GROUP: 2.6, ProducerType.SINGLE: 1.0, ProducerType.SME: 2.9}
    return 1 + int(chance.lognormvariate(middle[kind], 0.5))


def _drawn(mix: Any, chance: Random) -> Any:
    return chance.choices(list(mix), list(mix.values()))[0]
