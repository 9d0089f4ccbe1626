"""What a request to join consists of: its steps, what it lacks, how it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.enums import JoinState
from registry.errors import Obstacle
from registry.models import JoinRequest


class Step(models.TextChoices):
    """The steps of the form, in their order."""

    AGENCY = "agency", pgettext_lazy("step", "Agency")
    PERSON = "person", pgettext_lazy("step", "Person")
    PROOF = "proof", pgettext_lazy("step", "Letter")
    CONSENT = "consent", pgettext_lazy("step", "Consent")
    CHECK = "check", pgettext_lazy("step", "Check and send")

    @property
    def number(self) -> int:
        """Return the place of the step, from 1."""
        return list(Step).index(self) + 1

    @property
    def next(self) -> "Step":
        """Return the step after this one; the last is its own."""
        return list(Step)[min(self.number, len(Step) - 1)]

    @property
    def before(self) -> "Step | None":
        """Return the step before this one; None before the first."""
        return list(Step)[self.number - 2] if self.number > 1 else None


#: States in which the applicant still writes.
OPEN = frozenset({JoinState.DRAFT, JoinState.RETURNED})
#: The step that asks for a field.
STEP_OF: Mapping[str, Step] = {
    **dict.fromkeys(("kind", "name_th", "place"), Step.AGENCY),
    **dict.fromkeys(("person_th", "post", "email", "phone"), Step.PERSON),
    "upload": Step.PROOF,
    "consents": Step.CONSENT,
    "confirmed": Step.CHECK,
}

#: Version of the text an applicant agrees to. A new text gets a new version; the
#: old ones stay, for people agreed to them.
CONSENT_WORDING = "1"
WORDINGS: Mapping[str, Sequence[str | Promise]] = {
    "1": (
        _(
            "The register keeps your name, post, work e-mail and work telephone, the "
            "letter you send, and what you tell about your agency."
        ),
        _(
            "This serves to check that you may act for your agency, to open an account "
            "for you and to reach you about it. Only the reviewers of your province "
            "and the administrators of the register read it."
        ),
        _(
            "It is never shown to the public. The name of your agency is, beside the "
            "records it keeps."
        ),
        _(
            "It is kept while your request is open and while you have an account, and "
            "afterwards for the time that the privacy notice names."
        ),
        _(
            "You may take this consent back at any time, and ask to see, correct or "
            "erase what is kept, through the contact page. Taking it back ends the "
            "request or closes the account; what was done until then stays valid."
        ),
    )
}


def is_open(asked: JoinRequest) -> bool:
    """Tell whether the applicant may still change the request."""
    return asked.stage in OPEN


def lacking(asked: JoinRequest) -> list[Obstacle]:
    """Return what stands between a request and its reviewers, in the order of steps."""
    wanted = {
        "kind": (asked.kind, _("Say what kind of agency it is.")),
        "name_th": (asked.name_th, _("Type the Thai name of the agency.")),
        "place": (
            asked.province_id or asked.is_national,
            _("Choose the province of the agency."),
        ),
        "person_th": (asked.person_th, _("Type your name in Thai.")),
        "post": (asked.post, _("Type your post.")),
        "email": (asked.email, _("Type your work e-mail.")),
        "phone": (asked.phone, _("Type your work telephone.")),
        "upload": (asked.file, _("Add the letter of your agency.")),
        "consents": (asked.consented_at, _("Read and accept the consent.")),
        "confirmed": (
            asked.email_confirmed_at or not asked.email,
            _("Confirm your e-mail by the link in the mail we sent you."),
        ),
    }
    return [
        Obstacle(field, sentence)
        for field, (is_there, sentence) in wanted.items()
        if not is_there
    ]


def first_open_step(asked: JoinRequest) -> Step:
    """Return where the applicant goes on: the first step that lacks something."""
    missing = lacking(asked)
    return STEP_OF[missing[0].field] if missing else Step.CHECK


@dataclass(frozen=True)
class Moment:
    """One step a request took: when, to which state, with which note."""

    when: datetime
    state: JoinState
    note: str


def story(asked: JoinRequest) -> list[Moment]:
    """Return the steps a request took, the latest first. One query."""
    rows = asked.history.order_by("history_date", "history_id")
    found: list[Moment] = []
    for state, when, note in rows.values_list("state", "history_date", "note"):
        if not found or found[-1].state != state:
            found.append(Moment(when, JoinState(state), note))
    return found[::-1]
