"""Fifty things people type, and what each must find among invented goods."""

import json
from pathlib import Path

import pytest
from django.utils import timezone

from products.enums import OtopType
from products.models import Product
from registry.models import Alias
from registry.thai.text import fold
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    DistrictFactory,
    MarkFactory,
    MemberFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
)

HERE = Path(__file__).parent
GOODS = json.loads((HERE / "goods.json").read_text(encoding="utf-8"))
QUERIES = json.loads((HERE / "queries.json").read_text(encoding="utf-8"))

SHELVES = {
    "textile": ("ผ้าและเครื่องแต่งกาย", "Textiles"),
    "souvenir": ("ของที่ระลึก", "Souvenirs"),
    "sweet": ("ขนมและของหวาน", "Sweets"),
    "paste": ("อาหารปรุงสำเร็จ", "Prepared food"),
    "drink": ("เครื่องดื่ม", "Beverages"),
    "herb": ("สมุนไพรที่ไม่ใช่อาหาร", "Non-food herbs"),
}
MARKS = {
    "tcps": ("มาตรฐานผลิตภัณฑ์ชุมชน", "มผช.", "TCPS"),
    "fda": ("เลขสารบบอาหาร", "อย.", "FDA"),
    "gi": ("สิ่งบ่งชี้ทางภูมิศาสตร์", "GI", "GI"),
}
ALIASES = {"soap": "สบู่", "tie dye": "มัดย้อม", "แมคาดาเมีย": "แมคคาเดเมีย"}
TOTAL_OF_STARS = {5: 95, 4: 85}


def fill():
    for word, means in ALIASES.items():
        Alias.objects.create(
            word=word, means=means, word_fold=fold(word), means_fold=fold(means)
        )
    round_ = StarRoundFactory(announced_on=timezone.localdate())
    shelves = {
        code: CategoryFactory(code=code, name_th=thai, name_en=english)
        for code, (thai, english) in SHELVES.items()
    }
    marks = {
        code: MarkFactory(
            code=code, name_th=name, abbreviation_th=thai, abbreviation_en=english
        )
        for code, (name, thai, english) in MARKS.items()
    }
    members = {}
    return {
        each["key"]: publish(each, shelves, marks, members, round_) for each in GOODS
    }


def publish(each, shelves, marks, members, round_):
    home = (each["member_th"], each["district"])
    if home not in members:
        members[home] = MemberFactory(
            district=DistrictFactory(code=each["district"]),
            name_th=each["member_th"],
            name_en=each.get("member_en", ""),
            published=True,
        )
    product = ProductFactory(
        member=members[home],
        name_th=each["name_th"],
        name_en=each["name_en"],
        other_names=each.get("other_names", ""),
        story_th=each.get("story_th", ""),
        category=shelves[each["shelf"]],
        otop_type=OtopType.FOOD,
        published=True,
    )
    if "stars" in each:
        total = TOTAL_OF_STARS[each["stars"]]
        StarRatingFactory(product=product, round=round_, total=total)
    if "mark" in each:
        CertificateFactory(product=product, mark=marks[each["mark"]])
    return product.pk


@pytest.mark.django_db
def test_every_query_finds_what_it_asks_for():
    keys = {pk: key for key, pk in fill().items()}
    wrong = {}

    for query in QUERIES:
        found = Product.objects.published().search(query["q"])
        hits = [keys[pk] for pk in found.values_list("pk", flat=True)]
        is_complete = sorted(hits) == sorted(query.get("finds", hits))
        if not is_complete or query.get("first") not in {None, *hits[:1]}:
            wrong[query["why"]] = (query["q"], hits)

    assert wrong == {}
