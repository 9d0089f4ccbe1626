"""Taking enquiries of visitors and buyers in, and answering them.

The visitor's address is used for the answer and shown to those who answer; the
producer's private contacts are used by nobody here.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from members.enums import ContactKind
from members.models import Cluster, Contact, Member
from products.enums import EnquiryKind, EnquiryState
from products.models import Enquiry, EnquiryReply, Product
from products.rules import may_answer
from registry.enums import Role
from registry.errors import NotAllowed, NotVisible, RecordError, StepRefused
from registry.letters import address_of, drawn, send_letter, write_to
from registry.models import Agency, FormKey, OutboxMail, User
from registry.thai.numerals import TO_ARABIC

#: An agency hears of new enquiries at most so often, however many come.
PAUSE = timedelta(minutes=15)
#: New enquiries a mail lists; it counts the rest.
LISTED = 10
TOPIC = "enquiries"
#: Addresses, as advertising writes them.
LINK = re.compile(r"https?://|www\.|\[url|<a\s|\bt\.me/", re.IGNORECASE)
#: Buyers name their own page and perhaps one more.
LINKS = 2
#: Figures as people write telephone numbers.
NUMBER = re.compile(r"\+?\d[\d\s().\-–]{5,}\d")
#: What numbers share whether they begin with 0 or with +66.
TAIL = 8
LETTERS = re.compile(r"[a-z@]")
SHORTEST = 4
#: Contacts by which a producer is reached, as against those that name it.
WAYS = (ContactKind.MOBILE, ContactKind.PHONE, ContactKind.EMAIL, ContactKind.LINE)


class NoSale(RecordError):
    """The register mediates no sale of alcoholic drinks."""

    message = _("Enquiries to buy alcoholic drinks are not passed on.")


class AnsweredMeanwhile(RecordError):
    """Somebody else answered while the person was writing."""

    message = _(
        "A colleague has answered this enquiry meanwhile. Their answer is shown "
        "below; yours was not sent."
    )


class PrivateContact(RecordError):
    """The answer would give away how a producer is reached in private."""

    message = _(
        "The answer holds a telephone number or an address of the producer that may "
        "not be shown. Please take it out, or ask the producer for consent first."
    )


# --- Taking in --------------------------------------------------------------------


@transaction.atomic
def receive(enquiry: Enquiry, *, is_suspect: bool = False) -> Enquiry:
    """Keep ``enquiry``, clean and unsaved, for the agency that answers; return it.

    Sent twice under one form key it is kept once. What looks like advertising is
    kept as such and disturbs nobody. The agency's officers hear of the others.

    :raises NoSale: if it wants to buy an alcoholic drink.
    """
    about = enquiry.about
    wants_goods = enquiry.kind == EnquiryKind.SOURCING
    if wants_goods and isinstance(about, Product) and about.is_alcohol:
        raise NoSale
    enquiry.owner = about.lead_agency if isinstance(about, Cluster) else about.owner
    enquiry.province = about.province
    is_spam = is_suspect or looks_like_advertising(enquiry)
    enquiry.state = EnquiryState.SPAM if is_spam else EnquiryState.NEW
    try:
        with transaction.atomic():
            enquiry.save(force_insert=True)
    except IntegrityError:
        known = Enquiry.objects.filter(form_key=enquiry.form_key).first()
        if known is None:
            raise
        return known
    if not is_spam and enquiry.owner is not None:
        _tell_officers(enquiry.owner)
    return enquiry


def is_kept(form_key: uuid.UUID) -> bool:
    """Tell whether a form was sent before. One query."""
    return Enquiry.objects.filter(form_key=form_key).exists()


def looks_like_advertising(enquiry: Enquiry) -> bool:
    """Tell whether a message is more links than words to us."""
    fields = (enquiry.name, enquiry.quantity, enquiry.country)
    if any(LINK.search(text) for text in fields):
        return True
    return len(LINK.findall(enquiry.text)) > LINKS


# --- Telling the agency -----------------------------------------------------------


def _tell_officers(agency: Agency) -> None:
    """Write to the agency's officers, at most one mail to each in ``PAUSE``.

    A mail that has not left yet is written anew with what has come since.
    """
    officers = User.objects.filter(
        agency=agency, role=Role.OFFICER, is_active=True, wants_digest=True
    ).order_by("pk")
    # Of two enquiries that come at once, one sees the mail the other caused.
    list(Agency.objects.select_for_update(no_key=True).filter(pk=agency.pk))
    for officer in officers:
        said = _news(agency, officer)
        if not _rewritten(officer, said):
            write_to(
                officer,
                "mails/enquiries.txt",
                topic=TOPIC,
                not_before=_end_of_pause(officer),
                **said,
            )


def _news(agency: Agency, officer: User) -> dict[str, Any]:
    """Return what a mail says of the new enquiries: nothing of who sent them."""
    found = Enquiry.objects.filter(owner=agency).open().order_by("-received_at", "-pk")
    count = found.count()
    with override(officer.language):
        lines = [
            f"{each.get_kind_display()}: {name_of(each.about)}"
            for each in found.select_related("product", "member", "cluster")[:LISTED]
        ]
    return {
        "count": count,
        "lines": lines,
        "more": max(0, count - LISTED),
        "url": address_of("enquiries:list", language=officer.language),
        "stop_url": address_of("account_mail", language=officer.language),
    }


def name_of(about: Product | Member | Cluster) -> str:
    """Return code and name, in the language of the moment."""
    return " ".join(filter(None, [getattr(about, "code", None), str(about)]))


def _rewritten(officer: User, said: dict[str, Any]) -> bool:
    """Put the news into a mail that has not left yet; tell whether there is one."""
    skips = connection.features.has_select_for_update_skip_locked
    waiting = OutboxMail.objects.filter(
        reader=officer, topic=TOPIC, sent_at__isnull=True, attempts=0
    )
    # One that is on its way at this moment is left alone.
    mail = waiting.select_for_update(skip_locked=skips).order_by("-pk").first()
    if mail is None:
        return False
    letter = drawn("mails/enquiries.txt", officer.language, {**said, "reader": officer})
    mail.subject, mail.body = letter
    mail.save(update_fields=["subject", "body"])
    return True


def _end_of_pause(officer: User) -> datetime | None:
    """Return when the officer may hear again; None for at once."""
    now = timezone.now()
    sent = OutboxMail.objects.filter(
        reader=officer, topic=TOPIC, created_at__gt=now - timedelta(days=1)
    )
    last = sent.order_by("-pk").first()
    if last is None:
        return None
    ends: datetime = (last.sent_at or now) + PAUSE
    return ends if ends > now else None


# --- Answering --------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """An answer as it was typed: ``seen`` is the number of answers on the page."""

    text: str
    seen: int
    form_key: uuid.UUID


@transaction.atomic
def reply(enquiry: Enquiry, answer: Answer, *, by: User) -> Enquiry:
    """Send ``answer`` to whoever asked, in their language; return the enquiry fresh.

    Sent twice under one form key it is mailed once.

    :raises NotVisible: if the enquiry is none of the person's.
    :raises StepRefused: if it was closed.
    :raises AnsweredMeanwhile: if there are answers the person has not seen.
    :raises PrivateContact: if it names a private contact of the producer.
    """
    fresh = _locked(enquiry, by=by)
    if FormKey.objects.filter(pk=answer.form_key).exists():
        return fresh
    if fresh.replies.count() != answer.seen:
        raise AnsweredMeanwhile
    if not fresh.stage.may_become(EnquiryState.ANSWERED):
        raise StepRefused(fresh.stage.label, EnquiryState.ANSWERED.label)
    if gives_away(answer.text, _private_contacts(fresh)):
        raise PrivateContact
    sent = EnquiryReply.objects.create(enquiry=fresh, by=by, text=answer.text)
    FormKey.objects.create(
        key=answer.form_key, model=EnquiryReply._meta.label, object_id=sent.pk
    )
    _write(fresh, EnquiryState.ANSWERED, by)
    _mail(fresh, sent)
    return fresh


def _mail(enquiry: Enquiry, sent: EnquiryReply) -> None:
    with override(enquiry.language):
        agency = str(enquiry.owner or "")
        about = str(enquiry.about)
    send_letter(
        "mails/enquiry_answer.txt",
        to=enquiry.email,
        language=enquiry.language,
        sender_name=agency,
        agency=agency,
        about=about,
        code=getattr(enquiry.about, "code", None) or "",
        enquiry=enquiry,
        text=sent.text,
        asked=enquiry.text.splitlines(),
    )


def gives_away(text: str, contacts: Iterable[str]) -> bool:
    """Tell whether ``text`` holds one of ``contacts``, however it is written."""
    plain = text.translate(TO_ARABIC).casefold()
    numbers = [re.sub(r"\D", "", each) for each in NUMBER.findall(plain)]
    return any(_is_in(contact, plain, numbers) for contact in contacts)


def _is_in(contact: str, plain: str, numbers: Sequence[str]) -> bool:
    value = contact.translate(TO_ARABIC).casefold().strip()
    digits = re.sub(r"\D", "", value)
    if len(digits) >= TAIL and not LETTERS.search(value):
        return any(digits[-TAIL:] in number for number in numbers)
    # A short name in a messenger would be found in any word.
    whole = rf"(?<![a-z0-9._@-]){re.escape(value)}(?![a-z0-9_@-])"
    return len(value) >= SHORTEST and re.search(whole, plain) is not None


def _private_contacts(enquiry: Enquiry) -> Sequence[str]:
    """Return ways to the producer it is about that the public may not read."""
    about = enquiry.about
    if isinstance(about, Cluster):
        return ()
    member_id = about.member_id if isinstance(about, Product) else about.pk
    ways = Contact.objects.filter(member_id=member_id, kind__in=WAYS)
    public = set(ways.public().values_list("value", flat=True))
    found = ways.values_list("value", flat=True)
    return [value for value in found if value not in public]


@transaction.atomic
def move(enquiry: Enquiry, to: EnquiryState, *, by: User) -> Enquiry:
    """Close an enquiry without an answer, call it advertising, or put it back.

    :raises NotVisible: if the enquiry is none of the person's.
    :raises StepRefused: if there is no such step; an answer is given by
        :func:`reply`.
    """
    fresh = _locked(enquiry, by=by)
    if to == EnquiryState.ANSWERED or not fresh.stage.may_become(to):
        raise StepRefused(fresh.stage.label, to.label)
    _write(fresh, to, by)
    return fresh


def _write(enquiry: Enquiry, to: EnquiryState, by: User) -> None:
    is_open = to == EnquiryState.NEW
    enquiry.state = to
    enquiry.handled_at = None if is_open else timezone.now()
    enquiry.handled_by = None if is_open else by
    enquiry.save(update_fields=["state", "handled_at", "handled_by"])


def _locked(enquiry: Enquiry, *, by: User) -> Enquiry:
    rows = Enquiry.objects.visible_to(by).filter(pk=enquiry.pk)
    loaded = rows.select_related("owner", "product", "member", "cluster")
    found = loaded.select_for_update(of=("self",)).first()
    if found is None:
        raise NotVisible
    if not may_answer(by, found):
        raise NotAllowed
    return found
