"""The database is told to look at its rows once many came in."""

import pytest
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="about SQLite's own table")
def test_a_register_made_ready_knows_its_rows():
    call_command("setup", interactive=False, verbosity=0)

    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tbl FROM sqlite_stat1")
        known = {table for (table,) in cursor.fetchall()}
    assert "registry_subdistrict" in known
