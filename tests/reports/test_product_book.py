"""The product book: what the public may read, and nothing else."""

import io

import pytest
from django.http import QueryDict
from django.utils.translation import override
from PIL import Image

from members.enums import ContactKind
from registry.storages import public_storage
from reports import catalogue
from reports.catalogue.product_book import photo, shortened
from reports.pdf.documents import ChapterBlock, GoodsBlock, IndexBlock
from reports.pdf.registers import document_of
from reports.pdf.rendering import render
from tests.factories import (
    CategoryFactory,
    ContactFactory,
    ProductFactory,
)
from tests.reports.test_pdf import read, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def book(user, query="", language="th"):
    """Return the book as a document."""
    report = catalogue.find("product-book", user)
    with override(language):
        form = report.form(QueryDict(query), user=user)
        assert form.is_valid(), form.errors
    return document_of(report, user, form, language=language)


def goods(document) -> list[GoodsBlock]:
    """Return the products of a book."""
    return [each for each in document.blocks if isinstance(each, GoodsBlock)]


def test_a_product_stands_in_it_with_all_that_is_public(shawl, officer):
    made = book(officer)
    (block,) = goods(made)
    thai, english = block.entries

    assert (thai.name, english.name) == ("ผ้าคลุมไหล่ฝ้าย", "Cotton shawl")
    assert (thai.story, english.story) == (["ทอมือ"], ["Woven by hand"])
    assert dict(thai.facts)["ราคา"] == "250–1,250.50 บาท ต่อผืน"
    assert dict(english.facts)["Price"] == "250–1,250.50 baht per piece"
    assert dict(english.facts)["Producer"] == "Trial Village Weavers"
    assert block.tags == ["OTOP 5 ดาว ปี 2566", "มผช."]
    assert block.picture.format == "jpg"
    assert block.address.endswith(f"/products/{shawl.code}/")

    said = text_of(render(made))
    assert "ผ้าคลุมไหล่ฝ้าย" in said
    assert "Cotton shawl" in said
    assert "๒๕๐–๑,๒๕๐.๕๐ บาท" in said


def test_only_what_is_published_stands_in_it(
    shawl, plain_product, lamphun_member, officer
):
    ProductFactory(member=lamphun_member, published=True)

    assert [each.code for each in goods(book(officer))] == [shawl.code]


def test_personal_contacts_need_consent(shawl, weavers, reviewer):
    ContactFactory(
        member=weavers, kind=ContactKind.MOBILE, value="+66899999999", consented=True
    )
    ContactFactory(
        member=weavers,
        kind=ContactKind.LINE,
        value="secret-line",
        consented=True,
        consent_withdrawn_on="2026-11-01",
    )

    (block,) = goods(book(reviewer))
    said = " ".join(text for _label, text in block.contacts)

    assert "089-999-9999" in said
    assert "081" not in said
    assert "สมมติ" not in said
    assert "secret-line" not in said


def test_alcoholic_drinks_show_name_and_maker_only(shawl, officer, settings):
    shelf = CategoryFactory(code="spirits", is_alcohol=True)
    ProductFactory(
        member=shawl.member, category=shelf, name_th="สุราทดลอง", story_th="อร่อย",
        published=True,
    )  # fmt: skip

    spirit = next(
        each for each in goods(book(officer)) if each.entries[0].name == "สุราทดลอง"
    )
    settings.SHOW_ALCOHOL_DETAILS = True
    told = next(
        each for each in goods(book(officer)) if each.entries[0].name == "สุราทดลอง"
    )

    assert (spirit.picture, spirit.contacts, spirit.tags) == (None, [], [])
    assert [label for label, _value in spirit.entries[0].facts] == ["ผู้ผลิต", "ที่ตั้ง"]
    assert spirit.entries[0].story == []
    assert told.entries[0].story == ["อร่อย"]


def test_a_product_without_a_picture_gets_the_tile(weavers, officer):
    ProductFactory(member=weavers, published=True)

    (block,) = goods(book(officer))

    assert block.picture.format == "svg"
    assert block.picture.alt == "ยังไม่มีภาพ"


def test_a_picture_whose_file_is_gone_spoils_no_book(shawl, officer):
    for name in shawl.cover["card"].values():
        public_storage().delete(name)

    (block,) = goods(book(officer))

    assert block.picture.format == "svg"


def test_pictures_are_small_jpegs(shawl):
    data = photo(shawl.cover, 480)

    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "JPEG"
        assert max(image.size) <= 480


def test_chapters_follow_the_shelves_and_indexes_the_names(shawl, weavers, officer):
    food = CategoryFactory(code="edible", name_th="ของกิน", name_en="Food")
    snacks = CategoryFactory(parent=food, name_th="ขนม", name_en="Snacks")
    ProductFactory(member=weavers, category=snacks, name_th="กล้วยตาก", published=True)
    ProductFactory(member=weavers, name_th="แก้ว", name_en="", published=True)

    made = book(officer)
    chapters = [each.heading for each in made.blocks if isinstance(each, ChapterBlock)]
    thai, english = (each for each in made.blocks if isinstance(each, IndexBlock))

    assert chapters == ["ขนม", "ผ้าคลุม", "ยังไม่จัดประเภท"]
    assert [name for name, _code in thai.lines] == ["กล้วยตาก", "แก้ว", "ผ้าคลุมไหล่ฝ้าย"]
    assert "Cotton shawl" in [name for name, _code in english.lines]
    assert len(english.lines) == 2
    assert len(read(render(made)).outline) >= 6


def test_a_province_without_goods_has_a_book_that_says_so(officer, now):
    assert "ยังไม่มีผลิตภัณฑ์ที่เผยแพร่" in text_of(render(book(officer)))


def test_an_english_book_tells_english_first(shawl, officer):
    made = book(officer, language="en")

    assert made.title == "Souvenirs of Loei Province"
    assert [each.language for each in goods(made)[0].entries] == ["en", "th"]
    assert not any("๐" <= char <= "๙" for char in text_of(render(made)))


def test_the_screen_counts_the_chapters(shawl, weavers, officer):
    ProductFactory(member=weavers, published=True)
    report = catalogue.find("product-book", officer)
    form = report.form(QueryDict(), user=officer)
    assert form.is_valid()

    (table,) = report.tables(officer, form)

    assert table.rows == [("ผ้าคลุม", 1, 1), ("ยังไม่จัดประเภท", 1, 0)]
    assert table.totals == ("รวม", 2, 1)


def test_long_stories_end_with_a_word():
    told = shortened("ผ้าฝ้าย " * 400)

    assert told[0].endswith("ผ้าฝ้าย …")
    assert len(told[0]) <= 1_402
    assert shortened("ก\n\nข\n") == ["ก", "ข"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_book_asks_the_same_of_the_database_for_any_number_of_goods(
    weavers, officer, count, django_assert_num_queries
):
    ProductFactory.create_batch(count, member=weavers, published=True)
    report = catalogue.find("product-book", officer)
    form = report.form(QueryDict(), user=officer)
    assert form.is_valid()
    assert officer.agency

    with django_assert_num_queries(5):
        made = document_of(report, officer, form, language="th")

    assert len(goods(made)) == count
