"""What the public meets: lists that answer any address, pages that keep secrets."""

import datetime
import json
import re

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import translation

from registry.actions import records
from registry.changes import Changes
from registry.models import Code
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    ClusterFactory,
    ContactFactory,
    MemberFactory,
    MembershipFactory,
    OutletFactory,
    PhotoFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
)

pytestmark = pytest.mark.django_db

CATALOGUE = "/products/"
PRODUCERS = "/members/"


@pytest.fixture(autouse=True)
def in_thai():
    """Start each test in Thai."""
    # A request for an English page leaves its language behind.
    with translation.override("th"):
        yield


def page(client, url, status=200, **headers):
    response = client.get(url, headers=headers)
    assert response.status_code == status
    return response.content.decode()


def announced(year):
    return StarRoundFactory(year=year, announced_on=datetime.date(year - 543, 12, 20))


# --- Query counts ---------------------------------------------------------------


def full_product(**fields):
    """Publish a product with one of everything its page shows."""
    product = ProductFactory(published=True, **fields)
    PhotoFactory(product=product)
    CertificateFactory(product=product)
    StarRatingFactory(product=product, round=announced(2562))
    ContactFactory(member=product.member, shop=True)
    OutletFactory(member=product.member)
    return product


@pytest.mark.parametrize("count", [1, 3])
def test_catalogue_asks_six_times_however_long_it_is(
    client, count, django_assert_num_queries
):
    ProductFactory.create_batch(count, published=True)
    client.get(CATALOGUE)  # the banner

    # Whether shelves, marks and provinces are as they were; districts at home; rows;
    # the kept counts of all and of home.
    with django_assert_num_queries(5):
        text = page(client, CATALOGUE)

    assert text.count('class="card"') == count


@pytest.mark.parametrize("count", [1, 3])
def test_searched_catalogue_asks_eight_times(client, count, django_assert_num_queries):
    ProductFactory.create_batch(count, published=True, name_th="หน้ากาก")
    client.get(CATALOGUE)

    # Aliases and all that is found, in names and then anywhere; the cards of its
    # first page.
    with django_assert_num_queries(8):
        text = page(client, CATALOGUE + "?q=หน้ากาก&province=loei")

    assert text.count('class="card"') == count


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_producers_asks_five_times(client, count, django_assert_num_queries):
    MemberFactory.create_batch(count, published=True)
    client.get(PRODUCERS)

    with django_assert_num_queries(5):
        text = page(client, PRODUCERS)

    assert text.count('class="maker card"') == count


@pytest.mark.parametrize("count", [1, 3])
def test_product_page_asks_eight_times_whatever_it_shows(
    client, count, django_assert_num_queries
):
    shelf = CategoryFactory()
    product = full_product(category=shelf)
    for year in range(2563, 2562 + count):
        StarRatingFactory(product=product, round=announced(year))
        CertificateFactory(product=product)
        PhotoFactory(product=product)
        ContactFactory(member=product.member, shop=True)
    ProductFactory.create_batch(count, published=True, member=product.member)
    client.get(CATALOGUE)

    with django_assert_num_queries(8):
        text = page(client, product.get_absolute_url())

    assert text.count("<time>") == count


@pytest.mark.parametrize("count", [1, 3])
def test_producer_page_asks_seven_times(client, count, django_assert_num_queries):
    member = MemberFactory(published=True)
    for _number in range(count):
        ProductFactory(published=True, member=member)
        ContactFactory(member=member, shop=True)
        OutletFactory(member=member)
        MembershipFactory(member=member)
    CertificateFactory(product=None, member=member)
    client.get(CATALOGUE)

    with django_assert_num_queries(7):
        text = page(client, member.get_absolute_url())

    assert text.count('class="card"') == count


# --- The lists ------------------------------------------------------------------

GARBAGE = [
    "page=-1",
    "page=0",
    "page=999999",
    "page=abc",
    "price=abc",
    "price=-1",
    "sort=id;drop",
    "category=no-such-shelf",
    "province=atlantis",
    "district=9999",
    "district=%F0%9F%8D%8C",
    "stars=99",
    "season=13",
    "edible=perhaps",
    "otop_type=%27",
    "after=42-P-99999",
    "type=zz",
]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_any_address_gives_a_page_with_the_goods_and_a_sentence(client, prefix):
    product = ProductFactory(published=True)

    for query in GARBAGE:
        text = page(client, f"{prefix}{CATALOGUE}?{query}")

        assert product.get_absolute_url() in text, query
        expected = query != "type=zz"  # no filter of this list
        assert ("message--warning" in text) is expected, query


