"""Pages on which reviewers join two records that are one, and part them again."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from registry import merging, rules
from registry.access import STAFF, SignedInRequest, open_to
from registry.actions import merging as acting
from registry.errors import NotVisible
from registry.forms.merging import MergeForm, ReasonForm
from registry.models import Merge
from registry.refusals import REFUSALS, as_refusal
from registry.thai.text import clean_line

PER_PAGE = 20


@open_to(*STAFF)
@require_safe
def merge_list(request: SignedInRequest) -> HttpResponse:
    """List the merges of the reviewer's provinces, the latest first."""
    merges = Merge.objects.visible_to(request.user).select_related("by", "undone_by")
    page = Paginator(merges.order_by("-at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    rows = merging.records_of(page.object_list)
    return render(request, "merges/merge_list.html", {"page": page, "rows": rows})


@open_to(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_compare(request: SignedInRequest, code: str) -> HttpResponse:
    """Choose the second record; compare the two; make them one."""
    left = _record(request, code)
    wanted = clean_line(request.GET.get("with", ""))[:20]
    right = merging.record_of(wanted, request.user) if wanted else None
    if right is None or type(right) is not type(left):
        return _choose(request, left, wanted)
    if right.pk == left.pk or not rules.allowed("merge", request.user, right):
        return _choose(request, left, wanted)
    form = MergeForm(merging.compare(left, right), data=request.POST or None)
    if request.method == "POST":
        done = _before(request, left, right) if form.is_stale else None
        if done is None and form.is_valid():
            done = _merge(request, form)
        if done is not None:
            return redirect("merges:detail", pk=done.pk)
    return _compare(request, form, left, right)


def _record(request: SignedInRequest, code: str) -> Any:
    record = merging.record_of(code, request.user)
    if record is None or not rules.allowed("merge", request.user, record):
        raise Http404
    return record


def _choose(request: SignedInRequest, record: Any, wanted: str) -> HttpResponse:
    """Offer records that may be the same one, and a search for any other."""
    text = clean_line(request.GET.get("q", ""))[:100] or wanted
    return render(
        request,
        "merges/merge_choose.html",
        {
            "record": record,
            "text": text,
            "found": merging.searched(record, text, request.user) if text else [],
            "suggested": merging.suggested(record, request.user),
        },
    )


def _compare(
    request: SignedInRequest, form: MergeForm, left: Any, right: Any
) -> HttpResponse:
    either = [merging.why_not(left, right), merging.why_not(right, left)]
    return render(
        request,
        "merges/merge_compare.html",
        {
            "form": form,
            "left": left,
            "right": right,
            # What keeps one code from surviving leaves the other.
            "why_not": either[0] if all(either) else "",
            "warning": next(filter(None, either), ""),
            "kinds": merging.kinds_of(left, right),
            "staying": [each for each in merging.follows(left, right) if each.staying],
            "pictures": [(row, merging.pictures_of(row)) for row in (left, right)],
        },
    )


def _before(request: SignedInRequest, left: Any, right: Any) -> Merge | None:
    """Return the merge that made the two one already: the form was sent twice."""
    found = merging.latest_of(left, right) or merging.latest_of(right, left)
    if found is not None:
        messages.info(request, _("These two records were made one already."))
    return found


def _merge(request: SignedInRequest, form: MergeForm) -> Merge | None:
    """Do what was picked; None if it was refused, which the form then says."""
    kept, gone = form.kept, form.gone
    try:
        with transaction.atomic():
            done = acting.merge(
                kept,
                gone,
                by=request.user,
                reason=form.cleaned_data["reason"],
                taken=form.taken,
                versions=form.versions,
            )
    except NotVisible as lost:
        raise Http404 from lost
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        form.add_error(None, str(refusal))
        return _before(request, kept, gone)
    said = _("%(gone)s was merged into %(kept)s.")
    codes = {"gone": done.gone_code, "kept": done.kept_code}
    messages.success(request, said % codes)
    return done


@open_to(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a merge did and what stands in the way of its undoing; undo it."""
    merges = Merge.objects.visible_to(request.user).select_related("by", "undone_by")
    done = get_object_or_404(merges, pk=pk)
    form = ReasonForm(data=request.POST or None)
    if request.method == "POST" and form.is_valid() and _undo(request, done, form):
        return redirect("merges:detail", pk=done.pk)
    (told,) = merging.records_of([done])
    return render(
        request,
        "merges/merge_detail.html",
        {
            "merge": done,
            "told": told,
            "records": [(row, history_of(row)) for row in (told.kept, told.gone)],
            "form": form,
            "moved": merging.moved_by(done),
            "stayed": merging.stayed_with(done),
            "taken": merging.taken_by(done),
            "obstacles": merging.in_the_way(done) if done.undone_at is None else [],
        },
    )


def history_of(record: Any) -> str:
    """Return the address of a record's history."""
    opts = record._meta
    name = f"admin:{opts.app_label}_{opts.model_name}_history"
    return reverse(name, args=[record.pk])


def _undo(request: SignedInRequest, done: Merge, form: ReasonForm) -> bool:
    try:
        with transaction.atomic():
            acting.undo(done, by=request.user, reason=form.cleaned_data["reason"])
    except NotVisible as lost:
        raise Http404 from lost
    except REFUSALS as error:
        refusal = as_refusal(error)
        if refusal is None:
            raise
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The merge was undone: there are two records again."))
    return True
