"""Taking a PostgreSQL database out by its own tools, and putting it back."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.db import connections

from cluster_portal.backup.databases.figures import ALIAS, Taken, figures
from cluster_portal.backup.manifest import Refused

PIECE = 1024 * 1024
#: Level 6 takes four times as long and saves a tenth.
PACKING = 1
#: Takes away all of the portal's own in the schema, and leaves extensions alone.
CLEARING = """
DO $$
DECLARE each record;
BEGIN
  FOR each IN
    SELECT c.oid::regclass AS name,
      CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
        WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS sort
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r','p','v','m','S')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid
        AND d.deptype IN ('e', 'i', 'a') AND d.classid = 'pg_class'::regclass)
    ORDER BY c.relkind <> 'v'
  LOOP
    EXECUTE format('DROP %s IF EXISTS %s CASCADE', each.sort, each.name);
  END LOOP;
  FOR each IN
    SELECT p.oid::regprocedure AS name,
      CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE'
        ELSE 'FUNCTION' END AS sort
    FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid
        AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass)
  LOOP
    EXECUTE format('DROP %s IF EXISTS %s CASCADE', each.sort, each.name);
  END LOOP;
END $$;
"""


class Postgresql:
    """A server. ``pg_dump`` and our counting look at one and the same snapshot."""

    vendor = "postgresql"
    part = "database.pgdump"

    def version(self) -> str:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SHOW server_version")
            return f"PostgreSQL {cursor.fetchone()[0]}"

    def others(self) -> int:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                "current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            )
            return int(cursor.fetchone()[0])

    @contextmanager
    def taken(self, folder: Path) -> Iterator[Taken]:
        """Dump the snapshot of a transaction that then counts in the same one."""
        dump = self.tool("pg_dump")
        packed = folder / self.part
        # A session of its own, whatever transaction the caller is in.
        session = connections[ALIAS].copy()
        try:
            with session.cursor() as cursor:
                cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
                cursor.execute("SELECT pg_export_snapshot()")
                snapshot = cursor.fetchone()[0]
                names = session.introspection.table_names(cursor)
                with packed.open("wb") as target:
                    command = [dump, "--format=custom", f"--compress={PACKING}"]
                    command += ["--no-comments", "--no-owner", "--no-privileges"]
                    command += [f"--snapshot={snapshot}"]
                    self.run(command, stdout=target)
                found = figures(cursor, names)
                cursor.execute("ROLLBACK")
        finally:
            session.close()
        yield Taken(self.part, packed, found)

    def put_back(self, name: str, content: IO[bytes]) -> None:
        """Clear the schema and load the dump in one transaction of ``psql``.

        A process that dies on the way leaves the database as it was.
        """
        restore, psql = self.tool("pg_restore"), self.tool("psql")
        connections[ALIAS].close()
        command = [psql, "--no-psqlrc", "--quiet", "--single-transaction"]
        command += ["--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        command += [f"--command={CLEARING}", "--file=-"]
        reading = [restore, "--no-owner", "--no-privileges", "--file=-"]
        with subprocess.Popen(  # noqa: S603 - tools of the database, words of ours
            reading, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self.environment
        ) as source:
            # One process hands the dump on while another reads what comes of it.
            with subprocess.Popen(  # noqa: S603 - as above
                command,
                stdin=source.stdout,
                stderr=subprocess.PIPE,
                env=self.environment,
            ) as target:
                _closed(source.stdout)
                _handed_on(content, source)
                said = target.stderr.read() if target.stderr else b""
        if source.returncode or target.returncode:
            raise Refused(
                "The database could not be restored; nothing was changed in it. "
                + said.decode(errors="replace").strip()[:2_000]
            )

    def settle(self) -> None:
        """Count anew what plans are made of: no dump holds it."""
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")

    # --- Its tools --------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """Return how the tools find the server: what Django knows of it."""
        connection: Any = connections[ALIAS]
        settings = connection.settings_dict
        _words, found = connection.client.settings_to_cmd_args_env(settings, [])
        given = {
            "PGHOST": settings["HOST"],
            "PGPORT": settings["PORT"],
            "PGUSER": settings["USER"],
            "PGDATABASE": settings["NAME"],
            # Tools are not in the hurry that pages are in.
            "PGOPTIONS": "-c statement_timeout=0 -c lock_timeout=60000",
        }
        named = {name: str(value) for name, value in given.items() if value}
        return {**os.environ, **named, **(found or {})}

    def tool(self, name: str) -> str:
        """Return the newest program of this name.

        :raises Refused: if there is none, or it is older than the server.
        """
        server = connections[ALIAS].pg_version // 10_000  # type: ignore[attr-defined]
        places = [shutil.which(name)]
        places += [
            str(each) for each in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
        ]
        found = {_major(each): each for each in places if each}
        if not found:
            raise Refused(
                f"{name} is not on this machine. It comes with the client of "
                f"PostgreSQL (Debian: apt install postgresql-client-{server})."
            )
        newest = max(found)
        if newest < server:
            raise Refused(
                f"{name} {newest} is older than the server, PostgreSQL {server}; "
                f"install its client (Debian: postgresql-client-{server})."
            )
        # The server's own version if it is there: what it writes, that one reads.
        return found.get(server, found[newest])

    def run(self, command: list[str], **streams: Any) -> None:
        """Run a tool.

        :raises Refused: with what it said, if it failed.
        """
        done = subprocess.run(  # noqa: S603 - tools of the database, words of ours
            command,
            env=self.environment,
            stderr=subprocess.PIPE,
            check=False,
            **streams,
        )
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()[:2_000]
            raise Refused(f"{Path(command[0]).name} failed: {said}")


def _major(program: str) -> int:
    """Return the major version that a tool of PostgreSQL is of."""
    said = subprocess.run(  # noqa: S603 - found by name on this machine
        [program, "--version"], capture_output=True, text=True, check=False
    ).stdout
    digits = [word for word in said.split() if word[:1].isdigit()]
    return int(digits[0].split(".")[0].rstrip("abcdeltrv")) if digits else 0


def _closed(pipe: IO[bytes] | None) -> None:
    """Close our end: the tool then notices when the other one dies."""
    if pipe is not None:
        pipe.close()


def _handed_on(content: IO[bytes], source: "subprocess.Popen[bytes]") -> None:
    """Give ``content`` to the standard input of ``source``."""
    if source.stdin is None:
        return
    try:
        shutil.copyfileobj(content, source.stdin, PIECE)
    except BrokenPipeError:
        # The tool gave up, and says why by its return code.
        pass
    finally:
        source.stdin.close()
