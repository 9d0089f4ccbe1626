"""Whether the portal is alive, and whether it is ready to work.

Asked every few seconds by whoever watches, so it costs little: four short queries,
and a look at the storages once in a while.
"""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile

from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from cluster_portal import heartbeat

#: A task that waits longer than this means that no worker comes to it.
PATIENCE = timedelta(minutes=5)
#: Seconds for which what was found about the storages is believed.
BELIEVED = 10.0
#: Less room than one large upload and its variants need is too little.
LEAST_ROOM = 64 * 1024 * 1024
ALIASES = ("public", "private")


def check_all() -> dict[str, bool]:
    """Return what is well: database, migrations, worker, storage."""
    has_database = _is_well(can_write)
    return {
        "database": has_database,
        "migrations": has_database and _is_well(is_migrated),
        "worker": has_database and _is_well(has_worker),
        "storage": can_store(),
    }


def _is_well(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (DatabaseError, OSError):
        return False


# --- Database -------------------------------------------------------------------------


def can_write() -> bool:
    """Tell whether the database answers and takes what is written. One query.

    :raises DatabaseError: if it does not answer.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_is_in_recovery() "
                "OR current_setting('default_transaction_read_only') = 'on'"
            )
            return not cursor.fetchone()[0]
        cursor.execute("SELECT 1")
        path = Path(connection.settings_dict["NAME"])
        # SQLite writes its log beside the file.
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def is_migrated() -> bool:
    """Tell whether every migration of this code is applied. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    return all(
        migration in applied or (replaced and replaced <= applied)
        for migration, replaced in wanted_migrations().items()
    )


@cache
def wanted_migrations() -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Return the migrations of this code, and what each of them replaces.

    Reads every one of their files, once a process: code does not change under it.
    """
    return {
        key: set(migration.replaces)
        for key, migration in MigrationLoader(None).disk_migrations.items()
    }


# --- Worker ---------------------------------------------------------------------------


def has_worker() -> bool:
    """Tell whether a worker was heard of lately and comes to its tasks. Two queries."""
    return heartbeat.is_alive() and not waits_too_long()


def waits_too_long() -> bool:
    """Tell whether a task that is due was left lying. One query."""
    now = timezone.now()
    due = now - PATIENCE
    waiting = DBTaskResult.objects.ready().filter(enqueued_at__lt=due)
    # One that was planned for a later moment waits from that moment on.
    return bool(waiting.exclude(run_after__range=(due, now)).exists())


# --- Storage --------------------------------------------------------------------------

_believed: dict[str, tuple[float, bool]] = {}


def can_store() -> bool:
    """Tell whether files can be read and written, as found some seconds ago."""
    return all(_can_store(alias) for alias in ALIASES)


def forget_storage() -> None:
    """Look at the storages again when next asked."""
    _believed.clear()


def _can_store(alias: str) -> bool:
    now = time.monotonic()
    asked, answer = _believed.get(alias, (-BELIEVED, False))
    if now - asked >= BELIEVED:
        try:
            answer = takes_files(storages[alias])
        except OSError:
            answer = False
        _believed[alias] = (now, answer)
    return answer


def takes_files(storage: Storage) -> bool:
    """Tell whether ``storage`` answers and has room.

    :raises OSError: if it does not answer, or takes nothing.
    """
    if not isinstance(storage, FileSystemStorage):
        storage.exists("ready")
        return True
    folder = Path(storage.path(""))
    folder.mkdir(parents=True, exist_ok=True)
    # A file without a name: it is gone when it is closed, whatever happens.
    with TemporaryFile(dir=folder) as trial:
        trial.write(b"ready")
        trial.flush()
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize >= LEAST_ROOM
