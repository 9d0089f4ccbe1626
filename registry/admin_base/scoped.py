"""Admin pages that show, and accept, only what the person may see."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import BadRequest
from django.db import models
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry import rules
from registry.admin_base.lists import CappedPaginator
from registry.admin_base.person import person
from registry.forms import PickField, PickInput, RowsField, is_key
from registry.forms.fields import is_year
from registry.models import Kept, User
from registry.thai.dates import format_date, format_datetime
from registry.thai.fields import (
    BEDateField,
    BEDateInput,
    BEYearField,
    ThaiCharField,
    ThaiTextField,
)
from registry.thai.text import clean_line, fold

#: What a Model of the admin is: Django's bases are generic in the stubs only.
Row = Any


class OwnFields(BaseModelAdmin):
    """Form fields for Thai offices, whose choices end at the person's scope."""

    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.CharField: {"form_class": ThaiCharField},
        models.URLField: {"assume_scheme": "https"},
        models.SlugField: {"form_class": forms.SlugField},
        models.TextField: {
            "form_class": ThaiTextField,
            "widget": forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        },
        models.DateField: {"form_class": BEDateField, "widget": BEDateInput},
    }
    #: Keys that are chosen by typing, because a list would be too long.
    pick_fields: tuple[str, ...] = ()

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Return the field; keys come without Django's buttons for pop-up windows."""
        if is_year(db_field):
            kwargs |= {"form_class": BEYearField, "widget": forms.TextInput}
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        rows = self.choices_for(db_field, request)
        if db_field.name not in self.pick_fields:
            return super().formfield_for_foreignkey(
                db_field, request, **{"queryset": rows} | kwargs
            )
        related: Any = self.admin_site.get_model_admin(db_field.remote_field.model)
        return db_field.formfield(
            form_class=PickField,
            queryset=rows,
            find=lambda found, text: related.get_search_results(request, found, text)[
                0
            ],
            label_of=related.pick_label,
            widget=PickInput(attrs={"data-pick": pick_url(db_field), "size": 60}),
            **kwargs,
        )

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        offered = {
            "queryset": self.choices_for(db_field, request),
            "form_class": RowsField,
            "widget": forms.CheckboxSelectMultiple,
        }
        return super().formfield_for_manytomany(db_field, request, **offered | kwargs)

    def choices_for(self, db_field: Any, request: HttpRequest) -> Any:
        """Return the rows a key may point at: what the related admin lists."""
        model = db_field.remote_field.model
        if not self.admin_site.is_registered(model):
            return model._default_manager.none()
        return self.admin_site.get_model_admin(model).get_queryset(request)


def pick_url(db_field: Any) -> str:
    """Return the address of the suggestions for a key."""
    opts = db_field.model._meta
    query = {
        "app_label": opts.app_label,
        "model_name": opts.model_name,
        "field_name": db_field.name,
    }
    return f"{reverse('admin:autocomplete')}?{urlencode(query)}"


