"""What the addresses of the public lists may ask for."""

from products.filters.address import AddressFilter
from products.filters.members import MemberFilter
from products.filters.options import Choice, Option, Question, Step
from products.filters.products import ProductFilter
from products.filters.vocabulary import Vocabulary, star_options

__all__ = [
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
