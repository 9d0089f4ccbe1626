"""Every spreadsheet passes the gate, and each hostile one gets its own sentence."""

import hashlib
import io
import time
import tracemalloc
import zipfile
from dataclasses import replace

import pytest
from django.utils import translation

from registry.sheets.gate import (
    COMMAND_LIMITS,
    PAGE_LIMITS,
    Refusal,
    SheetKind,
    SheetRefused,
    admit,
)
from tests.registry.sheets.workbooks import (
    book,
    claiming_size,
    encrypted_zip,
    parts_of,
    relations,
    sheet,
    texts,
    zipped,
)

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
HONEST = book(sheet(ONE))


def with_part(name: str, part: str | bytes, *sheets: str) -> bytes:
    return zipped({**parts_of(*(sheets or [sheet(ONE)])), name: part})


def cell(place: str, inside: str = "<v>1</v>", **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    digits = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{digits}"><c r="{place}"{written}>{inside}</c></row>'


def rows(count: int) -> str:
    return "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, count + 1)
    )


def doctype(inside: str) -> str:
    return sheet(ONE, before=f"<!DOCTYPE worksheet [{inside}]>")


def many_parts(count: int) -> bytes:
    return zipped(
        {**parts_of(sheet(ONE)), **{f"xl/x{n}.xml": "<x/>" for n in range(count)}}
    )


def twice_the_same_part() -> bytes:
    return zipped({**parts_of(sheet(ONE)), "XL/Worksheets/Sheet1.xml": sheet(ONE)})


def shared_bomb() -> bytes:
    """Forty thousand cells that name one text: 240 MB in memory, 2 MB in the file."""
    cells = "".join(
        f'<row r="{n}">' + '<c t="s"><v>0</v></c>' * 4 + "</row>"
        for n in range(1, 10_001)
    )
    return book(sheet(cells), strings=texts("ก" * 2_000))


def wrong_checksum() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts_of(sheet(ONE)).items():
            archive.writestr(name, part)
    return file.getvalue().replace(b"<v>1</v>", b"<v>2</v>")


