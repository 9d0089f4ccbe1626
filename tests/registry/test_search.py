"""Search: the order of hits, the index behind it, and what it forgives."""

import random

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.models import Member
from products.figures import hits
from products.models import Product, ProductSearch
from registry import vocabulary
from registry.actions import bulk, records
from registry.models import Agency, Alias, Word
from registry.search import Asked, called, first_keys
from registry.thai.text import fold
from tests.factories import (
    AgencyFactory,
    DistrictFactory,
    MemberFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db


def goods(*names, **fields):
    return [
        ProductFactory(name_th=name, name_en="", published=True, **fields)
        for name in names
    ]


def names_found(text):
    found = Product.objects.published().search(text)
    return list(found.values_list("name_th", flat=True))


# --- Order ----------------------------------------------------------------------


def test_hits_are_ranked_from_the_beginning_of_a_name_to_the_story():
    member = MemberFactory(published=True, district=DistrictFactory(code="4203"))
    elsewhere = MemberFactory(published=True)
    told, filed, folded, apart, within, begun = goods("ก", "ข", "ค", "ง", "จ", "ฉ")
    for product, member_, name, story in (
        (told, elsewhere, "ของฝาก", "ซื้อที่เชียงคาน"),
        (filed, member, "ผ้านวม", ""),
        (apart, elsewhere, "คานเชียง เชียงคาน", ""),
        (folded, elsewhere, "ของฝากเชี้ยงคาน", ""),
        (within, elsewhere, "นวมเชียงคาน", ""),
        (begun, elsewhere, "เชียงคานกาแฟโบราณ", ""),
    ):
        records.edit(
            product,
            records.Changes(
                fields={"member": member_, "name_th": name, "story_th": story}
            ),
            by=None,
        )

    assert names_found("เชียงคาน") == [
        "เชียงคานกาแฟโบราณ",
        "นวมเชียงคาน",
        "คานเชียง เชียงคาน",
        "ของฝากเชี้ยงคาน",
        "ผ้านวม",
        "ของฝาก",
    ]


def test_of_equal_hits_the_shorter_name_then_more_stars_come_first():
    few, many, longer = goods("ผ้าขาว", "ผ้าแดง", "ผ้าขาวม้า")
    for product, stars in ((few, 3), (many, 5), (longer, 5)):
        Product.objects.filter(pk=product.pk).update(
            current_stars=stars, current_stars_year=2567
        )

    assert names_found("ผ้า") == ["ผ้าแดง", "ผ้าขาว", "ผ้าขาวม้า"]


# --- Whatever is typed ----------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   ", "!?…", "ๆฯ", "\x00", "\u200b", "-"])
def test_a_query_without_words_keeps_every_row(text):
    rows = Product.objects.published().order_by("-pk")

    assert rows.search(text) is rows


NASTY = [
    "\x00ผ้า",
    "ผ" * 10_000,
    "ผ้า " * 5_000,
    "%",
    "ผ้า%_\\",
    '"ผ้า" OR name_fold : "x"',
    "NEAR(a b) AND * ^",
    "'; DROP TABLE products_product; --",
    "\ud800ผ้า",
    "😀 ผ้า",
    "\ufdfa" * 200,
    "ก",
    "a",
    "42-P-00001",
]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_no_query_raises(text):
    goods("ผ้า")

    list(Product.objects.published().search(text))
    found = vocabulary.find(Product.objects.published(), text)
    list(found.rows)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=60))
def test_no_text_raises(text):
    list(Product.objects.published().search(text))


def test_a_query_is_read_up_to_eight_words():
    goods("หนึ่ง")
    words = "หนึ่ง ผ้า ผ้า ผ้า ผ้า ผ้า ผ้า ผ้า"

    assert len(Asked.read(f"{words} กา แก้ว").terms) <= 8


def test_a_search_asks_for_aliases_and_for_hits(django_assert_num_queries):
    goods("สบู่ขมิ้น", "สบู่มะขาม")

    with django_assert_num_queries(2):
        assert len(names_found("สบู่")) == 2


# --- The index ------------------------------------------------------------------


def test_long_words_are_looked_up_by_trigram():
    query = Product.objects.search("ผ้าไหม").query
    sql, params = query.sql_with_params()

    assert " OUTER JOIN" not in sql
    if connection.vendor == "sqlite":
        assert '"products_productsearch_fts" MATCH %s' in sql
        assert 'text_fold : "ผาไหม"' in params
    else:
        assert "%ผาไหม%" in params


