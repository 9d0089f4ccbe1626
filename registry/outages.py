"""Telling a fault of ours from a machine that does not answer."""

from django.db import InterfaceError, OperationalError

from registry.storages import StorageAway

#: What a request meets while a database or a storage is away, full, or overrun.
OUTAGES = (OperationalError, InterfaceError, StorageAway)
#: Seconds after which it is worth trying again.
SOON = "10"


def is_outage(error: BaseException | None) -> bool:
    """Tell whether ``error``, or what led to it, passes by itself."""
    while error is not None:
        if isinstance(error, OUTAGES):
            return True
        error = error.__cause__
    return False
