"""Every page at WCAG 2.2 AA: Thai at three widths, English on a phone.

No page scrolls sideways, breaks the content policy or asks another site for
anything (``strict``).
"""

import pytest
from django.urls import reverse

from registry.actions import records
from registry.changes import Changes
from registry.enums import RecordStatus
from tests.factories import (
    CategoryFactory,
    ClusterFactory,
    ContactFactory,
    MembershipFactory,
    PlanFactory,
    PlanItemFactory,
    PostFactory,
    ProductFactory,
    SubdistrictFactory,
    SwotItemFactory,
)
from tests.factories.reports import SavedReportFactory, ordered_export
from tests.journeys.axe import AXE, faults_at, faults_of
from tests.journeys.market import fill_market


@pytest.fixture
def goods(db):
    """One of everything; returns the goods that pages ask for, by what they are."""
    SubdistrictFactory()
    rich = fill_market()
    cluster = ClusterFactory(
        slug="loei", programme_th="โครงการพัฒนาคลัสเตอร์", about_th="รวมผู้ผลิตทั้งจังหวัด"
    )
    MembershipFactory(member=rich.member, cluster=cluster)
    PostFactory(cluster=cluster)
    plan = PlanFactory(cluster=cluster, published=True)
    PlanItemFactory(plan=plan)
    SwotItemFactory(plan=plan)
    wine = CategoryFactory(alcohol=True)
    return {
        "rich": rich,
        "bare": ProductFactory(published=True, price_min=None, otop_type=""),
        "wine": ProductFactory(published=True, category=wine, name_th="ไวน์ลูกหม่อน"),
        "gone": ProductFactory(status=RecordStatus.WITHDRAWN),
        "draft": ProductFactory(member=rich.member, submitted=True),
        "plan": plan,
        "cluster": cluster,
    }


@pytest.fixture
def assert_sound(page, live_server):
    """Look at addresses, each alone or with what a person does there."""
    page.set_default_timeout(15_000)

    def looked(*pages):
        found = []
        for each in pages:
            address, act = each if isinstance(each, tuple) else (each, None)
            found += faults_of(page, live_server.url + address, act)
        assert found == []

    return looked


def of(name, *args):
    return reverse(name, args=args)


def send_empty(page):
    page.locator("main form").evaluate("form => { form.noValidate = true; }")
    page.locator("main form [type=submit]").click()


def test_a_fault_is_found(page, live_server, db):
    page.goto(live_server.url + of("about"))
    page.evaluate(AXE)
    page.locator("h1").evaluate(
        """heading => {
            heading.append(document.createElement("img"));
            heading.style.minInlineSize = "2000px";
        }"""
    )

    assert [fault.split(":")[1] for fault in faults_at(page, 320)] == [
        " image-alt",
        " sideways",
    ]


# --- What everybody sees ------------------------------------------------------------


def test_the_catalogue(goods, assert_sound, strict):
    shop = of("products:list")
    code = {name: goods[name].code for name in ("rich", "bare", "wine")}

    assert_sound(
        of("home"),
        shop,
        f"{shop}?q=กล้วย&stars=5&price=low&page=9999&sort=name",
        f"{shop}?q=ไม่มีสิ่งนี้",
        of("products:detail", code["rich"]),
        of("products:detail", code["bare"]),
        of("products:detail", code["wine"]),
        of("products:detail", code["wine"]) + "?age=20",
        of("members:list"),
        of("members:detail", goods["rich"].member.code),
    )


def test_places_clusters_and_plans(goods, assert_sound, strict):
    plan = goods["plan"]

    assert_sound(
        of("provinces:list"),
        of("provinces:detail", "loei"),
        of("clusters:list"),
        of("clusters:detail", "loei"),
        of("strategies:list"),
        of("strategies:current", "loei"),
        of("strategies:plan", "loei", plan.year),
    )


def test_about_the_portal(goods, assert_sound, strict):
    assert_sound(
        of("about"),
        of("contact"),
        (of("contact"), send_empty),
        of("privacy"),
        of("accessibility"),
    )


def test_pages_that_are_not_there(goods, assert_sound, seen):
    assert_sound("/products/42-P-99999/", of("products:detail", goods["gone"].code))
    assert {line.partition("status of ")[2] for line in seen} == {
        "404 (Not Found)",
        "410 (Gone)",
    }


