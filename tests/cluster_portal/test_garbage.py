"""Whatever an address or a form holds, the portal answers with a page of its own.

Anybody may type an address, and a program may send any form. What makes no
sense gets a sentence, a "not found" or a refusal; never the page for our own
mistakes.
"""

import logging
from urllib.parse import quote, urlencode

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse

from members.models import Member
from products.models import Product
from registry.models import VisitorMessage
from strategies.models import Plan
from tests.factories import (
    ClusterFactory,
    ContactFactory,
    MemberFactory,
    PlanFactory,
    ProductFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.walk]

#: More than 64 bits, and more digits than Python turns into a number.
BEYOND_64_BITS = "9" * 23
BEYOND_NUMBERS = "9" * 5_000
GARBAGE = (
    "-1",
    "0",
    "abc",
    "1.5",
    "NaN",
    "²",
    "๑๒",
    BEYOND_64_BITS,
    BEYOND_NUMBERS,
    "ก" * 10_000,
    "\u202eผ้าไหม\u200b\ufeff",
    "id;drop table",
    "' OR 1=1 --",
    '"><script>alert(1)</script>',
    "%",
    "_",
    "\\",
    "🧵🇹🇭",
    "[]",
    "../../etc/passwd",
    "://",
)
#: What has broken most: tried in each parameter by itself.
SHARPEST = ("-1", "abc", BEYOND_64_BITS, BEYOND_NUMBERS)
#: Bytes that are no text, as they stand in an address.
BROKEN_BYTES = ("%ff%fe", "%ed%a0%80", "%c0%80", "%00", "%")
MARKUP = "<img src=x onerror=alert(1)>\"'&"


