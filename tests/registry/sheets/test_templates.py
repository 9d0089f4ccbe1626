"""Templates: what people fill in, and what Excel and LibreOffice make of it."""

import csv
import io
import shutil
import subprocess
from datetime import date

import openpyxl
import pytest

from registry.importing.kinds import Choices, ImportKind, Plan, Sheet, SheetColumn
from registry.importing.opening import mapped, opened
from registry.importing.reading import Amount, Choice, Day, Key, Text
from registry.sheets.templates import write_template

#: More than Excel takes in a cell's own rule.
SHADES = [(f"{number}", f"สีย้อมธรรมชาติหมายเลข {number}") for number in range(40)]


class Cloth(ImportKind):
    """Cloth of nobody, for tests of workbooks."""

    slug = "cloth"
    title = "รายการผ้า [ทดลอง]"
    lead = "ผ้าแถวละหนึ่งผืน"
    label = "registry.Agency"
    version = 2

    def columns(self, user):
        shade = Choice(SHADES)
        return (
            SheetColumn("code", "รหัส", Text(digits=True), is_key=True),
            SheetColumn(
                "name",
                "ชื่อผ้า",
                Text(),
                is_needed=True,
                note="ตามป้าย",
                example=("ผ้าขาวม้า", "Loincloth"),
                other_example=("ผ้าซิ่น", "Sarong"),
                width=40,
            ),
            SheetColumn("shade", "สี", shade, choices=shade.words),
            SheetColumn(
                "kind", "ชนิด", Choice([("a", "ก"), ("b", "ข")]), choices=lambda: "กข"
            ),
            SheetColumn("price", "ราคา", Amount(), form="money"),
            SheetColumn("on", "วันที่", Day(), form="date"),
            SheetColumn("secret", "ลับ", Text(), is_only_read=True),
            SheetColumn("key", "รหัสแถว", Key(), is_key=True),
        )

    def plan(self, sheet: Sheet, *, by, choices: Choices, progress=None) -> Plan:
        raise NotImplementedError

    def write(self, plan: Plan, *, by, reason: str) -> None:
        raise NotImplementedError


ROWS = [
    {
        "code": "00017",
        "name": "=1+1\nบรรทัดสอง",
        "shade": "สีย้อมธรรมชาติหมายเลข 7",
        "price": 1250.5,
        "on": date(2012, 3, 15),
        "secret": "ห้ามออก",
        "key": "cloth:00017:3",
    },
    {"name": "ผ้า\x00ซิ่น", "key": "cloth:00018:1"},
]


def written(rows=None, language="th") -> bytes:
    file = io.BytesIO()
    count = write_template(file, Cloth(), user=None, language=language, rows=rows)
    assert count == len(rows or ())
    return file.getvalue()


