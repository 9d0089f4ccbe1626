"""Each filter keeps what it says; what an address cannot mean is left out aloud."""

import datetime

import pytest
from django.http import QueryDict
from django.utils import translation

from members.enums import ProducerType
from products.filters import MemberFilter, ProductFilter, Vocabulary
from products.models import Product
from registry.models import Province
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    DistrictFactory,
    MarkFactory,
    MemberFactory,
    ProductFactory,
    ProvinceFactory,
    StarRatingFactory,
    StarRoundFactory,
)

pytestmark = pytest.mark.django_db


def asked(address, home=""):
    return ProductFilter(QueryDict(address), Vocabulary.load(), home=home)


def names(address):
    return {product.name_th for product in asked(address).qs}


def announced(year):
    return StarRoundFactory(year=year, announced_on=datetime.date(year - 543, 12, 20))


@pytest.fixture
def goods():
    """Five goods that differ in everything a filter asks about, and a draft."""
    edible = CategoryFactory(code="edible")
    sweets = CategoryFactory(code="sweets", parent=edible)
    nuts = CategoryFactory(code="nuts", parent=sweets)
    craft = CategoryFactory(code="craft")
    loei = MemberFactory(published=True)
    dan_sai = MemberFactory(published=True, district__code="4205")
    lamphun = MemberFactory(published=True, district__code="5101")
    DistrictFactory(code="4203")

    def product(name, member, **fields):
        return ProductFactory(published=True, name_th=name, member=member, **fields)

    made = {
        "nuts": product("ถั่ว", loei, category=nuts, otop_type="food", price_min=35),
        "sweets": product(
            "ขนม", dan_sai, category=sweets, otop_type="food", price_min=100, season=0b1
        ),
        "cloth": product(
            "ผ้า", lamphun, category=craft, otop_type="textile", price_min=3200
        ),
        "mask": product(
            "หน้ากาก",
            dan_sai,
            category=craft,
            otop_type="decor",
            price_min=None,
            season=0b110,
        ),
        "unsorted": product("ของ", loei, otop_type="", price_min=299),
    }
    five, four = announced(2562), announced(2565)
    StarRatingFactory(product=made["cloth"], round=five, total=92)
    StarRatingFactory(product=made["mask"], round=four, total=85)
    gi = MarkFactory(code="gi")
    CertificateFactory(product=made["cloth"], mark=gi)
    CertificateFactory(product=made["nuts"], mark=gi, expired=True)
    ProductFactory(name_th="ร่าง", member=loei, category=nuts)
    return made


KEPT = {
    "": {"ถั่ว", "ขนม", "ผ้า", "หน้ากาก", "ของ"},
    "category=edible": {"ถั่ว", "ขนม"},
    "category=sweets": {"ถั่ว", "ขนม"},
    "category=nuts": {"ถั่ว"},
    "otop_type=food": {"ถั่ว", "ขนม"},
    "otop_type=food&otop_type=decor": {"ถั่ว", "ขนม", "หน้ากาก"},
    "province=loei": {"ถั่ว", "ขนม", "หน้ากาก", "ของ"},
    "province=lamphun": {"ผ้า"},
    "province=loei&district=4205": {"ขนม", "หน้ากาก"},
    "district=4205": {"ขนม", "หน้ากาก"},
    "stars=5": {"ผ้า"},
    "stars=4": {"หน้ากาก"},
    "stars=5&stars=4": {"ผ้า", "หน้ากาก"},
    "mark=gi": {"ผ้า"},
    "price=1": {"ถั่ว"},
    "price=2": {"ขนม", "ของ"},
    "price=1&price=6": {"ถั่ว", "ผ้า"},
    "season=1": {"ถั่ว", "ขนม", "ผ้า", "ของ"},
    "season=2": {"ถั่ว", "หน้ากาก", "ผ้า", "ของ"},
    "edible=yes": {"ถั่ว", "ขนม"},
    "edible=no": {"ผ้า", "หน้ากาก"},
    "q=หน้ากาก": {"หน้ากาก"},
    "province=loei&edible=yes&price=1": {"ถั่ว"},
    "province=lamphun&edible=yes": set(),
}


def test_each_filter_keeps_what_it_says(goods):
    # A mark counts while its certificate is in force.
    assert {address: names(address) for address in KEPT} == KEPT


UNKNOWN = {
    "category=zz": ["Category"],
    "province=atlantis": ["Province"],
    "district=9999": ["District"],
    "district=zz": ["District"],
    "district=%00": ["District"],
    "stars=9": ["Stars"],
    "price=abc": ["Price"],
    "mark=%27%20OR%201=1": ["Mark"],
    "season=13": ["In season"],
    "edible=maybe": ["Edible or not"],
    "otop_type=%00": ["OTOP type"],
    "sort=id%3Bdrop": ["Order"],
    "stars=9&price=abc": ["Price", "Stars"],
    "q=%00%00": [],
    "nonsense=1": [],
    "sort=relevance": [],
}


