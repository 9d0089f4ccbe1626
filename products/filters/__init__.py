"""What the addresses of the public lists may ask for."""

from products.filters.address import AddressFilter
from products.filters.members import MemberFilter
from products.filters.options import Choice, Option, Question, Step
from products.filters.products import ALL_YEAR, ProductFilter, Vocabulary, star_options

__all__ = [
    "ALL_YEAR",
    "AddressFilter",
    "Choice",
    "MemberFilter",
    "Option",
    "ProductFilter",
    "Question",
    "Step",
    "Vocabulary",
    "star_options",
]
