"""The commands that count again and write search rows anew."""

import io

import pytest
from django.core.management import CommandError, call_command

from cluster_portal.management.commands import reindex_search
from members.models import Member, MemberSearch
from products.models import Category, Product, ProductSearch
from registry.models import ReindexPlace
from tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def run(*arguments):
    said = io.StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue().splitlines()


def spoil():
    product = ProductFactory(published=True, category=CategoryFactory(code="edible"))
    Category.objects.update(level=1)
    Member.objects.update(goods_count=9)
    Product.objects.update(current_stars=5, current_stars_year=2567)
    ProductSearch.objects.update(name_norm="x")
    return product


def test_a_right_register_is_said_to_be_right():
    ProductFactory(published=True)

    assert run("check_register") == ["All is right."]


def test_each_difference_is_said_and_none_is_mended_unasked():
    product = spoil()
    said = io.StringIO()

    with pytest.raises(CommandError, match="5 kept values are not right"):
        call_command("check_register", stdout=said)

    assert said.getvalue().splitlines() == [
        "edible level: 1 → 0",
        f"{product.code} current_stars: 5 → None",
        f"{product.code} current_stars_year: 2567 → None",
        f"{product.code} search.name_norm: 'x' → "
        f"'{product.name_th} | {product.name_en.lower()}'",
        f"{product.member.code} goods_count: 9 → 1",
    ]
    assert Member.objects.get().goods_count == 9


def test_asked_to_mend_it_leaves_a_right_register():
    spoil()

    assert run("check_register", "--mend")[-1] == "Mended 5 kept values."
    assert run("check_register") == ["All is right."]


def test_search_rows_are_written_anew():
    product = ProductFactory()
    MemberSearch.objects.all().delete()
    ProductSearch.objects.update(text_fold="x")

    said = run("reindex_search")

    assert said[-2] == "products: index read anew"
    assert said[-1].startswith("words: ")
    assert MemberSearch.objects.filter(pk=product.member_id).exists()
    assert Product.objects.search(product.name_th).get() == product


def test_a_stopped_run_goes_on_after_the_key_it_said():
    first, second = ProductFactory(), ProductFactory()
    ProductSearch.objects.all().delete()

    said = run("reindex_search", "products", "--after", str(first.pk))

    assert said[0].endswith(f"now at {second.pk}")
    assert [row.pk for row in ProductSearch.objects.all()] == [second.pk]


def test_a_killed_run_goes_on_where_it_was_by_itself(monkeypatch):
    first, second = ProductFactory(), ProductFactory()
    ProductSearch.objects.all().delete()
    monkeypatch.setattr(reindex_search, "BATCH", 1)
    recount, seen = reindex_search.products.recount, []

    def killed_at_the_second(keys):
        seen.extend(keys)
        if keys == [second.pk]:
            raise KeyboardInterrupt
        return recount(keys)

    kinds = reindex_search.KINDS
    monkeypatch.setitem(
        kinds, "products", (*kinds["products"][:2], killed_at_the_second)
    )
    with pytest.raises(KeyboardInterrupt):
        run("reindex_search", "products")
    monkeypatch.undo()
    said = run("reindex_search", "products")

    assert seen == [first.pk, second.pk]
    assert said[0] == f"products: going on after {first.pk}"
    assert {row.pk for row in ProductSearch.objects.all()} == {first.pk, second.pk}
    assert not ReindexPlace.objects.exists()


def test_a_key_without_its_kind_is_refused():
    with pytest.raises(CommandError, match="of which kind"):
        run("reindex_search", "--after", "5")
