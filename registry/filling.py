"""Filling an empty register with what every installation knows.

Each row that is filled in has a name ("agency/pio-42"). The name's form key is
entered with the row, so that it is filled in once and for all: a later run
leaves alone what staff have edited since, and what they have deleted.
"""

import csv
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from registry.actions import records
from registry.enums import AgencyKind, AgencyState
from registry.models import Agency, Alias, FormKey, NoteTemplate, Province
from registry.thai.text import fold

DATA = Path(__file__).resolve().parent / "data"
#: Turns the names of filled-in rows into form keys; never to be changed.
NAMESPACE = uuid.UUID("9a3c1d6e-40b7-5c0e-8a55-2b1c7d9e4f21")
REASON = "ข้อมูลตั้งต้นของทะเบียน"
#: Bangkok has no provincial offices of the ministries.
BANGKOK = "10"


def key_of(name: str) -> uuid.UUID:
    """Return the form key of a row that the portal fills in by itself."""
    return uuid.uuid5(NAMESPACE, name)


def not_yet_filled(names: Iterable[str]) -> set[str]:
    """Return those of ``names`` that were never filled in. One query."""
    keys = {key_of(name): name for name in names}
    used = FormKey.objects.filter(key__in=list(keys)).values_list("key", flat=True)
    return {name for key, name in keys.items() if key not in set(used)}


# --- Agencies -------------------------------------------------------------------


@dataclass(frozen=True)
class KnownAgency:
    """An agency the portal knows, and the provinces it serves (none: the nation)."""

    key: str
    kind: AgencyKind
    name_th: str
    name_en: str
    abbreviation_th: str
    abbreviation_en: str
    provinces: tuple[Province, ...] = field(default=())


def fill_agencies() -> int:
    """Enter the national agencies and each province's offices; return how many."""
    provinces = {place.code: place for place in Province.objects.order_by("code")}
    known = {agency.key: agency for agency in _known_agencies(provinces)}
    missing = not_yet_filled(f"agency/{key}" for key in known)
    there = set(Agency.objects.exclude(key=None).values_list("key", flat=True))
    entered = [
        agency
        for key, agency in known.items()
        if f"agency/{key}" in missing and key not in there
    ]
    for agency in entered:
        records.create(
            Agency(
                key=agency.key,
                kind=agency.kind,
                name_th=agency.name_th,
                name_en=agency.name_en,
                abbreviation_th=agency.abbreviation_th,
                abbreviation_en=agency.abbreviation_en,
                is_national=not agency.provinces,
                state=AgencyState.APPROVED,
            ),
            by=None,
            many={"provinces": agency.provinces},
            form_key=key_of(f"agency/{agency.key}"),
            reason=REASON,
        )
    return len(entered)


def _known_agencies(provinces: dict[str, Province]) -> Iterator[KnownAgency]:
    for row in _rows("agencies.csv"):
        codes = row.pop("provinces").split()
        kind = AgencyKind(row.pop("kind"))
        served = tuple(provinces[code] for code in codes)
        yield KnownAgency(kind=kind, provinces=served, **row)
    for row in _rows("offices.csv"):
        for province in provinces.values():
            if province.code != BANGKOK:
                yield _office(row, province)


def _office(row: dict[str, str], province: Province) -> KnownAgency:
    """Return a ministry's office in a province: สำนักงานอุตสาหกรรมจังหวัดเลย."""
    return KnownAgency(
        key=f"{row['key']}-{province.code}",
        kind=AgencyKind.PROVINCIAL_OFFICE,
        name_th=f"{row['name_th']}{province.name_th}",
        name_en=f"{province.name_en} {row['name_en']}",
        abbreviation_th=f"{row['abbreviation_th']}{province.name_th}",
        abbreviation_en=f"{row['abbreviation_en']} {province.name_en}",
        provinces=(province,),
    )


# --- Words people search by -----------------------------------------------------


def fill_aliases() -> int:
    """Enter the usual search aliases; return how many."""
    names = {f"alias/{row['word']}/{row['means']}": row for row in _rows("aliases.csv")}
    missing = not_yet_filled(names)
    rows = [
        Alias(
            word=row["word"],
            means=row["means"],
            word_fold=fold(row["word"]),
            means_fold=fold(row["means"]),
        )
        for name, row in names.items()
        if name in missing
    ]
    # Two spellings may fold to one, and staff may have entered it before us.
    Alias.objects.bulk_create(rows, ignore_conflicts=True)
    FormKey.objects.bulk_create(
        [FormKey(key=key_of(name), model=Alias._meta.label) for name in missing]
    )
    return len(rows)


# --- Notes reviewers write often ------------------------------------------------


def fill_notes() -> int:
    """Enter the usual notes of a returned record; return how many."""
    names = {f"note/{row['key']}": row for row in _rows("notes.csv")}
    missing = not_yet_filled(names)
    for position, (name, row) in enumerate(names.items()):
        if name in missing:
            texts = {key: value for key, value in row.items() if key != "key"}
            records.create(
                NoteTemplate(position=position, **texts),
                by=None,
                form_key=key_of(name),
                reason=REASON,
            )
    return len(missing)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