@pytest.mark.skipif(connection.vendor != "sqlite", reason="FTS5 is SQLite's")
def test_the_index_of_sqlite_stays_in_step_through_mixed_writes():
    dice = random.Random(7)
    products = goods("ผ้าไหม", "ผ้าฝ้าย", "หน้ากาก")
    for _ in range(30):
        product = dice.choice(products)
        dice.choice(
            [
                lambda row: row.delete(),
                lambda row: ProductSearch.objects.filter(pk=row.pk).update(
                    text_fold=str(dice.random())
                ),
                lambda row: ProductSearch.objects.bulk_create(
                    [
                        ProductSearch(
                            pk=row.pk, name_norm="", name_fold="ผา", text_fold="ผาใหม่"
                        )
                    ],
                    update_conflicts=True,
                    unique_fields=["product"],
                    update_fields=["name_fold", "text_fold"],
                ),
            ]
        )(ProductSearch(pk=product.pk))

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO products_productsearch_fts (products_productsearch_fts, rank)"
            " VALUES ('integrity-check', 1)"
        )


@pytest.mark.skipif(connection.vendor != "sqlite", reason="FTS5 is SQLite's")
def test_the_index_of_sqlite_merges_again_once_many_rows_are_in():
    member = MemberFactory()
    rows = [Product(member=member, name_th=f"หวดนึ่งข้าว {at}") for at in range(3)]
    bulk.create_many(Product, [bulk.Entry(row) for row in rows], by=None)

    assert Product.objects.search("หวดนึ่ง").count() == 3
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v FROM products_productsearch_fts_config WHERE k = 'automerge'"
        )
        assert cursor.fetchone() == (4,)
        cursor.execute(
            "INSERT INTO products_productsearch_fts (products_productsearch_fts, rank)"
            " VALUES ('integrity-check', 1)"
        )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="pg_trgm is PostgreSQL's")
def test_the_index_of_postgresql_serves_a_search():
    goods("ผ้าไหม")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

        plan = ProductSearch.objects.filter(text_fold__substr="ผาไหม").explain()

    assert "products_productsearch_text_fold_trgm" in plan


# --- Aliases --------------------------------------------------------------------


def test_a_word_finds_what_it_stands_for_also_inside_a_phrase():
    goods("สบู่ขมิ้น", "กระเป๋ามัดย้อม")
    for word, means in (("soap", "สบู่"), ("tie dye", "มัดย้อม"), ("bag", "กระเป๋า")):
        Alias.objects.create(
            word=word, means=means, word_fold=fold(word), means_fold=fold(means)
        )

    assert names_found("soaps") == ["สบู่ขมิ้น"]
    assert names_found("tie dye bags") == ["กระเป๋ามัดย้อม"]
    assert names_found("tie dye soap") == []


# --- What is forgiven -----------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ผ้าห่นมวม", "ผ้าห่มนวม"),
        ("มะพร้าวแกม", "มะพร้าวแก้ว"),
        ("หน้ากากผีตาโอน", "หน้ากากผีตาโขน"),
        ("หนากากผิตาคน", "หน้ากากผีตาโขน"),
        ("แมคคาเดมี", "แมคคาเดเมีย"),
        ("macademia", "Macadamia"),
        ("quit", "Quilt"),
        ("phi tha korn", "Phi Ta Khon"),
        ("กาแฟ เชียงคาร", "กาแฟ เชียงคาน"),
    ],
)
def test_a_slip_is_met_with_the_name_that_was_meant(typed, meant):
    member = MemberFactory(published=True, district=DistrictFactory(code="4203"))
    for name_th, name_en in (
        ("ผ้าห่มนวม", "Cotton Quilt"),
        ("มะพร้าวแก้ว", "Candied Coconut"),
        ("หน้ากากผีตาโขน", "Phi Ta Khon Mask"),
        ("แมคคาเดเมีย", "Macadamia"),
        ("กาแฟคั่ว", "Roasted Coffee"),
    ):
        ProductFactory(member=member, name_th=name_th, name_en=name_en, published=True)

    vocabulary.rebuild()

    assert vocabulary.did_you_mean(typed, Product) == meant


def test_a_search_without_hits_finds_what_was_meant_and_says_so():
    goods("มะพร้าวแก้ว")
    vocabulary.rebuild()

    found = vocabulary.find(Product.objects.published(), "มะพราวแกว่ม")

    assert (found.how, found.suggestion) == ("fuzzy", "มะพร้าวแก้ว")
    assert [product.name_th for product in found.rows] == ["มะพร้าวแก้ว"]


