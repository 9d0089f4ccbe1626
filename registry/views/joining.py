"""An agency asks to join: a form in steps, for somebody without an account.

Who holds the token of a request writes and follows it. Each step is saved by
itself, so that it can be left, gone back to and gone on with later.
"""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from registry.access import public
from registry.actions import joining
from registry.enums import JoinState
from registry.errors import NotReady, Obstacle, RecordError
from registry.forms.joining import STEP_FORMS, StartForm, StepForm
from registry.join_steps import CONSENT_WORDING as WORDING
from registry.join_steps import (
    STEP_OF,
    WORDINGS,
    Step,
    first_open_step,
    is_open,
    lacking,
    story,
)
from registry.known_agencies import similar, suggest
from registry.models import Agency, JoinRequest

#: The request of this browser, remembered so that it can be gone on with.
REMEMBERED = "join_request"
#: Boxes whose text agencies are offered for.
SEARCHED = ("name_th", "name_en", "abbreviation_th", "abbreviation_en")
FORM_METHODS = ("GET", "HEAD", "POST")


@public
@require_http_methods(FORM_METHODS)
def start(request: HttpRequest) -> HttpResponse:
    """Say what is needed, and begin a request."""
    if request.method == "POST":
        if StartForm(request.POST).is_from_a_program:
            return redirect("joining:start")
        if not ratelimit.consume(request, action="join"):
            return ratelimit.respond_429(request)
        asked = joining.start(language=_language())
        request.session[REMEMBERED] = asked.token
        return redirect("joining:step", asked.token, Step.AGENCY.value)
    token = request.session.get(REMEMBERED)
    begun = JoinRequest.objects.filter(token=token).first() if token else None
    return render(request, "joining/start.html", {"form": StartForm(), "begun": begun})


@public
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Offer the agencies that what is being typed may mean. For htmx."""
    refused = ratelimit.consume_or_429(request, action="suggest", limit_get=True)
    if refused:
        return refused
    text = next((request.GET[name] for name in SEARCHED if name in request.GET), "")
    return render(request, "joining/suggestions.html", {"found": suggest(text)})


@public
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Show the applicant where the request stands, and what is to be done."""
    asked = _at(request, token)
    return render(
        request,
        "joining/status.html",
        {
            "asked": asked,
            "story": story(asked),
            "is_open": is_open(asked),
            "missing": _linked(lacking(asked)),
            "goes_on": first_open_step(asked),
            "is_approved": asked.stage == JoinState.APPROVED,
        },
    )


@public
@require_http_methods(FORM_METHODS)
def step(request: HttpRequest, token: str, step: str) -> HttpResponse:
    """Show one step of the form, or save it and lead on."""
    if step not in Step.values:
        raise Http404
    asked, here = _at(request, token), Step(step)
    if not is_open(asked):
        return redirect("joining:status", token)
    if here == Step.CHECK:
        return _check(request, asked)
    if here == Step.AGENCY and asked.agency is not None:
        return _chosen(request, asked)
    form_class = STEP_FORMS[here]
    if request.method != "POST":
        return _show(request, asked, form_class(asked=asked))
    if "agency" in request.POST:
        return _choose(request, asked, request.POST["agency"])
    form = form_class(request.POST, request.FILES, asked=asked)
    leaves = request.POST.get("go") in {"back", "later"}
    if not form.is_valid() and not (leaves and form.is_merely_incomplete()):
        return _show(request, asked, form)
    try:
        asked = _save(request, asked, form)
    except RecordError as refusal:
        form.add_error(None, str(refusal))
        return _show(request, asked, form)
    return _lead_on(request, asked, here)


def _save(request: HttpRequest, asked: JoinRequest, form: StepForm) -> JoinRequest:
    """Keep a step; a new address gets its mail."""
    if form.step == Step.CONSENT:
        if form.cleaned_data.get("consents"):
            return joining.keep_consent(asked, language=_language())
        return asked
    before = asked.email
    asked = joining.keep(asked, form.kept(), language=_language())
    if asked.email and asked.email != before:
        _send(request, asked)
    return asked


def _lead_on(request: HttpRequest, asked: JoinRequest, here: Step) -> HttpResponse:
    go = request.POST.get("go")
    if go == "later":
        return redirect("joining:status", asked.token)
    if go == "back":
        back = here.before or here
        return redirect("joining:step", asked.token, back.value)
    if here == Step.AGENCY and similar(asked):
        return redirect("joining:known", asked.token)
    onward = Step.CHECK if "checking" in request.POST else here.next
    return redirect("joining:step", asked.token, onward.value)


def _show(request: HttpRequest, asked: JoinRequest, form: StepForm) -> HttpResponse:
    more: dict[str, Any] = {"form": form, "wording": WORDINGS[WORDING]}
    more["checking"] = "checking" in request.GET or "checking" in request.POST
    return _page(request, "joining/step.html", asked, form.step, more)


