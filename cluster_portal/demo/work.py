"""What lies on the desks of the demonstration: proposals, a request, enquiries."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from cluster_portal.demo.drawings import png_of
from cluster_portal.demo.found import LOEI, Found, never_entered, row_key
from cluster_portal.demo.words import REASON
from members.models import Member, ProducerAccount
from products.actions import enquiries
from products.actions.enquiries import Answer
from products.enums import EnquiryKind
from products.models import Enquiry, Product
from registry import acts
from registry.actions import joining, proposals
from registry.changes import Changes
from registry.enums import AgencyKind
from registry.models import FormKey, Province, Record, User
from registry.pictures import take_picture
from registry.storages import content_name, private_storage

#: People who write to the demonstration, and read nothing of it.
VISITOR = "visitor@demo.example"
APPLICANT = "applicant@demo.example"
UP_TO_DATE = "ปรับปรุงข้อมูลให้เป็นปัจจุบัน (ข้อมูลสาธิต)"
PRICE_NOTE = "กรุณาระบุหน่วยขายให้ตรงกับราคาใหม่ (ข้อมูลสาธิต)"


def enter_work(found: Found) -> int:
    """Enter what was never entered of it; return how much that was."""
    pieces: dict[str, Callable[[Found], Any]] = {
        "producer-account": _give_account,
        "story": _propose_story,
        "price": _propose_price,
        "own-story": _propose_as_producer,
        "request": _ask_to_join,
        "enquiry-sourcing": _ask_for_quantity,
        "enquiry-comment": _ask_a_question,
    }
    missing = never_entered("work", {name: name for name in pieces})
    for name in missing:
        pieces[name](found)
        FormKey.objects.create(key=row_key("work", name), model="demo")
    return len(missing)


def _own(found: Found, model: type[Record], name: str) -> Iterator[Any]:
    """Return published records of the Loei officer's agency, in the order entered."""
    owner = found.users[name].agency
    rows: Any = model._default_manager
    published = rows.published().filter(owner=owner, province=LOEI)
    return iter(published.order_by("pk")[:6])


def _goods(found: Found) -> list[Product]:
    return list(_own(found, Product, "officer.loei"))


def _producer(found: Found) -> Member:
    """Return the producer that has an account."""
    member: Member = next(_own(found, Member, "officer.loei"))
    return member


# --- Proposals --------------------------------------------------------------------


def _give_account(found: Found) -> None:
    ProducerAccount.objects.get_or_create(
        user=found.users["producer.loei"],
        defaults={
            "member": _producer(found),
            "given_by": found.users["officer.loei"],
        },
    )


def _propose(record: Record, by: User, **fields: Any) -> Any:
    return proposals.propose(
        record, Changes(fields=fields), by=by, reason=UP_TO_DATE, submit=True
    )


def _propose_story(found: Found) -> None:
    """Have the officer propose a longer story: it waits for the reviewer."""
    product = _goods(found)[0]
    more = " ปัจจุบันกลุ่มเปิดให้นักท่องเที่ยวชมการผลิตทุกวันเสาร์ (ข้อมูลสาธิต)"
    _propose(product, found.users["officer.loei"], story_th=product.story_th + more)


def _propose_price(found: Found) -> None:
    """Have the officer propose a price that the reviewer gives back."""
    product = _goods(found)[1]
    price = (product.price_min or Decimal(100)) + 20
    asked = _propose(product, found.users["officer.loei"], price_min=price)
    proposals.send_back(asked, by=found.users["reviewer.loei"], note=PRICE_NOTE)


def _propose_as_producer(found: Found) -> None:
    """Have the producer tell its story in its own words."""
    member = _producer(found)
    more = " เราทำงานร่วมกันที่ศาลากลางบ้านทุกเช้า (ข้อมูลสาธิต)"
    _propose(member, found.users["producer.loei"], story_th=member.story_th + more)


# --- A request to join ------------------------------------------------------------


def _ask_to_join(found: Found) -> None:
    """Have a university of the province ask to join: it waits for the reviewer."""
    asked = joining.start(language="th")
    answers = {
        "kind": AgencyKind.UNIVERSITY,
        "name_th": "มหาวิทยาลัยราชภัฏเลย",
        "name_en": "Loei Rajabhat University",
        "province": Province.objects.get(code=LOEI),
        "person_th": "ผู้ยื่นคำขอสาธิต",
        "person_en": "Demonstration Applicant",
        "post": "อาจารย์ประจำ",
        "email": APPLICANT,
        "phone": "042-000-000",
        "file": _letter(),
        "file_name": "หนังสือขอเข้าร่วม-สาธิต.webp",
    }
    asked = joining.keep(asked, answers, language="th")
    asked = joining.keep_consent(asked, language="th")
    with acts.act(by=None, reason=REASON):
        asked.email_confirmed_at = timezone.now()
        asked.save()
    joining.submit(asked)


def _letter() -> str:
    """Store a drawing in the letter's place; return its name."""
    picture = take_picture(io.BytesIO(png_of("parcels")))
    largest = max(
        (each for each in picture.variants if each.use.isdigit()),
        key=lambda each: (each.format == "webp", int(each.use)),
    )
    name = content_name("letters", largest.data, largest.format)
    shelf = private_storage()
    if not shelf.exists(name):
        shelf.save(name, ContentFile(largest.data))
    return name


# --- Enquiries --------------------------------------------------------------------


def _ask_for_quantity(found: Found) -> None:
    enquiries.receive(
        Enquiry(
            product=_goods(found)[2],
            kind=EnquiryKind.SOURCING,
            name="Demonstration Buyer",
            email=VISITOR,
            quantity="200",
            country="Japan",
            wanted_on=found.today + timedelta(days=60),
            text="We look for gifts for a conference. Could you make 200 by then?",
            language="en",
            form_key=row_key("enquiry", "sourcing"),
        )
    )


def _ask_a_question(found: Found) -> None:
    """Have a visitor ask, and the officer answer."""
    asked = enquiries.receive(
        Enquiry(
            member=_producer(found),
            kind=EnquiryKind.COMMENT,
            name="นักท่องเที่ยวสาธิต",
            email=VISITOR,
            text="วันหยุดสุดสัปดาห์เปิดให้เข้าชมหรือไม่ และต้องจองล่วงหน้าหรือไม่คะ",
            form_key=row_key("enquiry", "comment"),
        )
    )
    answer = Answer(
        text="เปิดให้เข้าชมวันเสาร์ เวลา 09.00–15.00 น. ไม่ต้องจองล่วงหน้าค่ะ (ข้อมูลสาธิต)",
        seen=0,
        form_key=row_key("enquiry", "answer"),
    )
    enquiries.reply(asked, answer, by=found.users["officer.loei"])
