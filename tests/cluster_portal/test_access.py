"""Every address, asked as every member of the cast, against one table.

The table is written out: a new address fails until somebody says here whom it
is open to, and a changed mark fails until somebody changes the line.
"""

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import URLResolver, get_resolver, reverse

from registry.access import roles_of
from registry.actions.merging import merge
from registry.actions.proposals import propose
from registry.changes import Changes
from registry.enums import Role
from registry.files import private_url
from registry.storages import content_name
from tests.factories import (
    ClusterFactory,
    EnquiryFactory,
    MemberFactory,
    PlanFactory,
    ProductFactory,
    UserFactory,
)
from tests.factories.importing import ImportRunFactory
from tests.factories.joining import filled, submitted
from tests.factories.reports import SavedReportFactory, ordered_export

EVERYBODY = {"everybody"}
SIGNED_IN = set(Role.values)
HOUSE = {"officer", "reviewer", "official", "administrator"}
STAFF = {"reviewer", "administrator"}
WORKERS = {"producer", "officer", "reviewer", "administrator"}

#: URL name → whom it is open to. The admin's own are in ADMIN.
TABLE = {
    # For machines
    "healthz": EVERYBODY,
    "readyz": EVERYBODY,
    "robots": EVERYBODY,
    "sitemap": EVERYBODY,
    "sitemap-section": EVERYBODY,
    "media": EVERYBODY,
    "file": SIGNED_IN,
    # What a tourist meets
    "home": EVERYBODY,
    "suggest": EVERYBODY,
    "products:list": EVERYBODY,
    "products:detail": EVERYBODY,
    "products:qr": EVERYBODY,
    "members:list": EVERYBODY,
    "members:detail": EVERYBODY,
    "members:qr": EVERYBODY,
    "provinces:list": EVERYBODY,
    "provinces:detail": EVERYBODY,
    "clusters:list": EVERYBODY,
    "clusters:detail": EVERYBODY,
    "strategies:list": EVERYBODY,
    "strategies:current": EVERYBODY,
    "strategies:plan": EVERYBODY,
    "about": EVERYBODY,
    "contact": EVERYBODY,
    "privacy": EVERYBODY,
    "accessibility": EVERYBODY,
    # Open data
    "data:list": EVERYBODY,
    "data:detail": EVERYBODY,
    "data:api": EVERYBODY,
    "datafiles:catalog": EVERYBODY,
    "datafiles:file": EVERYBODY,
    "datafiles:snapshot": EVERYBODY,
    "api:start": EVERYBODY,
    "api:openapi": EVERYBODY,
    "api:products": EVERYBODY,
    "api:products_detail": EVERYBODY,
    "api:members": EVERYBODY,
    "api:members_detail": EVERYBODY,
    "api:provinces": EVERYBODY,
    "api:categories": EVERYBODY,
    "api:marks": EVERYBODY,
    "api:rounds": EVERYBODY,
    # Accounts
    "account_login": EVERYBODY,
    "account_logout": EVERYBODY,
    "account_inactive": EVERYBODY,
    "account_signup": EVERYBODY,
    "account_email_verification_sent": EVERYBODY,
    "account_confirm_email": EVERYBODY,
    "account_confirm_login_code": EVERYBODY,
    "account_reset_password": EVERYBODY,
    "account_reset_password_done": EVERYBODY,
    "account_reset_password_from_key": EVERYBODY,
    "account_reset_password_from_key_done": EVERYBODY,
    "account_reauthenticate": SIGNED_IN,
    "account_email": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "mfa_authenticate": EVERYBODY,
    "mfa_index": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "account_devices": SIGNED_IN,
    "account_overview": SIGNED_IN,
    "account_end_session": SIGNED_IN,
    # Mails and enquiries
    "account_mail": SIGNED_IN,
    "products:enquire": EVERYBODY,
    "members:enquire": EVERYBODY,
    "clusters:enquire": EVERYBODY,
    "enquiries:list": HOUSE - {"official"},
    "enquiries:detail": HOUSE - {"official"},
    "enquiries:mark": HOUSE - {"official"},
    # What forms ask for while they are filled in
    "workspace:home": WORKERS,
    "workspace:list": WORKERS,
    "workspace:add": WORKERS - {"producer"},
    "workspace:edit": WORKERS,
    "workspace:show": WORKERS,
    "workspace:history": WORKERS - {"producer"},
    "workspace:submit": WORKERS,
    "workspace:withdraw": WORKERS - {"producer"},
    "workspace:call_back": WORKERS,
    "workspace:drop": WORKERS,
    "workspace:draft": WORKERS,
    "workspace:discard": WORKERS,
    "workspace:suggest": {"officer", "reviewer", "administrator"},
    "workspace:upload": {"officer", "reviewer", "administrator", "producer"},
    # Spreadsheets that come in
    **{
        f"importing:{name}": HOUSE - {"official"}
        for name in (
            *("home", "upload", "template", "rows", "run", "progress", "columns"),
            *("decide", "options", "again", "confirm", "drop", "undo", "errors"),
        )
    },
    # Agencies that join, and who is invited
    "joining:start": EVERYBODY,
    "joining:suggestions": EVERYBODY,
    "joining:status": EVERYBODY,
    "joining:known": EVERYBODY,
    "joining:send_link": EVERYBODY,
    "joining:confirm": EVERYBODY,
    "joining:step": EVERYBODY,
    "joins:list": STAFF,
    "joins:detail": STAFF,
    "invitations:accept": EVERYBODY,
    "people:list": {"officer", "reviewer"},
    "people:resend": {"officer", "reviewer"},
    "people:cancel": {"officer", "reviewer"},
    "producer_accounts:list": HOUSE - {"official"},
    "producer_accounts:remove": HOUSE - {"official"},
    "producer_accounts:resend": HOUSE - {"official"},
    "producer_accounts:cancel": HOUSE - {"official"},
    # Two records that are one, and renewals of memberships
    # Review
    "review:queue": STAFF,
    "review:approve_chosen": STAFF,
    "review:result": STAFF,
    "review:record": STAFF,
    "review:record_preview": STAFF,
    "review:proposal": STAFF,
    "review:proposal_preview": STAFF,
    "merges:list": STAFF,
    "merges:compare": STAFF,
    "merges:detail": STAFF,
    # Pictures in bulk
    "picture_zip:upload": HOUSE - {"official"},
    "picture_zip:run": HOUSE - {"official"},
    "picture_zip:progress": HOUSE - {"official"},
    "picture_zip:step": HOUSE - {"official"},
    # Rows of outside lists, held against the register
    "outside:start": STAFF,
    "outside:queue": STAFF,
    "outside:decide": STAFF,
    "outside:differences": STAFF,
    "outside:take_or_keep": STAFF,
    "renewals:list": STAFF,
    "renewals:detail": STAFF,
    # Consents, audit, and one person's data
    "consents:list": SIGNED_IN - {"official"},
    "consents:give": SIGNED_IN - {"official"},
    "consents:withdraw": SIGNED_IN - {"official"},
    "consents:give_name": STAFF,
    "consents:withdraw_name": SIGNED_IN - {"official"},
    "audit:list": STAFF,
    "audit:person": STAFF,
    "audit:act": STAFF,
    "audit:record": STAFF,
    "personal:reveal": HOUSE,
    "personal:hand_out": {"administrator"},
    "personal:erase": {"administrator"},
    # At work
    "reports:list": HOUSE,
    "reports:detail": HOUSE,
    "reports:save": HOUSE,
    # Of files that a worker makes, one's own; saved reports, whoever may run them.
    **{
        f"reports:{name}": HOUSE
        for name in (
            *("file", "progress", "download", "again"),
            *("saved", "monthly", "stop", "delete"),
        )
    },
    "gallery": STAFF,
}


