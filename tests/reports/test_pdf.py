"""Documents as PDF: what they say, how they are built, what no text can do to them."""

import datetime
import io
import re

import pytest
from django.http import QueryDict
from django.utils.translation import override
from pypdf import PdfReader

from registry.sheets.writing import Column, Kind
from reports import catalogue
from reports.base import Chart, Table
from reports.pdf import registers
from reports.pdf.documents import (
    Bar,
    BarsBlock,
    ColumnsBlock,
    Document,
    Figure,
    FiguresBlock,
    ListBlock,
    PdfColumn,
    Picture,
    PictureBlock,
    Signature,
    TableBlock,
    TextBlock,
)
from reports.pdf.legible import legible
from reports.pdf.registers import document_of, table_blocks
from reports.pdf.rendering import official, render, settable
from tests.factories import MemberFactory

NOW = datetime.datetime.fromisoformat("2026-11-21T10:30:00+07:00")
SQUARE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">'
    b'<rect width="1" height="1"/></svg>'
)
#: Marks over marks, below deep letters, and ำ with and without a tone.
HARD = "ที่ขึ้นทั้งสิ้น ป่า ปู่ ปั๊ม บิ๊ก ฝั้น ญี่ปุ่น ฐานข้อมูล ญุ ฐู ฎุ ฏู แล้ว ผู้ผลิต ศูนย์ น้ำ อำเภอ ก่ำ"


def document(*blocks, **fields) -> Document:
    """Return a document of ``blocks``."""
    values = {"title": "ทะเบียนทดลอง", "printed_at": NOW, **fields}
    return Document(blocks=blocks, **values)


def read(pdf: bytes) -> PdfReader:
    """Open a PDF."""
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """Return what a PDF says, ำ as one letter and every gap as one space."""
    pages = (page.extract_text() for page in read(pdf).pages)
    text = re.sub("ํ([่-๋]?)า", r"\1ำ", re.sub("([่-๋])ํา", r"\1ำ", "\n".join(pages)))
    return " ".join(text.split())


def table(rows, columns=("ชื่อ", "จำนวน"), **fields) -> TableBlock:
    """Return a table of two columns."""
    return TableBlock(
        columns=[PdfColumn(each) for each in columns], rows=rows, **fields
    )


# --- Text ---------------------------------------------------------------------------


def test_thai_is_read_back_as_it_was_written():
    pdf = render(document(TextBlock(paragraphs=[HARD])))

    assert HARD in text_of(pdf)


def test_thai_is_wrong_without_the_correction(monkeypatch):
    monkeypatch.setattr("reports.pdf.rendering.legible", lambda pdf: pdf)

    assert HARD not in text_of(render(document(TextBlock(paragraphs=[HARD]))))


def test_the_correction_changes_nothing_that_is_correct():
    once = render(document(TextBlock(paragraphs=[HARD])))

    assert legible(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "#panic() $x$ *b* _i_ `c` \\ = heading",
        "= heading",
        "- item",
        "<label> @reference // comment /* more */",
        '"quoted" {x} [y] (z) ~ -- --- ...',
        '#import "/etc/passwd"',
        "{page} of {pages} %(x)s",
    ],
)
def test_signs_of_typst_are_text_like_any_other(text):
    said = document(
        TextBlock(heading=text, paragraphs=[text]),
        table([[text, text]], totals=[text, text], note=text),
        ListBlock(lines=[(text, text)]),
        FiguresBlock(figures=[Figure(text, text, text)]),
        BarsBlock(bars=[Bar(text, 1, text)]),
        title=text,
        office=text,
        source=text,
        about=[(text, text)],
        language="en",
    )

    # Lines break where they must.
    found = text_of(render(said)).replace(" ", "")
    assert found.count(text.replace(" ", "")) == 19


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ดาว ★ และ 🎁", "ดาว ? และ ?"),
        ("ຜ້າ 布", "??? ?"),
        ("ก\x00ข\u200bค\ufeffง", "กขคง"),
        ("นํ้าพริก", "น้ำพริก"),
        ("ต่าง ๆ", "ต่าง\u00a0ๆ"),
        ("ต่างๆ", "ต่าง\u00a0ๆ"),
        ("2 ผืน", "2\u00a0ผืน"),
        ("a\r\nb\u2028c", "a\nb\nc"),
    ],
)
def test_texts_are_made_settable(text, shown):
    assert settable(text) == shown
    assert render(document(TextBlock(paragraphs=[text])))


