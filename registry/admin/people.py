"""Agencies and people in the admin."""

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registry.actions.accounts import open_account
from registry.actions.people import OwnAccount, change_account, locks_out
from registry.actions.second_factor import reset_second_factor
from registry.admin_base import (
    HistoryPages,
    KeptAdmin,
    ProvinceFilter,
    ScopedAdmin,
    moment_column,
    yes_column,
)
from registry.admin_base.person import person
from registry.auditing import note
from registry.devices import device_name, devices_of
from registry.enums import AuditKind
from registry.errors import RecordError
from registry.forms import NoteForm
from registry.models import (
    Agency,
    NoteTemplate,
    User,
)
from registry.search import called
from registry.second_factor import FACTORS
from registry.thai.dates import format_date, format_datetime


@admin.register(Agency)
class AgencyAdmin(KeptAdmin):
    """Agencies: read by staff, written by administrators."""

    list_display = ("name_th", "abbreviation_th", "kind", "state", "works_everywhere")
    works_everywhere = yes_column("is_national", _("national"))
    list_filter = ("kind", "state", "is_national")
    search_fields = ("name_th", "name_en", "abbreviation_th")
    ordering = ("name_th", "id")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name_th", "name_en"),
                    ("abbreviation_th", "abbreviation_en"),
                    ("kind", "state"),
                    "is_national",
                    "provinces",
                    "website",
                )
            },
        ),
    )

    def _may_write(self, request: HttpRequest) -> bool:
        return super()._may_write(request) and person(request).is_administrator

    def found(self, rows: Any, text: str) -> Any:
        """Find by words of a name or of the abbreviation, folded. One query."""
        names = ("name_th", "name_en", "abbreviation_th", "abbreviation_en")
        return called(rows, text, *names)


@admin.register(NoteTemplate)
class NoteTemplateAdmin(KeptAdmin):
    """Notes reviewers write often: a province's own, and the nation's to read."""

    list_display = ("title_th", "title_en", "province", "position")
    list_select_related = ("province",)
    list_filter = (ProvinceFilter,)
    search_fields = ("title_th", "title_en", "text_th")
    ordering = ("position", "title_th", "id")
    fields = (
        "province",
        ("title_th", "title_en"),
        "text_th",
        "text_en",
        "position",
    )

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Ask who works in some provinces for one; only others leave it empty."""
        if not person(request).scope.everywhere:
            kwargs |= {"required": True, "help_text": ""}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose the person's own province."""
        own = sorted(person(request).scope.provinces)[:1]
        return {"province": own[0] if own else None} | (
            super().get_changeform_initial_data(request)
        )


class AccountForm(forms.ModelForm):
    """An account; its password is set by its owner alone."""

    #: Who fills the form in.
    by: User

    class Meta:
        model = User
        fields = ("email", "name_th", "name_en", "post", "agency", "role", "is_active")

    def clean_email(self) -> str:
        """Keep addresses in lower case, as sign-in compares them."""
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        """Let nobody close their own account, or step down: another one must."""
        typed = super().clean() or {}
        if locks_out(self.instance, typed, by=self.by):
            raise forms.ValidationError(OwnAccount.message)
        return typed


class SecondFactorFilter(admin.SimpleListFilter):
    """By whether sign-in asks for a second factor."""

    title = _("two-step sign-in")
    parameter_name = "second_factor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(has_factor=self.value() == "yes")


