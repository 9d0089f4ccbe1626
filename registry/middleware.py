"""What every answer carries, whoever made it: a page, a file, an error."""

from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

Handler = Callable[[HttpRequest], HttpResponseBase]

#: The portal asks a visitor's device for nothing.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)
#: First part of the addresses behind a sign-in (architecture.md §4), in both languages.
PRIVATE_AREAS = frozenset(
    {
        "accounts",
        "admin",
        "audit",
        "dashboard",
        "files",
        "personal",
        "reports",
        "review",
        "workspace",
    }
)


class SamePolicy(CSPMiddleware):
    """The content policy, written once a process: here it is the same on every page.

    A page that asks for another one, by django-csp's means, gets that.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Set the header, unless a page brings its own."""
        asked = (*vars(response), *vars(request))
        if settings.DEBUG or any(name.startswith("_csp_") for name in asked):
            answer: HttpResponseBase = super().process_response(request, response)
            return answer
        written = _policy(self, repr(settings.CONTENT_SECURITY_POLICY))
        response.headers.setdefault(HEADER, written)
        return response


@lru_cache(maxsize=8)
def _policy(writer: SamePolicy, setting: str) -> str:
    nobody, nothing = HttpRequest(), HttpResponse()
    parts = writer.get_policy_parts(request=nobody, response=nothing)
    return str(build_policy(**asdict(parts)))


def bare_heads(get_response: Handler) -> Handler:
    """Answer HEAD without a body, but with the length a GET would have.

    Servers drop such a body, and warn of each.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = get_response(request)
        if request.method == "HEAD" and isinstance(answer, HttpResponse):
            length = str(len(answer.content))
            answer.content = b""
            answer.headers.setdefault("Content-Length", length)
        return answer

    return middleware


def safe_headers(get_response: Handler) -> Handler:
    """Set the headers that Django's own middleware leaves out, on every answer.

    It stands outside of everything that may answer by itself (static files, errors,
    redirects of languages), so that none of them goes without.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = _damaged(request) if _has_nul(request) else get_response(request)
        answer.headers.setdefault("Permissions-Policy", PERMISSIONS)
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        if answer.get("Content-Type", "").startswith("text/html"):
            # One address gives a page or a part of it. A cache that does not know
            # would show the part alone to who presses "back".
            patch_vary_headers(answer, ["HX-Request"])
        if not answer.has_header("Cache-Control") and _is_private(request):
            answer.headers["Cache-Control"] = "no-store, private"
        return answer

    return middleware


def _has_nul(request: HttpRequest) -> bool:
    """Tell whether the address or a cookie holds a NUL, which no text here has.

    PostgreSQL refuses it in any value, which would be an error page of the worst kind.
    """
    return (
        "\0" in request.path_info
        or "%00" in request.META.get("QUERY_STRING", "")
        or any("\0" in value for value in request.COOKIES.values())
    )


def _damaged(request: HttpRequest) -> HttpResponseBase:
    """Answer 400 by our own page, in the language of the address."""
    language = translation.get_language_from_path(request.path_info)
    with translation.override(language or settings.LANGUAGE_CODE):
        return response_for_exception(request, BadRequest("NUL in the address"))


def area_of(request: HttpRequest) -> str:
    """Return the first part of the address after that of the language."""
    first, _, rest = request.path_info.lstrip("/").partition("/")
    return rest.partition("/")[0] if first in dict(settings.LANGUAGES) else first


def _is_private(request: HttpRequest) -> bool:
    """Tell whether the answer may concern one person only.

    The user is asked for only where the view read the session: else nobody is known
    to be signed in, and asking would cost a query.
    """
    if area_of(request) in PRIVATE_AREAS:
        return True
    session = getattr(request, "session", None)
    if session is None or not session.accessed:
        return False
    return hasattr(request, "user") and request.user.is_authenticated
