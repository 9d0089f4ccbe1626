"""Admin pages of kept rows: one form, one value, one action."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from registry import rules
from registry.actions import records
from registry.admin_base.history import HistoryPages
from registry.admin_base.person import person
from registry.admin_base.scoped import OwnFields, Row, ScopedAdmin
from registry.changes import Changes
from registry.errors import NotVisible
from registry.forms import ChildForm, ChildFormSet, KeptForm, asks_for_reason
from registry.models import FormKey
from registry.refusals import REFUSALS, as_refusal

#: Gives the HTML of a part of a row's page.
Panel = Callable[[HttpRequest, Any], SafeString]


class AlreadyMade(Exception):
    """The form was sent before; ``row`` is what it made then."""

    def __init__(self, row: Row) -> None:
        self.row = row
        super().__init__(str(row))


class KeptAdmin(HistoryPages, ScopedAdmin):
    """The admin of a kept row and its children.

    The form locks the row and compares versions; what was typed goes as one
    :class:`Changes` to one action. A refusal is shown in the form, with
    everything that was typed, and nothing is saved.
    """

    form = KeptForm
    change_form_template = "admin/kept_change_form.html"
    #: Inlines that apps above add to a page of an app below, by model label.
    _more_inlines: ClassVar[dict[str, list[Any]]] = {}
    #: Parts that apps above show on it: functions of request and row, giving HTML.
    _panels: ClassVar[dict[str, list[Panel]]] = {}

    @classmethod
    def add_inline(cls, label: str, inline: Any) -> None:
        """Show ``inline`` on the page of the model ``label`` ("members.Member")."""
        known = cls._more_inlines.setdefault(label, [])
        if inline not in known:
            known.append(inline)

    @classmethod
    def add_panel(cls, label: str, panel: Panel) -> None:
        """Show what ``panel`` gives on the page of each row of the model ``label``."""
        known = cls._panels.setdefault(label, [])
        if panel not in known:
            known.append(panel)

    def get_inlines(self, request: HttpRequest, obj: Row) -> list[Any]:
        return [*self.inlines, *self._more_inlines.get(self.opts.label, ())]

    # --- The form -------------------------------------------------------------------

    def get_form(
        self, request: HttpRequest, obj: Row = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form's class, told who types and what an action just refused."""
        form = super().get_form(request, obj, change=change, **kwargs)
        told = {"user": person(request), "refusal": getattr(request, "refusal", None)}
        return type(form.__name__, (form,), told)

    def get_fieldsets(self, request: HttpRequest, obj: Row = None) -> Any:
        """Ask why, where the public reads the row already."""
        found = list(super().get_fieldsets(request, obj))
        if obj is None or not asks_for_reason(obj):
            return found
        if not self.has_change_permission(request, obj):
            return found
        return [*found, (_("Reason"), {"fields": ["reason"]})]

    def get_fields(self, request: HttpRequest, obj: Row = None) -> Any:
        """Leave out the form's own fields, which the template places."""
        found = super().get_fields(request, obj)
        return [name for name in found if name not in KeptForm.APART]

    # --- Saving ---------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the form or save it; what an action refuses, the form says.

        The first try is rolled back whole; the second only shows the form again.
        """
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                if object_id is None:
                    self._refuse_twice(request)
                return super().changeform_view(
                    request, object_id, form_url, extra_context
                )
        except AlreadyMade as made:
            return self.response_already_made(request, made.row)
        except NotVisible as gone:
            raise Http404 from gone
        except REFUSALS as error:
            refusal = as_refusal(error)
            if refusal is None:
                raise
        request.refusal = refusal  # type: ignore[attr-defined] # read by get_form
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _refuse_twice(self, request: HttpRequest) -> None:
        """See whether the form made its row already; the reader of the answer reloaded.

        :raises AlreadyMade: with that row.
        """
        field = KeptForm.base_fields["form_key"]
        try:
            key = field.clean(request.POST.get("form_key"))
        except ValidationError:
            # A bent key is the form's business.
            return
        used = FormKey.objects.filter(key=key, model=self.opts.label).first()
        if used is None or used.object_id is None:
            return
        made = self.get_queryset(request).filter(pk=used.object_id).first()
        if made is not None:
            raise AlreadyMade(made)

    def response_already_made(self, request: HttpRequest, row: Row) -> HttpResponse:
        """Lead to what the form made the first time."""
        said = _("“%(name)s” was saved already; it was not entered twice.")
        messages.info(request, said % {"name": row})
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[row.pk]))

    def save_model(
        self, request: HttpRequest, obj: Row, form: Any, change: bool
    ) -> None:
        """Write nothing yet: the action takes the row with what belongs to it."""

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Hand all that was typed to one action."""
        children = {each.related_name: each.child_changes() for each in formsets}
        self._write(request, form, children, change)
        for each in (form, *(child for formset in formsets for child in formset.forms)):
            for sentence in each.warnings:
                messages.warning(request, sentence)

    @staticmethod
    def _write(request: HttpRequest, form: Any, children: Any, change: bool) -> None:
        """Enter or edit the row; raises what the action refuses."""
        if change:
            changes = Changes(
                fields=form.changed_fields(),
                children={name: each for name, each in children.items() if each},
            )
            records.edit(
                form.instance,
                changes,
                by=person(request),
                version=form.cleaned_data["version"],
                reason=form.cleaned_data.get("reason", ""),
            )
            return
        made = records.create(
            form.new_row(),
            by=person(request),
            children={
                name: each.added for name, each in children.items() if each.added
            },
            many=form.chosen_many(),
            form_key=form.cleaned_data.get("form_key"),
        )
        if made is not form.instance:
            raise AlreadyMade(made)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[Any]:
        """Return nothing: history says what changed."""
        return []

    def delete_model(self, request: HttpRequest, obj: Row) -> None:
        records.remove(obj, by=person(request))

    # --- The page -------------------------------------------------------------------

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Row = None,
    ) -> Any:
        """Show, after a conflict, what stands there now beside what was typed."""
        form = context["adminform"].form
        if getattr(form, "newer", None) is not None:
            context["conflict"] = self.conflict(form, context["inline_admin_formsets"])
        if obj is not None:
            panels = self._panels.get(self.opts.label, ())
            context["panels"] = [panel(request, obj) for panel in panels]
        return super().render_change_form(
            request, context, add=add, change=change, form_url=form_url, obj=obj
        )

    @staticmethod
    def conflict(form: Any, inline_formsets: Any) -> list[tuple[str, Any]]:
        """Return the differences, those of the row first and then of each child."""
        found = [("", form.differences())]
        for inline in inline_formsets:
            for child in inline.formset.initial_forms:
                if child.instance.pk is not None and child.has_changed():
                    found.append((str(child.instance), child.differences()))
        return [(title, each) for title, each in found if each]


