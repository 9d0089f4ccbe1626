"""What a hostile stranger tries on the pages of joining, working and reviewing.

Foreign records in every verb, fields that no form has, garbage in every box, and
addresses that lead away. Whatever is sent: a page of ours, a refusal, or nothing.
"""

import logging
import re
import uuid
from email.utils import parseaddr
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.core import mail, signing
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from members.models import Contact, Member, ProducerAccount
from products.models import Enquiry, Product
from registry.actions import invitations, joining, proposals, records
from registry.actions.invitations import Guest
from registry.actions.merging import merge
from registry.changes import Changes
from registry.enums import ProposalState, RecordStatus, Role
from registry.letters import send_letter
from registry.models import (
    FormDraft,
    FormKey,
    Invitation,
    JoinRequest,
    OutboxMail,
    Proposal,
    User,
)
from registry.sessions import begin
from registry.views.workspace.editing import asked_back
from tests.factories import (
    ClusterFactory,
    ContactFactory,
    EnquiryFactory,
    MemberFactory,
    MembershipFactory,
    PlanFactory,
    PostFactory,
    ProductFactory,
    SubdistrictFactory,
    UserFactory,
)
from tests.factories.joining import filled, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MARKUP = "<img src=x onerror=alert(1)>\"'&"
#: Every other piece is tried at every other address: all of it in half of the time.
GARBAGE = (
    *("-1", "9" * 23, "9" * 5_000, "²", "\0", "", "[]", "ก" * 5_000),
    "\u202eผ้าไหม\u200b\ufeff" + MARKUP,
    "\r\nBcc: x@evil.example\r\n\r\n",
    "members.Member:" + "9" * 23,
    "0001-01-01T00:00:00+14:00~5",
    "9999-12-31T23:59:59-14:00~5",
    "9999-12-31",
)


