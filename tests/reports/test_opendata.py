"""Open data: files that anybody may take, snapshots that never change, no people."""

import csv
import datetime
import hashlib
import io
import json
import re

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.urls import reverse

from members.enums import ContactKind, ProducerType
from products.models import Product
from registry import sweeping
from registry.actions import records
from registry.changes import Changes
from registry.storages import private_storage
from reports.api import limits
from reports.models import DataSnapshot
from reports.opendata import base
from reports.opendata.metadata import fields_of
from reports.opendata.snapshots import YearRefused, make_snapshots
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    ContactFactory,
    MarkFactory,
    MemberFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
)

pytestmark = pytest.mark.django_db

DATASETS = ("products", "members", "star-results", "marks")


@pytest.fixture(autouse=True)
def unhurried():
    """Count the requests of each test by themselves."""
    limits.counter.forget()


def body(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content if answer.streaming else [answer.content])


def table(client, dataset):
    """Return the rows of a CSV by key."""
    text = body(client.get(f"/data/{dataset}.csv")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def document(client, dataset):
    return json.loads(body(client.get(f"/data/{dataset}.json")))


@pytest.fixture
def rated(shawl):
    """Keep a product with stars and a mark in force (see the conftest)."""
    return shawl


# --- Rows -------------------------------------------------------------------------


def test_products_are_told_by_keys_that_last(client, rated):
    (row,) = table(client, "products")

    assert row == {
        **dict.fromkeys(row, ""),
        "code": rated.code,
        "name_th": "ผ้าคลุมไหล่ฝ้าย",
        "name_en": "Cotton shawl",
        "member_code": rated.member.code,
        "member_th": "กลุ่มทอผ้าบ้านทดลอง",
        "member_en": "Trial Village Weavers",
        "category_code": rated.category.code,
        "category_th": "ผ้าคลุม",
        "category_en": "Shawls",
        "otop_type": "textile",
        "is_edible": "false",
        "is_alcohol": "false",
        "price_min": "250.00",
        "price_max": "1250.50",
        "unit_th": "ผืน",
        "unit_en": "piece",
        "season_months": "1;12",
        "stars": "5",
        "stars_year": "2566",
        "marks": rated.mark_codes[0],
        "district_code": "4205",
        "district_th": rated.district.name_th,
        "district_en": rated.district.name_en,
        "province_code": "42",
        "province_th": "เลย",
        "province_en": "Loei",
        "published_on": "2026-11-21",
        "url": f"http://localhost:8000/products/{rated.code}/",
    }


def test_json_holds_the_same_rows_and_says_what_they_are(client, rated):
    found = document(client, "products")

    (row,) = found["rows"]
    assert row["price_max"] == 1250.5
    assert row["season_months"] == [1, 12]
    assert row["shelf_life_days"] is None
    assert list(row) == [column["key"] for column in found["columns"]]
    assert found["license_url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found["metadata"]["title"]["value"] == [
        {"th": "สินค้าของฝากของที่ระลึกของจังหวัด", "en": "Souvenirs of the provinces"}
    ]


def test_star_results_are_those_announced_of_products_that_are_public(client, rated):
    StarRatingFactory(product=rated, round=StarRoundFactory(year=2570), total=95)
    hidden = ProductFactory()
    StarRatingFactory(product=hidden, round=rated.ratings.get(stars=5, total=92).round)

    (row,) = table(client, "star-results")

    assert (row["round_year"], row["product_code"]) == ("2566", rated.code)
    assert (row["stars"], row["total"]) == ("5", "92.00")


def test_marks_tell_how_many_hold_them_in_force(client, rated):
    mark = MarkFactory(code="in-use")
    CertificateFactory(product=rated, mark=mark)
    CertificateFactory(product=rated, mark=mark)
    CertificateFactory(product=rated, mark=mark, expired=True)
    CertificateFactory(product=None, member=rated.member, mark=mark)
    CertificateFactory(product=ProductFactory(), mark=mark)
    MarkFactory(code="unused")

    rows = {row["code"]: row for row in table(client, "marks")}

    counts = ("certificates_in_force", "products_in_force", "members_in_force")
    assert [rows["in-use"][count] for count in counts] == ["3", "1", "1"]
    assert [rows["unused"][count] for count in counts] == ["0", "0", "0"]


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "withdrawn"])
def test_only_what_is_published_leaves(client, status):
    MemberFactory(status=status)
    ProductFactory(status=status, member__status="published")

    assert table(client, "products") == []
    assert len(table(client, "members")) == 1


