"""Taking an SQLite database out while people work, and putting it back."""

import gzip
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.db import connections

from cluster_portal.backup.databases.figures import ALIAS, Taken, figures, own_tables
from cluster_portal.backup.manifest import Refused

PIECE = 1024 * 1024
#: Level 6 takes four times as long and saves a tenth.
PACKING = 1


class Sqlite:
    """One file. People go on working while it is copied."""

    vendor = "sqlite"
    part = "database.sqlite3.gz"

    @property
    def path(self) -> Path:
        """Return where the database lies."""
        return Path(connections[ALIAS].settings_dict["NAME"])

    def version(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    def others(self) -> int:
        """Tell whether anybody has the file open: then it cannot leave WAL."""
        if not self.path.exists():
            return 0
        connections[ALIAS].close()
        asking = sqlite3.connect(self.path, timeout=0)
        try:
            asking.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError:
            return 1
        except sqlite3.DatabaseError:
            # So damaged that nobody works with it: a reason to restore.
            return 0
        finally:
            asking.close()
        return 0

    @contextmanager
    def taken(self, folder: Path) -> Iterator[Taken]:
        """Copy every page inside one read transaction, then look at the copy.

        Writers go on meanwhile: what they write stays in the write-ahead log.
        """
        copy = folder / "database.sqlite3"
        source = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)
        target = sqlite3.connect(copy)
        try:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE").fetchone()
            said = target.execute("PRAGMA quick_check(1)").fetchone()[0]
            if said != "ok":
                raise Refused(f"The database is damaged: {said}.")
            cursor = target.cursor()
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            found = figures(cursor, own_tables([name for (name,) in cursor]))
        except sqlite3.DatabaseError as fault:
            raise Refused(f"The database cannot be copied: {fault}.") from fault
        finally:
            source.close()
            target.close()
        packed = folder / self.part
        with copy.open("rb") as plain, gzip.open(packed, "wb", PACKING) as small:
            shutil.copyfileobj(plain, small, PIECE)
        copy.unlink()
        yield Taken(self.part, packed, found)

    def put_back(self, name: str, content: IO[bytes]) -> None:
        """Unpack beside the place, look at it, then give it the name in one step."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f"{self.path.name}.restoring")
        try:
            with gzip.open(content) as packed, fresh.open("wb") as plain:
                os.fchmod(plain.fileno(), 0o600)
                shutil.copyfileobj(packed, plain, PIECE)
                plain.flush()
                os.fsync(plain.fileno())
            with sqlite3.connect(fresh) as look:
                said = look.execute("PRAGMA quick_check(1)").fetchone()[0]
            look.close()
            if said != "ok":
                raise Refused(f"The database in this backup is damaged: {said}.")
            # What stands in the log of the old database must not be read into the new.
            if self.others():
                raise Refused("Somebody began to work in the database meanwhile.")
            for ending in ("-wal", "-shm", "-journal"):
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
            fresh.replace(self.path)
        finally:
            fresh.unlink(missing_ok=True)

    def settle(self) -> None:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("ANALYZE")
