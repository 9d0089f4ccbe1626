"""Audit: what is recorded, who reads it, one history row a write, nothing to change."""

import datetime
import uuid

import pytest
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from members.enums import ContactKind
from members.models import Contact, Member, Membership, Outlet, Post
from products.models import Certificate, Photo, StarRating
from registry import acts
from registry.actions import records
from registry.actions.audit import record_event
from registry.actions.people import change_account
from registry.changes import Changes, ChildChanges
from registry.deeds import remembered
from registry.enums import AuditKind, Role
from registry.models import AuditEvent, Child, Kept, children_of
from registry.personal import past_of
from registry.tracing import every_model
from tests.factories import (
    AgencyFactory,
    CategoryFactory,
    ClusterFactory,
    ContactFactory,
    MarkFactory,
    MemberFactory,
    PlanFactory,
    ProductFactory,
    StarRoundFactory,
    UserFactory,
)

LIST = "/audit/"


def edit(row, by, reason="เพราะอย่างนี้", **fields):
    return records.edit(row, Changes(fields), by=by, reason=reason)


def shown(page, address):
    answer = page.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def act_url(row):
    return reverse("audit:act", args=[row.history.latest("history_id").act_id])


# --- Events ---------------------------------------------------------------------------


def test_a_refused_page_is_recorded_once_a_minute(client, officer):
    client.force_login(officer)

    for _again in range(3):
        assert client.get(LIST).status_code == 403

    event = AuditEvent.objects.get()
    assert (event.kind, event.by, event.path, event.detail) == (
        AuditKind.REFUSED,
        officer,
        LIST,
        "GET",
    )
    assert event.ip == "127.0.0.1"
    AuditEvent.objects.update(at=timezone.now() - datetime.timedelta(minutes=2))
    client.get(LIST)
    assert AuditEvent.objects.count() == 2


def test_what_is_not_there_is_no_refusal(client, officer):
    client.force_login(officer)

    assert client.get("/nowhere/").status_code == 404

    assert not AuditEvent.objects.exists()


def test_a_visitor_is_not_recorded(client, db):
    client.get(LIST)

    assert not AuditEvent.objects.exists()


# --- The list -------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_however_long_it_is(
    client, administrator, officer, count, django_assert_num_queries
):
    client.force_login(administrator)
    client.get(LIST)
    for _each in range(count):
        record_event(AuditKind.SIGN_IN, by=officer)

    # Session, person, the events with their people; the person's second factor.
    with django_assert_num_queries(3):
        page = shown(client, LIST)

    assert page.count(officer.name_th) == count


def test_the_list_is_found_by_kind_person_and_day(client, administrator, officer):
    client.force_login(administrator)
    record_event(AuditKind.SIGN_IN, by=officer, path="/one/")
    record_event(AuditKind.EXPORT, by=administrator, path="/two/")
    old = record_event(AuditKind.EXPORT, by=officer, path="/three/")
    AuditEvent.objects.filter(pk=old.pk).update(
        at=datetime.datetime(2026, 1, 15, 23, 30, tzinfo=datetime.UTC)
    )

    def paths(query):
        page = shown(client, LIST + query)
        return [each for each in ("/one/", "/two/", "/three/") if each in page]

    assert paths("?kind=export") == ["/two/", "/three/"]
    assert paths("?person=officer@") == ["/one/", "/three/"]
    # In Bangkok it was the next morning.
    assert paths("?day=16/01/2569") == ["/three/"]
    assert paths("?kind=nothing") == []
    assert paths("?after=2026-01-16T00:00:00Z~1") == ["/three/"]
    assert paths("?after=bent~x") == ["/one/", "/two/", "/three/"]


def test_the_list_goes_on_without_gap_or_repetition(client, administrator):
    client.force_login(administrator)
    for number in range(120):
        record_event(AuditKind.EXPORT, by=None, detail=f"number-{number:03}.")
    same = AuditEvent.objects.first().at
    AuditEvent.objects.filter(pk__lt=AuditEvent.objects.first().pk + 70).update(at=same)

    seen, address = [], LIST
    while address:
        answer = client.get(address)
        seen += [event.detail for event, _url in answer.context["events"]]
        address = answer.context["older"] and LIST + answer.context["older"]

    assert len(seen) == 120
    assert sorted(seen) == [f"number-{number:03}." for number in range(120)]


