"""Counts beside choices are what a count of the rows gives; proof reads as it is."""

import datetime
import random

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from members.enums import ContactKind
from members.models import Contact, Member
from products import derived, figures
from products.figures import Cube, hits, roll_up
from products.filters import MemberFilter, ProductFilter, Vocabulary
from products.models import Product, StarCriterion
from products.paging import PER_PAGE
from registry.models import Province
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    MarkFactory,
    MemberFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
)
from tests.factories.kept import ChildFactory

TODAY = datetime.date(2026, 11, 21)
VALUES = st.sets(st.sampled_from("abc"), max_size=2).map(lambda s: tuple(sorted(s)))
GROUPS = st.lists(
    st.tuples(st.tuples(VALUES, VALUES, VALUES), st.integers(1, 5)), max_size=12
)
CHOSEN = st.dictionaries(
    st.sampled_from(["x", "y", "z"]),
    st.sets(st.sampled_from("abc"), min_size=1, max_size=2),
)


@given(GROUPS, CHOSEN)
def test_rolling_up_counts_each_choice_under_all_other_filters(groups, chosen):
    names = ("x", "y", "z")

    facets = roll_up(Cube(names, groups), chosen)

    def size(wanted):
        return sum(
            count
            for held, count in groups
            if all(set(held[names.index(name)]) & set(wanted[name]) for name in wanted)
        )

    assert facets.total == size(chosen)
    for name in names:
        others = {each: values for each, values in chosen.items() if each != name}
        for value in "abc":
            assert facets.counts[name].get(value, 0) == size(others | {name: {value}})
        if name in chosen:
            assert facets.without[name] == size(others)


# --- The catalogue --------------------------------------------------------------


@pytest.fixture
def crowd():
    """Eighty goods that differ at random; counting is all that is asked of them."""
    dice = random.Random(2569)
    edible = CategoryFactory(code="edible")
    sweets = CategoryFactory(code="sweets", parent=edible)
    shelves = [
        *(edible, sweets, CategoryFactory(code="nuts", parent=sweets)),
        *(CategoryFactory(code="craft"), None),
    ]
    MarkFactory(code="gi", bit=3)
    MarkFactory(code="tcps", bit=60)
    first = ProductFactory(published=True)
    owner = first.owner
    members = [
        first.member,
        MemberFactory(published=True, district__code="4205", owner=owner),
        MemberFactory(published=True, district__code="5101"),
    ]
    Product.objects.bulk_create(
        Product(
            code=f"42-P-{number:05d}",
            member=(member := dice.choice(members)),
            owner=owner,
            province_id=member.province_id,
            district_id=member.district_id,
            name_th="ผ้า",
            status=dice.choice(["published", "published", "published", "draft"]),
            published_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
            category=(shelf := dice.choice(shelves)),
            is_edible=None if shelf is None else shelf.is_edible,
            otop_type=dice.choice(["food", "textile", ""]),
            price_band=dice.choice([None, 1, 2]),
            current_stars=(stars := dice.choice([None, 3, 5])),
            current_stars_year=stars and 2562,
            marks_held=dice.choice([0, 1 << 3, 1 << 60, 1 << 3 | 1 << 60]),
            season=dice.choice([0, 0b1, 0b110]),
        )
        for number in range(100, 180)
    )
    return Vocabulary.load()


@pytest.mark.django_db
def test_counts_of_the_catalogue_are_what_each_choice_gives(crowd):
    dice = random.Random(42)
    possible = {
        "category": ["edible", "sweets", "craft"],
        "otop_type": ["food", "textile"],
        "province": ["loei", "lamphun"],
        "district": ["4201", "4205"],
        "stars": ["3", "5"],
        "mark": ["gi", "tcps"],
        "price": ["1", "2"],
        "season": ["1", "2", "9"],
        "edible": ["yes", "no"],
    }

    def asked(chosen, **instead):
        query = QueryDict(mutable=True)
        for name, values in (chosen | instead).items():
            query.setlist(name, values)
        return ProductFilter(query, crowd)

    for _round in range(25):
        chosen = {
            name: [dice.choice(values)]
            for name, values in possible.items()
            if dice.random() < 0.3
        }
        filter_ = asked(chosen)
        facets = figures.product_facets(filter_, crowd)

        assert facets.total == filter_.qs.count()
        for name, values in possible.items():
            if name not in facets.counts:
                continue
            # Another province has other districts.
            kept = {
                each: list(set_to)
                for each, set_to in filter_.chosen.items()
                if each != name and not (name == "province" and each == "district")
            }
            for value in values:
                if name == "district" and not value.startswith(filter_.around):
                    continue
                expected = asked(kept, **{name: [value]}).qs.count()
                assert facets.counts[name].get(value, 0) == expected, (chosen, name)
            if name in filter_.chosen:
                assert facets.without[name] == asked(kept).qs.count()


