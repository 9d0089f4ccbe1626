"""Erasures, noted beside the database: a restore must not bring people back unnoticed.

A line a time, of moments and keys of rows; nothing in it says who somebody was.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

NAME = "erasures.jsonl"


def ledger() -> Path:
    """Return where it lies: in no backup, and left alone by a restore."""
    return Path(settings.DATA_DIR) / NAME


def note(rows: Mapping[str, Sequence[str]]) -> None:
    """Write down that the person of these rows was erased, by label and keys."""
    line = json.dumps({"at": timezone.now().isoformat(), "rows": rows})
    descriptor = os.open(ledger(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{line}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def since(moment: datetime) -> Iterator[tuple[datetime, Mapping[str, Sequence[str]]]]:
    """Yield the erasures after ``moment``: when, and of which rows."""
    if not ledger().exists():
        return
    for line in ledger().read_text().splitlines():
        said = json.loads(line)
        at = datetime.fromisoformat(said["at"])
        if at > moment:
            yield at, said["rows"]
