"""``manage.py setup`` fills an empty register, and never undoes what staff did."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import CommandError, call_command

from products.models import Category, Mark, StarRound
from registry.actions import records
from registry.changes import Changes
from registry.enums import AgencyKind, AgencyState, Role
from registry.models import Agency, Alias, Installation, User
from registry.thai.text import fold

pytestmark = pytest.mark.django_db

EMAIL = "first@office.example"
PASSWORD = "ชื่อภูหลวง-2569-ok"


def run(**options):
    out = StringIO()
    call_command("setup", interactive=False, stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """Fill the register once; each test sees it and what it does itself is undone."""
    with django_db_blocker.unblock():
        said = run()
        yield said
        call_command("flush", interactive=False, verbosity=0)


def test_it_says_what_it_entered_and_that_nobody_can_sign_in_yet(filled):
    assert "245 agencies entered." in filled
    assert "20 marks entered." in filled
    assert "101 categories entered." in filled
    assert "There is no administrator yet." in filled
    assert not Installation.objects.get().is_demonstration
    assert not StarRound.objects.exists()


def test_a_second_run_enters_nothing(filled):
    before = Agency.history.count() + Category.history.count() + Mark.history.count()

    said = run()

    assert said.startswith(
        "Places: nothing changed.\n"
        "Agencies, marks, categories and aliases: nothing was missing.\n"
    )
    after = Agency.history.count() + Category.history.count() + Mark.history.count()
    assert after == before


def test_every_province_has_its_three_offices_and_bangkok_its_own(filled):
    loei = Agency.objects.filter(provinces="42").exclude(key="ipc-4").order_by("key")
    assert [
        (office.key, office.name_th, office.abbreviation_th) for office in loei
    ] == [
        ("cdo-42", "สำนักงานพัฒนาชุมชนจังหวัดเลย", "สพจ.เลย"),
        ("pco-42", "สำนักงานพาณิชย์จังหวัดเลย", "พณจ.เลย"),
        ("pio-42", "สำนักงานอุตสาหกรรมจังหวัดเลย", "สอจ.เลย"),
    ]
    assert loei[2].name_en == "Loei Provincial Industry Office"
    assert Agency.objects.filter(key__startswith="pio-").count() == 76
    assert Agency.objects.get(provinces="10").key == "bma-10"
    assert not Agency.objects.exclude(state=AgencyState.APPROVED).exists()


def test_only_agencies_without_a_province_are_national(filled):
    centre = Agency.objects.get(key="ipc-4")
    served = set(centre.provinces.values_list("code", flat=True))

    assert (centre.kind, served) == (
        AgencyKind.REGIONAL_CENTRE,
        {"38", "39", "41", "42", "43"},
    )
    national = Agency.objects.filter(is_national=True)
    assert national.count() == 15
    assert not national.filter(provinces__isnull=False).exists()


def test_shelves_stand_in_two_levels_below_edible_and_non_edible(filled):
    roots = Category.objects.filter(level=0).order_by("position")
    assert [shelf.code for shelf in roots] == ["edible", "non-edible"]
    assert Category.objects.filter(level=1).count() == 16
    for shelf in Category.objects.filter(level=1):
        below = shelf.children.order_by("position")
        assert below.last().code.endswith("-other")
    assert list(
        Category.objects.filter(is_alcohol=True).values_list("code", flat=True)
    ) == ["drinks-alcohol"]
    coconut = Category.objects.get(code="sweets-coconut")
    assert coconut.path == "edible/edible-sweets/sweets-coconut/"
    assert (coconut.is_edible, coconut.otop_type) == (True, "food")


def test_every_mark_fits_its_own_pattern_and_has_a_bit_of_its_own(filled):
    for mark in Mark.objects.exclude(pattern=""):
        assert re.fullmatch(mark.pattern, mark.example), mark.code
    assert len(set(Mark.objects.values_list("bit", flat=True))) == 20
    assert Mark.objects.get(code="green-label").goods == "non_edible"
    assert Mark.objects.get(code="fda").goods == "edible"
    assert set(
        Mark.objects.filter(pattern_is_firm=True).values_list("code", flat=True)
    ) == {"fda", "organic", "q-mark"}


def test_bits_of_marks_never_move():
    """A bit is kept in every product: a file that renumbers them would mislabel all."""
    rows = json.loads(
        Path(settings.BASE_DIR, "products/data/marks.json").read_text("utf-8")
    )

    assert [(row["code"], row["bit"]) for row in rows][:5] == [
        ("tcps", 0),
        ("tis", 1),
        ("tis-s", 2),
        ("fda", 3),
        ("halal", 4),
    ]
    assert [row["bit"] for row in rows] == list(range(20))


def test_aliases_are_folded_as_searches_are(filled):
    alias = Alias.objects.get(word="phi ta khon")

    assert (alias.word_fold, alias.means_fold) == (fold("phi ta khon"), fold("ผีตาโขน"))


def test_what_staff_renamed_stays_and_what_they_deleted_does_not_come_back(filled):
    shelf = Category.objects.get(code="sweets-local")
    records.edit(shelf, Changes({"name_th": "ขนมเมืองเลย"}), by=None)
    records.remove(Category.objects.get(code="fibre-mats"), by=None)
    Alias.objects.filter(word="soap").delete()

    run()

    shelf.refresh_from_db()
    assert shelf.name_th == "ขนมเมืองเลย"
    assert not Category.objects.filter(code="fibre-mats").exists()
    assert not Alias.objects.filter(word="soap").exists()


def test_a_shelf_staff_made_under_our_code_is_theirs(filled):
    records.remove(Category.objects.get(code="fibre-mats"), by=None)
    theirs = Category(code="fibre-mats", name_th="เสื่อของเรา")
    theirs.parent = Category.objects.get(code="craft-fibre")
    records.create(theirs, by=None)

    run()

    assert Category.objects.get(code="fibre-mats").name_th == "เสื่อของเรา"


def test_the_first_administrator_comes_from_the_environment(filled, settings, client):
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = EMAIL, PASSWORD

    assert f"Administrator {EMAIL} may sign in." in run()

    boss = User.objects.get()
    assert (boss.role, boss.check_password(PASSWORD)) == (Role.ADMINISTRATOR, True)
    assert EmailAddress.objects.get(user=boss).verified
    assert client.login(email=EMAIL, password=PASSWORD)


def test_there_is_only_one_first_administrator(filled, settings):
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = EMAIL, PASSWORD
    run()
    settings.ADMIN_EMAIL = "second@office.example"

    assert "Administrator" not in run()
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("email", "password"),
    [("no-address", PASSWORD), (EMAIL, "short"), (EMAIL, "1" * 14)],
)
def test_a_bad_address_or_password_is_refused(filled, settings, email, password):
    settings.ADMIN_PASSWORD = password

    with pytest.raises(CommandError):
        run(administrator=email)
    assert not User.objects.exists()
