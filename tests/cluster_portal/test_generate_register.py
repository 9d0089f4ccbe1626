"""``manage.py generate_register`` fills an empty database with a whole country."""

import hashlib
import io
import json
from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from cluster_portal.generated.results import YEARS, Results
from cluster_portal.generated.words import chance_of, nouns, shelves
from members.models import Contact, Member, MemberSearch
from products.models import (
    Category,
    Certificate,
    Photo,
    Product,
    ProductSearch,
    StarRating,
    stars_for,
)
from registry.actions import records
from registry.enums import RecordStatus
from registry.models import (
    Code,
    Installation,
    User,
    forget_installation,
)
from registry.pictures import StoredPicture
from registry.storages import public_storage
from tests.factories import ProductFactory

MEMBERS, PRODUCTS, RATINGS = 90, 200, 700
#: Columns that say what a record is, but for its key and the clock.
SAID = {
    Member: ("code", "name_th", "name_en", "story_th", "status", "goods_count"),
    Product: (
        *("code", "name_th", "name_en", "price_min", "price_max", "season"),
        *("status", "published_at", "current_stars", "mark_codes", "story_en"),
        *("member__code", "category__code", "owner__key"),
    ),
    StarRating: ("product__code", "round__year", "total", "stars"),
    Certificate: ("product__code", "member__code", "number", "expires_on"),
    Contact: ("member__code", "kind", "value", "consented_on"),
    MemberSearch: ("member__code", "text_fold"),
    ProductSearch: ("product__code", "name_norm", "name_fold", "text_fold"),
}


def run(**options):
    said = io.StringIO()
    wanted = {"members": MEMBERS, "products": PRODUCTS, "ratings": RATINGS}
    call_command(
        "generate_register", stdout=said, **{"pictures": False, **wanted, **options}
    )
    return said.getvalue().splitlines()


def fingerprint():
    """Return a hash of all that the register says."""
    rows = {
        model._meta.label: sorted(
            map(list, model._default_manager.values_list(*columns)), key=str
        )
        for model, columns in SAID.items()
    }
    return hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()


# --- What it refuses: before there is anything ----------------------------------------