def _page(
    request: HttpRequest, template: str, asked: JoinRequest, here: Step, more: Any
) -> HttpResponse:
    frame = {
        "asked": asked,
        "step": here,
        "steps": [str(each.label) for each in Step],
    }
    return render(request, template, {**frame, **more})


# --- Which agency -----------------------------------------------------------------


@public
@require_http_methods(FORM_METHODS)
def known(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the agency is one of those the register knows."""
    asked = _at(request, token)
    if not is_open(asked):
        return redirect("joining:status", token)
    if request.method == "POST":
        return _choose(request, asked, request.POST.get("agency", ""))
    more = {"found": similar(asked)}
    return _page(request, "joining/known.html", asked, Step.AGENCY, more)


def _choose(request: HttpRequest, asked: JoinRequest, key: str) -> HttpResponse:
    """Take the agency that was picked; an empty key says that it is another."""
    agency = None
    if key:
        approved = Agency.objects.filter(state="approved")
        agency = approved.filter(pk=key).first() if _is_number(key) else None
        if agency is None:
            messages.error(request, _("This agency cannot be chosen any more."))
            return redirect("joining:step", asked.token, Step.AGENCY.value)
    try:
        joining.choose_agency(asked, agency)
    except RecordError as refusal:
        messages.error(request, str(refusal))
    return redirect("joining:step", asked.token, Step.PERSON.value)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _chosen(request: HttpRequest, asked: JoinRequest) -> HttpResponse:
    """Show the known agency that was chosen; another one may be typed instead."""
    if request.method != "POST":
        return _page(request, "joining/chosen.html", asked, Step.AGENCY, {})
    if request.POST.get("go") == "other":
        joining.choose_agency(asked, None)
        return redirect("joining:step", asked.token, Step.AGENCY.value)
    return _lead_past_agency(request, asked)


def _lead_past_agency(request: HttpRequest, asked: JoinRequest) -> HttpResponse:
    if request.POST.get("go") == "later":
        return redirect("joining:status", asked.token)
    return redirect("joining:step", asked.token, Step.PERSON.value)


# --- The address ------------------------------------------------------------------


@public
@require_POST
def send_link(request: HttpRequest, token: str) -> HttpResponse:
    """Send the mail that confirms the address once more."""
    asked = _at(request, token)
    if is_open(asked) and asked.email and not asked.email_confirmed_at:
        _send(request, asked)
    return redirect("joining:step", token, Step.CHECK.value)


def _send(request: HttpRequest, asked: JoinRequest) -> None:
    """Send the mail, unless too many went to the address or came from this place."""
    if not ratelimit.consume(request, action="join_mail", key=asked.email):
        messages.warning(
            request,
            _("Those were many mails in an hour. Please have one sent to you later."),
        )
        return
    joining.send_confirmation(asked)
    said = _("A mail was sent to %(email)s. Please open the link in it.")
    messages.success(request, said % {"email": asked.email})


@public
@require_http_methods(FORM_METHODS)
def confirm(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """Confirm the address, by a button: programs that read mails open links too."""
    asked = _at(request, token)
    try:
        if request.method != "POST":
            joining.check_key(asked, key)
            return render(request, "joining/confirm.html", {"asked": asked})
        joining.confirm(asked, key)
    except RecordError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you. Your e-mail is confirmed."))
    if not is_open(asked):
        return redirect("joining:status", token)
    return redirect("joining:step", token, first_open_step(_again(asked)).value)


# --- Sending ----------------------------------------------------------------------


def _check(request: HttpRequest, asked: JoinRequest) -> HttpResponse:
    """Show the whole request; send it if nothing is missing."""
    refusal = ""
    if request.method == "POST":
        if request.POST.get("go") == "later":
            return redirect("joining:status", asked.token)
        try:
            joining.submit(asked, version=_version(request))
        except NotReady:
            refusal = _("Something is still missing.")
        except RecordError as error:
            refusal = str(error)
        else:
            messages.success(request, _("Your request was sent."))
            return redirect("joining:status", asked.token)
    more = {"missing": _linked(lacking(asked)), "refusal": refusal}
    return _page(request, "joining/check.html", asked, Step.CHECK, more)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if _is_number(text) else -1


def _linked(missing: list[Obstacle]) -> list[dict[str, Any]]:
    """Return what is missing, with the step that asks for it."""
    return [
        {
            "field": each.field,
            "sentence": each.sentence,
            "step": STEP_OF[each.field].value,
        }
        for each in missing
    ]


def _at(request: HttpRequest, token: str) -> JoinRequest:
    """Return the request of a token, and remember it for this browser."""
    rows = JoinRequest.objects.select_related("agency", "province")
    asked: JoinRequest = get_object_or_404(rows, token=token)
    if request.session.get(REMEMBERED) != token:
        request.session[REMEMBERED] = token
    return asked


def _again(asked: JoinRequest) -> JoinRequest:
    asked.refresh_from_db()
    return asked


def _language() -> str:
    return "en" if get_language() == "en" else "th"
