"""Filling the tables of places from the installed ``geothai`` package."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geothai
from django.db import models, transaction
from geothai.abolished import abolished_areas

from registry import known_places
from registry.models import AbolishedPlace, District, Province, Subdistrict
from registry.thai.sorting import sort_key
from registry.thai.text import fold

#: What the package does not say: the region, the address of our page, the name
#: visitors know ("Ayutthaya"), and ISO 3166-2.
PROVINCES = Path(__file__).resolve().parent.parent / "data" / "provinces.csv"
BATCH = 500

Rows = Mapping[str, models.Model]


@dataclass(frozen=True)
class LevelReport:
    """What a run changed among the places of one level, by their codes.

    ``kept`` are codes the source no longer has but records still use; they are
    named at every run until somebody has moved those records.
    """

    level: str
    total: int
    added: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.added, self.renamed, self.changed, self.gone, self.kept))


@transaction.atomic
def sync_places() -> tuple[LevelReport, ...]:
    """Make the tables of places equal to the source and say what that changed.

    A place that records still use is never deleted. Works in bulk: a first run
    takes seconds, one that finds nothing to do well under one.
    """
    levels: tuple[tuple[type[models.Model], Rows], ...] = (
        (Province, _provinces()),
        (District, _districts()),
        (Subdistrict, _subdistricts()),
        (AbolishedPlace, _abolished()),
    )
    written = [_write(model, wanted) for model, wanted in levels]
    # From below: a district goes only after its subdistricts.
    removed = [_remove(model, wanted) for model, wanted in reversed(levels)]
    transaction.on_commit(known_places.forget)
    return tuple(
        LevelReport(model.__name__, len(wanted), *changes, *leaving)
        for (model, wanted), changes, leaving in zip(
            levels, written, reversed(removed), strict=True
        )
    )


# --- What the source says -------------------------------------------------------


def _provinces() -> dict[str, Province]:
    with PROVINCES.open(encoding="utf-8", newline="") as file:
        ours = {row["code"]: row for row in csv.DictReader(file)}
    return {
        place.code: Province(**ours[place.code], **_thai_name(place.name_th))
        for place in geothai.provinces()
    }


def _districts() -> dict[str, District]:
    return {
        place.code: District(
            code=place.code,
            province_id=province.code,
            name_en=place.name_en,
            **_thai_name(place.name_th),
        )
        for province in geothai.provinces()
        for place in geothai.districts(province.code)
    }


def _subdistricts() -> dict[str, Subdistrict]:
    return {
        place.code: Subdistrict(
            code=place.code,
            district_id=place.district_code,
            name_en=place.name_en,
            # A few have a second one for some of their villages; the first is usual.
            postcode=place.postal_codes[0],
            **_thai_name(place.name_th),
        )
        for province in geothai.provinces()
        for district in geothai.districts(province.code)
        for place in geothai.subdistricts(district.code)
    }


def _abolished() -> dict[str, AbolishedPlace]:
    """Return the abolished codes; one that was divided leads to no single place."""
    return {
        area.code: AbolishedPlace(
            code=area.code,
            name_th=area.name_th,
            successor=area.successors[0] if len(area.successors) == 1 else "",
        )
        for area in abolished_areas()
    }


def _thai_name(name: str) -> dict[str, str]:
    return {"name_th": name, "sort_key": sort_key(name), "name_fold": fold(name)}


# --- Writing it -----------------------------------------------------------------


def _write(
    model: type[models.Model], wanted: Rows
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Add and update; return the codes added, renamed and otherwise changed."""
    known: dict[str, models.Model] = model._default_manager.in_bulk()
    columns = [field.attname for field in model._meta.concrete_fields]
    added = [row for code, row in wanted.items() if code not in known]
    differing = {
        code: {name for name in columns if _differ(known[code], row, name)}
        for code, row in wanted.items()
        if code in known
    }
    differing = {code: names for code, names in differing.items() if names}
    model._default_manager.bulk_create(added, batch_size=BATCH)
    if differing:
        model._default_manager.bulk_update(
            [wanted[code] for code in differing],
            sorted(set().union(*differing.values())),
            batch_size=BATCH,
        )
    renamed = {
        code for code, names in differing.items() if names & {"name_th", "name_en"}
    }
    return (
        tuple(str(row.pk) for row in added),
        tuple(sorted(renamed)),
        tuple(sorted(differing.keys() - renamed)),
    )


def _differ(known: models.Model, row: models.Model, column: str) -> bool:
    before: Any = getattr(known, column)
    return bool(before != getattr(row, column))


def _remove(
    model: type[models.Model], wanted: Rows
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Delete what the source lost and nothing uses; return codes gone and kept."""
    gone, kept = [], []
    known = model._default_manager.values_list("pk", flat=True)
    for code in sorted(set(known) - wanted.keys()):
        try:
            model._default_manager.get(pk=code).delete()
        except models.ProtectedError:
            kept.append(code)
        else:
            gone.append(code)
    return tuple(gone), tuple(kept)
