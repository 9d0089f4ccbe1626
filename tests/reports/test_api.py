"""The JSON interface: filters of the catalogue, pages that go on, clear refusals."""

import datetime
import json
import logging

import pytest
import time_machine
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import override_settings
from django.urls import reverse

from members.enums import ContactKind
from products.models import Product
from registry.actions import records
from registry.actions.merging import merge
from registry.changes import Changes
from reports.api import limits, openapi
from reports.api.schemas import SCHEMAS
from reports.api.urls import urlpatterns
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    ContactFactory,
    MarkFactory,
    MemberFactory,
    OutletFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
)

pytestmark = pytest.mark.django_db

PRODUCTS, MEMBERS = "/api/v1/products/", "/api/v1/members/"


@pytest.fixture(autouse=True)
def unhurried():
    """Count the requests of each test by themselves."""
    limits.counter.forget()


def got(client, url, **query):
    answer = client.get(url, query)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json"
    return json.loads(answer.content)


def codes(client, url, **query):
    return [row["code"] for row in got(client, url, **query)["results"]]


def refused(client, url, status, **query):
    """Return the sentence of a refusal, in English."""
    answer = client.get(url, query)
    found = json.loads(answer.content)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert found["status"] == status
    assert any("ก" <= letter <= "๙" for letter in found["detail_th"])
    assert not any("ก" <= letter <= "๙" for letter in found["detail"])
    return found["detail"]


# --- Rows -------------------------------------------------------------------------


def test_a_product_tells_what_its_page_tells(client, shawl):
    found = got(client, f"{PRODUCTS}{shawl.code}/")

    assert found["name_en"] == "Cotton shawl"
    assert found["url_en"] == f"http://localhost:8000/en/products/{shawl.code}/"
    assert found["member"]["code"] == shawl.member.code
    assert (found["price_min"], found["price_max"]) == (250.0, 1250.5)
    assert (found["stars"], found["stars_year"], found["season"]) == (5, 2566, [1, 12])
    assert found["story_en"] == "Woven by hand"
    assert found["star_results"] == [{"year": 2566, "stars": 5, "total": 92.0}]
    assert [each["mark"] for each in found["certificates"]] == found["marks"]
    assert found["picture"].startswith("http://localhost:8000/media/")


def test_a_producer_is_told_without_the_people_of_it(client, weavers):
    OutletFactory(member=weavers, name_en="Village shop")
    weavers.contacts.filter(is_personal=True).update(
        consented_on=datetime.date(2026, 1, 15), consent_wording="1"
    )

    found = got(client, f"{MEMBERS}{weavers.code}/")
    listed = got(client, MEMBERS)

    assert {each["kind"] for each in found["contacts"]} == {ContactKind.PHONE}
    assert [each["name_en"] for each in found["outlets"]] == ["Village shop"]
    text = json.dumps([found, listed], ensure_ascii=False)
    secrets = ("สมมติ", "12345670", "a@test.example", "SECRET", "99/9", "420501-0017")
    assert [secret for secret in secrets if secret in text] == []
    assert "17.2775" not in text


def test_no_answer_holds_what_is_private(client, shawl, plain_product):
    ContactFactory(member=shawl.member, kind=ContactKind.LINE, value="line-of-leader")
    urls = [
        reverse(f"api:{each.name}", args=[code] if code else [])
        for each in urlpatterns
        for code in [
            {"products_detail": shawl.code, "members_detail": shawl.member.code}.get(
                each.name
            )
        ]
    ]
    text = "".join(client.get(url).content.decode() for url in urls)

    secrets = (
        *("สมมติ ทดลอง", "812345670", "a@test.example", "line-of-leader"),
        *("SECRET NOTE", "99/9", plain_product.name_th, shawl.owner.name_en),
    )
    assert "Cotton shawl" in text
    assert [secret for secret in secrets if secret in text] == []


