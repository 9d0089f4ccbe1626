"""The parts of a workbook, and the one sheet of it that is read."""

import io
import posixpath
import zipfile
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from xml.sax.saxutils import quoteattr

from registry.sheets.refusals import Limits, Refusal, SheetRefused
from registry.sheets.scanning import (
    Relations,
    Scanner,
    SharedTexts,
    SheetScanner,
    WorkbookScanner,
)

S = TypeVar("S", bound=Scanner)

STRICT = "http://purl.oclc.org/ooxml/"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


@dataclass(frozen=True)
class OneSheet:
    """The first sheet with cells, as a workbook of its own."""

    name: str
    content: bytes
    #: Positions (``row * scanning.ROW + column``, both from 1) of computed cells.
    formulas: "array[int]"
    #: Those that hold no value: a formula never computed, or an error like #N/A.
    broken: "array[int]"


class Package:
    """The XML parts of a workbook, each read once.

    A part is found by following relations from the package's root, as Excel does;
    names of parts mean nothing by themselves.
    """

    def __init__(self, parts: Mapping[str, bytes], limits: Limits) -> None:
        self.parts = parts
        self.limits = limits
        self.scanned: set[str] = set()

    def one_sheet(self) -> OneSheet:
        """Read every part, and write the first visible sheet with cells anew.

        :raises SheetRefused: if a part is no good XML, or the sheet passes a limit.
        """
        self._check_tags()
        workbook_name = self._workbook_name()
        workbook = self._workbook(workbook_name)
        related = self._relations(workbook_name)
        texts_name = of_kind(related, "sharedStrings")
        texts = SharedTexts()
        if texts_name:
            self._scan(texts_name, texts)
        chosen: tuple[str, str, SheetScanner] | None = None
        for entry in workbook.sheets:
            kind, part = related.get(entry.relation, ("", ""))
            if kind == "worksheet" and entry.is_visible and chosen is None:
                sheet = self._scan(part, SheetScanner(texts, self.limits))
                if sheet.has_cells:
                    chosen = entry.name, part, sheet
        for part in self.parts.keys() - self.scanned:
            self._scan(part, Scanner())
        if chosen is None:
            raise SheetRefused(Refusal.NO_CELLS)
        name, part, sheet = chosen
        kept = {
            "worksheet": self.parts[part],
            "sharedStrings": self.parts.get(texts_name),
            "styles": self.parts.get(of_kind(related, "styles")),
        }
        content = written_anew(kept, starts_1904=workbook.starts_1904)
        return OneSheet(name, content, sheet.formulas, sheet.broken)

    def _check_tags(self) -> None:
        """Refuse what would take long to read, before it is read."""
        parts = self.parts.values()
        tags = sum(part.count(b"<") + part.count(b"/>") for part in parts)
        if tags > self.limits.tags:
            raise SheetRefused(Refusal.TOO_MANY_CELLS, limit=self.limits.cells)

    def _workbook_name(self) -> str:
        """Return the name of the part that lists the sheets."""
        name = of_kind(self._relations(""), "officeDocument")
        if name not in self.parts:
            raise SheetRefused(Refusal.NOT_A_WORKBOOK)
        return name

    def _workbook(self, name: str) -> WorkbookScanner:
        workbook = self._scan(name, WorkbookScanner())
        if workbook.root.startswith(STRICT):
            raise SheetRefused(Refusal.STRICT)
        if workbook.root.rpartition("}")[2] != "workbook":
            raise SheetRefused(Refusal.NOT_A_WORKBOOK)
        return workbook

    def _relations(self, source: str) -> dict[str, tuple[str, str]]:
        """Return kind and name of the parts ``source`` refers to, by identifier."""
        folder, _, base = source.rpartition("/")
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        if name not in self.parts:
            return {}
        found = self._scan(name, Relations()).found
        # An absolute target begins at the root, which join() sees to.
        return {
            identifier: (
                kind,
                posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"),
            )
            for identifier, (kind, target) in found.items()
        }

    def _scan(self, name: str, scanner: S) -> S:
        if name not in self.parts:
            raise SheetRefused(Refusal.DAMAGED)
        scanner.scan(self.parts[name])
        self.scanned.add(name)
        return scanner


def of_kind(related: Mapping[str, tuple[str, str]], kind: str) -> str:
    """Return the name of the first related part of a kind, or nothing."""
    return next((name for found, name in related.values() if found == kind), "")


def written_anew(kept: Mapping[str, bytes | None], *, starts_1904: bool) -> bytes:
    """Return a workbook of one sheet with the parts that are kept, by their kinds."""
    present = {kind: part for kind, part in kept.items() if part is not None}
    calendar = '<workbookPr date1904="1"/>' if starts_1904 else ""
    relations = {kind: (f"{OFFICE}/{kind}", f"{kind}.xml") for kind in present}
    root = {"workbook": (f"{OFFICE}/officeDocument", "xl/workbook.xml")}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("_rels/.rels", relations_xml(root))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{calendar}'
            '<sheets><sheet name="1" sheetId="1" r:id="worksheet"/></sheets>'
            "</workbook>",
        )
        archive.writestr("xl/_rels/workbook.xml.rels", relations_xml(relations))
        for kind, part in present.items():
            archive.writestr(f"xl/{kind}.xml", part)
    return written.getvalue()


def relations_xml(relations: Mapping[str, tuple[str, str]]) -> str:
    """Return a part that refers to others: kind and target by identifier."""
    lines = "".join(
        f"<Relationship Id={quoteattr(identifier)} Type={quoteattr(kind)} "
        f"Target={quoteattr(target)}/>"
        for identifier, (kind, target) in relations.items()
    )
    return f'<Relationships xmlns="{RELATIONS}">{lines}</Relationships>'