class ScopedAdmin(OwnFields, admin.ModelAdmin):
    """The admin of one kind of row, for staff, within their scope.

    A row outside it does not exist here: 404 in every view, absent from lists,
    searches, suggestions and choices.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    #: "Show all" would read everything there is.
    list_max_show_all = 0
    save_on_top = False
    view_on_site = False
    actions_on_top = True

    #: Keys by which other pages link to a part of the list, beside its filters.
    linked_by: tuple[str, ...] = ()
    #: Only administrators see anything of it.
    administrators_only = False
    #: Rows of the whole nation: read by all staff, written by who works everywhere.
    is_national = False
    #: Nobody writes these rows here.
    is_read_only = False

    class Media:
        css = {"all": ["css/admin-forms.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the rows the person may see, in the order of the list."""
        manager: Any = self.model._default_manager
        if hasattr(manager, "visible_to"):
            rows = manager.visible_to(person(request))
        else:
            rows = self.visible_rows(manager.all(), person(request))
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def visible_rows(self, rows: Any, user: User) -> Any:
        """Return those of ``rows`` the person may see, where the model does not say."""
        return rows if user.is_administrator else rows.none()

    # --- Who may ------------------------------------------------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        user = person(request)
        if self.administrators_only:
            return user.is_administrator
        return user.is_staff

    def _may_write(self, request: HttpRequest) -> bool:
        user = person(request)
        if self.is_read_only or not self.has_view_permission(request):
            return False
        return user.scope.everywhere or not self.is_national

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may_write(request)

    def has_change_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self._may("edit", request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Row = None) -> bool:
        return self._may("delete", request, obj)

    def _may(self, verb: str, request: HttpRequest, row: Row) -> bool:
        """Ask the rule of ``verb``; rows that are not kept follow the page's own."""
        if not self._may_write(request):
            return False
        if not isinstance(row, Kept | User):
            return True
        kept: Any = row
        return rules.allowed(verb, person(request), kept)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> Any:
        """Answer as to any address that does not exist; Django would lead home."""
        raise Http404

    # --- Actions --------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> Any:
        """Leave out actions of the whole site that are for other models.

        Such an action names those it is for in ``allowed_models``, as Django's
        ``allowed_permissions`` names permissions.
        """
        offered: Any = super().get_actions(request)
        return {
            name: action
            for name, action in offered.items()
            if self.model in getattr(action[0], "allowed_models", (self.model,))
        }

    def response_action(
        self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Do what was asked with the chosen rows.

        :raises BadRequest: if what was chosen are no keys; Django would stumble.
        """
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(is_key(self.model, key) for key in chosen):
            raise BadRequest
        return super().response_action(request, queryset, *args, **kwargs)

    # --- Finding --------------------------------------------------------------------

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Let an address ask what the filters of the list ask, and nothing else.

        Django would let it ask anything about any column, which tells letter by
        letter what is never shown, such as the hash of a password.
        """
        name, _part, how = lookup.partition("__")
        if name in self.linked_by:
            linked: Any = self.opts.get_field(name).related_model
            given = value if isinstance(value, list) else [value]
            return not how and all(is_key(linked, key) for key in given)
        asked = {
            getattr(each, "parameter_name", each)
            for each in self.get_list_filter(request)
        }
        return name in asked and how in {"", "exact", "isnull"}

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Return what a text finds, and that nothing in it comes twice."""
        text = clean_line(search_term)
        return (self.found(queryset, text) if text else queryset), False

    def found(self, rows: Any, text: str) -> Any:
        """Return those of ``rows`` that ``text`` means: by folded name, or by code."""
        names = {field.name for field in self.opts.concrete_fields}
        wanted = models.Q()
        if "name_fold" in names and (folded := fold(text)):
            wanted |= models.Q(name_fold__contains=folded)
        if "code" in names:
            wanted |= models.Q(code__istartswith=text)
        searched: Any = self.search_fields
        for name in searched:
            if name not in {"name_fold", "code"}:
                wanted |= models.Q(**{f"{name}__icontains": text})
        return rows.filter(wanted) if wanted else rows.none()

    def pick_label(self, row: Row) -> str:
        """Return what stands in a box by which the row was chosen."""
        return f"{row} ({row.code})"

    def pick_extra(self, row: Row) -> dict[str, str]:
        """Return values that choosing the row fills into other fields."""
        return {}

    # --- What the admin would log, history keeps ------------------------------------

    def log_addition(self, request: HttpRequest, obj: Row, message: Any) -> Any:
        """Leave Django's log alone: history is written with the row itself."""

    def log_change(self, request: HttpRequest, obj: Row, message: Any) -> Any:
        """Leave Django's log alone: history is written with the row itself."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Leave Django's log alone: history is written with the row itself."""

    # --- Columns --------------------------------------------------------------------

    @admin.display(description=_("changed"), ordering="updated_at")
    def changed_on(self, row: Row) -> str:
        """Show the day of the last change."""
        return format_date(row.updated_at, "short")


class ReadOnlyAdmin(ScopedAdmin):
    """Rows that are looked at here and written elsewhere."""

    is_read_only = True

    def get_readonly_fields(self, request: HttpRequest, obj: Row = None) -> Any:
        return [field.name for field in self.opts.concrete_fields]


def moment_column(name: str, description: Any) -> Any:
    """Return a column that shows the moment ``name`` in the reader's era."""

    @admin.display(description=description, ordering=name, empty_value="–")
    def column(self: Any, row: Row) -> str | None:
        value = getattr(row, name)
        return None if value is None else format_datetime(value, "short")

    return column


def yes_column(name: str, description: Any) -> Any:
    """Return a list column that says yes, or nothing: Django's icon speaks English."""

    @admin.display(description=description, ordering=name)
    def column(self: Any, row: Row) -> str:
        return gettext("Yes") if getattr(row, name) else ""

    return column
