"""Where files lie: one storage for everybody, one behind a rule.

A file is named by its content. The same bytes are therefore written once, a name
never changes its meaning, and a browser may keep what it has for ever.
"""

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, ClassVar

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.deconstruct import deconstructible

#: Owner writes, the web server's group reads, nobody else.
FILE_MODE = 0o640
PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9/._-]*", re.ASCII)
HAS_CONTENT_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")

#: Kinds of stored files, by ending; nothing else is ever sent to a browser.
CONTENT_TYPES = {
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".pdf": "application/pdf",
}


def content_name(prefix: str, content: bytes | BinaryIO, extension: str) -> str:
    """Return the name under which ``content`` is stored.

    ``content_name("pictures", data, "webp")`` is ``pictures/ab/cd/<sha256>.webp``:
    two levels of folders keep each of them small. An open file is read from its
    start, in pieces, and left at its start.
    """
    digest = hashlib.sha256()
    if isinstance(content, bytes):
        digest.update(content)
    else:
        content.seek(0)
        while piece := content.read(1024 * 1024):
            digest.update(piece)
        content.seek(0)
    return hashed_name(prefix, digest.hexdigest(), f".{extension}")


def hashed_name(prefix: str, digest: str, ending: str) -> str:
    """Return ``prefix/ab/cd/<digest><ending>``."""
    return f"{prefix}/{digest[:2]}/{digest[2:4]}/{digest}{ending}"


def checked_name(name: str, max_length: int | None = None) -> str:
    """Return ``name`` if it is made of its content.

    :raises ValueError: if it is not, or too long.
    """
    if not HAS_CONTENT_HASH.search(name):
        raise ValueError(f"Not named by its content (use content_name): {name}")
    if max_length is not None and len(name) > max_length:
        raise ValueError(f"A name of at most {max_length} characters: {name}")
    return name


def make_young(storage: Storage, name: str) -> None:
    """Keep a file that lay there already, unneeded, from being swept tonight."""
    renew = getattr(storage, "renew", None)
    # Another storage, of a test perhaps, has no age to keep.
    if renew is not None:
        renew(name)


class StorageAway(OSError):
    """The place where files lie does not answer; the caller may try again."""


def public_storage() -> Storage:
    """Return the storage of published pictures; give it to a field uncalled."""
    return storages["public"]


def private_storage() -> Storage:
    """Return the storage of drafts, evidence and exports, as :func:`public_storage`."""
    return storages["private"]


class ContentStorage(FileSystemStorage):
    """A folder whose files are named by their content, and written whole or not at all.

    Settings are read at each use, so that a test or a command may move the folder.
    """

    #: Name of the setting that holds the folder.
    ROOT_SETTING: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=FILE_MODE)

    @property
    def base_location(self) -> str:
        return str(getattr(settings, self.ROOT_SETTING))

    @property
    def location(self) -> str:
        return str(Path(self.base_location).absolute())

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return ``name``: the same name means the same content, so none is taken.

        :raises ValueError: for a name without a content hash, whose file a later
            one would silently not replace.
        """
        return checked_name(name, max_length)

    def renew(self, name: str) -> None:
        """Make a file as young as if it were written now, for the nightly sweep."""
        # What is gone is missed soon enough.
        with suppress(FileNotFoundError):
            os.utime(self.path(name))

    def _save(self, name: str, content: File) -> str:
        """Write a temporary file to the disk, then give it its name.

        A process that is killed leaves a hidden file behind, never half a picture.
        """
        target = Path(self.path(name))
        if target.exists():
            return name
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, hidden = tempfile.mkstemp(prefix=".part-", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                for chunk in content.chunks():
                    handle.write(chunk)
                handle.flush()
                os.fchmod(handle.fileno(), FILE_MODE)
                os.fsync(handle.fileno())
            Path(hidden).replace(target)
        except BaseException:
            Path(hidden).unlink(missing_ok=True)
            raise
        _settle(target.parent)
        return name


def _settle(folder: Path) -> None:
    """Bring the folder's new entry to the disk too; else a power cut forgets it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@deconstructible(path="registry.storages.PublicStorage")
class PublicStorage(ContentStorage):
    """What everybody may fetch by its address: pictures of published records."""

    ROOT_SETTING = "MEDIA_ROOT"

    @property
    def base_url(self) -> str:
        return settings.MEDIA_URL

    def url(self, name: str | None) -> str:
        """Return the address of a file. A page names dozens: they need no quoting."""
        if name is None or not PLAIN_NAME.fullmatch(name):
            return super().url(name)
        return f"{settings.MEDIA_URL}{name}"


@deconstructible(path="registry.storages.PrivateStorage")
class PrivateStorage(ContentStorage):
    """What only a view with the record's rule hands out; it has no addresses."""

    ROOT_SETTING = "PRIVATE_ROOT"

    @property
    def base_url(self) -> None:  # type: ignore[override] # None: Django's "no address"
        return None
