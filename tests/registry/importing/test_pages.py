"""The pages of the import: what each step shows, refuses and keeps."""

import datetime
import hashlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from members.models import Member
from registry.actions import records
from registry.changes import Changes
from registry.enums import ImportStep, RecordStatus, Role, RowChoice, RowFate, RunStatus
from registry.forms.importing import letter
from registry.importing.opening import shape_of
from registry.models import AuditEvent, ExportRun, ImportRun
from registry.storages import content_name
from tests.factories import (
    AgencyFactory,
    MemberFactory,
    ProductFactory,
    StarRoundFactory,
    SubdistrictFactory,
)
from tests.factories.importing import (
    ImportRowFactory,
    ImportRunFactory,
    TestKind,
    offer_test_kind,
)
from tests.registry.importing.kinds import csv_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MESSY = (
    "รายชื่อกลุ่มผู้ผลิต ปี 2569,,\n,,\n"
    "ชื่อกลุ่ม ,เบอร์ติดต่อ,หมายเหตุ\n"
    "กลุ่มทอผ้าบ้านนาอ้อ,42000000,ดี\n"
    "กลุ่มกล้วยตาก,42000001,\n"
)
TWIN = {
    "model": "members.Member",
    "row": None,
    "label": "กลุ่มทอผ้า",
    "code": "42-M-00001",
    "reason": "ชื่อเหมือนกัน",
    "is_own": True,
}


def at(name, *args):
    return reverse(f"importing:{name}", args=args)


