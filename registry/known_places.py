"""The provinces and districts, known to each process: a thousand rows, hardly changed.

Every card names its district. Joining two tables of places to each question made
PostgreSQL plan for longer than it read. ``sync_places`` alone renames a place; other
processes show the new name within :data:`LIFETIME`.
"""

import time
from dataclasses import dataclass

from django.db import connection

from registry.models import District, Province

#: Seconds for which they are taken to be as they were.
LIFETIME = 300.0


@dataclass(frozen=True)
class Known:
    """The places of one database."""

    read_at: float
    provinces: dict[str, Province]
    #: Each with its province.
    districts: dict[str, District]


_known: dict[str, Known] = {}


def district(code: str) -> District:
    """Return a district with its province. Two queries every five minutes.

    :raises District.DoesNotExist: for a code no district has.
    """
    found = _places().districts.get(code)
    if found is None:
        # Somebody has just entered it.
        found = _places(anew=True).districts.get(code)
    if found is None:
        raise District.DoesNotExist(code)
    return found


def forget() -> None:
    """Read the places again when they are next asked for."""
    _known.clear()


def _places(*, anew: bool = False) -> Known:
    # Tests and commands may meet several databases in one process.
    name = str(connection.settings_dict["NAME"])
    known, now = _known.get(name), time.monotonic()
    if anew or known is None or now - known.read_at >= LIFETIME:
        known = _known[name] = _read(now)
    return known


def _read(now: float) -> Known:
    provinces = {each.code: each for each in Province.objects.order_by("pk")}
    districts = {each.code: each for each in District.objects.order_by("pk")}
    for each in districts.values():
        each.province = provinces[each.province_id]
    return Known(now, provinces, districts)
