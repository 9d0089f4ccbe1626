"""Entering, editing and publishing thousands of rows at once.

What :mod:`registry.actions.records` does for one row, with the same rights,
history and followers, in a number of queries that hardly grows with the rows.
"""

from registry.actions.bulk.editing import Edit, edit_many
from registry.actions.bulk.entering import BATCH, Entry, create_many, used_keys
from registry.actions.bulk.publishing import publish_many

__all__ = [
    "BATCH",
    "Edit",
    "Entry",
    "create_many",
    "edit_many",
    "publish_many",
    "used_keys",
]
