"""Admin pages of records: the same, and the workflow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from registry import rules
from registry.actions import records
from registry.admin_base.kept import KeptAdmin
from registry.admin_base.lists import DistrictFilter, OwnerFilter, ProvinceFilter
from registry.admin_base.person import person
from registry.admin_base.scoped import Row
from registry.enums import RecordStatus
from registry.errors import NotReady, NotVisible, RecordError
from registry.forms import NoteForm
from registry.models import Record
from registry.templatetags.ui import status_pill as pill

#: Records one press may move: each is a savepoint, and a request has ten seconds.
MOST_AT_ONCE = 500
#: Names shown for one reason of refusal.
SHOWN_NAMES = 10


@dataclass(frozen=True)
class Step:
    """One step of the workflow, as a button."""

    verb: str
    to: RecordStatus
    label: str | Promise
    question: str | Promise
    done: str | Promise
    needs_note: bool = False

    def take(self, record: Row, *, by: Any, version: int | None, note: str) -> Row:
        """Call the action of the step.

        :raises RecordError: if it is refused.
        """
        if self.verb == "submit":
            return records.submit(record, by=by, version=version)
        if self.verb == "publish":
            return records.publish(record, by=by, version=version)
        deed = records.send_back if self.verb == "return" else records.withdraw
        return deed(record, by=by, note=note, version=version)


STEPS = {
    step.verb: step
    for step in (
        Step(
            "submit",
            RecordStatus.SUBMITTED,
            _("Submit for review"),
            _("Submit “%(name)s” for review?"),
            _("“%(name)s” was submitted for review."),
        ),
        Step(
            "publish",
            RecordStatus.PUBLISHED,
            _("Publish"),
            _("Publish “%(name)s”?"),
            _("“%(name)s” was published."),
        ),
        Step(
            "return",
            RecordStatus.RETURNED,
            _("Return"),
            _("Return “%(name)s” to its agency"),
            _("“%(name)s” was returned to its agency."),
            needs_note=True,
        ),
        Step(
            "withdraw",
            RecordStatus.WITHDRAWN,
            _("Withdraw"),
            _("Withdraw “%(name)s”"),
            _("“%(name)s” was withdrawn."),
            needs_note=True,
        ),
    )
}


class RecordAdmin(KeptAdmin):
    """The admin of a record: status in the list, steps on the page and in bulk.

    Records are never deleted; what is no longer true is withdrawn.
    """

    change_form_template = "admin/record_change_form.html"
    list_filter: ClassVar[Any] = ("status", ProvinceFilter, DistrictFilter, OwnerFilter)
    ordering: ClassVar[Any] = ("sort_key", "id")
    actions: Any = ("publish_chosen", "return_chosen")

    @admin.display(description=_("status"), ordering="status")
    def status_pill(self, record: Row) -> SafeString:
        """Show where the record stands."""
        return render_to_string("components/status_pill.html", pill(record))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose the person's own agency as the owner."""
        found = super().get_changeform_initial_data(request)
        return {"owner": person(request).agency_id} | found

    # --- Steps on the page ------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_step"
        return [
            path(
                "<int:object_id>/step/<slug:verb>/",
                self.admin_site.admin_view(self.step_view),
                name=name,
            ),
            *super().get_urls(),
        ]

    def steps_for(self, request: HttpRequest, record: Record) -> list[Step]:
        """Return the steps the person may take with ``record`` now."""
        return [
            step
            for step in STEPS.values()
            if record.stage.may_become(step.to)
            and rules.allowed(step.verb, person(request), record)
        ]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Row = None,
    ) -> Any:
        if obj is not None:
            context["record"] = obj
            context["steps"] = [
                (step, self.step_url(obj, step))
                for step in self.steps_for(request, obj)
            ]
        return super().render_change_form(
            request, context, add=add, change=change, form_url=form_url, obj=obj
        )

    def step_url(self, record: Row, step: Step) -> str:
        """Return the address of a step of ``record``."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_step"
        return reverse(name, args=[record.pk, step.verb])

    def step_view(
        self, request: HttpRequest, object_id: int, verb: str
    ) -> HttpResponse:
        """Take a step of the workflow, or ask for what it needs first."""
        record = self.get_queryset(request).filter(pk=object_id).first()
        step = STEPS.get(verb)
        if record is None or step is None:
            raise Http404
        is_answer = request.method == "POST"
        form = NoteForm(
            request.POST if is_answer else None, initial={"version": record.version}
        )
        if not step.needs_note:
            form.fields.pop("note")
        if not is_answer or not form.is_valid():
            return self._ask(request, record, step, form)
        self._take(request, record, step, form.cleaned_data)
        return HttpResponseRedirect(self.page_of(record))

    def page_of(self, record: Row) -> str:
        """Return the address of the record's page."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[record.pk])

    def _take(
        self, request: HttpRequest, record: Row, step: Step, typed: dict[str, Any]
    ) -> None:
        try:
            step.take(
                record,
                by=person(request),
                version=typed.get("version"),
                note=typed.get("note", ""),
            )
        except NotVisible as gone:
            raise Http404 from gone
        except NotReady as refusal:
            for obstacle in refusal.obstacles:
                messages.error(request, str(obstacle.sentence))
        except RecordError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, step.done % {"name": record})

    def _ask(
        self, request: HttpRequest, record: Row, step: Step, form: NoteForm
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": step.question % {"name": record},
            "opts": self.opts,
            "original": record,
            "form": form,
            "press": step.label,
            "back": self.page_of(record),
        }
        return TemplateResponse(request, "admin/ask.html", context)

    # --- Steps in bulk ----------------------------------------------------------------

    @admin.action(description=_("Publish the chosen ones"))
    def publish_chosen(self, request: HttpRequest, queryset: Any) -> None:
        """Publish each, and say which ones stayed and why."""
        self.in_bulk(
            request, queryset, lambda row: records.publish(row, by=person(request))
        )

    @admin.action(description=_("Return the chosen ones"))
    def return_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Return each with the same note, which is asked for first."""
        is_answer = "note" in request.POST
        form = NoteForm(request.POST if is_answer else None)
        if not is_answer or not form.is_valid():
            return self._ask_for_all(request, queryset, form, "return_chosen")
        note = form.cleaned_data["note"]
        self.in_bulk(
            request,
            queryset,
            lambda row: records.send_back(row, by=person(request), note=note),
            reason=note,
        )
        return None

    def _ask_for_all(
        self, request: HttpRequest, queryset: Any, form: NoteForm, action: str
    ) -> HttpResponse:
        count = queryset.count()
        title = ngettext("Return %(count)d record", "Return %(count)d records", count)
        context = {
            **self.admin_site.each_context(request),
            "title": title % {"count": count},
            "opts": self.opts,
            "form": form,
            "press": _("Return"),
            "back": request.get_full_path(),
            "action": action,
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/ask.html", context)

    def in_bulk(
        self,
        request: HttpRequest,
        queryset: Any,
        deed: Callable[[Row], Row],
        *,
        reason: str = "",
    ) -> None:
        """Do ``deed`` to each row in one act; tell what was done and what was not."""
        rows = list(queryset[: MOST_AT_ONCE + 1])
        if len(rows) > MOST_AT_ONCE:
            said = _now("At most %(count)d at once, please: choose fewer.")
            messages.error(request, said % {"count": MOST_AT_ONCE})
            return
        result = records.in_bulk(rows, deed, by=person(request), reason=reason)
        if result.done:
            said = ngettext(
                "%(count)d record was done.",
                "%(count)d records were done.",
                len(result.done),
            )
            messages.success(request, said % {"count": len(result.done)})
        for sentence, names in by_reason(result.refused).items():
            messages.warning(
                request,
                format_html("{} – {}", sentence, ", ".join(names[:SHOWN_NAMES]))
                if len(names) <= SHOWN_NAMES
                else format_html(
                    "{} – {} …  ({})",
                    sentence,
                    ", ".join(names[:SHOWN_NAMES]),
                    len(names),
                ),
            )


def by_reason(refused: Any) -> dict[str, list[str]]:
    """Return the names of refused rows under the sentence that kept them back."""
    found: dict[str, list[str]] = {}
    for row, sentence in refused:
        found.setdefault(sentence, []).append(str(row))
    return found