@pytest.fixture(autouse=True)
def quiet():
    """Leave refusals out of the log: there are thousands of them here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def guest(client):
    """Return a browser that sees the page of a mistake, as people would."""
    client.raise_request_exception = False
    return client


@pytest.fixture
def staff(guest, reviewer):
    """Return the browser of a reviewer."""
    guest.force_login(reviewer)
    return guest


@pytest.fixture
def ruler(guest, administrator):
    """Return the browser of an administrator."""
    guest.force_login(administrator)
    return guest


def broken(guest, addresses):
    """Return the addresses that were answered by the page of our own mistakes."""
    return [
        address[:200] for address in addresses if guest.get(address).status_code >= 500
    ]


def with_garbage(page, names):
    """Yield the addresses of ``page`` with garbage in one parameter, and in all."""
    for value in GARBAGE:
        yield f"{page}?{urlencode(dict.fromkeys(names, value))}"
    for value in BROKEN_BYTES:
        yield f"{page}?{'&'.join(f'{name}={value}' for name in names)}"
    for name in names:
        for value in SHARPEST:
            yield f"{page}?{urlencode({name: value})}"


# --- What anybody may ask --------------------------------------------------------

CATALOGUE = (
    *("q", "category", "otop_type", "province", "district", "stars", "mark"),
    *("price", "season", "edible", "sort", "page", "after", "format", "nonsense"),
)


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("products:list", CATALOGUE),
        ("members:list", ("q", "type", "province", "district", "sort", "page")),
        ("home", ("q", "page", "next")),
        ("contact", ("about",)),
        ("provinces:list", ("q",)),
        ("clusters:list", ("page",)),
        ("strategies:list", ("page",)),
        ("account_login", ("next", "email")),
        ("account_reset_password", ("next", "email")),
        ("sitemap", ("p",)),
    ],
)
def test_parameters_of_public_pages(guest, page, names):
    ProductFactory(published=True)

    assert broken(guest, with_garbage(reverse(page), names)) == []


@pytest.mark.parametrize("section", ["products", "members", "nonsense"])
def test_parameters_of_the_sitemap(guest, section):
    page = reverse("sitemap-section", args=[section])

    assert broken(guest, with_garbage(page, ("p",))) == []


def test_parameters_of_a_product_and_a_producer(guest):
    product = ProductFactory(published=True)
    pages = (product.get_absolute_url(), product.member.get_absolute_url())

    for page in pages:
        assert broken(guest, with_garbage(page, ("page", "after", "age"))) == []


def test_garbage_where_a_name_should_stand(guest):
    parts = [quote(value, safe="") for value in GARBAGE] + list(BROKEN_BYTES)
    starts = (
        *("/products/", "/members/", "/provinces/", "/clusters/", "/strategies/"),
        *("/media/", "/files/", "/en/products/", "/strategies/loei-souvenir/"),
        *("/", "/en/", "/reports/", "/sitemap-"),
    )

    assert broken(guest, [f"{a}{b}/" for a in starts for b in parts]) == []


def test_garbage_in_the_report_of_wrong_information(guest):
    for value in (*GARBAGE, "\0", "<b>", "1" * 300):
        guest.post(
            reverse("contact"), {"text": value, "page": value, "reply_to": value}
        )
        answer = guest.post(reverse("contact"), {"text": value, "page": value})
        assert answer.status_code in {200, 302, 429}
    assert VisitorMessage.objects.count() <= 5


def test_garbage_at_the_sign_in(guest):
    for value in (*GARBAGE, "\0"):
        answer = guest.post(
            reverse("account_login"), {"login": value, "password": value}
        )
        assert answer.status_code < 500


@pytest.mark.parametrize("value", ["garbage", '"\\000aaaaaaaaaaaaaaaaaa"', "ก" * 3_000])
@pytest.mark.parametrize(
    "name", ["portal_session", "portal_csrf", "portal_language", "messages"]
)
def test_garbage_in_cookies(guest, name, value):
    raw = f"{name}={value}".encode().decode("latin-1")

    answer = guest.get(reverse("home"), HTTP_COOKIE=raw)

    assert answer.status_code < 500


def test_a_session_key_with_a_nul_never_reaches_the_database(guest):
    answer = guest.get("/", HTTP_COOKIE='portal_session="\\000aaaaaaaaaaaaaaaaaa"')

    assert answer.status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"])
def test_methods_nobody_serves(guest, method):
    for page in ("home", "products:list", "contact", "account_login", "admin:index"):
        answer = guest.generic(method, reverse(page))
        assert answer.status_code < 500


@pytest.mark.parametrize("host", ["evil.example", "", "a b", "127.0.0.1.evil.example"])
def test_a_host_that_is_not_ours_is_refused(guest, host):
    answer = guest.get("/", headers={"host": host})

    assert answer.status_code == 400


# --- What staff may ask -----------------------------------------------------------

LISTS = (
    *("members_member", "members_cluster", "products_product", "products_category"),
    *("products_mark", "products_starround", "strategies_plan"),
    *("registry_province", "registry_district", "registry_subdistrict"),
    *("registry_agency", "registry_visitormessage"),
    *("registry_importrun", "registry_exportrun"),
)
RULERS_LISTS = (
    *LISTS,
    *("registry_user", "registry_alias", "registry_code", "registry_outboxmail"),
)
PARAMETERS = (
    *("q", "p", "o", "all", "e", "_popup", "_to_field", "_facets"),
    *("province", "district", "owner", "category", "lacking", "handled"),
    *("status__exact", "current_stars__exact", "member", "pk__in", "id__exact"),
    *("created_at__year", "created_at__gte", "member__private_notes__contains"),
    *("history__id", "contacts__value", "nonsense__exact"),
)


@pytest.mark.parametrize("name", RULERS_LISTS)
def test_parameters_of_the_admins_lists(ruler, name):
    PlanFactory()
    ProductFactory()
    page = reverse(f"admin:{name}_changelist")

    assert broken(ruler, with_garbage(page, PARAMETERS)) == []


def test_a_list_answers_nothing_but_what_its_filters_ask(ruler):
    """Letter by letter, any other question would give away what is never shown."""
    ProductFactory()
    members, products, users = (
        reverse(f"admin:{name}_changelist")
        for name in ("members_member", "products_product", "registry_user")
    )
    pages = [
        f"{members}?private_notes__contains=a",
        f"{members}?leader_id_hash__startswith=a",
        f"{members}?contacts__value__startswith=a",
        f"{members}?created_by__password__startswith=a",
        f"{members}?status__regex=(",
        f"{products}?member__private_notes__contains=a",
        f"{products}?member__leader_id_hash__startswith=a",
        f"{users}?password__startswith=a",
    ]

    assert [page for page in pages if ruler.get(page).status_code != 400] == []


@pytest.mark.parametrize("name", RULERS_LISTS)
def test_keys_in_the_admins_addresses(ruler, name):
    keys = [quote(value, safe="") for value in (*SHARPEST, "²", "' OR 1=1 --")]
    pages = [
        f"/admin/{name.replace('_', '/')}/{key}/{page}"
        for key in keys
        for page in ("change/", "history/", "delete/", "step/publish/", "")
    ]

    assert broken(ruler, pages) == []


@pytest.mark.parametrize("name", LISTS)
def test_what_an_add_form_is_opened_with(ruler, name):
    page = f"/admin/{name.replace('_', '/')}/add/"
    names = (
        *("member", "owner", "province", "cluster", "subdistrict", "related"),
        *("season", "provinces", "form_key", "parent", "year"),
    )

    assert broken(ruler, with_garbage(page, names)) == []


def test_parameters_of_the_suggestions(staff):
    page = reverse("admin:autocomplete")
    known = {
        "app_label": "products",
        "model_name": "product",
        "field_name": "member",
        "term": "ผ้า",
        "page": "1",
    }
    pages = [
        f"{page}?{urlencode(known | {name: value})}"
        for name in known
        for value in GARBAGE
    ]

    assert broken(staff, pages) == []


@pytest.mark.parametrize("slug", ["members", "products"])
def test_parameters_of_reports(staff, slug):
    page = reverse("reports:detail", args=[slug])
    names = (
        *("q", "province", "district", "status", "otop_type", "category", "stars"),
        *("producer_type", "quadrant", "entered_from", "entered_to", "format", "page"),
    )

    assert broken(staff, with_garbage(page, names)) == []


@pytest.mark.parametrize(
    "action",
    [
        *("publish_chosen", "return_chosen", "edit_chosen", "export_xlsx"),
        *("export_csv", "delete_selected", "nonsense"),
    ],
)
def test_keys_of_chosen_records(staff, action):
    for value in (*GARBAGE, "\0"):
        answer = staff.post(
            reverse("admin:members_member_changelist"),
            {"action": action, ACTION_CHECKBOX_NAME: [value], "note": value},
        )
        assert answer.status_code < 500, value
        b"".join(answer)


@pytest.mark.parametrize("model", [Member, Product, Plan])
def test_garbage_in_every_field_of_a_form(staff, model):
    MemberFactory()
    row = {Member: MemberFactory, Product: ProductFactory, Plan: PlanFactory}[model]()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    page = reverse(f"{name}_change", args=[row.pk])
    before = (row.version, row.status)
    form = staff.get(page).context["adminform"].form
    inlines = [
        inline.formset for inline in staff.get(page).context["inline_admin_formsets"]
    ]

    for value in (*GARBAGE, "\0", "1e400000", "-0", "31/12/2569"):
        typed = dict.fromkeys(form.fields, value)
        typed.pop("version", None)
        for formset in inlines:
            prefix = formset.prefix
            typed |= {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "1"}
            fields = (*formset.empty_form.fields, "id")
            typed |= {f"{prefix}-0-{each}": value for each in fields}
        answer = staff.post(page, typed)
        assert answer.status_code < 500, value[:100]

    row.refresh_from_db()
    assert (row.version, row.status) == before


def test_garbage_in_the_forms_of_a_cluster(staff):
    cluster = ClusterFactory()
    page = reverse("admin:members_cluster_change", args=[cluster.pk])
    form = staff.get(page).context["adminform"].form

    for value in (*GARBAGE, "\0"):
        typed = dict.fromkeys(form.fields, value)
        typed |= {"posts-TOTAL_FORMS": value, "posts-INITIAL_FORMS": value}
        assert staff.post(page, typed).status_code < 500, value[:100]


def test_garbage_instead_of_a_version(staff):
    member = MemberFactory()
    act = member.history.first().act_id
    restore = reverse("admin:members_member_history_restore", args=[member.pk, act])
    step = reverse("admin:members_member_step", args=[member.pk, "withdraw"])

    for value in GARBAGE:
        for page in (restore, step):
            answer = staff.post(page, {"version": value, "note": value})
            assert answer.status_code < 500, value[:100]


def test_garbage_in_a_bulk_edit(staff):
    for value in (*GARBAGE, "\0"):
        answer = staff.post(
            reverse("admin:members_member_bulk_edit"),
            {"selection": value, "press": value, "quadrant": value},
        )
        assert answer.status_code < 500


def test_a_form_of_six_megabytes_or_six_thousand_fields_is_refused(staff):
    page = reverse("admin:members_member_add")

    assert staff.post(page, {"story_th": "ก" * 2_000_000}).status_code == 400
    many = {f"field-{number}": "1" for number in range(6_000)}
    assert staff.post(page, many).status_code == 400


def test_a_form_that_is_no_form_is_refused(staff):
    page = reverse("admin:members_member_add")
    kinds = ("multipart/form-data; boundary=x", "multipart/form-data", "text/x")

    for kind in kinds:
        answer = staff.post(page, b"\xff\xfe--x\r\nnonsense", content_type=kind)
        assert answer.status_code < 500


# --- Names that hold markup -------------------------------------------------------


def test_markup_in_names_is_text_everywhere(staff):
    product = ProductFactory(
        name_th=MARKUP,
        name_en=MARKUP,
        story_th=MARKUP,
        member__name_th=MARKUP,
        member__name_en=MARKUP,
        member__story_th=MARKUP,
        published=True,
    )
    member = product.member
    ContactFactory(member=member, kind="line", value=MARKUP, consented=True)
    plan = PlanFactory(cluster__name_th=MARKUP, vision_th=MARKUP, published=True)
    act = product.history.first().act_id
    pages = [
        *(product.get_absolute_url(), member.get_absolute_url()),
        f"/en{product.get_absolute_url()}",
        *map(reverse, ("home", "products:list", "members:list", "admin:index")),
        reverse("provinces:detail", args=["loei"]),
        reverse("clusters:detail", args=[plan.cluster.slug]),
        reverse("strategies:current", args=[plan.cluster.slug]),
        f"{reverse('products:list')}?{urlencode({'q': MARKUP})}",
        reverse("admin:products_product_changelist"),
        f"{reverse('admin:products_product_changelist')}?{urlencode({'q': MARKUP})}",
        reverse("admin:products_product_change", args=[product.pk]),
        reverse("admin:members_member_change", args=[member.pk]),
        reverse("admin:products_product_history", args=[product.pk]),
        reverse("admin:products_product_history_act", args=[product.pk, act]),
        reverse("admin:products_product_step", args=[product.pk, "withdraw"]),
        *(reverse("reports:detail", args=[slug]) for slug in ("members", "products")),
    ]

    for page in pages:
        answer = staff.get(page)
        assert answer.status_code == 200, page
        assert b"<img src=x" not in answer.content, page


def test_markup_in_what_is_refused_is_text_too(staff):
    members = [MemberFactory(name_th=f"{MARKUP} {number}") for number in range(2)]
    chosen = [member.pk for member in members]
    page = reverse("admin:members_member_changelist")

    for data in (
        {"action": "return_chosen", "note": MARKUP},
        {"action": "edit_chosen"},
    ):
        answer = staff.post(page, data | {ACTION_CHECKBOX_NAME: chosen}, follow=True)
        assert b"<img src=x" not in answer.content