def walk(patterns, names=()):
    """Return (URL name, view) of every address below ``patterns``."""
    for each in patterns:
        if isinstance(each, URLResolver):
            inner = (*names, each.namespace) if each.namespace else names
            yield from walk(each.url_patterns, inner)
        else:
            yield ":".join([*names, each.name or "?"]), each.callback


def every_address():
    """Return the views of the portal by URL name."""
    return list(walk(get_resolver().url_patterns))


def test_the_table_lists_every_address_with_the_mark_it_carries():
    marks = {
        name: {str(role) for role in roles_of(view) or {"no mark"}}
        for name, view in every_address()
        if not name.startswith("admin:")
    }

    assert marks == TABLE


def test_the_admin_is_marked_for_staff_and_its_door_for_everybody():
    marks = {
        name: {str(role) for role in roles_of(view) or {"no mark"}}
        for name, view in every_address()
        if name.startswith("admin:")
    }

    doors = {"admin:login", "admin:logout"}
    assert {name for name, roles in marks.items() if roles == EVERYBODY} == doors
    assert {tuple(sorted(marks[name])) for name in marks.keys() - doors} == {
        tuple(sorted(STAFF))
    }


# --- The walk -----------------------------------------------------------------


@pytest.fixture
def producer(db):
    """Has an account tied to one member; works in no part of the house yet."""
    return UserFactory(email="producer@test.example", role=Role.PRODUCER, agency=None)


