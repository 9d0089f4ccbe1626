"""What people choose for themselves: the mails they get."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from registry.access import SignedInRequest, open_to
from registry.actions.preferences import choose_mails
from registry.enums import Role
from registry.forms.preferences import MailForm


@open_to(*Role)
@require_http_methods(["GET", "HEAD", "POST"])
def mail_preferences(request: SignedInRequest) -> HttpResponse:
    """Choose which mails one gets, and in which language."""
    form = MailForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        choose_mails(request.user, **form.cleaned_data)
        messages.success(request, _("Your choice is kept."))
        return redirect("account_mail")
    return render(request, "account/mail_preferences.html", {"form": form})
