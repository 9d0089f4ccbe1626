"""What a backup says of itself: what was in the register, down to each file's hash."""

import hashlib
import hmac
import json
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import django
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

#: Raised when an older portal could not read a backup of this one.
FORMAT = 1


class Refused(Exception):
    """A backup cannot be made, read or restored; the message is for the operator."""


@dataclass(frozen=True)
class Counted:
    """How much of something there is."""

    count: int = 0
    bytes: int = 0

    def __str__(self) -> str:
        return f"{self.count:,} files, {self.bytes:,} bytes"


@dataclass(frozen=True)
class Manifest:
    """The last word of a backup; one without it was not finished."""

    #: The moment of the database's snapshot: nothing later is in it.
    taken_at: datetime
    #: "sqlite" or "postgresql": a dump of one is nothing to the other.
    vendor: str
    #: Of portal, Python, Django and database.
    versions: Mapping[str, str]
    migrations: Sequence[tuple[str, str]]
    #: Rows of every table.
    counts: Mapping[str, int]
    #: The newest id of every table of history.
    history: Mapping[str, int]
    #: By storage, "public" and "private".
    files: Mapping[str, Counted]
    #: Of the database as it lies in the archive, and of the list of files.
    hashes: Mapping[str, str]
    #: Tells whether the identity key is still the same, and nothing else of it.
    identity_key: str
    site: str = ""
    format: int = field(default=FORMAT)

    @property
    def rows(self) -> int:
        """Return the rows of all tables."""
        return sum(self.counts.values())

    def as_bytes(self) -> bytes:
        """Return it as it stands in the archive."""
        said = asdict(self) | {"taken_at": self.taken_at.isoformat()}
        return json.dumps(said, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_bytes(cls, text: bytes) -> "Manifest":
        """Read it out of an archive.

        :raises Refused: if it is none, or of a later kind than this portal knows.
        """
        try:
            said: dict[str, Any] = json.loads(text)
            if said["format"] > FORMAT:
                raise Refused(
                    f"This backup is of format {said['format']}; this portal "
                    f"reads {FORMAT}. Restore it with the portal that made it."
                )
            said["taken_at"] = datetime.fromisoformat(said["taken_at"])
            said["migrations"] = [(app, name) for app, name in said["migrations"]]
            said["files"] = {
                shelf: Counted(**each) for shelf, each in said["files"].items()
            }
            return cls(**said)
        except (KeyError, TypeError, ValueError) as fault:
            raise Refused(
                f"The manifest of this backup is damaged: {fault}."
            ) from fault


def versions(database: str) -> dict[str, str]:
    """Return what made a backup."""
    return {
        "portal": portal_version(),
        "python": platform.python_version(),
        "django": django.get_version(),
        "database": database,
    }


def portal_version() -> str:
    """Return the commit that runs, if it is known."""
    git = shutil.which("git")
    if git is None or not (settings.BASE_DIR / ".git").exists():
        return "unknown"
    said = subprocess.run(  # noqa: S603 - a fixed command
        [git, "-C", str(settings.BASE_DIR), "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip() or "unknown"


def identity_fingerprint() -> str:
    """Return by what a later portal tells that its identity key is another one."""
    key = settings.IDENTITY_HASH_KEY.encode()
    return hmac.new(key, b"fingerprint in a backup", hashlib.sha256).hexdigest()[:16]


def unknown_migrations(manifest: Manifest) -> list[str]:
    """Return the migrations a backup has and this portal has not: it is newer."""
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations) | {
        replaced
        for migration in loader.disk_migrations.values()
        for replaced in migration.replaces
    }
    return [
        f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known
    ]