def page(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def kept(text):
    """Keep a file as the import does; return what a run knows of it."""
    data = text.encode()
    name = content_name("imports", data, "csv")
    storages["private"].save(name, ContentFile(data))
    return {"file": name, "file_hash": hashlib.sha256(data).hexdigest()}


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    offer_test_kind(monkeypatch)
    return TestKind()


@pytest.fixture
def desk(client, officer):
    """Be a browser in which an officer of Loei is signed in."""
    client.force_login(officer)
    return client


@pytest.fixture
def places():
    SubdistrictFactory()


@pytest.fixture
def checked(officer):
    return ImportRunFactory(by=officer)


# --- What may come in -------------------------------------------------------------


def test_the_first_page_offers_each_kind_with_its_workbooks(desk):
    shown = page(desk.get(at("home")))

    assert TestKind.title in shown
    for name in ("upload", "template", "rows"):
        assert f'href="{at(name, TestKind.slug)}"' in shown


def test_a_kind_that_is_not_open_to_the_person_does_not_exist(desk, monkeypatch):
    monkeypatch.setattr(TestKind, "roles", frozenset({Role.REVIEWER}))

    assert TestKind.title not in page(desk.get(at("home")))
    for name in ("upload", "template", "rows"):
        assert desk.get(at(name, TestKind.slug)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_runs_so_far_cost_the_same_however_many(
    desk, officer, count, django_assert_num_queries
):
    for _ in range(count):
        ImportRunFactory(by=officer)
    desk.get(at("home"))

    with django_assert_num_queries(4):
        shown = page(desk.get(at("home")))

    assert shown.count('class="import-run"') == count


def test_runs_of_others_are_neither_listed_nor_found(desk, stranger):
    foreign = ImportRunFactory(by=stranger, mapping=True)
    row = ImportRowFactory(run=foreign, fate=RowFate.BAD)

    assert foreign.file_name not in page(desk.get(at("home")))
    for name in ("run", "progress", "columns", "undo", "errors"):
        assert desk.get(at(name, foreign.pk)).status_code == 404
    for name in ("columns", "decide", "options", "again", "confirm", "drop", "undo"):
        assert desk.post(at(name, foreign.pk)).status_code == 404
    row.refresh_from_db()
    foreign.refresh_from_db()
    assert (foreign.stage, row.choice) == (ImportStep.MAPPING, RowChoice.OPEN)


def test_an_administrator_reads_everybodys_run_and_goes_on_with_none(
    client, administrator, checked, officer
):
    ImportRowFactory(run=checked, name="กลุ่มใหม่")
    client.force_login(administrator)

    shown = page(client.get(at("run", checked.pk)))

    assert officer.name in shown
    assert "กลุ่มใหม่" in shown
    assert at("confirm", checked.pk) not in shown
    assert client.post(at("confirm", checked.pk)).status_code == 404


# --- Sending ----------------------------------------------------------------------


def send(client, name="list.csv", data=b"", kind=TestKind):
    file = SimpleUploadedFile(name, data)
    return client.post(at("upload", kind.slug), {"file": file})


def test_a_form_without_a_file_says_so(desk):
    answer = desk.post(at("upload", TestKind.slug))

    assert "กรุณาเลือกไฟล์" in page(answer)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("list.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("list.xlsx", b"no workbook"),
        ("list.pdf", b"%PDF"),
        ("list.csv", b""),
        ("list.csv", "ชื่อ,อำเภอ\n".encode()),
    ],
)
def test_what_the_gate_refuses_is_said_in_the_form(desk, producers, name, data):
    answer = send(desk, name, data, producers)

    assert len(answer.context["form"].errors["file"]) == 1
    assert not ImportRun.objects.exists()


def test_a_hundred_and_fifty_files_an_hour_are_enough(desk, producers, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"upload": "1/h/user"}
    send(desk, data=csv_of(("ชื่อ", "อำเภอ"), ("ก", "ข")), kind=producers)

    answer = send(desk, data=csv_of(("ชื่อ", "อำเภอ"), ("ก", "ข")), kind=producers)

    assert answer.context["form"].errors["file"]
    assert ImportRun.objects.count() == 1


# --- Columns ----------------------------------------------------------------------


@pytest.fixture
def mapping(officer):
    return ImportRunFactory(
        by=officer,
        mapping=True,
        **kept(MESSY),
        heading_row=3,
        headings=["ชื่อกลุ่ม", "เบอร์ติดต่อ", "หมายเหตุ"],
        columns={"name_th": 0},
    )


def test_each_column_is_shown_with_its_heading_and_first_values(desk, mapping):
    answer = desk.get(at("run", mapping.pk))

    told = [
        (each.letter, each.heading, each.samples, each.field.value())
        for each in answer.context["columns"]
    ]
    assert told == [
        ("A", "ชื่อกลุ่ม", ["กลุ่มทอผ้าบ้านนาอ้อ", "กลุ่มกล้วยตาก"], "name_th"),
        ("B", "เบอร์ติดต่อ", ["42000000", "42000001"], None),
        ("C", "หมายเหตุ", ["ดี"], None),
    ]
    assert [number for number, _ in answer.context["offered"]] == [1, 3, 4, 5]
    assert "พบแล้ว" in page(answer)


def test_another_row_is_taken_for_the_heading(desk, mapping):
    answer = desk.get(at("columns", mapping.pk), {"heading": "4"})

    columns = answer.context["columns"]
    assert [each.heading for each in columns] == [
        "กลุ่มทอผ้าบ้านนาอ้อ",
        "42000000",
        "ดี",
    ]
    assert answer.context["form"]["heading_row"].value() == 4
    assert "ยังไม่พบ" in page(answer)


def test_a_heading_that_holds_a_known_name_is_a_guess_to_be_checked(desk, mapping):
    mapping.file_name = "guess.csv"
    told = kept(MESSY.replace("เบอร์ติดต่อ", "เบอร์โทรศัพท์ติดต่อ"))
    for name, value in told.items():
        setattr(mapping, name, value)
    mapping.save()

    columns = desk.get(at("run", mapping.pk)).context["columns"]

    assert [(each.field.value(), each.is_guessed) for each in columns] == [
        ("name_th", False),
        ("phone", True),
        (None, False),
    ]


@pytest.mark.parametrize("bent", ["", "0", "-1", "x", "9" * 30, "๓"])
def test_a_heading_row_that_is_none_leaves_the_one_there_is(desk, mapping, bent):
    answer = desk.get(at("columns", mapping.pk), {"heading": bent})

    assert answer.context["chosen"].number == 3


def test_what_was_chosen_stays_where_a_needed_column_is_missing(desk, mapping):
    typed = {"heading_row": 3, "column-1": "name_th", "column-0": "name_th"}
    answer = desk.post(at("columns", mapping.pk), typed)

    form = answer.context["form"]
    assert form.errors["column-1"] == ["“ชื่อกลุ่ม” ถูกเลือกให้คอลัมน์ “ชื่อกลุ่ม” แล้ว"]
    assert form["column-1"].value() == "name_th"

    answer = desk.post(
        at("columns", mapping.pk), {"heading_row": 3, "column-1": "phone"}
    )
    form = answer.context["form"]
    assert form.non_field_errors() == ["โปรดระบุว่าคอลัมน์ใดคือ “ชื่อกลุ่ม”"]
    assert form["column-1"].value() == "phone"
    mapping.refresh_from_db()
    assert mapping.stage == ImportStep.MAPPING


def test_a_column_that_is_none_of_the_kind_is_refused(desk, mapping):
    typed = {"heading_row": 3, "column-0": "password"}
    answer = desk.post(at("columns", mapping.pk), typed)

    assert list(answer.context["form"].errors) == ["column-0", "__all__"]


def test_a_file_that_is_not_kept_any_more_is_asked_for_again(desk, mapping):
    mapping.file = ""
    mapping.save()

    assert "โปรดส่งไฟล์อีกครั้ง" in page(desk.get(at("run", mapping.pk)))


def test_columns_are_named_only_before_it_is_written(desk, officer):
    run = ImportRunFactory(by=officer, written=True)

    answer = desk.get(at("columns", run.pk), follow=True)

    assert said(answer) == ["ขณะนี้เปลี่ยนการระบุคอลัมน์ของไฟล์นี้ไม่ได้"]


def test_columns_have_the_letters_of_excel():
    assert [letter(at) for at in (0, 25, 26, 51, 52, 701, 702)] == [
        *("A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"),
    ]


# --- While it is worked on --------------------------------------------------------


def at_work(officer, **told):
    told = {"step": ImportStep.CHECKING, "status": RunStatus.RUNNING} | told
    now = timezone.now()
    return ImportRunFactory(by=officer, counts={}, **{"beat_at": now} | told)


def test_the_page_says_how_far_the_check_is(desk, officer):
    run = at_work(officer, phase="checking", done=4200, total=12000)

    shown = page(desk.get(at("run", run.pk)))

    assert "ตรวจแล้ว 4,200 จาก 12,000 แถว (35%)" in shown
    assert 'max="12000" value="4200"' in shown
    assert f'hx-get="{at("progress", run.pk)}"' in shown
    bar = page(desk.get(at("progress", run.pk), headers={"HX-Request": "true"}))
    assert "4,200" in bar
    assert "<html" not in bar


def test_the_page_opens_anew_when_the_work_is_done(desk, checked):
    answer = desk.get(at("progress", checked.pk))

    assert answer.headers["HX-Refresh"] == "true"


def test_work_whose_worker_died_is_taken_up_by_the_page_that_waits(
    desk, officer, django_capture_on_commit_callbacks
):
    long_ago = timezone.now() - datetime.timedelta(minutes=5)
    run = at_work(officer, beat_at=long_ago)

    page(desk.get(at("run", run.pk)))

    run.refresh_from_db()
    assert run.status == RunStatus.WAITING
    assert run.beat_at > long_ago


def test_failed_work_is_said_with_its_sentence_and_a_way_on(desk, officer):
    run = at_work(officer, status=RunStatus.FAILED, error="อ่านแถวที่ 7 ไม่ได้")

    shown = page(desk.get(at("run", run.pk)))

    assert "อ่านแถวที่ 7 ไม่ได้" in shown
    assert at("again", run.pk) in shown
    assert at("drop", run.pk) in shown


# --- The preview ------------------------------------------------------------------


def test_the_figures_add_up_to_the_rows(desk, checked):
    for fate, count in ((RowFate.NEW, 3), (RowFate.SAME, 1), (RowFate.BAD, 2)):
        for _ in range(count):
            ImportRowFactory(run=checked, fate=fate)

    answer = desk.get(at("run", checked.pk))

    shares = answer.context["shares"]
    assert [(each.fate, each.count) for each in shares] == [
        ("new", 3),
        ("changed", 0),
        ("same", 1),
        ("bad", 2),
    ]
    assert shares[-1].start == "66.667"
    assert shares[-1].width == "33.333"
    assert "ในไฟล์มี 6 แถว" in page(answer)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("fate", "queries"),
    [("new", 6), ("changed", 6), ("same", 6), ("bad", 6), ("repaired", 5)],
)
def test_rows_cost_the_same_however_many(
    desk, checked, fate, queries, count, django_assert_num_queries
):
    repaired = fate == "repaired"
    for _ in range(count):
        ImportRowFactory(
            run=checked,
            fate=RowFate.NEW if repaired else RowFate(fate),
            cells=[["name_th", "เดิม", "ใหม่"]],
            repairs=[["phone", "เติมเลขศูนย์"]] if repaired else [],
            faults=[["phone", "x", "อ่านไม่ออก"]] if fate == "bad" else [],
        )
    address = f"{at('run', checked.pk)}?fate={fate}"
    desk.get(address)

    with django_assert_num_queries(queries):
        answer = desk.get(address)

    assert answer.context["fate"] == fate


