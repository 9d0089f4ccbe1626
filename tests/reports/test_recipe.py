"""The recipe in ``docs/recipes.md`` gives a report."""

import re
import sys
from types import ModuleType

import pytest
from django.conf import settings

from reports import base
from tests.factories import PlanFactory
from tests.reports.conftest import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_the_recipe(monkeypatch):
    """Add the report of the recipe, as a module of the catalogue."""
    text = (settings.BASE_DIR / "docs" / "recipes.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    module = ModuleType("reports.catalogue.plans")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(base, "_catalogue", dict(base._catalogue))
    exec(compile(written, "docs/recipes.md", "exec"), vars(module))  # noqa: S102 - our own text


def test_a_report_is_one_file(client, official, now, by_the_recipe):
    plan = PlanFactory(year=2555, published=True)
    PlanFactory(year=2556)
    client.force_login(official)

    assert 'href="/reports/plans/"' in client.get("/reports/").content.decode()
    page = client.get("/en/reports/plans/", {"year": "๒๕๕๕", "words": "ของฝาก"})
    file = client.get("/en/reports/plans/", {"year": "2555", "format": "xlsx"})

    assert page.context["found"].count == 1
    assert sheets(file)[0] == [
        ["Cluster", "Year (B.E.)", "Province", "Vision", "Status", "Published on"],
        [
            *(plan.cluster.name_en, "2555", "Loei", "Souvenirs Loei is proud of"),
            *("Published", "2026-11-21"),
        ],
    ]
    assert client.get("/reports/plans/", {"year": "55"}).context["found"] is None
