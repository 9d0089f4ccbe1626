"""The desk of goods: their form, its parts, and what makes a record complete."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from members.models import Member
from members.picks import MEMBER
from products.forms import (
    MOST_PHOTOS,
    MemberCertificateForm,
    PhotoForm,
    PhotoFormSet,
    ProductCertificateForm,
    ProductDeskForm,
    ProductProducerForm,
)
from products.models import Certificate, Photo, Product
from products.views import previews
from products.wording import WORDING
from registry.desks import (
    ChildPart,
    Completeness,
    Desk,
    Point,
    Sheet,
    add_part,
    open_desk,
    show_by,
)

#: Photos with which a product can be judged from all sides.
GOOD_PHOTOS = 3


SHEETS = (
    Sheet(
        _("What"),
        (
            "member",
            "name_th",
            "name_en",
            "other_names",
            "category",
            "otop_type",
            "design_year",
        ),
    ),
    Sheet(
        _("Price and size"),
        (
            "price_min",
            "price_max",
            "unit_th",
            "unit_en",
            "size_th",
            "size_en",
            "materials_th",
            "materials_en",
        ),
    ),
    Sheet(
        _("Keeping and travelling"),
        ("shelf_life_days", "air_travel", "keeping_th", "keeping_en", "season"),
    ),
    Sheet(
        _("Story and where to buy"),
        ("story_th", "story_en", "where_th", "where_en"),
        _("What visitors read first. Two or three sentences are a good beginning."),
    ),
    Sheet(
        _("Internal"),
        ("private_notes",),
        _("Only people who work on the register read this."),
    ),
)
PRODUCER_SHEETS = (
    Sheet(
        _("Name and price"),
        ("name_en", "price_min", "price_max", "unit_th", "unit_en"),
    ),
    Sheet(
        _("Size and keeping"),
        (
            "size_th",
            "size_en",
            "materials_th",
            "materials_en",
            "shelf_life_days",
            "keeping_th",
            "keeping_en",
            "season",
        ),
    ),
    Sheet(
        _("Story and where to buy"),
        ("story_th", "story_en", "where_th", "where_en"),
        _("What visitors read first. Two or three sentences are a good beginning."),
    ),
)


def completeness(product: Any) -> Completeness:
    """Tell what a product still lacks; reads photos and certificates (``reads``)."""
    photos = list(product.photos.all())
    described = photos and all(photo.alt_th and photo.alt_en for photo in photos)
    points = [
        Point(
            _("A photo"),
            _("Tourists pass over goods they cannot see."),
            "part-photos",
            bool(photos),
        ),
        Point(
            _("Three photos: whole, close, in use"),
            _("Buyers judge size and work by them, and ask less."),
            "part-photos",
            len(photos) >= GOOD_PHOTOS,
        ),
        Point(
            _("What each photo shows, in both languages"),
            _("People who cannot see hear it, and search finds it."),
            "part-photos",
            bool(described),
        ),
        Point(
            _("The price"),
            _("Tourists look for goods they can afford; many filter by price."),
            "id_price_min",
            product.price_min is not None,
        ),
        Point(
            _("The story in Thai"),
            _("Visitors buy the story with the goods; search finds words of it."),
            "id_story_th",
            bool(product.story_th),
        ),
        Point(
            _("The story in English"),
            _("Tourists from abroad read the page in English."),
            "id_story_en",
            bool(product.story_en),
        ),
        Point(
            _("The name in English"),
            _("Tourists and buyers from abroad find the product by it."),
            "id_name_en",
            bool(product.name_en),
        ),
        Point(
            _("The category"),
            _("Without one, nobody finds the product in the catalogue’s shelves."),
            "id_category",
            product.category_id is not None,
        ),
        Point(
            _("The materials"),
            _("Buyers and customs ask what it is made of."),
            "id_materials_th",
            bool(product.materials_th),
        ),
        Point(
            _("Size and weight"),
            _("Tourists have to pack it, buyers to send it."),
            "id_size_th",
            bool(product.size_th),
        ),
        Point(
            _("Where to buy it"),
            _("Tourists on the way want to buy today."),
            "id_where_th",
            bool(product.where_th),
        ),
        Point(
            _("A certificate or mark"),
            _("Buyers trust what is proven, and review takes it as evidence."),
            "part-certificates",
            bool(product.certificates.all()),
        ),
    ]
    if product.is_edible:
        points.append(
            Point(
                _("How long it keeps"),
                _("Tourists fly home with it; shops plan by it."),
                "id_shelf_life_days",
                product.shelf_life_days is not None,
            )
        )
    return Completeness(points)


def open_desks() -> None:
    """Register desk, parts and pages; called when the app is ready."""
    show_by(Member._meta.label, previews.member_page)
    open_desk(
        Desk(
            slug="products",
            model=Product,
            form=ProductDeskForm,
            sheets=SHEETS,
            completeness=completeness,
            page=previews.product_page,
            wording=WORDING,
            picks={"member": (MEMBER.find, MEMBER.label)},
            producer_form=ProductProducerForm,
            producer_sheets=PRODUCER_SHEETS,
            reads=("photos", "certificates"),
        )
    )
    add_part(
        Product._meta.label,
        ChildPart(
            "photos",
            Photo,
            PhotoForm,
            _("Photos"),
            _("Up to 12. The first one, or the one you choose, stands on the card."),
            extra=3,
            is_pictures=True,
            formset=PhotoFormSet,
            most=MOST_PHOTOS,
            template="workspace/parts/photos.html",
            producer_form=PhotoForm,
        ),
    )
    for label, form in (
        (Product._meta.label, ProductCertificateForm),
        (Member._meta.label, MemberCertificateForm),
    ):
        add_part(
            label,
            ChildPart(
                "certificates",
                Certificate,
                form,
                _("Marks and certificates"),
                _(
                    "With the paper, as PDF or picture: a reviewer looks at it before "
                    "the mark is shown as checked."
                ),
                extra=0,
                template="workspace/parts/certificates.html",
            ),
        )
