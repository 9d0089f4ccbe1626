"""Files that came with a form before there is a row for them.

A picture or proof is looked at and stored at once, privately; the form carries a
signed value that stands for it, bound to the person who sent it. So nobody sends a
file twice because another field was wrong, and a draft of a form can name it. What
no row and no draft names is swept by night (:mod:`registry.sweeping`).
"""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import quote_plus, unquote_plus

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registry.models import User
from registry.pictures import MAX_BYTES, PictureRefused, store, take_picture
from registry.storages import (
    StorageAway,
    content_name,
    make_young,
    private_storage,
)
from registry.thai.text import clean_line

Kind = Literal["picture", "proof"]

SALT = "registry.uploads"
#: As long as a form that was begun may be gone on with.
MAX_AGE = timedelta(days=30)
#: A signed value in what a browser sent.
VALUE = re.compile(r"[.\w-]{20,}:[\w-]{1,20}:[\w-]{20,}", re.ASCII)
#: No value of ours is longer; what claims to be is not read.
MAX_VALUE = 6_000
#: Folder of the storage that proofs lie in.
PROOFS = "certificates"
MAX_NAME = 150

logger = logging.getLogger(__name__)


class UploadRefused(ValueError):
    """A signed value that is not taken; ``str()`` is a sentence for the person."""

    def __init__(self, message: str | Promise) -> None:
        self.message = message
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.message)


#: The person can do nothing about it, and must not lose what they typed.
NO_ROOM = _(
    "The portal cannot store files at the moment. Save without the file, or try again "
    "later."
)


@dataclass(frozen=True)
class Upload:
    """A stored file of a form; ``kept`` is what a row will keep of it."""

    kind: Kind
    kept: Mapping[str, Any] = field(repr=False)

    @property
    def file_name(self) -> str:
        """Return the name a proof came under."""
        return str(self.kept.get("file_name", ""))

    @property
    def thumbnail(self) -> str:
        """Return the stored name of a small picture of it; empty for a PDF."""
        if self.kind == "picture":
            return str(self.kept.get("card", {}).get("webp", ""))
        name = str(self.kept.get("file", ""))
        return "" if name.endswith(".pdf") else name

    @property
    def names(self) -> set[str]:
        """Return every stored file it stands for."""
        return set(_names(self.kept))


def _names(value: Any) -> Iterable[str]:
    if isinstance(value, str) and "/" in value:
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if key != "file_name":
                yield from _names(each)


# --- Taking ---------------------------------------------------------------------------


def take_upload(file: UploadedFile, kind: Kind) -> Upload:
    """Look at a file and store it, where only staff see it.

    :raises UploadRefused: if it is no picture (or PDF) we take, or the disk takes no
        more; nothing is kept then.
    :raises StorageAway: if nobody can tell; the same may be sent again.
    """
    try:
        taken = _take_picture(file) if kind == "picture" else _take_proof(file)
    except StorageAway:
        raise
    except OSError as full:
        logger.exception("A file that was sent could not be stored.")
        raise UploadRefused(NO_ROOM) from full
    for name in taken.names:
        make_young(private_storage(), name)
    return taken


def _take_picture(file: UploadedFile) -> Upload:
    try:
        picture = take_picture(file)
    except PictureRefused as refusal:
        raise UploadRefused(refusal.message) from refusal
    return Upload("picture", store(picture, private_storage()).as_json())


def _take_proof(file: UploadedFile) -> Upload:
    return Upload("proof", kept_proof(PROOFS, read_proof(file)))


class Proof(NamedTuple):
    """A paper that was sent: what it is, its bytes, and the name it came under."""

    ending: str
    content: bytes
    name: str


def read_proof(file: UploadedFile) -> Proof:
    """Return a PDF as it is, a picture as our own drawing of it.

    :raises UploadRefused: if it is neither.
    """
    if (file.size or 0) > MAX_BYTES:
        raise UploadRefused(_("The file is too large; at most 10 MB, please."))
    name = clean_line(file.name or "")[-MAX_NAME:]
    file.seek(0)
    content = file.read()
    if content.startswith(b"%PDF-"):
        return Proof("pdf", content, name)
    try:
        picture = take_picture(file)
    except PictureRefused as refusal:
        raise UploadRefused(
            _("This is neither a PDF nor a picture we can read.")
        ) from refusal
    sized = [each for each in picture.variants if each.use.isdigit()]
    # WebP rather than AVIF: more programs of an office open it.
    largest = max(sized, key=lambda each: (int(each.use), each.format == "webp"))
    return Proof(largest.format, largest.data, name)


def kept_proof(prefix: str, proof: Proof) -> dict[str, str]:
    """Store ``proof`` where only staff read it; return what its row keeps of it."""
    stored = content_name(prefix, proof.content, proof.ending)
    shelf = private_storage()
    if not shelf.exists(stored):
        shelf.save(stored, ContentFile(proof.content))
    return {"file": stored, "file_name": proof.name}


# --- Signed values --------------------------------------------------------------------


def signed(upload: Upload, user: User) -> str:
    """Return the value by which a form of ``user`` names ``upload``."""
    content = [upload.kind, user.pk, upload.kept]
    return signing.dumps(content, salt=SALT, compress=True)


def opened(value: str, user: User, kind: Kind) -> Upload:
    """Return the file behind a signed value.

    :raises UploadRefused: if it is bent, expired, another person's or another kind,
        or the file is gone.
    """
    again = _("This file is no longer kept; please choose it again.")
    found = _read(value, max_age=MAX_AGE)
    if found is None or found[1] != user.pk or found[0].kind != kind:
        raise UploadRefused(again)
    upload = found[0]
    shelf = private_storage()
    if not all(shelf.exists(name) for name in upload.names):
        raise UploadRefused(again)
    return upload


def peek(value: str) -> Upload | None:
    """Return what a signed value names, whosever it is; for showing it."""
    found = _read(value)
    return None if found is None else found[0]


def _read(value: str, max_age: timedelta | None = None) -> tuple[Upload, int] | None:
    if len(value) > MAX_VALUE:
        return None
    try:
        kind, owner, kept = signing.loads(value, salt=SALT, max_age=max_age)
    except (signing.BadSignature, ValueError):
        return None
    return Upload(kind, kept), owner


def values_in(typed: str) -> list[str]:
    """Return the signed values in a form as a browser sent it."""
    return VALUE.findall(unquote_plus(typed))


def names_in(typed: str) -> set[str]:
    """Return the stored files that a form, as a browser sent it, names."""
    uploads = map(peek, values_in(typed))
    return set().union(*(upload.names for upload in uploads if upload))


def renew(typed: str, user: User, *, named: set[str]) -> str:
    """Sign the values of a form anew for a colleague who goes on with it.

    Only files among ``named``, those of the row that is gone on with
    (:func:`registry.files.file_names`): a foreign value stays what it is.
    """
    for value in values_in(typed):
        upload = peek(value)
        if upload is None or not upload.names <= named:
            continue
        fresh = signed(upload, user)
        typed = typed.replace(quote_plus(value), quote_plus(fresh))
        typed = typed.replace(value, fresh)
    return typed
