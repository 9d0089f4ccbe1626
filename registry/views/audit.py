"""What was done here, by whom and when: to be read and never to be changed."""

import uuid
from typing import Any

from django.apps import apps
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registry import rules
from registry.access import STAFF, SignedInRequest, open_to
from registry.chronicle import Chronicle
from registry.deeds import (
    act_of,
    acts_of,
    events_for,
    kind_of,
    remembered,
    wording_of,
)
from registry.forms.audit import EventForm, after, cursor_of, moment_of
from registry.models import AuditEvent, Kept, User
from registry.revealing import is_revealed, name_of

#: Events or acts on a page.
PER_PAGE = 50
#: Acts of a record on a page: each is shown whole.
ACTS_PER_PAGE = 20


@open_to(*STAFF)
@require_safe
def event_list(request: SignedInRequest) -> HttpResponse:
    """List events, the newest first: sign-ins, refusals, reveals, exports."""
    form = EventForm(request.GET)
    events = form.keep(events_for(request.user)) if form.is_valid() else None
    found: list[AuditEvent] = []
    older = ""
    if events is not None:
        events = after(events, request.GET.get("after", ""))
        rows = events.select_related("by").order_by("-at", "pk")
        found = list(rows[: PER_PAGE + 1])
        if len(found) > PER_PAGE:
            found = found[:PER_PAGE]
            older = form.address(after=cursor_of(found[-1]))
    return render(
        request,
        "audit/event_list.html",
        {
            "form": form,
            "events": [(each, _record_url(each)) for each in found],
            "older": older,
            "is_later_page": bool(request.GET.get("after")),
        },
    )


def _record_url(event: AuditEvent) -> str:
    """Return where the history of the row an event is about is read."""
    labels = {model._meta.label: model for model in remembered()}
    model = labels.get(event.model)
    return "" if model is None else _history_url(model, event.object_id)


def _history_url(model: type[models.Model], pk: Any) -> str:
    """Return the page of a row's history; what belongs to a row has none."""
    if not issubclass(model, Kept | User):
        return ""
    return reverse("audit:record", args=[model._meta.label_lower, pk])


@open_to(*STAFF)
@require_safe
def person_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a person did: events, and acts on rows, the newest first."""
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    before = moment_of(request.GET.get("before", ""))
    events = events_for(request.user).filter(by=person)
    if before is not None:
        events = events.filter(at__lt=before)
    deeds = acts_of(person, request.user, before=before, most=PER_PAGE + 1)
    merged: list[Any] = [*events.order_by("-at", "pk")[: PER_PAGE + 1], *deeds]
    merged.sort(key=lambda each: each.at, reverse=True)
    shown = merged[:PER_PAGE]
    older = ""
    if len(merged) > PER_PAGE:
        older = f"?before={shown[-1].at:%Y-%m-%dT%H:%M:%S.%fZ}"
    return render(
        request,
        "audit/person_detail.html",
        {
            "person": person,
            "rows": shown,
            "older": older,
            "before": before,
        },
    )


@open_to(*STAFF)
@require_safe
def act_detail(request: SignedInRequest, act_id: uuid.UUID) -> HttpResponse:
    """Show every row of one act, before and after."""
    name = f"act:{act_id}"
    is_open = is_revealed(request, name)
    act = act_of(act_id, request.user, is_open=is_open)
    if act is None:
        raise Http404
    return render(
        request,
        "audit/act_detail.html",
        {
            "act": act,
            "rows": [(each, _history_url(each.model, each.pk)) for each in act.rows],
            "is_open": is_open,
            "reveals": name,
        },
    )


@open_to(*STAFF)
@require_safe
def record_detail(request: SignedInRequest, model: str, pk: int) -> HttpResponse:
    """Show the whole history of one row and of what belongs to it."""
    row = find_row(model, pk, request.user)
    name = name_of(row)
    is_open = is_revealed(request, name) and rules.may_see_personal(request.user, row)
    chronicle = Chronicle(row, wording_of(type(row), is_open=is_open))
    page = Paginator(chronicle.acts, ACTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "audit/record_detail.html",
        {
            "row": row,
            "heading": str(row),
            "kind": kind_of(type(row)),
            "page": page,
            "entries": chronicle.entries(page.object_list),
            "is_open": is_open,
            "reveals": name if rules.may_see_personal(request.user, row) else "",
        },
    )


def find_row(label: str, pk: int, user: User) -> Any:
    """Return the row an address names, if ``user`` may read its history.

    :raises Http404: if there is no such row for them.
    """
    try:
        model: Any = apps.get_model(label)
    except (LookupError, ValueError) as missing:
        raise Http404 from missing
    if model not in remembered() or not issubclass(model, Kept | User):
        raise Http404
    if model is User and not user.is_administrator:
        raise Http404
    rows: models.QuerySet[Any] = model._default_manager.visible_to(user)
    return get_object_or_404(rows, pk=pk)
