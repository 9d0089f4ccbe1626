"""Editing chosen fields of many records: choose, look at what changes, confirm."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from registry.actions import records
from registry.admin_base.person import person
from registry.admin_base.record import MOST_AT_ONCE, RecordAdmin
from registry.admin_base.scoped import Row
from registry.bulk_edit import (
    BulkForm,
    Preview,
    Selection,
    needs_reason,
    preview,
)
from registry.changes import Changes
from registry.models import Agency
from registry.refusals import REFUSALS, as_refusal
from registry.wording import Wording


class BulkEditAdmin(RecordAdmin):
    """The admin of records some of whose fields are edited many at a time.

    Three pages without scripts: values, preview, done. What was chosen travels
    as a signed text of keys and versions: a record that somebody changed in the
    meantime is kept back, and no key of the browser's own making gets in.
    """

    #: Fields that may be set on many records at once.
    bulk_fields: ClassVar[tuple[str, ...]] = ()
    actions: Any = (*RecordAdmin.actions, "edit_chosen")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.bulk_edit_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_bulk_edit"
        return [path("bulk-edit/", view, name=name), *super().get_urls()]

    # --- Choosing ---------------------------------------------------------------------

    @admin.action(description=_("Edit the chosen ones"))
    def edit_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Ask for the values that the chosen records are to have."""
        rows = list(queryset[: MOST_AT_ONCE + 1])
        if len(rows) > MOST_AT_ONCE:
            said = _now("At most %(count)d at once, please: choose fewer.")
            messages.error(request, said % {"count": MOST_AT_ONCE})
            return None
        versions = {row.pk: row.version for row in rows}
        selection = Selection(versions, request.GET.urlencode())
        return self._ask_values(
            request, selection, self._bulk_form(request, rows), len(rows)
        )

    def bulk_edit_view(self, request: HttpRequest) -> HttpResponse:
        """Take the values, show what they change, or change it."""
        if request.method != "POST":
            return HttpResponseRedirect(self.address("changelist"))
        sealed = request.POST.get("selection", "")
        try:
            selection = Selection.open(sealed, self.model, person(request))
        except signing.BadSignature:
            said = _("Your choice of records is too old. Please choose them again.")
            messages.error(request, said)
            return HttpResponseRedirect(self.address("changelist"))
        rows = list(self.get_queryset(request).filter(pk__in=selection.versions))
        form = self._bulk_form(request, rows, request.POST)
        count = len(selection.versions)
        if not form.is_valid() or request.POST.get("press") == "back":
            return self._ask_values(request, selection, form, count)
        wording = Wording(self.history_labels, self.history_words)
        found = preview(selection, rows, form, by=person(request), wording=wording)
        if request.POST.get("press") == "save":
            return self._save(request, selection, form, found)
        return self._show_preview(request, selection, form, found)

    def _bulk_form(
        self, request: HttpRequest, rows: list[Any], data: Any = None
    ) -> BulkForm:
        columns = [self.opts.get_field(name) for name in self.bulk_fields]
        offered = {
            column: self.formfield_for_dbfield(column, request) for column in columns
        }
        for column, field in offered.items():
            if column.related_model is Agency:
                field.queryset = serving(field.queryset, rows)
        return BulkForm(data, columns=offered, needs_reason=needs_reason(rows))

    # --- The pages --------------------------------------------------------------------

    def _ask_values(
        self, request: HttpRequest, selection: Selection, form: BulkForm, count: int
    ) -> HttpResponse:
        title = ngettext("Edit %(count)d record", "Edit %(count)d records", count)
        return self._page(
            request,
            "bulk_edit.html",
            selection,
            {"title": title % {"count": count}, "form": form},
        )

    def _show_preview(
        self,
        request: HttpRequest,
        selection: Selection,
        form: BulkForm,
        found: Preview,
    ) -> HttpResponse:
        count = len(found.changing)
        title = ngettext(
            "%(count)d record would change", "%(count)d records would change", count
        )
        return self._page(
            request,
            "bulk_preview.html",
            selection,
            {
                "title": title % {"count": count},
                "form": form,
                "preview": found,
                "changing": [
                    (each, self.address("change", each.row.pk))
                    for each in found.changing
                ],
            },
        )

    def _page(
        self,
        request: HttpRequest,
        template: str,
        selection: Selection,
        context: dict[str, Any],
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/registry/{template}",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "selection": selection.seal(self.model, person(request)),
                "bulk_url": self.address("bulk_edit"),
                "back": self._list_of(selection),
                **context,
            },
        )

    def _list_of(self, selection: Selection) -> str:
        """Return the list the records were chosen from, filtered as it was."""
        address = reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        )
        return f"{address}?{selection.back}" if selection.back else address

    # --- Doing it ---------------------------------------------------------------------

    def _save(
        self,
        request: HttpRequest,
        selection: Selection,
        form: BulkForm,
        found: Preview,
    ) -> HttpResponse:
        """Change the records of the preview in one act; say which stayed and why."""
        reason = form.cleaned_data["reason"]
        values = {each.row.pk: each.values for each in found.changing}

        def deed(row: Row) -> Row:
            try:
                with transaction.atomic():
                    return records.edit(
                        row,
                        Changes(fields=values[row.pk]),
                        by=person(request),
                        version=selection.versions[row.pk],
                        reason=reason,
                    )
            except REFUSALS as error:
                refusal = as_refusal(error)
                if refusal is None:
                    raise
                raise refusal from error

        if found.changing:
            rows = [each.row for each in found.changing]
            self.in_bulk(request, rows, deed, reason=reason)
        for name, sentence in found.refused:
            messages.warning(request, f"{sentence} – {name}")
        if not found.changing and not found.refused:
            messages.info(request, _("Nothing would change."))
        return HttpResponseRedirect(self._list_of(selection))


def serving(agencies: Any, rows: list[Any]) -> Any:
    """Return those of ``agencies`` that work on the provinces of ``rows``."""
    provinces = {row.province_id for row in rows}
    served = Agency.provinces.through.objects.filter(province_id__in=provinces)
    return agencies.filter(Q(is_national=True) | Q(pk__in=served.values("agency_id")))
