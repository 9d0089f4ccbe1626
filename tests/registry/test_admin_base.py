"""What holds on every page of the admin, seen on members and products."""

import uuid

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.urls import reverse

from members.models import Member
from registry.actions import records
from registry.admin_base import CappedPaginator
from registry.changes import Changes, ChildChanges
from registry.enums import RecordStatus
from registry.models import (
    Agency,
    Alias,
    District,
    Subdistrict,
    User,
    VisitorMessage,
)
from registry.thai.text import fold
from tests.factories import (
    AgencyFactory,
    CategoryFactory,
    ClusterFactory,
    ContactFactory,
    DistrictFactory,
    MarkFactory,
    MemberFactory,
    PlanFactory,
    ProductFactory,
    ProvinceFactory,
    StarRoundFactory,
    SubdistrictFactory,
)

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
NO_CHILDREN = {
    f"{prefix}-{name}_FORMS": 0
    for prefix in (
        "contacts",
        "outlets",
        "memberships",
        "signed_consents",
        "certificates",
    )
    for name in ("TOTAL", "INITIAL")
}


def url(name, *args, model="members_member"):
    return reverse(f"admin:{model}_{name}", args=args)


def typed(member, **fields):
    """Return what a browser sends for the unchanged form of a member."""
    district = member.district
    return {
        "name_th": member.name_th,
        "name_en": member.name_en,
        "producer_type": member.producer_type,
        "owner": member.owner_id,
        "district": district.code,
        "version": member.version,
        **NO_CHILDREN,
        **fields,
    }


@pytest.fixture
def desk(client, reviewer):
    """Be a browser in which a reviewer of Loei is signed in."""
    client.force_login(reviewer)
    return client


@pytest.fixture
def foreign(db):
    """A member of Lamphun."""
    return MemberFactory(district__code="5101", name_th="กลุ่มจักสานลำพูน")


# --- The door -----------------------------------------------------------------------


@pytest.mark.parametrize("person", ["officer", "official"])
def test_who_is_not_staff_is_refused(client, request, person):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("admin:index")).status_code == 403
    assert client.get(url("changelist")).status_code == 403
    assert client.get(reverse("admin:login")).status_code == 403


def test_a_visitor_is_led_to_the_portals_own_sign_in(client, db):
    answer = client.get(url("changelist"))

    assert answer.url == f"{reverse('account_login')}?next=/admin/members/member/"
    assert client.get(reverse("admin:login")).url.startswith(reverse("account_login"))


def test_tables_of_packages_stay_out():
    assert {model._meta.app_label for model in MODELS} <= {
        "registry",
        "members",
        "products",
        "strategies",
        "reports",
    }


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
@pytest.mark.parametrize("person", ["reviewer", "administrator"])
def test_every_list_and_every_empty_form_opens_or_says_no(
    client, request, model, person
):
    client.force_login(request.getfixturevalue(person))
    name = f"{model._meta.app_label}_{model._meta.model_name}"

    for view in ("changelist", "add"):
        address = url(view, model=name)
        assert client.get(address).status_code in {200, 403}
        assert client.get(address, {"q": "ผ้า 42"}).status_code in {200, 403}


def test_a_reviewer_may_not_write_what_the_whole_nation_shares(desk):
    assert desk.get(url("add", model="products_mark")).status_code == 403
    assert desk.get(url("add", model="products_category")).status_code == 403
    assert desk.get(url("add", model="registry_agency")).status_code == 403
    assert desk.get(url("changelist", model="registry_user")).status_code == 403


@pytest.mark.parametrize(
    ("factory", "name"),
    [
        (MemberFactory, "members_member"),
        (ClusterFactory, "members_cluster"),
        (ProductFactory, "products_product"),
        (CategoryFactory, "products_category"),
        (MarkFactory, "products_mark"),
        (StarRoundFactory, "products_starround"),
        (PlanFactory, "strategies_plan"),
        (AgencyFactory, "registry_agency"),
        (ProvinceFactory, "registry_province"),
        (DistrictFactory, "registry_district"),
        (SubdistrictFactory, "registry_subdistrict"),
    ],
)
@pytest.mark.parametrize("person", ["reviewer", "administrator"])
def test_every_page_of_a_row_opens(client, request, factory, name, person):
    client.force_login(request.getfixturevalue(person))
    row = factory()

    assert client.get(url("change", row.pk, model=name)).status_code == 200


