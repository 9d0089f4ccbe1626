"""The register reports are valid imports: what went out comes in without a change."""

import io

import openpyxl
import pytest

from registry.importing.kinds import kind_at
from registry.importing.opening import names_of
from registry.sheets.reading import folded
from tests.factories import CategoryFactory, MemberFactory, ProductFactory
from tests.sheets import edited, fates, faults, plan

pytestmark = pytest.mark.django_db

PREFIXES = {"th": "", "en": "/en"}
#: Cells that somebody changed: (row, heading) → value.
EDITS = {
    "members": {(2, "จำนวนแรงงาน"): 99, (3, "ชื่อภาษาอังกฤษ"): "Renamed"},
    "products": {(2, "หน่วย"): "ชิ้น", (3, "ราคาตั้งแต่ (บาท)"): 20},
}


@pytest.fixture
def register(weavers, shawl, plain_product):
    """Keep rows of which everything is known, and some of which little is."""
    MemberFactory(name_en="", producer_type="")
    ProductFactory(member=weavers, unit_en="", unit_th="kg", category=CategoryFactory())


def taken(client, user, slug, form, language="th") -> bytes:
    client.force_login(user)
    answer = client.get(f"{PREFIXES[language]}/reports/{slug}/", {"format": form})
    return answer.getvalue()


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize(("slug", "count"), [("members", 2), ("products", 3)])
def test_a_register_report_comes_in_without_a_change(
    register, client, reviewer, slug, count, form, language
):
    content = taken(client, reviewer, slug, form, language)

    planned = plan(slug, content, reviewer, name=f"report.{form}")

    assert faults(planned) == []
    assert fates(planned) == {"new": 0, "changed": 0, "same": count, "bad": 0}


@pytest.mark.parametrize("slug", EDITS)
def test_two_cells_changed_in_a_report_are_two_changes(
    register, client, reviewer, slug
):
    content = edited(taken(client, reviewer, slug, "xlsx"), EDITS[slug])

    planned = plan(slug, content, reviewer)

    assert faults(planned) == []
    assert fates(planned)["changed"] == 2
    assert sum(len(row.cells) for row in planned.rows) == 2


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("slug", ["members", "products"])
def test_every_heading_of_a_register_report_is_known_or_left_aside_knowingly(
    client, officer, administrator, slug, language
):
    for user in (officer, administrator):
        content = taken(client, user, slug, "xlsx", language)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        [heading] = book.worksheets[0].iter_rows(max_row=1, values_only=True)
        kind = kind_at(slug)
        names = {
            name for column in kind.columns(user) for name in names_of(column)
        } | set(kind.ignored())
        known = set(map(folded, names))

        assert [each for each in heading if folded(each) not in known] == []
