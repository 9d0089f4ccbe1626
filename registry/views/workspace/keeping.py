"""Keeping a form while it is filled in, for its writer alone."""

from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registry import workspace
from registry.access import SignedInRequest, open_to
from registry.actions import drafts
from registry.desks import Desk
from registry.errors import RecordError
from registry.forms.workspace import readable, without_secrets
from registry.models import User
from registry.views.workspace.finding import WORKERS, find_desk, find_record


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


@open_to(*WORKERS)
@require_POST
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


@open_to(*WORKERS)
@require_POST
def discard(request: SignedInRequest) -> HttpResponse:
    """Let go of an unsent form, and lead to it as it was saved last, or home."""
    key = request.POST.get("key", "")
    desk, pk = find_form(key, request.user)
    drafts.forget(by=request.user, key=key)
    if "home" in request.POST:
        return HttpResponseRedirect(reverse("workspace:home"))
    return HttpResponseRedirect(form_address(desk, pk))
