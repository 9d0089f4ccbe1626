"""Files that leave the register: written at once, or by a worker, always the same."""

import tempfile
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, closing
from typing import Any, BinaryIO

from django.conf import settings
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from registry.enums import SheetFormat
from registry.models import ExportRun
from registry.sheets.writing import Sheet, write_csv, write_workbook, write_xlsx
from reports.actions.exports import Counted, begin_export, recorded
from reports.base import RecordReport, TableReport
from reports.exports import Selection, about, file_name
from reports.pdf.base import DocumentReport
from reports.pdf.registers import document_of
from reports.pdf.rendering import render

CONTENT_TYPES = {
    SheetFormat.XLSX: (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ),
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.PDF: "application/pdf",
}


def is_large(selection: Selection, form: SheetFormat) -> bool:
    """Tell whether the file is for a worker: nobody waits so long for a page."""
    if getattr(selection.report, "is_long", False):
        return True
    is_pdf = form == SheetFormat.PDF
    most = settings.EXPORT_PDF_ROWS if is_pdf else settings.EXPORT_ROWS
    return selection.count(most + 1) > most


def answer(selection: Selection, form: SheetFormat) -> HttpResponseBase:
    """Send the file, and remember that it left.

    :raises registry.sheets.writing.TooManyRows: if a workbook cannot hold the rows.
    """
    run = begin_export(
        selection.report.slug, form, selection.filters, by=selection.user
    )
    response = (
        StreamingHttpResponse(csv_pieces(selection, run))
        if form == SheetFormat.CSV
        else whole(selection, form, run)
    )
    return named(response, file_name(selection, form), form)


def named(response: HttpResponseBase, name: str, form: SheetFormat) -> HttpResponseBase:
    """Return ``response`` as a file to keep, under its name."""
    response["Content-Type"] = CONTENT_TYPES[form]
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def csv_pieces(selection: Selection, run: ExportRun) -> Generator[bytes]:
    """Yield the file in pieces, then write down how it went."""
    rows = rows_of(selection, SheetFormat.CSV)
    # The rows' cursor is closed first: SQLite refuses a write behind an older read.
    with recorded(run, rows), closing(rows):
        yield from csv_of(selection, rows)


def whole(selection: Selection, form: SheetFormat, run: ExportRun) -> FileResponse:
    """Send the file once all of it is there, which nothing keeps."""
    with ExitStack() as on_failure:
        file = on_failure.enter_context(tempfile.TemporaryFile(prefix="portal-report-"))
        rows = rows_of(selection, form)
        with recorded(run, rows), closing(rows):
            write(file, selection, form, rows)
        file.seek(0)
        # From here on the answer closes it.
        on_failure.pop_all()
    return FileResponse(file)


# --- What is in it ----------------------------------------------------------------


def rows_of(
    selection: Selection, form: SheetFormat, beat: Callable[[int], None] | None = None
) -> Counted:
    """Return the rows that leave in a file; ``beat`` hears how many have."""
    if isinstance(selection.report, RecordReport):
        return Counted(selection.cells(), beat)
    is_csv = form == SheetFormat.CSV and selection.tables
    return Counted(_given(selection.one_table.rows if is_csv else ()), beat)


def _given(rows: Iterable[Any]) -> Generator[Any]:
    yield from rows


def write(
    file: BinaryIO, selection: Selection, form: SheetFormat, rows: Counted
) -> None:
    """Write all of a file.

    :raises registry.sheets.writing.TooManyRows: if a workbook cannot hold the rows.
    """
    if form == SheetFormat.CSV:
        for piece in csv_of(selection, rows):
            file.write(piece)
    elif form == SheetFormat.PDF:
        file.write(pdf_of(selection))
        rows.count = selection.count()
    elif isinstance(selection.report, TableReport):
        rows.count = selection.count()
        write_workbook(
            file,
            [
                Sheet(each.title, each.columns, each.rows, each.totals)
                for each in selection.tables
            ],
            title=selection.report.title,
            about=about(selection, rows),
            language=selection.language,
        )
    elif isinstance(selection.report, RecordReport):
        write_xlsx(
            file,
            selection.report.columns(selection.user),
            rows,
            title=selection.report.title,
            about=about(selection, rows),
            language=selection.language,
        )


def csv_of(selection: Selection, rows: Counted) -> Generator[bytes]:
    """Yield a CSV in pieces: the records, or one table without its totals."""
    report = selection.report
    columns = (
        report.columns(selection.user)
        if isinstance(report, RecordReport)
        else selection.one_table.columns
    )
    yield from write_csv(columns, rows, language=selection.language)


def pdf_of(selection: Selection) -> bytes:
    """Return a report on paper."""
    is_drawn = isinstance(selection.report, DocumentReport)
    document = document_of(
        selection.report,
        selection.user,
        selection.form,
        language=selection.language,
        digits=selection.digits,
        rows=selection.rows,
        tables=None if is_drawn else selection.tables,
    )
    return render(document)
