"""The check of the database says whether Thai can be searched."""

import pytest
from django.core import checks
from django.db import connection, connections

from registry.checks import BLIND_POSTGRESQL, OLD_SQLITE, refusals_of

pytestmark = pytest.mark.django_db


def test_the_database_of_the_tests_can_be_searched():
    found = checks.run_checks(tags=["database"], databases=["default"])

    assert found == []


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="LC_CTYPE is PostgreSQL's"
)
@pytest.mark.parametrize("has_trigrams", [False, True])
@pytest.mark.django_db(transaction=True)
def test_a_database_that_knows_ascii_only_is_refused(has_trigrams):
    name = "knows_ascii_only"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' "
            "LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    blind = connections["default"].copy()
    blind.settings_dict["NAME"] = name
    try:
        if has_trigrams:
            with blind.cursor() as cursor:
                cursor.execute("CREATE EXTENSION pg_trgm")
        assert refusals_of(blind) == [BLIND_POSTGRESQL]
    finally:
        blind.close()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="FTS5 is SQLite's")
def test_an_sqlite_without_trigrams_is_refused(monkeypatch):
    monkeypatch.setattr(connection.Database, "sqlite_version_info", (3, 33, 0))

    assert refusals_of(connection) == [OLD_SQLITE]
