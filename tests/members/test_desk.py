"""The desk of producers: who fills in what, and what completes a record."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from members.desk import remarks
from members.forms import CONSENT_WORDING
from members.models import Contact, Member, ProducerAccount, SignedConsent
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.desks import desk_at, desk_of, desks, parts_for, parts_of, sheets_for
from registry.enums import Role
from registry.forms.desks import form_for, formset_for
from registry.forms.workspace import Worksheet
from registry.models import parent_key
from tests.factories import (
    ContactFactory,
    MemberFactory,
    OutletFactory,
    ProductFactory,
    SubdistrictFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return desk_of(Member)


@pytest.fixture
def member(officer):
    SubdistrictFactory(code="420101", postcode="42000")
    SubdistrictFactory(code="510101", postcode="51000")
    return MemberFactory(owner=officer.agency, name_th="กลุ่มทอผ้าบ้านก้างปลา")


@pytest.fixture
def producer(member):
    user = UserFactory(email="p@test.example", role=Role.PRODUCER, agency=None)
    ProducerAccount.objects.create(user=user, member=member)
    return user


def typed(**fields):
    return {
        "name_th": "กลุ่มจักสานบ้านใหม่",
        "subdistrict": "กุดป่อง",
    } | fields


def rows_of(desk, name, user, member, rows=(), existing=0, files=None):
    """Return the formset of a part, with ``rows`` as a browser sends them."""
    part = next(each for each in parts_for(desk, user) if each.name == name)
    data = {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": existing}
    for number, row in enumerate(rows):
        data |= {f"{name}-{number}-{field}": each for field, each in row.items()}
    formset = formset_for(desk, part, user)
    return formset(data, files or {}, instance=member, prefix=name)


# --- The desk -----------------------------------------------------------------


def test_the_desks_stand_in_the_order_of_the_apps():
    assert [each.slug for each in desks()] == ["members", "products"]
    assert desk_at("members") is desk_of("members.Member")
    assert desk_at("nothing") is None


def test_its_parts_come_from_this_app_first_and_leave_memberships_to_others(desk):
    assert [part.name for part in parts_of(desk)] == [
        "contacts",
        "outlets",
        "signed_consents",
        "certificates",
    ]
    for part in parts_of(desk):
        assert parent_key(Member, part.name) == "member"


def test_every_field_of_the_form_stands_on_a_sheet_or_is_placed(
    desk, officer, reviewer, member, producer
):
    for person in (officer, reviewer, producer):
        named = {name for sheet in sheets_for(desk, person) for name in sheet.fields}
        fields = form_for(desk, person)(instance=member).fields.keys()
        assert fields - named <= {"version", "form_key", "is_different", "reason"}


# --- What an officer fills in -------------------------------------------------


def test_an_officer_enters_a_producer_by_the_name_of_its_subdistrict(
    desk, officer, member
):
    form = form_for(desk, officer)(typed())

    assert form.is_valid(), form.errors
    row = records.create(form.new_row(), by=officer)
    assert (row.owner, row.district_id) == (officer.agency, "4201")
    assert (row.subdistrict_id, row.postcode) == ("420101", "42000")


def test_an_officer_gives_a_record_to_no_other_agency(desk, officer, stranger):
    SubdistrictFactory(code="420101")

    form = form_for(desk, officer)(typed(owner=stranger.agency_id))

    assert form.is_valid(), form.errors
    assert form.new_row().owner == officer.agency
    assert "owner" not in form.fields


def test_a_place_outside_the_scope_is_none(desk, officer, member):
    for text in ("510101", "ในเมือง", "ในเมือง · เมืองลำพูน · ลำพูน (510101)"):
        form = form_for(desk, officer)(typed(subdistrict=text))
        assert "subdistrict" in form.errors


def test_a_reviewer_chooses_the_agency_that_keeps_it(desk, reviewer, member, stranger):
    form = form_for(desk, reviewer)(typed(owner=stranger.agency_id))

    assert form.is_valid(), form.errors
    assert form.new_row().owner == stranger.agency


def test_a_possible_duplicate_is_asked_about(desk, officer, member, stranger):
    theirs = MemberFactory(owner=stranger.agency, name_th=member.name_th)

    form = form_for(desk, officer)(typed(name_th="กลุ่มทอผ้า บ้านก้างปลา"))

    assert not form.is_valid()
    # Another office's draft does not exist; what is public is no secret.
    assert form.duplicates == [member]
    assert "is_different" in render_to_string(desk.top, {"form": form})
    records.publish(theirs, by=None)
    form = form_for(desk, officer)(typed(name_th=member.name_th))
    assert not form.is_valid()
    assert form.duplicates == [member, theirs]
    again = typed(name_th=member.name_th, is_different="on")
    assert form_for(desk, officer)(again).is_valid()


def test_the_identity_number_is_in_no_kept_draft(desk):
    assert "leader_id" in desk.form.SECRET


# --- Contacts and consent -----------------------------------------------------


def test_consent_is_kept_with_day_wording_and_who_recorded_it(desk, officer, member):
    row = {"kind": "mobile", "value": "081 234 5678", "consented_on": "15/01/2569"}

    formset = rows_of(desk, "contacts", officer, member, [row])

    assert formset.is_valid(), formset.errors
    records.edit(
        member, Changes(children={"contacts": formset.child_changes()}), by=officer
    )
    contact = Contact.objects.get()
    assert contact.value == "+66812345678"
    assert contact.consented_on == datetime.date(2026, 1, 15)
    assert contact.consent_wording == CONSENT_WORDING
    assert (contact.consent_by, contact.is_personal) == (officer, True)
    assert contact.is_public


def test_a_personal_contact_without_consent_is_not_public(desk, officer, member):
    formset = rows_of(
        desk, "contacts", officer, member, [{"kind": "mobile", "value": "0812345678"}]
    )

    assert formset.is_valid()
    (contact,) = formset.child_changes().added
    assert not contact.is_public


def test_a_producer_agrees_by_ticking_and_takes_it_back_by_unticking(
    desk, officer, member, producer
):
    ticked = {"kind": "mobile", "value": "0812345678", "agrees": "on"}
    formset = rows_of(desk, "contacts", producer, member, [ticked])
    assert formset.is_valid(), formset.errors
    (contact,) = formset.child_changes().added
    assert contact.is_public
    assert (contact.consent_by, contact.consent_wording) == (producer, CONSENT_WORDING)
    added = Changes(children={"contacts": ChildChanges(added=(contact,))})
    records.edit(member, added, by=officer)

    unticked = {"id": contact.pk, "kind": "mobile", "value": "0812345678"}
    formset = rows_of(desk, "contacts", producer, member, [unticked], existing=1)

    assert formset.is_valid(), formset.errors
    (values,) = formset.child_changes().changed.values()
    assert values["consent_withdrawn_on"] is not None


# --- Papers -------------------------------------------------------------------


def paper(**fields):
    return {"person": "นางคำ ใจดี", "signed_on": "05/01/2569"} | fields


def test_a_signed_paper_is_kept_with_its_scan_and_the_record_says_so(
    desk, officer, reviewer, member, client
):
    scan = SimpleUploadedFile("ยินยอม.pdf", b"%PDF-1.7", "application/pdf")
    files = {"signed_consents-0-upload": scan}
    formset = rows_of(desk, "signed_consents", officer, member, [paper()], files=files)

    assert formset.is_valid(), formset.errors
    changes = Changes(children={"signed_consents": formset.child_changes()})
    records.edit(member, changes, by=officer)

    kept = SignedConsent.objects.get()
    assert (kept.recorded_by, kept.wording) == (officer, CONSENT_WORDING)
    assert kept.file_name == "ยินยอม.pdf"
    (said,) = remarks(member)
    assert "นางคำ ใจดี" in said
    assert "5 มกราคม 2569" in said
    # On its preview, and in the admin.
    request = RequestFactory().get("/")
    request.user, request.htmx = officer, False
    assert said in desk.page(request, member).content.decode()
    client.force_login(reviewer)
    page = client.get(reverse("admin:members_member_change", args=[member.pk]))
    assert said in page.content.decode()
    assert "ยินยอม.pdf" in page.content.decode()


def test_a_paper_without_scan_or_from_tomorrow_is_refused(desk, officer, member):
    formset = rows_of(desk, "signed_consents", officer, member, [paper()])
    assert not formset.is_valid()
    assert formset.errors[0].keys() == {"upload"}

    late = paper(signed_on="05/01/2650")
    formset = rows_of(desk, "signed_consents", officer, member, [late])
    assert "signed_on" in formset.errors[0]


def test_who_recorded_a_paper_stays_when_a_colleague_corrects_its_date(
    desk, officer, member
):
    kept = SignedConsent(
        person="นางคำ",
        signed_on=datetime.date(2026, 1, 5),
        wording="1",
        file="certificates/x.pdf",
        recorded_by=officer,
    )
    added = Changes(children={"signed_consents": ChildChanges(added=(kept,))})
    records.edit(member, added, by=officer)
    row = paper(id=kept.pk, person="นางคำ", signed_on="06/01/2569", wording="1")
    colleague = UserFactory(email="c@test.example", agency=officer.agency)

    formset = rows_of(desk, "signed_consents", colleague, member, [row], existing=1)

    assert formset.is_valid(), formset.errors
    assert formset.child_changes().changed == {
        kept.pk: {"signed_on": datetime.date(2026, 1, 6)}
    }


def test_a_paper_that_stays_as_it_is_changes_nothing(desk, officer, member):
    kept = SignedConsent(
        person="นางคำ",
        signed_on=datetime.date(2026, 1, 5),
        wording="1",
        file="certificates/x.pdf",
        recorded_by=officer,
    )
    added = Changes(children={"signed_consents": ChildChanges(added=(kept,))})
    records.edit(member, added, by=officer)
    row = paper(id=kept.pk, person="นางคำ", wording="1")

    formset = rows_of(desk, "signed_consents", officer, member, [row], existing=1)

    assert formset.is_valid(), formset.errors
    assert not formset.child_changes()


# --- What a producer fills in -------------------------------------------------


def test_a_producer_tells_of_itself_and_answers_for_nothing_else(
    desk, producer, member
):
    fields = form_for(desk, producer)(instance=member).fields

    assert set(fields) == {
        "version",
        "name_en",
        "story_th",
        "story_en",
        "portrait_upload",
    }
    assert [part.name for part in parts_for(desk, producer)] == ["contacts"]
    (contacts,) = parts_for(desk, producer)
    form = formset_for(desk, contacts, producer)(instance=member).empty_form
    assert "consented_on" not in form.fields
    assert "is_personal" not in form.fields


# --- Completeness -------------------------------------------------------------


def test_a_bare_record_lacks_nearly_everything_and_says_why(desk):
    found = desk.completeness(MemberFactory(name_en="", producer_type=""))

    assert found.percent == 0
    assert len(found.missing) == 10
    for point in found.points:
        assert str(point.label)
        assert str(point.why)


def test_a_full_record_is_complete(desk):
    SubdistrictFactory(code="420101")
    member = MemberFactory(
        published=True,
        subdistrict_id="420101",
        latitude="17.48612",
        longitude="101.72223",
        story_th="ทอผ้ามาสามชั่วคน",
        story_en="Weaving for three generations",
        portrait={"og": "pictures/none.jpg"},
    )
    ContactFactory(member=member, consented=True)
    OutletFactory(member=member)
    ProductFactory(member=member, published=True)
    member.refresh_from_db()

    assert desk.completeness(member).percent == 100


def test_a_contact_without_consent_does_not_count(desk):
    member = MemberFactory()
    ContactFactory(member=member)

    anchors = {point.anchor for point in desk.completeness(member).missing}

    assert "part-contacts" in anchors


def test_each_point_leads_to_a_field_or_a_part(desk, officer, member):
    sheet = Worksheet(desk, officer, member)
    ids = {bound.id_for_label for bound in sheet.form}
    ids |= {each.anchor for each in sheet.parts}

    anchors = {point.anchor for point in desk.completeness(member).points}

    assert anchors - ids == {"part-goods"}


@pytest.mark.parametrize("count", [1, 3])
def test_completeness_of_a_list_asks_as_often_however_long(
    desk, count, django_assert_num_queries
):
    for _each in range(count):
        ContactFactory(member=MemberFactory())

    with django_assert_num_queries(4):
        members = list(Member.objects.prefetch_related(*desk.reads))
        found = [desk.completeness(member).percent for member in members]
        said = [remarks(member) for member in members]

    assert len(found) == len(said) == count


# --- Its page -----------------------------------------------------------------


def test_a_draft_is_previewed_for_its_office_and_read_by_nobody(
    desk, officer, member, client
):
    request = RequestFactory().get("/workspace/")
    request.user, request.htmx = officer, False

    page = desk.page(request, member)

    text = page.content.decode()
    assert "ตัวอย่าง" in text
    assert member.name_th in text
    assert page["Cache-Control"] == "no-store, private"
    assert client.get(member.get_absolute_url()).status_code == 404


# --- Words --------------------------------------------------------------------


def test_columns_without_a_label_have_one_here(desk):
    column = Member._meta.get_field("leader_id_hash")

    assert "hash" not in desk.wording.label(column).lower()
    assert desk.wording.read(column, "a" * 64) == "เก็บไว้แล้ว"
