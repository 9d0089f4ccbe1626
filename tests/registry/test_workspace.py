"""The workspace: an agency's, or a producer's, own records."""

import datetime
import io
import uuid
from urllib.parse import parse_qs

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import FileField
from django.urls import reverse
from PIL import Image

from members.models import Contact, Member, ProducerAccount
from products.models import Photo, Product
from registry.actions import drafts, proposals, records
from registry.changes import Changes, ChildChanges
from registry.enums import ProposalState, RecordStatus, Role
from registry.followers import _followers, follow
from registry.models import FormDraft, FormKey, Proposal
from tests.factories import (
    AgencyFactory,
    ContactFactory,
    MemberFactory,
    ProductFactory,
    SubdistrictFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def at(name, *args):
    return reverse(f"workspace:{name}", args=args)


def edit_of(record):
    return at("edit", f"{record._meta.model_name}s", record.pk)


def sent(page, press="save", **typed):
    """Return what a browser would send of the form on ``page``, with changes."""
    sheet = page.context["sheet"]
    forms = [sheet.form]
    for part in sheet.parts:
        forms += [part.formset.management_form, *part.formset.forms]
    found = {"press": press}
    for form in forms:
        for bound in form:
            value = bound.value()
            if isinstance(bound.field, FileField) or value is None or value is False:
                continue
            if value is True:
                value = "on"
            elif isinstance(value, datetime.date):
                value = bound.field.widget.format_value(value)
            found[bound.html_name] = value
    return {**found, **typed}


def save(client, address, press="save", **typed):
    return client.post(address, sent(client.get(address), press, **typed))


def picture(colour="navy"):
    file = io.BytesIO()
    Image.new("RGB", (600, 400), colour).save(file, "JPEG")
    return SimpleUploadedFile(f"{colour}.jpg", file.getvalue(), "image/jpeg")


def said(page):
    return [str(message) for message in page.context["messages"]]


@pytest.fixture
def desk(client, officer):
    """Be a browser in which an officer of Loei is signed in."""
    client.force_login(officer)
    return client


@pytest.fixture
def member(officer):
    return MemberFactory(owner=officer.agency, name_th="กลุ่มทอผ้า")


@pytest.fixture
def public(officer):
    return MemberFactory(owner=officer.agency, published=True, name_th="กลุ่มเผยแพร่")


@pytest.fixture
def foreign(stranger):
    return MemberFactory(owner=stranger.agency, name_th="กลุ่มของผู้อื่น")


@pytest.fixture
def producer(public):
    user = UserFactory(email="maker@test.example", role=Role.PRODUCER, agency=None)
    ProducerAccount.objects.create(user=user, member=public)
    return user


def new_member(**typed):
    SubdistrictFactory(code="420101")
    return {"name_th": "กลุ่มใหม่", "subdistrict": "420101", **typed}


# --- The first page and the lists ---------------------------------------------------


def many(officer, count):
    for number in range(count):
        by = {"owner": officer.agency}
        MemberFactory(name_th=f"ร่าง {number}", **by)
        MemberFactory(name_th=f"ตีกลับ {number}", returned=True, **by)
        MemberFactory(name_th=f"รอตรวจ {number}", submitted=True, **by)
        shown = MemberFactory(name_th=f"เผยแพร่ {number}", published=True, **by)
        changes = Changes({"story_th": "เรื่องใหม่"})
        proposals.propose(shown, changes, by=officer)
        drafts.keep(by=officer, key=f"members:{shown.pk}", body="name_th=x")


@pytest.mark.parametrize("count", [1, 3])
def test_the_first_page_costs_the_same_however_much_there_is(
    desk, officer, count, django_assert_num_queries
):
    many(officer, count)
    desk.get(at("home"))

    with django_assert_num_queries(14):
        page = desk.get(at("home"))

    shown = page.context["desktop"]
    assert len(shown.returned) == len(shown.waiting) == len(shown.begun) == count
    assert len(shown.unsent) == count
    assert "Please add a photo." in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_however_long_it_is(
    desk, officer, count, django_assert_num_queries
):
    many(officer, count)
    for record in Member.objects.all():
        ContactFactory(member=record)
    address = at("list", "members")
    desk.get(address)

    with django_assert_num_queries(11):
        page = desk.get(address)

    assert len(page.context["items"]) == 4 * count


def test_a_list_is_filtered_searched_and_paged(desk, officer, member, public, foreign):
    address = at("list", "members")

    def names(**query):
        shown = desk.get(address, query).context["items"]
        return [item.record.name_th for item in shown]

    assert sorted(names()) == sorted([member.name_th, public.name_th])
    assert names(status="published") == [public.name_th]
    assert names(q="ทอผ้า") == [member.name_th]
    assert names(q="ของผู้อื่น") == []
    assert names(status="nonsense", page="9" * 5_000, q="\u200b")
    ProductFactory(member=public)
    below = desk.get(at("list", "products"), {"member": public.pk}).context["items"]
    assert len(below) == 1
    bent = desk.get(at("list", "products"), {"member": "9" * 30})
    assert bent.status_code == 200
    for status in ("draft", "returned", "submitted"):
        assert foreign.name_th not in desk.get(address).content.decode(), status


def test_a_list_shows_what_is_missing_and_what_came_back(desk, officer):
    record = MemberFactory(owner=officer.agency, returned=True)
    page = desk.get(at("list", "members"))

    item = page.context["items"][0]
    assert item.record == record
    assert 0 < item.completeness.percent < 100
    assert str(item.completeness.missing[0].label) in page.content.decode()
    assert "Please add a photo." in page.content.decode()


def test_a_reviewer_keeps_the_records_of_the_own_agency_here(client, reviewer, member):
    own = MemberFactory(owner=reviewer.agency)
    client.force_login(reviewer)

    shown = client.get(at("list", "members")).context["items"]

    assert [item.record for item in shown] == [own]
    assert client.get(edit_of(member)).status_code == 200


# --- Entering -----------------------------------------------------------------------


def test_a_record_is_entered_as_a_draft_of_the_own_agency(desk, officer):
    address = at("add", "members")
    typed = new_member(
        **{"contacts-0-kind": "phone", "contacts-0-value": "042-811-234"},
        portrait_upload=picture(),
    )
    drafts.keep(by=officer, key="members:new", body="name_th=x")

    answer = save(desk, address, **typed)

    member = Member.objects.get()
    assert answer.url == edit_of(member)
    assert (member.owner, member.status) == (officer.agency, RecordStatus.DRAFT)
    assert member.created_by == officer
    assert member.portrait
    assert [contact.value for contact in member.contacts.all()] == ["+6642811234"]
    assert not FormDraft.objects.exists()


def test_a_product_begins_with_the_producer_of_the_address(desk, public, foreign):
    address = at("add", "products")
    page = desk.get(address, {"member": public.pk})

    assert public.code in page.content.decode()
    answer = desk.post(address, sent(page, name_th="ผ้า"))
    assert Product.objects.get().member == public
    assert answer.status_code == 302
    for bent in (foreign.pk, "x", "9" * 30, "-1"):
        page = desk.get(address, {"member": bent})
        assert page.status_code == 200
        assert foreign.name_th not in page.content.decode()


def test_the_same_form_sent_twice_makes_one_record(desk):
    address = at("add", "members")
    typed = sent(desk.get(address), **new_member())

    first, second = desk.post(address, typed), desk.post(address, typed)

    assert Member.objects.count() == 1
    assert first.url == second.url
    assert said(desk.get(second.url))


def test_what_is_refused_is_said_with_links_and_nothing_typed_is_lost(desk):
    typed = new_member(
        name_th="",
        story_th="เรื่องยาว",
        **{"contacts-0-kind": "phone", "contacts-0-value": "abc"},
    )

    page = save(desk, at("add", "members"), **typed)

    assert page.status_code == 200
    anchors = [anchor for anchor, _said in page.context["sheet"].wrong]
    assert anchors == ["id_name_th", "id_contacts-0-value"]
    content = page.content.decode()
    assert all(f'href="#{anchor}"' in content for anchor in anchors)
    assert all(f'id="{anchor}"' in content for anchor in anchors)
    assert "เรื่องยาว" in content
    assert not Member.objects.exists()
    assert not FormKey.objects.exists()


def test_another_row_is_added_without_scripts_and_keeps_what_was_typed(desk):
    typed = new_member(
        name_th="",
        portrait_upload=picture(),
        **{"contacts-0-kind": "phone", "contacts-0-value": "abc"},
    )

    page = save(desk, at("add", "members"), "add-contacts", **typed)

    sheet = page.context["sheet"]
    contacts = sheet.parts[0].formset
    assert len(contacts.forms) == 2
    assert contacts.forms[0]["value"].value() == "abc"
    # What stands in a fresh row from the start does not count as typed.
    assert not contacts.forms[1].has_changed()
    assert sheet.wrong == []
    assert "errorlist" not in page.content.decode()
    # The picture came with it, and goes on with it.
    assert sheet.form.data["portrait_upload-kept"]
    again = sent(page, **new_member())
    again["portrait_upload-kept"] = sheet.form.data["portrait_upload-kept"]
    again["contacts-0-value"] = "042-811-234"
    again |= {"contacts-1-kind": "phone", "contacts-1-value": "042-811-235"}
    desk.post(at("add", "members"), again)
    member = Member.objects.get()
    assert member.portrait
    assert member.contacts.count() == 2


def test_an_unsent_form_comes_back_and_can_be_let_go(desk, officer, member):
    key = f"members:{member.pk}"
    typed = sent(desk.get(edit_of(member)), story_th="ยังไม่ได้บันทึก")
    body = "&".join(f"{name}={value}" for name, value in typed.items())
    desk.post(at("draft"), {"key": key, "body": body})

    page = desk.get(edit_of(member))

    assert page.context["restored"].key == key
    assert page.context["form"]["story_th"].value() == "ยังไม่ได้บันทึก"
    assert page.context["sheet"].wrong == []
    answer = desk.post(edit_of(member), sent(page))
    assert answer.status_code == 302
    member.refresh_from_db()
    assert member.story_th == "ยังไม่ได้บันทึก"
    assert not FormDraft.objects.exists()


def test_a_colleague_never_sees_an_unsent_form(client, officer, member):
    colleague = UserFactory(agency=officer.agency)
    drafts.keep(by=officer, key=f"members:{member.pk}", body="story_th=hidden-words")
    client.force_login(colleague)

    page = client.get(edit_of(member))

    assert page.context["restored"] is None
    assert "hidden-words" not in page.content.decode()


# --- Editing ------------------------------------------------------------------------


def test_a_draft_is_saved_with_its_parts_in_their_order(desk, member):
    for value in ("042-000-001", "042-000-002"):
        ContactFactory(member=member, shop=True, value=value)
    typed = {
        "story_th": "เรื่อง",
        "contacts-0-position": "2",
        "contacts-1-position": "1",
        "contacts-2-kind": "phone",
        "contacts-2-value": "042-000-003",
        "contacts-2-position": "3",
    }

    save(desk, edit_of(member), **typed)

    member.refresh_from_db()
    assert (member.story_th, member.version) == ("เรื่อง", 4)
    numbers = [each.value[-1] for each in Contact.objects.order_by("position")]
    assert numbers == ["2", "1", "3"]
    save(desk, edit_of(member), **{"contacts-0-DELETE": "on"})
    assert Contact.objects.count() == 2


def test_a_double_click_saves_once_and_refuses_nothing(desk, member):
    typed = sent(desk.get(edit_of(member)), story_th="เรื่อง")

    first, second = (desk.post(edit_of(member), typed) for _ in range(2))

    assert first.url == second.url
    member.refresh_from_db()
    assert member.version == 2


def test_a_stale_edit_is_refused_shown_beside_the_other_and_accepted_then(
    desk, officer, member
):
    page = desk.get(edit_of(member))
    records.edit(member, Changes({"story_th": "ของเพื่อน"}), by=officer)

    page = desk.post(edit_of(member), sent(page, story_th="ของฉัน"))

    ((_title, differences),) = page.context["sheet"].conflict()
    assert [(each.now, each.typed) for each in differences] == [("ของเพื่อน", "ของฉัน")]
    member.refresh_from_db()
    assert member.story_th == "ของเพื่อน"
    assert desk.post(edit_of(member), sent(page)).status_code == 302
    member.refresh_from_db()
    assert member.story_th == "ของฉัน"


def test_a_failure_in_the_middle_saves_nothing_at_all(desk, officer, monkeypatch):
    """As if the process were killed: a follower breaks after the row was written."""

    def break_off(happening):
        raise RuntimeError("killed")

    monkeypatch.setitem(_followers, Member, {**_followers[Member]})
    follow(Member, break_off)
    desk.raise_request_exception = False
    drafts.keep(by=officer, key="members:new", body="name_th=a")
    address = at("add", "members")

    answer = save(desk, address, **{"contacts-0-kind": "phone"}, **new_member())
    assert answer.status_code == 200
    typed = sent(desk.get(address), **new_member())
    answer = desk.post(address, typed)

    assert answer.status_code == 500
    assert not Member.objects.exists()
    assert not FormKey.objects.exists()
    assert FormDraft.objects.count() == 1
    monkeypatch.undo()
    assert desk.post(address, typed).status_code == 302


def test_what_lies_with_the_reviewers_is_not_edited_and_typing_is_shown(desk, officer):
    member = MemberFactory(owner=officer.agency, submitted=True)
    page = desk.get(edit_of(member))
    assert page.context["editing"].way == "read"
    assert '<fieldset class="sheet__all" disabled' in page.content.decode()

    page = desk.post(edit_of(member), sent(page, story_th="สายไปแล้ว"))

    assert page.status_code == 200
    assert "สายไปแล้ว" in page.content.decode()
    assert page.context["sheet"].wrong
    member.refresh_from_db()
    assert member.story_th == ""


# --- Submitting ---------------------------------------------------------------------


def test_a_record_is_saved_and_submitted_at_once(desk, officer, member):
    save(desk, edit_of(member), "submit", story_th="เรื่อง")

    member.refresh_from_db()
    assert (member.status, member.story_th) == (RecordStatus.SUBMITTED, "เรื่อง")
    assert member.submitted_by == officer


def test_obstacles_are_listed_with_links_and_the_draft_stays_saved(desk, member):
    product = ProductFactory(member=member, status=RecordStatus.DRAFT)

    answer = save(desk, edit_of(product), "submit", story_th="เรื่อง")

    assert answer.url == f"{edit_of(product)}?submit=1"
    product.refresh_from_db()
    assert (product.status, product.story_th) == (RecordStatus.DRAFT, "เรื่อง")
    page = desk.get(answer.url).content.decode()
    assert 'href="#id_member"' in page
    assert 'role="alert"' in page
    from_list = desk.post(at("submit", "products", product.pk))
    assert from_list.url == f"{edit_of(product)}?submit=1"


def test_a_record_is_submitted_from_a_list_once(desk, officer, member):
    address = at("submit", "members", member.pk)

    desk.post(address, {"version": member.version})
    again = desk.post(address, {"version": member.version}, follow=True)

    member.refresh_from_db()
    assert member.status == RecordStatus.SUBMITTED
    assert len(said(again)) == 2
    for bent in ("x", "-1", "9" * 40, "\0"):
        assert desk.post(address, {"version": bent}).status_code == 302


def test_the_note_of_the_reviewer_stands_on_the_page(desk, officer, reviewer, member):
    records.submit(member, by=officer)
    records.send_back(member, by=reviewer, note="โปรดเพิ่มรูป")

    page = desk.get(edit_of(member)).content.decode()

    assert "โปรดเพิ่มรูป" in page
    assert reviewer.name in page
    assert "โปรดเพิ่มรูป" in desk.get(at("home")).content.decode()


def test_an_unpublished_record_is_withdrawn_with_a_note(desk, member, public):
    address = at("withdraw", "members", member.pk)
    page = desk.get(address)
    assert page.status_code == 200

    assert desk.post(address, {"note": ""}).status_code == 200
    stale = desk.post(address, {"note": "ซ้ำ", "version": 99})
    assert "ซ้ำ" in stale.content.decode()
    member.refresh_from_db()
    assert member.status == RecordStatus.DRAFT
    desk.post(address, {"note": "ซ้ำ", "version": member.version})
    member.refresh_from_db()
    assert (member.status, member.note) == (RecordStatus.WITHDRAWN, "ซ้ำ")
    published = at("withdraw", "members", public.pk)
    assert desk.post(published, {"note": "x"}).url == edit_of(public)
    public.refresh_from_db()
    assert public.is_published


# --- Proposals ----------------------------------------------------------------------


def test_the_form_of_a_published_record_makes_a_proposal(desk, officer, public):
    page = desk.get(edit_of(public))
    assert page.context["editing"].way == "propose"

    answer = desk.post(edit_of(public), sent(page, story_th="เรื่องใหม่"))

    assert answer.url == edit_of(public)
    public.refresh_from_db()
    assert public.story_th == ""
    proposal = Proposal.objects.get()
    assert proposal.stage == ProposalState.DRAFT
    assert proposal.data["fields"] == {"story_th": ["", "เรื่องใหม่"]}
    assert parse_qs(proposal.typed)["story_th"] == ["เรื่องใหม่"]


def test_an_open_proposal_is_gone_on_with_by_a_colleague(desk, officer, public):
    save(desk, edit_of(public), story_th="ก", portrait_upload=picture())
    desk.force_login(UserFactory(agency=officer.agency))

    page = desk.get(edit_of(public))

    assert page.context["form"]["story_th"].value() == "ก"
    again = sent(page, "submit", story_en="b", reason="ฤดูใหม่")
    kept = page.context["sheet"].form.data["portrait_upload-kept"]
    desk.post(edit_of(public), again | {"portrait_upload-kept": kept})
    proposal = Proposal.objects.get()
    assert proposal.stage == ProposalState.SUBMITTED
    assert proposal.data["fields"].keys() == {"story_th", "story_en", "portrait"}
    assert proposal.reason == "ฤดูใหม่"


def test_a_change_that_came_from_no_form_is_shown_whole(desk, officer, public):
    """A consent is asked for by a button; the form of the record must not be empty."""
    contact = ContactFactory(member=public)
    changes = Changes(
        {"story_th": "เรื่องใหม่"},
        {"contacts": ChildChanges(changed={contact.pk: {"value": "+66812345678"}})},
    )
    asked = proposals.propose(public, changes, by=officer, reason="ก")

    page = desk.get(edit_of(public))

    form, sheet = page.context["form"], page.context["sheet"]
    assert form["story_th"].value() == "เรื่องใหม่"
    assert form["name_th"].value() == public.name_th
    desk.post(edit_of(public), sent(page, "submit", story_en="b", reason="ข"))
    went = asked.data
    asked.refresh_from_db()
    assert asked.data["fields"].keys() == {"story_th", "story_en"}
    assert asked.data["children"] == went["children"]
    assert desk.get(edit_of(public)).context["form"]["name_th"].value()
    assert sheet.form.is_bound is False


def test_two_colleagues_at_one_change_do_not_overwrite_each_other(
    desk, officer, public
):
    opened = desk.get(edit_of(public))
    mine = sent(opened, reason="mine", story_th="เรื่องของฉัน")
    mine["proposal_version"] = opened.context["proposal_version"]
    colleague = UserFactory(agency=officer.agency)
    changes = Changes({"story_th": "เรื่องของเพื่อน"})
    proposals.propose(public, changes, by=colleague, proposal_version=0)

    refused = desk.post(edit_of(public), mine)
    page = refused.content.decode()
    assert "เรื่องของฉัน" in page
    assert "เรื่องของเพื่อน" in page
    assert Proposal.objects.get().data["fields"]["story_th"][1] == "เรื่องของเพื่อน"

    # Having read it, the person saves again.
    again = {**mine, "proposal_version": refused.context["proposal_version"]}
    again["form_key"] = sent(refused).get("form_key", "")
    assert desk.post(edit_of(public), again).status_code == 302
    assert Proposal.objects.get().data["fields"]["story_th"][1] == "เรื่องของฉัน"


@pytest.mark.parametrize("bent", ["", "-1", "x", "9" * 40, "๑"])
def test_a_bent_version_of_the_change_is_taken_for_none(desk, public, bent):
    opened = desk.get(edit_of(public))
    typed = sent(opened, reason="why", story_th="ใหม่", proposal_version=bent)

    assert desk.post(edit_of(public), typed).status_code in {200, 302}


def test_a_secret_is_in_no_proposal_as_typed(desk, public):
    save(desk, edit_of(public), leader_id="3100600445635", story_th="ก")

    proposal = Proposal.objects.get()
    assert "3100600445635" not in proposal.typed
    assert proposal.data["fields"]["leader_id_last4"] == ["", "5635"]


def test_a_reason_is_asked_for_when_a_change_is_submitted(desk, public):
    page = save(desk, edit_of(public), "submit", story_th="ก")

    assert [anchor for anchor, _ in page.context["sheet"].wrong] == ["id_reason"]
    assert not Proposal.objects.exists()


def test_nothing_changed_is_nothing_to_propose(desk, public):
    page = save(desk, edit_of(public))

    assert page.status_code == 200
    assert page.context["sheet"].wrong


def test_a_submitted_change_is_read_called_back_and_given_up(desk, public):
    save(desk, edit_of(public), "submit", story_th="ก", reason="x")
    page = desk.get(edit_of(public))
    assert page.context["editing"].way == "read"
    assert page.context["form"]["story_th"].value() == "ก"
    assert desk.post(edit_of(public), sent(page, story_th="ข")).status_code == 200
    assert Proposal.objects.get().data["fields"]["story_th"][1] == "ก"

    version = Proposal.objects.get().version
    desk.post(at("call_back", "members", public.pk), {"version": version})
    assert desk.get(edit_of(public)).context["editing"].way == "propose"
    desk.post(at("submit", "members", public.pk), {"version": version + 1})
    assert Proposal.objects.get().stage == ProposalState.SUBMITTED
    desk.post(at("call_back", "members", public.pk))
    desk.post(at("drop", "members", public.pk))
    assert Proposal.objects.get().stage == ProposalState.DROPPED
    assert desk.post(at("drop", "members", public.pk)).status_code == 404


def test_a_change_on_an_outdated_version_shows_both(desk, reviewer, public):
    save(desk, edit_of(public), story_th="ของฉัน")
    records.edit(public, Changes({"story_th": "ของผู้ตรวจ"}), by=reviewer)

    page = save(desk, edit_of(public))

    ((_title, differences),) = page.context["sheet"].conflict()
    assert [(each.now, each.typed) for each in differences] == [("ของผู้ตรวจ", "ของฉัน")]
    assert desk.post(edit_of(public), sent(page)).status_code == 302


def test_photos_are_part_of_a_proposal(desk, public):
    product = ProductFactory(member=public, published=True)
    typed = {"photos-0-upload": picture(), "photos-0-alt_th": "ผ้า"}

    save(desk, edit_of(product), **typed)

    proposal = Proposal.objects.get()
    assert not Photo.objects.exists()
    (added,) = proposal.data["children"]["photos"]["added"]
    assert added["picture"]["names"]
    typed = parse_qs(proposal.typed)
    assert typed["photos-0-upload-kept"]
    page = desk.get(edit_of(product))
    assert "upload__shown" in page.content.decode()


def test_a_reviewers_edit_of_a_published_record_applies_at_once(
    client, reviewer, public
):
    client.force_login(reviewer)

    answer = save(client, edit_of(public), story_th="ตรวจแล้ว", reason="พิมพ์ผิด")

    assert answer.status_code == 302
    public.refresh_from_db()
    assert public.story_th == "ตรวจแล้ว"
    assert not Proposal.objects.exists()


# --- Producers ----------------------------------------------------------------------


def test_a_producer_proposes_changes_to_its_own_page_and_goods(
    client, producer, public
):
    product = ProductFactory(member=public, published=True)
    client.force_login(producer)

    home = client.get(at("home"))
    assert at("add", "members") not in home.content.decode()
    save(client, edit_of(public), story_th="จากผู้ผลิต")
    save(client, edit_of(product), "submit", story_th="จากผู้ผลิต", reason="ใหม่")

    assert set(Proposal.objects.values_list("created_by", "state")) == {
        (producer.pk, "draft"),
        (producer.pk, "submitted"),
    }
    public.refresh_from_db()
    assert public.story_th == ""


def test_a_producer_reaches_nothing_else(client, producer, public, member):
    hidden = ProductFactory(member=public, private_notes="บันทึกปกปิด")
    records.edit(public, Changes({"private_notes": "บันทึกปกปิด"}), by=None)
    client.force_login(producer)

    for address in (at("add", "members"), at("history", "members", public.pk)):
        assert client.get(address).status_code == 403
    for name in ("edit", "show", "submit", "call_back", "drop"):
        address = at(name, "members", member.pk)
        assert client.post(address).status_code in {404, 405}
    (item,) = client.get(at("list", "members")).context["items"]
    assert item.record == public
    pages = [edit_of(public), edit_of(hidden), at("list", "members"), at("home")]
    for address in pages:
        page = client.get(address)
        assert page.status_code == 200
        assert "บันทึกปกปิด" not in page.content.decode()
    refused = save(client, edit_of(hidden), story_th="x")
    assert refused.status_code == 200
    hidden.refresh_from_db()
    assert hidden.story_th == ""
    bent = sent(client.get(edit_of(public)), private_notes="x", name_th="x", owner="1")
    client.post(edit_of(public), bent | {"story_th": "y"})
    assert Proposal.objects.get().data["fields"].keys() == {"story_th"}


def test_a_producer_is_told_that_somebody_elses_change_is_open(
    client, officer, producer, public
):
    proposals.propose(public, Changes({"story_th": "ก"}), by=officer)
    client.force_login(producer)

    page = client.get(edit_of(public))
    assert page.context["is_blocked"]
    page = client.post(edit_of(public), sent(page, story_th="ข"))

    assert page.context["sheet"].wrong
    assert "ข" in page.content.decode()
    assert Proposal.objects.get().data["fields"]["story_th"][1] == "ก"


# --- What does not exist, and garbage -----------------------------------------------

VERBS = ("edit", "show", "history", "submit", "withdraw", "call_back", "drop")


@pytest.mark.parametrize("name", VERBS)
def test_foreign_records_do_not_exist_in_any_verb(desk, foreign, name):
    for pk in (foreign.pk, 10**18 - 1, 10**30):
        address = at(name, "members", pk)
        for answer in (desk.get(address), desk.post(address, {"note": "x"})):
            assert answer.status_code in {404, 405}
            assert answer.status_code == 404 or answer.request["REQUEST_METHOD"] == (
                "POST" if name in {"show", "history"} else "GET"
            )
    foreign.refresh_from_db()
    assert foreign.version == 1


def test_a_desk_that_is_not_there_does_not_exist(desk):
    for name in ("list", "add"):
        assert desk.get(at(name, "villages")).status_code == 404
    assert desk.get(at("edit", "villages", 1)).status_code == 404


GARBAGE = (
    {"contacts-TOTAL_FORMS": "x"},
    {"contacts-TOTAL_FORMS": "-7"},
    {"contacts-TOTAL_FORMS": "9" * 40},
    {"contacts-TOTAL_FORMS": "๙๙๙๙"},
    {"contacts-INITIAL_FORMS": "-5"},
    {"contacts-INITIAL_FORMS": "999"},
    {"contacts-TOTAL_FORMS": "", "contacts-INITIAL_FORMS": ""},
    {"contacts-0-id": "9" * 40},
    {"contacts-0-id": "x", "contacts-0-kind": "\0", "contacts-0-value": "\0"},
    {"contacts-0-position": "-1", "contacts-0-kind": "phone"},
    {"contacts-0-position": "9" * 40, "contacts-0-kind": "phone"},
    {"contacts-999999-kind": "phone", "contacts--1-kind": "phone"},
    {"name_th": "\0"},
    {"name_th": "ก" * 100_000},
    {"story_th": "ก" * 1_000_000},
    {"subdistrict": "\0"},
    {"subdistrict": "9" * 400},
    {"producer_type": "<script>"},
    {"form_key": "x"},
    {"form_key": "\0"},
    {"version": "x"},
    {"version": "9" * 40},
    {"version": "-1"},
    {"latitude": "NaN", "longitude": "1e400"},
    {"workers": "-1"},
    {"press": "add-"},
    {"press": "add-nothing"},
    {"press": "\0"},
    {"portrait_upload-kept": "x" * 10_000},
    {"portrait_upload-kept": "\0"},
    {"story_th": "<img src=x onerror=alert(1)>"},
    {"story_th": "\u202e\u200b\ufeff"},
)


@pytest.mark.walk
@pytest.mark.parametrize("bent", GARBAGE, ids=lambda bent: next(iter(bent)))
@pytest.mark.parametrize("press", ["save", "add-contacts"])
def test_garbage_gets_a_sentence_and_never_a_page_of_our_mistakes(
    desk, member, bent, press
):
    ContactFactory(member=member)
    for address in (edit_of(member), at("add", "members")):
        typed = sent(desk.get(address), press, **new_member())

        answer = desk.post(address, typed | bent)

        assert answer.status_code in {200, 302}
        assert "<img src=x" not in answer.content.decode()


@pytest.mark.parametrize("total", ["999", "9" * 40, "๙๙๙๙"])
def test_a_number_alone_has_no_rows_built(desk, member, total):
    typed = sent(desk.get(edit_of(member)), name_th="")

    page = desk.post(edit_of(member), typed | {"contacts-TOTAL_FORMS": total})

    contacts = page.context["sheet"].parts[0].formset
    assert len(contacts.forms) == 1


def test_a_form_of_nothing_at_all_gets_a_sentence(desk, member, public):
    for address in (edit_of(member), at("add", "members"), edit_of(public)):
        page = desk.post(address, {})
        assert page.status_code == 200
        assert page.context["sheet"].wrong


def test_a_page_of_another_site_cannot_write(officer, member):
    from tests.conftest import Visitor

    strict = Visitor(enforce_csrf_checks=True)
    strict.force_login(officer)

    for name in ("edit", "submit", "withdraw", "call_back", "drop"):
        address = at(name, "members", member.pk)
        assert strict.post(address, {"name_th": "x"}).status_code == 403
    member.refresh_from_db()
    assert member.version == 1


def test_the_past_of_a_record_is_told_page_by_page(desk, officer, member):
    for number in range(21):
        records.edit(
            member, Changes({"story_th": f"เรื่อง {number}"}), by=officer, reason="แก้"
        )

    address = at("history", "members", member.pk)
    first, second = desk.get(address), desk.get(address, {"page": 2})

    assert len(first.context["entries"]) == 20
    assert len(second.context["entries"]) == 2
    text = first.content.decode()
    assert officer.name in text
    assert "เรื่อง 20" in text
    assert "แก้" in text


def test_an_agency_that_is_not_approved_keeps_nothing(client, member):
    waiting = UserFactory(agency=AgencyFactory(pending=True))
    client.force_login(waiting)

    assert client.get(at("home")).status_code == 200
    page = save(client, at("add", "members"), **new_member())

    assert page.status_code == 200
    assert Member.objects.count() == 1


def test_keys_of_forms_are_of_their_own_kind(desk, member):
    key = uuid.uuid4()
    FormKey.objects.create(key=key, model="products.Product", object_id=member.pk)
    typed = sent(desk.get(edit_of(member)), form_key=str(key), story_th="ก")

    assert desk.post(edit_of(member), typed).status_code == 302