def test_endless_words_may_break():
    assert settable("x" * 40).split("\u200b") == [*["x" * 12] * 3, "x" * 4]
    assert "\u200b" in settable("ก" * 40)
    assert "\u200b" not in settable("Internationalization กลุ่มผู้ผลิตผ้าฝ้ายทอมือ"[1:])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ราคา 1,250.00 บาท", "ราคา ๑,๒๕๐.๐๐ บาท"),
        ("42-P-00128", "42-P-00128"),
        ("รหัส 42-P-00128 ปี 2569", "รหัส 42-P-00128 ปี ๒๕๖๙"),
        ("มผช. 32/2546", "มผช. ๓๒/๒๕๔๖"),
        ("500 ml", "500 ml"),
        ("21/11/2569", "๒๑/๑๑/๒๕๖๙"),
        ("https://a.example/1 หน้า 2", "https://a.example/1 หน้า ๒"),
    ],
)
def test_thai_digits_leave_codes_addresses_and_english_alone(text, shown):
    assert official(text) == shown


def test_digits_are_thai_unless_others_are_asked_for():
    block = table([["ผ้า 5 ผืน", "1,250"]], is_numbered=True)

    thai = text_of(render(document(block)))
    arabic = text_of(render(document(block, digits="arabic")))

    assert not re.search("[0-9]", thai)
    assert "พิมพ์เมื่อ ๒๑ พฤศจิกายน ๒๕๖๙ เวลา ๑๐.๓๐ น." in thai
    assert "หน้า ๑ จาก ๑" in thai
    assert not re.search("[๐-๙]", arabic)
    assert "๑ ผ้า ๕ ผืน ๑,๒๕๐" in thai
    assert "1 ผ้า 5 ผืน 1,250" in arabic


def test_english_has_arabic_digits_and_years_of_the_common_era():
    said = text_of(render(document(table([["Silk", "5"]]), title="A", language="en")))

    assert "Printed on 21 November 2026, 10:30" in said
    assert "Page 1 of 1" in said
    assert not re.search("[ก-๛]", said.replace("ชื่อ", "").replace("จำนวน", ""))


# --- Build --------------------------------------------------------------------------


def test_it_is_tagged_titled_and_for_the_archive():
    reader = read(render(document(table([["ก", "1"]]), office="สำนักงานจังหวัด")))
    root, meta = reader.trailer["/Root"], reader.xmp_metadata

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("th")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in root
    assert (reader.metadata.title, reader.metadata.author) == (
        "ทะเบียนทดลอง",
        "สำนักงานจังหวัด",
    )
    packet = meta.stream.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in packet
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in packet
    assert "<pdfuaid:part>1</pdfuaid:part>" in packet


def test_english_says_that_it_is():
    reader = read(render(document(TextBlock(paragraphs=["Silk"]), language="en")))

    assert reader.trailer["/Root"]["/Lang"].startswith("en")


def test_a_table_has_headings_that_come_again_on_every_page():
    rows = [[f"ผลิตภัณฑ์ {at}", str(at)] for at in range(1, 121)]

    reader = read(render(document(table(rows, totals=["รวม", "7,260"]))))
    pages = [page.extract_text() for page in reader.pages]

    assert len(pages) > 2
    assert all("ชื่อ" in page for page in pages)
    assert "๗,๒๖๐" in pages[-1]
    assert "๗,๒๖๐" not in pages[0]
    tags = tags_of(reader.trailer["/Root"]["/StructTreeRoot"])
    assert {"/Table", "/THead", "/TBody", "/TFoot", "/TH", "/TD"} <= tags


def tags_of(tree, key="/S") -> set:
    """Return what all parts of a document's structure have under ``key``."""
    found = {tree[key]} if key in tree else set()
    below = tree.get("/K", [])
    for each in below if isinstance(below, list) else [below]:
        part = each.get_object() if hasattr(each, "get_object") else each
        if isinstance(part, dict):
            found |= tags_of(part, key)
    return found


def test_a_table_without_rows_says_so_instead():
    said = text_of(render(document(table([], empty="ไม่มีข้อมูล"))))

    assert "ไม่มีข้อมูล" in said
    assert "จำนวน" not in said


def test_the_same_document_gives_the_same_bytes():
    made = document(
        table([["ก", "1"]]), PictureBlock(picture=Picture(SQUARE, "svg", "ดำ"))
    )

    assert render(made) == render(made)


def test_pictures_carry_what_they_show():
    made = document(PictureBlock(picture=Picture(SQUARE, "svg", "ผ้าสีดำ")))

    tree = read(render(made)).trailer["/Root"]["/StructTreeRoot"]

    assert "/Figure" in tags_of(tree)
    assert "ผ้าสีดำ" in tags_of(tree, "/Alt")


def test_who_signs_finds_lines_to_do_so():
    bare = text_of(render(document(TextBlock(paragraphs=["ก"]))))
    signed = text_of(
        render(document(TextBlock(paragraphs=["ก"]), signature=Signature("นายทดลอง")))
    )

    assert "ลงชื่อ" not in bare
    assert all(word in signed for word in ("ลงชื่อ", "(นายทดลอง)", "ตำแหน่ง", "วันที่"))


def test_one_page_is_set_smaller_until_it_is_one():
    lines = ListBlock(lines=[(f"ผลิตภัณฑ์ {at}", "2569") for at in range(40)])
    blocks = [ColumnsBlock(left=[lines], right=[lines])]

    assert len(read(render(document(*blocks))).pages) == 2
    assert len(read(render(document(*blocks, is_one_page=True))).pages) == 1


