"""The table of personal data: nothing personal outside of it; handing out, erasing."""

import datetime
import io
import json
import re
import uuid
import zipfile

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import models
from django.urls import reverse

from members.enums import ContactKind
from members.models import Contact, Member, Post, ProducerAccount, SignedConsent
from products.models import Enquiry, EnquiryReply
from registry import acts
from registry.actions import proposals, records
from registry.actions.audit import record_event
from registry.actions.privacy import (
    LastAdministrator,
    NobodyFound,
    NotOneself,
    erase_person,
)
from registry.changes import Changes, ChildChanges
from registry.enums import AuditKind, JoinState, Role
from registry.errors import NotAllowed, NoteNeeded
from registry.handing_out import archive, collected
from registry.models import (
    AuditEvent,
    FormDraft,
    ImportRun,
    Invitation,
    JoinRequest,
    Merge,
    OutboxMail,
    Proposal,
    User,
    VisitorMessage,
)
from registry.needles import Needles
from registry.personal import (
    Purpose,
    Store,
    columns_of,
    is_personal,
    keep,
    past_of,
    purposes,
    stores,
)
from registry.selecting import person_by
from registry.storages import content_name
from registry.thai.identifiers import keyed_hash, last_four
from registry.tracing import every_model, sweep
from tests.factories import (
    ClusterFactory,
    ContactFactory,
    MemberFactory,
    PostFactory,
    ProductFactory,
    UserFactory,
)

EMAIL = "somying@maker.example"
NAME = "นางสมหญิง ทอสวย"
NAME_EN = "Somying Thosuay"
PHONE = "+66812345679"
PIN = "1101700230708"


# --- Nothing personal outside of the table --------------------------------------------

#: What a column of a person's data is called.
LOOKS_PERSONAL = re.compile(
    r"e?mail|phone|(^|_)ip($|_)|person|leader|reply_to|^to$|^who$|password|user_agent"
    r"|signature|birth|identity|(^|_)line($|_)|contact|house|street|session_data"
)
#: Columns that look so and hold nobody's data.
NOT_PERSONAL = {
    # What one of them is called, not what it says.
    ("products.EnquiryReply", "text"),
    ("members.Member", "village_number"),
    ("members.Contact", "kind"),
    # Wishes about mails, and whether mail was ever sent.
    ("registry.User", "wants_digest"),
    ("registry.JoinRequest", "email_confirmed_at"),
    ("members.Contact", "is_personal"),
    ("account.EmailAddress", "verified"),
}
#: Kept by packages; nothing of ours writes to them.
UNUSED = {"admin.LogEntry", "account.EmailConfirmation"}


def looks_personal(column):
    if column.remote_field is not None:
        return False
    if isinstance(column, models.EmailField | models.GenericIPAddressField):
        return True
    return bool(LOOKS_PERSONAL.search(column.name))


def unclaimed(found):
    return [
        (model._meta.label, column.name)
        for model in found
        if past_of(model) is model and model._meta.label not in UNUSED
        for column in model._meta.concrete_fields
        if looks_personal(column)
        and (model._meta.label, column.name) not in NOT_PERSONAL
        and column.name not in columns_of(model._meta.label)
    ]


def test_every_column_that_looks_personal_stands_in_the_table():
    assert unclaimed(every_model()) == []


def test_a_column_that_nobody_claims_is_found():
    class Guest(models.Model):  # noqa: DJ008 # nobody reads its name
        phone = models.CharField(max_length=30)
        shown_on = models.DateField()

        class Meta:
            app_label = "nowhere"
            managed = False

    assert unclaimed([Guest]) == [("nowhere.Guest", "phone")]


def test_every_personal_column_of_the_table_is_there():
    for store in stores():
        columns = {column.name for column in store.table._meta.concrete_fields}
        assert set(store.columns) <= columns, store.model
        assert store.secret <= columns, store.model


def test_every_store_serves_a_purpose_and_every_purpose_has_one():
    assert {store.purpose for store in stores()} == {each.key for each in purposes()}

    with pytest.raises(ValueError, match="no purpose"):
        keep(Store("members.Outlet", "because", lambda person: models.Q()))


def test_every_purpose_says_how_long(settings):
    from registry.personal import kept_in_words

    for purpose in purposes():
        assert isinstance(purpose, Purpose)
        assert kept_in_words(purpose, settings.RETENTION_DAYS), purpose.key