@pytest.mark.django_db
def test_records_of_people_are_left_alone():
    product = ProductFactory(published=True)

    with pytest.raises(CommandError, match="nothing was changed") as refused:
        run()

    assert refused.value.returncode == 3
    assert Product.objects.get() == product
    assert not Installation.objects.filter(is_demonstration=True).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"members": 0}, "at least one producer"),
        ({"products": 0}, "at least one producer"),
        ({"products": 10, "ratings": 121}, "at most 12 results"),
    ],
)
def test_numbers_that_no_register_can_have_are_refused(wanted, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(**wanted)

    assert not Member.objects.exists()


@pytest.fixture(scope="module")
def generated(django_db_setup, django_db_blocker):
    """Generate a small register once; what a test does to it is undone."""
    with django_db_blocker.unblock():
        said = run(seed=1)
        yield said
        call_command("flush", interactive=False, verbosity=0)
    forget_installation()


# --- What it holds --------------------------------------------------------------------


@pytest.mark.django_db
def test_there_are_as_many_rows_as_were_asked_for(generated):
    assert Member.objects.count() == MEMBERS
    assert Product.objects.count() == PRODUCTS
    assert StarRating.objects.count() == RATINGS
    assert MemberSearch.objects.count() == MEMBERS
    assert ProductSearch.objects.count() == PRODUCTS
    assert generated[0] == f"{MEMBERS} producers, {PRODUCTS} goods, {RATINGS} results."
    assert Installation.objects.get().is_demonstration


@pytest.mark.django_db
def test_nothing_that_is_kept_has_to_be_mended(generated):
    said = io.StringIO()

    call_command("check_register", stdout=said)

    assert said.getvalue() == "All is right.\n"


@pytest.mark.django_db
def test_goods_are_as_skewed_as_those_of_a_country(generated):
    types = Counter(Product.objects.values_list("otop_type", flat=True))
    statuses = Counter(Product.objects.values_list("status", flat=True))
    provinces = Counter(Product.objects.values_list("province", flat=True))

    assert set(types) == {"food", "beverage", "textile", "decor", "herb"}
    assert types["food"] > types["beverage"]
    assert statuses["published"] > PRODUCTS * 0.7
    assert len(statuses) > 1
    assert provinces.most_common(1)[0][1] > PRODUCTS / 77 * 2
    assert Product.objects.exclude(current_stars=None).count() > PRODUCTS / 2


@pytest.mark.django_db
def test_every_row_is_remembered_once_and_with_its_record(generated):
    assert Member.history.count() == MEMBERS
    assert Product.history.count() == PRODUCTS
    assert StarRating.history.count() == RATINGS
    assert Contact.history.count() == Contact.objects.count()
    assert Certificate.history.count() == Certificate.objects.count()
    rating = StarRating.objects.order_by("pk").last()
    remembered = rating.history.get()
    of_product = rating.product.history.get()
    assert remembered.history_type == of_product.history_type == "+"
    assert remembered.act_id == of_product.act_id
    assert of_product.history_date == rating.product.created_at
    assert remembered.total == rating.total
    assert Product.history.values("act_id").distinct().count() == PRODUCTS


@pytest.mark.django_db
def test_stars_are_those_of_the_latest_round_that_is_out(generated):
    rated = (
        StarRating.objects.filter(round__year__in=YEARS)
        .order_by("round__year")
        .values_list("product_id", "stars")
    )

    shown = dict(
        Product.objects.exclude(current_stars=None).values_list("pk", "current_stars")
    )

    assert shown == dict(rated)


@pytest.mark.django_db
def test_nobody_can_be_reached_by_what_it_says(generated):
    values = Contact.objects.values_list("kind", "value")
    for kind, value in values:
        if kind in {"phone", "mobile"}:
            assert value.startswith(("+662000", "+6680000")), value
        if kind in {"website", "page"}:
            assert ".example/" in value, value
    assert not Member.objects.exclude(leader_id_hash="").exists()


@pytest.mark.django_db
def test_a_product_entered_by_hand_goes_on_behind(generated, officer):
    before = Product.objects.order_by("code").last()
    member = Member.objects.published().filter(province=before.province).first()

    entered = records.create(
        Product(member=member, name_th="ผ้าทอของวันนี้"), by=None, reason="ทดลอง"
    )
    records.publish(entered, by=None)

    assert int(entered.code[-5:]) == int(before.code[-5:]) + 1
    assert entered.pk > Product.objects.exclude(pk=entered.pk).latest("pk").pk
    assert Code.objects.filter(pk=entered.code).exists()
    member.refresh_from_db()
    assert member.goods_count == member.products.published().count()


@pytest.mark.django_db
def test_a_seed_says_what_is_made(generated):
    first = fingerprint()

    again = run(seed=1)
    second = fingerprint()
    run(seed=2, members=20, products=40, ratings=100)

    assert again[0] == "Throwing away what was generated before."
    assert first == second
    assert Member.history.count() == Member.objects.count() == 20
    assert Code.objects.count() == 60
    assert Category.history.exists()


@pytest.mark.django_db
def test_a_withdrawn_record_was_public_and_a_waiting_one_was_sent(generated):
    for model in (Member, Product):
        for row in model.objects.all():
            known = {
                "submitted_at": row.submitted_at is not None,
                "published_at": row.published_at is not None,
            }
            was_public = row.status in {RecordStatus.PUBLISHED, RecordStatus.WITHDRAWN}
            assert known == {
                "submitted_at": row.status != RecordStatus.DRAFT,
                "published_at": was_public,
            }
            assert row.updated_at >= row.created_at
            assert bool(row.note) == (row.status in {"returned", "withdrawn"})


# --- Pictures and people --------------------------------------------------------------


@pytest.mark.django_db
def test_goods_share_drawings_that_lie_in_the_open(generated):
    run(members=1, products=3, ratings=0, pictures=True, accounts=True, verbosity=0)

    photo = Photo.objects.filter(is_main=True).first()
    product = photo.product
    assert product.cover["sha256"] == photo.sha256 == photo.picture["sha256"]
    stored = StoredPicture.from_json(photo.picture)
    assert all(public_storage().exists(name) for name in stored.all_names)
    call_command("check_register", stdout=io.StringIO())
    assert User.objects.filter(email="admin@demo.example").exists()


# --- Words and draws ------------------------------------------------------------------


def test_every_kind_of_goods_has_words():
    assert len(nouns()) > 400
    for shelf in shelves().values():
        assert shelf.low < shelf.high
        assert any(noun.shelf is shelf for noun in nouns()), shelf.code
    for noun in nouns():
        assert all([noun.name_th, noun.name_en]), noun


@pytest.mark.parametrize(
    ("products", "ratings"),
    [(50, 0), (50, 50), (50, 600), (1, 7)],
)
def test_results_are_exactly_as_many_as_asked_for(products, ratings):
    results = Results(ratings, products)
    chance = chance_of("results", 1)

    drawn = [results.draw(chance) for _ in range(products)]

    assert sum(map(len, drawn)) == ratings
    for found in drawn:
        places = [place for place, _, _ in found]
        assert places == sorted(set(places))
        for _place, stars, points in found:
            *sections, total = points
            assert total is None or stars == stars_for(total)
            assert None in sections or sum(sections) == total
