"""A cluster's page, its plans, and the visitors it counts."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import VisitorDay
from registry.models import forget_installation
from strategies.actions import count_visit
from tests.factories import (
    ClusterFactory,
    MemberFactory,
    MembershipFactory,
    PlanFactory,
    PlanItemFactory,
    PostFactory,
    ProductFactory,
    SwotItemFactory,
)

pytestmark = pytest.mark.django_db
BROWSER = {"HTTP_USER_AGENT": "Mozilla/5.0 (Android 15; Mobile; rv:140.0)"}


@pytest.fixture(autouse=True)
def warm():
    """Ask once what installation this is, as the first page of a process does."""
    from registry.models import is_demonstration

    forget_installation()
    is_demonstration()


@pytest.fixture
def cluster():
    return ClusterFactory(slug="loei-souvenir", visitors_before=56_138)


def page(client, name, *args, **headers):
    return client.get(reverse(name, args=args), **headers)


# --- The cluster --------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_a_clusters_page_asks_a_constant_number_of_times(
    client, cluster, count, django_assert_num_queries
):
    plan = PlanFactory(cluster=cluster)
    for _ in range(count):
        product = ProductFactory(published=True)
        MembershipFactory(cluster=cluster, member=product.member)
        PostFactory(cluster=cluster, consented_on=datetime.date(2026, 1, 1))
        PlanItemFactory(plan=plan)
    plan.refresh_from_db()
    publish(plan)

    # Cluster, members and goods counted, visitors, plan, its strategies, posts,
    # goods, members, related clusters.
    with django_assert_num_queries(10):
        answer = page(client, "clusters:detail", cluster.slug)
    assert answer.status_code == 200


def publish(record):
    from registry.actions import records

    return records.publish(record, by=None)


def test_a_clusters_page_shows_members_of_today_and_their_public_goods(client, cluster):
    shown = ProductFactory(published=True)
    hidden = ProductFactory(member=shown.member)
    former = MemberFactory(published=True)
    MembershipFactory(cluster=cluster, member=shown.member)
    MembershipFactory(
        cluster=cluster, member=former, left_on=datetime.date(2025, 1, 1), reason="-"
    )

    html = page(client, "clusters:detail", cluster.slug).content.decode()

    assert hidden.name_th not in html
    assert former.name_th not in html
    assert shown.name_th in html
    assert shown.member.name_th in html


def test_the_committee_names_who_agreed_and_whose_term_runs(client, cluster):
    named = PostFactory(cluster=cluster, consented_on=datetime.date(2026, 1, 1))
    silent = PostFactory(cluster=cluster)
    former = PostFactory(
        cluster=cluster,
        consented_on=datetime.date(2020, 1, 1),
        ended_on=datetime.date(2024, 1, 1),
    )

    html = page(client, "clusters:detail", cluster.slug).content.decode()

    assert silent.person_th not in html
    assert former.person_th not in html
    assert named.person_th in html


def test_visitors_are_counted_on_from_the_earlier_figure(client, cluster):
    for _ in range(2):
        page(client, "clusters:detail", cluster.slug, **BROWSER)

    html = page(client, "clusters:detail", cluster.slug, **BROWSER).content.decode()

    assert "56,141" in html
    day = VisitorDay.objects.get()
    assert (day.day, day.count) == (timezone.localdate(), 3)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HTTP_USER_AGENT": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
        {"HTTP_USER_AGENT": "curl/8.0"},
        {"HTTP_USER_AGENT": "facebookexternalhit/1.1"},
        BROWSER | {"HTTP_SEC_PURPOSE": "prefetch"},
    ],
    ids=["nothing said", "search engine", "script", "preview", "fetched ahead"],
)
def test_programs_are_no_visitors(client, cluster, headers):
    page(client, "clusters:detail", cluster.slug, **headers)

    assert not VisitorDay.objects.exists()


def test_counting_leaves_no_cookie_and_no_history(client, cluster):
    answer = page(client, "clusters:detail", cluster.slug, **BROWSER)

    assert not answer.cookies
    assert cluster.history.count() == 1


def test_the_first_visits_of_a_day_are_one_row(cluster):
    day = datetime.date(2026, 11, 21)

    for _ in range(3):
        count_visit(cluster, day)

    assert VisitorDay.objects.get(day=day).count == 3


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_clusters_asks_once(client, count, django_assert_num_queries):
    ClusterFactory.create_batch(count)

    with django_assert_num_queries(1):
        assert page(client, "clusters:list").status_code == 200


# --- Plans --------------------------------------------------------------------


@pytest.fixture
def plans(cluster):
    """Return an earlier and the present plan, with a line each."""
    made = []
    for year, vision in ((2553, "วิสัยทัศน์เดิม"), (2555, "วิสัยทัศน์ใหม่")):
        plan = PlanFactory(cluster=cluster, year=year, vision_th=vision)
        PlanItemFactory(plan=plan, text_th=f"ยุทธศาสตร์ปี {year}")
        plan.refresh_from_db()
        made.append(publish(plan))
    return made


def test_the_latest_published_plan_is_in_force(client, cluster, plans):
    PlanFactory(cluster=cluster, year=2570, vision_th="ร่างแผน")

    html = page(client, "strategies:current", cluster.slug).content.decode()

    assert "ร่างแผน" not in html
    assert "วิสัยทัศน์ใหม่" in html
    assert "ใช้อยู่ปัจจุบัน" in html


def test_an_earlier_plan_stays_readable_and_says_so(client, cluster, plans):
    html = page(client, "strategies:plan", cluster.slug, 2553).content.decode()

    assert "วิสัยทัศน์เดิม" in html
    assert "ยุทธศาสตร์ปี 2553" in html
    assert "แผนเดิม สิ้นสุดการใช้แล้ว" in html


def test_a_plan_that_is_not_there_is_not_found(client, cluster, plans):
    assert page(client, "strategies:plan", cluster.slug, 2554).status_code == 404
    assert page(client, "strategies:current", "nowhere").status_code == 404


def test_english_shows_the_common_era_and_marks_thai_texts(client, cluster, plans):
    html = client.get(f"/en/strategies/{cluster.slug}/2555/").content.decode()

    assert "Plan of 2012" in html
    assert '<span lang="th">ยุทธศาสตร์ปี 2555</span>' in html


@pytest.mark.parametrize("count", [1, 3])
def test_a_plan_asks_a_constant_number_of_times(
    client, cluster, count, django_assert_num_queries
):
    plan = PlanFactory(cluster=cluster, year=2555)
    for _ in range(count):
        PlanItemFactory(plan=plan)
        SwotItemFactory(plan=plan)
    plan.refresh_from_db()
    publish(plan)

    # Cluster, plans, items, SWOT.
    with django_assert_num_queries(4):
        assert page(client, "strategies:plan", cluster.slug, 2555).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_plans_asks_once(client, count, django_assert_num_queries):
    for _ in range(count):
        publish(PlanFactory(cluster=ClusterFactory()))

    with django_assert_num_queries(1):
        html = page(client, "strategies:list").content.decode()
    assert html.count("ใช้อยู่ปัจจุบัน") == count