def test_a_reviewer_reads_the_own_events_and_those_of_the_own_records(
    client, reviewer, foreign_reviewer, officer
):
    here, there = MemberFactory(), MemberFactory(district__code="5101")
    record_event(AuditKind.REVEAL, by=officer, about=here, path="/here/")
    record_event(AuditKind.REVEAL, by=officer, about=there, path="/there/")
    record_event(AuditKind.SIGN_IN, by=reviewer, path="/mine/")
    record_event(AuditKind.SIGN_IN, by=foreign_reviewer, path="/theirs/")
    client.force_login(reviewer)

    page = shown(client, LIST)

    assert "/here/" in page
    assert "/mine/" in page
    assert "/there/" not in page
    assert "/theirs/" not in page


def test_a_typed_address_is_masked(client, administrator):
    record_event(AuditKind.SIGN_IN_FAILED, by=None, who="secret.person@home.example")
    client.force_login(administrator)

    page = shown(client, LIST)

    assert "secret.person" not in page
    assert "s…@…" in page


# --- One act --------------------------------------------------------------------------


def test_an_act_shows_every_row_before_and_after(client, reviewer, officer):
    member = MemberFactory(name_en="First", owner=officer.agency)
    other = MemberFactory(name_en="Other")
    with acts.act(by=reviewer, reason="สะกดผิด") as act:
        for row, name in ((member, "Second"), (other, "Another")):
            records.edit(row, Changes({"name_en": name}), by=reviewer)
    client.force_login(reviewer)

    page = shown(client, reverse("audit:act", args=[act.id]))

    for text in ("First", "Second", "Other", "Another", "สะกดผิด", reviewer.name_th):
        assert text in page


def test_rows_of_other_provinces_are_left_out_of_an_act(
    client, reviewer, administrator
):
    here = MemberFactory(name_en="Here")
    there = MemberFactory(district__code="5101", name_en="There")
    with acts.act(by=administrator) as act:
        for row in (here, there):
            records.edit(row, Changes({"name_en": f"New {row.name_en}"}), by=None)
    client.force_login(reviewer)

    page = shown(client, reverse("audit:act", args=[act.id]))

    assert "New Here" in page
    assert "There" not in page


def test_an_act_of_elsewhere_and_an_unknown_one_are_not_there(client, reviewer):
    there = MemberFactory(district__code="5101")
    client.force_login(reviewer)

    for address in (act_url(there), reverse("audit:act", args=[uuid.uuid4()])):
        assert client.get(address).status_code == 404


def test_a_removed_row_is_told_with_what_it_held(client, reviewer):
    member = MemberFactory()
    outlet = Outlet(name_th="ร้านริมโขง")
    added = Changes(children={"outlets": ChildChanges(added=(outlet,))})
    member = records.edit(member, added, by=None)
    removed = ChildChanges(removed=frozenset({outlet.pk}))
    member = records.edit(member, Changes(children={"outlets": removed}), by=reviewer)
    client.force_login(reviewer)

    page = shown(client, act_url(member))

    assert page.count("ร้านริมโขง") >= 2


def test_accounts_are_for_administrators_alone(client, reviewer, administrator):
    colleague = UserFactory(agency=reviewer.agency)
    change_account(colleague, {"post": "หัวหน้า"}, by=administrator)
    addresses = [
        act_url(colleague),
        reverse("audit:record", args=["registry.user", colleague.pk]),
    ]

    for who, status in ((reviewer, 404), (administrator, 200)):
        client.force_login(who)
        assert {client.get(each).status_code for each in addresses} == {status}


@pytest.mark.parametrize("count", [1, 3])
def test_an_act_asks_the_same_however_many_rows(
    client, administrator, count, django_assert_num_queries
):
    members = [MemberFactory() for _each in range(count)]
    with acts.act(by=administrator) as act:
        for member in members:
            edit(member, administrator, name_en="New")
    client.force_login(administrator)
    address = reverse("audit:act", args=[act.id])
    client.get(address)

    # Session and person; the tables; rows, those before; who; three kinds of keys.
    with django_assert_num_queries(9):
        shown(client, address)


