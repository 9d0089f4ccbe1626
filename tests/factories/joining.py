"""Requests to join, made by the steps an applicant takes."""

import itertools
import re

from django.core import mail, signing
from django.core.files.base import ContentFile

from registry.actions import joining
from registry.enums import AgencyKind
from registry.storages import content_name, private_storage
from tests.factories.registry import ProvinceFactory

NUMBERS = itertools.count(1)
LINK = re.compile(r"http://\S+")


def filled(**fields):
    """Return a request that lacks nothing but the confirmation of its address."""
    number = next(NUMBERS)
    asked = joining.start(language=fields.pop("language", "th"))
    if "province" not in fields and not fields.get("is_national"):
        fields["province"] = ProvinceFactory(code=fields.pop("place", "42"))
    letter = b"%PDF-1.7 letter"
    name = content_name("joining", letter, "pdf")
    private_storage().save(name, ContentFile(letter))
    typed = {
        "kind": AgencyKind.PROVINCIAL_OFFICE,
        "name_th": f"สำนักงานพาณิชย์ทดสอบ {number}",
        "name_en": f"Test commerce office {number}",
        "person_th": f"ผู้ขอ ทดสอบ {number}",
        "person_en": f"Test Applicant {number}",
        "post": "นักวิชาการพาณิชย์",
        "email": f"applicant-{number}@test.example",
        "phone": "042-811-234",
        "file": name,
        "file_name": "หนังสือนำส่ง.pdf",
        **fields,
    }
    asked = joining.keep(asked, typed, language=asked.language)
    return joining.keep_consent(asked, language=asked.language)


def confirmed(**fields):
    """Return a request that can be sent."""
    asked = filled(**fields)
    key = signing.dumps([asked.pk, asked.email], salt=joining.SALT)
    return joining.confirm(asked, key)


def submitted(**fields):
    """Return a request that waits for a decision."""
    return joining.submit(confirmed(**fields))


def last_letter(to):
    """Return the last mail to an address."""
    return next(each for each in reversed(mail.outbox) if each.to == [to])


def link_in(letter, part):
    """Return the address in a mail that has ``part`` in it, without its host."""
    found = next(url for url in LINK.findall(letter.body) if part in url)
    return re.sub(r"^http://[^/]+", "", found)
