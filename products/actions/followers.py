"""What follows when a product, or what it depends on, changes."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from members.actions.followers import MOVED_BY
from members.models import Member
from products import derived
from products.models import Category, Enquiry, Photo, Product
from registry import acts, publicity
from registry.actions import proposals, records
from registry.derived import in_batches
from registry.enums import RecordStatus
from registry.followers import Happening

#: Fields of a member that its goods are filed, found and owned by.
PASSED_ON = frozenset(
    {
        "name_th",
        "name_en",
        "other_names",
        "owner",
        "district",
        "subdistrict",
        "village",
        "province",
    }
)
#: Fields of a shelf that the shelves below and its goods follow.
SHELF_PASSED_ON = frozenset({"code", "parent", "name_th", "name_en", "is_alcohol"})


def keep_product(happening: Happening) -> None:
    """Keep a product's columns, its producer's count, and its pictures in place."""
    product = happening.row
    _hold_new_producers([happening])
    derived.recount([product.pk])
    if product.is_published or happening.before == RecordStatus.PUBLISHED:
        derived.recount_goods(_producers(product, happening))
        if happening.moved or "photos" in happening.children:
            place_pictures(product)
    product.refresh_from_db(fields=derived.COLUMNS)
    if "member" in happening.fields:
        proposals.follow_records("products.Product", [product.pk])
        hand_over(Product.objects.filter(pk=product.pk), "product")


def keep_products(happenings: Sequence[Happening]) -> None:
    """Do for many products what :func:`keep_product` does for each."""
    _hold_new_producers(happenings)
    bare = [each for each in happenings if each.created and not each.children]
    derived.count_new([each.row for each in bare])
    new = {each.row.pk for each in bare}
    happenings = [each for each in happenings if each.row.pk not in new]
    rows = {each.row.pk: each.row for each in happenings}
    derived.recount(rows)
    public = [
        each
        for each in happenings
        if each.row.is_published or each.before == RecordStatus.PUBLISHED
    ]
    derived.recount_goods({pk for each in public for pk in _producers(each.row, each)})
    moved = {each.row.pk for each in public if each.moved or "photos" in each.children}
    for batch in in_batches(moved):
        pictured = Photo.history.filter(product_id__in=batch).order_by("product_id")
        for pk in pictured.values_list("product_id", flat=True).distinct():
            place_pictures(rows[pk])
    for batch in in_batches(rows):
        kept = Product.objects.filter(pk__in=batch).values("pk", *derived.COLUMNS)
        for columns in kept:
            product = rows[columns.pop("pk")]
            for column, value in columns.items():
                setattr(product, column, value)


def _hold_new_producers(happenings: Iterable[Happening]) -> None:
    """Lock each producer that has got a product, in key order.

    One who is being moved at this moment does not know of the product yet, so it
    would stay in the former place.
    """
    gained = {
        each.row.member_id
        for each in happenings
        if each.created or "member" in each.fields
    }
    for batch in in_batches(gained):
        producers = Member.objects.select_for_update(no_key=True).filter(pk__in=batch)
        list(producers.order_by("pk").values_list("pk"))


def _producers(product: Product, happening: Happening) -> set[int]:
    """Return the product's producer, and the former ones if it was moved."""
    if "member" not in happening.fields:
        return {product.member_id}
    former = product.history.values_list("member_id", flat=True)
    return {product.member_id, *former}


def place_pictures(product: Product) -> None:
    """Show the photos of a published product; hide all others it has had."""
    shown = product.photos.values_list("picture", flat=True)
    kept = list(shown) if product.is_published else []
    publicity.show(kept)
    ever = Photo.history.filter(product_id=product.pk)
    publicity.hide(
        picture
        for picture in ever.values_list("picture", flat=True)
        if picture not in kept
    )


def published_photos(hashes: set[str]) -> set[str]:
    """Return those of ``hashes`` that a photo of a published product shows."""
    shown = Photo.objects.filter(
        sha256__in=hashes, product__status=RecordStatus.PUBLISHED
    )
    return set(shown.values_list("sha256", flat=True))


def keep_goods(happening: Happening) -> None:
    """Have a member's goods follow it: its names, place, owner and certificates.

    A member that is withdrawn takes its published goods along, in the same act
    and with the same note: nobody could say any more who made them.
    """
    member: Member = happening.row
    goods = Product.objects.filter(member=member)
    if happening.moved and happening.before == RecordStatus.PUBLISHED:
        for product in goods.published().order_by("pk"):
            records.withdraw(product, by=acts.current().by, note=member.note)
        member.refresh_from_db(fields=["goods_count"])
    elif happening.fields & PASSED_ON or "certificates" in happening.children:
        derived.recount(goods)
        if happening.fields & MOVED_BY:
            moved = goods.values_list("pk", flat=True)
            proposals.follow_records("products.Product", list(moved))
            hand_over(goods, "product")
            hand_over(Member.objects.filter(pk=member.pk), "member")


def keep_cluster(happening: Happening) -> None:
    """Have open enquiries about a cluster follow its lead agency."""
    if happening.fields & {"lead_agency", "province"}:
        about = Enquiry.objects.open().filter(cluster=happening.row)
        about.update(
            owner=happening.row.lead_agency_id, province=happening.row.province_id
        )


def hand_over(records: QuerySet[Any], about: str) -> None:
    """Give open enquiries about ``records`` to who keeps those now. One query."""
    kept = records.model.objects.filter(pk=OuterRef(f"{about}_id"))
    Enquiry.objects.open().filter(**{f"{about}__in": records.values("pk")}).update(
        owner=Subquery(kept.values("owner_id")),
        province=Subquery(kept.values("province_id")),
    )


def keep_shelf(happening: Happening) -> None:
    """Have the shelves below a shelf, and the goods on all of them, follow it.

    Takes some seconds for each ten thousand goods.
    """
    if happening.fields & SHELF_PASSED_ON:
        shelf: Category = happening.row
        derived.recount_shelves()
        derived.recount(Product.objects.of_category(shelf))


def keep_mark(happening: Happening) -> None:
    """Have the goods that hold a mark, or whose producer does, follow it."""
    certificates = happening.row.certificates
    holders = Q(pk__in=certificates.values("product_id")) | Q(
        member__in=certificates.values("member_id")
    )
    derived.recount(Product.objects.filter(holders))


def keep_round(happening: Happening) -> None:
    """Show the stars of a round when it is announced, and its year as it is."""
    rated = happening.row.ratings.values("product_id")
    derived.recount(Product.objects.filter(pk__in=rated))
