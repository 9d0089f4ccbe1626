"""Coordinates of spreadsheets: repaired where it is clear how, else put aside."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from registry.sheets.reading import Value
from registry.thai.numerals import to_arabic_digits

#: Thailand from Betong to Mae Sai, from the Myanmar border to the Mekong.
LATITUDES = (5.6, 20.5)
LONGITUDES = (97.3, 105.7)
PLACES = Decimal("0.00001")
NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.,]\d+)?")
#: So many positions of a province in the file, and one further from their middle than
#: so many degrees (about 165 km) lies in another province.
ENOUGH, FAR = 5, 1.5


@dataclass(frozen=True)
class Position:
    """Where something is, in degrees."""

    latitude: Decimal
    longitude: Decimal
    is_swapped: bool = False


def read_position(latitude: Value, longitude: Value) -> Position | None:
    """Return the position two cells hold, or None if it cannot be relied on.

    Whole degrees are what a map gives at its edges, not where somebody lives.
    """
    numbers = _numbers(latitude) + _numbers(longitude)
    if len(numbers) != 2 or any(number == int(number) for number in numbers):
        return None
    first, second = numbers
    if _within(first, LATITUDES) and _within(second, LONGITUDES):
        return _position(first, second, is_swapped=False)
    if _within(second, LATITUDES) and _within(first, LONGITUDES):
        return _position(second, first, is_swapped=True)
    return None


def _numbers(value: Value) -> list[float]:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return []
    if isinstance(value, str):
        found = NUMBER.findall(to_arabic_digits(value))
        # Degrees, minutes and seconds are more than two numbers: not guessed at.
        return [float(each.replace(",", ".")) for each in found]
    return [float(value)]


def _within(number: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= number <= limits[1]


def _position(latitude: float, longitude: float, *, is_swapped: bool) -> Position:
    return Position(
        Decimal(str(latitude)).quantize(PLACES),
        Decimal(str(longitude)).quantize(PLACES),
        is_swapped,
    )


class Middles:
    """The middle of what a file has of each province, to tell what lies far off."""

    def __init__(self, positions: Iterable[tuple[str, Position]]) -> None:
        of_province: dict[str, list[Position]] = {}
        for province, position in positions:
            of_province.setdefault(province, []).append(position)
        self._middles: Mapping[str, tuple[float, float]] = {
            province: (
                float(median(each.latitude for each in found)),
                float(median(each.longitude for each in found)),
            )
            for province, found in of_province.items()
            if len(found) >= ENOUGH
        }

    def is_far(self, province: str, position: Position) -> bool:
        """Tell whether ``position`` is hardly in ``province``."""
        if province not in self._middles:
            return False
        latitude, longitude = self._middles[province]
        return (
            abs(float(position.latitude) - latitude) > FAR
            or abs(float(position.longitude) - longitude) > FAR
        )
