"""Pages of a list that go on from row to row: the same cost at any depth.

The code behind which a page begins is signed. It holds the values of the last row in
the columns of the order, so that a row that changes or goes in between loses nobody
their place.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from products.paging import COUNTED, Column, rows_after
from reports.api.parameters import USUAL
from reports.api.problems import missing

SALT = "reports.api.after"


def listed(
    request: HttpRequest,
    found: QuerySet[Any],
    columns: tuple[Column, ...],
    order: str,
    shape: Callable[[Any], Any],
) -> dict[str, Any]:
    """Return the page of ``found`` that the address asks for. One query.

    :param columns: of the order; none means as found, by rank of search. Such a list
        goes on by number, and ends after a thousand rows.
    :param order: the list and its order, by name: a code is good for it alone.
    """
    limit = int(request.GET.get("limit") or USUAL)
    after = read_code(request.GET.get("after", ""), order)
    if columns:
        rows = found.order_by(*(column.ordering() for column in columns))
        if after is not None:
            rows = rows.filter(rows_after(row_of(rows, columns, after), columns))
        taken = list(rows[: limit + 1])
        going_on = taken and values_of(taken[:limit][-1], columns)
    else:
        start = int(after[0]) if after else 0
        taken = list(found[start : min(start + limit + 1, COUNTED)])
        going_on = [start + limit]
    next_url = None
    if len(taken) > limit:
        query = request.GET.copy()
        query["after"] = signing.dumps([order, going_on], salt=SALT, compress=True)
        next_url = f"{settings.SITE_URL}{request.path}?{query.urlencode()}"
    return {"results": [shape(row) for row in taken[:limit]], "next": next_url}


def read_code(code: str, order: str) -> list[Any] | None:
    """Return what a code to go on from holds; None without one.

    :raises Problem: 404 if the code is none of ours, or of another list or order.
    """
    if not code:
        return None
    try:
        given, values = signing.loads(code, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        given, values = None, []
    if given != order:
        raise missing(
            _(
                "This list does not go on there. Begin it anew, and take the code from "
                "“next”, with the same order."
            )
        )
    return list(values)


def values_of(row: Any, columns: tuple[Column, ...]) -> list[Any]:
    """Return a row's values in the columns of the order, as JSON can hold them."""
    values = [getattr(row, column.name) for column in columns]
    return [
        str(value) if isinstance(value, datetime | Decimal) else value
        for value in values
    ]


def row_of(rows: QuerySet[Any], columns: tuple[Column, ...], values: list[Any]) -> Any:
    """Return the row that :func:`values_of` has read, with these values alone."""
    fields = [rows.model._meta.get_field(column.name) for column in columns]
    return SimpleNamespace(
        **{
            field.name: field.to_python(value)
            for field, value in zip(fields, values, strict=True)
        }
    )
