"""Whatever a sheet holds, every row has one fate, and nothing fails."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry.actions.imports.checking import see_that_rows_add_up
from registry.enums import RowFate
from registry.importing import keeping
from registry.importing.kinds import Choices, Sheet
from registry.importing.opening import opened
from registry.models import District
from registry.sheets.reading import Row
from tests.factories import DistrictFactory, MemberFactory
from tests.registry.importing.kinds import Producers, csv_of

pytestmark = pytest.mark.django_db

CELLS = (
    st.sampled_from(
        [
            *("", "-", "รวม", "ชื่อ", "เมืองเลย", "กลุ่มทอผ้า", "กลุ่มทอผ้า 2", "42-M-00001"),
            *("test-members:42-M-00001:1", "55", "2555", "๒๕๕๕", "0812345678", "…"),
            *("081-xxx-x678", "1,250.-", "ห้าม", "17.5", "ไม่รู้", "\u0e4d"),
        ]
    )
    | st.integers(-5, 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.dates()
    | st.text(max_size=12)
)
KEYS = [
    *("key", "code", "name_th", "district", "workers", "local_workers", "otop_year"),
    *("latitude", "longitude", "story_th", "phones", "producer_type"),
]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.lists(CELLS, max_size=len(KEYS)), max_size=8), st.booleans())
@example([["", "\0"]], False)
def test_rows_always_add_up(rows, erases):
    if not District.objects.exists():
        DistrictFactory()
        MemberFactory(name_th="กลุ่มทอผ้า")
    sheet = Sheet(
        rows=[Row(number, cells) for number, cells in enumerate(rows, start=2)],
        columns={key: at for at, key in enumerate(KEYS)},
        headings=KEYS,
    )

    plan = Producers().plan(sheet, by=None, choices=Choices(erases=erases))

    see_that_rows_add_up(plan, sheet)
    for row in plan.rows:
        assert bool(row.faults) == (row.fate == RowFate.BAD)
    assert plan.digest == (
        Producers().plan(sheet, by=None, choices=Choices(erases=erases)).digest
    )


def test_a_row_that_is_lost_is_found_out():
    sheet = Sheet(rows=[Row(2, ["ก"])], columns={"name_th": 0})
    plan = Producers().plan(sheet, by=None, choices=Choices())
    plan.rows.clear()

    with pytest.raises(AssertionError):
        see_that_rows_add_up(plan, sheet)


def test_what_was_read_once_is_read_again_as_it_was():
    file = opened(csv_of(["ชื่อ"], [" กลุ่ม\u200b "], ["1"]), "a.csv")

    keeping.keep("imports", file.sha256, file.rows)

    kept = keeping.kept("imports", file.sha256)
    assert kept == file.rows
    assert [dict(row.raw) for row in kept] == [{}, {0: " กลุ่ม\u200b "}, {}]
