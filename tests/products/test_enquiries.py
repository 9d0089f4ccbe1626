"""Asking about goods, and answering: from the form to the visitor's mail."""

import datetime
import re
import uuid
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import translation

from members.enums import ContactKind
from members.models import Cluster
from products.actions import enquiries
from products.actions.enquiries import (
    Answer,
    AnsweredMeanwhile,
    NoSale,
    PrivateContact,
    gives_away,
)
from products.enums import EnquiryKind, EnquiryState
from products.forms.enquiries import EnquiryForm, seal
from products.models import Enquiry, EnquiryReply, Product
from registry.actions import records
from registry.actions.mail import send_waiting
from registry.changes import Changes
from registry.enums import Role
from registry.errors import NotVisible, StepRefused
from registry.models import Code, OutboxMail
from tests.factories import (
    AgencyFactory,
    CategoryFactory,
    ClusterFactory,
    ContactFactory,
    DistrictFactory,
    EnquiryFactory,
    MemberFactory,
    ProductFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings):
    """Let mails become rows, as in life, and a server in memory take them."""
    settings.EMAIL_BACKEND = "registry.outbox.OutboxBackend"
    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def product(officer):
    """Return a published product of the officer's agency."""
    return ProductFactory(published=True, member__owner=officer.agency)


@pytest.fixture
def minute(time_machine):
    """Stop the clock."""
    time_machine.move_to(
        datetime.datetime(2026, 11, 20, 3, 0, tzinfo=datetime.UTC), tick=False
    )
    return time_machine


def ask(client, url, *, key=None, wait=10, clock=None, **fields):
    """Send the form of ``url`` as a person does who has read it for ``wait`` s."""
    sealed = seal(key or uuid.uuid4())
    if clock:
        clock.shift(wait)
    typed = {
        "kind": "comment",
        "name": "สมหญิง ใจดี",
        "email": "visitor@test.example",
        "text": "ผ้าผืนนี้ย้อมสีธรรมชาติหรือไม่",
        "seal": sealed,
    }
    return client.post(url, typed | fields)


@pytest.fixture
def asking(client, product, minute):
    """Return a function that sends the form of the product."""
    url = reverse("products:enquire", args=[product.code])

    def send(**fields):
        return ask(client, url, clock=minute, **fields)

    send.url = url
    return send


# --- The form ---------------------------------------------------------------------


def test_the_three_public_pages_lead_to_the_form(client, product):
    cluster = ClusterFactory()
    pages = {
        product.get_absolute_url(): reverse("products:enquire", args=[product.code]),
        product.member.get_absolute_url(): reverse(
            "members:enquire", args=[product.member.code]
        ),
        reverse("clusters:detail", args=[cluster.slug]): reverse(
            "clusters:enquire", args=[cluster.slug]
        ),
    }
    for page, form in pages.items():
        assert f'href="{form}"' in client.get(page).content.decode()
        assert client.get(form).status_code == 200


def test_the_form_names_who_answers_and_leads_to_the_notice(client, product, officer):
    page = client.get(reverse("products:enquire", args=[product.code])).content.decode()

    assert officer.agency.name_th in page
    assert f'href="{reverse("privacy")}"' in page


def test_what_is_asked_lands_with_the_owner_agency(asking, client, officer, product):
    answer = asking(
        kind="sourcing", quantity="500 ผืน", country="ญี่ปุ่น", wanted_on="2027-01-15"
    )

    assert (answer.status_code, answer.url) == (302, f"{asking.url}?sent=1")
    assert "ขอบคุณ" in client.get(answer.url).content.decode()
    enquiry = Enquiry.objects.get()
    assert (enquiry.product, enquiry.owner) == (product, officer.agency)
    assert (enquiry.province_id, enquiry.state) == ("42", EnquiryState.NEW)
    assert (enquiry.kind, enquiry.quantity) == (EnquiryKind.SOURCING, "500 ผืน")
    assert enquiry.wanted_on == datetime.date(2027, 1, 15)
    assert enquiry.language == "th"


def test_a_buyer_may_write_the_year_of_the_buddhist_era(asking):
    asking(kind="sourcing", wanted_on="15/01/2570")

    assert Enquiry.objects.get().wanted_on == datetime.date(2027, 1, 15)


def test_on_the_english_pages_the_answer_will_be_english(client, product, minute):
    ask(client, f"/en/products/{product.code}/enquiry/", clock=minute)

    assert Enquiry.objects.get().language == "en"


