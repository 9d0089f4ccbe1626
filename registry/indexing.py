"""Indexes that are made while people work.

PostgreSQL stops all writers of a table while it makes an index the plain way, which
takes minutes for a large one. Beside the work it must not stand in a transaction: the
migration says ``atomic = False`` and does nothing else.
"""

from typing import Any

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db.migrations.operations import AddIndex, RemoveIndex


class AddIndexBeside(AddIndexConcurrently):
    """Make an index beside the work on PostgreSQL, the plain way on SQLite."""

    def database_forwards(
        self, app_label: str, editor: Any, before: Any, after: Any
    ) -> None:
        """Make it."""
        way = AddIndexConcurrently if _is_postgresql(editor) else AddIndex
        way.database_forwards(self, app_label, editor, before, after)

    def database_backwards(
        self, app_label: str, editor: Any, before: Any, after: Any
    ) -> None:
        """Take it away again."""
        way = AddIndexConcurrently if _is_postgresql(editor) else AddIndex
        way.database_backwards(self, app_label, editor, before, after)


class RemoveIndexBeside(RemoveIndexConcurrently):
    """Take an index away beside the work on PostgreSQL, the plain way on SQLite."""

    def database_forwards(
        self, app_label: str, editor: Any, before: Any, after: Any
    ) -> None:
        """Take it away."""
        way = RemoveIndexConcurrently if _is_postgresql(editor) else RemoveIndex
        way.database_forwards(self, app_label, editor, before, after)

    def database_backwards(
        self, app_label: str, editor: Any, before: Any, after: Any
    ) -> None:
        """Make it again."""
        way = RemoveIndexConcurrently if _is_postgresql(editor) else RemoveIndex
        way.database_backwards(self, app_label, editor, before, after)


def _is_postgresql(editor: Any) -> bool:
    return bool(editor.connection.vendor == "postgresql")
