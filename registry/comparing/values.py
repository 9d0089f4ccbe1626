"""Values of a record in words and pictures, masked where they reach one person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _now

from registry.chronicle import NAMING_VALUES, SECRET, SILENT
from registry.desks import desk_of
from registry.differences import Piece, marked
from registry.files import own_url
from registry.models import User
from registry.packing import Clash, Part, read
from registry.wording import EMPTY, NOTHING, Key, Wording, is_picture

#: What stands for something that only some people may read.
MASK = "••••••"
#: Widths of pictures shown, in pixels: the first that a picture has is taken.
SHOWN_WIDTHS = ("480", "960", "1600")


@dataclass(frozen=True)
class Picture:
    """A stored picture, at an address that opens for the reader alone."""

    url: str
    large_url: str
    width: int
    height: int


@dataclass(frozen=True)
class Cell:
    """One value: in words, with what differs marked, as a picture, or as a file."""

    text: str
    pieces: tuple[Piece, ...] = ()
    picture: Picture | None = None
    url: str = ""
    is_masked: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to read."""
        return self.text == NOTHING and self.picture is None


@dataclass(frozen=True)
class Line:
    """One field: what stood there, what is proposed, and what stands there now.

    ``now`` is given where somebody else changed it meanwhile.
    """

    part: Part
    label: str
    old: Cell
    new: Cell
    now: Cell | None = None
    is_private: bool = False
    #: The values themselves, for a form.
    value: Any = None


def is_silent(name: str) -> bool:
    """Tell whether a column means nothing to people, or is said by the head."""
    return name in SILENT or name.endswith(SECRET)


def as_value(column: Any, kept: Any) -> Any:
    """Return a packed value as the column's own; keys stay keys."""
    if column.remote_field is not None or isinstance(column, models.JSONField):
        return kept
    return column.to_python(kept)


@dataclass
class Reader:
    """Puts values into words for one person; knows whether anything was masked."""

    model: type[models.Model]
    viewer: User
    is_revealed: bool = False
    keys: Iterable[Key] = ()
    has_masked: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        desk = desk_of(self.model._meta.label)
        self.wording = (desk.wording if desk else Wording()).knowing(self.keys)

    def hides(self, row: Any) -> bool:
        """Tell whether personal columns of a child are masked; remember if so."""
        if not getattr(row, "PERSONAL", ()) or getattr(row, "is_public", False):
            return False
        self.has_masked = True
        return not self.is_revealed

    def line(
        self, part: Part, column: Any, row: Any, *, is_hidden: bool = False
    ) -> Line:
        """Return a field of a row as it is."""
        value = read(row, column.name)
        is_hidden = is_hidden and column.name in getattr(row, "PERSONAL", ())
        cell = self.cell(column, value, is_hidden=is_hidden, name=file_name_of(row))
        label = self.wording.label(column)
        return Line(part, label, cell, cell, None, is_private(column), value)

    def change(
        self,
        part: Part,
        column: Any,
        values: Sequence[Any],
        found: Mapping[Part, Clash],
        *,
        is_hidden: bool = False,
    ) -> Line:
        """Return a changed field, old and new: words marked where they differ."""
        is_hidden = is_hidden and column.name in getattr(column.model, "PERSONAL", ())
        before, after = (
            self.cell(column, value, is_hidden=is_hidden) for value in values
        )
        if not is_hidden and not (before.picture or after.picture):
            before, after = with_marks(before, after)
        clash, now = found.get(part), None
        if clash is not None and not clash.is_gone:
            now = self.cell(column, clash.now, is_hidden=is_hidden)
        label = self.wording.label(column)
        return Line(part, label, before, after, now, is_private(column), values[1])

    def cell(
        self, column: Any, kept: Any, *, is_hidden: bool = False, name: str = ""
    ) -> Cell:
        """Return a packed value in words, or as a picture or file."""
        if kept in EMPTY:
            return Cell(NOTHING)
        if is_hidden:
            return Cell(MASK, is_masked=True)
        if is_picture(kept) and kept.get("names"):
            return Cell(_now("picture"), picture=self.picture(kept))
        if column.name == "file":
            return Cell(name or _now("file"), url=own_url(self.viewer, kept))
        if isinstance(column, models.ManyToManyField):
            names = self.wording.names
            target = column.related_model
            return Cell(", ".join(names.get((target, pk), "…") for pk in kept))
        return Cell(self.wording.read(column, as_value(column, kept)))

    def picture(self, kept: Mapping[str, Any]) -> Picture | None:
        """Return a stored picture; None if it has no files."""
        names = kept.get("names", {}).get("webp", {})
        sizes = [width for width in SHOWN_WIDTHS if width in names] or sorted(names)
        if not sizes:
            return None
        small, large = (
            own_url(self.viewer, names[width]) for width in (sizes[0], sizes[-1])
        )
        return Picture(small, large, int(kept["width"]), int(kept["height"]))

    def title(self, model: Any, row: Any, is_hidden: bool) -> str:
        """Return a child by its kind and its first values, without what is masked."""
        kind = str(capfirst(str(model._meta.verbose_name)))
        skipped = {"position", *model.PARENTS, *(model.PERSONAL if is_hidden else ())}
        found: list[str] = []
        for column in model._meta.concrete_fields:
            is_telling = not (
                column.primary_key
                or column.name in skipped
                or is_silent(column.name)
                or isinstance(column, models.JSONField | models.BooleanField)
                or column.name in {"file", "file_name"}
            )
            if is_telling and len(found) < NAMING_VALUES:
                cell = self.cell(column, read(row, column.name))
                found += [] if cell.is_empty else [cell.text]
        return f"{kind}: {' · '.join(found)}" if found else kind


def is_private(column: models.Field) -> bool:
    """Tell whether a column is for staff alone, as its name says."""
    return column.name.startswith("private_") or column.name.endswith("_last4")


def with_marks(old: Cell, new: Cell) -> tuple[Cell, Cell]:
    """Return two cells whose texts say where they differ."""
    texts = ["" if cell.is_empty else cell.text for cell in (old, new)]
    was, is_now = marked(*texts)
    return Cell(old.text, was, url=old.url), Cell(new.text, is_now, url=new.url)


def file_name_of(row: Any) -> str:
    """Return the name under which the file of a row came."""
    return str(getattr(row, "file_name", ""))
