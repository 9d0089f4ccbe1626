"""Making a backup while people work: the database at one moment, then the files.

A file is named by its content and never changes; what the snapshot names was stored
before it. So files are copied after it, and the backup has all of them, but for those
that an erasure takes away in between.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.utils import timezone

from cluster_portal.backup import databases, manifest
from cluster_portal.backup.archive import (
    LIST,
    MANIFEST,
    MEDIA,
    SEAL,
    Entry,
    Writer,
)
from cluster_portal.backup.manifest import Counted, Manifest, Refused
from registry.sweeping import HALF_WRITTEN

SHELVES = ("public", "private")
#: What a folder is called in which a backup is being made.
UNDER_WAY = ".portal-backup-"

Say = Callable[[str], None]


def make_backup(target: Path, say: Say = lambda _text: None) -> Manifest:
    """Write a backup to ``target``, which then exists whole or not at all.

    :raises Refused: if it exists already, or something needed is missing.
    """
    if target.exists():
        raise Refused(f"{target} exists already; nothing is overwritten.")
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}.")
    remove_abandoned(target.parent)
    with _workplace(target.parent) as folder:
        whole = folder / "backup"
        with whole.open("xb") as handle:
            os.fchmod(handle.fileno(), 0o600)
            made = _write(handle, folder, say)
            handle.flush()
            os.fsync(handle.fileno())
        _name(whole, target)
    return made


def _write(handle: IO[bytes], folder: Path, say: Say) -> Manifest:
    kind = databases.kind()
    moment = timezone.now().astimezone(UTC)
    writer = Writer(handle)
    say(f"Database: {kind.version()} …")
    with kind.taken(folder) as taken, taken.path.open("rb") as content:
        size = taken.path.stat().st_size
        database = writer.add(taken.name, content, size, moment)
    say(f"Database: {sum(taken.figures.counts.values()):,} rows, {size:,} bytes packed")
    taken.path.unlink()
    files: dict[str, Counted] = {}
    with TemporaryFile(dir=folder) as listed:
        for shelf in SHELVES:
            files[shelf] = _add_files(writer, shelf, listed)
            say(f"Files, {shelf}: {files[shelf]}")
        length = listed.tell()
        listed.seek(0)
        hashes = {"database": database}
        hashes["files"] = writer.add(LIST, listed, length, moment)
    made = Manifest(
        taken_at=moment,
        vendor=kind.vendor,
        versions=manifest.versions(kind.version()),
        migrations=taken.figures.migrations,
        counts=taken.figures.counts,
        history=taken.figures.history,
        files=files,
        hashes=hashes,
        identity_key=manifest.identity_fingerprint(),
        site=settings.SITE_URL,
    )
    seal = writer.add_bytes(MANIFEST, made.as_bytes(), moment)
    writer.add_bytes(SEAL, f"{seal}\n".encode(), moment)
    writer.close()
    return made


def _add_files(writer: Writer, shelf: str, listed: IO[bytes]) -> Counted:
    storage = storages[shelf]
    count = total = 0
    for name in stored_names(storage):
        opened = _opened(storage, name)
        if opened is None:
            continue
        with opened as content:
            size = content.size
            at = _age_of(storage, name)
            digest = writer.add(f"{MEDIA}{shelf}/{name}", content, size, at)
        listed.write(Entry(digest, size, shelf, name).line)
        count, total = count + 1, total + size
    return Counted(count, total)


def _opened(storage: Storage, name: str) -> Any:
    """Open a stored file; None if it was taken away since its folder was read."""
    try:
        return storage.open(name)
    except FileNotFoundError:
        return None


def _age_of(storage: Storage, name: str) -> datetime:
    try:
        return storage.get_modified_time(name)
    except FileNotFoundError:
        return timezone.now()


def stored_names(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield the names of all whole files of ``storage``, folder by folder."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    start = f"{folder}/" if folder else ""
    for each in sorted(files):
        if not each.startswith(HALF_WRITTEN):
            yield start + each
    for each in sorted(folders):
        yield from stored_names(storage, start + each)


# --- The place where it is made -------------------------------------------------------


@contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    """Give a hidden folder that is gone afterwards, and locked while it is used.

    :raises Refused: if nothing can be written there, or the disk is full.
    """
    folder: Path | None = None
    try:
        folder = Path(mkdtemp(prefix=UNDER_WAY, dir=parent))
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    except OSError as fault:
        said = fault.strerror or fault
        raise Refused(f"The backup could not be written: {said}.") from fault
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned(parent: Path) -> int:
    """Remove what killed backups left behind; return how many there were."""
    count = 0
    for folder in parent.glob(f"{UNDER_WAY}*"):
        if _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)
            count += 1
    return count


def _is_abandoned(folder: Path) -> bool:
    """Tell whether the process that made ``folder`` is gone, and its lock with it."""
    try:
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        # Between making the folder and the lock: let it be, unless it is old.
        age = timezone.now().timestamp() - folder.stat().st_mtime
        return age > timedelta(hours=1).total_seconds()
    except OSError:
        return False
    return True


def _name(whole: Path, target: Path) -> None:
    """Give the finished file its name, unless somebody took it meanwhile.

    :raises Refused: if somebody did.
    """
    try:
        os.link(whole, target)
    except FileExistsError as taken:
        raise Refused(f"{target} exists by now; nothing is overwritten.") from taken
    except OSError:
        # A file system without links.
        whole.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
