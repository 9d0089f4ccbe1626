"""The error workbook is the person's own sheet, and comes in again once mended."""

import datetime
import io

import openpyxl
import pytest

from registry.enums import RowFate
from registry.importing.kinds import kind_at
from registry.importing.opening import mapped, opened
from registry.models import ImportRow, ImportRun
from registry.sheets import errors
from registry.sheets.errors import write_errors
from registry.sheets.gate import admit
from tests.factories import SubdistrictFactory
from tests.sheets import book, cells

pytestmark = pytest.mark.django_db

SHEET = [
    ["บัญชีรายชื่อกลุ่ม"],
    ["ลำดับ", "ชื่อกลุ่ม", "อำเภอ", "เบอร์โทรศัพท์", "ตรวจเมื่อ"],
    [1, "กลุ่มดี", "ด่านซ้าย", 812345670, datetime.date(2024, 3, 15)],
    [2, "กลุ่มเสีย", "ไม่มี", "=1+1", None],
    [None, None, None, None, None],
    [3, "กลุ่มดีอีก", "ด่านซ้าย", None, None],
]
SENTENCE = "ไม่พบอำเภอ “ไม่มี” ในจังหวัดเลย"


def checked(content, name, officer) -> ImportRun:
    """A run of the file with what a check would say of it."""
    file = opened(content, name)
    found = mapped(file, kind_at("members"), officer)
    run = ImportRun.objects.create(
        by=officer,
        layout="members",
        file_name=name,
        heading_row=found.heading_row,
        columns=found.columns,
        headings=found.headings,
    )
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                run=run,
                number=3,
                fate=RowFate.NEW,
                repairs=[["personal_phone", "เติมเลข 0 แล้ว"]],
            ),
            ImportRow(
                run=run,
                number=4,
                fate=RowFate.BAD,
                faults=[["district", "ไม่มี", SENTENCE], ["", "", "ทั้งแถว"]],
            ),
            ImportRow(run=run, number=6, fate=RowFate.NEW),
        ]
    )
    return run


def marked(content, officer, name="list.xlsx", **told) -> bytes:
    file = io.BytesIO()
    run = checked(content, name, officer)
    for key, value in told.items():
        setattr(run, key, value)
    assert write_errors(file, admit(content, name=name), run) == 1
    return file.getvalue()


def test_rows_stand_where_they_stood_with_a_column_more(officer):
    found = cells(marked(book(SHEET), officer))

    assert found == [
        ["บัญชีรายชื่อกลุ่ม", "", "", "", "", ""],
        ["ลำดับ", "ชื่อกลุ่ม", "อำเภอ", "เบอร์โทรศัพท์", "ตรวจเมื่อ", "ข้อผิดพลาด"],
        [1.0, "กลุ่มดี", "ด่านซ้าย", 812345670.0, datetime.date(2024, 3, 15), ""],
        [2.0, "กลุ่มเสีย", "ไม่มี", "=1+1", "", f"ทั้งแถว\nอำเภอ: {SENTENCE}"],
        ["", "", "", "", "", ""],
        [3.0, "กลุ่มดีอีก", "ด่านซ้าย", "", "", ""],
    ]


def test_faults_and_repairs_are_coloured_and_told_at_the_cell(officer):
    sheet = openpyxl.load_workbook(io.BytesIO(marked(book(SHEET), officer))).worksheets[
        0
    ]

    colours = [sheet[cell].fill.fgColor.rgb for cell in ("C4", "D3", "B3")]
    assert len(set(colours)) == 3
    assert (sheet["C4"].comment.text, sheet["D3"].comment.text) == (
        SENTENCE,
        "เติมเลข 0 แล้ว",
    )
    assert sheet["B3"].comment is None


def test_bad_rows_are_shown_first_and_the_others_are_still_there(officer):
    sheet = openpyxl.load_workbook(io.BytesIO(marked(book(SHEET), officer))).worksheets[
        0
    ]

    assert [at for at in range(1, 7) if sheet.row_dimensions[at].hidden] == [3, 6]
    assert sheet.auto_filter.ref == "A2:F6"
    assert sheet.freeze_panes == "A3"


def test_a_csv_becomes_a_workbook_whose_zeros_stay(officer):
    text = (
        "บัญชี\r\nลำดับ,ชื่อกลุ่ม,อำเภอ,เบอร์โทรศัพท์\r\n1,'=ดี,ด่านซ้าย,0812345670\r\n"
        "2,กลุ่มเสีย,ไม่มี,\r\n"
    )

    found = cells(marked(text.encode("cp874"), officer, "list.csv"))

    assert found[2] == ["1", "=ดี", "ด่านซ้าย", "0812345670", ""]
    assert found[3][4] == f"ทั้งแถว\nอำเภอ: {SENTENCE}"


def test_it_comes_in_again_once_mended(officer):
    SubdistrictFactory(code="420501")
    content = marked(book(SHEET), officer)
    file = openpyxl.load_workbook(io.BytesIO(content))
    file.worksheets[0]["C4"] = "ด่านซ้าย"
    file.worksheets[0]["D4"] = None
    mended = io.BytesIO()
    file.save(mended)

    kind = kind_at("members")
    again = opened(mended.getvalue(), "list.xlsx")
    found = mapped(again, kind, officer)

    assert found.is_sure
    assert found.heading_row == 2
    assert set(found.columns) == {"name_th", "district", "personal_phone"}
    # Marked once more, it has the same columns.
    assert cells(marked(mended.getvalue(), officer))[1] == cells(content)[1]


def test_a_full_sheet_is_marked_without_a_column_more(officer):
    wide = [[*row, *[None] * (200 - len(row))] for row in SHEET]
    for row in wide[1:4]:
        row[199] = "x"

    found = cells(marked(book(wide), officer))

    assert len(found[1]) == 200
    assert opened(marked(book(wide), officer), "again.xlsx").rows


def test_notes_have_an_end_and_the_column_has_every_sentence(officer, monkeypatch):
    monkeypatch.setattr(errors, "MOST_NOTES", 1)

    content = marked(book(SHEET), officer)

    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    notes = [cell.coordinate for row in sheet for cell in row if cell.comment]
    assert notes == ["F2"]
    assert SENTENCE in sheet["F4"].value


def test_the_workbook_is_in_the_language_of_its_person(officer):
    content = marked(book(SHEET), officer, language="en")

    assert cells(content)[1][-1] == "Errors"
    assert [row[0] for row in cells(content, 1)] == [
        *("File", "Rows with faults", "Red cell", "Blue cell", "What to do"),
    ]