def test_a_producer_and_a_cluster_can_be_asked_about(client, officer, minute):
    member = MemberFactory(published=True, owner=officer.agency)
    cluster = ClusterFactory(lead_agency=officer.agency)

    ask(client, reverse("members:enquire", args=[member.code]), clock=minute)
    ask(client, reverse("clusters:enquire", args=[cluster.slug]), clock=minute)

    found = list(Enquiry.objects.order_by("pk"))
    assert [each.about for each in found] == [member, cluster]
    assert {each.owner for each in found} == {officer.agency}


def test_a_cluster_without_a_lead_agency_is_for_the_reviewers(
    client, minute, reviewer, officer
):
    cluster = ClusterFactory()

    ask(client, reverse("clusters:enquire", args=[cluster.slug]), clock=minute)

    assert Enquiry.objects.get().owner is None
    assert Enquiry.objects.visible_to(reviewer).count() == 1
    assert not Enquiry.objects.visible_to(officer).exists()


def test_a_comment_drops_what_only_buyers_say_even_if_it_is_wrong(asking):
    asking(kind="comment", quantity="5", wanted_on="no day")

    enquiry = Enquiry.objects.get()
    assert (enquiry.quantity, enquiry.wanted_on) == ("", None)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": " "}, "id_name"),
        ({"email": "nobody"}, "id_email"),
        ({"text": "\u200b\u200b"}, "id_text"),
        ({"text": "x" * 4001}, "id_text"),
        ({"text": "a\x00b"}, "id_text"),
        ({"kind": "gift"}, "id_kind"),
        ({"kind": "sourcing", "wanted_on": "2026-11-19"}, "id_wanted_on"),
    ],
)
def test_what_is_wrong_is_said_with_a_link_and_nothing_typed_is_lost(
    asking, fields, named
):
    answer = asking(**{"text": "ข้อความที่พิมพ์ไว้", "quantity": "9 ชิ้น"} | fields)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'href="#{named}' in page
    assert "9 ชิ้น" in page
    assert not Enquiry.objects.exists()


def test_invisible_characters_are_dropped_and_markup_stays_text(
    asking, client, officer
):
    asking(text="<script>alert(1)</script>\u202eย้อนกลับ", name="a\u200bb")

    enquiry = Enquiry.objects.get()
    assert (enquiry.name, "\u202e" in enquiry.text) == ("ab", False)
    client.force_login(officer)
    page = client.get(reverse("enquiries:detail", args=[enquiry.pk])).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


def test_a_line_break_in_a_name_reaches_no_header(asking):
    asking(name="x\r\nBcc: all@test.example", email="v@test.example\nBcc: x@y.example")

    assert not Enquiry.objects.exists()


# --- Sent twice, too fast, too late -------------------------------------------------


def test_sent_twice_it_is_kept_once_and_leads_to_the_same_page(asking):
    key = uuid.uuid4()

    first, second = asking(key=key), asking(key=key)

    assert first.url == second.url
    assert Enquiry.objects.count() == 1


def test_a_program_that_sends_at_once_is_asked_again_with_its_text(asking):
    answer = asking(wait=1, text="ข้อความ ABC")

    page = answer.content.decode()
    assert "ข้อความ ABC" in page
    assert "โปรดกด “ส่งข้อความ” อีกครั้ง" in page
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize("sealed", ["", "made-up", "bad:seal:x"])
def test_a_form_without_our_key_is_asked_again(asking, sealed):
    answer = asking(seal=sealed)

    assert "โปรดกด “ส่งข้อความ” อีกครั้ง" in answer.content.decode()
    assert not Enquiry.objects.exists()


def test_a_form_open_for_days_is_asked_again_under_the_same_key(asking, client, minute):
    key = uuid.uuid4()
    asking(key=key)

    page = asking(key=key, wait=2 * 24 * 3600, text="ข้อความ ABC").content.decode()

    assert "ข้อความ ABC" in page
    fresh = re.search(r'name="seal" value="([^"]+)"', page)[1]
    minute.shift(10)
    assert asking(seal=fresh, wait=0).status_code == 302
    assert Enquiry.objects.count() == 1


def test_so_many_an_hour_and_no_more_but_the_text_stays(asking, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "enquiry": "1/h/ip"}
    asking()

    answer = asking(text="ข้อความที่สอง")

    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert "ข้อความที่สอง" in answer.content.decode()
    assert Enquiry.objects.count() == 1


def test_sending_again_what_was_kept_counts_no_second_time(asking, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "enquiry": "1/h/ip"}
    key = uuid.uuid4()

    assert [asking(key=key).status_code for _ in range(3)] == [302, 302, 302]


