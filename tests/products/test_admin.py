"""Products in the admin: photos, certificates, stars, and what they are sorted by."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from products.enums import MarkScope
from products.models import (
    Category,
    Certificate,
    Mark,
    Product,
    StarCriterion,
    StarRound,
)
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.storages import private_storage
from tests.factories import (
    CategoryFactory,
    CertificateFactory,
    MarkFactory,
    MemberFactory,
    PhotoFactory,
    ProductFactory,
    StarRoundFactory,
)

PREFIXES = ("photos", "certificates", "ratings")


def url(name, *args, model="product"):
    return reverse(f"admin:products_{model}_{name}", args=args)


def picture_file(name="photo.jpg"):
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), "image/jpeg")


def rows(prefix, *new, kept=()):
    """Return what a browser sends for the lines ``kept`` and ``new`` of an inline."""
    data = {
        f"{prefix}-TOTAL_FORMS": len(kept) + len(new),
        f"{prefix}-INITIAL_FORMS": len(kept),
    }
    for index, fields in enumerate((*kept, *new)):
        data |= {f"{prefix}-{index}-{name}": value for name, value in fields.items()}
    return data


def typed(producer, product=None, **fields):
    data = {"member": f"{producer.name_th} ({producer.code})", "name_th": "ผ้าห่มนวม"}
    for prefix in PREFIXES:
        data |= rows(prefix)
    if product is not None:
        data |= {
            "name_th": product.name_th,
            "name_en": product.name_en,
            "otop_type": product.otop_type,
            "price_min": product.price_min,
            "version": product.version,
        }
    return data | fields


@pytest.fixture
def desk(client, reviewer):
    client.force_login(reviewer)
    return client


def errors_of(answer):
    found = list(answer.context["adminform"].form.errors.values())
    for inline in answer.context["inline_admin_formsets"]:
        found += inline.formset.non_form_errors()
        found += [form.errors for form in inline.formset.forms if form.errors]
    return str(found)


def test_a_product_is_entered_with_photo_proof_and_stars(desk, reviewer):
    member = MemberFactory(published=True)
    mark, round_ = MarkFactory(), StarRoundFactory()

    answer = desk.post(
        url("add"),
        typed(member, otop_type="textile", season=["11", "12"])
        | rows("photos", {"upload": picture_file(), "alt_th": "ผ้าห่มพับ"})
        | rows(
            "certificates",
            {
                "mark": mark.pk,
                "number": "12/2569",
                "issued_on": "01/10/2568",
                "checked_on": "02/10/2568",
                "upload": SimpleUploadedFile("proof.pdf", b"%PDF-1.7 test"),
            },
        )
        | rows(
            "ratings",
            {
                "round": round_.pk,
                "score_product": "30",
                "score_market": "25",
                "score_quality": "36.5",
            },
        ),
    )

    assert answer.status_code == 302, errors_of(answer)
    product = Product.objects.get()
    assert (product.code, product.months) == ("42-P-00001", (11, 12))
    photo = product.photos.get()
    assert photo.is_main
    assert private_storage().exists(photo.picture["card"]["webp"])
    certificate = product.certificates.get()
    assert certificate.checked_by == reviewer
    with private_storage().open(certificate.file) as kept:
        assert kept.read() == b"%PDF-1.7 test"
    rating = product.ratings.get()
    assert (float(rating.total), rating.stars) == (91.5, 5)


def test_the_page_of_a_product_shows_photos_to_staff_only(desk, client):
    member = MemberFactory(published=True)
    desk.post(url("add"), typed(member) | rows("photos", {"upload": picture_file()}))
    product = Product.objects.get()

    shown = desk.get(url("change", product.pk)).content.decode()
    address = shown.partition('class="thumb" src="')[2].partition('"')[0]

    answer = desk.get(address)
    assert answer["Content-Type"] == "image/webp"
    assert answer.getvalue()
    client.logout()
    assert client.get(address).status_code == 404


def test_who_ticks_another_photo_makes_it_the_main_one(desk):
    product = ProductFactory()
    first = PhotoFactory(product=product, is_main=True)
    second = PhotoFactory(product=product, position=1)
    product.refresh_from_db()

    answer = desk.post(
        url("change", product.pk),
        typed(product.member, product)
        | rows(
            "photos",
            kept=[
                {"id": first.pk, "product": product.pk, "is_main": "on"},
                {"id": second.pk, "product": product.pk, "is_main": "on"},
            ],
        ),
    )

    assert answer.status_code == 302, errors_of(answer)
    main = product.photos.filter(is_main=True)
    assert list(main) == [second]


def test_lines_take_the_order_that_was_typed(desk):
    product = ProductFactory()
    photos = [
        PhotoFactory(product=product, position=index, is_main=index == 0)
        for index in range(3)
    ]
    product.refresh_from_db()
    kept = [
        {
            "id": photo.pk,
            "product": product.pk,
            "alt_th": photo.alt_th,
            "alt_en": photo.alt_en,
            "position": place,
        }
        for photo, place in zip(photos, (2, 0, 1), strict=True)
    ]
    kept[0]["is_main"] = "on"

    answer = desk.post(
        url("change", product.pk),
        typed(product.member, product) | rows("photos", kept=kept),
    )

    assert answer.status_code == 302, errors_of(answer)
    order = product.photos.order_by("position").values_list("pk", flat=True)
    assert list(order) == [photos[1].pk, photos[2].pk, photos[0].pk]


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"GIF89a nothing", "x.gif"), (b"MZ program", "proof.pdf"), (b"", "empty.jpg")],
)
def test_what_is_no_picture_is_refused_with_a_sentence(desk, content, name):
    member = MemberFactory(published=True)

    for prefix in ("photos", "certificates"):
        line = {"upload": SimpleUploadedFile(name, content)}
        if prefix == "certificates":
            line["mark"] = MarkFactory().pk
        answer = desk.post(url("add"), typed(member) | rows(prefix, line))
        assert answer.status_code == 200
        assert "upload" in errors_of(answer)
    assert not Product.objects.exists()


def test_a_number_of_another_shape_is_refused_where_the_mark_is_firm(desk):
    member = MemberFactory(published=True)
    firm = MarkFactory(pattern=r"\d{1,4}/25\d\d", pattern_is_firm=True)

    answer = desk.post(
        url("add"),
        typed(member) | rows("certificates", {"mark": firm.pk, "number": "ABC"}),
    )
    assert "number" in errors_of(answer)

    loose = MarkFactory(pattern=r"\d{1,4}/25\d\d", example="12/2560")
    answer = desk.post(
        url("add"),
        typed(member) | rows("certificates", {"mark": loose.pk, "number": "ABC"}),
        follow=True,
    )
    levels = [said.level_tag for said in answer.context["messages"]]
    assert levels == ["warning", "success"]
    assert Certificate.objects.get().number == "ABC"


def test_a_mark_for_premises_is_no_choice_for_a_product(desk):
    product = ProductFactory()
    premises = MarkFactory(given_to=MarkScope.MEMBER)

    answer = desk.post(
        url("change", product.pk),
        typed(product.member, product) | rows("certificates", {"mark": premises.pk}),
    )

    assert "mark" in errors_of(answer)


def test_points_stay_within_what_the_round_gives(desk):
    member, round_ = MemberFactory(published=True), StarRoundFactory()
    most = StarCriterion(otop_type="textile", section="product", maximum=30)
    records.edit(
        round_, Changes(children={"criteria": ChildChanges(added=(most,))}), by=None
    )

    answer = desk.post(
        url("add"),
        typed(member, otop_type="textile")
        | rows("ratings", {"round": round_.pk, "score_product": "31", "stars": "3"}),
    )

    assert "score_product" in errors_of(answer)


def test_a_result_needs_points_or_stars(desk):
    member, round_ = MemberFactory(published=True), StarRoundFactory()

    answer = desk.post(
        url("add"), typed(member) | rows("ratings", {"round": round_.pk})
    )

    assert "stars" in errors_of(answer)


def test_a_member_is_typed_by_name_or_code_and_never_a_foreign_one(desk):
    member = MemberFactory(name_th="กลุ่มจักสานภูเรือ", published=True)
    twins = [MemberFactory(name_th="กลุ่มคู่แฝด") for _each in range(2)]
    foreign = MemberFactory(district__code="5101", name_th="กลุ่มลำพูน")

    def sent(text):
        return desk.post(url("add"), typed(member, member=text))

    assert sent(member.code).status_code == 302
    assert sent("จักสานภูเรือ").status_code == 302
    assert twins[0].code in errors_of(sent("คู่แฝด"))
    for text in (foreign.name_th, foreign.code):
        assert "member" in sent(text).context["adminform"].form.errors
    assert {each.member_id for each in Product.objects.all()} == {member.pk}


def test_goods_are_listed_on_the_page_of_their_producer(desk):
    product = ProductFactory(name_th="เสื่อกกทดสอบ")

    address = reverse("admin:members_member_change", args=[product.member_id])

    assert "เสื่อกกทดสอบ" in desk.get(address).content.decode()
    form = desk.get(url("add"), {"member": product.member_id})
    assert f"({product.member.code})" in form.content.decode()


def test_a_proof_of_a_producer_is_entered_on_its_page(desk):
    member = MemberFactory()
    mark = MarkFactory(given_to=MarkScope.MEMBER)
    district = "เมืองเลย · เลย (4201)"
    data = {"name_th": member.name_th, "owner": member.owner_id, "district": district}
    for prefix in ("contacts", "outlets", "memberships", "signed_consents"):
        data |= rows(prefix)
    data |= rows("certificates", {"mark": mark.pk, "number": "1"})

    answer = desk.post(
        reverse("admin:members_member_change", args=[member.pk]),
        data | {"version": member.version},
    )

    assert answer.status_code == 302, errors_of(answer)
    assert member.certificates.get().mark == mark


def test_points_of_a_type_make_a_hundred(client, administrator):
    client.force_login(administrator)

    def sent(quality):
        points = {"product": 30, "market": 30, "quality": quality}
        lines = [
            {"otop_type": "food", "section": section, "maximum": most}
            for section, most in points.items()
        ]
        data = {"year": "2569", "name_th": "รอบ 2569"} | rows("criteria", *lines)
        return client.post(url("add", model="starround"), data)

    assert "90" in errors_of(sent(30))
    assert sent(40).status_code == 302
    assert StarRound.objects.get().criteria.count() == 3


def test_a_new_mark_takes_the_next_free_place(client, administrator):
    client.force_login(administrator)
    taken = MarkFactory(bit=0)

    answer = client.post(
        url("add", model="mark"),
        {
            "name_th": "เครื่องหมายใหม่",
            "code": "new",
            "given_to": "product",
            "goods": "all",
            "position": 0,
            "pattern": r"\d+",
        },
    )

    assert answer.status_code == 302, errors_of(answer)
    assert Mark.objects.exclude(pk=taken.pk).get().bit == 1


def test_shelves_are_offered_below_their_parents(client, administrator):
    client.force_login(administrator)
    root = CategoryFactory(code="edible")
    CategoryFactory(code="snacks", parent=root)

    answer = client.post(
        url("add", model="category"),
        {"name_th": "ขนมไทย", "code": "thai", "parent": root.pk, "position": 0},
    )

    assert answer.status_code == 302, errors_of(answer)
    assert Category.objects.get(code="thai").is_edible


# --- Query counts -------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_questions_however_long(
    desk, django_assert_num_queries, count
):
    for _each in range(count):
        CertificateFactory(product=ProductFactory(category=CategoryFactory()))

    with django_assert_num_queries(9):
        desk.get(url("changelist"))
