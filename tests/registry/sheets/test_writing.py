"""Rows leave as data: what is read back is what was written, cell for cell."""

import csv
import io
import re
import shutil
import subprocess
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from registry.sheets.writing import (
    ILLEGAL,
    MAX_CHARACTERS,
    Column,
    Kind,
    Sheet,
    TooManyRows,
    write_csv,
    write_workbook,
    write_xlsx,
)
from registry.sheets.writing import workbook as workbooks
from registry.sheets.writing.columns import PIECE, cell_of, clean
from registry.sheets.writing.delimited import guarded

COLUMNS = [
    Column("code", "รหัส", Kind.CODE, 14),
    Column("name", "ชื่อ", Kind.TEXT, 40),
    Column("phone", "โทรศัพท์", Kind.PHONE, 16),
    Column("price", "ราคา", Kind.MONEY, 12),
    Column("made", "จำนวน", Kind.NUMBER, 10),
    Column("on", "วันที่", Kind.DATE, 14),
]
ROWS = [
    [
        "42-P-00128",
        "ผ้าฝ้ายทอมือ",
        "042-811-234",
        Decimal("1250.50"),
        3,
        date(2012, 3, 15),
    ],
    ["00017", "=1+1", "+66 81 234 5678", 0, -2.5, None],
    [
        "",
        "บรรทัดหนึ่ง\nบรรทัดสอง",
        "",
        None,
        "ไม่ทราบ",
        datetime(2024, 2, 28, 20, tzinfo=UTC),
    ],
]
SEEN_TH = [
    ["รหัส", "ชื่อ", "โทรศัพท์", "ราคา", "จำนวน", "วันที่"],
    ["42-P-00128", "ผ้าฝ้ายทอมือ", "042-811-234", 1250.5, 3.0, "15/03/2555"],
    ["00017", "=1+1", "+66 81 234 5678", 0.0, -2.5, ""],
    ["", "บรรทัดหนึ่ง\nบรรทัดสอง", "", "", "ไม่ทราบ", "29/02/2567"],
]
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def workbook(
    rows=ROWS, columns=COLUMNS, title="สินค้า", about=(), language="th"
) -> io.BytesIO:
    file = io.BytesIO()
    write_xlsx(file, columns, rows, title=title, about=about, language=language)
    file.seek(0)
    return file


def read(file: io.BytesIO, sheet: int = 0) -> list[list]:
    file.seek(0)
    book = CalamineWorkbook.from_filelike(file)
    return book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)


def csv_text(rows=ROWS, columns=COLUMNS, language="th") -> str:
    return b"".join(write_csv(columns, rows, language=language)).decode("utf-8-sig")


def one_column(values, kind=Kind.TEXT) -> tuple[list[list], list[Column]]:
    return [[value] for value in values], [Column("a", "A", kind)]


# --- Workbook -------------------------------------------------------------------


def test_every_cell_reads_back_as_written():
    assert read(workbook()) == SEEN_TH


def test_english_days_are_of_the_common_era():
    assert [row[5] for row in read(workbook(language="en"))[1:]] == [
        "2012-03-15",
        "",
        "2024-02-29",
    ]


def test_the_rows_are_counted():
    file = io.BytesIO()

    assert write_xlsx(file, COLUMNS, ROWS, title="x", about=(), language="th") == 3
    assert write_xlsx(file, COLUMNS, [], title="x", about=(), language="th") == 0


def test_the_heading_is_bold_and_stays_in_view_and_columns_have_their_widths():
    sheet = openpyxl.load_workbook(workbook()).worksheets[0]

    assert sheet.freeze_panes == "A2"
    assert [cell.font.bold for cell in sheet[1]] == [True] * 6
    assert [cell.font.bold for cell in sheet[2]] == [False] * 6
    widths = [round(sheet.column_dimensions[letter].width) for letter in "ABCDEF"]
    assert [
        abs(a - b) <= 1 for a, b in zip(widths, [14, 40, 16, 12, 10, 14], strict=True)
    ] == [True] * 6


def test_text_is_text_and_numbers_are_numbers():
    sheet = openpyxl.load_workbook(workbook()).worksheets[0]

    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "s", "n", "n", "s"]
    assert [cell.number_format for cell in sheet[2]] == [
        "@",
        "@",
        "@",
        "#,##0.00",
        "General",
        "@",
    ]


