"""A whole file from its bytes to the run that remembers it, for the command.

A file is read once; of each row only what it says is kept. Then one province is
planned and written after the other, so that memory hardly grows with the file.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from products.cdd.producers import Register, plan_producers
from products.cdd.reading import (
    NEEDED,
    PRODUCERS,
    STARS,
    Column,
    Reader,
    Source,
    SourceRefused,
    headings_of,
)
from products.cdd.stars import no_round, plan_stars
from products.cdd.steps import Step, What, bad
from products.cdd.writing import write_producers, write_stars
from products.importing.outcomes import Reason
from products.models import StarRound
from registry import acts
from registry.enums import RowFate, RunStatus
from registry.errors import RecordError
from registry.models import ImportRun, Province, User
from registry.place_names import PlaceNames
from registry.sheets.gate import COMMAND_LIMITS, Admitted, Limits, admit
from registry.sheets.reading import Heading, Row, find_heading, read_rows

#: Rows among which the heading is looked for.
TOP = 30


class FileRefused(RecordError):
    """A file that cannot be imported as it is."""


@dataclass
class Outcome:
    """What an import of one file did."""

    counts: Counter[str] = field(default_factory=Counter)
    #: Row number → why it was not taken.
    skipped: list[tuple[int, str]] = field(default_factory=list)
    unknown: tuple[str, ...] = ()
    run: ImportRun | None = None

    def note(self, steps: list[Step]) -> None:
        """Count what became of rows."""
        for step in steps:
            self.counts["rows"] += 1
            self.counts[step.fate] += 1
            self.counts[f"of_{step.what}"] += 1
            self.counts["differences"] += len(step.differences)
            self.counts["results"] += bool(step.stars)
            if step.what is What.BAD:
                self.skipped.append((step.number, step.fault[2]))

    def told(self) -> dict[str, int]:
        """Return the counts of the run: rows = new + changed + same + bad, always."""
        names = ["rows", *RowFate.values, "differences", "results", "left_out"]
        names += [name for name in self.counts if name not in names]
        found = {name: self.counts[name] for name in names}
        if sum(found[fate] for fate in RowFate.values) != found["rows"]:
            raise RuntimeError("The rows do not add up.")
        return found


@dataclass
class Sorted:
    """The rows of a file by province, and those that are not taken."""

    by_province: dict[Province, list[Source]] = field(default_factory=dict)
    bad: list[Step] = field(default_factory=list)
    left_out: int = 0


def import_file(
    path: Path,
    *,
    of_stars: bool,
    year: int,
    by: User | None = None,
    province: Province | None = None,
    limits: Limits = COMMAND_LIMITS,
    say: Callable[[str], None] | None = None,
) -> Outcome:
    """Read a file into the register: all of it or, when anything fails, nothing.

    :raises registry.sheets.gate.SheetRefused: if the file does not pass the gate.
    :raises FileRefused: if a column is missing, or there is no round of the year.
    """
    rounds = {each.year: each for each in StarRound.objects.all()}
    if of_stars and year not in rounds:
        raise FileRefused(no_round(year))
    admitted = admit(path, name=path.name, limits=limits)
    outcome = Outcome()
    rows, heading = _opened(admitted, of_stars=of_stars)
    outcome.unknown = heading.unknown
    with transaction.atomic():
        register = Register(PlaceNames.load())
        reader = Reader(
            heading.columns, of_stars=of_stars, year=year, places=register.places
        )
        found = sort_rows(rows, reader, register, only=province)
        del rows
        outcome.note(found.bad)
        outcome.counts["left_out"] = found.left_out
        layout = "cdd-stars" if of_stars else "cdd-producers"
        run = ImportRun.objects.create(
            by=by,
            layout=layout,
            file_name=path.name[:250],
            file_hash=admitted.sha256,
            options={"year": year},
        )
        reason = _("Import of “%(file)s”") % {"file": path.name}
        with acts.act(by=by, reason=reason) as running:
            for place in sorted(found.by_province, key=lambda each: each.code):
                sources = found.by_province.pop(place)
                steps = _write_province(
                    *(place, sources, register),
                    year=year,
                    rounds=rounds if of_stars else None,
                    by=by,
                )
                outcome.note(steps)
                if say is not None:
                    say(f"{place.name_th}: {len(sources)}")
            run.act_id = running.id
        _finish(run, outcome)
    outcome.run = run
    return outcome


def _write_province(
    place: Province,
    sources: list[Source],
    register: Register,
    *,
    year: int,
    rounds: Mapping[int, StarRound] | None,
    by: User | None,
) -> list[Step]:
    if rounds is None:
        steps = plan_producers(place, sources, register, year=year)
        write_producers(steps, register, year=year, by=by)
        return steps
    plan = plan_stars(place, sources, register, year=year, rounds=rounds)
    write_stars(plan, register, year=year, rounds=rounds, by=by)
    return plan.goods


def _opened(admitted: Admitted, *, of_stars: bool) -> tuple[Iterator[Row], Heading]:
    """Return the rows below the heading, one by one, and the heading.

    :raises FileRefused: if there is none, or a needed column has none.
    """
    rows = read_rows(admitted)
    top = list(islice(rows, TOP))
    layout = STARS if of_stars else PRODUCERS
    known = {str(key): names for key, names in layout.items()}
    heading = find_heading(top, known, among=TOP)
    columns = heading.columns if heading is not None else {}
    needed = NEEDED["stars" if of_stars else "producers"]
    missing = [each for each in Column if each in needed - {*columns}]
    if heading is None or missing:
        raise FileRefused(
            _("The file has no column %(names)s that this layout needs.")
            % {"names": headings_of(missing or sorted(needed), of_stars=of_stars)}
        )
    number = heading.number
    return (row for row in chain(top, rows) if row.number > number), heading


def sort_rows(
    rows: Iterator[Row],
    reader: Reader,
    register: Register,
    *,
    only: Province | None = None,
    by: User | None = None,
) -> Sorted:
    """Read rows and put them to their provinces; rows nobody may write are bad."""
    found = Sorted()
    for row in rows:
        try:
            source = reader.read(row)
        except SourceRefused as refusal:
            found.bad.append(
                bad(row.number, refusal.column, refusal.text, str(refusal))
            )
            continue
        place = source.province
        if only is not None and place != only:
            found.left_out += 1
            continue
        if (
            by is not None
            and not by.is_administrator
            and not by.scope.covers(place.code)
        ):
            sentence = str(Reason.FOREIGN.label) % {"detail": place.full_name()}
            found.bad.append(bad(row.number, "province", place.name_th, sentence))
        elif register.owner(place) is None:
            sentence = str(Reason.NO_OFFICE.label) % {"detail": place.full_name()}
            found.bad.append(bad(row.number, "province", place.name_th, sentence))
        else:
            found.by_province.setdefault(place, []).append(source)
    return found


def _finish(run: ImportRun, outcome: Outcome) -> None:
    run.counts = outcome.told()
    run.skipped = [list(each) for each in sorted(outcome.skipped)]
    run.status, run.finished_at = RunStatus.DONE, timezone.now()
    run.written_at = run.finished_at
    run.save()
