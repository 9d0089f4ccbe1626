"""A quarter of a million products taken away as CSV and as a workbook.

On PostgreSQL alone: the limits are for what a country would run it on. The rows are
those of the report itself, in the columns an administrator gets.
"""

import os
import tempfile
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.measuring import Cost, Figure, cost_of, show
from members.models import Member
from products.models import Category, Mark, Product
from registry.enums import Role
from registry.models import Agency, District, User
from registry.sheets.writing import write_csv, write_xlsx
from registry.statistics import gather
from registry.thai.sorting import sort_key
from reports import catalogue

PRODUCTS = 250_000
GOODS_OF_A_MEMBER = 10
BATCH = 5_000
NAMES = (
    "ผ้าไหมมัดหมี่ย้อมคราม",
    "ผ้าขาวม้าทอมือ ลาย “ตาหมากรุก”",
    "กล้วยตาก, น้ำผึ้ง",
    "เครื่องจักสาน <ไม้ไผ่> & หวาย",
    "น้ำพริกเผาสูตรโบราณ",
)


def main() -> bool:
    """Measure on PostgreSQL; tell whether the limits are kept."""
    if connection.vendor != "postgresql":
        print("exports: measured on PostgreSQL")
        return True
    count = int(os.environ.get("BENCH_PRODUCTS", PRODUCTS))
    administrator = fill(count)
    # As PostgreSQL does by itself some minutes later.
    gather()
    try:
        # What is loaded once is not what is measured.
        as_csv(administrator, 100)
        as_xlsx(administrator, 100)
        written, filed = (
            cost_of(lambda write=write: write(administrator))  # type: ignore[misc] # bound at once
            for write in (as_csv, as_xlsx)
        )
    finally:
        empty()
    return show(
        *figures("CSV", written, count, seconds=4, memory=80),
        *figures("XLSX", filed, count, seconds=15, memory=100),
    )


def figures(
    kind: str, cost: Cost, count: int, *, seconds: float, memory: float
) -> list[Figure]:
    """Return what a file cost, beside what it may."""
    rows, columns, size = cost.result
    assert rows == count  # noqa: S101 - else the figures are of something else
    what = f"{kind} of {rows:,} products × {columns} columns"
    return [
        Figure(what, cost.seconds, "s", seconds),
        Figure(f"{what}, memory", cost.grown, "MiB", memory),
        Figure(f"{what}, size", size / 2**20, "MiB"),
    ]


# --- What is measured -------------------------------------------------------------


def as_csv(user: User, most: int | None = None) -> tuple[int, int, int]:
    """Write the CSV; return rows, columns and bytes."""
    report: Any = catalogue.find("products", user)
    columns = report.columns(user)
    rows = Counter(chosen(report, user, columns, most))
    size = 0
    with tempfile.TemporaryFile() as file:
        for piece in write_csv(columns, rows, language="th"):
            size += file.write(piece)
    return rows.count, len(columns), size


def as_xlsx(user: User, most: int | None = None) -> tuple[int, int, int]:
    """Write the workbook; return rows, columns and bytes."""
    report: Any = catalogue.find("products", user)
    columns = report.columns(user)
    with tempfile.TemporaryFile() as file:
        count = write_xlsx(
            file,
            columns,
            chosen(report, user, columns, most),
            title=report.title,
            about=[],
            language="th",
        )
        return count, len(columns), file.tell()


def chosen(report: Any, user: User, columns: Any, most: int | None) -> Any:
    """Return the rows of the report as its page hands them on."""
    rows = report.visible_to(user)
    return report.rows(rows, columns, user=user, language="th", most=most)


class Counter:
    """Rows, counted as they pass by."""

    def __init__(self, rows: Any) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Any:
        for row in self.rows:
            self.count += 1
            yield row


# --- The rows ---------------------------------------------------------------------


@transaction.atomic
def fill(count: int) -> User:
    """Keep ``count`` products past the actions, which would take an hour."""
    agency = Agency.objects.order_by("pk").first()
    assert agency is not None  # noqa: S101 - `manage.py setup` has run
    districts = list(District.objects.order_by("pk").values_list("code", flat=True))
    members = Member.objects.bulk_create(
        [
            Member(
                code=f"99-M-{number:05d}",
                owner=agency,
                district_id=(code := districts[number % len(districts)]),
                province_id=code[:2],
                name_th=f"กลุ่มแม่บ้านเกษตรกร {number}",
                name_en=f"Farm women's group {number}" if number % 2 else "",
                sort_key=f"{number:06d}",
            )
            for number in range(count // GOODS_OF_A_MEMBER + 1)
        ],
        batch_size=BATCH,
    )
    shelves: list[Any] = [*Category.objects.values_list("pk", flat=True), None]
    bits = [1 << bit for bit in Mark.objects.values_list("bit", flat=True)] or [0]
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        Product.objects.bulk_create(
            [product(number, members, shelves, bits) for number in numbers]
        )
    return User(email="bench@portal.example", role=Role.ADMINISTRATOR)


def product(
    number: int, members: list[Member], shelves: list[Any], bits: list[int]
) -> Product:
    """Return one of the products, unlike the one before it."""
    member = members[number // GOODS_OF_A_MEMBER]
    name = f"{NAMES[number % len(NAMES)]} {number}"
    price = Decimal(number % 5_000) + Decimal("0.50") if number % 7 else None
    stars = number % 6 or None
    is_public = number % 3 > 0
    return Product(
        code=f"99-P-{number:06d}",
        owner_id=member.owner_id,
        member=member,
        district_id=member.district_id,
        province_id=member.province_id,
        name_th=name,
        name_en=f"Thing {number}" if number % 2 else "",
        story_th="เรื่องราวของสินค้า " * (number % 3),
        story_en="",
        sort_key=sort_key(name)[:300],
        otop_type=("food", "textile", "decor", "")[number % 4],
        category_id=shelves[number % len(shelves)],
        is_edible=(True, False, None)[number % 3],
        price_min=price,
        price_max=price and price + 10,
        unit_th="ผืน",
        unit_en="piece",
        season=number % 4096,
        current_stars=stars,
        current_stars_year=2566 if stars else None,
        marks_held=bits[number % len(bits)] if number % 3 else 0,
        cover={"is_illustration": not number % 2} if number % 4 else {},
        status="published" if is_public else "draft",
        published_at=timezone.now() - timedelta(hours=number) if is_public else None,
    )


def empty() -> None:
    """Take the rows away again: other benchmarks follow."""
    for model in (Product, Member):
        rows: Any = model._default_manager.filter(code__startswith="99-")
        rows._raw_delete(rows.db)
