"""The words of the demonstration, read from ``data/``."""

import csv
import tomllib
import zlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from registry.enums import RecordStatus

DATA = Path(__file__).resolve().parent / "data"
#: Stands in the history of all that the demonstration enters.
REASON = "ข้อมูลสาธิต"


@dataclass(frozen=True)
class Producer:
    """An invented producer in a real subdistrict."""

    key: str
    subdistrict: str
    moo: str
    producer_type: str
    legal_form: str
    name_th: str
    name_en: str
    other_names: str
    workers: str
    local_workers: str
    otop_year: str
    quadrant: str
    picture: str
    story_th: str
    story_en: str
    status: str
    #: Which one it is in the list.
    place: int

    @property
    def province(self) -> str:
        """Return the code of the province."""
        return self.subdistrict[:2]


@dataclass(frozen=True)
class Kind:
    """What goods of one kind have in common."""

    kind: str
    category: str
    picture: str
    label_th: str
    label_en: str
    unit_th: str
    unit_en: str
    size_th: str
    size_en: str
    materials_th: str
    materials_en: str
    shelf_life_days: str
    keeping_th: str
    keeping_en: str
    months: str
    air_travel: str
    marks: str


@dataclass(frozen=True)
class Good:
    """An invented product."""

    key: str
    producer: str
    kind: str
    name_th: str
    name_en: str
    other_names: str
    price_min: str
    price_max: str
    story_th: str
    story_en: str
    months: str
    status: str
    picture: str

    @property
    def drawing(self) -> str:
        """Return the name of its drawing: its own, or that of its kind."""
        return self.picture or kinds()[self.kind].picture

    @property
    def is_published(self) -> bool:
        """Tell whether the public is to see it."""
        return self.status == RecordStatus.PUBLISHED


@cache
def producers() -> dict[str, Producer]:
    """Return the producers by key, in the order of their districts."""
    return {
        row["key"]: Producer(**row, place=place)
        for place, row in enumerate(_rows("producers.csv"))
    }


@cache
def kinds() -> dict[str, Kind]:
    """Return the kinds of goods by name."""
    return {row["kind"]: Kind(**row) for row in _rows("kinds.csv")}


@cache
def kinds_of(producer: str) -> frozenset[str]:
    """Return the kinds of goods a producer makes."""
    return frozenset(
        good.kind for good in goods().values() if good.producer == producer
    )


@cache
def goods() -> dict[str, Good]:
    """Return the goods by key, mixed, so that the newest ones are of every kind."""
    rows = [Good(**row) for row in _rows("goods.csv")]
    return {good.key: good for good in sorted(rows, key=lambda good: draw(good.key))}


@cache
def cluster_words() -> dict[str, Any]:
    """Return clusters, posts and plans as ``cluster.toml`` has them."""
    with (DATA / "cluster.toml").open("rb") as file:
        return tomllib.load(file)


def draw(key: str, count: int = 1 << 32) -> int:
    """Return a number below ``count`` that looks like chance and is always the same."""
    return zlib.crc32(key.encode()) % count


def number(text: str) -> int | None:
    """Return the number in a cell, None if it is empty."""
    return int(text) if text else None


def price(text: str) -> Decimal | None:
    """Return the price in a cell, None if it is empty."""
    return Decimal(text) if text else None


def season(months: str) -> int:
    """Return the months in a cell ("11 12 1") as the product's bits."""
    return sum(1 << (int(month) - 1) for month in months.split())


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
