"""One mail a day to each who finds work waiting, and none where nothing waits.

Each mail is a transaction with the row that remembers it, so a run that is
killed and begun again sends what was not sent, and nothing twice.
"""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils.translation import override

from registry.daily import WORKERS, Span, items_for
from registry.letters import address_of, write_to
from registry.models import Digest, User

#: What happened longer ago is told to nobody: less than the steps of AHEAD, so
#: that of one certificate a mail tells once.
MEMORY = timedelta(days=30)


def send_digests(day: date) -> int:
    """Write the mail of ``day`` to whoever wants it; return how many were written."""
    readers = (
        User.objects.filter(is_active=True, wants_digest=True, role__in=WORKERS)
        .exclude(digests__day=day)
        .annotate(last=Max("digests__day", filter=Q(digests__day__lt=day)))
        .select_related("agency")
    )
    return sum(_send(each, each.last, day) for each in list(readers.order_by("pk")))


@transaction.atomic
def _send(reader: User, last: date | None, day: date) -> bool:
    earliest = day - MEMORY
    span = Span(max(last or earliest, earliest), day)
    with override(reader.language):
        items = items_for(reader, span)
    if not items:
        return False
    try:
        with transaction.atomic():
            Digest.objects.create(user=reader, day=day)
    except IntegrityError:
        # Another run was quicker.
        return False
    write_to(
        reader,
        "mails/digest.txt",
        day=day,
        items=items,
        stop_url=address_of("account_mail", language=reader.language),
    )
    return True
