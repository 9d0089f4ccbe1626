"""The queue, and one decision on several of what waits in it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from registry.access import STAFF, SignedInRequest, open_to
from registry.actions import reviewing as decisions
from registry.forms.reviewing import NarrowingForm
from registry.refusals import REFUSALS, as_refusal
from registry.reviewing import (
    Narrowing,
    Queue,
    load_chosen,
    read_chosen,
    title_of,
)

#: Things on a page of the queue; also the most that one decision takes.
ON_A_PAGE = 25
#: Where the result of a bulk decision waits to be read.
RESULT = "review_result"


@open_to(*STAFF)
@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """List what waits in the person's scope, the oldest first."""
    form = NarrowingForm(request.GET, Queue(request.user))
    narrowing = form.narrowing()
    asked = Queue(request.user, narrowing)
    page = Paginator(asked.places(), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "review/queue.html",
        {
            "form": form,
            "page": page,
            "rows": asked.rows(page.object_list),
            "query": urlencode(narrowing.query()),
            "is_narrowed": bool(narrowing.query()),
            "joining": asked.joining(),
        },
    )


def queue_url(narrowing: Narrowing) -> str:
    """Return the address of the queue, narrowed."""
    query = urlencode(narrowing.query())
    return reverse("review:queue") + (f"?{query}" if query else "")


@open_to(*STAFF)
@require_POST
def approve_chosen(request: SignedInRequest) -> HttpResponse:
    """Approve each of the chosen things by its own rule, in one act."""
    chosen = read_chosen(request.POST.getlist("chosen"))[:ON_A_PAGE]
    narrowing = NarrowingForm(request.GET, Queue(request.user)).narrowing()
    if not chosen:
        messages.warning(request, _("Nothing was chosen."))
        return redirect(queue_url(narrowing))
    things = load_chosen(chosen, request.user)
    try:
        result = decisions.approve_all(things, by=request.user)
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        messages.error(request, str(refusal))
        return redirect(queue_url(narrowing))
    request.session[RESULT] = {
        "done": [title_of(record) for record in result.done],
        "refused": [[title_of(thing), why] for thing, why in result.refused],
        "missing": len(chosen) - len(things),
        "back": queue_url(narrowing),
    }
    return redirect("review:result")


@open_to(*STAFF)
@require_safe
def result(request: SignedInRequest) -> HttpResponse:
    """Say what went through of a bulk decision, and why the rest did not."""
    kept: dict[str, Any] | None = request.session.get(RESULT)
    if kept is None:
        return redirect("review:queue")
    return render(request, "review/result.html", {"result": kept})
