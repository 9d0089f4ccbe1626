"""Large files: made once by a worker, as they would have been sent; for one person."""

import csv
import io
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from members.actions import consents
from registry import jobs
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.enums import AuditKind, Role, RunStatus
from registry.models import AuditEvent, ExportRun, OutboxMail, User
from registry.storages import private_storage
from reports import catalogue, tasks
from reports.actions import exports
from reports.personal import naming
from tests.factories import AgencyFactory, ContactFactory, MemberFactory
from tests.factories.reports import ordered_export
from tests.reports.conftest import NOW, sheets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small(settings):
    """Call a file of two rows a large one; keep mails as rows."""
    settings.EXPORT_ROWS = settings.EXPORT_PDF_ROWS = 1
    settings.EMAIL_BACKEND = "registry.outbox.OutboxBackend"


@pytest.fixture
def members(weavers):
    """Keep two members, which is a large list."""
    return [weavers, MemberFactory(name_th="ฮกลุ่มที่สอง", published=True)]


@pytest.fixture
def ask(client, request):
    """Ask for a file of the members as one of the cast."""

    def send(who="reviewer", form="csv", prefix="", **asked):
        user = request.getfixturevalue(who) if isinstance(who, str) else who
        client.force_login(user)
        return client.get(f"{prefix}/reports/members/", {"format": form, **asked})

    return send


def made(answer) -> ExportRun:
    """Have the worker make the file that an answer leads to."""
    run = ExportRun.objects.latest("pk")
    assert answer.status_code == 302
    assert answer.url.endswith(reverse("reports:file", args=[run.pk]))
    assert jobs.do(run._meta.label, run.pk)
    run.refresh_from_db()
    return run


def fetch(client, run):
    return client.get(reverse("reports:download", args=[run.pk]))


def is_there(client, run) -> bool:
    answer = fetch(client, run)
    return answer.status_code == 200 and bool(answer.getvalue())


def page(client, run) -> str:
    return client.get(reverse("reports:file", args=[run.pk])).content.decode()


def stored() -> list[str]:
    folder = private_storage()
    return [] if not folder.exists("exports") else list(walk(folder, "exports"))


def walk(folder, path):
    folders, files = folder.listdir(path)
    yield from files
    for each in folders:
        yield from walk(folder, f"{path}/{each}")


# --- The same file ----------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_csv_of_the_worker_is_the_one_that_is_sent_at_once(
    ask, client, settings, members, prefix
):
    run = made(ask(prefix=prefix, status="published"))
    late = fetch(client, run)
    text = late.getvalue()
    settings.EXPORT_ROWS = 100
    at_once = ask(prefix=prefix, status="published")

    assert text == at_once.getvalue()
    for header in ("Content-Type", "Content-Disposition", "Cache-Control"):
        assert late[header] == at_once[header]
    assert (run.status, run.rows) == (RunStatus.DONE, 2)
    assert run.size == len(text)


def test_a_workbook_of_the_worker_is_the_one_that_is_sent_at_once(
    ask, client, settings, members
):
    late = sheets(fetch(client, made(ask(form="xlsx"))))
    settings.EXPORT_ROWS = 100

    assert late == sheets(ask(form="xlsx"))
    assert len(late[0]) == 3


def test_a_pdf_of_the_worker_is_the_one_that_is_sent_at_once(
    ask, client, settings, members
):
    late = fetch(client, made(ask(form="pdf", digits="arabic")))
    settings.EXPORT_PDF_ROWS = 100
    at_once = ask(form="pdf", digits="arabic")

    assert late["Content-Type"] == "application/pdf"
    assert late.getvalue() == at_once.getvalue()


def test_a_small_file_is_sent_at_once(ask, weavers):
    answer = ask()

    assert answer.status_code == 200
    assert "42-M-00001" in answer.getvalue().decode()


# --- Ordered once, logged, told ---------------------------------------------------


def test_a_double_click_orders_one_file(ask, members):
    first, second, other = ask(), ask(), ask(form="xlsx")

    assert first.url == second.url
    assert other.url != first.url
    assert ExportRun.objects.exclude(work="").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_order_one_file(reviewer):
    together, runs = threading.Barrier(2), []

    def click():
        together.wait()
        try:
            runs.append(ordered_export(by=reviewer).pk)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _each in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()

    assert len(runs) == 2
    assert ExportRun.objects.count() == 1