def test_any_address_gives_the_producers_and_a_sentence(client):
    member = MemberFactory(published=True)

    for query in (
        "page=-1",
        "page=7",
        "type=zz",
        "province=x",
        "district=y",
        "after=z",
    ):
        text = page(client, f"{PRODUCERS}?{query}")

        assert member.get_absolute_url() in text, query
        assert "message--warning" in text, query


def test_words_of_any_kind_give_a_page(client):
    ProductFactory(published=True)

    for words in ("'", '"', "%", "_", "๏", "ก" * 5_000, "AND OR NOT *", "!!!"):
        assert client.get(CATALOGUE, {"q": words}).status_code == 200
        assert client.get(PRODUCERS, {"q": words}).status_code == 200


def results(text):
    """Return what stands between the marks of the results."""
    inside = re.search(r'id="results"[^>]*>(.*?)</section>', text, re.DOTALL)
    return " ".join((inside[1] if inside else text).split())


@pytest.mark.parametrize("list_of", [CATALOGUE, PRODUCERS])
@pytest.mark.parametrize("query", ["", "?province=loei&page=2", "?q=zzzz"])
def test_fragment_holds_the_results_of_the_page(client, list_of, query):
    ProductFactory.create_batch(2, published=True)

    whole = client.get(list_of + query)
    part = client.get(list_of + query, headers={"HX-Request": "true"})

    results_alone = results(part.content.decode()).split("<div hx-swap-oob")[0].strip()
    assert results_alone == results(whole.content.decode()).strip()
    assert "<html" not in part.content.decode()
    assert "HX-Request" in whole["Vary"]
    assert "HX-Request" in part["Vary"]


def test_fragment_brings_choices_with_fresh_counts_and_a_clean_address(client):
    ProductFactory(published=True, price_min=35)
    ProductFactory(published=True, price_min=35, otop_type="food")

    part = client.get(
        CATALOGUE + "?q=&sort=newest&province=&otop_type=food",
        headers={"HX-Request": "true"},
    )

    assert part["HX-Push-Url"] == "/products/?otop_type=food"
    assert 'hx-swap-oob="innerHTML:#filter-choices"' in part.content.decode()
    assert (
        'name="price" value="1"><span>ต่ำกว่า 100 บาท</span> <span class="chip__count">1<'
        in (part.content.decode())
    )


def test_back_button_of_htmx_gets_the_whole_page(client):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert "<html" in page(client, CATALOGUE, **headers)


def test_nothing_found_offers_a_near_word_and_filters_to_take_off(client):
    ProductFactory(published=True, name_th="หน้ากากผีตาโขน", price_min=35)

    misspelt = page(client, CATALOGUE + "?q=หน้ากากผีตาโข่นน")
    narrow = page(client, CATALOGUE + "?price=1&price=2&stars=5")

    assert "ท่านหมายถึง" in misspelt or 'class="card"' in misspelt
    assert 'href="?price=1&amp;price=2"' in narrow
    assert "ไม่พบรายการ" in narrow


def test_only_what_is_published_is_listed_or_counted(client):
    member = MemberFactory(published=True, name_th="กลุ่มเปิดเผย")
    for status in ("draft", "submitted", "returned", "withdrawn"):
        ProductFactory(status=status, member=member, name_th=f"ลับ{status}")
        MemberFactory(status=status, name_th=f"ลับ{status}")

    for url in (CATALOGUE, PRODUCERS, member.get_absolute_url()):
        assert "ลับ" not in page(client, url)
    for url in (CATALOGUE, PRODUCERS):
        assert 'class="card"' not in page(client, url + "?q=ลับ")
        assert 'class="maker card"' not in page(client, url + "?q=ลับ")


def test_placeholders_are_never_public(client):
    member = MemberFactory(is_placeholder=True, name_th="ไม่ระบุชื่อ")

    assert "ไม่ระบุชื่อ" not in page(client, PRODUCERS)
    page(client, member.get_absolute_url(), status=404)


def test_card_names_the_province_where_goods_of_several_are_shown(client):
    ProductFactory(published=True)
    alone = page(client, CATALOGUE)
    ProductFactory(published=True, member__district__code="5101")
    several = page(client, CATALOGUE)
    chosen = page(client, CATALOGUE + "?province=loei")

    assert "เมืองเลย · เลย" not in alone
    assert "เมืองเลย · เลย" in several
    assert "เมืองเลย · เลย" not in chosen
    assert 'name="province"' not in alone
    assert 'name="province"' in several


def test_card_shows_price_stars_with_year_and_marks(client):
    product = full_product(price_min=250, price_max=350)
    mark = product.certificates.get().mark

    text = page(client, CATALOGUE)

    assert "฿250–350" in text
    assert "OTOP 5 ดาว ปี 2562" in text
    assert mark.abbreviation in text


