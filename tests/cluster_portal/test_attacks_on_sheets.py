"""What hostile or unlucky people try with spreadsheets, reports and open data.

Odd cells, forged keys, files of others, steps out of order, addresses bent: whatever
is sent, there is a sentence, a page of ours, or nothing at all.
"""

import csv
import datetime
import io
import json
import logging
import re
import threading
import zipfile
from itertools import product as every
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.http import QueryDict
from django.urls import reverse
from python_calamine import CalamineWorkbook

from members.enums import ContactKind
from members.models import Contact, Member
from products.actions import picture_zip
from products.models import OutsideProducer
from registry import jobs
from registry.actions import imports
from registry.enums import (
    ImportStep,
    ProposalState,
    RecordStatus,
    Role,
    RunStatus,
    SheetFormat,
)
from registry.importing.kinds import kind_at, kinds_for
from registry.models import (
    ImportRun,
    Proposal,
    User,
)
from registry.sheets.gate import SheetRefused, admit
from registry.sheets.reading import read_rows
from registry.storages import private_storage
from reports import catalogue
from reports.actions.exports import order_export
from reports.actions.saved import save_report, subscribe
from reports.exports import file_name, selection_of
from reports.models import SavedReport
from reports.opendata import registered
from tests.factories import (
    AgencyFactory,
    CertificateFactory,
    ContactFactory,
    DistrictFactory,
    MarkFactory,
    MemberFactory,
    ProductFactory,
    StarRoundFactory,
    SubdistrictFactory,
)
from tests.registry.sheets.workbooks import (
    DECLARATION,
    MAIN,
    parts_of,
    relations,
    sheet,
    zipped,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MARKUP = "<img src=x onerror=alert(1)>\"'&"
FORMULA = '=HYPERLINK("http://evil.example","x")'
TEXTS = (
    *(FORMULA, "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", MARKUP),
    *("\u202eกลุ่ม\u200b\ufeff", "_x0000_", "_xD800_", "_x000D_", "\\", "—", "…"),
    *("²", "٣", "½", "Ⅷ", "0015", "9" * 1_999, "-5", "1e5", "NaN", "Infinity"),
    *("31/02/2555", "0/0/0", "99/99/99999", "๙๙/๙๙/๙๙๙๙", "1" * 20, "12", "๑-๒-๓"),
    *("42-M-00001", "members:42-M-00001:1", "members:²:1", "members:a:999999999"),
    *("x" * 1_999, "ก" * 1_999, "a@b", "http://[::1", "javascript:alert(1)", "//e"),
    *("0" * 13, "#N/A", "true", "#panic()", "a;b,c|d", ",,,", "081-xxx-x678"),
    *("1,2,3", "1.2.3", ".", "-", "+", "1-", "ม.ค.-", "ถึง", "x-xxxx-xxxx1-23-4"),
)
NUMBERS = ("NaN", "inf", "-inf", "1e999", "1e300", "1e-300", "-0", "-1", "2555.5")
DAYS = ("-1", "0", "0.5", "60", "2958466", "99999999", "-99999999")
ODD = (
    *(("text", each) for each in TEXTS),
    *(("number", each) for each in (*NUMBERS, "9" * 20, "812345678")),
    *(("day", each) for each in DAYS),
    *(("span", each) for each in DAYS),
    *(("bool", "1"), ("bool", "x"), ("error", "#N/A"), ("formula", "5")),
    *(("iso", "2024-01-01"), ("iso", "9999-99-99"), ("iso", "0001-01-01T00:00:00")),
)
CELLS = {
    "text": '<c t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>',
    "number": "<c><v>{}</v></c>",
    "day": '<c s="1"><v>{}</v></c>',
    "span": '<c s="2"><v>{}</v></c>',
    "bool": '<c t="b"><v>{}</v></c>',
    "error": '<c t="e"><v>{}</v></c>',
    "formula": "<c><f>1+1</f><v>{}</v></c>",
    "iso": '<c t="d"><v>{}</v></c>',
}
#: Shown as a number, a day, a span of hours.
STYLES = (
    f'{DECLARATION}<styleSheet xmlns="{MAIN}"><cellXfs count="3"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/>'
    '<xf numFmtId="46" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


@pytest.fixture(autouse=True)
def quiet():
    """Leave refusals out of the log: there are many of them here."""
    logging.disable(logging.CRITICAL)
    cache.clear()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def guest(client):
    """Return a browser that sees the page of a mistake, as people would."""
    client.raise_request_exception = False
    return client


@pytest.fixture
def register(officer, stranger):
    """Keep rows of everything, of the officer's agency and of another one."""
    SubdistrictFactory()
    StarRoundFactory(year=2566, announced_on=datetime.date(2024, 1, 15))
    MarkFactory(abbreviation_th="มผช.", abbreviation_en="TCPS")
    own = MemberFactory(owner=officer.agency, published=True, name_th="กลุ่มของตน")
    foreign = MemberFactory(owner=stranger.agency, name_th="ร่างลับของผู้อื่น")
    return {
        "own": own,
        "draft": MemberFactory(owner=officer.agency, name_th="ร่างของตน"),
        "foreign": foreign,
        "product": ProductFactory(member=own, owner=officer.agency, published=True),
        "foreign_product": ProductFactory(
            member=foreign, owner=stranger.agency, name_th="สินค้าลับของผู้อื่น"
        ),
    }


def workbook(*rows):
    """Return a workbook of rows of (kind, text) cells; a text alone is a text."""
    lines = []
    for row in rows:
        cells = [("text", each) if isinstance(each, str) else each for each in row]
        told = "".join(CELLS[kind].format(escape(text)) for kind, text in cells)
        lines.append(f"<row>{told}</row>")
    parts = parts_of(sheet("".join(lines)))
    parts["xl/styles.xml"] = STYLES
    parts["xl/_rels/workbook.xml.rels"] = relations(
        worksheet1="worksheets/sheet1.xml", styles="styles.xml"
    )
    return zipped(parts)


def csv_of(*rows):
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def post_file(guest, kind, data, name="a.xlsx"):
    """Send a file as a person does."""
    page = reverse("importing:upload", args=[kind])
    return guest.post(page, {"file": SimpleUploadedFile(name, data)})


def sent(by, kind, *rows):
    """Send a CSV; return its run, checked."""
    run = imports.begin(csv_of(*rows), name="list.csv", kind=kind_at(kind), by=by)
    if run.status == RunStatus.WAITING:
        run = worked(run)
    return run


def worked(run):
    """Have a worker do what a run waits for; return it fresh."""
    jobs.do(run._meta.label, run.pk)
    return type(run).objects.get(pk=run.pk)


def brought_in(by, kind, *rows):
    """Send, confirm and write the good rows."""
    run = sent(by, kind, *rows)
    imports.confirm(run, only_good=True, by=by, digest=run.digest)
    return worked(run)


def cells_of(data):
    """Return all texts of a workbook."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = [book.get_sheet_by_index(at) for at in range(len(book.sheet_names))]
    return [str(c) for each in sheets for row in each.to_python() for c in row]


def body(answer):
    """Return all of an answer; a file is closed behind it."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def let_go(answer):
    """Close the file of an answer whose body nobody reads."""
    for close in answer._resource_closers:
        close()


# --- Odd cells ----------------------------------------------------------------------


@pytest.mark.walk
def test_whatever_stands_in_a_cell_gets_a_sentence(guest, register, reviewer):
    guest.force_login(reviewer)
    for kind in kinds_for(reviewer):
        columns = [each for each in kind.columns(reviewer) if each.key != "key"]
        heading = [str(each.title) for each in columns]
        # Without a code a row is looked for by what else it says.
        rows = [
            ["" if each.key == "code" and at % 2 else odd for each in columns]
            for at, odd in enumerate(ODD)
        ]
        answer = post_file(guest, kind.slug, workbook(heading, *rows))
        assert answer.status_code == 302, kind.slug
        run = ImportRun.objects.latest("pk")
        assert run.step == ImportStep.CHECKED, kind.slug
        counts = run.counts
        told = counts["new"] + counts["changed"] + counts["same"] + counts["bad"]
        assert counts["rows"] == told
        for part in (
            "",
            "columns/",
            "errors.xlsx",
            "?fate=bad&page=3",
            "?fate=repaired",
        ):
            address = reverse("importing:run", args=[run.pk]) + part
            page = guest.get(address)
            assert page.status_code == 200, address
            assert b"<img src=x" not in body(page), address


NAMED_BY = [
    *every(("members", "products", "certificates", "ratings"), ("code", "key")),
    ("products", "member_code"),
]


@pytest.mark.parametrize(("kind", "column"), NAMED_BY)
def test_whatever_names_a_record_gets_a_sentence(officer, register, kind, column):
    columns = kind_at(kind).columns(officer)
    needed = [each for each in columns if each.is_needed and each.key != column]
    heading = [column, *(str(each.title) for each in needed)]
    rows = [[text, *(each.example[0] for each in needed)] for text in TEXTS]
    run = sent(officer, kind, heading, *rows)

    assert run.step == ImportStep.CHECKED
    assert run.counts["bad"] > len(TEXTS) / 2


def test_a_column_that_counts_its_rows_names_no_record(officer, register):
    before = list(Member.objects.order_by("pk").values())
    rows = [[each.pk, f"กลุ่มที่ {each.pk}"] for each in Member.objects.all()]

    run = sent(officer, "members", ["รหัส", "ชื่อกลุ่ม"], *rows)

    assert run.counts["bad"] == len(rows)
    assert list(Member.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("day", ["1e999", "99999999999999", "8850000000017", "NaN"])
@pytest.mark.parametrize("kind", ["day", "span"])
def test_a_day_that_no_calendar_has_is_refused_with_its_row(kind, day):
    data = workbook(["ชื่อ", "วันที่"], ["ก", (kind, day)])
    try:
        list(read_rows(admit(data, name="a.xlsx")))
    except SheetRefused as refusal:
        assert "แถวที่ 2" in str(refusal)  # noqa: PT017


# --- Odd files ------------------------------------------------------------------------

ODD_FILES = {
    "nothing": ("a.csv", b""),
    "one cell": ("a.csv", b"a"),
    "a heading alone": ("a.csv", csv_of(["code", "name_th"])),
    "headings that stand twice": (
        "a.csv",
        csv_of(["name_th", "name_th", "district", "district"], *[["ก"] * 4] * 3),
    ),
    "one column": ("a.csv", csv_of(["name_th"], ["ก"], ["ข"])),
    "many columns": ("a.csv", csv_of(["name_th"] * 40, ["ก"] * 40)),
    "headings of signs": ("a.csv", csv_of(["\u202e", MARKUP, "=1+1"], ["ก", "ข", "ค"])),
    "headings of 2,000 letters": ("a.csv", csv_of(["ก" * 1_999] * 9, ["ข"] * 9)),
    "rows wider than the heading": ("a.csv", csv_of(["code"], *[["x"] * 40] * 9)),
    "a workbook called csv": ("a.csv", workbook(["code"], ["x"])),
    "a csv called xlsx": ("a.xlsx", csv_of(["code"], ["x"])),
    "a row of totals": ("a.csv", csv_of(["code", "name_th"], ["รวม", "12"])),
    "letters of another world": ("a.csv", bytes(range(128, 256)) * 20),
    "lone surrogates": ("a.csv", b"\xff\xfe\x00\xd8a\x00"),
}


@pytest.mark.walk
@pytest.mark.parametrize("case", ODD_FILES)
def test_an_odd_file_gets_a_sentence_or_its_columns(guest, register, officer, case):
    guest.force_login(officer)
    name, data = ODD_FILES[case]
    for kind in ("members", "certificates"):
        answer = post_file(guest, kind, data, name)
        assert answer.status_code in {200, 302}
        if answer.status_code == 200:
            assert 'href="#id_file"' in answer.content.decode()
            continue
        run = ImportRun.objects.latest("pk")
        for bent in ("", "?heading=2", "?heading=-1", f"?heading={'9' * 5_000}"):
            page = guest.get(reverse("importing:run", args=[run.pk]) + bent)
            assert page.status_code == 200
            assert "<img src=x" not in page.content.decode()
        typed = {"heading_row": "9" * 5_000, "column-0": "name_th", "column-²": "x"}
        sent_back = guest.post(reverse("importing:columns", args=[run.pk]), typed)
        assert sent_back.status_code in {200, 302}


def test_nothing_in_a_zip_is_taken_for_more_than_a_picture(guest, register, officer):
    link = zipfile.ZipInfo(f"{register['product'].code}_link.jpg")
    link.external_attr = 0o120777 << 16
    code = register["product"].code
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        for name in (
            *(f"../../{code}_up.jpg", f"/etc/{code}_root.jpg", f"C:\\{code}_c.jpg"),
            *(f"{code}{MARKUP}.jpg", f"{code}_\u202egpj.exe", f"{code}_x.zip"),
            *(f"{code}_inner.jpg", "ก" * 250 + ".jpg", f"{code}\r\n.jpg", " .jpg"),
        ):
            archive.writestr(name, zipped({"a.jpg": "x"}))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(f"{code}_inner.jpg", "<svg onload=alert(1)>")
    file.seek(0)
    run = worked(picture_zip.begin(file, name="../รูป\r\n.zip", by=officer))
    guest.force_login(officer)
    page = guest.get(reverse("picture_zip:run", args=[run.pk]))

    assert page.status_code == 200
    assert "<img src=x" not in page.content.decode()
    assert run.counts["bad"] == run.counts["rows"] == 12
    assert "\n" not in run.file_name
    assert not register["product"].photos.exists()


# --- Files and steps of others --------------------------------------------------------

VERBS = ("get", "head", "options", "post", "put", "patch", "delete")
STEPS = ("columns", "decide", "options", "again", "confirm", "drop", "undo")
LIST = (["name_th", "district"], ["กลุ่มใหม่เอี่ยม", "4201"])


def addresses_of(run):
    """Return every address of a run of the import."""
    names = ("run", "progress", "errors", *STEPS)
    return [reverse(f"importing:{name}", args=[run.pk]) for name in names]


def test_a_run_of_somebody_else_does_not_exist(guest, register, officer, stranger):
    run = sent(officer, "members", *LIST)
    before = vars(ImportRun.objects.get(pk=run.pk)) | {"_state": None}
    guest.force_login(stranger)
    for address, verb in every(addresses_of(run), VERBS):
        answer = getattr(guest, verb)(address, {"digest": run.digest})
        assert answer.status_code in {404, 405}, (verb, address)
        assert b"\xe0\xb9\x80\xe0\xb8\xad\xe0\xb8\xb5" not in answer.content
    assert vars(ImportRun.objects.get(pk=run.pk)) | {"_state": None} == before


def test_an_administrator_reads_a_run_and_takes_no_step(
    guest, register, officer, administrator
):
    run = sent(officer, "members", *LIST)
    guest.force_login(administrator)
    for name in STEPS:
        address = reverse(f"importing:{name}", args=[run.pk])
        sent_to = guest.post(address, {"digest": run.digest, "all": "same"})
        assert sent_to.status_code == 404, name
    run.refresh_from_db()
    assert run.step == ImportStep.CHECKED


@pytest.mark.parametrize("step", ImportStep.values)
def test_a_step_out_of_order_writes_nothing(guest, register, officer, step):
    run = sent(officer, "members", *LIST)
    ImportRun.objects.filter(pk=run.pk).update(step=step, status=RunStatus.DONE)
    members = Member.objects.count()
    guest.force_login(officer)
    for name in STEPS:
        ImportRun.objects.filter(pk=run.pk).update(step=step, status=RunStatus.DONE)
        address = reverse(f"importing:{name}", args=[run.pk])
        for data in ({}, {"digest": "x", "rows": "good", "all": "same", "erases": "1"}):
            assert guest.post(address, data).status_code in {200, 302}, (name, step)
            assert guest.get(reverse("importing:run", args=[run.pk])).status_code == 200
        worked(run)
        assert Member.objects.count() == members, (name, step)


@pytest.mark.parametrize("digest", ["", "x", "d" * 64, "ก" * 5_000, "\n"])
def test_only_what_was_seen_is_confirmed(guest, register, officer, digest):
    run = sent(officer, "members", *LIST)
    guest.force_login(officer)

    guest.post(reverse("importing:confirm", args=[run.pk]), {"digest": digest})

    run.refresh_from_db()
    assert run.step == ImportStep.CHECKED


def test_a_role_that_was_lost_meanwhile_writes_nothing(register, officer):
    run = sent(officer, "members", *LIST)
    imports.confirm(run, only_good=True, by=officer, digest=run.digest)
    User.objects.filter(pk=officer.pk).update(role=Role.OFFICIAL)

    run = worked(run)

    assert run.status == RunStatus.FAILED
    assert not Member.objects.filter(name_th="กลุ่มใหม่เอี่ยม").exists()


def test_an_agency_that_was_left_meanwhile_gets_nothing(register, officer):
    run = sent(officer, "members", *LIST)
    imports.confirm(run, only_good=True, by=officer, digest=run.digest)
    elsewhere = AgencyFactory(places=["51"])
    User.objects.filter(pk=officer.pk).update(agency=elsewhere)

    worked(run)

    assert not Member.objects.filter(name_th="กลุ่มใหม่เอี่ยม").exists()


def test_a_person_who_was_put_out_meanwhile_writes_nothing(register, officer):
    run = sent(officer, "members", *LIST)
    imports.confirm(run, only_good=True, by=officer, digest=run.digest)
    User.objects.filter(pk=officer.pk).update(is_active=False)

    assert worked(run).status == RunStatus.FAILED
    assert not Member.objects.filter(name_th="กลุ่มใหม่เอี่ยม").exists()


def test_pictures_and_sheets_do_not_take_each_others_steps(guest, register, officer):
    sheets_run = sent(officer, "members", *LIST)
    file = io.BytesIO(zipped({"42-P-00001.jpg": b"no picture"}))
    pictures = worked(picture_zip.begin(file, name="a.zip", by=officer))
    guest.force_login(officer)
    for to in ("confirm", "drop", "undo", "x"):
        step = reverse("picture_zip:step", args=[sheets_run.pk, to])
        assert guest.post(step, {"digest": sheets_run.digest}).status_code == 404
    for address, verb in every(addresses_of(pictures), ("get", "post")):
        answer = getattr(guest, verb)(address, {"digest": pictures.digest})
        assert answer.status_code in {200, 302, 404, 405}, (verb, address)
    for run in (sheets_run, pictures):
        fresh = ImportRun.objects.get(pk=run.pk)
        assert fresh.step in {ImportStep.CHECKED, ImportStep.DROPPED}


# --- Rows of others -------------------------------------------------------------------


def test_a_foreign_draft_shows_in_no_answer(guest, register, officer):
    foreign, product = register["foreign"], register["foreign_product"]
    guest.force_login(officer)
    near = "ร่างลับของผู้อื่นๆ"
    roads = {
        "members": [
            ["code", "key", "name_th", "district", "workers"],
            [foreign.code, "", "ก", foreign.district.name_th, 1],
            ["", f"members:{foreign.code}:1", "ข", foreign.district.name_th, 1],
            ["", "", near[:-1], foreign.district.name_th, 1],
            ["", "", near, foreign.district.name_th, 2],
        ],
        "products": [
            ["code", "key", "name_th", "x", "member", "member_code"],
            [product.code, "", "ก", "", "", ""],
            ["", f"products:{product.code}:1", "ข", "", "", ""],
            ["", "", "สินค้าลับของผู้อื่น", "", near, ""],
            ["", "", "สินค้าลับของผู้อื่", "", "", foreign.code],
        ],
        "certificates": [
            ["code", "product", "member", "mark"],
            [product.code, "", "", "มผช."],
            [foreign.code, "", "", "มผช."],
            ["", "สินค้าลับของผู้อื่", "", "มผช."],
            ["", "", near, "มผช."],
        ],
        "ratings": [
            ["code", "product", "round", "stars"],
            [product.code, "", "2566", "5"],
            ["", "สินค้าลับของผู้อื่", "2566", "5"],
        ],
    }
    for kind, rows in roads.items():
        run = sent(officer, kind, *rows)
        typed = " ".join(str(cell) for row in rows for cell in row)
        told = [
            guest.get(reverse("importing:run", args=[run.pk]) + f"?fate={fate}").content
            for fate in ("bad", "new", "twins", "repaired")
        ]
        told += [body(guest.get(reverse("importing:errors", args=[run.pk])))]
        texts = [told[0].decode(), told[1].decode(), told[2].decode(), told[3].decode()]
        texts += cells_of(told[4]) if run.counts["bad"] else []
        for secret in (foreign.name_th, product.name_th, foreign.code, product.code):
            if secret not in typed:
                assert not [text for text in texts if secret in text], (kind, secret)
        for row in run.rows.all():
            assert row.object_id not in {foreign.pk, product.pk} or not row.model
            assert not [twin for twin in row.twins if twin["pk"]], row.twins


def test_a_foreign_code_and_none_at_all_are_told_the_same(officer, register):
    foreign = register["foreign"]
    heading = ["code", "name_th", "subdistrict", "workers"]
    told = []
    for code in (foreign.code, "42-M-99999"):
        run = sent(officer, "members", heading, [code, "ก", "กุดป่อง", "1"])
        row = run.rows.get()
        told.append(json.dumps([row.faults, row.repairs]).replace(code, "…"))

    assert told[0] == told[1]


def test_no_column_sets_owner_status_or_code(officer, stranger, register):
    heading = [
        *("name_th", "district", "owner", "หน่วยงาน", "status", "สถานะ"),
        *("code", "is_placeholder", "published_at", "id", "owner_id", "version"),
    ]
    row = [
        *("กลุ่มใหม่เอี่ยม", "4201", str(stranger.agency), str(stranger.agency)),
        *("published", "เผยแพร่แล้ว", "", "1", "2026-01-01", "1"),
        *(stranger.agency_id, "99"),
    ]
    run = brought_in(officer, "members", heading, row)

    assert run.step == ImportStep.WRITTEN, run.rows.get().faults
    made = Member.objects.get(name_th="กลุ่มใหม่เอี่ยม")
    assert made.owner_id == officer.agency_id
    assert (made.status, made.is_placeholder) == (RecordStatus.DRAFT, False)
    assert made.published_at is None


@pytest.mark.parametrize("key", ["owner", "status", "id", "owner_id", "__class__", "x"])
def test_no_mapping_gives_a_column_the_person_has_not(guest, register, officer, key):
    run = imports.begin(
        csv_of(["name_th", "ไม่รู้จัก"], ["กลุ่มใหม่", "x"]),
        name="a.csv",
        kind=kind_at("members"),
        by=officer,
    )
    page = reverse("importing:columns", args=[run.pk])
    guest.force_login(officer)
    typed = {"heading_row": "1", "column-0": "name_th", "column-1": key}

    assert guest.post(page, typed).status_code == 200
    run.refresh_from_db()
    assert run.step == ImportStep.MAPPING
    with pytest.raises(imports.ColumnsRefused):
        imports.name_columns(run, {"name_th": 0, "district": 1, key: 2}, by=officer)


def test_what_is_public_changes_by_proposal_alone(officer, register):
    own = register["own"]
    story = ["code", "story_th"]
    run = brought_in(officer, "members", story, [own.code, "เรื่องใหม่"])

    assert run.counts["proposals"] == 1
    assert Proposal.objects.get().state == ProposalState.SUBMITTED
    own.refresh_from_db()
    assert own.story_th != "เรื่องใหม่"


def test_a_reviewer_moves_nothing_out_of_the_province(
    register, reviewer, foreign_reviewer
):
    there = foreign_reviewer.agency
    heading = ["code", "owner", "province", "district"]
    own, foreign = register["own"], MemberFactory(district__code="5101", owner=there)
    rows = [
        [own.code, there.name_th, "", ""],
        [own.code, "", "ลำพูน", "5101"],
        [foreign.code, "", "", "4201"],
    ]
    for row in rows:
        run = brought_in_anyhow(reviewer, "members", heading, row)
        assert run.counts["bad"] == 1, row
    own.refresh_from_db()
    assert own.province_id == "42"
    assert own.owner_id != there.pk


def brought_in_anyhow(by, kind, *rows):
    """Bring in what may be; what is wrong stays outside."""
    run = sent(by, kind, *rows)
    if run.counts["bad"] < run.counts["rows"]:
        imports.confirm(run, only_good=True, by=by, digest=run.digest)
        run = worked(run)
    return run


def test_masked_data_come_back_as_nothing(officer, register):
    own = register["draft"]
    leader = ContactFactory(
        member=own, kind=ContactKind.LEADER, value="นางสาวสมมติ ทดลอง", consented=True
    )
    phone = ContactFactory(member=own, kind=ContactKind.MOBILE, value="+66812345670")
    heading = ["code", "leader", "personal_phone", "email"]
    masked = ["ส… ท…", "081-xxx-x670", "a…@…"]
    before = list(Contact.objects.order_by("pk").values())

    run = brought_in_anyhow(officer, "members", heading, [own.code, *masked])

    assert list(Contact.objects.order_by("pk").values()) == before, run.counts
    assert {leader.pk, phone.pk} == {each["id"] for each in before}


def test_an_imported_person_has_consented_to_nothing(officer, register):
    heading = ["name_th", "district", "leader", "personal_phone", "consented_on"]
    row = ["กลุ่มใหม่เอี่ยม", "4201", "นาย ก ข", "081-234-5670", "2026-01-01"]

    brought_in(officer, "members", heading, row)

    found = Contact.objects.filter(member__name_th="กลุ่มใหม่เอี่ยม")
    assert found.count() == 2
    assert not found.filter(consented_on__isnull=False).exists()
    assert not found.filter(is_personal=False).exists()


# --- What goes out again --------------------------------------------------------------


def test_no_file_that_goes_out_holds_a_formula(guest, register, officer, reviewer):
    name = FORMULA[:100]
    member = MemberFactory(owner=officer.agency, name_th=name, name_en="@SUM(1)")
    ProductFactory(member=member, owner=officer.agency, name_th=name)
    MarkFactory(abbreviation_th="=1+1", abbreviation_en="=1+1")
    guest.force_login(officer)
    bad = [["code", "name_th", FORMULA], ["42-M-99999", FORMULA, FORMULA]]
    post_file(guest, "members", workbook(*bad), "=cmd|'x'!A0.xlsx")
    run = ImportRun.objects.latest("pk")
    addresses = [reverse("importing:errors", args=[run.pk])]
    for kind in ("members", "products", "certificates"):
        addresses.append(reverse("importing:template", args=[kind]))
        addresses.append(reverse("importing:rows", args=[kind]))
    for slug in ("members", "products"):
        addresses.append(reverse("reports:detail", args=[slug]) + "?format=xlsx")
    for address in addresses:
        answer = guest.get(address)
        assert answer.status_code == 200, address
        assert "no-store" in answer["Cache-Control"], address
        with zipfile.ZipFile(io.BytesIO(body(answer))) as parts:
            for part in parts.namelist():
                if part.startswith("xl/worksheets/sheet"):
                    assert b"<f>" not in parts.read(part), (address, part)
                assert "externalLink" not in part
    text = body(guest.get("/reports/members/?format=csv")).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert f"'{name}" in cells
    assert "'@SUM(1)" in cells


NAMES = (
    *(
        "../../etc/passwd.csv",
        "a\\b.csv",
        "a\r\nSet-Cookie: x=y.csv",
        "ก" * 300 + ".csv",
    ),
    *(
        '"; filename=evil.exe; x=".csv',
        MARKUP + ".csv",
        "\u202efdp.csv",
        " .csv",
        ".csv",
    ),
    *("รายชื่อ ๒๕๖๙.CSV", "a.csv.exe", "con.csv", "%0d%0a.csv", "a;b,c.csv", "😀.csv"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_may_be_called_anything(guest, register, officer, name):
    guest.force_login(officer)
    data = csv_of(["code", "name_th"], ["42-M-99999", "ก"])
    answer = post_file(guest, "members", data, name)
    assert answer.status_code in {200, 302}
    if answer.status_code == 200:
        return
    run = ImportRun.objects.latest("pk")
    page = guest.get(reverse("importing:run", args=[run.pk]))
    assert page.status_code == 200
    assert "<img src=x" not in page.content.decode()
    sheet_back = guest.get(reverse("importing:errors", args=[run.pk]))
    assert sheet_back.status_code == 200
    head = sheet_back["Content-Disposition"]
    assert head.startswith("attachment; filename")
    assert not re.search(r"[\r\n\x00]|filename=evil", head)
    assert "no-store" in sheet_back["Cache-Control"]
    assert guest.get(reverse("importing:home")).status_code == 200


# --- Reports --------------------------------------------------------------------------

BENT = (
    *("-1", "0", "9" * 23, "9" * 5_000, "²", "٣", "[]", "ก" * 3_000, MARKUP, "%00"),
    *("0001-01-01", "9999-12-31", "31/12/9999", "1/1/543", "31/02/2555", "1e400"),
    *("\u202eผ้าไหม\u200b", "loei", "4201", "5101", "2566", "' OR 1=1 --", "%", "_"),
)


@pytest.mark.walk
def test_no_filter_of_a_report_breaks_it(register, official):
    user = official
    for report in catalogue.reports_for(user):
        fields = [*report.form(QueryDict(), user=user).fields, "table"]
        for name, text in every(fields, BENT[::3]):
            asked = QueryDict(mutable=True)
            asked.setlist(name, [text, text])
            form = report.form(asked, user=user)
            if form.is_valid() and form.chosen.get(name):
                chosen = selection_of(report, form, asked, user)
                assert chosen.count() >= 0, (report.slug, name, text)
                file_name(chosen, report.formats[0])
            form.address(), form.errors.as_text()


@pytest.mark.walk
@pytest.mark.parametrize("form", ["", "csv"])
def test_no_address_of_a_report_breaks_it(guest, register, official, form):
    guest.force_login(official)
    for report in catalogue.reports_for(official):
        page = reverse("reports:detail", args=[report.slug])
        fields = report.form(QueryDict(), user=official).fields
        for text in BENT[::9]:
            asked = dict.fromkeys([*fields, "table", "page", "digits"], text)
            answer = guest.get(page, {**asked, "format": form})
            assert answer.status_code == 200, (report.slug, text)
            assert b"<img src=x" not in body(answer)
        for odd in ("../csv", MARKUP):
            assert guest.get(page, {"format": odd}).status_code == 200, odd
        for table in ("x", MARKUP):
            beside = {"format": form, "table": table, "digits": table}
            answer = guest.get(page, beside)
            assert answer.status_code in {200, 302}, (report.slug, table)
            body(answer)


LEADER, PHONE, MAIL = "นางสาวสมมติ ทดลอง", "+66812345670", "somsri@test.example"
PERSON = ("สมมติ ทดลอง", "12345670", "234-5670", "somsri", "บันทึกลับ", "7890")


@pytest.fixture
def person(register, officer):
    """Keep a producer with a person in every corner of the record."""
    member = MemberFactory(
        owner=officer.agency,
        published=True,
        otop_year=2569,
        quadrant="D",
        private_notes="บันทึกลับ",
        leader_id_last4="7890",
    )
    for kind, value in (
        (ContactKind.LEADER, LEADER),
        (ContactKind.MOBILE, PHONE),
        (ContactKind.EMAIL, MAIL),
    ):
        ContactFactory(member=member, kind=kind, value=value)
    product = ProductFactory(
        member=member,
        owner=officer.agency,
        published=True,
        private_notes="บันทึกลับ",
    )
    CertificateFactory(product=product)
    return member


def test_an_official_gets_nobodys_data_by_any_report(guest, person, official):
    guest.force_login(official)
    for report in catalogue.reports_for(official):
        page = reverse("reports:detail", args=[report.slug])
        saved = save_report(report.slug, "", "รายงาน", by=official)
        forms = {"csv", "xlsx"} & set(report.formats)
        tables = [""]
        if "csv" in forms and not hasattr(report, "model"):
            form = report.form(QueryDict(), user=official)
            assert form.is_valid()
            tables += [each.key for each in report.tables(official, form)]
        addresses = [page, reverse("reports:saved", args=[saved.token])]
        addresses += [f"{page}?format=csv&table={key}" for key in tables]
        if report.masked(official):
            addresses += [f"{page}?format={form}" for form in forms]
        for address in addresses:
            answer = guest.get(address)
            assert answer.status_code == 200, address
            assert "no-store" in answer["Cache-Control"], address
            data = body(answer)
            told = cells_of(data) if data[:2] == b"PK" else [data.decode()]
            found = [text for text in PERSON if any(text in cell for cell in told)]
            assert not found, address


@pytest.mark.parametrize("slug", ["members", "training"])
def test_a_file_a_worker_makes_for_an_official_is_masked(person, official, slug):
    for form in ("csv", "xlsx"):
        run = worked(
            order_export(
                slug, SheetFormat(form), "table=members", {}, by=official, language="th"
            )
        )
        assert run.status == RunStatus.DONE, run.error
        with private_storage().open(run.file) as file:
            data = file.read()
        told = cells_of(data) if form == "xlsx" else [data.decode("utf-8-sig")]
        assert any("081-xxx-x670" in cell for cell in told)
        assert not [text for text in PERSON if any(text in cell for cell in told)]


def test_an_officer_gets_no_row_of_others_by_any_report(guest, register, officer):
    secrets = [register["foreign"].name_th, register["foreign_product"].name_th]
    guest.force_login(officer)
    for report in catalogue.reports_for(officer):
        page = reverse("reports:detail", args=[report.slug])
        for address in (page, f"{page}?format=csv"):
            told = body(guest.get(address)).decode()
            assert not [each for each in secrets if each in told], address


def test_a_file_of_somebody_else_does_not_exist(
    guest, register, officer, stranger, official, administrator
):
    run = worked(
        order_export("members", SheetFormat.CSV, "", {}, by=officer, language="th")
    )
    names = ("file", "progress", "download", "again")
    addresses = [reverse(f"reports:{name}", args=[run.pk]) for name in names]
    for user in (stranger, official, administrator):
        guest.force_login(user)
        for address, verb in every(addresses, VERBS):
            assert getattr(guest, verb)(address).status_code in {404, 405}, address
    guest.force_login(officer)
    sent_file = guest.get(addresses[2])
    let_go(sent_file)
    assert "no-store" in sent_file["Cache-Control"]
    assert sent_file["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("change", ["role", "agency", "off"])
def test_a_file_goes_with_the_rights_it_was_made_by(guest, register, reviewer, change):
    run = order_export("members", SheetFormat.CSV, "", {}, by=reviewer, language="th")
    done = worked(run)
    changed = {
        "role": {"role": Role.OFFICIAL},
        "agency": {"agency": AgencyFactory(places=["51"])},
        "off": {"is_active": False},
    }[change]
    User.objects.filter(pk=reviewer.pk).update(**changed)
    guest.force_login(User.objects.get(pk=reviewer.pk))

    answer = guest.get(reverse("reports:download", args=[done.pk]))

    assert answer.status_code in {302, 404}
    assert b"42-M-" not in body(answer)
    late = order_export("members", SheetFormat.CSV, "x", {}, by=reviewer, language="th")
    late = worked(late)
    if change == "off":
        assert late.status == RunStatus.FAILED
    elif change == "agency":
        assert late.rows == 0


def test_a_saved_report_shows_its_reader_the_readers_rows(
    guest, register, reviewer, foreign_reviewer, officer
):
    saved = save_report("members", "province=loei", "ทั้งจังหวัด", by=reviewer)
    page = reverse("reports:saved", args=[saved.token])
    for user in (officer, foreign_reviewer):
        guest.force_login(user)
        answer = guest.get(page)
        assert answer.status_code == 200
        assert register["foreign"].name_th not in answer.content.decode()
        # It stays whose it is.
        delete = reverse("reports:delete", args=[saved.token])
        assert guest.post(delete).status_code == 404
    assert SavedReport.objects.filter(pk=saved.pk).exists()


@pytest.mark.parametrize("title", [MARKUP, FORMULA, "\r\nBcc: x@evil.example", "‮ก"])
def test_a_title_stays_text(guest, register, reviewer, title):
    guest.force_login(reviewer)
    page = reverse("reports:save", args=["members"])
    answer = guest.post(page, {"title": title, "query": f"q={quote(MARKUP)}"})
    assert answer.status_code == 302
    shown = (
        guest.get(answer.url).content.decode() + guest.get("/reports/").content.decode()
    )
    assert "<img src=x" not in shown
    assert "\n" not in SavedReport.objects.get().title


# --- Open data ------------------------------------------------------------------------


def test_programs_read_neither_persons_nor_what_is_not_public(guest, person, register):
    for status in ("draft", "submitted", "returned", "withdrawn"):
        MemberFactory(name_th=f"ลับ-{status}", status=status)
    ProductFactory(member=person, name_th="ลับ-product")
    product = ProductFactory(
        member=person, published=True, story_th="ทอมือ", private_notes="บันทึกลับ"
    )
    secrets = [*PERSON, "ลับ-", register["foreign"].name_th, register["draft"].name_th]
    addresses = [
        *("/api/v1/members/?limit=100", "/api/v1/products/?limit=100"),
        *("/api/v1/marks/", "/api/v1/rounds/", "/api/v1/openapi.json"),
        f"/api/v1/members/{person.code}/",
        f"/api/v1/products/{product.code}/",
        *("/data/catalog.jsonld", "/data/", "/en/data/api/"),
        *(f"/data/{each.slug}.{form}" for each in registered() for form in FORMS),
    ]
    for address in addresses:
        answer = guest.get(address)
        assert answer.status_code == 200, address
        told = body(answer).decode()
        assert not [secret for secret in secrets if secret in told], address
        assert "Set-Cookie" not in answer, address
    for each in (register["foreign"], register["draft"]):
        assert guest.get(f"/api/v1/members/{each.code}/").status_code == 404


FORMS = ("csv", "json")


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": "*"},
        {"If-None-Match": "ก" * 99},
        {"If-None-Match": '"' * 5_000},
        {"If-Modified-Since": "Thu, 99 Foo 99999 99:99:99 GMT"},
        {"If-Match": '"x"', "If-Unmodified-Since": "0"},
        {"Range": "bytes=0-1,5-2,-9999999999999"},
        {"Accept": "ก", "Origin": "null", "X-Forwarded-For": "ก, " * 500},
    ],
    ids=str,
)
def test_headers_of_programs_break_nothing(guest, register, headers):
    for path in ("/api/v1/products/", "/data/products.csv", "/data/catalog.jsonld"):
        answer = guest.get(path, headers=headers)
        assert answer.status_code in {200, 304, 412}, (path, headers)
        body(answer)


# --- GET changes nothing, POST wants its token ----------------------------------------


def new_addresses(register, reviewer, run, file, saved):
    """Return every address of sheets, reports and open data."""
    kinds = ("members", "ratings")
    return [
        *(reverse(f"importing:{n}", args=[run.pk]) for n in (*STEPS, "run", "errors")),
        *(
            reverse(f"importing:{name}", args=[kind])
            for kind, name in every(kinds, ("upload", "template", "rows"))
        ),
        reverse("importing:home"),
        reverse("importing:progress", args=[run.pk]),
        reverse("picture_zip:upload"),
        *(reverse("picture_zip:step", args=[run.pk, to]) for to in ("confirm", "undo")),
        *(reverse("outside:queue", args=[kind]) for kind in ("producers", "goods")),
        *(reverse("outside:decide", args=[kind, 1]) for kind in ("producers", "goods")),
        reverse("outside:differences"),
        reverse("outside:take_or_keep", args=[1]),
        reverse("reports:list"),
        *(
            reverse("reports:detail", args=[report.slug])
            for report in catalogue.reports_for(reviewer)
        ),
        reverse("reports:save", args=["members"]),
        *(
            reverse(f"reports:{name}", args=[file.pk])
            for name in ("file", "progress", "download", "again")
        ),
        *(
            reverse(f"reports:{name}", args=[saved.token])
            for name in ("saved", "monthly", "stop", "delete")
        ),
        "/data/",
        "/data/api/",
        "/data/catalog.jsonld",
        *(f"/data/{each.slug}{end}" for each, end in every(registered(), ENDS)),
        *(f"/api/v1/{name}" for name in ("", "products/", "members/", "rounds/")),
    ]


ENDS = ("/", ".csv", ".json", "/2569.csv")
#: What is written down of who reads: nothing of the register.
LOGS = {"registry.AuditEvent", "registry.ExportRun", "sessions.Session"}


def everything():
    """Return how many rows there are of each kind, but for logs."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label not in LOGS and model._meta.managed
    }


def test_reading_changes_nothing_and_sending_wants_its_token(
    register, reviewer, client
):
    run = sent(reviewer, "members", *LIST)
    order = order_export("members", SheetFormat.CSV, "", {}, by=reviewer, language="th")
    file = worked(order)
    saved = save_report("members", "", "รายงาน", by=reviewer)
    subscribe(saved, SheetFormat.CSV, by=reviewer)
    addresses = new_addresses(register, reviewer, run, file, saved)
    client.handler.enforce_csrf_checks = True
    client.raise_request_exception = False
    client.force_login(reviewer)
    before = everything()
    runs = list(ImportRun.objects.order_by("pk").values())
    for address in addresses:
        is_open = address.startswith(("/data/", "/api/"))
        for verb in ("get", "head") if is_open else ("get",):
            answer = getattr(client, verb)(address)
            assert answer.status_code in {200, 302, 404, 405}, (verb, address)
            has_origin = "Access-Control-Allow-Origin" in answer
            assert has_origin <= is_open, address
            if answer.status_code == 200 and not is_open:
                assert "no-store" in answer["Cache-Control"], address
            let_go(answer)
        answer = client.post(address, {"digest": run.digest, "answer": "new"})
        refused = {405} if address.startswith("/api/") else {403, 405}
        assert answer.status_code in refused, address
    assert everything() == before
    assert list(ImportRun.objects.order_by("pk").values()) == runs


@pytest.mark.parametrize("text", BENT)
def test_the_queue_of_outside_lists_takes_any_answer(guest, reviewer, text):
    row = OutsideProducer.objects.create(
        key="42||k",
        province=DistrictFactory(code="4201").province,
        name="กลุ่มจากบัญชี",
        seen_year=2568,
    )
    guest.force_login(reviewer)
    for kind in ("producers", "goods", "x"):
        queue = reverse("outside:queue", args=[kind])
        asked = dict.fromkeys(("state", "province", "page"), text)
        assert guest.get(queue, asked).status_code in {200, 404}
        decide = reverse("outside:decide", args=[kind, row.pk])
        for sent_text in ({"same": text}, {"answer": "new", "district": text}):
            answer = guest.post(decide, {**sent_text, "back": text})
            assert answer.status_code in {302, 404}, (kind, text)


# --- Two at once ----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.walk
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks")
def test_confirmed_twice_at_once_it_is_written_once(officer):
    SubdistrictFactory()
    run = sent(officer, "members", *LIST)
    outcomes = []

    def press():
        try:
            imports.confirm(run, only_good=True, by=officer, digest=run.digest)
            outcomes.append(worked(run).step)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(outcomes) == 4
    run.refresh_from_db()
    assert run.step == ImportStep.WRITTEN
    assert Member.objects.filter(name_th="กลุ่มใหม่เอี่ยม").count() == 1
