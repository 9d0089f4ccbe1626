"""Mails are rows first, sent once and tried again."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as Memory
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry import acts
from registry.actions.mail import PAUSES, send_waiting
from registry.letters import write_to
from registry.models import OutboxMail
from registry.outbox import OutboxBackend
from registry.tasks import send_outbox

pytestmark = pytest.mark.django_db


class Away(Memory):
    """A mail server that is not there."""

    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected("gone")


@pytest.fixture(autouse=True)
def server(settings):
    """Let the portal write rows and a server in memory take them."""
    settings.EMAIL_BACKEND = "registry.outbox.OutboxBackend"
    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


def write(*to):
    message = mail.EmailMultiAlternatives("สวัสดี", "text", "from@test.example", to)
    message.attach_alternative("<p>text</p>", "text/html")
    OutboxBackend().send_messages([message])


def test_a_mail_is_one_row_a_recipient_and_a_task_after_the_commit(
    django_capture_on_commit_callbacks,
):
    with django_capture_on_commit_callbacks(execute=True):
        write("a@test.example", "b@test.example")

    assert sorted(OutboxMail.objects.values_list("to", "html")) == [
        ("a@test.example", "<p>text</p>"),
        ("b@test.example", "<p>text</p>"),
    ]
    assert DBTaskResult.objects.count() == 1


def test_a_deed_that_is_rolled_back_sends_nothing():
    @transaction.atomic
    def fail():
        write("a@test.example")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert not OutboxMail.objects.exists()


def test_a_waiting_mail_is_sent_once():
    write("a@test.example")

    assert (send_waiting(), send_waiting()) == (1, 0)
    assert [message.to for message in mail.outbox] == [["a@test.example"]]


def test_a_server_that_is_away_delays_and_loses_nothing(settings):
    write("a@test.example")
    settings.OUTBOX_TRANSPORT = f"{__name__}.Away"

    assert send_waiting() == 0
    waiting = OutboxMail.objects.get()
    assert (waiting.attempts, waiting.error) == (1, "gone")
    assert waiting.next_attempt_at - timezone.now() <= PAUSES[0]

    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    assert send_waiting() == 0
    OutboxMail.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert send_waiting() == 1


def test_without_a_server_the_rows_stay(settings):
    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.dummy.EmailBackend"
    write("a@test.example")

    assert send_waiting() == 0
    assert OutboxMail.objects.get().attempts == 0


# --- Letters to people of the house -----------------------------------------------


def test_what_was_written_to_an_account_that_is_closed_is_given_up(officer):
    write_to(officer, "mails/digest.txt", day=timezone.localdate(), items=[])
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)

    assert (send_waiting(), send_waiting()) == (0, 0)
    assert mail.outbox == []
    row = OutboxMail.objects.get()
    assert (row.sent_at, row.error) == (None, "The account is closed.")


def test_an_erased_account_takes_its_mails_along(officer):
    write_to(officer, "mails/digest.txt", day=timezone.localdate(), items=[])

    with acts.act(by=None):
        officer.delete()

    assert not OutboxMail.objects.exists()


def test_an_invitation_reaches_an_account_that_is_not_open_yet(officer):
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)
    write(officer.email)

    assert send_waiting() == 1


def test_a_letter_that_may_not_leave_yet_waits(officer, time_machine):
    later = timezone.now() + timedelta(minutes=15)
    write_to(
        officer,
        "mails/digest.txt",
        not_before=later,
        day=timezone.localdate(),
        items=[],
    )

    assert send_waiting() == 0
    time_machine.move_to(later)
    assert send_waiting() == 1


def test_names_in_a_letter_are_text_and_break_no_subject(officer):
    with acts.act(by=None):
        officer.name_th = "<b>สม & ใจ</b>"
        officer.save()

    write_to(officer, "mails/digest.txt", day=timezone.localdate(), items=[])

    row = OutboxMail.objects.get()
    assert "เรียน <b>สม & ใจ</b>" in row.body
    assert "\n" not in row.subject


# --- Trying again ------------------------------------------------------------------


def test_a_mail_that_no_server_takes_is_given_up_after_all_pauses(
    settings, time_machine
):
    settings.OUTBOX_TRANSPORT = f"{__name__}.Away"
    time_machine.move_to(timezone.now(), tick=False)
    write("a@test.example")
    for pause in PAUSES:
        send_waiting()
        time_machine.shift(pause - timedelta(seconds=1))
        assert send_waiting() == 0
        time_machine.shift(2)
    send_waiting()

    time_machine.shift(timedelta(days=30))
    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    assert send_waiting() == 0
    assert OutboxMail.objects.get().attempts == len(PAUSES) + 1


def test_a_mail_that_cannot_be_written_does_not_stop_the_others():
    write("a@test.example", "b@test.example")
    OutboxMail.objects.filter(to="a@test.example").update(sender="x\ny@test.example")

    assert send_waiting() == 1
    assert [message.to for message in mail.outbox] == [["b@test.example"]]
    assert OutboxMail.objects.get(to="a@test.example").attempts == 1


def test_the_worker_comes_back_for_what_was_not_taken_and_only_once(settings):
    settings.OUTBOX_TRANSPORT = f"{__name__}.Away"
    write("a@test.example", "b@test.example")

    send_outbox.func()
    send_outbox.func()

    planned = DBTaskResult.objects.get()
    assert planned.run_after > timezone.now()


def test_the_worker_does_not_come_back_where_nothing_waits(settings):
    write("a@test.example")
    send_outbox.func()
    write("c@test.example")
    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.dummy.EmailBackend"
    send_outbox.func()

    assert not DBTaskResult.objects.exists()
