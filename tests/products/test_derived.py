"""What is kept of a product follows everything it depends on."""

import datetime
import io
import random

import pytest
from django.utils import timezone
from PIL import Image

from members.models import Member
from products import derived
from products.enums import MarkGoods, MarkScope
from products.models import Category, Product, ProductSearch
from registry import pictures
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.enums import RecordStatus
from registry.storages import private_storage, public_storage
from tests.factories import (
    AgencyFactory,
    CategoryFactory,
    CertificateFactory,
    DistrictFactory,
    MarkFactory,
    MemberFactory,
    PhotoFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
)

pytestmark = pytest.mark.django_db

PICTURE = {"sha256": "a" * 64, "width": 1, "height": 1, "names": {}, "card": {}}
PICTURE["og"] = f"pictures/aa/aa/{'a' * 64}-og.jpg"


def edit(row, **fields):
    return records.edit(row, Changes(fields=fields), by=None)


def fresh(product):
    return Product.objects.get(pk=product.pk)


def all_is_right():
    keys = list(Product.objects.values_list("pk", flat=True))
    members = list(Member.objects.values_list("pk", flat=True))
    return not [*derived.differences(keys), *derived.goods_differences(members)]


# --- Stars ----------------------------------------------------------------------


def test_stars_are_those_of_the_latest_round_that_is_out():
    today = timezone.localdate()
    yesterday, tomorrow = (today + datetime.timedelta(days) for days in (-1, 1))
    product = ProductFactory()
    for year, announced_on, total in (
        (2562, yesterday, 95),
        (2565, today, 75),
        (2567, tomorrow, 85),
        (2568, None, 55),
    ):
        round_ = StarRoundFactory(year=year, announced_on=announced_on)
        StarRatingFactory(product=product, round=round_, total=total)

    product = fresh(product)

    assert (product.current_stars, product.current_stars_year) == (3, 2565)


def test_announcing_a_round_gives_its_stars_to_the_goods():
    product = ProductFactory()
    round_ = StarRoundFactory(year=2567)
    StarRatingFactory(product=product, round=round_, total=85)
    assert fresh(product).current_stars is None

    edit(round_, announced_on=timezone.localdate())

    assert fresh(product).current_stars == 4


def test_a_rating_taken_away_takes_the_stars_along():
    product = ProductFactory()
    round_ = StarRoundFactory(announced_on=timezone.localdate())
    rating = StarRatingFactory(product=product, round=round_)
    assert fresh(product).current_stars == 5

    changes = ChildChanges(removed=frozenset([rating.pk]))
    records.edit(product, Changes(children={"ratings": changes}), by=None)

    assert (fresh(product).current_stars, fresh(product).current_stars_year) == (
        None,
        None,
    )


# --- Marks ----------------------------------------------------------------------


def test_marks_are_those_in_force_in_the_order_they_are_shown():
    product = ProductFactory()
    second = MarkFactory(code="second", position=2, bit=3)
    first = MarkFactory(code="first", position=1, bit=5)
    gone = MarkFactory(code="gone", bit=7)
    CertificateFactory(product=product, mark=second)
    CertificateFactory(product=product, mark=first)
    CertificateFactory(product=product, mark=first)
    CertificateFactory(product=product, mark=gone, expired=True)

    product = fresh(product)

    assert product.mark_codes == ["first", "second"]
    assert product.marks_held == 1 << 3 | 1 << 5


@pytest.mark.parametrize(
    ("given_to", "goods", "counts"),
    [
        (MarkScope.BOTH, MarkGoods.ALL, True),
        (MarkScope.BOTH, MarkGoods.TEXTILES, True),
        (MarkScope.BOTH, MarkGoods.EDIBLE, False),
        (MarkScope.BOTH, MarkGoods.NON_EDIBLE, False),
        (MarkScope.MEMBER, MarkGoods.ALL, False),
        (MarkScope.PRODUCT, MarkGoods.ALL, False),
    ],
)
def test_a_producers_mark_counts_for_goods_that_may_carry_it(given_to, goods, counts):
    product = ProductFactory(category=None)
    mark = MarkFactory(given_to=given_to, goods=goods)

    CertificateFactory(product=None, member=product.member, mark=mark)

    assert fresh(product).mark_codes == ([mark.code] if counts else [])


def test_a_mark_that_changes_its_code_changes_it_on_cards():
    certificate_of = ProductFactory()
    mark = MarkFactory(abbreviation_th="มผช.")
    CertificateFactory(product=certificate_of, mark=mark)

    edit(mark, code="another")

    assert fresh(certificate_of).mark_codes == ["another"]
    assert "@มผช" in ProductSearch.objects.get().text_fold


# --- Cover ----------------------------------------------------------------------


