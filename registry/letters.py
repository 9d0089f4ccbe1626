"""Letters: mails of plain text, written in the language of their reader.

A letter is a template whose first line is the subject. Subjects are read on
locked screens and by servers on the way, so they name nobody.
"""

import re
from datetime import datetime
from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from registry.models import User

#: Characters of a sender that the outbox keeps.
LONGEST_SENDER = 250
#: What conditions of a template leave behind.
GAPS = re.compile(r"\n(?:[ \t]*\n){2,}")


class Letter(EmailMessage):
    """A mail that knows more than its address (:class:`registry.models.OutboxMail`).

    It goes to ``reader`` as long as that account is open, and not before a moment.
    """

    reader: "User | None" = None
    topic: str = ""
    not_before: datetime | None = None


def send_letter(
    template: str, *, to: str, language: str, sender_name: str = "", **said: Any
) -> None:
    """Write the letter ``template`` to an address; it leaves with the transaction.

    The template gets ``said`` and the name of the portal. ``sender_name`` stands
    before the portal's own address.
    """
    letter = _letter(template, to, language, said)
    if sender_name:
        address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        letter.from_email = _sender(sender_name, address)
    letter.send()


def _sender(name: str, address: str) -> str:
    """Return a sender that fits its column: of the name as much as there is room.

    Thai letters take four times their number, and a sender that is cut has no address.
    """
    name = " ".join(name.split())[:60]
    while len(found := formataddr((name, address))) > LONGEST_SENDER:
        name = name[:-1]
    return found


def write_to(
    reader: "User",
    template: str,
    *,
    topic: str = "",
    not_before: datetime | None = None,
    **said: Any,
) -> None:
    """Write the letter ``template`` to a person of the house, in their language.

    The template gets ``reader`` too.
    """
    said = {"reader": reader, **said}
    letter = _letter(template, reader.email, reader.language, said)
    letter.reader, letter.topic, letter.not_before = reader, topic, not_before
    letter.send()


def drawn(template: str, language: str, said: dict[str, Any]) -> tuple[str, str]:
    """Return subject and text of a letter."""
    with translation.override(language):
        portal = {"portal_name": _("Thai Souvenirs"), "portal_url": settings.SITE_URL}
        text = render_to_string(template, {**portal, **said})
    subject, _gap, body = text.strip().partition("\n")
    return " ".join(subject.split()), GAPS.sub("\n\n", body).strip() + "\n"


def _letter(template: str, to: str, language: str, said: dict[str, Any]) -> Letter:
    subject, body = drawn(template, language, said)
    return Letter(subject, body, None, [to])


def address_of(name: str, *args: Any, language: str) -> str:
    """Return the absolute address of a page, in the language of the letter."""
    with translation.override(language):
        return settings.SITE_URL + reverse(name, args=args)
