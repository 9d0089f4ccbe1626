"""The mail backend of the portal: it writes rows, the worker sends them."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from registry.letters import Letter
from registry.models import OutboxMail
from registry.tasks import send_outbox


class OutboxBackend(BaseEmailBackend):
    """Keep each mail as a row in the transaction that caused it.

    A deed that is rolled back sends nothing, and a mail server that is away
    delays nobody. ``manage.py send_outbox`` and the worker send the rows.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write one row a recipient; return how many mails were taken."""
        rows = [
            OutboxMail(
                to=address,
                # A header cannot hold a line break; a subject may come with one.
                subject=" ".join(str(message.subject).split())[:250],
                body=str(message.body),
                html=_html_of(message),
                sender=message.from_email[:250],
                **_known_of(message),
            )
            for message in email_messages
            for address in message.recipients()
        ]
        OutboxMail.objects.bulk_create(rows)
        transaction.on_commit(send_outbox.enqueue)
        return len(email_messages)


def _known_of(message: EmailMessage) -> dict[str, Any]:
    """Return what a letter knows beside its text."""
    if not isinstance(message, Letter):
        return {}
    return {
        "reader": message.reader,
        "topic": message.topic,
        "next_attempt_at": message.not_before,
    }


def _html_of(message: EmailMessage) -> str:
    if isinstance(message, EmailMultiAlternatives):
        for content, kind in message.alternatives:
            if kind == "text/html":
                return str(content)
    return ""
