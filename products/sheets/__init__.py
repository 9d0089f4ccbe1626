"""Products, certificates and star results as rows of a spreadsheet."""

from products.sheets.certificates import CertificateSheets
from products.sheets.goods import ProductSheets
from products.sheets.ratings import RatingSheets

__all__ = ["CertificateSheets", "ProductSheets", "RatingSheets"]