def test_a_column_is_personal_in_history_too_and_not_for_a_shop(db):
    mobile, shop = ContactFactory(), ContactFactory(shop=True)

    assert is_personal(mobile, "value")
    assert is_personal(mobile.history.get(), "value")
    assert not is_personal(shop, "value")
    assert not is_personal(mobile, "kind")


# --- Somebody who is everywhere -------------------------------------------------------


@pytest.fixture
def scan():
    """Keep a file that two rows name: the letter of somebody else is the same."""
    return stored(b"%PDF-1.4 signed by Somying")


def stored(content):
    name = content_name("letters", content, "pdf")
    storages["private"].save(name, ContentFile(content))
    return name


@pytest.fixture
def everywhere(db, scan, administrator, officer):
    """Let one person be in every place the register has for people."""
    member = MemberFactory(
        owner=officer.agency, name_th="กลุ่มทอผ้าบ้านสวย", private_notes=f"ถาม {NAME}"
    )
    with acts.act(by=officer, reason=f"โทรหา {NAME} 081-234-5679"):
        records.edit(
            member,
            Changes(
                {
                    "leader_id_hash": keyed_hash("pin", PIN),
                    "leader_id_last4": last_four(PIN),
                    "story_th": f"ทอโดย{NAME} โทร 081 234 5679",
                }
            ),
            by=officer,
        )
    for kind, value in (
        (ContactKind.LEADER, NAME),
        (ContactKind.MOBILE, PHONE),
        (ContactKind.EMAIL, EMAIL),
    ):
        ContactFactory(member=member, kind=kind, value=value, consented=True)
    ContactFactory(member=member, shop=True)
    gone = ContactFactory(member=member, kind=ContactKind.LINE, value="somying.line")
    fresh = Member.objects.get(pk=member.pk)
    removed = ChildChanges(removed=frozenset({gone.pk}))
    records.edit(fresh, Changes(children={"contacts": removed}), by=officer)
    PostFactory(cluster=ClusterFactory(), member=member, person_th=NAME, person_en="")
    consent = SignedConsent(
        signed_on=datetime.date(2026, 1, 2),
        person=NAME,
        wording="1",
        file=scan,
        file_name="สมหญิง.pdf",
    )
    added = Changes(children={"signed_consents": ChildChanges(added=(consent,))})
    member = records.publish(records.edit(member, added, by=None), by=None)
    account = UserFactory(
        email=EMAIL, name_th=NAME, name_en=NAME_EN, role=Role.PRODUCER, agency=None
    )
    ProducerAccount.objects.create(user=account, member=member)
    Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
    FormDraft.objects.create(user=account, key="members:new", body=f"email={EMAIL}")
    product = ProductFactory(member=member, where_th=f"ติดต่อ {NAME}", published=True)
    leader = Contact.objects.get(member=member, kind=ContactKind.LEADER)
    named = Changes(
        {"name_en": "Beautiful", "private_notes": EMAIL},
        {"contacts": ChildChanges(changed={leader.pk: {"value": f"{NAME} (ประธาน)"}})},
    )
    proposals.propose(
        member, named, by=officer, typed="name=%E0%B8%97&mobile=081-234-5679"
    )
    with acts.act(by=None):
        JoinRequest.objects.create(
            token="secret-of-the-mail",
            state=JoinState.REFUSED,
            person_th=NAME,
            email=EMAIL,
            phone="081-234-5679",
            file=scan,
            submitted_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
            email_confirmed_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
            consented_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
            note=f"{NAME} ไม่ใช่เจ้าหน้าที่",
        )
    Invitation.objects.create(
        email=EMAIL,
        role=Role.OFFICER,
        token_hash="a" * 64,
        expires_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    )
    enquiry = Enquiry.objects.create(
        product=product,
        owner=member.owner,
        province=member.province,
        kind="comment",
        name=NAME_EN,
        email=EMAIL.upper(),
        text="May I ask?",
        form_key=uuid.uuid4(),
    )
    EnquiryReply.objects.create(enquiry=enquiry, text=f"Dear {NAME_EN}")
    VisitorMessage.objects.create(text=f"เรียก {NAME} ด้วย", reply_to="x@y.example")
    VisitorMessage.objects.create(text="ผิด", reply_to=EMAIL)
    mail(EMAIL, f"Dear {NAME_EN}")
    mail(officer.email, f"From {EMAIL}, +66 81-234-5679")
    record_event(AuditKind.SIGN_IN_FAILED, by=None, who=EMAIL, ip="192.0.2.7")
    record_event(AuditKind.SIGN_IN, by=account, ip="192.0.2.8")
    ImportRun.objects.create(
        layout="goods",
        file_name=f"{NAME}.xlsx",
        file_hash="0",
        skipped=[[4, f"{NAME} ๐๘๑-๒๓๔-๕๖๗๙"]],
    )
    Merge.objects.create(
        model="members.Member",
        kept_id=member.pk,
        gone_id=10**6,
        kept_code=member.code,
        gone_code="42-M-99999",
        province=member.province,
        act_id=uuid.uuid4(),
        before={
            "fields": {"leader_id_last4": ["0700", ""], "house": "99/9"},
            "children": {"contacts": {"added": [{"value": EMAIL}]}},
        },
    )
    return member


