"""Pages and files of the open data."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, quote_etag
from django.views.decorators.http import require_safe

from registry.access import public
from reports.api import openapi
from reports.api.license import license_of_data
from reports.api.limits import limited
from reports.models import DataSnapshot
from reports.opendata import dcat
from reports.opendata.base import Dataset, find, last_changes, registered
from reports.opendata.files import FORMS, pieces
from reports.opendata.metadata import fields_of

#: Years of the Buddhist era that may be asked for; others are no year of ours.
YEARS = range(2500, 2700)
#: A snapshot never changes.
FOR_EVER = 31_536_000
#: How many snapshots a page lists.
SHOWN_YEARS = 30


# --- Pages ------------------------------------------------------------------------


@public
@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """List the datasets with how many rows each has."""
    found = [(each, each.count(), files_of(each)) for each in registered()]
    return render(
        request,
        "data/dataset_list.html",
        {"datasets": found, "license": license_of_data()},
    )


@public
@require_safe
def dataset_detail(request: HttpRequest, dataset: str) -> HttpResponse:
    """Describe a dataset: fields of the catalogue, columns, files, earlier years."""
    found = known(dataset)
    edition = found.edition()
    kept = list(
        DataSnapshot.objects.filter(dataset=found.slug, format__in=FORMS).order_by(
            "-year", "format"
        )[: SHOWN_YEARS * len(FORMS)]
    )
    return render(
        request,
        "data/dataset_detail.html",
        {
            "dataset": found,
            "fields": fields_of(found),
            "license": license_of_data(),
            "edition": edition,
            "count": found.count(),
            "files": files_of(found),
            "snapshots": [
                (each, found.file_path(each.format, each.year)) for each in kept
            ],
            "structured": dcat.page(found, edition, kept),
        },
    )


@public
@require_safe
def api_guide(request: HttpRequest) -> HttpResponse:
    """Explain the JSON interface, from the description that programs read."""
    start = settings.SITE_URL + reverse("api:products")
    return render(
        request,
        "data/api_guide.html",
        {
            "guide": openapi.guide(),
            "base": openapi.BASE,
            "per_minute": settings.API_PER_MINUTE,
            "example": f"{start}?province=loei&stars=5&stars=4&limit=10",
        },
    )


def files_of(dataset: Dataset) -> list[tuple[str, str]]:
    """Return the files of a dataset as it stands now, by the name of their form."""
    return [(form.upper(), dataset.file_path(form)) for form in FORMS]


# --- Files ------------------------------------------------------------------------


def open_file(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Give everybody a file, scripts of other sites too, but not without end."""

    @public
    @require_safe
    @limited
    @wraps(view)
    def sent(request: HttpRequest, **asked: Any) -> HttpResponseBase:
        answer = view(request, **asked)
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    return sent


@open_file
def dataset_file(request: HttpRequest, dataset: str, form: str) -> HttpResponseBase:
    """Send a dataset as it stands now, piece by piece."""
    found = known(dataset, form)
    edition = found.edition()

    def whole() -> HttpResponseBase:
        return StreamingHttpResponse(pieces(found, form, edition))

    # Whatever leaves the register leaves here too, at once: ask again each time.
    headers = {
        "Cache-Control": "public, no-cache",
        "Content-Type": FORMS[form][1],
        "Content-Disposition": disposition(f"{dataset}.{form}"),
    }
    return unless_known(
        request, f"{edition.tag}-{form}", edition.modified, headers, whole
    )


@open_file
def snapshot_file(
    request: HttpRequest, dataset: str, year: int, form: str
) -> HttpResponseBase:
    """Send a dataset as it stood at the end of a year."""
    if form not in FORMS or year not in YEARS:
        raise Http404
    kept = get_object_or_404(DataSnapshot, dataset=dataset, year=year, format=form)

    def whole() -> HttpResponseBase:
        try:
            return FileResponse(storages["private"].open(kept.file))
        except FileNotFoundError as lost:
            raise Http404 from lost

    headers = {
        "Cache-Control": f"public, max-age={FOR_EVER}, immutable",
        "Content-Type": FORMS[form][1],
        "Content-Disposition": disposition(f"{dataset}-{year}.{form}"),
        "Content-Length": str(kept.size),
    }
    return unless_known(request, kept.sha256, kept.made_at, headers, whole)


@open_file
def catalog(request: HttpRequest) -> HttpResponseBase:
    """Send the catalogue in the words of DCAT."""
    datasets = registered()
    seen = last_changes({model for each in datasets for model in each.follows})
    editions = {each.slug: each.edition(seen) for each in datasets}
    kept = list(DataSnapshot.objects.order_by("dataset", "-year", "format"))
    text = json.dumps(dcat.catalog(datasets, editions, kept), ensure_ascii=False)
    headers = {
        "Cache-Control": "public, no-cache",
        "Content-Type": "application/ld+json",
    }
    return unless_known(
        request,
        hashlib.sha256(text.encode()).hexdigest(),
        max(each.modified for each in editions.values()),
        headers,
        lambda: HttpResponse(text),
    )


def known(slug: str, form: str = "csv") -> Dataset:
    """Return the dataset of a slug.

    :raises Http404: if there is none, or no such form of it.
    """
    found = find(slug)
    if found is None or form not in FORMS:
        raise Http404
    return found


def disposition(name: str) -> str:
    """Have a file kept under ``name``."""
    return content_disposition_header(True, name) or ""


def unless_known(
    request: HttpRequest,
    tag: str,
    modified: datetime,
    headers: Mapping[str, str],
    whole: Callable[[], HttpResponseBase],
) -> HttpResponseBase:
    """Send ``whole`` with its headers, or 304 to who has just that already."""
    etag, seconds = quote_etag(tag), int(modified.timestamp())
    answer: HttpResponseBase | None = get_conditional_response(
        request, etag=etag, last_modified=seconds
    )
    if answer is None:
        answer = StreamingHttpResponse(()) if request.method == "HEAD" else whole()
        for name, value in headers.items():
            answer.headers[name] = value
    answer.headers["Cache-Control"] = headers["Cache-Control"]
    answer.headers["ETag"] = etag
    answer.headers["Last-Modified"] = http_date(seconds)
    return answer
