"""A workbook is a ZIP: how it is unpacked without trusting what it says of itself."""

import copy
import io
import zipfile
import zlib
from collections.abc import Iterator

from registry.sheets.refusals import Limits, Refusal, SheetRefused, unpacked

#: Begins each entry of a ZIP's list of contents.
ENTRY = b"PK\x01\x02"
PIECE = 256 * 1024
IS_ENCRYPTED = 0x1
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
BEYOND = 1 << 62
#: Parts that carry a program, by their names.
MACRO_ENDS = ("vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin")
MACRO_FOLDER = "xl/macrosheets/"
CONTENT_TYPES = "[Content_Types].xml"
MACRO_TYPE = b"macroenabled"
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"


def unpack(data: bytes, limits: Limits) -> dict[str, bytes]:
    """Return the XML parts of the workbook by name.

    Every part is inflated and counted; what is no XML is then dropped.

    :raises SheetRefused: as soon as a limit is passed.
    """
    # Listing a hundred thousand parts takes longer than refusing them.
    if data.count(ENTRY) > 2 * limits.parts:
        raise SheetRefused(Refusal.TOO_MANY_PARTS)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            _check_list(entries, limits)
            parts = dict(_inflated(archive, entries, limits))
    except SheetRefused:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:
        raise SheetRefused(Refusal.DAMAGED) from error
    _check_macros(entries, parts)
    return parts


def _check_list(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse by the list of contents alone, before anything is inflated."""
    if len(entries) > limits.parts:
        raise SheetRefused(Refusal.TOO_MANY_PARTS)
    if any(each.flag_bits & IS_ENCRYPTED for each in entries):
        raise SheetRefused(Refusal.ENCRYPTED)
    if any(each.compress_type not in METHODS for each in entries):
        raise SheetRefused(Refusal.DAMAGED)
    # Two parts of one name: another reader may take the other one.
    if len({each.filename.casefold() for each in entries}) < len(entries):
        raise SheetRefused(Refusal.DAMAGED)
    if sum(each.file_size for each in entries) > limits.unpacked_bytes:
        raise unpacked(limits)


def _inflated(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits
) -> Iterator[tuple[str, bytes]]:
    """Inflate each part, counting; yield those that are XML."""
    left = limits.unpacked_bytes
    for entry in entries:
        # Python stops where the list says the part ends. We want to see a part that
        # goes on beyond it.
        whole = copy.copy(entry)
        whole.file_size = BEYOND
        kept = io.BytesIO()
        with archive.open(whole) as part:
            size = 0
            while piece := part.read(PIECE):
                size += len(piece)
                if size > entry.file_size:
                    raise SheetRefused(Refusal.WRONG_SIZE)
                if size > left:
                    raise unpacked(limits)
                kept.write(piece)
        left -= size
        if entry.filename == "mimetype" and kept.getvalue().startswith(OPEN_DOCUMENT):
            raise SheetRefused(Refusal.OPEN_DOCUMENT)
        if entry.filename.lower().endswith((".xml", ".rels")):
            yield entry.filename, kept.getvalue()


def _check_macros(entries: list[zipfile.ZipInfo], parts: dict[str, bytes]) -> None:
    names = [each.filename.casefold() for each in entries]
    if any(
        name.endswith(MACRO_ENDS) or name.startswith(MACRO_FOLDER) for name in names
    ):
        raise SheetRefused(Refusal.MACROS)
    if MACRO_TYPE in parts.get(CONTENT_TYPES, b"").lower():
        raise SheetRefused(Refusal.MACROS)