# --- Advertising --------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"website": "https://spam.example"},
        {"text": "https://a.example http://b.example www.c.example"},
        {"name": "Win now www.casino.example"},
        {"text": "[url=x] [url=y] [url=z]"},
    ],
)
def test_advertising_is_thanked_for_kept_and_mailed_to_nobody(asking, fields, officer):
    assert asking(**fields).status_code == 302

    assert Enquiry.objects.get().state == EnquiryState.SPAM
    assert not OutboxMail.objects.exists()


def test_a_buyer_may_name_a_page_of_their_own(asking):
    asking(text="เราคือร้าน https://shop.example สนใจสินค้าค่ะ")

    assert Enquiry.objects.get().state == EnquiryState.NEW


# --- What cannot be asked about -----------------------------------------------------


def test_codes_that_are_not_public_answer_as_their_page_does(client, product):
    withdrawn = ProductFactory(withdrawn=True)
    merged = ProductFactory(withdrawn=True)
    Code.objects.filter(pk=merged.code).update(superseded_by_id=product.code)

    def answers(code):
        return client.get(reverse("products:enquire", args=[code]))

    assert answers(ProductFactory().code).status_code == 404
    assert answers("42-P-99999").status_code == 404
    assert answers(withdrawn.code).status_code == 410
    moved = answers(merged.code)
    there = reverse("products:enquire", args=[product.code])
    assert (moved.status_code, moved.url) == (301, there)
    assert client.get("/clusters/none/enquiry/").status_code == 404


def test_what_was_merged_while_somebody_wrote_is_asked_about_its_successor(
    client, product, minute
):
    merged = ProductFactory(withdrawn=True)
    Code.objects.filter(pk=merged.code).update(superseded_by_id=product.code)

    ask(client, reverse("products:enquire", args=[merged.code]), clock=minute)

    assert Enquiry.objects.get().product == product


def test_of_alcoholic_drinks_only_comments_are_taken_after_the_question_of_age(
    client, officer, minute
):
    drink = ProductFactory(
        published=True,
        member__owner=officer.agency,
        category=CategoryFactory(alcohol=True),
    )
    url = reverse("products:enquire", args=[drink.code])

    assert 'name="text"' not in client.get(url).content.decode()
    page = client.get(f"{url}?age=20").content.decode()
    assert 'name="quantity"' not in page
    ask(client, f"{url}?age=20", clock=minute, kind="sourcing", quantity="99")

    enquiry = Enquiry.objects.get()
    assert (enquiry.kind, enquiry.quantity) == (EnquiryKind.COMMENT, "")
    with pytest.raises(NoSale):
        EnquiryFactory(product=drink, kind=EnquiryKind.SOURCING)


# --- Telling the agency -------------------------------------------------------------


def test_officers_hear_at_once_and_learn_nothing_of_who_asked(asking, officer, product):
    asking()

    (row,) = OutboxMail.objects.all()
    assert (row.to, row.next_attempt_at) == (officer.email, None)
    assert row.subject == "มีเรื่องติดต่อสอบถามใหม่ถึงหน่วยงานของท่าน"
    assert product.code in row.body
    assert reverse("enquiries:list") in row.body
    for private in ("สมหญิง", "visitor@test.example", "ย้อมสีธรรมชาติ"):
        assert private not in row.subject + row.body


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"wants_digest": False}], ids=str
)
def test_who_left_or_wants_none_gets_none(asking, officer, change):
    type(officer).objects.filter(pk=officer.pk).update(**change)

    asking()

    assert Enquiry.objects.count() == 1
    assert not OutboxMail.objects.exists()


def test_reviewers_and_officials_get_none_at_once(asking, officer):
    UserFactory(agency=officer.agency, role=Role.REVIEWER)
    UserFactory(agency=officer.agency, role=Role.OFFICIAL)

    asking()

    assert [row.to for row in OutboxMail.objects.all()] == [officer.email]


def test_a_flood_is_one_mail_in_fifteen_minutes(product, officer, minute):
    written = []
    for _ in range(40):
        EnquiryFactory(product=product)
        send_waiting()
        minute.shift(60)
        written.append(len(mail.outbox))

    assert written[0] == 1
    assert written[14] == 1
    assert written[-1] == 3
    assert OutboxMail.objects.filter(sent_at__isnull=True).count() == 1
    assert "เรื่อง รอคำตอบจากหน่วยงาน" in mail.outbox[-1].body


