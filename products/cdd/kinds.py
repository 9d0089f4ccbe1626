"""The two open files as kinds of spreadsheet, for the pages of the import."""

import hashlib
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.models import Member
from products.cdd import producers, stars, writing
from products.cdd.differences import Wish
from products.cdd.matching import reasons_in_words
from products.cdd.reading import (
    NEEDED,
    PRODUCERS,
    STARS,
    Column,
    Reader,
    Source,
    year_in,
)
from products.cdd.running import sort_rows
from products.cdd.steps import Step, What, sentence
from products.enums import OtopType
from products.models import OutsideDifference, Product, StarRound
from products.rounds import round_field
from registry.access import STAFF
from registry.derived import in_batches
from registry.enums import RowFate
from registry.importing.kinds import (
    AnswerNeeded,
    Choices,
    ImportKind,
    Plan,
    PlannedRow,
    Sheet,
    SheetColumn,
)
from registry.importing.reading import Text
from registry.jobs import Progress
from registry.models import Province, User
from registry.place_names import PlaceNames
from registry.thai.dates import be_year

TITLES: Mapping[Column, str | Promise] = {
    Column.PROVINCE: _("province"),
    Column.DISTRICT: _("district"),
    Column.SUBDISTRICT: _("subdistrict"),
    Column.PRODUCER: _("name of the producer"),
    Column.PRODUCT: _("name of the product"),
    Column.CATEGORY: _("category in the list"),
    Column.STARS: _("star level"),
    Column.YEAR: _("year of the selection (B.E.)"),
}
#: Field of a record → the column that speaks of it.
COLUMN_OF = {"subdistrict_id": Column.SUBDISTRICT, "otop_type": Column.CATEGORY}


class YearNeeded(AnswerNeeded):
    """Nothing says which round the stars are of."""

    question = "year"
    message = _(
        "The file does not say which year's stars these are. Please choose the round."
    )


@dataclass
class Work:
    """What a plan writes, province by province."""

    year: int
    register: producers.Register
    rounds: Mapping[int, StarRound]
    parts: list[Any]
    planned: Mapping[int, PlannedRow]


class OutsideKind(ImportKind):
    """What the two files have in common."""

    roles = frozenset(STAFF)
    of_stars: ClassVar[bool]
    model: ClassVar[Any]

    def columns(self, user: User | None) -> Sequence[SheetColumn]:
        """Return the columns the department publishes."""
        known = STARS if self.of_stars else PRODUCERS
        needed = NEEDED["stars" if self.of_stars else "producers"]
        return [
            SheetColumn(
                key=str(key),
                title=TITLES[key],
                read=Text(2_000),
                aliases=headings,
                is_needed=key in needed,
            )
            for key, headings in known.items()
        ]

    def plan(
        self,
        sheet: Sheet,
        *,
        by: User | None,
        choices: Choices,
        progress: Progress | None = None,
    ) -> Plan:
        """Say what becomes of every row; write nothing."""
        register = producers.Register(PlaceNames.load())
        rounds = {each.year: each for each in StarRound.objects.all()}
        year = self._year(sheet, choices)
        reader = Reader(
            sheet.columns, of_stars=self.of_stars, year=year, places=register.places
        )
        if progress is not None:
            progress(0, len(sheet.rows), "checking")
        found = sort_rows(iter(sheet.rows), reader, register, by=by)
        steps, parts, done = list(found.bad), [], len(found.bad)
        for place in sorted(found.by_province, key=lambda each: each.code):
            sources = found.by_province[place]
            part = self._planned(place, sources, register, year, rounds, choices)
            parts.append(part)
            steps += self._steps(part)
            done += len(sources)
            if progress is not None:
                progress(done, len(sheet.rows), "checking")
        steps.sort(key=lambda step: step.number)
        planned = {row.number: row for row in _rows(steps, self.model)}
        if len(planned) != len(sheet.rows):
            raise RuntimeError("Rows went missing on the way.")
        digest = hashlib.sha256(repr(year).encode())
        for step in steps:
            digest.update(step.trace().encode())
        work = Work(year, register, rounds, parts, planned)
        kept = remembered_by(self.model, steps)
        return Plan(list(planned.values()), digest.hexdigest(), work, kept)

    def write(self, plan: Plan, *, by: User | None, reason: str) -> None:
        """Enter drafts and results; remember what every row is."""
        work: Work = plan.work
        for part in work.parts:
            self._write(part, work, by, reason)
            for step in self._steps(part):
                row = work.planned[step.number]
                if row.model and row.object_id is None:
                    row.object_id = step.record_id

    @abstractmethod
    def _year(self, sheet: Sheet, choices: Choices) -> int: ...

    @abstractmethod
    def _planned(
        self,
        place: Province,
        sources: list[Source],
        register: producers.Register,
        year: int,
        rounds: Mapping[int, StarRound],
        choices: Choices,
    ) -> Any: ...

    @abstractmethod
    def _steps(self, part: Any) -> list[Step]: ...

    @abstractmethod
    def _write(self, part: Any, work: Work, by: User | None, reason: str) -> None: ...