# --- Accounts -----------------------------------------------------------------------


def sign_in_wrongly(page):
    page.locator("[type=email]").fill("nobody@test.example")
    page.locator("[type=password]").fill("wrong")
    page.locator("main form [type=submit]").click()
    page.locator(".error-summary").wait_for()


def test_signing_in(goods, assert_sound, strict):
    assert_sound(
        of("account_login"),
        (of("account_login"), sign_in_wrongly),
        of("account_reset_password"),
        of("account_reset_password_done"),
    )


def test_ones_own_account(reviewer, be, assert_sound, strict):
    be(reviewer)

    assert_sound(
        of("mfa_index"),
        of("account_change_password"),
        (of("account_change_password"), send_empty),
        of("account_email"),
        of("account_logout"),
    )


# --- The desk -----------------------------------------------------------------------


def open_the_calendar(page):
    page.locator("#certificates-group .add-row").get_by_role("button").click()
    page.locator("#certificates-0 .be-date__button").first.click()
    page.get_by_role("dialog").wait_for()


def add_every_row(page):
    for button in page.locator(".add-row").get_by_role("button").all():
        button.click()
    page.locator("[name=_save]").click()
    page.locator(".errornote").wait_for()


def for_all(action):
    """Return how to ask for an action on every row of a list."""

    def asked(page):
        page.locator("#action-toggle").check()
        page.locator("select[name=action]").select_option(action)
        page.locator("#changelist-form [name=index]").click()
        page.locator("#changelist-form").wait_for(state="detached")

    return asked


def test_lists_of_the_desk(goods, reviewer, be, assert_sound, strict):
    be(reviewer)

    assert_sound(
        of("admin:index"),
        of("admin:members_member_changelist"),
        of("admin:members_member_changelist") + "?q=ไม่มี",
        of("admin:products_product_changelist"),
        (of("admin:products_product_changelist"), for_all("return_chosen")),
        (of("admin:products_product_changelist"), for_all("edit_chosen")),
        of("admin:members_cluster_changelist"),
        of("gallery"),
    )


def test_forms_of_the_desk(goods, reviewer, be, assert_sound, strict):
    rich, draft = goods["rich"], goods["draft"]
    be(reviewer)

    assert_sound(
        (of("admin:members_member_add"), add_every_row),
        of("admin:members_member_change", rich.member.pk),
        (of("admin:products_product_add"), open_the_calendar),
        of("admin:products_product_change", rich.pk),
        of("admin:products_product_change", draft.pk),
        of("admin:products_product_step", draft.pk, "return"),
        of("admin:products_product_history", rich.pk),
        of("admin:strategies_plan_change", goods["plan"].pk),
        of("admin:members_cluster_change", goods["cluster"].pk),
    )


# --- Reports ------------------------------------------------------------------------


def test_reports(goods, official, be, assert_sound, strict):
    ContactFactory(member=goods["rich"].member)
    saved, ordered = SavedReportFactory(by=official), ordered_export(by=official)
    be(official)

    assert_sound(
        of("reports:list"),
        of("reports:saved", saved.token),
        of("reports:file", ordered.pk),
        of("reports:detail", "stars"),
        of("reports:detail", "members"),
        of("reports:detail", "products") + "?stars=5",
        of("reports:detail", "products") + "?q=ไม่มีสิ่งนี้",
        of("reports:detail", "products") + "?province=ดาวอังคาร",
    )


# --- Personal data ------------------------------------------------------------------


def test_audit_personal_data_and_ones_own_mail(
    goods, administrator, be, assert_sound, strict
):
    member = goods["rich"].member
    contact = ContactFactory(member=member, consented=True)
    records.edit(member, Changes({"name_en": "Better"}), by=administrator)
    act = member.history.latest("history_id").act_id
    be(administrator)

    assert_sound(
        of("audit:list"),
        of("audit:list") + "?person=ไม่มีใคร",
        of("audit:person", administrator.pk),
        of("audit:act", act),
        of("audit:record", "members.member", member.pk),
        of("personal:erase", "members.member", member.pk),
        (of("personal:erase", "registry.user", administrator.pk), send_empty),
        of("consents:list", member.pk),
        of("account_overview"),
        of("account_mail"),
        of("admin:registry_user_change", administrator.pk),
    )
    contact.refresh_from_db()
    assert contact.is_public