@pytest.fixture
def cast(
    officer, stranger, reviewer, foreign_reviewer, official, administrator, producer
):
    """Return the whole cast by name; None is a visitor."""
    return {
        "visitor": None,
        "officer": officer,
        "stranger": stranger,
        "reviewer": reviewer,
        "foreign_reviewer": foreign_reviewer,
        "official": official,
        "administrator": administrator,
        "producer": producer,
    }


@pytest.fixture
def samples(officer):
    """Return arguments for the addresses that need some."""
    member = MemberFactory(published=True, owner=officer.agency)
    product = ProductFactory(published=True, member=member)
    plan = PlanFactory(published=True, cluster=ClusterFactory())
    enquiry = EnquiryFactory(product=product)
    pair = [MemberFactory(published=True, owner=officer.agency) for _ in range(2)]
    merged = merge(*pair, by=None, reason="one and the same")
    begun, waiting = filled(), submitted()
    imported = ImportRunFactory(by=officer)
    pictures = ImportRunFactory(by=officer, layout="pictures")
    ordered = ordered_export(by=officer)
    saved = SavedReportFactory(by=officer)
    changes = Changes({"name_en": "Another name"})
    proposal = propose(member, changes, by=officer, submit=True)
    return {
        "products:detail": [product.code],
        "members:detail": [member.code],
        "products:qr": [product.code],
        "members:qr": [member.code],
        "provinces:detail": ["loei"],
        "data:detail": ["products"],
        "datafiles:file": ["products", "csv"],
        "datafiles:snapshot": ["products", 2560, "csv"],
        "api:products_detail": [product.code],
        "api:members_detail": [member.code],
        "clusters:detail": [plan.cluster.slug],
        "review:record": ["members", member.pk],
        "review:record_preview": ["members", member.pk],
        "review:proposal": [proposal.pk],
        "review:proposal_preview": [proposal.pk],
        "merges:compare": [member.code],
        "merges:detail": [merged.pk],
        "renewals:detail": [plan.cluster.slug],
        "picture_zip:run": [pictures.pk],
        "picture_zip:progress": [pictures.pk],
        "picture_zip:step": [pictures.pk, "drop"],
        "outside:queue": ["producers"],
        "outside:decide": ["producers", 1],
        "outside:take_or_keep": [1],
        "strategies:current": [plan.cluster.slug],
        "strategies:plan": [plan.cluster.slug, plan.year],
        "workspace:list": ["members"],
        "workspace:add": ["members"],
        **{
            f"workspace:{name}": ["members", member.pk]
            for name in (
                *("edit", "show", "history", "submit"),
                *("withdraw", "call_back", "drop"),
            )
        },
        # Imports
        **{
            f"importing:{name}": [imported.pk]
            for name in ("run", "progress", "columns", "undo", "errors")
        },
        "reports:detail": ["members"],
        "reports:save": ["members"],
        **{
            f"reports:{name}": [ordered.pk]
            for name in ("file", "progress", "download", "again")
        },
        **{
            f"reports:{name}": [saved.token]
            for name in ("saved", "monthly", "stop", "delete")
        },
        "sitemap-section": ["products"],
        # Joining
        "joining:status": [begun.token],
        "joining:known": [begun.token],
        "joining:send_link": [begun.token],
        "joining:confirm": [begun.token, "none"],
        "joining:step": [begun.token, "agency"],
        "joins:detail": [waiting.pk],
        "producer_accounts:list": [member.pk],
        # Consents and audit
        "consents:list": [member.pk],
        "audit:person": [officer.pk],
        "audit:act": [member.history.first().act_id],
        "audit:record": ["members.member", member.pk],
        "personal:erase": ["members.member", member.pk],
        # Enquiries
        "products:enquire": [product.code],
        "members:enquire": [member.code],
        "clusters:enquire": [plan.cluster.slug],
        "enquiries:detail": [enquiry.pk],
        "enquiries:mark": [enquiry.pk],
    }


