"""An agency asks to join, and somebody decides.

The applicant has no account: who holds the token of a request writes it, so these
deeds have nobody as ``by``. The decision is a reviewer's and has a name.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry import acts, rules
from registry.actions import invitations, records
from registry.actions.invitations import Guest, Letters
from registry.enums import AgencyState, JoinState
from registry.errors import (
    NotAllowed,
    NoteNeeded,
    NotReady,
    OwnSubmission,
    RecordError,
    StaleVersion,
)
from registry.join_steps import CONSENT_WORDING, is_open, lacking
from registry.letters import address_of, send_letter
from registry.models import Agency, JoinRequest, User

SALT = "registry.joining"
#: Seconds for which the link that confirms an address works.
CONFIRM_WITHIN = 7 * 24 * 60 * 60
LETTERS = Letters("joining/mail/approved.txt", "joining/mail/approved_has_account.txt")


class AlreadySent(RecordError):
    """The request lies with its reviewers, or is decided."""

    message = _("This request was sent and cannot be changed now.")


class AlreadyDecided(RecordError):
    """A colleague decided first."""

    message = _("Someone else has already decided on this request.")


class LinkTooOld(RecordError):
    """The link confirms another address, or was made too long ago."""

    message = _("This link is no longer valid. Please have a new mail sent to you.")


class AgencyOutOfReach(RecordError):
    """The agency that was chosen is none this reviewer answers for."""

    message = _(
        "The agency is not approved, or works outside your provinces. An administrator "
        "can decide this request."
    )


# --- The applicant ----------------------------------------------------------------


@transaction.atomic
def start(*, language: str) -> JoinRequest:
    """Begin an empty request under a token nobody can guess."""
    fresh = JoinRequest(token=secrets.token_urlsafe(32), language=language)
    return records.create(fresh, by=None)


@transaction.atomic
def keep(
    asked: JoinRequest, fields: Mapping[str, Any], *, language: str
) -> JoinRequest:
    """Keep what was typed in a step. A new address has to be confirmed again.

    :raises AlreadySent: if the request is not the applicant's to change now.
    """
    fresh = _locked_open(asked)
    with acts.act(by=None):
        if fields.get("email", fresh.email) != fresh.email:
            fresh.email_confirmed_at = None
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.language = language
        _write(fresh)
    return fresh


@transaction.atomic
def keep_consent(asked: JoinRequest, *, language: str) -> JoinRequest:
    """Record that the applicant agreed to the present wording, and when."""
    if asked.consented_at and asked.consent_wording == CONSENT_WORDING:
        return asked
    given = {"consented_at": timezone.now(), "consent_wording": CONSENT_WORDING}
    return keep(asked, given, language=language)


@transaction.atomic
def choose_agency(asked: JoinRequest, agency: Agency | None) -> JoinRequest:
    """Say that the agency is a known one, or with None that it is another.

    What is known of it takes the place of what was typed: its province decides who
    reviews the request.
    """
    fresh = _locked_open(asked)
    if agency is not None and agency.state != AgencyState.APPROVED:
        raise AgencyOutOfReach
    with acts.act(by=None):
        fresh.agency = agency
        if agency is not None:
            _take_over(fresh, agency)
        _write(fresh)
    return fresh


def _take_over(asked: JoinRequest, agency: Agency) -> None:
    for name in (
        *("kind", "name_th", "name_en", "abbreviation_th", "abbreviation_en"),
        *("website", "is_national"),
    ):
        setattr(asked, name, getattr(agency, name))
    provinces = list(agency.provinces.order_by("sort_key", "code"))
    if agency.is_national:
        asked.province = None
    elif provinces and asked.province not in provinces:
        asked.province = provinces[0]


@transaction.atomic
def send_confirmation(asked: JoinRequest) -> None:
    """Mail the link that confirms the address, and the way back to the request.

    Where the address belongs to an account already, the mail says so instead;
    nobody learns it on the page.
    """
    said = {"status_url": _status_address(asked), "agency": str(asked)}
    if invitations.account_of(asked.email) is not None:
        said["url"] = address_of("account_login", language=asked.language)
        template = "joining/mail/has_account.txt"
    else:
        key = signing.dumps([asked.pk, asked.email], salt=SALT)
        said["url"] = address_of(
            "joining:confirm", asked.token, key, language=asked.language
        )
        template = "joining/mail/confirm.txt"
    send_letter(template, to=asked.email, language=asked.language, **said)


@transaction.atomic
def confirm(asked: JoinRequest, key: str) -> JoinRequest:
    """Note that who holds ``key`` reads the mails of the request's address.

    :raises LinkTooOld: if the key is another address's, or too old.
    """
    fresh = records.lock(asked, by=None)
    check_key(fresh, key)
    if fresh.email_confirmed_at is None:
        with acts.act(by=None):
            fresh.email_confirmed_at = timezone.now()
            _write(fresh)
    return fresh


def check_key(asked: JoinRequest, key: str) -> None:
    """Make sure that a key confirms the address the request has now."""
    try:
        found = signing.loads(key, salt=SALT, max_age=CONFIRM_WITHIN)
    except signing.BadSignature as bad:
        raise LinkTooOld from bad
    if found != [asked.pk, asked.email]:
        raise LinkTooOld


@transaction.atomic
def submit(asked: JoinRequest, *, version: int | None = None) -> JoinRequest:
    """Hand the request to who decides on it.

    :raises NotReady: if it lacks something.
    :raises StaleVersion: if it is not what the applicant read before sending.
    """
    fresh = _locked_open(asked)
    if version is not None and fresh.version != version:
        raise StaleVersion
    missing = lacking(fresh)
    if missing:
        raise NotReady(missing)
    with acts.act(by=None):
        fresh.state = JoinState.SUBMITTED
        fresh.submitted_at = timezone.now()
        fresh.decided_at = fresh.decided_by = None
        fresh.note = ""
        _write(fresh)
    _tell(fresh, "joining/mail/received.txt")
    return fresh


def _locked_open(asked: JoinRequest) -> JoinRequest:
    fresh = records.lock(asked, by=None)
    if not is_open(fresh):
        raise AlreadySent
    return fresh


# --- The decision -----------------------------------------------------------------


@transaction.atomic
def approve(
    asked: JoinRequest,
    *,
    by: User,
    agency: Agency | None = None,
    is_new: bool = False,
    version: int | None = None,
) -> JoinRequest:
    """Let the agency join: make it, unless it is known, and invite the applicant.

    ``agency`` is a known one the reviewer recognised; ``is_new`` says that it is
    none, whatever the applicant chose.

    :raises AgencyOutOfReach: if the known agency is none ``by`` answers for.
    """
    fresh = _locked_waiting(asked, by=by, version=version)
    known = None if is_new else agency or fresh.agency
    with acts.act(by=by):
        if known is None:
            fresh.agency = _made(fresh)
        elif _is_in_reach(known, by):
            fresh.agency = known
        else:
            raise AgencyOutOfReach
        _decide(fresh, JoinState.APPROVED, by, "")
        guest = Guest(
            email=fresh.email,
            agency=fresh.agency,
            name_th=fresh.person_th,
            name_en=fresh.person_en,
            post=fresh.post,
            language=fresh.language,
        )
        invitations.issue(guest, by=by, letters=LETTERS)
    return fresh


def _made(asked: JoinRequest) -> Agency:
    """Enter the agency. Who decides on the request is asked; the rest is its work."""
    names = ("kind", "name_th", "name_en", "abbreviation_th", "abbreviation_en")
    agency = Agency(
        **{name: getattr(asked, name) for name in names},
        website=asked.website,
        is_national=asked.is_national,
        state=AgencyState.APPROVED,
    )
    places = [asked.province] if asked.province and not asked.is_national else []
    return records.create(agency, by=None, many={"provinces": places})


def _is_in_reach(agency: Agency, by: User) -> bool:
    """Tell whether a reviewer of its provinces, or an administrator, decides."""
    if agency.state != AgencyState.APPROVED:
        return False
    if by.is_administrator:
        return True
    codes = agency.provinces.values_list("code", flat=True)
    return not agency.is_national and any(map(by.scope.covers, codes))


def ask_back(
    asked: JoinRequest, *, by: User, note: str, version: int | None = None
) -> JoinRequest:
    """Give the request back to its applicant, with a note that says what to mend.

    :raises NoteNeeded: if the note is empty.
    """
    return _send_away(asked, JoinState.RETURNED, by=by, note=note, version=version)


def refuse(
    asked: JoinRequest, *, by: User, note: str, version: int | None = None
) -> JoinRequest:
    """Refuse the request, with a note that says why.

    :raises NoteNeeded: if the note is empty.
    """
    return _send_away(asked, JoinState.REFUSED, by=by, note=note, version=version)


@transaction.atomic
def _send_away(
    asked: JoinRequest, to: JoinState, *, by: User, note: str, version: int | None
) -> JoinRequest:
    if not note.strip():
        raise NoteNeeded
    fresh = _locked_waiting(asked, by=by, version=version)
    with acts.act(by=by, reason=note):
        _decide(fresh, to, by, note)
    _tell(fresh, f"joining/mail/{to.value}.txt")
    return fresh


def _locked_waiting(
    asked: JoinRequest, *, by: User, version: int | None
) -> JoinRequest:
    """Return the request, locked, if ``by`` may decide on it now."""
    fresh = records.lock(asked, by=by)
    if not rules.may_decide_joining(by, fresh):
        raise NotAllowed
    if fresh.stage != JoinState.SUBMITTED:
        raise AlreadyDecided
    if version is not None and fresh.version != version:
        raise StaleVersion
    if fresh.email == by.email:
        raise OwnSubmission
    return fresh


def _decide(asked: JoinRequest, to: JoinState, by: User, note: str) -> None:
    asked.state, asked.note = to, note
    asked.decided_at, asked.decided_by = timezone.now(), by
    _write(asked, by)


def _write(asked: JoinRequest, by: User | None = None) -> None:
    asked.version += 1
    asked.updated_by = by
    asked.save()


def _tell(asked: JoinRequest, template: str) -> None:
    """Mail the applicant where the request stands now."""
    said = {"agency": str(asked), "note": asked.note, "url": _status_address(asked)}
    send_letter(template, to=asked.email, language=asked.language, **said)


def _status_address(asked: JoinRequest) -> str:
    return address_of("joining:status", asked.token, language=asked.language)