def mail(to, body):
    OutboxMail.objects.create(to=to, subject="Hello", body=body, sender="x@y.example")


def named():
    """Return where the tables still name the person."""
    needles = Needles(
        emails=[EMAIL],
        phones=[PHONE],
        names=[NAME, NAME_EN],
        words=["somying.line", keyed_hash("pin", PIN), "secret-of-the-mail"],
    )
    return {(left.table, left.column) for left in sweep(needles)}


def erase(*, by=None, reason="ขอให้ลบ", **who):
    erase_person(person_by(**who), by=by, reason=reason)


def test_the_sweep_finds_the_person_in_every_place(everywhere):
    places = named()

    assert {table for table, _column in places} >= {
        "registry_user",
        "registry_historicaluser",
        "account_emailaddress",
        "members_member",
        "members_historicalmember",
        "members_membersearch",
        "members_contact",
        "members_historicalcontact",
        "members_post",
        "members_historicalpost",
        "members_signedconsent",
        "members_historicalsignedconsent",
        "products_product",
        "products_historicalproduct",
        "products_enquiry",
        "products_enquiryreply",
        "registry_joinrequest",
        "registry_historicaljoinrequest",
        "registry_invitation",
        "registry_formdraft",
        "registry_proposal",
        "registry_historicalproposal",
        "registry_visitormessage",
        "registry_outboxmail",
        "registry_auditevent",
        "registry_importrun",
        "registry_merge",
    }


@pytest.mark.parametrize("who", ["code", "email", "phone", "id_number"])
def test_after_an_erasure_nothing_names_the_person(everywhere, who):
    given = {
        "code": everywhere.code,
        "email": EMAIL,
        "phone": PHONE,
        "id_number": PIN,
    }[who]

    erase(**{who: given})

    # An address or a telephone leads to one person; a producer's code, and its
    # leader's number, to everybody behind the producer.
    left = {
        "email": Needles(emails=[EMAIL], phones=[PHONE], names=[NAME, NAME_EN]),
        "phone": Needles(phones=[PHONE]),
    }
    assert sweep(left[who]) == [] if who in left else named() == set()


def test_the_search_forgets_the_person_too(everywhere):
    erase(code=everywhere.code)

    member = Member.objects.get(pk=everywhere.pk)
    assert "สมหญิง" not in member.search.text_fold
    assert member.story_th == "ทอโดยนาง[ลบแล้ว] โทร [ลบแล้ว]"


def test_what_remains_are_codes_and_numbers(everywhere):
    erase(code=everywhere.code)

    member = Member.objects.get(pk=everywhere.pk)
    assert (member.code, member.is_published) == (everywhere.code, True)
    assert (member.leader_id_hash, member.leader_id_last4) == ("", "")
    assert set(Member.history.values_list("leader_id_last4", flat=True)) == {""}
    assert list(member.contacts.values_list("kind", flat=True)) == [ContactKind.PHONE]
    assert Post.objects.get().person_th == "ลบแล้ว"
    user = User.objects.get(email__endswith="@erased.invalid")
    assert (user.is_active, user.has_usable_password()) == (False, False)
    assert not EmailAddress.objects.filter(user=user).exists()
    assert not Authenticator.objects.exists()
    merge = Merge.objects.get()
    assert merge.before["fields"] == {"leader_id_last4": ["", ""], "house": ""}
    assert AuditEvent.objects.filter(ip__isnull=False).count() == 0


