"""Names of goods as files have them, and the stars some offices write into them."""

import re
from dataclasses import dataclass

from members.models import FIRST_YEAR, LAST_YEAR
from products.importing.people import part_persons, tidied
from registry.thai.numerals import to_arabic_digits
from registry.thai.text import fold

DIGITS = "0-9๐-๙"
STAR = r"(?:(?:OTOP|โอทอป)\s*)?(?:ระดับ\s*)?(?P<stars>[1-5๑-๕])\s*ดาว"
YEAR = (
    r"(?:ประจำ)?(?:ปี)?\s*(?:พ\.?\s?ศ\.?)?\s*"
    rf"(?P<year>(?:25|๒๕)[{DIGITS}]{{2}})(?![{DIGITS}])"
)
#: "ระดับ 4 ดาว ปี 2555", "(OTOP 5 ดาว พ.ศ. ๒๕๕๓)", "ปี 2555 ระดับ 4 ดาว".
CLAIMS = (
    re.compile(rf"[(\[]?\s*{STAR}\s*{YEAR}\s*[)\]]?", re.IGNORECASE),
    re.compile(rf"[(\[]?\s*{YEAR}\s*{STAR}\s*[)\]]?", re.IGNORECASE),
)
NO_NAME = re.compile(r"(?:x+|\d+|ไม่มี.*|ไม่ระบุ.*|ยังไม่มี.*)", re.IGNORECASE)


@dataclass(frozen=True)
class StarClaim:
    """Stars of a year (B.E.) that somebody wrote into a name."""

    stars: int
    year: int


@dataclass(frozen=True)
class GoodsName:
    """A name of goods: what the public may read, and what was in it besides."""

    name: str
    persons: tuple[str, ...] = ()
    claim: StarClaim | None = None
    #: Something was cut out of a word: a person should look before it is public.
    is_doubtful: bool = False


def read_goods_name(cell: str) -> GoodsName:
    """Read a name of goods; ``name`` is empty where nothing may be kept of it."""
    name, claim = _without_stars(cell)
    parted = part_persons(name)
    # A point at the end may be an abbreviation's: "เบเกอรี่ 3 จ.".
    name = parted.rest.strip(" ,;:/|-–—·")
    if not fold(name) or NO_NAME.fullmatch("".join(name.split())):
        name = ""
    return GoodsName(name, parted.persons, claim, parted.is_cut)


def _without_stars(cell: str) -> tuple[str, StarClaim | None]:
    """Take one clear claim of stars with its year out of ``cell``; else leave it."""
    for pattern in CLAIMS:
        found = list(pattern.finditer(cell))
        if len(found) != 1:
            continue
        match = found[0]
        stars, year = (int(to_arabic_digits(match[each])) for each in ("stars", "year"))
        rest = tidied(f"{cell[: match.start()]} {cell[match.end() :]}")
        if FIRST_YEAR <= year <= LAST_YEAR and fold(rest):
            return rest, StarClaim(stars, year)
    return cell, None
