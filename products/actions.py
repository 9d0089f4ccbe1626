"""What follows when a product, or what it depends on, changes."""

from django.db.models import Q

from members.models import Member
from products import derived
from products.models import Category, Photo, Product
from registry import acts, publicity
from registry.actions import records
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


def keep_product(happening: Happening) -> None:
    """Keep a product's columns, its producer's count, and its pictures in place."""
    product = happening.row
    derived.recount([product.pk])
    if product.is_published or happening.before == RecordStatus.PUBLISHED:
        derived.recount_goods(_producers(product, happening))
        if happening.moved or "photos" in happening.children:
            place_pictures(product)
    product.refresh_from_db(fields=derived.COLUMNS)


def _producers(product: Product, happening: Happening) -> set[int]:
    """Return the product's producer, and the former ones if it was moved."""
    if "member" not in happening.fields:
        return {product.member_id}
    former = product.history.values_list("member_id", flat=True)
    return {product.member_id, *former}


def place_pictures(product: Product) -> None:
    """Show the photos of a published product; hide all others it has had."""
    if product.is_published:
        publicity.show(product.photos.values_list("picture", flat=True))
    ever = Photo.history.filter(product_id=product.pk)
    publicity.hide(ever.values_list("picture", flat=True))


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


def keep_shelf(happening: Happening) -> None:
    """Have the shelves below a shelf, and the goods on all of them, follow it.

    Takes some seconds for each ten thousand goods.
    """
    shelf: Category = happening.row
    if happening.created:
        return
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