def test_a_session_ends_with_the_person(everywhere, client):
    client.force_login(User.objects.get(email=EMAIL))
    assert client.get("/accounts/password/change/").status_code == 200

    erase(email=EMAIL)

    assert client.get("/accounts/password/change/").status_code == 302


def test_files_go_at_once_unless_another_row_names_the_same(
    everywhere, scan, django_capture_on_commit_callbacks
):
    with acts.act(by=None):
        JoinRequest.objects.create(
            token="another", email="b@c.example", file=scan, person_th="คนอื่น"
        )
    with django_capture_on_commit_callbacks(execute=True):
        erase(code=everywhere.code)
    assert storages["private"].exists(scan)

    with django_capture_on_commit_callbacks(execute=True):
        erase(email="b@c.example")
    assert not storages["private"].exists(scan)


def test_somebody_of_the_same_name_elsewhere_stays(everywhere):
    namesake = ContactFactory(
        member=MemberFactory(district__code="5101"), kind=ContactKind.PERSON, value=NAME
    )

    erase(code=everywhere.code)

    assert Contact.objects.get(pk=namesake.pk).value == NAME
    found = sweep(Needles(names=[NAME]))
    assert {(each.table, each.is_name_only) for each in found} == {
        ("members_contact", True),
        ("members_historicalcontact", True),
    }


def test_erasing_again_finds_nobody(everywhere):
    erase(email=EMAIL)

    taken = erase_person(person_by(email=EMAIL), by=None, reason="again")

    assert taken == []
    with pytest.raises(NobodyFound):
        erase_person(person_by(code="42-M-00000"), by=None, reason="nobody")


def test_an_erasure_is_recorded_without_what_it_erased(everywhere, administrator):
    erase(code=everywhere.code, by=administrator, reason=f"{NAME} ขอ")

    event = AuditEvent.objects.get(kind=AuditKind.PERSON_ERASED)
    assert (event.by, event.model, event.object_id) == (
        administrator,
        "registry.User",
        User.objects.get(email__endswith="@erased.invalid").pk,
    )
    past = Member.history.filter(id=everywhere.pk).latest("history_id")
    assert past.history_user == administrator
    assert past.history_change_reason == "นาง[ลบแล้ว] ขอ"


def test_only_an_administrator_erases_and_never_without_a_reason(everywhere, reviewer):
    person = person_by(email=EMAIL)

    with pytest.raises(NotAllowed):
        erase_person(person, by=reviewer, reason="ขอ")
    with pytest.raises(NoteNeeded):
        erase_person(person, by=None, reason="  ")


def test_nobody_erases_themselves_or_the_last_administrator(administrator):
    person = person_by(email=administrator.email)

    with pytest.raises(NotOneself):
        erase_person(person, by=administrator, reason="ขอ")
    with pytest.raises(LastAdministrator):
        erase_person(person, by=None, reason="ขอ")


def test_the_command_asks_erases_and_looks_again(everywhere, monkeypatch):
    out = io.StringIO()
    with pytest.raises(CommandError, match="Say why"):
        call_command("person_erase", email=EMAIL)
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("person_erase", email=EMAIL, reason="ขอ", stdout=out)
    with pytest.raises(CommandError, match="still named"):
        call_command("person_erase", email=EMAIL, check=True, stdout=out)

    member = everywhere.code
    call_command("person_erase", member=member, reason="ขอ", yes=True, stdout=out)

    assert out.getvalue().endswith("Erased.\nNamed nowhere else.\n")
    call_command("person_erase", email=EMAIL, check=True, stdout=out)


def test_the_command_needs_somebody():
    with pytest.raises(CommandError, match="Name a person"):
        call_command("person_erase", reason="ขอ")
    with pytest.raises(CommandError):
        call_command("person_erase", reason="ขอ", phone="12")


# --- Handing out ----------------------------------------------------------------------