def test_of_a_drink_nothing_but_name_maker_and_place_is_told(client):
    drink = ProductFactory(
        published=True,
        category=CategoryFactory(alcohol=True),
        story_th="รสนุ่ม",
        materials_th="ข้าวเหนียว",
    )
    given = StarRoundFactory(announced_on=datetime.date(2024, 1, 1))
    StarRatingFactory(product=drink, round=given)
    CertificateFactory(product=drink)

    found = got(client, f"{PRODUCTS}{drink.code}/")
    (row,) = got(client, PRODUCTS)["results"]

    for each in (found, row):
        assert (each["price_min"], each["stars"], each["marks"]) == (None, None, [])
        assert each["member"]["name_th"] == drink.member.name_th
    assert (found["story_th"], found["certificates"]) == (None, [])
    (round_,) = got(client, "/api/v1/rounds/")["results"]
    assert sum(round_["results"].values()) == 0
    with override_settings(SHOW_ALCOHOL_DETAILS=True):
        assert got(client, f"{PRODUCTS}{drink.code}/")["story_th"] == "รสนุ่ม"
        (round_,) = got(client, "/api/v1/rounds/")["results"]
        assert round_["results"]["5"] == 1


@pytest.mark.parametrize("status", ["draft", "submitted", "returned"])
def test_what_was_never_published_is_not_there(client, status):
    product = ProductFactory(status=status)

    assert codes(client, PRODUCTS) == []
    assert "no such code" in refused(client, f"{PRODUCTS}{product.code}/", 404)


def test_a_withdrawn_record_says_it_is_gone(client):
    product = ProductFactory(withdrawn=True)

    assert "taken out" in refused(client, f"{PRODUCTS}{product.code}/", 410)


def test_a_merged_record_leads_to_its_successor(client):
    stays, goes = [MemberFactory(published=True) for _ in range(2)]
    old = goes.code
    merge(stays, goes, by=None, reason="one and the same")

    answer = client.get(f"{MEMBERS}{old}/")

    assert answer.status_code == 301
    assert answer["Location"] == f"http://localhost:8000{MEMBERS}{stays.code}/"
    assert json.loads(answer.content)["code"] == stays.code


def test_short_lists_are_whole(client, shawl):
    assert len(got(client, "/api/v1/provinces/")["results"]) >= 1
    shelves = {
        row["code"]: row for row in got(client, "/api/v1/categories/")["results"]
    }
    assert shelves[shawl.category.code]["parent"] == "non-edible"
    marks = got(client, "/api/v1/marks/")["results"]
    assert [row["certificates_in_force"] for row in marks] == [1]
    (round_,) = got(client, "/api/v1/rounds/")["results"]
    assert round_["results"] == {"5": 1, "4": 0, "3": 0, "2": 0, "1": 0}


def test_the_start_names_lists_that_are_there(client):
    found = got(client, "/api/v1/")

    for url in (*found["resources"].values(), found["openapi"]):
        assert client.get(url.removeprefix("http://localhost:8000")).status_code == 200


# --- Filters ----------------------------------------------------------------------


def test_products_are_chosen_as_in_the_catalogue(client, shawl):
    cheap = ProductFactory(
        published=True, name_th="ข้าวหลาม", price_min=20, otop_type="food"
    )
    far = ProductFactory(
        published=True,
        name_th="ร่มกระดาษ",
        price_min=5_000,
        member=MemberFactory(published=True, district__code="5101"),
    )

    def chosen(**query):
        return set(codes(client, PRODUCTS, **query))

    assert chosen(province="lamphun") == {far.code}
    assert chosen(district="4205") == {shawl.code}
    assert chosen(stars=[5, 4]) == {shawl.code}
    assert chosen(price=[1, 6]) == {cheap.code, far.code}
    assert chosen(otop_type="food") == {cheap.code}
    assert chosen(category="non-edible") == {shawl.code}
    assert chosen(mark=shawl.mark_codes[0]) == {shawl.code}
    assert chosen(season=6) == {cheap.code, far.code}
    assert chosen(edible="no") == {shawl.code}
    assert chosen(q="ผ้าคลุม") == {shawl.code}
    assert codes(client, PRODUCTS, sort="price")[0] == cheap.code
    assert codes(client, PRODUCTS, sort="-price")[0] == far.code