def test_the_cover_is_the_main_photo_else_the_first_with_a_picture():
    product = ProductFactory()
    PhotoFactory(product=product, position=0)
    PhotoFactory(product=product, position=2, picture=PICTURE, alt_th="สอง")
    assert fresh(product).cover["alt_th"] == "สอง"

    PhotoFactory(
        product=product,
        position=9,
        picture=PICTURE,
        alt_th="เก้า",
        is_main=True,
        is_illustration=True,
    )

    assert fresh(product).cover == {
        **PICTURE,
        "alt_th": "เก้า",
        "alt_en": "Folded cotton on a table",
        "is_illustration": True,
    }


def test_without_photos_there_is_no_cover():
    product = ProductFactory()
    photo = PhotoFactory(product=product, picture=PICTURE)

    changes = ChildChanges(removed=frozenset([photo.pk]))
    records.edit(product, Changes(children={"photos": changes}), by=None)

    assert fresh(product).cover == {}


# --- What follows from others ---------------------------------------------------


def test_goods_follow_their_producer_to_another_place_and_owner():
    product = ProductFactory()
    office = AgencyFactory(places=["51"])

    edit(product.member, district=DistrictFactory(code="5101"), owner=office)

    product = fresh(product)
    assert (product.province_id, product.district_id) == ("51", "5101")
    assert product.owner == office
    assert "@ลำพุน" in product.search.text_fold
    assert "@เลย" not in product.search.text_fold


def test_goods_are_found_by_their_producers_new_name():
    product = ProductFactory(member__name_th="กลุ่มเก่า")

    edit(product.member, name_th="กลุ่มดอกฝ้าย")

    kept = ProductSearch.objects.get(pk=product.pk).text_fold
    assert "กลุมดอกฝาย" in kept
    assert "กลุมเกา" not in kept


def test_goods_follow_their_shelf():
    root = CategoryFactory(code="edible", name_th="ของกิน")
    shelf = CategoryFactory(code="drinks", parent=root, name_th="เครื่องดื่ม")
    product = ProductFactory(category=shelf)
    assert (product.is_edible, product.is_alcohol) == (True, False)

    edit(shelf, parent=None, is_alcohol=True, name_th="สุรา")

    product = fresh(product)
    assert (product.is_edible, product.is_alcohol) == (False, True)
    assert "@สุรา" in product.search.text_fold
    assert "@ของกิน" not in product.search.text_fold


def test_shelves_below_follow_a_shelf_that_moves():
    edible = CategoryFactory(code="edible")
    other = CategoryFactory(code="other")
    shelf = CategoryFactory(code="shelf", parent=edible)
    below = CategoryFactory(code="below", parent=shelf)
    product = ProductFactory(category=below)

    edit(shelf, parent=other)

    below = Category.objects.get(pk=below.pk)
    assert (below.path, below.level, below.is_edible) == (
        "other/shelf/below/",
        2,
        False,
    )
    assert fresh(product).is_edible is False


# --- Producers and their goods --------------------------------------------------


def test_a_producer_counts_its_published_goods():
    member = MemberFactory(published=True)
    first = ProductFactory(member=member, published=True)
    ProductFactory(member=member, published=True)
    ProductFactory(member=member)
    count = Member.objects.values_list("goods_count", flat=True)
    assert count.get(pk=member.pk) == 2

    records.withdraw(first, by=None, note="ไม่ผลิตแล้ว")

    assert count.get(pk=member.pk) == 1


def test_moved_goods_count_for_the_new_producer():
    product = ProductFactory(published=True)
    former, member = product.member, MemberFactory(published=True)

    edit(product, member=member)

    counts = dict(Member.objects.values_list("pk", "goods_count"))
    assert (counts[former.pk], counts[member.pk]) == (0, 1)


def test_a_withdrawn_producer_takes_its_goods_along_in_one_act(reviewer):
    member = MemberFactory(published=True)
    shown = ProductFactory(member=member, published=True)
    draft = ProductFactory(member=member)

    member = records.withdraw(member, by=reviewer, note="เลิกกิจการ")

    shown, draft = fresh(shown), fresh(draft)
    assert shown.status == RecordStatus.WITHDRAWN
    assert (shown.note, shown.decided_by) == ("เลิกกิจการ", reviewer)
    assert draft.status == RecordStatus.DRAFT
    assert member.goods_count == 0
    assert shown.history.first().act_id == member.history.first().act_id


# --- Pictures -------------------------------------------------------------------


@pytest.fixture
def picture():
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "#7a4b22").save(file, "JPEG")
    return pictures.store(pictures.take_picture(file), private_storage()).as_json()


def is_public(picture):
    names = pictures.StoredPicture.from_json(picture).all_names
    found = {public_storage().exists(name) for name in names}
    assert len(found) == 1
    return found.pop()