def test_a_place_written_onto_a_word_is_parted_from_it():
    member = MemberFactory(published=True, district=DistrictFactory(code="4203"))
    silk, _cotton = goods("ผ้าไหม", "ผ้าฝ้าย", member=member)
    goods("ผ้าไหม")

    found = Product.objects.published().search("ผ้าไหมเชียงคาน")

    assert found.get() == silk


def test_nothing_is_forgiven_where_only_a_filter_keeps_the_hits_away():
    goods("มะพร้าวแก้ว")

    found = vocabulary.find(
        Product.objects.published().filter(current_stars=5), "มะพร้าวแก้ว"
    )

    assert (found.how, found.suggestion, found.rows.exists()) == ("exact", "", False)


def test_what_is_not_published_is_never_suggested():
    ProductFactory(name_th="ความลับสุดยอด", name_en="")

    vocabulary.rebuild()

    assert vocabulary.did_you_mean("ความลับสุดยอม", Product) is None
    assert not Word.objects.filter(text__contains="ความลับ").exists()


def test_new_names_are_suggested_once_they_are_there(
    django_capture_on_commit_callbacks,
):
    assert vocabulary.did_you_mean("มะพร้าวแกว่ม", Product) is None
    with django_capture_on_commit_callbacks(execute=True):
        goods("มะพร้าวแก้ว")

    assert Word.objects.filter(text="มะพร้าวแก้ว").exists()
    assert vocabulary.did_you_mean("มะพร้าวแกว่ม", Product) == "มะพร้าวแก้ว"


def test_producers_are_found_and_forgiven_the_same_way():
    MemberFactory(name_th="กลุ่มทอผ้าศรีสองรัก", name_en="Loom House", published=True)
    public = Member.objects.published()
    vocabulary.rebuild()

    assert public.search("ศรีสองรัก").count() == 1
    assert public.search("loom เลย").count() == 1
    assert vocabulary.find(public, "lom house").suggestion == "Loom House"


# --- Small tables ---------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["สํานักงานพานิชย์", "เลย สำนักงาน", "loei OFFICE", "พณจ.", "loeioffice"]
)
def test_rows_without_a_search_row_are_found_folded_too(text):
    office = AgencyFactory(
        name_th="สำนักงานพาณิชย์จังหวัดเลย",
        name_en="Loei Office of Commerce",
        abbreviation_th="พณจ.เลย",
    )
    AgencyFactory(name_th="สำนักงานเกษตรจังหวัดลำพูน")
    names = ("name_th", "name_en", "abbreviation_th")

    assert called(Agency.objects.all(), text, *names).get() == office


def test_no_word_calls_no_row():
    AgencyFactory()

    assert not called(Agency.objects.all(), "!?", "name_th").exists()


def test_the_newest_names_are_met_before_their_words_are_known():
    goods("มะพร้าวแก้ว")

    assert not Word.objects.exists()
    assert vocabulary.did_you_mean("มะพร้าวแกว่ม", Product) == "มะพร้าวแก้ว"


# --- Very common words ----------------------------------------------------------


def test_what_very_many_have_is_read_from_the_search_rows_alone(monkeypatch, client):
    goods("ผ้าไหมยาว", "ผ้าไหม", "แพรผ้าไหม")
    ProductFactory(name_th="ผ้าไหมลับ", name_en="")
    monkeypatch.setattr(hits, "MOST_HITS", 1)

    page = client.get("/products/", {"q": "ผ้าไหม"})
    second = client.get("/products/", {"q": "ผ้าไหม", "page": 2})
    sorted_by_name = client.get("/products/", {"q": "ผ้าไหม", "sort": "name"})

    def names(answer):
        return [card.name_th for card in answer.context["listing"].rows]

    assert names(page) == ["ผ้าไหม", "ผ้าไหมยาว", "แพรผ้าไหม"]
    assert names(second) == names(page)
    assert names(sorted_by_name) == ["ผ้าไหม", "ผ้าไหมยาว", "แพรผ้าไหม"]


def test_the_keys_of_search_rows_come_in_the_order_of_the_records():
    goods("กล้วยฉาบ", "ขนมกล้วย", "สบู่", "น้ำกล้วยปั่น", "กลุ้วย")

    found = Product.objects.published().search("กล้วย").values_list("pk", flat=True)
    keys = first_keys(ProductSearch.objects.all(), "กล้วย")

    assert list(keys) == list(found)