def test_a_cell_that_a_spreadsheet_would_compute_begins_with_an_apostrophe(client):
    ProductFactory(published=True, name_th='=HYPERLINK("http://x")', name_en="+cmd")

    (row,) = table(client, "products")

    assert row["name_th"].startswith("'=")
    assert row["name_en"] == "'+cmd"
    assert document(client, "products")["rows"][0]["name_en"] == "+cmd"


def test_of_alcoholic_drinks_name_and_maker_leave_and_no_praise(client):
    drink = ProductFactory(
        published=True,
        category=CategoryFactory(alcohol=True),
        materials_th="ข้าวเหนียว",
    )
    given = StarRoundFactory(announced_on=datetime.date(2024, 1, 1))
    StarRatingFactory(product=drink, round=given)
    CertificateFactory(product=drink)

    (row,) = table(client, "products")
    praise = [
        column.key for column in base.find("products").columns if column.is_praise
    ]
    assert row["name_th"]
    assert row["member_th"]
    assert {row[key] for key in praise} == {""}
    assert table(client, "star-results") == []

    with override_settings(SHOW_ALCOHOL_DETAILS=True):
        (row,) = table(client, "products")
        assert (row["materials_th"], row["stars"]) == ("ข้าวเหนียว", "5")
        assert len(table(client, "star-results")) == 1


# --- No people ----------------------------------------------------------------------

LEADER, PHONE, MAIL = "นางสาวใจดี มีทรัพย์", "+66812345999", "jaidee@test.example"
NEEDLES = ("ใจดี", "Jaidee", "12345999", "812345999", MAIL, "99/9 ม.4", "บันทึกลับ", "1234")


@pytest.fixture
def people(client):
    """Publish producers with people in every corner of their records."""
    group = MemberFactory(
        published=True,
        house="99/9 ม.4",
        private_notes="บันทึกลับ",
        story_th="หัวหน้ากลุ่มคือใจดี มีทรัพย์ โทร 0812345999",
        leader_id_last4="1234",
    )
    for kind, value in (
        (ContactKind.LEADER, LEADER),
        (ContactKind.MOBILE, PHONE),
        (ContactKind.EMAIL, MAIL),
    ):
        ContactFactory(member=group, kind=kind, value=value, consented=True)
    alone = MemberFactory(
        published=True,
        producer_type=ProducerType.SINGLE,
        name_th="ใจดี มีทรัพย์",
        name_en="Jaidee Meesap",
    )
    titled = MemberFactory(
        published=True, producer_type="", name_th=LEADER, name_en="Ms Jaidee Meesap"
    )
    held = MemberFactory(
        published=True, name_th="ร้านใจดี  มีทรัพย์ ผ้าไหม", name_en="Silk Shop"
    )
    ContactFactory(member=held, kind=ContactKind.LEADER, value=LEADER)
    for member in (group, alone, titled, held):
        ProductFactory(
            published=True,
            member=member,
            story_th=f"ทำโดย {LEADER}",
            where_th="บ้านคุณใจดี โทร 0812345999",
            private_notes="บันทึกลับ",
        )
    return group


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("form", ["csv", "json"])
def test_no_file_and_no_snapshot_holds_a_person(client, people, dataset, form):
    text = body(client.get(f"/data/{dataset}.{form}")).decode()
    year = timezone_year()
    make_snapshots(year)
    kept = body(client.get(f"/data/{dataset}/{year}.{form}")).decode()

    assert [needle for needle in NEEDLES if needle in text + kept] == []


def test_a_group_keeps_its_name_and_a_person_is_only_a_code(client, people):
    rows = {row["code"]: row for row in table(client, "members")}

    assert rows[people.code]["name_th"] == people.name_th
    assert sum(not row["name_th"] for row in rows.values()) == 3
    makers = {row["member_code"]: row["member_th"] for row in table(client, "products")}
    assert makers == {code: row["name_th"] for code, row in rows.items()}