def opened_book(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def test_the_template_has_a_sheet_to_fill_in_and_sheets_to_read():
    book = opened_book(written())

    assert [sheet.title for sheet in book] == [
        *("รายการผ้า ทดลอง", "ตัวอย่าง", "คำอธิบาย", "ตัวเลือก"),
    ]
    assert book["ตัวเลือก"].sheet_state == "hidden"
    first = book.worksheets[0]
    assert first["A1"].value == "souvenir-register;kind=cloth;version=2"
    assert first.row_dimensions[1].hidden
    assert first.freeze_panes == "A3"
    headings = [cell.value for cell in first[2]]
    assert headings == ["รหัส", "ชื่อผ้า", "สี", "ชนิด", "ราคา", "วันที่", "ลับ"]


def test_what_must_be_filled_in_is_marked_by_colour_and_by_word():
    first = opened_book(written()).worksheets[0]

    name, code = first["B2"], first["A2"]
    assert name.comment.text == "ตามป้าย\nต้องกรอก\nตัวอย่าง: ผ้าขาวม้า"
    assert code.comment.text == "เว้นว่างได้"
    assert name.fill.bgColor.rgb != code.fill.bgColor.rgb or (
        name.fill.fgColor.rgb != code.fill.fgColor.rgb
    )
    assert first["D2"].comment.text == "เว้นว่างได้\nเลือกหนึ่งรายการ: ก · ข"
    assert first["C2"].comment.text == "เว้นว่างได้\nเลือกจากรายการในช่อง"


def test_drop_downs_offer_any_number_of_choices_and_refuse_in_a_sentence():
    book = opened_book(written())
    rules = {
        str(rule.sqref): rule
        for rule in book.worksheets[0].data_validations.dataValidation
    }

    assert {where: rule.formula1 for where, rule in rules.items()} == {
        "C3:C20002": "'ตัวเลือก'!$A$2:$A$41",
        "D3:D20002": "'ตัวเลือก'!$B$2:$B$3",
    }
    shade = rules["C3:C20002"]
    assert (shade.type, shade.allow_blank, shade.errorStyle) == ("list", True, None)
    assert shade.error == "กรุณาเลือก “สี” จากรายการที่มีให้ หรือเว้นว่างไว้"
    assert [cell.value for cell in book["ตัวเลือก"]["A"][:2]] == ["สี", SHADES[0][1]]


def test_empty_cells_of_codes_are_text_before_anybody_types_there():
    first = opened_book(written()).worksheets[0]

    assert first.column_dimensions["A"].number_format == "@"
    assert first.column_dimensions["E"].number_format == "#,##0.00"


def test_examples_and_meanings_are_in_the_readers_language():
    thai, english = opened_book(written()), opened_book(written(language="en"))

    assert [cell.value for cell in thai["ตัวอย่าง"]["B"]] == [
        *("ชื่อผ้า", "ผ้าขาวม้า", "ผ้าซิ่น"),
    ]
    assert [cell.value for cell in english["Examples"]["B"]] == [
        *("ชื่อผ้า", "Loincloth", "Sarong"),
    ]
    said = [cell.value for cell in thai["คำอธิบาย"]["A"]]
    assert said[0] == Cloth.title
    assert said[-7:] == ["รหัส", "ชื่อผ้า", "สี", "ชนิด", "ราคา", "วันที่", "ลับ"]


def test_rows_keep_what_they_are_and_a_hidden_key():
    first = opened_book(written(ROWS)).worksheets[0]

    assert [[cell.value for cell in row] for row in first.iter_rows(min_row=2)] == [
        ["รหัส", "ชื่อผ้า", "สี", "ชนิด", "ราคา", "วันที่", "รหัสแถว"],
        [
            *("00017", "=1+1\nบรรทัดสอง", "สีย้อมธรรมชาติหมายเลข 7", None, 1250.5),
            *("15/03/2555", "cloth:00017:3"),
        ],
        [None, "ผ้าซิ่น", None, None, None, None, "cloth:00018:1"],
    ]
    assert first["B3"].data_type == "s"
    assert first.column_dimensions["G"].hidden


@pytest.mark.django_db
def test_the_workbook_passes_the_gate_and_its_heading_is_found(officer):
    file = opened(written(ROWS), "cloth.xlsx")

    found = mapped(file, Cloth(), officer)

    assert (found.is_sure, found.heading_row) == (True, 2)
    assert found.columns["key"] == 6
    assert [row.number for row in file.rows] == [1, 2, 3, 4]


def test_nothing_is_written_when_the_rows_fail():
    def failing():
        yield ROWS[0]
        raise RuntimeError

    file = io.BytesIO()
    with pytest.raises(RuntimeError):
        write_template(file, Cloth(), user=None, language="th", rows=failing())

    assert file.getvalue() == b""


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
def test_libreoffice_reads_the_same_cells(tmp_path):
    path = tmp_path / "cloth.xlsx"
    path.write_bytes(written(ROWS))
    command = [
        *("soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"),
        *("--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76"),
        *("--outdir", str(tmp_path), str(path)),
    ]
    # Slow, but what offices open it with.
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603

    with (tmp_path / "cloth.csv").open(encoding="utf-8", newline="") as text:
        read = list(csv.reader(text))

    assert read[1] == ["รหัส", "ชื่อผ้า", "สี", "ชนิด", "ราคา", "วันที่", "รหัสแถว"]
    assert read[2] == [
        *("00017", "=1+1\nบรรทัดสอง", "สีย้อมธรรมชาติหมายเลข 7", "", "1,250.50"),
        *("15/03/2555", "cloth:00017:3"),
    ]