def test_what_comes_while_a_mail_waits_is_put_into_it(product, officer):
    for _ in range(3):
        EnquiryFactory(product=product)

    (row,) = OutboxMail.objects.all()
    assert "3 เรื่อง" in row.body


def test_the_last_of_a_flood_is_told_when_the_pause_is_over(product, officer, minute):
    EnquiryFactory(product=product)
    send_waiting()
    EnquiryFactory(product=product)
    assert send_waiting() == 0

    minute.shift(15 * 60)

    assert send_waiting() == 1


# --- Who reads it -------------------------------------------------------------------


def test_the_agency_its_reviewers_and_administrators_read_it_and_nobody_else(
    client,
    product,
    officer,
    stranger,
    reviewer,
    foreign_reviewer,
    official,
    administrator,
):
    producer = UserFactory(role=Role.PRODUCER, agency=None)
    product.member.accounts.create(user=producer)
    enquiry = EnquiryFactory(product=product)
    url = reverse("enquiries:detail", args=[enquiry.pk])
    mark = reverse("enquiries:mark", args=[enquiry.pk])
    answers = {}
    for person in (
        *(officer, reviewer, administrator),
        *(stranger, foreign_reviewer, official, producer),
    ):
        client.force_login(person)
        listed = client.get(reverse("enquiries:list"))
        answers[person] = (
            client.get(url).status_code,
            client.post(url, {"text": "x"}).status_code,
            client.post(mark, {"to": "answered"}).status_code,
            enquiry.name in listed.content.decode(),
        )

    inside, outside, closed = (
        (200, 200, 302, True),
        (404, 404, 404, False),
        (403, 403, 403, False),
    )
    assert list(answers.values()) == [*[inside] * 3, *[outside] * 2, *[closed] * 2]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_however_long_it_is(
    count, client, officer, product, django_assert_num_queries
):
    shown = [EnquiryFactory(product=product) for _ in range(count)]
    member = EnquiryFactory(product=None, member=product.member)
    client.force_login(officer)
    client.get(reverse("enquiries:list"))  # the banner is asked for once a minute

    # Session, person, agency and its provinces, counts, rows.
    with django_assert_num_queries(6):
        page = client.get(reverse("enquiries:list")).content.decode()

    assert all(each.name in page for each in [*shown, member])


def test_the_list_shows_one_state_at_a_time_the_longest_waiting_first(
    client, officer, product
):
    first, second = EnquiryFactory(product=product), EnquiryFactory(product=product)
    spam = EnquiryFactory(product=product, spam=True)
    client.force_login(officer)

    new = client.get(reverse("enquiries:list")).content.decode()
    kept = client.get(reverse("enquiries:list") + "?state=spam").content.decode()

    assert new.index(first.name) < new.index(second.name)
    assert (spam.name in new, spam.name in kept, first.name in kept) == (
        False,
        True,
        False,
    )
    assert client.get(reverse("enquiries:list") + "?state=no&page=x").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_asks_the_same_however_many_answers_it_has(
    count, client, officer, product, django_assert_num_queries
):
    enquiry = EnquiryFactory(product=product)
    for number in range(count):
        answer(enquiry, officer, seen=number)
    client.force_login(officer)
    url = reverse("enquiries:detail", args=[enquiry.pk])
    client.get(url)  # the banner is asked for once a minute

    # Session, person, agency and its provinces, enquiry, answers.
    with django_assert_num_queries(6):
        client.get(url)


# --- Answering ----------------------------------------------------------------------


def answer(enquiry, by, text="ย้อมด้วยเปลือกไม้ค่ะ", *, seen=0, key=None):
    """Answer as a person does who has seen so many answers."""
    return enquiries.reply(enquiry, Answer(text, seen, key or uuid.uuid4()), by=by)


def test_an_answer_goes_out_in_the_name_of_the_agency(client, officer, product):
    enquiry = EnquiryFactory(product=product, text="สีอะไร\nราคาเท่าไร")
    OutboxMail.objects.all().delete()
    client.force_login(officer)
    url = reverse("enquiries:detail", args=[enquiry.pk])
    typed = {"text": "สีครามค่ะ", "seen": "0", "form_key": str(uuid.uuid4())}

    assert client.post(url, typed).url == url

    (row,) = OutboxMail.objects.all()
    assert (row.to, row.reader) == (enquiry.email, None)
    assert row.subject == f"คำตอบเรื่องที่ท่านสอบถามเกี่ยวกับ {product.code}"
    assert officer.agency.name_th in row.body
    assert "สีครามค่ะ" in row.body
    assert "> สีอะไร\n> ราคาเท่าไร" in row.body
    assert officer.email not in row.body + row.sender
    assert officer.name not in row.body + row.sender
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.handled_by) == (EnquiryState.ANSWERED, officer)
    assert "สีครามค่ะ" in client.get(url).content.decode()