def test_who_waits_for_five_files_waits_before_a_sixth(ask, reviewer, members):
    for number in range(5):
        ordered_export(by=reviewer, query=f"q={number}")

    answer = ask()

    assert "ท่านมีไฟล์ขนาดใหญ่ที่รอจัดทำอยู่หลายไฟล์แล้ว" in answer.content.decode()
    assert ExportRun.objects.count() == 5


def test_an_order_is_an_event_of_the_audit(ask, reviewer, members):
    run = made(ask(status="published"))

    event = AuditEvent.objects.get(kind=AuditKind.EXPORT)
    assert (event.by, event.detail, event.object_id) == (
        reviewer,
        "members.csv",
        run.pk,
    )
    assert run.filters["status"] == ["published"]


def test_its_person_gets_one_mail_without_any_of_the_rows(ask, reviewer, members):
    run = made(ask())
    jobs.do(run._meta.label, run.pk)

    (mail,) = OutboxMail.objects.all()
    assert (mail.reader, mail.subject) == (reviewer, "ไฟล์ของท่านพร้อมแล้ว")
    assert f"http://localhost:8000/reports/files/{run.pk}/" in mail.body
    assert "2 รายการ" in mail.body
    assert "28 พฤศจิกายน 2569" in mail.body
    assert not any(each.code in mail.body for each in members)


# --- Whose it is ------------------------------------------------------------------


@pytest.mark.parametrize("who", ["stranger", "official", "administrator"])
@pytest.mark.parametrize("name", ["file", "progress", "download"])
def test_a_file_of_somebody_else_does_not_exist(
    ask, client, request, members, who, name
):
    run = made(ask())
    client.force_login(request.getfixturevalue(who))

    assert client.get(reverse(f"reports:{name}", args=[run.pk])).status_code == 404
    again = client.post(reverse("reports:again", args=[run.pk]))
    assert again.status_code == 404


def test_a_file_that_was_sent_at_once_has_no_page(ask, client, weavers):
    ask().getvalue()

    run = ExportRun.objects.get()
    assert client.get(reverse("reports:file", args=[run.pk])).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        lambda user: User.objects.filter(pk=user.pk).update(role=Role.OFFICIAL),
        lambda user: User.objects.filter(pk=user.pk).update(
            agency=AgencyFactory(places=["51"])
        ),
        lambda user: user.agency.provinces.clear(),
    ],
    ids=["another role", "another office", "fewer provinces"],
)
def test_who_lost_role_or_scope_gets_the_file_no_more(
    ask, client, reviewer, members, change
):
    run = made(ask())
    assert is_there(client, run)

    change(reviewer)

    assert not is_there(client, run)
    assert "จัดทำไฟล์ใหม่" in page(client, run)


def test_the_worker_writes_the_rows_that_may_be_read_when_it_writes(
    ask, client, reviewer, members, lamphun_member
):
    answer = ask()
    reviewer.agency.provinces.set(["51"])
    MemberFactory(district__code="5101")

    rows = fetch(client, made(answer)).getvalue().decode()

    assert lamphun_member.code in rows
    assert not any(each.code in rows for each in members)


def test_who_may_take_nothing_any_more_gets_no_file(ask, reviewer, members):
    answer = ask()
    User.objects.filter(pk=reviewer.pk).update(is_active=False)

    run = made(answer)

    assert (run.status, run.file) == (RunStatus.FAILED, "")
    assert not OutboxMail.objects.exists()
    assert stored() == []


# --- Killed, broken ---------------------------------------------------------------


class Killed(BaseException):
    """What a kill is to the code it meets."""


def test_a_worker_killed_half_way_leaves_no_file_and_the_next_makes_it(
    ask, client, members, monkeypatch
):
    ask()
    run = ExportRun.objects.get()
    report = catalogue.report_of(type(members[0]))
    rows = report.rows

    def half(*args, **kwargs):
        yield next(rows(*args, **kwargs))
        raise Killed

    monkeypatch.setattr(report, "rows", half)
    with pytest.raises(Killed):
        jobs.do(run._meta.label, run.pk)
    run.refresh_from_db()
    assert (run.status, run.file) == (RunStatus.RUNNING, "")
    assert stored() == []

    monkeypatch.undo()
    ExportRun.objects.update(beat_at=timezone.now() - timedelta(minutes=3))
    assert "กำลังจัดทำไฟล์" in page(client, run)
    assert jobs.do(run._meta.label, run.pk)

    text = fetch(client, run).getvalue().decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == 3
    assert OutboxMail.objects.count() == 1


