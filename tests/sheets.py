"""Spreadsheets of tests: made, read back, and planned as an import would plan them."""

import io
from collections.abc import Mapping, Sequence

import openpyxl
from django.db import transaction
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from registry.acts import act
from registry.importing.kinds import Choices, Plan, kind_at
from registry.importing.opening import mapped, opened
from registry.sheets.templates import write_template


def book(rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook of these rows, as somebody typed them: texts, numbers, days."""
    file = io.BytesIO()
    with Workbook(file, {"strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if hasattr(value, "isoformat"):
                    sheet.write_datetime(at, column, value, day)
                elif value is not None:
                    sheet.write(at, column, value)
    return file.getvalue()


def template(kind: str, user, *, language: str = "th", filled: bool = False) -> bytes:
    """The workbook of a kind; ``filled`` with the person's rows."""
    found = kind_at(kind)
    file = io.BytesIO()
    rows = found.existing(user) if filled else None
    write_template(file, found, user=user, language=language, rows=rows)
    return file.getvalue()


def cells(content: bytes, sheet: int = 0) -> list[list]:
    """The cells of a sheet, also of a hidden one."""
    found = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return found.get_sheet_by_index(sheet).to_python(skip_empty_area=False)


def plan(
    kind: str,
    content: bytes | Sequence[Sequence[object]],
    by,
    *,
    name: str = "sheet.xlsx",
    choices: Choices | None = None,
) -> Plan:
    """What the import of a file would do; rows are made a workbook first."""
    found = kind_at(kind)
    data = content if isinstance(content, bytes) else book(content)
    file = opened(data, name)
    seen = mapped(file, found, by)
    assert seen.is_sure, seen
    sheet = file.sheet_of(seen.heading_row, seen.columns, seen.headings, name)
    return found.plan(sheet, by=by, choices=choices or Choices())


def write(planned: Plan, kind: str, by) -> None:
    """Do what was planned, as a confirmed import does."""
    with transaction.atomic(), act(by=by, reason="import"):
        kind_at(kind).write(planned, by=by, reason="import")


def fates(planned: Plan) -> Mapping[str, int]:
    """How many rows are new, changed, same and bad."""
    counts = planned.counted()
    return {fate: counts[fate] for fate in ("new", "changed", "same", "bad")}


def faults(planned: Plan) -> list[tuple[str, str]]:
    """What is wrong: column and sentence."""
    return [(key, said) for row in planned.rows for key, _text, said in row.faults]


def repairs(planned: Plan) -> list[tuple[str, str]]:
    """What was put right: column and sentence."""
    return [each for row in planned.rows for each in row.repairs]


def edited(content: bytes, edits: Mapping[tuple[int, str], object]) -> bytes:
    """A workbook whose cells (row from 1, heading) say something else."""
    file = openpyxl.load_workbook(io.BytesIO(content))
    sheet = file.worksheets[0]
    columns = {
        cell.value: cell.column
        for row in sheet.iter_rows(min_row=1, max_row=2)
        for cell in row
        if cell.value
    }
    for (row, heading), value in edits.items():
        sheet.cell(row, columns[heading]).value = value
    changed = io.BytesIO()
    file.save(changed)
    return changed.getvalue()


def bad_rows(
    good: Mapping[str, object], bad: Sequence[tuple[str, object, str, str]]
) -> list[list[object]]:
    """A sheet of one good row over and over, each time with one bad cell."""
    heading = list(dict.fromkeys([*good, *(each[0] for each in bad)]))
    rows = [{**good, name: value} for name, value, _key, _said in bad]
    return [heading, *([row.get(name) for name in heading] for row in rows)]


def assert_said(planned: Plan, bad: Sequence[tuple]) -> None:
    """See that each row is bad for its one reason, and that it is said."""
    found = [[(key, said) for key, _text, said in row.faults] for row in planned.rows]
    keys = [[key for key, _said in row] for row in found]
    assert keys == [[key] for *_told, key, _said in bad]
    for [(_key, sentence)], (*_told, said) in zip(found, bad, strict=True):
        assert said in sentence
    assert fates(planned)["bad"] == len(bad)