# --- Scope --------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["change", "history", "delete"])
def test_a_foreign_record_does_not_exist(desk, foreign, view):
    assert desk.get(url(view, foreign.pk)).status_code == 404
    assert desk.post(url(view, foreign.pk), typed(foreign)).status_code == 404


@pytest.mark.parametrize("verb", ["publish", "withdraw"])
def test_a_foreign_record_takes_no_step(desk, foreign, verb):
    assert desk.get(url("step", foreign.pk, verb)).status_code == 404
    assert desk.post(url("step", foreign.pk, verb), {"note": "x"}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.status == RecordStatus.DRAFT


def test_a_list_shows_its_own_province_only(desk, foreign):
    own = MemberFactory(name_th="กลุ่มจักสานเมืองเลย")

    for query in ({}, {"q": "จักสาน"}, {"province": "51"}, {"district": "5101"}):
        shown = desk.get(url("changelist"), query).context["cl"].queryset
        assert list(shown) == [own]


def test_filters_offer_the_own_province_only(desk, foreign):
    MemberFactory()
    specs = desk.get(url("changelist")).context["cl"].filter_specs

    offered = {
        str(label)
        for spec in specs
        for _key, label in getattr(spec, "lookup_choices", ())
    }
    assert "เมืองเลย" not in offered or "เมืองลำพูน" not in offered
    assert "เมืองลำพูน" not in offered
    assert foreign.owner.name_th not in offered


def test_suggestions_come_from_the_own_province_only(desk, foreign):
    own = MemberFactory(name_th="กลุ่มจักสานเมืองเลย")

    answer = desk.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "products",
            "model_name": "product",
            "field_name": "member",
            "term": "จักสาน",
        },
    )

    assert [each["text"] for each in answer.json()["results"]] == [
        f"กลุ่มจักสานเมืองเลย ({own.code})"
    ]


def test_a_subdistrict_is_suggested_as_people_write_it(desk):
    SubdistrictFactory(code="420501", postcode="42120")
    SubdistrictFactory(code="510101")

    def suggested(term):
        query = {"app_label": "members", "model_name": "member"}
        query |= {"field_name": "subdistrict", "term": term}
        answer = desk.get(reverse("admin:autocomplete"), query)
        return answer.json()["results"]

    assert suggested("ด่านซ้าย เลย") == [
        {
            "id": "420501",
            "text": "ด่านซ้าย · ด่านซ้าย · เลย (420501)",
            "extra": {"postcode": "42120", "district": "ด่านซ้าย · เลย (4205)"},
        }
    ]
    assert suggested("ลำพูน") == []


def test_a_foreign_key_is_not_accepted(desk, foreign):
    own = MemberFactory()

    answer = desk.post(
        url("change", own.pk),
        typed(own, owner=foreign.owner_id, district="เมืองลำพูน · ลำพูน (5101)"),
    )

    errors = answer.context["adminform"].form.errors
    assert set(errors) == {"owner", "district"}
    assert foreign.owner.name_th.encode() not in answer.content


# --- One edit at a time --------------------------------------------------------------


def test_a_stale_form_says_who_changed_the_record_and_keeps_what_was_typed(
    desk, reviewer
):
    member = MemberFactory(name_en="Old name")
    opened = typed(member, name_en="My name")
    records.edit(member, Changes(fields={"name_en": "Their name"}), by=reviewer)

    answer = desk.post(url("change", member.pk), opened)

    form = answer.context["adminform"].form
    assert answer.status_code == 200
    assert str(reviewer) in form.non_field_errors()[0]
    (title, differences), *_ = answer.context["conflict"]
    assert (title, [(each.now, each.typed) for each in differences]) == (
        "",
        [("Their name", "My name")],
    )
    assert 'value="My name"' in answer.content.decode()
    member.refresh_from_db()
    assert member.name_en == "Their name"


