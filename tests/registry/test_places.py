"""Places come from the installed package: all of them, once, and none is lost."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from registry.actions.places import sync_places
from registry.enums import Region
from registry.models import AbolishedPlace, District, Province, Subdistrict
from registry.thai.sorting import sort_key
from registry.thai.text import fold
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

SHARED = Path(__file__).resolve().parents[3] / "shared" / "domain" / "provinces.csv"


def run():
    out = StringIO()
    call_command("sync_places", stdout=out)
    return out.getvalue()


def test_the_first_run_loads_the_whole_country():
    said = run()

    assert "Province (77): 77 added (10, 11, 12" in said
    assert [
        model.objects.count()
        for model in (Province, District, Subdistrict, AbolishedPlace)
    ] == [77, 928, 7_436, 1_583]
    chiang_khan = Subdistrict.objects.select_related("district__province").get(
        code="420301"
    )
    assert (chiang_khan.name_th, chiang_khan.name_en) == ("เชียงคาน", "Chiang Khan")
    assert chiang_khan.postcode == "42110"
    assert chiang_khan.sort_key == sort_key("เชียงคาน")
    assert chiang_khan.name_fold == fold("เชียงคาน")
    loei = chiang_khan.district.province
    assert (loei.slug, loei.iso_code, loei.region) == ("loei", "TH-42", "northeast")


def test_regions_are_the_six_of_2520():
    sync_places()

    counted = {
        region: Province.objects.filter(region=region).count() for region in Region
    }
    assert counted == {
        Region.NORTH: 9,
        Region.NORTHEAST: 20,
        Region.CENTRAL: 22,
        Region.EAST: 7,
        Region.WEST: 5,
        Region.SOUTH: 14,
    }


def test_an_abolished_code_leads_to_its_successor_unless_there_are_several():
    sync_places()

    assert AbolishedPlace.objects.get(code="100205").successor == "102901"
    assert AbolishedPlace.objects.get(code="104701").successor == ""


def test_a_second_run_changes_nothing_and_says_so(django_assert_num_queries):
    run()

    assert run() == "Places: nothing changed.\n"
    # A savepoint's two, then each table whole and its codes.
    with django_assert_num_queries(10):
        assert not any(sync_places())


def test_a_run_mends_names_and_postcodes_and_names_them():
    sync_places()
    Province.objects.filter(code="42").update(name_en="Loey")
    Subdistrict.objects.filter(code="420301").update(postcode="99999")
    District.objects.filter(code="4203").update(sort_key="")

    assert run() == (
        "Province (77): 1 renamed (42)\n"
        "District (928): 1 changed (4203)\n"
        "Subdistrict (7436): 1 changed (420301)\n"
    )
    assert Province.objects.get(code="42").name_en == "Loei"
    assert Subdistrict.objects.get(code="420301").postcode == "42110"


def test_a_place_the_source_lost_goes_unless_a_record_uses_it():
    sync_places()
    used = District.objects.create(code="4298", name_th="เก่า", province_id="42")
    District.objects.create(code="4299", name_th="ลืม", province_id="42")
    MemberFactory(district=used)

    assert run() == ("District (928): 1 gone (4299); 1 gone but still in use (4298)\n")
    assert set(
        District.objects.filter(code__gte="4298", code__lt="43").values_list(
            "code", flat=True
        )
    ) == {"4298"}


@pytest.mark.skipif(not SHARED.exists(), reason="the collected facts are not here")
def test_provinces_equal_the_collected_facts():
    sync_places()

    with SHARED.open(encoding="utf-8-sig", newline="") as file:
        facts = {
            (
                row["dopa_code"],
                row["iso_code"],
                row["name_th"],
                row["name_en_common"],
                row["region6"],
            )
            for row in csv.DictReader(file)
        }
        file.seek(0)
        in_order = [
            row["name_th"]
            for row in sorted(csv.DictReader(file), key=lambda row: int(row["sort_th"]))
        ]
    assert facts == set(
        Province.objects.values_list("code", "iso_code", "name_th", "name_en", "region")
    )
    by_key = Province.objects.order_by("sort_key").values_list("name_th", flat=True)
    assert list(by_key) == in_order