def test_nothing_in_the_file_is_a_formula_or_a_link():
    rows, columns = one_column([*DANGEROUS, "https://example.com", "mailto:a@b.c"])
    file = workbook(rows, columns)

    with zipfile.ZipFile(file) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/")]
        text = b"".join(archive.read(name) for name in sheets)
    assert b"<f>" not in text
    assert b"hyperlink" not in text.replace(b"HYPERLINK", b"")
    assert [row[0] for row in read(file)][1] == "=1+1"


def test_a_second_sheet_says_what_the_report_is():
    about = [("ตัวกรอง", "จังหวัดเลย"), (gettext_lazy("Yes"), "=2+2")]
    file = workbook(about=about, language="en")

    assert CalamineWorkbook.from_filelike(file).sheet_names == [
        "สินค้า",
        "About this report",
    ]
    assert read(file, 1) == [["ตัวกรอง", "จังหวัดเลย"], ["Yes", "=2+2"]]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Goods [all]: 1/2?", "Goods all 1 2"),
        ("x" * 60, "x" * 31),
        ("'quoted'", "quoted"),
        ("", "Rows"),
        ("about this REPORT", "Rows"),
    ],
)
def test_a_title_becomes_a_name_excel_takes(title, name):
    file = workbook(title=title, language="en")

    assert CalamineWorkbook.from_filelike(file).sheet_names[0] == name


def test_a_number_too_long_for_excel_stays_exact_as_text():
    rows, columns = one_column(
        [10**15 - 1, 10**15, -(10**16), float("nan")], Kind.NUMBER
    )

    assert read(workbook(rows, columns))[1:] == [
        [float(10**15 - 1)],
        [str(10**15)],
        [str(-(10**16))],
    ]


def test_true_and_false_are_words():
    rows, columns = one_column([True, False], Kind.NUMBER)

    assert read(workbook(rows, columns, language="en"))[1:] == [["Yes"], ["No"]]


def test_titles_and_values_are_in_the_language_asked_for_not_the_readers():
    columns = [Column("a", gettext_lazy("Yes"))]

    with translation.override("th"):
        assert read(workbook([[gettext_lazy("No")]], columns, language="en")) == [
            ["Yes"],
            ["No"],
        ]
        assert csv_text([[gettext_lazy("No")]], columns, "en") == "Yes\r\nNo\r\n"
        assert translation.get_language() == "th"


def test_a_text_beyond_excels_limit_ends_in_an_ellipsis():
    rows, columns = one_column(["ก" * (MAX_CHARACTERS + 5)])

    (text,) = read(workbook(rows, columns))[1]
    assert (len(text), text[-2:]) == (MAX_CHARACTERS, "ก…")


@given(st.text(max_size=200))
def test_any_text_survives_but_for_what_xml_cannot_hold(text):
    rows, columns = one_column([text, "end"])
    kept = ILLEGAL.sub("", text.replace("\r\n", "\n"))

    assert read(workbook(rows, columns))[1][0] == kept


def test_rows_that_fail_half_way_leave_the_stream_empty_and_no_file(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(workbooks.tempfile, "tempdir", str(tmp_path))
    file = io.BytesIO()

    def rows():
        yield ROWS[0]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        write_xlsx(file, COLUMNS, rows(), title="x", about=(), language="th")
    assert file.getvalue() == b""
    assert list(Path(tmp_path).iterdir()) == []


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_ROWS", 3)

    assert len(read(workbook(ROWS[:2]))) == 3
    with pytest.raises(TooManyRows):
        workbook(ROWS)


def test_a_row_of_the_wrong_length_is_a_mistake():
    with pytest.raises(ValueError, match="zip"):
        workbook([["only one"]])
    with pytest.raises(ValueError, match="zip"):
        csv_text([["only one"]])


@pytest.mark.parametrize("write", ["xlsx", "csv"])
def test_memory_does_not_grow_with_the_rows(write, tmp_path):
    def peak(count: int) -> int:
        rows = (ROWS[0] for _ in range(count))
        tracemalloc.start()
        if write == "csv":
            for _ in write_csv(COLUMNS, rows, language="th"):
                pass
        else:
            with (tmp_path / "out.xlsx").open("wb") as file:
                write_xlsx(file, COLUMNS, rows, title="x", about=(), language="th")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)

    assert peak(6_000) < peak(1_000) + 500_000


