"""Yearly snapshots: each dataset as it stood, once a year, for ever.

A snapshot is written once and never again. What it shows was public on its day and
holds no personal data (:mod:`reports.opendata.base`), so that nothing ever has to be
taken out of it.
"""

import hashlib
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import tee, zip_longest
from typing import IO, Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.errors import RecordError
from registry.storages import hashed_name, private_storage
from registry.thai.dates import be_year
from reports.models import DataSnapshot
from reports.opendata.base import Dataset, registered
from reports.opendata.files import FORMS, Rows

#: The month in which the year that has ended may still be written.
JANUARY = 1


class YearRefused(RecordError):
    """A year whose state of the register is not at hand."""


@dataclass
class Written:
    """A file while it is being written: its bytes, counted and hashed."""

    file: IO[bytes]
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, piece: bytes) -> None:
        """Write the next piece."""
        self.file.write(piece)
        self.digest.update(piece)
        self.size += len(piece)


def year_due() -> int | None:
    """Return the year a nightly run shall write: in January the one that has ended."""
    today = timezone.localdate()
    return be_year(today) - 1 if today.month == JANUARY else None


def make_snapshots(year: int) -> list[DataSnapshot]:
    """Write every dataset of ``year`` that is not written yet; return the new ones.

    Each dataset is one transaction: both its files, or none. Run twice, or by two at
    once, it writes nothing twice.

    :raises YearRefused: unless it is this year, or last year's in January.
    """
    if year not in {be_year(timezone.localdate()), year_due()}:
        raise YearRefused(
            _(
                "The open data of %(year)d cannot be kept any more, or not yet. Only "
                "this year’s can, and in January those of the year that has ended."
            )
            % {"year": year}
        )
    return [made for dataset in registered() for made in _make(dataset, year)]


def _make(dataset: Dataset, year: int) -> list[DataSnapshot]:
    if DataSnapshot.objects.filter(dataset=dataset.slug, year=year).exists():
        return []
    with ExitStack() as stack:
        files = {
            form: Written(stack.enter_context(tempfile.TemporaryFile()))
            for form in FORMS
        }
        count = _write(dataset, files)
        try:
            with transaction.atomic():
                return [
                    _keep(dataset, year, form, written, count)
                    for form, written in files.items()
                ]
        except IntegrityError:
            # Another process was first. Its files stay; ours are swept, if they differ.
            return []


def _write(dataset: Dataset, files: dict[str, Written]) -> int:
    """Write all forms in one reading of the rows, so that they show the same."""
    edition = dataset.edition()
    count = 0

    def counted(rows: Rows) -> Rows:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    with closing(dataset.rows()) as rows:
        # The forms take turns piece by piece: what lies between them stays short.
        copies = tee(counted(rows), len(files))
        writers = [
            FORMS[form][0](dataset, copy, edition)
            for form, copy in zip(files, copies, strict=True)
        ]
        for pieces in zip_longest(*writers):
            for written, piece in zip(files.values(), pieces, strict=True):
                if piece:
                    written.add(piece)
    return count


def _keep(
    dataset: Dataset, year: int, form: str, written: Written, rows: int
) -> DataSnapshot:
    """Store a file and the row that names it. The file first: no row without one."""
    written.file.seek(0)
    digest = written.digest.hexdigest()
    name = hashed_name("snapshots", digest, f".{form}")
    return DataSnapshot.objects.create(
        dataset=dataset.slug,
        year=year,
        format=form,
        file=private_storage().save(name, File(written.file)),
        sha256=digest,
        size=written.size,
        rows=rows,
    )
