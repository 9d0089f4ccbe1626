"""Sending what waits in the outbox: once each, tried again, never twice."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from registry.models import OutboxMail

#: Pauses before the next attempt; after the last the row waits for a person.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
NO_SERVER = "django.core.mail.backends.dummy.EmailBackend"


def send_waiting(limit: int = 100) -> int:
    """Send up to ``limit`` mails that are due; return how many went out.

    Each mail is locked while it is sent, so that two workers never send the
    same one. Where no mail server is set, the rows stay as they are. What was
    written to an account that is closed by now is given up.
    """
    if settings.OUTBOX_TRANSPORT == NO_SERVER:
        return 0
    due = (
        _waiting()
        .filter(
            Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=timezone.now())
        )
        .order_by("created_at", "pk")
    )
    return sum(_send(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))


def next_attempt() -> datetime | None:
    """Return when the next mail that waits is due; None if none waits."""
    if settings.OUTBOX_TRANSPORT == NO_SERVER:
        return None
    earliest = Min(Coalesce("next_attempt_at", "created_at"))
    found: datetime | None = _waiting().aggregate(at=earliest)["at"]
    return found


def _waiting() -> QuerySet[OutboxMail]:
    """Return what is neither sent nor given up."""
    return OutboxMail.objects.filter(sent_at__isnull=True, attempts__lte=len(PAUSES))


@transaction.atomic
def _send(pk: int) -> bool:
    skips = connection.features.has_select_for_update_skip_locked
    mail = (
        OutboxMail.objects.select_for_update(of=("self",), skip_locked=skips)
        .filter(pk=pk, sent_at__isnull=True)
        .select_related("reader")
        .first()
    )
    if mail is None:
        return False
    if mail.reader is not None and not mail.reader.is_active:
        return _give_up(mail)
    message = EmailMultiAlternatives(
        mail.subject,
        mail.body,
        mail.sender,
        [mail.to],
        connection=get_connection(settings.OUTBOX_TRANSPORT),
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except (OSError, ValueError) as failure:
        # Every fault of a mail server or of the way to it is an OSError; a text or
        # an address that no mail can hold is a ValueError, and must not stop others.
        mail.error = str(failure)[:2_000]
        pause = PAUSES[min(mail.attempts, len(PAUSES) - 1)]
        mail.next_attempt_at = timezone.now() + pause
    else:
        mail.sent_at, mail.error = timezone.now(), ""
    mail.attempts += 1
    mail.save(update_fields=["sent_at", "attempts", "next_attempt_at", "error"])
    return mail.sent_at is not None


def _give_up(mail: OutboxMail) -> bool:
    mail.attempts = len(PAUSES) + 1
    mail.error = "The account is closed."
    mail.save(update_fields=["attempts", "error"])
    return False


def hold_waiting(why: str) -> int:
    """Have nothing sent of what waits now, and say why; return how many mails.

    The rows stay: administrators read them, and send by hand what is still needed.
    """
    return _waiting().update(attempts=len(PAUSES) + 1, next_attempt_at=None, error=why)
