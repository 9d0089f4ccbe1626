"""A proposal on the page it would make, of which nothing stays."""

import io

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import RequestFactory
from PIL import Image

from members.models import Contact, Member, ProducerAccount
from products.models import Photo, Product, ProductSearch
from registry import publicity
from registry.actions import proposals, records
from registry.changes import Changes, ChildChanges
from registry.enums import RecordStatus, Role
from registry.errors import NotVisible
from registry.models import Code, OutboxMail, Proposal
from registry.rehearsal import CannotBeShown, page_with, rehearsed
from registry.storages import private_storage, public_storage
from registry.uploads import take_upload
from tests.factories import MemberFactory, PhotoFactory, ProductFactory, UserFactory

pytestmark = pytest.mark.django_db


def picture(colour: str) -> dict:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    upload = SimpleUploadedFile("photo.jpg", file.getvalue())
    return dict(take_upload(upload, "picture").kept)


def request_of(person):
    request = RequestFactory().get("/review/")
    request.user = person
    request.htmx = False
    return request


def everything() -> dict:
    """Return what a rehearsal might leave behind."""
    return {
        "rows": list(Product.objects.order_by("pk").values()),
        "members": list(Member.objects.order_by("pk").values()),
        "photos": list(Photo.objects.order_by("pk").values()),
        "search": list(ProductSearch.objects.order_by("pk").values()),
        "histories": (
            Product.history.count(),
            Member.history.count(),
            Photo.history.count(),
        ),
        "codes": list(Code.objects.order_by("pk").values()),
        "proposals": list(Proposal.objects.order_by("pk").values()),
        "mails": OutboxMail.objects.count(),
        "files": sorted(
            str(path)
            for root in (settings.MEDIA_ROOT, settings.PRIVATE_ROOT)
            for path in root.rglob("*")
        ),
    }


@pytest.fixture
def product(officer):
    member = MemberFactory(owner=officer.agency, published=True)
    found = ProductFactory(
        member=member, name_en="Phi Ta Khon mask", price_min=250, published=True
    )
    PhotoFactory(product=found, picture=picture("#111"), alt_th="หน้ากากเดิม")
    return Product.objects.get(pk=found.pk)


@pytest.fixture
def proposal(product, officer):
    photo = Photo(picture=picture("#eee"), alt_th="หน้ากากใหม่", alt_en="A new mask")
    changes = Changes(
        fields={"name_en": "Spirit mask", "price_min": 300},
        children={"photos": ChildChanges(added=(photo,))},
    )
    return proposals.propose(product, changes, by=officer, submit=True)


def test_the_page_shows_the_change_and_nothing_of_it_stays(
    product, proposal, reviewer, client
):
    before = everything()

    page = page_with(proposal, request_of(reviewer)).content.decode()

    assert "Spirit mask" in page
    assert "฿300" in page
    assert "หน้ากากใหม่" in page
    assert everything() == before
    product.refresh_from_db()
    assert product.name_en == "Phi Ta Khon mask"
    public = client.get(product.get_absolute_url()).content.decode()
    assert "Spirit mask" not in public
    assert "/files/" not in public


def test_pictures_come_by_addresses_of_the_reviewer_alone(
    product, proposal, reviewer, foreign_reviewer, client
):
    page = page_with(proposal, request_of(reviewer))

    text = page.content.decode()
    assert settings.MEDIA_URL + "pictures" not in text
    address = text.partition('src="/files/')[2].partition('"')[0]
    client.force_login(reviewer)
    shown = client.get(f"/files/{address}")
    assert shown.status_code == 200
    shown.getvalue()
    client.force_login(foreign_reviewer)
    assert client.get(f"/files/{address}").status_code == 404


def test_the_answer_is_kept_out_of_caches_and_search_engines(proposal, reviewer):
    page = page_with(proposal, request_of(reviewer))

    assert page["Cache-Control"] == "no-store, private"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    text = page.content.decode()
    assert '<meta name="robots" content="noindex">' in text
    assert "application/ld+json" not in text
    assert "canonical" not in text


def test_who_may_not_read_the_record_rehearses_nothing(
    proposal, stranger, foreign_reviewer, client
):
    for person in (stranger, foreign_reviewer):
        with pytest.raises(NotVisible):
            page_with(proposal, request_of(person))


def test_a_producer_does_not_see_what_the_office_proposes(product, proposal):
    producer = UserFactory(email="p@test.example", role=Role.PRODUCER, agency=None)
    ProducerAccount.objects.create(user=producer, member=product.member)

    assert Product.objects.visible_to(producer).filter(pk=product.pk).exists()
    with pytest.raises(NotVisible):
        page_with(proposal, request_of(producer))


def test_a_change_that_no_longer_fits_says_so(product, proposal, reviewer, officer):
    # Somebody raised the lowest price meanwhile; the database holds them in order.
    proposal.data["fields"]["price_max"] = [None, "1.00"]
    before = everything()

    with pytest.raises(CannotBeShown) as refusal:
        page_with(proposal, request_of(reviewer))

    assert str(refusal.value)
    assert everything() == before
    # The transaction around it goes on.
    assert Product.objects.filter(pk=product.pk).exists()


def test_a_member_is_rehearsed_with_its_contacts(officer, reviewer):
    member = MemberFactory(owner=officer.agency, published=True)
    contact = Contact(kind="phone", value="+6642811234", is_personal=False)
    changes = Changes(
        fields={"portrait": picture("#7a4b22"), "story_th": "ทอผ้ามาสามชั่วคน"},
        children={"contacts": ChildChanges(added=(contact,))},
    )
    proposal = proposals.propose(member, changes, by=officer)
    before = everything()

    page = page_with(proposal, request_of(reviewer)).content.decode()

    assert "ทอผ้ามาสามชั่วคน" in page
    assert "042 811 234" in page or "042-811-234" in page
    assert everything() == before
    assert not public_storage().exists(changes.fields["portrait"]["og"])


def test_inside_a_rehearsal_no_picture_moves(officer, product):
    kept = picture("#abc")

    with rehearsed():
        publicity.show([kept])
        publicity.hide([Photo.objects.get().picture])
        records.withdraw(product, by=None, note="ลอง")

    assert not public_storage().exists(kept["og"])
    assert private_storage().exists(kept["og"])
    shown = Photo.objects.get().picture["og"]
    assert public_storage().exists(shown)
    assert Product.objects.get().status == RecordStatus.PUBLISHED


def test_what_would_happen_after_a_commit_does_not(
    django_capture_on_commit_callbacks,
):
    happened = []

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        with rehearsed():
            transaction.on_commit(lambda: happened.append("inside"))
        transaction.on_commit(lambda: happened.append("outside"))

    assert happened == ["outside"]


def test_an_error_inside_goes_on_its_way_and_everything_is_undone(officer):
    before = Member.objects.count()

    def fail():
        with rehearsed():
            MemberFactory(owner=officer.agency)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert Member.objects.count() == before
    with rehearsed():
        MemberFactory(owner=officer.agency)
    assert Member.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_it_undoes_outside_of_any_transaction_too(product, proposal, reviewer):
    before = everything()
    assert not connection.in_atomic_block

    page = page_with(proposal, request_of(reviewer)).content.decode()

    assert "Spirit mask" in page
    assert everything() == before
