"""Pages on which reviewers say what rows of outside lists are in the register."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from members.models import Member
from products.actions import outside as actions
from products.cdd.matching import reasons_in_words
from products.enums import DifferenceState, OtopType, OutsideState
from products.models import (
    OutsideDifference,
    OutsideProducer,
    OutsideProduct,
    Product,
)
from registry.access import STAFF, SignedInRequest, open_to
from registry.desks import desk_of
from registry.errors import NotVisible
from registry.models import District, Province
from registry.refusals import REFUSALS, as_refusal
from registry.scope import Scope
from registry.templatetags.ui import year_shown

PER_PAGE = 20
#: Part of an address → rows, the records they may be, what they are called.
KINDS: dict[str, tuple[Any, Any, Any]] = {
    "producers": (OutsideProducer, Member, gettext_lazy("Producers of lists")),
    "goods": (OutsideProduct, Product, gettext_lazy("Products of lists")),
}
#: What the texts of a list are called.
LABELS = {
    "product": gettext_lazy("Product"),
    "producer": gettext_lazy("Producer"),
    "subdistrict": gettext_lazy("Subdistrict"),
    "district": gettext_lazy("District"),
    "province": gettext_lazy("Province"),
    "category": gettext_lazy("Category"),
}
FIELDS = {
    "name_th": gettext_lazy("Name (Thai)"),
    "subdistrict_id": gettext_lazy("Subdistrict"),
    "otop_type": gettext_lazy("OTOP type"),
}
#: What the buttons of a row say.
ANSWERS = {
    "new": OutsideState.NEW,
    "ignore": OutsideState.IGNORED,
}


@dataclass(frozen=True)
class Candidate:
    """A record that a row may be, and why."""

    record: Any
    score: int
    reasons: list[str]
    url: str


@dataclass(frozen=True)
class Shown:
    """A row with all that a person needs to decide about it."""

    row: Any
    texts: list[tuple[Any, str]]
    stars: list[tuple[int, int]]
    candidates: list[Candidate]
    record: Any
    record_url: str
    districts: list[District]
    #: Of goods: nobody knows yet whose they are.
    needs_producer: bool


@open_to(*STAFF)
@require_safe
def queue(request: SignedInRequest, kind: str) -> HttpResponse:
    """List rows of outside lists, those that wait first of all."""
    model, records, _title = _kind(kind)
    asked = request.GET.get("state", "")
    state = OutsideState(asked) if asked in OutsideState else OutsideState.WAITING
    provinces = _provinces(request)
    place = _place(request, provinces)
    visible = model.objects.visible_to(request.user).standing()
    if place is not None:
        visible = visible.filter(province=place)
    counts = dict(visible.order_by().values_list("state").annotate(count=Count("pk")))
    rows = visible.filter(state=state).order_by("province_id", "pk")
    loaded = rows.select_related(
        "province", "district", "decided_by", *_loaded_with(kind)
    )
    pages = Paginator(loaded, PER_PAGE)
    pages.count = counts.get(state, 0)
    page = pages.get_page(request.GET.get("page"))
    return render(
        request,
        "outside/queue.html",
        {
            "kind": kind,
            "kinds": [(slug, title) for slug, (_m, _r, title) in KINDS.items()],
            "state": state,
            "states": [(each, counts.get(each, 0)) for each in OutsideState],
            "place": place,
            "provinces": provinces,
            "page": page,
            "rows": list(_shown(page.object_list, records, request.user)),
            "here": request.get_full_path(),
        },
    )


def _kind(slug: str) -> tuple[Any, Any, Any]:
    if slug not in KINDS:
        raise Http404
    return KINDS[slug]


def _loaded_with(kind: str) -> tuple[str, ...]:
    if kind == "producers":
        return ("member", "member__district")
    return ("product", "product__district", "producer__member")


def _provinces(request: SignedInRequest) -> list[Province]:
    """Return the provinces to choose from; none where there is but one."""
    scope: Scope = request.user.scope
    rows = Province.objects.order_by("sort_key")
    if not scope.everywhere:
        if len(scope.provinces) < 2:
            return []
        rows = rows.filter(pk__in=scope.provinces)
    return list(rows)


def _place(request: SignedInRequest, provinces: list[Province]) -> Province | None:
    asked = request.GET.get("province", "")
    return next((each for each in provinces if each.code == asked), None)


def _shown(rows: Iterable[Any], records: Any, user: Any) -> Iterable[Shown]:
    """Yield rows with their candidates. At most two queries."""
    listed = list(rows)
    wanted = {each["pk"] for row in listed for each in row.candidates}
    found: dict[int, Any] = {}
    if wanted:
        visible = records.objects.visible_to(user).for_listing()
        found = visible.in_bulk(wanted)
    homeless = {
        row.province_id
        for row in listed
        if row.district_id is None and row.state == OutsideState.WAITING
    }
    districts: dict[str, list[District]] = {}
    if homeless and records is Member:
        for each in District.objects.filter(province__in=homeless).order_by("sort_key"):
            districts.setdefault(each.province_id, []).append(each)
    for row in listed:
        record = row.member if records is Member else row.product
        producer = getattr(row, "producer", None)
        yield Shown(
            row,
            [(LABELS.get(key, key), text) for key, text in row.texts.items()],
            [
                (int(year), stars)
                for year, stars in sorted(getattr(row, "results", {}).items())
            ],
            [
                Candidate(
                    found[each["pk"]],
                    each["score"],
                    reasons_in_words(each["reasons"]),
                    _url(found[each["pk"]]),
                )
                for each in row.candidates
                if each["pk"] in found
            ],
            record,
            _url(record) if record is not None else "",
            districts.get(row.province_id, []) if row.district_id is None else [],
            records is Product and (producer is None or producer.member is None),
        )


def _url(record: Any) -> str:
    """Return where staff work on a record."""
    desk = desk_of(type(record))
    return reverse("workspace:show", args=[desk.slug, record.pk]) if desk else ""


@open_to(*STAFF)
@require_POST
def decide(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """Say what a row is: one of the candidates, new, or to be left out."""
    model, _records, _title = _kind(kind)
    row = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    answer, same = request.POST.get("answer", ""), request.POST.get("same", "")
    state = OutsideState.SAME if same else ANSWERS.get(answer)
    # No key of ours has more digits.
    if state is None or (same and not (same.isdecimal() and len(same) < 19)):
        raise Http404
    chosen = int(same) if same else None
    try:
        if kind == "producers":
            code = request.POST.get("district", "")
            actions.decide_producer(
                row,
                state,
                by=request.user,
                member_id=chosen,
                district=District.objects.filter(pk=code).first() if code else None,
            )
        else:
            actions.decide_product(row, state, by=request.user, product_id=chosen)
    except NotVisible as gone:
        raise Http404 from gone
    except REFUSALS as error:
        _refused(request, error)
    else:
        said = {
            OutsideState.SAME: _("“%(name)s” is the record you chose."),
            OutsideState.NEW: _("“%(name)s” was entered as a draft."),
            OutsideState.IGNORED: _("“%(name)s” is left out, also in later years."),
        }
        messages.success(request, said[state] % {"name": row.name})
    return redirect(_back(request, reverse("outside:queue", args=[kind])))


def _refused(request: SignedInRequest, error: Exception) -> None:
    refusal = as_refusal(error)
    if refusal is None:
        raise error
    messages.error(request, str(refusal))


def _back(request: SignedInRequest, otherwise: str) -> str:
    """Return the page the person came from, if it is one of ours."""
    here = request.POST.get("back", "")
    is_ours = here.startswith(reverse("outside:start")) and (
        url_has_allowed_host_and_scheme(here, allowed_hosts=None)
    )
    return here if is_ours else otherwise


@open_to(*STAFF)
@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    """Lead to the rows of producers: goods follow them."""
    return redirect("outside:queue", "producers")


# --- Differences ------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A difference with its record."""

    difference: OutsideDifference
    record: Any
    url: str
    label: str
    ours: str
    theirs: str
    clears_points: bool


