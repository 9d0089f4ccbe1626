"""What the worker does for reports: large files."""

import logging
import tempfile
from collections.abc import Callable
from contextlib import closing
from typing import Any, BinaryIO

from django.core.files import File
from django.db import OperationalError, connection
from django.http import QueryDict
from django.utils.translation import gettext as _

from registry import jobs
from registry.enums import SheetFormat
from registry.errors import NotAllowed, RecordError
from registry.models import ExportRun, User
from registry.sheets.writing import TooManyRows
from registry.storages import content_name, private_storage
from reports import catalogue
from reports.actions.exports import WORK, Made, finish_export, rights_of
from reports.exports import TOO_MANY_ROWS, Selection, file_name, selection_of
from reports.files import rows_of, write

logger = logging.getLogger(__name__)

FOLDER = "exports"


@jobs.works(WORK)
def make_file(run: ExportRun, progress: jobs.Progress) -> None:
    """Write the file of an order with the rows its person may see now.

    Until it is stored it has no name: a worker that is killed leaves nothing behind.
    """
    selection, form = ordered(run)
    is_pdf = form == SheetFormat.PDF
    # Of pages nobody knows how many there will be.
    total = 0 if is_pdf else selection.count()
    progress(0, total, "drawing" if is_pdf else "exporting")
    rows = rows_of(selection, form, beating(progress, total))
    with tempfile.TemporaryFile(prefix="portal-report-") as file:
        with closing(rows):
            try:
                write(file, selection, form, rows)
            except TooManyRows as refusal:
                raise RecordError(TOO_MANY_ROWS) from refusal
        made = Made(
            store(file, form),
            file_name(selection, form),
            file.tell(),
            rows.count,
            rights_of(selection.user),
        )
        finish_export(run, made, title=str(selection.report.title))


def beating(progress: jobs.Progress, total: int) -> Callable[[int], None]:
    """Return what hears of rows and tells how far the work is, where it may."""

    def beat(done: int) -> None:
        try:
            progress(done, total)
        except OperationalError:
            # SQLite refuses a write behind the read that is going on, if somebody
            # else wrote meanwhile. A later beat may pass.
            if connection.in_atomic_block:
                raise
            logger.debug("A beat of an export was refused.")

    return beat


def ordered(run: ExportRun) -> tuple[Selection, SheetFormat]:
    """Return what an order asks for, as far as its person may read it now.

    :raises RecordError: if that is nothing any more.
    """
    user = User.objects.select_related("agency").filter(pk=run.by_id).first()
    report = user and catalogue.find(run.report, user)
    if user is None or not user.is_active or report is None:
        raise NotAllowed
    asked = QueryDict(run.query)
    form: Any = report.form(asked, user=user)
    if not form.is_valid():
        raise RecordError(
            _("The filters of this report mean nothing any more. Please choose anew.")
        )
    return selection_of(report, form, asked, user), SheetFormat(run.format)


def store(file: BinaryIO, form: SheetFormat) -> str:
    """Store a whole file under the name of its content; leave it at its end."""
    name = private_storage().save(content_name(FOLDER, file, form), File(file))
    file.seek(0, 2)
    return name
