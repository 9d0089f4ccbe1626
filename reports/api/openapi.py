"""The description of the interface: from it programs are made, and the guide's page.

Every view enters what it takes and gives; nothing is described a second time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from reports.api.license import license_of_data
from reports.api.parameters import Parameter
from reports.api.problems import PROBLEM
from reports.api.schemas import SCHEMAS, ref

#: Where the interface begins.
BASE = "/api/v1"
VERSION = "1.0.0"


@dataclass(frozen=True)
class Operation:
    """One address: what it is called, what it takes, and the schema of its answer."""

    name: str
    path: str
    summary: str | Promise
    answer: str
    parameters: Sequence[Parameter] = ()

    @property
    def in_query(self) -> tuple[Parameter, ...]:
        """Return what stands behind the question mark."""
        return tuple(each for each in self.parameters if not each.is_path)

    @property
    def in_path(self) -> tuple[Parameter, ...]:
        """Return what stands in the path."""
        return tuple(each for each in self.parameters if each.is_path)

    @property
    def url(self) -> str:
        """Return the whole address, with names of what is to be filled in."""
        return f"{settings.SITE_URL}{BASE}{self.path}"


_operations: dict[str, Operation] = {}


def describe(operation: Operation) -> None:
    """Enter an address in the description."""
    _operations[operation.name] = operation


def guide() -> tuple[Operation, ...]:
    """Return every address, in the order the views are written in."""
    return tuple(_operations.values())


Refusals = dict[str, tuple[str, Callable[[Operation], bool]]]
REFUSALS: Refusals = {
    "400": ("The address makes no sense.", lambda each: True),
    "404": ("What the address names is not there.", lambda each: True),
    "410": ("It was there, and was withdrawn.", lambda each: bool(each.in_path)),
    "429": ("Too many requests in a minute.", lambda each: True),
}


def document() -> dict[str, Any]:
    """Return the description as OpenAPI 3.1, in English."""
    licence = license_of_data()
    with override("en"):
        return {
            "openapi": "3.1.0",
            "info": {
                "title": f"{_('Thai Souvenirs')}: open data",
                "version": VERSION,
                "description": str(ABOUT),
                "license": {"name": str(licence.title), "url": licence.url},
            },
            "servers": [{"url": f"{settings.SITE_URL}{BASE}"}],
            "paths": {each.path: {"get": _described(each)} for each in guide()},
            "components": {"schemas": SCHEMAS},
        }


def _described(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": str(operation.summary),
        "parameters": [_parameter(each) for each in operation.parameters],
        "responses": {
            "200": {
                "description": "OK",
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": ref(operation.answer)}},
            },
            "304": {"description": "What If-None-Match names is still true."},
        },
    }
    if operation.in_path:
        found["responses"]["301"] = {
            "description": "It was merged into another record.",
            "headers": {"Location": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": ref("Moved")}},
        }
    for status, (text, applies) in REFUSALS.items():
        if applies(operation):
            found["responses"][status] = {
                "description": text,
                "content": {PROBLEM: {"schema": ref("Problem")}},
            }
    return found


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = dict(parameter.schema)
    if parameter.several:
        schema = {"type": "array", "items": schema}
    return {
        "name": parameter.name,
        "in": "path" if parameter.is_path else "query",
        "required": parameter.is_path,
        "description": str(parameter.text),
        "schema": schema,
        **({"style": "form", "explode": True} if parameter.several else {}),
        **({"example": parameter.example} if parameter.example else {}),
    }


ABOUT = _(
    "The published register, to be read by programs. Lists go on by “next”. "
    "Every answer has an ETag; send it as If-None-Match and get 304 while nothing has "
    "changed. Refusals are application/problem+json. No key is needed."
)
