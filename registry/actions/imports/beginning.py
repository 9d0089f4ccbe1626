"""Taking a file in: through the gate, into the storage, to its columns."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry import jobs
from registry.actions.imports.checking import AT_ONCE, keep_plan, planned
from registry.actions.imports.steps import kind_of, locked, require, take
from registry.enums import ImportStep, RunStatus
from registry.errors import NotAllowed, RecordError
from registry.garbage import rarely_collected
from registry.importing import keeping
from registry.importing.keeping import FOLDER
from registry.importing.kinds import ImportKind, SheetColumn
from registry.importing.opening import (
    AMONG,
    Mapped,
    Opened,
    mapped,
    missing,
    opened,
    reopened,
    shape_of,
)
from registry.models import ColumnMemory, ImportRun, User
from registry.sheets.gate import PAGE_LIMITS, Limits
from registry.storages import content_name, make_young, private_storage
from registry.thai.text import clean_line


class ColumnsRefused(RecordError):
    """The columns that were named cannot be read."""


class NothingBelow(RecordError):
    """The file has a heading and nothing else."""


@rarely_collected()
def begin(
    source: bytes | BinaryIO,
    *,
    name: str,
    kind: ImportKind,
    by: User,
    limits: Limits = PAGE_LIMITS,
    options: Mapping[str, Any] | None = None,
) -> ImportRun:
    """Take a file that a person sends: through the gate, into the private storage.

    ``options`` are the answers to :meth:`ImportKind.questions`.

    Where the heading says what the columns are, the rows are checked: those of a small
    file at once, of a large one by a worker. Else the person is asked.

    :raises registry.sheets.gate.SheetRefused: if it does not pass the gate.
    :raises NotAllowed: if the kind is not open to the person.
    :raises NothingBelow: if there are no rows under the heading.
    """
    received = receive(
        source, name=name, kind=kind, by=by, limits=limits, options=options
    )
    with transaction.atomic():
        run = received.enter(by)
        if received.found.is_sure:
            start_checking(run, kind, received.file)
    return run


@dataclass(frozen=True)
class Received:
    """A file that passed the gate and lies in the storage; no run names it yet."""

    kind: ImportKind
    name: str
    stored: str
    file: Opened
    found: Mapped
    answers: dict[str, Any]

    def enter(self, by: User) -> ImportRun:
        """Make the run of the file, its rows unchecked."""
        return ImportRun.objects.create(
            by=by,
            layout=self.kind.slug,
            step=ImportStep.MAPPING,
            status=RunStatus.DONE,
            file_name=clean_line(self.name)[-250:],
            file_hash=self.file.sha256,
            file=self.stored,
            heading_row=self.found.heading_row,
            columns=dict(self.found.columns),
            headings=list(self.found.headings),
            options=self.answers,
            language="en" if (get_language() or "th").startswith("en") else "th",
        )


def receive(
    source: bytes | BinaryIO,
    *,
    name: str,
    kind: ImportKind,
    by: User,
    limits: Limits,
    options: Mapping[str, Any] | None = None,
    keeps_rows: bool = True,
) -> Received:
    """Take a file in as :func:`begin` does, up to where its run is made.

    ``keeps_rows`` spares a worker the reading of the file; nobody else needs it.
    """
    if not by.is_active or not kind.may_use(by):
        raise NotAllowed
    content = _content(source, limits)
    file = opened(content, name, limits)
    answers = dict(options or {})
    found = mapped(file, kind, by, answers)
    if found.columns and not any(row.number > found.heading_row for row in file.rows):
        raise NothingBelow(_("There are no rows below the heading of this file."))
    stored = _store(content, name)
    if keeps_rows:
        keeping.keep(FOLDER, file.sha256, file.rows)
    return Received(kind, name, stored, file, found, answers)


def _content(source: bytes | BinaryIO, limits: Limits) -> bytes:
    if isinstance(source, bytes):
        return source
    source.seek(0)
    return source.read(limits.file_bytes + 1)


def _store(content: bytes, name: str) -> str:
    """Keep the file under the name of its content; return that."""
    ending = name.strip().rpartition(".")[2].lower()
    stored = content_name(FOLDER, content, ending)
    shelf = private_storage()
    if not shelf.exists(stored):
        shelf.save(stored, ContentFile(content))
    else:
        # It may be about to be swept: as young as if it were new.
        make_young(shelf, stored)
    return stored


def start_checking(run: ImportRun, kind: ImportKind, file: Opened | None) -> None:
    """Check a small file now, have a worker check a large one."""
    take(run, ImportStep.CHECKING)
    run.save(update_fields=["step"])
    if file is not None and len(file.rows) <= AT_ONCE + AMONG:
        plan = planned(run, kind, file=file)
        keep_plan(run, plan)
    else:
        jobs.start(run, "import.check")


@transaction.atomic
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
    :raises StepRefused: if the run is beyond that.
    """
    fresh = locked(run, by=by)
    kind = kind_of(fresh, by)
    require(fresh, ImportStep.MAPPING, ImportStep.CHECKED, ImportStep.CHECKING)
    file = reopened(fresh)
    if heading_row is not None and heading_row != fresh.heading_row:
        if not any(row.number == heading_row for row in file.rows[:AMONG]):
            raise ColumnsRefused(_("The heading must be one of the first rows."))
        fresh.heading_row = heading_row
        fresh.headings = file.headings(heading_row)
    _check_columns(kind.columns(by), columns, _width(file), fresh.options)
    if not any(row.number > fresh.heading_row for row in file.rows):
        raise NothingBelow(_("There are no rows below the heading of this file."))
    fresh.columns = dict(columns)
    fresh.save(update_fields=["heading_row", "headings", "columns"])
    if remember:
        ColumnMemory.objects.update_or_create(
            by=by,
            layout=kind.slug,
            shape=shape_of(fresh.headings),
            defaults={"columns": dict(columns)},
        )
    start_checking(fresh, kind, file)
    return fresh


def _width(file: Opened) -> int:
    return max((len(row.values) for row in file.rows), default=0)


def _check_columns(
    named: Sequence[SheetColumn],
    columns: Mapping[str, int],
    width: int,
    answered: Collection[str],
) -> None:
    if columns.keys() - {column.key for column in named}:
        raise ColumnsRefused(_("One of the columns is not known here."))
    if len(set(columns.values())) < len(columns):
        raise ColumnsRefused(_("One column of the file was named twice."))
    if any(not 0 <= at < width for at in columns.values()):
        raise ColumnsRefused(_("The file has no such column."))
    lacking = missing(named, {*columns, *answered})
    if lacking:
        titles = ", ".join(str(column.title) for column in lacking)
        raise ColumnsRefused(
            _("These columns are needed: %(titles)s.") % {"titles": titles}
        )
