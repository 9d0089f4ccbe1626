"""System checks: a database blind for Thai, a portal that asks for too little.

The former ask the database, so they run with ``migrate`` and ``check --database``.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connections

#: A word whose trigrams ``pg_trgm`` must see.
PROBE = "กินดุ"
#: The first SQLite with the ``trigram`` tokenizer.
SQLITE_WITH_TRIGRAM = (3, 34, 0)


@checks.register(checks.Tags.database)
def thai_can_be_searched(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Refuse databases that take Thai letters for punctuation."""
    return [
        refusal
        for alias in databases or ()
        for refusal in refusals_of(connections[alias])
    ]


@checks.register(checks.Tags.security, deploy=True)
def staff_need_a_second_factor(
    app_configs: Any = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Warn where a stolen password alone opens the register."""
    return [] if settings.REQUIRE_MFA else [NO_SECOND_FACTOR]


@checks.register(checks.Tags.security, deploy=True)
def machines_share_a_secret(
    app_configs: Any = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Warn where what is shared speaks of several machines, and each has its secret."""
    is_shared = settings.ON_REDIS or settings.S3["public"] or "replica" in connections
    return [NO_SHARED_SECRET] if is_shared and not settings.SECRET_IS_GIVEN else []


def refusals_of(connection: Any) -> list[checks.CheckMessage]:
    """Return what is wrong with the database behind ``connection``."""
    if connection.vendor == "postgresql":
        return [] if _postgresql_reads_thai(connection) else [BLIND_POSTGRESQL]
    if connection.Database.sqlite_version_info < SQLITE_WITH_TRIGRAM:
        return [OLD_SQLITE]
    return []


def _postgresql_reads_thai(connection: Any) -> bool:
    """Tell whether Thai letters are letters, to the database and to ``pg_trgm``.

    Before the first migration there is no ``pg_trgm``; the class of a letter comes
    from the same setting.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~ '^[[:alpha:]]'", [PROBE])
        is_letter = cursor.fetchone()[0]
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if not is_letter or cursor.fetchone() is None:
            return bool(is_letter)
        cursor.execute("SELECT cardinality(show_trgm(%s)) > 0", [PROBE])
        return bool(cursor.fetchone()[0])


NO_SECOND_FACTOR = checks.Warning(
    "Reviewers, officials and administrators sign in by password alone.",
    hint="Set PORTAL_REQUIRE_MFA=true, or take the line away: it is the default.",
    id="registry.W001",
)
NO_SHARED_SECRET = checks.Warning(
    "Each machine makes a secret of its own: a sign-in at one is none at another.",
    hint="Set PORTAL_SECRET_KEY to the same 50 random characters on all of them.",
    id="registry.W002",
)
BLIND_POSTGRESQL = checks.Error(
    "This PostgreSQL database takes Thai letters for punctuation: "
    "search would find nothing in Thai.",
    hint=(
        "Its LC_CTYPE knows ASCII only. Create the database anew: "
        "CREATE DATABASE portal TEMPLATE template0 ENCODING 'UTF8' "
        "LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'; then restore the data into it."
    ),
    id="registry.E001",
)
OLD_SQLITE = checks.Error(
    "This SQLite has no trigram tokenizer: search needs 3.34 or later.",
    hint="Use a Python built with a newer SQLite, or PostgreSQL by DATABASE_URL.",
    id="registry.E002",
)
