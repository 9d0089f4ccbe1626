"""Showing, handing out and erasing one person's data; each is recorded."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import (
    content_disposition_header,
    url_has_allowed_host_and_scheme,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from registry import rules
from registry.access import HOUSE, SignedInRequest, open_to
from registry.actions.privacy import erase_person, going, record_hand_out
from registry.deeds import act_of, kind_of
from registry.enums import Role
from registry.errors import RecordError
from registry.handing_out import archive
from registry.models import User
from registry.personal import Person, gathered
from registry.revealing import reveal
from registry.thai.fields import ThaiTextField
from registry.views.audit import find_row


class EraseForm(forms.Form):
    """Why somebody is erased, and that it is meant."""

    reason = ThaiTextField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "For example: the person asked for it by letter of 21 November. "
            "Do not write the name here."
        ),
    )
    is_meant = forms.BooleanField(
        label=gettext_lazy(
            "I understand that nobody can undo this, not even from the history."
        )
    )


@open_to(*HOUSE)
@require_POST
def reveal_data(request: SignedInRequest) -> HttpResponse:
    """Show masked data to whoever needs it for work, for a few minutes."""
    name = request.POST.get("about", "")[:120]
    kind, _sign, key = name.partition(":")
    if kind == "act":
        _reveal_act(request, name, key)
    else:
        if not (key.isascii() and key.isdigit()) or len(key) > 18:
            raise Http404
        row = find_row(kind, int(key), request.user)
        if not rules.may_see_personal(request.user, row):
            raise PermissionDenied
        reveal(request, name, about=row)
    return redirect(_back(request))


def _reveal_act(request: SignedInRequest, name: str, key: str) -> None:
    if not request.user.is_staff:
        raise PermissionDenied
    try:
        act_id = uuid.UUID(key)
    except ValueError as bent:
        raise Http404 from bent
    if act_of(act_id, request.user, is_open=False) is None:
        raise Http404
    reveal(request, f"act:{act_id}", detail=str(act_id))


def _back(request: HttpRequest) -> str:
    there = request.POST.get("next", "")
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(there, hosts, request.is_secure()):
        return there
    return "home"


# --- A person's whole data ------------------------------------------------------------


@open_to(Role.ADMINISTRATOR)
@require_POST
def hand_out(request: SignedInRequest, model: str, pk: int) -> HttpResponse:
    """Send everything that is kept about the person as an archive."""
    row = find_row(model, pk, request.user)
    person = _person(row)
    content = archive(person)
    record_hand_out(person, by=request.user)
    day = timezone.localdate()
    answer = HttpResponse(content, content_type="application/zip")
    name = f"personal-data-{day:%Y-%m-%d}.zip"
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


@open_to(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: SignedInRequest, model: str, pk: int) -> HttpResponse:
    """Show what would go, ask why, and erase the person."""
    row = find_row(model, pk, request.user)
    person = _person(row)
    form = EraseForm(
        request.POST if request.method == "POST" else None, label_suffix=""
    )
    if form.is_valid():
        try:
            erase_person(person, by=request.user, reason=form.cleaned_data["reason"])
        except RecordError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The person’s data was erased."))
            return redirect("audit:list")
    return render(
        request,
        "privacy/erase.html",
        {
            "row": row,
            "heading": str(row),
            "kind": kind_of(type(row)),
            "form": form,
            "going": going(person),
            "person": person,
            "back": f"admin:{row._meta.app_label}_{row._meta.model_name}_change",
        },
    )


def _person(row: Any) -> Person:
    """Return the person behind an account, or everybody behind a record."""
    if isinstance(row, User):
        return gathered(Person(users=frozenset({row.pk})))
    return gathered(Person().with_records(row._meta.label, {row.pk}))