def test_no_column_reads_free_text_contacts_or_numbers_of_registration():
    private = re.compile(
        r"story|where|notes|contact|leader|house|street|phone|number|latitude|portrait"
    )
    paths = [
        path
        for dataset in base.registered()
        for column in dataset.columns
        for path in (column.source or column.key, *dataset.reads)
    ]

    assert [path for path in paths if private.search(path)] == []


# --- Files --------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_file_is_sent_again_only_when_the_register_has_changed(client, rated, form):
    url = f"/data/products.{form}"
    first = client.get(url)
    known = {"If-None-Match": first["ETag"]}

    again = client.get(url, headers=known)
    assert (again.status_code, again["ETag"]) == (304, first["ETag"])
    since = {"If-Modified-Since": first["Last-Modified"]}
    assert client.get(url, headers=since).status_code == 304

    records.edit(rated, Changes({"name_en": "Another shawl"}), by=None, reason="Test")
    changed = client.get(url, headers=known)
    assert changed.status_code == 200
    assert b"Another shawl" in body(changed)


def test_a_withdrawn_record_is_out_of_the_files_at_once(client, rated):
    before = client.get("/data/products.csv")["ETag"]
    records.withdraw(rated, by=None, note="No longer made.")

    assert table(client, "products") == []
    assert client.get("/data/products.csv")["ETag"] != before


def test_what_ends_with_the_calendar_changes_the_file_with_the_day(client, rated):
    before = client.get("/data/marks.csv")["ETag"]

    with time_machine.travel("2026-11-22T09:00+07:00"):
        assert client.get("/data/marks.csv")["ETag"] != before


def test_a_browser_asks_again_each_time_and_other_sites_may_read(client):
    answer = client.get("/data/products.csv")

    assert answer["Cache-Control"] == "public, no-cache"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Content-Disposition"] == 'attachment; filename="products.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    ["products.csv", "products.json", "catalog.jsonld", "", "products/", "api/"],
)
def test_head_has_no_body(client, path):
    answer = client.head(f"/data/{path}")

    assert body(answer) == b""


@pytest.mark.parametrize(
    "path",
    [
        *("nothing.csv", "products.xml", "products.exe", "nothing/", "catalog.csv"),
        *("products/2569.csv", "products/2569.xml", "products/99999999999999999.csv"),
    ],
)
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(f"/data/{path}").status_code == 404


def test_who_takes_files_without_end_is_asked_to_wait(client, settings):
    settings.API_PER_MINUTE = 2
    answers = [client.get("/data/marks.csv") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("dataset", "queries"),
    [("products", 10), ("members", 4), ("star-results", 4), ("marks", 5)],
)
def test_a_file_asks_as_often_for_three_rows_as_for_one(
    client, count, dataset, queries, django_assert_num_queries
):
    mark = MarkFactory()
    given = StarRoundFactory(announced_on=datetime.date(2024, 1, 1))
    for product in ProductFactory.create_batch(count, published=True):
        CertificateFactory(product=product, mark=mark)
        StarRatingFactory(product=product, round=given)

    with django_assert_num_queries(queries):
        rows = table(client, dataset)

    assert len(rows) == (1 if dataset == "marks" else count)


def test_rows_leave_before_all_of_them_are_read(monkeypatch, django_assert_num_queries):
    MemberFactory.create_batch(3, published=True)
    monkeypatch.setattr(base, "CHUNK", 1)
    rows = base.find("members").rows()

    # The rows, and the people of the first of them alone.
    with django_assert_num_queries(2):
        next(rows)
    rows.close()


# --- Snapshots ----------------------------------------------------------------------


def timezone_year():
    return datetime.datetime.now(tz=datetime.UTC).year + 543


def test_a_snapshot_is_written_once_and_never_again(client, rated):
    made = make_snapshots(2569)
    before = body(client.get("/data/products/2569.csv"))

    records.edit(rated, Changes({"name_en": "Another shawl"}), by=None, reason="Test")

    assert {(each.dataset, each.format) for each in made} == {
        (dataset, form) for dataset in DATASETS for form in ("csv", "json")
    }
    assert make_snapshots(2569) == []
    assert body(client.get("/data/products/2569.csv")) == before
    assert b"Another shawl" in body(client.get("/data/products.csv"))


