"""One's own account at a glance, and the end of a session on another device."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from registry.access import SignedInRequest, open_to
from registry.devices import devices_of
from registry.enums import Role
from registry.second_factor import FACTORS, is_missing_for


@open_to(*Role)
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """Show who the portal takes one for, and lead to what can be changed."""
    factors = Authenticator.objects.filter(user=request.user, type__in=FACTORS)
    return render(
        request,
        "account/overview.html",
        {
            "factors": factors.order_by("created_at"),
            "is_missing": is_missing_for(request.user),
            "devices": devices_of(request.user),
        },
    )


@open_to(*Role)
@require_http_methods(["GET", "HEAD", "POST"])
def devices(request: SignedInRequest) -> HttpResponse:
    """List where one is signed in; sign all the others out."""
    sessions = devices_of(request.user)
    if request.method == "POST":
        others = [each for each in sessions if not each.is_current()]
        get_adapter().end_sessions(others)
        messages.success(request, _("All other devices are signed out."))
        return redirect("account_devices")
    return render(request, "account/devices.html", {"sessions": sessions})


@open_to(*Role)
@require_POST
def end_session(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign one of one's own devices out; another person's does not exist."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.is_current():
        return redirect("account_logout")
    get_adapter().end_sessions([session])
    messages.success(request, _("The device is signed out."))
    return redirect("account_devices")
