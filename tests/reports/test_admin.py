"""Files from the lists of the admin: the chosen rows, as the report shows them."""

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME

from registry.models import ExportRun
from tests.factories import MemberFactory, ProductFactory
from tests.reports.conftest import sheets
from tests.reports.test_files import MEMBERS, PRODUCTS, codes, without_days

pytestmark = pytest.mark.django_db

MEMBER_LIST = "/admin/members/member/"
PRODUCT_LIST = "/admin/products/product/"


def take(client, user, address, action, *rows, across=False):
    client.force_login(user)
    return send(client, address, action, *rows, across=across)


def send(client, address, action, *rows, across=False):
    sent = {
        "action": action,
        ACTION_CHECKBOX_NAME: [row.pk for row in rows],
        "select_across": str(int(across)),
    }
    return client.post(address, sent)


def offered(client, user, address) -> set[str]:
    client.force_login(user)
    form = client.get(address).context["action_form"]
    return {value for value, _label in form.fields["action"].choices}


def test_a_file_from_the_list_is_the_file_of_the_report(
    client, reviewer, shawl, plain_product
):
    MemberFactory()

    members = take(client, reviewer, MEMBER_LIST, "export_xlsx", shawl.member)
    goods = take(client, reviewer, PRODUCT_LIST, "export_xlsx", shawl, plain_product)
    english = take(client, reviewer, "/en" + MEMBER_LIST, "export_xlsx", shawl.member)

    rows, about = sheets(members)
    assert without_days(rows) == MEMBERS["th"]
    assert ["วิธีเลือก", "เลือกทีละรายการจากบัญชี"] in about
    assert without_days(sheets(goods)[0]) == PRODUCTS["th"]
    assert without_days(sheets(english)[0]) == MEMBERS["en"]


def test_only_the_chosen_rows_leave(client, reviewer, weavers):
    MemberFactory()

    answer = take(client, reviewer, MEMBER_LIST, "export_csv", weavers)

    assert codes(answer) == [weavers.code]
    run = ExportRun.objects.get()
    assert (run.by, run.report, run.format) == (reviewer, "members", "csv")
    assert (run.filters, run.rows) == ({"chosen": 1}, 1)


def test_all_of_a_list_are_the_rows_it_is_filtered_to(client, reviewer, weavers):
    other = MemberFactory(district__code="4203", published=True)
    MemberFactory(district__code="4203")
    address = f"{MEMBER_LIST}?district=4203&q={other.name_th}"

    answer = take(client, reviewer, address, "export_xlsx", other, across=True)

    rows, about = sheets(answer)
    assert [row[0] for row in rows[1:]] == [other.code]
    said = about[about.index(["วิธีเลือก", "ทุกรายการในบัญชี"]) + 1 :]
    assert said[:2] == [["คำค้น", other.name_th], ["อำเภอ", "เชียงคาน"]]
    assert ExportRun.objects.get().filters == {
        "district": ["4203"],
        "q": [other.name_th],
    }


@pytest.mark.parametrize("across", [False, True])
def test_rows_of_another_province_never_leave(
    client, reviewer, weavers, lamphun_member, across
):
    answer = take(
        client,
        reviewer,
        MEMBER_LIST,
        "export_csv",
        weavers,
        lamphun_member,
        across=across,
    )

    assert codes(answer) == [weavers.code]


@pytest.mark.parametrize("address", [MEMBER_LIST, PRODUCT_LIST])
@pytest.mark.parametrize("who", ["reviewer", "administrator"])
def test_both_lists_offer_both_files(client, request, shawl, who, address):
    found = offered(client, request.getfixturevalue(who), address)

    assert {"export_xlsx", "export_csv"} <= found


@pytest.mark.parametrize(
    "address",
    ["/admin/registry/agency/", "/admin/products/category/", "/admin/registry/user/"],
)
def test_lists_without_a_report_offer_none(client, administrator, shawl, address):
    client.force_login(administrator)
    page = client.get(address)

    assert page.status_code == 200
    form = page.context.get("action_form")
    choices = form.fields["action"].choices if form else []
    assert not {"export_xlsx", "export_csv"} & {value for value, _label in choices}


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_chosen_rows(
    client, reviewer, django_assert_num_queries, count
):
    chosen = ProductFactory.create_batch(count)

    client.force_login(reviewer)

    # The door, the list with its filters, then the report's own with the record and
    # the event of it.
    with django_assert_num_queries(4 + 7 + 9):
        send(client, PRODUCT_LIST, "export_csv", *chosen).getvalue()
