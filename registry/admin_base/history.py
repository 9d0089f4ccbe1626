"""The history of a row in the admin: its acts, one act, and the way back to it."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registry.actions import records
from registry.admin_base.person import person
from registry.chronicle import Chronicle, Entry
from registry.errors import NotVisible
from registry.merging import Told, merges_of, records_of
from registry.models import Kept, Record
from registry.refusals import REFUSALS, as_refusal
from registry.restoring import restoration
from registry.thai.dates import format_datetime
from registry.wording import Wording

#: Acts on a page of the history.
ACTS_PER_PAGE = 20


class HistoryPages:
    """Pages of a :class:`~registry.admin_base.ScopedAdmin` that read history.

    A mixin for the admin of any model that keeps one. Nobody writes history
    here; a restore is an edit like any other, and leaves an act of its own.
    """

    #: How columns without a label of their own are called, by column.
    history_labels: ClassVar[Mapping[str, str | Promise]] = {}
    #: How values that mean more than they say are read, by column.
    history_words: ClassVar[Mapping[str, Callable[[Any], str]]] = {}

    # What the admin it is mixed into brings along.
    opts: Any
    admin_site: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        act = "<str:object_id>/history/<uuid:act_id>/"
        return [
            path(act, view(self.act_view), name=self._name("history_act")),
            path(
                f"{act}restore/",
                view(self.restore_view),
                name=self._name("history_restore"),
            ),
            *super().get_urls(),  # type: ignore[misc] # of the admin beside it
        ]

    def _name(self, view: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{view}"

    def address(self, view: str, *args: Any) -> str:
        """Return the address of a page of this admin."""
        return reverse(f"admin:{self._name(view)}", args=args)

    def _chronicle(self, request: HttpRequest, object_id: str) -> Chronicle:
        """Return the history of a row the person may see.

        :raises Http404: if there is no such row for them.
        """
        admin: Any = self
        row = admin.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not admin.has_view_or_change_permission(request, row):
            raise PermissionDenied
        return Chronicle(row, Wording(self.history_labels, self.history_words))

    # --- Reading ----------------------------------------------------------------------

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """List the acts that touched the row, the newest first."""
        chronicle = self._chronicle(request, object_id)
        paginator = Paginator(chronicle.acts, ACTS_PER_PAGE)
        page: Page[Any] = paginator.get_page(request.GET.get("page"))
        title = _("History of “%(name)s”") % {"name": chronicle.row}
        return self._show(
            request,
            "history.html",
            chronicle,
            {
                "title": title,
                "page": page,
                "merges": list(self._merges(chronicle.row)),
                "entries": [
                    (entry, self._act_address(chronicle, entry))
                    for entry in chronicle.entries(page.object_list)
                ],
                **(extra_context or {}),
            },
        )

    def _merges(self, row: Any) -> Iterator[tuple[Told, Any, str]]:
        """Yield the merges a record had a part in, with the other record's history."""
        if isinstance(row, Record):
            for told in records_of(merges_of(row)):
                other = told.gone if told.kept == row else told.kept
                yield told, other, self.address("history", other.pk)

    def act_view(
        self, request: HttpRequest, object_id: str, act_id: uuid.UUID
    ) -> HttpResponse:
        """Show all that one act did to the row and to what belongs to it."""
        chronicle = self._chronicle(request, object_id)
        entry = self._entry(chronicle, act_id)
        admin: Any = self
        may_restore = (
            isinstance(chronicle.row, Kept)
            and not entry.is_latest
            and admin.has_change_permission(request, chronicle.row)
        )
        restore = self.address("history_restore", chronicle.row.pk, act_id)
        return self._show(
            request,
            "history_act.html",
            chronicle,
            {
                "title": _("What was changed on %(when)s")
                % {"when": format_datetime(entry.at)},
                "entry": entry,
                "restore_url": restore if may_restore else "",
            },
        )

    def _entry(self, chronicle: Chronicle, act_id: uuid.UUID) -> Entry:
        if act_id not in chronicle.acts:
            raise Http404
        (entry,) = chronicle.entries([act_id])
        return entry

    def _act_address(self, chronicle: Chronicle, entry: Entry) -> str:
        return self.address("history_act", chronicle.row.pk, entry.act_id)

    def _show(
        self,
        request: HttpRequest,
        template: str,
        chronicle: Chronicle,
        context: dict[str, Any],
    ) -> HttpResponse:
        row = chronicle.row
        return TemplateResponse(
            request,
            f"admin/registry/{template}",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": row,
                "row_url": self.address("change", row.pk),
                "history_url": self.address("history", row.pk),
                **context,
            },
        )

    # --- Restoring --------------------------------------------------------------------

    def restore_view(
        self, request: HttpRequest, object_id: str, act_id: uuid.UUID
    ) -> HttpResponse:
        """Show what bringing the state after an act back would change; then do it."""
        chronicle = self._chronicle(request, object_id)
        entry = self._entry(chronicle, act_id)
        admin: Any = self
        if not isinstance(chronicle.row, Kept):
            raise Http404
        if not admin.has_change_permission(request, chronicle.row):
            raise PermissionDenied
        if request.method == "POST":
            return self._restore(request, chronicle, entry)
        return self._show(
            request,
            "history_restore.html",
            chronicle,
            {
                "title": _("Restore “%(name)s”") % {"name": chronicle.row},
                "entry": entry,
                "act_url": self._act_address(chronicle, entry),
                "restoration": restoration(chronicle.row, act_id, chronicle),
            },
        )

    def _restore(
        self, request: HttpRequest, chronicle: Chronicle, entry: Entry
    ) -> HttpResponse:
        """Do what was confirmed, if the row is still the one that was shown."""
        row: Any = chronicle.row
        try:
            with transaction.atomic():
                records.edit(
                    row,
                    restoration(row, entry.act_id, chronicle).changes,
                    by=person(request),
                    version=version_of(request),
                    reason=reason_of(entry),
                )
        except NotVisible as gone:
            raise Http404 from gone
        except REFUSALS as error:
            refusal = as_refusal(error)
            if refusal is None:
                raise
            messages.error(request, str(refusal))
            back = self.address("history_restore", row.pk, entry.act_id)
            return HttpResponseRedirect(back)
        said = _now("“%(name)s” is again as it was after the change of %(when)s.")
        when = format_datetime(entry.at)
        messages.success(request, said % {"name": row, "when": when})
        return HttpResponseRedirect(self.address("change", row.pk))


def version_of(request: HttpRequest) -> int:
    """Return the version the person was shown; one that never was, if it is bent."""
    typed = request.POST.get("version", "")[:9]
    return int(typed) if typed.isascii() and typed.isdigit() else -1


def reason_of(entry: Entry) -> str:
    """Return what history will say of a restore."""
    return _now("Restored to the state after the change of %(when)s by %(name)s") % {
        "when": format_datetime(entry.at),
        "name": entry.by or _now("the register itself"),
    }
