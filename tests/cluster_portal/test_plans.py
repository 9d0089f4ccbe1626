"""Heavy pages take the indexes made for them: PostgreSQL says so, at 25,000 products.

The rows are copies of a few real ones, made by the database itself in some seconds and
gone with the test's transaction. What is asserted is the plan, never the time.
"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Member
from products.actions import counting
from products.models import Category, Product, ProductSearch
from registry.enums import Role
from tests.factories import (
    CategoryFactory,
    DistrictFactory,
    MemberFactory,
    ProductFactory,
    ProvinceFactory,
    UserFactory,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite plans in another way"
    ),
]

MEMBERS, PRODUCTS = 10_000, 25_000
DISTRICTS = [f"{place}{number:02d}" for place in range(40, 60) for number in (1, 2)]
USED = re.compile(r"(?:using|Index Scan on) (\w+)")
SCANNED = re.compile(r"Seq Scan on (\w+)")
#: What no page may read whole. Producers are counted from an index that PostgreSQL
#: takes for that once the table was vacuumed, which no transaction can do.
LARGE = {"products_product", "products_productsearch"}


def fill():
    shelves = [CategoryFactory().pk for _ in range(20)]
    for code in DISTRICTS:
        ProvinceFactory(code=code[:2])
        DistrictFactory(code=code)
    member = MemberFactory(published=True, district__code=DISTRICTS[0])
    product = ProductFactory(published=True, member=member)
    places = f"(ARRAY{DISTRICTS})[1 + n % {len(DISTRICTS)}]"
    copies(
        Member,
        member.pk,
        MEMBERS,
        district_id=places,
        province_id=f"left({places}, 2)",
        sort_key="'ก' || lpad(n::text, 6, '0')",
        code="'99-M-' || lpad(n::text, 6, '0')",
        status="CASE n % 9 WHEN 0 THEN 'draft' ELSE 'published' END",
    )
    copies(
        Product,
        product.pk,
        PRODUCTS,
        member_id=f"{member.pk} + 1 + n % {MEMBERS}",
        district_id=places,
        province_id=f"left({places}, 2)",
        category_id=f"(ARRAY{shelves})[1 + (n / 40) % {len(shelves)}]",
        sort_key="'ก' || lpad(n::text, 6, '0')",
        name_th="'ผ้า ' || n || ' ' || md5(n::text)",
        code="'99-P-' || lpad(n::text, 6, '0')",
        status="CASE n % 9 WHEN 0 THEN 'draft' ELSE 'published' END",
        published_at="now() - n * interval '1 minute'",
        price_min="n % 900",
        price_max="NULL",
        current_stars="nullif(n % 6, 0)",
        current_stars_year="CASE n % 6 WHEN 0 THEN NULL ELSE 2566 END",
    )
    table = ProductSearch._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        cursor.execute(
            f"INSERT INTO {table} (product_id, name_norm, name_fold, text_fold)"  # noqa: S608 - as above
            " SELECT id, name_th, replace(name_th, '้', ''),"
            " replace(name_th, '้', '') || ' | ' || md5(code) || md5(name_th)"
            f" FROM {Product._meta.db_table}"
        )
        counting.recount()
        cursor.execute("ANALYZE")
    return {
        "shelf": Category.objects.get(pk=shelves[3]).code,
        "province": member.province.slug,
        "deep": "99-P-020000",
        "product": product.code,
        "member": member.code,
        "word": "c4ca4238",
    }


def copies(model, key, count, **changed):
    """Copy one row ``count`` times; ``changed`` are SQL expressions of ``n``."""
    table = model._meta.db_table
    columns = [f.column for f in model._meta.local_concrete_fields if not f.primary_key]
    values = ", ".join(changed.get(name, f'one."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, {names}) SELECT one.id + 1 + n, {values}"  # noqa: S608 - as above
            f" FROM {table} AS one, generate_series(0, {count - 1}) AS n"
            f" WHERE one.id = {key}"
        )


def plans_of(client, address):
    """Return the indexes that a page uses, and the tables it reads whole."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    used, whole = set(), set()
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if not query["sql"].startswith(("SELECT", "WITH")):
                continue
            cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"), [])
            plan = "\n".join(line for (line,) in cursor.fetchall())
            used.update(USED.findall(plan))
            whole.update(SCANNED.findall(plan))
    return used, whole


PAGES = {
    "/products/": {"product_public_newest", "products_cataloguecount_once"},
    "/products/?category={shelf}": {"product_public_of_shelf"},
    "/products/?province={province}": {"product_public_of_place"},
    "/products/?after={deep}": {"product_public_newest"},
    "/products/?sort=name": {"product_public_sorted"},
    "/products/?sort=price": {"product_public_priced"},
    "/products/?q={word}": {"products_productsearch_text_fold_trgm"},
    "/members/": {"member_public_sorted", "member_public_counted"},
    "/products/99-P-000001/": {"product_public_nearby", "members_member_pkey"},
    "/members/99-M-000001/": {"members_member_pkey"},
    "/provinces/{province}/": {"product_public_of_place", "member_public_richest"},
    "/": {"products_cataloguecount_once", "product_public_champions"},
    "/admin/products/product/": {"product_sorted"},
    "/admin/members/member/": {"member_sorted"},
}


def test_heavy_pages_take_their_indexes_and_read_no_table_whole(client):
    crowd = fill()
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    missing, whole = {}, {}

    for address, indexes in PAGES.items():
        used, read = plans_of(client, address.format(**crowd))
        missing[address] = indexes - used
        # Lists of the staff count rows up to ten thousand, in whatever order.
        whole[address] = set() if address.startswith("/admin/") else read & LARGE

    assert {page: names for page, names in missing.items() if names} == {}
    assert {page: names for page, names in whole.items() if names} == {}
