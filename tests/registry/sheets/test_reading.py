"""What stands in an admitted file comes out, cleaned, under the number people see."""

import io
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from registry.sheets.gate import COMMAND_LIMITS, Refusal, SheetRefused, admit
from registry.sheets.reading import (
    Heading,
    Row,
    find_heading,
    folded,
    read_rows,
    rows_below,
)
from registry.sheets.writing import Column, Kind, write_csv, write_xlsx
from tests.registry.sheets.workbooks import (
    MAIN,
    book,
    parts_of,
    relations,
    sheet,
    zipped,
)

REAL = Path(__file__).parents[4] / "shared/realdata/otop_products_2021.xlsx"
KNOWN = {
    "name": ["ชื่อสินค้า", "Product name"],
    "phone": ["เบอร์โทรศัพท์", "Telephone"],
    "district": ["อำเภอ", "District"],
}


def from_csv(text: str, **options) -> list[Row]:
    return list(read_rows(admit(text.encode(), name="a.csv", **options)))


def from_cells(rows: str) -> list[Row]:
    return list(read_rows(admit(book(sheet(rows)), name="a.xlsx")))


def written(fill) -> list[Row]:
    """The rows of a workbook that ``fill`` writes with another program's writer."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        fill(workbook, workbook.add_worksheet())
    return list(read_rows(admit(file, name="a.xlsx")))


# --- Rows -----------------------------------------------------------------------


def test_rows_carry_the_number_and_the_columns_a_spreadsheet_shows():
    rows = from_cells('<row r="3"><c r="C3"><v>5</v></c><c r="E3"><v>6.5</v></c></row>')

    assert rows == [Row(3, ["", "", 5, "", 6.5])]


def test_kinds_of_cells_come_as_what_they_are():
    def fill(workbook, page):
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        page.write_string(0, 0, "0812345678")
        page.write_number(0, 1, 42811234)
        page.write_number(0, 2, 12.5)
        page.write_boolean(0, 3, True)
        page.write_datetime(0, 4, datetime(2012, 3, 15), day)  # noqa: DTZ001
        page.write_datetime(0, 5, datetime(2012, 3, 15, 13, 30), day)  # noqa: DTZ001
        page.write_number(0, 6, 0.5, workbook.add_format({"num_format": "hh:mm"}))

    (row,) = written(fill)

    assert row.values == [
        "0812345678",
        42811234,
        12.5,
        True,
        date(2012, 3, 15),
        datetime(2012, 3, 15, 13, 30),  # noqa: DTZ001
        time(12),
    ]
    assert [type(each) for each in row.values[:3]] == [str, int, float]


def test_texts_come_without_what_nobody_sees():
    def fill(workbook, page):
        page.write_string(0, 0, "  ผ้า\u00a0ฝ้าย\u200b ")
        page.write_string(0, 1, "บรรทัด\r\nสอง")
        page.write_string(0, 2, "\u200b\u00a0")

    assert written(fill) == [Row(1, ["ผ้า ฝ้าย", "บรรทัด\nสอง", ""])]


def test_blank_rows_are_left_out_and_keep_their_numbers():
    assert [row.number for row in from_csv("a\n\n , \n,b\n")] == [1, 4]


@pytest.mark.parametrize(("blank", "seen"), [(199, [1, 201]), (200, [1])])
def test_after_two_hundred_blank_rows_the_rest_is_not_read(blank, seen):
    last = blank + 2
    cells = '<row r="1"><c r="A1"><v>1</v></c></row>'
    cells += f'<row r="{last}"><c r="A{last}"><v>1</v></c></row>'

    assert [row.number for row in from_csv("a\n" + "\n" * blank + "b\n")] == seen
    assert [row.number for row in from_cells(cells)] == seen


def test_a_computed_cell_gives_its_stored_value_and_says_so():
    def fill(workbook, page):
        page.write_string(0, 0, "ก")
        page.write_formula(0, 1, "=1+1", None, 2)
        page.write_formula(0, 2, '=""', None, "text")

    assert written(fill) == [Row(1, ["ก", 2, "text"], formulas=frozenset({1, 2}))]


def test_a_cell_without_its_result_is_broken():
    rows = from_cells(
        '<row r="1"><c r="A1"><v>1</v></c>'
        '<c r="B1"><f>1+1</f></c><c r="C1"><f>1+1</f><v></v></c>'
        '<c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E1" t="e"><v>#N/A</v></c>'
        '<c r="F1" t="str"><f>""</f><v></v></c></row>'
        '<row r="4"><c r="C4"><f>1+1</f></c></row>'
    )

    assert rows == [
        Row(1, [1, "", "", "", "", ""], frozenset({5}), frozenset({1, 2, 3, 4})),
        Row(4, ["", "", ""], frozenset(), frozenset({2})),
    ]


def test_numbers_no_sheet_has_come_as_text():
    rows = from_cells(
        '<row r="1"><c r="A1"><v>NaN</v></c><c r="B1"><v>1e999</v></c></row>'
    )

    assert rows == [Row(1, ["nan", "inf"])]


def test_the_calendar_of_old_macs_is_understood():
    parts = parts_of(
        sheet(
            '<row r="1"><c r="A1" s="1"><v>0.0</v></c>'
            '<c r="B1" s="1"><v>40000</v></c></row>'
        )
    )
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace(
        "<sheets>", '<workbookPr date1904="1"/><sheets>'
    )
    parts["xl/_rels/workbook.xml.rels"] = relations(
        worksheet1="worksheets/sheet1.xml", styles="styles.xml"
    )
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="14"/></cellXfs></styleSheet>'
    )

    (row,) = read_rows(admit(zipped(parts), name="a.xlsx"))

    assert row.values[1] == date(2013, 7, 7)


def test_a_sheet_the_reader_cannot_read_is_refused():
    data = book(sheet('<row r="1"><c r="A1"><x/><v>1</v></c></row>'))

    with pytest.raises(SheetRefused) as caught:
        list(read_rows(admit(data, name="a.xlsx")))
    assert caught.value.code == Refusal.DAMAGED


def test_a_csv_cell_of_several_lines_is_one_row():
    assert from_csv('a,"b\r\nc"\r\nd,e\r\n') == [
        Row(1, ["a", "b\nc"]),
        Row(2, ["d", "e"]),
    ]


def test_the_apostrophe_our_csv_puts_before_signs_comes_off_again():
    assert from_csv("'=1+1,'-5,'+66,'@a,'quoted',it's\n") == [
        Row(1, ["=1+1", "-5", "+66", "@a", "'quoted'", "it's"])
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp874", "utf-16"])
def test_thai_comes_out_of_every_encoding(encoding):
    admitted = admit("ชื่อ;ราคา\nผ้าฝ้าย;๑๒๐\n".encode(encoding), name="a.csv")

    assert [row.values for row in read_rows(admitted)] == [
        ["ชื่อ", "ราคา"],
        ["ผ้าฝ้าย", "๑๒๐"],
    ]


# --- Headings -------------------------------------------------------------------


def test_the_heading_is_found_below_its_titles_in_either_language():
    rows = from_csv(
        "รายงานสินค้า,,,\nจังหวัดเลย,อำเภอ,,\n\n"
        "ลำดับ,ชื่อ  สินค้า *,TELEPHONE:,อำเภอ\n1,ก,,เมืองเลย\n"
    )

    assert find_heading(rows, KNOWN) == Heading(
        4, {"name": 1, "phone": 2, "district": 3}, ("ลำดับ",)
    )


def test_of_two_columns_that_say_the_same_the_first_is_taken():
    rows = from_csv("อำเภอ,ชื่อสินค้า,District\n")

    assert find_heading(rows, KNOWN) == Heading(
        1, {"district": 0, "name": 1}, ("District",)
    )


@pytest.mark.parametrize("text", ["ก,ข\nค,ง\n", "อำเภอ\nเมืองเลย\n"])
def test_without_two_known_headings_there_is_none(text):
    assert find_heading(from_csv(text), KNOWN) is None


def test_one_heading_is_enough_where_one_is_known():
    assert find_heading(from_csv("x\nอำเภอ\n"), {"district": ["อำเภอ"]}) == Heading(
        2, {"district": 0}, ()
    )


def test_a_heading_is_looked_for_among_the_first_rows_only():
    rows = from_csv("x\n" * 30 + "อำเภอ,ชื่อสินค้า\n")

    assert find_heading(rows, KNOWN) is None
    assert find_heading(rows, KNOWN, among=31) is not None


def test_rows_below_the_heading_follow():
    admitted = admit("title\nอำเภอ,ชื่อสินค้า\nเมืองเลย,ก\n".encode(), name="a.csv")
    heading = find_heading(read_rows(admitted), KNOWN)

    assert [row.number for row in rows_below(admitted, heading)] == [3]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ชื่อ\nสินค้า", "ชื่อสินค้า"),
        ("Product Name*", "product_name"),
        ("ราคา (บาท)", "ราคา บาท"),
        ("นํ้าหนัก", "น้ำหนัก"),
        ("ปี ๒๕๕๕", "ปี 2555"),
    ],
)
def test_spellings_of_one_heading_are_the_same(one, other):
    assert folded(one) == folded(other)


def test_headings_that_differ_in_a_tone_stay_apart():
    assert folded("ที่") != folded("ที")


# --- What we wrote ourselves --------------------------------------------------------

COLUMNS = [
    Column("code", "รหัส", Kind.CODE),
    Column("name", "ชื่อ"),
    Column("phone", "โทรศัพท์", Kind.PHONE),
    Column("price", "ราคา", Kind.MONEY),
    Column("on", "วันที่", Kind.DATE),
]
ROWS = [
    ["00017", "=1+1", "+66 81 234 5678", 12.5, date(2012, 3, 15)],
    ["42-P-00128", "ผ้า\nฝ้าย", "042-811-234", -3, date(2024, 2, 29)],
]
SEEN = [
    ["รหัส", "ชื่อ", "โทรศัพท์", "ราคา", "วันที่"],
    ["00017", "=1+1", "+66 81 234 5678", 12.5, "15/03/2555"],
    ["42-P-00128", "ผ้า\nฝ้าย", "042-811-234", -3, "29/02/2567"],
]


def test_a_workbook_of_ours_passes_the_gate_and_reads_back():
    file = io.BytesIO()
    write_xlsx(file, COLUMNS, ROWS, title="สินค้า", about=[("ก", "ข")], language="th")
    admitted = admit(file, name="สินค้า.xlsx")

    assert admitted.sheet == "สินค้า"
    assert [row.values for row in read_rows(admitted)] == SEEN


def test_a_csv_of_ours_passes_the_gate_and_reads_back():
    data = b"".join(write_csv(COLUMNS, ROWS, language="th"))

    assert [row.values for row in read_rows(admit(data, name="a.csv"))] == [
        [value if isinstance(value, str) else str(value) for value in row]
        for row in SEEN
    ]


# --- What offices wrote -------------------------------------------------------------


@pytest.mark.skipif(not REAL.exists(), reason=f"{REAL.name} is not beside the project")
def test_the_real_file_of_2021_passes_and_all_its_rows_are_read():
    admitted = admit(REAL, name=REAL.name)
    rows = list(read_rows(admitted))

    heading = find_heading(
        rows, {"district": ["อำเภอ"], "province": ["จังหวัด"], "name": ["ชื่อสินค้า"]}
    )
    assert heading is not None
    assert len(rows) - heading.number == 4_187


def test_a_command_reads_what_a_page_would_not():
    data = ("a,b\n" * 25_000).encode()

    assert (
        len(list(read_rows(admit(data, name="a.csv", limits=COMMAND_LIMITS)))) == 25_000
    )