def test_a_worker_killed_before_the_row_is_written_leaves_a_file_nobody_names(
    ask, members, monkeypatch
):
    ask()
    run = ExportRun.objects.get()
    with monkeypatch.context() as patch:
        patch.setattr(exports, "_tell", lambda *_args: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            jobs.do(run._meta.label, run.pk)
    assert ExportRun.objects.get().file == ""

    ExportRun.objects.update(beat_at=timezone.now() - timedelta(minutes=3))
    assert jobs.do(run._meta.label, run.pk)

    assert len(stored()) == 1
    assert OutboxMail.objects.count() == 1


def test_rows_that_do_not_fit_are_told_on_the_page(ask, client, members, monkeypatch):
    monkeypatch.setattr("registry.sheets.writing.workbook.MAX_ROWS", 1)

    run = made(ask(form="xlsx"))

    assert run.status == RunStatus.FAILED
    assert "เกินกว่าที่แผ่นงาน Excel รับได้" in page(client, run)
    again = client.post(reverse("reports:again", args=[run.pk]))
    assert again.url == "/reports/members/?format=xlsx"


@pytest.mark.parametrize("limit", [300, 0.01], ids=["refused", "too long"])
def test_a_pdf_that_cannot_be_set_is_told_on_the_page(
    ask, client, settings, members, monkeypatch, tmp_path, limit
):
    bad = tmp_path / "bad.typ"
    bad.write_text("#panic()")
    monkeypatch.setattr("reports.pdf.rendering.TEMPLATE", bad)
    monkeypatch.setattr("reports.pdf.rendering.LONGEST", limit)

    run = made(ask(form="pdf"))

    assert run.status == RunStatus.FAILED
    assert "ไม่สามารถจัดทำไฟล์ PDF นี้ได้" in page(client, run)
    settings.EXPORT_PDF_ROWS = 100
    at_once = ask(form="pdf")
    assert at_once.status_code == 200
    assert "ไม่สามารถจัดทำไฟล์ PDF นี้ได้" in at_once.content.decode()
    assert ExportRun.objects.latest("pk").status == RunStatus.FAILED


@pytest.mark.django_db(transaction=True)
def test_a_beat_that_sqlite_refuses_stops_nothing():
    def refused(_done, _total):
        raise OperationalError("database is locked")

    beat = tasks.beating(refused, 10)

    beat(1)
    with transaction.atomic(), pytest.raises(OperationalError):
        beat(2)


def test_progress_is_seen_while_the_rows_are_written(ask, client, members, monkeypatch):
    monkeypatch.setattr(exports, "BEAT", 1)
    monkeypatch.setattr(jobs, "PACE", 0)
    seen = []
    report = catalogue.report_of(type(members[0]))
    rows = report.rows

    def watched(*args, **kwargs):
        for row in rows(*args, **kwargs):
            yield row
            seen.append((ExportRun.objects.get().done, ExportRun.objects.get().total))

    monkeypatch.setattr(report, "rows", watched)
    made(ask(form="xlsx"))

    assert seen == [(1, 2), (2, 2)]


# --- Kept for a week --------------------------------------------------------------


def test_a_file_is_kept_for_a_week_and_then_forgotten(
    ask, client, members, time_machine, django_capture_on_commit_callbacks
):
    run = made(ask())
    assert len(stored()) == 1
    call_command("forget_old", verbosity=0)
    call_command("sweep_media", "--days", "1", verbosity=0)
    assert is_there(client, run)

    time_machine.move_to(run.finished_at + timedelta(days=7, minutes=1))
    client.force_login(run.by)
    assert not is_there(client, run)
    assert len(stored()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        call_command("forget_old", verbosity=0)

    assert stored() == []
    run.refresh_from_db()
    assert (run.file, run.rows) == ("", 2)
    assert "ไม่ได้เก็บไฟล์นี้ไว้แล้ว" in page(client, run)


def test_two_orders_of_the_same_bytes_keep_the_file_until_the_last_goes(
    ask, client, members
):
    first, second = made(ask()), made(ask())
    assert first.file == second.file
    ExportRun.objects.filter(pk=first.pk).update(
        finished_at=timezone.now() - timedelta(days=8)
    )

    call_command("forget_old", verbosity=0)

    assert not is_there(client, first)
    assert is_there(client, second)


# --- Pages ------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_catalogue_costs_the_same_however_many_files_there_are(
    client, reviewer, django_assert_num_queries, count
):
    for number in range(count):
        ordered_export(by=reviewer, query=f"q={number}")
    client.force_login(reviewer)
    client.get("/reports/")

    # Session and user; saved reports; files.
    with django_assert_num_queries(2 + 2):
        text = client.get("/reports/").content.decode()

    assert text.count("กำลังจัดทำ") == count


def test_the_page_of_a_file_shows_how_far_it_is_and_is_followed(ask, client, members):
    ask(status="published")
    run = ExportRun.objects.get()
    progress = reverse("reports:progress", args=[run.pk])

    text = page(client, run)
    assert f'hx-get="{progress}"' in text
    assert "เผยแพร่" in text
    assert "working__now" in client.get(progress).content.decode()

    jobs.do(run._meta.label, run.pk)
    assert client.get(progress)["HX-Refresh"] == "true"
    assert f'href="{reverse("reports:download", args=[run.pk])}"' in page(client, run)


def test_a_page_that_waits_in_vain_puts_the_work_before_the_workers_again(
    ask, client, members, django_capture_on_commit_callbacks
):
    ask()
    run = ExportRun.objects.get()
    ExportRun.objects.update(beat_at=timezone.now() - timedelta(minutes=3))

    with django_capture_on_commit_callbacks() as planned:
        page(client, run)
        page(client, run)

    assert len(planned) == 1
    assert "ระบบจัดทำไฟล์ไม่ตอบสนอง" not in page(client, run)
    ExportRun.objects.update(started_at=timezone.now() - timedelta(minutes=3))
    assert "ระบบจัดทำไฟล์ไม่ตอบสนอง" in page(client, run)


def test_an_erased_person_is_in_no_kept_file(ask, client, reviewer, members):
    run = made(ask())

    call_command(
        "person_erase", phone="0812345670", reason="asked", yes=True, verbosity=0
    )

    run.refresh_from_db()
    assert run.file == ""
    assert not is_there(client, run)


# --- Consent ----------------------------------------------------------------------


@pytest.fixture
def consented(weavers):
    """Keep a contact of the weavers that its person agreed to show."""
    return ContactFactory(member=weavers, consented=True)


@pytest.mark.parametrize(
    "take_back",
    [
        lambda contact: consents.withdraw_consent(
            contact, by=None, on=timezone.localdate()
        ),
        lambda contact: edit_contacts(
            contact, changed={contact.pk: {"consent_withdrawn_on": NOW.date()}}
        ),
        lambda contact: edit_contacts(
            contact, changed={contact.pk: {"consented_on": None}}
        ),
        lambda contact: edit_contacts(contact, removed=frozenset({contact.pk})),
    ],
    ids=["withdrawn", "edited", "emptied", "removed"],
)
def test_who_takes_a_consent_back_is_in_no_kept_file(
    ask, client, consented, members, shawl, plain_product, take_back
):
    people = made(ask())
    goods = made(client.get("/reports/products/", {"format": "csv"}))

    take_back(consented)

    people.refresh_from_db()
    assert people.file == ""
    assert not is_there(client, people)
    assert "ถอนความยินยอม" in page(client, people)
    assert is_there(client, goods)


def test_any_other_edit_of_contacts_lets_files_be(ask, client, consented, members):
    run = made(ask())

    edit_contacts(consented, changed={consented.pk: {"value": "+66812345679"}})

    assert is_there(client, run)


def test_a_file_that_was_begun_before_a_consent_was_taken_back_is_begun_anew(
    ask, consented, members
):
    ask()
    run = ExportRun.objects.latest("pk")

    def take_back(**_made):
        consents.withdraw_consent(consented, by=None, on=timezone.localdate())
        return private_storage()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "private_storage", take_back)
        assert not jobs.do(run._meta.label, run.pk)

    run.refresh_from_db()
    assert (run.status, run.file) == (RunStatus.WAITING, "")
    assert jobs.do(run._meta.label, run.pk)
    run.refresh_from_db()
    assert run.status == RunStatus.DONE


def edit_contacts(contact, **changes):
    records.edit(
        contact.member,
        Changes(children={"contacts": ChildChanges(**changes)}),
        by=None,
    )


def test_reports_that_name_people_are_known():
    assert naming() == {"members", "product-book", "training"}