# --- The page of a product ------------------------------------------------------


def test_text_in_the_other_language_says_so(client):
    product = ProductFactory(published=True, name_en="", story_th="เรื่องเล่า")

    text = page(client, "/en" + product.get_absolute_url())

    assert f'<span lang="th">{product.name_th}</span>' in text
    assert '<span lang="th">เรื่องเล่า</span>' in text


def test_other_name_is_in_the_other_language(client):
    product = ProductFactory(published=True)

    thai = page(client, product.get_absolute_url())
    english = page(client, "/en" + product.get_absolute_url())

    assert f'<p class="product__other" lang="en">{product.name_en}<' in thai
    assert f'<p class="product__other" lang="th">{product.name_th}<' in english


def test_personal_contacts_are_shown_with_consent_only(client):
    product = ProductFactory(published=True)
    member = product.member
    ContactFactory(member=member, shop=True, value="+6642811234")
    ContactFactory(member=member, value="+66811111111")
    ContactFactory(member=member, value="+66822222222", consented=True)
    ContactFactory(
        member=member,
        value="+66833333333",
        consented=True,
        consent_withdrawn_on=datetime.date(2026, 2, 1),
    )

    for url in (product.get_absolute_url(), member.get_absolute_url()):
        text = page(client, url)
        assert "11111111" not in text
        assert "33333333" not in text
        assert "tel:+66822222222" in text
        assert "042-811-234" in text


def test_links_elsewhere_are_plain_and_pass_nothing_on(client):
    product = ProductFactory(published=True)
    ContactFactory(
        member=product.member, kind="website", value="example.com", is_personal=False
    )
    ContactFactory(
        member=product.member,
        kind="page",
        value="javascript:alert(1)",
        is_personal=False,
    )
    OutletFactory(member=product.member, latitude="17.5", longitude="101.7")

    text = page(client, product.get_absolute_url())

    outside = re.findall(r'<a [^>]*href="https?://(?!localhost)[^>]*>', text)
    assert len(outside) == 2
    assert all('rel="noopener nofollow"' in link for link in outside)
    assert 'href="javascript' not in text
    assert not re.search(r'(src|srcset)="https?:', text)


def test_coordinates_of_a_producer_are_never_told(client):
    member = MemberFactory(published=True, latitude="17.12345", longitude="101.54321")
    product = ProductFactory(published=True, member=member)

    for url in (member.get_absolute_url(), product.get_absolute_url()):
        assert "17.12" not in page(client, url)


def test_expired_mark_is_grey_and_the_producers_marks_say_whose_they_are(client):
    product = ProductFactory(published=True)
    CertificateFactory(product=product, expired=True, number="เลขเก่า")
    CertificateFactory(product=None, member=product.member, number="เลขสถานที่")

    text = page(client, product.get_absolute_url())

    assert re.search(r"tag--grey.*หมดอายุ.*เลขเก่า", text, re.DOTALL)
    assert "1 มกราคม 2561" in text
    assert re.search(r"เลขสถานที่.*ออกให้ผู้ผลิตหรือสถานที่ผลิต", text, re.DOTALL)


def test_stars_are_shown_with_their_years_once_announced(client):
    product = ProductFactory(published=True)
    StarRatingFactory(product=product, round=announced(2562), total=None, stars=4)
    StarRatingFactory(product=product, round=announced(2565), total=92)
    StarRatingFactory(product=product, round=StarRoundFactory(year=2569), total=40)

    text = page(client, product.get_absolute_url())

    assert "OTOP 5 ดาว ปี 2565" in text
    assert "OTOP 4 ดาว ปี 2562" in text
    assert "ปี 2569" not in text


def structured(text):
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', text)
    return json.loads(data[1])


def test_structured_data_says_what_the_page_does_and_cannot_end_its_element(client):
    shelf = CategoryFactory(code="cloth")
    product = ProductFactory(
        published=True, name_th="</script><b>", category=shelf, price_min=250
    )

    text = page(client, product.get_absolute_url())
    data, way = structured(text)

    assert "</script><b>" not in text
    assert data["name"] == "</script><b>"
    assert data["offers"]["price"] == "250.00"
    assert data["url"] == f"http://localhost:8000/products/{product.code}/"
    assert "aggregateRating" not in data
    assert [step["position"] for step in way["itemListElement"]] == [1, 2, 3]


def test_page_is_shared_by_its_absolute_address(client):
    product = ProductFactory(published=True)
    address = f"http://localhost:8000/products/{product.code}/"

    text = page(client, product.get_absolute_url())

    assert f'data-share="{address}"' in text
    assert address in text.split('class="qr"')[1]
    assert re.search(r'property="og:image" content="http://localhost:8000/', text)