@pytest.mark.parametrize("count", [1, 3])
def test_rows_beside_what_they_look_like_cost_the_same_however_many(
    desk, officer, checked, count, django_assert_num_queries
):
    for _ in range(count):
        member = MemberFactory(owner=officer.agency)
        ImportRowFactory(
            run=checked, fate=RowFate.BAD, twins=[{**TWIN, "pk": member.pk}]
        )
    desk.get(at("run", checked.pk))

    with django_assert_num_queries(10):
        answer = desk.get(at("run", checked.pk))

    assert len(answer.context["rows"]) == count


def test_a_changed_cell_shows_what_stands_there_and_what_would(desk, checked):
    ImportRowFactory(
        run=checked,
        fate=RowFate.CHANGED,
        cells=[["phone", "042 811 111", "042 811 222"]],
    )

    shown = page(desk.get(at("run", checked.pk)))

    assert "<del>" in shown
    assert "<ins>" in shown
    assert "โทรศัพท์" in shown


def test_a_bad_row_is_shown_with_number_column_value_and_sentence(desk, checked):
    ImportRowFactory(
        run=checked,
        number=17,
        fate=RowFate.BAD,
        faults=[["phone", "<b>ไม่มี", "หมายเลขนี้อ่านไม่ออก"]],
    )

    shown = page(desk.get(at("run", checked.pk)))

    for text in ("แถว 17", "โทรศัพท์", "&lt;b&gt;ไม่มี", "หมายเลขนี้อ่านไม่ออก"):
        assert text in shown
    assert at("errors", checked.pk) in shown


