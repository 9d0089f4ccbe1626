"""Tables of figures on a page, with their charts and files."""

import pytest
from django.template import Context, Template

from registry.sheets.writing import Column, Kind
from reports import base
from reports.base import Chart, Group, Table, TableReport
from reports.templatetags.charts import lines_of, ticks_between
from tests.reports.conftest import sheets

COLUMNS = [Column("year", "ปี", Kind.CODE), Column("count", "จำนวน", Kind.NUMBER)]


@pytest.fixture
def report(monkeypatch):
    """Enter a report of two tables in the catalogue."""
    monkeypatch.setattr(base, "_catalogue", dict(base._catalogue))

    @base.register
    class Growth(TableReport):
        """Two tables, the second without rows."""

        slug = "growth-of-a-test"
        title = "การเติบโต"
        description = "ทดสอบ"
        group = Group.FIGURES

        def tables(self, user, form):
            chart = Chart("bars", ["2568", "2569"], [("จำนวน", [1200, 5])])
            return [
                Table(
                    key="years",
                    title="รายปี",
                    columns=COLUMNS,
                    rows=[["2568", 1200], ["2569", 5]],
                    totals=["รวม", 1205],
                    note="นับสมาชิกที่เผยแพร่",
                    chart=chart,
                ),
                Table(key="none", title="ว่าง", columns=COLUMNS, rows=[]),
            ]

    return base._catalogue["growth-of-a-test"]


@pytest.mark.django_db
def test_tables_are_shown_with_totals_charts_and_files(client, official, report):
    client.force_login(official)

    page = client.get("/reports/growth-of-a-test/").content.decode()

    assert "การเติบโต" in client.get("/reports/").content.decode()
    for text in ("1,200", "1,205", "นับสมาชิกที่เผยแพร่", "ไม่มีข้อมูลในส่วนนี้"):
        assert text in page
    assert 'width="100.0"' in page
    assert 'href="/reports/growth-of-a-test/?format=csv&amp;table=years"' in page


@pytest.mark.django_db
def test_tables_leave_as_sheets_and_each_as_a_csv(client, official, report):
    client.force_login(official)
    address = "/reports/growth-of-a-test/"

    book = client.get(address, {"format": "xlsx"})
    one = client.get(address, {"format": "csv", "table": "years"})
    first = client.get(address, {"format": "csv"}).getvalue()
    paper = client.get(address, {"format": "pdf"}).getvalue()

    rows, _second = sheets(book)
    assert rows == [["ปี", "จำนวน"], ["2568", 1200.0], ["2569", 5.0], ["รวม", 1205.0]]
    assert one.getvalue().decode("utf-8-sig").splitlines() == [
        "ปี,จำนวน",
        "2568,1200",
        "2569,5",
    ]
    assert first.decode("utf-8-sig").startswith("ปี,จำนวน")
    assert paper.startswith(b"%PDF")


def drawn(chart: Chart) -> str:
    template = Template("{% load charts %}{% chart drawn title='ดาว' %}")
    return template.render(Context({"drawn": chart}))


def test_lines_come_with_their_figures():
    page = drawn(
        Chart("lines", ["2567", "2568"], [("3 ดาว", [10, 40]), ("5 ดาว", [0, 1500])])
    )

    assert page.count("<polyline") == 2
    assert page.count("<circle") == 4
    assert "1,500" in page
    assert "ตัวเลขของแผนภูมินี้" in page
    assert "style=" not in page


def test_bars_of_several_series_name_each():
    page = drawn(Chart("bars", ["เมือง"], [("ก", [0]), ("ข", [0])]))

    assert page.count("<rect") == 4
    assert '<span class="sr">ข </span>0' in page


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 0, [0, 1]),
        (0, 3, [0, 1, 2, 3]),
        (0, 7, [0, 2, 4, 6, 8]),
        (0, 100, [0, 25, 50, 75, 100]),
        (0, 1234, [0, 500, 1000, 1500]),
        (-4, 4, [-4, -2, 0, 2, 4]),
    ],
)
def test_axes_have_round_numbers(low, high, ticks):
    assert ticks_between(low, high) == ticks


@pytest.mark.parametrize("count", [1, 2, 12, 40])
def test_of_many_labels_some_are_named_and_the_latest_always(count):
    years = [str(2530 + at) for at in range(count)]
    found = lines_of(Chart("lines", years, [("ก", list(range(count)))]))

    names = [label.text for label in found["labels"]]
    assert years[-1] in names
    assert len(names) <= 5
