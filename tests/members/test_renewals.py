"""Memberships are renewed year by year, and none ends silently."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from members import renewals
from members.actions import renewals as acting
from members.actions.renewals import Chosen, NothingChosen, ReasonNeeded
from members.models import Membership
from registry.actions import records
from registry.changes import Changes
from registry.enums import Role
from registry.errors import NotVisible, StaleVersion
from registry.models import OutboxMail
from tests.factories import (
    AgencyFactory,
    ClusterFactory,
    MemberFactory,
    MembershipFactory,
    ProductFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

#: A day of fiscal year 2570.
TODAY = datetime.date(2027, 3, 15)
YEAR = 2570
LONG_AGO = datetime.date(2027, 2, 1)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime.datetime(2027, 3, 15, 3, tzinfo=datetime.UTC)):
        yield


@pytest.fixture
def cluster():
    return ClusterFactory(slug="loei-souvenir", name_th="คลัสเตอร์ของฝากเลย")


@pytest.fixture
def member_of(cluster, officer):
    """Return a function that makes a published member of the cluster."""

    def make(paid=None, reminded=None, owner=officer.agency, **more):
        member = MemberFactory(published=True, owner=owner, **more)
        row = MembershipFactory(member=member, cluster=cluster, paid_until_year=paid)
        # Nobody types the day of a reminder.
        Membership.objects.filter(pk=row.pk).update(notified_on=reminded)
        row.refresh_from_db()
        return row

    return make


def chosen(*rows):
    return [Chosen(row.pk, row.member.version) for row in map(fresh, rows)]


def fresh(row):
    return Membership.objects.select_related("member").get(pk=row.pk)


def reasons(result):
    return [reason for _member, reason in result.refused]


# --- What is due ------------------------------------------------------------------


def test_a_membership_is_due_until_it_is_renewed_that_far(cluster, reviewer, member_of):
    never, last, this, later = (member_of(year) for year in (None, 2569, 2570, 2571))

    assert set(renewals.due_in(cluster, reviewer, YEAR)) == {never, last}
    assert set(renewals.due_in(cluster, reviewer, YEAR + 1)) == {never, last, this}
    assert later not in renewals.due_in(cluster, reviewer, YEAR + 1)


def test_nobody_is_reminded_of_members_that_left_or_are_withdrawn(
    cluster, reviewer, member_of
):
    gone, withdrawn, foreign = (
        member_of(),
        member_of(),
        MembershipFactory(cluster=cluster, member__district__code="5101"),
    )
    Membership.objects.filter(pk=gone.pk).update(left_on=LONG_AGO)
    records.withdraw(withdrawn.member, by=None, note="เลิกกิจการ")

    assert list(renewals.due_in(cluster, reviewer, YEAR)) == []
    assert foreign in cluster.memberships.all()


def test_an_officer_hears_of_the_own_agency_s_members(
    officer, stranger, reviewer, official, foreign_reviewer, member_of
):
    row = member_of()
    other = member_of(owner=stranger.agency)

    assert list(renewals.due_for(officer)) == [row]
    assert list(renewals.due_for(stranger)) == [other]
    assert set(renewals.due_for(reviewer)) == {row, other}
    assert list(renewals.due_for(foreign_reviewer)) == []


def test_clusters_are_listed_with_their_counts(cluster, reviewer, member_of):
    member_of(YEAR)
    member_of()
    member_of(2569, reminded=LONG_AGO)
    member_of(2569, reminded=TODAY)
    ClusterFactory(province__code="51")

    (row,) = renewals.clusters_of(reviewer, YEAR)

    assert (row.cluster, row.running, row.due) == (cluster, 4, 3)
    assert (row.reminded, row.lapsing) == (2, 1)


# --- Renewing ---------------------------------------------------------------------


def test_chosen_memberships_are_renewed_in_one_act_with_a_reason(
    cluster, reviewer, member_of
):
    rows = [member_of(2569, reminded=LONG_AGO), member_of()]

    result = acting.renew(cluster, chosen(*rows), YEAR, by=reviewer)

    assert (len(result.done), result.refused) == (2, ())
    for row in rows:
        row.refresh_from_db()
        assert (row.paid_until_year, row.notified_on) == (YEAR, None)
        told = row.history.latest("history_id")
        assert told.act_id == result.act_id
        assert told.history_change_reason == "ต่ออายุสมาชิกภาพถึงปีงบประมาณ พ.ศ. 2570"
        assert told.history_user == reviewer


def test_each_goes_by_its_own_rule_and_the_others_are_told_why(
    cluster, reviewer, member_of
):
    good, done, stale, left = member_of(), member_of(YEAR), member_of(), member_of()
    seen = chosen(good, done, stale, left)
    records.edit(stale.member, Changes({"name_en": "Newer"}), by=None)
    Membership.objects.filter(pk=left.pk).update(left_on=LONG_AGO)

    result = acting.renew(cluster, seen, YEAR, by=reviewer)

    assert result.done == (good.member,)
    assert reasons(result) == [
        "ต่ออายุถึงปีงบประมาณ พ.ศ. 2570 ไว้แล้ว",
        str(StaleVersion()),
        "สมาชิกรายนี้พ้นสมาชิกภาพแล้ว",
    ]


def test_a_foreign_member_does_not_exist_even_in_an_own_cluster(cluster, reviewer):
    row = MembershipFactory(cluster=cluster, member__district__code="5101")

    result = acting.renew(cluster, chosen(row), YEAR, by=reviewer)

    assert (result.done, reasons(result)) == ((), [str(NotVisible())])
    assert fresh(row).paid_until_year is None


def test_a_foreign_cluster_does_not_exist(cluster, foreign_reviewer, member_of):
    row = member_of()

    with pytest.raises(NotVisible):
        acting.renew(cluster, chosen(row), YEAR, by=foreign_reviewer)


@pytest.mark.parametrize("who", ["officer", "official"])
def test_others_than_reviewers_renew_nothing(who, request, cluster, member_of):
    person = request.getfixturevalue(who)
    row = member_of(owner=person.agency)

    result = acting.renew(cluster, chosen(row), YEAR, by=person)

    assert result.done == ()
    assert fresh(row).paid_until_year is None


def test_a_membership_of_another_cluster_is_not_touched(cluster, reviewer, member_of):
    row = MembershipFactory()

    result = acting.renew(cluster, chosen(row), YEAR, by=reviewer)

    assert (result.done, result.refused) == ((), ())
    assert fresh(row).paid_until_year is None


def test_something_must_be_chosen(cluster, reviewer):
    with pytest.raises(NothingChosen):
        acting.renew(cluster, [], YEAR, by=reviewer)


# --- Reminding --------------------------------------------------------------------


@pytest.fixture
def outbox(settings):
    """Let mails go the way they go in life."""
    settings.EMAIL_BACKEND = "registry.outbox.OutboxBackend"
    return OutboxMail.objects.order_by("pk")


def test_each_agency_gets_one_mail_that_lists_its_members(
    cluster, reviewer, officer, stranger, member_of, outbox
):
    first, second = member_of(name_th="กลุ่มหนึ่ง"), member_of(name_th="กลุ่มสอง")
    other = member_of(owner=stranger.agency, name_th="กลุ่มสาม")

    result = acting.remind(cluster, chosen(first, second, other), YEAR, by=reviewer)

    assert len(result.done) == 3
    assert {fresh(row).notified_on for row in (first, second, other)} == {TODAY}
    mails = {mail.to: mail for mail in outbox}
    assert set(mails) == {officer.email, stranger.email}
    mail = mails[officer.email]
    assert mail.subject == "แจ้งสมาชิกที่ถึงกำหนดต่ออายุ ปีงบประมาณ พ.ศ. 2570"
    assert f"กลุ่มหนึ่ง ({first.member.code})" in mail.body
    assert f"กลุ่มสอง ({second.member.code})" in mail.body
    assert "กลุ่มสาม" not in mail.body
    assert "30 วัน" in mail.body


def test_nothing_personal_stands_in_the_subject(
    cluster, reviewer, officer, member_of, outbox
):
    row = member_of(name_th="นางสาวมะลิ ใจดี")

    acting.remind(cluster, chosen(row), YEAR, by=reviewer)

    assert "มะลิ" not in outbox.get().subject


def test_reviewers_of_an_agency_without_officers_are_written_to(
    cluster, reviewer, member_of, outbox
):
    row = member_of(owner=reviewer.agency)

    acting.remind(cluster, chosen(row), YEAR, by=reviewer)

    assert outbox.get().to == reviewer.email


def test_without_anybody_to_write_to_nobody_counts_as_reminded(
    cluster, reviewer, member_of, outbox
):
    agency = AgencyFactory()
    UserFactory(agency=agency, is_active=False)
    UserFactory(agency=agency, role=Role.OFFICIAL)
    row = member_of(owner=agency)

    result = acting.remind(cluster, chosen(row), YEAR, by=reviewer)

    assert reasons(result) == ["หน่วยงานเจ้าของข้อมูลยังไม่มีผู้ใช้ที่จะแจ้งทางอีเมลได้"]
    assert fresh(row).notified_on is None
    assert not outbox.exists()


def test_reminded_twice_on_a_day_there_is_one_mail(
    cluster, reviewer, officer, member_of, outbox
):
    row = member_of()
    acting.remind(cluster, chosen(row), YEAR, by=reviewer)

    result = acting.remind(cluster, chosen(row), YEAR, by=reviewer)

    assert reasons(result) == ["แจ้งเตือนหน่วยงานเจ้าของข้อมูลแล้ววันนี้"]
    assert outbox.count() == 1


def test_who_renewed_is_not_reminded(cluster, reviewer, member_of, outbox):
    result = acting.remind(cluster, chosen(member_of(YEAR)), YEAR, by=reviewer)

    assert len(result.refused) == 1
    assert not outbox.exists()


# --- Ending -----------------------------------------------------------------------


def end(cluster, rows, by, reason="ไม่ต่ออายุ"):
    return acting.lapse(cluster, chosen(*rows), YEAR, by=by, reason=reason)


def test_a_lapsed_member_leaves_the_cluster_s_page_and_its_goods_stay(
    cluster, reviewer, officer, member_of, outbox, client
):
    row = member_of(2569, reminded=LONG_AGO, name_th="กลุ่มแม่บ้านนาอ้อ")
    goods = ProductFactory(member=row.member, published=True)
    page = reverse("clusters:detail", args=[cluster.slug])
    assert "กลุ่มแม่บ้านนาอ้อ" in client.get(page).content.decode()

    result = end(cluster, [row], reviewer)

    assert len(result.done) == 1
    row.refresh_from_db()
    assert (row.left_on, row.reason) == (TODAY, "ไม่ต่ออายุ")
    assert "กลุ่มแม่บ้านนาอ้อ" not in client.get(page).content.decode()
    assert client.get(goods.get_absolute_url()).status_code == 200
    assert client.get(row.member.get_absolute_url()).status_code == 200
    mail = outbox.get()
    assert mail.to == officer.email
    assert "ไม่ต่ออายุ" in mail.body
    assert f"กลุ่มแม่บ้านนาอ้อ ({row.member.code})" in mail.body
    assert "มะลิ" not in mail.subject


@pytest.mark.parametrize(
    ("reminded", "refused"),
    [
        (None, "ยังไม่ได้แจ้งเตือนหน่วยงานเจ้าของข้อมูล"),
        (
            datetime.date(2027, 2, 14),
            "แจ้งเตือนหน่วยงานเจ้าของข้อมูลเมื่อ 14 กุมภาพันธ์ 2570 "
            "ให้พ้นสมาชิกภาพได้ตั้งแต่ 16 มีนาคม 2570",
        ),
        (datetime.date(2027, 2, 13), ""),
    ],
)
def test_nobody_leaves_before_the_reminder_is_thirty_days_old(
    reminded, refused, cluster, reviewer, member_of, outbox
):
    row = member_of(2569, reminded=reminded)

    result = end(cluster, [row], reviewer)

    assert reasons(result) == ([refused] if refused else [])
    assert outbox.exists() is not bool(refused)


def test_the_days_of_notice_are_a_setting(cluster, reviewer, member_of, settings):
    settings.RENEWAL_NOTICE_DAYS = 0
    row = member_of(2569, reminded=TODAY)

    assert end(cluster, [row], reviewer).refused == ()


def test_who_renewed_after_the_reminder_stays(cluster, reviewer, member_of):
    row = member_of(2569, reminded=LONG_AGO)
    acting.renew(cluster, chosen(row), YEAR, by=reviewer)

    assert len(end(cluster, [row], reviewer).refused) == 1
    assert fresh(row).left_on is None


def test_an_end_needs_a_reason(cluster, reviewer, member_of):
    row = member_of(2569, reminded=LONG_AGO)

    with pytest.raises(ReasonNeeded):
        end(cluster, [row], reviewer, reason=" ")


def test_nobody_leaves_silently(cluster, reviewer, member_of, outbox):
    """Nobody at the agency can be told any more, so the member stays."""
    row = member_of(2569, reminded=LONG_AGO, owner=AgencyFactory())

    assert len(end(cluster, [row], reviewer).refused) == 1
    assert fresh(row).left_on is None


# --- Coming back ------------------------------------------------------------------


def test_on_the_same_day_it_is_as_if_the_member_had_not_left(
    cluster, reviewer, member_of
):
    row = member_of(2569, reminded=LONG_AGO)
    end(cluster, [row], reviewer)

    acting.resume(cluster, chosen(row), YEAR, by=reviewer)

    row.refresh_from_db()
    assert (row.left_on, row.reason, row.paid_until_year) == (None, "", 2569)
    assert row.member.memberships.count() == 1


def test_later_a_new_membership_begins(cluster, reviewer, member_of):
    row = member_of(2569)
    Membership.objects.filter(pk=row.pk).update(left_on=LONG_AGO, reason="ลาออก")
    assert list(renewals.left_in(cluster, reviewer, YEAR)) == [row]

    acting.resume(cluster, chosen(row), YEAR, by=reviewer)

    new = row.member.memberships.running().get()
    assert (new.joined_on, new.paid_until_year) == (TODAY, YEAR)
    assert fresh(row).left_on == LONG_AGO
    assert list(renewals.left_in(cluster, reviewer, YEAR)) == []
    assert reasons(acting.resume(cluster, chosen(row), YEAR, by=reviewer)) == [
        "สมาชิกรายนี้อยู่ในคลัสเตอร์"
    ]


# --- Pages ------------------------------------------------------------------------


@pytest.fixture
def desk(client, reviewer):
    client.force_login(reviewer)
    return client


@pytest.fixture
def url(cluster):
    return reverse("renewals:detail", args=[cluster.slug])


def box(row):
    row = fresh(row)
    return f"{row.pk}.{row.member.version}"


def texts(answer):
    return [str(message) for message in answer.context["messages"]]


def test_one_is_renewed_by_its_own_button(desk, url, member_of):
    row, other = member_of(), member_of()

    answer = desk.post(
        f"{url}?year=2570", {"renew": box(row), "year": "2570"}, follow=True
    )

    assert answer.redirect_chain == [(f"{url}?year=2570", 302)]
    assert texts(answer) == ["ต่ออายุแล้ว 1 ราย"]
    assert (fresh(row).paid_until_year, fresh(other).paid_until_year) == (YEAR, None)


def test_the_chosen_ones_are_renewed_for_the_year_shown(desk, url, member_of):
    rows = [member_of() for _ in range(3)]

    answer = desk.post(
        url,
        {"do": "renew", "year": "2571", "chosen": [box(row) for row in rows[:2]]},
        follow=True,
    )

    assert texts(answer) == ["ต่ออายุแล้ว 2 ราย"]
    assert [fresh(row).paid_until_year for row in rows] == [2571, 2571, None]
    assert answer.context["year"] == 2571


def test_what_did_not_go_through_is_named_with_the_reason(desk, url, member_of):
    good, bad = member_of(2569, reminded=LONG_AGO), member_of(name_th="กลุ่มใหม่")

    answer = desk.post(
        url,
        {"do": "lapse", "chosen": [box(good), box(bad)], "reason": "ไม่ต่ออายุ"},
        follow=True,
    )

    assert fresh(good).left_on == TODAY
    assert texts(answer) == [
        "ให้พ้นสมาชิกภาพแล้ว 1 ราย หน่วยงานเจ้าของข้อมูลจะได้รับอีเมล",
        f"กลุ่มใหม่ ({bad.member.code}): ยังไม่ได้แจ้งเตือนหน่วยงานเจ้าของข้อมูล",
    ]


def test_a_lapse_without_a_reason_keeps_what_was_chosen(desk, url, member_of):
    row, other = member_of(2569, reminded=LONG_AGO), member_of()

    answer = desk.post(url, {"do": "lapse", "chosen": [box(row)], "reason": ""})

    shown = answer.content.decode()
    assert answer.status_code == 200
    assert 'href="#id_reason"' in shown
    assert f'value="{box(row)}" checked' in shown
    assert f'value="{box(other)}" checked' not in shown
    assert fresh(row).left_on is None


def test_nothing_chosen_is_said(desk, url, member_of):
    member_of()

    answer = desk.post(url, {"do": "renew"})

    assert texts(answer) == ["กรุณาเลือกสมาชิกอย่างน้อยหนึ่งราย"]


@pytest.mark.parametrize(
    "bent", ["", "x", "1", "1.x", "x.1", "-1.1", "9" * 30 + ".1", "๑.๑"]
)
def test_boxes_that_were_never_there_choose_nothing(bent, desk, url, member_of):
    row = member_of()

    answer = desk.post(url, {"do": "renew", "chosen": [bent]})

    assert answer.status_code == 200
    assert fresh(row).paid_until_year is None


def test_what_cannot_be_asked_is_not_there(desk, url):
    assert desk.post(url, {"do": "delete"}).status_code == 404


@pytest.mark.parametrize("year", ["x", "2027", "9" * 20, "2575", ""])
def test_a_strange_year_is_this_one(year, desk, url):
    assert desk.get(url, {"year": year}).context["year"] == YEAR


def test_a_foreign_cluster_is_not_found_in_any_verb(
    client, foreign_reviewer, url, member_of
):
    row = member_of()
    client.force_login(foreign_reviewer)

    assert client.get(url).status_code == 404
    assert client.post(url, {"renew": box(row)}).status_code == 404
    assert "loei" not in client.get(reverse("renewals:list")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_clusters_asks_the_same_however_long_it_is(
    count, desk, django_assert_num_queries
):
    for _ in range(count):
        MembershipFactory(member=MemberFactory(published=True))

    # Session, person, agency, provinces; counts; clusters.
    with django_assert_num_queries(6):
        answer = desk.get(reverse("renewals:list"))

    assert len(answer.context["rows"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_cluster_asks_the_same_however_many_are_due(
    count, desk, url, member_of, django_assert_num_queries
):
    for _ in range(count):
        member_of()
        gone = member_of()
        Membership.objects.filter(pk=gone.pk).update(left_on=LONG_AGO)

    # Session, person, agency, provinces; the cluster; count, due, left.
    with django_assert_num_queries(8):
        answer = desk.get(url)

    assert len(answer.context["rows"]) == len(answer.context["left"]) == count