def test_with_bad_rows_only_the_good_ones_are_offered(desk, checked):
    ImportRowFactory(run=checked, fate=RowFate.NEW)
    assert "นำเข้าทั้งหมด (1 แถว)" in page(desk.get(at("run", checked.pk)))

    ImportRowFactory(run=checked, fate=RowFate.BAD)
    shown = page(desk.get(at("run", checked.pk)))
    assert "นำเข้าทั้งหมด (" not in shown
    assert "นำเข้าเฉพาะแถวที่ถูกต้อง (1 แถว)" in shown


def test_where_nothing_would_change_nothing_is_offered(desk, checked):
    ImportRowFactory(run=checked, fate=RowFate.SAME)

    shown = page(desk.get(at("run", checked.pk)))

    assert at("confirm", checked.pk) not in shown
    assert "ข้อมูลทั้งหมดนี้อยู่ในทะเบียนแล้ว" in shown


def test_officers_read_what_becomes_of_their_rows(desk, client, reviewer, checked):
    ImportRowFactory(run=checked)
    assert "ร่างของหน่วยงานท่าน" in page(desk.get(at("run", checked.pk)))

    own = ImportRowFactory(run__by=reviewer).run
    client.force_login(reviewer)
    assert "ร่างของหน่วยงานท่าน" not in page(client.get(at("run", own.pk)))


def test_headings_that_mean_nothing_are_named_but_not_those_of_our_own(
    desk, checked, monkeypatch
):
    monkeypatch.setattr(TestKind, "ignored", lambda kind: ["รหัสภายใน"])
    checked.headings += ["รหัส ภายใน", "ข้อผิดพลาด"]
    checked.save()

    answer = desk.get(at("run", checked.pk))

    assert answer.context["unknown"] == ["หมายเหตุ"]


def test_what_was_put_right_is_counted_with_its_rows(desk, checked):
    for number in (4, 9):
        ImportRowFactory(
            run=checked, number=number, repairs=[["phone", "เติมเลขศูนย์หน้าหมายเลข"]]
        )

    answer = desk.get(at("run", checked.pk), {"fate": "repaired"})

    (repair,) = answer.context["repairs"]
    assert (repair.count, repair.rows) == (2, [(4, "โทรศัพท์"), (9, "โทรศัพท์")])


