"""The catalogue's kept numbers: right after every write, whoever makes it."""

import random
import threading

import pytest
from django.apps import apps
from django.db import connection, connections, transaction

from products import counting_triggers
from products.actions import counting
from products.counting import ALL, COLUMNS, Tally
from products.figures import numbers
from products.models import (
    CatalogueChange,
    CatalogueCount,
    Product,
    ProductSearch,
)
from registry.actions import bulk, records
from registry.changes import Changes
from tests.factories import CategoryFactory, MemberFactory, ProductFactory

pytestmark = pytest.mark.django_db


def right():
    """Count by hand, one product after the other."""
    found = Tally()
    rows = Product.objects.published().values_list(*COLUMNS)
    found.add((row, 1) for row in rows)
    return found.numbers()


def are_right():
    expected = right()
    assert numbers.everything() == expected
    assert counting.differences() == {}
    return expected


@pytest.fixture
def shelf():
    return CategoryFactory()


def test_numbers_are_those_of_pairs_and_of_all(shelf):
    ProductFactory(published=True, category=shelf, otop_type="food", season=0b11)
    ProductFactory(published=True, category=None, otop_type="food", season=0)
    ProductFactory(category=shelf)

    among = numbers.among([ALL, "otop_type:food", f"category:{shelf.pk}"])

    assert among[ALL] == {
        "": 2,
        "province:42": 2,
        f"category:{shelf.pk}": 1,
        "otop_type:food": 2,
        "season:0": 1,
        "season:1": 1,
        "season:2": 1,
        **{value: 2 for value in among[ALL] if value.startswith("price:")},
    }
    assert among["otop_type:food"][f"category:{shelf.pk}"] == 1
    assert among[f"category:{shelf.pk}"]["otop_type:food"] == 1
    assert among[f"category:{shelf.pk}"]["season:2"] == 1


def test_every_way_of_writing_is_noted(reviewer, shelf):
    first = ProductFactory(published=True, category=shelf)
    second = ProductFactory(published=True)
    are_right()

    records.edit(
        first,
        Changes(fields={"category": None, "season": 0b100}),
        by=reviewer,
        version=first.version,
        reason="ทดสอบ",
    )
    are_right()
    second_row = Product.objects.filter(pk=second.pk)
    second_row.update(current_stars=5, current_stars_year=2562)
    assert are_right()[ALL, "stars:5"] == 1
    second_row.update(name_en="Nothing that is counted")
    are_right()
    for model in (ProductSearch, Product):
        model.objects.all()._raw_delete(model.objects.db)
    assert are_right() == {}


def test_numbers_stay_right_over_many_writes_and_summings_up():
    dice = random.Random(5)
    members = [
        MemberFactory(published=True, district__code=code)
        for code in ("4201", "4205", "5101")
    ]
    shelves = [CategoryFactory(), CategoryFactory(), None]
    goods = [
        ProductFactory(published=dice.random() < 0.7, member=dice.choice(members))
        for _ in range(12)
    ]
    for _round in range(30):
        stars = dice.choice([None, 3, 5])
        member = dice.choice(members)
        chosen = dice.sample(goods, dice.randrange(1, 6))
        Product.objects.filter(pk__in=[each.pk for each in chosen]).update(
            category=dice.choice(shelves),
            current_stars=stars,
            current_stars_year=stars and 2562,
            marks_held=dice.choice([0, 1, 1 << 60 | 1 << 3]),
            season=dice.choice([0, 0b1, 0b1100]),
            status=dice.choice(["published", "published", "withdrawn"]),
            published_at="2026-01-01T00:00Z",
            district=member.district,
            province=member.province,
        )
        if dice.random() < 0.3:
            counting.add_up()
            assert not CatalogueChange.objects.exists()
        assert numbers.everything() == right()


def test_goods_entered_in_bulk_are_noted_once_they_are_public(reviewer):
    member = MemberFactory(published=True)
    drafts = [Product(member=member, name_th=f"ผ้า {number}") for number in range(3)]

    made = bulk.create_many(
        Product, [bulk.Entry(each) for each in drafts], by=reviewer, reason="ทดสอบ"
    )

    assert counting_triggers.are_there(connection)
    assert are_right() == {}
    Product.objects.filter(pk=made[0].pk).update(
        status="published", published_at="2026-01-01T00:00Z"
    )
    assert are_right()[ALL, ALL] == 1


def test_adding_up_twice_adds_once():
    ProductFactory(published=True, otop_type="food")

    counting.add_up()
    counting.add_up()

    assert CatalogueCount.objects.get(given=ALL, held=ALL).count == 1
    are_right()


def test_many_notes_are_added_up_after_the_act_that_makes_them(
    monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(counting, "MOST_NOTES", 2)
    with django_capture_on_commit_callbacks(execute=True):
        ProductFactory.create_batch(2, published=True)
    assert CatalogueChange.objects.count() == 2

    with django_capture_on_commit_callbacks(execute=True):
        ProductFactory(published=True)

    assert not CatalogueChange.objects.exists()
    are_right()


def test_recounting_mends_whatever_the_numbers_say():
    ProductFactory(published=True, otop_type="food")
    CatalogueCount.objects.create(given=ALL, held=ALL, count=7)
    assert counting.differences() == {(ALL, ALL): (8, 1)}

    counting.recount()

    are_right()


def test_after_a_migration_that_lost_the_triggers_all_is_counted_anew():
    counting_triggers.drop(connection)
    ProductFactory(published=True)
    assert not counting_triggers.are_there(connection)
    assert counting.differences()

    counting.begin(using="default", app_config=apps.get_app_config("products"))

    assert counting_triggers.are_there(connection)
    are_right()
    ProductFactory(published=True)
    are_right()


def test_an_emptied_database_counts_nothing():
    ProductFactory(published=True)
    # As ``flush`` may come by the tables: the numbers before the goods.
    for model in (CatalogueCount, CatalogueChange, ProductSearch, Product):
        model.objects.all()._raw_delete(model.objects.db)
    assert counting.differences()

    counting.begin(using="default", app_config=apps.get_app_config("products"))

    assert are_right() == {}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_do_not_wait_for_each_other():
    one, other = ProductFactory(), ProductFactory()

    def publish(product):
        Product.objects.filter(pk=product.pk).update(
            status="published", published_at="2026-01-01T00:00Z"
        )

    def at_once():
        try:
            publish(other)
            counting.add_up()
        finally:
            connections.close_all()

    with transaction.atomic():
        publish(one)
        second = threading.Thread(target=at_once)
        second.start()
        second.join(timeout=3)
        assert not second.is_alive()

    assert numbers.among([ALL])[ALL][ALL] == 2
    assert CatalogueChange.objects.count() == 1
    are_right()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_only_one_adds_up_at_a_time():
    ProductFactory(published=True)
    done = []

    def at_once():
        try:
            counting.add_up()
            done.append(CatalogueCount.objects.exists())
        finally:
            connections.close_all()

    with transaction.atomic():
        counting.add_up()
        second = threading.Thread(target=at_once)
        second.start()
        second.join(timeout=3)
        # It neither waited nor counted.
        assert done == [False]

    are_right()