@admin.register(User)
class UserAdmin(HistoryPages, ScopedAdmin):
    """Accounts: for administrators. A password is set by a link, never typed here."""

    administrators_only = True
    form = AccountForm
    change_form_template = "admin/registry/user/change_form.html"
    list_display = ("email", "name_th", "role", "agency", "may_enter", "seen_on")
    list_select_related = ("agency",)
    list_filter = ("role", "is_active", SecondFactorFilter)
    search_fields = ("email", "name_th", "name_en")
    ordering = ("email", "id")
    readonly_fields = ("factors", "devices", "last_seen")
    may_enter = yes_column("is_active", _("active"))
    seen_on = moment_column("last_login", _("last sign-in"))
    fieldsets = (
        (None, {"fields": ("email", ("name_th", "name_en"), "post")}),
        (_("Work"), {"fields": ("agency", "role", "is_active")}),
        (_("Sign-in"), {"fields": ("factors", "devices", "last_seen")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the accounts, each knowing whether it has a second factor."""
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
        return super().get_queryset(request).annotate(has_factor=Exists(factors))

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Tell the form who fills it in; each request has a class of its own."""
        form: Any = super().get_form(request, *args, **kwargs)
        form.by = person(request)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out how somebody signs in who has no account yet."""
        shown = super().get_fieldsets(request, obj)
        return shown if obj else shown[:2]

    @admin.display(description=_("two-step sign-in"))
    def factors(self, user: User) -> str | SafeString:
        """List the second factors, with the day of each."""
        found = Authenticator.objects.filter(user=user, type__in=FACTORS)
        lines = [(each, format_date(each.created_at)) for each in found]
        return format_html_join("; ", "{} ({})", lines) or _now("Not set up")

    @admin.display(description=_("signed in on"))
    def devices(self, user: User) -> str | SafeString:
        """List the devices, with the moment each was seen last."""
        lines = [
            (device_name(each.user_agent), format_datetime(each.last_seen_at))
            for each in devices_of(user)
        ]
        return format_html_join("; ", "{} ({})", lines) or _now("no device")

    @admin.display(description=_("last sign-in"))
    def last_seen(self, user: User) -> str:
        """Return when the person signed in last."""
        return format_datetime(user.last_login) if user.last_login else "–"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Delete nobody: history names them. Accounts are switched off."""
        return False

    def get_urls(self) -> list[Any]:
        return [
            path(
                "<int:object_id>/send-link/",
                self.admin_site.admin_view(self.send_link),
                name="registry_user_send_link",
            ),
            path(
                "<int:object_id>/reset-second-factor/",
                self.admin_site.admin_view(self.reset_factor),
                name="registry_user_reset_factor",
            ),
            *super().get_urls(),
        ]

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        typed = form.cleaned_data
        if change:
            fields = {name: typed[name] for name in form.changed_data}
            change_account(obj, fields, by=person(request))
            return
        made = open_account(
            typed["email"],
            password=None,
            role=typed["role"],
            name_th=typed["name_th"],
            name_en=typed["name_en"],
            post=typed["post"],
            agency=typed["agency"],
            by=person(request),
        )
        obj.pk = made.pk
        self._mail_link(request, made)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Write nothing: an account has nothing that belongs to it here."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[Any]:
        """Return nothing: history says what changed."""
        return []

    def send_link(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Mail a link by which the person sets a password."""
        user = self.get_object(request, str(object_id))
        if user is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, "")
        if request.method == "POST":
            self._mail_link(request, user)
        address = reverse("admin:registry_user_change", args=[user.pk])
        return HttpResponseRedirect(address)

    def reset_factor(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask why a lost second factor is taken off, and do it."""
        user = self.get_object(request, str(object_id))
        if user is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, "")
        back = reverse("admin:registry_user_change", args=[user.pk])
        is_answer = request.method == "POST"
        form = NoteForm(request.POST if is_answer else None)
        form.fields["note"].help_text = _(
            "How you made sure that it is really this person who asks. History keeps "
            "it; the person is told by mail and signed out everywhere."
        )
        if is_answer and form.is_valid():
            self._reset_factor(request, user, form.cleaned_data["note"])
            return HttpResponseRedirect(back)
        title = _now("Reset the second factor of %(name)s?") % {"name": user.name}
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "original": user,
            "form": form,
            "press": _("Reset the second factor"),
            "back": back,
        }
        return TemplateResponse(request, "admin/ask.html", context)

    @staticmethod
    def _reset_factor(request: HttpRequest, user: User, reason: str) -> None:
        try:
            with transaction.atomic():
                reset_second_factor(user, by=person(request), reason=reason)
                note(request, AuditKind.FACTOR_RESET, about=user, detail=reason)
        except RecordError as refusal:
            messages.error(request, str(refusal))
            return
        said = _now("The second factor is reset. %(email)s was told by mail.")
        messages.success(request, said % {"email": user.email})

    @staticmethod
    def _mail_link(request: HttpRequest, user: User) -> None:
        form = ResetPasswordForm(data={"email": user.email})
        if form.is_valid():
            form.save(request)
            said = _now("A link to set a password was sent to %(email)s.")
            messages.success(request, said % {"email": user.email})
        else:
            messages.error(request, " ".join(form.errors.get("email", [])))
