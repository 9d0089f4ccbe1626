"""Products, their photos, marks and stars."""

from products.models.counts import CatalogueChange, CatalogueCount
from products.models.enquiries import Enquiry, EnquiryReply
from products.models.goods import Photo, Product, ProductSearch, band_of
from products.models.marks import Certificate, Mark
from products.models.outside import (
    OutsideDifference,
    OutsideProducer,
    OutsideProduct,
)
from products.models.shelves import Category
from products.models.stars import (
    STAR_FLOORS,
    StarCriterion,
    StarRating,
    StarRound,
    stars_for,
)

__all__ = [
    "STAR_FLOORS",
    "CatalogueChange",
    "CatalogueCount",
    "Category",
    "Certificate",
    "Enquiry",
    "EnquiryReply",
    "Mark",
    "OutsideDifference",
    "OutsideProducer",
    "OutsideProduct",
    "Photo",
    "Product",
    "ProductSearch",
    "StarCriterion",
    "StarRating",
    "StarRound",
    "band_of",
    "stars_for",
]