@pytest.mark.parametrize("bent", ["x", "twins", "changed", "NEW", "๑"])
def test_rows_that_are_not_there_are_not_asked_for(desk, checked, bent):
    ImportRowFactory(run=checked, fate=RowFate.NEW)

    answer = desk.get(at("run", checked.pk), {"fate": bent, "page": "99"})

    assert answer.context["fate"] == "new"


# --- Rows that look like others ---------------------------------------------------


@pytest.fixture
def twin(officer, checked):
    member = MemberFactory(owner=officer.agency)
    told = {**TWIN, "pk": member.pk}
    return ImportRowFactory(run=checked, number=8, fate=RowFate.BAD, twins=[told])


def test_a_row_stands_beside_what_it_looks_like(desk, checked, twin):
    answer = desk.get(at("run", checked.pk))

    (shown,) = answer.context["rows"]
    pk = twin.twins[0]["pk"]
    assert [each.value for each in shown.options] == [
        f"same:{pk}",
        f"update:{pk}",
        "different",
    ]
    (beside,) = shown.twins
    assert beside.url == reverse("workspace:edit", args=["members", pk])
    assert dict(beside.facts)["อำเภอ"] == "เมืองเลย"


def test_a_row_stands_beside_another_row_of_the_file_with_what_that_says(desk, checked):
    ImportRowFactory(run=checked, number=5, cells=[["phone", "", "042 811 111"]])
    told = {**TWIN, "model": "", "pk": None, "row": 5}
    ImportRowFactory(run=checked, fate=RowFate.BAD, twins=[told])

    (shown,) = desk.get(at("run", checked.pk)).context["rows"]

    assert shown.twins[0].facts == [("โทรศัพท์", "042 811 111")]
    assert [each.value for each in shown.options] == ["same", "different"]


def test_a_record_stands_there_with_what_it_has_in_the_columns_of_the_row(
    desk, officer, checked
):
    member = MemberFactory(owner=officer.agency, story_th="ทอมาสามชั่วคน")
    ImportRowFactory(
        run=checked,
        fate=RowFate.BAD,
        cells=[["story_th", "", "ทออยู่"]],
        twins=[{**TWIN, "pk": member.pk}],
    )

    (shown,) = desk.get(at("run", checked.pk)).context["rows"]

    assert ("เรื่องราว", "ทอมาสามชั่วคน") in shown.twins[0].facts


def test_what_another_agency_keeps_is_shown_by_name_and_not_offered_for_update(
    desk, checked, stranger
):
    theirs = MemberFactory(owner=stranger.agency)
    told = {**TWIN, "pk": theirs.pk, "is_own": False}
    ImportRowFactory(run=checked, fate=RowFate.BAD, twins=[told])

    (shown,) = desk.get(at("run", checked.pk)).context["rows"]

    assert [each.value for each in shown.options] == [f"same:{theirs.pk}", "different"]
    assert (shown.twins[0].url, shown.twins[0].facts) == ("", ())


# --- Workbooks --------------------------------------------------------------------


def test_the_empty_form_is_a_workbook(desk):
    answer = desk.get(at("template", TestKind.slug))

    assert answer.getvalue().startswith(b"PK")
    assert answer["Content-Disposition"].startswith("attachment")
    assert not ExportRun.objects.exists()


def test_ones_own_rows_leave_as_a_workbook_and_that_is_remembered(desk, officer):
    answer = desk.get(at("rows", TestKind.slug))

    assert answer.getvalue().startswith(b"PK")
    run = ExportRun.objects.get()
    assert (run.report, run.rows, run.status) == (
        "import-test-members",
        1,
        RunStatus.DONE,
    )
    assert AuditEvent.objects.filter(by=officer, object_id=run.pk).count() == 1


def test_more_rows_than_come_back_in_one_file_are_not_given(desk, monkeypatch):
    many = ({"name_th": str(number)} for number in range(20_001))
    monkeypatch.setattr(TestKind, "existing", lambda kind, user: many)

    answer = desk.get(at("rows", TestKind.slug), follow=True)

    assert said(answer)[0].startswith("ข้อมูลมีมากกว่า 20,000 แถว")
    assert ExportRun.objects.get().status == RunStatus.FAILED