def test_members_are_chosen_as_in_their_list(client, weavers, lamphun_member):
    assert codes(client, MEMBERS, province="lamphun") == [lamphun_member.code]
    assert codes(client, MEMBERS, type="group", district="4205") == [weavers.code]
    assert codes(client, MEMBERS, type=["single", "sme"]) == []
    assert codes(client, MEMBERS, q="ทดลอง") == [weavers.code]


def test_a_district_of_another_province_has_nothing(client, shawl, lamphun_member):
    assert codes(client, PRODUCTS, province="lamphun", district="4205") == []
    assert codes(client, MEMBERS, province="loei", district="5101") == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"provinec": "loei"}, "“provinec”"),
        ({"stars": "6"}, "“6” is no value of “stars”"),
        ({"stars": ["5", "x"]}, "“x”"),
        ({"price": "0"}, "“price”"),
        ({"season": "13"}, "“season”"),
        ({"limit": "0"}, "1 to 100"),
        ({"limit": "101"}, "1 to 100"),
        ({"limit": "1e1"}, "1 to 100"),
        ({"district": "loei"}, "“district”"),
        ({"province": ["loei", "lamphun"]}, "once only"),
        ({"province": ""}, "“province”"),
        ({"sort": "best"}, "“sort”"),
        ({"q": "x" * 201}, "“q”"),
        ({"after": "!"}, "“after”"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_with_a_sentence(client, query, said):
    assert said in refused(client, PRODUCTS, 400, **query)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("province", "atlantis"),
        ("district", "9999"),
        ("category", "none-such"),
        ("mark", "none-such"),
    ],
)
def test_what_the_register_does_not_have_is_not_found(client, name, value):
    assert value in refused(client, PRODUCTS, 404, **{name: value})


@pytest.mark.parametrize(
    "url",
    ["/api/v1/marks/?limit=1", "/api/v1/?x=1", f"{PRODUCTS}42-P-00001/?x=1"],
)
def test_an_address_that_takes_nothing_says_so(client, url):
    assert "no parameter" in refused(client, url, 400)


def test_addresses_that_are_none_are_refused_as_programs_read_it(client):
    assert "nothing" in refused(client, "/api/v1/nothing/", 404)
    assert "no such code" in refused(client, f"{PRODUCTS}%3Cx%3E/", 404)
    assert "understood" in refused(client, f"{PRODUCTS}?q=%00", 400)
    assert b"<html" in client.get("/nothing/").content
    assert b"<html" in client.get("/products/?q=%00").content


def test_a_mistake_of_ours_is_told_as_programs_read_it(client, monkeypatch):
    def broken(*args):
        raise ZeroDivisionError

    logging.disable(logging.CRITICAL)
    monkeypatch.setattr("reports.api.shapes.category", broken)
    CategoryFactory()
    client.raise_request_exception = False
    assert "our side" in refused(client, "/api/v1/categories/", 500)
    logging.disable(logging.NOTSET)


# --- Pages ------------------------------------------------------------------------


def pages(client, url, **query):
    """Return the codes of each page, following "next" to the end."""
    found = got(client, url, **query)
    yield [row["code"] for row in found["results"]]
    while found["next"]:
        found = got(client, found["next"].removeprefix("http://localhost:8000"))
        yield [row["code"] for row in found["results"]]


@pytest.mark.parametrize(
    "query",
    [
        *({"sort": sort} for sort in ("newest", "name", "price", "-price", "stars")),
        {"q": "ฝ้าย"},
        {"province": "loei"},
    ],
    ids=str,
)
def test_a_list_goes_on_to_its_end_without_a_gap_or_a_double(client, query):
    prices = (100, None, 100, 50, None)
    for price in prices:
        ProductFactory(published=True, price_min=price, name_th="ผ้าฝ้าย")
    given = StarRoundFactory(announced_on=datetime.date(2024, 1, 1))
    for product in Product.objects.order_by("pk")[:2]:
        StarRatingFactory(product=product, round=given)

    whole = codes(client, PRODUCTS, **query)
    parts = list(pages(client, PRODUCTS, limit=2, **query))

    assert [len(part) for part in parts] == [2, 2, 1]
    assert [code for part in parts for code in part] == whole
    assert len(set(whole)) == len(prices)


