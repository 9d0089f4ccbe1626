"""By what a command or a page names the person it is about."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from registry.personal import Person, gathered
from registry.thai.identifiers import keyed_hash, valid_pin
from registry.thai.phones import read_phones


def person_by(
    *, email: str = "", phone: str = "", code: str = "", id_number: str = ""
) -> Person:
    """Return everybody's one person: what leads to it, and all it leads to.

    :raises ValueError: if a telephone or an identity number is none, with a sentence.
    """
    person = Person()
    if email:
        person = person.with_(emails=[email.strip().lower()])
    if phone:
        found = [each.e164 for each in read_phones(phone).phones]
        if not found:
            raise ValueError(_("This is not a Thai telephone number."))
        person = person.with_(phones=found)
    if code:
        person = person.with_(codes=[code.strip().upper()])
    if id_number:
        if not valid_pin(id_number):
            raise ValueError(_("This is not an identity number."))
        person = person.with_(id_hashes=[keyed_hash("pin", id_number)])
    return gathered(person)


def add_selectors(parser: ArgumentParser) -> None:
    """Give a command the options that name a person."""
    parser.add_argument("--email", default="", help="an e-mail address of the person")
    parser.add_argument("--phone", default="", help="a telephone number, as written")
    parser.add_argument(
        "--member",
        default="",
        metavar="CODE",
        help="the code of a producer: everybody behind it is meant",
    )
    parser.add_argument(
        "--id-number",
        default="",
        help="an identity number of a leader; it is hashed and not kept",
    )


def selected(options: Mapping[str, Any]) -> Person:
    """Return the person a command's options name.

    :raises CommandError: if they name nobody.
    """
    try:
        person = person_by(
            email=options["email"],
            phone=options["phone"],
            code=options["member"],
            id_number=options["id_number"],
        )
    except ValueError as bent:
        raise CommandError(str(bent)) from bent
    if not person.is_known:
        raise CommandError("Name a person: --email, --phone, --member or --id-number.")
    return person