@pytest.mark.parametrize("kind", ["products", "members"])
def test_codes_answer_for_what_became_of_their_record(client, kind):
    make = ProductFactory if kind == "products" else MemberFactory
    there, gone, merged = (make(published=True) for _number in range(3))
    records.withdraw(gone, by=None, note="No longer made.")
    records.withdraw(merged, by=None, note="Entered twice.")
    Code.objects.filter(pk=merged.code).update(superseded_by=there.code)
    draft = make()
    never_public = make()
    records.withdraw(never_public, by=None, note="A mistake.")

    assert client.get(there.get_absolute_url()).status_code == 200
    assert client.get(gone.get_absolute_url()).status_code == 410
    for unknown in (draft, never_public):
        assert client.get(unknown.get_absolute_url()).status_code == 404
    assert client.get(f"/{kind}/42-X-99999/").status_code == 404
    assert client.get(f"/{kind}/{'x' * 300}/").status_code == 404
    moved = client.get(f"/en/{kind}/{merged.code}/")
    assert moved.status_code == 301
    assert moved["Location"] == f"/en/{kind}/{there.code}/"


def test_goods_of_a_withdrawn_producer_lead_nowhere_and_reach_nobody(client):
    product = ProductFactory(published=True)
    member = product.member
    ContactFactory(member=member, shop=True, value="+6642811234")
    records.withdraw(member, by=None, note="Closed.")

    text = client.get(product.get_absolute_url()).content.decode()

    assert member.get_absolute_url() not in text
    assert "tel:" not in text


# --- Alcoholic drinks -----------------------------------------------------------


@pytest.fixture
def drink():
    """A drink with everything a page could show."""
    shelf = CategoryFactory(alcohol=True)
    return full_product(
        category=shelf, name_th="สาโท", story_th="หวานหอม", price_min=120
    )


def test_drink_is_behind_a_notice_of_age(client, drink):
    text = page(client, drink.get_absolute_url())

    assert "สาโท" not in text
    assert f'href="{drink.get_absolute_url()}?age=20"' in text
    assert "application/ld+json" not in text


def test_drink_shows_name_and_maker_only(client, drink):
    text = page(client, drink.get_absolute_url() + "?age=20")

    assert "สาโท" in text
    assert drink.member.name in text
    for hidden in ("หวานหอม", "฿120", "OTOP 5", "application/ld+json", "tel:"):
        assert hidden not in text
    assert "฿120" not in page(client, CATALOGUE)
    assert "OTOP 5" not in page(client, CATALOGUE)


def test_operator_may_show_all_of_a_drink_behind_the_notice(client, drink):
    with override_settings(SHOW_ALCOHOL_DETAILS=True):
        notice = page(client, drink.get_absolute_url())
        text = page(client, drink.get_absolute_url() + "?age=20")

    assert "หวานหอม" not in notice
    assert "หวานหอม" in text
    assert "฿120" in text
    assert "application/ld+json" not in text


# --- The page of a producer -----------------------------------------------------


def test_producer_page_tells_its_goods_clusters_and_people(client):
    member = MemberFactory(
        published=True, otop_year=2549, workers=32, local_workers=30, story_th="เล่า"
    )
    product = ProductFactory(published=True, member=member)
    cluster = ClusterFactory()
    MembershipFactory(member=member, cluster=cluster)
    ended = ClusterFactory()
    MembershipFactory(member=member, cluster=ended, left_on=datetime.date(2025, 1, 1))

    text = page(client, member.get_absolute_url())

    assert product.get_absolute_url() in text
    assert cluster.name_th in text
    assert ended.name_th not in text
    for told in ("2549", "32 คน", "30 คน", "เล่า"):
        assert told in text


def test_goods_of_a_producer_come_in_pages(client):
    member = MemberFactory(published=True)
    ProductFactory.create_batch(25, published=True, member=member)

    first = page(client, member.get_absolute_url())
    second = page(client, member.get_absolute_url() + "?page=2")

    assert first.count('class="card"') == 24
    assert second.count('class="card"') == 1


def test_lists_and_pages_read_only(client):
    product = ProductFactory(published=True)

    for url in (
        reverse("products:list"),
        reverse("members:list"),
        product.get_absolute_url(),
        product.member.get_absolute_url(),
    ):
        assert client.post(url).status_code == 405
        assert client.head(url).status_code == 200


def test_edit_of_a_published_product_shows_at_once(client):
    product = ProductFactory(published=True)

    records.edit(product, Changes({"name_th": "ชื่อใหม่"}), by=None)

    assert "ชื่อใหม่" in page(client, product.get_absolute_url())
    assert "ชื่อใหม่" in page(client, CATALOGUE + "?q=ชื่อใหม่")
