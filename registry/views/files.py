"""Files of both storages: published pictures, and what lies behind a rule."""

from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registry.access import mark, public
from registry.enums import Role
from registry.files import find_private
from registry.storages import CONTENT_TYPES, StorageAway


@public
@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def public_file(request: HttpRequest, name: str) -> FileResponse:
    """Send a published picture; its name is its content, so it never changes.

    In production the web server does this.
    """
    return _send("public", name)


@require_safe
def private_file(request: HttpRequest, token: str) -> FileResponse:
    """Send a draft's picture or a proof, to those who may read its record.

    Strangers, and visitors who are not signed in, learn only that there is
    nothing here.
    """
    name = find_private(token, request.user) if request.user.is_authenticated else None
    if name is None:
        raise Http404
    answer = _send("private", name)
    answer["Cache-Control"] = "private, no-store"
    return answer


mark(private_file, frozenset(Role.values))


def _send(alias: str, name: str) -> FileResponse:
    """Open a stored file under the content type of its ending, and no other.

    :raises Http404: if there is no such file, or its kind is never served.
    :raises StorageAway: if nobody can tell.
    """
    kind = CONTENT_TYPES.get(PurePosixPath(name).suffix)
    if kind is None or "\\" in name or ".." in name:
        raise Http404
    try:
        opened = storages[alias].open(name)
    except StorageAway:
        raise
    except (OSError, SuspiciousFileOperation) as missing:
        raise Http404 from missing
    answer = FileResponse(opened, content_type=kind)
    if kind == "application/pdf":
        # A proof is handed over, never shown as a page of this site.
        answer["Content-Disposition"] = "attachment"
    return answer