def test_a_conflict_once_seen_is_saved_at_the_next_press(desk, reviewer):
    member = MemberFactory(name_en="Old name")
    opened = typed(member, name_en="My name")
    records.edit(member, Changes(fields={"name_en": "Their name"}), by=reviewer)
    shown = desk.post(url("change", member.pk), opened).context["adminform"].form

    answer = desk.post(
        url("change", member.pk), opened | {"version": shown["version"].value()}
    )

    assert answer.status_code == 302
    member.refresh_from_db()
    assert member.name_en == "My name"


def test_saving_a_form_unchanged_changes_nothing(desk):
    member = MemberFactory()

    assert desk.post(url("change", member.pk), typed(member)).status_code == 302

    assert member.history.count() == 1
    member.refresh_from_db()
    assert member.version == 1


def test_a_form_sent_twice_makes_one_record(desk, reviewer):
    DistrictFactory()
    data = {
        "name_th": "กลุ่มใหม่",
        "district": "เมืองเลย · เลย (4201)",
        "owner": reviewer.agency_id,
        "form_key": uuid.uuid4(),
        **NO_CHILDREN,
    }

    first = desk.post(url("add"), data)
    again = desk.post(url("add"), data)

    made = Member.objects.get()
    assert (first.url, again.url) == (url("changelist"), url("change", made.pk))


def test_a_published_record_is_changed_with_a_reason_only(desk):
    member = MemberFactory(published=True)

    refused = desk.post(url("change", member.pk), typed(member, name_en="New"))
    assert "reason" in refused.context["adminform"].form.errors

    saved = desk.post(
        url("change", member.pk), typed(member, name_en="New", reason="สะกดผิด")
    )
    assert saved.status_code == 302
    assert member.history.first().history_change_reason == "สะกดผิด"


def test_what_an_action_refuses_is_said_in_the_form(desk, monkeypatch):
    member = MemberFactory()
    contact = ContactFactory(member=member)
    member.refresh_from_db()
    rows = {
        "contacts-TOTAL_FORMS": 1,
        "contacts-INITIAL_FORMS": 1,
        "contacts-0-id": contact.pk,
        "contacts-0-member": member.pk,
        "contacts-0-kind": "mobile",
        "contacts-0-value": "081-234-5678",
    }
    busy = records.edit

    def refuse(row, changes, **how):
        busy(row, changes, **how)
        raise records.StaleVersion

    monkeypatch.setattr(records, "edit", refuse)

    answer = desk.post(url("change", member.pk), typed(member, name_en="Mine", **rows))

    assert answer.status_code == 200
    assert answer.context["adminform"].form.non_field_errors()
    assert 'value="Mine"' in answer.content.decode()
    member.refresh_from_db()
    assert member.name_en != "Mine"


def test_a_line_that_someone_else_removed_is_said_to_be_gone(desk, reviewer):
    member = MemberFactory()
    contact = ContactFactory(member=member)
    member.refresh_from_db()
    rows = {
        "contacts-TOTAL_FORMS": 1,
        "contacts-INITIAL_FORMS": 1,
        "contacts-0-id": contact.pk,
        "contacts-0-member": member.pk,
        "contacts-0-kind": "mobile",
        "contacts-0-value": "081-234-5678",
    }
    opened = typed(member, **rows)
    gone = ChildChanges(removed=frozenset({contact.pk}))
    records.edit(member, Changes(children={"contacts": gone}), by=reviewer)

    answer = desk.post(url("change", member.pk), opened)

    assert answer.status_code == 200
    form = answer.context["adminform"].form
    ticked = opened | {"contacts-0-DELETE": "on", "version": form["version"].value()}
    assert desk.post(url("change", member.pk), ticked).status_code == 302


# --- The workflow --------------------------------------------------------------------


def steps_shown(desk, member):
    answer = desk.get(url("change", member.pk))
    return [step.verb for step, _url in answer.context["steps"]]