class ProducersKind(OutsideKind):
    """The open list of registered producers."""

    slug = "cdd-producers"
    title = _("OTOP producers of the Community Development Department")
    lead = _(
        "The yearly open list: province, district, subdistrict and producer. Known "
        "producers are found again, near ones wait for a reviewer, new ones become "
        "drafts. What people wrote here is never overwritten."
    )
    label = "members.Member"
    of_stars = False
    model = Member

    def _year(self, sheet: Sheet, choices: Choices) -> int:
        said = int(choices.options.get("year") or 0) or year_in(sheet.file_name)
        return said or be_year(timezone.localdate())

    def _planned(
        self,
        place: Province,
        sources: list[Source],
        register: producers.Register,
        year: int,
        rounds: Mapping[int, StarRound],
        choices: Choices,
    ) -> list[Step]:
        return producers.plan_producers(
            place, sources, register, year=year, said=choices.rows
        )

    def _steps(self, part: list[Step]) -> list[Step]:
        return part

    def _write(
        self, part: list[Step], work: Work, by: User | None, reason: str
    ) -> None:
        writing.write_producers(
            part, work.register, year=work.year, by=by, reason=reason
        )


class StarsKind(OutsideKind):
    """The open list of star results."""

    slug = "cdd-stars"
    title = _("Star results of the Community Development Department")
    lead = _(
        "The open list of a selection: product, producer, province and stars. A result "
        "that is there already is never overwritten: what differs is shown to a "
        "reviewer."
    )
    label = "products.Product"
    of_stars = True
    model = Product

    def questions(self) -> Mapping[str, forms.Field]:
        """Ask which round the results are of. One query."""
        return {"year": round_field()}

    def _year(self, sheet: Sheet, choices: Choices) -> int:
        said = int(choices.options.get("year") or 0) or year_in(sheet.file_name)
        if not said and Column.YEAR not in sheet.columns:
            raise YearNeeded
        return said

    def _planned(
        self,
        place: Province,
        sources: list[Source],
        register: producers.Register,
        year: int,
        rounds: Mapping[int, StarRound],
        choices: Choices,
    ) -> stars.StarPlan:
        seen = year or max(each.year for each in sources)
        return stars.plan_stars(
            place, sources, register, year=seen, rounds=rounds, said=choices.rows
        )

    def _steps(self, part: stars.StarPlan) -> list[Step]:
        return part.goods

    def _write(
        self, part: stars.StarPlan, work: Work, by: User | None, reason: str
    ) -> None:
        writing.write_stars(
            part,
            work.register,
            year=work.year or max(_years(part)),
            rounds=work.rounds,
            by=by,
            reason=reason,
        )


def _years(part: stars.StarPlan) -> Iterator[int]:
    yield 0
    for step in part.goods:
        if step.source is not None:
            yield step.source.year


