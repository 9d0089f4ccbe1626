"""The portal's own fonts: cut from installed packages, never fetched from elsewhere.

The repository holds no font file. ``collectstatic`` asks the finder below, which cuts
the faces that the pages use down to the letters that they use, once a machine.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import fontpkg
import fontTools
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage, Storage
from fontTools import subset


class Face(NamedTuple):
    """One weight of one family."""

    family: str
    weight: int

    @property
    def name(self) -> str:
        """Return the file's name among the static files."""
        return f"fonts/{self.family.lower()}-{self.weight}.woff2"


FACES = (Face("Sarabun", 400), Face("Sarabun", 700), Face("Prompt", 600))
#: What Thai and English pages are written in. The fonts have no stars and no check
#: marks: those are icons.
LETTERS = (
    *range(0x20, 0x7F),  # Latin
    *range(0xA0, 0x100),  # Latin with accents, ×, °
    *range(0x0E01, 0x0E5C),  # Thai, with the baht sign and Thai digits
    *range(0x200B, 0x200E),  # where a Thai line may and may not break
    *range(0x2010, 0x2016),  # dashes
    *range(0x2018, 0x201F),  # quotation marks
    0x2022,  # bullet
    0x2026,  # ellipsis
    0x2190,  # arrow to the left
    0x2192,  # arrow to the right
    0x2212,  # minus
    0x25CC,  # the circle that carries a lone Thai vowel
)


class FontPackageFinder(BaseFinder):
    """Finds ``fonts/*.woff2`` by cutting them on first use."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(  # type: ignore[override] # Django itself returns [] for "not found"
        self, path: str, find_all: bool = False, **kwargs: Any
    ) -> str | list[str]:
        if path not in {face.name for face in FACES}:
            return []
        found = str(cut_fonts() / path)
        return [found] if find_all else found

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, Storage]]:
        storage = FileSystemStorage(location=cut_fonts())
        for face in FACES:
            yield face.name, storage


def cut_fonts() -> Path:
    """Return the folder that holds every face, cutting those that are missing.

    About two seconds the first time. Its name follows from all that decides the
    bytes, so that an upgrade cuts anew and a second start reads what is there.
    """
    recipe = repr((1, FACES, LETTERS, fontTools.version)).encode()
    folder = settings.DATA_DIR / f"fonts-{hashlib.sha256(recipe).hexdigest()[:12]}"
    for face in FACES:
        target = folder / face.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            _cut(face, target)
    return folder


def _cut(face: Face, target: Path) -> None:
    """Write the letters of ``face`` to ``target``, whole or not at all.

    The same installed packages give the same bytes on every machine: no moment of
    writing is recorded, and no optional library takes part.
    """
    options = subset.Options(
        flavor="woff2",
        layout_features=["*"],
        notdef_outline=True,
        harfbuzz_repacker=False,
    )
    font = subset.load_font(str(fontpkg.path(face.family, weight=face.weight)), options)
    font.recalcTimestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=LETTERS)
    cutter.subset(font)
    descriptor, hidden = tempfile.mkstemp(prefix=".part-", dir=target.parent)
    os.close(descriptor)
    try:
        subset.save_font(font, hidden, options)
        Path(hidden).chmod(0o644)
        Path(hidden).replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(hidden).unlink()
        font.close()
