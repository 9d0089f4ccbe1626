"""The market that the public journeys visit."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from members.enums import ContactKind
from products.enums import OtopType
from products.models import Product
from registry.forms import kept_picture
from registry.pictures import take_picture
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    ContactFactory,
    DistrictFactory,
    MarkFactory,
    MemberFactory,
    OutletFactory,
    PhotoFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
)


def jpeg(colour):
    """Return a small real photograph, as bytes."""
    image = Image.new("RGB", (640, 480), colour)
    ImageDraw.Draw(image).ellipse((160, 80, 480, 400), fill="white")
    file = io.BytesIO()
    image.save(file, "JPEG")
    return file.getvalue()


def fill_market() -> Product:
    """Publish five goods; return the one with all that a page can show."""
    cloth = CategoryFactory(name_th="ผ้าทอพื้นเมือง", name_en="Handwoven cloth")
    sweets = CategoryFactory(name_th="ขนมและของหวาน", name_en="Sweets")
    maker = MemberFactory(
        published=True,
        name_th="กลุ่มแปรรูปกล้วยบ้านริมโขง",
        name_en="Ban Rim Khong Banana Growers",
        district=DistrictFactory(code="4203"),
        story_th="ปลูกกล้วยริมแม่น้ำโขงและฉาบด้วยน้ำตาลอ้อย",
        story_en="They grow bananas by the Mekong and glaze them with cane sugar.",
    )
    ContactFactory(member=maker, shop=True, value="+6642000001")
    ContactFactory(member=maker, kind=ContactKind.LINE, value="hidden-from-all")
    OutletFactory(
        member=maker,
        name_th="ร้านริมโขง",
        name_en="Rim Khong shop",
        latitude="17.890000",
        longitude="101.660000",
    )
    banana = ProductFactory(
        published=True,
        member=maker,
        name_th="กล้วยฉาบเชียงคาน",
        name_en="Chiang Khan banana chips",
        category=sweets,
        otop_type=OtopType.FOOD,
        price_min=60,
        price_max=120,
        unit_th="ถุง",
        unit_en="bag",
        shelf_life_days=90,
        season=0b000000111100,
        story_th="กล้วยน้ำว้าสุกพอดี ฝานบาง ทอดในกระทะใบบัว",
        story_en="Bananas at their best, sliced thin and fried in a wide pan.",
    )
    for colour, alt in (("goldenrod", "กล้วยฉาบในถุง"), ("olive", "กล้วยบนต้น")):
        upload = SimpleUploadedFile(f"{colour}.jpg", jpeg(colour))
        picture = kept_picture(take_picture(upload))
        PhotoFactory(product=banana, picture=picture, alt_th=alt, alt_en="Bananas")
    for year, total in ((2565, 84), (2567, 92)):
        round_ = StarRoundFactory(year=year, announced_on=f"{year - 543}-08-31")
        StarRatingFactory(product=banana, round=round_, total=total)
    marks = [
        MarkFactory(
            name_th="มาตรฐานผลิตภัณฑ์ชุมชน",
            name_en="Thai Community Product Standard",
            abbreviation_th="มผช.",
            abbreviation_en="TCPS",
        ),
        MarkFactory(
            name_th="เลขสารบบอาหาร",
            name_en="Food serial number",
            abbreviation_th="อย.",
            abbreviation_en="FDA",
        ),
    ]
    CertificateFactory(product=banana, mark=marks[0])
    CertificateFactory(product=banana, mark=marks[1], expired=True)
    ProductFactory(
        published=True,
        member=maker,
        name_th="น้ำพริกปลาแม่น้ำโขง",
        name_en="Mekong fish chilli paste",
        category=sweets,
        otop_type=OtopType.FOOD,
        price_min=150,
    )
    for name, english in (
        ("ผ้าห่มนวมฝ้าย", "Cotton quilt"),
        ("ผ้าขาวม้าลายน้ำไหล", "Flowing-water loincloth"),
        ("หน้ากากผีตาโขน", "Phi Ta Khon mask"),
    ):
        ProductFactory(
            published=True,
            member__name_th=f"กลุ่ม{name}",
            name_th=name,
            name_en=english,
            category=cloth,
            price_min=890,
        )
    return banana