@pytest.fixture(autouse=True)
def quiet():
    """Leave refusals out of the log: there are thousands of them here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def guest(client):
    """Return a browser that sees the page of a mistake, as people would."""
    client.raise_request_exception = False
    cache.clear()
    return client


@pytest.fixture
def member(officer):
    return MemberFactory(owner=officer.agency, published=True, name_th="กลุ่มเผยแพร่")


@pytest.fixture
def producer(member):
    user = UserFactory(email="maker@test.example", role=Role.PRODUCER, agency=None)
    ProducerAccount.objects.create(user=user, member=member)
    return user


@pytest.fixture
def things(officer, member):
    """Return one row of everything that has an address, by a short name."""
    contact = ContactFactory(member=member, consented=True)
    cluster = ClusterFactory()
    MembershipFactory(member=member, cluster=cluster)
    post = PostFactory(cluster=cluster, member=member)
    product = ProductFactory(member=member, owner=officer.agency, published=True)
    draft = MemberFactory(owner=officer.agency, name_th="กลุ่มร่าง")
    waiting = MemberFactory(owner=officer.agency, submitted=True, name_th="กลุ่มรอ")
    other = MemberFactory(owner=officer.agency, published=True, name_th="กลุ่มอื่น")
    pair = [MemberFactory(published=True, owner=officer.agency) for _ in range(2)]
    guest = Guest(email="guest@test.example", agency=officer.agency, name_th="แขก")
    return {
        "member": member,
        "contact": contact,
        "cluster": cluster,
        "post": post,
        "product": product,
        "draft": draft,
        "waiting": waiting,
        "other": other,
        "merged": merge(*pair, by=None, reason="one and the same"),
        "proposal": proposals.propose(
            other, Changes({"name_en": "Other"}), by=officer, submit=True
        ),
        "enquiry": EnquiryFactory(product=product),
        "begun": filled(),
        "asked": submitted(),
        "invitation": invitations.invite(guest, by=officer),
        "plan": PlanFactory(cluster=cluster),
    }


def pages(things):
    """Return the new addresses: name of the role that works there → addresses."""
    t = things
    token = t["begun"].token
    return {
        "nobody": [
            reverse("joining:start"),
            reverse("joining:suggestions"),
            reverse("joining:status", args=[token]),
            reverse("joining:known", args=[token]),
            *(
                reverse("joining:step", args=[token, step])
                for step in ("agency", "person", "consent", "check")
            ),
            reverse("joining:send_link", args=[token]),
            reverse("joining:confirm", args=[token, "none"]),
            reverse("invitations:accept", args=["none"]),
            reverse("products:enquire", args=[t["product"].code]),
            reverse("members:enquire", args=[t["member"].code]),
            reverse("clusters:enquire", args=[t["cluster"].slug]),
        ],
        "officer": [
            reverse("workspace:home"),
            reverse("workspace:list", args=["members"]),
            reverse("workspace:list", args=["products"]),
            reverse("workspace:add", args=["members"]),
            reverse("workspace:add", args=["products"]),
            reverse("workspace:edit", args=["members", t["draft"].pk]),
            reverse("workspace:edit", args=["members", t["member"].pk]),
            reverse("workspace:edit", args=["products", t["product"].pk]),
            *(
                reverse(f"workspace:{name}", args=["members", t["draft"].pk])
                for name in ("show", "history", "submit", "withdraw")
            ),
            *(
                reverse(f"workspace:{name}", args=["members", t["other"].pk])
                for name in ("call_back", "drop")
            ),
            reverse("workspace:draft"),
            reverse("workspace:discard"),
            reverse("workspace:suggest", args=["subdistrict"]),
            reverse("workspace:upload"),
            reverse("people:list"),
            reverse("people:resend", args=[t["invitation"].pk]),
            reverse("people:cancel", args=[t["invitation"].pk]),
            reverse("enquiries:list"),
            reverse("enquiries:detail", args=[t["enquiry"].pk]),
            reverse("enquiries:mark", args=[t["enquiry"].pk]),
            reverse("producer_accounts:list", args=[t["member"].pk]),
            reverse("consents:list", args=[t["member"].pk]),
            reverse("consents:give", args=[t["member"].pk, t["contact"].pk]),
            reverse("consents:withdraw", args=[t["member"].pk, t["contact"].pk]),
            reverse("account_mail"),
            reverse("account_devices"),
            reverse("personal:reveal"),
        ],
        "reviewer": [
            reverse("review:queue"),
            reverse("review:approve_chosen"),
            reverse("review:result"),
            reverse("review:record", args=["members", t["waiting"].pk]),
            reverse("review:record_preview", args=["members", t["waiting"].pk]),
            reverse("review:proposal", args=[t["proposal"].pk]),
            reverse("review:proposal_preview", args=[t["proposal"].pk]),
            reverse("joins:list"),
            reverse("joins:detail", args=[t["asked"].pk]),
            reverse("merges:list"),
            reverse("merges:compare", args=[t["member"].code]),
            reverse("merges:compare", args=[t["member"].code])
            + f"?with={t['other'].code}",
            reverse("merges:detail", args=[t["merged"].pk]),
            reverse("renewals:list"),
            reverse("renewals:detail", args=[t["cluster"].slug]),
            reverse("consents:give_name", args=[t["member"].pk, t["post"].pk]),
            reverse("consents:withdraw_name", args=[t["member"].pk, t["post"].pk]),
            reverse("audit:list"),
            reverse("audit:record", args=["members.member", t["member"].pk]),
            reverse("audit:act", args=[t["member"].history.first().act_id]),
            reverse("personal:reveal"),
        ],
        "producer": [
            reverse("workspace:home"),
            reverse("workspace:list", args=["members"]),
            reverse("workspace:edit", args=["members", t["member"].pk]),
            reverse("workspace:edit", args=["products", t["product"].pk]),
            reverse("workspace:draft"),
            reverse("consents:list", args=[t["member"].pk]),
            reverse("workspace:upload"),
        ],
        "administrator": [
            reverse("audit:list"),
            reverse("audit:person", args=[t["member"].owner_id]),
            reverse("personal:hand_out", args=["members.member", t["member"].pk]),
            reverse("personal:erase", args=["members.member", t["member"].pk]),
        ],
    }


ROLES = ("nobody", "officer", "reviewer", "producer", "administrator")
#: What views read beside the fields of their forms.
READ = (
    *("q", "page", "status", "next", "shown", "submit", "year", "with", "after"),
    *("before", "show", "state", "kind", "province", "agency", "owner", "checking"),
    *("member", "term", "name_th", "sort", "mine", "old", "sent", "age", "by", "ip"),
    *("since", "until", "person", "waiting", "submitter", "taken"),
)
#: What is pressed, or sent by scripts.
SENT = (
    *("press", "decision", "go", "do", "to", "key", "body", "about", "next"),
    *("chosen", "renew", "resume", "kind", "version", "record_version", "note"),
    *("form_key", "day", "proposal_version", "agency", "reason", "is_meant"),
)


def sign_in(request, guest, role):
    if role != "nobody":
        guest.force_login(request.getfixturevalue(role))


class Boxes(HTMLParser):
    """Reads what the forms of a page would send if nobody touched them."""

    def __init__(self):
        super().__init__()
        self.sent, self.select, self.area = {}, None, None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, value = given.get("name"), given.get("value") or ""
        is_first = self.select not in self.sent
        if tag == "option" and self.select and ("selected" in given or is_first):
            self.sent[self.select] = value
        if not name or name == "csrfmiddlewaretoken" or name in self.sent:
            return
        is_box = given.get("type") in {"checkbox", "radio"}
        if tag == "select":
            self.select = name
        elif tag == "textarea":
            self.area = name
            self.sent[name] = ""
        elif tag == "button" or ((tag == "input" and "checked" in given) or not is_box):
            self.sent[name] = value

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        if tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area:
            self.sent[self.area] += data


def one_of_each(addresses):
    """Return one address of each kind of page."""
    found = {}
    for address in addresses:
        match = resolve(address.partition("?")[0])
        found.setdefault((match.view_name, match.kwargs.get("slug")), address)
    return list(found.values())


def boxes(guest, address):
    """Return what the forms of a page would send."""
    answer = guest.get(address)
    if answer.status_code != 200 or answer.streaming:
        return {}
    reader = Boxes()
    reader.feed(answer.content.decode("utf-8", "replace"))
    return reader.sent


@pytest.mark.walk
@pytest.mark.parametrize("role", ROLES)
def test_garbage_in_what_addresses_ask(request, guest, role, things):
    addresses = one_of_each(pages(things)[role])
    sign_in(request, guest, role)
    broken = []
    for number, address in enumerate(addresses):
        sep = "&" if "?" in address else "?"
        for value in GARBAGE[number % 2 :: 2]:
            asked = f"{address}{sep}{urlencode(dict.fromkeys(READ, value))}"
            if guest.get(asked).status_code >= 500:
                broken.append(asked[:150])
            cache.clear()
    assert broken == []


@pytest.mark.walk
@pytest.mark.parametrize("role", ROLES)
def test_garbage_in_everything_that_is_sent(request, guest, role, things):
    addresses = pages(things)[role]
    sign_in(request, guest, role)
    broken = []
    for number, address in enumerate(addresses):
        usual = boxes(guest, address)
        for value in GARBAGE[number % 2 :: 2]:
            cache.clear()
            sent = dict.fromkeys([*usual, *SENT], value)
            if guest.post(address, sent).status_code >= 500:
                broken.append((address, value[:40]))
    assert broken == []


#: What has broken most: tried in each box by itself, beside what a browser sends.
SHARPEST = ("\0", "-1", "9" * 23, "9" * 5_000, "ก" * 20_001, "\u202e" + MARKUP, "[]")


PRESSED = frozenset({"press", "decision", "go", "do", "to"})


@pytest.mark.walk
@pytest.mark.parametrize("role", ROLES)
def test_garbage_in_one_box_of_a_form(request, guest, role, things):
    addresses = one_of_each(pages(things)[role])
    sign_in(request, guest, role)
    broken = []
    for address in addresses:
        usual = boxes(guest, address)
        # Of rows that are alike, the boxes of one.
        alike = {re.sub(r"-\d+-", "-0-", name): name for name in usual}
        names = [name for name in alike.values() if name not in PRESSED]
        for number, name in enumerate(names):
            cache.clear()
            value = SHARPEST[number % len(SHARPEST)]
            sent = {**usual, "press": "save", "decision": "approve", name: value}
            if guest.post(address, sent).status_code >= 500:
                broken.append((address, name, value[:40]))
    assert broken == []


# --- What is nobody else's ----------------------------------------------------------


def everything():
    """Return where everything that can be written stands."""
    return {
        "members": list(
            Member.objects.order_by("pk").values_list("pk", "version", "status")
        ),
        "products": list(
            Product.objects.order_by("pk").values_list("pk", "version", "status")
        ),
        "proposals": list(
            Proposal.objects.order_by("pk").values_list("pk", "version", "state")
        ),
        "contacts": list(
            Contact.objects.order_by("pk").values_list(
                "pk", "value", "consent_withdrawn_on"
            )
        ),
        "people": list(
            User.objects.order_by("pk").values_list("pk", "role", "agency", "is_active")
        ),
        "invitations": list(
            Invitation.objects.order_by("pk").values_list("pk", "cancelled_at")
        ),
        "asked": list(
            JoinRequest.objects.order_by("pk").values_list("pk", "state", "version")
        ),
        "enquiries": list(Enquiry.objects.order_by("pk").values_list("pk", "state")),
        "drafts": list(FormDraft.objects.values_list("key")),
        "mails": OutboxMail.objects.count(),
    }


def keyed(address):
    """Tell whether an address names one row."""
    return bool(re.search(r"/(?:\d+|[A-Z]{2,}-|[\w-]+-\d+)/", address))


#: Presses of every page, so that whichever a view reads is there.
PRESSES = (
    *(
        {"press": each}
        for each in (
            "save",
            "submit",
            "approve",
            "return",
            "take",
            "give_back",
            "hand",
            "reveal",
        )
    ),
    *({"decision": each} for each in ("approve", "refuse", "return")),
    *({"do": each} for each in ("renew", "lapse", "remind", "resume")),
    *({"to": each} for each in ("closed", "spam", "new", "answered")),
)


@pytest.mark.parametrize(
    "who", ["stranger", "foreign_reviewer", "official", "other_producer"]
)
def test_what_is_of_others_does_not_exist_in_any_verb(request, guest, who, things):
    if who == "other_producer":
        user = UserFactory(role=Role.PRODUCER, agency=None)
        ProducerAccount.objects.create(user=user, member=things["other"])
    else:
        user = request.getfixturevalue(who)
    shown = pages(things)
    names = {*shown["officer"], *shown["reviewer"], *shown["producer"]}
    own = {"other_producer": f"/{things['other'].pk}/"}.get(who)
    rows = sorted(each for each in names if keyed(each) and not (own and own in each))
    rows = [each for each in rows if "enquiry/" not in each or "workspace" in each]
    if who == "stranger":
        rows = [each for each in rows if not each.startswith("/review/renewals")]
    guest.force_login(user)
    before = everything()
    seen = {}
    for address in rows:
        seen[address] = guest.get(address).status_code
        # A page that may not be opened refuses before it reads what is pressed.
        for press in PRESSES[::4]:
            code = guest.post(
                address, {"note": "x", "reason": "x", "version": 1, **press}
            ).status_code
            seen[address, str(press)] = code
    open_ones = {
        where: code for where, code in seen.items() if code not in {403, 404, 405}
    }

    assert open_ones == {}
    assert everything() == before


@pytest.mark.parametrize(
    "how", ["invited", "switched off", "switched off while signed in"]
)
def test_who_is_not_active_works_nowhere(guest, officer, how, things):
    user = officer
    if how == "invited":
        user = User.objects.get(email="guest@test.example")
    shown = pages(things)
    addresses = [*shown["officer"], *shown["reviewer"]]
    if how == "switched off while signed in":
        guest.force_login(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    if how != "switched off while signed in":
        guest.force_login(user)
    before = everything()
    for address in addresses:
        for answer in (guest.get(address), guest.post(address, {"press": "submit"})):
            assert answer.status_code in {302, 404, 405}, address
            if answer.status_code == 302:
                assert "login" in answer["Location"], address
    assert everything() == before


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_written_by_reading(request, guest, role, things):
    addresses = pages(things)[role]
    sign_in(request, guest, role)
    before = everything()
    for address in addresses:
        guest.get(address)
        guest.head(address)
    assert everything() == before


@pytest.mark.parametrize("role", ROLES)
def test_no_form_is_taken_from_another_site(request, role, things):
    guest = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if role != "nobody":
        guest.force_login(request.getfixturevalue(role))
        session = guest.session
        begin(session)
        session.save()
    before = everything()
    addresses = pages(things)[role]
    if role != "nobody":
        addresses = [*addresses, reverse("account_mail"), reverse("account_devices")]
    for address in addresses:
        assert guest.post(address, {"press": "save"}).status_code in {403, 405}, address
    assert everything() == before


# --- More than the form has ---------------------------------------------------------

AWAY = (
    *(
        "//evil.example",
        "https:evil.example",
        "https://evil.example",
        "/\\evil.example",
    ),
    *(
        "///evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%09/evil.example",
    ),
    *("http:///evil.example", "\t//evil.example", "//evil.example\\@testserver"),
)
LEADS_AWAY = re.compile(r"^\s*(?:[a-z]+:|[/\\]{2})", re.IGNORECASE)


@pytest.mark.parametrize("target", AWAY)
def test_no_next_leads_away(guest, reviewer, member, target):
    guest.force_login(reviewer)
    back = asked_back(RequestFactory().get("/", {"next": target}))
    about = f"members.Member:{member.pk}"
    shown = guest.post(reverse("personal:reveal"), {"about": about, "next": target})

    assert shown.status_code == 302
    assert not LEADS_AWAY.match(shown["Location"])
    assert not LEADS_AWAY.match(back)


#: What decides who keeps a record and where it stands; no form of it has this.
NOT_ON_THE_FORM = {
    "status": "published",
    "code": "LEI-M-99999",
    "province": "51",
    "created_by": "1",
    "updated_by": "1",
    "submitted_by": "1",
    "decided_by": "1",
    "published_at": "2020-01-01",
    "is_placeholder": "on",
    "note": "stolen",
}


@pytest.mark.parametrize("press", ["save", "submit"])
def test_fields_that_no_form_has_change_no_record(guest, officer, stranger, press):
    draft = MemberFactory(owner=officer.agency)
    guest.force_login(officer)
    edit = reverse("workspace:edit", args=["members", draft.pk])
    SubdistrictFactory(code="420101")
    typed = {"subdistrict": "420101", "press": press}
    sent = {**boxes(guest, edit), **NOT_ON_THE_FORM, **typed}
    before = {name: getattr(draft, name) for name in NOT_ON_THE_FORM}

    guest.post(edit, {**sent, "owner": stranger.agency_id, "name_th": "ชื่อใหม่"})

    fresh = Member.objects.get(pk=draft.pk)
    changed = {n for n in before if getattr(fresh, n) != before[n]}
    assert fresh.owner_id == officer.agency_id
    assert changed <= {"updated_by", "status", "submitted_by"}
    assert fresh.status in {RecordStatus.DRAFT, RecordStatus.SUBMITTED}


def test_an_invitation_takes_neither_role_nor_agency(guest, officer, stranger):
    guest.force_login(officer)
    more = {"role": "administrator", "agency": stranger.agency_id, "is_staff": "on"}

    guest.post(reverse("people:list"), {"email": "new@test.example", **more})

    made = User.objects.get(email="new@test.example")
    assert (made.role, made.agency_id) == (Role.OFFICER, officer.agency_id)
    assert not made.is_active
    assert not made.is_superuser


def test_nobody_raises_themselves_by_the_choice_of_mails(guest, officer):
    guest.force_login(officer)
    page = reverse("account_mail")
    more = {
        "role": "administrator",
        "agency": "",
        "is_superuser": "on",
        "email": "x@y.z",
    }

    guest.post(page, {**boxes(guest, page), "language": "en", **more})

    fresh = User.objects.get(pk=officer.pk)
    assert (fresh.role, fresh.agency_id) == (Role.OFFICER, officer.agency_id)
    assert (fresh.email, fresh.is_superuser) == (officer.email, False)


def test_an_applicant_decides_nothing_about_the_request(guest, things):
    asked = things["begun"]
    before = (asked.state, asked.token, asked.email_confirmed_at, asked.decided_by_id)
    more = {"state": "approved", "token": "x", "email_confirmed_at": "2026-01-01"}
    for step in ("agency", "person", "consent", "check"):
        page = reverse("joining:step", args=[asked.token, step])
        guest.post(page, {**boxes(guest, page), **more, "decided_by": 1, "go": "next"})

    asked.refresh_from_db()
    now = (asked.state, asked.token, asked.email_confirmed_at, asked.decided_by_id)
    assert now == before


def test_a_visitor_chooses_neither_state_nor_agency_of_a_message(
    guest, stranger, things
):
    page = reverse("products:enquire", args=[things["product"].code])
    more = {"state": "answered", "owner": stranger.agency_id, "handled_by": 1}
    typed = {
        "kind": "comment",
        "name": "ผู้ถาม",
        "email": "v@test.example",
        "text": "สวัสดี",
    }

    guest.post(page, {**boxes(guest, page), **typed, **more, "website": ""})

    kept = Enquiry.objects.latest("pk")
    assert kept.owner_id == things["product"].owner_id
    assert kept.handled_by_id is None
    assert kept.state in {"new", "spam"}


def test_a_consent_is_recorded_under_the_name_of_who_recorded_it(guest, officer):
    draft = MemberFactory(owner=officer.agency)
    contact = ContactFactory(member=draft)
    guest.force_login(officer)
    page = reverse("consents:give", args=[draft.pk, contact.pk])
    day = {f"contact-{contact.pk}-day": "2026-01-15"}

    guest.post(page, {**day, "consent_by": 1, "by": 1, "consent_wording": "forged"})

    contact.refresh_from_db()
    assert contact.consent_by_id == officer.pk
    assert contact.consent_wording != "forged"


def test_the_key_of_another_form_opens_nothing(guest, officer, things):
    guest.force_login(officer)
    add = reverse("workspace:add", args=["members"])
    usual = boxes(guest, add)
    foreign = FormKey.objects.create(
        key=uuid.uuid4(),
        model="members.Member",
        object_id=MemberFactory(district__code="5101").pk,
    )
    other = FormKey.objects.create(
        key=uuid.uuid4(), model="products.Product", object_id=things["product"].pk
    )
    for key in (foreign.key, other.key):
        answer = guest.post(add, {**usual, "name_th": "ใหม่", "form_key": key})
        assert answer.status_code in {200, 302, 404}
        assert f"/{foreign.object_id}/" not in answer.get("Location", "")


# --- Signed names, used elsewhere ---------------------------------------------------


def tokens(user, things):
    """Return a value of each kind that the portal signs, for ``user``."""
    contents = {
        "registry.files": ["members.member", things["member"].pk, "x/y.webp"],
        "registry.files.own": [user.pk, "x/y.webp"],
        "registry.uploads": ["picture", user.pk, {"card": {"webp": "x/y.webp"}}],
        "registry.review.shown": [user.pk, "members.Member:1"],
        joining.SALT: [things["begun"].pk, things["begun"].email],
        "products.enquiry": [str(uuid.uuid4()), 0],
    }
    return {salt: signing.dumps(each, salt=salt) for salt, each in contents.items()}


def test_a_signed_name_is_good_for_its_own_purpose_alone(guest, officer, things):
    guest.force_login(officer)
    begun = things["begun"]
    for salt, token in tokens(officer, things).items():
        assert guest.get(reverse("file", args=[token])).status_code == 404, salt
        assert guest.get(reverse("invitations:accept", args=[token])).status_code == 410
        if salt != joining.SALT:
            guest.post(reverse("joining:confirm", args=[begun.token, token]))
    begun.refresh_from_db()
    assert begun.email_confirmed_at is None


def test_masked_data_shown_to_one_reviewer_stays_masked_for_the_next(
    guest, officer, reviewer
):
    waiting = MemberFactory(owner=officer.agency)
    ContactFactory(member=waiting, value="081-234-5678")
    waiting = records.submit(Member.objects.get(pk=waiting.pk), by=officer)
    page = reverse("review:record", args=["members", waiting.pk])
    guest.force_login(reviewer)
    shown = guest.post(page, {"press": "reveal"})["Location"]
    assert "081-234-5678" in guest.get(shown).content.decode()
    guest.force_login(UserFactory(role=Role.REVIEWER, agency=reviewer.agency))

    assert "081-234-5678" not in guest.get(shown).content.decode()


# --- Two pairs of eyes --------------------------------------------------------------


@pytest.mark.parametrize("road", ["page", "bulk", "admin", "handed over"])
def test_nobody_approves_what_they_submitted(guest, reviewer, road):
    own = MemberFactory(owner=reviewer.agency)
    own = records.submit(own, by=reviewer)
    guest.force_login(reviewer)
    page = reverse("review:record", args=["members", own.pk])
    if road == "page":
        guest.post(page, {"press": "approve", "version": own.version})
    elif road == "bulk":
        box = f"members.Member:{own.pk}:{own.version}"
        guest.post(reverse("review:approve_chosen"), {"chosen": [box]})
    elif road == "admin":
        for action in ("publish", "publish_records", "approve"):
            guest.post(
                reverse("admin:members_member_changelist"),
                {"action": action, "_selected_action": [own.pk], "confirmed": "1"},
            )
    else:
        guest.post(page, {"press": "hand", "to": reviewer.pk})
        guest.post(page, {"press": "take"})
        guest.post(page, {"press": "approve", "version": own.version})

    assert Member.objects.get(pk=own.pk).status == RecordStatus.SUBMITTED


def test_who_submitted_a_change_as_officer_does_not_approve_it_as_reviewer(
    guest, officer, member
):
    change = proposals.propose(
        member, Changes({"name_en": "X"}), by=officer, submit=True
    )
    User.objects.filter(pk=officer.pk).update(role=Role.REVIEWER)
    guest.force_login(User.objects.get(pk=officer.pk))
    page = reverse("review:proposal", args=[change.pk])
    sent = {
        "version": change.version,
        "record_version": member.version,
        "has_boxes": "on",
    }

    guest.post(page, {**sent, "press": "approve", "take": "name_en"})
    box = f"{Proposal._meta.label}:{change.pk}:{change.version}"
    guest.post(reverse("review:approve_chosen"), {"chosen": [box]})

    change.refresh_from_db()
    assert change.state == ProposalState.SUBMITTED


def test_an_officer_walks_no_step_past_the_reviewers(guest, officer):
    draft = MemberFactory(owner=officer.agency)
    guest.force_login(officer)
    for name in ("record", "record_preview"):
        page = reverse(f"review:{name}", args=["members", draft.pk])
        assert guest.post(page, {"press": "approve", "version": 1}).status_code == 403
    guest.post(
        reverse("review:approve_chosen"), {"chosen": [f"members.Member:{draft.pk}:1"]}
    )

    assert Member.objects.get(pk=draft.pk).status == RecordStatus.DRAFT


# --- Stored markup ------------------------------------------------------------------


def test_markup_in_every_text_stays_text(guest, officer, reviewer, administrator):
    for person in (officer, reviewer, administrator):
        User.objects.filter(pk=person.pk).update(
            name_th=MARKUP, name_en=MARKUP, post=MARKUP
        )
    named = {"name_th": MARKUP, "name_en": MARKUP, "owner": officer.agency}
    public = MemberFactory(published=True, story_th=MARKUP, **named)
    ContactFactory(member=public, value=MARKUP, consented=True)
    draft = MemberFactory(returned=True, **named)
    waiting = MemberFactory(submitted=True, **named)
    product = ProductFactory(
        member=public, owner=officer.agency, published=True, name_th=MARKUP
    )
    enquiry = EnquiryFactory(product=product, name=MARKUP, text=MARKUP, country=MARKUP)
    change = proposals.propose(
        public,
        Changes({"name_en": f"B{MARKUP}"}),
        by=officer,
        reason=MARKUP,
        submit=True,
    )
    asked = submitted(
        name_th=MARKUP, name_en=MARKUP, person_th=MARKUP, file_name=MARKUP
    )
    cluster = ClusterFactory(name_th=MARKUP, name_en=MARKUP)
    MembershipFactory(member=public, cluster=cluster)
    invitations.invite(
        Guest(email="g@test.example", agency=officer.agency, name_th=MARKUP), by=officer
    )
    m = ["members", public.pk]
    shown = {
        officer: [
            reverse("workspace:home"),
            reverse("workspace:list", args=["members"]) + f"?q={quote(MARKUP)}",
            reverse("workspace:edit", args=m),
            reverse("workspace:edit", args=["members", draft.pk]),
            reverse("workspace:show", args=m),
            reverse("workspace:history", args=m),
            reverse("people:list"),
            reverse("producer_accounts:list", args=[public.pk]),
            reverse("consents:list", args=[public.pk]),
            reverse("enquiries:list"),
            reverse("enquiries:detail", args=[enquiry.pk]),
            reverse("account_devices"),
            reverse("account_overview"),
            public.get_absolute_url(),
            product.get_absolute_url(),
        ],
        administrator: [
            f"{reverse('review:queue')}?q={quote(MARKUP)}",
            reverse("review:record", args=["members", waiting.pk]),
            reverse("review:record_preview", args=["members", waiting.pk]),
            reverse("review:proposal", args=[change.pk]),
            reverse("review:proposal_preview", args=[change.pk]),
            reverse("joins:list"),
            reverse("joins:detail", args=[asked.pk]),
            f"{reverse('merges:compare', args=[public.code])}?with={draft.code}",
            f"{reverse('merges:compare', args=[public.code])}?q={quote(MARKUP)}",
            reverse("renewals:detail", args=[cluster.slug]),
            f"{reverse('audit:list')}?person={quote(MARKUP)}",
            reverse("audit:person", args=[officer.pk]),
            reverse("audit:record", args=["members.member", public.pk]),
            reverse("audit:act", args=[public.history.first().act_id]),
            reverse("personal:erase", args=["members.member", public.pk]),
            reverse("admin:index"),
            reverse("admin:members_member_change", args=[public.pk]),
        ],
    }
    for person, addresses in shown.items():
        guest.force_login(User.objects.get(pk=person.pk))
        for address in addresses:
            answer = guest.get(address, HTTP_USER_AGENT=MARKUP)
            assert answer.status_code == 200, address
            assert "<img src=x" not in answer.content.decode(), address
            assert "no-store" in answer["Cache-Control"] or not address.startswith(
                ("/workspace/", "/review/", "/audit/", "/personal/", "/accounts/")
            ), address


# --- Mails and accounts -------------------------------------------------------------


def test_an_invitation_tells_nobody_who_has_an_account(guest, officer, stranger):
    guest.force_login(officer)
    said = []
    for email in ("nobody-knows@test.example", stranger.email):
        answer = guest.post(reverse("people:list"), {"email": email}, follow=True)
        page = answer.content.decode().replace(email, "…")
        page = re.sub(r'/\d+/|csrf\w+" value="\w+|nonce-\w+', "", page)
        said.append(
            (answer.redirect_chain, [str(m) for m in answer.context["messages"]])
        )
    one, other = said
    assert one[0] == other[0]
    assert one[1][0].replace("nobody-knows@test.example", "") == other[1][0].replace(
        stranger.email, ""
    )


def test_a_request_mails_an_address_three_times_an_hour_at_most(guest):
    begun = filled()
    before = len(mail.outbox)
    for _number in range(10):
        guest.post(reverse("joining:send_link", args=[begun.token]))

    assert len(mail.outbox) - before == 3


def test_one_visitor_begins_ten_requests_an_hour_at_most(guest):
    before = JoinRequest.objects.count()
    for _number in range(14):
        guest.post(reverse("joining:start"))

    assert JoinRequest.objects.count() - before <= 10


def test_the_sender_of_an_answer_keeps_its_address_however_long_the_name(guest):
    send_letter(
        "mails/enquiry_answer.txt",
        to="v@test.example",
        language="th",
        sender_name="สำนักงาน\r\nBcc: x@evil.example" + "ก" * 200,
        enquiry=Enquiry(name=MARKUP),
        text=MARKUP,
        asked=[],
    )
    letter = mail.outbox[-1]
    assert len(letter.from_email) <= 250
    assert parseaddr(letter.from_email)[1] == parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    assert "\n" not in letter.from_email + letter.subject


@pytest.mark.parametrize("known", [True, False])
def test_too_long_an_address_is_refused_with_a_sentence(guest, officer, known):
    guest.force_login(officer)
    email = "a" * 60 + "@" + ".".join(["b" * 60] * 4) + ".example"
    asked = filled()
    page = reverse("joining:step", args=[asked.token, "person"])

    assert guest.post(reverse("people:list"), {"email": email}).status_code == 200
    assert guest.post(page, {**boxes(guest, page), "email": email}).status_code == 200
    assert not Invitation.objects.exists()


# --- Audit --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment", ["", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x", "-1"]
)
def test_the_page_of_an_idle_person_opens_at_any_moment(guest, administrator, moment):
    idle = UserFactory()
    guest.force_login(administrator)
    page = reverse("audit:person", args=[idle.pk])

    assert guest.get(page, {"before": moment}).status_code == 200
    assert guest.get(reverse("audit:list"), {"after": f"{moment}~5"}).status_code == 200


@pytest.mark.parametrize("text", ["[]", "://", "%", "\u200b", "...", "()", "-"])
def test_a_search_without_a_word_lists_everything(guest, officer, text):
    MemberFactory(owner=officer.agency, name_th="กลุ่มทอผ้า")
    guest.force_login(officer)

    answer = guest.get(reverse("workspace:list", args=["members"]), {"q": text})

    assert "กลุ่มทอผ้า" in answer.content.decode()
