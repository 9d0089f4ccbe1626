"""A province on one page, its goods as a book, and as long a list as paper takes."""

import io
import resource
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from PIL import Image

from benchmarks.measuring import Cost, Figure, cost_of, show
from members.enums import ContactKind
from members.models import Contact, Member
from products.models import Category, Product
from registry.enums import RecordStatus, Role
from registry.models import Agency, District, User
from registry.storages import content_name, public_storage
from reports import catalogue
from reports.pdf.documents import Document, PdfColumn, TableBlock
from reports.pdf.registers import MOST_ROWS, document_of
from reports.pdf.rendering import render

GOODS = 160
GOODS_OF_A_MEMBER = 4
PROVINCE, SLUG = "42", "loei"
STORY = (
    "ทอด้วยกี่พื้นเมืองจากฝ้ายที่ปลูกเอง ย้อมด้วยครามและเปลือกไม้ "
    "ลวดลายสืบทอดกันมาในหมู่บ้านตั้งแต่รุ่นปู่ย่าตายาย "
)
TOLD = "Woven on a village loom from home-grown cotton, dyed with indigo and bark. "


def main() -> bool:
    """Measure; tell whether the limits are kept."""
    user = User(email="bench@portal.example", role=Role.ADMINISTRATOR)
    names = fill()
    try:
        # What is loaded once is not what is measured.
        printed("brief", user)
        brief = cost_of(lambda: with_press(lambda: printed("brief", user)))
        book = cost_of(lambda: with_press(lambda: printed("product-book", user)))
        listed = cost_of(lambda: with_press(lambda: len(render(long_list()))))
    finally:
        empty(names)
    return show(
        *figures("Provincial brief", brief, seconds=1),
        *figures(f"Product book of {GOODS} products", book, seconds=15, memory=500),
        *figures(f"List of {MOST_ROWS:,} rows", listed, seconds=15, memory=900),
    )


def with_press(work: Callable[[], int]) -> tuple[int, float, float]:
    """Return what ``work`` does, and seconds and MiB of the processes it started."""
    size = work()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return size, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def figures(
    what: str, cost: Cost, *, seconds: float, memory: float | None = None
) -> Iterator[Figure]:
    """Yield what a document cost, beside what it may; typst has its own process."""
    size, press_seconds, press_memory = cost.result
    yield Figure(what, cost.seconds + press_seconds, "s", seconds)
    yield Figure(f"{what}, memory here", cost.grown, "MiB")
    yield Figure(f"{what}, memory of typst", press_memory, "MiB", memory)
    yield Figure(f"{what}, size", size / 2**20, "MiB")


def printed(slug: str, user: User) -> int:
    """Print a report of the province; return how large it is."""
    report: Any = catalogue.find(slug, user)
    form = report.form(QueryDict(f"province={SLUG}"), user=user)
    assert form.is_valid(), form.errors  # noqa: S101 - else nothing is measured
    return len(render(document_of(report, user, form, language="th")))


def long_list() -> Document:
    """Return as many rows as a list may have, in seven columns."""
    titles = ("รหัส", "ชื่อ", "ผู้ผลิต", "อำเภอ", "ราคา", "ดาว", "สถานะ")
    widths = (13, 36, 34, 16, 12, 8, 14)
    return Document(
        title="ทะเบียนผลิตภัณฑ์",
        printed_at=timezone.now(),
        blocks=[
            TableBlock(
                columns=[
                    PdfColumn(title, width)
                    for title, width in zip(titles, widths, strict=True)
                ],
                rows=[
                    (
                        *(f"98-P-{at:05d}", f"ผ้าฝ้ายทอมือย้อมคราม ลายที่ {at}"),
                        *("วิสาหกิจชุมชนทอผ้าบ้านก้างปลา", "ด่านซ้าย"),
                        *(f"{at % 900 + 90:,}.00", str(at % 6), "เผยแพร่"),
                    )
                    for at in range(MOST_ROWS)
                ],
                is_numbered=True,
            )
        ],
    )


# --- The rows ---------------------------------------------------------------------


@transaction.atomic
def fill() -> list[str]:
    """Keep goods past the actions; return the names of their pictures' files."""
    agency = Agency.objects.order_by("pk").first()
    assert agency is not None  # noqa: S101 - `manage.py setup` has run
    districts = list(
        District.objects.filter(province=PROVINCE)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    now = timezone.now()
    public = {
        "owner": agency,
        "province_id": PROVINCE,
        "status": RecordStatus.PUBLISHED,
        "published_at": now - timedelta(days=1),
    }
    members = Member.objects.bulk_create(
        Member(
            code=f"98-M-{at:05d}",
            district_id=districts[at % len(districts)],
            name_th=f"วิสาหกิจชุมชนทอผ้าบ้านทดลอง {at}",
            name_en=f"Trial Village Weavers {at}",
            **public,
        )
        for at in range(GOODS // GOODS_OF_A_MEMBER)
    )
    Contact.objects.bulk_create(
        Contact(
            member=each,
            kind=ContactKind.PHONE,
            value="+6642811000",
            is_personal=False,
        )
        for each in members
    )
    shelves = list(Category.objects.filter(level__gt=0).values_list("pk", flat=True))
    names = [picture(at) for at in range(GOODS)]
    Product.objects.bulk_create(
        Product(
            code=f"98-P-{at:05d}",
            member=members[at // GOODS_OF_A_MEMBER],
            district_id=members[at // GOODS_OF_A_MEMBER].district_id,
            category_id=shelves[at % len(shelves)] if shelves else None,
            name_th=f"ผ้าฝ้ายทอมือย้อมคราม ลายที่ {at}",
            name_en=f"Indigo cotton, pattern {at}",
            story_th=STORY * (at % 4 + 1),
            story_en=TOLD * (at % 4 + 1),
            price_min=Decimal(at + 100),
            unit_th="ผืน",
            unit_en="piece",
            current_stars=at % 5 + 1,
            current_stars_year=2567,
            sort_key=f"{at:06d}",
            cover={
                "card": {"webp": names[at]},
                "names": {"webp": {"480": names[at]}},
            },
            **public,
        )
        for at in range(GOODS)
    )
    return names


def picture(seed: int) -> str:
    """Store a picture as restless as a photograph; return its name."""
    noise = Image.effect_noise((120, 120), 60 + seed % 40)
    colours = Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180)))
    file = io.BytesIO()
    colours.resize((480, 480)).save(file, "WEBP", quality=76)
    data = file.getvalue()
    return public_storage().save(
        content_name("pictures", data, "webp"), ContentFile(data)
    )


def empty(names: list[str]) -> None:
    """Take rows and files away again: other benchmarks follow."""
    for model, path in (
        (Contact, "member__code"),
        (Product, "code"),
        (Member, "code"),
    ):
        rows = model._default_manager.filter(**{f"{path}__startswith": "98-"})
        found: Any = model._default_manager.filter(
            pk__in=list(rows.values_list("pk", flat=True))
        )
        found._raw_delete(found.db)
    for name in names:
        public_storage().delete(name)