R = Refusal
HOSTILE = {
    "nothing": ("a.xlsx", lambda: b"", R.EMPTY),
    "11 MB": ("a.csv", lambda: b"a" * (11 * 2**20), R.TOO_LARGE),
    "a letter": ("a.docx", lambda: HONEST, R.EXTENSION),
    "no extension": ("a", lambda: HONEST, R.EXTENSION),
    "old Excel": ("a.xls", lambda: COMPOUND + bytes(600), R.OLD_EXCEL),
    "old Excel called .xlsx": ("a.xlsx", lambda: COMPOUND + bytes(600), R.OLD_EXCEL),
    "old Excel called .csv": ("a.csv", lambda: COMPOUND + bytes(600), R.OLD_EXCEL),
    "protected": (
        "a.xlsx",
        lambda: COMPOUND + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        R.ENCRYPTED,
    ),
    "protected ZIP": ("a.xlsx", lambda: encrypted_zip(HONEST), R.ENCRYPTED),
    "OpenDocument": ("a.ods", lambda: HONEST, R.OPEN_DOCUMENT),
    "OpenDocument called .xlsx": (
        "a.xlsx",
        lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        R.OPEN_DOCUMENT,
    ),
    "with macros": ("a.xlsm", lambda: HONEST, R.MACROS),
    "macros called .xlsx": (
        "a.xlsx",
        lambda: with_part("xl/vbaProject.bin", b"program"),
        R.MACROS,
    ),
    "macros by its types": (
        "a.xlsx",
        lambda: with_part(
            "[Content_Types].xml", "<Types x='ms-excel.sheet.macroEnabled.main+xml'/>"
        ),
        R.MACROS,
    ),
    "old macro sheet": (
        "a.xlsx",
        lambda: with_part("xl/macrosheets/sheet1.xml", "<x/>"),
        R.MACROS,
    ),
    "text called .xlsx": ("a.xlsx", lambda: b"a,b\n1,2\n", R.NOT_A_WORKBOOK),
    "a ZIP of something else": (
        "a.xlsx",
        lambda: zipped({"a.txt": "a"}),
        R.NOT_A_WORKBOOK,
    ),
    "a Word document": (
        "a.xlsx",
        lambda: zipped(
            {
                "_rels/.rels": relations(officeDocument="word/document.xml"),
                "word/document.xml": "<document/>",
            }
        ),
        R.NOT_A_WORKBOOK,
    ),
    "a workbook called .csv": ("a.csv", lambda: HONEST, R.NOT_TEXT),
    "strict": (
        "a.xlsx",
        lambda: with_part(
            "xl/workbook.xml",
            '<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>',
        ),
        R.STRICT,
    ),
    "half a workbook": ("a.xlsx", lambda: HONEST[: len(HONEST) // 2], R.DAMAGED),
    "a wrong checksum": (
        "a.xlsx",
        wrong_checksum,
        R.DAMAGED,
    ),
    "broken XML": ("a.xlsx", lambda: book("<worksheet><sheetData>"), R.DAMAGED),
    "broken XML nobody reads": (
        "a.xlsx",
        lambda: with_part("docProps/app.xml", "<a>"),
        R.DAMAGED,
    ),
    "UTF-16 inside, without its mark": (
        "a.xlsx",
        lambda: with_part("xl/worksheets/sheet1.xml", sheet(ONE).encode("utf-16-le")),
        R.DAMAGED,
    ),
    "another encoding inside": (
        "a.xlsx",
        lambda: with_part(
            "docProps/app.xml",
            '<?xml version="1.0" encoding="windows-874"?><a>กข</a>'.encode("cp874"),
        ),
        R.DAMAGED,
    ),
    "UTF-16 inside": (
        "a.xlsx",
        lambda: with_part("xl/worksheets/sheet1.xml", sheet(ONE).encode("utf-16")),
        R.DAMAGED,
    ),
    "two parts of one name": ("a.xlsx", twice_the_same_part, R.DAMAGED),
    "a sheet that is not there": (
        "a.xlsx",
        lambda: with_part(
            "xl/_rels/workbook.xml.rels", relations(worksheet1="worksheets/other.xml")
        ),
        R.DAMAGED,
    ),
    "a text that is not there": (
        "a.xlsx",
        lambda: book(sheet(cell("A1", t="s"))),
        R.DAMAGED,
    ),
    "a cell nowhere": (
        "a.xlsx",
        lambda: book(sheet('<row><c r="1A"/></row>')),
        R.DAMAGED,
    ),
    "a million levels": (
        "a.xlsx",
        lambda: with_part("xl/styles.xml", "<a>" * 1_000_000),
        R.DAMAGED,
    ),
    "501 parts": ("a.xlsx", lambda: many_parts(501), R.TOO_MANY_PARTS),
    "20,000 parts": ("a.xlsx", lambda: many_parts(20_000), R.TOO_MANY_PARTS),
    "a bomb": (
        "a.xlsx",
        lambda: with_part("xl/media/image1.png", bytes(70 * 2**20)),
        R.UNPACKED,
    ),
    "a bomb that lies": (
        "a.xlsx",
        lambda: claiming_size(
            with_part("xl/media/image1.png", bytes(70 * 2**20)),
            "xl/media/image1.png",
            10,
        ),
        R.WRONG_SIZE,
    ),
    "a part that lies a little": (
        "a.xlsx",
        lambda: claiming_size(HONEST, "xl/worksheets/sheet1.xml", 50),
        R.WRONG_SIZE,
    ),
    "shared texts that multiply": ("a.xlsx", shared_bomb, R.UNPACKED),
    "a document type": ("a.xlsx", lambda: book(doctype("")), R.ENTITIES),
    "a billion laughs": (
        "a.xlsx",
        lambda: book(
            doctype('<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">')
        ),
        R.ENTITIES,
    ),
    "a file of ours": (
        "a.xlsx",
        lambda: book(doctype('<!ENTITY x SYSTEM "file:///etc/passwd">')),
        R.ENTITIES,
    ),
    "a document type nobody reads": (
        "a.xlsx",
        lambda: with_part("docProps/core.xml", "<!DOCTYPE a><a/>"),
        R.ENTITIES,
    ),
    "no cells": ("a.xlsx", lambda: book(sheet("")), R.NO_CELLS),
    "cells without values": ("a.xlsx", lambda: book(sheet(cell("A1", ""))), R.NO_CELLS),
    "cells on a hidden sheet": (
        "a.xlsx",
        lambda: book(sheet(ONE), sheet(""), states={1: "hidden"}),
        R.NO_CELLS,
    ),
    "20,031 rows": ("a.xlsx", lambda: book(sheet(rows(20_031))), R.TOO_MANY_ROWS),
    "a million rows away": (
        "a.xlsx",
        lambda: book(sheet(cell("A1048576"))),
        R.TOO_MANY_ROWS,
    ),
    "rows without numbers": (
        "a.xlsx",
        lambda: book(sheet("<row><c><v>1</v></c></row>" * 20_031)),
        R.TOO_MANY_ROWS,
    ),
    "201 columns": ("a.xlsx", lambda: book(sheet(cell("GS1"))), R.TOO_MANY_COLUMNS),
    "the last column": (
        "a.xlsx",
        lambda: book(sheet(cell("XFD1"))),
        R.TOO_MANY_COLUMNS,
    ),
    "columns without names": (
        "a.xlsx",
        lambda: book(sheet("<row>" + "<c><v>1</v></c>" * 201 + "</row>")),
        R.TOO_MANY_COLUMNS,
    ),
    "two cells far apart": (
        "a.xlsx",
        lambda: book(sheet(cell("A20000") + cell("GR1"))),
        R.TOO_MANY_CELLS,
    ),
    "elements without end": (
        "a.xlsx",
        lambda: with_part("xl/styles.xml", "<a>" + "<a/>" * 4_000_000 + "</a>"),
        R.TOO_MANY_CELLS,
    ),
    "a long text": (
        "a.xlsx",
        lambda: book(
            sheet(cell("B7", f"<is><t>{'ก' * 2_001}</t></is>", t="inlineStr"))
        ),
        R.CELL_TOO_LONG,
    ),
    "a long shared text": (
        "a.xlsx",
        lambda: book(sheet(cell("B7", "<v>0</v>", t="s")), strings=texts("ก" * 2_001)),
        R.CELL_TOO_LONG,
    ),
    "CSV: blank": ("a.csv", lambda: b" \r\n,,\r\n\r\n", R.NO_CELLS),
    "CSV: only a mark": ("a.csv", lambda: b"\xef\xbb\xbf", R.NO_CELLS),
    "CSV: 20,031 rows": ("a.csv", lambda: b"a\r\n" * 20_031, R.TOO_MANY_ROWS),
    "CSV: 201 columns": ("a.csv", lambda: b"a," * 200 + b"a", R.TOO_MANY_COLUMNS),
    "CSV: a long text": ("a.csv", lambda: b"a\r\n" + b"b" * 2_001, R.CELL_TOO_LONG),
    "CSV: a quotation without end": (
        "a.csv",
        lambda: b'a\r\n"' + b"b" * 9_000_000,
        R.CELL_TOO_LONG,
    ),
    "CSV: no letters": ("a.csv", lambda: b"a\xdb\xfc\xfd\xfe\xff", R.ENCODING),
    "CSV: a mark that lies": ("a.csv", lambda: b"\xef\xbb\xbf\xa1", R.ENCODING),
    "CSV: NUL": ("a.csv", lambda: b"a,b\r\n\0,1", R.NUL),
    "CSV: a picture": ("a.csv", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0", R.NUL),
    "CSV: UTF-16 without its mark": (
        "a.csv",
        lambda: "กข,b".encode("utf-16-le"),
        R.NUL,
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_within_a_second(case):
    name, make, code = HOSTILE[case]
    data = make()
    start = time.perf_counter()

    with pytest.raises(SheetRefused) as caught:
        admit(data, name=name)

    assert caught.value.code == code
    assert time.perf_counter() - start < 1


def test_every_refusal_is_met_by_some_file_and_has_its_own_sentence():
    assert {code for _, _, code in HOSTILE.values()} == set(Refusal)
    with translation.override("en"):
        assert len({str(code.label) for code in Refusal}) == len(Refusal)


@pytest.mark.parametrize(
    "case",
    ["a bomb", "a bomb that lies", "shared texts that multiply", "a million levels"],
)
def test_a_bomb_takes_no_more_memory_than_allowed(case):
    name, make, _ = HOSTILE[case]
    data = make()
    tracemalloc.start()
    with pytest.raises(SheetRefused):
        admit(data, name=name)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 150 * 2**20


def test_a_sentence_names_the_limit_and_the_row():
    name, make, _ = HOSTILE["a long text"]
    with pytest.raises(SheetRefused) as caught:
        admit(make(), name=name)

    with translation.override("en"):
        assert str(caught.value) == "A cell in row 7 has more than 2000 characters."


# --- What passes ----------------------------------------------------------------


def test_a_workbook_that_passes_says_what_it_is():
    admitted = admit(HONEST, name="Goods.XLSX")

    assert admitted.kind == SheetKind.XLSX
    assert admitted.name == "Goods.XLSX"
    assert admitted.sheet == "1"
    assert admitted.sha256 == hashlib.sha256(HONEST).hexdigest()


def test_a_workbook_is_written_anew_with_its_first_visible_sheet_of_cells_only():
    second = sheet(cell("A1", "<v>22</v>"))
    data = zipped(
        {
            **parts_of(sheet(ONE), sheet(""), second, sheet(ONE), states={1: "hidden"}),
            "xl/media/image1.png": b"picture",
            "docProps/app.xml": "<a/>",
        }
    )

    admitted = admit(data, name="a.xlsx")

    assert admitted.sheet == "3"
    with zipfile.ZipFile(io.BytesIO(admitted.content)) as archive:
        assert sorted(archive.namelist()) == [
            "_rels/.rels",
            "xl/_rels/workbook.xml.rels",
            "xl/workbook.xml",
            "xl/worksheet.xml",
        ]
        assert archive.read("xl/worksheet.xml") == second.encode()


def test_parts_are_found_by_their_relations_wherever_they_lie():
    parts = parts_of(sheet(ONE))
    moved = {
        "_rels/.rels": relations(officeDocument="/deep/book.xml"),
        "deep/book.xml": parts["xl/workbook.xml"],
        "deep/_rels/book.xml.rels": relations(worksheet1="../data/one.xml"),
        "data/one.xml": parts["xl/worksheets/sheet1.xml"],
    }

    assert admit(zipped(moved), name="a.xlsx").sheet == "1"


def test_limits_of_another_sheet_do_not_matter():
    admitted = admit(book(sheet(ONE), sheet(rows(20_031))), name="a.xlsx")

    assert admitted.sheet == "1"


def test_a_formatted_but_empty_end_of_a_sheet_does_not_count():
    ended = ONE + cell("A1048576", "", s="1")

    assert admit(book(sheet(ended)), name="a.xlsx").sheet == "1"


def test_the_largest_sheet_passes():
    admit(book(sheet(rows(20_030))), name="a.xlsx")
    admit(b"a\r\n" * 20_030, name="a.csv")


def test_commands_take_more_than_pages():
    data = book(sheet(rows(20_031)))

    assert admit(data, name="a.xlsx", limits=COMMAND_LIMITS).limits is COMMAND_LIMITS


def test_a_path_and_an_open_file_are_taken_too(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(HONEST)
    file = io.BytesIO(HONEST)
    file.read()

    assert admit(path, name=path.name) == admit(file, name="a.xlsx")


def test_no_more_of_a_path_is_read_than_allowed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * 11)

    with pytest.raises(SheetRefused) as caught:
        admit(path, name="a.csv", limits=replace(PAGE_LIMITS, file_bytes=10))
    assert caught.value.code == Refusal.TOO_LARGE


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("ชื่อ,ราคา".encode("utf-8-sig"), "utf-8-sig"),
        ("ชื่อ,ราคา".encode(), "utf-8"),
        ("ชื่อ,“ราคา”".encode("cp874"), "cp874"),
        ("ชื่อ,ราคา".encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + "ชื่อ,ราคา".encode("utf-16-be"), "utf-16"),
    ],
)
def test_a_csv_is_read_in_the_encoding_it_shows(data, encoding):
    assert admit(data, name="a.csv").encoding == encoding


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb\n1, 2\t3\n", "\t"),
        ("only one column\n1\n", ","),
        ("รายงาน, ปี 2555\n\nชื่อ;ราคา;ปี\nก;1;2\nข;2;3\n", ";"),
        ('"a;b",c\n"1;2",3\n', ","),
    ],
)
def test_what_parts_the_columns_is_found(text, delimiter):
    assert admit(text.encode(), name="a.csv").delimiter == delimiter
