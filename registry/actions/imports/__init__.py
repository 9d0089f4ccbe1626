"""Files that come into the register: sent, checked, confirmed, written, undone.

Every step locks the run first and follows :attr:`registry.enums.ImportStep.NEXT`.
"""

from collections.abc import Mapping
from typing import BinaryIO

from registry.enums import RowChoice
from registry.importing.kinds import ImportKind
from registry.models import ImportRun, User


def begin(
    source: bytes | BinaryIO, *, name: str, kind: ImportKind, by: User
) -> ImportRun:
    """Take a file that a person sends: through the gate, into the private storage.

    :raises registry.sheets.gate.SheetRefused: if it does not pass the gate.
    :raises NotAllowed: if the kind is not open to the person.
    """
    raise NotImplementedError


def name_columns(
    run: ImportRun,
    columns: Mapping[str, int],
    *,
    by: User,
    heading_row: int | None = None,
    remember: bool = True,
) -> ImportRun:
    """Say what the columns of the file are: key → column, from 0; then check.

    :raises ColumnsRefused: if a needed column is missing, one is none of the kind, is
        not in the file, or is named twice.
    """
    raise NotImplementedError


def decide(
    run: ImportRun,
    number: int,
    choice: RowChoice,
    chosen_id: int | None,
    *,
    by: User,
) -> ImportRun:
    """Say what the row ``number`` is; counts from the next :func:`check_again`."""
    raise NotImplementedError


def decide_all(run: ImportRun, choice: RowChoice, *, by: User) -> ImportRun:
    """Say the same of every row that looks like something and is not decided."""
    raise NotImplementedError


def set_options(run: ImportRun, *, erases: bool, by: User) -> ImportRun:
    """Say whether empty cells erase; counts from the next :func:`check_again`."""
    raise NotImplementedError


def check_again(run: ImportRun, *, by: User) -> ImportRun:
    """Check every row anew, with what was decided."""
    raise NotImplementedError


def confirm(run: ImportRun, *, only_good: bool, by: User, digest: str) -> ImportRun:
    """Have what was shown written; ``digest`` is that of the preview that was seen.

    :raises StaleVersion: if the preview has another one by now.
    :raises RecordError: if rows are bad and not only the good ones are wanted.
    """
    raise NotImplementedError


def drop(run: ImportRun, *, by: User) -> ImportRun:
    """Give the import up; nothing was written."""
    raise NotImplementedError


def undo(run: ImportRun, *, by: User) -> ImportRun:
    """Have taken back what the import did; a worker does it.

    :raises RecordError: naming what was changed since, if anything was.
    """
    raise NotImplementedError
