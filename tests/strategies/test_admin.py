"""Plans in the admin."""

import pytest
from django.urls import reverse

from strategies.models import Plan
from tests.factories import ClusterFactory, PlanFactory


@pytest.fixture
def desk(client, reviewer):
    client.force_login(reviewer)
    return client


def url(name, *args):
    return reverse(f"admin:strategies_plan_{name}", args=args)


def typed(cluster, owner, *items):
    data = {
        "cluster": cluster.pk,
        "year": "2569",
        "owner": owner.pk,
        "vision_th": "ของฝากที่คนเลยภูมิใจ",
        "swot-TOTAL_FORMS": 0,
        "swot-INITIAL_FORMS": 0,
        "items-TOTAL_FORMS": len(items),
        "items-INITIAL_FORMS": 0,
    }
    for index, (kind, text) in enumerate(items):
        data |= {f"items-{index}-kind": kind, f"items-{index}-text_th": text}
    return data


def test_a_plan_is_entered_with_what_it_lists(desk, reviewer):
    cluster = ClusterFactory()

    answer = desk.post(
        url("add"),
        typed(cluster, reviewer.agency, ("mission", "พันธกิจ"), ("strategy", "กลยุทธ์")),
    )

    assert answer.status_code == 302
    plan = Plan.objects.get()
    assert plan.province_id == "42"
    items = plan.items.order_by("position").values_list("kind", "position")
    assert list(items) == [("mission", 0), ("strategy", 1)]


def test_a_second_plan_of_a_year_is_a_sentence_in_the_form(desk, reviewer):
    plan = PlanFactory(year=2569)

    answer = desk.post(url("add"), typed(plan.cluster, reviewer.agency))

    assert answer.context["adminform"].form.errors
    assert Plan.objects.count() == 1


def test_a_cluster_of_another_province_is_no_choice(desk, reviewer):
    foreign = ClusterFactory(province__code="51")

    answer = desk.post(url("add"), typed(foreign, reviewer.agency))

    assert set(answer.context["adminform"].form.errors) == {"cluster"}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_questions_however_long(
    desk, django_assert_num_queries, count
):
    for _each in range(count):
        PlanFactory()

    with django_assert_num_queries(7):
        desk.get(url("changelist"))
