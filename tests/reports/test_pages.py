"""The catalogue of reports, its filters and previews."""

import pytest
import time_machine
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
        return sorted(codes(visit("products", "reviewer", **asked)))

    assert found() == [snack.code, cloth.code]
    assert found(category="edible") == [snack.code]
    assert found(otop_type="textile") == [cloth.code]
    assert found(producer_type="sme") == [snack.code]
    assert found(stars="0") == [snack.code, cloth.code]
    assert found(stars="5") == []
    assert found(status="published", stars=["0", "4"]) == [cloth.code]


def test_the_days_of_entry_are_read_in_the_buddhist_era(visit):
    with time_machine.travel("2026-11-20T23:59:00+07:00", tick=False):
        before = MemberFactory(name_th="ก")
    with time_machine.travel("2026-11-21T00:00:00+07:00", tick=False):
        after = MemberFactory(name_th="ข")

    def found(**asked):
        return codes(visit("members", "reviewer", **asked))

    assert found(entered_from="21/11/2569") == [after.code]
    assert found(entered_to="๒๐ พฤศจิกายน ๒๕๖๙") == [before.code]
    assert found(entered_from="20/11/2569", entered_to="21/11/2569") == [
        before.code,
        after.code,
    ]


def test_a_reviewer_of_one_province_chooses_none_but_an_official_of_all_does(
    visit, client
):
    MemberFactory()
    MemberFactory(district__code="5101")
    loei = visit("members", "reviewer").context["form"]
    everywhere = visit("members", "administrator").context["form"]

    assert loei.fields["province"].widget.is_hidden
    assert [code for code, _name in loei.fields["district"].choices] == ["", "4201"]
    slugs = [slug for slug, _name in everywhere.fields["province"].choices]
    assert slugs == ["", "lamphun", "loei"]
    # 928 districts are no choice.
    assert [code for code, _name in everywhere.fields["district"].choices] == [""]


def test_a_district_alone_names_its_province(visit):
    member = MemberFactory()
    MemberFactory(district__code="4205")
    MemberFactory(district__code="5101")

    answer = visit("members", "administrator", district="4201")

    assert codes(answer) == [member.code]
    assert answer.context["form"].data["province"] == "loei"


def test_a_district_left_over_from_another_province_is_dropped(visit):
    MemberFactory()
    member = MemberFactory(district__code="5101")

    answer = visit("members", "administrator", province="lamphun", district="4201")

    assert codes(answer) == [member.code]


# --- Garbage ----------------------------------------------------------------------

GARBAGE = [
    {"province": "atlantis"},
    {"district": "9999"},
    {"district": "เลย"},
    {"status": "deleted"},
    {"producer_type": "'; DROP TABLE members_member"},
    {"entered_from": "31/02/2555"},
    {"entered_to": "55"},
    {"entered_from": "22/11/2569", "entered_to": "21/11/2569"},
    {"q": "x" * 201},
    {"format": "docx"},
    {"format": "exe"},
]


@pytest.mark.parametrize("asked", GARBAGE, ids=str)
@pytest.mark.parametrize("slug", SLUGS)
def test_garbage_gives_a_sentence_and_no_rows(visit, slug, asked):
    member = MemberFactory(published=True)
    ProductFactory(member=member)

    answer = visit(slug, "reviewer", **asked)

    page = answer.content.decode()
    assert "โปรดตรวจสอบ" in page
    assert answer.context["found"] is None
    assert member.code not in page
    assert not ExportRun.objects.exists()


@pytest.mark.parametrize("asked", GARBAGE[:-2], ids=str)
def test_no_file_is_made_of_garbage(visit, asked):
    MemberFactory()

    answer = visit("members", "reviewer", **{"format": "csv", **asked})

    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert not ExportRun.objects.exists()


@pytest.mark.parametrize(
    "asked",
    [{"category": "nothing"}, {"otop_type": "x"}, {"stars": ["6", "5"]}],
    ids=str,
)
def test_garbage_of_products_gives_a_sentence(visit, asked):
    assert visit("products", "reviewer", **asked).context["found"] is None


@pytest.mark.parametrize("words", ["%", "_", "\\", '"', "' OR 1=1 --", "(((", "๒"])
@pytest.mark.parametrize("slug", SLUGS)
def test_any_words_may_be_looked_for(visit, slug, words):
    ProductFactory()

    assert visit(slug, "reviewer", q=words).context["found"] is not None


def test_nothing_found_leads_back_to_all(visit):
    page = visit("members", "reviewer", status="withdrawn").content.decode()

    assert "ไม่พบรายการตามตัวกรองนี้" in page
    assert 'href="/reports/members/"' in page


def test_the_links_take_what_is_shown(visit):
    MemberFactory(published=True)

    answer = visit("members", "reviewer", status="published", q="")

    here = "/reports/members/?status=published&"
    assert answer.context["downloads"] == [
        ("XLSX", f"{here}format=xlsx"),
        ("CSV", f"{here}format=csv"),
        ("PDF เลขไทย", f"{here}format=pdf&digits=thai"),
        ("PDF เลขอารบิก", f"{here}format=pdf&digits=arabic"),
    ]


def test_each_filter_that_is_set_can_be_taken_off(visit):
    MemberFactory()
    MemberFactory(district__code="5101")

    answer = visit("members", "administrator", province="loei", district="4201")

    assert answer.context["chips"] == [
        ("จังหวัด: เลย", "/reports/members/"),
        ("อำเภอ: เมืองเลย", "/reports/members/?province=loei"),
    ]


def test_pages_are_kept_by_no_cache(visit):
    MemberFactory()

    assert visit("members", "reviewer")["Cache-Control"] == "no-store, private"
    file = visit("members", "reviewer", format="csv")
    assert file["Cache-Control"] == "no-store, private"
