"""The recipes in ``docs/recipes.md`` give reports."""

import datetime
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
    """Add the reports of the recipes, as modules of the catalogue."""
    text = (settings.BASE_DIR / "docs" / "recipes.md").read_text(encoding="utf-8")
    listed, figures = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.setattr(base, "_catalogue", dict(base._catalogue))
    for name, written in (("plans", listed), ("plan_figures", figures)):
        module = ModuleType(f"reports.catalogue.{name}")
        monkeypatch.setitem(sys.modules, module.__name__, module)
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
        [
            *("Cluster", "Year (B.E.)", "Province", "Vision", "Status"),
            *("Published on", "Published on (as a date)"),
        ],
        [
            *(plan.cluster.name_en, "2555", "Loei", "Souvenirs Loei is proud of"),
            *("Published", "2026-11-21", datetime.date(2026, 11, 21)),
        ],
    ]
    refused = client.get("/reports/plans/", {"year": "55"})
    assert refused.context.get("found") is None
    assert plan.cluster.name_th not in refused.content.decode()


def test_figures_are_one_file_too(client, official, now, by_the_recipe):
    PlanFactory(year=2555, published=True)
    PlanFactory(year=2556)
    client.force_login(official)

    page = client.get("/en/reports/plan-figures/").content.decode()
    file = client.get("/en/reports/plan-figures/", {"format": "xlsx"})

    assert "Earlier versions of a plan are counted too." in page
    assert sheets(file)[0] == [
        ["Province", "All", "Of them published"],
        ["Loei", 2, 1],
        ["Total", 2, 1],
    ]
