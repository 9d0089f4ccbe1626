"""Invented certificates: numbers of the right shape that nobody was given."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from cluster_portal.demo import words
from cluster_portal.demo.words import Good, Producer, draw
from products.enums import MarkScope
from products.models import Certificate, Mark

#: Shapes of the numbers by mark; serials begin with nines, far from real ones.
SHAPES = {
    "tcps": "มผช.9{n:03d}/25{year:02d}",
    "fda": "{province}-2-99{n:03d}-2-9{n:03d}",
    "halal": "999999999{n:03d}",
    "gi": "สช 99999{n:03d}",
    "organic": "กษ 99-9000-{province}-999-999{n:03d} ORG",
    "q-mark": "กษ 99-9001-{province}-999-999{n:03d}",
    "green-label": "TGL-999-R1-{year:02d}",
    "cosmetic": "{province}-1-9999999{n:03d}",
    "herbal": "G 9{n:03d}/{year:02d}",
    "gmp": "GMP-DEMO-{n:03d}",
}
OTHER_SHAPE = "DEMO-{n:03d}"
#: Days until a certificate ends, for every twelfth and fifteenth.
SOON, LONG_AGO = (9, 85), (-400, -15)
IN_FORCE = (120, 900)


def certificates_of_good(
    good: Good, province: str, marks: Mapping[str, Mark], today: date
) -> list[Certificate]:
    """Return what a good holds: nothing for a third, one or two marks for the rest."""
    names = _names({good.kind}, marks, given_to={MarkScope.PRODUCT, MarkScope.BOTH})
    count = (0, 1, 2)[draw(f"papers/{good.key}", 3)]
    # Goods of an indication are nothing without it.
    count = max(count, 1) if "gi" in names else count
    return [
        _certificate(f"{good.key}/{name}", marks[name], province, today)
        for name in names[:count]
        if good.is_published
    ]


def certificates_of_producer(
    producer: Producer, marks: Mapping[str, Mark], today: date
) -> list[Certificate]:
    """Return what a producer's premises hold: for some foods, good practice."""
    kinds = words.kinds_of(producer.key)
    held = _names(kinds, marks, given_to={MarkScope.MEMBER})
    return [
        _certificate(f"{producer.key}/{name}", marks[name], producer.province, today)
        for name in held
    ]


def _names(
    kinds: Collection[str], marks: Mapping[str, Mark], *, given_to: set[MarkScope]
) -> list[str]:
    """Return the marks usual for goods of ``kinds``, as far as they are there."""
    usual = [
        name for kind in sorted(kinds) for name in words.kinds()[kind].marks.split()
    ]
    return [
        name
        for name in dict.fromkeys(usual)
        if name in marks and marks[name].given_to in given_to
    ]


def _certificate(key: str, mark: Mark, province: str, today: date) -> Certificate:
    n = draw(key, 1_000)
    year = 65 + draw(f"year/{key}", 4)
    shape = SHAPES.get(mark.code, OTHER_SHAPE)
    issued, expires = _term(key, mark, today)
    return Certificate(
        mark=mark,
        number=shape.format(n=n, year=year, province=province),
        issued_on=issued,
        expires_on=expires,
        checked_on=issued + timedelta(days=14),
    )


def _term(key: str, mark: Mark, today: date) -> tuple[date, date | None]:
    """Return first and last day; some end soon, and some have ended."""
    if mark.usual_months is None:
        return today - timedelta(days=100 + draw(f"issued/{key}", 1_500)), None
    lot = draw(f"lot/{key}", 12)
    span = LONG_AGO if lot == 0 else SOON if lot <= 2 else IN_FORCE
    length = round(mark.usual_months * 30.4)
    left = span[0] + draw(f"left/{key}", span[1] - span[0])
    left = min(left, length - 20)
    expires = today + timedelta(days=left)
    return expires - timedelta(days=length), expires
