"""What the forms of records ask for while they are filled in: names and files."""

from allauth.core import ratelimit
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from registry.access import SignedInRequest, open_to
from registry.enums import Role
from registry.files import own_url
from registry.picks import pick_named
from registry.thai.text import clean_line
from registry.uploads import UploadRefused, signed, take_upload

#: Who fills in forms of records.
WRITERS = (Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR)
SHOWN_SUGGESTIONS = 12
#: A name of a subdistrict with all that is above it is shorter.
LONGEST_TERM = 100
KINDS = ("picture", "proof")


@open_to(*WRITERS)
@require_safe
def suggest(request: SignedInRequest, what: str) -> HttpResponse:
    """Return the rows that what was typed so far may mean, of those one may choose.

    One query, and those of the person's scope. It is asked at every pause in
    typing, so it costs little and counts nothing.
    """
    pick = pick_named(what)
    if pick is None:
        raise Http404
    text = clean_line(request.GET.get("term", ""))[:LONGEST_TERM]
    rows = pick.find(pick.rows(request.user), text)[:SHOWN_SUGGESTIONS] if text else ()
    return JsonResponse(
        {
            "results": [
                {"text": pick.label(row), "extra": dict(pick.fills(row))}
                for row in rows
            ]
        }
    )


@open_to(*WRITERS, Role.PRODUCER)
@require_POST
def upload(request: SignedInRequest) -> HttpResponse:
    """Look at one file and keep it; return the value by which a form names it."""
    if not ratelimit.consume(request, action="upload", user=request.user):
        return _too_many()
    kind = request.POST.get("kind", "picture")
    file = request.FILES.get("file")
    if file is None or kind not in KINDS:
        return JsonResponse({"error": _("Please choose a file.")}, status=400)
    try:
        taken = take_upload(file, "proof" if kind == "proof" else "picture")
    except UploadRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=400)
    user = request.user
    return JsonResponse(
        {
            "value": signed(taken, user),
            "thumbnail": own_url(user, taken.thumbnail) if taken.thumbnail else "",
            "name": taken.file_name or clean_line(file.name or ""),
        }
    )


def _too_many() -> HttpResponse:
    said = _("Those were many files in an hour. Please go on a little later.")
    answer = JsonResponse({"error": said}, status=429)
    answer["Retry-After"] = "600"
    return answer