# --- One record, one person -----------------------------------------------------------


def test_a_record_shows_its_whole_history(client, reviewer):
    member = MemberFactory(name_en="First")
    edit(member, reviewer, name_en="Second")
    client.force_login(reviewer)

    page = shown(client, reverse("audit:record", args=["members.member", member.pk]))

    assert "First" in page
    assert "Second" in page
    assert act_url(member) in page


@pytest.mark.parametrize(
    "label", ["members.contact", "members.nothing", "nonsense", "registry.outboxmail"]
)
def test_there_is_no_history_page_of_anything_else(client, administrator, label):
    client.force_login(administrator)

    assert client.get(f"/audit/records/{label}/1/").status_code == 404


def test_a_foreign_record_has_no_history_page(client, reviewer):
    there = MemberFactory(district__code="5101")
    client.force_login(reviewer)

    address = reverse("audit:record", args=["members.member", there.pk])
    assert client.get(address).status_code == 404


def test_a_person_page_merges_acts_and_events(client, administrator, reviewer):
    member = MemberFactory()
    edit(member, reviewer, name_en="New")
    record_event(AuditKind.SIGN_IN, by=reviewer)
    client.force_login(administrator)

    page = shown(client, reverse("audit:person", args=[reviewer.pk]))

    assert act_url(member) in page
    assert str(AuditKind.SIGN_IN.label) in page


def test_a_colleague_sees_of_a_person_only_the_own_province(client, reviewer):
    colleague = UserFactory(agency=reviewer.agency, role=Role.REVIEWER)
    here, there = MemberFactory(), MemberFactory(district__code="5101")
    for row in (here, there):
        with acts.act(by=colleague):
            records.edit(row, Changes({"name_en": "New"}), by=None)
    client.force_login(reviewer)

    page = shown(client, reverse("audit:person", args=[colleague.pk]))

    assert act_url(here) in page
    assert act_url(there) not in page
    stranger = UserFactory()
    address = reverse("audit:person", args=[stranger.pk])
    assert client.get(address).status_code == 404


def test_a_person_page_goes_on_without_gap_or_repetition(
    client, administrator, reviewer
):
    made = []
    for number in range(60):
        member = MemberFactory() if number % 20 == 0 else member  # noqa: F821
        member = edit(member, reviewer, name_en=f"Name {number}")
        made.append(member.history.latest("history_id").act_id)
    client.force_login(administrator)

    seen, address = [], reverse("audit:person", args=[reviewer.pk])
    while address:
        answer = client.get(address)
        seen += [each.act_id for each in answer.context["rows"]]
        older = answer.context["older"]
        address = older and answer.request["PATH_INFO"] + older

    assert seen == list(reversed(made))


@pytest.mark.parametrize("count", [1, 3])
def test_a_person_page_asks_the_same_however_much_was_done(
    client, administrator, reviewer, count, django_assert_num_queries
):
    member = MemberFactory()
    for number in range(count):
        member = edit(member, reviewer, name_en=f"Name {number}")
        record_event(AuditKind.SIGN_IN, by=reviewer)
    client.force_login(administrator)
    address = reverse("audit:person", args=[reviewer.pk])
    client.get(address)

    # Session and person; who it is, its agency; events; acts, and each whole.
    with django_assert_num_queries(7):
        shown(client, address)


# --- Masked and revealed --------------------------------------------------------------


@pytest.fixture
def reached(reviewer):
    """Keep a member with a mobile and a shop's telephone."""
    member = MemberFactory()
    ContactFactory(member=member, kind=ContactKind.MOBILE, value="+66812345679")
    ContactFactory(member=member, kind=ContactKind.PHONE, is_personal=False)
    return Member.objects.get(pk=member.pk)


def reveal(page, name, there="/audit/"):
    return page.post(reverse("personal:reveal"), {"about": name, "next": there})


def test_personal_data_is_masked_until_it_is_asked_for(client, reviewer, reached):
    client.force_login(reviewer)
    address = reverse("audit:record", args=["members.member", reached.pk])
    assert "234-5679" not in shown(client, address)
    assert "081-xxx-x679" in shown(client, address)

    answer = reveal(client, f"members.Member:{reached.pk}", address)

    assert answer.url == address
    assert "081-234-5679" in shown(client, address)
    event = AuditEvent.objects.get(kind=AuditKind.REVEAL)
    assert (event.by, event.model, event.object_id) == (
        reviewer,
        "members.Member",
        reached.pk,
    )