def test_pictures_are_public_while_their_product_is(
    picture, django_capture_on_commit_callbacks
):
    product = ProductFactory()
    PhotoFactory(product=product, picture=picture)
    assert not is_public(picture)

    with django_capture_on_commit_callbacks(execute=True):
        product = records.publish(product, by=None)
    assert is_public(picture)

    with django_capture_on_commit_callbacks(execute=True):
        records.withdraw(product, by=None, note="ไม่ผลิตแล้ว")
    assert not is_public(picture)


def test_a_photo_added_to_a_published_product_is_public_and_a_removed_one_is_not(
    picture, django_capture_on_commit_callbacks
):
    product = ProductFactory(published=True)
    with django_capture_on_commit_callbacks(execute=True):
        photo = PhotoFactory(product=product, picture=picture)
    assert is_public(picture)

    with django_capture_on_commit_callbacks(execute=True):
        changes = ChildChanges(removed=frozenset([photo.pk]))
        records.edit(product, Changes(children={"photos": changes}), by=None)
    assert not is_public(picture)


def test_a_picture_stays_public_while_other_published_goods_show_it(
    picture, django_capture_on_commit_callbacks
):
    first, second = (ProductFactory(published=True) for _ in range(2))
    for product in (first, second):
        PhotoFactory(product=product, picture=picture)

    with django_capture_on_commit_callbacks(execute=True):
        records.withdraw(first, by=None, note="ไม่ผลิตแล้ว")
    assert is_public(picture)


def test_a_picture_stays_public_while_it_is_a_published_producers_portrait(
    picture, django_capture_on_commit_callbacks
):
    product = ProductFactory(published=True)
    PhotoFactory(product=product, picture=picture)
    edit(product.member, portrait=picture)

    with django_capture_on_commit_callbacks(execute=True):
        records.withdraw(product, by=None, note="ไม่ผลิตแล้ว")
    assert is_public(picture)

    with django_capture_on_commit_callbacks(execute=True):
        records.withdraw(product.member, by=None, note="เลิกกิจการ")
    assert not is_public(picture)


# --- All of it ------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_after_any_edits_a_recount_finds_nothing_to_mend(seed):
    dice = random.Random(seed)
    today = timezone.localdate()
    members = [MemberFactory(published=True) for _ in range(2)]
    root = CategoryFactory(code="edible")
    shelves = [root, CategoryFactory(parent=root), CategoryFactory()]
    marks = [MarkFactory(given_to=scope) for scope in MarkScope]
    rounds = [StarRoundFactory(), StarRoundFactory(announced_on=today)]
    goods = [ProductFactory(member=dice.choice(members)) for _ in range(3)]
    districts = [DistrictFactory(code=code) for code in ("4201", "4205", "5101")]

    def rate(product):
        for round_ in rounds:
            if not product.ratings.filter(round=round_).exists():
                StarRatingFactory(
                    product=product, round=round_, total=dice.randint(50, 99)
                )

    def step(product):
        product = fresh(product)
        if product.is_published:
            records.withdraw(product, by=None, note="-")
        elif product.member.is_published:
            records.publish(product, by=None)

    deeds = [
        step,
        rate,
        lambda p: edit(p, name_th=dice.choice(["ผ้าห่มนวม", "มะพร้าวแก้ว"])),
        lambda p: edit(p, category=dice.choice([None, *shelves])),
        lambda p: edit(p, member=dice.choice(members), price_min=dice.randint(1, 999)),
        lambda p: edit(fresh(p).member, district=dice.choice(districts)),
        lambda p: edit(fresh(p).member, name_en=f"Weavers {dice.random()}"),
        lambda p: CertificateFactory(product=p, mark=dice.choice(marks)),
        lambda p: CertificateFactory(
            product=None, member=fresh(p).member, mark=dice.choice(marks)
        ),
        lambda p: PhotoFactory(product=p, picture=PICTURE, alt_en=str(dice.random())),
        lambda p: edit(dice.choice(marks), name_th=f"มาตรฐาน {dice.random()}"),
        lambda p: edit(shelves[1], parent=dice.choice([root, shelves[2], None])),
        lambda p: edit(dice.choice(rounds), announced_on=dice.choice([None, today])),
    ]
    for _ in range(25):
        dice.choice(deeds)(dice.choice(goods))

    assert all_is_right()


def test_a_recount_mends_what_is_wrong_and_finds_nothing_the_second_time():
    product = ProductFactory()
    Product.objects.update(
        current_stars=5, current_stars_year=2560, marks_held=7, cover={"x": 1}
    )
    ProductSearch.objects.all().delete()

    assert derived.recount(Product.objects.all()) == 4 + 3
    assert derived.recount([product.pk]) == 0
    assert ProductSearch.objects.filter(product=product).exists()


def test_a_recount_of_right_rows_asks_as_often_however_many(django_assert_num_queries):
    keys = [product.pk for product in ProductFactory.create_batch(3)]

    # Savepoint, lock, goods, stars, own and shared marks, covers, search rows, release.
    with django_assert_num_queries(9):
        derived.recount(keys)