def test_a_snapshot_is_the_file_of_its_day_with_its_check_sum(client, rated):
    live = {
        form: body(client.get(f"/data/products.{form}")) for form in ("csv", "json")
    }
    make_snapshots(2569)

    for form, content in live.items():
        kept = DataSnapshot.objects.get(dataset="products", format=form)
        answer = client.get(f"/data/products/2569.{form}")
        assert body(answer) == content
        assert kept.sha256 == hashlib.sha256(content).hexdigest()
        assert (kept.size, kept.rows) == (len(content), 1)
        assert answer["ETag"] == f'"{kept.sha256}"'
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert int(answer["Content-Length"]) == len(content)
        known = {"If-None-Match": answer["ETag"]}
        assert (
            client.get(f"/data/products/2569.{form}", headers=known).status_code == 304
        )


def test_both_forms_of_a_long_dataset_hold_the_same_rows(client, monkeypatch):
    monkeypatch.setattr("reports.opendata.files.PIECE", 2)
    monkeypatch.setattr("registry.sheets.writing.delimited.PIECE", 2)
    MarkFactory.create_batch(5)
    make_snapshots(timezone_year())

    text = body(client.get(f"/data/marks/{timezone_year()}.csv")).decode("utf-8-sig")
    codes = [row["code"] for row in csv.DictReader(io.StringIO(text))]
    found = json.loads(body(client.get(f"/data/marks/{timezone_year()}.json")))
    assert len(codes) == 5
    assert [row["code"] for row in found["rows"]] == codes


def test_the_night_leaves_the_files_of_snapshots_alone(rated):
    make_snapshots(2569)
    needed = sweeping.needed()

    names = list(DataSnapshot.objects.values_list("file", flat=True))
    assert len(names) == 8
    assert all(sweeping.is_of(name, needed) for name in names)
    assert all(private_storage().exists(name) for name in names)


@pytest.mark.parametrize(
    ("today", "year"),
    [
        ("2026-11-21", 2568),
        ("2026-11-21", 2570),
        ("2027-01-10", 2568),
        ("2027-02-01", 2569),
    ],
)
def test_a_year_whose_register_is_not_at_hand_is_refused(today, year):
    with time_machine.travel(f"{today}T10:00+07:00"):
        with pytest.raises(YearRefused, match=str(year)):
            make_snapshots(year)
        with pytest.raises(CommandError):
            call_command("make_snapshots", year=year)
    assert not DataSnapshot.objects.exists()


def test_a_nightly_run_writes_in_january_the_year_that_has_ended():
    said = io.StringIO()
    with time_machine.travel("2026-12-31T23:00+07:00"):
        call_command("make_snapshots", stdout=said)
    assert not DataSnapshot.objects.exists()

    with time_machine.travel("2027-01-01T00:30+07:00"):
        call_command("make_snapshots", stdout=said)
        call_command("make_snapshots", stdout=said)

    assert set(DataSnapshot.objects.values_list("year", flat=True)) == {2569}
    assert DataSnapshot.objects.count() == 8
    assert "all written already" in said.getvalue()


def test_a_snapshot_whose_file_is_lost_is_not_found(client):
    make_snapshots(timezone_year())
    kept = DataSnapshot.objects.get(dataset="marks", format="csv")
    private_storage().delete(kept.file)

    assert client.get(f"/data/marks/{timezone_year()}.csv").status_code == 404


# --- Pages --------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("dataset", DATASETS)
def test_a_page_tells_fields_columns_and_files(client, rated, language, dataset):
    make_snapshots(2569)
    page = body(client.get(f"{language}/data/{dataset}/")).decode()

    found = base.find(dataset)
    assert all(f"<code>{column.key}</code>" in page for column in found.columns)
    assert all(f"<code>{field.key}</code>" in page for field in fields_of(found))
    assert f'href="/data/{dataset}.csv"' in page
    assert f'href="/data/{dataset}/2569.json"' in page
    assert 'rel="license"' in page


