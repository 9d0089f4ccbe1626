"""A report costs the same whether it is short or long."""

import tracemalloc

import pytest

from members.models import Member
from registry.models import ExportRun, is_demonstration
from registry.thai.sorting import sort_key
from reports import base
from tests.factories import ContactFactory, MemberFactory, ProductFactory
from tests.reports.conftest import sheets

pytestmark = pytest.mark.django_db

#: Queries before the report begins: session, user, agency, scope.
DOOR = 4
#: Rows are counted, a run is begun and ended.
RUN = 6


@pytest.fixture
def goods():
    """Keep as many products, each of a member with a contact."""

    def make(count):
        for member in MemberFactory.create_batch(count, published=True):
            ContactFactory(member=member)
            ProductFactory(member=member)

    return make


def read(answer) -> bytes:
    return answer.getvalue() if answer.streaming else answer.content


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("slug", "form", "queries"),
    [
        # Provinces, districts; the rows and their contacts; the totals.
        ("members", "", DOOR + 5),
        ("members", "csv", DOOR + RUN + 4),
        # And the names of the provinces, for the second sheet.
        ("members", "xlsx", DOOR + RUN + 6),
        # Shelves twice and marks, but no contacts.
        ("products", "", DOOR + 7),
        ("products", "csv", DOOR + RUN + 6),
        ("products", "xlsx", DOOR + RUN + 8),
    ],
)
def test_queries_do_not_grow_with_the_rows(
    client, reviewer, goods, django_assert_num_queries, count, slug, form, queries
):
    goods(count)
    client.force_login(reviewer)
    # Asked once a minute, for the banner.
    is_demonstration()
    asked = {"format": form} if form else {}

    with django_assert_num_queries(queries):
        answer = client.get(f"/reports/{slug}/", asked)
        read(answer)


@pytest.mark.parametrize(("count", "chunks"), [(2, 1), (3, 2), (5, 3)])
def test_contacts_are_fetched_once_a_chunk(
    client, reviewer, goods, monkeypatch, django_assert_num_queries, count, chunks
):
    monkeypatch.setattr(base, "CHUNK", 2)
    goods(count)
    client.force_login(reviewer)

    with django_assert_num_queries(DOOR + RUN + 3 + chunks):
        read(client.get("/reports/members/", {"format": "csv"}))


def fill(pattern: Member, start: int, end: int) -> None:
    """Keep members of these numbers, past the actions, which would take minutes."""
    Member.objects.bulk_create(
        [
            Member(
                code=f"42-M-{number:05d}",
                owner=pattern.owner,
                province_id="42",
                district_id="4201",
                name_th=f"กลุ่มทอผ้าทดสอบ {number}",
                sort_key=sort_key(f"กลุ่มทอผ้าทดสอบ {number}"),
            )
            for number in range(start, end + 1)
        ],
        batch_size=500,
    )


@pytest.mark.once
def test_a_long_file_takes_little_memory(client, reviewer, monkeypatch):
    # Both forms read the same rows; that a workbook keeps none of them is tested with
    # its writer.
    monkeypatch.setattr(base, "CHUNK", 200)
    client.force_login(reviewer)
    first = MemberFactory()
    # What is loaded once is not what is measured.
    read(client.get("/reports/members/", {"format": "csv"}))
    fill(first, 2, 2_500)

    tracemalloc.start()
    answer = client.get("/reports/members/", {"format": "csv"})
    longest = max(len(piece) for piece in answer.streaming_content)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert ExportRun.objects.latest("pk").rows == 2_500
    assert longest < 1_000_000
    # Records that pile up take 10 MB and more.
    assert most < 6_000_000


def test_the_page_shows_fifty_rows_and_counts_them_all(client, reviewer):
    fill(MemberFactory(), 2, 53)
    client.force_login(reviewer)

    answer = client.get("/reports/members/")

    found = answer.context["found"]
    assert (len(found.rows), found.count, found.is_cut) == (50, 53, True)
    assert "แสดง 50 รายการแรก ไฟล์มีครบทุกรายการ" in answer.content.decode()
    file = client.get("/reports/members/", {"format": "xlsx"})
    assert len(sheets(file)[0]) == 54