def test_producers_go_on_too(client):
    MemberFactory.create_batch(3, published=True, name_th="กลุ่มทอผ้า")

    assert [len(part) for part in pages(client, MEMBERS, limit=2)] == [2, 1]


def test_a_row_that_changes_its_place_loses_nobody_theirs(client):
    rows = [ProductFactory(published=True, price_min=price) for price in (10, 20, 30)]
    first = got(client, PRODUCTS, sort="price", limit=2)
    records.edit(rows[1], Changes({"price_min": 99}), by=None, reason="Test")

    url = first["next"].removeprefix("http://localhost:8000")
    assert codes(client, url) == [rows[2].code, rows[1].code]


def test_a_code_to_go_on_from_is_good_for_its_list_and_order_alone(client):
    ProductFactory.create_batch(2, published=True)
    MemberFactory(published=True)
    going_on = got(client, PRODUCTS, limit=1)["next"].partition("after=")[2]

    for url, sort in ((PRODUCTS, "name"), (PRODUCTS, "stars"), (MEMBERS, "name")):
        answer = client.get(f"{url}?sort={sort}&after={going_on}")
        assert answer.status_code == 404
    forged = going_on[:-3] + "xyz"
    assert client.get(f"{PRODUCTS}?after={forged}").status_code == 404


# --- What every answer has --------------------------------------------------------


@pytest.mark.parametrize("name", [each.name for each in urlpatterns])
def test_an_answer_is_sent_again_only_when_it_has_changed(client, shawl, name):
    code = {"products_detail": shawl.code, "members_detail": shawl.member.code}.get(
        name
    )
    url = reverse(f"api:{name}", args=[code] if code else [])
    first = client.get(url)

    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again["ETag"] == first["ETag"]
    assert again["Access-Control-Allow-Origin"] == "*"
    assert first["Cache-Control"] == "public, no-cache"
    bare = client.head(url)
    assert (bare.status_code, bare.content) == (200, b"")
    assert bare["Content-Length"] == str(len(first.content))


def test_a_changed_list_has_another_tag(client, shawl):
    before = client.get(PRODUCTS)["ETag"]
    records.withdraw(shawl, by=None, note="No longer made.")

    after = client.get(PRODUCTS, headers={"If-None-Match": before})
    assert (after.status_code, json.loads(after.content)["results"]) == (200, [])


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("url", [PRODUCTS, "/api/v1/", "/api/v1/openapi.json"])
def test_nothing_is_written_here(client, method, url):
    client.handler.enforce_csrf_checks = True
    answer = getattr(client, method)(url)

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
    assert "only read" in json.loads(answer.content)["detail"]


# --- How often --------------------------------------------------------------------


def test_who_asks_too_often_waits_and_nobody_else(client, settings):
    settings.API_PER_MINUTE = 25
    with time_machine.travel("2026-11-21T10:00:15+07:00", tick=False):
        answers = [client.get("/api/v1/") for _ in range(26)]
        other = client.get("/api/v1/", REMOTE_ADDR="192.0.2.7")

    assert {answer.status_code for answer in answers[:25]} == {200}
    assert answers[25].status_code == 429
    assert answers[25]["Retry-After"] == "45"
    assert json.loads(answers[25].content)["status"] == 429
    assert other.status_code == 200
    with time_machine.travel("2026-11-21T10:01:00+07:00", tick=False):
        assert client.get("/api/v1/").status_code == 200


def test_processes_tell_each_other_how_often_was_asked():
    here, there = limits.Counter(), limits.Counter()
    with time_machine.travel("2026-11-21T10:00:15+07:00", tick=False):
        counts = [
            counter.spend("192.0.2.9")
            for _ in range(limits.STEP)
            for counter in (here, there)
        ]

    assert counts[-1] == 2 * limits.STEP
    assert counts[-3] == limits.STEP - 1


