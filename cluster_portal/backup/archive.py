"""The file a backup is: a plain tar whose last part says that it is whole.

In this order: the database, the files of both storages, the list of their hashes,
the manifest, and the manifest's own hash. Written and read in pieces, never held in
memory; any ``tar`` opens it.
"""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from cluster_portal.backup.manifest import Manifest, Refused

MEDIA = "media/"
DATABASE = "database."
LIST = "files.sha256"
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
PIECE = 1024 * 1024
#: Of damaged files so many are named.
NAMED = 20


class Hashed:
    """A file that is being read, and the hash of what was read of it."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read as a file does."""
        piece: bytes = self._source.read(size)
        self._digest.update(piece)
        return piece

    @property
    def sha256(self) -> str:
        """Return the hash of all that was read."""
        return self._digest.hexdigest()


@dataclass(frozen=True)
class Entry:
    """One file of a storage, in the list of a backup."""

    sha256: str
    size: int
    #: "public" or "private".
    shelf: str
    name: str

    @property
    def line(self) -> bytes:
        """Return its line, as ``sha256sum --check`` reads it."""
        return f"{self.sha256}  {MEDIA}{self.shelf}/{self.name}\n".encode()


# --- Writing --------------------------------------------------------------------------


class Writer:
    """Writes an archive, part by part."""

    def __init__(self, target: IO[bytes]) -> None:
        self._tar = tarfile.TarFile(fileobj=target, mode="w", format=tarfile.PAX_FORMAT)

    def add(self, name: str, source: Any, size: int, at: datetime) -> str:
        """Write a part of ``size`` bytes; return its hash.

        :raises OSError: if ``source`` ends before, or nothing more can be written.
        """
        part = tarfile.TarInfo(name)
        part.size, part.mode = size, 0o600
        part.mtime = int(at.timestamp())
        hashed = Hashed(source)
        self._tar.addfile(part, hashed)
        _forget_parts(self._tar)
        return hashed.sha256

    def add_bytes(self, name: str, content: bytes, at: datetime) -> str:
        """Write a part that is in memory; return its hash."""
        return self.add(name, io.BytesIO(content), len(content), at)

    def close(self) -> None:
        """Write the end."""
        self._tar.close()


def _forget_parts(tar: Any) -> None:
    """Keep no list of parts: nobody looks one up, and millions fill the memory."""
    tar.members = []


# --- Reading --------------------------------------------------------------------------


@contextmanager
def opened(path: Path) -> Iterator["Reader"]:
    """Open a backup.

    :raises Refused: if it is none.
    """
    try:
        with path.open("rb") as handle:
            yield Reader(handle)
    except (FileNotFoundError, PermissionError, IsADirectoryError) as fault:
        raise Refused(f"{path} cannot be read: {fault.strerror}.") from fault
    except (tarfile.TarError, EOFError) as fault:
        raise Refused(f"{path} is cut short, damaged or no backup: {fault}.") from fault


class Reader:
    """Reads an archive from its start, as often as one likes."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle

    def parts(self) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
        """Yield every part and its content, in order."""
        self._handle.seek(0)
        with tarfile.open(fileobj=self._handle, mode="r:") as tar:
            while (part := tar.next()) is not None:
                content = tar.extractfile(part) if part.isreg() else None
                if content is None:
                    raise Refused(f"A backup holds plain files only, not {part.name}.")
                yield part, content
                _forget_parts(tar)

    def manifest(self) -> Manifest:
        """Return what the backup says of itself. Reads no file's content.

        :raises Refused: if it was not finished, or was changed since.
        """
        said: dict[str, bytes] = {}
        for part, content in self.parts():
            if part.name in {MANIFEST, SEAL}:
                said[part.name] = content.read()
        if MANIFEST not in said or SEAL not in said:
            raise Refused("This backup is not whole: its end is missing.")
        if hashlib.sha256(said[MANIFEST]).hexdigest() != said[SEAL].decode().strip():
            raise Refused("The manifest of this backup was changed or is damaged.")
        return Manifest.from_bytes(said[MANIFEST])

    def verify(self, manifest: Manifest) -> None:
        """Read everything once and compare every hash.

        :raises Refused: with the names of what is damaged.
        """
        wrong: list[str] = []
        seen = hashlib.sha256()
        with TemporaryFile() as found:
            for part, content in self.parts():
                hashed = Hashed(content)
                if part.name == LIST:
                    found.seek(0)
                    wrong += _differences(found, content)
                    continue
                while hashed.read(PIECE):
                    pass
                if part.name.startswith(MEDIA):
                    line = f"{hashed.sha256}  {part.name}\n".encode()
                    found.write(line)
                    seen.update(line)
                is_database = part.name.startswith(DATABASE)
                if is_database and hashed.sha256 != manifest.hashes["database"]:
                    wrong.append(part.name)
        if wrong:
            names = ", ".join(wrong[:NAMED]) + (" …" if len(wrong) > NAMED else "")
            raise Refused(f"This backup is damaged. Not as they were: {names}.")
        if seen.hexdigest() != manifest.hashes["files"]:
            raise Refused("This backup is damaged: it holds other files than it says.")

    def database(self) -> tuple[str, IO[bytes]]:
        """Return the name and content of the database; it is the first part."""
        for part, content in self.parts():
            if part.name.startswith(DATABASE):
                return part.name, content
            break
        raise Refused("This backup holds no database.")

    def files(self) -> Iterator[tuple[Entry, IO[bytes], float]]:
        """Yield the files of the storages with their content and their age."""
        for part, content in self.parts():
            if part.name.startswith(MEDIA):
                shelf, _slash, name = part.name[len(MEDIA) :].partition("/")
                yield Entry("", part.size, shelf, name), content, part.mtime

    def listed(self) -> Iterator[Entry]:
        """Yield the files of the storages with their hashes, and no content."""
        for part, content in self.parts():
            if part.name != LIST:
                continue
            for line in content:
                digest, _space, path = line.decode().rstrip("\n").partition("  ")
                shelf, _slash, name = path[len(MEDIA) :].partition("/")
                yield Entry(digest, 0, shelf, name)


def _differences(found: IO[bytes], said: IO[bytes]) -> list[str]:
    """Return the names that stand in one list only, or with another hash."""
    wrong: list[str] = []
    while True:
        ours, theirs = found.readline(), said.readline()
        if ours == theirs:
            if not ours:
                return wrong
            continue
        line = theirs or ours
        wrong.append(line.decode(errors="replace").partition("  ")[2].rstrip("\n"))
        if len(wrong) > NAMED:
            return wrong