# --- Reports ------------------------------------------------------------------------


def printed(slug, user, language="th", query="", **more) -> Document:
    """Return a report as a document."""
    report = catalogue.find(slug, user)
    with override(language):
        form = report.form(QueryDict(query), user=user)
        assert form.is_valid(), form.errors
    return document_of(report, user, form, language=language, **more)


@pytest.mark.django_db
def test_a_register_has_figures_rows_and_a_signature(shawl, plain_product, reviewer):
    made = printed("products", reviewer)
    figures, rows = made.blocks

    assert made.title == "ทะเบียนผลิตภัณฑ์"
    assert made.subtitle == "ข้อมูล ณ วันที่ 21 พฤศจิกายน 2569"
    assert made.is_landscape
    assert made.signature == Signature()
    assert figures.figures[0].value == "2"
    assert [column.title for column in rows.columns][:2] == ["รหัส", "ชื่อภาษาไทย"]
    assert {row[1] for row in rows.rows} == {"ผ้าคลุมไหล่ฝ้าย", "ย่ามยังไม่ครบ"}
    assert "ผ้าคลุมไหล่ฝ้าย" in text_of(render(made))


@pytest.mark.django_db
def test_an_english_register_gives_the_thai_name_where_there_is_no_other(
    shawl, plain_product, reviewer
):
    rows = printed("products", reviewer, "en").blocks[1]

    assert [column.title for column in rows.columns][1] == "Name (English)"
    assert {row[1] for row in rows.rows} == {"Cotton shawl", "ย่ามยังไม่ครบ"}


@pytest.mark.django_db
def test_personal_data_is_masked_as_in_every_file(weavers, reviewer, official):
    seen = printed("members", reviewer)
    hidden = printed("members", official)
    at = [column.title for column in seen.blocks[1].columns].index("ผู้นำกลุ่มหรือเจ้าของ")

    assert seen.blocks[1].rows[0][at] == "นางสาวสมมติ ทดลอง"
    leader = next(row for row in hidden.blocks[1].rows if weavers.code in row)
    assert not any("สมมติ" in text for text in leader)
    assert "ส… ท…" in leader
    assert "ข้อมูลส่วนบุคคล" in hidden.source
    assert "ข้อมูลส่วนบุคคล" not in seen.source


@pytest.mark.django_db
def test_a_register_without_rows_says_so(reviewer, now):
    made = printed("members", reviewer)

    assert made.blocks[1].rows == []
    assert "ไม่มีข้อมูลในทะเบียน" in text_of(render(made))


@pytest.mark.django_db
def test_a_long_register_gives_totals_and_points_to_the_workbook(
    reviewer, now, monkeypatch
):
    monkeypatch.setattr(registers, "MOST_ROWS", 1)
    MemberFactory.create_batch(2, published=True)

    figures, words = printed("members", reviewer).blocks

    assert figures.figures[0].value == "2"
    assert "XLSX หรือ CSV" in words.paragraphs[0]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_a_register_asks_the_same_of_the_database_for_any_length(
    reviewer, now, count, django_assert_num_queries
):
    MemberFactory.create_batch(count, published=True)
    report = catalogue.find("members", reviewer)
    form = report.form(QueryDict(), user=reviewer)
    assert form.is_valid()
    assert reviewer.agency

    with django_assert_num_queries(3):
        made = document_of(report, reviewer, form, language="th")

    assert len(made.blocks[1].rows) == count


def test_a_table_of_figures_has_its_picture_and_totals(now):
    columns = (Column("d", "อำเภอ"), Column("n", "จำนวน", Kind.NUMBER, 8))
    made = table_blocks(
        Table(
            key="a",
            title="รายอำเภอ",
            columns=columns,
            rows=[("เชียงคาน", 1200), ("ภูเรือ", None)],
            totals=("รวม", 1200),
            note="นับเฉพาะที่เผยแพร่",
            chart=Chart("bars", ["เชียงคาน", "ภูเรือ"], [("จำนวน", [1200, 0])]),
        )
    )
    bars, rows = made

    assert [bar.said for bar in bars.bars] == ["1,200", "0"]
    assert rows.rows == [["เชียงคาน", "1,200"], ["ภูเรือ", ""]]
    assert rows.totals == ["รวม", "1,200"]
    assert [column.align for column in rows.columns] == ["left", "right"]
    assert "๑,๒๐๐" in text_of(render(document(*made)))


def test_a_chart_of_many_bars_is_left_to_the_table(now):
    labels = [str(at) for at in range(30)]
    made = table_blocks(
        Table(
            key="a",
            title="รายจังหวัด",
            columns=(Column("d", "จังหวัด"),),
            rows=[(each,) for each in labels],
            chart=Chart("bars", labels, [("จำนวน", [1] * 30)]),
        )
    )

    assert [type(each) for each in made] == [TableBlock]