def test_a_kind_that_gives_no_rows_has_no_workbook_of_them(desk, monkeypatch):
    monkeypatch.setattr(TestKind, "existing", lambda kind, user: None)

    assert desk.get(at("rows", TestKind.slug)).status_code == 404
    assert not ExportRun.objects.exists()


def test_the_rows_to_be_mended_come_back_as_the_persons_own_sheet(desk, mapping):
    mapping.step = ImportStep.CHECKED
    mapping.save()
    ImportRowFactory(
        run=mapping, number=4, fate=RowFate.BAD, faults=[["name_th", "x", "ซ้ำ"]]
    )

    answer = desk.get(at("errors", mapping.pk))

    assert answer.getvalue().startswith(b"PK")
    stem = mapping.file_name.removesuffix(".csv")
    assert answer.filename == f"{stem}-ที่ต้องแก้ไข.xlsx"


def test_columns_named_once_are_known_in_the_error_workbook_too():
    named = ["ที่", "รายชื่อผู้ผลิต", "อำเภอ"]

    assert shape_of([*named, "ข้อผิดพลาด"]) == shape_of([*named, "Errors"])
    assert shape_of([*named, "ข้อผิดพลาด", ""]) == shape_of(named)
    assert shape_of(named) != shape_of(named[:2])


def test_without_its_file_the_page_says_that_it_is_gone(desk, checked):
    ImportRowFactory(run=checked, fate=RowFate.BAD)

    answer = desk.get(at("errors", checked.pk), follow=True)

    assert len(said(answer)) == 1
    assert answer.redirect_chain == [(at("run", checked.pk), 302)]


# --- Afterwards -------------------------------------------------------------------


def test_the_page_of_a_written_run_stays_with_links_to_its_records(
    desk, client, officer, reviewer
):
    member = MemberFactory(owner=officer.agency)
    told = {"fate": RowFate.NEW, "object_id": member.pk}
    written = timezone.now()
    run = ImportRunFactory(by=officer, written=True, written_at=written)
    ImportRowFactory(run=run, **told)

    shown = page(desk.get(at("run", run.pk)))

    assert run.file_hash[:32] in shown
    assert reverse("workspace:edit", args=["members", member.pk]) in shown

    own = ImportRunFactory(by=reviewer, written=True)
    ImportRowFactory(run=own, **told)
    client.force_login(reviewer)
    shown = page(client.get(at("run", own.pk)))
    assert reverse("admin:members_member_change", args=[member.pk]) in shown


def test_a_run_of_a_command_that_has_no_kind_is_shown_as_it_is(client, administrator):
    run = ImportRunFactory(
        by=None,
        layout="otop-2021",
        written=True,
        counts={"rows": 5, "made": 5},
        act_id=None,
    )
    client.force_login(administrator)

    assert "otop-2021" in page(client.get(at("run", run.pk)))
    assert "otop-2021" in page(client.get(at("home")))


@pytest.mark.parametrize("step", [ImportStep.CHECKED, ImportStep.DROPPED])
def test_what_was_not_written_is_not_asked_to_be_undone(desk, officer, step):
    run = ImportRunFactory(by=officer, step=step)

    answer = desk.get(at("undo", run.pk), follow=True)

    assert said(answer) == ["ย้อนกลับการนำเข้านี้ไม่ได้"]


# --- From the file to the register and back ---------------------------------------


