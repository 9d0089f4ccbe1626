"""What is kept stays right when two people write at once, on PostgreSQL."""

import pytest
from django.db import connection, transaction

from members.models import Member
from products import derived
from products.models import Product
from registry.actions import records
from registry.changes import Changes
from tests.factories import DistrictFactory, MemberFactory, ProductFactory
from tests.registry.test_locks import meanwhile, wait_until_somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="row locks need PostgreSQL"
    ),
]


def test_of_two_publications_at_once_each_counts_the_other():
    member = MemberFactory(published=True)
    first, second = (ProductFactory(member=member) for _ in range(2))

    with meanwhile(lambda: records.publish(second, by=None)) as (outcome, thread):
        with transaction.atomic():
            records.publish(first, by=None)
            thread.start()
            wait_until_somebody_waits()

    assert "result" in outcome
    assert Member.objects.get(pk=member.pk).goods_count == 2


def test_a_product_edited_while_its_producer_moves_ends_in_the_new_place():
    product = ProductFactory()
    moved = Changes(fields={"district": DistrictFactory(code="5101")})
    renamed = Changes(fields={"name_th": "ผ้าห่มใหม่"})

    with meanwhile(lambda: records.edit(product.member, moved, by=None)) as (
        outcome,
        thread,
    ):
        with transaction.atomic():
            records.edit(product, renamed, by=None)
            thread.start()
            wait_until_somebody_waits()

    assert "result" in outcome
    assert Product.objects.get(pk=product.pk).province_id == "51"
    assert not [*derived.differences([product.pk])]


def test_a_product_entered_while_its_producer_moves_ends_in_the_new_place():
    member = MemberFactory(published=True)
    moved = Changes(fields={"district": DistrictFactory(code="5101")})

    with meanwhile(lambda: ProductFactory(member=member)) as (outcome, thread):
        with transaction.atomic():
            records.edit(member, moved, by=None)
            thread.start()
            wait_until_somebody_waits()

    assert outcome["result"].province_id == "51"
    assert not [*derived.differences([outcome["result"].pk])]
