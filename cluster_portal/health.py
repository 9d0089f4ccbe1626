"""Whether the portal is alive, and whether it is ready to work."""

from datetime import timedelta

from django.core.files.storage import storages
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

#: A task that waits longer than this means that no worker runs.
PATIENCE = timedelta(minutes=5)


def check_all() -> dict[str, bool]:
    """Return what is well: database, migrations, worker, storage."""
    try:
        connection.ensure_connection()
        return {
            "database": True,
            "migrations": not _unapplied(),
            "worker": not _waiting_too_long(),
            "storage": _can_store(),
        }
    except DatabaseError:
        return {"database": False}


def _unapplied() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _waiting_too_long() -> bool:
    waiting = DBTaskResult.objects.ready()
    return waiting.filter(enqueued_at__lt=timezone.now() - PATIENCE).exists()


def _can_store() -> bool:
    try:
        storages["private"].exists("ready")
        storages["public"].exists("ready")
    except OSError:
        return False
    return True