def test_a_file_with_strange_headings_goes_the_whole_way(
    desk, officer, producers, places, work
):
    rows = [("กลุ่มทอผ้าใหม่", "เมืองเลย", "5"), ("กลุ่มไม่มีที่", "ดาวอังคาร", "1")]
    data = csv_of(("ผู้ผลิต (ราย)", "ที่ตั้ง", "คนงาน"), *rows)
    address = send(desk, data=data, kind=producers).url
    run = ImportRun.objects.get()
    assert "ยังไม่พบ" in page(desk.get(address))

    # Both columns are named, and remembered; the file is checked.
    typed = {"heading_row": 1, "column-0": "name_th", "column-1": "district"}
    desk.post(at("columns", run.pk), {**typed, "column-2": "workers", "remember": "on"})
    answer = desk.get(address)
    assert answer.templates[0].name == "importing/preview.html"
    assert {each.fate: each.count for each in answer.context["shares"]} == {
        "new": 1,
        "changed": 0,
        "same": 0,
        "bad": 1,
    }

    # All of it is refused with a sentence; the good row is written.
    digest = answer.context["run"].digest
    confirm = {"digest": digest, "rows": "all"}
    assert len(said(desk.post(at("confirm", run.pk), confirm, follow=True))) == 1
    assert not Member.objects.exists()
    desk.post(at("confirm", run.pk), {"digest": digest, "rows": "good"})
    assert "working" in page(desk.get(address))
    work(run)
    member = Member.objects.get()
    assert (member.name_th, member.owner, member.status) == (
        "กลุ่มทอผ้าใหม่",
        officer.agency,
        RecordStatus.DRAFT,
    )
    shown = page(desk.get(address))
    assert reverse("workspace:edit", args=["members", member.pk]) in shown

    # The same file again: it knows the columns, and changes nothing.
    again = desk.get(send(desk, data=data, kind=producers).url)
    assert again.templates[0].name == "importing/preview.html"
    assert [each.count for each in again.context["shares"]] == [0, 0, 1, 1]

    # And back.
    assert at("undo", run.pk) in shown
    page(desk.get(at("undo", run.pk)))
    desk.post(at("undo", run.pk))
    work(run)
    assert "ย้อนกลับการนำเข้าแล้ว" in page(desk.get(address))
    member.refresh_from_db()
    assert member.status == RecordStatus.WITHDRAWN


def test_a_preview_that_grew_old_is_not_written(desk, producers, places):
    data = csv_of(("ชื่อ", "อำเภอ"), ("กลุ่มทอผ้า", "เมืองเลย"))
    address = send(desk, data=data, kind=producers).url
    run = ImportRun.objects.get()

    answer = desk.post(at("confirm", run.pk), {"digest": "old"}, follow=True)

    assert len(said(answer)) == 1
    run.refresh_from_db()
    assert run.stage == ImportStep.CHECKED
    assert answer.redirect_chain == [(address, 302)]


def test_what_a_row_is_is_decided_and_counts_at_once(desk, officer, producers, places):
    member = MemberFactory(name_th="กลุ่มทอผ้าบ้านนาอ้อ", owner=officer.agency)
    data = csv_of(
        ("ชื่อ", "อำเภอ", "คนงาน"),
        ("กลุ่มทอผ้าบ้านนาออก", "เมืองเลย", "7"),
        ("กลุ่มทอผ้าบ้านนาอ้ออ", "เมืองเลย", "8"),
    )
    send(desk, data=data, kind=producers)
    run = ImportRun.objects.get()
    assert set(run.rows.values_list("fate", flat=True)) == {"bad"}

    bent = {
        "row-2": "update:999999",
        "row-3": "delete",
        "row-x": "same",
        "row-77": "same",
    }
    answer = desk.post(at("decide", run.pk), bent, follow=True)
    assert said(answer) == ["ไม่มีการเลือกใหม่"]
    assert set(run.rows.values_list("choice", flat=True)) == {""}

    desk.post(at("decide", run.pk), {"row-2": f"update:{member.pk}"})
    assert list(run.rows.order_by("number").values_list("fate", flat=True)) == [
        "changed",
        "bad",
    ]
    answer = desk.get(at("run", run.pk), {"fate": "twins"})
    chosen = [
        [option.value for option in each.options if option.is_chosen]
        for each in answer.context["rows"]
    ]
    assert chosen == [[f"update:{member.pk}"], []]

    desk.post(at("decide", run.pk), {"all": "different"})
    assert list(run.rows.order_by("number").values_list("fate", flat=True)) == [
        "changed",
        "new",
    ]


def test_what_was_said_of_rows_is_kept_when_it_is_refused(
    desk, officer, producers, places
):
    member = MemberFactory(name_th="กลุ่มทอผ้าบ้านนาอ้อ", owner=officer.agency)
    row = ("กลุ่มทอผ้าบ้านนาออก", "เมืองเลย", "7")
    send(desk, data=csv_of(("ชื่อ", "อำเภอ", "คนงาน"), row), kind=producers)
    run = ImportRun.objects.get()
    storages["private"].delete(run.file)

    answer = desk.post(at("decide", run.pk), {"row-2": f"update:{member.pk}"})

    assert said(answer) == ["ระบบไม่ได้เก็บไฟล์ของการนำเข้านี้ไว้แล้ว โปรดส่งไฟล์อีกครั้ง"]
    assert f'value="update:{member.pk}" checked' in page(answer)
    assert run.rows.get().choice == RowChoice.OPEN