class OfParent(OwnFields):
    """What tables and stacks of children have in common."""

    form: Any = ChildForm
    formset: Any = ChildFormSet
    extra = 0
    show_change_link = False

    def get_extra(self, request: HttpRequest, obj: Row = None, **kwargs: Any) -> int:
        """Give one empty form where scripts, which add them, do not run."""
        if "more" in request.GET:
            return 1
        return int(super().get_extra(request, obj, **kwargs))  # type: ignore[misc]

    def get_formset(self, request: HttpRequest, obj: Row = None, **kwargs: Any) -> Any:
        """Return the formset's class; its forms know who types."""
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        told = {"user": person(request)}
        formset.form = type("TypedChildForm", (formset.form,), told)
        return formset

    def _may_edit_parent(self, request: HttpRequest, parent: Row) -> bool:
        """Ask the rule of the parent: what belongs to a row is edited with it."""
        return parent is None or rules.allowed("edit", person(request), parent)

    def has_view_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return person(request).is_staff

    def has_add_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self._may_edit_parent(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self._may_edit_parent(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self._may_edit_parent(request, obj)


class ChildTable(OfParent, admin.TabularInline):
    """Children in a table, one a row."""


class ChildStack(OfParent, admin.StackedInline):
    """Children one below the other, each a small form."""