def test_the_sender_is_named_as_the_agency_at_the_portals_address(
    officer, product, settings
):
    settings.DEFAULT_FROM_EMAIL = "Portal <portal@test.example>"
    answer(EnquiryFactory(product=product), officer)

    send_waiting()

    sent = mail.outbox[-1].message()
    name, address = parseaddr(str(make_header(decode_header(sent["From"]))))
    assert (name, address) == (officer.agency.name_th, "portal@test.example")


def test_an_answer_speaks_the_language_of_the_visitor(officer, product):
    enquiry = EnquiryFactory(product=product, language="en")

    answer(enquiry, officer, "It is indigo.")

    row = OutboxMail.objects.order_by("-pk")[0]
    assert row.subject == f"Answer to your message about {product.code}"
    assert officer.agency.name_en in row.body


def test_sent_twice_an_answer_goes_out_once(officer, product):
    enquiry, key = EnquiryFactory(product=product), uuid.uuid4()

    answer(enquiry, officer, key=key)
    answer(enquiry, officer, key=key)

    assert EnquiryReply.objects.count() == 1
    assert OutboxMail.objects.filter(to=enquiry.email).count() == 1


def test_of_two_who_answer_the_second_is_shown_the_first_and_keeps_the_text(
    client, officer, product
):
    enquiry = EnquiryFactory(product=product)
    answer(enquiry, UserFactory(agency=officer.agency), "คำตอบของเพื่อนร่วมงาน")
    client.force_login(officer)
    url = reverse("enquiries:detail", args=[enquiry.pk])
    typed = {"text": "คำตอบของฉัน", "seen": "0", "form_key": str(uuid.uuid4())}

    page = client.post(url, typed).content.decode()

    assert "คำตอบของเพื่อนร่วมงาน" in page
    assert "คำตอบของฉัน" in page
    assert str(AnsweredMeanwhile()) in page
    assert EnquiryReply.objects.count() == 1
    client.post(url, typed | {"seen": "1"})
    assert EnquiryReply.objects.count() == 2


def test_what_was_closed_meanwhile_is_not_answered_and_the_text_stays(
    client, officer, product
):
    enquiry = EnquiryFactory(product=product)
    enquiries.move(enquiry, EnquiryState.CLOSED, by=officer)
    client.force_login(officer)

    page = client.post(
        reverse("enquiries:detail", args=[enquiry.pk]),
        {"text": "คำตอบของฉัน", "seen": "0", "form_key": str(uuid.uuid4())},
    ).content.decode()

    assert "คำตอบของฉัน" in page
    assert not EnquiryReply.objects.exists()


def test_nobody_answers_for_another_agency_or_province(
    stranger, foreign_reviewer, official, product
):
    enquiry = EnquiryFactory(product=product)

    for person in (stranger, foreign_reviewer, official):
        with pytest.raises(NotVisible):
            answer(enquiry, person)
        with pytest.raises(NotVisible):
            enquiries.move(enquiry, EnquiryState.CLOSED, by=person)


STEPS = {
    ("new", "closed"),
    ("new", "spam"),
    ("answered", "new"),
    ("closed", "new"),
    ("spam", "new"),
}


@pytest.mark.parametrize("start", EnquiryState)
@pytest.mark.parametrize("end", EnquiryState)
def test_an_enquiry_knows_exactly_these_steps_without_an_answer(
    start, end, officer, product
):
    enquiry = EnquiryFactory(product=product)
    Enquiry.objects.update(state=start)

    if (start.value, end.value) in STEPS:
        moved = enquiries.move(enquiry, end, by=officer)
        assert moved.state == end
        assert (moved.handled_by is None) == (end == EnquiryState.NEW)
    else:
        with pytest.raises(StepRefused):
            enquiries.move(enquiry, end, by=officer)


@pytest.mark.parametrize("start", EnquiryState)
def test_new_and_answered_enquiries_take_an_answer(start, officer, product):
    enquiry = EnquiryFactory(product=product)
    Enquiry.objects.update(state=start)

    if start in {EnquiryState.NEW, EnquiryState.ANSWERED}:
        assert answer(enquiry, officer).state == EnquiryState.ANSWERED
    else:
        with pytest.raises(StepRefused):
            answer(enquiry, officer)


