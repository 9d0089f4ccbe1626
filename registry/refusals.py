"""What a person is told when an action or the database refuses."""

from django.db import IntegrityError, OperationalError
from django.utils.translation import gettext_lazy as _

from registry.errors import Busy, RecordError

#: PostgreSQL's codes for a lock that was waited for too long, and for two
#: sessions that waited for each other.
LOCKED = frozenset({"55P03", "40P01"})
#: What :func:`as_refusal` may know how to say.
REFUSALS = (RecordError, IntegrityError, OperationalError)


class RowRefused(RecordError):
    """The database holds something that does not go with the row."""

    message = _(
        "This could not be saved: something like it was entered a moment ago. "
        "Please look again and save once more."
    )


def as_refusal(error: Exception) -> RecordError | None:
    """Return what a person is told about ``error``; None if it is a program's fault."""
    if isinstance(error, RecordError):
        return error
    if isinstance(error, IntegrityError):
        return RowRefused()
    if isinstance(error, OperationalError):
        code = getattr(error.__cause__, "pgcode", None)
        if code in LOCKED or "database is locked" in str(error):
            return Busy()
    return None
