"""The page on which a person says which column of the file is what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.access import SignedInRequest
from registry.enums import ImportStep
from registry.forms.importing import COLUMN, ColumnsForm, letter
from registry.importing.kinds import SheetColumn
from registry.importing.opening import FileGone, names_of, reopened
from registry.models import ImportRun
from registry.sheets.reading import Row, Value, find_heading, folded
from registry.sheets.refusals import PAGE_LIMITS, SheetRefused
from registry.views.importing.finding import columns_of, is_of, kind_of
from registry.views.importing.showing import Shown, better_kind

#: Rows to choose the heading from, and values that show what a column holds.
OFFERED_ROWS, SAMPLES = 10, 3
#: Rows that are looked at: a heading stands among the first, values below it.
LOOKED_AT = PAGE_LIMITS.heading_rows + SAMPLES
#: Characters of a cell that are shown.
SHOWN = 60
#: A shorter name stands in too many headings to mean anything.
SHORTEST_GUESS = 4


@dataclass(frozen=True)
class Chosen:
    """The row that is taken for the heading, and what it makes of the columns."""

    number: int
    headings: Mapping[int, str]
    #: Key → column.
    columns: Mapping[str, int]
    #: The same of columns whose heading only holds a name that is known.
    guessed: Mapping[str, int]


@dataclass(frozen=True)
class ShownColumn:
    """A column of the file: its letter, its first values, what it is said to be."""

    letter: str
    heading: str
    samples: Sequence[str]
    field: forms.BoundField
    #: Nobody said so; the heading holds its name.
    is_guessed: bool = False


class Top:
    """The first rows of a file; none if it is not kept any more."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        try:
            self.rows: list[Row] = reopened(run).rows[:LOOKED_AT]
        except (FileGone, SheetRefused):
            self.rows = []

    @property
    def offered(self) -> list[tuple[int, list[str]]]:
        """Return the rows of which one is the heading, with what stands in them."""
        return [
            (row.number, [text for value in row.values if (text := said(value))])
            for row in self.rows[:OFFERED_ROWS]
        ]

    def heading(self, number: int, kind_columns: Sequence[SheetColumn]) -> Chosen:
        """Return what the row ``number`` is as a heading; the file's own if it is 0."""
        run = self.run
        by_number = {row.number: row for row in self.rows}
        row = by_number.get(number) or by_number.get(run.heading_row)
        if row is None:
            row = self.rows[0] if self.rows else Row(0, [])
        seen = [row, *(each for each in self.rows if each.number > row.number)]
        width = max(len(each.values) for each in seen)
        headings = {
            at: at_column(row, at)
            for at in range(width)
            if any(at_column(each, at) for each in seen)
        }
        names = {each.key: names_of(each) for each in kind_columns}
        known: Mapping[str, int] = run.columns
        if row.number != run.heading_row or not known:
            found = find_heading([row], names)
            known = found.columns if found else {}
        # Who was here before has said what the others are: nothing.
        is_first = run.stage == ImportStep.MAPPING
        guessed = guesses(headings, known, names) if is_first else {}
        return Chosen(row.number, headings, known, guessed)

    def samples(self, heading: int, column: int) -> list[str]:
        """Return the first values below the heading that stand in a column."""
        below = (row for row in self.rows if row.number > heading)
        values = (at_column(row, column) for row in below)
        return list(islice(filter(None, values), SAMPLES))


def at_column(row: Row, column: int) -> str:
    """Return what stands in a column of a row, as it is shown."""
    return said(row.values[column]) if column < len(row.values) else ""


def said(value: Value) -> str:
    """Return what a cell holds, as it is shown."""
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def guesses(
    headings: Mapping[int, str],
    known: Mapping[str, int],
    names: Mapping[str, Collection[str]],
) -> dict[str, int]:
    """Return columns whose heading holds the name of something nothing is yet.

    "ที่ตั้งอำเภอ" holds "อำเภอ". Of several names the longest is taken.
    """
    found: dict[str, int] = {}
    told = sorted(
        ((folded(name), key) for key, spelt in names.items() for name in spelt),
        key=lambda pair: (-len(pair[0]), pair),
    )
    free = {at: folded(heading) for at, heading in headings.items()}
    for at in known.values():
        free.pop(at, None)
    for name, key in told:
        if key in known or key in found or len(name) < SHORTEST_GUESS:
            continue
        place = next((at for at, heading in free.items() if name in heading), None)
        if place is not None:
            found[key] = place
            del free[place]
    return found


def show_columns(
    request: SignedInRequest, run: ImportRun, data: Any = None
) -> HttpResponse:
    """Show the columns of the file, with what they seem to be or were said to be."""
    form, top, chosen = columns_form(request, run, data)
    return columns_page(request, run, form, top, chosen)


def columns_form(
    request: SignedInRequest, run: ImportRun, data: Any = None
) -> tuple[ColumnsForm, Top, Chosen]:
    """Return the form of the columns, the first rows, and the heading it is about."""
    columns = list(columns_of(run, request.user).values())
    top = Top(run)
    asked = request.GET.get("heading", "") if data is None else data.get("heading_row")
    chosen = top.heading(as_number(asked), columns)
    initial: dict[str, Any] = {"heading_row": chosen.number}
    said_of = {**chosen.guessed, **chosen.columns}
    initial |= {f"{COLUMN}{at}": key for key, at in said_of.items()}
    form = ColumnsForm(
        data,
        columns=columns,
        headings=chosen.headings,
        answered=run.options,
        initial=initial,
    )
    return form, top, chosen


def columns_page(
    request: HttpRequest, run: ImportRun, form: ColumnsForm, top: Top, chosen: Chosen
) -> HttpResponse:
    """Show the form of the columns."""
    user: Any = request.user
    kind = kind_of(run)
    missing = {each.key for each in form.missing()}
    guessed = set() if form.is_bound else set(chosen.guessed.values())
    return render(
        request,
        "importing/mapping.html",
        {
            "run": run,
            "shown": Shown(run, user),
            "form": form,
            "offered": top.offered,
            "chosen": chosen,
            "needed": [
                (each, each.key not in missing)
                for each in form.columns
                if each.is_needed
            ],
            "columns": [
                ShownColumn(
                    letter(at),
                    heading,
                    top.samples(chosen.number, at),
                    form[f"{COLUMN}{at}"],
                    is_guessed=at in guessed,
                )
                for at, heading in chosen.headings.items()
            ],
            "is_open": is_of(run, user),
            "better": better_kind(run, user),
            "kind": kind,
            "may_answer": bool(kind and missing and missing & {*kind.questions()}),
        },
    )


def as_number(text: Any) -> int:
    """Return a row number that came in an address or a form; 0 if it is none."""
    typed = str(text or "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 8 else 0