@pytest.mark.parametrize(
    ("status", "verbs"),
    [
        (RecordStatus.DRAFT, ["submit", "publish", "withdraw"]),
        (RecordStatus.SUBMITTED, ["publish", "return", "withdraw"]),
        (RecordStatus.RETURNED, ["submit", "publish", "withdraw"]),
        (RecordStatus.PUBLISHED, ["withdraw"]),
        (RecordStatus.WITHDRAWN, ["submit", "publish"]),
    ],
)
def test_a_page_offers_the_steps_of_the_workflow(desk, status, verbs):
    assert steps_shown(desk, MemberFactory(status=status)) == verbs


def test_a_record_is_published_by_its_button(desk):
    member = MemberFactory(submitted=True)

    answer = desk.post(
        url("step", member.pk, "publish"), {"version": member.version}, follow=True
    )

    member.refresh_from_db()
    assert member.status == RecordStatus.PUBLISHED
    assert len(list(answer.context["messages"])) == 1


def test_a_record_is_returned_with_a_note_that_is_asked_for(desk):
    member = MemberFactory(submitted=True)
    address = url("step", member.pk, "return")

    assert desk.get(address).status_code == 200
    asked = desk.post(address, {"version": member.version, "note": " "})
    assert "note" in asked.context["form"].errors

    desk.post(address, {"version": member.version, "note": "ขอรูปใหม่"})
    member.refresh_from_db()
    assert (member.status, member.note) == (RecordStatus.RETURNED, "ขอรูปใหม่")


def test_nobody_publishes_what_they_submitted(desk, reviewer):
    member = records.submit(MemberFactory(), by=reviewer)

    assert "publish" not in steps_shown(desk, member)
    answer = desk.post(url("step", member.pk, "publish"), follow=True)

    (said,) = answer.context["messages"]
    assert said.level_tag == "error"
    member.refresh_from_db()
    assert member.status == RecordStatus.SUBMITTED


def test_a_step_taken_from_an_old_page_is_refused(desk, reviewer):
    member = MemberFactory(submitted=True)
    records.edit(member, Changes(fields={"name_en": "Newer"}), by=reviewer)

    answer = desk.post(
        url("step", member.pk, "publish"), {"version": member.version}, follow=True
    )

    assert [said.level_tag for said in answer.context["messages"]] == ["error"]
    member.refresh_from_db()
    assert member.status == RecordStatus.SUBMITTED


def test_records_are_published_in_bulk_and_refusals_give_their_reason(desk, reviewer):
    ready = MemberFactory(submitted=True)
    own = records.submit(MemberFactory(), by=reviewer)
    foreign = MemberFactory(district__code="5101", submitted=True)

    answer = desk.post(
        url("changelist"),
        {
            "action": "publish_chosen",
            "_selected_action": [ready.pk, own.pk, foreign.pk],
        },
        follow=True,
    )

    said = [(each.level_tag, str(each)) for each in answer.context["messages"]]
    assert [level for level, _text in said] == ["success", "warning"]
    assert str(own) in said[1][1]
    statuses = Member.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["published", "submitted", "submitted"]


def test_records_are_returned_in_bulk_with_one_reason(desk):
    first, second = MemberFactory(submitted=True), MemberFactory(submitted=True)
    chosen = {"action": "return_chosen", "_selected_action": [first.pk, second.pk]}

    asked = desk.post(url("changelist"), chosen)
    assert asked.context["chosen"] == [str(first.pk), str(second.pk)]

    desk.post(url("changelist"), chosen | {"note": "ขอที่อยู่"})
    for member in (first, second):
        member.refresh_from_db()
        assert (member.status, member.note) == (RecordStatus.RETURNED, "ขอที่อยู่")


def test_records_are_never_deleted(desk):
    member = MemberFactory()

    assert desk.get(url("delete", member.pk)).status_code == 403
    assert desk.post(url("delete", member.pk), {"post": "yes"}).status_code == 403
    assert Member.objects.exists()


# --- Lists ---------------------------------------------------------------------------


