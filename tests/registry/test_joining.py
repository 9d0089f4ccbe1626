"""An agency asks to join: step by step, seen by nobody else, decided once."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from registry.actions import joining, records
from registry.actions.joining import (
    AgencyOutOfReach,
    AlreadyDecided,
    AlreadySent,
    LinkTooOld,
)
from registry.changes import Changes
from registry.enums import AgencyState, AuditKind, JoinState, Role
from registry.errors import (
    NotAllowed,
    NoteNeeded,
    NotReady,
    NotVisible,
    OwnSubmission,
    StaleVersion,
)
from registry.files import private_url
from registry.join_steps import CONSENT_WORDING, lacking, story
from registry.known_agencies import similar, suggest
from registry.models import Agency, AuditEvent, JoinRequest, User
from registry.rules import may_decide_joining
from tests.factories import AgencyFactory, ProvinceFactory, UserFactory
from tests.factories.joining import (
    confirmed,
    filled,
    last_letter,
    link_in,
    submitted,
)

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 letter"
AGENCY = {
    "kind": "provincial_office",
    "name_th": "สำนักงานพัฒนาชุมชนจังหวัดเลย",
    "name_en": "Loei Community Development Office",
    "abbreviation_th": "สพจ.เลย",
    "abbreviation_en": "",
    "place": "42",
    "website": "loei.cdd.go.th",
}
PERSON = {
    "person_th": "สมหญิง  ทดสอบ",
    "person_en": "Somying Test",
    "post": "นักวิชาการพัฒนาชุมชน",
    "email": "Somying@Office.test.example",
    "phone": "๐๔๒ ๘๑๑ ๒๓๔ ต่อ 12",
}


@pytest.fixture(autouse=True)
def places():
    cache.clear()
    ProvinceFactory(code="42")
    ProvinceFactory(code="51")


def begin(client, start=""):
    answer = client.post(f"{start}/accounts/agency/", {"website": ""})
    assert answer.status_code == 302
    return JoinRequest.objects.get(token=answer.url.split("/")[-3])


def at(asked, step):
    return reverse("joining:step", args=[asked.token, step])


def send(client, asked, step, **typed):
    return client.post(at(asked, step), {"go": "on", **typed})


def letter(content=PDF, name="หนังสือ.pdf"):
    return SimpleUploadedFile(name, content, content_type="text/html")


# --- The applicant ------------------------------------------------------------------


def test_a_request_is_filled_in_step_by_step_confirmed_and_sent(client):
    asked = begin(client)

    assert send(client, asked, "agency", **AGENCY).url == at(asked, "person")
    assert send(client, asked, "person", **PERSON).url == at(asked, "proof")
    assert send(client, asked, "proof", upload=letter()).url == at(asked, "consent")
    assert send(client, asked, "consent", consents="on").url == at(asked, "check")
    url = link_in(last_letter("somying@office.test.example"), "/confirm/")
    assert client.get(url).status_code == 200
    asked.refresh_from_db()
    assert asked.email_confirmed_at is None  # A program that opens links presses none.
    assert client.post(url).url == at(asked, "check")
    asked.refresh_from_db()
    answer = send(client, asked, "check", version=asked.version)

    assert answer.url == reverse("joining:status", args=[asked.token])
    asked.refresh_from_db()
    assert asked.state == JoinState.SUBMITTED
    assert (asked.name_th, asked.abbreviation_th) == (AGENCY["name_th"], "สพจ.เลย")
    assert (asked.province_id, asked.is_national) == ("42", False)
    assert asked.website == "https://loei.cdd.go.th"
    assert (asked.person_th, asked.phone) == ("สมหญิง ทดสอบ", "042-811-234 #12")
    assert asked.file.startswith("joining/")
    assert asked.file.endswith(".pdf")
    assert (asked.consent_wording, asked.consented_at is not None) == (
        CONSENT_WORDING,
        True,
    )
    page = client.get(answer.url).content.decode()
    assert "รอการพิจารณา" in page


def test_a_request_is_left_and_gone_on_with(client):
    asked = begin(client)

    answer = client.post(
        at(asked, "agency"), {**AGENCY, "kind": "", "name_th": "", "go": "later"}
    )

    assert answer.url == reverse("joining:status", args=[asked.token])
    asked.refresh_from_db()
    assert (asked.name_en, asked.name_th) == (AGENCY["name_en"], "")
    assert asked.token in client.get(reverse("joining:start")).content.decode()
    assert at(asked, "agency") in client.get(answer.url).content.decode()


def test_going_back_keeps_what_was_typed(client):
    asked = filled()

    answer = client.post(
        at(asked, "person"), {**PERSON, "post": "", "phone": "", "go": "back"}
    )

    assert answer.url == at(asked, "agency")
    asked.refresh_from_db()
    assert asked.person_th == "สมหญิง ทดสอบ"
    page = client.get(at(asked, "person")).content.decode()
    assert 'value="Somying Test"' in page


def test_what_cannot_be_understood_is_shown_again_even_on_the_way_back(client):
    asked = begin(client)

    answer = client.post(at(asked, "person"), {**PERSON, "phone": "เบอร์", "go": "back"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'href="#id_phone"' in page
    assert 'value="เบอร์"' in page
    assert 'value="Somying Test"' in page


@pytest.mark.parametrize("step", ["agency", "person", "proof", "consent"])
def test_an_empty_step_names_each_field_it_lacks(client, step):
    asked = begin(client)

    page = send(client, asked, step).content.decode()

    assert 'class="error-summary"' in page
    assert "ข้อผิดพลาด:" in page


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<script>alert(1)</script>", "letter.pdf"),
        (b"", "empty.pdf"),
        (b"PK\x03\x04", "letter.jpg"),
    ],
)
def test_what_is_no_letter_is_refused(client, content, name):
    asked = begin(client)

    answer = send(client, asked, "proof", upload=letter(content, name))

    assert answer.status_code == 200
    asked.refresh_from_db()
    assert asked.file == ""


def test_a_letter_stays_when_no_other_is_sent(client):
    asked = filled()

    assert send(client, asked, "proof").url == at(asked, "consent")
    asked.refresh_from_db()
    assert asked.file_name == "หนังสือนำส่ง.pdf"


def test_nothing_incomplete_is_sent(client):
    asked = begin(client)

    answer = send(client, asked, "check", version=asked.version)

    page = answer.content.decode()
    assert answer.status_code == 200
    for field in ("kind", "name_th", "place", "person_th", "email", "upload"):
        assert f"#id_{field}" in page
    with pytest.raises(NotReady):
        joining.submit(filled())


def test_what_was_changed_in_another_window_is_read_before_it_is_sent():
    asked = confirmed()
    joining.keep(asked, {"post": "อื่น"}, language="th")

    with pytest.raises(StaleVersion):
        joining.submit(asked, version=asked.version)


def test_a_sent_request_is_not_changed(client):
    asked = submitted()

    assert send(client, asked, "agency", **AGENCY).status_code == 302
    with pytest.raises(AlreadySent):
        joining.keep(asked, {"name_th": "อื่น"}, language="th")
    with pytest.raises(AlreadySent):
        joining.choose_agency(asked, AgencyFactory())
    with pytest.raises(AlreadySent):
        joining.submit(asked)


def test_its_address_is_a_secret_nobody_else_learns(client):
    asked = filled()
    pages = [
        client.get(reverse("joining:status", args=[asked.token])),
        client.get(at(asked, "person")),
    ]

    for page in pages:
        assert page["Cache-Control"] == "no-store, private"
        assert '<meta name="robots" content="noindex">' in page.content.decode()
        assert 'rel="canonical"' not in page.content.decode()
    assert client.get("/accounts/agency/nobody/").status_code == 404
    assert client.get(f"/accounts/agency/{asked.token}/nowhere/").status_code == 404
    assert "token" not in {field.name for field in asked.history.model._meta.fields}


def test_programs_that_fill_in_everything_begin_nothing(client):
    answer = client.post("/accounts/agency/", {"website": "https://spam.example"})

    assert answer.status_code == 302
    assert not JoinRequest.objects.exists()


def test_many_requests_from_one_place_have_to_wait(client):
    answers = [client.post("/accounts/agency/", {}).status_code for _ in range(11)]

    assert answers == [302] * 10 + [429]


def test_a_request_in_english_is_answered_in_english(client, reviewer):
    asked = begin(client, "/en")
    url = f"/en/accounts/agency/{asked.token}/"

    client.post(f"{url}agency/", {**AGENCY, "go": "on"})
    client.post(f"{url}person/", {**PERSON, "go": "on"})

    sent = last_letter("somying@office.test.example")
    assert sent.subject == "Please confirm your e-mail"
    assert f"/en/accounts/agency/{asked.token}/" in sent.body


# --- The address --------------------------------------------------------------------


def test_the_same_page_answers_whether_or_not_the_address_has_an_account(
    client, officer
):
    pages = []
    for email in (officer.email, "nobody@test.example"):
        asked = begin(client)
        send(client, asked, "agency", **AGENCY)
        answer = client.post(
            at(asked, "person"), {**PERSON, "email": email, "go": "on"}, follow=True
        )
        check = client.get(at(asked, "check"))
        pages.append(
            [
                re.sub(r'value="[^"]{20,}"', "", page.content.decode())
                .replace(email, "…")
                .replace(asked.token, "…")
                for page in (answer, check)
            ]
        )

    assert pages[0] == pages[1]
    assert "/confirm/" not in last_letter(officer.email).body
    assert "/confirm/" in last_letter("nobody@test.example").body


def test_a_new_address_has_to_be_confirmed_again_and_an_old_link_does_not():
    asked = filled()
    joining.send_confirmation(asked)
    url = link_in(last_letter(asked.email), "/confirm/")
    asked = confirmed()
    changed = joining.keep(asked, {"email": "new@test.example"}, language="th")

    assert changed.email_confirmed_at is None
    with pytest.raises(LinkTooOld):
        joining.confirm(changed, url.split("/")[-2])


def test_a_link_of_another_request_or_a_made_up_one_confirms_nothing(client):
    one, other = filled(), filled()
    joining.send_confirmation(one)
    key = link_in(last_letter(one.email), "/confirm/").split("/")[-2]

    for bad in (key, "x", "a:b:c"):
        url = reverse("joining:confirm", args=[other.token, bad])
        assert client.get(url).status_code == 302
        assert client.post(url).status_code == 302
    other.refresh_from_db()
    assert other.email_confirmed_at is None


def test_a_link_works_for_seven_days(client, monkeypatch):
    asked = filled()
    joining.send_confirmation(asked)
    key = link_in(last_letter(asked.email), "/confirm/").split("/")[-2]
    monkeypatch.setattr(joining, "CONFIRM_WITHIN", -1)

    with pytest.raises(LinkTooOld):
        joining.confirm(asked, key)


def test_an_address_gets_three_mails_an_hour(client):
    asked = filled()
    url = reverse("joining:send_link", args=[asked.token])

    for _ in range(5):
        client.post(url)

    assert len([each for each in mail.outbox if each.to == [asked.email]]) == 3


# --- Known agencies -----------------------------------------------------------------


def test_agencies_are_offered_by_folded_name_and_abbreviation_approved_ones_only():
    shown = AgencyFactory(name_th="สำนักงานพาณิชย์จังหวัดเลย", abbreviation_th="พณจ.เลย")
    AgencyFactory(name_th="สำนักงานพาณิชย์จังหวัดเลย ๒", pending=True)

    for text in ("พานิชย์", "พาณิช", "พณจ", "สำนักงานพาณิชย์จังหวัดเลย"):
        assert [known.pk for known in suggest(text)] == [shown.pk], text
    assert suggest("ก") == []
    assert suggest("ไม่มีที่ไหน") == []


def test_only_what_is_public_is_told_of_an_agency(client, reviewer):
    AgencyFactory(name_th="หน่วยงานที่มีคน", website="https://x.example")
    url = reverse("joining:suggestions")

    page = client.get(url, {"name_th": "หน่วยงานที่มีคน"}).content.decode()

    assert "หน่วยงานที่มีคน" in page
    assert "เลย" in page
    assert "x.example" not in page
    assert client.get(url, {"name_th": ""}).content.decode().strip() == ""


def test_who_asks_for_too_many_suggestions_has_to_wait(client):
    url = reverse("joining:suggestions")

    answers = [client.get(url, {"name_th": "กก"}).status_code for _ in range(201)]

    assert answers == [200] * 200 + [429]


@pytest.mark.parametrize("count", [1, 3])
def test_suggestions_ask_once_when_nothing_changed(count, django_assert_num_queries):
    for _ in range(count):
        AgencyFactory(name_th="สำนักงานทดสอบการค้า")
    suggest("สำนักงาน")

    with django_assert_num_queries(1):
        assert len(suggest("สำนักงาน")) == count
    renamed = Agency.objects.first()
    records.edit(renamed, Changes({"name_th": "ชื่อใหม่เอี่ยม"}), by=None)
    assert [known.pk for known in suggest("ใหม่เอี่ยม")] == [renamed.pk]


def test_alike_are_agencies_of_the_place_and_the_same_name_anywhere():
    name = "สำนักงานพาณิชย์จังหวัดเลย"
    here = AgencyFactory(name_th=name)
    AgencyFactory(name_th="สำนักงานพาณิชย์จังหวัดลำพูน", places=["51"])
    AgencyFactory(name_th="วิทยาลัยอาชีวศึกษา")
    asked = JoinRequest(name_th="สนง.พาณิชย์ จ.เลย", province_id="42")

    assert [known.pk for known in similar(asked)] == [here.pk]
    elsewhere = JoinRequest(name_th=name, province_id="51")
    assert here.pk in [known.pk for known in similar(elsewhere)]


def test_without_scripts_the_step_asks_whether_it_is_a_known_one(client):
    known = AgencyFactory(name_th=AGENCY["name_th"])
    asked = begin(client)

    answer = send(client, asked, "agency", **AGENCY)

    assert answer.url == reverse("joining:known", args=[asked.token])
    page = client.get(answer.url).content.decode()
    assert f'value="{known.pk}"' in page
    assert client.post(answer.url, {"agency": ""}).url == at(asked, "person")
    assert client.post(answer.url, {"agency": known.pk}).url == at(asked, "person")
    asked.refresh_from_db()
    assert asked.agency == known


def test_a_chosen_agency_brings_its_own_province_whatever_was_typed(client):
    lamphun = AgencyFactory(name_th="สำนักงานลำพูน", places=["51"])
    asked = begin(client)

    client.post(at(asked, "agency"), {**AGENCY, "agency": lamphun.pk})

    asked.refresh_from_db()
    assert (asked.agency, asked.province_id) == (lamphun, "51")
    assert "สำนักงานลำพูน" in client.get(at(asked, "agency")).content.decode()
    assert client.post(at(asked, "agency"), {"go": "other"}).status_code == 302
    asked.refresh_from_db()
    assert asked.agency is None


@pytest.mark.parametrize("key", ["0", "abc", "9" * 30, "-1", "²"])
def test_an_agency_that_is_not_there_is_not_chosen(client, key):
    asked = begin(client)

    assert client.post(at(asked, "agency"), {"agency": key}).status_code == 302
    asked.refresh_from_db()
    assert asked.agency is None


def test_an_agency_that_is_not_approved_is_not_chosen(client):
    pending = AgencyFactory(pending=True)
    asked = begin(client)

    client.post(at(asked, "agency"), {"agency": pending.pk})

    asked.refresh_from_db()
    assert asked.agency is None
    with pytest.raises(AgencyOutOfReach):
        joining.choose_agency(asked, pending)


# --- Who decides --------------------------------------------------------------------


@pytest.fixture
def cast(
    officer, stranger, reviewer, foreign_reviewer, official, administrator, client
):
    producer = UserFactory(role=Role.PRODUCER, agency=None)
    national = UserFactory(role=Role.REVIEWER, agency=AgencyFactory(national=True))
    return {
        "officer": officer,
        "reviewer": reviewer,
        "foreign_reviewer": foreign_reviewer,
        "national_reviewer": national,
        "official": official,
        "administrator": administrator,
        "producer": producer,
    }


@pytest.mark.parametrize(
    ("fields", "deciding"),
    [
        ({}, {"reviewer", "national_reviewer", "administrator"}),
        ({"place": "51"}, {"foreign_reviewer", "national_reviewer", "administrator"}),
        ({"is_national": True}, {"administrator"}),
    ],
)
def test_a_request_is_seen_and_decided_by_its_reviewers_alone(
    client, cast, fields, deciding
):
    asked = submitted(**fields)
    url = reverse("joins:detail", args=[asked.pk])
    file = private_url(asked, asked.file)

    opened, read = set(), set()
    for who, person in cast.items():
        client.force_login(person)
        if client.get(url).status_code == 200:
            opened.add(who)
        answer = client.get(file)
        answer.getvalue()
        if answer.status_code == 200:
            read.add(who)
        if who not in deciding:
            assert client.post(url, {"decision": "approve"}).status_code in {403, 404}
            with pytest.raises((NotVisible, NotAllowed)):
                joining.approve(asked, by=person)
            with pytest.raises((NotVisible, NotAllowed)):
                joining.refuse(asked, by=person, note="no")

    assert opened == read == deciding
    asked.refresh_from_db()
    assert asked.state == JoinState.SUBMITTED


@pytest.mark.parametrize("nation", [False, True])
def test_the_rule_says_so_too(cast, nation):
    asked = JoinRequest(province_id="42", is_national=nation)

    deciding = {who for who, each in cast.items() if may_decide_joining(each, asked)}

    local = {"reviewer", "national_reviewer", "administrator"}
    assert deciding == ({"administrator"} if nation else local)


def test_nobody_reads_what_is_not_sent_yet(reviewer, administrator):
    filled()

    assert not JoinRequest.objects.visible_to(reviewer).exists()
    assert not JoinRequest.objects.visible_to(administrator).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_constant_number_of_times(
    client, reviewer, count, django_assert_num_queries
):
    rows = [submitted() for _ in range(count)]
    submitted(place="51")
    client.force_login(reviewer)
    client.get(reverse("joins:list"))

    # Session, person, agency, scope, count, rows.
    with django_assert_num_queries(6):
        page = client.get(reverse("joins:list")).content.decode()

    assert all(row.name_th in page for row in rows)
    assert page.count("<h2>") == count


def test_a_reviewer_reads_the_request_beside_agencies_it_may_be(client, reviewer):
    known = AgencyFactory(name_th="สำนักงานพาณิชย์จังหวัดเลย")
    asked = submitted(name_th="สนง.พาณิชย์ จังหวัดเลย")
    client.force_login(reviewer)

    page = client.get(reverse("joins:detail", args=[asked.pk])).content.decode()

    for text in (asked.name_th, known.name_th, asked.email, asked.phone, asked.post):
        assert text in page
    file = re.search(r'href="(/files/[^"]+)"', page)[1]
    assert b"".join(client.get(file).streaming_content) == PDF


# --- The decision -------------------------------------------------------------------


def decide(client, asked, decision, **typed):
    return client.post(
        reverse("joins:detail", args=[asked.pk]),
        {"version": asked.version, "decision": decision, "note": "", **typed},
    )


def test_an_approval_makes_the_agency_and_invites_its_first_officer(client, reviewer):
    asked = submitted()
    client.force_login(reviewer)

    assert decide(client, asked, "approve").url == reverse("joins:list")

    agency = Agency.objects.get(name_th=asked.name_th)
    assert agency.state == AgencyState.APPROVED
    assert [each.code for each in agency.provinces.all()] == ["42"]
    assert agency.history.get().history_user == reviewer
    asked.refresh_from_db()
    assert (asked.state, asked.agency) == (JoinState.APPROVED, agency)
    assert asked.decided_by == reviewer
    assert asked.history.latest().act_id == agency.history.get().act_id
    first = User.objects.get(email=asked.email)
    assert (first.role, first.agency, first.is_active) == (Role.OFFICER, agency, False)
    assert first.name_th == asked.person_th
    sent = last_letter(asked.email)
    assert sent.subject == "หน่วยงานของท่านเข้าร่วมแล้ว"
    assert "/accounts/invitation/" in sent.body
    assert AuditEvent.objects.get(kind=AuditKind.INVITED).by == reviewer


def test_a_national_agency_serves_every_province(administrator):
    asked = joining.approve(submitted(is_national=True), by=administrator)

    assert asked.agency.is_national
    assert not asked.agency.provinces.exists()


def test_a_second_officer_joins_the_agency_that_is_there(client, reviewer):
    known = AgencyFactory()
    asked = joining.choose_agency(confirmed(), known)
    asked = joining.submit(asked)
    agencies = Agency.objects.count()

    client.force_login(reviewer)
    decide(client, asked, "approve", agency=known.pk)

    assert Agency.objects.count() == agencies
    assert User.objects.get(email=asked.email).agency == known


def test_a_reviewer_may_recognise_the_agency_or_say_that_it_is_another(
    client, reviewer
):
    known = AgencyFactory(name_th="สำนักงานพาณิชย์จังหวัดเลย")
    client.force_login(reviewer)
    recognised = submitted(name_th="สนง.พาณิชย์จังหวัดเลย")
    decide(client, recognised, "approve", agency=known.pk)
    other = joining.submit(joining.choose_agency(confirmed(), known))
    decide(client, other, "approve", agency="new")

    assert User.objects.get(email=recognised.email).agency == known
    assert User.objects.get(email=other.email).agency != known


def test_nobody_is_put_into_an_agency_of_another_province(reviewer, administrator):
    lamphun = AgencyFactory(places=["51"])
    nation = AgencyFactory(national=True)
    pending = AgencyFactory(pending=True)

    for agency in (lamphun, nation, pending):
        with pytest.raises(AgencyOutOfReach):
            joining.approve(submitted(), by=reviewer, agency=agency)
    assert joining.approve(submitted(), by=administrator, agency=lamphun).agency
    with pytest.raises(AgencyOutOfReach):
        joining.approve(submitted(), by=administrator, agency=pending)


def test_an_agency_that_was_not_offered_is_no_choice(client, reviewer):
    asked = submitted()
    client.force_login(reviewer)

    decide(client, asked, "approve", agency=AgencyFactory(name_th="อื่น").pk)

    assert User.objects.get(email=asked.email).agency.name_th == asked.name_th


def test_a_request_comes_back_with_a_reason_is_mended_and_sent_again(client, reviewer):
    asked = submitted()
    client.force_login(reviewer)
    assert decide(client, asked, "return", note="หนังสือไม่มีลายมือชื่อ").status_code == 302
    client.logout()

    sent = last_letter(asked.email)
    assert "หนังสือไม่มีลายมือชื่อ" in sent.body
    assert asked.person_th not in sent.subject
    url = link_in(sent, asked.token)
    assert "หนังสือไม่มีลายมือชื่อ" in client.get(url).content.decode()
    assert send(client, asked, "proof", upload=letter(PDF + b"2")).status_code == 302
    asked.refresh_from_db()
    assert send(client, asked, "check", version=asked.version).url == url
    asked.refresh_from_db()
    assert (asked.state, asked.note) == (JoinState.SUBMITTED, "")
    assert [each.state for each in story(asked)] == [
        JoinState.SUBMITTED,
        JoinState.RETURNED,
        JoinState.SUBMITTED,
        JoinState.DRAFT,
    ]


def test_a_refusal_says_why_and_ends_the_request(client, reviewer):
    asked = submitted()
    client.force_login(reviewer)
    decide(client, asked, "refuse", note="มิใช่หน่วยงาน")

    assert "มิใช่หน่วยงาน" in last_letter(asked.email).body
    asked.refresh_from_db()
    assert asked.state == JoinState.REFUSED
    assert send(client, asked, "agency", **AGENCY).status_code == 302
    assert not User.objects.filter(email=asked.email).exists()


@pytest.mark.parametrize("decision", ["return", "refuse"])
def test_a_reason_must_be_given(client, reviewer, decision):
    asked = submitted()
    client.force_login(reviewer)

    page = decide(client, asked, decision, note="  ").content.decode()

    assert 'href="#id_note"' in page
    with pytest.raises(NoteNeeded):
        joining.refuse(asked, by=reviewer, note=" ")


def test_who_decides_second_is_told_and_loses_nothing_typed(client, reviewer):
    asked = submitted()
    joining.ask_back(
        asked, by=UserFactory(role="reviewer", agency=reviewer.agency), note="ก่อน"
    )
    client.force_login(reviewer)

    page = decide(client, asked, "refuse", note="เหตุผลที่พิมพ์ไว้").content.decode()

    assert "มีผู้พิจารณาคำขอนี้แล้ว" in page
    assert "เหตุผลที่พิมพ์ไว้" in page
    asked.refresh_from_db()
    assert (asked.state, asked.note) == (JoinState.RETURNED, "ก่อน")
    with pytest.raises(AlreadyDecided):
        joining.approve(asked, by=reviewer)


def test_a_request_that_changed_is_read_again_before_it_is_decided(reviewer):
    asked = submitted()
    other = UserFactory(role="reviewer", agency=reviewer.agency)
    joining.ask_back(asked, by=other, note="ขอแก้ไข")
    asked.refresh_from_db()
    joining.submit(asked)

    with pytest.raises(StaleVersion):
        joining.approve(asked, by=reviewer, version=asked.version)


def test_nobody_decides_on_their_own_request(reviewer):
    asked = confirmed()
    JoinRequest.objects.filter(pk=asked.pk).update(email=reviewer.email)
    asked.refresh_from_db()
    asked = joining.submit(asked)

    with pytest.raises(OwnSubmission):
        joining.approve(asked, by=reviewer)


@pytest.mark.parametrize("state", JoinState)
def test_only_what_waits_is_decided(reviewer, state):
    asked = submitted()
    JoinRequest.objects.filter(pk=asked.pk).update(state=state)

    if state == JoinState.SUBMITTED:
        joining.refuse(asked, by=reviewer, note="ไม่ผ่าน")
    else:
        with pytest.raises((AlreadyDecided, NotVisible)):
            joining.refuse(asked, by=reviewer, note="ไม่ผ่าน")


def test_an_applicant_whose_address_got_an_account_meanwhile_is_told(reviewer):
    asked = submitted()
    UserFactory(email=asked.email)

    joining.approve(asked, by=reviewer)

    assert "/accounts/invitation/" not in last_letter(asked.email).body


def test_what_a_whole_request_lacks_is_nothing():
    assert lacking(confirmed()) == []
    assert [each.field for each in lacking(filled())] == ["confirmed"]


# --- Bad input ----------------------------------------------------------------------

GARBAGE = (
    "\0",
    "9" * 5_000,
    "ก" * 300_000,
    "\u202eexe.\u200bfdp",
    "<script>alert(1)</script>",
    "-1",
    "' OR 1=1 --",
)


@pytest.mark.parametrize("text", GARBAGE, ids=range(len(GARBAGE)))
def test_whatever_is_typed_the_page_is_one_of_ours(client, reviewer, text):
    client.raise_request_exception = False
    asked = begin(client)
    fields = dict.fromkeys(
        (*AGENCY, *PERSON, "upload", "consents", "version", "checking"), text
    )

    answers = [
        client.post(at(asked, step), {**fields, "go": go})
        for step in ("agency", "person", "proof", "consent", "check")
        for go in ("on", "back", text)
    ]
    answers.append(client.post(at(asked, "agency"), {"agency": text}))
    answers.append(client.get(reverse("joining:suggestions"), {"name_th": text[:500]}))
    waiting = submitted()
    client.force_login(reviewer)
    url = reverse("joins:detail", args=[waiting.pk])
    for decision in ("approve", text):
        sent = {"version": text, "decision": decision, "agency": text, "note": text}
        answers.append(client.post(url, sent))

    assert {answer.status_code for answer in answers} <= {200, 302, 400}
    assert not any("<script>alert" in each.content.decode() for each in answers)
    waiting.refresh_from_db()
    assert waiting.state == JoinState.SUBMITTED


def test_what_nobody_sees_is_not_kept(client):
    asked = begin(client)

    send(client, asked, "agency", **{**AGENCY, "name_th": "สำนัก\u200bงาน\u202eเลย "})

    asked.refresh_from_db()
    assert asked.name_th == "สำนักงานเลย"


def test_a_form_from_another_site_is_refused(officer):
    strict = Client(enforce_csrf_checks=True)
    asked = filled()

    answers = [
        strict.post(reverse("joining:start")),
        strict.post(at(asked, "agency"), AGENCY),
        strict.post(reverse("joining:send_link", args=[asked.token])),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
