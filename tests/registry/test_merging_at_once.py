"""Merging while somebody else works: proved with real threads on PostgreSQL."""

import pytest
from django.db import connection, transaction

from members.models import Member
from products.models import Product
from registry.actions import merging, records
from registry.actions.merging import CannotUndo
from registry.changes import Changes
from registry.errors import StaleVersion
from registry.models import Merge
from tests.factories import MemberFactory, ProductFactory, UserFactory
from tests.registry.test_locks import meanwhile, wait_until_somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="row locks need PostgreSQL"
    ),
]
WHY = "ข้อมูลซ้ำกัน"


@pytest.fixture
def other(reviewer):
    """Review the same province from the next desk."""
    return UserFactory(role="reviewer", agency=reviewer.agency)


@pytest.mark.parametrize("factory", [MemberFactory, ProductFactory])
@pytest.mark.parametrize("edited", [0, 1])
def test_a_merge_waits_for_an_edit_of_either_and_is_told(
    factory, edited, reviewer, other
):
    rows = [factory(published=True), factory(published=True)]
    versions = tuple(row.version for row in rows)

    def join():
        return merging.merge(*rows, by=other, reason=WHY, versions=versions)

    with meanwhile(join) as (outcome, thread):
        with transaction.atomic():
            records.edit(rows[edited], Changes({"name_th": "ใหม่"}), by=reviewer)
            thread.start()
            wait_until_somebody_waits()

    assert isinstance(outcome["refusal"], StaleVersion)
    assert not Merge.objects.exists()


@pytest.mark.parametrize("edited", [0, 1])
def test_an_edit_waits_for_a_merge_and_is_told(edited, reviewer, other):
    rows = [MemberFactory(published=True), MemberFactory(published=True)]
    version = rows[edited].version

    def edit():
        change = Changes({"name_th": "ใหม่"})
        return records.edit(rows[edited], change, by=other, version=version)

    with meanwhile(edit) as (outcome, thread):
        with transaction.atomic():
            merging.merge(*rows, by=reviewer, reason=WHY)
            thread.start()
            wait_until_somebody_waits()

    assert isinstance(outcome["refusal"], StaleVersion)
    assert not Member.objects.filter(name_th="ใหม่").exists()


def test_of_two_who_merge_crosswise_one_is_told(reviewer, other):
    """Locks are taken in one order, so neither waits for the other for ever."""
    first, second = MemberFactory(), MemberFactory()
    ProductFactory(member=first)
    ProductFactory(member=second)
    versions = (second.version, first.version)

    def crosswise():
        return merging.merge(second, first, by=other, reason=WHY, versions=versions)

    with meanwhile(crosswise) as (outcome, thread):
        with transaction.atomic():
            merging.merge(first, second, by=reviewer, reason=WHY)
            thread.start()
            wait_until_somebody_waits()

    assert isinstance(outcome["refusal"], StaleVersion)
    assert Merge.objects.count() == 1


def test_of_two_who_undo_at_once_one_is_told(reviewer, other):
    done = merging.merge(MemberFactory(), MemberFactory(), by=reviewer, reason=WHY)

    with meanwhile(lambda: merging.undo(done, by=other, reason=WHY)) as (
        outcome,
        thread,
    ):
        with transaction.atomic():
            merging.undo(done, by=reviewer, reason=WHY)
            thread.start()
            wait_until_somebody_waits()

    assert isinstance(outcome["refusal"], CannotUndo)
    assert Merge.objects.get().undone_by == reviewer


def test_an_undo_waits_for_an_edit_of_what_moved_and_is_told(reviewer, other):
    kept, gone = MemberFactory(), MemberFactory()
    goods = ProductFactory(member=gone)
    done = merging.merge(kept, gone, by=reviewer, reason=WHY)

    with meanwhile(lambda: merging.undo(done, by=other, reason=WHY)) as (
        outcome,
        thread,
    ):
        with transaction.atomic():
            records.edit(goods, Changes({"name_th": "ใหม่"}), by=reviewer)
            thread.start()
            wait_until_somebody_waits()

    assert isinstance(outcome["refusal"], CannotUndo)
    assert Product.objects.get().member == kept


def test_goods_that_are_published_while_their_producer_goes_follow_it(reviewer, other):
    kept, gone = MemberFactory(published=True), MemberFactory(published=True)
    goods = ProductFactory(member=gone)

    with meanwhile(lambda: merging.merge(kept, gone, by=other, reason=WHY)) as (
        outcome,
        thread,
    ):
        with transaction.atomic():
            records.publish(goods, by=reviewer)
            thread.start()
            wait_until_somebody_waits()

    assert outcome["result"].kept_id == kept.pk
    goods.refresh_from_db()
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (goods.member, goods.is_published) == (kept, True)
    assert (kept.goods_count, gone.goods_count) == (1, 0)
