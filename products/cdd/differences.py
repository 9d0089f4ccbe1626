"""What a person wrote here, told from what an earlier file of ours said.

A field that a person has written is never overwritten: what the list says instead is
shown beside it, to be taken or not. A person is whoever acts outside our imports; the
lists of others that were read in by other ways count so too.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from products.enums import DifferenceState
from products.models import OutsideDifference
from registry.derived import in_batches
from registry.models import ImportRun

#: ``ImportRun.layout`` of what this package writes.
LAYOUTS = ("cdd-producers", "cdd-stars")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list says of a field of a record that says otherwise, or nothing."""

    #: Of the history: "name_th", "subdistrict_id"; or "stars:2565".
    field: str
    ours: str
    theirs: str
    #: What taking it writes, as data.
    value: Any


def acts_of_ours() -> set[uuid.UUID]:
    """Return the acts in which our imports wrote. One query."""
    runs = ImportRun.objects.filter(layout__in=LAYOUTS, act_id__isnull=False)
    return {each for each in runs.values_list("act_id", flat=True) if each}


def undone_acts() -> set[uuid.UUID]:
    """Return those of them that were taken back. One query."""
    runs = ImportRun.objects.filter(layout__in=LAYOUTS, undone_at__isnull=False)
    return {each for each in runs.values_list("act_id", flat=True) if each}


def parted(
    model: Any, wishes: Mapping[int, Sequence[Wish]], ours: Collection[uuid.UUID]
) -> tuple[dict[int, list[Wish]], dict[int, list[Wish]]]:
    """Return by record what may be written, and what a person has written before.

    ``ours`` are the acts of our imports. A query for each 500 records.
    """
    fields = {wish.field for each in wishes.values() for wish in each}
    known = {field.attname for field in model._meta.concrete_fields}
    by_people = written_by_people(model, wishes, fields & known, ours)
    may: dict[int, list[Wish]] = defaultdict(list)
    may_not: dict[int, list[Wish]] = defaultdict(list)
    for pk, each in wishes.items():
        for wish in each:
            is_free = wish.field in known and (pk, wish.field) not in by_people
            (may if is_free else may_not)[pk].append(wish)
    return may, may_not


def written_by_people(
    model: Any,
    keys: Iterable[int],
    fields: Collection[str],
    ours: Collection[uuid.UUID],
) -> set[tuple[int, str]]:
    """Return which fields of which records a person set, or emptied."""
    names = sorted(fields)
    found: set[tuple[int, str]] = set()
    if not names:
        return found
    before: dict[int, tuple[Any, ...]] = {}
    for batch in in_batches(keys):
        rows = model.history.filter(id__in=batch).order_by("history_id")
        for pk, act, *values in rows.values_list("id", "act_id", *names):
            was = before.get(pk)
            before[pk] = tuple(values)
            if act in ours:
                continue
            for at, name in enumerate(names):
                is_new = was is None and values[at] not in {None, ""}
                if is_new or (was is not None and was[at] != values[at]):
                    found.add((pk, name))
    return found


def keep_differences(
    model: Any,
    found: Mapping[int, Sequence[Wish]],
    *,
    looked_at: Collection[int],
    fields: Collection[str],
    provinces: Mapping[int, str],
    year: int,
    act_id: uuid.UUID | None,
) -> int:
    """Keep what differs, for a person to decide; return how much of it is new.

    What was decided stays so until the list says something else. Of the records
    ``looked_at``, what no longer differs in ``fields`` is not asked any more.
    """
    label = model._meta.label
    kept: dict[tuple[int, str], OutsideDifference] = {}
    for batch in in_batches(looked_at):
        rows = OutsideDifference.objects.filter(
            model=label, object_id__in=batch, field__in=fields
        )
        kept |= {(each.object_id, each.field): each for each in rows}
    fresh: list[OutsideDifference] = []
    renewed: list[OutsideDifference] = []
    for pk, wishes in found.items():
        for wish in wishes:
            row = kept.pop((pk, wish.field), None)
            if row is not None and row.theirs == wish.theirs:
                continue
            is_new = row is None
            if row is None:
                row = OutsideDifference(model=label, object_id=pk, field=wish.field)
            row.province_id = provinces[pk]
            row.ours, row.theirs, row.value = wish.ours, wish.theirs, wish.value
            row.year, row.act_id = year, act_id
            row.state = DifferenceState.OPEN
            row.decided_by = row.decided_at = None
            (fresh if is_new else renewed).append(row)
    OutsideDifference.objects.bulk_create(fresh, batch_size=500)
    OutsideDifference.objects.bulk_update(
        renewed,
        [
            *("province", "ours", "theirs", "value", "year", "act_id", "state"),
            *("decided_by", "decided_at"),
        ],
        batch_size=500,
    )
    settled = [each.pk for each in kept.values() if each.state == DifferenceState.OPEN]
    for batch in in_batches(settled):
        OutsideDifference.objects.filter(pk__in=batch).delete()
    return len(fresh) + len(renewed)