# --- The producer's private address -------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "text"),
    [
        ("080-123-4567", "โทร 0801234567 ได้เลย"),
        ("080-123-4567", "โทร ๐๘๐ ๑๒๓ ๔๕๖๗"),
        ("080-123-4567", "call +66 80 123 4567"),
        ("maker@test.example", "write to Maker@Test.Example."),
        ("noi_weaver", "ไลน์noi_weaver"),
    ],
)
def test_a_private_contact_is_found_however_it_is_written(contact, text):
    assert gives_away(text, [contact])


@pytest.mark.parametrize(
    ("contact", "text"),
    [
        ("080-123-4567", "ราคา 1234567 บาท โทร 042-000-000"),
        ("noi", "enjoin us"),
        ("noi_weaver", "noi_weavers.example"),
        ("", "anything"),
    ],
)
def test_other_words_and_numbers_are_not_taken_for_it(contact, text):
    assert not gives_away(text, [contact])


def test_an_answer_cannot_give_a_private_contact_away(officer, product):
    ContactFactory(member=product.member, value="080-123-4567")
    ContactFactory(member=product.member, value="081-999-9999", consented=True)
    enquiry = EnquiryFactory(product=product)

    with pytest.raises(PrivateContact):
        answer(enquiry, officer, "โทรหาคุณสมใจที่ 080 123 4567")
    answer(enquiry, officer, "โทร 081-999-9999")

    assert EnquiryReply.objects.count() == 1


def test_a_private_contact_shows_on_no_page_or_mail_of_an_enquiry(
    client, officer, product, asking
):
    ContactFactory(
        member=product.member, kind=ContactKind.EMAIL, value="maker@test.example"
    )
    pages = [client.get(asking.url), asking(text="")]
    asking()
    enquiry = Enquiry.objects.get()
    answer(enquiry, officer)
    client.force_login(officer)
    pages += [
        client.get(reverse("enquiries:list") + "?state=answered"),
        client.get(reverse("enquiries:detail", args=[enquiry.pk])),
    ]

    for page in pages:
        assert "maker@test.example" not in page.content.decode()
    assert not OutboxMail.objects.filter(body__contains="maker@").exists()


# --- What follows from other changes ------------------------------------------------


def test_open_enquiries_go_with_what_they_are_about_to_its_new_keeper(
    officer, stranger, product
):
    answered, waiting = (EnquiryFactory(product=product) for _ in range(2))
    of_member = EnquiryFactory(product=None, member=product.member)
    answer(answered, officer)

    records.edit(product.member, Changes(fields={"owner": stranger.agency}), by=None)

    assert set(Enquiry.objects.visible_to(stranger)) == {waiting, of_member}
    assert set(Enquiry.objects.visible_to(officer)) == {answered}


def test_a_product_of_another_producer_takes_its_enquiries_along(officer, product):
    enquiry = EnquiryFactory(product=product)
    other = MemberFactory(published=True, district=DistrictFactory(code="5101"))

    records.edit(
        Product.objects.get(pk=product.pk), Changes(fields={"member": other}), by=None
    )

    enquiry.refresh_from_db()
    assert (enquiry.owner, enquiry.province_id) == (other.owner, "51")


def test_a_cluster_with_a_new_lead_agency_hands_its_enquiries_over():
    cluster, agency = ClusterFactory(), AgencyFactory()
    enquiry = EnquiryFactory(product=None, cluster=cluster)

    records.edit(
        Cluster.objects.get(pk=cluster.pk),
        Changes(fields={"lead_agency": agency}),
        by=None,
    )

    enquiry.refresh_from_db()
    assert enquiry.owner == agency


def test_the_pages_speak_both_languages(client, officer, product):
    EnquiryFactory(product=product)
    client.force_login(officer)

    with translation.override("en"):
        addresses = [
            reverse("products:enquire", args=[product.code]),
            reverse("enquiries:list"),
            reverse("enquiries:detail", args=[Enquiry.objects.get().pk]),
        ]
    for address in addresses:
        page = client.get(address).content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        shown = re.sub(r"<[^>]+>|ผู้สอบถาม \d+|ผ้าผืนที่ \d+ ย้อมสีอะไร", "", main)
        assert not re.search("[ก-๙]", shown), shown


def test_the_form_begins_as_a_question(product):
    form = EnquiryForm(instance=Enquiry(product=product))

    assert form["kind"].value() == EnquiryKind.COMMENT
