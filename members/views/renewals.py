"""Pages on which reviewers renew memberships, remind agencies, and end them."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from members import renewals
from members.actions import renewals as acting
from members.actions.renewals import Chosen
from members.forms.renewals import EndingForm
from members.models import Cluster, Membership
from registry.access import STAFF, SignedInRequest, open_to
from registry.actions.records import BulkResult
from registry.errors import NotVisible
from registry.refusals import REFUSALS, as_refusal

PER_PAGE = 25
#: Members that stayed behind are named up to so many.
NAMED = 10
#: Digits of a key and of a version.
LONGEST = 18


@open_to(*STAFF)
@require_safe
def renewal_list(request: SignedInRequest) -> HttpResponse:
    """List the reviewer's clusters with how many memberships are due."""
    year = _year(request.GET.get("year", ""))
    return render(
        request,
        "renewals/renewal_list.html",
        {
            "year": year,
            "years": renewals.years(),
            "rows": renewals.clusters_of(request.user, year),
        },
    )


@open_to(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def renewal_detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show what is due in a cluster for a year; do what was chosen with it."""
    clusters = Cluster.objects.visible_to(request.user).select_related("province")
    cluster = get_object_or_404(clusters, slug=slug)
    year = _year((request.POST or request.GET).get("year", ""))
    form = EndingForm()
    if request.method == "POST":
        verb, chosen = _asked(request)
        form = EndingForm(request.POST if verb == "lapse" else None)
        if _do(request, cluster, year, verb, chosen, form):
            at = _page(request)
            query = {"year": year, **({"page": at} if at else {})}
            url = reverse("renewals:detail", args=[slug])
            return redirect(f"{url}?{urlencode(query)}")
    due = renewals.due_in(cluster, request.user, year)
    page = Paginator(due, PER_PAGE).get_page(_page(request))
    return render(
        request,
        "renewals/renewal_detail.html",
        {
            "cluster": cluster,
            "year": year,
            "years": renewals.years(),
            "page": page,
            "rows": [(row, _box(row), _lapses_from(row)) for row in page.object_list],
            "left": [
                (row, _box(row))
                for row in renewals.left_in(cluster, request.user, year)[:PER_PAGE]
            ],
            "form": form,
            "chosen": set(request.POST.getlist("chosen")),
        },
    )


def _box(membership: Membership) -> str:
    """Return what the box of a membership sends."""
    return f"{membership.pk}.{membership.member.version}"


def _lapses_from(membership: Membership) -> Any:
    reminded = membership.notified_on
    return None if reminded is None else renewals.lapses_from(reminded)


def _year(text: str) -> int:
    """Return the fiscal year an address asks for; this one if it asks for none."""
    offered = {str(year): year for year in renewals.years()}
    return offered.get(text, renewals.current_year())


def _page(request: SignedInRequest) -> str:
    return (request.POST or request.GET).get("page", "")[:6]


def _asked(request: SignedInRequest) -> tuple[str, list[Chosen]]:
    """Return what is to be done, and with which memberships."""
    for verb in ("renew", "resume"):
        if verb in request.POST:
            return verb, list(_read([request.POST[verb]]))
    return request.POST.get("do", ""), list(_read(request.POST.getlist("chosen")))


def _read(values: Iterable[str]) -> Iterable[Chosen]:
    """Yield what boxes stand for: "12.5" is membership 12 of a member at version 5.

    What is no such thing was never offered, and is left out.
    """
    for value in values:
        key, _dot, version = value.partition(".")
        if all(part.isascii() and part.isdigit() for part in (key, version)) and (
            max(len(key), len(version)) <= LONGEST
        ):
            yield Chosen(int(key), int(version))


def _do(
    request: SignedInRequest,
    cluster: Cluster,
    year: int,
    verb: str,
    chosen: list[Chosen],
    form: EndingForm,
) -> bool:
    """Do it and say what was done; False, with the reason in the form, if refused."""
    if form.is_bound and not form.is_valid():
        return False
    deeds: dict[str, Callable[[], BulkResult]] = {
        "renew": lambda: acting.renew(cluster, chosen, year, by=request.user),
        "remind": lambda: acting.remind(cluster, chosen, year, by=request.user),
        "resume": lambda: acting.resume(cluster, chosen, year, by=request.user),
        "lapse": lambda: acting.lapse(
            cluster,
            chosen,
            year,
            by=request.user,
            reason=form.cleaned_data["reason"],
        ),
    }
    if verb not in deeds:
        raise Http404
    try:
        with transaction.atomic():
            result = deeds[verb]()
    except NotVisible as gone:
        raise Http404 from gone
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        if form.is_bound:
            form.add_error(None, str(refusal))
        else:
            messages.error(request, str(refusal))
        return False
    _tell(request, verb, result)
    return True


def _tell(request: SignedInRequest, verb: str, result: BulkResult) -> None:
    count = len(result.done)
    said = {
        "renew": ngettext("%(count)d renewed.", "%(count)d renewed.", count),
        "remind": ngettext(
            "%(count)d reminded; their agencies get a mail.",
            "%(count)d reminded; their agencies get a mail.",
            count,
        ),
        "lapse": ngettext(
            "%(count)d ended; their agencies get a mail.",
            "%(count)d ended; their agencies get a mail.",
            count,
        ),
        "resume": ngettext(
            "%(count)d taken in again.", "%(count)d taken in again.", count
        ),
    }[verb]
    if count:
        messages.success(request, said % {"count": count})
    for member, reason in result.refused[:NAMED]:
        messages.warning(request, f"{member} ({member.code}): {reason}")
    more = len(result.refused) - NAMED
    if more > 0:
        also = ngettext("and %(count)d more.", "and %(count)d more.", more)
        messages.warning(request, also % {"count": more})
