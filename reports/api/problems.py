"""Refusals that programs read: ``application/problem+json`` (RFC 9457)."""

import json
import sys
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views import defaults

from registry.outages import SOON, is_outage

#: What lies below is asked for by programs.
AREA = "/api/"
PROBLEM = "application/problem+json"


class Problem(Exception):
    """A request that gets no data; ``sentence`` says why, in both languages.

    :ivar fields: parts of the problem beside its sentence.
    """

    def __init__(
        self,
        status: HTTPStatus,
        sentence: str | Promise,
        *,
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence
        self.headers, self.fields = headers or {}, fields

    def answer(self) -> HttpResponse:
        """Return the refusal as it is sent."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
        }
        for language, key in (("en", "detail"), ("th", "detail_th")):
            with override(language):
                body[key] = str(self.sentence)
        text = json.dumps(body | self.fields, ensure_ascii=False)
        answer = HttpResponse(text, content_type=PROBLEM, status=self.status)
        answer.headers["Access-Control-Allow-Origin"] = "*"
        answer.headers["Cache-Control"] = "no-store"
        for name, value in self.headers.items():
            answer.headers[name] = value
        return answer


def missing(sentence: str | Promise) -> Problem:
    """Return the refusal of what is not there."""
    return Problem(HTTPStatus.NOT_FOUND, sentence)


# --- For the whole portal: errors below the area are JSON, all others pages ----------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refuse an address that makes no sense."""
    if not request.path_info.startswith(AREA):
        return defaults.bad_request(request, exception)
    return Problem(
        HTTPStatus.BAD_REQUEST, _("This address cannot be understood.")
    ).answer()


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing at an address."""
    if not request.path_info.startswith(AREA):
        return defaults.page_not_found(request, exception)
    return missing(_("There is nothing at this address.")).answer()


def server_error(request: HttpRequest) -> HttpResponse:
    """Own a mistake of ours; or say that something does not answer just now.

    Django calls this while it handles the error, and has it in the log.
    """
    if is_outage(sys.exc_info()[1]):
        return _away(request)
    if not request.path_info.startswith(AREA):
        return defaults.server_error(request)
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("Something went wrong on our side. Please try again later."),
    ).answer()


def _away(request: HttpRequest) -> HttpResponse:
    """Answer 503: whoever tries again in a moment gets what they asked for."""
    status, headers = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": SOON}
    if request.path_info.startswith(AREA):
        sentence = _("The portal cannot answer at the moment. Please try again.")
        return Problem(status, sentence, headers=headers).answer()
    page = loader.render_to_string("503.html")
    return HttpResponse(page, status=status, headers=headers)