def test_a_cache_that_is_away_refuses_nobody(monkeypatch, caplog):
    def away(*args):
        raise OSError("away")

    monkeypatch.setattr(cache, "get", away)
    counter = limits.Counter()

    assert [counter.spend("192.0.2.9") for _ in range(12)] == list(range(1, 13))


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff", "2001:db8::/64"),
        ("nonsense", "unknown"),
    ],
)
def test_a_network_of_one_customer_counts_as_one(rf, address, who):
    assert limits.who_asks(rf.get("/", REMOTE_ADDR=address)) == who


# --- Queries ----------------------------------------------------------------------

LISTS = {
    PRODUCTS: 2,
    f"{PRODUCTS}?q=ผ้า": 3,
    f"{PRODUCTS}?province=loei&district=4201&stars=5": 4,
    MEMBERS: 2,
    "/api/v1/provinces/": 2,
    "/api/v1/categories/": 1,
    "/api/v1/marks/": 1,
    "/api/v1/rounds/": 2,
    "/api/v1/": 0,
    "/api/v1/openapi.json": 0,
}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("url", LISTS)
def test_a_list_asks_as_often_for_three_rows_as_for_one(
    client, count, url, django_assert_num_queries
):
    given = StarRoundFactory(announced_on=datetime.date(2024, 1, 1))
    for product in ProductFactory.create_batch(count, published=True):
        CertificateFactory(product=product, mark=MarkFactory())
        StarRatingFactory(product=product, round=given)

    got(client, url)  # what filters offer is kept while it stays the same

    with django_assert_num_queries(LISTS[url]):
        found = got(client, url)

    if url in (PRODUCTS, MEMBERS):
        assert len(found["results"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_record_asks_as_often_for_three_papers_as_for_one(
    client, weavers, count, django_assert_num_queries
):
    product = ProductFactory(published=True, member=weavers)
    for year in range(count):
        CertificateFactory(product=product)
        CertificateFactory(product=None, member=weavers)
        OutletFactory(member=weavers)
        given = StarRoundFactory(
            year=2560 + year, announced_on=datetime.date(2024, 1, 1)
        )
        StarRatingFactory(product=product, round=given)

    with django_assert_num_queries(3):
        assert len(got(client, f"{PRODUCTS}{product.code}/")["star_results"]) == count
    with django_assert_num_queries(4):
        assert len(got(client, f"{MEMBERS}{weavers.code}/")["outlets"]) == count


# --- Description ------------------------------------------------------------------


def test_the_description_names_every_address_there_is(client):
    found = got(client, "/api/v1/openapi.json")

    described = {path.replace("{code}", "<str:code>") for path in found["paths"]}
    there = {f"/{each.pattern}" for each in urlpatterns} - {"/openapi.json"}
    assert described == there
    assert found["openapi"] == "3.1.0"
    assert found["servers"] == [{"url": "http://localhost:8000/api/v1"}]
    assert found["components"]["schemas"] == json.loads(json.dumps(SCHEMAS))


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_guide_tells_every_address_and_parameter(client, language):
    page = client.get(f"{language}/data/api/").content.decode()

    for operation in openapi.guide():
        assert f"<code>GET /api/v1{operation.path}</code>" in page
        assert all(f"<code>{each.name}</code>" in page for each in operation.parameters)


@pytest.fixture
def one_connection():
    """Let a request through the real server's door keep the connection of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_machines_that_try_everything_find_nothing(
    shawl, lamphun_member, settings, one_connection
):
    """Run schemathesis with all its checks, shortly; docs/open-data.md: at length."""
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, given
    from hypothesis import settings as effort

    settings.API_PER_MINUTE = 10**9
    settings.ALLOWED_HOSTS = ["*"]
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", get_wsgi_application()
    )
    tried = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @effort(
            max_examples=15,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def tries(case):
            case.call_and_validate()

        tries()
        tried.append(operation.path)

    assert len(tried) == len(openapi.guide())
