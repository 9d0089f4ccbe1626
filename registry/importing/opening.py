"""A file that came in: its rows, its heading, and what its columns are."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from registry.errors import RecordError
from registry.importing import keeping
from registry.importing.keeping import FOLDER
from registry.importing.kinds import ImportKind, Sheet, SheetColumn, kinds_for
from registry.importing.lines import CODE, KEY
from registry.models import ColumnMemory, ImportRun, User
from registry.sheets.errors import ERRORS_TITLES
from registry.sheets.gate import (
    COMMAND_LIMITS,
    PAGE_LIMITS,
    Limits,
    admit,
)
from registry.sheets.reading import Row, find_heading, folded, read_rows
from registry.storages import private_storage

#: Rows among which the heading is looked for.
AMONG = 30
#: Characters of a heading that are kept.
LONGEST_HEADING = 300


class FileGone(RecordError):
    """The file of an import is no longer kept."""

    message = _("The file of this import is no longer kept; please send it again.")


@dataclass(frozen=True)
class Mapped:
    """Where the heading is, and what the columns under it are."""

    heading_row: int
    columns: Mapping[str, int]
    headings: Sequence[str]
    #: Whether nobody has to be asked.
    is_sure: bool


@dataclass
class Opened:
    """A file that passed the gate."""

    rows: list[Row]
    #: Of the file as it was sent.
    sha256: str = ""

    @cached_property
    def _by_number(self) -> dict[int, Row]:
        return {row.number: row for row in self.rows[: AMONG * 2]}

    def headings(self, number: int) -> list[str]:
        """Return the texts of the heading row ``number``, by column."""
        row = self._by_number.get(number)
        if row is None:
            return []
        return [heading_text(value) for value in row.values]

    def sheet(self, run: ImportRun) -> Sheet:
        """Return the rows below the heading of a run, with its columns."""
        return self.sheet_of(run.heading_row, run.columns, run.headings, run.file_name)

    def sheet_of(
        self,
        heading_row: int,
        columns: Mapping[str, int],
        headings: Sequence[str],
        file_name: str = "",
    ) -> Sheet:
        """Return the rows below a heading, with what its columns are."""
        taken = set(columns.values())
        return Sheet(
            rows=[row for row in self.rows if row.number > heading_row],
            columns=columns,
            file_name=file_name,
            unknown=[
                text for at, text in enumerate(headings) if text and at not in taken
            ],
            headings=headings,
        )


def heading_text(value: object) -> str:
    """Return a heading as it stands, on one line."""
    return " ".join(str(value).split())[:LONGEST_HEADING]


def opened(content: bytes, name: str, limits: Limits = PAGE_LIMITS) -> Opened:
    """Let a file through the gate and read its rows.

    :raises registry.sheets.gate.SheetRefused: if it does not pass.
    """
    admitted = admit(content, name=name, limits=limits)
    return Opened(list(read_rows(admitted)), admitted.sha256)


def reopened(run: ImportRun) -> Opened:
    """Return the rows of a run again, from where its file is stored.

    :raises FileGone: if it is no longer kept, or not what was sent.
    """
    shelf = private_storage()
    if not run.file or not shelf.exists(run.file):
        raise FileGone
    rows = keeping.kept(FOLDER, run.file_hash)
    if rows is not None:
        return Opened(rows)
    with shelf.open(run.file) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != run.file_hash:
        raise FileGone
    # It was let in by what it was sent to, so a command's large file is read here too.
    return opened(content, run.file_name, COMMAND_LIMITS)


# --- Headings -------------------------------------------------------------------------


def names_of(column: SheetColumn) -> set[str]:
    """Return the headings a column goes by: its title in both languages, others."""
    found = {column.key, *column.aliases}
    for language in ("th", "en"):
        with translation.override(language):
            found.add(str(column.title))
    return found


def mapped(
    file: Opened, kind: ImportKind, by: User, answered: Collection[str] = ()
) -> Mapped:
    """Find the heading: as the person named it once, else by what it says.

    ``answered`` are the columns that a question of the kind stands for.
    """
    columns = kind.columns(by)
    keys = {column.key for column in columns}
    remembered = _remembered(file, kind, by)
    if remembered is not None:
        number, memory = remembered
        known = {key: at for key, at in memory.columns.items() if key in keys}
        if not missing(columns, {*known, *answered}):
            return Mapped(number, known, file.headings(number), is_sure=True)
    names = {column.key: names_of(column) for column in columns}
    heading = find_heading(file.rows, names, among=AMONG)
    if heading is None:
        number = _likely(file.rows)
        return Mapped(number, {}, file.headings(number), is_sure=False)
    all_names = {folded(name) for spelt in names.values() for name in spelt}
    is_ambiguous = any(folded(each) in all_names for each in heading.unknown)
    found = dict(heading.columns)
    return Mapped(
        heading.number,
        found,
        file.headings(heading.number),
        is_sure=not is_ambiguous and not missing(columns, {*found, *answered}),
    )


def missing(
    columns: Sequence[SheetColumn], known: Collection[str]
) -> list[SheetColumn]:
    """Return the needed columns that a file lacks.

    Where a column says which records are meant, they have what is needed already.
    """
    if KEY in known or CODE in known:
        return []
    return [each for each in columns if each.is_needed and each.key not in known]


def fitting(headings: Sequence[str], kind: ImportKind, by: User) -> ImportKind | None:
    """Return the kind that knows more headings of a file than ``kind`` does.

    It finds all that it needs in them. None if there is none.
    """
    said = {folded(each): at for at, each in enumerate(headings) if each}

    def known(each: ImportKind) -> int:
        columns = each.columns(by)
        found = {
            column.key: {folded(name) for name in names_of(column)} & said.keys()
            for column in columns
        }
        keys = {key for key, names in found.items() if names}
        return 0 if missing(columns, keys) else len(set().union(*found.values()))

    own = kind.columns(by)
    names = {folded(name) for column in own for name in names_of(column)}
    here = len(names & said.keys())
    counted = [(known(each), each) for each in kinds_for(by) if each.slug != kind.slug]
    most, best = max(counted, key=lambda pair: pair[0], default=(0, None))
    return best if most > here else None


def shape_of(headings: Sequence[str]) -> str:
    """Return what files of one shape have in common.

    An error workbook has the shape of the file it mends.
    """
    texts = [folded(heading) for heading in headings]
    added = {"", *map(folded, ERRORS_TITLES)}
    while texts and texts[-1] in added:
        texts.pop()
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _remembered(
    file: Opened, kind: ImportKind, by: User
) -> tuple[int, ColumnMemory] | None:
    """Return the row whose shape the person has named before. One query."""
    shapes: dict[str, int] = {}
    for row in file.rows[:AMONG]:
        shapes.setdefault(shape_of(file.headings(row.number)), row.number)
    memory = (
        ColumnMemory.objects.filter(by=by, layout=kind.slug, shape__in=list(shapes))
        .order_by("-used_at", "pk")
        .first()
    )
    return None if memory is None else (shapes[memory.shape], memory)


def _likely(rows: Sequence[Row]) -> int:
    """Return the row that looks most like a heading: of the most different texts."""
    first = rows[:AMONG]
    if not first:
        return 0

    def texts(row: Row) -> int:
        return len({value for value in row.values if isinstance(value, str) and value})

    most = max(first, key=texts)
    return most.number
