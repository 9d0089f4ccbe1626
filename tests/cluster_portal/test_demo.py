"""``manage.py demo`` fills an empty database with Loei, once, and undoes nothing."""

import datetime
import re
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from cluster_portal.demo import scores, words
from cluster_portal.demo.accounts import ACCOUNTS
from members.models import (
    Cluster,
    Contact,
    Member,
    Membership,
    Outlet,
    Post,
    ProducerAccount,
)
from products import derived
from products.models import (
    Category,
    Certificate,
    Enquiry,
    Photo,
    Product,
    StarRating,
)
from registry.actions import records
from registry.changes import Changes
from registry.enums import RecordStatus, Role
from registry.models import (
    District,
    Installation,
    JoinRequest,
    Proposal,
    User,
    forget_installation,
    is_demonstration,
)
from registry.pictures import StoredPicture
from registry.thai.dates import be_year, fiscal_year
from strategies.enums import ItemKind
from strategies.models import Plan
from tests import sheets

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor == "postgresql",
        reason="it goes through actions that are tried on both databases",
    ),
]

STATUSES = {"draft", "submitted", "returned", "published", "withdrawn"}


def run():
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


class Loaded(NamedTuple):
    """What the command said, and the public files it wrote."""

    said: str
    files: set[str]


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Load the demonstration once; what a test does to it is undone.

    The files are gone after the first test, so their names are kept.
    """
    with django_db_blocker.unblock():
        said = run()
        public = Path(settings.MEDIA_ROOT)
        files = {
            str(path.relative_to(public))
            for path in public.rglob("*")
            if path.is_file()
        }
        yield Loaded(said, files)
        call_command("flush", interactive=False, verbosity=0)
    forget_installation()


# --- What it holds --------------------------------------------------------------


def test_loei_has_its_members_and_goods_in_all_districts(loaded):
    assert loaded.said == "Demonstration: 257 rows entered.\n"
    members = Member.objects.filter(province="42")
    goods = Product.objects.filter(province="42")
    assert members.published().count() == 45
    assert goods.count() == 166
    assert goods.published().count() == 142
    districts = set(goods.published().values_list("district_id", flat=True))
    assert districts == set(
        District.objects.filter(province="42").values_list("code", flat=True)
    )
    assert len(districts) == 14


def test_there_is_work_on_every_desk(loaded):
    assert sorted(Proposal.objects.values_list("model", "state")) == [
        ("members.Member", "submitted"),
        ("products.Product", "returned"),
        ("products.Product", "submitted"),
    ]
    assert [each.state for each in JoinRequest.objects.all()] == ["submitted"]
    assert sorted(Enquiry.objects.values_list("state", flat=True)) == [
        "answered",
        "new",
    ]
    account = ProducerAccount.objects.get()
    assert account.user.email == "producer.loei@demo.example"
    assert account.member.is_published


@pytest.mark.parametrize("kind", ["members", "products", "certificates", "ratings"])
def test_all_of_it_goes_out_as_a_workbook_and_comes_in_without_a_change(loaded, kind):
    user = User.objects.get(email="admin@demo.example")

    planned = sheets.plan(kind, sheets.template(kind, user, filled=True), user)

    assert sheets.faults(planned) == []
    rows = len(planned.rows)
    assert rows > 50
    same = {"new": 0, "changed": 0, "same": rows, "bad": 0}
    assert sheets.fates(planned) == same


def texts_of(column):
    """Return two new texts for two rows."""
    return lambda sheet: [(row, column, f"ข้อความใหม่ {row}") for row in (4, 9)]


def points_of(sheet):
    """Return a tenth of a point more of two results that have no sections."""
    heading = next(row for row in sheet if "คะแนนรวม" in row)
    total, section = (
        heading.index(name) for name in ("คะแนนรวม", "ส่วน ก ผลิตภัณฑ์และชุมชน")
    )
    rows = [
        at
        for at, row in enumerate(sheet, start=1)
        if isinstance(row[total], float) and row[section] == "" and row[total] % 10 < 9
    ]
    return [(at, "คะแนนรวม", sheet[at - 1][total] + 0.1) for at in rows[:2]]


@pytest.mark.parametrize(
    ("kind", "edits_of"),
    [
        ("members", texts_of("เรื่องราว (ภาษาไทย)")),
        ("products", texts_of("เรื่องราว (ภาษาไทย)")),
        ("certificates", texts_of("เลขที่มาตรฐาน")),
        ("ratings", points_of),
    ],
)
def test_two_edits_in_its_workbook_are_two_changes(loaded, kind, edits_of):
    user = User.objects.get(email="admin@demo.example")
    book = sheets.template(kind, user, filled=True)
    edits = edits_of(sheets.cells(book))
    assert len(edits) == 2

    book = sheets.edited(book, {(row, name): text for row, name, text in edits})
    planned = sheets.plan(kind, book, user)

    changed = [row for row in planned.rows if row.fate == "changed"]
    assert [row.number for row in changed] == [row for row, _name, _text in edits]
    assert [len(row.cells) for row in changed] == [1, 1]
    same = len(planned.rows) - 2
    assert sheets.fates(planned) == {"new": 0, "changed": 2, "same": same, "bad": 0}


def test_another_province_is_there_for_scope(loaded):
    lamphun = Product.objects.filter(province="51")

    assert Member.objects.filter(province="51").count() == 5
    assert lamphun.count() == 13
    assert lamphun.filter(category__code="textiles-brocade").exists()


def test_most_is_published_and_every_status_is_to_be_seen(loaded):
    for model in (Member, Product):
        statuses = Counter(model.objects.values_list("status", flat=True))
        assert set(statuses) == STATUSES
        assert statuses["published"] / model.objects.count() > 0.8


def test_stars_of_loei_come_in_the_mix_of_a_real_province(loaded):
    rated = Counter(
        Product.objects.published()
        .filter(province="42", current_stars__isnull=False)
        .values_list("current_stars", flat=True)
    )

    assert rated.total() == 125
    for stars, share in scores.MIX.items():
        assert rated[stars] / 1.25 == pytest.approx(share, abs=1)


def test_results_span_four_rounds_and_most_have_their_sections(loaded):
    years = set(StarRating.objects.values_list("round__year", flat=True))
    with_sections = StarRating.objects.filter(score_quality__isnull=False).count()

    assert years == {2559, 2562, 2565, 2567}
    assert with_sections / StarRating.objects.count() > 0.6
    for rating in StarRating.objects.filter(score_quality__isnull=False):
        assert sum(rating.scores) == rating.total
        assert rating.score_product <= 30
        assert rating.score_market <= 25
        assert rating.score_quality <= 45


def test_every_row_would_pass_its_form(loaded):
    records_kept = (Member, Product, Plan, Cluster)
    children = (Contact, Outlet, Post, Photo, Certificate, StarRating)
    for model in (*records_kept, *children):
        for row in model.objects.all():
            row.full_clean()


def test_every_certificate_has_a_number_of_its_marks_shape(loaded):
    for certificate in Certificate.objects.select_related("mark"):
        if certificate.mark.pattern:
            assert re.fullmatch(certificate.mark.pattern, certificate.number)


def test_some_certificates_end_soon_and_some_have_ended(loaded):
    today = timezone.localdate()
    soon = Certificate.objects.expiring(today, today + datetime.timedelta(days=90))

    assert soon.count() > 5
    assert Certificate.objects.filter(expires_on__lt=today).count() > 3


def test_certificates_end_within_each_month_of_the_next_three(loaded):
    today = timezone.localdate()
    for days in (0, 31, 61):
        first = today + datetime.timedelta(days=days)
        last = today + datetime.timedelta(days=days + 29)
        assert Certificate.objects.filter(expires_on__range=(first, last)).exists()


def test_producers_joined_in_the_last_years_and_some_left(loaded):
    year = fiscal_year(timezone.localdate())
    memberships = Membership.objects.all()
    joined = {fiscal_year(each.joined_on) for each in memberships}

    assert {year, year - 1, year - 2, year - 3} <= joined
    assert memberships.filter(left_on__isnull=False).count() > 2
    assert memberships.running().due(year).count() > 2


def test_some_producers_registered_a_short_while_ago(loaded):
    last_year = be_year(timezone.localdate()) - 1

    assert Member.objects.filter(otop_year__gte=last_year).count() > 3


def test_marks_go_only_on_goods_that_may_carry_them(loaded):
    held = Certificate.objects.select_related("mark", "product__category")
    for certificate in held.filter(product__isnull=False):
        assert derived.may_carry(certificate.product, certificate.mark)


def test_two_goods_are_alcoholic(loaded):
    alcoholic = Product.objects.published().filter(is_alcohol=True)

    assert alcoholic.count() == 2
    assert not alcoholic.exclude(category__code="drinks-alcohol").exists()


def test_no_member_has_two_goods_of_one_name(loaded):
    names = Product.objects.values_list("member", "name_fold")

    assert len(set(names)) == len(names)


def test_most_goods_have_english_and_a_few_have_none(loaded):
    public = Product.objects.published()
    without = public.filter(name_en="").count()

    assert 5 <= without <= 15
    assert public.exclude(story_en="").count() / public.count() > 0.85


def test_kept_columns_are_right(loaded):
    assert list(derived.differences(Product.objects.all())) == []
    assert list(derived.goods_differences(Member.objects.all())) == []


def test_published_goods_show_a_drawing_that_says_it_is_one(loaded):
    for product in Product.objects.published():
        assert product.cover["is_illustration"]
        assert product.cover["alt_th"].startswith("ภาพวาดประกอบ")
    pictures = {
        product.cover["sha256"]: product.cover for product in Product.objects.all()
    }
    assert len(pictures) < 50
    shown = Product.objects.published().first().cover
    stored = StoredPicture.from_json(shown)
    assert set(stored.all_names) <= loaded.files


def test_some_people_agreed_to_be_shown_and_some_did_not(loaded):
    personal = Contact.objects.filter(is_personal=True)

    assert personal.public().exists()
    assert personal.filter(consented_on__isnull=True).exists()
    assert personal.filter(consent_withdrawn_on__isnull=False).exists()
    numbers = Contact.objects.filter(kind__in=["phone", "mobile"])
    for value in numbers.values_list("value", flat=True):
        assert re.fullmatch(r"\+66(42|53)0001\d\d|\+6680000\d{4}", value)


def test_the_clusters_are_tied_and_the_counter_goes_on(loaded):
    souvenirs = Cluster.objects.get(slug="loei-souvenir")

    assert souvenirs.visitors_before == 56_138
    assert souvenirs.lead_agency.key == "ipc-4"
    assert [other.slug for other in souvenirs.related.all()] == ["loei-tourism"]
    people = Counter(souvenirs.posts.values_list("person_en", flat=True))
    assert max(people.values()) == 2
    assert souvenirs.memberships.running().count() > 35


def test_both_plans_are_readable_and_the_later_is_in_force(loaded):
    old, new = Plan.objects.published().order_by("year")

    assert (old.year, new.year) == (2553, 2555)
    assert new.vision_th == "พัฒนาคุณภาพสินค้านำภูมิปัญญาสู่สากล"
    kinds = Counter(new.items.values_list("kind", flat=True))
    assert kinds == {ItemKind.OBJECTIVE: 4, ItemKind.MISSION: 5, ItemKind.STRATEGY: 6}
    assert old.items.filter(kind=ItemKind.OBJECTIVE).count() == 4
    assert new.swot.count() == 8
    assert not new.items.filter(text_en="").exists()
    for plan in (old, new):
        stored = StoredPicture.from_json(plan.logo)
        assert set(stored.all_names) <= loaded.files


def test_everybody_signs_in_with_the_demonstrations_password(loaded, client):
    for account in ACCOUNTS:
        user = User.objects.get(email=account.email)
        assert user.role == account.role
        assert client.login(email=account.email, password=settings.DEMO_PASSWORD)
    loei = User.objects.get(email="officer.loei@demo.example")
    lamphun = User.objects.get(email="reviewer.lamphun@demo.example")
    assert loei.scope.provinces == {"42"}
    assert lamphun.scope.provinces == {"51"}


def test_records_went_through_two_pairs_of_eyes(loaded):
    member = Member.objects.filter(
        status=RecordStatus.PUBLISHED, owner__key="cdo-42"
    ).first()

    assert member.submitted_by.role == Role.OFFICER
    assert member.decided_by.role == Role.REVIEWER


# --- Loading again --------------------------------------------------------------


def test_a_second_run_doubles_nothing_and_keeps_edits(loaded):
    product = Product.objects.get(name_th="มะพร้าวแก้วเส้นนุ่มเชียงคาน")
    records.edit(product, Changes({"name_th": "มะพร้าวแก้วของเรา"}), by=None)
    user = User.objects.get(email="official@demo.example")
    User.objects.filter(pk=user.pk).update(is_active=False)
    models = (Member, Product, Photo, Certificate, StarRating, Contact, Post, Plan)
    before = [model.objects.count() for model in (*models, User, Category)]

    assert run() == "Demonstration: nothing was missing.\n"

    assert [model.objects.count() for model in (*models, User, Category)] == before
    product.refresh_from_db()
    assert product.name_th == "มะพร้าวแก้วของเรา"
    user.refresh_from_db()
    assert not user.is_active


def test_it_marks_its_database(loaded):
    forget_installation()

    assert Installation.objects.get().is_demonstration
    assert is_demonstration()


# --- Its words ------------------------------------------------------------------


def test_words_fit_together():
    producers, kinds = words.producers(), words.kinds()

    assert {good.producer for good in words.goods().values()} == set(producers)
    assert {good.kind for good in words.goods().values()} == set(kinds)
    for producer in producers.values():
        assert int(producer.local_workers) <= int(producer.workers)


def test_chance_is_the_same_on_every_machine():
    assert words.draw("mask", 1_000) == 896
    assert words.season("1 12") == 0b1000_0000_0001
