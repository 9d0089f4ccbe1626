"""Invented results of four rounds, in the mix a province really has.

Of Phuket's 60 rated goods of 2556, 23 % had five stars, 33, 32, 8 and 3 % four to
one; Loei had 125 rated goods in fiscal year 2561.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache

from cluster_portal.demo import words
from cluster_portal.demo.words import draw
from products.enums import OtopType, Section
from products.models import STAR_FLOORS, StarCriterion, StarRating, StarRound

ROUNDS = (2559, 2562, 2565, 2567)
#: Rated goods of each province, and of a hundred of them how many of which stars.
RATED = {"42": 125, "51": 8}
MIX = {5: 23, 4: 33, 3: 33, 2: 8, 1: 3}
#: Totals are drawn in half points up to here.
CEILINGS = {5: Decimal(97), 4: Decimal("89.5"), 3: Decimal("79.5"), 2: Decimal("69.5")}
LOWEST = Decimal(34)
HALF = Decimal("0.5")
#: The most points of sections A, B and C: a demonstration's, not a round's.
MAXIMA = {Section.PRODUCT: 30, Section.MARKET: 25, Section.QUALITY: 45}


def round_of(year: int) -> tuple[StarRound, list[StarCriterion]]:
    """Return a round that is not yet entered, with its criteria."""
    entered = StarRound(
        year=year,
        name_th=f"การคัดสรรสุดยอดหนึ่งตำบล หนึ่งผลิตภัณฑ์ไทย ปี พ.ศ. {year}",
        name_en=f"OTOP Product Champion {year - 543}",
        announced_on=date(year - 543, 12, 1),
    )
    criteria = [
        StarCriterion(
            otop_type=otop_type,
            section=section,
            name_th="คะแนนเต็มตัวอย่างเพื่อการสาธิต",
            name_en="Example maximum, for demonstration",
            maximum=maximum,
            position=position,
        )
        for otop_type in OtopType
        for position, (section, maximum) in enumerate(MAXIMA.items())
    ]
    return entered, criteria


@cache
def stars_of_goods() -> dict[str, int]:
    """Return the latest stars of every rated good, by its key."""
    found: dict[str, int] = {}
    for province, count in RATED.items():
        chosen = [
            good.key
            for good in words.goods().values()
            if good.is_published
            and good.kind != "alcohol"
            and words.producers()[good.producer].province == province
        ]
        chosen = sorted(chosen, key=lambda key: draw(f"stars/{key}"))[:count]
        found |= dict(zip(chosen, _mixed(len(chosen)), strict=True))
    return found


def _mixed(count: int) -> list[int]:
    """Return ``count`` stars in the mix, the largest remainders rounded up."""
    exact = {stars: count * share / 100 for stars, share in MIX.items()}
    whole = {stars: int(value) for stars, value in exact.items()}
    by_rest = sorted(exact, key=lambda stars: whole[stars] - exact[stars])
    for stars in by_rest[: count - sum(whole.values())]:
        whole[stars] += 1
    return [stars for stars, times in whole.items() for _ in range(times)]


def ratings_of(key: str, rounds: dict[int, StarRound]) -> list[StarRating]:
    """Return the results of a good, the latest last; none if it is unrated."""
    latest = stars_of_goods().get(key)
    if latest is None:
        return []
    last = ROUNDS[(-1, -1, -1, -1, -1, -1, -1, -2, -2, -3)[draw(f"last/{key}", 10)]]
    return [
        _rating(f"{key}/{year}", stars, rounds[year])
        for year, stars in _history(key, latest, last)
    ]


def _history(key: str, latest: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield years and stars: most goods rose by a star or stayed where they were."""
    for year in ROUNDS:
        if year == last:
            yield year, latest
            return
        if draw(f"earlier/{key}/{year}", 100) < 45:
            step = (0, -1, -1, 1)[draw(f"step/{key}/{year}", 4)]
            yield year, min(5, max(1, latest + step))


def _rating(key: str, stars: int, of_round: StarRound) -> StarRating:
    """Return a result; of one good in five only the stars are known."""
    chance = draw(f"known/{key}", 10)
    if chance < 2:
        return StarRating(round=of_round, stars=stars)
    total = _total(key, stars)
    if chance == 2:
        return StarRating(round=of_round, total=total, stars=stars)
    product, market, quality = _sections(key, total)
    return StarRating(
        round=of_round,
        score_product=product,
        score_market=market,
        score_quality=quality,
        total=total,
        stars=stars,
    )


def _total(key: str, stars: int) -> Decimal:
    floor = Decimal(STAR_FLOORS[stars]) if stars > 1 else LOWEST
    ceiling = CEILINGS.get(stars, Decimal("49.5"))
    return floor + HALF * draw(f"total/{key}", int((ceiling - floor) / HALF) + 1)


def _sections(key: str, total: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """Part a total into the three sections, none above its maximum."""
    product = int(total * 30 / 100 / HALF) * HALF - HALF * draw(f"a/{key}", 3)
    market = int(total * 25 / 100 / HALF) * HALF - HALF * draw(f"b/{key}", 3)
    # What the two leave must fit into the third.
    product = max(product, total - market - MAXIMA[Section.QUALITY])
    return product, market, total - product - market
