"""Saved reports: kept with their filters, opened by others with their own rights."""

import uuid

import pytest
from django.urls import reverse

from registry.enums import Role
from reports import base
from reports.models import ReportSubscription, SavedReport
from tests.factories import AgencyFactory, MemberFactory, UserFactory
from tests.factories.reports import SavedReportFactory

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def save(client, user, slug="members", **sent):
    client.force_login(user)
    return client.post(reverse("reports:save", args=[slug]), sent)


def show(client, user, saved):
    client.force_login(user)
    return client.get(reverse("reports:saved", args=[saved.token]))


def codes(answer) -> list[str]:
    return [row[0][1] for row in answer.context["found"].rows]


def test_a_report_is_saved_with_its_filters_and_opens_with_them(client, reviewer):
    wanted = MemberFactory(district__code="4205", published=True)
    MemberFactory(published=True)

    answer = save(
        client,
        reviewer,
        title="  ด่านซ้าย  ",
        query="district=4205&page=7&status=published&nonsense=1",
    )

    saved = SavedReport.objects.get()
    assert answer.url == reverse("reports:saved", args=[saved.token])
    assert (saved.by, saved.title, saved.report) == (reviewer, "ด่านซ้าย", "members")
    assert saved.query == "district=4205&status=published"
    page = show(client, reviewer, saved)
    assert codes(page) == [wanted.code]
    assert "อำเภอ: <strong>ด่านซ้าย</strong>" in page.content.decode()
    assert page.context["downloads"][0].url == (
        "/reports/members/?district=4205&status=published&format=xlsx"
    )
    assert "ด่านซ้าย" in client.get("/reports/").content.decode()


def test_saved_twice_it_is_kept_once(client, reviewer):
    for _each in range(2):
        save(client, reviewer, title="ทั้งหมด", query="")

    assert SavedReport.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"title": " ", "query": "status=published"}, 'href="#id_title"'),
        ({"title": "ก" * 121, "query": "status=published"}, 'href="#id_title"'),
        ({"title": "ชื่อ", "query": "status=deleted"}, "ไม่อยู่ในตัวเลือก"),
    ],
    ids=["no title", "too long", "no such status"],
)
def test_what_cannot_be_saved_comes_back_as_it_was_typed(
    client, reviewer, sent, sentence
):
    answer = save(client, reviewer, **sent)

    page = answer.content.decode()
    assert sentence in page
    assert not SavedReport.objects.exists()
    assert f'value="{sent["query"]}"' in page


def test_more_than_a_hundred_are_not_kept(client, reviewer, monkeypatch):
    monkeypatch.setattr("reports.actions.saved.MOST_SAVED", 1)
    save(client, reviewer, title="หนึ่ง", query="")

    page = save(client, reviewer, title="สอง", query="").content.decode()

    assert "ท่านบันทึกรายงานไว้ครบ 1 รายการแล้ว" in page
    assert 'value="สอง"' in page
    assert SavedReport.objects.count() == 1


def test_a_report_that_is_closed_to_somebody_is_not_saved(
    client, reviewer, monkeypatch
):
    monkeypatch.setattr(base._catalogue["members"], "roles", {Role.OFFICIAL})

    assert save(client, reviewer, title="ก", query="").status_code == 404
    assert not SavedReport.objects.exists()


# --- Shared -----------------------------------------------------------------------


def test_whoever_opens_it_sees_the_rows_of_the_own_scope(
    client, reviewer, foreign_reviewer, official
):
    here = MemberFactory(published=True)
    there = MemberFactory(
        district__code="5101", owner=AgencyFactory(places=["51"]), published=True
    )
    saved = SavedReportFactory(by=reviewer, query="status=published")

    assert codes(show(client, official, saved)) == [here.code]
    other = show(client, foreign_reviewer, saved)
    assert codes(other) == [there.code]
    assert reverse("reports:delete", args=[saved.token]) not in other.content.decode()
    assert reviewer.name_th in other.content.decode()


def test_filters_beyond_the_own_scope_give_a_sentence_and_no_rows(
    client, administrator, foreign_reviewer
):
    member = MemberFactory(published=True)
    saved = SavedReportFactory(by=administrator, query="province=loei")

    page = show(client, foreign_reviewer, saved).content.decode()

    assert "“loei” ไม่อยู่ในตัวเลือก" in page
    assert member.code not in page


def test_one_that_may_not_be_run_or_is_not_there_does_not_exist(
    client, reviewer, official, monkeypatch
):
    saved = SavedReportFactory(by=reviewer)
    monkeypatch.setattr(base._catalogue["members"], "roles", {Role.REVIEWER})

    assert show(client, official, saved).status_code == 404
    saved.token = uuid.uuid4()
    assert show(client, reviewer, saved).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_catalogue_costs_the_same_however_many_are_saved(
    client, reviewer, django_assert_num_queries, count
):
    SavedReportFactory.create_batch(count, by=reviewer)
    SavedReportFactory()
    client.force_login(reviewer)
    client.get("/reports/")

    # Session and user; saved reports; files.
    with django_assert_num_queries(2 + 2):
        page = client.get("/reports/")

    assert len(page.context["saved"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_its_page_costs_the_same_however_many_rows_it_has(
    client, reviewer, django_assert_num_queries, count
):
    saved = SavedReportFactory(by=reviewer)
    MemberFactory.create_batch(count)
    client.force_login(reviewer)
    client.get(reverse("reports:saved", args=[saved.token]))

    # Session, user, agency, scope; the saved one, its subscription; provinces,
    # districts; rows, contacts, totals.
    with django_assert_num_queries(4 + 2 + 2 + 3):
        client.get(reverse("reports:saved", args=[saved.token]))


# --- Deleted ----------------------------------------------------------------------


def test_its_person_deletes_it_and_nobody_else_does(client, reviewer, official):
    saved = SavedReportFactory(by=reviewer)
    address = reverse("reports:delete", args=[saved.token])

    client.force_login(official)
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    client.force_login(reviewer)
    assert client.get(address).status_code == 200
    assert SavedReport.objects.exists()
    assert client.post(address).url == "/reports/"
    assert not SavedReport.objects.exists()
    assert client.post(address).status_code == 404


def test_who_deletes_it_is_told_that_others_get_it(client, reviewer, official):
    saved = SavedReportFactory(by=reviewer)
    for user in (reviewer, official):
        ReportSubscription.objects.create(saved=saved, user=user, format="csv")
    client.force_login(reviewer)

    page = client.get(reverse("reports:delete", args=[saved.token])).content.decode()

    assert "มีผู้อื่นอีก 1 คน" in page


def test_a_producer_keeps_none(client):
    producer = UserFactory(role=Role.PRODUCER, agency=None)

    assert save(client, producer, title="ก", query="").status_code == 403