def test_every_dataset_has_the_fourteen_fields_with_something_in_each():
    for dataset in base.registered():
        fields = fields_of(dataset)
        assert [field.key for field in fields] == [
            *("data_type", "title", "owner_org", "maintainer", "maintainer_email"),
            *("tag_string", "notes", "objective", "update_frequency_unit"),
            *("geo_coverage", "data_source", "data_format", "data_category"),
            "license_id",
        ]
        assert all(field.text for field in fields)


def test_the_thai_choices_are_those_of_the_catalogues_form():
    said = {field.key: field.text for field in fields_of(base.find("members"))}

    assert said["data_type"] == "ข้อมูลระเบียน"
    assert said["objective"] == "พันธกิจหน่วยงาน, เพื่อการให้บริการประชาชน"
    assert said["update_frequency_unit"] == "ตามเวลาจริง"
    assert said["geo_coverage"] == "ตำบล"
    assert said["data_category"] == "ข้อมูลสาธารณะ"


def test_an_operator_names_owner_contact_and_licence(client, settings):
    settings.OPEN_DATA = {
        "license": "odc-by",
        "owner_th": "จังหวัดเลย",
        "owner_en": "Loei Province",
        "contact_th": "กลุ่มงานข้อมูลสารสนเทศ",
        "contact_en": "",
        "email": "data@loei.example",
    }

    thai = body(client.get("/data/products/")).decode()
    english = body(client.get("/en/data/products/")).decode()

    assert "<dd>จังหวัดเลย</dd>" in thai
    assert "<dd>Loei Province</dd>" in english
    assert "กลุ่มงานข้อมูลสารสนเทศ" in english
    assert "data@loei.example" in thai
    assert "https://opendatacommons.org/licenses/by/1-0/" in thai


def test_the_catalogue_names_every_dataset_and_file_for_who_harvests(client, rated):
    make_snapshots(2569)
    answer = client.get("/data/catalog.jsonld")
    found = json.loads(body(answer))

    assert answer["Content-Type"] == "application/ld+json"
    assert found["@type"] == "dcat:Catalog"
    ids = [each["dct:identifier"] for each in found["dcat:dataset"]]
    assert ids == [each.slug for each in base.registered()]
    files = [
        file["dcat:downloadURL"]["@id"]
        for each in found["dcat:dataset"]
        for file in each["dcat:distribution"]
    ]
    assert len(files) == 16
    prefix = "http://localhost:8000"
    assert all(url.startswith(f"{prefix}/data/") for url in files)
    assert all(body(client.get(url.removeprefix(prefix))) for url in files)
    known = {"If-None-Match": answer["ETag"]}
    assert client.get("/data/catalog.jsonld", headers=known).status_code == 304


def test_a_page_holds_its_dataset_in_the_words_of_dcat(client):
    page = body(client.get("/data/marks/")).decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1]

    found = json.loads(block)
    assert found["@type"] == "dcat:Dataset"
    assert found["dct:license"]["@id"].startswith("https://creativecommons.org/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_datasets_asks_as_often_for_three_rows_as_for_one(
    client, count, django_assert_num_queries
):
    ProductFactory.create_batch(count, published=True)
    client.get("/data/")

    with django_assert_num_queries(4):
        page = body(client.get("/data/")).decode()

    assert all(reverse("data:detail", args=[slug]) in page for slug in DATASETS)


@pytest.mark.parametrize("count", [1, 3])
def test_a_dataset_page_asks_as_often_for_three_rows_as_for_one(
    client, count, django_assert_num_queries
):
    ProductFactory.create_batch(count, published=True)
    make_snapshots(timezone_year())
    client.get("/data/members/")

    with django_assert_num_queries(4):
        client.get("/data/members/")


def test_the_sitemap_and_the_footer_lead_to_the_open_data(client):
    assert "/data/star-results/" in body(client.get("/sitemap-data.xml")).decode()
    assert "/en/data/api/" in body(client.get("/sitemap-pages.xml")).decode()
    assert 'href="/data/"' in body(client.get("/")).decode()


def test_two_datasets_of_one_name_are_refused():
    with pytest.raises(ValueError, match="products"):
        base.register(type(base.find("products")))
    assert Product.objects.count() == 0
