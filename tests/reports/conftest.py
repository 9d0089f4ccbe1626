"""Records in which every column of a report has something to show."""

import datetime
import io
from decimal import Decimal

import pytest
import time_machine
from PIL import Image
from python_calamine import CalamineWorkbook

from members.enums import ContactKind
from registry.enums import RecordStatus
from registry.pictures import store, take_picture
from registry.storages import private_storage
from tests.factories import (
    AgencyFactory,
    CategoryFactory,
    CertificateFactory,
    ContactFactory,
    MarkFactory,
    MemberFactory,
    PhotoFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
    SubdistrictFactory,
)

NOW = datetime.datetime.fromisoformat("2026-11-21T10:30:00+07:00")


@pytest.fixture
def now():
    """Stop the clock on 21 November 2569."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def weavers(now, db):
    """Keep a published member of whom everything is known."""
    member = MemberFactory(
        owner__name_th="สำนักงานอุตสาหกรรมทดสอบ",
        owner__name_en="Test Industry Office",
        district__code="4205",
        subdistrict=SubdistrictFactory(code="420501", postcode="42120"),
        name_th="กลุ่มทอผ้าบ้านทดลอง",
        name_en="Trial Village Weavers",
        legal_form="community_enterprise",
        otop_number="420501-0017",
        workers=24,
        quadrant="B",
        private_notes="SECRET NOTE",
        latitude=Decimal("17.27750"),
        longitude=Decimal("101.14990"),
        house="99/9",
        published=True,
    )
    ContactFactory(member=member, kind=ContactKind.LEADER, value="นางสาวสมมติ ทดลอง")
    ContactFactory(member=member, kind=ContactKind.MOBILE, value="+66812345670")
    ContactFactory(member=member, shop=True, extension="12")
    ContactFactory(member=member, kind=ContactKind.PHONE, value="+6642811999")
    ContactFactory(member=member, kind=ContactKind.EMAIL, value="a@test.example")
    return type(member).objects.get(pk=member.pk)


@pytest.fixture
def shawl(weavers):
    """Keep a published product of which everything is known."""
    textiles = CategoryFactory(code="non-edible", name_th="ของใช้", name_en="Things")
    shawls = CategoryFactory(parent=textiles, name_th="ผ้าคลุม", name_en="Shawls")
    product = ProductFactory(
        member=weavers,
        category=shawls,
        name_th="ผ้าคลุมไหล่ฝ้าย",
        name_en="Cotton shawl",
        story_th="ทอมือ",
        story_en="Woven by hand",
        price_min=Decimal("250.00"),
        price_max=Decimal("1250.50"),
        unit_th="ผืน",
        unit_en="piece",
        season=0b1000_0000_0001,
        private_notes="SECRET NOTE",
        published=True,
    )
    given = StarRoundFactory(year=2566, announced_on=datetime.date(2024, 1, 15))
    StarRatingFactory(product=product, round=given, total=92)
    mark = MarkFactory(abbreviation_th="มผช.", abbreviation_en="TCPS")
    CertificateFactory(product=product, mark=mark)
    drawing = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawing, "PNG")
    drawing.seek(0)
    picture = store(take_picture(drawing), private_storage())
    PhotoFactory(product=product, picture=picture.as_json())
    return type(product).objects.get(pk=product.pk)


@pytest.fixture
def plain_product(weavers):
    """Keep a draft of which next to nothing is known."""
    return ProductFactory(
        member=weavers,
        name_th="ย่ามยังไม่ครบ",
        name_en="",
        otop_type="",
        price_min=None,
        status=RecordStatus.DRAFT,
    )


@pytest.fixture
def lamphun_member(db):
    """Keep a published member of another province."""
    return MemberFactory(
        district__code="5101", owner=AgencyFactory(places=["51"]), published=True
    )


def sheets(answer) -> list[list[list]]:
    """Return the cells of both sheets of a downloaded workbook."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue()))
    return [
        book.get_sheet_by_index(at).to_python(skip_empty_area=False) for at in (0, 1)
    ]
