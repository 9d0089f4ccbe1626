"""The page an invitation leads to."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from registry.access import public
from registry.actions import invitations
from registry.actions.invitations import LinkUsed
from registry.forms.joining import AcceptForm


@public
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Take name and password of who was invited; signing in comes after."""
    try:
        invitation, user = invitations.find(token)
        form = AcceptForm(request.POST or None, user=user)
        if request.method != "POST" or not form.is_valid():
            said = {"invitation": invitation, "form": form}
            return render(request, "invitations/accept.html", said)
        typed = form.cleaned_data
        invitations.accept(
            token,
            name_th=typed["name_th"],
            name_en=typed["name_en"],
            post=typed["post"],
            password=typed["password"],
            language="en" if get_language() == "en" else "th",
        )
    except LinkUsed as refusal:
        said = {"refusal": str(refusal)}
        return render(request, "invitations/used.html", said, status=410)
    messages.success(request, _("Your account is open. Please sign in."))
    return redirect("account_login")
