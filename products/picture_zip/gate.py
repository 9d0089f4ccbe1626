"""A ZIP of pictures, unpacked without trusting what it says of itself.

Nothing is ever written under a name that the ZIP gives: a file is read by itself, in
memory, and its folders do not count.
"""

import copy
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext_lazy as _

from registry.errors import RecordError
from registry.pictures import MAX_BYTES, DamagedPicture, HeavyPicture
from registry.thai.numerals import to_arabic_digits
from registry.thai.text import clean_line

MEGABYTE = 1024 * 1024
MOST_BYTES = 200 * MEGABYTE
MOST_ENTRIES = 1_000
#: Of all files together; pictures hardly shrink.
MOST_UNPACKED = 400 * MEGABYTE
#: Of the list of contents: to read a longer one takes longer than to refuse it.
MOST_LIST = 2 * MEGABYTE
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".avif")
ZIP = b"PK\x03\x04"
END = b"PK\x05\x06"
#: The end of the list stands among the last bytes, before a comment.
END_WITHIN = 22 + 65_535
PIECE = 256 * 1024
IS_ENCRYPTED = 0x1
IS_UTF8 = 0x800
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
BEYOND = 1 << 62
#: What computers put into every ZIP.
RUBBISH = re.compile(
    r"(?:^|/)(?:__MACOSX/|\.[^./]|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE
)
CODE = re.compile(r"(\d{2})[-_ ]?P[-_ ]?(\d{5,6})(?![0-9A-Za-z])", re.IGNORECASE)
NUMBER = re.compile(r"(\d+)")


class ZipRefused(RecordError):
    """A file that is not taken; the message is a sentence for the person."""


NOT_A_ZIP = _("Please send a ZIP file of pictures (.zip).")
TOO_LARGE = _("The file is too large; at most 200 MB, please.")
TOO_MANY = _("The ZIP has more than 1,000 files; please send it in parts.")
UNPACKED = _("The ZIP unpacks to more than 400 MB; please send it in parts.")
PROTECTED = _("The ZIP is protected by a password; please remove it and send again.")
DAMAGED = _("The ZIP is damaged; please make it again.")
EMPTY = _("There are no files in the ZIP.")


def code_of(name: str) -> str:
    """Return the code of a product that a file's name begins with; empty for none."""
    match = CODE.match(to_arabic_digits(name))
    return f"{match[1]}-P-{match[2]}" if match else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a ZIP; ``name`` is without folders, for people to read."""

    info: zipfile.ZipInfo
    name: str

    @property
    def is_picture(self) -> bool:
        """Tell whether it is called like a picture."""
        return self.name.lower().endswith(ENDINGS)

    @property
    def code(self) -> str:
        """Return the code of a product that its name begins with; empty for none."""
        return code_of(self.name)

    @property
    def place(self) -> tuple[str, list[tuple[int, str]]]:
        """Return what it stands in order by: its code, then its name with numbers."""
        parts = NUMBER.split(self.name.casefold())
        return self.code, [
            (int(part), "") if part.isdecimal() else (-1, part) for part in parts
        ]


class PictureZip:
    """An open ZIP that passed the gate.

    :raises ZipRefused: if it does not.
    """

    def __init__(self, file: IO[bytes]) -> None:
        _check_file(file)
        try:
            self._archive = zipfile.ZipFile(file)
            entries = [each for each in self._archive.infolist() if not each.is_dir()]
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
            raise ZipRefused(DAMAGED) from error
        kept = [each for each in entries if not RUBBISH.search(_path(each))]
        if len(entries) > 2 * MOST_ENTRIES or len(kept) > MOST_ENTRIES:
            raise ZipRefused(TOO_MANY)
        if not kept:
            raise ZipRefused(EMPTY)
        if any(each.flag_bits & IS_ENCRYPTED for each in entries):
            raise ZipRefused(PROTECTED)
        if any(each.compress_type not in METHODS for each in entries):
            raise ZipRefused(DAMAGED)
        if sum(each.file_size for each in entries) > MOST_UNPACKED:
            raise ZipRefused(UNPACKED)
        self.left_out = len(entries) - len(kept)
        self.entries = sorted(
            (Entry(each, _name(each)) for each in kept), key=lambda each: each.place
        )

    def read(self, entry: Entry) -> bytes:
        """Return the bytes of a file, no more than it says it has.

        :raises registry.pictures.PictureRefused: if it has more, or is damaged.
        """
        if entry.info.file_size > MAX_BYTES:
            raise HeavyPicture
        # Python stops where the list says the file ends. We want to see one that
        # goes on beyond it.
        whole = copy.copy(entry.info)
        whole.file_size = BEYOND
        pieces, size = [], 0
        try:
            with self._archive.open(whole) as part:
                for piece in _pieces(part):
                    size += len(piece)
                    if size > min(entry.info.file_size, MAX_BYTES):
                        raise DamagedPicture
                    pieces.append(piece)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            ValueError,
            RuntimeError,
            NotImplementedError,
        ) as error:
            if isinstance(error, DamagedPicture):
                raise
            raise DamagedPicture from error
        return b"".join(pieces)


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    while piece := part.read(PIECE):
        yield piece


def _check_file(file: IO[bytes]) -> None:
    """Refuse by size, first bytes, and the length of the list of contents."""
    size = file.seek(0, 2)
    if size > MOST_BYTES:
        raise ZipRefused(TOO_LARGE)
    file.seek(0)
    start = file.read(len(ZIP))
    if start == END:
        raise ZipRefused(EMPTY)
    if start != ZIP:
        raise ZipRefused(NOT_A_ZIP)
    file.seek(max(0, size - END_WITHIN))
    tail = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) < at + 22:
        raise ZipRefused(DAMAGED)
    count, length = struct.unpack("<HI", tail[at + 10 : at + 16])
    # 65,535 and 4 GB stand for "more than fits": a ZIP of another format.
    if count > 2 * MOST_ENTRIES or length > MOST_LIST:
        raise ZipRefused(TOO_MANY)
    file.seek(0)


def _path(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/")


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name without folders, Thai as Thai Windows wrote it."""
    name = _path(info).rpartition("/")[2]
    if not info.flag_bits & IS_UTF8:
        try:
            name = name.encode("cp437").decode("cp874")
        except (UnicodeEncodeError, UnicodeDecodeError):
            pass
    return clean_line(name)[-200:]