# --- Written by the column ------------------------------------------------------

MESSY = [
    *DANGEROUS,
    "<b>&amp;</b>",
    "_x000D_",
    "_x005F_x000D_",
    " space ",
    "line\nbreak",
    "re\rturn",
    "\u200bน้ำพริก\xa0",
    "ill\x0begal\x00",
    '"quoted", too',
    "",
    None,
    True,
    7,
    Decimal("-0.50"),
    date(2012, 3, 15),
    datetime(2024, 2, 28, 20, tzinfo=UTC),
    gettext_lazy("Yes"),
]
KINDS = [Kind.TEXT, Kind.NUMBER, Kind.MONEY, Kind.DATE, Kind.PHONE]


def by_the_cell(rows, columns) -> io.BytesIO:
    """Write the same sheet as XlsxWriter does, cell by cell."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("x")
        for at, row in enumerate(rows, start=1):
            for place, (value, column) in enumerate(zip(row, columns, strict=True)):
                cell = cell_of(value, column.kind, "th")
                if isinstance(cell, str):
                    sheet.write_string(at, place, cell)
                else:
                    sheet.write_number(at, place, cell)
    file.seek(0)
    return file


def test_rows_in_one_piece_are_what_xlsxwriter_writes_cell_by_cell():
    columns = [Column(kind.name, kind.name, kind) for kind in KINDS]
    rows = [[value] * len(KINDS) for value in MESSY * 60]

    with translation.override("th"):
        expected = read(by_the_cell(rows, columns))
    mine = read(workbook(rows, columns))[1:]

    assert len(rows) > PIECE
    assert [[str(cell) for cell in row] for row in mine] == [
        [str(cell) for cell in row] for row in expected[-len(rows) :]
    ]


cell_texts = st.text(
    st.sampled_from([*'=+-@\t\r\n",<>&_x0 5FDก่\x0b\u200b']), max_size=8
)


@given(st.lists(st.tuples(cell_texts, cell_texts), max_size=20))
def test_a_csv_is_what_pythons_own_writer_gives(rows):
    columns = [Column("a", "A", Kind.TEXT), Column("b", "B", Kind.PHONE)]
    expected = io.StringIO(newline="")
    csv.writer(expected).writerows(
        [
            ["A", "B"],
            *(
                [
                    guarded(clean(cell), column.kind)
                    for cell, column in zip(row, columns, strict=True)
                ]
                for row in rows
            ),
        ]
    )

    assert csv_text(rows, columns) == expected.getvalue()


def test_an_empty_row_of_one_column_is_a_row():
    assert csv_text([["a"], [None]], [Column("a", "A")]) == 'A\r\na\r\n""\r\n'


# --- Several sheets, totals, days to sort by --------------------------------------


def figures() -> io.BytesIO:
    """Write what a report of figures gives: two sheets, the first with totals."""
    columns = [
        Column("place", "อำเภอ"),
        Column("on", "หมดอายุ", Kind.DATE, is_sortable=True),
        Column("number", "จำนวน", Kind.NUMBER),
    ]
    rows = [["เชียงคาน", date(2012, 3, 15), 3], ["=ด่านซ้าย", None, 4]]
    file = io.BytesIO()
    write_workbook(
        file,
        [
            Sheet("ตาราง", columns, rows, totals=["รวม", None, 7]),
            Sheet("ตาราง", columns[:1], [["ก"]]),
        ],
        title="รายงาน",
        about=[("แหล่งข้อมูล", "=ทะเบียน")],
        language="th",
    )
    file.seek(0)
    return file


FIGURES = [
    ["อำเภอ", "หมดอายุ", "หมดอายุ (ค.ศ.)", "จำนวน"],
    ["เชียงคาน", "15/03/2555", date(2012, 3, 15), 3.0],
    ["=ด่านซ้าย", "", "", 4.0],
    ["รวม", "", "", 7.0],
]


def test_a_workbook_holds_several_sheets_with_totals_as_values_and_days_to_sort_by():
    file = figures()

    assert CalamineWorkbook.from_filelike(file).sheet_names == [
        "ตาราง",
        "ตาราง 2",
        "เกี่ยวกับรายงานนี้",
    ]
    assert read(file) == FIGURES
    assert read(file, 1) == [["อำเภอ"], ["ก"]]
    sheet = openpyxl.load_workbook(file).worksheets[0]
    assert [cell.font.bold for cell in sheet[4]] == [True] * 4
    # Sorting and filtering leave the totals where they are.
    assert sheet.auto_filter.ref == "A1:D3"
    assert sheet["C2"].number_format == "yyyy-mm-dd"
    with zipfile.ZipFile(file) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_day_excel_cannot_count_stays_text_alone():
    columns = [Column("on", "On", Kind.DATE, is_sortable=True)]

    assert read(workbook([[date(1899, 5, 1)], [date(1900, 3, 1)]], columns))[1:] == [
        ["01/05/2442", ""],
        ["01/03/2442", date(1900, 3, 1)],
    ]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_libreoffice_reads_the_same_cells(tmp_path):
    (tmp_path / "report.xlsx").write_bytes(figures().getvalue())

    subprocess.run(  # noqa: S603 - a fixed command
        [
            shutil.which("soffice"),
            f"-env:UserInstallation=file://{tmp_path}/profile",
            *("--headless", "--convert-to"),
            # Fields by commas, texts quoted, UTF-8, cells as they are kept.
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false",
            *("--outdir", str(tmp_path), str(tmp_path / "report.xlsx")),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    text = (tmp_path / "report.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [row[:2] + row[3:] for row in rows] == [
        ["อำเภอ", "หมดอายุ", "จำนวน"],
        ["เชียงคาน", "15/03/2555", "3"],
        ["=ด่านซ้าย", "", "4"],
        ["รวม", "", "7"],
    ]
    # A day it could count with: the same day, in the order of its own locale.
    assert sorted(re.findall(r"\d+", rows[1][2])) == ["03", "15", "2012"]


# --- CSV ------------------------------------------------------------------------


def test_a_csv_carries_the_mark_excel_needs_and_every_cell():
    data = b"".join(write_csv(COLUMNS, ROWS, language="th"))

    assert data.startswith(b"\xef\xbb\xbf")
    text = data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        SEEN_TH[0],
        ["42-P-00128", "ผ้าฝ้ายทอมือ", "042-811-234", "1250.50", "3", "15/03/2555"],
        ["00017", "'=1+1", "+66 81 234 5678", "0", "-2.5", ""],
        ["", "บรรทัดหนึ่ง\nบรรทัดสอง", "", "", "ไม่ทราบ", "29/02/2567"],
    ]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text):
    rows, columns = one_column([text])

    assert list(csv.reader(io.StringIO(csv_text(rows, columns), newline="")))[1] == [
        f"'{text}"
    ]


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (-5, Kind.NUMBER, "-5"),
        (Decimal("-0.50"), Kind.MONEY, "-0.50"),
        ("-5", Kind.NUMBER, "'-5"),
        ("+66 42 811 234", Kind.PHONE, "+66 42 811 234"),
        ("+66 42 811 234 ต่อ 12", Kind.PHONE, "+66 42 811 234 ต่อ 12"),
        ("+1+cmd|' /C calc'!A0", Kind.PHONE, "'+1+cmd|' /C calc'!A0"),
        ("+66 42 811 234", Kind.TEXT, "'+66 42 811 234"),
        ("'=1", Kind.TEXT, "'=1"),
    ],
)
def test_numbers_and_phones_of_our_own_formatter_stay_as_they_are(value, kind, written):
    rows, columns = one_column([value], kind)

    assert list(csv.reader(io.StringIO(csv_text(rows, columns), newline="")))[1] == [
        written
    ]


def test_a_heading_is_guarded_too():
    assert csv_text([], [Column("a", "=A")]) == "'=A\r\n"


def test_a_csv_comes_in_pieces():
    pieces = list(write_csv(COLUMNS, [ROWS[0]] * 1_200, language="th"))

    assert [piece.count(b"\r\n") for piece in pieces] == [1, 500, 500, 200]
