"""Workbooks made by hand, honest and hostile."""

import io
import struct
import zipfile
from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def relations(**targets: str) -> str:
    """A part of relations: kind → target; the kind is the identifier, too."""
    lines = "".join(
        f'<Relationship Id="{kind}" Type="{OFFICE}/{kind.rstrip("0123456789")}" '
        f'Target="{target}"/>'
        for kind, target in targets.items()
    )
    return f'{DECLARATION}<Relationships xmlns="{RELATIONS}">{lines}</Relationships>'


def sheet(rows: str, *, namespace: str = MAIN, before: str = "") -> str:
    """A worksheet part with these row elements."""
    return (
        f'{DECLARATION}{before}<worksheet xmlns="{namespace}">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def texts(*each: str) -> str:
    """A part of shared texts."""
    items = "".join(f"<si><t>{text}</t></si>" for text in each)
    return f'{DECLARATION}<sst xmlns="{MAIN}">{items}</sst>'


def parts_of(
    *sheets: str, states: Mapping[int, str] | None = None, strings: str = ""
) -> dict[str, str | bytes]:
    """The parts of a workbook of these sheets, named 1, 2, 3."""
    states = states or {}
    entries = "".join(
        f'<sheet name="{at}" sheetId="{at}" r:id="worksheet{at}"'
        f' state="{states.get(at, "visible")}"/>'
        for at in range(1, len(sheets) + 1)
    )
    targets = {
        f"worksheet{at}": f"worksheets/sheet{at}.xml"
        for at in range(1, len(sheets) + 1)
    }
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{DECLARATION}<Types xmlns="x"/>',
        "_rels/.rels": relations(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": (
            f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            f"<sheets>{entries}</sheets></workbook>"
        ),
    }
    if strings:
        targets["sharedStrings"] = "sharedStrings.xml"
        parts["xl/sharedStrings.xml"] = strings
    parts["xl/_rels/workbook.xml.rels"] = relations(**targets)
    for at, part in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{at}.xml"] = part
    return parts


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """The parts as one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def book(*sheets: str, **options) -> bytes:
    """A whole workbook of these sheets."""
    return zipped(parts_of(*sheets, **options))


def claiming_size(data: bytes, name: str, size: int) -> bytes:
    """The ZIP ``data``, whose list of contents says ``name`` has ``size`` bytes."""
    raw = bytearray(data)
    at = raw.index(b"PK\x01\x02")
    while raw[at : at + 4] == b"PK\x01\x02":
        lengths = struct.unpack_from("<HHH", raw, at + 28)
        if raw[at + 46 : at + 46 + lengths[0]] == name.encode():
            struct.pack_into("<I", raw, at + 24, size)
        at += 46 + sum(lengths)
    return bytes(raw)


def encrypted_zip(data: bytes) -> bytes:
    """The ZIP ``data`` with every entry marked as encrypted."""
    raw = bytearray(data)
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = raw.find(signature)
        while at >= 0:
            raw[at + offset] |= 1
            at = raw.find(signature, at + 4)
    return bytes(raw)
