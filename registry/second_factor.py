"""The second factor: whom it is a must for, and what stays closed without it."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from registry.enums import Role
from registry.middleware import PRIVATE_AREAS, area_of
from registry.models import User, is_demonstration

Handler = Callable[[HttpRequest], HttpResponseBase]

MUST = frozenset({Role.REVIEWER, Role.OFFICIAL, Role.ADMINISTRATOR})
#: What proves who one is; recovery codes only stand in for one of these.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
#: Areas that need it. One's own account stays open: there it is set up.
CLOSED = PRIVATE_AREAS - {"accounts"}
#: Where a session remembers the page somebody was on the way to.
WANTED = "wanted_page"


def is_must_for(user: User) -> bool:
    """Tell whether ``user`` may work with a second factor only."""
    return user.role in MUST and settings.REQUIRE_MFA and not is_demonstration()


def is_missing_for(user: User) -> bool:
    """Tell whether ``user`` must set one up before any work. At most one query."""
    return is_must_for(user) and not has_second_factor(user)


def has_second_factor(user: User) -> bool:
    """Tell whether sign-in asks ``user`` for a code or a key. One query."""
    found = Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS)
    return bool(found.exists())


def ask_for_second_factor(get_response: Handler) -> Handler:
    """Lead whoever must have a second factor to setting it up, before any work.

    Asked at each request, so that one that was reset is missed at once.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if (
            area_of(request) in CLOSED
            and request.user.is_authenticated
            and is_missing_for(request.user)
        ):
            return _lead_to_setup(request)
        return get_response(request)

    return middleware


def _lead_to_setup(request: HttpRequest) -> HttpResponseBase:
    """Answer a page by a way to the setup, and a program by a refusal."""
    setup = reverse("mfa_index")
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": setup})
    if not _wants_page(request):
        said = _("Set up your second factor first.")
        return JsonResponse({"error": said, "url": setup}, status=403)
    if request.method in {"GET", "HEAD"}:
        request.session[WANTED] = request.get_full_path()
    return HttpResponseRedirect(setup)


def _wants_page(request: HttpRequest) -> bool:
    """Tell a person who goes to a page from a script or a picture that fetches."""
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return False
    return request.accepts("text/html")
