"""A report costs the same whether it is short or long."""

import tracemalloc

import pytest

from members.models import Member
from registry.models import ExportRun
from registry.thai.sorting import sort_key
from reports import base
from tests.factories import ContactFactory, MemberFactory, ProductFactory
from tests.reports.conftest import sheets

pytestmark = pytest.mark.django_db

#: Queries before the report begins: session, user, agency, scope.
DOOR = 4
#: Queries of any page: whether this is a demonstration.
FRAME = 1
#: A run is begun and ended.
RUN = 2


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
        ("members", "", DOOR + FRAME + 5),
        ("members", "csv", DOOR + RUN + 4),
        # And the names of the provinces, for the second sheet.
        ("members", "xlsx", DOOR + RUN + 6),
        # Shelves and marks, but no contacts.
        ("products", "", DOOR + FRAME + 6),
        ("products", "csv", DOOR + RUN + 5),
        ("products", "xlsx", DOOR + RUN + 7),
    ],
)
def test_queries_do_not_grow_with_the_rows(
    client, reviewer, goods, django_assert_num_queries, count, slug, form, queries
):
    goods(count)
    client.force_login(reviewer)
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


def fill(count: int) -> None:
    """Keep ``count`` members, past the actions, which would take minutes."""
    pattern = MemberFactory()
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
            for number in range(2, count + 1)
        ],
        batch_size=500,
    )


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(client, reviewer, monkeypatch, form):
    monkeypatch.setattr(base, "CHUNK", 200)
    client.force_login(reviewer)

    def peak() -> int:
        tracemalloc.start()
        answer = client.get("/reports/members/", {"format": form})
        for piece in answer.streaming_content:
            assert len(piece) < 1_000_000
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    fill(500)
    peak()
    few = peak()
    Member.objects.exclude(code="42-M-00001").delete()
    fill(5_000)
    many = peak()

    assert ExportRun.objects.latest("pk").rows == 5_000
    # Ten times the rows; kept, they would take 20 MB and more.
    assert many < few + 2_000_000


def test_the_page_shows_fifty_rows_and_counts_them_all(client, reviewer):
    fill(53)
    client.force_login(reviewer)

    answer = client.get("/reports/members/")

    found = answer.context["found"]
    assert (len(found.rows), found.count, found.is_cut) == (50, 53, True)
    assert "แสดง 50 รายการแรก ไฟล์มีครบทุกรายการ" in answer.content.decode()
    file = client.get("/reports/members/", {"format": "xlsx"})
    assert len(sheets(file)[0]) == 54
