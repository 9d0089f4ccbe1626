"""Where generated producers live: real places, some with many and most with few."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Any

from cluster_portal.generated import words
from cluster_portal.generated.words import Noun
from registry.enums import Region
from registry.models import Agency, District, Province, Subdistrict

#: How fast provinces, districts and subdistricts fall off behind the first ones.
PROVINCES, DISTRICTS, SUBDISTRICTS = (5.0, 0.9), (1.0, 0.8), (1.0, 0.5)
#: How much likelier a kind of goods is where it is at home, and in its region; how
#: much less elsewhere.
AT_HOME, IN_REGION, AWAY = 30.0, 6.0, 0.15
INITIALS = {
    Region.NORTH: "N",
    Region.NORTHEAST: "NE",
    Region.CENTRAL: "C",
    Region.EAST: "E",
    Region.WEST: "W",
    Region.SOUTH: "S",
}
#: Bangkok has an office of its own instead of the provincial ones.
BANGKOK, BANGKOK_OFFICE = "10", "bma-10"
OFFICES = ("cdo", "cdo", "pio")


@dataclass(frozen=True)
class Lot:
    """Things of different weight to draw from."""

    things: Sequence[Any]
    edges: Sequence[float]

    @classmethod
    def of(cls, weighed: Iterable[tuple[Any, float]]) -> "Lot":
        """Make a lot of things with their weights."""
        things, weights = zip(*weighed, strict=True)
        return cls(things, list(accumulate(weights)))

    def draw(self, chance: Random) -> Any:
        """Draw one."""
        return chance.choices(self.things, cum_weights=self.edges)[0]


class Land:
    """The country as producers are spread over it."""

    def __init__(self, chance: Random) -> None:
        """Read all places and the offices that keep records. Four queries."""
        self.agencies = {
            agency.key: agency for agency in Agency.objects.exclude(key=None)
        }
        self.provinces = {
            province.code: province for province in Province.objects.order_by("code")
        }
        self.places = Lot.of(self._weighed(chance))
        self._goods = {
            code: Lot.of((noun, _likeliness(noun, province)) for noun in words.nouns())
            for code, province in self.provinces.items()
        }

    def _weighed(self, chance: Random) -> list[tuple[Subdistrict, float]]:
        districts: dict[str, list[District]] = defaultdict(list)
        for district in District.objects.order_by("code"):
            district.province = self.provinces[district.province_id]
            districts[district.province_id].append(district)
        places: dict[str, list[Subdistrict]] = defaultdict(list)
        for place in Subdistrict.objects.order_by("code"):
            places[place.district_id].append(place)
        size = {
            code: sum(len(places[each.code]) for each in inside)
            for code, inside in districts.items()
        }
        found = []
        # The largest first; in a province and a district, as chance has it.
        order = sorted(size, key=lambda code: (-size[code], code))
        for province, share in zip(order, _falling(len(order), PROVINCES), strict=True):
            inside = [each for each in districts[province] if places[each.code]]
            chance.shuffle(inside)
            for district, part in zip(
                inside, _falling(len(inside), DISTRICTS), strict=True
            ):
                there = places[district.code]
                chance.shuffle(there)
                for place, piece in zip(
                    there, _falling(len(there), SUBDISTRICTS), strict=True
                ):
                    place.district = district
                    found.append((place, share * part * piece))
        return found

    def goods_of(self, province: str) -> Lot:
        """Return the kinds of goods as they are made in a province."""
        return self._goods[province]

    def owner_of(self, province: str, chance: Random) -> Agency:
        """Return an office that keeps records of a province."""
        if province == BANGKOK:
            return self.agencies[BANGKOK_OFFICE]
        return self.agencies[f"{chance.choice(OFFICES)}-{province}"]


def _falling(count: int, shape: tuple[float, float]) -> list[float]:
    """Return the shares of ``count`` ranks, after Zipf; one altogether."""
    behind, power = shape
    weights = [1 / (rank + behind) ** power for rank in range(count)]
    whole = sum(weights)
    return [weight / whole for weight in weights]


def _likeliness(noun: Noun, province: Province) -> float:
    if not noun.home:
        return noun.weight
    if province.code in noun.home:
        return noun.weight * AT_HOME
    if INITIALS[Region(province.region)] in noun.home:
        return noun.weight * IN_REGION
    return noun.weight * AWAY