def test_what_was_revealed_is_masked_again_later(client, reviewer, reached):
    client.force_login(reviewer)
    name = f"members.Member:{reached.pk}"
    reveal(client, name)
    session = client.session
    session["revealed"] = {name: session["revealed"][name] - 601}
    session.save()

    page = shown(client, reverse("audit:record", args=["members.member", reached.pk]))

    assert "234-5679" not in page


def test_an_act_masks_persons_but_no_shop(client, reviewer, reached):
    contact = reached.contacts.get(kind=ContactKind.MOBILE)
    shop = reached.contacts.get(kind=ContactKind.PHONE)
    values = {contact.pk: {"value": "+66899999991"}, shop.pk: {"value": "+6642811234"}}
    change = Changes(children={"contacts": ChildChanges(changed=values)})
    member = records.edit(reached, change, by=reviewer)
    client.force_login(reviewer)
    address = act_url(member)

    page = shown(client, address)
    assert "999-9991" not in page
    assert "042-811-234" in page

    act_id = member.history.latest("history_id").act_id
    reveal(client, f"act:{act_id}", address)
    assert "089-999-9991" in shown(client, address)
    assert AuditEvent.objects.get(kind=AuditKind.REVEAL).detail == str(act_id)


def test_nobody_reveals_what_is_not_theirs(client, official, foreign_reviewer, reached):
    act_id = reached.history.latest("history_id").act_id
    for who, record, act in (
        (official, 403, 403),
        (foreign_reviewer, 404, 404),
    ):
        client.force_login(who)
        assert reveal(client, f"members.Member:{reached.pk}").status_code == record
        assert reveal(client, f"act:{act_id}").status_code == act
    for bent in ("", "members.Member:x", "act:x", "x:1", "members.Member:" + "9" * 30):
        assert reveal(client, bent).status_code == 404
    assert not AuditEvent.objects.filter(kind=AuditKind.REVEAL).exists()


def test_a_reveal_leads_nowhere_else(client, reviewer, reached):
    client.force_login(reviewer)

    answer = reveal(client, f"members.Member:{reached.pk}", "https://evil.example/")

    assert answer.url == "/"


# --- Nothing here can be changed ------------------------------------------------------


def test_audit_pages_are_read_only(client, administrator):
    member = MemberFactory()
    client.force_login(administrator)
    for address in (
        LIST,
        reverse("audit:person", args=[administrator.pk]),
        act_url(member),
        reverse("audit:record", args=["members.member", member.pk]),
    ):
        for verb in (client.post, client.put, client.patch, client.delete):
            assert verb(address).status_code == 405


def test_no_admin_page_writes_history_or_events(client, administrator):
    from django.contrib import admin

    histories = {model for model in every_model() if past_of(model) is not model}
    assert not histories & set(admin.site._registry)
    page = admin.site._registry[AuditEvent]
    event = record_event(AuditKind.SIGN_IN, by=None)
    client.force_login(administrator)
    for view in ("add", "change", "delete"):
        args = [] if view == "add" else [event.pk]
        address = reverse(f"admin:registry_auditevent_{view}", args=args)
        assert client.post(address, {"kind": "export"}).status_code in {403, 405}
    assert page.is_read_only
    event.refresh_from_db()
    assert event.kind == AuditKind.SIGN_IN


# --- One history row a write ----------------------------------------------------------


def rows_of_history():
    return {
        (model, row.history_id): row
        for model in every_model()
        if past_of(model) is not model
        for row in model.objects.all()
    }


