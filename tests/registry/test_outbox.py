"""Mails are rows first, sent once and tried again."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as Memory
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry.actions.mail import PAUSES, send_waiting
from registry.models import OutboxMail
from registry.outbox import OutboxBackend

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
