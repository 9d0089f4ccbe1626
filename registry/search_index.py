"""The trigram indexes behind search: made by migrations, one kind a database.

PostgreSQL indexes the folded columns by ``pg_trgm``. SQLite has an FTS5 table
with the ``trigram`` tokenizer that keeps no text of its own and is kept in step
by three triggers.

Migrations call this and stay as they are: a search table of another shape gets
new functions. On SQLite a migration that alters a search table makes it anew and
loses the triggers; it must call :func:`create` again afterwards.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

COLUMNS = ("name_fold", "text_fold")


def create(
    editor: BaseDatabaseSchemaEditor,
    table: str,
    key: str,
    columns: Sequence[str] = COLUMNS,
) -> None:
    """Index ``columns`` of ``table``, whose primary key column is ``key``."""
    statements = {"postgresql": _gin, "sqlite": _fts}[editor.connection.vendor]
    for statement in statements(table, key, columns):
        editor.execute(statement)


def drop(
    editor: BaseDatabaseSchemaEditor,
    table: str,
    key: str,
    columns: Sequence[str] = COLUMNS,
) -> None:
    """Take the indexes away. The extension stays: others may use it."""
    if editor.connection.vendor == "postgresql":
        for column in columns:
            editor.execute(f"DROP INDEX IF EXISTS {table}_{column}_trgm")
        return
    for event in ("insert", "delete", "update"):
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_fts_{event}")
    editor.execute(f"DROP TABLE IF EXISTS {table}_fts")


def rebuild(connection: BaseDatabaseWrapper, table: str) -> None:
    """Read the index of ``table`` anew from its rows, whatever state it is in.

    On PostgreSQL people go on searching and writing, unless in a transaction.
    """
    how = "" if connection.in_atomic_block else "CONCURRENTLY "
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for column in COLUMNS:
                cursor.execute(f"REINDEX INDEX {how}{table}_{column}_trgm")
        else:
            cursor.execute(_rebuild(table))


@contextmanager
def filling(connection: BaseDatabaseWrapper, table: str) -> Iterator[None]:
    """Have SQLite not merge the pieces of the index of ``table`` after each statement.

    Where thousands of rows come in, that takes half of the time. Inside a transaction.
    """
    if connection.vendor == "postgresql":
        yield
        return
    set_merging = (
        f"INSERT INTO {table}_fts ({table}_fts, rank) VALUES ('automerge', %s)"  # noqa: S608 - as below
    )
    with connection.cursor() as cursor:
        cursor.execute(set_merging, [0])
        yield
        cursor.execute(set_merging, [MERGED_FROM])


#: Pieces that SQLite merges into one, if nobody says how many.
MERGED_FROM = 4


def _rebuild(table: str) -> str:
    return f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')"  # noqa: S608 - names of ours


def _gin(table: str, key: str, columns: Sequence[str]) -> list[str]:
    return [
        # A trusted extension: the owner of the database may install it.
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        *(
            f"CREATE INDEX {table}_{column}_trgm ON {table} "
            f"USING gin ({column} gin_trgm_ops)"
            for column in columns
        ),
    ]


def _fts(table: str, key: str, columns: Sequence[str]) -> list[str]:
    names = ", ".join(columns)
    new = ", ".join(f"new.{column}" for column in (key, *columns))
    old = ", ".join(f"old.{column}" for column in (key, *columns))
    add = f"INSERT INTO {table}_fts (rowid, {names}) VALUES ({new});"  # noqa: S608 - names of ours
    # FTS5 forgets a row only when it is told what it knew of it.
    forget = (
        f"INSERT INTO {table}_fts ({table}_fts, rowid, {names}) "  # noqa: S608 - as above
        f"VALUES ('delete', {old});"
    )
    begin = f"CREATE TRIGGER {table}_fts_"
    return [
        f"CREATE VIRTUAL TABLE {table}_fts USING fts5({names}, content='{table}', "
        f"content_rowid='{key}', tokenize='trigram')",
        _rebuild(table),
        f"{begin}insert AFTER INSERT ON {table} BEGIN {add} END",
        f"{begin}delete AFTER DELETE ON {table} BEGIN {forget} END",
        f"{begin}update AFTER UPDATE ON {table} BEGIN {forget} {add} END",
    ]
