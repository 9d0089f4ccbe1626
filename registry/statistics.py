"""What the database knows of its own rows."""

from django.db import connection


def gather() -> None:
    """Have the database look at its rows, so that it takes the right indexes.

    For the end of whatever enters many rows at once. PostgreSQL would do it by
    itself some minutes later; SQLite never does.
    """
    statement = "ANALYZE"
    if connection.vendor == "sqlite":
        # All tables that need it, at most a sample of each.
        statement = "PRAGMA optimize=0x10002"
    with connection.cursor() as cursor:
        cursor.execute(statement)