#: Addresses whose answer to those they are open to is something else than a page.
SPECIAL = {
    # Need a file or a key that does not exist here.
    "media": {404},
    "datafiles:snapshot": {404},
    "account_confirm_email": {200, 302},
    "account_reset_password_from_key": {200},
    # Steps of a sign-in that has not begun, or pages for those not signed in.
    "mfa_authenticate": {302},
    "account_confirm_login_code": {302},
    "account_login": {200, 302},
    "account_signup": {200, 302},
    "account_logout": {200, 302},
    "account_reset_password": {200, 302},
    # Ask for the password again, or lead to where there is something to do.
    "account_reauthenticate": {200, 302},
    "account_set_password": {302},
    "account_email": {200, 302},
    "mfa_reauthenticate": {200, 302},
    "mfa_activate_totp": {200, 302},
    "mfa_deactivate_totp": {200, 302, 404},
    "mfa_view_recovery_codes": {200, 302, 404},
    "mfa_generate_recovery_codes": {200, 302, 404},
    "mfa_download_recovery_codes": {200, 302, 404},
    "mfa_add_webauthn": {302},
    "mfa_reauthenticate_webauthn": {302},
    "mfa_edit_webauthn": {302},
    "mfa_remove_webauthn": {302},
    "account_end_session": {405},
    "readyz": {200, 503},
    # What is of another province does not exist.
    # For reviewers of its province; another one's learns nothing.
    "review:approve_chosen": {405},
    "outside:start": {302},
    "outside:decide": {405},
    "outside:take_or_keep": {405},
    "picture_zip:step": {405},
    "picture_zip:run": {200, 404},
    "picture_zip:progress": {200, 404},
    "review:result": {302},
    "review:record": {200, 404},
    "review:record_preview": {200, 404},
    "review:proposal": {200, 404},
    "review:proposal_preview": {200, 404},
    "merges:compare": {200, 404},
    "merges:detail": {200, 404},
    "renewals:detail": {200, 404},
    "workspace:upload": {405},
    "workspace:draft": {405},
    "workspace:discard": {405},
    "workspace:submit": {405},
    "workspace:call_back": {405},
    "workspace:drop": {405},
    "workspace:edit": {200, 404},
    "workspace:show": {200, 404},
    "workspace:history": {200, 404},
    # An officer does not withdraw what is published.
    "workspace:withdraw": {200, 302, 404},
    # Runs of others do not exist, nor kinds and workbooks that are not there; what
    # changes something is sent, and refused steps lead back to the run.
    "importing:run": {200, 404},
    "importing:progress": {200, 404},
    "importing:columns": {200, 404},
    "importing:undo": {302, 404},
    "importing:errors": {404},
    "importing:upload": {404},
    "importing:template": {404},
    "importing:rows": {404},
    **{
        f"importing:{name}": {405}
        for name in ("decide", "options", "again", "confirm", "drop")
    },
    # Of an order its person alone knows, and of a file nobody has made yet.
    "reports:file": {200, 404},
    "reports:progress": {200, 404},
    "reports:download": {404},
    "reports:again": {405},
    "reports:save": {405},
    "reports:monthly": {405},
    # Nobody gets it by mail yet.
    "reports:stop": {302},
    "reports:delete": {200, 404},
    # Its link confirms nothing; what changes something is sent.
    "joining:confirm": {302},
    "invitations:accept": {410},
    "joins:detail": {200, 404},
    "producer_accounts:list": {200, 404},
    "joining:send_link": {405},
    "people:resend": {405},
    "people:cancel": {405},
    "producer_accounts:remove": {405},
    "producer_accounts:resend": {405},
    "producer_accounts:cancel": {405},
    # Records of others do not exist; what changes or shows something is sent.
    "consents:list": {200, 404},
    "consents:give": {405},
    "consents:withdraw": {405},
    "consents:give_name": {405},
    "consents:withdraw_name": {405},
    "audit:person": {200, 404},
    "audit:act": {200, 404},
    "audit:record": {200, 404},
    "personal:reveal": {405},
    "personal:hand_out": {405},
    # What was asked of another agency does not exist; a step is taken by sending.
    "enquiries:detail": {200, 404},
    "enquiries:mark": {405},
}
ARGUMENTS = {
    **{f"importing:{name}": ["none"] for name in ("upload", "template", "rows")},
    **{
        f"importing:{name}": [1]
        for name in ("decide", "options", "again", "confirm", "drop")
    },
    "invitations:accept": ["none"],
    "people:resend": [1],
    "people:cancel": [1],
    "producer_accounts:remove": [1, 1],
    "producer_accounts:resend": [1, 1],
    "producer_accounts:cancel": [1, 1],
    "consents:give": [1, 1],
    "consents:withdraw": [1, 1],
    "consents:give_name": [1, 1],
    "consents:withdraw_name": [1, 1],
    "personal:hand_out": ["members.member", 1],
    "workspace:suggest": ["district"],
    "media": ["pictures/none.webp"],
    "account_confirm_email": ["MQ:abc"],
    "account_reset_password_from_key": ["1", "none"],
    "mfa_edit_webauthn": [1],
    "mfa_remove_webauthn": [1],
    "account_end_session": [1],
}


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(TABLE.keys() - {"file"}))
def test_an_address_opens_for_those_it_is_open_to_and_no_other(
    name, cast, samples, client
):
    url = reverse(name, args=samples.get(name) or ARGUMENTS.get(name, []))

    for who, person in cast.items():
        client.logout()
        if person is not None:
            client.force_login(person)
        answer = client.get(url)
        allowed = TABLE[name] == EVERYBODY or (
            person is not None and person.role in TABLE[name]
        )
        if allowed:
            assert answer.status_code in SPECIAL.get(name, {200}), (who, name)
        elif person is None:
            assert answer.status_code == 302, (who, name)
            assert answer.url.startswith(reverse("account_login")), (who, name)
        else:
            assert answer.status_code == 403, (who, name)


