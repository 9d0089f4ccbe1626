"""Rows read as tuples are those that are read off records, cell for cell."""

import datetime
from decimal import Decimal

import pytest
from django.test import override_settings
from django.utils import timezone

from members.models import Member
from products.models import Product
from registry.sheets.writing import Kind, write_csv
from reports import catalogue
from reports.base import RecordReport, ReportColumn
from reports.reading import each, field_reading
from tests.factories import CategoryFactory, MarkFactory, MemberFactory, ProductFactory

pytestmark = pytest.mark.django_db

MESSY = (
    "=1+1",
    "-ลบ",
    "@SUM(A1)",
    "+66 42 811 234",
    'คำ "ในเครื่องหมาย", จุลภาค',
    "บรรทัดหนึ่ง\nบรรทัดสอง",
    "บรรทัดหนึ่ง\r\nบรรทัดสอง",
    "\tแท็บ",
    " เว้นวรรค ",
    "น้ำ\u200bพริก\xa0เผา",
    "_x000D_ <b>&amp;</b>",
    "'=1",
    "",
)


@pytest.fixture
def messy():
    """Keep goods with everything that a cell may hold, and with nothing."""
    shelf = CategoryFactory(name_en="")
    mark = MarkFactory(name_en="", abbreviation_th="มผช.")
    member = MemberFactory(name_en="", district__name_en="Mueang, Loei")
    made = [ProductFactory(member=member) for _text in MESSY]
    for number, (product, text) in enumerate(zip(made, MESSY, strict=True)):
        # Past the actions, which would clean it: old rows hold such things.
        Product.objects.filter(pk=product.pk).update(
            name_th=text,
            name_en=text if number % 2 else "",
            unit_th=text[:60],
            unit_en="",
            otop_type=("food", "", "unheard")[number % 3],
            price_min=None if number % 3 else Decimal(number) + Decimal("0.50"),
            price_max=None if number % 3 else Decimal("99999999.99"),
            is_edible=(True, False, None)[number % 3],
            category=shelf if number % 2 else None,
            marks_held=1 << mark.bit if number % 4 else 0,
            season=number * 300,
            current_stars=5 if number % 2 else None,
            current_stars_year=2567 if number % 2 else None,
            story_th="เรื่อง",
            story_en="Story" if number % 3 else "",
            cover={"is_illustration": bool(number % 2)} if number % 3 else {},
            status="published" if number % 2 else "draft",
            # The day before in UTC.
            published_at=datetime.datetime.fromisoformat("2024-02-29T00:30:00+07:00")
            if number % 2
            else None,
        )


class Slow(ReportColumn):
    """A column that takes records."""

    def reading(self, model):
        return None


def slowly(columns):
    return [Slow(**vars(column)) for column in columns]


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("zone", ["Asia/Bangkok", "America/New_York"])
def test_both_ways_give_the_same_bytes(messy, administrator, language, zone):
    report = catalogue.find("products", administrator)
    columns = report.columns(administrator)
    chosen = report.visible_to(administrator)

    def written(columns):
        rows = report.rows(chosen, columns, user=administrator, language=language)
        return b"".join(write_csv(columns, rows, language=language))

    with override_settings(TIME_ZONE=zone), timezone.override(zone):
        fast, slow = written(columns), written(slowly(columns))

    assert fast == slow
    assert fast.count(b"42-P-") == len(MESSY)


def test_the_products_are_read_as_tuples(administrator):
    report = catalogue.find("products", administrator)

    readings = [each.reading(Product) for each in report.columns(administrator)]

    assert None not in readings


def test_personal_columns_and_others_that_need_it_take_records():
    personal = ReportColumn("name_th", "x", is_personal=True)
    computed = ReportColumn("name_th", "x", value=str)

    assert personal.reading(Member) is None
    assert computed.reading(Member) is None
    assert field_reading(Member, "contacts") is None
    assert field_reading(Member, "is_published") is None


def test_what_is_made_once_is_not_made_again():
    asked = []

    def make(one, other):
        asked.append((one, other))
        return one + other

    make_all = each(make)

    assert make_all([1, 2, 1], [1, 1, 1]) == [2, 3, 2]
    assert make_all([2, 5], [1, 1]) == [3, 6]
    assert sorted(asked) == [(1, 1), (2, 1), (5, 1)]


def test_a_report_that_lists_records_has_columns_of_a_kind(administrator):
    for report in catalogue.reports_for(administrator):
        if isinstance(report, RecordReport):
            assert all(isinstance(each.kind, Kind) for each in report.all_columns())
