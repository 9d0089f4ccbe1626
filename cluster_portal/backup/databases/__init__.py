"""Taking a database out as it stands at one moment, and putting it back.

Both kinds answer to the same few questions; everything else of a backup does not ask
which of them it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from django.db import connections

from cluster_portal.backup.databases.figures import (
    ALIAS,
    Figures,
    Taken,
    figures_now,
    tables_now,
)
from cluster_portal.backup.databases.postgresql import Postgresql
from cluster_portal.backup.databases.sqlite import Sqlite
from cluster_portal.backup.manifest import Refused

__all__ = ["ALIAS", "Figures", "Kind", "Taken", "figures_now", "kind", "tables_now"]


class Kind(Protocol):
    """What is asked of a kind of database."""

    vendor: str

    def version(self) -> str:
        """Return name and version, for people."""

    def others(self) -> int:
        """Return how many others are at work in the database."""

    @contextmanager
    def taken(self, folder: Path) -> Iterator[Taken]:
        """Take the database out into ``folder``."""

    def put_back(self, name: str, content: IO[bytes]) -> None:
        """Put what was taken out in the place of what there is, all or nothing."""

    def settle(self) -> None:
        """Do what a database needs before it works well again."""


def kind() -> Kind:
    """Return the kind of this portal's database.

    :raises Refused: where it is another than those a backup knows.
    """
    kinds: dict[str, type[Any]] = {"sqlite": Sqlite, "postgresql": Postgresql}
    vendor = connections[ALIAS].vendor
    if vendor not in kinds:
        raise Refused(f"A backup knows SQLite and PostgreSQL, not {vendor}.")
    found: Kind = kinds[vendor]()
    return found