def test_a_file_that_fits_another_kind_better_is_led_there(client, reviewer, places):
    headings = "ชื่อสินค้า OTOP,อปท.,อำเภอ,จังหวัด,ชื่อสถานที่จัดจำหน่าย,เบอร์โทรศัพท์\n"
    file = (headings + "กล้วยฉาบ,,เมืองเลย,เลย,ร้านแม่ทดสอบ,\n").encode()
    AgencyFactory(key="cdo-42")
    client.force_login(reviewer)
    link = f'<a href="{at("upload", "local-authority")}">'

    for slug, is_told in (("members", True), ("local-authority", False)):
        sent = SimpleUploadedFile("list.csv", file)
        answer = client.post(at("upload", slug), {"file": sent}, follow=True)
        assert (link in page(answer)) is is_told


def test_results_without_a_year_are_of_the_round_that_is_chosen(client, reviewer):
    product = ProductFactory()
    StarRoundFactory(year=2565)
    client.force_login(reviewer)
    file = f"รหัสผลิตภัณฑ์,ชื่อผลิตภัณฑ์,ดาว\n{product.code},{product.name_th},4\n".encode()

    def send_with(**answers):
        sent = SimpleUploadedFile("list.csv", file)
        address = at("upload", "ratings")
        return page(client.post(address, {"file": sent, **answers}, follow=True))

    assert 'class="is-missing"' not in send_with(round="2565")
    run = ImportRun.objects.get()
    assert (run.options, run.counts["new"]) == ({"round": 2565}, 1)


def test_empty_cells_erase_only_when_that_is_chosen(desk, officer, producers, places):
    member = MemberFactory(workers=4, owner=officer.agency)
    data = csv_of(("รหัส", "ชื่อ", "คนงาน"), (member.code, member.name_th, ""))
    send(desk, data=data, kind=producers)
    run = ImportRun.objects.get()
    assert run.counts["same"] == 1

    desk.post(at("options", run.pk), {"erases": "1"})
    run.refresh_from_db()
    assert run.counts["changed"] == 1
    assert desk.get(at("run", run.pk)).context["erases"] is True

    desk.post(at("options", run.pk))
    run.refresh_from_db()
    assert run.counts["same"] == 1


def test_an_import_is_given_up_and_nothing_was_written(desk, producers, places):
    data = csv_of(("ชื่อ", "อำเภอ"), ("กลุ่มทอผ้า", "เมืองเลย"))
    send(desk, data=data, kind=producers)
    run = ImportRun.objects.get()

    answer = desk.post(at("drop", run.pk), follow=True)

    assert "ยกเลิกการนำเข้าแล้ว" in page(answer)
    assert len(said(desk.post(at("confirm", run.pk), follow=True))) == 1
    assert not Member.objects.exists()


def test_what_somebody_worked_on_since_is_in_the_way_of_undoing(
    desk, officer, producers, places, work
):
    data = csv_of(("ชื่อ", "อำเภอ"), ("กลุ่มทอผ้า", "เมืองเลย"))
    send(desk, data=data, kind=producers)
    run = ImportRun.objects.get()
    desk.post(at("confirm", run.pk), {"digest": run.digest, "rows": "all"})
    work(run)
    records.edit(Member.objects.get(), Changes({"name_en": "Weavers"}), by=officer)

    desk.post(at("undo", run.pk))
    work(run)

    run.refresh_from_db()
    answer = desk.get(at("run", run.pk), follow=True)
    assert "กลุ่มทอผ้า" in (run.error or said(answer)[0])
    assert answer.context["shown"].step == ImportStep.WRITTEN


# --- Ways in ----------------------------------------------------------------------


def test_the_import_is_reached_from_where_records_are_entered(
    desk, client, officer, reviewer
):
    MemberFactory(owner=officer.agency)
    link = f'href="{at("home")}"'

    for address in (
        reverse("workspace:home"),
        reverse("workspace:list", args=["members"]),
        reverse("workspace:list", args=["products"]),
    ):
        assert link in page(desk.get(address))
    client.force_login(reviewer)
    for name in ("members_member", "products_product"):
        assert link in page(client.get(reverse(f"admin:{name}_changelist")))