def test_a_long_list_is_counted_to_a_limit(db):
    for _each in range(3):
        MemberFactory()
    rows = Member.objects.order_by("pk")

    paginator = CappedPaginator(rows, 2)
    assert (paginator.count, paginator.has_uncounted) == (3, False)

    short = CappedPaginator(rows, 2)
    short.most_counted = 2
    assert (short.count, short.has_uncounted) == (3, True)


def test_agencies_are_read_and_not_written_by_reviewers(desk):
    agency = AgencyFactory()

    answer = desk.get(url("change", agency.pk, model="registry_agency"))

    assert answer.context["has_change_permission"] is False
    posted = desk.post(url("change", agency.pk, model="registry_agency"), {})
    assert posted.status_code == 403
    assert Agency.objects.get(pk=agency.pk).version == 1


def test_places_are_not_written_here(desk):
    place = SubdistrictFactory()

    address = url("change", place.pk, model="registry_subdistrict")
    assert desk.post(address, {"name_th": "อื่น"}).status_code == 403
    assert desk.get(url("add", model="registry_district")).status_code == 403
    assert (District.objects.count(), Subdistrict.objects.count()) == (1, 1)


# --- People, words, messages ---------------------------------------------------------


@pytest.fixture
def office(client, administrator):
    """Be a browser in which an administrator is signed in."""
    client.force_login(administrator)
    return client


def account(**fields):
    return {
        "email": "New.Person@test.example",
        "name_th": "ผู้ใช้ใหม่",
        "role": "reviewer",
        "is_active": "on",
        **fields,
    }


def test_an_account_is_opened_without_a_password_and_gets_a_link(office, mailoutbox):
    agency = AgencyFactory()

    answer = office.post(
        url("add", model="registry_user"), account(agency=agency.pk), follow=True
    )

    user = User.objects.get(email="new.person@test.example")
    assert answer.status_code == 200
    assert not user.has_usable_password()
    assert [mail.to for mail in mailoutbox] == [[user.email]]


def test_a_reviewer_without_an_agency_is_a_sentence_in_the_form(office, mailoutbox):
    answer = office.post(url("add", model="registry_user"), account())

    assert answer.context["adminform"].form.errors
    assert mailoutbox == []


def test_a_changed_address_is_the_one_that_signs_in(office, officer):
    answer = office.post(
        url("change", officer.pk, model="registry_user"),
        account(agency=officer.agency_id, email="other@test.example", role="officer"),
    )

    assert answer.status_code == 302
    address = EmailAddress.objects.get(user=officer)
    assert (address.email, address.verified) == ("other@test.example", True)


def test_a_link_to_set_a_password_is_sent_again_by_a_press(office, officer, mailoutbox):
    address = reverse("admin:registry_user_send_link", args=[officer.pk])

    office.get(address)
    assert mailoutbox == []
    office.post(address)
    assert [mail.to for mail in mailoutbox] == [[officer.email]]


def test_an_alias_is_kept_with_what_it_is_found_by(office):
    office.post(url("add", model="registry_alias"), {"word": "Soap", "means": "สบู่"})

    alias = Alias.objects.get()
    assert (alias.word_fold, alias.means_fold) == (fold("Soap"), fold("สบู่"))


def test_messages_are_read_and_handled_by_their_province(desk):
    own = VisitorMessage.objects.create(text="a", province=ProvinceFactory())
    foreign = VisitorMessage.objects.create(
        text="b", province=ProvinceFactory(code="51")
    )

    model = "registry_visitormessage"
    desk.post(
        url("changelist", model=model),
        {"action": "mark_handled", "_selected_action": [own.pk, foreign.pk]},
    )

    own.refresh_from_db()
    foreign.refresh_from_db()
    assert own.handled_at is not None
    assert foreign.handled_at is None
    assert desk.get(url("change", foreign.pk, model=model)).status_code == 404


def test_without_scripts_an_empty_line_is_asked_for_by_a_link(desk):
    def forms(query):
        answer = desk.get(url("add"), query)
        return answer.context["inline_admin_formsets"][0].formset.total_form_count()

    assert (forms({}), forms({"more": "1"})) == (0, 1)
