"""What scripts of a form ask while it is filled in: keep it, take a file, suggest."""

from typing import Any, Literal, cast

from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from registry import workspace
from registry.access import SignedInRequest, open_to
from registry.actions import drafts
from registry.desks import Desk
from registry.errors import RecordError
from registry.files import own_url
from registry.forms.workspace import readable, without_secrets
from registry.models import User
from registry.picks import pick_named
from registry.thai.text import clean_line
from registry.uploads import UploadRefused, signed, take_upload
from registry.views.workspace.finding import WORKERS, find_desk, find_record

#: Suggestions for what was typed, and characters that are looked at.
SUGGESTED = 10
LONGEST_TERM = 100


def find_form(key: str, user: User) -> tuple[Desk, int | None]:
    """Return the desk and record whose form ``key`` names.

    :raises Http404: if it does not exist for the person.
    """
    slug, _colon, number = key.partition(":")
    if not drafts.KEY.fullmatch(key):
        raise Http404
    desk = find_desk(slug, user)
    if number == "new":
        if not workspace.may_enter(user):
            raise Http404
        return desk, None
    return desk, find_record(desk, int(number), user).pk


def form_address(desk: Desk, pk: int | None) -> str:
    """Return where a form is filled in."""
    if pk is None:
        return reverse("workspace:add", args=[desk.slug])
    return reverse("workspace:edit", args=[desk.slug, pk])


@require_POST
@open_to(*WORKERS)
def draft(request: SignedInRequest) -> HttpResponse:
    """Keep a form as it stands on the screen; say so, or why not."""
    key = request.POST.get("key", "")
    desk, _pk = find_form(key, request.user)
    sent = readable(request.POST.get("body", ""))
    if sent is None:
        return JsonResponse({"said": str(drafts.TooLong())}, status=413)
    body = without_secrets(desk, sent).urlencode()
    try:
        kept = drafts.keep(by=request.user, key=key, body=body)
    except RecordError as refusal:
        return JsonResponse({"said": str(refusal)}, status=413)
    when = {"time": timezone.localtime(kept.saved_at).strftime("%H:%M")}
    return JsonResponse({"said": _("What you typed was kept at %(time)s.") % when})


@require_POST
@open_to(*WORKERS)
def discard(request: SignedInRequest) -> HttpResponse:
    """Let go of an unsent form, and lead to it as it was saved last, or home."""
    key = request.POST.get("key", "")
    desk, pk = find_form(key, request.user)
    drafts.forget(by=request.user, key=key)
    if "home" in request.POST:
        return HttpResponseRedirect(reverse("workspace:home"))
    return HttpResponseRedirect(form_address(desk, pk))


@require_POST
@open_to(*WORKERS)
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a file before its form is saved; give the value that stands for it."""
    file: Any = request.FILES.get("file")
    kind = request.POST.get("kind", "")
    if file is None or kind not in {"picture", "proof"}:
        said = _("No file came. Please choose it again.")
        return JsonResponse({"said": said}, status=400)
    try:
        taken = take_upload(file, cast(Literal["picture", "proof"], kind))
    except UploadRefused as refusal:
        return JsonResponse({"said": str(refusal)}, status=422)
    return JsonResponse(
        {
            "value": signed(taken, request.user),
            "url": own_url(request.user, taken.thumbnail) if taken.thumbnail else "",
            "said": _("The file is kept; you need not choose it again."),
        }
    )


@require_safe
@open_to(*WORKERS)
def suggest(request: SignedInRequest, name: str) -> HttpResponse:
    """Suggest rows for what was typed so far, from those the person may choose."""
    pick = pick_named(name)
    if pick is None:
        raise Http404
    text = clean_line(request.GET.get("term", ""))[:LONGEST_TERM]
    found = pick.find(pick.rows(request.user), text)[:SUGGESTED] if text else ()
    extra = pick.extra
    results = [{"text": pick.label(row), "extra": extra(row)} for row in found]
    return JsonResponse({"results": results})