@open_to(*STAFF)
@require_safe
def difference_list(request: SignedInRequest) -> HttpResponse:
    """List where the register and outside lists disagree."""
    asked = request.GET.get("state", "")
    state = DifferenceState(asked) if asked in DifferenceState else DifferenceState.OPEN
    provinces = _provinces(request)
    place = _place(request, provinces)
    visible = OutsideDifference.objects.visible_to(request.user).standing()
    if place is not None:
        visible = visible.filter(province=place)
    counts = dict(visible.order_by().values_list("state").annotate(count=Count("pk")))
    pages = Paginator(
        visible.filter(state=state)
        .select_related("decided_by")
        .order_by("province_id", "pk"),
        PER_PAGE,
    )
    pages.count = counts.get(state, 0)
    page = pages.get_page(request.GET.get("page"))
    return render(
        request,
        "outside/differences.html",
        {
            "kinds": [(slug, title) for slug, (_m, _r, title) in KINDS.items()],
            "state": state,
            "states": [(each, counts.get(each, 0)) for each in DifferenceState],
            "place": place,
            "provinces": provinces,
            "page": page,
            "rows": list(_lines(page.object_list, request.user)),
            "here": request.get_full_path(),
        },
    )


def _lines(differences: Iterable[OutsideDifference], user: Any) -> Iterable[Line]:
    """Yield differences with their records. A query for each kind there is."""
    listed = list(differences)
    found: dict[str, Any] = {}
    for model in (Member, Product):
        label = model._meta.label
        keys = {each.object_id for each in listed if each.model == label}
        if keys:
            visible: Any = model._default_manager
            found[label] = visible.visible_to(user).in_bulk(keys)
    for each in listed:
        record = found.get(each.model, {}).get(each.object_id)
        if record is None:
            continue
        name, _colon, year = each.field.partition(":")
        texts = [each.ours, each.theirs]
        if name == "stars":
            label = _("Stars of %(year)s") % {"year": year_shown(int(year))}
            texts = [_("%(count)s stars") % {"count": text} for text in texts]
        else:
            label = str(FIELDS.get(name, name))
        if name == "otop_type":
            texts = [
                str(OtopType(text).label) if text in OtopType else text
                for text in texts
            ]
        ours, theirs = texts
        yield Line(each, record, _url(record), label, ours, theirs, name == "stars")


@open_to(*STAFF)
@require_POST
def difference_decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take what the list says, or keep what the register has."""
    rows = OutsideDifference.objects.visible_to(request.user)
    difference = get_object_or_404(rows, pk=pk)
    does = {"take": actions.take, "keep": actions.keep}.get(
        request.POST.get("answer", "")
    )
    if does is None:
        raise Http404
    try:
        does(difference, by=request.user)
    except NotVisible as gone:
        raise Http404 from gone
    except REFUSALS as error:
        _refused(request, error)
    else:
        messages.success(
            request,
            _("The register says what the list says now.")
            if does is actions.take
            else _("The register stays as it is; you are not asked again."),
        )
    return redirect(_back(request, reverse("outside:differences")))
