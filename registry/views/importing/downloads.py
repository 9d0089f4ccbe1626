"""Workbooks to fill in, to change and to mend."""

import io
from collections.abc import Iterable, Iterator, Mapping

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from registry.access import SignedInRequest, open_to
from registry.actions.taking import begin_taking, end_taking
from registry.enums import RowFate
from registry.importing.opening import FileGone
from registry.sheets.errors import write_errors
from registry.sheets.refusals import PAGE_LIMITS, SheetRefused
from registry.sheets.templates import write_template
from registry.thai.dates import spoken
from registry.views.importing.finding import SENDERS, file_of, find_kind, find_run

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TooManyToTake(ValueError):
    """More rows than a page takes back."""


@open_to(*SENDERS)
@require_safe
def template(request: SignedInRequest, kind: str) -> HttpResponseBase:
    """Send the empty workbook of a kind, with its drop-downs and examples."""
    found = find_kind(kind, request.user)
    file = io.BytesIO()
    write_template(file, found, user=request.user, language=spoken(None))
    return _sent(file, f"{found.slug}-template.xlsx")


@open_to(*SENDERS)
@require_safe
def rows(request: SignedInRequest, kind: str) -> HttpResponseBase:
    """Send the person's rows in a workbook that comes in again once changed."""
    user = request.user
    found = find_kind(kind, user)
    existing = found.existing(user)
    if existing is None:
        raise Http404
    run = begin_taking(f"import-{found.slug}", by=user)
    file = io.BytesIO()
    try:
        kept = _at_most(existing, PAGE_LIMITS.rows)
        count = write_template(file, found, user=user, language=spoken(None), rows=kept)
    except TooManyToTake:
        end_taking(run, rows=0, error=TooManyToTake.__name__)
        said = _(
            "These are more than %(limit)s rows, more than a page takes back at once. "
            "Please take them as a report instead, district by district."
        )
        messages.error(request, said % {"limit": f"{PAGE_LIMITS.rows:,}"})
        return HttpResponseRedirect(reverse("importing:home"))
    except BaseException as error:
        end_taking(run, rows=0, error=type(error).__name__)
        raise
    end_taking(run, rows=count)
    return _sent(file, f"{found.slug}-{timezone.localdate():%Y%m%d}.xlsx")


@open_to(*SENDERS)
@require_safe
def errors(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Send the person's own sheet back, with what is wrong written beside it."""
    found = find_run(pk, request.user)
    if not found.rows.filter(fate=RowFate.BAD).exists():
        raise Http404
    file = io.BytesIO()
    try:
        write_errors(file, file_of(found), found)
    except (FileGone, SheetRefused) as refusal:
        # Files of old runs are let go of; the page still says what was wrong.
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("importing:run", args=[found.pk]))
    return _sent(file, _errors_name(found.file_name))


def _at_most(
    given: Iterable[Mapping[str, object]], limit: int
) -> Iterator[Mapping[str, object]]:
    for count, row in enumerate(given, start=1):
        if count > limit:
            raise TooManyToTake
        yield row


def _sent(file: io.BytesIO, name: str) -> FileResponse:
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _errors_name(name: str) -> str:
    stem = name.rpartition(".")[0] or name
    said = _("to be mended")
    return f"{stem}-{said}.xlsx"
