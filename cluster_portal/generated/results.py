"""Results of the star rounds: the better goods stay the better ones."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from cluster_portal.demo import scores
from products.enums import OtopType
from products.models import STAR_FLOORS

#: Rounds there have been (facts.md §1.3); one more is open.
YEARS = (2546, 2547, 2549, 2552, 2553, 2555, 2556, 2559, 2562, 2565, 2567)
OPEN_YEAR = 2569
#: Days after the register's day until the open round is announced.
ANNOUNCED_IN = 90
#: Rated goods of a hundred, by stars (Phuket's of 2556).
MIX = scores.MIX
#: The share of goods that no round ever saw, if there are results enough.
UNRATED = 0.22
HALF = Decimal("0.5")
#: Columns of a result beside its stars: the three sections and the total.
Points = tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None]
MOST = len(YEARS) + 1


def rounds(day: date) -> list[dict[str, Any]]:
    """Return the rounds there are on a day, the open one last."""
    announced = [(year, date(year - 543, 12, 1)) for year in YEARS]
    open_round = (OPEN_YEAR, day + timedelta(days=ANNOUNCED_IN))
    return [
        {
            "year": year,
            "name_th": f"การคัดสรรสุดยอดหนึ่งตำบล หนึ่งผลิตภัณฑ์ไทย ปี พ.ศ. {year}",
            "name_en": f"OTOP Product Champion {year - 543}",
            "announced_on": on,
        }
        for year, on in [*announced, open_round]
    ]


def criteria() -> list[dict[str, Any]]:
    """Return the most points of each section, alike for every round."""
    return [
        {
            "otop_type": str(otop_type),
            "section": str(section),
            "name_th": "คะแนนเต็มตัวอย่างเพื่อการทดลอง",
            "name_en": "Example maximum",
            "maximum": Decimal(maximum),
            "position": position,
        }
        for otop_type in OtopType
        for position, (section, maximum) in enumerate(scores.MAXIMA.items())
    ]


class Results:
    """Draws the results of goods, as many in all as were asked for."""

    def __init__(self, ratings: int, products: int) -> None:
        """Have ``ratings`` spread over ``products`` goods."""
        self._ratings, self._products = ratings, products
        self._points = {stars: _all_points(stars) for stars in STAR_FLOORS}
        self._stars = list(MIX)
        self._shares = list(MIX.values())

    def draw(self, chance: Random) -> list[tuple[int, int, Points]]:
        """Return a product's results: which round, stars, points; the latest last."""
        count = self._count(chance)
        if not count:
            return []
        (level,) = chance.choices(self._stars, self._shares)
        if count > len(YEARS):
            places = list(range(MOST))
        else:
            places = sorted(chance.sample(range(len(YEARS)), count))
            if chance.random() < 0.03:
                # Its result is there, and nobody knows it yet.
                places[-1] = len(YEARS)
        found = []
        for step, place in enumerate(reversed(places)):
            stars = level if not step else self._before(level, step, chance)
            found.append((place, stars, chance.choice(self._points[stars])))
        return found[::-1]

    def _before(self, level: int, step: int, chance: Random) -> int:
        """Return the stars of an earlier round: fewer, more often than not."""
        return min(5, max(1, level - int(step * 0.4) + chance.choice((-1, 0, 0, 1))))

    def _count(self, chance: Random) -> int:
        """Return how many results the next product has; what is due is due."""
        left = self._products
        wanted = self._ratings / left / (1 - UNRATED)
        count = 0
        if chance.random() >= UNRATED:
            count = max(1, round(chance.gauss(wanted, wanted / 2.5)))
        count = max(count, self._ratings - MOST * (left - 1))
        count = min(count, self._ratings, MOST)
        self._ratings -= count
        self._products -= 1
        return count


def _all_points(stars: int) -> list[Points]:
    """Return points that give so many stars; of one in four nobody knows them."""
    floor = Decimal(STAR_FLOORS[stars]) if stars > 1 else scores.LOWEST
    ceiling = scores.CEILINGS.get(stars, Decimal("49.5"))
    found: list[Points] = []
    total = floor
    while total <= ceiling:
        product = max(int(total * 30 / 100 / HALF) * HALF, total - 25 - 45, Decimal(0))
        market = max(int(total * 25 / 100 / HALF) * HALF, total - product - 45)
        found.append((product, market, total - product - market, total))
        found.append((None, None, None, total))
        found.append((product, market, total - product - market, total))
        total += HALF
    return found + [(None, None, None, None)] * (len(found) // 3)
