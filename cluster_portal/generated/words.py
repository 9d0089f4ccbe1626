"""The words of the generated register, read from ``data/``."""

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from cluster_portal.demo import words as demo
from cluster_portal.demo.words import Kind

DATA = Path(__file__).resolve().parent / "data"
#: Stands in the history of all that is generated.
REASON = "ข้อมูลจำลองทั้งประเทศ"

#: A text in Thai and in English.
Pair = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Shelf:
    """A shelf of the catalogue, and what goods on it have in common."""

    code: str
    kind: Kind
    manner: str
    weight: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Noun:
    """What a product is: ข้าวแต๋น, and where it is at home."""

    shelf: Shelf
    name_th: str
    name_en: str
    other_names: str
    #: Codes of provinces and initials of regions; none: everywhere.
    home: frozenset[str]
    weight: float


@cache
def shelves() -> dict[str, Shelf]:
    """Return the shelves by code; what they share with the demonstration is its."""
    kinds = demo.kinds()
    return {
        row["shelf"]: Shelf(
            row["shelf"],
            kinds[row["kind"]],
            row["manner"],
            *(float(row[name]) for name in ("weight", "low", "high")),
        )
        for row in _rows("shelves.csv")
    }


@cache
def nouns() -> tuple[Noun, ...]:
    """Return all kinds of goods; those of a shelf share its weight, falling."""
    rows = _rows("goods.csv")
    seen: dict[str, int] = {}
    found = []
    for row in rows:
        shelf = shelves()[row["shelf"]]
        place = seen[shelf.code] = seen.get(shelf.code, 0) + 1
        found.append(
            Noun(
                shelf,
                row["name_th"],
                row["name_en"],
                row["other_names"],
                frozenset(row["home"].split()),
                shelf.weight / (place + 1),
            )
        )
    return tuple(found)


@cache
def traits(manner: str) -> list[Pair]:
    """Return what goods of a manner are called beside what they are."""
    return pairs("manner", manner, "traits")


def chance_of(what: str, seed: int) -> Random:
    """Return a row of chances of its own: other draws leave it as it is."""
    return Random(f"{what}/{seed}")  # noqa: S311 - believable, not secret


@cache
def pairs(*path: str) -> list[Pair]:
    """Return the texts in both languages that lie under ``path``."""
    return [(thai, english) for thai, english in _at(*path)]


@cache
def texts(*path: str) -> list[str]:
    """Return the texts that lie under ``path``."""
    return [str(text) for text in _at(*path)]


def _at(*path: str) -> Any:
    found: Any = _all()
    for name in path:
        found = found[name]
    return found


@cache
def _all() -> dict[str, Any]:
    with (DATA / "words.toml").open("rb") as file:
        return tomllib.load(file)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
