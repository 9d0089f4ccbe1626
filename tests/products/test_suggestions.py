"""Suggestions under the search box."""

import pytest
from django.urls import reverse

from registry import vocabulary
from tests.factories import CategoryFactory, MemberFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def goods():
    member = MemberFactory(published=True, name_th="กลุ่มสบู่บ้านนา", name_en="Soap House")
    for name in ("สบู่ขมิ้น", "สบู่มะขาม", "ก้อนสบู่น้ำผึ้ง"):
        ProductFactory(name_th=name, name_en="", member=member, published=True)
    ProductFactory(name_th="สบู่ลับ", name_en="", member=member)
    CategoryFactory(name_th="สบู่และแชมพู", name_en="Soap and shampoo", code="soap")
    vocabulary.rebuild()


def offered(client, text, prefix=""):
    answer = client.get(prefix + reverse("suggest"), {"q": text})
    return answer.json()["suggestions"]


def test_letters_become_words_shelves_goods_and_producers(client, goods):
    found = [(each["text"], each["kind"]) for each in offered(client, "สบู")]

    assert found[0] == ("สบู่", "")
    assert ("สบู่และแชมพู", "หมวดหมู่") in found
    assert [text for text, kind in found if kind == "สินค้า"] == [
        "สบู่ขมิ้น",
        "สบู่มะขาม",
        "ก้อนสบู่น้ำผึ้ง",
    ]
    assert [text for text, kind in found if kind == "ผู้ผลิต"] == ["กลุ่มสบู่บ้านนา"]


def test_a_word_leads_to_its_search_and_all_else_to_its_page(client, goods):
    for each in offered(client, "สบู่ขมิ้น"):
        assert client.get(each["url"]).status_code == 200


def test_what_was_typed_is_marked_whatever_its_tones(client, goods):
    marks = {each["text"]: each["marks"] for each in offered(client, "สบู")}

    assert marks["สบู่ขมิ้น"] == [[0, 4]]
    assert marks["ก้อนสบู่น้ำผึ้ง"] == [[4, 8]]


@pytest.mark.parametrize("text", ["", " ", "ส", "%", "_%", "\u200b", "'", '"'])
def test_too_little_to_go_by_suggests_nothing(client, goods, text):
    assert offered(client, text) == []


def test_nothing_unpublished_is_suggested(client, goods):
    assert all("ลับ" not in each["text"] for each in offered(client, "สบู่ลับ"))


def test_a_suggestion_asks_the_database_four_times(
    client, goods, django_assert_num_queries
):
    offered(client, "สบู")
    with django_assert_num_queries(4):
        offered(client, "สบู่ข")
