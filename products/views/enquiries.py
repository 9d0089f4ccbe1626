"""Asking about a product, a producer or a cluster, and answering for the agency.

A cluster's page is of a higher app; asking about one needs only what is known here.
"""

import uuid
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from members.models import Cluster, Member
from products.actions import enquiries as actions
from products.enums import EnquiryState
from products.forms.enquiries import AnswerForm, EnquiryForm
from products.models import Enquiry, Product
from products.views.pages import DRINKING_AGE, moved_or_gone
from registry.access import SignedInRequest, open_to, public
from registry.enums import Role
from registry.errors import NotVisible, RecordError
from registry.models import Code

#: Who answers; producers see nothing of it: visitors write to the agency.
ANSWERERS = (Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR)
PER_PAGE = 25


# --- Asking -----------------------------------------------------------------------


@public
@require_http_methods(["GET", "HEAD", "POST"])
def product_enquiry(request: HttpRequest, code: str) -> HttpResponse:
    """Ask who keeps a product about it."""
    found = Product.objects.published().select_related("owner", "province")
    product = found.filter(code=_asked_now(request, code)).first()
    if product is None:
        return moved_or_gone(request, "products:enquire", Product.objects.all(), code)
    if product.is_alcohol and request.GET.get("age") != DRINKING_AGE:
        go_on = f"{request.path}?age={DRINKING_AGE}"
        return render(request, "products/age_notice.html", {"go_on": go_on})
    return _ask(request, Enquiry(product=product))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def member_enquiry(request: HttpRequest, code: str) -> HttpResponse:
    """Ask who keeps a producer about it."""
    found = Member.objects.published().select_related("owner", "province")
    member = found.filter(code=_asked_now(request, code)).first()
    if member is None:
        return moved_or_gone(request, "members:enquire", Member.objects.all(), code)
    return _ask(request, Enquiry(member=member))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def cluster_enquiry(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the lead agency of a cluster about it."""
    clusters = Cluster.objects.published().select_related("lead_agency", "province")
    return _ask(request, Enquiry(cluster=get_object_or_404(clusters, slug=slug)))


def _asked_now(request: HttpRequest, code: str) -> str:
    """Return the code a message is for: one merged while it was written lives on."""
    if request.method == "POST":
        given = Code.objects.filter(pk=code).first()
        if given is not None and given.superseded_by_id:
            return str(given.superseded_by_id)
    return code


def _ask(request: HttpRequest, enquiry: Enquiry) -> HttpResponse:
    about = enquiry.about
    page: dict[str, Any] = {
        "about": about,
        "agency": about.lead_agency if isinstance(about, Cluster) else about.owner,
        "page_url": request.path.removesuffix("enquiry/") + _age(request),
    }
    if request.method != "POST":
        if "sent" in request.GET:
            return render(request, "enquiries/sent.html", page)
        page["form"] = EnquiryForm(instance=enquiry)
        return render(request, "enquiries/enquire.html", page)
    form = EnquiryForm(request.POST, instance=enquiry)
    status = 200
    if form.is_valid():
        wanted = form.enquiry(get_language() or "th")
        # Sent a second time, it counts no second time.
        if not actions.is_kept(wanted.form_key) and _too_many(request):
            form.add_error(
                None, _("Those were many messages in an hour. Please try again later.")
            )
            status = 429
        else:
            actions.receive(wanted, is_suspect=form.is_from_a_program)
            return redirect(f"{request.path}{_age(request, more='sent=1')}")
    answer = render(
        request, "enquiries/enquire.html", {**page, "form": form}, status=status
    )
    if status == 429:
        answer["Retry-After"] = "3600"
    return answer


def _age(request: HttpRequest, more: str = "") -> str:
    """Return the query that keeps a page of alcoholic drinks open, and ``more``."""
    says = request.GET.get("age") == DRINKING_AGE
    query = "&".join(filter(None, [f"age={DRINKING_AGE}" if says else "", more]))
    return f"?{query}" if query else ""


def _too_many(request: HttpRequest) -> bool:
    return not ratelimit.consume(request, action="enquiry")


# --- Answering --------------------------------------------------------------------


@open_to(*ANSWERERS)
@require_safe
def enquiry_list(request: SignedInRequest) -> HttpResponse:
    """List what was asked, of one state: the new ones first come first."""
    visible = Enquiry.objects.visible_to(request.user)
    counts = dict(visible.order_by().values_list("state").annotate(count=Count("pk")))
    asked = request.GET.get("state", "")
    state = EnquiryState(asked) if asked in EnquiryState else EnquiryState.NEW
    order = ("received_at", "pk")
    if state != EnquiryState.NEW:
        order = ("-received_at", "-pk")
    rows = visible.filter(state=state).order_by(*order)
    loaded = rows.select_related("product", "member", "cluster", "owner")
    pages = Paginator(loaded, PER_PAGE)
    # Counted already, with the others.
    pages.count = counts.get(state, 0)
    return render(
        request,
        "enquiries/enquiry_list.html",
        {
            "state": state,
            "states": [(each, counts.get(each, 0)) for each in EnquiryState],
            "page": pages.get_page(request.GET.get("page")),
        },
    )


@open_to(*ANSWERERS)
@require_http_methods(["GET", "HEAD", "POST"])
def enquiry_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show an enquiry with its answers, and take one more."""
    enquiry = _found(request, pk)
    form = None
    if request.method == "POST":
        form = AnswerForm(request.POST)
        if form.is_valid():
            try:
                actions.reply(enquiry, form.answer(), by=request.user)
            except NotVisible as gone:
                raise Http404 from gone
            except RecordError as refusal:
                form.add_error(None, str(refusal))
                enquiry = _found(request, pk)
            else:
                messages.success(request, _("The answer is on its way by mail."))
                return redirect("enquiries:detail", pk)
    replies = list(enquiry.replies.select_related("by").order_by("sent_at", "pk"))
    if form is None:
        form = AnswerForm(initial={"seen": len(replies), "form_key": uuid.uuid4()})
    else:
        form.bring_up_to_date(seen=len(replies))
    return render(
        request,
        "enquiries/enquiry_detail.html",
        {"enquiry": enquiry, "replies": replies, "form": form},
    )


@open_to(*ANSWERERS)
@require_POST
def enquiry_mark(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close an enquiry, call it advertising, or put it back."""
    enquiry = _found(request, pk)
    asked = request.POST.get("to", "")
    if asked not in EnquiryState:
        raise Http404
    try:
        moved = actions.move(enquiry, EnquiryState(asked), by=request.user)
    except NotVisible as gone:
        raise Http404 from gone
    except RecordError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The enquiry is now: %(state)s.") % {"state": moved.stage.label}
        )
    return redirect("enquiries:detail", pk)


def _found(request: SignedInRequest, pk: int) -> Enquiry:
    visible = Enquiry.objects.visible_to(request.user)
    loaded = visible.select_related(
        "product", "member", "cluster", "owner", "province", "handled_by"
    )
    return get_object_or_404(loaded, pk=pk)
