"""Reports of figures: what is counted, for whom, at the same cost however much."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.http import QueryDict
from django.utils import translation

from members.enums import ContactKind
from members.models import Membership
from registry import acts
from registry.actions import records
from registry.enums import RecordStatus
from reports import catalogue
from reports.base import TableReport, registered
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    ClusterFactory,
    ContactFactory,
    MarkFactory,
    MemberFactory,
    MembershipFactory,
    PhotoFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
)

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 21)
FIGURES = (
    "activity",
    "bilingual",
    "certificates",
    "cluster-growth",
    "distribution",
    "due-again",
    "quality",
    "stars",
    "training",
)
#: Agency, the provinces it serves, provinces to choose from, districts.
FORM = 4


@pytest.fixture(autouse=True)
def now():
    """Stop the clock on 21 November 2569, in fiscal year 2570."""
    with time_machine.travel("2026-11-21T10:30:00+07:00", tick=False):
        yield


@pytest.fixture
def tables(request):
    """Work out a report as one of the cast; its tables by key."""

    def work_out(slug, who="reviewer", language="en", **asked):
        user = request.getfixturevalue(who) if isinstance(who, str) else who
        report = catalogue.find(slug, user)
        query = QueryDict(mutable=True)
        query.update(asked)
        with translation.override(language):
            form = report.form(query, user=user)
            assert form.is_valid(), form.errors
            return {table.key: table for table in report.tables(user, form)}

    return work_out


def cells(table) -> list[list]:
    return [list(row) for row in table.rows]


def by_title(table, row=0) -> dict:
    """Return a row (or the totals) by the titles of its columns."""
    values = table.totals if row == "totals" else table.rows[row]
    with translation.override("en"):
        return {
            str(column.title): value
            for column, value in zip(table.columns, values, strict=True)
        }


# --- All of them ------------------------------------------------------------------


def goods(count):
    """Keep as many products, each with a member, and all that reports look at."""
    now, before = (
        StarRoundFactory(year=year, announced_on=datetime.date(year - 543, 9, 30))
        for year in (2567, 2565)
    )
    # Without results yet: all goods are due again.
    StarRoundFactory(year=2569, announced_on=datetime.date(2026, 9, 30))
    mark = MarkFactory()
    made = []
    for member in MemberFactory.create_batch(count, otop_year=2569, published=True):
        ContactFactory(member=member)
        MembershipFactory(member=member, cluster=ClusterFactory())
        product = ProductFactory(member=member, name_en="", published=True)
        StarRatingFactory(product=product, round=now, total=75)
        StarRatingFactory(product=product, round=before, total=92)
        CertificateFactory(product=product, mark=mark)
        PhotoFactory(product=product, alt_en="")
        made.append(product)
    return made


def test_every_report_of_figures_is_counted_here():
    ours = {"distribution", "due-again", "training", *FIGURES}
    figures = {each.slug for each in registered() if isinstance(each, TableReport)}

    assert ours <= figures


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("slug", "queries"),
    [
        # Two kinds of records, what was entered, sent, published, returned of each;
        # proposals; agencies.
        ("activity", FORM + 10),
        # Places of goods and members; then lists, counted and their first rows.
        ("bilingual", FORM + 2 + 4),
        # Marks to choose from; counts; the list.
        ("certificates", FORM + 1 + 1 + 2),
        # Clusters to choose from; joined, left, renewed. No districts.
        ("cluster-growth", FORM - 1 + 1 + 3),
        ("distribution", FORM + 2),
        # The latest round; places; the list.
        ("due-again", FORM + 1 + 1 + 2),
        ("quality", FORM + 2),
        # Rounds to choose from; rounds, places, types, movement.
        ("stars", FORM + 1 + 4),
        # Places of goods and members; two lists, one with contacts.
        ("training", FORM + 2 + 2 + 3),
    ],
)
def test_queries_do_not_grow_with_the_rows(
    tables, reviewer, django_assert_num_queries, count, slug, queries
):
    goods(count)
    reviewer = type(reviewer).objects.get(pk=reviewer.pk)

    with django_assert_num_queries(queries):
        for table in tables(slug, reviewer).values():
            assert len(table.rows) >= len(table.rows[:50])


@pytest.mark.parametrize("slug", FIGURES)
def test_what_a_stranger_keeps_is_counted_for_nobody_else(
    tables, foreign_reviewer, slug
):
    goods(1)

    for table in tables(slug, foreign_reviewer).values():
        assert "42-" not in str(cells(table))
        assert "Test weavers" not in str(cells(table))
        numbers = [
            value
            for row in table.rows
            for column, value in zip(table.columns, row, strict=True)
            if isinstance(value, int) and not isinstance(value, bool)
        ]
        assert not any(numbers)


@pytest.mark.parametrize("slug", FIGURES)
def test_an_officer_counts_what_the_own_agency_keeps(tables, officer, slug):
    (product,) = goods(1)
    own = MemberFactory(owner=officer.agency, name_en="Own weavers")

    text = str([cells(table) for table in tables(slug, officer).values()])

    assert product.code not in text
    assert own.owner_id == officer.agency_id


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("slug", FIGURES)
def test_every_row_fits_its_columns_and_nothing_is_needed_to_have_some(
    tables, slug, language
):
    empty = tables(slug, language=language)
    goods(2)
    full = tables(slug, language=language)

    assert list(empty) == list(full)
    for table in [*empty.values(), *full.values()]:
        assert {len(row) for row in table.rows} <= {len(table.columns)}
        assert table.totals is None or len(table.totals) == len(table.columns)
        if table.chart is not None:
            widths = {len(values) for _name, values in table.chart.series}
            assert widths == {len(table.chart.labels)}


@pytest.mark.parametrize("slug", FIGURES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_each_is_taken_away(client, reviewer, slug, form):
    goods(1)
    client.force_login(reviewer)

    answer = client.get(f"/reports/{slug}/", {"format": form})

    assert answer["Content-Disposition"].startswith("attachment")
    assert len(answer.getvalue()) > 100


# --- Each -------------------------------------------------------------------------


def test_members_and_goods_are_counted_by_place_and_type(tables):
    muang = MemberFactory(producer_type="sme", published=True)
    MemberFactory(producer_type="")
    MemberFactory(status=RecordStatus.WITHDRAWN)
    ProductFactory(member=muang, otop_type="food", published=True)
    ProductFactory(
        member=MemberFactory(district__code="4205", published=True), otop_type=""
    )

    found = tables("distribution")

    assert by_title(found["members"], 1) == {
        "District": "Mueang Loei",
        "All": 2,
        "Of them published": 1,
        "Community producer group": 0,
        "Single-owner community producer": 0,
        "SME producer": 1,
        "Type not known": 1,
    }
    assert [row[0] for row in found["products"].rows] == ["Dan Sai", "Mueang Loei"]
    assert by_title(found["products"], "totals") == {
        "District": "Total",
        "All": 2,
        "Of them published": 1,
        "Food": 1,
        "Beverages": 0,
        "Textiles and apparel": 0,
        "Utensils, decoration, souvenirs": 0,
        "Non-food herbs": 0,
        "Type not known": 1,
    }
    assert found["products"].chart.series[0] == ("All", [1, 1])
    withdrawn = tables("distribution", status="withdrawn")
    assert withdrawn["members"].totals[1] == 1


def test_who_works_everywhere_counts_by_province_until_one_is_chosen(tables):
    MemberFactory()
    MemberFactory(district__code="5101")

    everywhere = tables("distribution", "administrator")["members"]
    loei = tables("distribution", "administrator", province="loei")["members"]

    assert [row[0] for row in everywhere.rows] == ["Lamphun", "Loei"]
    assert [row[:2] for row in loei.rows] == [["Mueang Loei", 1]]


def test_stars_move_up_and_down_and_come_and_go(tables):
    now, before = StarRoundFactory(year=2567), StarRoundFactory(year=2565)
    for new, old in ((92, 75), (75, 75), (55, 92), (85, None), (None, 60)):
        product = ProductFactory(otop_type="food", published=True)
        for total, given in ((new, now), (old, before)):
            if total is not None:
                StarRatingFactory(product=product, round=given, total=total)

    found = tables("stars")

    assert cells(found["rounds"]) == [
        [2022, 4, 1, 0, 2, 1, 0],
        [2024, 4, 1, 1, 1, 1, 0],
    ]
    assert by_title(found["moves"]) == {
        "OTOP type": "Food",
        "More stars": 1,
        "As many stars": 1,
        "Fewer stars": 1,
        "New in this round": 1,
        "Not rated again": 1,
    }
    assert found["places"].totals == ["Total", 4, 1, 1, 1, 1, 0]
    assert cells(found["types"]) == [["Food", 4, 1, 1, 1, 1, 0]]
    older = tables("stars", round="2565")
    assert older["types"].totals[1] == 4
    assert cells(older["moves"]) == []


def test_goods_are_due_again_and_say_what_they_lack(tables):
    StarRoundFactory(year=2567, announced_on=datetime.date(2024, 9, 30))
    before = StarRoundFactory(year=2565, announced_on=datetime.date(2022, 9, 30))
    due, ready = ProductFactory.create_batch(
        2, story_th="เรื่อง", story_en="Story", published=True
    )
    for product in (due, ready):
        StarRatingFactory(product=product, round=before)
    CertificateFactory(product=ready, mark=MarkFactory())
    PhotoFactory(product=ready)
    PhotoFactory(product=due, is_illustration=True)
    ProductFactory(published=True)

    found = tables("due-again")

    assert by_title(found["places"]) == {
        "District": "Mueang Loei",
        "Due": 2,
        "Ready": 1,
        "Lack: Certificate in force": 1,
        "Lack: Photo": 1,
        "Lack: Story in Thai": 0,
        "Lack: Story in English": 0,
        "Lack: Price": 0,
        "Lack: English name": 0,
    }
    assert [row[0] for row in found["goods"].rows] == [due.code, ready.code]
    assert found["goods"].rows[0][5:] == [5, 2022, 2, False, False, *[True] * 4]
    chosen = tables("due-again", lacking="photo")
    assert [row[0] for row in chosen["goods"].rows] == [due.code]


def test_certificates_stand_by_their_last_day(tables):
    mark = MarkFactory(name_en="Test mark")
    product = ProductFactory(published=True)
    for days in (-1, 0, 30, 31, 60, 61, 90, 91):
        CertificateFactory(
            product=product,
            mark=mark,
            number=str(days),
            expires_on=TODAY + datetime.timedelta(days=days),
        )
    CertificateFactory(
        product=None, member=product.member, mark=mark, number="open", expires_on=None
    )

    found = tables("certificates")

    assert by_title(found["marks"]) == {
        "Mark": "Test mark",
        "All": 9,
        "Still valid": 8,
        "Expired": 1,
        "Expires within 30 days": 2,
        "Expires in 31 to 60 days": 2,
        "Expires in 61 to 90 days": 2,
        "Valid for more than 90 days": 1,
        "Valid, without a last day": 1,
    }
    listed = [by_title(found["list"], at) for at in range(9)]
    assert [row["Certificate number"] for row in listed] == [
        *("-1", "0", "30", "31", "60", "61", "90", "91", "open"),
    ]
    assert (listed[0]["Validity"], listed[0]["Days left"]) == ("Expired", -1)
    assert listed[8]["Code"] == product.member.code
    assert listed[8]["Product"] == ""
    soon = tables("certificates", state="in_30")["list"]
    assert [row[1] for row in soon.rows] == ["0", "30"]


def test_training_lists_name_who_is_new_has_few_stars_or_is_in_d(tables):
    new = MemberFactory(name_en="New", otop_year=2568)
    low = MemberFactory(name_en="Low", otop_year=2560, published=True)
    d = MemberFactory(name_en="D", quadrant="D")
    MemberFactory(name_en="None of them", otop_year=2567)
    product = ProductFactory(member=low, published=True)
    announced = StarRoundFactory(year=2567, announced_on=datetime.date(2024, 9, 30))
    StarRatingFactory(product=product, round=announced, total=75)

    found = tables("training")

    assert by_title(found["groups"]) == {
        "District": "Mueang Loei",
        "All producers": 4,
        "Newly registered OTOP producer": 1,
        "Has goods of 1 to 3 stars": 1,
        "Quadrant D": 1,
        "In one of the lists": 3,
    }
    listed = {row[0]: row[5:8] for row in found["members"].rows}
    assert listed == {
        new.code: [True, False, False],
        low.code: [False, True, False],
        d.code: [False, False, True],
    }
    assert [row[0] for row in found["goods"].rows] == [product.code]
    only = tables("training", group="d")["members"]
    assert [row[0] for row in only.rows] == [d.code]
    earlier = tables("training", since="2567", group="new")["members"]
    assert len(earlier.rows) == 2


@pytest.mark.parametrize(
    ("who", "leader", "phone"),
    [
        ("reviewer", "นางสาวสมมติ ทดลอง", "080-000-0000"),
        ("official", "ส… ท…", "080-xxx-x000"),
    ],
)
def test_contacts_of_training_lists_are_masked_by_the_rule(
    tables, request, who, leader, phone
):
    member = MemberFactory(quadrant="D")
    ContactFactory(member=member, kind=ContactKind.LEADER, value="นางสาวสมมติ ทดลอง")
    ContactFactory(member=member)
    user = request.getfixturevalue(who)

    found = tables("training", user)

    row = by_title(found["members"])
    assert (row["Leader"], row["Personal telephone"]) == (leader, phone)
    masked = catalogue.find("training", user).masked(user)
    assert bool(masked) == (who == "official")


def test_clusters_grow_by_fiscal_year(tables):
    cluster = ClusterFactory(name_en="Weavers' cluster")
    for joined, left in (
        ("2023-09-30", None),
        ("2023-10-01", None),
        ("2024-03-01", "2025-10-01"),
    ):
        MembershipFactory(
            cluster=cluster,
            joined_on=datetime.date.fromisoformat(joined),
            left_on=left and datetime.date.fromisoformat(left),
        )
    with acts.act(by=None, reason="test"):
        Membership.objects.filter(joined_on="2023-09-30").update(paid_until_year=2570)

    found = tables("cluster-growth")

    assert cells(found["years"]) == [
        ["Weavers' cluster", 2023, 1, 0, 1],
        ["Weavers' cluster", 2024, 2, 0, 3],
        ["Weavers' cluster", 2025, 0, 0, 3],
        ["Weavers' cluster", 2026, 0, 1, 2],
        ["Weavers' cluster", 2027, 0, 0, 2],
    ]
    assert found["years"].chart.labels == ["2023", "2024", "2025", "2026", "2027"]
    assert cells(found["clusters"]) == [
        ["Weavers' cluster", 3, 1, 2, 1, Decimal("50.0")]
    ]


def test_what_cannot_be_read_in_english_is_listed(tables):
    full = {"story_en": "Story", "published": True}
    member = MemberFactory(**full)
    ready, nameless, blind = (
        ProductFactory(member=member, **full, **more)
        for more in ({}, {"name_en": ""}, {})
    )
    PhotoFactory(product=ready)
    PhotoFactory(product=blind, alt_en="")

    found = tables("bilingual")

    assert by_title(found["goods-places"]) == {
        "District": "Mueang Loei",
        "Goods": 3,
        "Ready": 1,
        "Lack: English name": 1,
        "Lack: Story in English": 0,
        "With photos not described in both languages": 1,
        "Ready (%)": Decimal("33.3"),
    }
    assert {row[0]: row[5:] for row in found["goods"].rows} == {
        nameless.code: ["missing", "given", 0],
        blind.code: ["given", "given", 1],
    }
    assert found["members-places"].totals == ["Total", 1, 1, 0, 0, Decimal("100.0")]
    assert cells(found["members"]) == []


def test_what_is_missing_leads_to_the_list_of_it(tables, client, reviewer):
    ProductFactory(name_en="", price_min=None, category=CategoryFactory())
    found = tables("quality")

    fields = {
        tuple(row[:2]): (row[2:], link)
        for row, link in zip(found["fields"].rows, found["fields"].links, strict=True)
    }
    assert fields["English name", "Goods"] == (
        [1, 1, Decimal("100.0")],
        "/en/admin/products/product/?lacking=name_en",
    )
    assert fields["Category", "Goods"] == ([0, 1, Decimal("0.0")], "")
    assert fields["Story in Thai", "Goods"] == ([1, 1, Decimal("100.0")], "")
    assert by_title(found["products-places"])["Price"] == Decimal("100.0")
    official = tables("quality", "official")["fields"]
    assert not any(official.links)
    client.force_login(reviewer)
    page = client.get("/en/reports/quality/").content.decode()
    assert 'href="/en/admin/products/product/?lacking=name_en"' in page


def test_activity_counts_what_was_done_and_how_long_it_took(tables, officer, reviewer):
    member = MemberFactory(owner=officer.agency)
    with time_machine.travel("2026-11-23T10:30:00+07:00", tick=False):
        records.submit(member, by=officer)
    with time_machine.travel("2026-11-24T10:30:00+07:00", tick=False):
        records.send_back(member, by=reviewer, note="More, please")
        records.submit(member, by=officer)
    with time_machine.travel("2026-12-04T10:30:00+07:00", tick=False):
        records.publish(member, by=reviewer)

    with time_machine.travel("2026-12-05T10:30:00+07:00", tick=False):
        found = tables("activity")
        before = tables("activity", fiscal_year="2569")

    done = by_title(found["agencies"])
    assert done.pop("Agency") == officer.agency.name_en
    assert done == {
        "Entered": 1,
        "Sent for review": 2,
        "Approved": 1,
        "Returned": 1,
        "Changes proposed": 0,
        "Changes accepted": 0,
        "Changes returned": 0,
        # Of one day and ten.
        "Median days to a decision": Decimal("5.5"),
    }
    assert [row[0] for row in found["steps"].rows] == ["Nov 2026", "Dec 2026"]
    assert cells(before["agencies"]) == []


def test_a_quarter_needs_its_year(client, reviewer):
    client.force_login(reviewer)

    answer = client.get("/en/reports/activity/", {"quarter": "1"})

    assert "Choose the fiscal year the quarter belongs to." in answer.content.decode()
