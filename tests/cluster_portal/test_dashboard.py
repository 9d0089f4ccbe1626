"""The start page of the admin: what waits, expires, is incomplete, was changed."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from cluster_portal.dashboard import today
from members.enums import MemberGap
from members.models import Member
from products.enums import ProductGap
from products.models import Product
from registry import counted
from registry.actions import proposals, records
from registry.changes import Changes
from registry.models import VisitorMessage
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    ContactFactory,
    EnquiryFactory,
    MemberFactory,
    MembershipFactory,
    PhotoFactory,
    PlanFactory,
    ProductFactory,
    ProvinceFactory,
    SubdistrictFactory,
    UserFactory,
    joining,
)

pytestmark = pytest.mark.django_db
FOREIGN = {"district__code": "5101"}


def edit(row, by, **fields):
    return records.edit(row, Changes(fields), by=by)


def in_days(days):
    return timezone.localdate() + datetime.timedelta(days=days)


@pytest.fixture
def desk(client, reviewer):
    """Be a browser in which a reviewer of Loei is signed in."""
    client.force_login(reviewer)
    return client


# --- What waits -----------------------------------------------------------------------


def test_what_waits_is_counted_by_kind_and_listed_from_the_oldest(
    reviewer, time_machine
):
    start = timezone.now()
    time_machine.move_to(start - datetime.timedelta(days=9, hours=1))
    old = MemberFactory(submitted=True)
    time_machine.move_to(start)
    new = MemberFactory(submitted=True)
    plan = PlanFactory(submitted=True)
    MemberFactory(published=True)
    MemberFactory(submitted=True, **FOREIGN)

    members, products, plans = today(reviewer).waiting

    assert (members.count, products.count, plans.count) == (2, 0, 1)
    assert [(each.record, each.days) for each in members.oldest] == [(old, 9), (new, 0)]
    assert plans.oldest[0].record == plan
    assert members.oldest[0].url == reverse("review:record", args=["members", old.pk])
    assert members.url.endswith("?status__exact=submitted")


def test_ten_of_those_that_wait_are_listed(reviewer):
    for _each in range(11):
        MemberFactory(submitted=True)

    members, *_others = today(reviewer).waiting

    assert (members.count, len(members.oldest)) == (11, 10)


def test_what_is_done_on_pages_of_its_own_is_counted_and_led_to(reviewer):
    assert today(reviewer).tasks == ()
    MembershipFactory()
    EnquiryFactory(product=ProductFactory(published=True))
    joining.submitted()
    product = ProductFactory(published=True)
    changes = Changes({"name_en": "Better"})
    proposals.propose(
        product,
        changes,
        by=UserFactory(agency=product.owner),
        reason="ชื่อใหม่",
        submit=True,
    )

    assert {task.url: task.count for task in today(reviewer).tasks} == {
        f"{reverse('review:queue')}?kind=proposals": 1,
        reverse("joins:list"): 1,
        reverse("enquiries:list"): 1,
        reverse("renewals:list"): 1,
    }


# --- What expires ---------------------------------------------------------------------


def test_certificates_are_counted_by_when_they_end(reviewer):
    def ends(days, **holder):
        return CertificateFactory(expires_on=in_days(days), **holder)

    for days in (-1, 91):
        ends(days)
    by_product = [ends(days) for days in (0, 30, 31, 60, 90)]
    of_member = ends(61, product=None, member=MemberFactory())
    ends(5, product=ProductFactory(member=MemberFactory(published=True, **FOREIGN)))
    ends(5, product=ProductFactory(withdrawn=True))
    ends(5, product=None, member=MemberFactory(**FOREIGN))

    page = today(reviewer)

    assert [(span.days, span.count) for span in page.spans] == [
        (30, 2),
        (60, 4),
        (90, 6),
    ]
    listed = [each.certificate for each in page.expiring]
    assert listed == [*by_product[:4], of_member, by_product[4]]
    assert [each.days for each in page.expiring] == [0, 30, 31, 60, 61, 90]
    assert page.expiring[4].holder == of_member.member
    assert "/members/member/" in page.expiring[4].url


# --- What is incomplete ---------------------------------------------------------------


def test_each_gap_counts_what_its_list_shows(desk, reviewer):
    whole = MemberFactory(
        published=True, subdistrict=SubdistrictFactory(), portrait={"dot": "#456"}
    )
    ContactFactory(member=whole)
    bare = MemberFactory(name_en="")
    MemberFactory(name_en="", withdrawn=True)
    MemberFactory(name_en="", is_placeholder=True)
    MemberFactory(name_en="", **FOREIGN)
    good = ProductFactory(member=whole, category=CategoryFactory())
    PhotoFactory(product=good, picture={"sha256": "a"}, is_main=True)
    ProductFactory(member=whole, name_en="", price_min=None)
    ProductFactory(member=whole, withdrawn=True)

    found = {gap.url: gap.count for group in today(reviewer).gaps for gap in group.gaps}

    assert len(found) == len(MemberGap) + len(ProductGap)
    assert found == dict.fromkeys(found, 1)
    for address, count in found.items():
        shown = desk.get(address).context["cl"].queryset
        assert shown.count() == count, address
    assert list(Member.objects.lacking(MemberGap.CONTACT).visible_to(reviewer)) == [
        bare
    ]


def test_a_gap_nobody_knows_filters_nothing(desk):
    member = MemberFactory()

    shown = desk.get(reverse("admin:members_member_changelist"), {"lacking": "x"})

    assert list(shown.context["cl"].queryset) == [member]


# --- Messages -------------------------------------------------------------------------


def test_open_messages_of_the_own_province_are_shown(reviewer):
    loei, lamphun = ProvinceFactory(), ProvinceFactory(code="51")
    kept = VisitorMessage.objects.create(province=loei, text="ราคาผิด")
    VisitorMessage.objects.create(province=lamphun, text="อื่น")
    VisitorMessage.objects.create(
        province=loei, text="เสร็จแล้ว", handled_at=timezone.now()
    )

    page = today(reviewer)

    assert (page.message_count, page.messages) == (1, (kept,))


# --- What colleagues did --------------------------------------------------------------


def test_what_colleagues_changed_is_shown_and_ones_own_is_not(reviewer):
    colleague = UserFactory(role="reviewer")
    member, mine, foreign = MemberFactory(), MemberFactory(), MemberFactory(**FOREIGN)
    edit(mine, reviewer, name_en="Mine")
    edit(member, colleague, name_en="Theirs")
    edit(foreign, UserFactory(role="administrator", agency=None), name_en="Far")

    (line,) = today(reviewer).recent

    assert (line.record, line.by, line.others, line.is_new) == (
        member,
        colleague,
        0,
        False,
    )


def test_a_deed_on_many_records_is_one_line(reviewer):
    colleague = UserFactory(role="reviewer")
    rows = [MemberFactory() for _each in range(3)]
    records.in_bulk(rows, lambda row: edit(row, colleague, name_en="All"), by=colleague)

    (line,) = today(reviewer).recent

    assert line.others == 2


def test_a_record_saved_again_and_again_is_one_line(reviewer):
    colleague, member = UserFactory(role="reviewer"), MemberFactory()
    for number in range(3):
        edit(member, colleague, name_en=f"Try {number}")

    assert [line.record for line in today(reviewer).recent] == [member]


def test_the_newest_comes_first_and_what_is_long_ago_is_left_out(
    reviewer, time_machine
):
    colleague = UserFactory(role="reviewer")
    now = timezone.now()
    member, product = MemberFactory(), ProductFactory()
    time_machine.move_to(now - datetime.timedelta(days=31))
    edit(member, colleague, name_en="Long ago")
    time_machine.move_to(now - datetime.timedelta(days=1))
    edit(member, colleague, name_en="Yesterday")
    time_machine.move_to(now)
    edit(product, colleague, name_en="Now")

    assert [line.record for line in today(reviewer).recent] == [product, member]


# --- The page -------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_start_page_asks_the_same_however_much_there_is(
    desk, count, django_assert_num_queries
):
    # What a process keeps in mind is there already.
    desk.get(reverse("admin:index"))
    colleague = UserFactory(role="reviewer")
    for _each in range(count):
        member = MemberFactory(submitted=True)
        product = ProductFactory(submitted=True)
        PlanFactory(submitted=True)
        CertificateFactory(product=product, expires_on=in_days(10))
        VisitorMessage.objects.create(province=member.province, text="ราคาผิด")
        edit(member, colleague, name_en="New")
        edit(product, colleague, name_en="New")

    # Session, person, agency, provinces; 6 for what waits; 3 for tasks; 1 whether
    # what is counted is still right, and 7 to count it anew; 2 for messages; 3, 2 and 1
    # for what colleagues did.
    with django_assert_num_queries(29):
        page = desk.get(reverse("admin:index")).content.decode()

    assert page.count(reverse("admin:members_member_changelist")) > 1


def test_counts_of_the_scope_are_kept_while_nothing_changes(
    desk, django_assert_num_queries
):
    member = MemberFactory(name_en="")
    desk.get(reverse("admin:index"))

    with django_assert_num_queries(15):
        desk.get(reverse("admin:index"))

    before = gaps_shown(desk)
    edit(member, UserFactory(role="reviewer"), name_en="New")
    assert gaps_shown(desk) != before


def gaps_shown(desk):
    today = desk.get(reverse("admin:index")).context["today"]
    return [(gap.label, gap.count) for group in today.gaps for gap in group.gaps]


def test_a_slow_count_is_kept_for_a_while_and_says_of_when(desk, monkeypatch):
    MemberFactory(name_en="")
    monkeypatch.setattr(counted, "SLOW", -1.0)
    desk.get(reverse("admin:index"))
    MemberFactory(name_en="")

    page = desk.get(reverse("admin:index"))

    assert page.context["today"].counted_at is not None
    assert "นับเมื่อ" in page.content.decode()


def test_the_start_page_opens_with_nothing_in_it(desk, administrator, client):
    assert desk.get(reverse("admin:index")).status_code == 200
    client.force_login(administrator)
    assert client.get(reverse("admin:index")).status_code == 200
    assert Product.objects.count() == 0


def test_a_part_of_the_admin_has_no_start_page(desk):
    page = desk.get(reverse("admin:app_list", args=["members"]))

    assert page.status_code == 200
    assert "today" not in page.context