@pytest.fixture
def kept(administrator):
    """Return one row of every kept model, by model."""
    from registry.enums import ProposalState
    from registry.models import JoinRequest, NoteTemplate, Proposal
    from tests.factories import PlanItemFactory, SwotItemFactory

    product = ProductFactory()
    cluster = ClusterFactory()
    with acts.act(by=None):
        join = JoinRequest.objects.create(token="t")
        note = NoteTemplate.objects.create(title_th="ขอรูป", text_th="ขอรูป")
        proposal = Proposal.objects.create(
            model="members.Member",
            object_id=product.member_id,
            owner=product.owner,
            province=product.province,
            base_version=1,
            state=ProposalState.DRAFT,
        )
    plan = PlanFactory(cluster=cluster)
    PlanItemFactory(plan=plan)
    SwotItemFactory(plan=plan)
    rows = [
        *(product, product.member, cluster, plan, AgencyFactory()),
        *(CategoryFactory(), MarkFactory(), StarRoundFactory(), join, note, proposal),
    ]
    return {type(row): row for row in rows}


def all_kept():
    return {model for model in remembered() if issubclass(model, Kept)}


def test_every_kept_model_is_tried(kept):
    assert set(kept) == all_kept()


def test_a_write_leaves_one_history_row_of_the_row_with_act_person_and_reason(
    kept, administrator
):
    for model, row in kept.items():
        before = set(rows_of_history())
        row = model._base_manager.get(pk=row.pk)

        with acts.act(by=administrator, reason="เพราะต้องแก้") as act:
            row.version += 1
            row.save()

        fresh = [each for key, each in rows_of_history().items() if key not in before]
        assert [past_of(type(each)) for each in fresh] == [model]
        assert [
            (each.act_id, each.history_user, each.history_change_reason)
            for each in fresh
        ] == [(act.id, administrator, "เพราะต้องแก้")]
        assert fresh[0].version == row.version


def new_child(model, kept):
    """Return an unsaved row of what belongs to something."""
    from members.models import SignedConsent
    from products.models import StarCriterion
    from strategies.models import PlanItem, SwotItem

    day = datetime.date(2026, 1, 1)
    return {
        Contact: lambda: Contact(kind=ContactKind.MOBILE, value="+66812345678"),
        Outlet: lambda: Outlet(name_th="ร้าน"),
        Membership: lambda: Membership(
            cluster=ClusterFactory(), member=MemberFactory(), joined_on=day
        ),
        Post: lambda: Post(kind="chair", person_th="ประธาน", cluster=ClusterFactory()),
        SignedConsent: lambda: SignedConsent(signed_on=day, person="ก", wording="1"),
        Photo: lambda: Photo(alt_th="ผ้า"),
        Certificate: lambda: Certificate(mark=MarkFactory(), number="1"),
        StarRating: lambda: StarRating(
            product=ProductFactory(), round=StarRoundFactory(), stars=5
        ),
        StarCriterion: lambda: StarCriterion(
            otop_type="food", section="product", name_th="ก", maximum=5
        ),
        PlanItem: lambda: PlanItem(kind="strategy", text_th="ก"),
        SwotItem: lambda: SwotItem(kind="strength", text_th="ก"),
    }[model]()


def test_each_child_leaves_its_own_row_in_the_act_of_its_parent(kept, administrator):
    tried = set()
    for model, row in kept.items():
        for name, child_model in children_of(model).items():
            if not hasattr(child_model, "history"):
                continue
            child = new_child(child_model, kept)
            before = set(rows_of_history())
            fresh = model._base_manager.get(pk=row.pk)

            with acts.act(by=administrator, reason="เพิ่ม") as act:
                changes = Changes(children={name: ChildChanges(added=(child,))})
                records.edit(fresh, changes, by=None)

            found = [
                each for key, each in rows_of_history().items() if key not in before
            ]
            written = sorted(past_of(type(each))._meta.label for each in found)
            # What follows from a change of goods has no history: derived columns.
            assert written == sorted([model._meta.label, child_model._meta.label])
            for each in found:
                assert (each.act_id, each.history_user, each.history_change_reason) == (
                    act.id,
                    administrator,
                    "เพิ่ม",
                )
            tried.add(child_model)

    assert tried == {model for model in remembered() if issubclass(model, Child)}


def test_a_write_outside_an_act_is_a_programs_error(kept):
    for row in kept.values():
        with pytest.raises(acts.OutsideAct):
            row.save()


def walk(patterns):
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from walk(each.url_patterns)
        else:
            yield each


def test_no_address_names_a_history_table():
    names = [str(each.pattern) for each in walk(get_resolver().url_patterns)]

    assert not [name for name in names if "historical" in name]
