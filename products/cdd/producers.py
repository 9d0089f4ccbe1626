"""What becomes of the rows that name producers, province by province.

Reads the register, writes nothing; a dozen queries a province, however many rows.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from members.models import Member
from products.cdd.differences import Wish, acts_of_ours, parted, undone_acts
from products.cdd.keys import folded_key
from products.cdd.matching import Named, Names, near_producers, same_producer
from products.cdd.reading import Source
from products.cdd.steps import Step, What, copy_of
from products.enums import OutsideState
from products.importing.matching import NATIONAL_OWNER, owners
from products.models import OutsideProducer
from registry.enums import RowChoice
from registry.merging import successors
from registry.models import Agency, Province, Subdistrict
from registry.place_names import PlaceNames

#: What a person says of rows while they look at the file: number → choice, record.
Said = Mapping[int, tuple[RowChoice, int | None]]
#: Fields of a member that the list speaks of.
FIELDS = ("name_th", "subdistrict_id")


@dataclass(frozen=True, slots=True)
class Known:
    """A kept row of a list, as far as planning needs it."""

    pk: int
    state: str
    record_id: int | None
    name: str
    seen_year: int
    is_undone: bool
    decided: bool


@dataclass
class Register:
    """What planning reads once for a whole file."""

    places: PlaceNames
    owners: Mapping[str, Agency] = field(default_factory=owners)
    ours: set[uuid.UUID] = field(default_factory=acts_of_ours)
    undone: set[uuid.UUID] = field(default_factory=undone_acts)
    into: dict[int, int] = field(default_factory=lambda: successors(Member))

    def owner(self, province: Province) -> Agency | None:
        """Return the office that keeps what comes from the list."""
        return self.owners.get(province.code, self.owners.get(NATIONAL_OWNER))

    def subdistrict(self, source: Source) -> Subdistrict | None:
        """Return the subdistrict a row names; its district must be known."""
        if source.district is None or not source.subdistrict:
            return None
        self.places.know([source.district])
        text = source.subdistrict.removeprefix("ตำบล").removeprefix("ต.").strip()
        return self.places.subdistrict(source.district, text) if text else None

    def subdistrict_name(self, member: Named) -> str:
        """Return what the subdistrict of a producer is called."""
        places = self.places.subdistricts.get(member.district_id, {}).values()
        names = (each.name_th for each in places if each.code == member.subdistrict_id)
        return next(names, "")


def known_rows(
    model: Any, record: str, province: Province, undone: set[uuid.UUID]
) -> dict[str, Known]:
    """Return the kept rows of a province by key. One query."""
    columns = ("key", "pk", "state", record, "name", "seen_year", "act_id")
    rows = model.objects.filter(province=province)
    return {
        key: Known(
            pk,
            state,
            record_id,
            name,
            seen_year,
            act_id in undone and decided_by is None,
            decided_by is not None,
        )
        for key, pk, state, record_id, name, seen_year, act_id, decided_by in (
            rows.values_list(*columns, "decided_by_id")
        )
    }


def plan_producers(
    province: Province,
    sources: Sequence[Source],
    register: Register,
    *,
    year: int,
    said: Said | None = None,
) -> list[Step]:
    """Work out what becomes of the rows of a province, in their order."""
    planning = _Planning(province, register, year, said or {})
    return planning.run(sources)


class _Planning:
    def __init__(
        self, province: Province, register: Register, year: int, said: Said
    ) -> None:
        self.province = province
        self.register = register
        self.year = year
        self.said = said
        self.names = Names.of_members(province)
        self.known = known_rows(OutsideProducer, "member_id", province, register.undone)

    def run(self, sources: Sequence[Source]) -> list[Step]:
        steps: list[Step] = []
        first: dict[str, int] = {}
        open_: list[Step] = []
        for source in sources:
            key = folded_key(self.province, source.district, source.producer_fold)
            if key in first:
                steps.append(copy_of(source, key, first[key]))
                continue
            first[key] = source.number
            step = self._seen_before(source, key)
            steps.append(step)
            if step.what is What.NEW:
                open_.append(step)
        self._match(open_)
        self._compare(steps)
        return steps

    def _seen_before(self, source: Source, key: str) -> Step:
        known = self.known.get(key)
        step = Step(source.number, What.NEW, source, key)
        if known is None:
            return step
        step.row_id = known.pk
        step.is_aged = known.seen_year != self.year
        step.is_respelt = known.name != source.producer
        if known.state == OutsideState.IGNORED:
            step.what = What.IGNORED
        elif known.is_undone:
            return step
        elif known.state == OutsideState.WAITING:
            step.what = What.WAITING
            self._say(step)
        elif known.record_id is not None:
            step.what = What.KNOWN
            step.record_id = self.register.into.get(known.record_id, known.record_id)
        return step

    def _match(self, steps: list[Step]) -> None:
        """Find who the rows are that were never seen: exact ones first."""
        alone = Counter(
            step.source.producer_fold for step in steps if step.source is not None
        )
        left: list[Step] = []
        claimed: set[int] = set()
        elsewhere = self._known_elsewhere() if steps else {}
        for step in steps:
            found = self._certain(step, elsewhere)
            if found is None:
                left.append(step)
                continue
            claimed.add(found)
            step.what, step.record_id = What.LINK, found
            self._say(step)
        taken = claimed | self._records_of_others(steps)
        for step in left:
            source = _source(step)
            place = self.register.subdistrict(source)
            step.candidates = near_producers(
                self.names,
                source,
                subdistrict_id=place.code if place else None,
                is_alone=alone[source.producer_fold] == 1,
                taken=taken,
            )
            if step.candidates or source.district is None:
                step.what = What.WAIT
            self._say(step)

    def _certain(
        self, step: Step, elsewhere: Mapping[str, list[tuple[str, int]]]
    ) -> int | None:
        """Return the record that a row is without doubt.

        The one that the same name of another list is, where one of the lists names no
        district; else the only one that is called exactly so.
        """
        _province, district, name = step.key.split("|", 2)
        there = {
            record
            for place, record in elsewhere.get(name, ())
            if not place or not district or place == district
        }
        if len(there) == 1:
            return there.pop()
        same = same_producer(self.names, _source(step))
        return same[0].pk if len(same) == 1 else None

    def _known_elsewhere(self) -> dict[str, list[tuple[str, int]]]:
        """Return the records of kept rows by name: district, record."""
        found: dict[str, list[tuple[str, int]]] = {}
        for key, known in self.known.items():
            if known.record_id is None or known.is_undone:
                continue
            record = self.register.into.get(known.record_id, known.record_id)
            _province, district, name = key.split("|", 2)
            if record in self.names.by_pk:
                found.setdefault(name, []).append((district, record))
        return found

    def _records_of_others(self, steps: list[Step]) -> set[int]:
        """Return the records that other rows of the list are known to be."""
        open_ = {step.row_id for step in steps}
        return {
            self.register.into.get(each.record_id, each.record_id)
            for each in self.known.values()
            if each.record_id is not None and each.pk not in open_
        }

    def _say(self, step: Step) -> None:
        """Follow what the person said of the row while they looked at the file."""
        choice, chosen = self.said.get(step.number, (RowChoice.OPEN, None))
        if choice in {RowChoice.SAME, RowChoice.UPDATE}:
            pk = chosen or next((each["pk"] for each in step.candidates), None)
            if pk in self.names.by_pk:
                step.what, step.record_id = What.LINK, pk
                step.is_decided = True
        elif choice == RowChoice.DIFFERENT and _source(step).district is not None:
            step.what, step.record_id = What.NEW, None
            step.is_decided = True

    def _compare(self, steps: Iterable[Step]) -> None:
        """Hold the rows against the records they are."""
        held = {
            step.record_id: step
            for step in steps
            if step.record_id is not None and step.what in {What.LINK, What.KNOWN}
        }
        wishes: dict[int, list[Wish]] = {}
        for pk, step in held.items():
            member = self.names.by_pk.get(pk)
            if member is None:
                # Withdrawn: nothing is written into it.
                continue
            known = self.known.get(step.key)
            was = known.name if known is not None and known.record_id else ""
            found = wishes_of(member, _source(step), self.register, was=was)
            if found:
                wishes[pk] = found
        may, may_not = parted(Member, wishes, self.register.ours)
        for pk, found in may.items():
            held[pk].changes = found
            held[pk].fields = {wish.field: wish.value for wish in found}
        for pk, found in may_not.items():
            held[pk].differences = found


def wishes_of(
    member: Named, source: Source, register: Register, *, was: str = ""
) -> list[Wish]:
    """Return what a row says otherwise than the record; ``was`` is what it said before.

    Two spellings of one folded name are no difference, unless the record still has
    the list's own former spelling.
    """
    found = []
    is_other = member.folded != source.producer_fold[:300]
    is_respelt = member.name == was != source.producer
    if is_other or is_respelt:
        found.append(Wish("name_th", member.name, source.producer, source.producer))
    place = register.subdistrict(source)
    in_district = place is not None and place.district_id == member.district_id
    if place is not None and in_district and place.code != member.subdistrict_id:
        ours = register.subdistrict_name(member)
        found.append(Wish("subdistrict_id", ours, place.name_th, place.code))
    return found


def _source(step: Step) -> Source:
    if step.source is None:
        raise RuntimeError("A row without a source is planned no further.")
    return step.source