def test_a_person_is_handed_everything_and_no_secret(everywhere, scan):
    content = archive(person_by(code=everywhere.code))

    box = zipfile.ZipFile(io.BytesIO(content))
    assert set(box.namelist()) == {
        "personal-data.json",
        "personal-data.txt",
        f"files/{scan.rpartition('/')[2]}",
    }
    text = box.read("personal-data.json").decode()
    found = json.loads(text)
    assert "081-234-5679" in text or PHONE in text
    assert EMAIL in text
    assert NAME in box.read("personal-data.txt").decode()
    assert "สมหญิง.pdf" in text
    for secret in ("secret-of-the-mail", keyed_hash("pin", PIN), "a" * 64, "md5$"):
        assert secret not in text
    assert found["ที่อื่นที่กล่าวถึงท่าน"]


def test_a_hand_out_has_every_store_in_which_the_person_is(everywhere):
    found = collected(person_by(code=everywhere.code))

    told = {
        title for value in found.values() if isinstance(value, dict) for title in value
    }
    assert told
    parts = {
        name
        for value in found.values()
        if isinstance(value, dict)
        for kept in value.values()
        if isinstance(kept, dict)
        for name in kept
    }
    assert len(parts) >= 12


def test_the_command_writes_the_archive_once_and_records_it(everywhere, tmp_path):
    out = tmp_path / "somying.zip"

    call_command("person_export", email=EMAIL, out=out, stdout=io.StringIO())

    assert zipfile.is_zipfile(out)
    assert out.stat().st_mode & 0o077 == 0
    assert AuditEvent.objects.get(kind=AuditKind.PERSON_EXPORTED).object_id
    with pytest.raises(CommandError, match="there already"):
        call_command("person_export", email=EMAIL, out=out)


# --- Identity numbers -----------------------------------------------------------------


def test_no_table_keeps_an_identity_number(everywhere):
    assert sweep(Needles(words=[PIN])) == []
    assert Proposal.objects.exists()


# --- The pages of administrators ------------------------------------------------------


def erase_url(row):
    return reverse("personal:erase", args=[row._meta.label_lower, row.pk])


@pytest.mark.parametrize("who", ["officer", "reviewer", "official"])
def test_only_administrators_hand_out_and_erase(client, everywhere, who, request):
    client.force_login(request.getfixturevalue(who))
    hand_out = reverse("personal:hand_out", args=["members.member", everywhere.pk])

    assert client.get(erase_url(everywhere)).status_code == 403
    assert client.post(erase_url(everywhere)).status_code == 403
    assert client.post(hand_out).status_code == 403
    page = client.get(reverse("admin:members_member_change", args=[everywhere.pk]))
    assert hand_out not in page.content.decode()


def test_the_admin_hands_out_a_file_and_records_it(client, everywhere, administrator):
    client.force_login(administrator)
    account = User.objects.get(email=EMAIL)
    for row in (everywhere, account):
        address = reverse("personal:hand_out", args=[row._meta.label_lower, row.pk])
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        page = client.get(reverse(name, args=[row.pk])).content.decode()
        assert address in page
        assert erase_url(row) in page

        answer = client.post(address)

        assert answer["Content-Type"] == "application/zip"
        assert answer["Cache-Control"] == "no-store, private"
        assert zipfile.is_zipfile(io.BytesIO(answer.content))
        event = AuditEvent.objects.latest("pk")
        assert (event.kind, event.by) == (AuditKind.PERSON_EXPORTED, administrator)


def test_the_admin_shows_what_will_go_asks_why_and_erases(
    client, everywhere, administrator
):
    client.force_login(administrator)
    address = erase_url(everywhere)
    page = client.get(address).content.decode()
    for store in ("contacts", "signed_consents"):
        model = getattr(everywhere, store).model
        assert str(model._meta.verbose_name_plural)[1:] in page

    bent = client.post(address, {"reason": "ตามหนังสือ"})
    assert bent.status_code == 200
    assert named()
    assert "ตามหนังสือ" in bent.content.decode()

    answer = client.post(address, {"reason": "ตามหนังสือ", "is_meant": "on"})
    assert answer.url == reverse("audit:list")
    assert named() == set()


def test_the_admin_says_why_somebody_is_not_erased(client, administrator):
    client.force_login(administrator)

    answer = client.post(
        erase_url(administrator), {"reason": "ขอ", "is_meant": "on"}
    ).content.decode()

    assert str(NotOneself.message) in answer