@pytest.mark.django_db
def test_counts_among_words_are_what_each_choice_gives(crowd):
    derived.recount(Product.objects.all())
    dice = random.Random(7)
    possible = {
        "category": ["edible", "sweets", "craft"],
        "otop_type": ["food", "textile"],
        "province": ["loei", "lamphun"],
        "district": ["4201", "4205"],
        "stars": ["3", "5"],
        "season": ["1", "2", "9"],
        "edible": ["yes", "no"],
    }

    def asked(chosen, **instead):
        query = QueryDict(mutable=True)
        query["q"] = "ผ้า"
        for name, values in (chosen | instead).items():
            query.setlist(name, values)
        return ProductFilter(query, crowd)

    for _round in range(15):
        chosen = {
            name: [dice.choice(values)]
            for name, values in possible.items()
            if dice.random() < 0.3
        }
        filter_ = asked(chosen)
        found = hits.Hits.read(filter_, crowd)
        facets, rows = found.facets(), found.chosen()
        right = list(filter_.qs.values_list("pk", flat=True))

        assert facets.total == len(right)
        assert [key for (key,) in rows.values_list("pk")[0:20]] == right[:20]
        for name, values in possible.items():
            if name not in facets.counts or name in facets.uncounted:
                continue
            kept = {
                each: list(set_to)
                for each, set_to in filter_.chosen.items()
                if each != name and not (name == "province" and each == "district")
            }
            for value in values:
                if name == "district" and not value.startswith(filter_.around):
                    continue
                expected = asked(kept, **{name: [value]}).qs.count()
                assert facets.counts[name].get(value, 0) == expected, (chosen, name)
            if name in filter_.chosen:
                assert facets.without[name] == asked(kept).qs.count()


@pytest.mark.django_db
def test_names_that_fill_a_page_are_enough_until_more_is_asked_for():
    member = MemberFactory(published=True)
    named = ProductFactory.create_batch(
        PER_PAGE, published=True, member=member, name_th="ผ้าไหมมัดหมี่"
    )
    told = ProductFactory(
        published=True, member=member, name_th="กระเป๋า", story_th="ทำจากผ้าไหม"
    )
    vocabulary = Vocabulary.load()

    def found(address):
        asked = ProductFilter(QueryDict(address), vocabulary)
        looked_up = figures.look_up(asked, vocabulary, figures.whole_catalogue())
        keys = [key for (key,) in looked_up.rows.values_list("pk")[0:100]]
        assert looked_up.facets.total == len(keys)
        return looked_up.is_by_name, set(keys), asked.wider

    everything = {each.pk for each in (*named, told)}
    assert found("q=ผ้าไหม")[:2] == (True, everything - {told.pk})
    assert found("q=ผ้าไหม&in=all")[:2] == (False, everything)
    assert "in=all" in found("q=ผ้าไหม")[2]
    named[0].search.delete()
    assert found("q=ผ้าไหม")[:2] == (False, everything - {named[0].pk})


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["q=ผ้าไหม", "q=ผ้าไหม&province=loei"])
def test_of_too_many_nothing_is_counted_and_everything_offered(
    client, monkeypatch, address
):
    monkeypatch.setattr(hits, "MOST_HITS", 2)
    shelf = CategoryFactory()
    ProductFactory.create_batch(3, published=True, name_th="ผ้าไหม", category=shelf)

    page = client.get(f"/products/?{address}")

    assert len(page.context["listing"].rows) == 3
    assert page.context["listing"].count == 3
    stars = page.context["questions"]["stars"].choices
    assert [each.count for each in stars] == [None] * 5
    assert "chip__count" not in page.content.decode()


@pytest.mark.django_db
def test_places_beside_the_chosen_one_are_offered_without_a_number(crowd):
    found = ProductFilter(QueryDict("q=ผ้า&province=loei"), crowd)
    facets = hits.Hits.read(found, crowd).facets()

    provinces = found.questions(facets.counts, facets.uncounted)["province"].choices

    assert len(provinces) == len(crowd.provinces)
    assert {each.count for each in provinces} == {None}
    assert [each.option.value for each in provinces if each.is_chosen] == ["loei"]


@pytest.mark.django_db
def test_counts_follow_the_words_searched_for():
    ProductFactory(published=True, name_th="หน้ากาก", otop_type="decor")
    ProductFactory(published=True, name_th="ผ้าห่ม", otop_type="textile")
    vocabulary = Vocabulary.load()

    asked = ProductFilter(QueryDict("q=หน้ากาก"), vocabulary)
    facets = figures.look_up(asked, vocabulary, figures.whole_catalogue()).facets

    assert facets.total == 1
    assert facets.counts["otop_type"] == {"decor": 1}


@pytest.mark.django_db
def test_home_is_the_only_province_with_goods():
    ProductFactory(published=True)
    ProductFactory(member__district__code="5101")
    assert figures.only_province(figures.whole_catalogue()) == "42"

    ProductFactory(published=True, member__district__code="5101")
    assert figures.only_province(figures.whole_catalogue()) == ""


