"""The admin site: Django's, behind the portal's one door."""

from collections.abc import Iterable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cluster_portal.dashboard import today
from registry.admin_base.person import person

#: Apps whose tables the admin shows; those of packages have pages of their own.
OURS = frozenset({"registry", "members", "products", "strategies", "reports"})
#: How the start page groups them: by what staff do, not by where the code lies.
GROUPS = (
    (
        "records",
        _("The register"),
        ("members.Member", "products.Product", "strategies.Plan"),
    ),
    (
        "lists",
        _("What the register is ordered by"),
        (
            "members.Cluster",
            "products.Category",
            "products.Mark",
            "products.StarRound",
            "registry.NoteTemplate",
            "registry.Province",
            "registry.District",
            "registry.Subdistrict",
        ),
    ),
    ("people", _("Agencies and people"), ("registry.Agency", "registry.User")),
    (
        "portal",
        _("The portal"),
        (
            "registry.VisitorMessage",
            "registry.Alias",
            "registry.ImportRun",
            "registry.ExportRun",
            "registry.OutboxMail",
            "registry.Code",
        ),
    ),
)


class Suggestions(AutocompleteJsonView):
    """What a box offers while a name is typed, under the label it then holds."""

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, Any]:
        admin: Any = self.model_admin
        return {
            "id": str(getattr(obj, to_field_name)),
            "text": admin.pick_label(obj),
            "extra": admin.pick_extra(obj),
        }


class PortalAdminSite(AdminSite):
    """The place where provincial staff spend their day."""

    site_header = _("Register of the souvenir clusters")
    site_title = _("Register")
    index_title = _("Today")
    site_url = None

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Rows go one by one, by an action that asks for the right to.
        self.disable_action("delete_selected")

    def register(
        self,
        model_or_iterable: ModelBase | Iterable[ModelBase],
        admin_class: Any = None,
        **options: Any,
    ) -> None:
        """Take in our own tables; those of installed packages stay out."""
        given: list[Any] = (
            [model_or_iterable]
            if isinstance(model_or_iterable, ModelBase)
            else list(model_or_iterable)
        )
        ours: Any = [model for model in given if model._meta.app_label in OURS]
        super().register(ours, admin_class, **options)

    # --- The door -----------------------------------------------------------------

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in reviewers and administrators whose account is active."""
        user = request.user
        return bool(user.is_authenticated and user.is_active and user.is_staff)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Send visitors to the sign-in, and say no to those who are signed in.

        Django would show the latter the sign-in again, which leads them back here.
        """
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if view == self.logout or self.has_permission(request):
                return inner(request, *args, **kwargs)
            if request.user.is_authenticated:
                raise PermissionDenied
            return redirect_to_login(request.get_full_path())

        return guarded

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the portal's own sign-in, and from there back."""
        if self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        if request.user.is_authenticated:
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target)

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Lead to the portal's own sign-out, which asks and then does it."""
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Lead to where everybody changes their password."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def password_change_done(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Lead home: the portal says on the page itself that it is done."""
        return HttpResponseRedirect(reverse("admin:index"))

    # --- What is in it --------------------------------------------------------------

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Begin with what waits, expires, is incomplete and was changed."""
        found = {"today": today(person(request))}
        return super().index(request, found | (extra_context or {}))

    def autocomplete_view(self, request: HttpRequest) -> Any:
        """Answer with suggestions, scoped as the list of the related rows is."""
        return Suggestions.as_view(admin_site=self)(request)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """Return the tables the person may open, grouped by what they are for."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        listed = {
            model["model"]._meta.label: model
            for app in self._build_app_dict(request).values()
            for model in app["models"]
        }
        found: list[Any] = [
            {
                "name": name,
                "app_label": key,
                "app_url": reverse("admin:index"),
                "has_module_perms": True,
                "models": [listed.pop(label) for label in labels if label in listed],
            }
            for key, name, labels in GROUPS
        ]
        if listed:
            # A table nobody has grouped yet still must be reachable.
            found[-1]["models"] += list(listed.values())
        return [group for group in found if group["models"]]
