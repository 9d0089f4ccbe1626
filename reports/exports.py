"""Files that leave the register: the rows, their name, and what is said of them."""

import re
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import Promise, lazystr
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.enums import Role, SheetFormat
from registry.models import ExportRun, Province, User
from registry.sheets.writing import write_csv, write_xlsx
from registry.thai.dates import Language, be_year, format_datetime, spoken
from reports.actions import Counted, begin_export, recorded
from reports.base import RecordReport

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
#: Forms a report is taken away in, by the name an address has for them.
FORMATS = {form.value: form for form in (SheetFormat.XLSX, SheetFormat.CSV)}
TOO_MANY_ROWS = gettext_lazy(
    "These are more rows than a sheet of Excel holds. Take the CSV, or choose fewer."
)

#: What file systems refuse. Thai vowels and tones stay: they are no letters to
#: ``str.isalnum``, which is why Django's own cleaner would drop them.
NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\\/:*?"<>|]')

Line = tuple[str | Promise, str | Promise]


@dataclass(frozen=True)
class Selection:
    """Rows of a report that somebody takes away, and how they were chosen."""

    report: RecordReport
    user: User
    rows: QuerySet[Any]
    #: How they were chosen, for who reads the file, and for the log.
    said: Sequence[Line]
    filters: Mapping[str, Any]
    #: The one province they lie in.
    place: Province | None = None
    language: Language = field(default_factory=lambda: spoken(None))

    def cells(self) -> Generator[list[object]]:
        """Yield the cells of each row, in the columns the person gets."""
        return self.report.rows(
            self.rows,
            self.report.columns(self.user),
            user=self.user,
            language=self.language,
        )


def answer(selection: Selection, form: SheetFormat) -> HttpResponseBase:
    """Send the rows as a file, and remember that they left.

    :raises registry.sheets.writing.TooManyRows: if a workbook cannot hold them.
    """
    send = send_csv if form == SheetFormat.CSV else send_xlsx
    response = send(selection)
    name = file_name(selection, form)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def send_csv(selection: Selection) -> StreamingHttpResponse:
    """Send the rows as they are read."""
    run = begin_export(
        selection.report.slug, SheetFormat.CSV, selection.filters, by=selection.user
    )
    return StreamingHttpResponse(csv_pieces(selection, run), content_type=CSV)


def csv_pieces(selection: Selection, run: ExportRun) -> Generator[bytes]:
    """Yield the file in pieces, then write down how it went."""
    rows = Counted(selection.cells())
    # The rows' cursor is closed first: SQLite refuses a write behind an older read.
    with recorded(run, rows), closing(rows):
        columns = selection.report.columns(selection.user)
        yield from write_csv(columns, rows, language=selection.language)


def send_xlsx(selection: Selection) -> FileResponse:
    """Send the rows once all of them are in a file, which nothing keeps."""
    run = begin_export(
        selection.report.slug, SheetFormat.XLSX, selection.filters, by=selection.user
    )
    with ExitStack() as on_failure:
        file = on_failure.enter_context(tempfile.TemporaryFile(prefix="portal-report-"))
        rows = Counted(selection.cells())
        with recorded(run, rows), closing(rows):
            write_xlsx(
                file,
                selection.report.columns(selection.user),
                rows,
                title=selection.report.title,
                about=about(selection, rows),
                language=selection.language,
            )
        file.seek(0)
        # From here on the answer closes it.
        on_failure.pop_all()
    return FileResponse(file, content_type=XLSX)


def file_name(selection: Selection, form: SheetFormat) -> str:
    """Return a name that sorts by day: "ทะเบียนสมาชิก_เลย_2569-11-21.xlsx"."""
    today = timezone.localdate()
    year = today.year if selection.language == "en" else be_year(today)
    day = f"{year}-{today:%m-%d}"
    parts = [str(selection.report.title), place_name(selection), day]
    words = ("-".join(NOT_IN_A_NAME.sub(" ", part).split()) for part in parts)
    return f"{'_'.join(filter(None, words))}.{form}"


def place_name(selection: Selection) -> str:
    """Return where the rows lie, in a word; nothing if it takes more."""
    if selection.place is not None:
        return selection.place.name
    return _("Thailand") if selection.user.scope.everywhere else ""


# --- About the file ---------------------------------------------------------------


def about(selection: Selection, rows: Counted) -> list[Line]:
    """Return the lines of the second sheet: what was filtered, when, by whom.

    The number of rows is read last, when all of them are written. One query for
    totals, and one for the provinces of a scope.
    """
    report, user = selection.report, selection.user
    summary = report.summary(selection.rows)
    masked = report.masked(user)
    lines: list[Line] = [
        (_("Report"), report.title),
        (_("Number of rows"), lazystr(rows)),
        *((total.label, f"{value or 0:,}") for total, value in summary.totals),
        (_("Read from"), scope_said(user)),
        *(selection.said or [(_("Filters"), _("None: all rows of this scope"))]),
        (_("Taken on"), format_datetime(timezone.now(), "full")),
        (_("Taken by"), taker(user)),
        (_("Source"), f"{_('Thai Souvenirs')} {settings.SITE_URL}"),
    ]
    if masked:
        names = ", ".join(str(column.title) for column in masked)
        lines.append(
            (
                _("Masked"),
                _(
                    "%(columns)s: personal data, which only the office that keeps a "
                    "record and the province's reviewers work with."
                )
                % {"columns": names},
            )
        )
    return lines


def scope_said(user: User) -> str:
    """Return what part of the register the rows were read from."""
    if user.role == Role.OFFICER:
        return _("The records of %(agency)s") % {"agency": user.agency}
    if user.scope.everywhere:
        return _("All provinces")
    rows = Province.objects.filter(code__in=user.scope.provinces)
    return ", ".join(each.full_name() for each in rows.order_by("sort_key", "pk"))


def taker(user: User) -> str:
    """Return who takes the file away, with the agency."""
    return f"{user.name}, {user.agency}" if user.agency else user.name
