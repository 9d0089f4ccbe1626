"""What people type, class by class, and what each query must find and put first.

The goods and producers are invented, their words are the field's. What a good *is*
stands beside it as tags, whatever words its texts have; a query wants tags. Each is
graded by precision among the first ten hits and by recall, as visitors meet it: what is
found for it, or else for what was probably meant.
"""

import csv
from collections import defaultdict
from pathlib import Path
from statistics import mean

import geothai
import pytest
from django.db import transaction
from django.utils import timezone

from members.models import Member
from products.enums import OtopType
from products.models import Product
from registry import vocabulary
from registry.actions import bulk
from registry.filling import fill_aliases
from registry.models import District, Province
from registry.thai.sorting import sort_key
from registry.thai.text import fold
from tests.factories import AgencyFactory, CategoryFactory

HERE = Path(__file__).parent
#: The least grade of all queries, and of those of any class.
OVERALL, EACH_CLASS = 0.95, 0.90
FIRST = 10

SHELVES = {
    "textile": ("ผ้าและเครื่องแต่งกาย", "Textiles"),
    "souvenir": ("ของที่ระลึก", "Souvenirs"),
    "sweet": ("ขนม", "Sweets"),
    "food": ("อาหารแปรรูป", "Processed food"),
    "drink": ("เครื่องดื่ม", "Beverages"),
    "herb": ("ของใช้และสมุนไพร", "Herbal goods"),
    "jewel": ("อัญมณี", "Gems"),
    "basket": ("หัตถกรรม", "Handicraft"),
}


def rows(name):
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


QUERIES = rows("queries.csv")


class Register:
    """The goods and producers of the files, published, with what is true of them."""

    def __init__(self):
        self.tags = {"goods": {}, "members": {}}
        self.keys = {"goods": {}, "members": {}}
        fill_aliases()
        self.fill_members()
        self.fill_goods()
        vocabulary.rebuild()

    def fill_members(self):
        given = rows("producers.csv")
        provinces = {each["district"][:2] for each in given}
        for code in sorted(provinces):
            self.add_places(code)
        owners = {code: AgencyFactory(places=[code]) for code in sorted(provinces)}
        self.members = {}
        for each in given:
            self.members[each["key"]] = Member(
                owner=owners[each["district"][:2]],
                district=District.objects.select_related("province").get(
                    pk=each["district"]
                ),
                name_th=each["name_th"],
                name_en=each["name_en"],
                other_names=each["other_names"],
            )
        bulk.create_many(Member, [*map(bulk.Entry, self.members.values())], by=None)
        Member.objects.update(status="published", published_at=timezone.now())
        for each in given:
            self.know("members", each, self.members[each["key"]], each["district"])

    def add_places(self, code):
        province = geothai.province(code)
        home = Province.objects.create(
            code=code,
            iso_code=f"TH-{code}",
            name_th=province.name_th,
            name_en=province.name_en,
            region="north",
            slug=province.name_en.lower().replace(" ", "-"),
            sort_key=sort_key(province.name_th),
            name_fold=fold(province.name_th),
        )
        District.objects.bulk_create(
            District(
                code=each.code,
                province=home,
                name_th=each.name_th,
                name_en=each.name_en,
                sort_key=sort_key(each.name_th),
                name_fold=fold(each.name_th),
            )
            for each in geothai.districts(code)
        )

    def fill_goods(self):
        shelves = {
            code: CategoryFactory(code=code, name_th=thai, name_en=english)
            for code, (thai, english) in SHELVES.items()
        }
        given = rows("goods.csv")
        goods = [
            Product(
                member=self.members[each["producer"]],
                category=shelves[each["shelf"]],
                otop_type=OtopType.FOOD,
                name_th=each["name_th"],
                name_en=each["name_en"],
                other_names=each["other_names"],
                story_th=each["story_th"],
            )
            for each in given
        ]
        bulk.create_many(Product, [*map(bulk.Entry, goods)], by=None)
        Product.objects.update(status="published", published_at=timezone.now())
        for each, product in zip(given, goods, strict=True):
            made_by = self.tags["members"][each["producer"]]
            mentioned = {f"~{each['shelf']}", *(f"~{tag}" for tag in made_by)}
            self.know("goods", each, product, product.member.district_id, mentioned)

    def know(self, kind, each, row, district, mentioned=()):
        slug = geothai.province(district[:2]).name_en.lower().replace(" ", "-")
        place = {slug, f"d{district}", f"={each['key']}"}
        tags = {*each["tags"].split(), *mentioned, *place}
        self.tags[kind][each["key"]] = tags
        self.keys[kind][row.pk] = each["key"]

    def asked_for(self, kind, wants, *, at_all=False):
        """Return what a query wants; ``at_all`` also what only mentions it."""
        return {
            key
            for key, tags in self.tags[kind].items()
            if all(
                tags & {*want.split("|"), *(f"~{w}" for w in want.split("|") if at_all)}
                for want in wants.split()
            )
        }

    def hits(self, kind, text):
        model = Member if kind == "members" else Product
        found = vocabulary.find(model.objects.published(), text).rows
        return [self.keys[kind][pk] for pk in found.values_list("pk", flat=True)]


@pytest.fixture(scope="module")
def register(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield Register()
        transaction.set_rollback(True)


def grade(register, query):
    """Return precision among the first ten, recall, and whether the best is first."""
    kind = query["of"] or "goods"
    hits = register.hits(kind, query["q"])
    must = register.asked_for(kind, query["wants"])
    may = register.asked_for(kind, query["wants"], at_all=True) | must
    assert must, query
    first = query["first"].split()
    top = hits[:FIRST]
    precision = mean(hit in may for hit in top) if top else 0.0
    recall = len(must & set(hits)) / len(must)
    best = not first or (bool(top) and top[0] in first)
    return precision, recall, float(best), hits


@pytest.fixture(scope="module")
def grades(register):
    return [(query, *grade(register, query)) for query in QUERIES]


def told(graded):
    """Return the queries that fell short, for whoever has to mend it."""
    return [
        (query["class"], query["q"], f"{p:.2f} {r:.2f} {first:.0f}", hits[:12])
        for query, p, r, first, hits in graded
        if min(p, r, first) < 1
    ]


def test_the_set_holds_queries_of_every_class():
    classes = {query["class"] for query in QUERIES}

    assert len(QUERIES) >= 160
    assert len(classes) >= 14


@pytest.mark.django_db
@pytest.mark.parametrize("measure", ["precision", "recall", "first"])
def test_queries_find_what_they_ask_for(grades, measure):
    place = ["precision", "recall", "first"].index(measure) + 1
    by_class = defaultdict(list)
    for each in grades:
        by_class[each[0]["class"]].append(each[place])

    low = {
        name: mean(all_) for name, all_ in by_class.items() if mean(all_) < EACH_CLASS
    }
    overall = mean(each[place] for each in grades)

    assert (low, overall >= OVERALL) == ({}, True), "\n".join(map(str, told(grades)))
