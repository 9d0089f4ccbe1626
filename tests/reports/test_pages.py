"""The catalogue of reports, its filters and previews."""

import pytest
from django.urls import reverse

from registry.enums import Role
from registry.models import ExportRun
from tests.factories import (
    CategoryFactory,
    MemberFactory,
    ProductFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

HOUSE = ("officer", "reviewer", "official", "administrator")
SLUGS = ("members", "products")


@pytest.fixture
def visit(client, request):
    """Open an address of a report as one of the cast; what the page was given."""

    def open_page(slug, who, expect=200, **asked):
        client.force_login(request.getfixturevalue(who))
        answer = client.get(reverse("reports:detail", args=[slug]), asked)
        assert answer.status_code == expect
        return answer

    return open_page


def codes(answer) -> list[str]:
    return [row[0][1] for row in answer.context["found"].rows]


@pytest.mark.parametrize("who", HOUSE)
def test_the_catalogue_lists_the_reports(client, request, who):
    client.force_login(request.getfixturevalue(who))

    page = client.get("/reports/").content.decode()

    assert 'href="/reports/members/"' in page
    assert 'href="/reports/products/"' in page


@pytest.mark.parametrize(
    "path", ["/reports/", "/reports/members/", "/reports/products/"]
)
def test_a_producer_is_refused_and_a_visitor_signs_in(client, db, path):
    assert client.get(path).url.startswith("/accounts/login/?next=/reports/")

    client.force_login(UserFactory(role=Role.PRODUCER, agency=None))

    assert client.get(path).status_code == 403
    assert client.get(path, {"format": "csv"}).status_code == 403
    assert not ExportRun.objects.exists()


def test_there_is_no_report_of_another_name(client, reviewer):
    client.force_login(reviewer)

    assert client.get("/reports/secrets/").status_code == 404


# --- Filters ----------------------------------------------------------------------


def test_members_are_chosen_by_each_filter(visit):
    dan_sai = MemberFactory(district__code="4205", producer_type="sme", quadrant="B")
    mueang = MemberFactory(published=True, name_th="กลุ่มจักสานบ้านทดลอง")

    def found(**asked):
        return codes(visit("members", "reviewer", **asked))

    assert found() == [dan_sai.code, mueang.code]
    assert found(district="4205") == [dan_sai.code]
    assert found(producer_type="sme") == [dan_sai.code]
    assert found(quadrant="B") == [dan_sai.code]
    assert found(status="published") == [mueang.code]
    assert found(q="จักสาน") == [mueang.code]
    assert found(q=mueang.code) == [mueang.code]
    assert found(province="loei", q="") == [dan_sai.code, mueang.code]


def test_products_are_chosen_by_each_filter(visit):
    edible = CategoryFactory(code="edible")
    snacks = CategoryFactory(parent=edible)
    snack = ProductFactory(
        category=snacks, otop_type="food", member__producer_type="sme"
    )
    cloth = ProductFactory(published=True)

    def found(**asked):
        return codes(visit("products", "reviewer", **asked))

    assert found() == [snack.code, cloth.code]
    assert found(category="edible") == [snack.code]
    assert found(otop_type="textile") == [cloth.code]
    assert found(producer_type="sme") == [snack.code]
    assert found(stars="0") == [snack.code, cloth.code]
    assert found(stars="5") == []
    assert found(status="published", stars=["0", "4"]) == [cloth.code]
