"""Monthly reports: asked for, made once a month, told by mail, sent no more."""

import datetime
import io

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.urls import reverse

from registry import jobs
from registry.models import AuditEvent, ExportRun, OutboxMail, User
from reports import base
from reports.actions.saved import order_monthly
from reports.models import ReportSubscription
from reports.monthly import due, send_reports
from tests.factories import MemberFactory
from tests.factories.reports import SavedReportFactory

pytestmark = pytest.mark.django_db

NOVEMBER = datetime.date(2026, 11, 21)
DECEMBER = datetime.date(2026, 12, 1)


@pytest.fixture(autouse=True)
def today(settings, time_machine):
    """Begin on 21 November, with mails as rows."""
    settings.EMAIL_BACKEND = "registry.outbox.OutboxBackend"
    time_machine.move_to(datetime.datetime(2026, 11, 21, 3, 0, tzinfo=datetime.UTC))


@pytest.fixture
def saved(reviewer):
    """Keep what is published of Loei under a title."""
    return SavedReportFactory(by=reviewer, query="status=published", title="รายเดือน")


def ask(client, user, saved, form="xlsx"):
    client.force_login(user)
    address = reverse("reports:monthly", args=[saved.token])
    return client.post(address, {"format": form})


def work() -> list[ExportRun]:
    """Have the worker make what was ordered."""
    runs = list(ExportRun.objects.filter(status="waiting").order_by("pk"))
    for run in runs:
        jobs.do(run._meta.label, run.pk)
        run.refresh_from_db()
    return runs


def test_it_comes_with_the_next_month_and_once(client, reviewer, saved):
    MemberFactory(published=True)
    ask(client, reviewer, saved)

    assert send_reports(NOVEMBER) == 0
    assert send_reports(DECEMBER) == 1
    assert send_reports(DECEMBER) == 0
    assert send_reports(datetime.date(2026, 12, 31)) == 0

    (run,) = work()
    assert (run.by, run.report, run.format, run.rows) == (
        reviewer,
        "members",
        "xlsx",
        1,
    )
    (mail,) = OutboxMail.objects.all()
    assert (mail.reader, mail.subject) == (
        reviewer,
        "รายงานประจำเดือนของท่านพร้อมแล้ว",
    )
    assert "รายเดือน (XLSX) จำนวน 1 รายการ" in mail.body
    assert f"http://localhost:8000/reports/files/{run.pk}/" in mail.body
    assert f"/reports/saved/{saved.token}/stop/" in mail.body
    assert AuditEvent.objects.filter(kind="export", by=reviewer).count() == 1


def test_two_runs_that_found_it_unsent_order_it_once(client, reviewer, saved):
    ask(client, reviewer, saved)
    (found,) = due(DECEMBER)

    assert order_monthly(found, QueryDict(saved.query), DECEMBER)
    assert not order_monthly(found, QueryDict(saved.query), DECEMBER)
    assert ExportRun.objects.count() == 1


def test_the_mail_is_in_the_language_of_its_reader(client, reviewer, saved):
    User.objects.filter(pk=reviewer.pk).update(language="en")
    ask(client, reviewer, saved, "csv")

    send_reports(DECEMBER)
    (run,) = work()

    mail = OutboxMail.objects.get()
    assert mail.subject == "Your monthly report is ready"
    assert f"http://localhost:8000/en/reports/files/{run.pk}/" in mail.body
    assert run.file_name.startswith("Member-register_Loei_2026-11-21")


def test_each_gets_the_rows_of_the_own_scope(client, reviewer, foreign_reviewer, saved):
    MemberFactory(published=True)
    for user in (reviewer, foreign_reviewer):
        ask(client, user, saved, "csv")

    assert send_reports(DECEMBER) == 2

    assert {run.by: run.rows for run in work()} == {reviewer: 1, foreign_reviewer: 0}


def test_asked_for_twice_it_comes_once_in_the_form_asked_for_last(
    client, reviewer, saved
):
    ask(client, reviewer, saved, "csv")
    ask(client, reviewer, saved, "pdf")

    assert ReportSubscription.objects.get().format == "pdf"
    assert send_reports(DECEMBER) == 1


def test_another_form_does_not_bring_the_same_month_again(client, reviewer, saved):
    ask(client, reviewer, saved, "csv")
    send_reports(DECEMBER)

    ask(client, reviewer, saved, "xlsx")

    assert send_reports(DECEMBER) == 0


@pytest.mark.parametrize("form", ["", "docx"])
def test_a_form_there_is_none_of_is_refused(client, reviewer, saved, form):
    answer = ask(client, reviewer, saved, form)

    assert answer.status_code == 200
    assert "error" in answer.content.decode()
    assert not ReportSubscription.objects.exists()


def test_who_may_not_run_it_any_more_gets_none(client, reviewer, saved, monkeypatch):
    ask(client, reviewer, saved)
    with monkeypatch.context() as patch:
        patch.setattr(base._catalogue["members"], "roles", set())
        assert send_reports(DECEMBER) == 0
    User.objects.filter(pk=reviewer.pk).update(is_active=False)

    assert send_reports(DECEMBER) == 0


def test_it_is_stopped_by_the_address_in_the_mail(client, reviewer, official, saved):
    ask(client, reviewer, saved)
    address = reverse("reports:stop", args=[saved.token])

    client.force_login(official)
    assert client.post(address).url == "/reports/"
    client.force_login(reviewer)
    assert "ยกเลิกการรับ “รายเดือน” หรือไม่" in client.get(address).content.decode()
    assert ReportSubscription.objects.exists()
    client.post(address)

    assert not ReportSubscription.objects.exists()
    assert send_reports(DECEMBER) == 0


def test_who_stops_it_while_the_file_is_made_gets_the_plain_mail(
    client, reviewer, saved
):
    ask(client, reviewer, saved)
    send_reports(DECEMBER)
    ReportSubscription.objects.all().delete()

    work()

    assert OutboxMail.objects.get().subject == "ไฟล์ของท่านพร้อมแล้ว"


def test_the_command_says_how_many(client, reviewer, saved):
    ask(client, reviewer, saved)
    out = io.StringIO()

    call_command("send_reports", "--day", "2026-12-05", stdout=out)
    call_command("send_reports", "--day", "2026-12-06", stdout=out)

    assert out.getvalue().splitlines() == ["1 reports ordered.", "0 reports ordered."]


@pytest.mark.parametrize("count", [1, 3])
def test_what_was_sent_already_costs_one_query(
    client, reviewer, django_assert_num_queries, count
):
    for saved in SavedReportFactory.create_batch(count, by=reviewer):
        ask(client, reviewer, saved)

    with django_assert_num_queries(1):
        assert send_reports(NOVEMBER) == 0