# --- Private files ------------------------------------------------------------


def test_a_private_file_is_read_by_its_house_and_by_nobody_else(cast, client):
    """A draft's picture: 404 for strangers, as if it did not exist."""
    member = MemberFactory(owner=cast["officer"].agency)
    name = content_name("pictures", b"RIFF", "webp")
    storages["private"].save(name, ContentFile(b"RIFF"))
    type(member).objects.filter(pk=member.pk).update(portrait={"og": name})
    member.refresh_from_db()
    url = private_url(member, name)

    answers = {}
    for who, person in cast.items():
        client.logout()
        if person is not None:
            client.force_login(person)
        answer = client.get(url)
        answer.getvalue()
        answers[who] = answer.status_code

    assert answers == {
        "visitor": 404,
        "officer": 200,
        "stranger": 404,
        "reviewer": 200,
        "foreign_reviewer": 404,
        "official": 200,
        "administrator": 200,
        "producer": 404,
    }
    client.force_login(cast["reviewer"])
    answer = client.get(url)
    assert answer.getvalue() == b"RIFF"
    assert answer["Cache-Control"] == "private, no-store"
    assert client.get(url[:-2] + "x/").status_code == 404


# --- The admin ----------------------------------------------------------------

#: Tables reviewers open; the others are for administrators alone.
FOR_REVIEWERS = {
    "members.Cluster",
    "members.Member",
    "products.Category",
    "products.Mark",
    "products.Product",
    "products.StarRound",
    "registry.Agency",
    "registry.District",
    "registry.ExportRun",
    "registry.ImportRun",
    "registry.NoteTemplate",
    "registry.Province",
    "registry.Subdistrict",
    "registry.VisitorMessage",
    "strategies.Plan",
}


@pytest.mark.django_db
def test_every_list_of_the_admin_opens_for_staff_only(cast, client):
    opened = {who: set() for who in cast}
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        for who, person in cast.items():
            client.logout()
            if person is not None:
                client.force_login(person)
            status = client.get(reverse(name)).status_code
            assert status in {200, 302 if person is None else 403}, (name, who)
            if status == 200:
                opened[who].add(model._meta.label)

    everything = {model._meta.label for model in admin.site._registry}
    assert opened.pop("administrator") == everything
    assert opened.pop("reviewer") == FOR_REVIEWERS
    assert opened.pop("foreign_reviewer") == FOR_REVIEWERS
    assert not any(opened.values())
