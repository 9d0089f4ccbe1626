"""Bringing generated rows to the database: in few statements, with their history."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

from cluster_portal.generated.words import REASON
from registry.rows_at_once import insert_values

#: The rows of a record share one act, named by model and key: no two generated
#: ones are alike, and none is one of a person's.
ACT = "67656e65726180008{kind:03x}"


class Table:
    """Rows of one table that wait to be written.

    ``under`` names the key to the record they belong to: they are remembered with
    it, at the moment it was entered. Records are under themselves.
    """

    def __init__(
        self, model: type[models.Model], *, under: str = "", is_indexed: bool = False
    ) -> None:
        self.model = model
        self.under = under
        self.is_indexed = is_indexed
        self.has_history = hasattr(model, "history")
        self.next = first_key(model) if self.has_history else 0
        self.written = 0
        self._rows: list[Mapping[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        """Take a row: its values by attribute name, all of them or as all others."""
        self._rows.append(row)

    def key(self) -> int:
        """Return the key of the next row, for a row that is then added with it."""
        self.next += 1
        return self.next - 1

    def write(self) -> None:
        """Write what waits."""
        if not self._rows:
            return
        columns = {name: [row[name] for row in self._rows] for name in self._rows[0]}
        insert_values(self.model, columns, is_indexed=self.is_indexed)
        if self.has_history:
            remember(self.model, columns["id"][0], columns["id"][-1], under=self.under)
        self.written += len(self._rows)
        self._rows = []


def first_key(model: type[models.Model]) -> int:
    """Return the first key of a table that no row has had."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [f'"{table}"']
            )
            return int(cursor.fetchone()[0])
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        return (found[0] if found else 0) + 1


def remember(model: Any, first: int, last: int, *, under: str) -> None:
    """Write that rows were entered: one history row each, as they stand."""
    history = model.history.model
    copied = [
        (_column(history, field.attname), f"c.{_quoted(field.column)}")
        for field in history.tracked_fields
    ]
    table, source = model._meta.db_table, "c"
    join = ""
    record = model
    if under:
        key = model._meta.get_field(under)
        record = key.related_model
        join = (
            f" JOIN {_quoted(record._meta.db_table)} r"
            f" ON r.{_quoted(record._meta.pk.column)} = c.{_quoted(key.column)}"
        )
        source = "r"
    given = {
        "history_date": f"{source}.created_at",
        "history_type": "'+'",
        "history_user_id": "NULL",
        "history_change_reason": "%s",
        "act_id": _act(record, source),
    }
    columns = [name for name, _ in copied] + [_column(history, name) for name in given]
    values = [value for _, value in copied] + list(given.values())
    sql = (
        f"INSERT INTO {_quoted(history._meta.db_table)} "  # noqa: S608 - names of ours
        f"({', '.join(map(_quoted, columns))}) SELECT {', '.join(values)} "
        f"FROM {_quoted(table)} c{join} WHERE c.id BETWEEN %s AND %s ORDER BY c.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [REASON, first, last])


def _act(record: type[models.Model], source: str) -> str:
    """Return the SQL of the act that entered a record."""
    kind = sum(map(ord, record._meta.label)) % 0x1000
    beginning = ACT.format(kind=kind)
    if connection.vendor == "postgresql":
        return f"('{beginning}' || lpad(to_hex({source}.id), 12, '0'))::uuid"
    return f"'{beginning}' || printf('%%012x', {source}.id)"


def _column(model: Any, name: str) -> str:
    return next(
        str(field.column)
        for field in model._meta.concrete_fields
        if name in (field.attname, field.name)
    )


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def set_sequences(tables: Sequence[type[models.Model]]) -> None:
    """Have the next keys go on behind the rows; SQLite sees to it itself."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(statement)


@contextmanager
def indexed_at_the_end(
    tables: Sequence[str], say: Callable[[str], None]
) -> Iterator[None]:
    """Take the plain indexes of ``tables`` away, and make them again from all rows.

    On PostgreSQL, where that takes a third of the time; those that hold a
    constraint stay. Inside a transaction: who stops it has them back.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        # Keys are checked statement by statement, and not remembered until the end.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT quote_ident(n.nspname) || '.' || quote_ident(i.relname), "
            "pg_get_indexdef(i.oid) "
            "FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
            "JOIN pg_class t ON t.oid = x.indrelid "
            "JOIN pg_namespace n ON n.oid = i.relnamespace "
            "WHERE t.relname = ANY(%s) AND NOT x.indisunique "
            "AND n.nspname = ANY(current_schemas(false)) ORDER BY i.relname",
            [list(tables)],
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f"DROP INDEX {name}")
    yield
    say(f"Making {len(found)} indexes.")
    with connection.cursor() as cursor:
        for _name, definition in found:
            cursor.execute(definition)