def remembered_by(model: Any, steps: Sequence[Step]) -> int:
    """Return how many rows change no record and tell something new all the same.

    Which record a row is, or what the list says otherwise. A query for each 500 rows
    that differ.
    """
    quiet = [step for step in steps if step.fate == RowFate.SAME]
    held = {step.record_id for step in quiet if step.differences and step.record_id}
    told: set[tuple[int, str, str]] = set()
    for batch in in_batches(held):
        rows = OutsideDifference.objects.filter(
            model=model._meta.label, object_id__in=batch
        )
        told |= set(rows.values_list("object_id", "field", "theirs"))
    return sum(
        _is_fresh(step)
        or (step.producer is not None and _is_fresh(step.producer))
        or any(
            (step.record_id, wish.field, wish.theirs) not in told
            for wish in step.differences
        )
        for step in quiet
    )


def _is_fresh(step: Step) -> bool:
    return step.what is What.LINK or step.is_aged or step.is_respelt


# --- Rows as the person reads them ------------------------------------------------


def _rows(steps: Sequence[Step], model: Any) -> Iterator[PlannedRow]:
    wanted = {each["pk"] for step in steps for each in step.candidates}
    twins: dict[int, tuple[str, str]] = {}
    for batch in in_batches(wanted):
        rows = model.objects.filter(pk__in=batch)
        for pk, name, code in rows.values_list("pk", "name_th", "code"):
            twins[pk] = name, code
    label = model._meta.label
    for step in steps:
        row = PlannedRow(step.number, step.fate, _name(step))
        if step.what in {What.NEW, What.LINK, What.KNOWN}:
            row.model, row.object_id = label, step.record_id
        if step.what is What.BAD:
            row.faults.append(step.fault)
        row.cells += _cells(step)
        row.repairs += [("", text) for text in _notes(step)]
        row.twins += [
            {
                "model": label,
                "pk": each["pk"],
                "label": twins[each["pk"]][0],
                "code": twins[each["pk"]][1],
                "reason": " · ".join(reasons_in_words(each["reasons"])),
            }
            for each in step.candidates
            if each["pk"] in twins
        ]
        yield row


def _name(step: Step) -> str:
    if step.source is None:
        return ""
    names = filter(None, (step.source.product, step.source.producer))
    name = " – ".join(names)
    said = "" if step.candidates else sentence(step)
    if step.what is What.LINK:
        said = _now("Found in the register by its name.")
    return (f"{name[:150]} · {said}" if said else name)[:300]


def _cells(step: Step) -> Iterator[tuple[str, str, str]]:
    source = step.source
    if source is None:
        return
    if step.fate == RowFate.NEW:
        for key, text in source.texts().items():
            yield key, "", text
    for wish in step.changes:
        yield _column(wish, source), _text(wish, wish.ours), _text(wish, wish.theirs)
    if source.stars and (step.stars or step.what is What.WAIT):
        yield Column.STARS, "", str(source.stars)


def _column(wish: Wish, source: Source) -> str:
    if wish.field == "name_th":
        return Column.PRODUCT if source.product else Column.PRODUCER
    return COLUMN_OF.get(wish.field, Column.STARS)


def _text(wish: Wish, text: str) -> str:
    if wish.field == "otop_type" and text:
        return str(OtopType(text).label)
    return text


def _notes(step: Step) -> Iterable[str]:
    """Yield what the person should know of a row."""
    source = step.source
    if source is not None and source.is_shortened:
        yield _now("A name longer than the register keeps was shortened.")
    if source is not None and source.product and not source.stars:
        yield _now("Not rated: no result is entered.")
    for wish in step.differences:
        yield _now(
            "The register says “%(ours)s” and the list “%(theirs)s”: the register "
            "stays as it is until a reviewer decides."
        ) % {"ours": _text(wish, wish.ours), "theirs": _text(wish, wish.theirs)}