@pytest.mark.django_db
def test_counts_of_producers_are_what_each_choice_gives():
    for district, kind in (("4201", "group"), ("4205", "group"), ("5101", "sme")):
        MemberFactory(published=True, district__code=district, producer_type=kind)
    MemberFactory(district__code="4201")
    provinces = tuple(Province.objects.all())

    facets = figures.member_facets(
        MemberFilter(QueryDict("province=loei&district=4205"), provinces)
    )

    assert facets.total == 1
    assert facets.counts["province"] == {"loei": 2, "lamphun": 1}
    assert facets.counts["district"] == {"4201": 1, "4205": 1}
    assert facets.counts["type"] == {"group": 1}
    assert facets.without == {"province": 3, "district": 2}
    assert Member.objects.count() == 4


# --- The page of a product ------------------------------------------------------


class CriterionFactory(ChildFactory):
    """The most points of a section of a round, for textiles."""

    class Meta:
        model = StarCriterion

    otop_type = "textile"


@pytest.mark.django_db
def test_stars_are_told_once_announced_the_newest_first_with_their_points():
    product = ProductFactory(otop_type="textile")
    old = StarRoundFactory(year=2559, announced_on=datetime.date(2016, 12, 20))
    new = StarRoundFactory(year=2565, announced_on=datetime.date(2022, 12, 20))
    coming = StarRoundFactory(year=2569, announced_on=datetime.date(2026, 12, 20))
    silent = StarRoundFactory(year=2568)
    for section, most in (("product", 35), ("market", 25), ("quality", 40)):
        CriterionFactory(round=new, section=section, maximum=most)
    StarRatingFactory(product=product, round=old, total=None, stars=3)
    StarRatingFactory(
        product=product,
        round=new,
        total=None,
        score_product=30,
        score_market=22,
        score_quality=38,
    )
    StarRatingFactory(product=product, round=coming)
    StarRatingFactory(product=product, round=silent)

    awards = figures.awards_of(product, TODAY)

    assert [(award.year, award.stars, award.total) for award in awards] == [
        (2565, 5, 90),
        (2559, 3, None),
    ]
    assert [(each.points, each.most) for each in awards[0].sections] == [
        (30, 35),
        (22, 25),
        (38, 40),
    ]
    assert awards[1].sections == ()


@pytest.mark.django_db
def test_marks_in_force_stand_before_expired_ones_and_own_before_the_producers():
    product = ProductFactory()
    over = CertificateFactory(product=product, expired=True)
    premises = CertificateFactory(product=None, member=product.member)
    own = CertificateFactory(product=product)

    held = figures.holdings_of([over, premises, own], TODAY)

    assert [(each.certificate, each.has_expired) for each in held] == [
        (own, False),
        (premises, False),
        (over, True),
    ]
    assert [each.is_producers for each in held] == [False, True, False]


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://example.com/a", "https://example.com/a"),
        ("www.example.com", "https://www.example.com"),
        ("facebook.com/ของฝาก", "https://facebook.com/ของฝาก"),
        ("javascript:alert(1)", ""),
        ("javascript://example.com/%0aalert(1)", ""),
        ("data:text/html,x", ""),
        ("ร้านหน้าวัด", ""),
        ("https://", ""),
        ("http://[", ""),
        ("two words.com", ""),
    ],
)
def test_only_a_page_on_the_web_becomes_a_link(typed, url):
    assert figures.web_address(typed) == url


def test_ways_are_public_ones_only_and_read_as_people_say_them():
    shop = Contact(kind="phone", value="+6642811234", extension="12", is_personal=False)
    page = Contact(
        kind="page", value="https://www.example.com/shop/", is_personal=False
    )
    hidden = Contact(kind="mobile", value="+66812345678")
    agreed = Contact(kind="mobile", value="+66812345678", consented_on=TODAY)
    taken_back = Contact(
        kind="mobile",
        value="+66812345678",
        consented_on=TODAY,
        consent_withdrawn_on=TODAY,
    )

    ways = figures.ways_to([shop, page, hidden, agreed, taken_back])

    assert [(way.text, way.url) for way in ways] == [
        ("042-811-234 ต่อ 12", "tel:+6642811234"),
        ("example.com/shop", "https://www.example.com/shop/"),
        ("081-234-5678", "tel:+66812345678"),
    ]
    assert figures.call_of(reversed(ways)) == ways[0]
    assert figures.call_of([ways[1]]) is None
    assert {way.icon for way in ways} == {"phone", "at-sign", "smartphone"}
    assert set(figures.ICONS) < set(ContactKind.values)


@pytest.mark.django_db
def test_related_goods_are_of_the_same_hands_then_of_the_same_shelf_nearby():
    shelf = CategoryFactory()
    drinks = CategoryFactory(alcohol=True)
    product = ProductFactory(published=True, category=shelf)
    same = ProductFactory(published=True, member=product.member)
    nearby = ProductFactory(published=True, category=shelf)
    ProductFactory(published=True, category=shelf, member__district__code="5101")
    ProductFactory(member=product.member)
    ProductFactory(published=True, member=product.member, category=drinks)

    found = figures.related_to(product)

    assert [card.code for card in found] == [same.code, nearby.code]