def test_values_the_register_does_not_know_are_left_out_and_named(goods):
    with translation.override("en"):
        read = {address: asked(address) for address in UNKNOWN}

        assert {
            address: [str(label) for label in filter_.unknown]
            for address, filter_ in read.items()
        } == UNKNOWN
        assert all(filter_.chosen == {} for filter_ in read.values())
        assert {filter_.qs.count() for filter_ in read.values()} == {5}


def test_of_several_values_the_known_ones_stay(goods):
    filter_ = asked("stars=5&stars=9")

    assert filter_.chosen == {"stars": ("5",)}
    assert len(filter_.unknown) == 1


def test_district_of_another_province_goes_without_a_word(goods):
    # A form sends the old district when only its province is changed.
    filter_ = asked("province=lamphun&district=4205")

    assert filter_.chosen == {"province": ("lamphun",)}
    assert filter_.unknown == []


def test_district_alone_names_its_province(goods):
    assert asked("district=4205").chosen == {
        "province": ("loei",),
        "district": ("4205",),
    }


def test_districts_are_those_of_the_chosen_province_or_of_home(goods):
    assert asked("").options["district"] == ()
    assert [
        option.value for option in asked("province=lamphun").options["district"]
    ] == ["5101"]
    assert {option.value for option in asked("", home="42").options["district"]} == {
        "4201",
        "4203",
        "4205",
    }


def test_chip_takes_off_one_value_and_keeps_the_others(goods):
    filter_ = asked("stars=4&stars=5&province=loei&district=4205&q=ผ้า&sort=name&page=3")

    left = {chip.label: QueryDict(chip.url.removeprefix("?")) for chip in filter_.chips}

    assert left["4 ดาว"].getlist("stars") == ["5"]
    assert "q" not in left["“ผ้า”"]
    assert left["ด่านซ้าย"]["province"] == "loei"
    # The district would bring its province back.
    assert left["เลย"].dict() == {"q": "ผ้า", "stars": "4", "sort": "name"}
    assert all("page" not in query for query in left.values())


def test_address_of_nothing_chosen_is_the_list_itself(goods):
    assert asked("stars=5").chips[0].url == "."


def test_shelves_lead_from_all_goods_down_to_the_chosen_one(goods):
    counts = {"edible": 2, "sweets": 2, "nuts": 1, "craft": 2}

    top = asked("").shelf_steps(counts)
    inside = asked("category=sweets").shelf_steps(counts)

    assert [step.url for step in top] == [".", "?category=sweets"]
    assert [(step.url, step.is_current) for step in inside] == [
        (".", False),
        ("?category=edible", False),
        ("?category=sweets", True),
        ("?category=nuts", False),
    ]


def test_name_in_the_other_language_says_which(goods):
    ProvinceFactory(code="10", name_en="")
    with translation.override("en"):
        options = {option.value: option for option in asked("").options["province"]}

    assert options["loei"].lang == ""
    assert options[Province.objects.get(code="10").slug].lang == "th"


def test_orders_put_goods_without_a_price_or_stars_last(goods):
    def order(sort):
        filter_ = asked(f"sort={sort}")
        ordering = [column.ordering() for column in filter_.columns]
        return [product.name_th for product in filter_.qs.order_by(*ordering)]

    assert order("price") == ["ถั่ว", "ขนม", "ของ", "ผ้า", "หน้ากาก"]
    assert order("-price") == ["ผ้า", "ของ", "ขนม", "ถั่ว", "หน้ากาก"]
    assert order("stars")[:2] == ["ผ้า", "หน้ากาก"]
    assert order("newest") == ["ของ", "หน้ากาก", "ผ้า", "ขนม", "ถั่ว"]


def test_words_offer_the_best_match_first_and_nothing_else_does(goods):
    assert asked("q=ผ้า").sort == "relevance"
    assert asked("").sort == "newest"
    assert asked("sort=relevance").sort == "newest"


def test_producers_are_filtered_by_place_kind_and_words():
    group = MemberFactory(published=True, name_th="กลุ่มทอผ้า")
    single = MemberFactory(
        published=True,
        name_th="สวนกาแฟ",
        district__code="4205",
        producer_type=ProducerType.SINGLE,
    )
    north = MemberFactory(published=True, name_th="ไหมลำพูน", district__code="5101")
    MemberFactory(name_th="ร่าง")

    def found(address):
        provinces = tuple(Province.objects.order_by("sort_key", "pk"))
        return set(MemberFilter(QueryDict(address), provinces).qs)

    assert found("") == {group, single, north}
    assert found("province=loei") == {group, single}
    assert found("district=4205") == {single}
    assert found("type=group") == {group, north}
    assert found("type=group&type=single&province=loei") == {group, single}
    assert found("q=กาแฟ") == {single}
    assert found("type=zz") == {group, single, north}


def test_drafts_are_in_no_list():
    ProductFactory()
    ProductFactory(submitted=True)
    ProductFactory(withdrawn=True)

    assert not asked("").qs.exists()
    assert Product.objects.count() == 3
