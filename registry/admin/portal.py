"""What the portal keeps of itself, in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from registry.actions.portal import keep_alias, mark_handled
from registry.admin_base import (
    ProvinceFilter,
    ReadOnlyAdmin,
    ScopedAdmin,
    moment_column,
)
from registry.models import (
    Alias,
    AuditEvent,
    Code,
    ExportRun,
    ImportRun,
    OutboxMail,
    VisitorMessage,
)
from registry.search import called


@admin.register(Alias)
class AliasAdmin(ScopedAdmin):
    """Words people search by."""

    administrators_only = True
    list_display = ("word", "means")
    search_fields = ("word", "means")
    ordering = ("word", "id")
    fields = ("word", "means")

    def found(self, rows: Any, text: str) -> Any:
        """Find by words of either side, folded. One query."""
        return called(rows, text, "word", "means")

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        keep_alias(obj)


class HandledFilter(admin.SimpleListFilter):
    """By whether somebody took care of it."""

    title = _("handled")
    parameter_name = "handled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [("no", _("No")), ("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "no":
            return queryset.open()
        return queryset.exclude(handled_at=None) if self.value() == "yes" else queryset


@admin.register(VisitorMessage)
class VisitorMessageAdmin(ReadOnlyAdmin):
    """What visitors wrote about the person's provinces."""

    list_display = ("__str__", "page", "province", "received_on", "handled_on")
    list_select_related = ("province",)
    list_filter = (HandledFilter, ProvinceFilter)
    search_fields = ("text",)
    ordering = ("-created_at", "-id")
    actions = ("mark_handled",)
    received_on = moment_column("created_at", _("received"))
    handled_on = moment_column("handled_at", _("handled"))
    fields = ("text", "page", "reply_to", "province", "received_on", "handled_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    @admin.action(description=_("Mark as handled"))
    def mark_handled(self, request: HttpRequest, queryset: Any) -> None:
        """Note on each that somebody took care of it."""
        for message in queryset:
            mark_handled(message)


@admin.register(Code)
class CodeAdmin(ReadOnlyAdmin):
    """The ledger of public codes."""

    administrators_only = True
    list_display = ("code", "given_on", "superseded_by")
    search_fields = ("code",)
    ordering = ("-given_at", "code")
    given_on = moment_column("given_at", _("given"))
    list_select_related = ("superseded_by",)


@admin.register(OutboxMail)
class OutboxMailAdmin(ReadOnlyAdmin):
    """Mails on their way out, and those that went."""

    administrators_only = True
    list_display = ("subject", "to", "created_on", "sent_on", "attempts")
    search_fields = ("to", "subject")
    ordering = ("-created_at", "-id")
    created_on = moment_column("created_at", _("created"))
    sent_on = moment_column("sent_at", _("sent"))
    fields = ("to", "subject", "body", "created_on", "sent_on", "attempts", "error")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields


class RunAdmin(ReadOnlyAdmin):
    """Files that came in or went out; one's own, all for administrators."""

    ordering = ("-started_at", "-id")
    list_select_related = ("by",)
    started_on = moment_column("started_at", _("started"))
    finished_on = moment_column("finished_at", _("finished"))
    list_filter = ("status",)


@admin.register(ImportRun)
class ImportRunAdmin(RunAdmin):
    """Files that came in."""

    list_display = ("file_name", "layout", "by", "status", "started_on", "finished_on")
    search_fields = ("file_name",)


@admin.register(ExportRun)
class ExportRunAdmin(RunAdmin):
    """Files that went out."""

    list_display = ("report", "format", "rows", "by", "status", "started_on")
    search_fields = ("report",)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Sign-ins, refusals, reveals, exports; the pages of audit tell more."""

    administrators_only = True
    list_display = ("kind", "at_moment", "by", "path", "detail")
    list_select_related = ("by",)
    list_filter = ("kind",)
    search_fields = ("by__email", "path")
    ordering = ("-at", "-id")
    at_moment = moment_column("at", _("when"))
