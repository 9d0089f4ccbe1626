"""``manage.py db_worker``: the worker of django-tasks-db, which says that it lives."""

import os
from contextlib import nullcontext
from typing import Any

from django.utils.autoreload import DJANGO_AUTORELOAD_ENV
from django_tasks_db.management.commands import db_worker

from cluster_portal import heartbeat


class Command(db_worker.Command):
    """Work on tasks, and beat for ``/readyz``."""

    def handle(self, **options: Any) -> None:
        """Begin to beat; then do what the package does."""
        watches = options["reload"] and os.environ.get(DJANGO_AUTORELOAD_ENV) != "true"
        # The process that only starts another anew when code changes is no worker.
        with nullcontext() if watches else heartbeat.beating():
            super().handle(**options)
