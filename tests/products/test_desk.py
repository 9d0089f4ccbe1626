"""The desk of goods: photos in order, certificates, and what completes a product."""

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from PIL import Image

from members.models import Member, ProducerAccount
from products.models import Certificate, Photo, Product
from registry.actions import proposals, records
from registry.changes import Changes
from registry.desks import desk_of, parts_for, parts_of, sheets_for
from registry.enums import Role
from registry.forms.desks import form_for, formset_for
from registry.forms.workspace import Worksheet
from registry.models import Proposal
from registry.storages import private_storage, public_storage
from registry.uploads import signed, take_upload
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    MarkFactory,
    MemberFactory,
    PhotoFactory,
    ProductFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def jpeg(colour="#7a4b22"):
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def taken(colour, user):
    return signed(take_upload(jpeg(colour), "picture"), user)


@pytest.fixture
def desk():
    return desk_of(Product)


@pytest.fixture
def member(officer):
    return MemberFactory(owner=officer.agency, published=True)


@pytest.fixture
def product(member):
    return ProductFactory(member=member)


@pytest.fixture
def producer(member):
    user = UserFactory(email="p@test.example", role=Role.PRODUCER, agency=None)
    ProducerAccount.objects.create(user=user, member=member)
    return user


def rows_of(name, user, row, rows=(), existing=0, files=None):
    """Return the formset of a part, with ``rows`` as a browser sends them."""
    desk = desk_of(type(row))
    part = next(each for each in parts_for(desk, user) if each.name == name)
    data = {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": existing}
    for number, typed in enumerate(rows):
        data |= {f"{name}-{number}-{field}": each for field, each in typed.items()}
    return formset_for(desk, part, user)(data, files or {}, instance=row, prefix=name)


def saved(product, formset, user):
    changes = Changes(children={formset.related_name: formset.child_changes()})
    return records.edit(product, changes, by=user)


def words_in_order(product):
    rows = product.photos.order_by("position", "pk")
    return list(rows.values_list("alt_th", flat=True))


# --- The form ------------------------------------------------------------------


def test_its_parts_are_photos_and_certificates(desk):
    assert [part.name for part in parts_of(desk)] == ["photos", "certificates"]
    photos, _certificates = parts_of(desk)
    assert (photos.is_pictures, photos.most) == (True, 12)


def test_every_field_stands_on_a_sheet(desk, officer, reviewer, producer, product):
    for person in (officer, reviewer, producer):
        named = {name for sheet in sheets_for(desk, person) for name in sheet.fields}
        fields = form_for(desk, person)(instance=product).fields.keys()
        assert fields - named <= {"version", "form_key", "reason"}


def test_an_officer_enters_a_product_of_the_own_agency_by_a_name(desk, officer, member):
    typed = {"member": member.name_th, "name_th": "หน้ากากผีตาโขน"}

    form = form_for(desk, officer)(typed)

    assert form.is_valid(), form.errors
    made = records.create(form.new_row(), by=officer)
    assert (made.member, made.owner) == (member, officer.agency)


def test_a_producer_of_another_agency_is_none(desk, officer, stranger):
    other = MemberFactory(owner=stranger.agency, published=True)

    form = form_for(desk, officer)({"member": other.code, "name_th": "หน้ากาก"})

    assert form.errors.keys() == {"member"}


def test_a_producer_answers_neither_for_shelf_nor_notes(desk, producer, product):
    fields = form_for(desk, producer)(instance=product).fields

    assert not fields.keys() & {
        "member",
        "name_th",
        "category",
        "otop_type",
        "design_year",
        "air_travel",
        "private_notes",
    }
    assert [part.name for part in parts_for(desk, producer)] == ["photos"]


# --- Photos --------------------------------------------------------------------


def test_photos_come_in_the_order_of_their_numbers(officer, product):
    rows = [
        {"alt_th": "หลัง", "position": 3, "upload-kept": taken("#333", officer)},
        {"alt_th": "หน้า", "position": 1, "upload-kept": taken("#111", officer)},
        {"alt_th": "ข้าง", "position": 2},
    ]
    files = {"photos-2-upload": jpeg("#222")}

    formset = rows_of("photos", officer, product, rows, files=files)

    assert formset.is_valid(), formset.errors
    saved(product, formset, officer)
    assert words_in_order(product) == ["หน้า", "ข้าง", "หลัง"]
    assert product.photos.get(is_main=True).alt_th == "หน้า"


def test_an_order_other_than_that_of_the_form_is_kept(officer, product):
    first = PhotoFactory(product=product, alt_th="หนึ่ง", position=0, is_main=True)
    second = PhotoFactory(product=product, alt_th="สอง", position=1)
    rows = [
        {"id": first.pk, "alt_th": "หนึ่ง", "alt_en": first.alt_en, "position": 2},
        {
            "id": second.pk,
            "alt_th": "สอง",
            "alt_en": second.alt_en,
            "position": 1,
            "is_main": "on",
        },
    ]

    formset = rows_of("photos", officer, product, rows, existing=2)

    assert formset.is_valid(), formset.errors
    saved(product, formset, officer)
    assert words_in_order(product) == ["สอง", "หนึ่ง"]
    assert product.photos.get(is_main=True) == second


def test_a_thirteenth_photo_is_refused(officer, product):
    value = taken("#111", officer)
    rows = [{"alt_th": str(number), "upload-kept": value} for number in range(13)]

    formset = rows_of("photos", officer, product, rows)

    assert not formset.is_valid()
    assert "12" in str(formset.non_form_errors())


def test_the_empty_rows_of_a_form_are_no_photos(officer, product):
    formset = rows_of("photos", officer, product, [{}, {}, {}])

    assert formset.is_valid()
    assert not formset.child_changes()


def test_a_photo_is_kept_although_the_next_one_is_no_picture(officer, product):
    files = {
        "photos-0-upload": jpeg(),
        "photos-1-upload": SimpleUploadedFile("b.jpg", b"<svg onload=x>"),
    }

    formset = rows_of("photos", officer, product, [{}, {}], files=files)

    assert not formset.is_valid()
    assert "upload" in formset.errors[1]
    again = str(formset.forms[0]["upload"])
    assert "photos-0-upload-kept" in again
    assert "photos-1-upload-kept" not in str(formset.forms[1]["upload"])


def test_photos_and_certificates_wait_with_the_change_they_belong_to(
    officer, reviewer, product
):
    records.publish(product, by=None)
    mark = MarkFactory()
    photos = rows_of(
        "photos",
        officer,
        product,
        [{"alt_th": "ใหม่", "upload-kept": taken("#eee", officer)}],
    )
    paper = SimpleUploadedFile("ใบรับรอง.pdf", b"%PDF-1.7")
    certificates = rows_of(
        "certificates",
        officer,
        product,
        [{"mark": mark.pk, "number": "1/2569"}],
        files={"certificates-0-upload": paper},
    )
    assert photos.is_valid(), photos.errors
    assert certificates.is_valid(), certificates.errors
    changes = Changes(
        children={
            "photos": photos.child_changes(),
            "certificates": certificates.child_changes(),
        }
    )

    proposal = proposals.propose(product, changes, by=officer, submit=True)

    assert not Photo.objects.exists()
    assert not Certificate.objects.exists()
    proposals.accept(Proposal.objects.get(pk=proposal.pk), by=reviewer)
    photo, certificate = Photo.objects.get(), Certificate.objects.get()
    assert public_storage().exists(photo.picture["og"])
    assert private_storage().exists(certificate.file)
    assert certificate.file_name == "ใบรับรอง.pdf"


# --- Certificates --------------------------------------------------------------


def test_only_reviewers_say_that_a_certificate_was_checked(
    officer, reviewer, administrator, product
):
    def fields(person):
        formset = rows_of("certificates", person, product)
        return formset.empty_form.fields.keys()

    assert "checked_on" not in fields(officer)
    assert "checked_on" in fields(reviewer)
    assert "checked_on" in fields(administrator)


def test_an_officer_who_changes_a_checked_certificate_has_it_checked_again(
    officer, reviewer, product
):
    certificate = CertificateFactory(
        product=product,
        number="1/2569",
        issued_on=None,
        expires_on=None,
        checked_on=datetime.date(2026, 1, 1),
        checked_by=reviewer,
    )
    row = {"id": certificate.pk, "mark": certificate.mark_id}

    same = rows_of("certificates", officer, product, [row | {"number": "1/2569"}], 1)
    other = rows_of("certificates", officer, product, [row | {"number": "2/2569"}], 1)

    assert same.is_valid(), same.errors
    assert not same.child_changes()
    assert other.is_valid(), other.errors
    assert other.child_changes().changed == {
        certificate.pk: {"number": "2/2569", "checked_on": None, "checked_by": None}
    }


def test_a_mark_of_producers_is_not_offered_for_goods(officer, product, member):
    of_goods = MarkFactory(given_to="product")
    of_producers = MarkFactory(given_to="member")
    of_both = MarkFactory(given_to="both")

    def offered(row):
        form = rows_of("certificates", officer, row).empty_form
        return set(form.fields["mark"].queryset)

    assert offered(product) == {of_goods, of_both}
    assert offered(Member.objects.get(pk=member.pk)) == {of_producers, of_both}


# --- Completeness --------------------------------------------------------------


def test_a_bare_product_lacks_nearly_everything_and_says_why(desk):
    found = desk.completeness(ProductFactory(name_en="", price_min=None))

    assert found.percent == 0
    assert len(found.points) == 12
    for point in found.points:
        assert str(point.label)
        assert str(point.why)


def test_goods_to_eat_should_say_how_long_they_keep(desk):
    shelf = CategoryFactory(code="edible")
    product = ProductFactory(category=shelf)
    product.is_edible = True

    assert "id_shelf_life_days" in {
        point.anchor for point in desk.completeness(product).missing
    }


def test_a_full_product_is_complete(desk):
    product = ProductFactory(
        category=CategoryFactory(),
        price_min=250,
        story_th="ก",
        story_en="a",
        materials_th="ฝ้าย",
        size_th="ใหญ่",
        where_th="ตลาด",
    )
    for number in range(3):
        PhotoFactory(product=product, position=number)
    CertificateFactory(product=product)

    assert desk.completeness(product).missing == []


def test_a_photo_without_words_does_not_count_as_described(desk, product):
    PhotoFactory(product=product, alt_en="")

    labels = [str(point.label) for point in desk.completeness(product).missing]

    assert "คำบรรยายภาพทุกภาพทั้งสองภาษา" in labels
    assert "ภาพสินค้า" not in labels


def test_each_point_leads_to_a_field_or_a_part(desk, officer, product):
    sheet = Worksheet(desk, officer, product)
    ids = {bound.id_for_label for bound in sheet.form}
    ids |= {each.anchor for each in sheet.parts}
    product.is_edible = True

    anchors = {point.anchor for point in desk.completeness(product).points}

    assert anchors <= ids


@pytest.mark.parametrize("count", [1, 3])
def test_completeness_of_a_list_asks_thrice_however_long(
    desk, count, django_assert_num_queries
):
    for _each in range(count):
        PhotoFactory(product=ProductFactory())

    with django_assert_num_queries(3):
        goods = list(Product.objects.prefetch_related(*desk.reads))
        found = [desk.completeness(product).percent for product in goods]

    assert len(found) == count


# --- Its page ------------------------------------------------------------------


def page_of(desk, row, person):
    request = RequestFactory().get("/workspace/")
    request.user, request.htmx = person, False
    return desk.page(request, row)


def test_a_draft_is_previewed_with_its_pictures(desk, officer, product, client):
    value = take_upload(jpeg(), "picture")
    PhotoFactory(product=product, picture=dict(value.kept), alt_th="ตัวหน้ากาก")

    answer = page_of(desk, product, officer)

    text = answer.content.decode()
    assert "ตัวอย่าง: ยังไม่เผยแพร่" in text
    assert "ตัวหน้ากาก" in text
    assert "/media/" not in text
    address = text.partition('src="/files/')[2].partition('"')[0]
    client.force_login(officer)
    shown = client.get(f"/files/{address}")
    assert shown.status_code == 200
    shown.getvalue()
    assert answer["Cache-Control"] == "no-store, private"
    client.logout()
    assert client.get(product.get_absolute_url()).status_code == 404


def test_a_drink_is_previewed_as_bare_as_the_law_has_it(desk, officer, product):
    product.category = CategoryFactory(is_alcohol=True)
    records.edit(product, Changes(fields={"category": product.category}), by=None)

    text = page_of(desk, product, officer).content.decode()

    assert "ตัวอย่าง: ยังไม่เผยแพร่" in text
    assert "฿250" not in text


def test_the_public_page_of_a_published_product_has_no_banner(product, client):
    records.publish(product, by=None)

    text = client.get(product.get_absolute_url()).content.decode()

    assert "ตัวอย่าง" not in text
    assert "canonical" in text


def test_months_and_hashes_are_read_in_words(desk):
    season = Product._meta.get_field("season")

    assert desk.wording.read(season, 0b11) == "มกราคม, กุมภาพันธ์"
    assert desk.wording.read(Photo._meta.get_field("sha256"), "ab") == "เก็บไว้แล้ว"
